"""What each field of a form is called and where it stands: looked up by name, checked by place.

One `Places` serves all returns of one questionnaire, catalog version and layout edition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from formgen.catalog import Answer, Questionnaire
from formgen.layout import LinkPlace
from formgen.naming import (
    STATE_OF_ANSWER,
    TextPart,
    box_name,
    signature_field_name,
    text_field_name,
)

if TYPE_CHECKING:
    from formgen.layout import FormLayout, Rect
    from formparse.objects import Entries

TOLERANCE_PT = 3.0
"""How far a box may be from its place and still be itself. Boxes are 12 pt wide and 20 pt apart;
programs that rewrite a file move them by up to 0.7 pt."""

_MEMORY = 4_096
"""Boxes remembered as in place: forms of one edition have names and places in the same bytes."""

Corners = tuple[float, float, float, float]


class BoxKey(NamedTuple):
    """Which box."""

    point_id: str
    answer: Answer
    name: str
    """Its name (`Q1-01:OUI`), also its key in tables: hashing an enum member takes Python code."""
    mark: str
    """State that means that it is ticked (`OUI`)."""


def box_key(point_id: str, answer: Answer) -> BoxKey:
    """Give the key of a box."""
    return BoxKey(point_id, answer, box_name(point_id, answer), STATE_OF_ANSWER[answer])


class Place(NamedTuple):
    """Where something stands in the form."""

    page: int
    """From 0."""
    rect: Rect


def corners_of(entries: Entries) -> Corners | None:
    """Give an annotation's rectangle, lower left corner first; None if it has no proper one."""
    value = entries.get(b"Rect")
    if not isinstance(value, list) or len(value) != 4:
        return None
    numbers = [float(item) for item in value if isinstance(item, int | float)]
    if len(numbers) != 4:
        return None
    x0, y0, x1, y1 = numbers
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _near(corners: Corners, rect: Rect) -> bool:
    """Whether the centres are the same within the tolerance; some programs change sizes."""
    x0, y0, x1, y1 = corners
    return (
        abs((x0 + x1) - (rect.x0 + rect.x1)) <= 2 * TOLERANCE_PT
        and abs((y0 + y1) - (rect.y0 + rect.y1)) <= 2 * TOLERANCE_PT
    )


def is_area(corners: Corners) -> bool:
    """Whether a rectangle has any area: what is drawn into one without is not to be seen."""
    return corners[0] < corners[2] and corners[1] < corners[3]


def centre_is_in(corners: Corners, rect: Rect) -> bool:
    """Whether the centre of one rectangle lies in another."""
    x, y = (corners[0] + corners[2]) / 2, (corners[1] + corners[3]) / 2
    return rect.x0 <= x <= rect.x1 and rect.y0 <= y <= rect.y1


class Places:
    """The fields of one form."""

    def __init__(self, questionnaire: Questionnaire, layout: FormLayout) -> None:
        self.questionnaire = questionnaire
        self.layout = layout
        self.point_ids = tuple(point.id for point in questionnaire.points)
        self.known_points = frozenset(self.point_ids)
        self.offered = frozenset(questionnaire.answers)
        self.keys: dict[str, BoxKey] = {}
        """By the box's name, answers that are not offered included."""
        for point_id in self.point_ids:
            for answer in Answer:
                key = box_key(point_id, answer)
                self.keys[key.name] = key
        self.boxes: dict[str, Place] = {}
        """Place of each box that is offered, by its name."""
        self.page_of: dict[str, int] = {}
        """Page of the form, from 0, on which a point's boxes stand."""
        for box in layout.boxes:
            self.boxes[box_name(box.point_id, box.answer)] = Place(box.page, box.rect)
            self.page_of[box.point_id] = box.page
        self.texts = {text_field_name(questionnaire.id, part): part for part in TextPart}
        self.text_places = {text.part: Place(text.page, text.rect) for text in layout.text_places}
        self.signature_name = signature_field_name(questionnaire.id)
        self.links = frozenset(one.url for one in layout.leaves() if isinstance(one, LinkPlace))
        signature = layout.signature_place
        self.signature = Place(signature.page, signature.rect)
        self._in_place: dict[tuple[object, int | None, object], BoxKey] = {}

    def named_box(self, page: int | None, widget: Entries) -> tuple[BoxKey | None, bool]:
        """Give the box that a widget says it is, and whether it stands where the layout has it."""
        raw = widget.raw
        fact = (raw.get(b"NM"), page, raw.get(b"Rect"))
        known = self._in_place.get(fact) if isinstance(fact[2], bytes) else None
        if known is not None:
            return known, True
        key = self.keys.get(widget.text(b"NM") or "")
        if key is None:
            return None, False
        is_near = self.is_in_place(key, page, widget)
        if is_near and isinstance(fact[2], bytes) and len(self._in_place) < _MEMORY:
            self._in_place[fact] = key
        return key, is_near

    def is_in_place(self, key: BoxKey, page: int | None, widget: Entries) -> bool:
        """Whether a box's widget stands where the layout has that box."""
        place = self.boxes.get(key.name)
        corners = corners_of(widget)
        if place is None or corners is None or page not in (None, place.page):
            return False
        return _near(corners, place.rect)

    def box_at(self, page: int | None, widget: Entries) -> BoxKey | None:
        """Give the box whose place the widget has."""
        corners = corners_of(widget)
        if corners is None:
            return None
        for name, place in self.boxes.items():
            if page in (None, place.page) and _near(corners, place.rect):
                return self.keys[name]
        return None

    def text_at(self, page: int | None, widget: Entries) -> TextPart | None:
        """Give the text field whose place the widget has."""
        corners = corners_of(widget)
        if corners is None:
            return None
        for part, place in self.text_places.items():
            if page in (None, place.page) and _near(corners, place.rect):
                return part
        return None
