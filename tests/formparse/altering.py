"""Alters filled forms as somebody would who wants other questions answered, or other answers read.

Each function takes a PDF and gives another; what it changes follows from its arguments.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from formgen.issue import Practice
from formgen.layout import BoxPlace, FormLayout, Rect, Text
from formgen.pdf import make_template
from formgen.standard import Standard
from tests.builders import packaged_catalog, render_blank

Alter = Callable[[bytes], bytes]


def edited(data: bytes, edit: Callable[[Pdf], None]) -> bytes:
    """The file after a change of its objects."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        edit(pdf)
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def text_of(layout: FormLayout, words: str, page: int) -> Text:
    """The line of a page that begins with these words."""
    items = (*layout.leaves(), *layout.artifacts)
    return next(
        item
        for item in items
        if isinstance(item, Text) and item.page == page and item.text.startswith(words)
    )


def area_of(text: Text, letters: int = 12) -> Rect:
    """Where the first letters of a line stand, about."""
    return Rect(text.x, text.baseline - 2, text.x + letters * text.size / 2, text.baseline + 8)


# --- The page's content ---------------------------------------------------------------------------
def content_changed(data: bytes, page: int, change: Callable[[bytes], bytes]) -> bytes:
    """The fixed piece of a page's content changed; it must really be."""

    def edit(pdf: Pdf) -> None:
        piece = pdf.pages[page].obj.Contents[0]
        before = piece.read_bytes()
        after = change(before)
        assert after != before
        piece.write(after)

    return edited(data, edit)


def _shown(piece: bytes, text: Text) -> re.Match[bytes]:
    """Find the operators that draw a line, by where it begins."""
    pattern = rb"BT 1 0 0 1 %s %s Tm (.*?) ET" % (_number(text.x), _number(text.baseline))
    found = re.search(pattern, piece, re.DOTALL)
    assert found is not None, text
    return found


def _number(value: float) -> bytes:
    """A coordinate as reportlab may have written it."""
    whole, _, rest = f"{value:.6f}".partition(".")
    return rb"%s(?:\.%s\d*)?" % (whole.encode(), rest[:2].encode() if rest[:2] != "00" else b"0")


def without_line(data: bytes, page: int, text: Text) -> bytes:
    """A line of a page is gone."""
    return content_changed(data, page, lambda piece: piece.replace(_shown(piece, text)[0], b""))


def exchanged_lines(data: bytes, page: int, one: Text, other: Text) -> bytes:
    """Two lines of a page stand in each other's place."""

    def change(piece: bytes) -> bytes:
        first, second = _shown(piece, one), _shown(piece, other)
        mine, theirs = first[0], second[0]
        swapped = (
            mine.replace(first[1], second[1], 1),
            theirs.replace(second[1], first[1], 1),
        )
        marked = piece.replace(mine, b"\0one").replace(theirs, b"\0two")
        return marked.replace(b"\0one", swapped[0]).replace(b"\0two", swapped[1])

    return content_changed(data, page, change)


def reversed_line(data: bytes, page: int, text: Text) -> bytes:
    """The letters of a line stand in another order: other words in the same font."""

    def change(piece: bytes) -> bytes:
        found = _shown(piece, text)
        strings = re.findall(rb"\((?:[^()\\]|\\.)*\) Tj", found[0])
        assert strings
        longest = max(strings, key=len)
        letters = re.findall(rb"\\(?:[0-7]{3}|.)|.", longest[1:-4], re.DOTALL)
        backwards = b"(" + b"".join(reversed(letters)) + b") Tj"
        return piece.replace(found[0], found[0].replace(longest, backwards))

    return content_changed(data, page, change)


def invisible_line(data: bytes, page: int, text: Text) -> bytes:
    """A line is there for programs that extract text, and not for people."""
    return content_changed(
        data,
        page,
        lambda piece: piece.replace(
            _shown(piece, text)[0], b"q 3 Tr " + _shown(piece, text)[0] + b" Q"
        ),
    )


def painted_over(data: bytes, page: int, rect: Rect, colour: str = "1 1 1") -> bytes:
    """A rectangle is drawn over a part of a page, at the end of its own content."""
    box = f"{rect.x0} {rect.y0} {rect.width} {rect.height}"
    return content_changed(
        data, page, lambda piece: piece + f"\nq {colour} rg {box} re f Q".encode()
    )


def painted_in_slots(data: bytes, page: int, rect: Rect) -> bytes:
    """The same, in the piece that only fills slots."""

    def edit(pdf: Pdf) -> None:
        piece = pdf.pages[page].obj.Contents[1]
        box = f"{rect.x0} {rect.y0} {rect.width} {rect.height}"
        piece.write(piece.read_bytes() + f"\nq 1 1 1 rg {box} re f Q".encode())

    return edited(data, edit)


def hidden_by_layer(data: bytes, page: int, text: Text) -> bytes:
    """A line is in a layer that is switched off."""

    def edit(pdf: Pdf) -> None:
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("x")))
        pdf.Root.OCProperties = Dictionary(
            OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), Order=Array([]))
        )
        sheet = pdf.pages[page].obj
        sheet.Resources.Properties = Dictionary(L0=layer)
        piece = sheet.Contents[0]
        before = piece.read_bytes()
        shown = _shown(before, text)[0]
        piece.write(before.replace(shown, b"/OC /L0 BDC " + shown + b" EMC"))

    return edited(data, edit)


def moved_outline(data: bytes, box: BoxPlace, by: float = 30.0) -> bytes:
    """The printed outline of a box stands elsewhere."""

    def change(piece: bytes) -> bytes:
        rect = box.rect
        place = b"%s %s" % (f"{rect.x0:g}".encode(), f"{rect.y0:g}".encode())
        return piece.replace(place, b"%s %g" % (f"{rect.x0:g}".encode(), rect.y0 + by))

    return content_changed(data, box.page, change)


def swapped_glyphs(data: bytes, one: str, other: str) -> bytes:
    """The page fonts draw one letter for another; the text that programs extract stays."""
    from fontTools.ttLib import TTFont

    def edit(pdf: Pdf) -> None:
        for name, font in pdf.pages[0].obj.Resources.Font.items():
            if name in ("/F", "/FU"):
                continue
            map_ = font.ToUnicode.read_bytes().decode()
            codes = [
                int(found[1], 16)
                for letter in (one, other)
                if (
                    found := re.search(
                        rf"<([0-9A-F]{{2}})> <{ord(letter):04X}>", map_, re.IGNORECASE
                    )
                )
            ]
            if len(codes) < 2:
                continue
            file = font.FontDescriptor.FontFile2
            shapes = TTFont(io.BytesIO(file.read_bytes()))
            # reportlab numbers the glyphs of its subsets as their codes.
            order = shapes.getGlyphOrder()
            first, second = (_glyph(shapes, order, code) for code in codes)
            glyphs = shapes["glyf"]
            glyphs[first], glyphs[second] = glyphs[second], glyphs[first]
            out = io.BytesIO()
            shapes.save(out)
            file.write(out.getvalue())

    return edited(data, edit)


def _glyph(font: object, order: list[str], code: int) -> str:
    """The glyph that a code of a symbolic font means."""
    for table in font["cmap"].tables:  # type: ignore[index]
        for key in (code, 0xF000 + code):
            if key in table.cmap:
                return str(table.cmap[key])
    return order[code]


# --- Annotations ----------------------------------------------------------------------------------
def annotated(data: bytes, page: int, rect: Rect, drawing: bytes, **entries: object) -> bytes:
    """An annotation with this drawing lies on a page."""

    def edit(pdf: Pdf) -> None:
        look = pdf.make_stream(drawing)
        look.Type, look.Subtype = Name.XObject, Name.Form
        look.BBox = Array([0, 0, rect.width, rect.height])
        look.Resources = Dictionary(
            Font=Dictionary(
                H=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
            )
        )
        note = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Stamp,
            F=4,
            Rect=Array([rect.x0, rect.y0, rect.x1, rect.y1]),
            AP=Dictionary(N=look),
        )
        for key, value in entries.items():
            note[f"/{key}"] = value
        pdf.pages[page].obj.Annots.append(pdf.make_indirect(note))

    return edited(data, edit)


def white(rect: Rect) -> bytes:
    return f"1 1 1 rg 0 0 {rect.width} {rect.height} re f".encode()


def words(text: str, size: float = 9) -> bytes:
    return f"BT 0 0 0 rg /H {size} Tf 2 4 Td ({text}) Tj ET".encode("latin-1")


def highlighted(data: bytes, page: int, rect: Rect) -> bytes:
    """A part of a page is marked yellow, as with a text marker."""
    import pymupdf

    with pymupdf.open(stream=data) as document:
        sheet = document[page]
        height = sheet.rect.height
        sheet.add_highlight_annot(
            pymupdf.Rect(rect.x0, height - rect.y1, rect.x1, height - rect.y0)
        )
        out: bytes = document.tobytes()
    return out


# --- Fields ---------------------------------------------------------------------------------------
def widget(pdf: Pdf, name: str) -> pikepdf.Object:
    """A box by its name (`Q1-01:OUI`), or a text field."""
    for page in pdf.pages:
        for note in page.obj.get("/Annots", []):
            if name in (str(note.get("/NM", "")), str(note.get("/T", ""))):
                return note
    raise AssertionError(name)


def field_set(data: bytes, name: str, **entries: object) -> bytes:
    """A field's entries changed."""

    def edit(pdf: Pdf) -> None:
        found = widget(pdf, name)
        for key, value in entries.items():
            found[f"/{key}"] = value

    return edited(data, edit)


def field_again(data: bytes, name: str, **entries: object) -> bytes:
    """A field's widget stands on its page once more, changed."""

    def edit(pdf: Pdf) -> None:
        found = widget(pdf, name)
        twin = pdf.make_indirect(Dictionary(found))
        for key, value in entries.items():
            twin[f"/{key}"] = value
        found.P.Annots.append(twin)
        if "/Parent" not in twin:
            pdf.Root.AcroForm.Fields.append(twin)

    return edited(data, edit)


def box_drawing(data: bytes, name: str, state: str, drawing: bytes) -> bytes:
    """A box draws something else in one of its states."""

    def edit(pdf: Pdf) -> None:
        found = widget(pdf, name)
        looks = Dictionary(found.AP.N)
        side = float(found.Rect[2]) - float(found.Rect[0])
        look = pdf.make_stream(drawing)
        look.Type, look.Subtype = Name.XObject, Name.Form
        look.BBox = Array([0, 0, side, side])
        looks[f"/{state}"] = look
        found.AP = Dictionary(N=looks)

    return edited(data, edit)


def exchanged_tooltips(data: bytes, one: str, other: str) -> bytes:
    """Two boxes' words for screen readers stand in each other's place."""

    def edit(pdf: Pdf) -> None:
        first, second = widget(pdf, one), widget(pdf, other)
        mine, theirs = str(first.TU), str(second.TU)
        first.TU, second.TU = String(theirs), String(mine)

    return edited(data, edit)


def foreign_field(data: bytes, page: int, rect: Rect) -> bytes:
    """A button that no form has lies on a page."""

    def edit(pdf: Pdf) -> None:
        button = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Btn,
            Ff=1 << 16,
            T=String("autre"),
            F=4,
            Rect=Array([rect.x0, rect.y0, rect.x1, rect.y1]),
        )
        button = pdf.make_indirect(button)
        pdf.pages[page].obj.Annots.append(button)
        pdf.Root.AcroForm.Fields.append(button)

    return edited(data, edit)


def printed(data: bytes, page: int, rect: Rect, text: str) -> bytes:
    """A text is printed on a page, in its content."""
    import pymupdf

    with pymupdf.open(stream=data) as document:
        sheet = document[page]
        sheet.insert_text((rect.x0, sheet.rect.height - rect.y0 - 4), text, fontsize=9.5)
        out: bytes = document.tobytes()
    return out


def made(questionnaire_id: str, standard: Standard, practice: Practice | None = None) -> bytes:
    """A form of a standard, as sent to nobody in particular."""
    catalog = packaged_catalog()
    template = make_template(catalog, catalog.questionnaire(questionnaire_id), practice, standard)
    return render_blank(template)
