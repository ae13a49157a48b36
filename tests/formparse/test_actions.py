"""What is asked of a supplier, in the source's words."""

from __future__ import annotations

from typing import Any

import pytest

from formgen.catalog import Answer, Catalog, default_catalog_path, load_catalog
from formparse.actions import Action, ActionKind, Level, quote_point
from formparse.assess import assess
from formparse.returned import ReturnedForm
from tests.formparse.returns import (
    BROKEN,
    CHANGED,
    DIGITAL,
    SMALL,
    UNSIGNED,
    altered,
    both_ticked,
    imported,
    make_form,
)

CATALOG = load_catalog(default_catalog_path())
OUI, NON = Answer.OUI, Answer.NON


def ask(*forms: ReturnedForm, catalog: Catalog = CATALOG, **options: Any) -> tuple[Action, ...]:
    return assess([imported(form) for form in forms], catalog, **options).actions


def q1(answers: Any = OUI, **special: Any) -> ReturnedForm:
    return make_form("Q1", answers, catalog=CATALOG, **special)


def all_oui_but(questionnaire_id: str, **but: Any) -> dict[str, Any]:
    answers = {point.id: OUI for point in CATALOG.questionnaire(questionnaire_id).points}
    return answers | {name.replace("_", "-"): told for name, told in but.items()}


def test_nothing_to_ask() -> None:
    assert ask(q1()) == ()


def test_a_gap() -> None:
    (action,) = ask(q1(all_oui_but("Q1", Q1_11=NON)))
    assert (action.kind, action.level) == (ActionKind.MODIFY, Level.REQUIRED)
    assert (action.questionnaire_id, action.point_id) == ("Q1", "Q1-11")
    assert "«\u00a0Le fournisseur : Met en œuvre des mesures organisationnelles" in action.text
    assert action.reason.startswith("Réponse NON. «\u00a0Quand la fourniture de service n'est pas")
    assert action.short == f"Q1-11\u00a0: corriger ({_short('Q1-11')})"


def _short(point_id: str) -> str:
    return next(point.short for point in CATALOG.points() if point.id == point_id)


def test_a_gap_on_a_best_effort_point_is_recommended() -> None:
    (action,) = ask(q1(), make_form("Q2", all_oui_but("Q2", Q2_10=NON), catalog=CATALOG))
    assert (action.kind, action.level) == (ActionKind.CONSIDER, Level.RECOMMENDED)
    assert "son respect restant néanmoins recommandé" in action.reason


def test_a_doubt_says_what_was_seen() -> None:
    (action,) = ask(q1(all_oui_but("Q1", Q1_02=both_ticked())))
    assert (action.kind, action.level) == (ActionKind.ANSWER_AGAIN, Level.REQUIRED)
    assert action.reason.startswith("Plusieurs cases cochées. Vu\u00a0: OUI, NON.")


def test_a_missing_answer_is_asked_for() -> None:
    (action,) = ask(q1(all_oui_but("Q1", Q1_02=None)))
    assert (action.kind, action.point_id) == (ActionKind.ANSWER, "Q1-02")
    assert CATALOG.questionnaire("Q1").instructions in action.reason


def test_a_missing_questionnaire_is_asked_for_once() -> None:
    (action,) = ask(q1(), make_form("Q3", catalog=CATALOG))
    assert (action.kind, action.level) == (ActionKind.RETURN_QUESTIONNAIRE, Level.REQUIRED)
    assert (action.questionnaire_id, action.point_id) == ("Q2", None)
    assert CATALOG.questionnaire("Q2").title in action.text
    assert "Il est dû avec Q3." in action.reason
    assert CATALOG.questionnaire("Q2").scope in action.reason


@pytest.mark.parametrize(
    ("special", "text", "reason"),
    [
        ({"signature": UNSIGNED}, "Signer le questionnaire Q1.", "La signature est absente."),
        (
            {"date": None, "date_as_written": None},
            "Dater le questionnaire Q1.",
            "La date est absente ou illisible.",
        ),
        (
            {"date": None, "date_as_written": "hier"},
            "Dater le questionnaire Q1.",
            "La date écrite, «\u00a0hier\u00a0», n'en est pas une.",
        ),
        (
            {"signature": UNSIGNED, "date": None, "date_as_written": None},
            "Dater et signer le questionnaire Q1.",
            "La signature est absente et la date est absente ou illisible.",
        ),
    ],
)
def test_signing_and_dating_are_recommended(
    special: dict[str, Any], text: str, reason: str
) -> None:
    (action,) = ask(q1(**special))
    assert (action.level, action.text) == (Level.RECOMMENDED, text)
    assert action.short.startswith("Q1\u00a0: ")
    assert action.reason.startswith(f"{reason} «\u00a0Il est fortement recommandé que")


def test_a_digital_signature_dates_the_form() -> None:
    assert ask(q1(date=None, signature=DIGITAL)) == ()


@pytest.mark.parametrize(
    ("signature", "found"),
    [
        (BROKEN, "La signature numérique ne correspond pas au contenu du fichier."),
        (CHANGED, "Champs modifiés après la signature\u00a0: Q1-01."),
    ],
)
def test_an_invalid_signature_has_to_be_made_again(signature: Any, found: str) -> None:
    (action,) = ask(q1(signature=signature))
    assert (action.kind, action.level) == (ActionKind.SIGN_AGAIN, Level.REQUIRED)
    assert action.reason.startswith(found)


def test_an_altered_form_has_to_be_returned_as_it_was() -> None:
    (action,) = ask(q1(findings=(altered(), altered())))
    assert (action.kind, action.level) == (ActionKind.RETURN_ORIGINAL, Level.REQUIRED)
    assert action.reason.startswith("Un texte a changé. «\u00a0Je, soussigné […] atteste")


def test_company_and_service_are_asked_for_together() -> None:
    (action,) = ask(q1(company=" ", service=None))
    assert (action.kind, action.level) == (ActionKind.IDENTIFY, Level.REQUIRED)
    assert action.text == (
        "Indiquer sur le questionnaire Q1\u00a0: «\u00a0Raison sociale du fournisseur\u00a0» et "
        "«\u00a0Désignation du service fourni\u00a0»."
    )


def test_what_explains_the_status_comes_first() -> None:
    answers = all_oui_but("Q1", Q1_01=None, Q1_02=both_ticked(), Q1_03=NON)
    actions = ask(
        q1(answers, company=None, signature=UNSIGNED, findings=(altered(),)),
        make_form("Q3", catalog=CATALOG),
    )
    assert [action.kind for action in actions] == [
        ActionKind.MODIFY,
        ActionKind.ANSWER_AGAIN,
        ActionKind.RETURN_ORIGINAL,
        ActionKind.RETURN_QUESTIONNAIRE,
        ActionKind.ANSWER,
        ActionKind.IDENTIFY,
        ActionKind.DATE_AND_SIGN,
    ]


def test_a_point_is_quoted_with_its_bullets() -> None:
    questionnaire = SMALL.questionnaire("Q1")
    assert quote_point(questionnaire, questionnaire.points[1]) == (
        "Le fournisseur : Le fournisseur respecte Q1-02. – premier ; – second."
    )


def test_footnote_calls_and_the_way_to_the_next_row_are_not_quoted() -> None:
    for questionnaire in CATALOG.questionnaires:
        for point in questionnaire.points:
            quoted = quote_point(questionnaire, point)
            assert not quoted.endswith((";", " "))
            assert not any(call.call in quoted for call in point.footnotes)
            assert quoted.startswith(point.text[:10]) or point.lead_in
    last = CATALOG.questionnaire("Q4")
    (point,) = [one for one in last.points if one.id == "Q4-06"]
    assert "organisationnelles et techniques prises par le fournisseur" in quote_point(last, point)
