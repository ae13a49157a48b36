"""Cuts upright pieces out of an image, each in the layout's own scale.

Whatever the page's size, turn or slant, all that follows sees boxes the way they were drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from formgen.layout import Rect
    from formparse.vision.raster import Grey, Matrix

    Patches = NDArray[np.float32]

STEP_PT = 0.5
"""Between samples: two a point, as images of a page in its own size. An outline is two wide."""

SAMPLE_PT2 = STEP_PT * STEP_PT
"""Area that one sample stands for."""


def apply(matrix: Matrix, points: Matrix) -> Matrix:
    """Give points (n by 2) as the matrix moves them.

    Written out: products of matrices this narrow take numpy four times as long, in several threads.
    """
    x, y = points[:, 0], points[:, 1]
    (a, b, c), (d, e, f), (g, h, i) = matrix.tolist()
    moved = np.empty((len(points), 2))
    moved[:, 0] = x * a + y * b + c
    moved[:, 1] = x * d + y * e + f
    if g or h or i != 1:
        moved /= (x * g + y * h + i)[:, None]
    return moved


def offsets(half_pt: float) -> Matrix:
    """Give where samples stand on either side of a middle, in points."""
    count = round(half_pt / STEP_PT)
    return np.arange(-count, count + 1, dtype=np.float64) * STEP_PT


def cut(
    grey: Grey, to_px: Matrix, centres: Matrix, half_width_pt: float, half_height_pt: float
) -> Patches:
    """Give a piece of the image around each centre (n by 2, in layout points), first row on top.

    What lies outside the image is NaN.
    """
    across, down = offsets(half_width_pt), -offsets(half_height_pt)
    grid = np.stack(np.meshgrid(across, down), axis=-1)
    points = centres[:, None, None, :] + grid[None]
    pixels = apply(to_px, points.reshape(-1, 2))
    values = between(grey, pixels)
    return values.reshape(len(centres), len(down), len(across))


def between(grey: Grey, pixels: Matrix) -> Patches:
    """Give the image's values at places between its pixels' centres."""
    height, width = grey.shape
    x, y = (pixels - 0.5).astype(np.float32).T
    is_inside = (x >= -0.5) & (x <= width - 0.5) & (y >= -0.5) & (y <= height - 0.5)
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)
    left = np.minimum(x.astype(np.int32), width - 2)
    top = np.minimum(y.astype(np.int32), height - 2)
    x, y = x - left, y - top
    flat = grey.reshape(-1)
    first = top * width + left
    upper = flat[first] * (1 - x) + flat[first + 1] * x
    lower = flat[first + width] * (1 - x) + flat[first + width + 1] * x
    values: Patches = upper * (1 - y) + lower * y
    values[~is_inside] = np.nan
    return values


def bounds(matrix: Matrix, rect: Rect) -> tuple[float, float, float, float]:
    """Give the left, bottom, right and top of a rectangle as the matrix moves it."""
    corners = [(rect.x0, rect.y0), (rect.x1, rect.y0), (rect.x1, rect.y1), (rect.x0, rect.y1)]
    moved = apply(matrix, np.array(corners))
    (left, bottom), (right, top) = moved.min(axis=0), moved.max(axis=0)
    return float(left), float(bottom), float(right), float(top)
