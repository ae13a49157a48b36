"""The piece of a page that differs from form to form fills slots, and does nothing else."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from pypdf import PdfReader

from formgen.formfont import form_font
from formgen.issue import Issue, Practice
from formgen.pdf import make_template
from formparse.slots import SlotCheck
from tests.builders import issued, packaged_catalog, template

WIDTHS = form_font().width_of


def pieces(pdf: bytes) -> list[bytes]:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return [page["/Contents"][1].get_object().get_data() for page in pages]


def check(page: int = 0, questionnaire_id: str = "Q4") -> SlotCheck:
    return SlotCheck(template(questionnaire_id).layout, page)


@pytest.mark.parametrize("questionnaire_id", ["Q1", "Q2", "Q3", "Q4"])
def test_what_forms_bring_is_accepted(questionnaire_id: str) -> None:
    for page, piece in enumerate(pieces(issued(questionnaire_id))):
        assert check(page, questionnaire_id).accepts(piece, WIDTHS)


def test_long_names_are_accepted() -> None:
    catalog = packaged_catalog()
    practice = Practice(
        name="Maison de santé pluriprofessionnelle " * 2,
        address=("12 bis rue du Général de Gaulle, bâtiment B", "44000 Nantes"),
        email="secretariat@maison-de-sante.example",
        due=dt.date(2026, 12, 15),
    )
    form = make_template(catalog, catalog.questionnaire("Q4"), practice)
    issue = Issue(
        form_id="ABCD1234",
        supplier_id="acme",
        company="Société coopérative d'intérêt collectif " * 3,
        service="Hébergement, maintenance et télésurveillance " * 3,
    )
    for page, piece in enumerate(pieces(form.render(issue))):
        assert check(page).accepts(piece, WIDTHS)


TEXT = b"BT 0 0 0 rg /FU 9.5 Tf 11.4 TL 1 0 0 1 63.69 664.1 Tm %s ET"


@pytest.mark.parametrize(
    "more",
    [
        b"1 1 1 rg 60 300 400 60 re f",
        b"/Im0 Do",
        b"q 2 0 0 2 0 0 cm",
        b"BI /W 1 /H 1 /CS /G /BPC 8 ID x EI",
        TEXT.replace(b"/FU", b"/F1+0") % b"<0001> Tj",
        TEXT.replace(b"63.69 664.1", b"63.69 300") % b"<0001> Tj",
        TEXT.replace(b"63.69 664.1", b"90 664.1") % b"<0001> Tj",
        TEXT.replace(b"9.5 Tf 11.4", b"95 Tf 114") % b"<0001> Tj",
        TEXT % (b"<%s> Tj" % (b"0002" * 200)),
        TEXT % (b"<0002> Tj T* " * 40),
        TEXT % b"<FFFF> Tj",
        TEXT % b"<000> Tj",
        b"q 2.5512 0 0 2.5512 22.6772 778.3939 cm 0 0 0 rg\n0 0 200 1 re\nf Q",
        b"q 25.512 0 0 25.512 22.6772 778.3939 cm 0 0 0 rg\n0 0 2 1 re\nf Q",
        b"q 2.5512 0 0 2.5512 222 400 cm 0 0 0 rg\n0 0 2 1 re\nf Q",
    ],
)
def test_nothing_else_is(more: bytes) -> None:
    piece = pieces(issued("Q4"))[0]
    assert check().accepts(piece + b"\n" + TEXT % b"<0002> Tj", WIDTHS)
    assert not check().accepts(piece + b"\n" + more, WIDTHS)
