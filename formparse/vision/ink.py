"""Measures the ink at each box of a page, and in its text and signature areas.

Everything is an area in square points, measured by darkness: a grey stroke counts for less than a
black one. The blank to compare with is the layout itself: inside an empty box, around it as far as
it is measured here, and in an empty field, nothing is printed, whatever program drew the page. So
no blank has to be drawn, and no box of the page has to be empty. What it means is decided by
`formparse.marking`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from formgen import style
from formparse.vision.frames import DARK, FRAME_SEEN, darkness, look_at_frames
from formparse.vision.patches import SAMPLE_PT2, cut, offsets
from formparse.vision.registration import centres_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from formgen.catalog import Answer
    from formgen.layout import BoxPlace, Rect
    from formparse.vision.patches import Patches
    from formparse.vision.raster import Grey, Matrix

INSIDE_RADIUS_PT = 4.0
"""A disc within the box. Outlines that viewers draw as squares end 5.1 points from the middle, the
circles that some draw in their place 4.7 (measured); half a sample and half a point of play remain.
Marks are all over a box or around its middle, never in its corners alone."""

HOLE_HALF_PT = 5.0
"""Half the side of the square in which a ring is looked for: up to the outline's inner edge."""

RING = 0.4
"""Share of a closed figure that is empty from which it is a ring: an empty circle drawn three
points wide by a thin pen has 0.6; a cross, tick or dot closes nothing in, a scribble little."""

AROUND_X_PT, AROUND_Y_PT = 11.0, 7.0
"""How far around a box ink belongs to it: half the gap to the next box; nearly up to the lines
between rows, of which the lowest row of text is 7.9 points high (`style.ROW_MIN_HEIGHT`)."""

OUTLINE_PT = 1.25
"""Beyond the middle of a box's line: half its width, and a sample for its blurred edge."""

NOISE = 0.08
"""Darkness that is still paper: texture, JPEG, the edge of an outline two samples away."""

AREA_INSET_PT = 2.0
"""Of a field's area, so that its line is not taken for ink."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxInk:
    """The ink at one box of one page."""

    point_id: str
    answer: Answer
    is_visible: bool
    """Its printed outline is whole, and all of it and what is around it on the page."""
    inside_pt2: float
    """Area of the ink inside, by darkness."""
    inside_share: float
    """The same as a share of all that is inside."""
    darkest: float
    """Darkness of the darkest spot inside, from 0 to 1."""
    is_ring: bool
    """The ink goes all around the middle and leaves it empty."""
    around_pt2: float
    """Area of the ink around the box, its outline not included."""
    runs_through: bool
    """Ink leaves the box's surroundings on two opposite sides."""
    hidden_pt2: float = 0.0
    """Area of ink that lies below an annotation, so that the page does not show it."""
    is_disputed: bool = False
    """Something is placed here that only some viewers draw."""
    is_overprinted: bool = False
    """A line of the page's own text runs into what is around the box."""


def measure_boxes(grey: Grey, to_px: Matrix, boxes: Sequence[BoxPlace]) -> list[BoxInk]:
    """Give the ink at boxes of one page, in their order."""
    if not boxes:
        return []
    centres = centres_of([box.rect for box in boxes])
    frames = look_at_frames(grey, to_px, centres)
    is_seen = frames.seen >= FRAME_SEEN
    centres = np.where(is_seen[:, None], centres + frames.shifts_pt, centres)
    half = style.BOX_SIDE / 2
    pieces = cut(grey, to_px, centres, half + AROUND_X_PT, half + AROUND_Y_PT)
    # Cropped away: then nothing can be said, whatever the rest shows.
    is_whole = ~np.isnan(pieces).any(axis=(1, 2))
    dark = darkness(pieces)
    dark[dark < NOISE] = 0
    return [
        _measure(box, piece, is_visible=bool(visible))
        for box, piece, visible in zip(boxes, dark, is_seen & is_whole, strict=True)
    ]


class _Zones:
    """Which samples of a box's piece lie inside it, and which around it."""

    def __init__(self) -> None:
        half = style.BOX_SIDE / 2
        x = offsets(half + AROUND_X_PT)[None, :]
        y = -offsets(half + AROUND_Y_PT)[:, None]
        self.inside = np.hypot(x, y) <= INSIDE_RADIUS_PT
        self.around = (np.abs(x) > half + OUTLINE_PT) | (np.abs(y) > half + OUTLINE_PT)
        across, down = offsets(half + AROUND_X_PT), offsets(half + AROUND_Y_PT)
        reach = len(offsets(HOLE_HALF_PT)) // 2
        middle_x, middle_y = len(across) // 2, len(down) // 2
        self.hole = (
            slice(middle_y - reach, middle_y + reach + 1),
            slice(middle_x - reach, middle_x + reach + 1),
        )


_ZONES = _Zones()


def _measure(box: BoxPlace, dark: Patches, *, is_visible: bool) -> BoxInk:
    inside = dark[_ZONES.inside]
    is_dark = dark >= DARK
    return BoxInk(
        point_id=box.point_id,
        answer=box.answer,
        is_visible=is_visible,
        inside_pt2=float(inside.sum()) * SAMPLE_PT2,
        inside_share=float(inside.mean()),
        darkest=float(inside.max()),
        is_ring=_is_ring(is_dark[_ZONES.hole]),
        around_pt2=float(dark[_ZONES.around].sum()) * SAMPLE_PT2,
        runs_through=bool(
            (is_dark[0].any() and is_dark[-1].any())
            or (is_dark[:, 0].any() and is_dark[:, -1].any())
        ),
    )


def _is_ring(is_dark: NDArray[np.bool_]) -> bool:
    """Whether ink closes in an empty space: what is left when light comes in from the edges."""
    if not is_dark.any():
        return False
    is_free = ~is_dark
    is_lit = np.zeros_like(is_free)
    is_lit[[0, -1], :] = is_free[[0, -1], :]
    is_lit[:, [0, -1]] |= is_free[:, [0, -1]]
    count = 0
    while (lit := int(is_lit.sum())) != count:
        count = lit
        spread = is_lit.copy()
        spread[1:] |= is_lit[:-1]
        spread[:-1] |= is_lit[1:]
        spread[:, 1:] |= is_lit[:, :-1]
        spread[:, :-1] |= is_lit[:, 1:]
        is_lit = spread & is_free
    hole = int(is_free.sum()) - count
    return hole >= RING * (hole + int(is_dark.sum()))


def measure_area(grey: Grey, to_px: Matrix, rect: Rect) -> float:
    """Give the ink within a field's line, in square points; what is cropped off has none."""
    half_width = rect.width / 2 - AREA_INSET_PT
    half_height = rect.height / 2 - AREA_INSET_PT
    piece = cut(grey, to_px, centres_of([rect]), half_width, half_height)
    dark = darkness(piece)
    return float(dark[dark >= NOISE].sum()) * SAMPLE_PT2
