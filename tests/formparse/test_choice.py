"""The newest attested return counts; the others are named, and no answer vanishes in between."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from typing import Any

import pytest

from formgen.catalog import Answer
from formparse.choice import Choice, ImportedForm, choose_returns
from formparse.policy import AttestationState
from formparse.returned import Doubt, DoubtKind, InnerFile
from tests.formparse.returns import (
    BROKEN,
    DIGITAL,
    DRAWN,
    UNSIGNED,
    both_ticked,
    imported,
    make_form,
)

EARLY, LATE = "2026-03-10T08:00:00+00:00", "2026-03-20T08:00:00+00:00"
OUI, NON, NA = Answer
Told = Mapping[str, Answer | Doubt | None] | Answer | None


def choose(*forms: ImportedForm) -> Choice:
    choices = [choose_returns(order)["Q1"] for order in itertools.permutations(forms)]
    assert all(choice == choices[0] for choice in choices)
    return choices[0]


def named(file: str, at: str = EARLY, answers: Told = OUI, **attestation: Any) -> ImportedForm:
    return imported(make_form("Q1", answers, file=file, **attestation), at)


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        # attested before not attested, whatever the dates
        (
            named("w", date="2026-01-01", signature=DRAWN),
            named("l", LATE, date="2026-03-01", signature=UNSIGNED),
        ),
        (named("w", date="2026-01-01", signature=DIGITAL), named("l", LATE, signature=UNSIGNED)),
        # among attested ones the latest date, then the import
        (named("w", date="2026-03-02"), named("l", LATE, date="2026-03-01", signature=DIGITAL)),
        (named("w", date="2026-03-02"), named("l", LATE, date=None)),
        (named("w", LATE, date="2026-03-01"), named("l", date="2026-03-01")),
        (named("w", date=None, signature=DIGITAL), named("l", LATE, date="2026-02-01")),
        # a broken signature is an attestation all the same: a person has to see it
        (named("w", date="2026-03-02", signature=BROKEN), named("l", date="2026-03-01")),
        # among those not attested the same
        (
            named("w", date="2026-03-02", signature=UNSIGNED),
            named("l", LATE, date="2026-03-01", signature=UNSIGNED),
        ),
        # a date after the import proves nothing
        (named("w", date="2026-03-01"), named("l", date="2062-03-01")),
        (named("w", date="2026-03-01"), named("l", date="hier")),
    ],
    ids=itertools.count(),
)
def test_which_return_counts(winner: ImportedForm, loser: ImportedForm) -> None:
    choice = choose(winner, loser)
    assert choice.counted.parts == (winner,)
    assert [one.parts for one in choice.superseded] == [(loser,)]
    assert [finding.code for finding in choice.findings] == ["superseded"]
    assert loser.form.file in choice.findings[0].message


def test_otherwise_equal_returns_are_told_apart_by_content() -> None:
    assert choose(named("a"), named("b"), named("c")).counted.name in {"a", "b", "c"}


def test_changed_answers_are_named() -> None:
    old = named("old", date="2026-02-01", answers={"Q1-01": NON, "Q1-02": both_ticked()})
    new = named("new", date="2026-03-01", answers={"Q1-01": OUI, "Q1-02": None})
    _, earlier, finding = choose(old, new).findings
    assert (earlier.code, earlier.point) == ("earlier-non", "Q1-01")
    assert "« old », qui ne compte pas, répond NON au point Q1-01" in earlier.message.replace(
        "\u00a0", " "
    )
    assert finding.code == "answers-changed-between-returns"
    assert "Q1-01 (NON → OUI), Q1-02 (douteux → sans réponse)" in finding.message


def test_a_date_after_the_import_is_reported() -> None:
    (finding,) = choose(named("a", date="2062-03-01")).findings
    assert finding.code == "date-after-import"
    assert "01/03/2062" in finding.message
    assert choose(named("a", date="2026-03-11")).findings == ()


def part(file: str, pages: tuple[int, ...], answers: Told, **special: Any) -> ImportedForm:
    at = special.pop("at", EARLY)
    form = make_form("Q1", answers, file=file, form_id="AAAA", form_pages=pages, **special)
    return imported(form, at)


def test_parts_are_put_together() -> None:
    first = part("1.pdf", (1,), {"Q1-01": NON}, signature=UNSIGNED, company=None, date=None)
    second = part("2.pdf", (2, 3), {"Q1-02": both_ticked()}, signature=DRAWN)
    choice = choose(second, first)
    counted = choice.counted
    assert counted.parts == (first, second)
    assert counted.readings["Q1-01"].answer is NON
    assert counted.readings["Q1-01"].source == first.form
    assert counted.readings["Q1-02"].doubt == both_ticked()
    assert counted.attestation.company == "Acme"
    assert counted.state is AttestationState.DRAWN
    assert choice.superseded == ()
    assert [finding.code for finding in choice.findings] == ["parts-joined"]


def test_parts_that_disagree_are_doubtful() -> None:
    counted = choose(part("1", (1,), {"Q1-01": NON}), part("2", (2,), {"Q1-01": OUI})).counted
    reading = counted.readings["Q1-01"]
    assert reading.answer is None
    assert reading.doubt is not None
    assert reading.doubt.kind is DoubtKind.CONFLICT
    assert set(reading.doubt.seen) == {"OUI", "NON"}


@pytest.mark.parametrize(
    "other",
    [
        part("2", (1, 2), OUI),
        part("2", (), OUI),
        named("2"),
        part("2", (2,), OUI, version="0.9"),
    ],
    ids=["same page", "pages unknown", "another form", "another version"],
)
def test_what_is_no_other_part_is_another_return(other: ImportedForm) -> None:
    assert len(choose(part("1", (1,), OUI), other).superseded) == 1


def test_parts_may_share_a_page_and_must_agree_on_it() -> None:
    one = part("1", (1, 2), {"Q1-01": NON, "Q1-02": OUI})
    two = part("2", (2, 3), {"Q1-02": OUI})
    three = part("3", (2, 3), {"Q1-02": NON})
    assert choose(one, two).counted.readings["Q1-02"].answer is OUI
    disagreed = choose(one, three).counted.readings["Q1-02"]
    assert disagreed.doubt is not None
    assert disagreed.doubt.kind is DoubtKind.CONFLICT


def test_pages_that_no_part_has_are_told() -> None:
    one, two = part("1", (1,), OUI, page_count=4), part("2", (3,), OUI, page_count=4)
    joined, missing = choose(one, two).findings
    assert joined.code == "parts-joined"
    assert (missing.code, ": 2, 4 sur 4" in missing.message) == ("pages-missing", True)
    (joined,) = choose(part("1", (1,), OUI, page_count=2), part("2", (2,), OUI)).findings
    assert joined.code == "parts-joined"


def test_two_forms_of_one_message_are_two_returns() -> None:
    """Same file, same pages: only their names in it tell them apart."""
    one, two = (
        imported(
            dataclasses.replace(
                make_form("Q1", OUI, file="m.eml"), part=InnerFile(name=name, sha256="0" * 64)
            )
        )
        for name in ("a.pdf", "b.pdf")
    )
    assert choose(one, two) == choose(two, one)
    assert len(choose(one, two).superseded) == 1


def test_a_page_sent_afterwards_does_not_wipe_the_answers_out() -> None:
    whole = part("whole", (1, 2), NON, signature=UNSIGNED)
    page = part("page", (2,), None, signature=DRAWN, date="2026-03-05", at=LATE)
    choice = choose(whole, page)
    assert choice.counted.name == "whole"


def test_of_three_files_two_make_one_return() -> None:
    whole = part("whole", (1, 2), NON, date="2026-02-01")
    parts = [part(f"{page}", (page,), OUI, at=LATE) for page in (1, 2)]
    choice = choose(whole, *parts)
    assert choice.counted.name == "1 + 2"
    assert [one.name for one in choice.superseded] == ["whole"]


def test_a_broken_part_breaks_the_whole() -> None:
    parts = part("1", (1,), OUI, signature=BROKEN), part("2", (2,), OUI, signature=DRAWN)
    assert choose(*parts).counted.state is AttestationState.INVALID


CORRECTED = {"signature": DRAWN, "date": "2026-03-05"}


@pytest.mark.parametrize(
    ("first", "second", "answer", "seen"),
    [
        # nobody can tell which of two came first
        (
            named("a", answers={"Q1-01": OUI}, date=None),
            named("b", answers={"Q1-01": NON}, date=None),
            None,
            ("OUI", "NON"),
        ),
        # the newest says NON, but an older one is signed and counts
        (
            named("a", answers={"Q1-01": OUI}),
            named("b", LATE, {"Q1-01": NON}, signature=UNSIGNED),
            None,
            ("OUI", "NON"),
        ),
        # a signed return without a date, imported later
        (
            named("a", answers={"Q1-01": NA}),
            named("b", LATE, {"Q1-01": OUI}, date=None),
            None,
            ("OUI", "N/A"),
        ),
        # one questionnaire for each of two services is no correction
        (
            named("a", answers={"Q1-01": NON}, service="agenda"),
            named("b", LATE, {"Q1-01": OUI}, service="archivage", **CORRECTED),
            None,
            ("OUI", "NON"),
        ),
        (
            named("a", answers={"Q1-01": NON}, company="Boulon"),
            named("b", LATE, {"Q1-01": OUI}, company="Écrou", **CORRECTED),
            None,
            ("OUI", "NON"),
        ),
        # what counts does not answer, or the other one is doubtful
        (
            named("a", answers={"Q1-01": None}),
            named("b", LATE, {"Q1-01": NON}, signature=UNSIGNED),
            None,
            ("NON",),
        ),
        (
            named("a", answers={"Q1-01": OUI}),
            named("b", LATE, {"Q1-01": both_ticked()}, signature=UNSIGNED),
            None,
            ("OUI", "NON"),
        ),
        # a NON that counts stays one
        (
            named("a", answers={"Q1-01": NON}),
            named("b", LATE, {"Q1-01": OUI}, signature=UNSIGNED),
            NON,
            (),
        ),
        # surely later, of the same service: a correction
        (
            named("a", answers={"Q1-01": NON}, service="Télé-maintenance"),
            named("b", LATE, {"Q1-01": OUI}, service="télémaintenance", **CORRECTED),
            OUI,
            (),
        ),
        (
            named("a", answers={"Q1-01": NON}, date=None),
            named("b", LATE, {"Q1-01": OUI}, date=None),
            OUI,
            (),
        ),
        # nothing is said against it
        (
            named("a", answers={"Q1-01": OUI}),
            named("b", LATE, {"Q1-01": None}, signature=UNSIGNED),
            OUI,
            (),
        ),
        (
            named("a", answers={"Q1-01": None}),
            named("b", LATE, {"Q1-01": OUI}, signature=UNSIGNED),
            None,
            (),
        ),
    ],
    ids=itertools.count(),
)
def test_an_answer_is_sure_only_against_returns_it_surely_replaces(
    first: ImportedForm, second: ImportedForm, answer: Answer | None, seen: tuple[str, ...]
) -> None:
    reading = choose(first, second).counted.readings["Q1-01"]
    assert reading.answer is answer
    assert (reading.doubt.seen if reading.doubt else ()) == seen
    if reading.doubt:
        assert reading.doubt.kind is DoubtKind.CONFLICT
        assert {"a", "b"} <= set(reading.doubt.reason.replace("\u00a0", " ").split())
