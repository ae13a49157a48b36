"""Says whether a page's printed text lies where it is taken to lie, and nowhere else.

Compared coarsely, a cell for four square points, with the page as its layout draws it: words and
line ends differ between rows and pages where boxes do not.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from formgen import style
from formparse.vision.blank import blank_page
from formparse.vision.patches import apply, between
from formparse.vision.registration import boxes_on

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from formgen.layout import FormLayout
    from formparse.vision.raster import Grey, Matrix

    Cells = NDArray[np.float32]

CELL_PT = 2.0
"""A third of a small letter: a page may be this far off and still match."""

MIN_MATCH = 0.25
"""Correlation of a page with itself. The worst page that was truly in place had 0.27, copies of
copies included; a row off, or another page, never more than 0.16."""

MIN_MARGIN = 0.12
"""How much better the place must match than any a row or more up or down."""

NEAR_CELLS = 3
"""Off by so little is in place: the text is not corrected for the bend of the paper."""

ROW_CELLS = (9, 45)
"""How far off another place may be: from two thirds of the lowest row to three of the highest."""

_BLUR_CELLS = 8
"""Half the width of what a cell is compared with: uneven light goes, lines of text stay."""

_BOX_COLUMNS_PT = 12.0
"""What is left of the first box by less than this belongs to the boxes."""

_kept: OrderedDict[tuple[int, int], tuple[FormLayout, Cells]] = OrderedDict()
_KEPT_PAGES = 32


def lies_in_place(grey: Grey, to_px: Matrix, layout: FormLayout, page: int) -> bool:
    """Whether the page's text is found where `to_px` has it, and less so a row off."""
    wanted = text_cells(layout, page)
    height, width = wanted.shape
    seen = contrast(sampled(grey, to_px, width, height))
    scores = _down_the_page(seen, wanted)
    reach = height
    near = scores[reach - NEAR_CELLS : reach + NEAR_CELLS + 1].max()
    low, high = ROW_CELLS
    other = max(
        scores[reach - high : reach - low + 1].max(), scores[reach + low : reach + high + 1].max()
    )
    return bool(near >= MIN_MATCH and near - other >= MIN_MARGIN)


def text_cells(layout: FormLayout, page: int) -> Cells:
    """Give the text left of the boxes of a page as it should be, cell by cell."""
    key = (id(layout), page)
    known = _kept.get(key)
    if known is not None:
        _kept.move_to_end(key)
        return known[1]
    grey = blank_page(layout, page)
    scale = grey.shape[0] / layout.page_height
    to_px = np.array([[scale, 0, 0], [0, -scale, grey.shape[0]], [0, 0, 1.0]])
    cells = contrast(sampled(grey, to_px, *_size(layout, page)))
    _kept[key] = (layout, cells)
    if len(_kept) > _KEPT_PAGES:
        _kept.popitem(last=False)
    return cells


def _size(layout: FormLayout, page: int) -> tuple[int, int]:
    lefts = [box.rect.x0 for box in boxes_on(layout, page)]
    right = min(lefts, default=layout.page_width - style.MARGIN_RIGHT) - _BOX_COLUMNS_PT
    width = round((right - style.MARGIN_LEFT) / CELL_PT)
    return width, round((style.CONTENT_TOP - style.CONTENT_BOTTOM) / CELL_PT)


def sampled(grey: Grey, to_px: Matrix, width: int, height: int) -> Cells:
    """Give how dark each cell of the page's text is, first row on top; 0 outside the image."""
    # The image is reduced to about a cell a pixel first, so that one sample says what is in it.
    scale = float(np.sqrt(abs(np.linalg.det(to_px[:2, :2]))))
    step = max(1, round(CELL_PT * scale))
    small = np.asarray(Image.fromarray(grey).reduce(step))
    x = style.MARGIN_LEFT + (np.arange(width) + 0.5) * CELL_PT
    y = style.CONTENT_TOP - (np.arange(height) + 0.5) * CELL_PT
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    values = between(small, apply(to_px, points) / step)
    return (255 - np.nan_to_num(values, nan=255)).reshape(height, width)


def contrast(cells: Cells) -> Cells:
    """Give by how much each cell is darker than those around it, in even steps of contrast."""
    step = 2 * _BLUR_CELLS + 1
    around = _averaged(cells, step)
    off = cells - around
    spread = np.sqrt(np.maximum(_averaged(off * off, step), 0)) + 2.0
    result: Cells = np.clip(off / spread, -2, 2)
    return result


def _averaged(cells: Cells, step: int) -> Cells:
    height, width = cells.shape
    before = step // 2
    padded = np.pad(cells, ((before + 1, step - before), (before + 1, step - before)), mode="edge")
    total = padded.astype(np.float64).cumsum(axis=0).cumsum(axis=1)
    area = (
        total[step : step + height, step : step + width]
        - total[:height, step : step + width]
        - total[step : step + height, :width]
        + total[:height, :width]
    )
    result: Cells = (area / (step * step)).astype(np.float32)
    return result


def _down_the_page(seen: Cells, wanted: Cells) -> NDArray[np.float64]:
    """Give how well the text matches with the page moved up or down by each number of cells.

    The middle of the result is the page as it lies.
    """
    height = wanted.shape[0]
    size = 1 << (2 * height).bit_length()
    a = np.fft.rfft(seen, size, axis=0)
    b = np.fft.rfft(wanted, size, axis=0)
    raw = np.fft.irfft((a * np.conj(b)).sum(axis=1), size)
    scores = np.concatenate([raw[-height:], raw[: height + 1]])
    norm = float(
        np.sqrt((seen.astype(np.float64) ** 2).sum() * (wanted.astype(np.float64) ** 2).sum())
    )
    result: NDArray[np.float64] = scores / max(norm, 1e-9)
    return result
