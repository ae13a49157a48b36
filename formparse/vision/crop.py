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


def crop_png(grey: Grey, to_px: Matrix, rect: Rect) -> bytes:
    """Give what an image shows in a rectangle of the layout, as PNG; white where it shows none."""
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
    coarse = cut.point([min(255, round(value / GREY_STEP) * GREY_STEP) for value in range(256)])
    written = io.BytesIO()
    coarse.save(written, "PNG", optimize=True)
    return written.getvalue()
