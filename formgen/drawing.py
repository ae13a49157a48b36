"""Draw the fixed part of a form's pages with reportlab: content streams and page fonts.

What differs from form to form is drawn by `formgen.variable`; fields and structure are made by
`formgen.assembly`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from formgen import style
from formgen.fonts import page_font
from formgen.layout import (
    Artifact,
    CodePlace,
    FormLayout,
    Frame,
    Mark,
    Panel,
    Rule,
    Slot,
    Text,
)
from formgen.pdfsyntax import Name, ObjectTable, Ref, Stream, Value, deflated
from formgen.structure import Structure
from formgen.style import Face, Ink

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

BEGIN_ARTIFACT = "/Artifact BMC"
END_MARKED = "EMC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What reportlab made of a form's fixed part."""

    contents: tuple[bytes, ...]
    """Content stream of each page, not compressed."""
    fonts: Mapping[str, Value]
    """The /Font resources that all pages share; the fonts are in the object table."""


def draw(layout: FormLayout, structure: Structure, table: ObjectTable) -> Drawn:
    """Draw all pages; fonts are added to `table`."""
    from reportlab.pdfgen.canvas import Canvas

    for face in Face:
        page_font(face)
    buffer = io.BytesIO()
    canvas = Canvas(
        buffer,
        pagesize=(layout.page_width, layout.page_height),
        pageCompression=0,
        invariant=1,
        initialFontName=Face.REGULAR.value,
    )
    for page in range(layout.page_count):
        _draw_artifacts(canvas, [item for item in layout.artifacts if item.page == page])
        for content in structure.contents_of(page):
            if any(isinstance(leaf, Slot) for leaf in content.leaves):
                continue
            canvas.addLiteral(f"/{content.role} <</MCID {content.mcid}>> BDC")
            for leaf in content.leaves:
                if isinstance(leaf, Text):
                    _draw_text(canvas, leaf)
            canvas.addLiteral(END_MARKED)
        canvas.showPage()
    canvas.save()
    return _take_apart(buffer.getvalue(), table)


def _draw_artifacts(canvas: Canvas, artifacts: Sequence[Artifact]) -> None:
    """Draw what says nothing, panels first so that they lie below."""
    canvas.addLiteral(BEGIN_ARTIFACT)
    for item in sorted(artifacts, key=lambda item: not isinstance(item, Panel)):
        match item:
            case Text():
                _draw_text(canvas, item)
            case Rule():
                _stroke(canvas, item.ink, item.width)
                canvas.line(item.x0, item.y0, item.x1, item.y1)
            case Panel():
                canvas.setFillColorRGB(*style.RGB[item.ink])
                rect = item.rect
                canvas.rect(rect.x0, rect.y0, rect.width, rect.height, stroke=0, fill=1)
            case Frame():
                _stroke(canvas, item.ink, item.width)
                rect = item.rect
                canvas.rect(rect.x0, rect.y0, rect.width, rect.height, stroke=1, fill=0)
            case Mark():
                _draw_mark(canvas, item)
            case Slot() | CodePlace():
                pass  # drawn when the form is issued
    canvas.addLiteral(END_MARKED)


def _stroke(canvas: Canvas, ink: Ink, width: float) -> None:
    canvas.setStrokeColorRGB(*style.RGB[ink])
    canvas.setLineWidth(width)


def _draw_text(canvas: Canvas, text: Text) -> None:
    canvas.setFont(text.face.value, text.size)
    canvas.setFillColorRGB(*style.RGB[text.ink])
    canvas.drawString(text.x, text.baseline, text.text)


def _draw_mark(canvas: Canvas, mark: Mark) -> None:
    """Show how to mark a box."""
    rect = mark.rect
    _stroke(canvas, Ink.FRAME, 0.8)
    canvas.setFillColorRGB(*style.RGB[Ink.FRAME])
    filled = mark.kind == "filled"
    canvas.rect(rect.x0, rect.y0, rect.width, rect.height, stroke=1, fill=int(filled))
    if not filled:
        canvas.line(rect.x0 + 1.5, rect.y0 + 1.5, rect.x1 - 1.5, rect.y1 - 1.5)
        canvas.line(rect.x0 + 1.5, rect.y1 - 1.5, rect.x1 - 1.5, rect.y0 + 1.5)


def _take_apart(data: bytes, table: ObjectTable) -> Drawn:
    """Take page contents and fonts out of the file that reportlab wrote."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    contents = []
    for page in reader.pages:
        stream = page.get_contents()
        contents.append(stream.get_data() if stream is not None else b"")
    resources: Any = reader.pages[0]["/Resources"]
    fonts = _Copier(table).copy(resources["/Font"].get_object())
    assert isinstance(fonts, Mapping)
    return Drawn(contents=tuple(contents), fonts=fonts)


class _Copier:
    """Copies pypdf objects into an object table, each once."""

    def __init__(self, table: ObjectTable) -> None:
        self.table = table
        self.copied: dict[int, Ref] = {}

    def copy(self, value: Any) -> Value:
        from pypdf import generic

        if isinstance(value, generic.IndirectObject):
            if value.idnum not in self.copied:
                ref = self.copied[value.idnum] = self.table.reserve()
                self.table.set(ref, self.copy(value.get_object()))
            return self.copied[value.idnum]
        if isinstance(value, generic.StreamObject):
            return self._stream(value)
        if isinstance(value, generic.DictionaryObject):
            # /Name is obsolete in fonts since PDF 1.1 and forbidden in PDF 2.0.
            return {
                key[1:]: self.copy(dict.__getitem__(value, key))
                for key in value
                if not (key == "/Name" and value.get("/Type") == "/Font")
            }
        if isinstance(value, generic.ArrayObject):
            return [self.copy(item) for item in list.__iter__(value)]
        return _plain(value)

    def _stream(self, value: Any) -> Stream:
        data = value.get_data()
        if b"begincmap" in data:
            return deflated(rewrite_to_unicode(data))
        entries = {
            key[1:]: self.copy(dict.__getitem__(value, key))
            for key in value
            if key in ("/Length1", "/Length2", "/Length3", "/Subtype")
        }
        return deflated(data, entries)


def _plain(value: Any) -> Value:
    """Give a pypdf object that holds no others as our value."""
    from pypdf import generic

    match value:
        case generic.NameObject():
            return Name(str(value)[1:])
        case generic.BooleanObject():
            return bool(value)
        case generic.NumberObject():
            return int(value)
        case generic.FloatObject():
            return float(value)
        case generic.ByteStringObject():
            return bytes(value)
        case _:
            return str(value)


def rewrite_to_unicode(cmap: bytes) -> bytes:
    """Give reportlab's ToUnicode map without its entries for codes that no glyph has.

    reportlab maps each unused code to U+0000, which PDF/UA forbids (ISO 14289-1, 7.21.7), and puts
    128 entries in one block where 100 are allowed (Adobe Technical Note 5411).
    """
    entries = [
        (code, target)
        for code, target in re.findall(rb"<([0-9A-Fa-f]{2})> <([0-9A-Fa-f]{4,})>", cmap)
        if target != b"0000"
    ]
    head, _, _ = cmap.partition(b"endcodespacerange")
    blocks = []
    for start in range(0, len(entries), 100):
        block = entries[start : start + 100]
        lines = b"\n".join(b"<%s> <%s>" % entry for entry in block)
        blocks.append(b"%d beginbfchar\n%s\nendbfchar" % (len(block), lines))
    tail = b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    return head + b"endcodespacerange\n" + b"\n".join(blocks) + b"\n" + tail
