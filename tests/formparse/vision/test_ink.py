from __future__ import annotations

import numpy as np
import pytest

from formgen.layout import Rect
from formparse.marking import SPECK_PT2, STRAY_PT2, STROKE_PT2
from formparse.vision.ink import BoxInk, measure_area, measure_boxes
from tests.formparse.vision.pictures import Picture, boxes, middle, moved, to_px

PLACES = boxes()
BOX = 7
"""Of the third row, with neighbours on all sides."""

CROSS = [[(-4, -4), (4, 4)], [(-4, 4), (4, -4)]]
TICK = [[(-4, 0), (-1, -4), (6, 6)]]
SLASH = [[(-4, -4), (4, 4)]]


def drawn(strokes: list[list[tuple[float, float]]], width: float = 1.0, grey: int = 0) -> Picture:
    picture = Picture()
    picture.frames(PLACES)
    for stroke in strokes:
        picture.stroke(moved(stroke, PLACES[BOX]), width, grey)
    return picture


def measured(picture: Picture) -> list[BoxInk]:
    return measure_boxes(picture.grey(), picture.matrix, PLACES)


def test_empty_boxes_have_no_ink() -> None:
    for ink in measured(drawn([])):
        assert ink.is_visible
        assert (ink.inside_pt2, ink.around_pt2, ink.is_ring) == (0, 0, False)


@pytest.mark.parametrize("strokes", [CROSS, TICK, SLASH])
@pytest.mark.parametrize("width", [0.5, 1.0, 2.0])
def test_a_pen_s_mark_is_more_than_a_stroke(
    strokes: list[list[tuple[float, float]]], width: float
) -> None:
    inks = measured(drawn(strokes, width))
    assert inks[BOX].inside_pt2 >= STROKE_PT2
    assert not inks[BOX].is_ring
    for number, ink in enumerate(inks):
        if number != BOX:
            assert ink.inside_pt2 < SPECK_PT2
            assert ink.around_pt2 < STRAY_PT2


def test_ink_is_an_area() -> None:
    # A stroke of two points through the whole disc of eight.
    ink = measured(drawn([[(-5, 0), (5, 0)]], width=2.0))[BOX]
    assert ink.inside_pt2 == pytest.approx(16, abs=1.5)
    half = measured(drawn([[(-5, 0), (5, 0)]], width=2.0, grey=128))[BOX]
    assert half.inside_pt2 == pytest.approx(8, abs=1)
    assert half.darkest == pytest.approx(0.5, abs=0.03)


def test_a_mark_beside_a_box_is_around_it() -> None:
    ink = measured(drawn([[(9, -4), (13, 4)]]))[BOX]
    assert ink.inside_pt2 == 0
    assert ink.around_pt2 >= STRAY_PT2


@pytest.mark.parametrize("radius", [2.5, 3.0, 4.0])
@pytest.mark.parametrize("off", [0.0, 1.0])
def test_an_empty_circle_in_a_box_is_a_ring(radius: float, off: float) -> None:
    picture = drawn([])
    x, y = middle(PLACES[BOX])
    picture.circle(x + off, y - off / 2, radius, 0.8)
    assert measured(picture)[BOX].is_ring


def test_a_dot_is_no_ring() -> None:
    picture = drawn([])
    picture.dot(*middle(PLACES[BOX]), 2.3)
    ink = measured(picture)[BOX]
    assert not ink.is_ring
    assert ink.inside_pt2 >= STROKE_PT2


def test_a_circle_in_place_of_the_outline_is_no_ink_inside() -> None:
    picture = drawn([])
    picture.circle(*middle(PLACES[BOX]), 5.5, 1.0)
    ink = measured(picture)[BOX]
    assert ink.inside_pt2 < SPECK_PT2
    assert ink.is_visible


def test_a_blackened_box_is_full() -> None:
    picture = drawn([])
    picture.fill(PLACES[BOX].rect, 0)
    assert measured(picture)[BOX].inside_share > 0.98


def test_a_line_down_the_column_runs_through() -> None:
    inks = measured(drawn([[(0, 60), (0, -60)]]))
    assert inks[BOX].runs_through
    assert not inks[BOX + 1].runs_through


def test_a_covered_box_is_not_visible() -> None:
    picture = drawn(CROSS)
    rect = PLACES[BOX].rect
    picture.fill(Rect(rect.x0 - 2, rect.y0 - 2, rect.x1 + 2, rect.y1 + 2), 255)
    assert [number for number, ink in enumerate(measured(picture)) if not ink.is_visible] == [BOX]


def test_a_box_at_the_edge_of_a_cropped_page_is_not_visible() -> None:
    picture = drawn(CROSS)
    last = PLACES[2].rect
    cropped = picture.grey()[:, : int((last.x1 + 4) * 2)]
    inks = measure_boxes(cropped, to_px(), PLACES)
    assert [ink.is_visible for ink in inks[:3]] == [True, True, False]


def test_a_shaded_page_has_no_ink() -> None:
    picture = drawn([])
    grey = picture.grey()
    shaded = np.minimum(grey, 225).astype(np.uint8)
    for ink in measure_boxes(shaded, to_px(), PLACES):
        assert ink.is_visible
        assert ink.inside_pt2 == 0


def test_no_boxes_no_ink() -> None:
    assert measure_boxes(Picture().grey(), to_px(), []) == []


def test_an_area_s_line_is_no_ink_and_writing_is() -> None:
    rect = Rect(20, 20, 180, 60)
    picture = Picture()
    for y in (rect.y0, rect.y1):
        picture.stroke([(rect.x0, y), (rect.x1, y)], 0.6)
    assert measure_area(picture.grey(), to_px(), rect) == 0
    picture.stroke([(40, 30), (60, 50), (80, 30)], 1.0)
    assert measure_area(picture.grey(), to_px(), rect) == pytest.approx(57, abs=4)
