"""The font for what is typed: as PDF objects, and text as codes of it.

One font file serves two font dictionaries. `F` is a simple WinAnsi font: viewers redraw people's
typing with it. `FU` is a composite font over the same file: what the form itself fills in is drawn
with it, so that letters outside WinAnsi (Łódź) are right too.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from formgen.fonts import FONT_FOLDER, FORM_FONT_FILE
from formgen.pdfsyntax import Name, ObjectTable, Ref, Value, deflated

SIMPLE = "F"
UNICODE = "FU"
REPLACEMENT = "?"
"""Drawn for a character that the font lacks; the field's value keeps the character itself."""

_BASE_FONT = Name("FMTGEN+FormgenField-Regular")
_FIRST, _LAST = 32, 255


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFont:
    """Metrics of the form font, in thousandths of the size."""

    data: bytes
    glyph_of: dict[str, int]
    width_of: tuple[int, ...]
    """Advance of each glyph."""
    ascent: int
    descent: int
    cap_height: int
    box: tuple[int, int, int, int]

    def has(self, character: str) -> bool:
        """Tell whether the font can draw a character."""
        return character in self.glyph_of

    def width(self, text: str, size: float) -> float:
        """Give the width of a text in points."""
        fallback = self.glyph_of[REPLACEMENT]
        total = sum(self.width_of[self.glyph_of.get(c, fallback)] for c in text)
        return total * size / 1000

    def codes(self, text: str) -> bytes:
        """Give the text as codes of the composite font, in hexadecimal."""
        fallback = self.glyph_of[REPLACEMENT]
        return b"".join(b"%04X" % self.glyph_of.get(c, fallback) for c in text)


@functools.cache
def form_font() -> FormFont:
    """Read the form font."""
    from reportlab.pdfbase.ttfonts import TTFontFile

    path = Path(FONT_FOLDER) / FORM_FONT_FILE
    face = TTFontFile(str(path))
    glyph_of = {chr(code): glyph for code, glyph in face.charToGlyph.items()}
    glyph_of.setdefault("\u202f", glyph_of[" "])
    return FormFont(
        data=path.read_bytes(),
        glyph_of=glyph_of,
        width_of=tuple(advance for advance, _ in face.hmetrics),
        ascent=round(face.ascent),
        descent=round(face.descent),
        cap_height=round(face.capHeight),
        box=tuple(round(value) for value in face.bbox),
    )


def missing_characters(text: str) -> str:
    """Give the characters of a text that the form font cannot draw, each once, in order."""
    font = form_font()
    return "".join(dict.fromkeys(c for c in text if not font.has(c)))


def add_form_font(table: ObjectTable) -> dict[str, Value]:
    """Add the font's objects; give the /Font resources that name both dictionaries."""
    font = form_font()
    file = table.add(deflated(font.data, {"Length1": len(font.data)}))
    descriptor = table.add(
        {
            "Type": Name("FontDescriptor"),
            "FontName": _BASE_FONT,
            "Flags": 32,
            "FontBBox": list(font.box),
            "ItalicAngle": 0,
            "Ascent": font.ascent,
            "Descent": font.descent,
            "CapHeight": font.cap_height,
            "StemV": 84,
            "MissingWidth": font.width_of[0],
            "FontFile2": file,
        }
    )
    return {
        SIMPLE: table.add(_simple(font, descriptor, table)),
        UNICODE: table.add(_composite(font, descriptor, table)),
    }


def _simple(font: FormFont, descriptor: Ref, table: ObjectTable) -> dict[str, Value]:
    characters = [bytes([code]).decode("cp1252", "ignore") for code in range(_FIRST, _LAST + 1)]
    widths = [
        font.width_of[font.glyph_of[character]] if character in font.glyph_of else font.width_of[0]
        for character in characters
    ]
    pairs = [
        (b"%02X" % code, character)
        for code, character in zip(range(_FIRST, _LAST + 1), characters, strict=True)
        if character in font.glyph_of
    ]
    return {
        "Type": Name("Font"),
        "Subtype": Name("TrueType"),
        "BaseFont": _BASE_FONT,
        "Encoding": Name("WinAnsiEncoding"),
        "FirstChar": _FIRST,
        "LastChar": _LAST,
        "Widths": table.add(widths),
        "FontDescriptor": descriptor,
        "ToUnicode": table.add(deflated(_to_unicode(pairs, code_bytes=1))),
    }


def _composite(font: FormFont, descriptor: Ref, table: ObjectTable) -> dict[str, Value]:
    character_of: dict[int, str] = {}
    for character, glyph in sorted(font.glyph_of.items()):
        character_of.setdefault(glyph, character)
    pairs = [(b"%04X" % glyph, character) for glyph, character in sorted(character_of.items())]
    descendant: dict[str, Value] = {
        "Type": Name("Font"),
        "Subtype": Name("CIDFontType2"),
        "BaseFont": _BASE_FONT,
        "CIDSystemInfo": {"Registry": "Adobe", "Ordering": "Identity", "Supplement": 0},
        "FontDescriptor": descriptor,
        "DW": font.width_of[0],
        "W": table.add([0, list(font.width_of)]),
        "CIDToGIDMap": Name("Identity"),
    }
    return {
        "Type": Name("Font"),
        "Subtype": Name("Type0"),
        "BaseFont": _BASE_FONT,
        "Encoding": Name("Identity-H"),
        "DescendantFonts": [table.add(descendant)],
        "ToUnicode": table.add(deflated(_to_unicode(pairs, code_bytes=2))),
    }


def _to_unicode(pairs: list[tuple[bytes, str]], *, code_bytes: int) -> bytes:
    """Give a ToUnicode map (Adobe Technical Note 5411), at most 100 entries a block."""
    low, high = b"00" * code_bytes, b"FF" * code_bytes
    blocks = []
    for start in range(0, len(pairs), 100):
        block = pairs[start : start + 100]
        lines = b"\n".join(
            b"<%s> <%s>" % (code, character.encode("utf-16-be").hex().upper().encode())
            for code, character in block
        )
        blocks.append(b"%d beginbfchar\n%s\nendbfchar" % (len(block), lines))
    return (
        b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        b"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n"
        b"<"
        + low
        + b"> <"
        + high
        + b">\nendcodespacerange\n"
        + b"\n".join(blocks)
        + b"\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )
