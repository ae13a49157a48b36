"""Each rule has the source's own sentence, and what follows from what is as the contract says."""

from __future__ import annotations

import itertools

import pytest

from formgen.catalog import Answer, Catalog, default_catalog_path, load_catalog
from formparse.policy import (
    RULES,
    AttestationState,
    Completeness,
    Conformity,
    InIntroduction,
    Outcome,
    Rule,
    Status,
    always_due,
    attestation_state,
    check_allowed,
    completeness_of,
    conformity_of,
    outcome_of,
    required_questionnaires,
    source_words,
    status_of,
    weakest,
)
from formparse.returned import DoubtKind, Signature
from tests.formparse.returns import (
    BROKEN,
    CHANGED,
    DIGITAL,
    DRAWN,
    SMALL,
    UNSIGNED,
    both_ticked,
    make_catalog,
    make_point,
    make_questionnaire,
)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(default_catalog_path())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_rule_quotes_the_source(rule: Rule, catalog: Catalog) -> None:
    for questionnaire in catalog.questionnaires:
        words = source_words(rule, catalog, questionnaire)
        assert words
    assert rule.says.endswith(".")


def test_the_sentences_are_those_meant(catalog: Catalog) -> None:
    said = {rule.id: source_words(rule, catalog, catalog.questionnaire("Q3")) for rule in RULES}
    assert str(said["gap"]).startswith("Quand la fourniture de service n'est pas conforme, il est")
    assert "optionnel" in str(said["best-effort"])
    assert str(said["date-and-sign"]).endswith("datant et signant le questionnaire renseigné.")
    assert "en plus des questionnaires 1 et 2" in str(said["due"])
    assert "« NON » dans les autres cas" in str(said["one-answer"])


def test_another_catalogs_introduction_is_not_quoted(catalog: Catalog) -> None:
    other = make_catalog(*catalog.questionnaires, introduction=catalog.introduction)
    for rule in RULES:
        words = source_words(rule, other, other.questionnaires[0])
        assert (words is None) == isinstance(rule.source, InIntroduction)


def test_what_is_always_due(catalog: Catalog) -> None:
    assert always_due(catalog) == ("Q1",)
    assert always_due(SMALL) == ("Q1",)
    apart = make_catalog(
        make_questionnaire("A", make_point("A-01")), make_questionnaire("B", make_point("B-01"))
    )
    assert always_due(apart) == ()


@pytest.mark.parametrize(
    ("received", "issued", "required"),
    [
        (("Q1",), (), ("Q1",)),
        (("Q2",), (), ("Q1", "Q2")),
        (("Q3",), (), ("Q1", "Q2", "Q3")),
        (("Q4",), (), ("Q1", "Q4")),
        ((), (), ("Q1",)),
        (("Q1",), ("Q3",), ("Q1", "Q2", "Q3")),
        (("Q1",), ("Q9",), ("Q1",)),
        (("Q4", "Q2"), (), ("Q1", "Q2", "Q4")),
    ],
)
def test_required(
    received: tuple[str, ...], issued: tuple[str, ...], required: tuple[str, ...]
) -> None:
    assert required_questionnaires(SMALL, received, issued) == required


@pytest.mark.parametrize(
    ("special", "answer", "outcome"),
    [
        ({}, Answer.OUI, Outcome.CONFORMING),
        ({}, Answer.NON, Outcome.GAP),
        ({"best_effort": True}, Answer.NON, Outcome.BEST_EFFORT_GAP),
        ({"optional": True}, Answer.NON, Outcome.BEST_EFFORT_GAP),
        ({"optional": True}, Answer.OUI, Outcome.CONFORMING),
        ({}, Answer.NA, Outcome.NOT_APPLICABLE),
        ({}, None, Outcome.UNANSWERED),
        ({"optional": True}, None, Outcome.UNANSWERED),
    ],
)
def test_outcomes(special: dict[str, bool], answer: Answer | None, outcome: Outcome) -> None:
    assert outcome_of(make_point("Q1-01", **special), answer, None) is outcome


def test_a_doubt_is_no_answer() -> None:
    assert outcome_of(make_point("Q1-01"), None, both_ticked()) is Outcome.DOUBTFUL


def test_an_answer_that_is_not_offered_is_doubtful() -> None:
    answer, doubt = check_allowed(SMALL.questionnaire("Q3"), Answer.NA, None)
    assert answer is None
    assert doubt is not None
    assert doubt.kind is DoubtKind.NOT_ALLOWED
    assert doubt.seen == ("N/A",)
    assert check_allowed(SMALL.questionnaire("Q1"), Answer.NA, None) == (Answer.NA, None)


@pytest.mark.parametrize(
    ("signature", "state"),
    [
        (UNSIGNED, AttestationState.UNSIGNED),
        (DRAWN, AttestationState.DRAWN),
        (DIGITAL, AttestationState.DIGITAL),
        (BROKEN, AttestationState.INVALID),
        (CHANGED, AttestationState.INVALID),
    ],
)
def test_signatures(signature: Signature, state: AttestationState) -> None:
    assert attestation_state(signature) is state


def test_the_weakest_attestation_stands_for_all() -> None:
    order = [
        AttestationState.DIGITAL,
        AttestationState.DRAWN,
        AttestationState.UNSIGNED,
        AttestationState.INVALID,
    ]
    for stronger, weaker in itertools.combinations(order, 2):
        assert weakest((stronger, weaker)) is weakest((weaker, stronger)) is weaker


def test_conformity_is_over_valid_answers() -> None:
    soft, hard = Outcome.BEST_EFFORT_GAP, Outcome.GAP
    other = (Outcome.UNANSWERED, Outcome.DOUBTFUL, Outcome.NOT_APPLICABLE, Outcome.CONFORMING)
    assert conformity_of(other) is Conformity.NO_GAP_DECLARED
    assert conformity_of((*other, soft)) is Conformity.BEST_EFFORT_GAPS
    assert conformity_of((*other, soft, hard)) is Conformity.GAPS


@pytest.mark.parametrize(
    ("outcome", "received", "identified", "complete"),
    [
        (Outcome.CONFORMING, True, True, Completeness.COMPLETE),
        (Outcome.GAP, True, True, Completeness.COMPLETE),
        (Outcome.NOT_APPLICABLE, True, True, Completeness.COMPLETE),
        (Outcome.UNANSWERED, True, True, Completeness.INCOMPLETE),
        (Outcome.DOUBTFUL, True, True, Completeness.INCOMPLETE),
        (Outcome.CONFORMING, False, True, Completeness.INCOMPLETE),
        (Outcome.CONFORMING, True, False, Completeness.INCOMPLETE),
    ],
)
def test_completeness(
    outcome: Outcome, *, received: bool, identified: bool, complete: Completeness
) -> None:
    outcomes = (Outcome.CONFORMING, outcome)
    told = completeness_of(outcomes, all_received=received, all_identified=identified)
    assert told is complete


INCOMPLETE, COMPLETE = Completeness.INCOMPLETE, Completeness.COMPLETE
GAPS, SOFT, NO_GAP = Conformity.GAPS, Conformity.BEST_EFFORT_GAPS, Conformity.NO_GAP_DECLARED
INVALID, DRAWN_STATE = AttestationState.INVALID, AttestationState.DRAWN


@pytest.mark.parametrize(
    ("completeness", "conformity", "attestation", "doubtful", "altered", "status"),
    [
        (COMPLETE, NO_GAP, DRAWN_STATE, False, False, Status.CONFORMING),
        (COMPLETE, NO_GAP, AttestationState.UNSIGNED, False, False, Status.CONFORMING),
        (COMPLETE, SOFT, DRAWN_STATE, False, False, Status.CONFORMING_WITH_RESERVATIONS),
        (INCOMPLETE, NO_GAP, DRAWN_STATE, False, False, Status.INCOMPLETE),
        (INCOMPLETE, SOFT, DRAWN_STATE, False, False, Status.INCOMPLETE),
        (INCOMPLETE, SOFT, DRAWN_STATE, True, False, Status.TO_REVIEW),
        (COMPLETE, NO_GAP, INVALID, False, False, Status.TO_REVIEW),
        (COMPLETE, NO_GAP, DRAWN_STATE, False, True, Status.TO_REVIEW),
        (INCOMPLETE, GAPS, INVALID, True, True, Status.NON_CONFORMING),
        (COMPLETE, GAPS, DRAWN_STATE, False, False, Status.NON_CONFORMING),
    ],
)
def test_the_first_status_that_applies(
    completeness: Completeness,
    conformity: Conformity,
    attestation: AttestationState,
    *,
    doubtful: bool,
    altered: bool,
    status: Status,
) -> None:
    told = status_of(
        completeness=completeness,
        conformity=conformity,
        attestation=attestation,
        doubtful=doubtful,
        altered=altered,
    )
    assert told is status
