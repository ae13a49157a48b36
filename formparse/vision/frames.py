"""Finds the printed outline of each box near where it should be: how far off, and how whole.

The outline is in the page itself, so it stays when fields are lost. It proves that the page lies
where it was taken to lie, and that nothing covers the box.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from formgen import style
from formparse.vision.patches import STEP_PT, cut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from formparse.vision.patches import Patches
    from formparse.vision.raster import Grey, Matrix

REACH_PT = 3.0
"""How far an outline may be from its guessed place: a quarter of a box. Codes are read to about a
pixel, and rows are 28 points apart, so no other box comes near."""

DARK = 0.4
"""Darkness (0 paper, 1 black) from which a sample counts as printed or drawn. Our palest printed
lines beside hairlines have 0.65; a shade laid over a page has under 0.2."""

FRAME_SEEN = 0.75
"""Share of an outline that must be dark. A pen line across it changes nothing, a correction strip
or a stamp's ground over one side takes a quarter away."""

_SIDE = round(style.BOX_SIDE / STEP_PT)
"""Samples from the middle of one side to that of the other."""
_REACH = round(REACH_PT / STEP_PT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """The outlines of some boxes, as found."""

    shifts_pt: Matrix
    """n by 2: from where the outline should be to where it is, in layout points."""
    seen: NDArray[np.float64]
    """Share of each outline that is dark, at its weakest side."""


def look_at_frames(grey: Grey, to_px: Matrix, centres: Matrix) -> Frames:
    """Look for the outlines of the boxes with these centres."""
    half = style.BOX_SIDE / 2 + REACH_PT + STEP_PT
    dark = darkness(cut(grey, to_px, centres, half, half))
    middle = dark.shape[1] // 2
    core = slice(middle - _SIDE // 2 + 2 + _REACH, middle + _SIDE // 2 - 1 - _REACH)
    x, x_part = _best_shift(dark[:, core, :].mean(axis=1))
    y, y_part = _best_shift(dark[:, :, core].mean(axis=2))
    seen = np.array([_wholeness(one, int(i), int(j)) for one, i, j in zip(dark, x, y, strict=True)])
    shifts = np.stack([x + x_part, -(y + y_part)], axis=1) * STEP_PT
    return Frames(shifts_pt=shifts, seen=seen)


def darkness(patches: Patches) -> Patches:
    """Give 0 for paper to 1 for black; paper is what most of a piece is. Outside the image: 0."""
    flat = patches.reshape(len(patches), -1)
    filled = np.where(np.isnan(flat), np.float32(255), flat)
    # Boxes and marks never take half of a piece, so the upper quarter of its values is paper.
    paper = np.maximum(np.partition(filled, flat.shape[1] * 3 // 4)[:, flat.shape[1] * 3 // 4], 1)
    result: Patches = np.clip(1 - filled / paper[:, None], 0, 1).reshape(patches.shape)
    return result


def _best_shift(profiles: Patches) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give the shift at which two lines a box apart are darkest: whole samples, and the rest.

    Lines are compared with what is beside them on both sides, so that an even shade says nothing.
    """
    middle = profiles.shape[1] // 2
    scores = []
    for shift in range(-_REACH, _REACH + 1):
        left, right = middle - _SIDE / 2 + shift, middle + _SIDE / 2 + shift
        scores.append(_line_at(profiles, left) + _line_at(profiles, right))
    table = np.stack(scores, axis=1)
    best = table.argmax(axis=1)
    rows = np.arange(len(table))
    inner = np.clip(best, 1, 2 * _REACH - 1)
    before, top, after = (table[rows, inner + step] for step in (-1, 0, 1))
    bend = before - 2 * top + after
    part = np.where((bend < -1e-6) & (inner == best), (before - after) / (2 * bend + 1e-12), 0.0)
    return best - _REACH, np.clip(part, -0.5, 0.5)


def _line_at(profiles: Patches, place: float) -> NDArray[np.float64]:
    """Give how dark the profile is at a place, which may lie between two samples."""
    low = int(np.floor(place))
    share = place - low
    result: NDArray[np.float64] = profiles[:, low] * (1 - share) + profiles[:, low + 1] * share
    return result


def _wholeness(dark: Patches, shift_x: int, shift_y: int) -> float:
    """Give the dark share of an outline's weakest side."""
    middle = dark.shape[0] // 2
    low, high = middle - _SIDE // 2 - 1, middle + (_SIDE + 1) // 2 + 1
    box = dark[low + shift_y : high + shift_y + 1, low + shift_x : high + shift_x + 1]
    # A side may be off by a sample: its darkest of three counts.
    sides = (
        box[:3, 2:-2].max(axis=0),
        box[-3:, 2:-2].max(axis=0),
        box[2:-2, :3].max(axis=1),
        box[2:-2, -3:].max(axis=1),
    )
    return float(min((side >= DARK).mean() for side in sides))
