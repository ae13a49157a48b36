"""What differs from one issued form to the next: drawn fast, without reportlab.

Texts are set in the embedded form font; page codes are drawn as rectangles. Pure: values in,
content stream bytes out.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import zxingcpp

from formgen import style, wording
from formgen.catalog import Catalog
from formgen.formfont import UNICODE, FormFont, form_font
from formgen.issue import Issue, Practice
from formgen.layout import CodePlace, Rect, SlotKind
from formgen.pagecode import PageCode, encode
from formgen.pdfsyntax import number
from formgen.structure import PlacedSlot
from formgen.style import Ink
from formgen.typeset import french

_LEADING = 1.2
_SHRINK_STEP = 0.25


Words = Mapping[SlotKind, Sequence[str]]
"""The paragraphs of each kind of slot."""


def page_content(
    slots: Sequence[PlacedSlot],
    codes: Sequence[tuple[CodePlace, PageCode]],
    words: Words,
) -> bytes:
    """Give the variable content of one page."""
    parts = [b"/Artifact BMC", *(_code(place, code) for place, code in codes), b"EMC"]
    for slot, content in slots:
        begin = "/Artifact BMC"
        if content:
            begin = f"/{content.role} <</MCID {content.mcid}>> BDC"
        shown = text_block(tuple(words[slot.kind]), slot.rect, slot.size, slot.ink)
        parts += [begin.encode(), shown, b"EMC"]
    return b"\n".join(parts)


def practice_words(catalog: Catalog, practice: Practice | None) -> Words:
    """Give what the slots say of who asks: the same on all forms of a build."""
    lines = wording.practice_lines(practice) if practice else (wording.ANY_PRACTICE,)
    return {
        SlotKind.PRACTICE: tuple(french(line) for line in lines),
        SlotKind.RETURN: (french(wording.how_to_return(practice)),),
        SlotKind.NOTICE: (french(wording.privacy_notice(catalog, practice)),),
    }


def issue_words(issue: Issue) -> Words:
    """Give what the slots say of the one form."""
    return {
        SlotKind.ADDRESSEE: addressee(issue),
        SlotKind.FORM_ID: (f"Formulaire {issue.form_id[:4]}-{issue.form_id[4:]}",),
    }


def addressee(issue: Issue) -> tuple[str, ...]:
    """Give the paragraphs that say who is asked."""
    known = tuple(text for text in (issue.company, issue.service) if text)
    return known or (wording.ANY_SUPPLIER,)


def wrap_plain(font: FormFont, text: str, size: float, width: float) -> list[str]:
    """Give the lines of a text, broken at spaces, and inside a word only where it is too long."""
    lines: list[str] = []
    current = ""
    # At plain spaces only: French typography binds words with others.
    for word in filter(None, text.replace("\n", " ").split(" ")):
        candidate = f"{current} {word}" if current else word
        if font.width(candidate, size) <= width:
            current = candidate
            continue
        if current:
            lines.append(current)
        current = word
        while font.width(current, size) > width and len(current) > 1:
            cut = len(current)
            while cut > 1 and font.width(current[:cut], size) > width:
                cut -= 1
            lines.append(current[:cut])
            current = current[cut:]
    return [*lines, current] if current else lines


def fit_plain(
    font: FormFont, paragraphs: Sequence[str], rect: Rect, size: float
) -> tuple[list[str], float]:
    """Give lines and the largest size at which they fill the rectangle.

    Nothing is cut: below the smallest size the lines run on, and `formgen.build` has warned.
    """
    while True:
        lines = [line for text in paragraphs for line in wrap_plain(font, text, size, rect.width)]
        if len(lines) * size * _LEADING <= rect.height + 0.01 or size <= style.MIN_SIZE:
            return lines, size
        size = max(style.MIN_SIZE, size - _SHRINK_STEP)


def fits(paragraphs: Sequence[str], rect: Rect, size: float) -> bool:
    """Tell whether texts fit a rectangle at the smallest size or above."""
    lines, used = fit_plain(form_font(), paragraphs, rect, size)
    return len(lines) * used * _LEADING <= rect.height + 0.01


@functools.lru_cache(maxsize=64)  # who asks is the same on all forms of a build
def text_block(paragraphs: tuple[str, ...], rect: Rect, size: float, ink: Ink) -> bytes:
    """Give operators that set paragraphs from the top of a rectangle."""
    font = form_font()
    lines, size = fit_plain(font, paragraphs, rect, size)
    red, green, blue = (number(part).encode() for part in style.RGB[ink])
    first = rect.y1 - size * 0.92
    shown = b" T* ".join(b"<%s> Tj" % font.codes(f"{line} ") for line in lines)
    return b"BT %s %s %s rg /%s %s Tf %s TL 1 0 0 1 %s %s Tm %s ET" % (
        red,
        green,
        blue,
        UNICODE.encode(),
        number(size).encode(),
        number(size * _LEADING).encode(),
        number(rect.x0).encode(),
        number(first).encode(),
        shown,
    )


def _code(place: CodePlace, code: PageCode) -> bytes:
    """Draw a DataMatrix symbol as black rectangles, one for each run of dark modules in a row."""
    barcode = zxingcpp.create_barcode(encode(code), zxingcpp.BarcodeFormat.DataMatrix)
    image = zxingcpp.write_barcode_to_image(barcode, scale=1, add_quiet_zones=False)
    pixels = bytes(memoryview(image))  # type: ignore[arg-type]  # its stubs omit __buffer__
    side = style.CODE_MODULES
    assert len(pixels) == side * side
    module = number(style.CODE_MODULE)
    origin = f"{number(place.rect.x0)} {number(place.rect.y0)}"
    operators = [f"q {module} 0 0 {module} {origin} cm 0 0 0 rg".encode()]
    for row in range(side):
        runs, drawing = _runs(pixels[row * side : (row + 1) * side])
        operators.append(drawing % ((side - 1 - row,) * runs))
    operators.append(b"f Q")
    return b"\n".join(operators)


@functools.cache  # the edges of a symbol are given, so that there are 2**14 rows at most
def _runs(line: bytes) -> tuple[int, bytes]:
    """Give the number of dark runs in a row of modules, and their drawing but for the height."""
    runs = []
    column = 0
    while (start := line.find(b"\x00", column)) >= 0:
        end = line.find(b"\xff", start)
        column = len(line) if end < 0 else end
        runs.append(b"%d %%d %d 1 re" % (start, column - start))
    return len(runs), b"\n".join(runs)
