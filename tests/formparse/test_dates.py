from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formparse.dates import parse_date

FIRST_OF_MARCH = dt.date(2026, 3, 1)


@pytest.mark.parametrize(
    "text",
    [
        "01/03/2026",
        "1/3/26",
        "01.03.2026",
        "1-3-2026",
        "01 03 2026",
        "1 / 3 / 2026",
        "2026-03-01",
        "1er mars 2026",
        "1er Mars 26",
        "Le 1er mars 2026",
        "le dimanche 1er mars 2026",
        "1 mars 2026.",
        " 01/03/2026 ",
        "１/3/2026",
    ],
)
def test_ways_to_write_the_first_of_march(text: str) -> None:
    assert parse_date(text) == FIRST_OF_MARCH


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("3 févr. 2026", 2),
        ("3 FÉVRIER 2026", 2),
        ("3 août 2026", 8),
        ("3 aout 2026", 8),
        ("3 déc. 2026", 12),
        ("3 juil. 26", 7),
    ],
)
def test_months_in_words(text: str, month: int) -> None:
    assert parse_date(text) == dt.date(2026, month, 3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hier",
        "31/02/2026",
        "29/02/2025",
        "00/01/2026",
        "1/13/2026",
        "2026",
        "03/2026",
        "1/3/026",
        "1/3-2026",
        "1er marsouin 2026",
        "01/03/2026 à Lyon",
        "20260301",
        "0000-01-01",
        "1er/3/2026",
        "²/3/2026",
        "1/3/2026 2/3/2026",
    ],
)
def test_all_else_is_no_date(text: str) -> None:
    assert parse_date(text) is None


def test_two_digits_are_of_this_century() -> None:
    assert parse_date("31/12/99") == dt.date(2099, 12, 31)


@given(st.dates(dt.date(1000, 1, 1)))
def test_every_day_is_read_back(day: dt.date) -> None:
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.day}/{day.month}/{day.year:04d}") == day


@given(st.text(max_size=20))
def test_no_text_raises(text: str) -> None:
    parse_date(text)
