"""One name in several spellings is one name; look-alikes are found and stay apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formparse.company import fold_company, look_alike


def key(name: str) -> str:
    folded = fold_company(name)
    assert folded is not None
    return folded.key


@pytest.mark.parametrize(
    "spelling",
    [
        "Cœur & Santé",
        "COEUR ET SANTE",
        "  cœur   et santé ",
        "S.A.R.L. Cœur & Santé",
        "Cœur & Santé SARL",
        "SAS Cœur et Santé (SAS)",
        "Société Cœur et Santé",
        "Société par actions simplifiée Cœur et Santé",
        "Ets. Cœur-et-Santé",
        "Cœuret Santé",
        "Coeur et Sante\u0301, EURL",
        "Cœur\u200b et\u00a0Santé",
        "Cœur & Santé Ltd.",
    ],
)
def test_spellings_of_one_name(spelling: str) -> None:
    assert key(spelling) == "coeuretsante"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dupont", "Durand"),
        ("Cabinet 1", "Cabinet 2"),
        ("Dupont", "Dupont Informatique"),
        ("株式会社一", "株式会社二"),
        ("Ltd Dupont", "Dupont"),
        ("Saint Paul", "Paul"),
    ],
)
def test_names_that_differ(one: str, other: str) -> None:
    assert key(one) != key(other)


@pytest.mark.parametrize("nothing", [None, "", "   ", "---", "🏥", "\u200b"])
def test_no_name(nothing: str | None) -> None:
    assert fold_company(nothing) is None


@pytest.mark.parametrize("form", ["SAS", "Ets", "S.A.", "société anonyme"])
def test_a_name_that_is_a_legal_form_stays(form: str) -> None:
    assert fold_company(form) is not None


# The outer words keep what lies between from being taken for a legal form.
NAMES = st.text("abcdefghijklmnopqrstuvwxyzéèàçœæôû ", max_size=30).map("Zo {} zo".format)
FORMS = st.sampled_from(["SAS", "sarl", "S.A.", "EURL", "Ets", "Société", "SCOP", "EI", "SNC"])


@given(NAMES, FORMS)
def test_case_spaces_and_legal_form_never_matter(name: str, form: str) -> None:
    for spelling in (name.upper(), f"{form} {name}", f"{name}, {form}", name.replace(" ", "  ")):
        assert key(spelling) == key(name)


def alike(*names: str, settled: frozenset[str] = frozenset()) -> dict[str, tuple[str, ...]]:
    folded = {name: [one for one in [fold_company(name)] if one] for name in names}
    return look_alike(folded, settled)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme", "Acne"),
        ("Atelier Boulon", "Atelier Boullon"),
        ("Téléassistance Bergamote", "Teleasistance Bergamotte"),
        ("Dupont", "Dupont Informatique"),
        ("Boulon Atelier", "Atelier Boulon"),
    ],
)
def test_look_alikes_are_found(one: str, other: str) -> None:
    assert alike(one, other, "Nuage Rose") == {one: (other,), other: (one,)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cabinet 1", "Cabinet 2"),
        ("Fournisseur 0001 (fictif)", "Fournisseur 0002 (fictif)"),
        ("ABC", "ABD"),
        ("Nuage Rose", "Nuage Bleu"),
        ("Acme", "ACME SAS"),
    ],
)
def test_no_look_alikes(one: str, other: str) -> None:
    assert alike(one, other) == {}


def test_two_settled_owners_are_not_compared() -> None:
    assert alike("Acme", "Acne", settled=frozenset({"Acme", "Acne"})) == {}
    assert alike("Acme", "Acne", settled=frozenset({"Acme"})) != {}


def test_look_alikes_are_found_in_a_crowd() -> None:
    crowd = [f"Informatique {letters}" for letters in _words(3000)]
    found = alike("Pervenche Radiologie", "Pervanche Radiologie", *crowd)
    assert found["Pervenche Radiologie"] == ("Pervanche Radiologie",)


def _words(count: int) -> list[str]:
    """Words that differ from each other in many letters."""
    alphabet = "bdfglmprtv"
    return [
        "".join(f"{alphabet[int(digit)]}a{alphabet[int(digit)]}" for digit in f"{number:04}")
        for number in range(count)
    ]
