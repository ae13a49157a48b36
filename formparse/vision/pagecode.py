"""Finds the printed page codes in an image, and says what they say and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import zxingcpp

from formgen.pagecode import PageCode, decode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from formparse.vision.raster import Grey

    Corners = tuple[tuple[float, float], ...]

CORNER_SHARE = 0.2
"""Of each side of the image: a code with its margin takes an eighth of an A4 page's width. A page
printed smaller, or on a wider sheet, has its codes further in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCode:
    """A page code in an image."""

    code: PageCode
    corners_px: Corners
    """Of the symbol as it was printed: upper left, upper right, lower right, lower left, in x and y
    from the image's upper left. On a turned page the first need not be the upper left one seen."""


def find_codes(grey: Grey) -> tuple[FoundCode, ...]:
    """Give the page codes of an image: looks into its corners, then, if need be, everywhere."""
    height, width = grey.shape
    high, wide = int(height * CORNER_SHARE), int(width * CORNER_SHARE)
    found: list[FoundCode] = []
    for top in (0, height - high):
        for left in (0, width - wide):
            window = np.ascontiguousarray(grey[top : top + high, left : left + wide])
            found += _read(window, left, top)
    if len(found) == 4 and _is_one_page(found):
        return tuple(found)
    return tuple(_read(grey, 0, 0)) or tuple(found)


def _is_one_page(found: Sequence[FoundCode]) -> bool:
    return len({page_of(one.code) for one in found}) == 1


def page_of(code: PageCode) -> tuple[int, int, int, str]:
    """Give which page of which form a code belongs to: the same in its four corners."""
    return code.fingerprint, code.questionnaire, code.page, code.form_id


def _read(grey: Grey, left: int, top: int) -> list[FoundCode]:
    found = []
    kind: Any = zxingcpp.BarcodeFormat.DataMatrix  # one stands for a set of one; stubs do not know
    for symbol in zxingcpp.read_barcodes(grey, formats=kind):
        code = decode(symbol.text)
        if code is None:
            continue
        place = symbol.position
        ends = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        corners = tuple((end.x + left, end.y + top) for end in ends)
        found.append(FoundCode(code=code, corners_px=corners))
    return found
