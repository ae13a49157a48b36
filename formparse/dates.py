"""Reads a date as French people write it. Knows no clock: a date far off is still a date."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

_MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin",
    "juillet", "aout", "septembre", "octobre", "novembre", "decembre",
)  # fmt: skip
_WEEKDAYS = "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
_SHORT_MONTHS = {
    "janv": 1, "jan": 1, "fevr": 2, "fev": 2, "avr": 4, "juil": 7, "sept": 9, "sep": 9,
    "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_MONTH_NUMBERS = {name: number for number, name in enumerate(_MONTHS, 1)} | _SHORT_MONTHS

CENTURY = 2000
"""Two digits of a year: no attestation is older than the questionnaires."""

_YEAR_FIRST = re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})")
_DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})\s?([-/. ])\s?(?P<month>\d{1,2})\s?\2\s?(?P<year>\d{4}|\d{2})"
)
_IN_WORDS = re.compile(
    rf"(?:(?:{_WEEKDAYS}),? )?(?P<day>\d{{1,2}})(?:er)?[ -](?P<month>[a-z]+)\.?[ -]"
    r"(?P<year>\d{4}|\d{2})"
)
_LEAD = re.compile(r"^(?:le|fait le|date ?:) ")


def parse_date(text: str) -> dt.date | None:
    """Give the date that `text` is, None where it is anything else, or a day that never was."""
    plain = _plain(text)
    for pattern in (_YEAR_FIRST, _DAY_FIRST, _IN_WORDS):
        match = pattern.fullmatch(plain)
        if match is not None:
            return _date(match["year"], match["month"], match["day"])
    return None


def _plain(text: str) -> str:
    """Give `text` in small letters, without accents, double spaces or a « le » before it."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _LEAD.sub("", " ".join(letters.split())).rstrip(".")


def _date(year: str, month: str, day: str) -> dt.date | None:
    month_number = int(month) if month.isdigit() else _MONTH_NUMBERS.get(month)
    if month_number is None:
        return None
    full_year = int(year) + (CENTURY if len(year) == 2 else 0)
    try:
        return dt.date(full_year, month_number, int(day))
    except ValueError:
        return None
