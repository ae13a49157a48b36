"""Takes out of a scan the lines that dirt on a feeder's glass draws from edge to edge.

They are straight along the picture's own sides whatever lies on it, so they can be told from all
that is printed or drawn; what lies under one is guessed from both sides of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from formparse.vision.raster import Grey

MAX_WIDTH_PX = 4
"""Two points. Wider bands hide too much to be guessed over."""

MIN_DEPTH = 6.0
"""Grey levels by which a line must be darker than what is beside it, all the way: the noise of a
hundred rows is under one."""

_EVERY = 8
"""Rows apart that are looked at."""

_PARTS = 6
"""Into so many parts the way is cut; the line must be in each. The longest printed line, a table's
rule laid on its side, crosses four fifths of the page."""

_BESIDE_PX = 4


def without_streaks(grey: Grey) -> Grey:
    """Give the image without lines from edge to edge, upright and level ones."""
    upright, level = _streaks(grey), _streaks(grey.T)
    if not upright.size and not level.size:
        return grey
    clean = grey.copy()
    _fill(clean, upright)
    _fill(clean.T, level)
    return clean


def _streaks(grey: Grey) -> NDArray[np.int64]:
    """Give the columns that are part of a line from top to bottom."""
    sample = grey[::_EVERY].astype(np.int16)
    depth = None
    for part in np.array_split(sample, _PARTS):
        # The median of a column is paper, unless a line runs down it.
        column = np.median(part, axis=0)
        around = np.minimum(np.roll(column, _BESIDE_PX), np.roll(column, -_BESIDE_PX))
        off = around - column
        depth = off if depth is None else np.minimum(depth, off)
    if depth is None:
        return np.empty(0, dtype=np.int64)
    depth[:_BESIDE_PX] = 0
    depth[-_BESIDE_PX:] = 0
    is_in = depth >= MIN_DEPTH
    starts = np.flatnonzero(is_in & ~np.roll(is_in, 1))
    found = []
    for start in starts:
        end = start
        while end + 1 < len(is_in) and is_in[end + 1]:
            end += 1
        if end - start + 1 <= MAX_WIDTH_PX:
            # One column more on each side: a line's edge is half of it.
            found += list(range(start - 1, end + 2))
    return np.array(sorted(set(found)), dtype=np.int64)


def _fill(grey: Grey, columns: NDArray[np.int64]) -> None:
    """Replace columns by what lies between their neighbours, in place."""
    if not columns.size:
        return
    groups = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    for group in groups:
        low, high = int(group[0]) - 1, int(group[-1]) + 1
        if low < 0 or high >= grey.shape[1]:
            continue
        before, after = grey[:, low].astype(np.float32), grey[:, high].astype(np.float32)
        for column in group:
            share = (column - low) / (high - low)
            grey[:, column] = (before * (1 - share) + after * share).astype(np.uint8)
