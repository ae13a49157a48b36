"""The typing font has what people in France and their neighbours type, in both its dictionaries."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping

import pikepdf
import pytest

from formgen.formfont import SIMPLE, UNICODE, add_form_font, form_font, missing_characters
from formgen.pdfsyntax import ObjectTable, Ref


@pytest.mark.parametrize(
    "text",
    ["àâäçéèêëîïôöùûüÿ ÀÂÇÉÈÊËÎÏÔÙÛÜŸ œŒæÆ", "« 10 € » – — … ‘’ “” n° ²", "Łódź Dvořák Şükrü Őri"],
)
def test_the_font_has_what_people_type(text: str) -> None:
    assert missing_characters(text) == ""


def test_characters_that_it_lacks_are_told_once_in_order() -> None:
    assert missing_characters("a漢字漢😀") == "漢字😀"


def test_what_it_lacks_is_drawn_as_a_question_mark() -> None:
    font = form_font()
    assert font.codes("漢") == font.codes("?")
    assert font.width("漢", 10) == font.width("?", 10)


def test_width_grows_with_size_and_text() -> None:
    font = form_font()
    assert font.width("ab", 10) == pytest.approx(font.width("a", 10) + font.width("b", 10))
    assert font.width("ab", 20) == pytest.approx(2 * font.width("ab", 10))


def parsed(table: ObjectTable, ref: object) -> pikepdf.Object:
    assert isinstance(ref, Ref)
    body = table.objects[ref.number - 1]
    assert body is not None
    return pikepdf.Object.parse(re.sub(rb"(\d+) 0 R", rb"\1", body))


def inflated(table: ObjectTable, number: int) -> bytes:
    body = table.objects[number - 1]
    assert body is not None
    return zlib.decompress(body.partition(b"stream\n")[2].removesuffix(b"\r\nendstream"))


@pytest.fixture
def written() -> tuple[ObjectTable, Mapping[str, object]]:
    table = ObjectTable()
    return table, add_form_font(table)


def test_widths_of_the_simple_font_are_those_of_its_letters(
    written: tuple[ObjectTable, Mapping[str, object]],
) -> None:
    table, resources = written
    simple = parsed(table, resources[SIMPLE])
    body = table.objects[int(simple["/Widths"]) - 1]
    assert body is not None
    widths = [int(width) for width in body.strip(b"[]").split()]
    font = form_font()
    assert len(widths) == int(simple["/LastChar"]) - int(simple["/FirstChar"]) + 1
    for character in "AWiœ€é":
        code = character.encode("cp1252")[0]
        assert widths[code - 32] == font.width_of[font.glyph_of[character]]


def test_both_dictionaries_share_one_embedded_file(
    written: tuple[ObjectTable, Mapping[str, object]],
) -> None:
    table, resources = written
    simple, composite = (parsed(table, resources[name]) for name in (SIMPLE, UNICODE))
    descendant = parsed(table, Ref(int(composite["/DescendantFonts"][0])))
    assert simple["/FontDescriptor"] == descendant["/FontDescriptor"]
    descriptor = parsed(table, Ref(int(simple["/FontDescriptor"])))
    assert inflated(table, int(descriptor["/FontFile2"])) == form_font().data


def test_codes_lead_back_to_letters(written: tuple[ObjectTable, Mapping[str, object]]) -> None:
    table, resources = written
    cmap = inflated(table, int(parsed(table, resources[UNICODE])["/ToUnicode"]))
    pairs = dict(re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", cmap))
    codes = form_font().codes("Łódź")
    letters = b"".join(pairs[codes[at : at + 4]] for at in range(0, len(codes), 4))
    assert bytes.fromhex(letters.decode()).decode("utf-16-be") == "Łódź"
    assert b"0000" not in pairs.values()
    assert all(int(count) <= 100 for count in re.findall(rb"(\d+) beginbfchar", cmap))
