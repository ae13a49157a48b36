"""Lines from edge to edge are taken out of a scan, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from formparse.vision.streaks import MAX_WIDTH_PX, without_streaks

HEIGHT, WIDTH = 900, 600


def page() -> np.ndarray:
    grey = np.random.default_rng(1).normal(235, 4, (HEIGHT, WIDTH)).clip(0, 255).astype(np.uint8)
    grey[100:700:30, 60:420] = 40  # lines of text, roughly
    grey[200:225, 500:502] = 20  # the side of a box
    return grey


def test_a_page_without_streaks_is_left_as_it_is() -> None:
    grey = page()
    assert without_streaks(grey) is grey


@pytest.mark.parametrize("depth", [20, 90, 200])
@pytest.mark.parametrize("is_level", [False, True])
def test_a_streak_goes_and_what_it_crosses_stays(depth: int, is_level: bool) -> None:  # noqa: FBT001
    grey = page().T if is_level else page()
    dirty = grey.astype(np.int16)
    dirty[:, 250:252] -= depth
    clean = without_streaks(dirty.clip(0, 255).astype(np.uint8))
    off = np.abs(clean.astype(int) - grey)
    assert np.median(off[:, 250:252]) < 8
    assert (np.delete(clean, range(248, 254), axis=1) == np.delete(grey, range(248, 254), 1)).all()


def test_a_line_that_ends_is_somebodys() -> None:
    grey = page()
    grey[: HEIGHT * 3 // 4, 300:302] = 40
    assert (without_streaks(grey) == grey).all()


def test_a_wide_band_hides_too_much_to_be_guessed_over() -> None:
    grey = page()
    grey[:, 300 : 302 + MAX_WIDTH_PX] = 40
    assert (without_streaks(grey) == grey).all()
