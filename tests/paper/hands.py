"""What people do at boxes with what they have at hand: each hand has its pen, its mark, its habits.

Strokes are drawn on a page at `PX_PER_PT`, finer where they stand, in darkness (0 paper, 1 black).
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from formgen import style
from formgen.layout import Rect

DPI = 200
PX_PER_PT = DPI / 72
FINE = 3
"""Drawn samples for each pixel, each way."""

Point = tuple[float, float]
Stroke = Sequence[Point]
Page = NDArray[np.float32]


class Shape(StrEnum):
    CROSS = "cross"
    TICK = "tick"
    SLASH = "slash"
    DOT = "dot"
    SCRIBBLE = "scribble"
    FILL = "fill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    name: str
    width_pt: float
    darkness: float
    grain: float
    """How unevenly it leaves its ink, from 0."""


PENS = (
    Pen(name="ball", width_pt=1.3, darkness=0.8, grain=0.15),
    Pen(name="ball", width_pt=1.1, darkness=0.72, grain=0.2),
    Pen(name="gel", width_pt=1.5, darkness=0.9, grain=0.05),
    Pen(name="felt", width_pt=2.4, darkness=0.88, grain=0.05),
    Pen(name="marker", width_pt=4.2, darkness=0.85, grain=0.05),
    Pen(name="pencil", width_pt=1.5, darkness=0.5, grain=0.45),
    Pen(name="faint-pencil", width_pt=1.3, darkness=0.27, grain=0.5),
)
_PEN_SHARES = (30, 20, 20, 8, 3, 12, 5)
_SHAPES = (Shape.CROSS, Shape.TICK, Shape.SLASH, Shape.DOT, Shape.SCRIBBLE, Shape.FILL)
_SHAPE_SHARES = (55, 25, 5, 3, 4, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    pen: Pen
    shape: Shape
    size: float
    """Of its marks, in box sides."""
    wander: float
    """How far from the middle of the box, in points."""
    wobble: float


def hand(chance: random.Random) -> Hand:
    """Any hand."""
    shape = chance.choices(_SHAPES, _SHAPE_SHARES)[0]
    pen = chance.choices(PENS, _PEN_SHARES)[0]
    if pen.name == "marker" and shape is Shape.DOT:
        shape = Shape.CROSS
    return Hand(
        pen=pen,
        shape=shape,
        size=chance.uniform(0.75, 1.5) if shape is not Shape.TICK else chance.uniform(0.9, 1.7),
        wander=chance.uniform(0.3, 1.6),
        wobble=chance.uniform(0.15, 0.6),
    )


# --- Strokes, about the middle of a box, y upwards -----------------------------------------------
def _bent(start: Point, end: Point, wobble: float, chance: random.Random) -> list[Point]:
    """A line as a hand draws it."""
    (x0, y0), (x1, y1) = start, end
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    bend = chance.gauss(0, wobble) * length / 12
    normal = (-(y1 - y0) / length, (x1 - x0) / length)
    points = []
    for step in range(9):
        t = step / 8
        off = bend * math.sin(math.pi * t) + chance.gauss(0, wobble * 0.12)
        points.append((x0 + (x1 - x0) * t + normal[0] * off, y0 + (y1 - y0) * t + normal[1] * off))
    return points


def mark(shape: Shape, who: Hand, chance: random.Random) -> list[list[Point]]:
    """The strokes of one mark."""
    half = style.BOX_SIDE / 2 * who.size * chance.uniform(0.85, 1.15)
    wobble = who.wobble

    def near(x: float, y: float) -> Point:
        return x + chance.gauss(0, 0.1 * half), y + chance.gauss(0, 0.1 * half)

    match shape:
        case Shape.CROSS:
            return [
                _bent(near(-half, half), near(half, -half), wobble, chance),
                _bent(near(half, half), near(-half, -half), wobble, chance),
            ]
        case Shape.TICK:
            low = near(-0.25 * half, -0.75 * half)
            return [
                _bent(near(-0.75 * half, 0.05 * half), low, wobble, chance)
                + _bent(low, near(1.05 * half, 1.15 * half), wobble, chance)
            ]
        case Shape.SLASH:
            return [_bent(near(-0.8 * half, -half), near(0.8 * half, half), wobble, chance)]
        case Shape.DOT:
            radius = chance.uniform(1.2, 2.4)
            return [
                [
                    (radius * (i / 40) * math.cos(i), radius * (i / 40) * math.sin(i))
                    for i in range(40)
                ]
            ]
        case Shape.SCRIBBLE:
            turns = chance.randint(3, 5)
            points: list[Point] = []
            for i in range(turns * 2 + 1):
                x = -0.6 * half + 1.2 * half * i / (turns * 2)
                points.append(near(x, 0.7 * half if i % 2 else -0.7 * half))
            return [points]
        case Shape.FILL:
            return blackened(who, chance)


def blackened(who: Hand, chance: random.Random) -> list[list[Point]]:
    """A box made black, as the form asks for a wrong one: to and fro until little is white."""
    edge = style.BOX_SIDE / 2 - 0.4
    step = max(0.45 * who.pen.width_pt, 0.6)
    count = int(2 * edge / step) + 1
    points = []
    for i in range(count):
        y = -edge + 2 * edge * i / (count - 1)
        reach = edge + chance.gauss(0.1, 0.35)
        points.append((reach if i % 2 else -reach, y + chance.gauss(0, 0.15)))
    return [points, [(y, x) for x, y in points]] if chance.random() < 0.5 else [points]


def struck(chance: random.Random) -> list[list[Point]]:
    """A mark crossed out: a line or two through it."""
    return [
        _bent(
            (-10 + chance.gauss(0, 1), chance.gauss(0, 1.5)),
            (10, chance.gauss(0, 1.5)),
            0.6,
            chance,
        )
        for _ in range(chance.randint(1, 2))
    ]


def circled(chance: random.Random) -> list[list[Point]]:
    """A circle around a box."""
    a, b = chance.uniform(9, 12), chance.uniform(8.5, 11)
    start = chance.uniform(0, 6)
    turn = [start + (2 * math.pi + 0.3) * i / 40 for i in range(41)]
    return [[(a * math.cos(t), b * math.sin(t)) for t in turn]]


def scribbled_out(who: Hand, chance: random.Random) -> list[list[Point]]:
    """A mark scribbled over, not black."""
    points = [(chance.uniform(-7, 7), chance.uniform(-7, 7)) for _ in range(14)]
    return [points]


def name(width_pt: float, chance: random.Random) -> list[list[Point]]:
    """Something like a name or a signature, from 0 rightwards."""
    strokes, x = [], 0.0
    while x < width_pt:
        points = []
        for _ in range(chance.randint(5, 12)):
            x += chance.uniform(0.8, 3.2)
            points.append((x, chance.uniform(-4, 7)))
        strokes.append(points)
        x += chance.uniform(1, 5)
    return strokes


# --- Onto the page --------------------------------------------------------------------------------
def draw(
    page: Page, height_pt: float, at: Point, strokes: Sequence[Stroke], pen: Pen, seed: int
) -> None:
    """Draw strokes about a place given in points of the page, origin lower left."""
    xs = [x for stroke in strokes for x, _ in stroke]
    ys = [y for stroke in strokes for _, y in stroke]
    reach = pen.width_pt + 2
    left = math.floor((at[0] + min(xs) - reach) * PX_PER_PT)
    top = math.floor((height_pt - at[1] - max(ys) - reach) * PX_PER_PT)
    right = math.ceil((at[0] + max(xs) + reach) * PX_PER_PT)
    bottom = math.ceil((height_pt - at[1] - min(ys) + reach) * PX_PER_PT)
    size = ((right - left) * FINE, (bottom - top) * FINE)
    layer = Image.new("L", size, 0)
    pencil = ImageDraw.Draw(layer)
    chance = random.Random(seed)
    scale = PX_PER_PT * FINE
    for stroke in strokes:
        points = [
            (
                (at[0] + x) * scale - left * FINE,
                (height_pt - at[1] - y) * scale - top * FINE,
            )
            for x, y in stroke
        ]
        for start, end in pairwise(points):
            width = pen.width_pt * chance.uniform(0.85, 1.1) * scale
            pencil.line([start, end], fill=255, width=max(1, round(width)))
            radius = width / 2
            x, y = end
            pencil.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)
    small = layer.reduce(FINE)
    ink = np.asarray(small, dtype=np.float32) / 255 * pen.darkness
    if pen.grain:
        noise = np.random.default_rng(seed).standard_normal(ink.shape).astype(np.float32)
        # Paper's tooth: about a quarter of a millimetre.
        tooth = np.asarray(
            Image.fromarray(np.clip(128 + 50 * noise, 0, 255).astype(np.uint8))
            .reduce(2)
            .resize(small.size, Image.Resampling.BILINEAR),
            dtype=np.float32,
        )
        ink *= np.clip(1 + pen.grain * (tooth - 128) / 25, 0, 1.15)
    height, width_px = page.shape
    y0, x0, y1, x1 = max(top, 0), max(left, 0), min(bottom, height), min(right, width_px)
    if y0 >= y1 or x0 >= x1:
        return
    part = ink[y0 - top : y1 - top, x0 - left : x1 - left]
    target = page[y0:y1, x0:x1]
    # Ink over ink darkens as the paper that is left does.
    target[...] = 1 - (1 - target) * (1 - np.clip(part, 0, 1))


def centre(rect: Rect) -> Point:
    return (rect.x0 + rect.x1) / 2, (rect.y0 + rect.y1) / 2
