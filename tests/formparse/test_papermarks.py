"""The rules for marks on paper, each on rows made of numbers."""

from __future__ import annotations

from typing import Any

import pytest

from formgen.catalog import Answer
from formparse.papermarks import (
    BLACK,
    FAINT_DARK,
    FAINT_PT2,
    SPECK_PT2,
    STRAY_IN_BLANK_PT2,
    STRAY_PT2,
    STROKE_DARK,
    STROKE_PT2,
    TRACE_PT2,
    read_sheets,
)
from formparse.reading import PaperSheet
from formparse.returned import DoubtKind, PointAnswer
from formparse.vision.paperink import PaperBox

OUI, NON, NA = Answer.OUI, Answer.NON, Answer.NA

EMPTY: dict[str, Any] = {}
CROSS = {"inside_pt2": 25.0, "dark": 0.9, "extent_pt": 9.5, "covered": 0.3}
PALE_CROSS = {"inside_pt2": 8.0, "dark": 0.3, "extent_pt": 9.5}
FAINT = {"inside_pt2": FAINT_PT2 * 1.1, "dark": FAINT_DARK * 1.2, "extent_pt": 9.5}
BLACKENED = {"inside_pt2": 90.25 * 0.9, "dark": 0.9, "extent_pt": 9.5, "covered": 1.0}
DENSE = {"inside_pt2": 90.25 * 0.9 * 0.7, "dark": 0.9, "extent_pt": 9.5}
SPECK = {"inside_pt2": SPECK_PT2 * 0.9, "dark": 0.5, "extent_pt": 1.0}
TRACE = {"inside_pt2": TRACE_PT2 * 1.1, "dark": 0.15, "extent_pt": 6.0}
THIN = {"inside_pt2": STROKE_PT2, "dark": STROKE_DARK, "extent_pt": 6.0}
SMALL = {"inside_pt2": STROKE_PT2, "dark": 0.9, "extent_pt": 2.0}
BESIDE = {"right_pt2": STRAY_PT2}
NEAR_BLANK = {"left_pt2": STRAY_IN_BLANK_PT2}
LINE = {"has_line": True}
CUT = {"is_whole": False}
COVERED = {"is_outline_seen": False}
RUBBED = {"inside_pt2": 1.4, "dark": 0.2, "extent_pt": 9.0}


def row(*boxes: dict[str, Any], point: str = "Q1-01") -> tuple[PaperBox, ...]:
    plain: dict[str, Any] = {"is_whole": True, "is_outline_seen": True, "inside_pt2": 0.0}
    plain |= {"dark": 0.0, "covered": 0.0, "extent_pt": 0.0, "has_line": False}
    for side in ("left", "right", "above", "below"):
        plain[f"{side}_pt2"] = 0.0
    for side in ("left", "right", "up", "down"):
        plain[f"reaches_{side}"] = False
    return tuple(
        PaperBox(**{**plain, **facts, "point_id": point, "answer": answer})
        for answer, facts in zip(Answer, boxes, strict=False)
    )


def others(mark: dict[str, Any] = CROSS, count: int = 6) -> list[tuple[PaperBox, ...]]:
    """Other rows by the same hand."""
    return [row(mark, EMPTY, EMPTY, point=f"Q1-{n + 50}") for n in range(count)]


def read(
    *rows: tuple[PaperBox, ...], is_bilevel: bool = False, offered: Any = tuple(Answer)
) -> PointAnswer:
    sheet = PaperSheet(is_bilevel=is_bilevel, rows=rows)
    return read_sheets([sheet], frozenset(offered))["Q1-01"][0]


@pytest.mark.parametrize("mark", [CROSS, THIN, PALE_CROSS | {"dark": 0.5}])
@pytest.mark.parametrize("other", [EMPTY, SPECK])
def test_one_clear_mark_is_the_answer(mark: dict[str, Any], other: dict[str, Any]) -> None:
    assert read(row(mark, other, EMPTY)).answer is OUI
    assert read(row(EMPTY, other, mark)).answer is NA


def test_the_other_marks_of_the_hand_do_not_change_a_clear_one() -> None:
    assert read(row(EMPTY, CROSS, EMPTY), *others()).answer is NON


def test_an_empty_row_among_marked_ones_is_not_answered() -> None:
    point = read(row(EMPTY, EMPTY, EMPTY), *others())
    assert (point.answer, point.doubt) == (None, None)


def is_doubtful(point: PointAnswer, word: str, kind: DoubtKind = DoubtKind.UNCLEAR) -> bool:
    assert point.answer is None
    assert point.doubt is not None
    assert word in point.doubt.reason, point.doubt.reason
    return point.doubt.kind is kind


@pytest.mark.parametrize(
    ("boxes", "word"),
    [
        ((TRACE, EMPTY, EMPTY), "trace"),
        ((NEAR_BLANK, EMPTY, EMPTY), "à côté"),
        ((COVERED, EMPTY, EMPTY), "cadre"),
        ((LINE, EMPTY, EMPTY), "trait"),
        ((CUT, EMPTY, EMPTY), "coupée"),
        ((EMPTY, EMPTY), "coupée"),
    ],
)
def test_an_empty_row_that_may_not_be_one_is_doubtful(
    boxes: tuple[dict[str, Any], ...], word: str
) -> None:
    assert is_doubtful(read(row(*boxes), *others()), word)


def test_black_and_white_makes_an_empty_row_doubtful() -> None:
    assert is_doubtful(read(row(EMPTY, EMPTY, EMPTY), *others(), is_bilevel=True), "noir et blanc")


def test_an_empty_row_of_a_pale_hand_is_doubtful() -> None:
    assert is_doubtful(read(row(EMPTY, EMPTY, EMPTY), *others(PALE_CROSS)), "pâles")


def test_a_black_box_beside_crosses_of_a_thick_pen_is_doubtful() -> None:
    black = {**BLACKENED, "inside_pt2": 90.25 * 0.9 * 0.9}
    thick = {**BLACKENED, "inside_pt2": 90.25 * 0.9 * 0.78}
    assert is_doubtful(read(row(black, EMPTY, EMPTY), *others(thick)), "entièrement noircie")


def test_a_dense_mark_that_is_fuller_than_all_others_is_doubtful() -> None:
    full = {**BLACKENED, "inside_pt2": 90.0, "dark": 1.0}
    nearly = {**BLACKENED, "inside_pt2": 79.0, "dark": 1.0}
    assert is_doubtful(read(row(full, EMPTY, EMPTY), *others(nearly)), "entièrement noircie")


def test_black_and_white_that_swallowed_marks_is_not_believed_at_all() -> None:
    gone = others(EMPTY, 4)
    assert is_doubtful(read(row(CROSS, EMPTY, EMPTY), *gone, is_bilevel=True), "effacé")
    assert read(row(CROSS, EMPTY, EMPTY), *gone).answer is OUI


def test_a_sheet_with_most_rows_empty_is_doubtful() -> None:
    assert is_doubtful(read(row(EMPTY, EMPTY, EMPTY), *others(count=0)), "moitié")
    empty = others(EMPTY, 4)
    assert is_doubtful(read(row(EMPTY, EMPTY, EMPTY), *empty, *others(count=4)[:3]), "moitié")


@pytest.mark.parametrize(
    ("boxes", "word"),
    [
        ((SMALL, EMPTY, EMPTY), "trop petite"),
        ((CROSS, BESIDE, EMPTY), "à côté"),
        ((CROSS, LINE, EMPTY), "trait"),
        ((CROSS, COVERED, EMPTY), "cadre"),
        ((CROSS, CUT, EMPTY), "coupée"),
        ((FAINT, EMPTY, EMPTY), "trop faible"),
        ((BLACKENED, EMPTY, EMPTY), "entièrement noircie"),
        ((DENSE, EMPTY, EMPTY), "presque noircie"),
        ((PALE_CROSS | {"dark": 0.41}, EMPTY, EMPTY), "pâle"),
        (({**CROSS, "inside_pt2": 4.0}, EMPTY, EMPTY), "petite"),
    ],
)
def test_a_mark_unlike_the_others_is_doubtful(boxes: tuple[dict[str, Any], ...], word: str) -> None:
    assert is_doubtful(read(row(*boxes), *others()), word)


def test_a_mark_crossed_out_is_heavier_than_the_others() -> None:
    heavy = {"inside_pt2": 60.0, "dark": 0.9, "extent_pt": 9.5}
    assert is_doubtful(read(row(heavy, EMPTY, EMPTY), *others()), "noircie")
    thick = {"inside_pt2": 28.0, "dark": 0.4, "extent_pt": 9.5}
    slashes = others({"inside_pt2": 12.0, "dark": 0.4, "extent_pt": 9.5})
    assert is_doubtful(read(row(thick, EMPTY, EMPTY), *slashes), "noircie")


@pytest.mark.parametrize("mark", [CROSS, THIN, BLACKENED])
def test_two_marks_are_doubtful(mark: dict[str, Any]) -> None:
    point = read(row(mark, mark, EMPTY), *others())
    assert is_doubtful(point, "Plusieurs", DoubtKind.CONTRADICTORY)
    assert point.doubt is not None
    assert point.doubt.seen == (OUI, NON)


def test_what_was_rubbed_out_is_no_second_mark() -> None:
    assert read(row(CROSS, RUBBED, EMPTY), *others()).answer is OUI


# --- Habits ---------------------------------------------------------------------------------------
def test_whoever_blackens_all_boxes_answers_so() -> None:
    assert read(row(EMPTY, BLACKENED, EMPTY), *others(BLACKENED)).answer is NON
    assert read(row(EMPTY, DENSE, EMPTY), *others(DENSE)).answer is NON


def test_a_black_box_beside_a_mark_corrects_it() -> None:
    assert read(row(BLACKENED, CROSS, EMPTY), *others()).answer is NON


def test_a_correction_by_a_hand_that_fills_boxes_is_doubtful() -> None:
    assert read(row(BLACKENED, CROSS, EMPTY), *others(BLACKENED)).doubt is not None
    assert read(row(BLACKENED, CROSS, EMPTY), *others(DENSE)).doubt is not None


def test_a_correction_without_other_marks_of_the_hand_is_doubtful() -> None:
    assert read(row(BLACKENED, CROSS, EMPTY), *others(count=2)).doubt is not None


def test_a_correction_in_which_neither_is_plain_is_doubtful() -> None:
    assert read(row(BLACKENED, DENSE, EMPTY), *others()).doubt is not None
    assert read(row(BLACKENED, CROSS, CROSS), *others()).doubt is not None
    assert BLACKENED["inside_pt2"] / (90.25 * 0.9) >= BLACK


def test_faint_marks_are_believed_where_the_hand_makes_no_others() -> None:
    assert read(row(EMPTY, FAINT, EMPTY), *others(FAINT)).answer is NON
    assert read(row(EMPTY, FAINT, EMPTY), *others(FAINT, 2)).doubt is not None


def test_habits_are_those_of_all_sheets() -> None:
    one = PaperSheet(is_bilevel=False, rows=(row(EMPTY, BLACKENED, EMPTY),))
    rest = PaperSheet(is_bilevel=False, rows=tuple(others(BLACKENED)))
    assert read_sheets([one, rest], frozenset(Answer))["Q1-01"][0].answer is NON


# --- Long ends of strokes -------------------------------------------------------------------------
def test_a_mark_s_long_end_in_the_next_box_s_room_is_no_second_mark() -> None:
    long = {**CROSS, "right_pt2": 9.0, "reaches_right": True}
    tail = {"left_pt2": 4.0, "reaches_left": True}
    assert read(row(long, tail, EMPTY), *others()).answer is OUI
    assert read(row(CROSS, tail, EMPTY), *others()).doubt is not None
    apart = {"left_pt2": 4.0}
    assert read(row(long, apart, EMPTY), *others()).doubt is not None


def test_a_tail_from_the_row_below_is_no_mark_in_this_one() -> None:
    tail = {"below_pt2": 4.0, "reaches_down": True}
    below = row(EMPTY, {**CROSS, "reaches_up": True}, EMPTY, point="Q1-02")
    assert read(row(CROSS, tail, EMPTY), below, *others()).answer is OUI
    assert read(row(CROSS, tail, EMPTY), *others()).doubt is not None


def test_a_tail_from_the_row_above_is_no_mark_in_this_one() -> None:
    above = row(EMPTY, {**CROSS, "reaches_down": True}, EMPTY, point="Q1-00")
    tail = {"above_pt2": 4.0, "reaches_up": True}
    assert read(above, row(CROSS, tail, EMPTY), *others()).answer is OUI


def test_ink_beside_an_empty_row_is_never_a_tail() -> None:
    below = row(EMPTY, {**CROSS, "reaches_up": True}, EMPTY, point="Q1-02")
    tail = {"below_pt2": 4.0, "reaches_down": True}
    assert read(row(EMPTY, tail, EMPTY), below, *others()).doubt is not None
