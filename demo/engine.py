"""Fill a form the way a person does: with a mouse, keys and a pen, in PDFium, the engine of Chrome.

No field value is written here. A box is ticked because PDFium was told of a click on it, a text
stands in a field because its keys were pressed there; what the file then holds is PDFium's doing.
What to answer is left to the caller.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from formgen.catalog import Answer
from formgen.layout import Rect
from formgen.naming import SIGNATURE_PART, TextPart, box_name

RETURN_KEY = "\r"
BACKSPACE_KEY = "\b"

PEN_WIDTH_PT = 1.4
PEN_COLOUR = (20, 30, 110, 255)
"""Red, green, blue and opacity of a ball-point pen."""

STROKE_POINTS = 60


class Save(IntEnum):
    """How the filled file is written."""

    WHOLE = 0
    INCREMENTAL = pdfium_c.FPDF_INCREMENTAL
    """The changes are added after the old bytes, as Chrome and Acrobat do."""


class EngineError(Exception):
    """The form has no such place, or PDFium did not take what was done there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a person puts into one form; what is not named stays as it is."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    """Box to click on, by point id."""
    texts: Mapping[TextPart, str] = field(default_factory=dict)
    """Text to type; it takes the place of what stands in the field, an empty one clears it."""
    signed: bool = False
    """A signature is drawn with the pen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a box or field stands."""

    page: int
    rect: Rect

    @property
    def centre(self) -> tuple[float, float]:
        """The point where a person clicks."""
        rect = self.rect
        return (rect.x0 + rect.x1) / 2, (rect.y0 + rect.y1) / 2


def fill(pdf: bytes, sheet: Sheet, *, save: Save = Save.WHOLE) -> bytes:
    """Give the form with the sheet put into it; on a filled form this is a change of mind.

    The form holds one questionnaire. EngineError where it lacks a place that the sheet names.
    """
    places = find_places(pdf)
    with _opened(pdf) as document:
        for number, page in enumerate(document):
            hand = _Hand(document, page)
            for point_id, answer in sheet.answers.items():
                place = _place(places, box_name(point_id, answer))
                if place.page == number:
                    hand.click(place)
            for part, text in sheet.texts.items():
                place = _place(places, part)
                if place.page == number:
                    hand.type_text(place, text)
            place = _place(places, SIGNATURE_PART)
            if sheet.signed and place.page == number:
                hand.draw(_signature_strokes(place.rect), place)
            hand.leave_field()
            page.close()
        written = io.BytesIO()
        document.save(written, flags=save)
    return written.getvalue()


def find_places(pdf: bytes) -> dict[str, Place]:
    """Give where the boxes (`Q1-01:OUI`), text fields and signature (`company`...) stand."""
    places: dict[str, Place] = {}
    for number, page in enumerate(PdfReader(io.BytesIO(pdf)).pages):
        for reference in page.get("/Annots", ()):
            widget = reference.get_object()
            if widget.get("/Subtype") == "/Widget":
                left, bottom, right, top = map(float, widget["/Rect"])
                place = Place(page=number, rect=Rect(left, bottom, right, top))
                places[_name(widget)] = place
    return places


def _name(widget: DictionaryObject) -> str:
    """Give a box's own name, or a field's without its questionnaire."""
    if "/Parent" in widget:
        return str(widget["/NM"])
    return str(widget["/T"]).partition("-")[2]


def _place(places: Mapping[str, Place], name: str) -> Place:
    if name not in places:
        raise EngineError(f"the form has no place called {name}")
    return places[name]


@contextmanager
def _opened(pdf: bytes) -> Iterator[pdfium.PdfDocument]:
    """Open a document with its form environment, and close both whatever happens."""
    document = pdfium.PdfDocument(pdf)
    try:
        # Before the first page: PDFium ties pages to the environment as it loads them.
        document.init_forms()
        if document.formenv is None:
            raise EngineError("the file has no form")
        yield document
    finally:
        document.close()


class _Hand:
    """A person's hand over one page."""

    def __init__(self, document: pdfium.PdfDocument, page: pdfium.PdfPage) -> None:
        self.form = document.formenv
        self.page = page

    def click(self, place: Place) -> None:
        x, y = place.centre
        pdfium_c.FORM_OnMouseMove(self.form, self.page, 0, x, y)
        pressed = pdfium_c.FORM_OnLButtonDown(self.form, self.page, 0, x, y)
        released = pdfium_c.FORM_OnLButtonUp(self.form, self.page, 0, x, y)
        if not (pressed and released):
            raise EngineError(f"nothing answers a click at {x:.1f}, {y:.1f}")

    def type_text(self, place: Place, text: str) -> None:
        """Click into a field, mark all that stands there, and type over it."""
        self.click(place)
        pdfium_c.FORM_SelectAllText(self.form, self.page)
        for key in text.replace("\n", RETURN_KEY) or BACKSPACE_KEY:
            if not pdfium_c.FORM_OnChar(self.form, self.page, ord(key), 0):
                raise EngineError(f"the field does not take the key {key!r}")

    def leave_field(self) -> None:
        """Click elsewhere: a typed text is taken over into its field when the field is left."""
        pdfium_c.FORM_ForceToKillFocus(self.form)

    def draw(self, strokes: list[list[tuple[float, float]]], place: Place) -> None:
        """Draw with the pen, as the ink tools of viewers do."""
        ink = pdfium_c.FPDFPage_CreateAnnot(self.page, pdfium_c.FPDF_ANNOT_INK)
        if not ink:
            raise EngineError("PDFium makes no ink annotation")
        try:
            rect = place.rect
            area = pdfium_c.FS_RECTF(left=rect.x0, top=rect.y1, right=rect.x1, bottom=rect.y0)
            done = [
                pdfium_c.FPDFAnnot_SetRect(ink, area),
                pdfium_c.FPDFAnnot_SetFlags(ink, pdfium_c.FPDF_ANNOT_FLAG_PRINT),
                pdfium_c.FPDFAnnot_SetColor(ink, pdfium_c.FPDFANNOT_COLORTYPE_Color, *PEN_COLOUR),
                pdfium_c.FPDFAnnot_SetBorder(ink, 0, 0, PEN_WIDTH_PT),
            ]
            for stroke in strokes:
                points = (pdfium_c.FS_POINTF * len(stroke))(*stroke)
                index = pdfium_c.FPDFAnnot_AddInkStroke(ink, points, len(stroke))
                done.append(index >= 0)
        finally:
            pdfium_c.FPDFPage_CloseAnnot(ink)
        if not all(done):
            raise EngineError("PDFium did not take the ink")


def _signature_strokes(rect: Rect) -> list[list[tuple[float, float]]]:
    """Give the strokes of a scrawled signature: loops that run to the right, and a line below."""
    loops = []
    for step in range(STROKE_POINTS + 1):
        along = step / STROKE_POINTS
        height = 0.24 * (1 - 0.6 * along)
        x = 0.15 + 0.55 * along + 0.05 * math.cos(10 * math.pi * along)
        y = 0.55 + height * math.sin(10 * math.pi * along)
        loops.append((x, y))
    flourish = [(0.12, 0.22), (0.4, 0.28), (0.75, 0.38), (0.86, 0.5)]
    return [
        [(rect.x0 + x * rect.width, rect.y0 + y * rect.height) for x, y in stroke]
        for stroke in (loops, flourish)
    ]
