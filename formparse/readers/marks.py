"""Reads a form from what its pages show: marks at boxes, text in the fields' areas, a signature.

For pages whose fields are lost, and beside fields where something may be drawn over them. Pages are
looked at as a viewer shows them. What the marks amount to is decided by `formparse.marking`.
"""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from formgen.naming import TextPart
from formparse.places import centre_is_in
from formparse.printed import Paper
from formparse.reading import MarksSeen, PaperSheet, TextSeen
from formparse.returned import TEXT_LABEL, TEXT_NOT_READ, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from formgen.editions import Editions
    from formgen.layout import BoxPlace, Rect
    from formparse.places import Places
    from formparse.printed import Sheet, Sheets
    from formparse.triage import FormPage, Part
    from formparse.vision.ink import BoxInk
    from formparse.vision.pagetext import Note, PageText
    from formparse.vision.paperink import PaperBox
    from formparse.vision.raster import Matrix, PageImage
    from formparse.vision.registration import Registration

SIGNATURE_PT2 = 4.0
"""Ink in the signature area that is a signature: the thinnest pen over eight points, initials."""

TEXT_PT2 = 1.0
"""Ink in a field's area that belongs to its text: less than one letter of 6 points has."""

WORD_GAP_PT = 6.0
"""Between two words of one line: twice what it is in the form. What is typed beside a question
stands further from it."""

LETTER_GAP_PT = 2.5
"""Between the ink of two letters of one word; a label ends twice as far from what is typed."""

UNKNOWN_LETTER = "\ufffd"

_AS_SHOWN = {0xA0: " ", 0xAD: "-"}
"""Letters that share their shape with another, which programs that draw text then name by either
(PyMuPDF, with our own font): a soft hyphen that is drawn is a hyphen."""

MAX_UNKNOWN = 0.25
"""Share of unknown letters up to which a text is still worth showing to a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One page of the form, found in the picture of a page of the file."""

    index: int
    """Which page of the form, from 0."""
    number: int
    """Which page of the file, from 1."""
    sheet: Sheet
    image: PageImage
    place: Registration
    """From the layout's points to the picture's pixels."""
    to_page: Matrix
    """From the layout's points to those of the file's page."""
    notes: tuple[Note, ...]

    @property
    def to_px(self) -> Matrix:
        """The same way without the bend of paper."""
        return self.place.to_px


def read_marks(
    sheets: Sheets, part: Part, editions: Editions, *, pages: Iterable[FormPage] | None = None
) -> MarksSeen | None:
    """Give what the pages of one form show, or those of `pages`; None where nothing is recognised.

    A page that is there but is not recognised, or too damaged to be sure of, makes its points lost.
    """
    reader = _MarksReader(part.places)
    wanted = part.pages if pages is None else tuple(pages)
    for page in wanted:
        look = _look_at(page, sheets, part, editions)
        if look is not None:
            reader.page(look)
        else:
            reader.lost_page(page)
    return reader.seen() if reader.looked_at else None


def _look_at(page: FormPage, sheets: Sheets, part: Part, editions: Editions) -> _Look | None:
    sheet = sheets.sheet(page.page.number)
    image = sheet.image() if sheet is not None else None
    if sheet is None or image is None:
        return None
    placed = place_page(page, sheets, part, editions, image)
    if placed is None:
        return None
    import numpy as np

    index, place = placed
    return _Look(
        index=index,
        number=page.page.number,
        sheet=sheet,
        image=image,
        place=place,
        to_page=np.linalg.inv(image.page_to_px) @ place.to_px,
        notes=sheet.notes(),
    )


def place_page(
    page: FormPage, sheets: Sheets, part: Part, editions: Editions, image: PageImage
) -> tuple[int, Registration] | None:
    """Give which page of the form a page of the file shows, and how it lies in its picture.

    Where neither codes nor words are left, a page that named itself is tried in its own size.
    """
    from formparse.vision.registration import from_page_size, prove

    layout = part.places.layout
    printed = sheets.printed(page.page.number, editions)
    for one in printed:
        is_same = (one.questionnaire_id, one.catalog_version, one.edition) == (
            layout.questionnaire_id,
            layout.catalog_version,
            layout.edition,
        )
        if is_same and page.index in (None, one.index):
            return one.index, one.place
    if printed or page.index is None or page.index not in part.places.page_of.values():
        return None
    place = prove(from_page_size(layout, image.grey), layout, page.index, image.grey)
    return (page.index, place) if place is not None else None


class _MarksReader:
    """What has been seen so far on one form's pages."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.layout = places.layout
        self.rows: dict[str, list[tuple[BoxInk, ...]]] = {}
        self.sheets: list[PaperSheet] = []
        self.lost: set[str] = set()
        self.texts: dict[TextPart, list[str]] = {}
        self.has_signature_ink = False
        self.signature_text = ""
        self.findings: dict[TextPart, Finding] = {}
        self.looked_at = 0

    def lost_page(self, page: FormPage) -> None:
        """Note that a page cannot be looked at: its points are doubtful, not unanswered."""
        self.lost |= {p for p, index in self.places.page_of.items() if index == page.index}

    def page(self, look: _Look) -> None:
        self.looked_at += 1
        self.boxes(look)
        for part, place in self.places.text_places.items():
            if place.page == look.index:
                self.text(part, place.rect, look)
        if self.places.signature.page == look.index:
            self.signature(self.places.signature.rect, look)

    # --- Boxes ----------------------------------------------------------------------------------
    def boxes(self, look: _Look) -> None:
        from formparse.vision.ink import measure_boxes
        from formparse.vision.registration import boxes_on

        boxes = boxes_on(self.layout, look.index)
        if look.sheet.paper is not None:
            self.sheets.append(_paper_sheet(look, boxes))
            return
        shown = measure_boxes(look.image.grey, look.to_px, boxes)
        bare = look.sheet.image(annotations=False) if look.sheet.has_annotations else None
        if bare is not None:
            below = measure_boxes(bare.grey, look.to_px, boxes)
            shown = [
                replace(ink, hidden_pt2=max(0.0, under.inside_pt2 - ink.inside_pt2))
                for ink, under in zip(shown, below, strict=True)
            ]
        rows: dict[str, list[BoxInk]] = defaultdict(list)
        for box, ink in zip(boxes, shown, strict=True):
            disputed = any(self.is_disputed(note, box.rect, look) for note in look.notes)
            overprinted = self.is_overprinted(box.rect, look)
            rows[box.point_id].append(
                replace(ink, is_disputed=disputed, is_overprinted=overprinted)
            )
        for point_id, row in rows.items():
            self.rows.setdefault(point_id, []).append(tuple(row))

    @staticmethod
    def is_disputed(note: Note, rect: Rect, look: _Look) -> bool:
        """Whether a note that PDFium does not draw has its middle within a box width of a box."""
        from formgen.layout import Rect

        if note.is_drawn:
            return False
        wide = Rect(
            rect.x0 - rect.width, rect.y0 - rect.height, rect.x1 + rect.width, rect.y1 + rect.height
        )
        return centre_is_in(note.corners, _on_page(wide, look))

    @staticmethod
    def is_overprinted(rect: Rect, look: _Look) -> bool:
        """Whether the page's own text runs into a box, so that what is in it may be letters.

        LibreOffice Draw sets the words of a page anew, in a wider font (measured).
        """
        from formgen.layout import Rect
        from formparse.vision.ink import AROUND_X_PT, AROUND_Y_PT

        wide = Rect(
            rect.x0 - AROUND_X_PT,
            rect.y0 - AROUND_Y_PT,
            rect.x1 + AROUND_X_PT,
            rect.y1 + AROUND_Y_PT,
        )
        area = _on_page(wide, look)
        text = _letters_of(look)
        corners = (area.x0, area.y0, area.x1, area.y1)
        return text is not None and text.runs_into(corners, WORD_GAP_PT)

    # --- Texts and signature --------------------------------------------------------------------
    def text(self, part: TextPart, rect: Rect, look: _Look) -> None:
        """Take a typed text: what the page's text has in the field's area, if ink shows it."""
        from formparse.vision.ink import measure_area

        area = _on_page(rect, look)
        text = self.written(area, look)
        on_page = _letters_of(look)
        corners = (area.x0, area.y0, area.x1, area.y1)
        ink = measure_area(look.image.grey, look.to_px, rect)
        if ink < TEXT_PT2 and all(note.is_drawn for note in look.notes):
            text = ""  # the page shows nothing: what stands there is not to be seen
        if on_page is not None and on_page.runs_into(corners, LETTER_GAP_PT):
            text = ""  # the form's own words are among what was typed
        text = _legible(text)
        values = self.texts.setdefault(part, [])
        if text and text not in values:
            values.append(text)
            self.findings[part] = _to_check(part, text, look.number)
        elif not text and ink >= TEXT_PT2:
            self.findings.setdefault(part, _not_read(part, look.number))

    @staticmethod
    def written(area: Rect, look: _Look) -> str:
        """Give the letters that stand in an area of the page, as its text and as notes."""
        inside = (area.x0 + 1, area.y0 + 1, area.x1 - 1, area.y1 - 1)
        on_page = _letters_of(look)
        written = [on_page.within(*inside)] if on_page is not None else []
        written += [note.text for note in look.notes if centre_is_in(note.corners, area)]
        return "\n".join(filter(None, written))

    def signature(self, rect: Rect, look: _Look) -> None:
        from formparse.vision.ink import measure_area

        ink = measure_area(look.image.grey, look.to_px, rect)
        area = _on_page(rect, look)
        has_note = any(centre_is_in(note.corners, area) for note in look.notes)
        if has_note or ink >= SIGNATURE_PT2:
            self.has_signature_ink = True
            self.signature_text = self.signature_text or _legible(self.written(area, look))

    # --- All together ---------------------------------------------------------------------------
    def seen(self) -> MarksSeen:
        on_paper = {row[0].point_id for sheet in self.sheets for row in sheet.rows}
        return MarksSeen(
            rows={point_id: tuple(rows) for point_id, rows in self.rows.items()},
            sheets=tuple(self.sheets),
            lost=frozenset(self.lost - self.rows.keys() - on_paper),
            texts={
                part: TextSeen(values=tuple(values), has_odd_value=False)
                for part, values in self.texts.items()
            },
            has_signature_ink=self.has_signature_ink,
            signature_text=self.signature_text,
            findings=self.findings,
        )


def _paper_sheet(look: _Look, boxes: Sequence[BoxPlace]) -> PaperSheet:
    from formparse.vision.paperink import measure_on_paper

    rows: dict[str, list[PaperBox]] = {}
    for ink in measure_on_paper(look.image.grey, look.place, boxes):
        rows.setdefault(ink.point_id, []).append(ink)
    return PaperSheet(
        is_bilevel=look.sheet.paper is Paper.BILEVEL,
        rows=tuple(tuple(row) for row in rows.values()),
    )


def _letters_of(look: _Look) -> PageText | None:
    """Give the page's text; None on paper, where a scanner's guess at handwriting is no text."""
    return None if look.sheet.paper else look.sheet.text(turns=_turns(look.to_px))


def _turns(to_px: Matrix) -> int:
    """Give by how many quarter turns, clockwise, a form's page is turned in its picture."""
    right_x, right_y = to_px[0, 0], to_px[1, 0]
    return round(math.atan2(right_y, right_x) / (math.pi / 2)) % 4


def _on_page(rect: Rect, look: _Look) -> Rect:
    """Give where a rectangle of the layout lies on the file's page, in that page's points."""
    from formgen.layout import Rect
    from formparse.vision.patches import bounds

    return Rect(*bounds(look.to_page, rect))


def _legible(text: str) -> str:
    """Give a text with a sign for each letter that its font does not name; empty if these are many.

    Programs that print to PDF rename letters (a dash in pdftocairo's output), some all of them.
    """
    text = text.translate(_AS_SHOWN)
    letters = [UNKNOWN_LETTER if _is_unnamed(letter) else letter for letter in text]
    if letters.count(UNKNOWN_LETTER) > MAX_UNKNOWN * len(letters):
        return ""
    return "".join(letters)


def _is_unnamed(letter: str) -> bool:
    """Whether this is no letter: private ones, control codes, and those that mean « unknown »."""
    return letter != "\n" and unicodedata.category(letter) in ("Cc", "Cn", "Co", "Cs")


def _to_check(part: TextPart, text: str, number: int) -> Finding:
    shown = " / ".join(text.splitlines())
    message = (
        f"Le texte « {shown} » ({TEXT_LABEL[part]}) est lu sur la page, sans champ : à vérifier."
    )
    return Finding(
        code="text-to-check", severity=Severity.INFO, message=message, page=number, field=part
    )


def _not_read(part: TextPart, number: int) -> Finding:
    message = (
        f"Quelque chose est écrit au champ « {TEXT_LABEL[part]} », qui ne peut pas être lu : "
        "regardez la page."
    )
    return Finding(
        code=TEXT_NOT_READ, severity=Severity.INFO, message=message, page=number, field=part
    )
