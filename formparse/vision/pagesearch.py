"""Looks for the form's page that a scan without readable codes shows, by its printed text.

For sheets that lie nearly straight, either way up, whole or a little smaller: what scanners give.
It only proposes; `paperplace` proves. A photo whose codes are lost goes to a person.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from formgen import style
from formparse.vision.blank import blank_page
from formparse.vision.pagelook import CELL_PT, contrast, sampled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from formgen.layout import FormLayout
    from formparse.vision.pagelook import Cells
    from formparse.vision.raster import Grey, Matrix

MIN_SCORE = 0.35
"""Correlation of the whole text area from which a page may be proposed: more than `pagelook` asks
for, as nothing else says which page it is."""

MIN_LEAD = 0.15
"""How much better it must match than any other page of any form."""

SCALES = (1.0, 0.97, 0.94)
"""Whole, or fitted to what printers can reach."""

MAX_SKEW_DEGREES = 3.0
_SKEW_STEP = 0.25

MIN_INK = 0.003
"""Share of cells with text on them below which a sheet is an empty back."""

_WIDTH = round(395 / CELL_PT)
"""Cells across: the text column, up to where boxes begin."""
_HEIGHT = round((style.CONTENT_TOP - style.CONTENT_BOTTOM) / CELL_PT)
_MAX_OFF_CELLS = 15
_SHAPE = (1024, 512)

_kept: OrderedDict[tuple[int, int], tuple[FormLayout, NDArray[np.complex64], float]] = OrderedDict()
_KEPT_PAGES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A page that an image may show."""

    candidate: int
    """Which of those given."""
    guess: Matrix


def propose(grey: Grey, candidates: Sequence[tuple[FormLayout, int]]) -> Proposal | None:
    """Give the page that matches far better than all others; None where none does."""
    if not candidates:
        return None
    layout = candidates[0][0]
    skew = _skew(grey, layout)
    if skew is None:
        return None
    best: list[tuple[float, Matrix | None]] = [(0.0, None)] * len(candidates)
    for scale in SCALES:
        for turns in (0, 2):
            to_px = _lying(grey, layout, skew, scale, turns)
            seen = contrast(sampled(grey, to_px, _WIDTH, _HEIGHT))
            size = float(np.linalg.norm(seen))
            spectrum = np.fft.rfft2(seen, _SHAPE)
            for number, (one, page) in enumerate(candidates):
                wanted, norm = _wanted(one, page)
                score, off = _peak(spectrum * wanted, size * norm)
                if score > best[number][0]:
                    moved = np.eye(3)
                    moved[:2, 2] = off
                    best[number] = (score, to_px @ moved)
    order = sorted(range(len(candidates)), key=lambda number: best[number][0], reverse=True)
    (top, guess), rest = best[order[0]], [best[number][0] for number in order[1:2]]
    if guess is None or top < MIN_SCORE or top - max(rest, default=0.0) < MIN_LEAD:
        return None
    return Proposal(candidate=order[0], guess=guess)


def _lying(grey: Grey, layout: FormLayout, degrees: float, scale: float, turns: int) -> Matrix:
    """Give the way from a page to an image that it fills, askew, smaller, or upside down."""
    height, width = grey.shape
    size = scale * min(width / layout.page_width, height / layout.page_height)
    turn = np.deg2rad(degrees + 90 * turns)
    cos, sin = np.cos(turn) * size, np.sin(turn) * size
    linear = np.array([[cos, sin], [sin, -cos]])
    middle = np.array([layout.page_width / 2, layout.page_height / 2])
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = np.array([width / 2, height / 2]) - linear @ middle
    return matrix


def _skew(grey: Grey, layout: FormLayout) -> float | None:
    """Give the turn at which lines of text are most level; None for an empty sheet."""
    best: tuple[float, float] = (-1.0, 0.0)
    steps = round(MAX_SKEW_DEGREES / _SKEW_STEP)
    for step in range(-steps, steps + 1):
        to_px = _lying(grey, layout, step * _SKEW_STEP, 1.0, 0)
        cells = sampled(grey, to_px, _WIDTH, _HEIGHT)
        if step == -steps and float((cells > cells.mean() + 40).mean()) < MIN_INK:
            return None
        lines = cells.mean(axis=1)
        best = max(best, (float(np.square(np.diff(lines)).sum()), step * _SKEW_STEP))
    return best[1]


def _wanted(layout: FormLayout, page: int) -> tuple[NDArray[np.complex64], float]:
    key = (id(layout), page)
    known = _kept.get(key)
    if known is not None:
        _kept.move_to_end(key)
        return known[1], known[2]
    grey = blank_page(layout, page)
    scale = grey.shape[0] / layout.page_height
    to_px = np.array([[scale, 0, 0], [0, -scale, grey.shape[0]], [0, 0, 1.0]])
    cells: Cells = contrast(sampled(grey, to_px, _WIDTH, _HEIGHT))
    spectrum = np.conj(np.fft.rfft2(cells, _SHAPE)).astype(np.complex64)
    norm = float(np.linalg.norm(cells))
    _kept[key] = (layout, spectrum, norm)
    if len(_kept) > _KEPT_PAGES:
        _kept.popitem(last=False)
    return spectrum, norm


def _peak(product: NDArray[np.complex128], norm: float) -> tuple[float, tuple[float, float]]:
    """Give how well the page matches where it matches best, and how far off that is, in points."""
    scores = np.fft.irfft2(product, _SHAPE)
    reach = _MAX_OFF_CELLS
    rows = np.r_[0 : reach + 1, -reach:0]
    near = scores[np.ix_(rows, rows)]
    row, column = np.unravel_index(int(near.argmax()), near.shape)
    down, right = int(rows[row]), int(rows[column])
    return float(near.max()) / max(norm, 1e-9), (right * CELL_PT, -down * CELL_PT)
