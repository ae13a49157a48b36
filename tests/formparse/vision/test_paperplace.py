"""Where sheets of paper lie: found from codes, bent, proved by their text."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from formgen import style
from formparse.vision.blank import blank_page
from formparse.vision.pagecode import FoundCode, find_codes
from formparse.vision.pagelook import lies_in_place
from formparse.vision.paperplace import guesses_from_codes, perspective, prove_on_paper
from formparse.vision.patches import apply
from formparse.vision.raster import LONG_SIDE_PX, load_page, open_document, render
from formparse.vision.registration import centres_of
from tests.builders import issued, template

Q, PAGE = "Q2", 1
LAYOUT = template(Q).layout
SCALE = LONG_SIDE_PX / LAYOUT.page_height
STRAIGHT = np.array([[SCALE, 0, 0], [0, -SCALE, LONG_SIDE_PX], [0, 0, 1.0]])
ROW_PT = 36.0


@pytest.fixture(scope="module")
def grey() -> np.ndarray:
    document = open_document(issued(Q))
    assert document is not None
    page = load_page(document, PAGE + 1)
    assert page is not None
    image = render(page, annotations=False)
    assert image is not None
    return image.grey


def moved(down_pt: float) -> np.ndarray:
    by = np.eye(3)
    by[1, 2] = -down_pt
    return np.asarray(STRAIGHT @ by)


def test_a_straight_page_is_found_where_it_is(grey: np.ndarray) -> None:
    place = prove_on_paper(STRAIGHT, LAYOUT, PAGE, grey)
    assert place is not None
    assert place.frames_seen == 1.0
    assert place.box_shifts_pt is not None
    assert np.abs(place.box_shifts_pt).max() < 0.3


@pytest.mark.parametrize("off", [5.0, -7.0])
def test_a_guess_that_is_off_by_half_a_box_is_corrected(grey: np.ndarray, off: float) -> None:
    place = prove_on_paper(moved(off), LAYOUT, PAGE, grey)
    assert place is not None
    assert place.box_shifts_pt is not None
    assert np.abs(place.box_shifts_pt - (0, off)).max() < 0.3


def test_a_page_a_row_off_is_never_in_place(grey: np.ndarray) -> None:
    assert lies_in_place(grey, STRAIGHT, LAYOUT, PAGE)
    tops = sorted({box.rect.y0 for box in LAYOUT.boxes if box.page == PAGE})
    gaps = {round(high - low, 2) for low, high in itertools.pairwise(tops)}
    for gap in gaps:
        for off in (gap, -gap):
            assert not lies_in_place(grey, moved(off), LAYOUT, PAGE)
            assert prove_on_paper(moved(off), LAYOUT, PAGE, grey) is None


@pytest.mark.parametrize("other", ["Q1", "Q2", "Q3", "Q4"])
def test_another_page_is_never_in_place(grey: np.ndarray, other: str) -> None:
    layout = template(other).layout
    for index in range(layout.page_count):
        if (other, index) != (Q, PAGE):
            assert prove_on_paper(STRAIGHT, layout, index, grey) is None


def test_a_table_of_boxes_alone_is_no_page_of_ours() -> None:
    """The trap: outlines in place, and nothing else."""
    picture = np.full_like(blank_page(LAYOUT, PAGE), 255)
    for box in LAYOUT.boxes:
        if box.page == PAGE:
            (x0, y1), (x1, y0) = apply(
                STRAIGHT, np.array([(box.rect.x0, box.rect.y0), (box.rect.x1, box.rect.y1)])
            )
            picture[int(y0) : int(y1), int(x0) : int(x1)] = 0
            picture[int(y0) + 2 : int(y1) - 2, int(x0) + 2 : int(x1) - 2] = 255
    assert prove_on_paper(STRAIGHT, LAYOUT, PAGE, picture) is None


def codes(grey: np.ndarray) -> tuple[FoundCode, ...]:
    found = find_codes(grey)
    assert len(found) == 4
    return found


@pytest.mark.parametrize("count", [4, 3, 2, 1])
def test_any_codes_that_are_left_will_do(grey: np.ndarray, count: int) -> None:
    found = codes(grey)
    for first in range(4):
        some = [found[(first + number) % 4] for number in range(count)]
        guesses = guesses_from_codes(some, LAYOUT)
        places = [prove_on_paper(guess, LAYOUT, PAGE, grey) for guess in guesses]
        assert any(place is not None for place in places)


def test_codes_that_lie_otherwise_give_no_guess(grey: np.ndarray) -> None:
    one, *rest = codes(grey)
    mirrored = [
        FoundCode(code=item.code, corners_px=tuple((-x, y) for x, y in item.corners_px))
        for item in (one, *rest)
    ]
    assert guesses_from_codes(mirrored, LAYOUT) == []


def test_a_perspective_is_given_back() -> None:
    steep = STRAIGHT.copy()
    steep[2, :2] = (1e-4, -2e-4)
    points = centres_of([box.rect for box in LAYOUT.boxes if box.page == PAGE])
    points = np.concatenate([points, [(40, 40), (560, 800), (40, 800)]])
    found = perspective(points, apply(steep, points), LAYOUT)
    assert found is not None
    assert np.abs(apply(found, points) - apply(steep, points)).max() < 0.01


def test_pages_without_boxes_are_proved_by_their_text() -> None:
    last = LAYOUT.page_count - 1
    assert all(box.page != last for box in LAYOUT.boxes)
    shown = blank_page(LAYOUT, last)
    assert prove_on_paper(STRAIGHT, LAYOUT, last, shown) is not None
    assert prove_on_paper(STRAIGHT, LAYOUT, last, np.full_like(shown, 255)) is None
    assert style.BOX_SIDE < ROW_PT
