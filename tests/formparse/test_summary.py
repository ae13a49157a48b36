"""The summary has the contract's shape, its numbers add up, same imports give same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

import formparse
from formgen.catalog import Answer, Catalog, default_catalog_path, load_catalog
from formparse.assess import assess
from formparse.choice import ImportedForm
from formparse.grouping import SupplierGroup, fact_of, group_by_supplier
from formparse.summary import build_summary, dump_summary
from tests.formparse.returns import (
    DIGITAL,
    SMALL,
    UNSIGNED,
    both_ticked,
    imported,
    imports,
    make_form,
)

SCHEMA = json.loads(
    (Path(formparse.__file__).parent / "schemas" / "summary.schema.json").read_text("utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)
CATALOG = load_catalog(default_catalog_path())
ANSWERS = ("OUI", "NON", "N/A", "unanswered", "doubtful")


def group_of(forms: list[ImportedForm]) -> SupplierGroup:
    (group, *_) = group_by_supplier(fact_of(one.form) for one in forms)
    return group


def summarise(
    forms: list[ImportedForm], catalog: Catalog = SMALL, **options: Any
) -> dict[str, Any]:
    told = assess(forms, catalog, **options)
    return build_summary(group_of(forms), told, catalog)


def boulon() -> list[ImportedForm]:
    """A supplier of all kinds of answers, over the real catalog."""
    answers = {point.id: Answer.OUI for point in CATALOG.points()}
    answers |= {"Q1-07": Answer.NA, "Q2-10": Answer.NON, "Q2-25": Answer.NON}
    q2 = {**answers, "Q2-04": both_ticked(), "Q2-38": None}
    common: dict[str, Any] = {"catalog": CATALOG, "supplier_id": "boulon", "company": "Boulon"}
    return [
        imported(make_form("Q1", answers, file="q1.pdf", signature=DIGITAL, **common)),
        imported(
            make_form("Q2", q2, file="q2.pdf", service="Réseau", signature=UNSIGNED, **common)
        ),
    ]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_a_real_summary() -> None:
    summary = summarise(boulon(), CATALOG, issued=("Q3",))
    VALIDATOR.validate(summary)
    assert summary["schema_version"] == 1
    assert summary["supplier"] == {
        "id": "boulon",
        "name": "Boulon",
        "listed_id": "boulon",
        "names_seen": ["Boulon"],
        "services": ["Réseau", "Sauvegarde"],
    }
    assert (summary["status"], summary["status_label"]) == ("non_conforming", "écarts déclarés")
    assert summary["completeness"] == "incomplete"
    assert summary["conformity"] == "gaps"
    assert summary["attestation"] == "unsigned"
    assert summary["questionnaires"] == {
        "required": ["Q1", "Q2", "Q3"],
        "received": ["Q1", "Q2"],
        "missing": ["Q3"],
    }
    assert summary["totals"] == {
        "points": 63, "OUI": 47, "NON": 2, "N/A": 1, "unanswered": 12, "doubtful": 1,
    }  # fmt: skip
    assert summary["totals_by_questionnaire"]["Q3"]["unanswered"] == 11
    saved = summary["totals_by_questionnaire"]["Q2"]["sections"]["Q2-S4"]
    assert (saved["title"], saved["points"], saved["NON"]) == ("Sauvegardes", 5, 1)
    assert [one["imported_at"] for one in summary["sources"]] == ["2026-03-10T08:00:00+00:00"] * 2


def test_answers_hold_the_source_and_the_file() -> None:
    answers = {one["id"]: one for one in summarise(boulon(), CATALOG, issued=("Q3",))["answers"]}
    texts = {point.id: point.text for point in CATALOG.points()}
    assert all(one["text"] == texts[point_id] for point_id, one in answers.items())
    assert answers["Q1-11"]["lead_in"] == "Le fournisseur :"
    assert answers["Q2-25"]["outcome"] == "gap"
    assert answers["Q2-25"]["source"] == "q2.pdf"
    assert answers["Q2-04"]["doubt"]["seen"] == ["OUI", "NON"]
    assert (answers["Q3-01"]["outcome"], answers["Q3-01"]["source"]) == ("unanswered", None)


@given(imports)
def test_any_summary_fits_its_schema_and_adds_up(forms: list[ImportedForm]) -> None:
    summary = summarise(forms)
    VALIDATOR.validate(summary)
    by_questionnaire = summary["totals_by_questionnaire"]
    sections = [one for its in by_questionnaire.values() for one in its["sections"].values()]
    for totals in (summary["totals"], *by_questionnaire.values(), *sections):
        assert totals["points"] == sum(totals[key] for key in ANSWERS)
    for key in ("points", *ANSWERS):
        assert summary["totals"][key] == sum(its[key] for its in by_questionnaire.values())
        assert summary["totals"][key] == sum(section[key] for section in sections)
    assert summary["totals"]["points"] == len(summary["answers"])
    non = [one for one in summary["answers"] if one["answer"] == "NON"]
    asked = {action["point_id"] for action in summary["actions"]}
    assert {one["id"] for one in non} <= asked
    assert {one["outcome"] for one in non} <= {"gap", "best_effort_gap"}


@given(imports)
def test_a_summary_is_utf8_and_keeps_every_word(forms: list[ImportedForm]) -> None:
    summary = summarise(forms)
    data = dump_summary(summary)
    assert data.endswith(b"}\n")
    assert json.loads(data.decode("utf-8")) == json.loads(json.dumps(summary))


def test_the_same_imports_give_the_same_bytes() -> None:
    forms = boulon()
    assert dump_summary(summarise(forms)) == dump_summary(summarise(forms[::-1]))
    later = [imported(one.form, "2027-01-01T00:00:00+00:00") for one in forms]
    first, second = summarise(forms, CATALOG), summarise(later, CATALOG)
    for summary in (first, second):
        for source in summary["sources"]:
            del source["imported_at"]
    assert first == second


@pytest.mark.parametrize("key", ["status", "totals", "actions"])
def test_the_schema_wants_what_the_contract_lists(key: str) -> None:
    summary = summarise(boulon(), CATALOG)
    del summary[key]
    assert not VALIDATOR.is_valid(summary)
