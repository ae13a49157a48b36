"""What a viewer shows of a saved form: which boxes look ticked, to an eye that knows nothing else.

Drawn by MuPDF, so that the reader under test, which draws with PDFium, is not its own witness.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pymupdf

from demo.engine import Place
from formgen.catalog import Answer
from formgen.naming import parse_box_name

ZOOM = 2.0
INSET_PT = 3.5
"""From a box's edge to what is looked at: all lines that viewers draw around it are left out."""

DARK = 160
"""Of 255; marks in colours are darker in one of them."""

TICKED = 0.06
"""Share of the inside that is dark in a box that looks ticked: a thin cross has 0.15."""


def ticked_on_screen(pdf: bytes, places: Mapping[str, Place]) -> dict[str, set[Answer]]:
    """Give the boxes that look ticked, by point; `places` are those of the form as it was sent."""
    shown: dict[str, set[Answer]] = {}
    with pymupdf.open(stream=pdf) as document:
        pages = [_picture(page) for page in document]
        for name, place in places.items():
            known = parse_box_name(name)
            if known is None:
                continue
            picture, rect = pages[place.page], place.rect
            height = picture.shape[0] / ZOOM
            edges = (height - rect.y1, height - rect.y0, rect.x0, rect.x1)
            insets = (INSET_PT, -INSET_PT, INSET_PT, -INSET_PT)
            top, bottom, left, right = (
                round((edge + inset) * ZOOM) for edge, inset in zip(edges, insets, strict=True)
            )
            inside = picture[top:bottom, left:right]
            if (inside < DARK).mean() >= TICKED:
                shown.setdefault(known[0], set()).add(known[1])
    return shown


def _picture(page: pymupdf.Page) -> np.ndarray:
    pixels = page.get_pixmap(matrix=pymupdf.Matrix(ZOOM, ZOOM), alpha=False)
    colours = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width, -1)
    return colours.min(axis=2)
