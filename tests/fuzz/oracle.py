"""What must never come of a damaged file: a crash, an endless reading, a wrong answer as sure.

A file may be refused, its points may be doubtful, its form may carry a warning: all of these tell a
person to look. A failure is what nobody is told of.

Texts (names, remarks) are not compared: what stands in a text field is the supplier's to write, so
a changed letter is no more than another text. Signed files are: there, what was signed says so.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from formparse.errors import RefusalCode
from formparse.returned import PointAnswer, Refusal, Returned, ReturnedForm, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Failure(StrEnum):
    CRASHED = "crashed"
    """The process that read the file died."""
    TOO_SLOW = "too slow"
    LOST = "lost"
    """A form is gone and nothing is said."""
    SILENT = "silent"
    """An answer is another one and nothing is said."""


def judge(before: Sequence[Returned], now: Sequence[Returned]) -> tuple[Failure, str] | None:
    """Give what is wrong with the reading of a damaged file; None if somebody is told."""
    codes = {one.code for one in now if isinstance(one, Refusal)}
    if RefusalCode.CRASHED in codes:
        return Failure.CRASHED, ""
    if RefusalCode.TOO_SLOW in codes:
        return Failure.TOO_SLOW, ""
    if codes:
        return None
    forms = [one for one in now if isinstance(one, ReturnedForm)]
    for form in (one for one in before if isinstance(one, ReturnedForm)):
        same = [f for f in forms if _questionnaire(f) == _questionnaire(form)]
        # A blank copy beside it, or another supplier's, is another form.
        same = [f for f in same if f.identity.form_id == form.identity.form_id] or same
        if not same and not any(map(is_told, forms)):
            return Failure.LOST, _questionnaire(form)
        for one in same:
            changed = list(_silently_changed(form, one))
            if changed:
                return Failure.SILENT, ", ".join(changed)
    return None


def _questionnaire(form: ReturnedForm) -> str:
    return form.identity.questionnaire_id


def is_flagged(form: ReturnedForm) -> bool:
    """Whether a person is told to look at the form."""
    return any(finding.severity is not Severity.INFO for finding in form.findings)


def is_told(form: ReturnedForm) -> bool:
    """Whether a person is told to look at the form or at one of its points."""
    return is_flagged(form) or any(point.doubt is not None for point in form.answers)


def _silently_changed(before: ReturnedForm, now: ReturnedForm) -> Iterator[str]:
    if is_flagged(now):
        return
    answers = {point.point_id: point for point in now.answers}
    for point in before.answers:
        other = answers[point.point_id]
        if other.doubt is None and _said(other) != _said(point):
            yield f"{point.point_id}: {_said(point)} → {_said(other)}"


def _said(point: PointAnswer) -> str:
    return point.answer.value if point.answer is not None else "-"
