from __future__ import annotations

import subprocess
import sys
from functools import cache

import pymupdf
import pytest

from demo.engine import Sheet
from formgen.catalog import Answer
from formgen.naming import TextPart
from formparse.evidence import CONTENT_PIECES
from formparse.intake import ReturnedPdf, open_bytes
from formparse.read import read_bytes
from formparse.returned import (
    DoubtKind,
    Method,
    Refusal,
    ReturnedForm,
    Severity,
    SignatureKind,
)
from tests.builders import (
    TEXTS,
    editions,
    filled_by_pdfium,
    issued,
    layout,
    packaged_catalog,
    random_sheet,
    same_answer_sheet,
)
from tests.flatteners import flat_by_pdfium, flatteners
from tests.formparse.readers import drawing

COMPANY, SERVICE = "Acmé & Fils (fictif)", "Maintenance du réseau"
ENGINES = flatteners()


@cache
def sheet(questionnaire_id: str, seed: int = 3) -> Sheet:
    questionnaire = packaged_catalog().questionnaire(questionnaire_id)
    return random_sheet(questionnaire, seed, blanks=0.1, signed=True)


@cache
def flat(questionnaire_id: str) -> bytes:
    return flat_by_pdfium(filled_by_pdfium(questionnaire_id, sheet(questionnaire_id)))


def read(pdf: bytes) -> ReturnedForm:
    (form,) = read_bytes(pdf, "retour.pdf", editions())
    assert isinstance(form, ReturnedForm), form
    return form


def answers(form: ReturnedForm) -> dict[str, Answer]:
    return {p.point_id: p.answer for p in form.answers if p.answer is not None}


def doubtful(form: ReturnedForm) -> dict[str, DoubtKind]:
    return {p.point_id: p.doubt.kind for p in form.answers if p.doubt is not None}


def codes(form: ReturnedForm) -> set[str]:
    return {finding.code for finding in form.findings}


# --- Flattened by engines -----------------------------------------------------------------------
@pytest.mark.parametrize("engine", sorted(ENGINES))
@pytest.mark.parametrize("questionnaire_id", ["Q1", "Q2", "Q3", "Q4"])
def test_a_flattened_form_reads_as_it_looks(questionnaire_id: str, engine: str) -> None:
    filled = filled_by_pdfium(questionnaire_id, sheet(questionnaire_id))
    form = read(ENGINES[engine](filled))
    assert form.method is Method.MARKS
    assert answers(form) == sheet(questionnaire_id).answers
    assert doubtful(form) == {}
    written = form.attestation
    assert (written.company, written.service, written.date) == (COMPANY, SERVICE, "2026-11-12")
    assert (written.signatory, written.place) == (
        TEXTS[TextPart.SIGNATORY],
        TEXTS[TextPart.PLACE],
    )
    assert "text-to-check" in codes(form)
    assert [f for f in form.findings if f.severity is not Severity.INFO] == []
    assert form.identity.form_id is not None


def test_a_drawn_signature_is_seen() -> None:
    assert read(flat("Q1")).attestation.signature.kind is SignatureKind.DRAWN
    unsigned = Sheet(answers=sheet("Q1").answers, texts=TEXTS)
    form = read(flat_by_pdfium(filled_by_pdfium("Q1", unsigned)))
    assert form.attestation.signature.kind is SignatureKind.NONE


def typed_and_flat() -> bytes:
    """Q1 with a name typed into its signature area, fields and notes then lost."""
    unsigned = filled_by_pdfium("Q1", Sheet(answers=sheet("Q1").answers, texts=TEXTS))
    place = layout("Q1").signature_place
    with pymupdf.open(stream=unsigned) as document:
        page = document[place.page]
        top = layout("Q1").page_height - place.rect.y1
        area = pymupdf.Rect(place.rect.x0 + 6, top + 6, place.rect.x1 - 6, top + 30)
        page.add_freetext_annot(area, "Jean Martin", fontsize=12)
        typed: bytes = document.tobytes()
    return typed


@pytest.mark.parametrize("is_flat", [False, True])
def test_a_name_typed_in_the_signature_area_is_said_to_be_typed(is_flat: bool) -> None:  # noqa: FBT001 - pytest's
    pdf = typed_and_flat()
    form = read(ENGINES["mupdf"](pdf) if is_flat else pdf)
    assert form.method is (Method.MARKS if is_flat else Method.FIELDS)
    assert form.attestation.signature.kind is SignatureKind.DRAWN
    [finding] = [f for f in form.findings if f.code == "signature-typed"]
    assert "Jean Martin" in finding.message
    assert finding.severity is Severity.INFO


def test_empty_text_fields_are_empty() -> None:
    form = read(flat_by_pdfium(filled_by_pdfium("Q1", Sheet(answers=sheet("Q1").answers))))
    assert form.attestation.signatory is None
    assert form.attestation.remarks is None
    assert "text-not-read" not in codes(form)


def test_a_form_that_lost_all_is_refused_and_not_unanswered() -> None:
    filled = filled_by_pdfium("Q1", sheet("Q1"))
    (refusal,) = read_bytes(drawing.without_widgets(filled), "retour.pdf", editions())
    assert isinstance(refusal, Refusal)
    assert refusal.code == "empty-form-lost"


# --- Pages as programs leave them ---------------------------------------------------------------
@pytest.mark.parametrize(
    "rebuild",
    [
        drawing.turned(90),
        drawing.turned(180),
        drawing.turned(270),
        drawing.placed(0.96, 12, 17, 595.28, 841.89),
        drawing.placed(0.94, 26, 0, 612, 792),
        drawing.placed(1.414, 0, 0, 842, 1191),
        drawing.placed(1, 595.28, 841.89, 595.28, 841.89, turn=180),
        drawing.two_on_a_sheet,
        drawing.cropped(10),
        drawing.reversed_among_others,
    ],
    ids=["90", "180", "270", "96%", "letter", "A3", "upside-down", "2-up", "crop", "reversed"],
)
def test_pages_read_however_they_lie(rebuild: drawing.Rebuild) -> None:
    form = read(rebuild(flat("Q2")))
    assert answers(form) == sheet("Q2").answers
    assert doubtful(form) == {}
    assert form.attestation.signatory == TEXTS[TextPart.SIGNATORY]
    assert form.attestation.signature.kind is SignatureKind.DRAWN
    assert form.identity.form_id is not None
    assert form.form_pages == (1, 2, 3, 4, 5)


def test_a_page_whose_codes_are_cut_off_is_known_by_its_words() -> None:
    form = read(drawing.cropped(30)(flat("Q1")))
    assert answers(form) == sheet("Q1").answers
    assert doubtful(form) == {}
    assert "identity-lost" in codes(form)
    assert form.identity.form_id == read(flat("Q1")).identity.form_id


def test_a_box_cut_off_is_doubtful() -> None:
    form = read(drawing.cropped(50)(flat("Q1")))
    assert answers(form) == {}
    assert set(doubtful(form)) == {point.point_id for point in form.answers}


def test_a_sheet_that_shows_no_form_is_refused() -> None:
    (refusal,) = read_bytes(
        drawing.placed(0.05, 200, 300, 595, 842)(flat("Q1")), "autre.pdf", editions()
    )
    assert isinstance(refusal, Refusal)
    assert refusal.code == "not-a-form"


# --- Drawn over the form ------------------------------------------------------------------------
CLEAR = [
    drawing.ink,
    drawing.thin_ink,
    drawing.free_text,
    drawing.line,
    drawing.stamp,
    drawing.pen,
    drawing.letter,
    drawing.yellow_pen,
]
UNCLEAR = [
    drawing.circle_around,
    drawing.undrawn_line,
    drawing.pencil,
    drawing.beside,
    drawing.small_circle,
    drawing.blackened,
    drawing.running_text,
    drawing.covered_tick,
    drawing.tick_under_a_patch,
]


@pytest.mark.parametrize("draw", CLEAR, ids=lambda draw: draw.__name__)
@pytest.mark.parametrize("is_flat", [False, True])
def test_clear_marks_are_answers(draw: drawing.Draw, *, is_flat: bool) -> None:
    blank = flat_by_pdfium(issued("Q1")) if is_flat else issued("Q1")
    form = read(drawing.draw_at(blank, layout("Q1"), sheet("Q1").answers, draw))
    assert answers(form) == sheet("Q1").answers
    assert doubtful(form) == {}
    assert form.method is (Method.MARKS if is_flat else Method.FIELDS_AND_MARKS)


@pytest.mark.parametrize("draw", UNCLEAR, ids=lambda draw: draw.__name__)
@pytest.mark.parametrize("is_flat", [False, True])
def test_unclear_marks_are_doubtful(draw: drawing.Draw, *, is_flat: bool) -> None:
    blank = flat_by_pdfium(issued("Q1")) if is_flat else issued("Q1")
    form = read(drawing.draw_at(blank, layout("Q1"), sheet("Q1").answers, draw))
    assert answers(form) == {}
    assert set(doubtful(form)) == set(sheet("Q1").answers)


@pytest.mark.parametrize("draw", [drawing.ink, drawing.pen], ids=lambda draw: draw.__name__)
def test_marks_that_differ_from_the_fields_are_a_conflict(draw: drawing.Draw) -> None:
    filled = filled_by_pdfium("Q1", same_answer_sheet(packaged_catalog().questionnaire("Q1")))
    wanted = sheet("Q1").answers
    form = read(drawing.draw_at(filled, layout("Q1"), wanted, draw))
    others = {point for point, answer in wanted.items() if answer is not Answer.OUI}
    assert doubtful(form) == dict.fromkeys(others, DoubtKind.CONFLICT)
    assert set(answers(form).values()) == {Answer.OUI}
    assert form.method is Method.FIELDS_AND_MARKS


def test_a_signature_in_the_page_s_content_is_drawn() -> None:
    place = layout("Q1").signature_place
    pdf = drawing.draw_in_area(
        filled_by_pdfium("Q1", Sheet(answers=sheet("Q1").answers)),
        layout("Q1"),
        place.rect,
        place.page,
    )
    form = read(pdf)
    assert form.attestation.signature.kind is SignatureKind.DRAWN
    assert answers(form) == sheet("Q1").answers


def test_writing_that_is_no_text_is_said_and_not_read() -> None:
    place = next(p for p in layout("Q1").text_places if p.part is TextPart.SIGNATORY)
    blank = flat_by_pdfium(filled_by_pdfium("Q1", Sheet(answers=sheet("Q1").answers)))
    form = read(drawing.draw_in_area(blank, layout("Q1"), place.rect, place.page))
    assert form.attestation.signatory is None
    assert "text-not-read" in codes(form)


# --- Cost ---------------------------------------------------------------------------------------
def test_pages_go_out_in_as_many_pieces_as_the_reader_expects() -> None:
    for pdf in (issued("Q2"), filled_by_pdfium("Q2", sheet("Q2"))):
        opened = open_bytes(pdf, "x.pdf")
        assert isinstance(opened, ReturnedPdf)
        for page in opened.pages:
            pieces = opened.objects.array(page.entries.get(b"Contents"))
            assert len(pieces) == CONTENT_PIECES


def test_a_form_read_by_its_fields_is_not_looked_at() -> None:
    """No picture is made of it: the libraries for that are not even loaded."""
    code = (
        "import sys\n"
        "from formgen.editions import load_editions\n"
        "from formparse.read import read_bytes\n"
        "read_bytes(sys.stdin.buffer.read(), 'x.pdf', load_editions())\n"
        "print(sorted({'numpy', 'pypdfium2', 'zxingcpp'} & set(sys.modules)))"
    )
    filled = filled_by_pdfium("Q1", sheet("Q1"))
    result = subprocess.run(
        [sys.executable, "-c", code], input=filled, capture_output=True, check=True
    )
    assert result.stdout.strip() == b"[]", result
