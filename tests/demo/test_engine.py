from __future__ import annotations

import io

import pikepdf
import pytest
from pypdf import PdfReader

from demo.engine import EngineError, Save, Sheet, fill, find_places
from demo.faulty_tool import force_value, tick_also
from formgen.catalog import Answer
from formgen.naming import TextPart
from tests.builders import (
    TEXTS,
    blank,
    filled_by_pypdf,
    issued,
    packaged_catalog,
    random_sheet,
    same_answer_sheet,
    template,
)


def values(pdf: bytes) -> dict[str, str]:
    """All fields that have a value."""
    fields = PdfReader(io.BytesIO(pdf)).get_fields() or {}
    found = {name: str(field["/V"]) for name, field in fields.items() if field.get("/V")}
    return {name: value for name, value in found.items() if value != "/Off"}


def ticked(pdf: bytes) -> set[str]:
    """Names of the boxes that look ticked."""
    widgets = [
        reference.get_object()
        for page in PdfReader(io.BytesIO(pdf)).pages
        for reference in page.get("/Annots", ())
    ]
    return {str(w["/NM"]) for w in widgets if w.get("/AS", "/Off") != "/Off"}


def inks(pdf: bytes) -> list[tuple[int, list[float]]]:
    """Page and rectangle of each pen drawing."""
    return [
        (number, [float(edge) for edge in annotation["/Rect"]])
        for number, page in enumerate(PdfReader(io.BytesIO(pdf)).pages)
        for reference in page.get("/Annots", ())
        if (annotation := reference.get_object())["/Subtype"] == "/Ink"
    ]


def test_places_in_the_file_are_those_of_the_layout() -> None:
    layout = template("Q2").layout
    places = find_places(blank("Q2"))
    assert len(places) == 38 * 3 + len(TextPart) + 1
    for text in layout.text_places:
        assert places[text.part].page == text.page
        assert places[text.part].centre == pytest.approx(
            ((text.rect.x0 + text.rect.x1) / 2, (text.rect.y0 + text.rect.y1) / 2), abs=0.01
        )


@pytest.mark.parametrize("answer", list(Answer))
def test_a_click_ticks_the_box_it_hits_and_no_other(answer: Answer) -> None:
    filled = fill(blank("Q1"), Sheet(answers={"Q1-05": answer}))
    state = answer.replace("/", "")
    assert values(filled) == {"Q1-05": f"/{state}"}
    assert ticked(filled) == {f"Q1-05:{state}"}


def test_typed_keys_stand_in_the_fields_letter_by_letter() -> None:
    texts = TEXTS | {TextPart.SERVICE: "Hébergement « cœur » n° 1 (100 %)"}
    filled = values(fill(blank("Q4"), Sheet(texts=texts)))
    assert {name: text.replace("\r\n", "\n") for name, text in filled.items()} == {
        f"Q4-{part}": text for part, text in texts.items()
    }


def test_typing_replaces_what_stood_there_and_leaves_the_rest() -> None:
    typed = fill(issued("Q1"), Sheet(texts={TextPart.COMPANY: "Autre nom", TextPart.SERVICE: ""}))
    assert values(issued("Q1")).keys() == {"Q1-company", "Q1-service"}
    assert values(typed) == {"Q1-company": "Autre nom"}


def test_a_change_of_mind_frees_the_box_ticked_before() -> None:
    questionnaire = packaged_catalog().questionnaire("Q3")
    first = fill(blank("Q3"), same_answer_sheet(questionnaire, Answer.OUI))
    second = fill(first, Sheet(answers={"Q3-04": Answer.NON}))
    assert ticked(second) ^ ticked(first) == {"Q3-04:OUI", "Q3-04:NON"}
    assert values(second) == values(first) | {"Q3-04": "/NON"}


def test_the_signature_is_drawn_inside_its_area_and_only_if_asked_for() -> None:
    place = template("Q1").layout.signature_place
    ((page, edges),) = inks(fill(blank("Q1"), Sheet(signed=True)))
    assert page == place.page
    assert edges[0] >= place.rect.x0 - 0.01
    assert edges[3] <= place.rect.y1 + 0.01
    assert inks(fill(blank("Q1"), Sheet())) == []


def test_an_incremental_save_only_adds() -> None:
    sheet = random_sheet(packaged_catalog().questionnaire("Q1"), seed=3)
    filled = fill(blank("Q1"), sheet, save=Save.INCREMENTAL)
    assert filled.startswith(blank("Q1"))
    # Read with qpdf's library: pypdf refuses what PDFium adds to a file with a compressed
    # cross-reference table, whose /Type it leaves out.
    with pikepdf.open(io.BytesIO(filled)) as pdf:
        fields = {str(field.T): field for field in pdf.Root.AcroForm.Fields}
        found = {point: str(fields[point].V) for point in sheet.answers}
    assert found == {point: f"/{a.replace('/', '')}" for point, a in sheet.answers.items()}


def test_the_same_sheet_gives_the_same_answers_by_clicks_and_by_values() -> None:
    sheet = random_sheet(packaged_catalog().questionnaire("Q2"), seed=11, blanks=0.2)
    by_clicks, by_values = fill(issued("Q2"), sheet), filled_by_pypdf("Q2", sheet)
    assert ticked(by_clicks) == ticked(by_values)
    assert len(ticked(by_clicks)) == len(sheet.answers) < 38


@pytest.mark.parametrize(
    ("questionnaire_id", "answers"), [("Q3", {"Q3-01": Answer.NA}), ("Q1", {"Q1-99": Answer.OUI})]
)
def test_a_box_that_the_form_lacks_is_an_error(
    questionnaire_id: str, answers: dict[str, Answer]
) -> None:
    with pytest.raises(EngineError, match="no place called"):
        fill(blank(questionnaire_id), Sheet(answers=answers))


def test_nothing_is_said_on_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    fill(blank("Q1"), same_answer_sheet(packaged_catalog().questionnaire("Q1")))
    assert capfd.readouterr() == ("", "")


def test_a_faulty_tool_leaves_two_ticks_or_an_answer_without_box() -> None:
    filled = fill(blank("Q3"), same_answer_sheet(packaged_catalog().questionnaire("Q3")))
    twice = tick_also(filled, "Q3-02", Answer.NON)
    assert ticked(twice) - ticked(filled) == {"Q3-02:NON"}
    forced = force_value(filled, "Q3-02", Answer.NA)
    assert ticked(filled) - ticked(forced) == {"Q3-02:OUI"}
    assert values(forced) == values(filled) | {"Q3-02": "/NA"}
