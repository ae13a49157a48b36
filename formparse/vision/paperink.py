"""Measures the ink at each box of a sheet of paper, against the sheet's own empty boxes.

Paper is not white, print is not black, and neither is the same in two scans. So darkness is
measured against the paper about each box, in shares of the sheet's own print, and what most boxes
of the sheet show is what an empty box looks like there. What the ink means is decided by
`formparse.papermarks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from formgen import style
from formparse.vision.ink import AROUND_X_PT, AROUND_Y_PT
from formparse.vision.patches import SAMPLE_PT2, STEP_PT, cut, offsets
from formparse.vision.registration import centres_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from formgen.catalog import Answer
    from formgen.layout import BoxPlace
    from formparse.vision.patches import Patches
    from formparse.vision.raster import Grey
    from formparse.vision.registration import Registration

INSIDE_HALF_PT = 4.5
"""Half the side of the square that counts as inside: the outline's inner edge is at 5.7, and blur
and what is left of the sheet's bend take one point."""

OUTSIDE_PT = 2.0
"""Beyond the middle of the outline, from where ink is around the box and no longer outline."""

MIN_BLACK = 0.15
"""Darkness of print below which a sheet is all but white; it keeps noise from being made ink."""

NOISE = 0.1
"""Share of the print's darkness that is still paper, on the best of scans."""

MAX_NOISE = 0.3
"""The same on the worst: more would hide pencil."""

INK = 0.3
"""Share of the print's darkness from which a spot is a stroke's, for lengths and edges."""

FULL = 0.5
"""The same from which it is covered, for boxes made black."""

EMPTY_SHARE = 0.4
"""Of the boxes of a sheet that are surely empty: two of three options are, one of two."""

MIN_BOXES_TO_COMPARE = 6
"""Below, marks may be the most of what there is, and the layout is the only blank."""

LINE_SHARE = 0.85
"""Of a box's surroundings, edge to edge, that a straight line darkens to be one across the sheet:
a fold, a streak, a line drawn through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperBox:
    """The ink at one box of a sheet."""

    point_id: str
    answer: Answer
    is_whole: bool
    """It and what is around it are in the picture."""
    is_outline_seen: bool
    inside_pt2: float
    """Area of the ink inside, by darkness."""
    dark: float
    """How dark the strokes inside are, in shares of the sheet's print."""
    covered: float
    """Share of the inside that is covered."""
    extent_pt: float
    """How far ink reaches inside, across or down, whichever is more."""
    left_pt2: float
    """Area of the ink around the box, on each side of it."""
    right_pt2: float
    above_pt2: float
    below_pt2: float
    reaches_left: bool
    """Ink leaves the box's surroundings on that side."""
    reaches_right: bool
    reaches_up: bool
    reaches_down: bool
    has_line: bool
    """A straight line runs through the surroundings from edge to edge."""

    @property
    def around_pt2(self) -> float:
        """Area of all ink around the box."""
        return self.left_pt2 + self.right_pt2 + self.above_pt2 + self.below_pt2


def measure_on_paper(grey: Grey, place: Registration, boxes: Sequence[BoxPlace]) -> list[PaperBox]:
    """Give the ink at all boxes of one sheet, in their order."""
    if not boxes or place.box_shifts_pt is None or place.are_boxes_seen is None:
        return []
    centres = centres_of([box.rect for box in boxes]) + place.box_shifts_pt
    half = style.BOX_SIDE / 2
    pieces = cut(grey, place.to_px, centres, half + AROUND_X_PT, half + AROUND_Y_PT)
    is_whole = [not np.isnan(piece).any() for piece in pieces]
    dark = _softened(_darkness(pieces))
    black = max(MIN_BLACK, float(np.median(_outline(dark))))
    ink = np.clip(dark / np.float32(black), 0, 1.2)
    if len(boxes) >= MIN_BOXES_TO_COMPARE:
        empty = np.quantile(ink, EMPTY_SHARE, axis=0).astype(np.float32)
        # Inside there is nothing to subtract but paper; an outline that blurs is.
        empty[_ZONES.inside] = np.minimum(empty[_ZONES.inside], np.float32(NOISE))
        ink = np.clip(ink - empty, 0, 1)
    ink[:, _ZONES.outline] = 0
    ink[ink < _noise(ink)] = 0
    return [
        _measure(box, piece, is_whole=whole, is_outline_seen=bool(seen))
        for box, piece, whole, seen in zip(boxes, ink, is_whole, place.are_boxes_seen, strict=True)
    ]


BLOCK = 9
"""Samples of each side of the squares of which the brightest part is taken for paper: wider than
any stroke, and many of them clear of a box that was made black."""

SHADOW_SHARE = 0.1
"""How much darker than the paper about it a square may be and still be paper."""


def _darkness(pieces: Patches) -> Patches:
    """Give 0 for paper to 1 for black. The paper may be half in shadow: it is a slope, not a level.

    Outside the image: 0.
    """
    filled = np.where(np.isnan(pieces), np.float32(255), pieces)
    count, height, width = filled.shape
    rows, columns = height // BLOCK, width // BLOCK
    top, left = (height - rows * BLOCK) // 2, (width - columns * BLOCK) // 2
    inner = filled[:, top : top + rows * BLOCK, left : left + columns * BLOCK]
    blocks = inner.reshape(count, rows, BLOCK, columns, BLOCK).transpose(0, 1, 3, 2, 4)
    flat = blocks.reshape(count, rows * columns, BLOCK * BLOCK)
    bright = np.partition(flat, BLOCK * BLOCK * 3 // 4, axis=2)[:, :, BLOCK * BLOCK * 3 // 4]
    y = np.repeat((np.arange(rows) + 0.5) * BLOCK + top, columns)
    x = np.tile((np.arange(columns) + 0.5) * BLOCK + left, rows)
    basis = np.stack([np.ones_like(x), x - width / 2, y - height / 2], axis=1)
    weights = np.ones_like(bright, dtype=np.float64)
    values = np.zeros((count, 3))
    for _ in range(4):
        weighed = basis[None] * weights[:, :, None]
        normal = weighed.transpose(0, 2, 1) @ basis + 1e-6 * np.eye(3)
        values = np.linalg.solve(normal, (weighed * bright[:, :, None]).sum(axis=1)[..., None])[
            ..., 0
        ]
        expected = values @ basis.T
        # Squares full of ink lie far below; the plane goes through the others.
        weights = np.where(bright >= (1 - SHADOW_SHARE) * expected, 1.0, 0.02)
    across = np.arange(width) - width / 2
    down = np.arange(height) - height / 2
    paper = (
        values[:, 0, None, None]
        + values[:, 1, None, None] * across[None, None, :]
        + values[:, 2, None, None] * down[None, :, None]
    )
    result: Patches = np.clip(1 - filled / np.maximum(paper, 1), 0, 1).astype(np.float32)
    return result


class _Zones:
    """Which samples of a box's piece lie inside it, around it and on its outline."""

    def __init__(self) -> None:
        half = style.BOX_SIDE / 2
        x = offsets(half + AROUND_X_PT)[None, :]
        y = -offsets(half + AROUND_Y_PT)[:, None]
        self.inside = (np.abs(x) <= INSIDE_HALF_PT) & (np.abs(y) <= INSIDE_HALF_PT)
        outer = half + OUTSIDE_PT
        is_out = (np.abs(x) > outer) | (np.abs(y) > outer)
        self.outline = ~is_out & ~self.inside
        self.left, self.right = is_out & (x < -outer), is_out & (x > outer)
        beside = np.abs(x) <= outer
        self.above, self.below = beside & (y > outer), beside & (y < -outer)
        across, down = offsets(half + AROUND_X_PT), offsets(half + AROUND_Y_PT)
        reach = round(INSIDE_HALF_PT / STEP_PT)
        self.core = (
            slice(len(down) // 2 - reach, len(down) // 2 + reach + 1),
            slice(len(across) // 2 - reach, len(across) // 2 + reach + 1),
        )
        near = np.maximum(np.abs(x), np.abs(y))
        self.line = np.abs(near - half) <= STEP_PT / 2


_ZONES = _Zones()


def _softened(dark: Patches) -> Patches:
    """Give each sample as the mean of its nine: grain goes, a stroke stays."""
    rows = dark.copy()
    rows[:, 1:-1] = (dark[:, :-2] + dark[:, 1:-1] + dark[:, 2:]) / 3
    soft = rows.copy()
    soft[:, :, 1:-1] = (rows[:, :, :-2] + rows[:, :, 1:-1] + rows[:, :, 2:]) / 3
    return soft


def _outline(dark: Patches) -> NDArray[np.float64]:
    """Give how dark the outline of each box is."""
    result: NDArray[np.float64] = dark[:, _ZONES.line].mean(axis=1)
    return result


def _noise(ink: Patches) -> float:
    """Give what is noise on this sheet: next to all that the emptier boxes show inside."""
    inside = ink[:, _ZONES.inside]
    quiet = np.argsort(inside.sum(axis=1))[: max(1, int(EMPTY_SHARE * len(ink)))]
    return float(np.clip(np.quantile(inside[quiet], 0.98) * 1.2, NOISE, MAX_NOISE))


def _measure(box: BoxPlace, ink: Patches, *, is_whole: bool, is_outline_seen: bool) -> PaperBox:
    core = ink[_ZONES.core]
    is_ink = ink >= INK
    height, width = ink.shape
    strokes = core[core > 0]
    return PaperBox(
        point_id=box.point_id,
        answer=box.answer,
        is_whole=is_whole,
        is_outline_seen=is_outline_seen,
        inside_pt2=float(core.sum()) * SAMPLE_PT2,
        dark=float(np.quantile(strokes, 0.8)) if strokes.size else 0.0,
        covered=float((core >= FULL).mean()),
        extent_pt=max(_extent(core.max(axis=0)), _extent(core.max(axis=1))),
        left_pt2=float(ink[_ZONES.left].sum()) * SAMPLE_PT2,
        right_pt2=float(ink[_ZONES.right].sum()) * SAMPLE_PT2,
        above_pt2=float(ink[_ZONES.above].sum()) * SAMPLE_PT2,
        below_pt2=float(ink[_ZONES.below].sum()) * SAMPLE_PT2,
        reaches_left=bool(is_ink[:, 1].any()),
        reaches_right=bool(is_ink[:, -2].any()),
        reaches_up=bool(is_ink[1].any()),
        reaches_down=bool(is_ink[-2].any()),
        has_line=bool(
            _line_length(is_ink) >= LINE_SHARE * height
            or _line_length(is_ink.T) >= LINE_SHARE * width
        ),
    )


def _extent(most: Patches) -> float:
    """Give how far the ink reaches from its first to its last sample, in points."""
    at = np.flatnonzero(most > 0)
    return float(at[-1] - at[0] + 1) * STEP_PT if at.size else 0.0


def _line_length(is_ink: NDArray[np.bool_]) -> int:
    """Give how many rows the longest upright line darkens, those it shares with the outline too."""
    wide = is_ink.copy()
    wide[:, 1:] |= is_ink[:, :-1]
    wide[:, :-1] |= is_ink[:, 1:]
    outline = _outline_of(is_ink.shape)
    # Along the outline nothing can be told: only columns that cross it, or pass it by. A line goes
    # on at both ends; a mark's long stroke ends somewhere.
    is_clear = outline.sum(axis=0) < outline.sum(axis=0).max()
    goes_on = wide[1:5].any(axis=0) & wide[-5:-1].any(axis=0)
    return int((wide | outline).sum(axis=0)[is_clear & goes_on].max(initial=0))


def _outline_of(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Give which samples are the outline's, in a piece as it is or laid on its side."""
    return _ZONES.outline if shape == _ZONES.outline.shape else _ZONES.outline.T
