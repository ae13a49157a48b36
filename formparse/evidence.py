"""Takes together what the fields of one form say and what its pages show.

Pages are looked at only where the fields cannot be all: where they are lost, or where something was
drawn beside them. Looking costs twice what reading the fields does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from formgen.naming import TextPart
from formparse.answers import Answers, resolve_answers
from formparse.drawn import has_damaged_drawings
from formparse.fieldcheck import UNCHECKED, FieldsChecked, check_fields
from formparse.intake import annotations_of
from formparse.marking import add_marks, resolve_marks
from formparse.places import centre_is_in, corners_of
from formparse.readers.fields import DRAWINGS, read_fields
from formparse.readers.marks import read_marks
from formparse.returned import Finding, Method, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from formgen.editions import Editions
    from formparse.intake import ReturnedPdf
    from formparse.objects import Objects
    from formparse.printed import Sheets
    from formparse.reading import MarksSeen, Reading, TextSeen
    from formparse.triage import FormPage, Part

CONTENT_PIECES = 2
"""Content streams of a page as we send it. Programs that draw into a page add pieces of their own
(PDFium, for Chrome's pen); those that rewrite it leave one."""

ISSUED_TEXTS = frozenset({TextPart.COMPANY, TextPart.SERVICE})
"""Fields that a form may be sent with filled in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormEvidence:
    """One form, read by its fields and by what its pages show."""

    reading: Reading
    """Texts and signature are those of both; the points are those of the fields."""
    answers: Answers
    findings: tuple[Finding, ...]
    fields: FieldsChecked
    """How the fields differ from the form's."""


def read_form(
    pdf: ReturnedPdf,
    part: Part,
    sheets: Sheets,
    editions: Editions,
    *,
    is_only_one: bool,
    is_checked: bool = True,
) -> FormEvidence | None:
    """Give what is known of one form; None where nothing of it is left to be read.

    `is_only_one`: no other form in the file has the same fields. `is_checked`: its fields are
    compared with the form's.
    """
    reading = read_fields(pdf, part, is_only_one=is_only_one)
    fields = check_fields(pdf.objects, part, reading) if is_checked else UNCHECKED
    questionnaire = part.places.questionnaire
    answers = resolve_answers(reading, questionnaire)
    pages = tuple(
        page
        for page in part.pages
        if page.page.number in fields.unsure or _is_to_look_at(page, pdf.objects, part, reading)
    )
    seen = read_marks(sheets, part, editions, pages=pages) if pages else None
    if seen is None:
        is_empty = not reading.points and not reading.texts
        if is_empty:
            return None
        return FormEvidence(reading=reading, answers=answers, findings=(), fields=fields)
    by_marks = resolve_marks(seen, questionnaire)
    has_fields = bool(reading.points)
    without_fields = part.places.known_points - reading.points.keys()
    both = add_marks(
        answers,
        by_marks,
        # A page that could not be looked at says nothing against its fields.
        looked_at=seen.looked_at | (seen.lost & without_fields),
        lost=without_fields,
        torn_out=_torn_out(without_fields, reading, part),
        undrawn=_undrawn(reading),
    )
    texts, findings = _texts(reading, seen)
    findings += tuple(_damaged(pages, pdf.objects))
    drawings = reading.signature.drawings or (("Ink",) if seen.has_signature_ink else ())
    if not has_fields and _is_empty(both, texts, is_signed=bool(drawings)):
        return None
    signature = replace(
        reading.signature, drawings=drawings, typed=reading.signature.typed or seen.signature_text
    )
    told = replace(reading, texts=texts, signature=signature)
    if not has_fields:
        method = Method.MARKS
    elif both.points == answers.points and told == reading:
        method = Method.FIELDS
    else:
        method = Method.FIELDS_AND_MARKS
    return FormEvidence(
        reading=replace(told, method=method), answers=both, findings=findings, fields=fields
    )


def _damaged(pages: Iterable[FormPage], objects: Objects) -> Iterator[Finding]:
    shown = {page.page.number: page.page for page in pages}
    for number, page in sorted(shown.items()):
        if has_damaged_drawings(page, objects):
            yield Finding(
                code="drawings-damaged",
                severity=Severity.WARNING,
                message="Des dessins de la page sont endommagés, et ne sont plus montrés : une "
                "coche ou un texte peut y manquer.",
                page=number,
            )


def _is_to_look_at(page: FormPage, objects: Objects, part: Part, reading: Reading) -> bool:
    """Whether a page may show something that the fields do not say."""
    index = page.index
    if index is None:
        return True
    places = part.places
    if any(at == index and _is_boxless(p, reading) for p, at in places.page_of.items()):
        return True
    if any(at.page == index and t not in reading.texts for t, at in places.text_places.items()):
        return True
    contents = page.page.entries.get(b"Contents")
    if len(objects.array(contents)) != CONTENT_PIECES:
        return True
    return _has_drawings(page, objects, part)


def _torn_out(lost: AbstractSet[str], reading: Reading, part: Part) -> frozenset[str]:
    """Give the points without boxes on pages where others have theirs."""
    page_of = part.places.page_of
    with_boxes = {
        page_of[p] for p in reading.points if p in page_of and not _is_boxless(p, reading)
    }
    return frozenset(point for point in lost if page_of.get(point) in with_boxes)


def _is_boxless(point_id: str, reading: Reading) -> bool:
    seen = reading.points.get(point_id)
    return seen is None or not any(copy.boxes for copy in seen.copies)


def _has_drawings(page: FormPage, objects: Objects, part: Part) -> bool:
    """Whether people drew on a page outside its signature area."""
    signature = part.places.signature
    for entries in annotations_of(page.page, objects):
        if entries.name(b"Subtype") not in DRAWINGS:
            continue
        corners = corners_of(entries)
        is_signature = page.index == signature.page and corners is not None
        if not (is_signature and corners is not None and centre_is_in(corners, signature.rect)):
            return True
    return False


def _undrawn(reading: Reading) -> frozenset[str]:
    """Give the points that have boxes of which none is drawn as ticked."""
    return frozenset(
        point_id
        for point_id, seen in reading.points.items()
        if (boxes := [box for copy in seen.copies for box in copy.boxes])
        and (
            reading.values_are_drawn
            or not any(box.is_on and box.looks is not None for box in boxes)
        )
    )


def _is_empty(answers: Answers, texts: Mapping[TextPart, TextSeen], *, is_signed: bool) -> bool:
    """Whether nobody has put anything into the form, as far as its pages show.

    Programs that drop the fields (mutool merge) leave such pages of a form that was filled in.
    Company and service may have been printed by ourselves.
    """
    written = {part for part, seen in texts.items() if seen.values} - ISSUED_TEXTS
    said = any(point.answer or point.doubt for point in answers.points)
    return not (said or written or is_signed)


def _texts(
    reading: Reading, seen: MarksSeen
) -> tuple[Mapping[TextPart, TextSeen], tuple[Finding, ...]]:
    """Give the fields' texts, and those on the page where a field is lost or empty."""
    texts = dict(reading.texts)
    findings = []
    for part, shown in seen.texts.items():
        written = texts.get(part)
        if written is not None and (written.values or written.has_odd_value):
            continue
        texts[part] = shown
        if part in seen.findings:
            findings.append(seen.findings[part])
    return texts, tuple(findings)
