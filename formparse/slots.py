"""Checks the piece of a page's content that differs from one issued form to the next.

It may fill the slots of the layout with text and draw the page codes, in the very words in which
forms are written, and do nothing else. Pure: bytes and a layout in, yes or no out.
"""

from __future__ import annotations

import re
import sys
from array import array

from formgen import style
from formgen.layout import CodePlace, FormLayout, Slot

MAX_PIECE_BYTES = 200_000
"""The longest texts that a practice may give make some 20 kB."""

MAX_TEXTS = 256
"""Remembered for one page; each some hundred bytes."""

_NUMBER = rb"-?[0-9]{1,5}(?:\.[0-9]{1,6})?|-?\.[0-9]{1,6}"
_LEADING = 1.2
"""Of the lines in a slot, in sizes."""
_PLAY_PT = 0.05
"""Numbers are written with four decimals, places kept with two."""
_BELOW = 0.35
"""How far letters reach below their line, in sizes."""

_PARTS = re.compile(
    rb"(?P<code>q (?P<module>%(n)s) 0 0 (?P=module) (?P<x>%(n)s) (?P<y>%(n)s) cm 0 0 0 rg\n"
    rb"(?P<runs>[0-9 re\n]*+)f Q)"
    rb"|(?P<text>BT (?:%(n)s) (?:%(n)s) (?:%(n)s) rg /FU (?P<size>%(n)s) Tf (?P<lead>%(n)s) TL "
    rb"1 0 0 1 (?P<left>%(n)s) (?P<base>%(n)s) Tm (?P<lines>(?:<[0-9A-F]*+> Tj(?: T\*)? )*+)ET)"
    rb"|(?P<mark>/[A-Za-z]{1,12} (?:<</MCID [0-9]{1,6}>> BDC|BMC)|EMC)"
    rb"|(?P<other>[^\n]++)" % {b"n": _NUMBER}
)
_LINE = re.compile(rb"<([0-9A-F]*+)> Tj")


def _runs() -> frozenset[bytes]:
    side = style.CODE_MODULES
    return frozenset(
        b"%d %d %d 1 re" % (x, y, width)
        for x in range(side)
        for y in range(side)
        for width in range(1, side - x + 1)
    )


_RUNS = _runs()
"""All dark runs that a page code may have."""


class SlotCheck:
    """What the variable piece of one page of a layout may do."""

    def __init__(self, layout: FormLayout, index: int) -> None:
        items = [
            item
            for item in (*layout.leaves(), *layout.artifacts)
            if isinstance(item, Slot | CodePlace) and item.page == index
        ]
        self._slots = tuple(item for item in items if isinstance(item, Slot))
        self._codes = tuple(item.rect for item in items if isinstance(item, CodePlace))
        self._accepted: dict[bytes, tuple[int, ...]] = {}

    def accepts(self, piece: bytes, widths: tuple[int, ...]) -> bool:
        """Whether it draws in slots and codes only; `widths` of the letters, in thousandths."""
        if len(piece) > MAX_PIECE_BYTES:
            return False
        for part in _PARTS.finditer(piece):
            match part.lastgroup:
                case "mark":
                    pass
                case "code":
                    if not self._is_code(part):
                        return False
                case "text":
                    if not self._is_known(part, widths):
                        return False
                case _:
                    return False
        return True

    def _is_code(self, part: re.Match[bytes]) -> bool:
        x, y, module = float(part["x"]), float(part["y"]), float(part["module"])
        return (
            abs(module - style.CODE_MODULE) <= 0.001
            and any(abs(x - c.x0) <= _PLAY_PT and abs(y - c.y0) <= _PLAY_PT for c in self._codes)
            and _RUNS.issuperset(part["runs"].splitlines())
        )

    def _is_known(self, part: re.Match[bytes], widths: tuple[int, ...]) -> bool:
        """Whether a text is in a slot; those that say who asks are met on many forms."""
        text = part["text"]
        if self._accepted.get(text) is widths:
            return True
        if not self._is_in_slot(part, widths):
            return False
        if len(self._accepted) >= MAX_TEXTS:
            self._accepted.clear()
        self._accepted[text] = widths
        return True

    def _is_in_slot(self, part: re.Match[bytes], widths: tuple[int, ...]) -> bool:
        size, lead = float(part["size"]), float(part["lead"])
        left, base = float(part["left"]), float(part["base"])
        lines = _LINE.findall(part["lines"])
        bottom = base - (len(lines) - 1) * lead - _BELOW * size
        slot = next((s for s in self._slots if _holds(s, left, base, size, bottom)), None)
        if slot is None or not lines or abs(lead - _LEADING * size) > _PLAY_PT:
            return False
        room = slot.rect.width + size  # a space, which shows nothing, ends each line
        return all(_width(line, size, widths) <= room for line in lines)


def _holds(slot: Slot, left: float, base: float, size: float, bottom: float) -> bool:
    return (
        0 < size <= slot.size + _PLAY_PT
        and abs(left - slot.rect.x0) <= _PLAY_PT
        and base + 0.5 * size <= slot.rect.y1
        and bottom >= slot.rect.y0 - _BELOW * size
    )


def _width(codes: bytes, size: float, widths: tuple[int, ...]) -> float:
    if len(codes) % 4:
        return float("inf")
    glyphs = array("H", bytes.fromhex(codes.decode("ascii")))
    if sys.byteorder == "little":
        glyphs.byteswap()
    try:
        return sum([widths[glyph] for glyph in glyphs]) * size / 1000
    except IndexError:
        return float("inf")
