"""What people draw over a form, and what programs do to its pages, by engines other than PDFium."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import pymupdf
from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.generic import RectangleObject

from formgen.catalog import Answer
from formgen.layout import FormLayout, Rect

BLUE = (0.1, 0.1, 0.6)
Draw = Callable[[pymupdf.Page, float, float], None]
"""Draws a mark with its middle at this place, y downwards."""


def _tick(x: float, y: float) -> list[tuple[float, float]]:
    return [(x - 4, y), (x - 1, y + 4), (x + 6, y - 6)]


def ink(page: pymupdf.Page, x: float, y: float) -> None:
    note = page.add_ink_annot([_tick(x, y)])
    note.set_border(width=1)
    note.update()


def thin_ink(page: pymupdf.Page, x: float, y: float) -> None:
    note = page.add_ink_annot([[(x - 4, y - 4), (x + 4, y + 4)], [(x - 4, y + 4), (x + 4, y - 4)]])
    note.set_border(width=0.5)
    note.set_colors(stroke=(0, 0, 1))
    note.update()


def free_text(page: pymupdf.Page, x: float, y: float) -> None:
    page.add_freetext_annot(pymupdf.Rect(x - 6, y - 7, x + 8, y + 7), "X", fontsize=10)


def line(page: pymupdf.Page, x: float, y: float) -> None:
    page.add_line_annot((x - 5, y - 5), (x + 5, y + 5)).update()


def undrawn_line(page: pymupdf.Page, x: float, y: float) -> None:
    """A line that brings no drawing: some viewers draw it, some do not."""
    line(page, x, y)
    page.parent.xref_set_key(page.annot_xrefs()[-1][0], "AP", "null")


def circle_around(page: pymupdf.Page, x: float, y: float) -> None:
    page.add_circle_annot(pymupdf.Rect(x - 10, y - 9, x + 10, y + 9)).update()


def stamp(page: pymupdf.Page, x: float, y: float) -> None:
    page.add_stamp_annot(pymupdf.Rect(x - 9, y - 6, x + 9, y + 6), 0)


def pen(page: pymupdf.Page, x: float, y: float) -> None:
    """In the page's own content, as Chrome's pen and Fill & Sign leave it."""
    page.draw_polyline(_tick(x, y), width=1, color=BLUE)


def letter(page: pymupdf.Page, x: float, y: float) -> None:
    page.insert_text((x - 3.5, y + 3.5), "X", fontsize=10)


def yellow_pen(page: pymupdf.Page, x: float, y: float) -> None:
    page.draw_polyline(_tick(x, y), width=1.2, color=(1, 1, 0))


def pencil(page: pymupdf.Page, x: float, y: float) -> None:
    page.draw_polyline(_tick(x, y), width=0.6, color=(0.8, 0.8, 0.8))


def beside(page: pymupdf.Page, x: float, y: float) -> None:
    page.draw_polyline(_tick(x - 13, y), width=1)


def small_circle(page: pymupdf.Page, x: float, y: float) -> None:
    page.draw_circle((x, y), 3, width=0.8)


def blackened(page: pymupdf.Page, x: float, y: float) -> None:
    page.draw_rect(pymupdf.Rect(x - 7, y - 7, x + 7, y + 7), fill=(0, 0, 0), color=(0, 0, 0))


def running_text(page: pymupdf.Page, x: float, y: float) -> None:
    """A line of the page that runs into the box, as where a program has set it in a wider font."""
    page.insert_text((x - 92, y + 3), "de sa prestation de service.", fontsize=8)


def covered_tick(page: pymupdf.Page, x: float, y: float) -> None:
    """A tick, and a white patch over it and its box."""
    pen(page, x, y)
    note = page.add_rect_annot(pymupdf.Rect(x - 9, y - 9, x + 9, y + 9))
    note.set_colors(fill=(1, 1, 1), stroke=(1, 1, 1))
    note.update()


def tick_under_a_patch(page: pymupdf.Page, x: float, y: float) -> None:
    """A tick below a white patch that leaves the box's outline to be seen."""
    page.draw_polyline([(x - 2, y - 2), (x + 2, y + 2)], width=1)
    note = page.add_rect_annot(pymupdf.Rect(x - 3.5, y - 3.5, x + 3.5, y + 3.5))
    note.set_colors(fill=(1, 1, 1), stroke=(1, 1, 1))
    note.update()


def draw_at(pdf: bytes, layout: FormLayout, answers: Mapping[str, Answer], draw: Draw) -> bytes:
    """The form with something drawn at the box of each answer, each a little off its own way."""
    with pymupdf.open(stream=pdf) as document:
        for number, box in enumerate(layout.boxes):
            if answers.get(box.point_id) is box.answer:
                x, y = _middle(box.rect, layout)
                draw(document[box.page], x + number % 3 - 1, y + number % 5 / 2 - 1)
        drawn: bytes = document.tobytes()
    return drawn


def draw_in_area(pdf: bytes, layout: FormLayout, rect: Rect, page: int) -> bytes:
    """The form with a pen's line across an area, in the page's content."""
    with pymupdf.open(stream=pdf) as document:
        x, y = _middle(rect, layout)
        document[page].draw_polyline(
            [(x - 30, y), (x, y - 8), (x + 10, y + 8), (x + 30, y)], width=1, color=BLUE
        )
        drawn: bytes = document.tobytes()
    return drawn


def _middle(rect: Rect, layout: FormLayout) -> tuple[float, float]:
    return (rect.x0 + rect.x1) / 2, layout.page_height - (rect.y0 + rect.y1) / 2


# --- What programs do to pages ------------------------------------------------------------------
Rebuild = Callable[[bytes], bytes]


def _rewritten(pdf: bytes, work: Callable[[PdfReader, PdfWriter], None]) -> bytes:
    writer = PdfWriter()
    work(PdfReader(io.BytesIO(pdf)), writer)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def turned(degrees: int) -> Rebuild:
    def work(reader: PdfReader, writer: PdfWriter) -> None:
        for page in reader.pages:
            writer.add_page(page.rotate(degrees))

    return lambda pdf: _rewritten(pdf, work)


def placed(
    scale: float, x: float, y: float, width: float, height: float, turn: float = 0
) -> Rebuild:
    """Printed onto another sheet; all that a page says of itself is lost."""

    def work(reader: PdfReader, writer: PdfWriter) -> None:
        for page in reader.pages:
            sheet = PageObject.create_blank_page(width=width, height=height)
            change = Transformation().scale(scale).rotate(turn).translate(x, y)
            sheet.merge_transformed_page(page, change)
            writer.add_page(sheet)

    return lambda pdf: _rewritten(pdf, work)


def two_on_a_sheet(pdf: bytes) -> bytes:
    def work(reader: PdfReader, writer: PdfWriter) -> None:
        for first in range(0, len(reader.pages), 2):
            sheet = PageObject.create_blank_page(width=842, height=595)
            for number, page in enumerate(reader.pages[first : first + 2]):
                change = Transformation().scale(0.7071).translate(number * 421, 0)
                sheet.merge_transformed_page(page, change)
            writer.add_page(sheet)

    return _rewritten(pdf, work)


def cropped(margin: float) -> Rebuild:
    """Cut on all sides; nothing that the page says of itself is left."""

    def work(reader: PdfReader, writer: PdfWriter) -> None:
        for page in reader.pages:
            page.pop("/PieceInfo", None)
            page.cropbox = RectangleObject((margin, margin, 595 - margin, 842 - margin))
            writer.add_page(page)

    return lambda pdf: _rewritten(pdf, work)


def reversed_among_others(pdf: bytes) -> bytes:
    def work(reader: PdfReader, writer: PdfWriter) -> None:
        writer.add_blank_page(595, 842)
        for page in reversed(reader.pages):
            writer.add_page(page)

    return _rewritten(pdf, work)


def without_widgets(pdf: bytes) -> bytes:
    """As `mutool merge` leaves a filled form: no fields, and nothing of what they showed."""

    def work(reader: PdfReader, writer: PdfWriter) -> None:
        for page in reader.pages:
            page.pop("/Annots", None)
            writer.add_page(page)

    return _rewritten(pdf, work)
