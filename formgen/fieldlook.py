"""How fields look: appearance streams of boxes, text fields and signature."""

from __future__ import annotations

from formgen import style
from formgen.formfont import SIMPLE, form_font
from formgen.layout import Rect, TextPlace
from formgen.pdfsyntax import Name, Stream, Value, number
from formgen.style import Ink
from formgen.variable import fit_plain, text_block

PADDING = 1.0
"""Between a text field's edge and its text, in points."""


def _form(width: float, height: float, data: bytes, resources: Value = None) -> Stream:
    """Give a form XObject whose space is its rectangle."""
    entries: dict[str, Value] = {
        "Type": Name("XObject"),
        "Subtype": Name("Form"),
        "BBox": [0, 0, width, height],
    }
    if resources is not None:
        entries["Resources"] = resources
    return Stream(entries, data)


def box_off() -> Stream:
    """The look of a box that is not ticked: its outline, no fill, so that pen marks show."""
    return _form(style.BOX_SIDE, style.BOX_SIDE, _outline())


def box_on() -> Stream:
    """The look of a ticked box: a cross, as one would draw by pen."""
    near, far = number(2.6), number(style.BOX_SIDE - 2.6)
    cross = f"1.6 w 1 J {near} {near} m {far} {far} l {near} {far} m {far} {near} l S"
    return _form(style.BOX_SIDE, style.BOX_SIDE, _outline() + b" " + cross.encode())


def _outline() -> bytes:
    """The outline, centred on the rectangle's edge as in the page but kept inside it."""
    half = style.BOX_FRAME / 2
    side = style.BOX_SIDE - style.BOX_FRAME
    facts = f"{number(style.BOX_FRAME)} w {number(half)} {number(half)} "
    return f"0 G {facts}{number(side)} {number(side)} re S".encode()


def empty(rect: Rect) -> Stream:
    """The look of a field that shows nothing; some tools fail on a field without one."""
    return _form(rect.width, rect.height, b"")


def text_look(place: TextPlace, text: str, size: float, font_resources: Value) -> Stream:
    """The look of a text field with this text in it, at most of this size."""
    rect = place.rect
    if not text:
        return _form(rect.width, rect.height, b"/Tx BMC EMC", font_resources)
    room = field_room(place)
    shown = text_block((text,), room, size, Ink.TEXT)
    clip = f"q 1 1 {number(rect.width - 2)} {number(rect.height - 2)} re W n".encode()
    return _form(rect.width, rect.height, b"/Tx BMC %s %s Q EMC" % (clip, shown), font_resources)


def field_room(place: TextPlace) -> Rect:
    """The part of a text field, in its own space, that text may fill."""
    height, width = place.rect.height, place.rect.width
    top = height - PADDING if place.multiline else height / 2 + style.FIELD_SIZE * 0.64
    return Rect(PADDING, min(PADDING, top - style.FIELD_SIZE * 1.2), width - PADDING, top)


def field_size(place: TextPlace, text: str) -> float:
    """The size at which a text fits its field, at most the usual one."""
    return fit_plain(form_font(), [text], field_room(place), style.FIELD_SIZE)[1]


def default_appearance(size: float = style.FIELD_SIZE) -> str:
    """The font and colour that viewers use for what people type."""
    return f"/{SIMPLE} {number(size)} Tf 0 g"
