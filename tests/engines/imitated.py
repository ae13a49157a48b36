"""Programs that cannot run here, imitated: what public reports say that they leave in a file.

They prove that the shape reported is read, not that the program still leaves it.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
import pymupdf
from pikepdf import Dictionary, Name, String

from demo.engine import find_places
from formgen.fonts import FONT_FOLDER, FORM_FONT_FILE
from tests.engines.engine import Change, Fill, Work
from tests.formparse.readers import drawing

Box = Any
"""A widget, as pikepdf gives it."""


# --- Fillers ------------------------------------------------------------------------------------
def fill_like_preview(pdf: bytes, work: Work) -> bytes:
    """macOS Preview, iOS Files: a clicked box is torn off its field, whose value stays as it was.

    developer.apple.com/forums/thread/735073: the box gets /V, /T and /FT of its own and loses its
    /Parent.
    """

    def set_box(box: Box, point: str, state: str | None) -> None:
        mark = _mark(box)
        is_on = str(box.get("/AS", "/Off")) == f"/{mark}"
        if mark == state or is_on:
            shown = Name(f"/{mark}") if mark == state else Name.Off
            box.FT, box.T, box.V, box.AS = Name.Btn, String(point), shown, shown
            box.Ff = 32768
            if "/Parent" in box:
                del box["/Parent"]

    return _filled(pdf, work, set_box)


def fill_values_only(pdf: bytes, work: Work) -> bytes:
    """Fillers that set /V and leave /AS (docassemble 620, OpenPDF 636, PyMuPDF 3314)."""

    def set_box(box: Box, point: str, state: str | None) -> None:
        box.Parent.V = Name(f"/{state}") if state else Name.Off

    return _filled(pdf, work, set_box)


def fill_values_to_be_drawn(pdf: bytes, work: Work) -> bytes:
    """The same, where the filler asks the viewer to draw the fields (/NeedAppearances)."""
    with pikepdf.open(io.BytesIO(fill_values_only(pdf, work))) as document:
        document.Root.AcroForm.NeedAppearances = True
        return _saved(document)


def fill_states_only(pdf: bytes, work: Work) -> bytes:
    """Fillers that set /AS and leave /V (PyMuPDF 711, 3314; the screen is right)."""

    def set_box(box: Box, point: str, state: str | None) -> None:
        box.AS = Name(f"/{state}") if _mark(box) == state else Name.Off

    return _filled(pdf, work, set_box)


def fill_kids_and_strings(pdf: bytes, work: Work) -> bytes:
    """Values as strings, on the boxes too (py-pdf/pypdf 3630; pdf.js 17473, 17159)."""

    def set_box(box: Box, point: str, state: str | None) -> None:
        box.AS = Name(f"/{state}") if _mark(box) == state else Name.Off
        box.V = String(state or "Off")
        box.Parent.V = String(state or "Off")

    return _filled(pdf, work, set_box)


def fill_like_acrobat(pdf: bytes, work: Work) -> bytes:
    """Acrobat's « Save »: what changed is put behind the old bytes (ISO 32000-1, 7.5.6)."""
    from pypdf import PdfReader
    from pypdf.generic import NameObject, TextStringObject

    reader = PdfReader(io.BytesIO(pdf))
    states = {**dict.fromkeys(work.unticks, "Off"), **work.ticks}
    changed = {}
    for page in reader.pages:
        for reference in page.get("/Annots", ()):
            widget = reference.get_object()
            above = widget.raw_get("/Parent") if "/Parent" in widget else reference
            field = above.get_object()
            name = str(field.get("/T"))
            if name in states:
                marks = widget["/AP"]["/N"]
                shown = states[name] if f"/{states[name]}" in marks else "Off"
                widget[NameObject("/AS")] = NameObject(f"/{shown}")
                field[NameObject("/V")] = NameObject(f"/{states[name]}")
            elif name in work.texts:
                field[NameObject("/V")] = TextStringObject(work.texts[name])
            else:
                continue
            changed[reference.idnum], changed[above.idnum] = widget, field
    return _appended(pdf, changed, reader.trailer)


def _appended(pdf: bytes, changed: dict[int, Any], trailer: Any) -> bytes:
    """Give a file with newer versions of some objects behind its old bytes."""
    out = io.BytesIO()
    out.write(pdf if pdf.endswith(b"\n") else pdf + b"\n")
    places = {}
    for number, value in sorted(changed.items()):
        places[number] = out.tell()
        out.write(b"%d 0 obj\n" % number)
        value.write_to_stream(out)
        out.write(b"\nendobj\n")
    table = out.tell()
    rows = b"".join(b"%d 1\n%010d 00000 n \n" % (n, place) for n, place in places.items())
    out.write(
        b"xref\n" + rows + b"trailer\n<< /Prev %d" % int(pdf.split(b"startxref")[-1].split()[0])
    )
    for key in ("/Size", "/Root", "/Info", "/ID"):
        if key in trailer:
            out.write(b" " + key.encode() + b" ")
            trailer.raw_get(key).write_to_stream(out)
    out.write(b" >>\nstartxref\n%d\n%%%%EOF\n" % table)
    return out.getvalue()


def _filled(pdf: bytes, work: Work, set_box: Callable[[Box, str, str | None], None]) -> bytes:
    """Set boxes this way, and texts as viewers do: value, and no drawing of the old one."""
    states: dict[str, str | None] = {**dict.fromkeys(work.unticks), **work.ticks}
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for widget in _widgets(document):
            point, _, mark = str(widget.get("/NM", "")).partition(":")
            name = str(widget.get("/T", ""))
            if mark and point in states:
                set_box(widget, point, states[point])
            elif name in work.texts:
                widget.V = String(work.texts[name])
                if "/AP" in widget:
                    del widget["/AP"]
        return _saved(document)


def _mark(box: Box) -> str:
    return str(box.NM).partition(":")[2]


def _widgets(document: pikepdf.Pdf) -> Iterator[Box]:
    for page in document.pages:
        for note in page.get("/Annots", ()):
            if note.get("/Subtype") == "/Widget":
                yield note


def _saved(document: pikepdf.Pdf) -> bytes:
    written = io.BytesIO()
    with warnings.catch_warnings():
        # Of fields that no list names: that is what is imitated here.
        warnings.simplefilter("ignore", pikepdf.PageCopyWarning)
        document.save(written)
    return written.getvalue()


# --- Marks drawn over the form ------------------------------------------------------------------
def mark_with(draw: drawing.Draw) -> Fill:
    """Drawn at the boxes; texts are written onto the page, as « Fill & Sign » does.

    That people tick over the form is on record (docuseal 172; feedback-assistant 605 for Apple's
    Markup); no public record shows how « Fill & Sign » writes it.
    """

    def fill(pdf: bytes, work: Work) -> bytes:
        places = find_places(pdf)
        with pymupdf.open(stream=pdf) as document:
            for point, state in work.ticks.items():
                place = places[f"{point}:{state}"]
                page = document[place.page]
                x, y = place.centre
                draw(page, x, page.rect.height - y)
            for name, text in work.texts.items():
                place = places[name.rpartition("-")[2]]
                page = document[place.page]
                page.insert_text(
                    (place.rect.x0 + 4, page.rect.height - place.rect.y1 + 13),
                    text.splitlines(),
                    fontsize=9,
                    fontname="typed",
                    fontfile=str(FONT_FOLDER / FORM_FONT_FILE),
                )
            marked: bytes = document.tobytes()
        return marked

    return fill


# --- What merging and splitting tools do to names -----------------------------------------------
# On record as faults of such tools: pypdf 506, 299, 606; pdfsam 540; sejda 418; cpdf 100.
def rename_fields(rename: Callable[[str], str], *, keep_own_names: bool) -> Change:
    """Rename all fields, as merging tools do against clashes; boxes may lose their own names."""

    def change(pdf: bytes) -> bytes:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            for field in document.Root.AcroForm.Fields:
                field.T = String(rename(str(field.T)))
            if not keep_own_names:
                for widget in _widgets(document):
                    if "/NM" in widget:
                        del widget["/NM"]
            return _saved(document)

    return change


def put_under_one_field(pdf: bytes) -> bytes:
    """All fields become kids of one new one as of a form in a form."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        form = document.Root.AcroForm
        above = document.make_indirect(Dictionary(T=String("retour"), Kids=form.Fields))
        for field in form.Fields:
            field.Parent = above
        form.Fields = pikepdf.Array([above])
        return _saved(document)


def leave_fields_behind(pdf: bytes) -> bytes:
    """The list of fields is empty; only the pages name them."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        del document.Root["/AcroForm"]
        return _saved(document)


def forget_pages(pdf: bytes) -> bytes:
    """Boxes no longer say on which page they are (pdf.js 15096)."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for widget in _widgets(document):
            if "/P" in widget:
                del widget["/P"]
        return _saved(document)


def drop_identity(pdf: bytes) -> bytes:
    """What a page says of itself and the file's metadata are gone (« sanitized »)."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            if "/PieceInfo" in page:
                del page["/PieceInfo"]
        if "/Metadata" in document.Root:
            del document.Root["/Metadata"]
        del document.docinfo
        return _saved(document)
