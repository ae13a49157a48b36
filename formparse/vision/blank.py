"""Draws the blank page that a layout describes, with PDFium: what a returned page is compared with.

The same program draws returned pages (`raster`), so that where nothing was changed, two pictures of
one size differ by next to nothing. What differs from form to form (slots, page codes) is left
white, as are all fields. Takes nothing from how `formgen` writes its files: a fault there is seen.
"""

from __future__ import annotations

import ctypes
from collections import OrderedDict
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from formgen import style
from formgen.fonts import FILE_OF_FACE, FONT_FOLDER
from formgen.layout import Frame, Mark, Panel, Rule, Text
from formgen.style import Face, Ink
from formparse.vision.raster import render

if TYPE_CHECKING:
    from formgen.layout import FormLayout, Rect
    from formparse.vision.raster import Grey

MARK_INSET_PT = 1.5
"""Between the corner of a small sample box and the end of its cross, as forms have it."""

MARK_LINE_PT = 0.8

_KEPT_PAGES = 16
"""Pictures kept, of 2 MB each; the four forms have 14 pages."""

_kept: OrderedDict[tuple[int, int], tuple[FormLayout, Grey]] = OrderedDict()


def blank_page(layout: FormLayout, index: int) -> Grey:
    """Give the picture of a page, from 0, as large as that of a returned one (`raster.render`)."""
    # A layout is too large to be hashed; as long as it is kept here, its address is its own.
    key = (id(layout), index)
    known = _kept.get(key)
    if known is not None:
        _kept.move_to_end(key)
        return known[1]
    grey = _draw(layout, index)
    _kept[key] = (layout, grey)
    if len(_kept) > _KEPT_PAGES:
        _kept.popitem(last=False)
    return grey


def _draw(layout: FormLayout, index: int) -> Grey:
    document = pdfium.PdfDocument.new()
    try:
        pen = _Pen(document, document.new_page(layout.page_width, layout.page_height))
        items = [item for item in layout.artifacts if item.page == index]
        # Panels lie below all else.
        for item in sorted(items, key=lambda item: not isinstance(item, Panel)):
            match item:
                case Text():
                    pen.text(item)
                case Rule():
                    pen.line((item.x0, item.y0), (item.x1, item.y1), item.ink, item.width)
                case Panel():
                    pen.rect(item.rect, fill=item.ink)
                case Frame():
                    pen.rect(item.rect, line=item.ink, width=item.width)
                case Mark():
                    pen.mark(item)
                case _:
                    pass  # differs from form to form
        for leaf in layout.leaves():
            if isinstance(leaf, Text) and leaf.page == index:
                pen.text(leaf)
        pdfium_c.FPDFPage_GenerateContent(pen.page)
        image = render(pen.page, annotations=False)
    finally:
        document.close()
    if image is None:
        raise MemoryError("PDFium cannot draw a page of a form of ours")
    return image.grey


class _Pen:
    """Draws on one page of a new document."""

    def __init__(self, document: pdfium.PdfDocument, page: pdfium.PdfPage) -> None:
        self._document = document
        self.page = page
        self._fonts: dict[Face, pdfium_c.FPDF_FONT] = {}

    def text(self, text: Text) -> None:
        item = pdfium_c.FPDFPageObj_CreateTextObj(
            self._document, self._font(text.face), ctypes.c_float(text.size)
        )
        words = text.text.encode("utf-16-le") + b"\0\0"
        buffer = ctypes.create_string_buffer(words)
        pdfium_c.FPDFText_SetText(item, ctypes.cast(buffer, pdfium_c.FPDF_WIDESTRING))
        pdfium_c.FPDFPageObj_SetFillColor(item, *_colour(text.ink))
        pdfium_c.FPDFPageObj_Transform(item, 1, 0, 0, 1, text.x, text.baseline)
        pdfium_c.FPDFPage_InsertObject(self.page, item)

    def _font(self, face: Face) -> pdfium_c.FPDF_FONT:
        if face not in self._fonts:
            data = (FONT_FOLDER / FILE_OF_FACE[face]).read_bytes()
            buffer = (ctypes.c_uint8 * len(data)).from_buffer_copy(data)
            self._fonts[face] = pdfium_c.FPDFText_LoadFont(
                self._document,
                buffer,
                len(data),
                pdfium_c.FPDF_FONT_TRUETYPE,
                1,  # by glyph: a simple font has room for 256 letters, without œ or ▶
            )
        return self._fonts[face]

    def line(
        self, start: tuple[float, float], end: tuple[float, float], ink: Ink, width: float
    ) -> None:
        path = pdfium_c.FPDFPageObj_CreateNewPath(*start)
        pdfium_c.FPDFPath_LineTo(path, *end)
        self._put(path, line=ink, width=width)

    def rect(
        self, rect: Rect, *, fill: Ink | None = None, line: Ink | None = None, width: float = 0
    ) -> None:
        path = pdfium_c.FPDFPageObj_CreateNewRect(rect.x0, rect.y0, rect.width, rect.height)
        self._put(path, fill=fill, line=line, width=width)

    def mark(self, mark: Mark) -> None:
        rect = mark.rect
        is_filled = mark.kind == "filled"
        fill = Ink.FRAME if is_filled else None
        self.rect(rect, fill=fill, line=Ink.FRAME, width=MARK_LINE_PT)
        if not is_filled:
            x0, x1 = rect.x0 + MARK_INSET_PT, rect.x1 - MARK_INSET_PT
            y0, y1 = rect.y0 + MARK_INSET_PT, rect.y1 - MARK_INSET_PT
            self.line((x0, y0), (x1, y1), Ink.FRAME, MARK_LINE_PT)
            self.line((x0, y1), (x1, y0), Ink.FRAME, MARK_LINE_PT)

    def _put(
        self,
        path: pdfium_c.FPDF_PAGEOBJECT,
        *,
        fill: Ink | None = None,
        line: Ink | None = None,
        width: float = 0,
    ) -> None:
        if fill is not None:
            pdfium_c.FPDFPageObj_SetFillColor(path, *_colour(fill))
        if line is not None:
            pdfium_c.FPDFPageObj_SetStrokeColor(path, *_colour(line))
            pdfium_c.FPDFPageObj_SetStrokeWidth(path, width)
        mode = pdfium_c.FPDF_FILLMODE_NONE if fill is None else pdfium_c.FPDF_FILLMODE_WINDING
        pdfium_c.FPDFPath_SetDrawMode(path, mode, int(line is not None))
        pdfium_c.FPDFPage_InsertObject(self.page, path)


def _colour(ink: Ink) -> tuple[int, int, int, int]:
    red, green, blue = (round(255 * part) for part in style.RGB[ink])
    return red, green, blue, 255
