"""What the form says of its own, and what depends on who asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from formgen.catalog import Answer, default_catalog_path, load_catalog
from formgen.issue import Practice
from formgen.wording import (
    SOMEBODY,
    full_title,
    how_to,
    how_to_return,
    list_answers,
    practice_lines,
    privacy_notice,
    spell_date,
)

CATALOG = load_catalog(default_catalog_path())
ALL = (Answer.OUI, Answer.NON, Answer.NA)
PRACTICE = Practice(
    name="Cabinet des Œillets",
    address=("12 rue Haute", "44000 Nantes"),
    email="accueil@oeillets.example",
    due=dt.date(2026, 12, 18),
)
BARE = replace(PRACTICE, address=(), email="", due=None)


@pytest.mark.parametrize(
    ("date", "spelt"),
    [
        (dt.date(2026, 3, 1), "1er mars 2026"),
        (dt.date(2026, 8, 2), "2 août 2026"),
        (dt.date(2024, 2, 29), "29 février 2024"),
        (dt.date(2026, 12, 31), "31 décembre 2026"),
    ],
)
def test_dates_are_spelt_as_french_letters_do(date: dt.date, spelt: str) -> None:
    assert spell_date(date) == spelt


def test_answers_are_listed_as_a_choice() -> None:
    assert list_answers(ALL) == "OUI, NON ou N/A"
    assert list_answers(ALL[:2]) == "OUI ou NON"


def test_the_lines_say_what_to_do_where_to_and_by_when() -> None:
    lines = how_to(ALL[:2])
    assert len(lines) == 4
    assert "OUI ou NON." in lines[0]
    last = how_to_return(PRACTICE)
    assert last.endswith("à accueil@oeillets.example, avant le 18 décembre 2026.")


@pytest.mark.parametrize("practice", [None, BARE])
def test_without_address_the_form_goes_back_to_its_sender(practice: Practice | None) -> None:
    last = how_to_return(practice)
    assert last.endswith(" à qui vous l'a envoyé.")
    assert "avant le" not in last


def test_who_asks() -> None:
    assert practice_lines(PRACTICE) == (
        "Cabinet des Œillets",
        "12 rue Haute, 44000 Nantes",
        "accueil@oeillets.example",
        "Réponse souhaitée avant le 18 décembre 2026",
    )
    assert practice_lines(BARE) == ("Cabinet des Œillets",)


def test_the_notice_names_its_controller() -> None:
    expected = "Cabinet des Œillets, 12 rue Haute, 44000 Nantes, accueil@oeillets.example"
    assert expected in privacy_notice(CATALOG, PRACTICE)
    assert SOMEBODY in privacy_notice(CATALOG, None)
    for practice in (None, BARE, PRACTICE):
        notice = privacy_notice(CATALOG, practice)
        assert CATALOG.privacy_retention in notice
        assert "{" not in notice


def test_titles_have_their_number() -> None:
    assert full_title(CATALOG.questionnaire("Q1")).startswith("Questionnaire 1 : ")
