"""The law of the project: for any catalog and any answers, build, fill and read give them back."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo.engine import Sheet
from formgen.catalog import Answer
from formgen.editions import Editions, load_editions
from formgen.naming import TextPart
from formgen.pdf import make_template
from formparse.read import read_bytes
from formparse.returned import ReturnedForm, Severity, SignatureKind
from tests import strategies
from tests.builders import (
    filled_by_pdfium,
    filled_by_pypdf,
    packaged_catalog,
    random_sheet,
    render_blank,
)

ALL_IDS = [questionnaire.id for questionnaire in packaged_catalog().questionnaires]


def read_one(pdf: bytes, editions: Editions) -> ReturnedForm:
    (returned,) = read_bytes(pdf, "retour.pdf", editions)
    assert isinstance(returned, ReturnedForm), returned
    return returned


def answers_of(form: ReturnedForm) -> dict[str, Answer | None]:
    return {point.point_id: point.answer for point in form.answers}


def texts_of(form: ReturnedForm) -> dict[TextPart, str]:
    written = form.attestation
    texts = {
        TextPart.COMPANY: written.company,
        TextPart.SERVICE: written.service,
        TextPart.SIGNATORY: written.signatory,
        TextPart.DATE: written.date_as_written,
        TextPart.PLACE: written.place,
        TextPart.REMARKS: written.remarks,
    }
    return {part: _with_plain_ends(text) for part, text in texts.items() if text}


def _with_plain_ends(text: str) -> str:
    """With line ends of one kind: each engine has its own."""
    return "\n".join(text.splitlines())


def kept(sheet: Sheet) -> dict[TextPart, str]:
    """What can be read of a sheet's texts: spaces around them mean nothing."""
    return {part: text.strip() for part, text in sheet.texts.items() if text.strip()}


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_catalog_filled_by_a_program_reads_as_answered(data: st.DataObject) -> None:
    catalog = data.draw(strategies.catalogs())
    for questionnaire in catalog.questionnaires:
        sheet = data.draw(strategies.sheets(questionnaire, strategies.any_text))
        pdf = render_blank(make_template(catalog, questionnaire))
        filled = filled_by_pypdf(questionnaire.id, sheet, pdf=pdf)
        form = read_one(filled, Editions(default=catalog))
        expected = {point.id: sheet.answers.get(point.id) for point in questionnaire.points}
        assert answers_of(form) == expected
        assert texts_of(form) == kept(sheet)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_catalog_filled_by_hand_reads_as_answered(data: st.DataObject) -> None:
    catalog = data.draw(strategies.catalogs())
    questionnaire = catalog.questionnaires[0]
    sheet = data.draw(strategies.sheets(questionnaire, strategies.typed_text))
    pdf = render_blank(make_template(catalog, questionnaire))
    filled = filled_by_pdfium(questionnaire.id, sheet, pdf=pdf)
    form = read_one(filled, Editions(default=catalog))
    expected = {point.id: sheet.answers.get(point.id) for point in questionnaire.points}
    assert answers_of(form) == expected
    assert texts_of(form) == kept(sheet)


@pytest.mark.parametrize("questionnaire_id", ALL_IDS)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_packaged_form_filled_by_hand_is_a_clean_return(questionnaire_id: str, seed: int) -> None:
    questionnaire = packaged_catalog().questionnaire(questionnaire_id)
    sheet = random_sheet(questionnaire, seed, blanks=0.1, signed=True)
    form = read_one(filled_by_pdfium(questionnaire_id, sheet), load_editions())
    assert answers_of(form) == {p.id: sheet.answers.get(p.id) for p in questionnaire.points}
    issued_with = {
        TextPart.COMPANY: "Acmé & Fils (fictif)",
        TextPart.SERVICE: "Maintenance du réseau",
    }
    assert texts_of(form) == issued_with | kept(sheet)
    assert form.attestation.date == "2026-11-12"
    assert form.attestation.signature.kind is SignatureKind.DRAWN
    assert [f for f in form.findings if f.severity is not Severity.INFO] == []


def test_a_change_of_mind_reads_as_the_last_answer() -> None:
    questionnaire = packaged_catalog().questionnaire("Q2")
    first = random_sheet(questionnaire, seed=5)
    other = {p: next(a for a in Answer if a is not was) for p, was in first.answers.items()}
    filled = filled_by_pdfium("Q2", first)
    changed = filled_by_pdfium("Q2", Sheet(answers=other), pdf=filled)
    assert answers_of(read_one(changed, load_editions())) == other
