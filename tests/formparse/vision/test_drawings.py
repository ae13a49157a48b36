"""What a box's drawing shows when it is drawn alone."""

from __future__ import annotations

import pytest

from formgen.fieldlook import box_off, box_on
from formparse.vision.drawings import Shown, show

BOX = (0.0, 0.0, 12.5, 12.5)
CROSS = b"1.6 w 2.6 2.6 m 9.9 9.9 l 2.6 9.9 m 9.9 2.6 l S"


@pytest.mark.parametrize(
    ("drawing", "shown"),
    [
        (box_on().data, Shown.TICK),
        (box_off().data, Shown.EMPTY),
        (b"", Shown.EMPTY),
        (CROSS, Shown.TICK),
        (b"1 1 1 RG " + CROSS, Shown.EMPTY),
        (b"3 Tr q Q", Shown.EMPTY),
        (b"0 g 0 0 13 13 re f", Shown.UNCLEAR),
        (b"0.9 G " + CROSS, Shown.UNCLEAR),
        (b"1 0 0 1 40 40 cm " + CROSS, Shown.EMPTY),
        (b"5 5 1 1 re f", Shown.UNCLEAR),
    ],
)
def test_a_drawing_is_a_tick_or_nothing_or_unclear(drawing: bytes, shown: Shown) -> None:
    assert show(drawing, BOX) is shown


def test_it_is_fitted_into_its_box_as_viewers_do() -> None:
    large = b"16 w 26 26 m 99 99 l 26 99 m 99 26 l S"
    assert show(large, (0.0, 0.0, 125.0, 125.0)) is Shown.TICK
    assert show(CROSS, (0.0, 0.0, 0.0, 0.0)) is Shown.UNCLEAR
