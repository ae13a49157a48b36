"""Makes what tests read: forms, blank and issued, and the same filled in, by two engines.

All of it follows from its arguments; what is random has a seed.
"""

from __future__ import annotations

import io
import random
from functools import cache

from pypdf import PdfWriter

from demo.engine import Save, Sheet, fill
from formgen.catalog import Answer, Catalog, Questionnaire, default_catalog_path, load_catalog
from formgen.editions import Editions, load_editions
from formgen.issue import Issue, form_id_of
from formgen.layout import FormLayout
from formgen.naming import STATE_OF_ANSWER, TextPart, text_field_name
from formgen.pdf import FormTemplate, make_template

TEXTS = {
    TextPart.SIGNATORY: "Élodie Lefèvre-Œillet",
    TextPart.DATE: "12/11/2026",
    TextPart.PLACE: "Saint-Étienne",
    TextPart.REMARKS: "Première ligne : « oui » — 10 €\nDeuxième ligne (cf. Q1-03)",
}
"""What a signatory writes into any form."""


@cache
def packaged_catalog() -> Catalog:
    """The catalog that ships."""
    return load_catalog(default_catalog_path())


@cache
def editions() -> Editions:
    """What ships, as the reader knows it."""
    return load_editions()


@cache
def layout(questionnaire_id: str) -> FormLayout:
    """The layout of a packaged form."""
    found = editions().layout(editions().default, questionnaire_id, 1)
    assert found is not None
    return found


@cache
def template(questionnaire_id: str) -> FormTemplate:
    """A packaged questionnaire's form, asked for by nobody in particular."""
    catalog = packaged_catalog()
    return make_template(catalog, catalog.questionnaire(questionnaire_id))


@cache
def blank(questionnaire_id: str) -> bytes:
    """A blank form, as `formgen build` gives it without a supplier list."""
    return render_blank(template(questionnaire_id))


def render_blank(form: FormTemplate) -> bytes:
    """A blank form of any catalog."""
    facts = (form.catalog.id, form.catalog.version, form.questionnaire.id)
    form_id = form_id_of(*facts)
    return form.render(Issue(form_id=form_id, supplier_id=None, company="", service=""))


@cache
def issued(
    questionnaire_id: str,
    *,
    supplier_id: str = "acme",
    company: str = "Acmé & Fils (fictif)",
    service: str = "Maintenance du réseau",
) -> bytes:
    """A form issued to a supplier."""
    form_id = form_id_of(questionnaire_id, supplier_id, company, service)
    return template(questionnaire_id).render(
        Issue(form_id=form_id, supplier_id=supplier_id, company=company, service=service)
    )


def random_sheet(
    questionnaire: Questionnaire, seed: int, *, blanks: float = 0.0, signed: bool = False
) -> Sheet:
    """Any answers that the questionnaire allows, a share of the points left blank."""
    chance = random.Random(seed)
    return Sheet(
        answers={
            point.id: chance.choice(questionnaire.answers)
            for point in questionnaire.points
            if chance.random() >= blanks
        },
        texts=TEXTS,
        signed=signed,
    )


def same_answer_sheet(questionnaire: Questionnaire, answer: Answer = Answer.OUI) -> Sheet:
    """One answer to all points, signed and dated."""
    answers = {point.id: answer for point in questionnaire.points}
    return Sheet(answers=answers, texts=TEXTS, signed=True)


def filled_by_pdfium(
    questionnaire_id: str, sheet: Sheet, *, pdf: bytes | None = None, save: Save = Save.WHOLE
) -> bytes:
    """The issued form (or `pdf`) filled by clicks and keys in PDFium."""
    return fill(pdf or issued(questionnaire_id), sheet, save=save)


def filled_by_pypdf(questionnaire_id: str, sheet: Sheet, *, pdf: bytes | None = None) -> bytes:
    """The issued form (or `pdf`) filled by a program that writes field values."""
    assert not sheet.signed, "pypdf draws no signature"
    values = {point: f"/{STATE_OF_ANSWER[answer]}" for point, answer in sheet.answers.items()}
    values |= {text_field_name(questionnaire_id, part): t for part, t in sheet.texts.items()}
    writer = PdfWriter(clone_from=io.BytesIO(pdf or issued(questionnaire_id)))
    writer.update_page_form_field_values(None, values, auto_regenerate=False)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()
