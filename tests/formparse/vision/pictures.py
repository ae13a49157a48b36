"""Small pictures of form pages, drawn with numpy from points: outlines, strokes, turns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from formgen import style
from formgen.catalog import Answer
from formgen.layout import BoxPlace, Rect
from formparse.vision.patches import apply

Grey = NDArray[np.uint8]
Matrix = NDArray[np.float64]
Stroke = Sequence[tuple[float, float]]

WIDTH_PT, HEIGHT_PT = 200.0, 260.0


def boxes(rows: int = 6, columns: int = 3) -> list[BoxPlace]:
    """A column of rows as on a form: 35 points across, 30 down."""
    answers = list(Answer)
    places = []
    for number in range(rows):
        for column in range(columns):
            x, y = 60.0 + style.BOX_PITCH * column, 220.0 - 30.0 * number
            places.append(
                BoxPlace(
                    point_id=f"Q1-{number + 1:02d}",
                    answer=answers[column],
                    page=0,
                    rect=Rect(x, y, x + style.BOX_SIDE, y + style.BOX_SIDE),
                    question="",
                    tooltip="",
                )
            )
    return places


def to_px(
    scale: float = 2.0, turn_degrees: float = 0.0, shift: tuple[float, float] = (0, 0)
) -> Matrix:
    """The way from points to pixels of a page of this size, turned about its middle."""
    turn = np.deg2rad(turn_degrees)
    cos, sin = np.cos(turn) * scale, np.sin(turn) * scale
    middle = np.array([WIDTH_PT / 2, HEIGHT_PT / 2])
    linear = np.array([[cos, sin], [sin, -cos]])
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = middle * scale + np.array(shift) - linear @ middle
    return matrix


FINE = 3
"""Drawn samples for each pixel, each way."""

SIZE_PX = (round(HEIGHT_PT * 2), round(WIDTH_PT * 2))


@cache
def _grid(matrix_bytes: bytes) -> tuple[Matrix, Matrix]:
    """Where each drawn sample lies on the page."""
    matrix = np.frombuffer(matrix_bytes).reshape(3, 3)
    rows, columns = np.mgrid[0 : SIZE_PX[0] * FINE, 0 : SIZE_PX[1] * FINE]
    pixels = np.stack([columns.ravel() + 0.5, rows.ravel() + 0.5], axis=1) / FINE
    x, y = apply(np.linalg.inv(matrix), pixels).T
    return x.reshape(rows.shape), y.reshape(rows.shape)


@cache
def _with_frames(matrix_bytes: bytes, places: tuple[BoxPlace, ...]) -> Grey:
    """A blank page with outlines, before it is shown."""
    picture = Picture(np.frombuffer(matrix_bytes).reshape(3, 3))
    for place in places:
        rect = place.rect
        half = style.BOX_FRAME / 2
        outer = picture.within(rect.x0 - half, rect.y0 - half, rect.x1 + half, rect.y1 + half)
        inner = picture.within(rect.x0 + half, rect.y0 + half, rect.x1 - half, rect.y1 - half)
        picture.fine[outer & ~inner] = 0
    return picture.fine


class Picture:
    """A page being drawn: everything in points, drawn finer than it is shown."""

    def __init__(self, matrix: Matrix | None = None) -> None:
        self.matrix = to_px() if matrix is None else matrix
        self.fine = np.full((SIZE_PX[0] * FINE, SIZE_PX[1] * FINE), 255, dtype=np.uint8)
        self.x, self.y = _grid(self.matrix.tobytes())

    def frames(self, places: Iterable[BoxPlace]) -> None:
        self.fine = np.minimum(self.fine, _with_frames(self.matrix.tobytes(), tuple(places)))

    def fill(self, rect: Rect, grey: int) -> None:
        self.fine[self.within(rect.x0, rect.y0, rect.x1, rect.y1)] = grey

    def stroke(self, points: Stroke, width: float = 1.0, grey: int = 0) -> None:
        for (x0, y0), (x1, y1) in pairwise(points):
            length = max((x1 - x0) ** 2 + (y1 - y0) ** 2, 1e-9)
            along = ((self.x - x0) * (x1 - x0) + (self.y - y0) * (y1 - y0)) / length
            along = np.clip(along, 0, 1)
            away = np.hypot(self.x - x0 - along * (x1 - x0), self.y - y0 - along * (y1 - y0))
            self.fine[away <= width / 2] = grey

    def circle(self, x: float, y: float, radius: float, width: float = 1.0, grey: int = 0) -> None:
        away = np.abs(np.hypot(self.x - x, self.y - y) - radius)
        self.fine[away <= width / 2] = grey

    def dot(self, x: float, y: float, radius: float) -> None:
        self.fine[np.hypot(self.x - x, self.y - y) <= radius] = 0

    def grey(self) -> Grey:
        height, width = SIZE_PX
        blocks = self.fine.reshape(height, FINE, width, FINE)
        return blocks.mean(axis=(1, 3)).round().astype(np.uint8)

    def within(self, x0: float, y0: float, x1: float, y1: float) -> NDArray[np.bool_]:
        return (self.x >= x0) & (self.x <= x1) & (self.y >= y0) & (self.y <= y1)


def middle(place: BoxPlace) -> tuple[float, float]:
    rect = place.rect
    return (rect.x0 + rect.x1) / 2, (rect.y0 + rect.y1) / 2


def moved(stroke: Stroke, place: BoxPlace) -> list[tuple[float, float]]:
    """A stroke given from a box's middle, at that box."""
    x, y = middle(place)
    return [(x + dx, y + dy) for dx, dy in stroke]
