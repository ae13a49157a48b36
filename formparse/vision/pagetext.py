"""The text of a page and where it stands, through PDFium: printed lines, text in an area, notes.

Coordinates are the page's own points. Which text is the form's and which was typed is for others.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


MAX_CHARACTERS = 20_000
"""Of a page's text that is looked through; our fullest page has 4,500."""

MAX_ANNOTATIONS = 5_000
"""As `formparse.intake` allows."""

_DRAWN_EVERYWHERE = frozenset(
    {
        pdfium_c.FPDF_ANNOT_CIRCLE,
        pdfium_c.FPDF_ANNOT_FREETEXT,
        pdfium_c.FPDF_ANNOT_INK,
        pdfium_c.FPDF_ANNOT_SQUARE,
    }
)
"""Annotations that PDFium draws from their values when they bring no drawing of their own."""

_DRAWN_BY_SOME = frozenset(
    {
        pdfium_c.FPDF_ANNOT_LINE,
        pdfium_c.FPDF_ANNOT_POLYGON,
        pdfium_c.FPDF_ANNOT_POLYLINE,
        pdfium_c.FPDF_ANNOT_STAMP,
    }
)
"""Those that other viewers draw from their values, and PDFium does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """An annotation that people write or draw with; form fields and links are none."""

    corners: tuple[float, float, float, float]
    """Left, bottom, right, top."""
    text: str
    """Of a free text; empty for others."""
    is_drawn: bool
    """The page's image shows it."""


class PageText:
    """The text of one page, in the order in which it is read when the page is turned upright.

    `turns`: quarter turns, clockwise, by which what is on the page is turned as a viewer shows it.
    PDFium puts letters that it shows upside down in the wrong order.
    """

    def __init__(self, page: pdfium.PdfPage, *, turns: int = 0) -> None:
        rotation = page.get_rotation()
        page.set_rotation((rotation - 90 * turns) % 360)
        self._text = page.get_textpage()
        # It is made when first asked for something, then stays.
        self._text.count_chars()
        page.set_rotation(rotation)
        self._solid: tuple[str, list[int]] | None = None
        self._letters: NDArray[np.float64] | None = None

    def origins(self, lines: Iterable[str]) -> dict[str, tuple[float, float]]:
        """Give where each of these lines begins, of those that stand on the page exactly once.

        White space does not count: programs that rewrite a page make their own.
        """
        letters, places = self._without_space()
        found: dict[str, tuple[float, float]] = {}
        for line in lines:
            start = letters.find(line)
            if start < 0 or letters.find(line, start + 1) >= 0:
                continue
            x, y = ctypes.c_double(), ctypes.c_double()
            is_there = pdfium_c.FPDFText_GetCharOrigin(
                self._text, places[start], ctypes.byref(x), ctypes.byref(y)
            )
            if is_there:
                found[line] = (x.value, y.value)
        return found

    def _without_space(self) -> tuple[str, list[int]]:
        """Give all letters of the page, and the place of each in PDFium's list."""
        if self._solid is None:
            count = min(self._text.count_chars(), MAX_CHARACTERS)
            # One by one where PDFium gives pairs of surrogates, which would shift all that follow.
            units = self._text.get_text_range(0, count).encode("utf-16-le", "replace")
            text = [chr(units[at] + 256 * units[at + 1]) for at in range(0, len(units), 2)]
            places = [number for number, letter in enumerate(text) if not letter.isspace()]
            self._solid = "".join(text[number] for number in places), places
        return self._solid

    def letters(self) -> list[tuple[str, float, float]]:
        """Give the letters of the page, white space left out, each with where it begins."""
        letters, places = self._without_space()
        x, y = ctypes.c_double(), ctypes.c_double()
        found = []
        for letter, place in zip(letters, places, strict=True):
            if pdfium_c.FPDFText_GetCharOrigin(self._text, place, ctypes.byref(x), ctypes.byref(y)):
                found.append((letter, x.value, y.value))
        return found

    def within(self, left: float, bottom: float, right: float, top: float) -> str:
        """Give the text whose characters lie in an area, with plain line ends."""
        text: str = self._text.get_text_bounded(left, bottom, right, top)
        return "\n".join(line.strip() for line in text.splitlines()).strip()

    def runs_into(self, area: tuple[float, float, float, float], gap: float) -> bool:
        """Whether a line of text that begins outside an area (left, bottom, right, top) enters it.

        `gap`: how far apart two letters may be that belong together.
        """
        left, bottom, right, top = area
        if not self.within(left, bottom, right, top):
            return False
        letters = self._boxes_of_letters()
        x = (letters[:, 0] + letters[:, 2]) / 2
        y = (letters[:, 1] + letters[:, 3]) / 2
        is_inside = (left <= x) & (x <= right) & (bottom <= y) & (y <= top)
        height = letters[1:, 3] - letters[1:, 1]
        is_next = (np.abs(y[1:] - y[:-1]) <= height) & (
            np.abs(letters[1:, 0] - letters[:-1, 2]) <= gap
        )
        return bool((is_inside[1:] & ~is_inside[:-1] & is_next).any())

    def _boxes_of_letters(self) -> NDArray[np.float64]:
        """Give left, bottom, right and top of each letter that is drawn, in the order read."""
        if self._letters is None:
            _, places = self._without_space()
            sides = [ctypes.c_double() for _ in range(4)]
            left, right, bottom, top = map(ctypes.byref, sides)
            rows = [
                (sides[0].value, sides[2].value, sides[1].value, sides[3].value)
                for place in places
                if pdfium_c.FPDFText_GetCharBox(self._text, place, left, right, bottom, top)
            ]
            self._letters = np.array(rows).reshape(-1, 4)
        return self._letters


def solid(text: str) -> str:
    """Give a text without white space, as `PageText.origins` compares it."""
    return "".join(text.split())


def notes_of(page: pdfium.PdfPage) -> list[Note]:
    """Give the notes on a page."""
    notes = []
    count = min(pdfium_c.FPDFPage_GetAnnotCount(page), MAX_ANNOTATIONS)
    for number in range(count):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, number)
        if not annotation:
            continue
        try:
            note = _note(annotation)
        finally:
            pdfium_c.FPDFPage_CloseAnnot(annotation)
        if note is not None:
            notes.append(note)
    return notes


def _note(annotation: pdfium_c.FPDF_ANNOTATION) -> Note | None:
    kind = pdfium_c.FPDFAnnot_GetSubtype(annotation)
    if kind not in _DRAWN_EVERYWHERE | _DRAWN_BY_SOME:
        return None
    flags = pdfium_c.FPDFAnnot_GetFlags(annotation)
    rect = pdfium_c.FS_RECTF()
    if flags & pdfium_c.FPDF_ANNOT_FLAG_HIDDEN or not pdfium_c.FPDFAnnot_GetRect(
        annotation, ctypes.byref(rect)
    ):
        return None
    has_look = (
        pdfium_c.FPDFAnnot_GetAP(annotation, pdfium_c.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None, 0) > 2
    )
    is_text = kind == pdfium_c.FPDF_ANNOT_FREETEXT
    return Note(
        corners=(
            min(rect.left, rect.right),
            min(rect.bottom, rect.top),
            max(rect.left, rect.right),
            max(rect.bottom, rect.top),
        ),
        text=_contents(annotation) if is_text else "",
        is_drawn=bool(has_look) or kind in _DRAWN_EVERYWHERE,
    )


def _contents(annotation: pdfium_c.FPDF_ANNOTATION) -> str:
    size = pdfium_c.FPDFAnnot_GetStringValue(annotation, b"Contents", None, 0)
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    pdfium_c.FPDFAnnot_GetStringValue(annotation, b"Contents", buffer, size)
    text = bytes(buffer)[: max(size - 2, 0)].decode("utf-16-le", "replace")
    return "\n".join(line.strip() for line in text.splitlines()).strip()
