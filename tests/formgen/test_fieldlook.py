"""Fields look like boxes that a pen can use, and show what they hold."""

from __future__ import annotations

import re

import pytest

from formgen import style
from formgen.fieldlook import (
    box_off,
    box_on,
    default_appearance,
    empty,
    field_room,
    field_size,
    text_look,
)
from formgen.formfont import form_font
from formgen.layout import Rect, TextPlace
from formgen.naming import TextPart
from formgen.pdfsyntax import Literal, Stream

RESOURCES = Literal(b"<< >>")


def place(*, multiline: bool = False) -> TextPlace:
    rect = Rect(100, 100, 400, 142 if multiline else 119)
    return TextPlace(
        part=TextPart.COMPANY, page=0, rect=rect, tooltip="Fournisseur", multiline=multiline
    )


@pytest.mark.parametrize("look", [box_off(), box_on()], ids=["off", "on"])
def test_a_box_is_outlined_and_never_filled(look: Stream) -> None:
    operators = set(re.findall(rb"[A-Za-z*]+", look.data))
    assert {b"re", b"S"} <= operators
    assert not operators & {b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"}
    assert look.entries["BBox"] == [0, 0, style.BOX_SIDE, style.BOX_SIDE]


def test_a_ticked_box_is_the_empty_one_with_a_cross() -> None:
    assert box_on().data.startswith(box_off().data)
    assert len(re.findall(rb" l\b", box_on().data)) == 2


def test_the_outline_lies_inside_the_box() -> None:
    x, y, width, height = (
        float(v) for v in re.findall(rb"w (\S+) (\S+) (\S+) (\S+) re", box_off().data)[0]
    )
    half = style.BOX_FRAME / 2
    assert x - half >= 0
    assert y - half >= 0
    assert x + width + half <= style.BOX_SIDE + 1e-9
    assert y + height + half <= style.BOX_SIDE + 1e-9


def test_an_empty_field_has_a_look_of_its_size() -> None:
    assert empty(Rect(10, 10, 60, 30)).entries["BBox"] == [0, 0, 50, 20]
    assert text_look(place(), "", style.FIELD_SIZE, RESOURCES).data == b"/Tx BMC EMC"


def test_a_field_shows_its_text_inside_itself() -> None:
    look = text_look(place(), "Łódź & Cie", style.FIELD_SIZE, RESOURCES)
    assert form_font().codes("Łódź & Cie ") in look.data
    assert look.data.startswith(b"/Tx BMC q ")
    assert look.data.endswith(b" Q EMC")
    assert look.entries["Resources"] == RESOURCES


@pytest.mark.parametrize("multiline", [False, True])
def test_the_room_for_text_lies_inside_the_field(*, multiline: bool) -> None:
    field = place(multiline=multiline)
    room = field_room(field)
    assert 0 < room.x0 < room.x1 < field.rect.width
    assert -style.FIELD_SIZE * 0.2 < room.y0 < room.y1 <= field.rect.height


def test_long_text_is_set_smaller_in_its_field() -> None:
    assert field_size(place(), "Acme") == style.FIELD_SIZE
    assert style.MIN_SIZE <= field_size(place(), "Acme et Fils " * 6) < style.FIELD_SIZE


@pytest.mark.parametrize(("size", "said"), [(10.0, "/F 10 Tf 0 g"), (6.75, "/F 6.75 Tf 0 g")])
def test_viewers_are_told_font_size_and_ink(size: float, said: str) -> None:
    assert default_appearance(size) == said
