"""Reads a form from its form fields: finds each field's widgets on the form's pages, and says what
stands in them.

A widget is known by its own name (/NM), else by its field's name, else by its place: merging tools
drop or change field names and keep the rest. What the boxes of a point amount to is decided by
`formparse.answers`; marks on the page are another reader's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from formgen.naming import ANSWER_OF_STATE, OFF_STATE, TextPart
from formparse.errors import RefusalCode, more_than, refused
from formparse.intake import MAX_ANNOTATIONS, MAX_FIELDS, ReturnedPdf
from formparse.objects import Entries, Name, Objects, Ref, Stream, String, Value, decode_text
from formparse.places import BoxKey, Places, box_key, centre_is_in, corners_of, is_area
from formparse.reading import BoxSeen, PointCopy, PointSeen, Reading, SignatureSeen, TextSeen
from formparse.returned import Method

if TYPE_CHECKING:
    from collections.abc import Iterator

    from formgen.catalog import Answer
    from formparse.triage import FormPage, Part

_FIELD_DEPTH = 8
"""Fields above a field. Ours stand at the top; merging tools put one or two above them."""

_OF_A_POINT = re.compile(r"\w+-\d+(?::[A-Z]+)?")
"""The name of a point or of one of its boxes. One that is none of this form's belongs to another
form, whatever place it has here."""

_NOT_SHOWN = 0b10_0010
"""Annotation flags hidden and no-view: the page does not show it."""

DRAWINGS = frozenset(
    {"Ink", "Stamp", "FreeText", "Line", "Polygon", "PolyLine", "Square", "Circle"}
)
"""Annotations that people sign with. A file attachment or a note is no signature."""


class _Field(NamedTuple):
    """A field. A tuple, as `BoxSeen` is."""

    value: Value
    """Its own, or that of a field above it."""


_Met = tuple[BoxSeen, _Field | None]
"""A box's widget with the field it belongs to."""


@dataclass(slots=True, kw_only=True)
class _Texts:
    values: list[str] = field(default_factory=list)
    has_odd_value: bool = False


def read_fields(pdf: ReturnedPdf, part: Part, *, is_only_one: bool) -> Reading:
    """Give what the form fields of one form say.

    `is_only_one`: no other form in the file has the same fields, so that fields without a widget
    can only be this form's.
    """
    walk = _Walk(pdf, part.places)
    for page in part.pages:
        walk.page(page)
    if is_only_one:
        walk.fields_without_widgets()
    return walk.reading()


class _Walk:
    """What has been met so far in one form."""

    def __init__(self, pdf: ReturnedPdf, places: Places) -> None:
        self.objects: Objects = pdf.objects
        self.form = pdf.form
        self.places = places
        self.met: dict[str, list[_Met]] = {}
        self.copies: dict[str, list[PointCopy]] = {}
        self.texts: dict[TextPart, _Texts] = {}
        self.indexes: set[int | None] = set()
        """Pages of the form that are there."""
        self.is_signed = False
        self.drawings: list[str] = []
        self.typed = ""
        self.seen: set[Ref] = set()
        """References of widgets and fields already used."""
        self.fields: dict[Ref | bytes, _Field | None] = {}
        self.looks: dict[bytes, tuple[str, ...] | None] = {}

    # --- On the pages ---------------------------------------------------------------------------
    def page(self, page: FormPage) -> None:
        self.indexes.add(page.index)
        objects = self.objects
        annotations = objects.array(page.page.entries.get(b"Annots"))
        if len(annotations) > MAX_ANNOTATIONS:
            raise refused(
                RefusalCode.TOO_COMPLEX,
                found=more_than(MAX_ANNOTATIONS, "annotations", "annotations"),
            )
        for value in annotations:
            if isinstance(value, Ref):
                if value in self.seen:
                    continue
                self.seen.add(value)
            entries = objects.entries(value)
            if entries is None:
                continue
            kind = entries.name(b"Subtype")
            if kind == "Widget":
                self.widget(entries, page)
            elif kind is not None and kind in DRAWINGS:
                self.drawing(kind, entries, page)

    def drawing(self, kind: str, entries: Entries, page: FormPage) -> None:
        signature = self.places.signature
        corners = corners_of(entries)
        if corners is None or page.index not in (None, signature.page):
            return
        if (entries.integer(b"F") or 0) & _NOT_SHOWN or not is_area(corners):
            return
        if centre_is_in(corners, signature.rect):
            self.drawings.append(kind)
            if kind == "FreeText":
                contents = self.objects.resolve(entries.get(b"Contents"))
                typed = decode_text(contents.data).strip() if isinstance(contents, String) else ""
                self.typed = self.typed or typed

    def widget(self, widget: Entries, page: FormPage) -> None:
        above = self.field_of(widget)
        key, is_in_place = self.places.named_box(page.index, widget)
        if key is not None:
            self.box(key, widget, above, page, is_in_place=is_in_place)
            return
        name = widget.text(b"NM") or ""
        field_name = self.name_of(widget)
        names = (name, field_name)
        if field_name in self.places.known_points:
            self.box_by_state(field_name, widget, above, page)
        elif self.places.signature_name in names:
            self.signature(widget, above)
        elif part := next((self.places.texts[n] for n in names if n in self.places.texts), None):
            self.text(part, above.value if above else widget.get(b"V"))
        elif not any(map(_OF_A_POINT.fullmatch, names)):
            self.widget_by_place(widget, above, page)

    def box_by_state(
        self, point_id: str, widget: Entries, above: _Field | None, page: FormPage
    ) -> None:
        """Take a box without its own name: the tick that it draws says which, else its place."""
        answers = {
            ANSWER_OF_STATE[state]
            for state in self.looks_of(widget) or ()
            if state in ANSWER_OF_STATE
        }
        if len(answers) == 1:
            key = box_key(point_id, answers.pop())
            is_in_place = self.places.is_in_place(key, page.index, widget)
            self.box(key, widget, above, page, is_in_place=is_in_place)
            return
        found = self.places.box_at(page.index, widget)
        if found is not None and found.point_id == point_id:
            self.box(found, widget, above, page, is_in_place=True)

    def widget_by_place(self, widget: Entries, above: _Field | None, page: FormPage) -> None:
        """Take a widget whose names are all lost."""
        kind = widget.name(b"FT")
        key = self.places.box_at(page.index, widget) if kind in (None, "Btn") else None
        if key is not None:
            self.box(key, widget, above, page, is_in_place=True)
        elif kind == "Sig":
            self.signature(widget, above)
        elif part := self.places.text_at(page.index, widget):
            self.text(part, above.value if above else widget.get(b"V"))

    def box(
        self,
        key: BoxKey,
        widget: Entries,
        above: _Field | None,
        page: FormPage,
        *,
        is_in_place: bool,
    ) -> None:
        raw = widget.raw
        own_value = widget.get(b"V") if b"V" in raw else None
        box = BoxSeen(
            key.answer,
            key.mark,
            widget.name(b"AS"),
            self.looks_of(widget),
            _value_word(self.objects.resolve(own_value)) if own_value is not None else None,
            above is None or b"Parent" not in raw,
            b"M" in raw,
            is_in_place,
            page.page.number,
            widget,
        )
        met = self.met.get(key.point_id)
        if met is None:
            met = self.met[key.point_id] = []
        met.append((box, above))

    def looks_of(self, widget: Entries) -> tuple[str, ...] | None:
        """Give the states that a box has drawings for; forms share these between boxes."""
        token = widget.raw.get(b"AP")
        if not isinstance(token, bytes):
            return self.read_looks(widget)
        if token not in self.looks:
            self.looks[token] = self.read_looks(widget)
        return self.looks[token]

    def read_looks(self, widget: Entries) -> tuple[str, ...] | None:
        appearance = self.objects.entries(widget.get(b"AP"))
        states = self.objects.entries(appearance.get(b"N")) if appearance else None
        if states is None:
            return None
        names = (key.decode("utf-8", "replace") for key in states.keys())  # noqa: SIM118 - no dict
        return tuple(name for name in names if name != OFF_STATE)

    # --- Fields ---------------------------------------------------------------------------------
    def field_of(self, widget: Entries) -> _Field | None:
        """Give the field that a widget belongs to; None for one that was torn off its field."""
        token = widget.raw.get(b"Parent")
        if token is None:
            return self.read_field(widget) if b"FT" in widget.raw else None
        key = token if isinstance(token, bytes) else widget.ref(b"Parent")
        if key is not None and key in self.fields:
            return self.fields[key]
        parent = widget.get(b"Parent")
        if isinstance(parent, Ref):
            self.seen.add(parent)
        entries = self.objects.entries(parent)
        # A field that merely stands under another, as merging tools do it, is its own field.
        if b"T" in widget.raw and (entries is None or entries.name(b"FT") is None):
            return self.read_field(widget)
        found = None if entries is None else self.read_field(entries)
        if key is not None:
            if len(self.fields) >= MAX_FIELDS:
                raise refused(
                    RefusalCode.TOO_COMPLEX, found=more_than(MAX_FIELDS, "champs", "fields")
                )
            self.fields[key] = found
        return found

    def read_field(self, entries: Entries) -> _Field:
        value = self.objects.resolve(entries.get(b"V"))
        if value is None and b"Parent" in entries.raw:
            values = (self.objects.resolve(above.get(b"V")) for above in self.upwards(entries))
            value = next((found for found in values if found is not None), None)
        return _Field(value)

    def upwards(self, entries: Entries) -> Iterator[Entries]:
        """Give a field and the fields above it."""
        current: Entries | None = entries
        for _ in range(_FIELD_DEPTH):
            if current is None:
                return
            yield current
            if b"Parent" not in current.raw:
                return
            current = self.objects.entries(current.get(b"Parent"))

    def name_of(self, entries: Entries) -> str:
        """Give the last part of a field's name; merging tools put their own parts before ours."""
        for level in self.upwards(entries):
            title = level.text(b"T")
            if title:
                return title.rpartition(".")[2]
        return ""

    def fields_without_widgets(self) -> None:
        """Take what fields say of which no widget stands on a page.

        pypdf's flattening leaves such fields, some splitting tools too.
        """
        waiting = self.objects.array(self.form.get(b"Fields")) if self.form else []
        waiting = waiting[::-1]
        count = 0
        while waiting:
            value = waiting.pop()
            if isinstance(value, Ref):
                if value in self.seen:
                    continue
                self.seen.add(value)
            count += 1
            if count > MAX_FIELDS:
                raise refused(
                    RefusalCode.TOO_COMPLEX, found=more_than(MAX_FIELDS, "champs", "fields")
                )
            entries = self.objects.entries(value)
            if entries is not None:
                waiting.extend(reversed(self.field_without_widget(entries)))

    def field_without_widget(self, entries: Entries) -> list[Value]:
        """Take one field's value, and give the fields under it that are still to look at."""
        kids = self.objects.array(entries.get(b"Kids"))
        if any(isinstance(kid, Ref) and kid in self.seen for kid in kids):
            # Its widgets are on the pages but no longer name it as parent: what it says is stale
            # (macOS Preview, developer.apple.com/forums/thread/735073).
            return [kid for kid in kids if not isinstance(kid, Ref) or kid not in self.seen]
        found = self.read_field(entries)
        name = self.name_of(entries)
        if self.is_of_missing_page(name):
            return kids
        if name in self.places.known_points:
            value = found.value
            copy = PointCopy(boxes=(), value=_value_word(value), has_odd_value=_is_odd(value))
            if copy.value is not None or copy.has_odd_value:
                self.copies.setdefault(name, []).append(copy)
        elif name in self.places.texts:
            self.text(self.places.texts[name], found.value)
        elif name == self.places.signature_name:
            self.signature(entries, found)
        else:
            return kids
        return []

    def is_of_missing_page(self, name: str) -> bool:
        """Whether a field stands on a page of the form that the file does not have.

        Tools that take pages out leave their fields (pikepdf). Nobody sees what these say, and
        another file may have the page, with what became of it since.
        """
        part = self.places.texts.get(name)
        place = self.places.text_places.get(part) if part is not None else None
        index = place.page if place is not None else self.places.page_of.get(name)
        return index is not None and not self.indexes & {index, None}

    # --- Texts and signature --------------------------------------------------------------------
    def text(self, part: TextPart, value: Value) -> None:
        texts = self.texts.setdefault(part, _Texts())
        value = self.objects.resolve(value)
        match value:
            case None:
                return
            case String():
                text = decode_text(value.data)
            case Stream():
                text = decode_text(self.objects.data(value))
            case _:
                texts.has_odd_value = True
                return
        text = text.strip()
        if text and text not in texts.values:
            texts.values.append(text)

    def signature(self, widget: Entries, above: _Field | None) -> None:
        value = above.value if above else self.objects.resolve(widget.get(b"V"))
        self.is_signed = self.is_signed or value is not None

    # --- All together ---------------------------------------------------------------------------
    def reading(self) -> Reading:
        for point_id, met in self.met.items():
            self.copies.setdefault(point_id, [])[:0] = _copies(met)
        return Reading(
            method=Method.FIELDS,
            points={
                point_id: PointSeen(point_id=point_id, copies=tuple(copies))
                for point_id, copies in self.copies.items()
            },
            lost=frozenset(
                point_id
                for point_id, page in self.places.page_of.items()
                if point_id not in self.copies and page in self.indexes
            ),
            texts={
                part: TextSeen(values=tuple(texts.values), has_odd_value=texts.has_odd_value)
                for part, texts in self.texts.items()
            },
            signature=SignatureSeen(
                has_value=self.is_signed, drawings=tuple(self.drawings), typed=self.typed
            ),
            values_are_drawn=self.form is not None and self.form.get(b"NeedAppearances") is True,
        )


def _value_word(value: Value) -> str | None:
    """Give a button's value as a word, None for off.

    pypdf and others write it as a string, with or without slash (py-pdf/pypdf#3630).
    """
    match value:
        case Name():
            word = str(value)
        case String():
            word = decode_text(value.data).strip().removeprefix("/")
        case _:
            return None
    return None if word in ("", OFF_STATE) else word


def _is_odd(value: Value) -> bool:
    return value is not None and not isinstance(value, Name | String)


def _copies(met: list[_Met]) -> list[PointCopy]:
    """Part a point's boxes into copies: the n-th box of each answer belongs to the n-th copy."""
    rounds: list[tuple[list[Answer], list[_Met]]] = []
    for one in met:
        answer = one[0].answer
        for answers, members in rounds:
            if answer not in answers:
                answers.append(answer)
                members.append(one)
                break
        else:
            rounds.append(([answer], [one]))
    return [_copy(members) for _, members in rounds]


def _copy(members: list[_Met]) -> PointCopy:
    value: Value = None
    for box, above in members:
        if above is not None and not box.is_torn:
            value = above.value
            break
    return PointCopy(
        boxes=tuple([box for box, _ in members]),
        value=_value_word(value),
        has_odd_value=_is_odd(value),
    )
