"""Finds how a sheet of paper lies in a scan or photo: straight or not, flat or not.

A first guess comes from the page codes; the printed outlines of the boxes correct it, row by row,
as paper curls and feeders slip; the page's printed text must then lie under it. The last is what
tells a page from another, and a row from the next: a column of boxes looks the same a row further.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from formgen import style
from formgen.layout import CodePlace
from formparse.vision.frames import darkness
from formparse.vision.pagelook import lies_in_place
from formparse.vision.patches import STEP_PT, apply, cut
from formparse.vision.registration import Registration, boxes_on, centres_of, fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from formgen.layout import FormLayout
    from formparse.vision.pagecode import FoundCode
    from formparse.vision.patches import Patches
    from formparse.vision.raster import Grey, Matrix

WIDE_REACH_PT = 9.0
"""How far an outline may be from where the codes alone have it: curled paper puts them up to three
quarters of a box off. Boxes of a row are 35 points apart, rows at least 28."""

NEAR_REACH_PT = 3.0
"""The same once the others have told how the sheet is bent."""

FRAME_CLEAR = 0.45
"""Share of the usual contrast that an outline must have: lines break up in poor copies, and text or
a mark beside a box has a few dark lines too, but not four in place."""

SIDE_CLEAR = 0.2
"""The same for its weakest side."""

MIN_CONTRAST = 0.08
"""Darkness of an outline against what is beside it; below it nothing is printed there."""

MIN_CLEAR = 0.5
"""Share of a page's boxes whose outline must be found, as on drawn pages."""

MAX_RMS_PT = 1.0
"""How far outlines may be from the smooth bend through them all; a feeder's wobble makes 0.8."""

MAX_OFF_PT = 2.0
"""How far a single one may be, to be taken for its own box's outline."""

MAX_PERSPECTIVE = 1.0
"""How much larger the near edge of a photographed page may be than the far one: a phone held at
half a right angle over it. Whether the page is there is proved otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frames:
    shifts_pt: Matrix
    is_clear: NDArray[np.bool_]


# --- First guesses ------------------------------------------------------------------------------
def guesses_from_codes(found: Sequence[FoundCode], layout: FormLayout) -> list[Matrix]:
    """Guess from page codes, all of one page, likeliest first; none where they lie otherwise.

    Three or four tell the perspective. Two tell it badly: size, turn and place alone come first.
    """
    places = {
        (item.page + 1, item.corner): item.rect
        for item in layout.artifacts
        if isinstance(item, CodePlace)
    }
    by_corner = {one.code.corner: one for one in found}
    points: list[tuple[float, float]] = []
    pixels: list[tuple[float, float]] = []
    for one in by_corner.values():
        rect = places.get((one.code.page, one.code.corner))
        if rect is None:
            return []
        points += [(rect.x0, rect.y1), (rect.x1, rect.y1), (rect.x1, rect.y0), (rect.x0, rect.y0)]
        pixels += one.corners_px
    p, q = np.array(points), np.array(pixels)
    flat = fit(p, q, is_similar=True) if len(by_corner) < 3 else fit(p, q, is_similar=False)
    steep = perspective(p, q, layout) if len(by_corner) > 1 else None
    ordered = (flat, steep) if len(by_corner) < 3 else (steep, flat)
    return [guess for guess in ordered if guess is not None]


def perspective(points: Matrix, pixels: Matrix, layout: FormLayout) -> Matrix | None:
    """Give the perspective that brings points closest to pixels; None where no photo has it."""
    to_unit, from_unit = _unit(points), np.linalg.inv(_unit(pixels))
    p, q = apply(to_unit, points), apply(_unit(pixels), pixels)
    rows = []
    for (x, y), (u, v) in zip(p, q, strict=True):
        rows.append((x, y, 1, 0, 0, 0, -u * x, -u * y, -u))
        rows.append((0, 0, 0, x, y, 1, -v * x, -v * y, -v))
    matrix = from_unit @ np.linalg.svd(np.array(rows))[2][-1].reshape(3, 3) @ to_unit
    if abs(matrix[2, 2]) < 1e-9:
        return None
    matrix = matrix / matrix[2, 2]
    return matrix if _is_sheet(matrix, layout) else None


def _unit(points: Matrix) -> Matrix:
    """Give the map that brings points about the origin to size one, for the sake of precision."""
    middle = points.mean(axis=0)
    scale = 1 / max(float(np.abs(points - middle).mean()), 1e-6)
    return np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1]])


def _is_sheet(matrix: Matrix, layout: FormLayout) -> bool:
    """Whether a map shows a whole sheet as a camera can: not mirrored, not from the edge."""
    width, height = layout.page_width, layout.page_height
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)])
    depths = corners @ matrix[2, :2] + 1
    if depths.min() <= 0 or depths.max() > (1 + MAX_PERSPECTIVE) * depths.min():
        return False
    a, b, c, d = apply(matrix, corners)
    # Pixels count downwards: corners that go round to the left here go round to the right there.
    turns = [_cross(b - a, c - b), _cross(c - b, d - c), _cross(d - c, a - d), _cross(a - d, b - a)]
    if max(turns) >= 0:
        return False
    across = (np.linalg.norm(b - a) + np.linalg.norm(c - d)) / width
    down = (np.linalg.norm(d - a) + np.linalg.norm(c - b)) / height
    return bool(0.75 < across / down < 1.33)


def _cross(one: Matrix, other: Matrix) -> float:
    return float(one[0] * other[1] - one[1] * other[0])


# --- The proof ----------------------------------------------------------------------------------
def prove_on_paper(guess: Matrix, layout: FormLayout, page: int, grey: Grey) -> Registration | None:
    """Correct a guess by the outlines of the page's boxes, and hold its text against it.

    None where the page is not there, or lies elsewhere. A page without boxes decides no answer.
    """
    rects = [box.rect for box in boxes_on(layout, page)]
    if not rects:
        if not lies_in_place(grey, guess, layout, page):
            return None
        return Registration(to_px=guess, rms_pt=0.0, frames_seen=1.0)
    centres = centres_of(rects)
    bend = np.zeros_like(centres)
    rms = 0.0
    for reach in (WIDE_REACH_PT, NEAR_REACH_PT):
        frames = _look(grey, guess, centres + bend, reach)
        if frames.is_clear.mean() < MIN_CLEAR:
            return None
        bend, is_good = _smooth(centres, bend + frames.shifts_pt, frames.is_clear)
        off = np.linalg.norm(frames.shifts_pt, axis=1)[is_good] if reach == NEAR_REACH_PT else None
        rms = float(np.sqrt(np.mean(off**2))) if off is not None and len(off) else 0.0
    if rms > MAX_RMS_PT or is_good.mean() < MIN_CLEAR:
        return None
    # Each box's own outline where it is clear and near; else where its neighbours would have it.
    own = _look(grey, guess, centres + bend, NEAR_REACH_PT)
    is_own = own.is_clear & (np.linalg.norm(own.shifts_pt, axis=1) <= MAX_OFF_PT)
    shifts = bend + np.where(is_own[:, None], own.shifts_pt, 0.0)
    to_px = _moved(guess, centres, shifts)
    if not lies_in_place(grey, to_px, layout, page):
        return None
    return Registration(
        to_px=guess,
        rms_pt=rms,
        frames_seen=float(is_own.mean()),
        box_shifts_pt=shifts,
        are_boxes_seen=is_own,
    )


def _moved(guess: Matrix, centres: Matrix, shifts: Matrix) -> Matrix:
    """Give the guess moved as the boxes in the middle are: where the page as a whole lies."""
    moved = np.eye(3)
    moved[:2, 2] = np.median(shifts, axis=0)
    del centres
    result: Matrix = guess @ moved
    return result


def _smooth(
    centres: Matrix, found: Matrix, is_clear: NDArray[np.bool_]
) -> tuple[Matrix, NDArray[np.bool_]]:
    """Give the smooth bend of the sheet through the shifts found, and which of them lie on it.

    Boxes stand in columns near the right edge: how shifts change down the page can be told, across
    it only as a turn.
    """
    y = (centres[:, 1] - centres[:, 1].mean()) / 400
    x = (centres[:, 0] - centres[:, 0].mean()) / 100
    rows = len({round(float(value)) for value in centres[is_clear, 1]})
    terms = [np.ones_like(y)]
    if rows >= 3:
        terms.append(y)
    if rows >= 5:
        terms.append(y * y)
    if rows >= 8:
        terms.append(y**3)
    across = np.stack(terms, axis=1)
    down = np.concatenate([across, x[:, None]], axis=1)
    is_good = is_clear.copy()
    bend = np.zeros_like(centres)
    for _ in range(4):
        for axis, basis in ((0, across), (1, down)):
            values, *_ = np.linalg.lstsq(basis[is_good], found[is_good, axis], rcond=None)
            bend[:, axis] = basis @ values
        errors = np.linalg.norm(found - bend, axis=1)
        limit = max(3 * float(np.median(errors[is_good])), 0.6)
        is_good = is_clear & (errors <= limit)
        if is_good.sum() < min(4, is_clear.sum()):
            break
    return bend, is_good


def _look(grey: Grey, to_px: Matrix, centres: Matrix, reach_pt: float) -> _Frames:
    """Look for the outlines of boxes: four lines, each darker than what is beside it."""
    side, reach = round(style.BOX_SIDE / STEP_PT), round(reach_pt / STEP_PT)
    margin = 3 + 1
    half = (side // 2 + reach + margin) * STEP_PT
    dark = darkness(cut(grey, to_px, centres, half, half))
    count, size, _ = dark.shape
    middle = size // 2
    # How dark a line of a side's length is, at each place for its middle.
    level = _ridge(_means(dark, side - 4, axis=2), axis=1)
    upright = _ridge(_means(dark, side - 4, axis=1), axis=2)
    span = np.arange(-reach, reach + 1) + middle
    low, high = -(side // 2), side - side // 2
    sides = np.stack(
        [
            level[:, span + low][:, :, span],
            level[:, span + high][:, :, span],
            upright[:, span][:, :, span + low],
            upright[:, span][:, :, span + high],
        ]
    )
    score = np.minimum(sides, 0.9).sum(axis=0)
    # The nearest of equals.
    away = np.hypot(*np.meshgrid(span - middle, span - middle)) / max(reach, 1)
    flat = (score - 0.15 * away).reshape(count, -1)
    best = flat.argmax(axis=1)
    row, column = np.unravel_index(best, score.shape[1:])
    every = np.arange(count)
    top = score[every, row, column] / 4
    weakest = sides[:, every, row, column].min(axis=0)
    usual = float(np.percentile(top, 70))
    is_inner = (row > 0) & (row < 2 * reach) & (column > 0) & (column < 2 * reach)
    is_clear = (
        (top >= FRAME_CLEAR * usual) & (weakest >= SIDE_CLEAR * usual) & (usual >= MIN_CONTRAST)
    )
    fine_y, fine_x = _between(score, every, row, column, reach)
    # The outline's middle lies half a sample beyond the middle of an even number of samples.
    centre_off = (low + high) / 2
    shifts = np.stack(
        [column - reach + fine_x + centre_off, -(row - reach + fine_y + centre_off)], axis=1
    )
    return _Frames(shifts_pt=shifts * STEP_PT, is_clear=is_clear & is_inner)


def _means(values: Patches, length: int, axis: int) -> Patches:
    """Give the means of `length` samples about each one."""
    pads = [(0, 0)] * 3
    pads[axis] = (length // 2 + 1, length - length // 2)
    added = np.cumsum(np.pad(values, pads), axis=axis)
    size = values.shape[axis]
    high = np.take(added, np.arange(size) + length, axis=axis)
    low = np.take(added, np.arange(size), axis=axis)
    result: Patches = (high - low) / np.float32(length)
    return result


def _ridge(lines: Patches, axis: int) -> Patches:
    """Give how much darker each line is than the lighter of those 1.5 points beside it."""
    before, after = np.roll(lines, 3, axis=axis), np.roll(lines, -3, axis=axis)
    result: Patches = np.maximum(lines - np.minimum(before, after), 0)
    return result


def _between(
    score: Patches,
    every: NDArray[np.int64],
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    reach: int,
) -> tuple[Matrix, Matrix]:
    """Give how far between samples the best place lies, down and across."""
    r, c = np.clip(row, 1, 2 * reach - 1), np.clip(column, 1, 2 * reach - 1)
    top = score[every, r, c]
    parts = []
    for before, after in (
        (score[every, r - 1, c], score[every, r + 1, c]),
        (score[every, r, c - 1], score[every, r, c + 1]),
    ):
        bend = before - 2 * top + after
        part = np.where(bend < -1e-4, (before - after) / (2 * np.minimum(bend, -1e-4)), 0.0)
        parts.append(np.clip(part, -0.5, 0.5))
    return parts[0], parts[1]
