"""All that is doubtful in the returns of a supplier that count, and what people decided about it.

Takes an assessment and gives a value. How it is shown is for `formparse.review_page`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from formgen.catalog import Answer
from formgen.naming import TextPart
from formparse.actions import quote_point
from formparse.decisions import FormKey, doubt_about, key_of, read_text
from formparse.returned import TEXT_LABEL, Decided, Doubt

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
        title = titles.get(counted.questionnaire_id, "")
        found = [(part.form, [*_points(part.form, points)]) for part in counted.parts]
        listed = {item.subject for _, items in found for item in items}
        first = found[0][0]
        found[0][1].extend(
            _unsettled(assessed, first, assessed.doubt)
            for assessed in assessment.points
            if assessed.questionnaire.id == counted.questionnaire_id
            and assessed.doubt is not None
            and assessed.point.id not in listed
        )
        for form, points_of_form in found:
            items = (*points_of_form, *_texts(form))
            if items:
                forms.append(DoubtfulForm(form=form, title=title, items=items))
    return SupplierDoubts(id=group.id, name=group.name, forms=tuple(forms))


def is_open(item: Doubtful) -> bool:
    """Say whether something is doubtful still."""
    return item.decided is None


def _points(form: ReturnedForm, points: dict[str, AssessedPoint]) -> Iterator[Doubtful]:
    """Give the points that looking at this form settles, or has settled."""
    for read in form.answers:
        assessed = points.get(read.point_id)
        doubt = read.doubt if read.decided is None else read.decided.doubt
        if assessed is None or doubt is None:
            continue
        if read.decided is None or assessed.doubt is None:
            yield replace(
                _unsettled(assessed, form, doubt),
                decided=read.decided,
                value=None if read.answer is None else read.answer.value,
                can_be_settled=True,
            )


def _unsettled(assessed: AssessedPoint, form: ReturnedForm, doubt: Doubt) -> Doubtful:
    """Give a point that several files make doubtful, whatever each of them surely says."""
    return Doubtful(
        form=key_of(form),
        subject=assessed.point.id,
        name=assessed.point.id,
        short=assessed.point.short,
        question=quote_point(assessed.questionnaire, assessed.point),
        offered=assessed.questionnaire.answers,
        doubt=doubt,
        read=None,
        decided=None,
        value=None,
        can_be_settled=False,
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
