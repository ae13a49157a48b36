"""What differs from one issued form to the next: drawn fast, without reportlab.

Texts are set in the embedded form font; page codes are drawn as rectangles. Pure: values in,
content stream bytes out.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import zxingcpp

from formgen import style, wording
from formgen.formfont import UNICODE, FormFont, form_font
from formgen.issue import Issue
from formgen.layout import CodePlace, Rect, Slot, SlotKind
from formgen.pagecode import PageCode, encode
from formgen.pdfsyntax import number
from formgen.style import Ink

_LEADING = 1.2
_SHRINK_STEP = 0.25


def page_content(
    slots: Sequence[tuple[Slot, int | None]],
    codes: Sequence[tuple[CodePlace, PageCode]],
    issue: Issue,
) -> bytes:
    """Give the variable content of one page.

    `slots` come with the number of their marked content, or None for artifacts.
    """
    parts = [b"/Artifact BMC", *(_code(place, code) for place, code in codes), b"EMC"]
    for slot, mcid in slots:
        begin = b"/Artifact BMC" if mcid is None else b"/P <</MCID %d>> BDC" % mcid
        parts += [begin, _slot(slot, issue), b"EMC"]
    return b"\n".join(parts)


def _slot(slot: Slot, issue: Issue) -> bytes:
    match slot.kind:
        case SlotKind.ADDRESSEE:
            return text_block(addressee(issue), slot.rect, slot.size, slot.ink)
        case SlotKind.FORM_ID:
            shown = f"Formulaire {issue.form_id[:4]}-{issue.form_id[4:]}"
            return text_block([shown], slot.rect, slot.size, slot.ink)


def addressee(issue: Issue) -> list[str]:
    """Give the paragraphs that say who is asked."""
    known = [text for text in (issue.company, issue.service) if text]
    return known or [wording.ANY_SUPPLIER]


def wrap_plain(font: FormFont, text: str, size: float, width: float) -> list[str]:
    """Give the lines of a text, broken at spaces, and inside a word only where it is too long."""
    lines: list[str] = []
    current = ""
    for word in text.split():
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


def text_block(paragraphs: Sequence[str], rect: Rect, size: float, ink: Ink) -> bytes:
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
