"""A return is compared with the form that was sent: what was altered is named, nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from formgen.catalog import Answer
from formgen.layout import BoxPlace, Rect
from formgen.standard import Standard
from formparse.assess import assess
from formparse.choice import ImportedForm
from formparse.policy import Status
from formparse.read import read_bytes, read_values
from formparse.returned import Finding, ReturnedForm, Severity
from tests.builders import (
    editions,
    filled_by_pdfium,
    layout,
    packaged_catalog,
    random_sheet,
    same_answer_sheet,
)
from tests.flatteners import flatteners
from tests.formparse import altering as alter

TICK = b"2 w 2 2 m 10 10 l 2 10 m 10 2 l S"
NOTHING = b"q Q"


@cache
def filled(questionnaire_id: str) -> bytes:
    questionnaire = packaged_catalog().questionnaire(questionnaire_id)
    return filled_by_pdfium(questionnaire_id, same_answer_sheet(questionnaire))


def read(pdf: bytes) -> ReturnedForm:
    (form,) = read_bytes(pdf, "retour.pdf", editions())
    assert isinstance(form, ReturnedForm), form
    return form


def errors(form: ReturnedForm) -> list[Finding]:
    return [one for one in form.findings if one.severity is Severity.ERROR]


def doubtful(form: ReturnedForm) -> dict[str, tuple[str, ...]]:
    return {point.point_id: point.doubt.seen for point in form.answers if point.doubt}


def box(point_id: str, answer: Answer) -> BoxPlace:
    boxes = layout(point_id[:2]).boxes
    return next(b for b in boxes if (b.point_id, b.answer) == (point_id, answer))


def question(point_id: str) -> tuple[str, int, alter.Text]:
    """The first line of a point's question, and where it is."""
    questionnaire_id = point_id[:2]
    form = layout(questionnaire_id)
    page = box(point_id, Answer.OUI).page
    number = alter.text_of(form, point_id, page)
    line = next(
        item
        for item in form.leaves()
        if isinstance(item, alter.Text)
        and (item.page, item.baseline) == (page, number.baseline)
        and item.x > number.x
    )
    return questionnaire_id, page, line


# --- Questions ------------------------------------------------------------------------------------
QUESTIONS: dict[str, Callable[[bytes, int, alter.Text], bytes]] = {
    "other words": alter.reversed_line,
    "gone": alter.without_line,
    "invisible": alter.invisible_line,
    "in a layer that is off": alter.hidden_by_layer,
    "painted white": lambda d, p, t: alter.painted_over(d, p, alter.area_of(t)),
    "painted black": lambda d, p, t: alter.painted_over(d, p, alter.area_of(t), "0 0 0"),
    "painted blue": lambda d, p, t: alter.painted_over(d, p, alter.area_of(t), "0 0 1"),
    "painted by what fills slots": lambda d, p, t: alter.painted_in_slots(d, p, alter.area_of(t)),
    "below a white stamp": lambda d, p, t: alter.annotated(
        d, p, alter.area_of(t), alter.white(alter.area_of(t))
    ),
    "below a black square": lambda d, p, t: alter.annotated(
        d, p, alter.area_of(t), b"0 g 0 0 500 500 re f", Subtype=Name.Square
    ),
    "below a note": lambda d, p, t: alter.annotated(
        d,
        p,
        alter.area_of(t),
        alter.white(alter.area_of(t)) + b"\n" + alter.words("sauf"),
        Subtype=Name.FreeText,
        Contents=String("sauf le dimanche"),
    ),
}


@pytest.mark.parametrize("how", QUESTIONS)
def test_a_question_that_is_not_ours_any_more_is_named(how: str) -> None:
    questionnaire_id, page, line = question("Q4-01")
    form = read(QUESTIONS[how](filled(questionnaire_id), page, line))
    (error,) = errors(form)
    assert (error.code, error.point, error.page) == ("text-altered", "Q4-01", page + 1)
    assert line.text[:30] in error.message
    assert doubtful(form) == {"Q4-01": ("OUI",)}


@pytest.mark.parametrize("point_id", ["Q1-09", "Q2-10", "Q2-25", "Q3-06"])
@pytest.mark.parametrize("how", ["other words", "painted white"])
def test_on_all_questionnaires_and_pages(how: str, point_id: str) -> None:
    questionnaire_id, page, line = question(point_id)
    form = read(QUESTIONS[how](filled(questionnaire_id), page, line))
    assert [error.point for error in errors(form)] == [point_id]
    assert doubtful(form) == {point_id: ("OUI",)}


def test_exchanged_questions_are_both_named() -> None:
    _, page, one = question("Q4-01")
    _, _, other = question("Q4-02")
    form = read(alter.exchanged_lines(filled("Q4"), page, one, other))
    assert [error.point for error in errors(form)] == ["Q4-01", "Q4-02"]


def test_exchanged_heads_make_all_boxes_below_them_mean_something_else() -> None:
    form_layout = layout("Q4")
    heads = [alter.text_of(form_layout, word, 0) for word in ("OUI", "NON")]
    form = read(alter.exchanged_lines(filled("Q4"), 0, *heads))
    below = {b.point_id for b in form_layout.boxes if b.page == 0}
    assert doubtful(form).keys() == below
    assert "En-têtes des colonnes" in errors(form)[0].message


@pytest.mark.parametrize(
    ("words", "page", "place"),
    [
        ("Questionnaire 4", 0, "Titre"),
        ("Le fournisseur doit indiquer", 0, "Texte du formulaire"),
        ("atteste l'exactitude", 1, "Texte du formulaire"),
    ],
)
def test_other_words_of_the_form_are_errors_of_no_point(words: str, page: int, place: str) -> None:
    line = next(
        item
        for item in layout("Q4").leaves()
        if isinstance(item, alter.Text) and item.page == page and item.text.startswith(words)
    )
    form = read(alter.without_line(filled("Q4"), page, line))
    (error,) = errors(form)
    assert error.point is None
    assert error.message.startswith(place)
    assert doubtful(form) == {}


def test_letters_that_only_look_other_are_seen() -> None:
    """Programs that extract text find our words; people do not."""
    form = read(alter.swapped_glyphs(filled("Q4"), "n", "p"))
    assert {error.point for error in errors(form)} >= {"Q4-01", "Q4-02"}
    assert doubtful(form).keys() == {point.point_id for point in form.answers}


def test_a_printed_box_that_was_moved_is_named() -> None:
    form = read(alter.moved_outline(filled("Q4"), box("Q4-03", Answer.NON)))
    assert {error.point for error in errors(form)} == {"Q4-03"}
    assert doubtful(form) == {"Q4-03": ("OUI",)}


def test_an_added_point_is_an_error() -> None:
    rect = Rect(60, 75, 500, 90)
    form = read(alter.printed(filled("Q4"), 0, rect, "Q4-08 Le fournisseur peut tout"))
    (error,) = errors(form)
    assert "Q4-08" in error.message


# --- What is written beside -----------------------------------------------------------------------
def test_a_note_at_a_question_is_quoted_and_the_answer_stays() -> None:
    b = box("Q4-01", Answer.OUI).rect
    area = Rect(300, b.y0 - 17, 400, b.y0 - 5)
    note = alter.annotated(
        filled("Q4"),
        0,
        area,
        alter.words("sauf le dimanche"),
        Subtype=Name.FreeText,
        Contents=String("sauf le dimanche"),
    )
    form = read(note)
    (warning,) = form.findings
    assert (warning.code, warning.severity, warning.point) == (
        "note-beside-question",
        Severity.WARNING,
        "Q4-01",
    )
    assert "sauf le dimanche" in warning.message
    assert doubtful(form) == {}


HARMLESS: dict[str, Callable[[bytes], bytes]] = {
    "to be drawn by viewers": lambda d: alter.edited(d, ask_to_draw),
    "a stamp in the margin": lambda d: alter.annotated(
        d, 0, Rect(200, 68, 330, 88), alter.words("RECU LE 12/11/2026", 11)
    ),
    "a stamp in the page": lambda d: alter.printed(d, 0, Rect(200, 68, 330, 88), "RECU LE 12/11"),
    "a text marker": lambda d: alter.highlighted(d, 0, alter.area_of(question("Q4-01")[2])),
    "a signature field of another program": lambda d: alter.field_again(
        d,
        "Q4-signature",
        T=String("Signature1"),
        NM=String("s"),
        Rect=Array([100, 70, 200, 90]),
    ),
}


@pytest.mark.parametrize("how", HARMLESS)
def test_what_changes_no_question_raises_nothing(how: str) -> None:
    form = read(HARMLESS[how](filled("Q4")))
    assert [f for f in form.findings if f.severity is not Severity.INFO] == []
    assert doubtful(form) == {}


# --- Fields ---------------------------------------------------------------------------------------
NON = "Q4-01:NON"
_R = box("Q4-01", Answer.NON).rect


def ask_to_draw(pdf: pikepdf.Pdf) -> None:
    """As PDF.js does where a text has letters outside WinAnsi."""
    pdf.Root.AcroForm.NeedAppearances = True


FIELDS: dict[str, Callable[[bytes], bytes]] = {
    "hidden": lambda d: alter.field_set(d, NON, F=6),
    "only printed": lambda d: alter.field_set(d, NON, F=36),
    "in a layer": lambda d: alter.field_set(d, NON, OC=Dictionary(Type=Name.OCG, Name=String("x"))),
    "moved": lambda d: alter.field_set(d, NON, Rect=Array([_R.x0, _R.y0 + 40, _R.x1, _R.y1 + 40])),
    "off the page": lambda d: alter.field_set(d, NON, Rect=Array([900, 900, 912, 912])),
    "of no size": lambda d: alter.field_set(d, NON, Rect=Array([_R.x0, _R.y0, _R.x0, _R.y0])),
    "grown over the question": lambda d: alter.field_set(
        d, NON, Rect=Array([_R.x0 - 200, _R.y0 - 50, _R.x1 + 200, _R.y1 + 50])
    ),
    "there twice": lambda d: alter.field_again(d, NON),
    "below another field": lambda d: alter.foreign_field(
        d, 0, Rect(_R.x0 - 1, _R.y0 - 1, _R.x1 + 1, _R.y1 + 1)
    ),
    "an empty tick": lambda d: alter.box_drawing(d, "Q4-01:OUI", "OUI", NOTHING),
    "a white tick": lambda d: alter.box_drawing(d, "Q4-01:OUI", "OUI", b"1 1 1 RG " + TICK),
    "a tick where it is off": lambda d: alter.box_drawing(d, NON, "Off", TICK),
    "drawn by viewers as nothing": lambda d: alter.field_set(
        alter.edited(d, ask_to_draw), "Q4-01:OUI", MK=Dictionary(CA=String(" "))
    ),
}


@pytest.mark.parametrize("how", FIELDS)
def test_a_box_that_is_not_ours_any_more_is_named(how: str) -> None:
    form = read(FIELDS[how](filled("Q4")))
    (error,) = errors(form)
    assert (error.code, error.point) == ("field-altered", "Q4-01")
    assert doubtful(form).keys() == {"Q4-01"}
    assert "OUI" in doubtful(form)["Q4-01"]


def test_a_tick_drawn_where_nothing_is_on_is_no_answer() -> None:
    blank_point = alter.field_set(filled("Q4"), "Q4-01:OUI", AS=Name.Off)
    blank_point = alter.edited(
        blank_point, lambda pdf: alter.widget(pdf, NON).Parent.__delitem__("/V")
    )
    form = read(alter.box_drawing(blank_point, NON, "Off", TICK))
    assert "NON" in doubtful(form)["Q4-01"]


def test_exchanged_tooltips_are_errors() -> None:
    form = read(alter.exchanged_tooltips(filled("Q4"), "Q4-01:OUI", "Q4-02:OUI"))
    assert [(e.code, e.point) for e in errors(form)] == [
        ("tooltip-altered", "Q4-01"),
        ("tooltip-altered", "Q4-02"),
    ]


def test_a_groups_tooltip_is_compared_too() -> None:
    def edit(pdf: pikepdf.Pdf) -> None:
        alter.widget(pdf, NON).Parent.TU = String("Q4-01 – Autre chose")

    form = read(alter.edited(filled("Q4"), edit))
    assert [(e.code, e.point) for e in errors(form)] == [("tooltip-altered", "Q4-01")]


def test_a_text_field_grown_over_questions_is_altered() -> None:
    form = read(alter.field_set(filled("Q4"), "Q4-company", Rect=Array([50, 100, 550, 700])))
    assert [error.code for error in errors(form)] == ["field-altered"]


# --- What it means --------------------------------------------------------------------------------
def test_an_altered_form_is_to_be_looked_at() -> None:
    questionnaire_id, page, line = question("Q1-09")
    form = read(alter.reversed_line(filled(questionnaire_id), page, line))
    imported = ImportedForm(form=form, imported_at="2026-11-26T08:00:00Z")
    assert assess([imported], packaged_catalog()).status is Status.TO_REVIEW


def test_values_alone_are_read_without_comparing() -> None:
    questionnaire_id, page, line = question("Q4-01")
    pdf = alter.without_line(filled(questionnaire_id), page, line)
    (form,) = read_values(pdf, "retour.pdf", editions())
    assert isinstance(form, ReturnedForm)
    assert (errors(form), doubtful(form)) == ([], {})


@pytest.mark.parametrize("standard", Standard)
def test_forms_of_both_standards_are_the_form(standard: Standard) -> None:
    form = read(alter.made("Q3", standard))
    assert [f for f in form.findings if f.severity is not Severity.INFO] == []


# --- Honest programs ------------------------------------------------------------------------------
def cleaned_by_mupdf(pdf: bytes) -> bytes:
    import pymupdf

    with pymupdf.open(stream=pdf) as document:
        out: bytes = document.tobytes(garbage=4, clean=True)
    return out


def packed_by_pypdf(pdf: bytes) -> bytes:
    import io

    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    for page in writer.pages:
        page.compress_content_streams()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


REWRITERS = {**flatteners(), "mupdf clean": cleaned_by_mupdf, "pypdf packed": packed_by_pypdf}


@pytest.mark.parametrize("engine", REWRITERS)
@pytest.mark.parametrize("questionnaire_id", ["Q1", "Q2", "Q3", "Q4"])
def test_honest_rewriting_raises_nothing(questionnaire_id: str, engine: str) -> None:
    questionnaire = packaged_catalog().questionnaire(questionnaire_id)
    sheet = random_sheet(questionnaire, 5, signed=True)
    form = read(REWRITERS[engine](filled_by_pdfium(questionnaire_id, sheet)))
    assert [f for f in form.findings if f.severity is not Severity.INFO] == []
    assert "wording-not-compared" not in {f.code for f in form.findings}
    assert doubtful(form) == {}


@pytest.mark.parametrize("engine", ["mupdf clean", "pdfium"])
def test_a_changed_question_is_seen_through_rewriting(engine: str) -> None:
    questionnaire_id, page, line = question("Q4-01")
    form = read(REWRITERS[engine](alter.reversed_line(filled(questionnaire_id), page, line)))
    assert [error.point for error in errors(form)] == ["Q4-01"]
