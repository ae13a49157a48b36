"""Decides whether a return is still the form that was sent, and what that means for its answers.

Pages that are known to be as issued cost a digest (`formparse.fixedpart`); others are looked at
(`formparse.wording`). An answer to another question than ours, or given in a box that is not what
it seems, is no answer to ours: it is doubtful, and what it says is kept with the doubt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from formparse.fixedpart import FixedParts, Unproved
from formparse.places import centre_is_in
from formparse.returned import Doubt, DoubtKind, Finding, PointAnswer, Severity
from formparse.triage import widgets_of
from formparse.wording import check_page, note_beside, point_at, rows_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from formgen.editions import Editions
    from formparse.evidence import FormEvidence
    from formparse.fieldcheck import NoteSeen
    from formparse.intake import ReturnedPdf
    from formparse.printed import Sheets
    from formparse.triage import Part

_QUESTION = "La question n'est plus, sur cette page, celle du formulaire envoyé."
_BOX = "Les cases de ce point ne sont plus celles du formulaire envoyé."

MARK_LETTERS = 2
"""A text annotation of so many letters is a mark (« X », « OK ») and no remark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A form's answers after it was compared with the form that was sent."""

    answers: tuple[PointAnswer, ...]
    findings: tuple[Finding, ...]


def check_form(
    pdf: ReturnedPdf, part: Part, sheets: Sheets, editions: Editions, evidence: FormEvidence
) -> Checked:
    """Give the answers that are still answers to our questions, and what was altered."""
    fields = evidence.fields
    findings = list(fields.findings)
    altered: set[str] = set()
    fixed = FixedParts(pdf, part.places)
    # A damaged file is read one way here and maybe another way by a viewer: only a look tells.
    is_sound = not pdf.repairs.count
    for page in part.pages:
        index, known = page.index, fixed.look_up(page.page, page.index) if is_sound else False
        if known is True and page.page.number not in fields.covering:
            continue
        has_fields = any(True for _ in widgets_of(page.page, pdf.objects))
        wording = check_page(page, sheets, part, editions, has_fields=has_fields)
        if isinstance(known, Unproved) and wording.is_same and index is not None:
            fixed.prove(known, index)
        findings += wording.findings
        altered |= wording.points
    findings += _notes(fields.notes, part, findings)
    answers = tuple(_answer(point, altered, fields.wrong) for point in evidence.answers.points)
    return Checked(answers=answers, findings=tuple(dict.fromkeys(findings)))


def _notes(notes: Iterable[NoteSeen], part: Part, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Tell of texts written on pages; not twice of one that the page itself shows."""
    told = {finding.point for finding in findings if finding.code == "note-beside-question"}
    for note in notes:
        finding = _about_note(note, part)
        if finding is not None and (finding.point is None or finding.point not in told):
            yield finding


def _answer(
    point: PointAnswer, altered: set[str], wrong: Mapping[str, tuple[str, ...]]
) -> PointAnswer:
    point_id = point.point_id
    if point.doubt is not None:
        return point
    said = () if point.answer is None else (point.answer.value,)
    if point_id in wrong:
        seen, reason = tuple(dict.fromkeys((*said, *wrong[point_id]))), _BOX
    elif point_id in altered and said:
        seen, reason = said, _QUESTION
    else:
        return point
    return replace(
        point, answer=None, doubt=Doubt(kind=DoubtKind.CONFLICT, reason=reason, seen=seen)
    )


def _about_note(note: NoteSeen, part: Part) -> Finding | None:
    """Say that somebody wrote on the page; nothing where it is a mark, or fills a field."""
    places = part.places
    index = note.index
    if index is None:
        return None
    fields = [
        at.rect for at in (*places.text_places.values(), places.signature) if at.page == index
    ]
    if any(centre_is_in(note.corners, rect) for rect in fields):
        return None
    is_struck = note.kind != "FreeText"
    if not is_struck and len("".join(note.text.split())) <= MARK_LETTERS:
        return None
    from formgen.layout import Rect

    point = point_at(rows_of(places.layout, index), Rect(*note.corners))
    if point is not None and is_struck:
        return Finding(
            code="note-beside-question",
            severity=Severity.WARNING,
            message=f"Point {point} : du texte de la question est barré par une annotation.",
            page=note.page,
            point=point,
        )
    if point is not None:
        return note_beside(point, note.text, note.page)
    return Finding(
        code="text-added",
        severity=Severity.INFO,
        message=f"Une annotation porte du texte : « {shown(note.text)} ».",
        page=note.page,
    )
