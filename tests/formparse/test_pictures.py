"""Each doubtful row has its picture, cut where the page shows it, from whatever file came back."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
from collections.abc import Callable
from functools import cache

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image

from formgen.catalog import Answer
from formgen.naming import TextPart
from formparse.errors import RefusalCode, refuse
from formparse.pictures import PICTURES, Picture, Pictures, Wanted, cut_pictures, row_of
from formparse.records import RecordError
from formparse.worker import Job
from tests.builders import (
    editions,
    filled_by_pdfium,
    layout,
    packaged_catalog,
    same_answer_sheet,
)
from tests.flatteners import flat_by_pdfium
from tests.formparse import forms
from tests.formparse.messages import LOGO, forwarded, message
from tests.formparse.readers import drawing

JOB = Job(name="a.pdf", sha256="0" * 64, data=b"")
PAGES = {"Q1": (1, 2), "Q3": (1, 2)}


@cache
def fields() -> bytes:
    """Q3 as filled in: all OUI but one."""
    questionnaire = packaged_catalog().questionnaire("Q3")
    sheet = same_answer_sheet(questionnaire)
    return filled_by_pdfium("Q3", sheet)


def scanned(pdf: bytes) -> bytes:
    """The pages of a file as a scanner that writes TIFF gives them, at 200 dpi."""
    document = pdfium.PdfDocument(pdf)
    document.init_forms()
    sheets = [page.render(scale=200 / 72).to_pil().convert("L") for page in document]
    written = io.BytesIO()
    sheets[0].save(written, "TIFF", save_all=True, append_images=sheets[1:], compression="jpeg")
    return written.getvalue()


def cut(pdf: bytes, *subjects: str | TextPart, pages: tuple[int, ...] | None = None) -> Pictures:
    known = pages or tuple(range(1, layout("Q3").page_count + 1))
    wanted = Wanted(questionnaire_id="Q3", pages=known, subjects=subjects)
    sha256 = hashlib.sha256(pdf).hexdigest()
    return cut_pictures(pdf, "a.pdf", wanted={sha256: (wanted,)}, editions=editions())


def ink_below(picture: Picture) -> dict[str, int]:
    """How many dark pixels stand in the column of each answer: an outline's, and a mark's."""
    grey = np.asarray(Image.open(io.BytesIO(picture.png)))
    return {
        word: int((grey[:, x - 9 : x + 10] < 128).sum())
        for word, at in picture.columns
        for x in [round(at * grey.shape[1])]
    }


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda pdf: pdf, id="fields"),
        pytest.param(flat_by_pdfium, id="flattened"),
        pytest.param(lambda pdf: drawing.turned(90)(flat_by_pdfium(pdf)), id="turned"),
        pytest.param(scanned, id="scanned"),
        pytest.param(
            lambda pdf: drawing.placed(0.7, 60, 90, 595, 842)(flat_by_pdfium(pdf)), id="smaller"
        ),
    ],
)
def test_a_row_shows_its_boxes_under_their_answers(change: Callable[[bytes], bytes]) -> None:
    pictures = cut(change(fields()), "Q3-02", "Q3-09")
    assert set(pictures) == {(0, "Q3-02"), (0, "Q3-09")}
    for picture in pictures.values():
        assert picture.is_sure
        assert [word for word, _ in picture.columns] == ["OUI", "NON"]
        ink = ink_below(picture)
        assert ink["NON"] > 50, "its outline is there"
        assert ink["OUI"] > ink["NON"] + 50


def test_a_row_of_a_form_in_a_message_is_shown() -> None:
    inner = fields()
    forwarded_mail = forwarded(message(("logo.png", LOGO), ("Q3.pdf", inner)))
    outer = forwarded_mail.as_bytes()
    part = hashlib.sha256(inner).hexdigest()
    for sha256, shown in ((part, {(1, "Q3-02")}), ("0" * 64, set())):
        forms = (
            Wanted(questionnaire_id="Q3", pages=(1, 2), subjects=("Q3-01",)),
            Wanted(questionnaire_id="Q3", pages=(1, 2), subjects=("Q3-02",), part=sha256),
        )
        wanted = {hashlib.sha256(outer).hexdigest(): forms}
        assert set(cut_pictures(outer, "m.eml", wanted=wanted, editions=editions())) == shown


def test_a_text_field_is_shown_with_what_stands_before_it() -> None:
    pictures = cut(fields(), TextPart.SIGNATORY)
    picture = pictures[0, "signatory"]
    place = next(one for one in layout("Q3").text_places if one.part is TextPart.SIGNATORY)
    width, height = Image.open(io.BytesIO(picture.png)).size
    assert picture.page == place.page + 1
    assert picture.columns == ()
    assert width > 2 * place.rect.width
    assert height > place.rect.height


@pytest.mark.parametrize(
    ("draw", "hides"),
    [
        (drawing.covered_tick, True),
        (drawing.tick_under_a_patch, True),
        (drawing.pen, False),
        (drawing.ink, False),
    ],
)
def test_what_is_hidden_below_an_annotation_is_shown_too(draw: drawing.Draw, hides: bool) -> None:  # noqa: FBT001
    pdf = flat_by_pdfium(fields())
    pictures = cut(
        drawing.draw_at(pdf, layout("Q3"), {"Q3-02": Answer.NON}, draw), "Q3-02", "Q3-03"
    )
    picture = pictures[0, "Q3-02"]
    assert pictures[0, "Q3-03"].below is None
    assert (picture.below is not None) == hides
    if picture.below is not None:
        bare = ink_below(dataclasses.replace(picture, png=picture.below))
        assert bare["NON"] > ink_below(picture)["NON"]
    assert PICTURES.unpack(PICTURES.pack(pictures), JOB) == pictures


@pytest.mark.parametrize("questionnaire_id", ["Q1", "Q2", "Q3", "Q4"])
def test_a_row_holds_its_boxes_and_its_words_and_no_other_rows_boxes(
    questionnaire_id: str,
) -> None:
    found = layout(questionnaire_id)
    for point in packaged_catalog().questionnaire(questionnaire_id).points:
        region = row_of(found, point.id)
        assert region is not None
        page, rect = region
        for box in found.boxes:
            inside = (
                box.page == page
                and rect.x0 <= box.rect.x0 < box.rect.x1 <= rect.x1
                and rect.y0 <= box.rect.y0 < box.rect.y1 <= rect.y1
            )
            assert inside == (box.point_id == point.id)
        assert rect.x0 < found.page_width / 3, "the question is in it"


def test_a_page_that_proves_nothing_is_shown_by_its_size_and_that_is_said() -> None:
    """This form's boxes have no outline on the page."""
    small = forms.make_catalog()
    own = forms.Editions(small)
    questionnaire = small.questionnaire("Q3")
    pdf = forms.make_form(forms.make_layout(small, questionnaire), {"Q3-01": Answer.OUI}).data()
    wanted = Wanted(questionnaire_id="Q3", pages=(1, 2), subjects=("Q3-01", TextPart.PLACE))
    pictures = cut_pictures(
        pdf,
        "a.pdf",
        wanted={hashlib.sha256(pdf).hexdigest(): (wanted,)},
        editions=own,  # type: ignore[arg-type]
    )
    assert {key: (one.page, one.is_sure) for key, one in pictures.items()} == {
        (0, "Q3-01"): (1, False),
        (0, "place"): (2, False),
    }


@pytest.mark.parametrize(
    ("pdf", "pages"),
    [(b"no PDF", (1,)), (b"%PDF-1.7 broken", (1,)), (b"", (1,)), (None, (2,))],
)
def test_where_nothing_can_be_shown_there_is_no_picture(
    pdf: bytes | None, pages: tuple[int, ...]
) -> None:
    assert cut(fields() if pdf is None else pdf, "Q3-02", pages=pages) == {}


def test_a_point_that_the_form_lacks_has_no_picture() -> None:
    assert set(cut(fields(), "Q3-02", "Q9-01")) == {(0, "Q3-02")}


# --- From a worker ------------------------------------------------------------------------------
def test_pictures_come_back_equal() -> None:
    pictures = cut(fields(), "Q3-02", TextPart.DATE)
    assert PICTURES.unpack(PICTURES.pack(pictures), JOB) == pictures


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{",
        b"{}x",
        b"[1]",
        b"[" * 100_000,
        json.dumps([[0, "Q3-02", 1, True, [], "aGk=", ""]]).encode(),
        json.dumps([[0, "Q3-02", 1, True, [], "no base 64", ""]]).encode(),
        json.dumps([[0, "Q3-02", 1, True, [["<b>", 0.5]], "iVBORw0KGgo=", ""]]).encode(),
        json.dumps([[0, "Q3-02", 1, True, [], "iVBORw0KGgo=", ""]]).encode(),
        json.dumps([[0, "Q3-02", 1, True, 5, "iVBORw0KGgo=", ""]]).encode(),
        json.dumps([[0, "Q3-02", "1", True, [], "iVBORw0KGgo=", ""]]).encode(),
    ],
)
def test_what_is_no_picture_is_not_shown(answer: bytes) -> None:
    with pytest.raises(RecordError):
        PICTURES.unpack(answer, JOB)


def test_a_worker_that_died_gives_no_pictures() -> None:
    assert PICTURES.failed(refuse(RefusalCode.CRASHED, file="a.pdf")) == {}
