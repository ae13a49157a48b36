"""Cuts a piece of a page out for people to look at, upright and in the form's own scale.

Needs nothing but a page's image and where the layout's points lie in it.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from formgen.layout import Rect
    from formparse.vision.raster import Grey, Matrix

PX_PER_PT = 2.5
"""A little more than page images have, so that turning one loses nothing; a box is 31 pixels."""

GREY_STEP = 16
"""A mark's colour says nothing in 256 greys that it does not say in 16, and these take half the
room: a page with 200 pictures in it must still open at once."""

MAX_SIDE_PX = 2000
"""A whole page's width has 1500."""


HIDDEN_PT2 = 1.0
"""Ink below an annotation that is shown to people: the thinnest pen's stroke across a box."""

HIDDEN_CONTRAST = 64
"""How much darker it is than what covers it: a quarter of all greys, more than any rendering of
one thing differs from the next."""


def crop_png(grey: Grey, to_px: Matrix, rect: Rect) -> bytes:
    """Give what an image shows in a rectangle of the layout, as PNG; white where it shows none."""
    written = io.BytesIO()
    _crop(grey, to_px, rect).save(written, "PNG", optimize=True)
    return written.getvalue()


def hides_ink(shown: Grey, below: Grey, to_px: Matrix, rect: Rect) -> bool:
    """Say whether one image of a page has ink in a rectangle that the other does not show."""
    above = np.asarray(_crop(shown, to_px, rect), dtype=np.int16)
    under = np.asarray(_crop(below, to_px, rect), dtype=np.int16)
    hidden_px = int((above - under >= HIDDEN_CONTRAST).sum())
    return hidden_px / PX_PER_PT**2 >= HIDDEN_PT2


def _crop(grey: Grey, to_px: Matrix, rect: Rect) -> Image.Image:
    width = min(MAX_SIDE_PX, max(1, round(rect.width * PX_PER_PT)))
    height = min(MAX_SIDE_PX, max(1, round(rect.height * PX_PER_PT)))
    to_layout = np.array(
        [[rect.width / width, 0, rect.x0], [0, -rect.height / height, rect.y1], [0, 0, 1]]
    )
    to_image = to_px @ to_layout
    # As Pillow wants it: the eight numbers of a map whose ninth is 1.
    numbers = tuple((to_image / to_image[2, 2]).flatten()[:8])
    cut = Image.fromarray(grey).transform(
        (width, height),
        Image.Transform.PERSPECTIVE,
        numbers,
        resample=Image.Resampling.BICUBIC,
        fillcolor=255,
    )
    return cut.point([min(255, round(value / GREY_STEP) * GREY_STEP) for value in range(256)])
