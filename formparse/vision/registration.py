"""Finds the way from a layout's points to an image's pixels, and proves it on the printed boxes.

Each way to get a first guess (page codes, printed words, the page's size) ends in the same proof:
the outlines of the boxes, printed in the page itself, must be found where the guess has them, and
the guess is then corrected by them.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from formgen.layout import CodePlace, Rect
from formparse.vision.frames import FRAME_SEEN, look_at_frames
from formparse.vision.patches import apply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from formgen.layout import BoxPlace, FormLayout
    from formparse.vision.pagecode import FoundCode
    from formparse.vision.raster import Grey, Matrix

MIN_FRAMES_SEEN = 0.5
"""Share of a page's boxes whose outline must be found. Those covered or outside a cropped page may
be missing; on a wrong page, or a row off, next to none is in place."""

MAX_RMS_PT = 0.5
"""How far the outlines found may be from where the corrected guess has them: half an outline's
width, so that no outline is taken for ink inside its box."""

MAX_SKEW = 0.04
"""How much wider than high a page may have become, and how far from square its corners. Printers
that fit a page keep its shape; feeders stretch it by 1 or 2 %."""

MIN_BOXES_TO_FIT = 4
"""Six unknowns need three boxes; below four nothing would be left to check them by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Where a page of the form lies in an image."""

    to_px: Matrix
    """3 by 3: from the layout's points to pixels."""
    rms_pt: float
    """Of the outlines found; 0 on a page without boxes."""
    frames_seen: float
    """Share of the boxes whose outline was found; 1 on a page without boxes."""
    box_shifts_pt: Matrix | None = None
    """On paper, how far each of the page's boxes, in their order, is from where `to_px` has it, in
    layout points: sheets bend. None for drawn pages."""
    are_boxes_seen: NDArray[np.bool_] | None = None
    """On paper, which of these boxes' outlines were found."""


_known_boxes: OrderedDict[int, tuple[FormLayout, dict[int, tuple[BoxPlace, ...]]]] = OrderedDict()
_KEPT_LAYOUTS = 32


def boxes_on(layout: FormLayout, page: int) -> tuple[BoxPlace, ...]:
    """Give the boxes of a page, in reading order: a layout is a tree of a thousand parts."""
    # A layout is too large to be hashed; as long as it is kept here, its address is its own.
    known = _known_boxes.get(id(layout))
    if known is None:
        pages: dict[int, list[BoxPlace]] = {}
        for box in layout.boxes:
            pages.setdefault(box.page, []).append(box)
        known = layout, {number: tuple(boxes) for number, boxes in pages.items()}
        _known_boxes[id(layout)] = known
        if len(_known_boxes) > _KEPT_LAYOUTS:
            _known_boxes.popitem(last=False)
    return known[1].get(page, ())


# --- First guesses ------------------------------------------------------------------------------
def from_codes(found: Sequence[FoundCode], layout: FormLayout) -> Matrix | None:
    """Guess from page codes, all of one page; None where they do not lie as the layout has them.

    One or two codes say little across their line: they may only move, turn and scale the page.
    """
    places = {
        (item.page + 1, item.corner): item.rect
        for item in layout.artifacts
        if isinstance(item, CodePlace)
    }
    points: list[tuple[float, float]] = []
    pixels: list[tuple[float, float]] = []
    for one in found:
        rect = places.get((one.code.page, one.code.corner))
        if rect is None:
            return None
        points += [(rect.x0, rect.y1), (rect.x1, rect.y1), (rect.x1, rect.y0), (rect.x0, rect.y0)]
        pixels += one.corners_px
    return fit(np.array(points), np.array(pixels), is_similar=len(found) < 3)


def from_page_size(layout: FormLayout, grey: Grey) -> Matrix:
    """Guess that the image is the whole page, upright."""
    height, width = grey.shape
    across, down = width / layout.page_width, height / layout.page_height
    return np.array([[across, 0.0, 0.0], [0.0, -down, height], [0.0, 0.0, 1.0]])


def fit(points: Matrix, pixels: Matrix, *, is_similar: bool) -> Matrix | None:
    """Give the affine map that brings points closest to pixels; None where there is no sound one.

    `is_similar`: only moving, turning and scaling; layout points count upwards, pixels downwards.
    """
    ones, zeros = np.ones(len(points)), np.zeros(len(points))
    x, y = points.T
    if is_similar:
        rows = np.concatenate(
            [np.stack([x, y, ones, zeros], axis=1), np.stack([-y, x, zeros, ones], axis=1)]
        )
        (a, b, dx, dy), _, rank, _ = np.linalg.lstsq(rows, np.concatenate(pixels.T), rcond=None)
        matrix = np.array([[a, b, dx], [b, -a, dy], [0, 0, 1]])
    else:
        rows = np.stack([x, y, ones], axis=1)
        values, _, rank, _ = np.linalg.lstsq(rows, pixels, rcond=None)
        matrix = np.vstack([values.T, [0, 0, 1]])
    return matrix if rank == rows.shape[1] and _keeps_shape(matrix) else None


def _keeps_shape(matrix: Matrix) -> bool:
    """Whether a page is still as it was but for size, turn and place, and not mirrored."""
    right, up = matrix[:2, 0], matrix[:2, 1]
    lengths = np.linalg.norm(right), np.linalg.norm(up)
    area = right[0] * up[1] - right[1] * up[0]
    if min(lengths) < 1e-3 or area >= 0:
        return False
    slant = abs(float(right @ up)) / (lengths[0] * lengths[1])
    return bool(slant <= MAX_SKEW and max(lengths) <= (1 + MAX_SKEW) * min(lengths))


# --- The proof ----------------------------------------------------------------------------------
def prove(guess: Matrix, layout: FormLayout, page: int, grey: Grey) -> Registration | None:
    """Correct a guess by the outlines of the page's boxes; None where they are not there.

    A page without boxes has nothing to prove it by, and nothing on it decides an answer.
    """
    rects = [box.rect for box in boxes_on(layout, page)]
    if not rects:
        return Registration(to_px=guess, rms_pt=0.0, frames_seen=1.0)
    centres = centres_of(rects)
    to_px = guess
    rms = 0.0
    # Once to find the outlines, once more where they were found to be.
    for _ in range(2):
        frames = look_at_frames(grey, to_px, centres)
        is_seen = frames.seen >= FRAME_SEEN
        if is_seen.mean() < MIN_FRAMES_SEEN:
            return None
        found = (centres + frames.shifts_pt)[is_seen]
        corrected = _fit_most(centres[is_seen], apply(to_px, found), guess)
        if corrected is None:
            return None
        to_px, rms = corrected
    if rms > MAX_RMS_PT:
        return None
    return Registration(to_px=to_px, rms_pt=rms, frames_seen=float(is_seen.mean()))


def _fit_most(points: Matrix, pixels: Matrix, guess: Matrix) -> tuple[Matrix, float] | None:
    """Fit a map, once more without the worst outliers; give it with what is left, in points."""
    scale = float(np.sqrt(abs(np.linalg.det(guess[:2, :2]))))
    if len(points) < MIN_BOXES_TO_FIT:
        moved = guess.copy()
        moved[:2, 2] += np.median(pixels - apply(guess, points), axis=0)
        return moved, _rms(moved, points, pixels) / scale
    # Columns of boxes cover a sixth of the page's width: too little to tell a slant by.
    matrix = fit(points, pixels, is_similar=True)
    if matrix is None:
        return None
    errors = np.linalg.norm(apply(matrix, points) - pixels, axis=1)
    is_good = errors <= 3 * max(float(np.median(errors)), 0.1 * scale)
    if is_good.sum() >= MIN_BOXES_TO_FIT and not is_good.all():
        matrix = fit(points[is_good], pixels[is_good], is_similar=True)
        if matrix is None:
            return None
    return matrix, _rms(matrix, points[is_good], pixels[is_good]) / scale


def _rms(matrix: Matrix, points: Matrix, pixels: Matrix) -> float:
    return float(np.sqrt(np.mean(np.sum((apply(matrix, points) - pixels) ** 2, axis=1))))


def centres_of(rects: Sequence[Rect]) -> Matrix:
    """Give the middles of rectangles, n by 2."""
    return np.array([((rect.x0 + rect.x1) / 2, (rect.y0 + rect.y1) / 2) for rect in rects])
