"""Draws what a form field draws, alone on a sheet of its own, and tells whether it is a tick."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2 as pdfium

from formgen import style
from formparse.vision.ink import INSIDE_RADIUS_PT
from formparse.vision.raster import render

if TYPE_CHECKING:
    from formparse.vision.raster import Grey

SHEET_PT = 100.0
"""The sheet is far larger than the drawing, for no reason but that PDFium's pages are no smaller
than what is taken for a page."""

TICK_SHARE = 0.05
"""Of the inside, dark: as `marking.STROKE_PT2` of the 50 square points that are looked at."""

EMPTY_SHARE = 0.002
"""The same, for nothing: a hair."""


class Shown(Enum):
    """What a drawing shows."""

    TICK = auto()
    EMPTY = auto()
    UNCLEAR = auto()


def show(data: bytes, box: tuple[float, float, float, float]) -> Shown:
    """Tell what a drawing within these bounds shows when it is laid over a box of a form."""
    x0, y0, x1, y1 = box
    if not (1 <= x1 - x0 <= 1000 and 1 <= y1 - y0 <= 1000):
        return Shown.UNCLEAR
    grey = _draw(data, box)
    if grey is None:
        return Shown.UNCLEAR
    scale = len(grey) / SHEET_PT
    side = style.BOX_SIDE * scale
    piece = grey[-round(side) :, : round(side)]
    middle = (np.arange(len(piece)) + 0.5 - len(piece) / 2) / scale
    inside = np.hypot(middle[:, None], middle[None, :]) <= INSIDE_RADIUS_PT
    dark = 1 - piece[inside] / 255
    share = float(dark.mean())
    if share <= EMPTY_SHARE:
        return Shown.EMPTY
    is_full = float((dark > 0.5).mean()) > 0.9
    return (
        Shown.TICK if share >= TICK_SHARE and not is_full and dark.max() >= 0.5 else (Shown.UNCLEAR)
    )


def _draw(data: bytes, box: tuple[float, float, float, float]) -> Grey | None:
    """Draw with the lower left corner of a sheet as the box."""
    x0, y0, x1, y1 = box
    across, down = style.BOX_SIDE / (x1 - x0), style.BOX_SIDE / (y1 - y0)
    use = b"q %f 0 0 %f %f %f cm /X Do Q" % (across, down, -x0 * across, -y0 * down)
    bounds = b"[%f %f %f %f]" % box
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 4 0 R"
        b"/Resources<</XObject<</X 5 0 R>>>>>>" % (SHEET_PT, SHEET_PT),
        b"<</Length %d>>stream\n%b\nendstream" % (len(use), use),
        b"<</Type/XObject/Subtype/Form/BBox%b/Length %d>>stream\n%b\nendstream"
        % (bounds, len(data), data),
    ]
    out = bytearray(b"%PDF-1.7\n")
    starts = []
    for number, body in enumerate(objects, 1):
        starts.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    out += (
        b"xref\n0 6\n0000000000 65535 f \n%btrailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (
            table,
            len(out),
        )
    )
    try:
        document = pdfium.PdfDocument(bytes(out))
    except pdfium.PdfiumError:
        return None
    try:
        image = render(document[0], annotations=False)
    except pdfium.PdfiumError:
        return None
    finally:
        document.close()
    return None if image is None else image.grey
