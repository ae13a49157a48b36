"""What an issued form shows of its own: names wrapped and shrunk but whole, and readable codes."""

from __future__ import annotations

import io
import re

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from formgen import style, wording
from formgen.catalog import default_catalog_path, load_catalog
from formgen.formfont import form_font
from formgen.issue import Issue, Practice
from formgen.layout import Corner, Rect, Role, Slot, SlotKind
from formgen.pagecode import decode
from formgen.pdf import make_template
from formgen.structure import MarkedContent
from formgen.style import Ink
from formgen.variable import (
    fit_plain,
    fits,
    issue_words,
    page_content,
    practice_words,
    text_block,
    wrap_plain,
)

CATALOG = load_catalog(default_catalog_path())
ROOM = Rect(10, 10, 160, 50)
WORDS = "Établissements Œdème et Fils, infogérance et télémaintenance"
ISSUE = Issue(form_id="K7M2QX4T", supplier_id="lodz", company="Łódź", service="Sauvegarde")


@given(st.text(min_size=1), st.floats(20, 400))
def test_wrapping_loses_no_character(text: str, width: float) -> None:
    lines = wrap_plain(form_font(), text, 10, width)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(st.lists(st.sampled_from(WORDS.split()), min_size=1), st.floats(40, 400))
def test_no_line_is_wider_than_its_room(words: list[str], width: float) -> None:
    for line in wrap_plain(form_font(), " ".join(words), 10, width):
        assert form_font().width(line, 10) <= width or len(line) == 1


def test_words_are_kept_whole_where_they_can_be() -> None:
    assert " ".join(wrap_plain(form_font(), WORDS, 10, 120)) == WORDS
    assert len(wrap_plain(form_font(), "x" * 100, 10, 120)) > 1


def test_text_shrinks_until_it_fits_and_no_further() -> None:
    short, usual = fit_plain(form_font(), ["Acme"], ROOM, 10)
    assert (short, usual) == (["Acme"], 10)
    lines, size = fit_plain(form_font(), [WORDS * 3], ROOM, 10)
    assert style.MIN_SIZE <= size < 10
    assert len(lines) * size * 1.2 <= ROOM.height + 0.01


def test_text_that_fits_at_no_size_is_told_and_not_cut() -> None:
    assert fits([WORDS], ROOM, 10)
    assert not fits([WORDS * 40], ROOM, 10)
    lines, size = fit_plain(form_font(), [WORDS * 40], ROOM, 10)
    assert size == style.MIN_SIZE
    assert "".join("".join(lines).split()) == "".join((WORDS * 40).split())


def test_a_text_block_shows_every_line_in_its_ink() -> None:
    block = text_block((WORDS,), ROOM, 10, Ink.MUTED)
    shown = re.findall(rb"<([0-9A-F]+)> Tj", block)
    lines = wrap_plain(form_font(), WORDS, 10, ROOM.width)
    assert shown == [form_font().codes(f"{line} ") for line in lines]
    assert b"BT 0.3 0.3 0.3 rg" in block


def slot(kind: SlotKind) -> Slot:
    return Slot(kind=kind, page=0, rect=ROOM, size=9.5, ink=Ink.TEXT)


def content(number: int, role: Role) -> MarkedContent:
    return MarkedContent(page=0, mcid=number, role=role, element=0)


PRACTICE = Practice(name="Cabinet des Œillets", address=("Nantes",), email="a@b.example", due=None)


@pytest.mark.parametrize(
    ("kind", "marked", "begin", "shown"),
    [
        (SlotKind.ADDRESSEE, content(7, Role.P), b"/P <</MCID 7>> BDC", "Łódź "),
        (SlotKind.PRACTICE, content(2, Role.P), b"/P <</MCID 2>> BDC", "Cabinet des Œillets "),
        (SlotKind.RETURN, content(9, Role.BODY), b"/LBody <</MCID 9>> BDC", "a@b.example"),
        (SlotKind.NOTICE, content(3, Role.P), b"/P <</MCID 3>> BDC", "Cabinet des Œillets, "),
        (SlotKind.FORM_ID, None, b"/Artifact BMC", "Formulaire K7M2-QX4T "),
    ],
)
def test_slots_are_marked_and_say_what_is_their_own(
    kind: SlotKind, marked: MarkedContent | None, begin: bytes, shown: str
) -> None:
    words = {**practice_words(CATALOG, PRACTICE), **issue_words(ISSUE)}
    drawn = page_content([(slot(kind), marked)], [], words)
    assert begin + b"\nBT" in drawn
    codes = b"".join(re.findall(rb"<([0-9A-F]+)> Tj", drawn))
    assert form_font().codes(shown) in codes


def test_a_form_for_nobody_says_so() -> None:
    nobody = Issue(form_id="K7M2QX4T", supplier_id=None, company="", service="")
    words = {**practice_words(CATALOG, None), **issue_words(nobody)}
    drawn = page_content([(slot(SlotKind.ADDRESSEE), None)], [], words)
    assert form_font().codes("Le fournisseur") in drawn
    assert words[SlotKind.PRACTICE] == (wording.ANY_PRACTICE,)


@pytest.fixture(scope="module")
def printed() -> list[list[zxingcpp.Barcode]]:
    catalog = load_catalog(default_catalog_path())
    form = make_template(catalog, catalog.questionnaire("Q4")).render(ISSUE)
    with pypdfium2.PdfDocument(io.BytesIO(form)) as document:
        return [
            list(zxingcpp.read_barcodes(page.render(scale=200 / 72).to_numpy()))
            for page in document
        ]


def test_each_page_has_a_readable_code_in_each_corner(
    printed: list[list[zxingcpp.Barcode]],
) -> None:
    for number, symbols in enumerate(printed, 1):
        codes = [code for symbol in symbols if (code := decode(symbol.text))]
        assert {code.corner for code in codes} == set(Corner)
        assert {(c.form_id, c.questionnaire, c.page, c.pages) for c in codes} == {
            ("K7M2QX4T", 4, number, len(printed))
        }


def test_codes_stand_in_the_corner_that_they_name(printed: list[list[zxingcpp.Barcode]]) -> None:
    for symbols in printed:
        places = {
            code.corner: symbol.position.top_left
            for symbol in symbols
            if (code := decode(symbol.text))
        }
        assert places[Corner.TOP_LEFT].x < places[Corner.TOP_RIGHT].x
        assert places[Corner.TOP_LEFT].y < places[Corner.BOTTOM_LEFT].y
        assert places[Corner.BOTTOM_LEFT].x < places[Corner.BOTTOM_RIGHT].x
