"""All that is doubtful in the returns of a supplier that count, and what people decided about it.

Takes an assessment and gives a value. How it is shown is for `formparse.review_page`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from formgen.catalog import Answer
from formgen.naming import TextPart
from formparse.actions import quote_point
from formparse.decisions import TEXT_LABEL, FormKey, doubt_about, key_of, read_text
from formparse.returned import Decided, Doubt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from formparse.assess import AssessedPoint, Assessment
    from formparse.grouping import SupplierGroup
    from formparse.returned import ReturnedForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """One point or text that is doubtful, or was until somebody decided."""

    form: FormKey
    subject: str | TextPart
    """Point id, or text field."""
    name: str
    """What people call it: the point id, « société »."""
    short: str
    """A few words; empty for a text."""
    question: str
    """The point's own words; empty for a text."""
    offered: tuple[Answer, ...]
    """Answers to choose from; none for a text."""
    doubt: Doubt
    read: str | None
    """Text as read; None for a point, and where nothing could be read."""
    decided: Decided | None
    """Who settled it; None while it is doubtful."""
    value: str | None
    """What was decided."""
    can_be_settled: bool
    """Looking at the file can help; it cannot where two files contradict each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulForm:
    """One returned form, and what is doubtful in it."""

    form: ReturnedForm
    title: str
    """Of its questionnaire."""
    items: tuple[Doubtful, ...]
    """Points in their order, then texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierDoubts:
    """What is doubtful of one supplier."""

    id: str
    name: str | None
    forms: tuple[DoubtfulForm, ...]
    """Those with something doubtful only."""


def list_doubts(group: SupplierGroup, assessment: Assessment) -> SupplierDoubts:
    """Give all that is doubtful, or was, in the returns of one supplier that count."""
    points = {assessed.point.id: assessed for assessed in assessment.points}
    titles = {one.questionnaire.id: one.questionnaire.title for one in assessment.points}
    forms = []
    for counted in assessment.counted:
        for part in counted.parts:
            items = (*_points(part.form, points), *_texts(part.form))
            if items:
                title = titles.get(counted.questionnaire_id, "")
                forms.append(DoubtfulForm(form=part.form, title=title, items=items))
    return SupplierDoubts(id=group.id, name=group.name, forms=tuple(forms))


def is_open(item: Doubtful) -> bool:
    """Say whether something is doubtful still."""
    return item.decided is None


def _points(form: ReturnedForm, points: dict[str, AssessedPoint]) -> Iterator[Doubtful]:
    for read in form.answers:
        assessed = points.get(read.point_id)
        if assessed is None:
            continue
        doubt = read.doubt if read.decided is None else read.decided.doubt
        can_be_settled = doubt is not None
        if doubt is None and assessed.source is form:
            doubt = assessed.doubt
        if doubt is not None:
            yield Doubtful(
                form=key_of(form),
                subject=read.point_id,
                name=read.point_id,
                short=assessed.point.short,
                question=quote_point(assessed.questionnaire, assessed.point),
                offered=assessed.questionnaire.answers,
                doubt=doubt,
                read=None,
                decided=read.decided,
                value=None if read.answer is None else read.answer.value,
                can_be_settled=can_be_settled,
            )


def _texts(form: ReturnedForm) -> Iterator[Doubtful]:
    decided_of = dict(form.attestation.decided)
    for part in TextPart:
        decided = decided_of.get(part)
        doubt = doubt_about(form, part) if decided is None else decided.doubt
        if doubt is not None:
            read = read_text(form.attestation, part)
            yield Doubtful(
                form=key_of(form),
                subject=part,
                name=TEXT_LABEL[part].capitalize(),
                short="",
                question="",
                offered=(),
                doubt=doubt,
                read=read,
                decided=decided,
                value=None if decided is None else read,
                can_be_settled=True,
            )
