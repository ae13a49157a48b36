"""From answers to axes and status: a table of cases, and laws that hold for any returns."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formgen.catalog import Answer, Catalog, default_catalog_path, load_catalog
from formparse.actions import ActionKind, Level
from formparse.assess import Assessment, Role, assess
from formparse.choice import ImportedForm, choose_returns
from formparse.policy import AttestationState, Completeness, Conformity, Outcome, Status
from formparse.returned import Finding, ReturnedForm, Severity
from tests.formparse.returns import (
    BROKEN,
    CHANGED,
    DIGITAL,
    SMALL,
    UNSIGNED,
    altered,
    both_ticked,
    imported,
    imports,
    make_form,
)

OUI, NON, NA = Answer.OUI, Answer.NON, Answer.NA


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(default_catalog_path())


def assess_forms(*forms: ReturnedForm, catalog: Catalog = SMALL, **options: Any) -> Assessment:
    return assess([imported(form) for form in forms], catalog, **options)


def axes(told: Assessment) -> str:
    return f"{told.completeness} {told.conformity} {told.attestation} {told.status}"


FULL = {"Q2-01": OUI, "Q2-02": OUI, "Q2-03": OUI}


@pytest.mark.parametrize(
    ("q1", "q2", "expected"),
    [
        # answers
        ({}, {}, "complete no_gap_declared drawn conforming"),
        ({"answers": NA}, {}, "complete no_gap_declared drawn conforming"),
        ({"answers": NON}, {}, "complete gaps drawn non_conforming"),
        (
            {},
            {"answers": {**FULL, "Q2-02": NON}},
            "complete best_effort_gaps drawn conforming_with_reservations",
        ),
        (
            {},
            {"answers": {**FULL, "Q2-03": NON}},
            "complete best_effort_gaps drawn conforming_with_reservations",
        ),
        ({}, {"answers": {**FULL, "Q2-01": NON}}, "complete gaps drawn non_conforming"),
        # completeness
        ({"answers": {"Q1-01": OUI}}, {}, "incomplete no_gap_declared drawn incomplete"),
        ({"answers": None}, {}, "incomplete no_gap_declared drawn incomplete"),
        ({"answers": {"Q1-01": NON}}, {}, "incomplete gaps drawn non_conforming"),
        ({"company": None}, {}, "incomplete no_gap_declared drawn incomplete"),
        ({"service": "  "}, {}, "incomplete no_gap_declared drawn incomplete"),
        (None, {}, "incomplete no_gap_declared drawn incomplete"),
        (None, {"answers": {**FULL, "Q2-02": NON}}, "incomplete best_effort_gaps drawn incomplete"),
        (
            {"answers": {"Q1-01": OUI, "Q1-02": both_ticked()}},
            {},
            "incomplete no_gap_declared drawn to_review",
        ),
        ({"findings": (altered(),)}, {}, "complete no_gap_declared drawn to_review"),
        ({"findings": (altered(),), "answers": NON}, {}, "complete gaps drawn non_conforming"),
        # attestation
        (
            {"signature": DIGITAL},
            {"signature": DIGITAL},
            "complete no_gap_declared digital conforming",
        ),
        ({"signature": DIGITAL}, {}, "complete no_gap_declared drawn conforming"),
        ({"signature": UNSIGNED}, {}, "complete no_gap_declared unsigned conforming"),
        ({"date": None}, {}, "complete no_gap_declared drawn conforming"),
        ({"signature": BROKEN}, {}, "complete no_gap_declared invalid to_review"),
        (
            {"signature": CHANGED},
            {"signature": UNSIGNED},
            "complete no_gap_declared invalid to_review",
        ),
        ({"signature": BROKEN, "answers": NON}, {}, "complete gaps invalid non_conforming"),
    ],
)
def test_decision_table(q1: dict[str, Any] | None, q2: dict[str, Any], expected: str) -> None:
    forms = [] if q1 is None else [make_form("Q1", **q1)]
    told = assess_forms(*forms, make_form("Q2", **q2))
    assert axes(told) == expected


@pytest.mark.parametrize("severity", [Severity.INFO, Severity.WARNING])
def test_lesser_findings_do_not_change_the_status(severity: Severity) -> None:
    finding = Finding(code="remark", severity=severity, message="Remarque.")
    told = assess_forms(make_form("Q1", findings=(finding,)))
    assert told.status is Status.CONFORMING
    assert finding in [placed.finding for placed in told.findings]


def test_q3_is_due_with_q2_and_takes_no_na() -> None:
    told = assess_forms(make_form("Q1"), make_form("Q3", NA))
    assert (told.required, told.received, told.missing) == (
        ("Q1", "Q2", "Q3"), ("Q1", "Q3"), ("Q2",),
    )  # fmt: skip
    assert told.status is Status.TO_REVIEW
    (point,) = [one for one in told.points if one.point.id == "Q3-01"]
    assert (point.answer, point.outcome) == (None, Outcome.DOUBTFUL)


def test_what_was_sent_and_not_returned_is_missing() -> None:
    told = assess_forms(make_form("Q1"), issued=("Q3",))
    assert told.missing == ("Q2", "Q3")
    assert told.status is Status.INCOMPLETE


def test_the_old_return_no_longer_counts() -> None:
    old = make_form("Q1", NON, file="old.pdf", date="2026-01-01", findings=(altered(),))
    new = make_form("Q1", OUI, file="new.pdf", date="2026-02-01")
    told = assess_forms(old, new)
    assert told.status is Status.CONFORMING
    assert {one.imported.form.file: one.role for one in told.sources} == {
        "old.pdf": Role.SUPERSEDED,
        "new.pdf": Role.COUNTED,
    }
    assert {"superseded", "earlier-non", "answers-changed-between-returns"} == {
        placed.finding.code for placed in told.findings
    }


def test_returns_of_which_none_surely_replaces_the_other_are_to_review() -> None:
    forms = [make_form("Q1", one, file=f"{one}.pdf", date=None) for one in (OUI, NON)]
    told = assess_forms(*forms)
    assert told.status in {Status.TO_REVIEW, Status.NON_CONFORMING}
    asked = {action.point_id for action in told.actions}
    assert {"Q1-01", "Q1-02"} <= asked
    later = make_form("Q1", NON, file="later.pdf", signature=UNSIGNED)
    signed = make_form("Q1", OUI, file="signed.pdf")
    told = assess_forms(signed, later)
    assert told.status is Status.TO_REVIEW
    assert told.completeness is Completeness.INCOMPLETE
    (action, _) = told.actions
    assert action.kind is ActionKind.ANSWER_AGAIN
    assert "later.pdf" in action.reason


@pytest.mark.parametrize(
    ("severity", "status"),
    [(Severity.WARNING, Status.CONFORMING), (Severity.ERROR, Status.TO_REVIEW)],
)
def test_an_error_about_whose_forms_these_are_is_to_review(
    severity: Severity, status: Status
) -> None:
    finding = Finding(code="whose", severity=severity, message="À qui est-ce ?")
    assert assess_forms(make_form("Q1"), group_findings=(finding,)).status is status


def test_a_form_of_another_catalog_is_named_and_not_counted() -> None:
    foreign = _of_catalog(make_form("Q1", NON), "autre")
    told = assess_forms(make_form("Q4"), foreign)
    assert told.missing == ("Q1",)
    assert told.conformity is Conformity.NO_GAP_DECLARED
    assert [one.role for one in told.sources if one.imported.form == foreign] == [Role.FOREIGN]
    assert "foreign-form" in {placed.finding.code for placed in told.findings}
    assert told.status is Status.TO_REVIEW


def _of_catalog(form: ReturnedForm, catalog_id: str) -> ReturnedForm:
    return dataclasses.replace(
        form, identity=dataclasses.replace(form.identity, catalog_id=catalog_id)
    )


def test_a_form_of_another_version_is_read_by_point_id() -> None:
    told = assess_forms(make_form("Q1", NON, version="0.9"))
    assert told.conformity is Conformity.GAPS
    assert [placed.finding.code for placed in told.findings] == ["other-catalog-version"]


def test_points_that_the_catalog_lacks_are_named(catalog: Catalog) -> None:
    form = _of_catalog(make_form("Q1", OUI, catalog=catalog), SMALL.id)
    (finding,) = [one.finding for one in assess_forms(form).findings if one.form]
    assert finding.code == "unknown-points"
    assert "Q1-03" in finding.message
    assert "Q1-02" not in finding.message
    assert assess_forms(form).status is Status.TO_REVIEW


@pytest.mark.parametrize(
    ("answers", "code", "severity"),
    [
        (NA, "all-not-applicable", Severity.WARNING),
        ({"Q1-01": NA, "Q1-02": OUI}, "not-applicable-to-check", Severity.INFO),
    ],
)
def test_not_applicable_is_listed(answers: Any, code: str, severity: Severity) -> None:
    (placed,) = assess_forms(make_form("Q1", answers)).findings
    assert (placed.finding.code, placed.finding.severity) == (code, severity)


def test_q3_01_beside_a_non_in_q2_is_a_hint_and_no_more(catalog: Catalog) -> None:
    told = assess_forms(
        make_form("Q1", catalog=catalog),
        make_form("Q2", {point.id: OUI for point in catalog.questionnaire("Q2").points}
                  | {"Q2-10": NON}, catalog=catalog),
        make_form("Q3", catalog=catalog),
        catalog=catalog,
    )  # fmt: skip
    (placed,) = told.findings
    assert placed.finding.code == "answers-to-compare"
    assert placed.finding.severity is Severity.INFO
    assert "Q2-10" in placed.finding.message
    assert told.status is Status.CONFORMING_WITH_RESERVATIONS


def test_findings_of_the_group_are_passed_on() -> None:
    finding = Finding(code="similar-name", severity=Severity.WARNING, message="Ressemble.")
    told = assess_forms(make_form("Q1"), group_findings=(finding,))
    assert [placed.finding for placed in told.findings] == [finding]


# -- laws


@given(imports, st.sampled_from(((), ("Q2",), ("Q3", "Q9"))))
def test_nothing_vanishes(forms: list[ImportedForm], issued: tuple[str, ...]) -> None:
    told = assess(forms, SMALL, issued=issued)
    ids = [assessed.point.id for assessed in told.points]
    assert ids == [p.id for q in told.required for p in SMALL.questionnaire(q).points]
    asked = Counter(action.point_id for action in told.actions)
    counted = {one.questionnaire_id: one for one in told.counted}
    for assessed in told.points:
        one = counted.get(assessed.questionnaire.id)
        read = one.readings[assessed.point.id] if one else None
        if read is None or (read.answer is None and read.doubt is None):
            assert assessed.outcome is Outcome.UNANSWERED
            assert assessed.answer is None
            assert assessed.source is None
        elif read.answer is NON:
            assert assessed.outcome in {Outcome.GAP, Outcome.BEST_EFFORT_GAP}
            assert asked[assessed.point.id] == 1
        elif read.answer is NA and NA in assessed.questionnaire.answers:
            assert assessed.outcome is Outcome.NOT_APPLICABLE
        elif read.answer is OUI:
            assert assessed.outcome is Outcome.CONFORMING
        else:
            assert assessed.outcome is Outcome.DOUBTFUL
            assert asked[assessed.point.id] == 1
    assert {one.imported.form.file for one in told.sources} == {one.form.file for one in forms}


@given(imports)
def test_axes_follow_from_the_points(forms: list[ImportedForm]) -> None:
    told = assess(forms, SMALL)
    outcomes = {assessed.outcome for assessed in told.points}
    assert (told.conformity is Conformity.GAPS) == (Outcome.GAP in outcomes)
    if told.missing or outcomes & {Outcome.UNANSWERED, Outcome.DOUBTFUL}:
        assert told.completeness is Completeness.INCOMPLETE
    if told.status in {Status.CONFORMING, Status.CONFORMING_WITH_RESERVATIONS}:
        assert told.completeness is Completeness.COMPLETE
        assert told.attestation is not AttestationState.INVALID
        assert all(action.level is Level.RECOMMENDED for action in told.actions)
    if told.status is Status.NON_CONFORMING:
        assert told.actions[0].kind is ActionKind.MODIFY


@given(imports, st.randoms(use_true_random=False))
def test_order_does_not_matter(forms: list[ImportedForm], shuffler: Any) -> None:
    # Of two returns in files of one hash there is no telling which came first.
    unique = list({(f.form.sha256, f.form.identity.questionnaire_id): f for f in forms}.values())
    told = assess(unique, SMALL)
    shuffler.shuffle(unique)
    assert assess(unique, SMALL) == told
    assert choose_returns(unique) == choose_returns(unique[::-1])
