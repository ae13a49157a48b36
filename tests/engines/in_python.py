"""Engines that pip brings: they run wherever the tests run."""

from __future__ import annotations

import io
from typing import Any

from demo import engine as clicks
from formgen.naming import ANSWER_OF_STATE, TextPart
from tests.engines.engine import EngineError, Fill, Work

# --- PDFium: mouse and keys ---------------------------------------------------------------------


def click_in_pdfium(save: clicks.Save) -> Fill:
    """Give PDFium driven by mouse and keys, saving in this way."""

    def fill(pdf: bytes, work: Work) -> bytes:
        # To untick, a person clicks on the tick.
        boxes = {**work.unticks, **work.ticks}
        sheet = clicks.Sheet(
            answers={point: ANSWER_OF_STATE[state] for point, state in boxes.items()},
            texts={TextPart(name.rpartition("-")[2]): text for name, text in work.texts.items()},
        )
        return clicks.fill(pdf, sheet, save=save)

    return fill


# --- pypdf --------------------------------------------------------------------------------------
def fill_with_pypdf(pdf: bytes, work: Work) -> bytes:
    from pypdf import PdfWriter

    values = {name: f"/{state}" for name, state in work.ticks.items()}
    values |= dict.fromkeys(work.unticks, "/Off")
    values |= work.texts
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    writer.update_page_form_field_values(None, values, auto_regenerate=False)
    return _written(writer)


def flatten_with_pypdf(pdf: bytes) -> bytes:
    from pypdf import PdfWriter

    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    fields = writer.get_fields() or {}
    values = {name: field.get("/V") for name, field in fields.items() if field.get("/V")}
    writer.update_page_form_field_values(None, values, auto_regenerate=False, flatten=True)
    writer.remove_annotations(subtypes="/Widget")
    return _written(writer)


def merge_with_pypdf(pdf: bytes) -> bytes:
    """Merged under a name: pypdf puts it before the names of the fields."""
    from pypdf import PdfReader, PdfWriter

    reader = PdfReader(io.BytesIO(pdf))
    reader.add_form_topname("retour")
    writer = PdfWriter()
    writer.append(reader)
    return _written(writer)


def copy_pages_with_pypdf(pdf: bytes) -> bytes:
    """Page by page into a new file: the list of fields stays behind."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        writer.add_page(page)
    return _written(writer)


def _written(writer: Any) -> bytes:
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


# --- MuPDF --------------------------------------------------------------------------------------
def fill_with_mupdf(pdf: bytes, work: Work) -> bytes:
    """Through `pymupdf`, which ticks boxes as MuPDF's viewer does."""
    import pymupdf

    with pymupdf.open(stream=pdf) as document:
        for page in document:
            for widget in page.widgets():
                name = widget.field_name
                if name in work.texts:
                    widget.field_value = work.texts[name]
                    widget.update()
                elif name in work.ticks and widget.on_state() == work.ticks[name]:
                    widget.field_value = True
                    widget.update()
                elif name in work.unticks and widget.on_state() == work.unticks[name]:
                    widget.field_value = False
                    widget.update()
        saved: bytes = document.tobytes()
    return saved


def bake_with_mupdf(pdf: bytes) -> bytes:
    """Flatten; ink that brings no drawing is dropped."""
    import pymupdf

    with pymupdf.open(stream=pdf) as document:
        document.bake()
        flat: bytes = document.tobytes()
    return flat


def insert_with_mupdf(pdf: bytes) -> bytes:
    """Into a new file, as scripts merge with pymupdf."""
    import pymupdf

    with pymupdf.open(stream=pdf) as document, pymupdf.open() as new:
        new.insert_pdf(document)
        merged: bytes = new.tobytes()
    return merged


# --- PyPDFForm ----------------------------------------------------------------------------------
def fill_with_pypdfform(pdf: bytes, work: Work) -> bytes:
    """Radio groups are filled by the number of the box."""
    from PyPDFForm import PdfWrapper

    values: dict[str, Any] = dict(work.texts)
    for name, state in work.ticks.items():
        values[name] = list(ANSWER_OF_STATE).index(state)
    filled: bytes = PdfWrapper(pdf).fill(values).read()
    return filled


# --- pikepdf ------------------------------------------------------------------------------------
def fill_with_pikepdf(pdf: bytes, work: Work) -> bytes:
    """Through the form interface of pikepdf, which keeps values and drawings together."""
    import pikepdf
    from pikepdf.form import DefaultAppearanceStreamGenerator, Form

    with pikepdf.open(io.BytesIO(pdf)) as document:
        form = Form(document, generate_appearances=DefaultAppearanceStreamGenerator)
        for name, text in work.texts.items():
            form[name].value = text
        for name, state in work.ticks.items():
            group: Any = form[name]
            options = [o for o in group.options if o.on_value == f"/{state}"]
            if len(options) != 1:
                raise EngineError(f"pikepdf finds {len(options)} boxes {state} in {name}")
            group.selected = options[0]
        for name in work.unticks:
            form[name].value = pikepdf.Name.Off
        written = io.BytesIO()
        document.save(written)
    return written.getvalue()
