"""Pieces of pages for people: upright, whole, white where the page ends."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from formgen.layout import Rect
from formparse.vision.crop import PX_PER_PT, crop_png

if TYPE_CHECKING:
    from formparse.vision.raster import Matrix

RECT = Rect(50, 700, 250, 740)
"""Of an upright A4 page; its lower left quarter is black."""


def page(turn: float) -> tuple[np.ndarray, Matrix]:
    """A page at two pixels a point, turned by so many degrees about its middle, and where it is."""
    upright = Image.new("L", (1190, 1684), 255)
    for x in range(100, 300):
        for y in range(2 * (842 - 720), 2 * (842 - 700)):
            upright.putpixel((x, y), 0)
    angle = math.radians(turn)
    grey = np.asarray(upright.rotate(-turn, resample=Image.Resampling.BICUBIC, fillcolor=255))
    to_upright = np.array([[2.0, 0, 0], [0, -2.0, 1684], [0, 0, 1]])
    middle = np.array([[1, 0, 595], [0, 1, 842], [0, 0, 1]])
    turned = np.array(
        [
            [math.cos(angle), -math.sin(angle), 0],
            [math.sin(angle), math.cos(angle), 0],
            [0, 0, 1],
        ]
    )
    return grey, middle @ turned @ np.linalg.inv(middle) @ to_upright


@pytest.mark.parametrize("turn", [0, 3, 180])
def test_a_piece_is_upright_however_the_page_lies(turn: float) -> None:
    grey, to_px = page(turn)
    cut = np.asarray(Image.open(io.BytesIO(crop_png(grey, to_px, RECT))))
    height, width = cut.shape
    assert (width, height) == (200 * PX_PER_PT, 40 * PX_PER_PT)
    quarters = {
        (row, column): cut[
            row * height // 2 + 5 : (row + 1) * height // 2 - 5,
            column * width // 2 + 5 : (column + 1) * width // 2 - 5,
        ].mean()
        for row in (0, 1)
        for column in (0, 1)
    }
    assert quarters.pop((1, 0)) < 5
    assert min(quarters.values()) > 250


def test_what_lies_outside_the_image_is_white() -> None:
    grey, to_px = page(0)
    cut = Image.open(io.BytesIO(crop_png(np.zeros_like(grey), to_px, Rect(-20, 0, 0, 20))))
    assert np.asarray(cut).min() > 250


def test_no_piece_is_larger_than_a_page() -> None:
    grey, to_px = page(0)
    cut = Image.open(io.BytesIO(crop_png(grey, to_px, Rect(0, 0, 9999, 9999))))
    assert cut.size == (2000, 2000)
