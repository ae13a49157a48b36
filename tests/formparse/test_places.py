from __future__ import annotations

import pytest

from formgen.catalog import Answer
from formgen.layout import Rect
from formgen.naming import TextPart
from formparse.objects import Entries
from formparse.places import Places, centre_is_in, corners_of
from tests.formparse.forms import make_catalog, make_layout

CATALOG = make_catalog()
Q1 = CATALOG.questionnaires[0]


@pytest.fixture
def places() -> Places:
    return Places(Q1, make_layout(CATALOG, Q1))


def widget(rect: bytes, name: bytes = b"(Q1-01:OUI)") -> Entries:
    return Entries({b"Rect": rect, b"NM": name})


@pytest.mark.parametrize(
    ("rect", "corners"),
    [
        (b"[1 2 3 4.5]", (1, 2, 3, 4.5)),
        (b"[3 4.5 1 2]", (1, 2, 3, 4.5)),
        (b"[1 2 3]", None),
        (b"[1 2 3 /x]", None),
        (b"7", None),
    ],
)
def test_rectangles(rect: bytes, corners: tuple[float, ...] | None) -> None:
    assert corners_of(Entries({b"Rect": rect})) == corners


@pytest.mark.parametrize(
    ("rect", "page", "is_in_place"),
    [
        (b"[430 780 443 793]", 0, True),
        (b"[430 780 443 793]", None, True),
        (b"[432.9 777.1 445.9 790.1]", 0, True),
        (b"[433.1 780 446.1 793]", 0, False),
        (b"[430 780 443 793]", 1, False),
        (b"[470 780 483 793]", 0, False),
        (b"[]", 0, False),
    ],
)
def test_a_named_box_is_checked_by_its_place(
    places: Places, rect: bytes, page: int | None, *, is_in_place: bool
) -> None:
    for _ in range(2):
        key, found = places.named_box(page, widget(rect))
        assert key is not None
        assert (key.point_id, key.answer, found) == ("Q1-01", Answer.OUI, is_in_place)


def test_other_names_are_no_boxes(places: Places) -> None:
    assert places.named_box(0, widget(b"[430 780 443 793]", b"(Q9-01:OUI)")) == (None, False)
    assert places.named_box(0, widget(b"[430 780 443 793]", b"7")) == (None, False)


def test_names_in_other_encodings_are_known(places: Places) -> None:
    name = b"(\xfe\xff" + "Q1-01:OUI".encode("utf-16-be") + b")"
    assert places.named_box(0, widget(b"[430 780 443 793]", name))[1]


def test_what_has_lost_its_name_is_found_by_its_place(places: Places) -> None:
    key = places.box_at(0, widget(b"[471 779 484 792]"))
    assert key is not None
    assert key.name == "Q1-01:NON"
    assert places.box_at(1, widget(b"[51 300 250 318]")) is None
    assert places.text_at(1, widget(b"[51 300 250 318]")) is TextPart.COMPANY
    assert places.text_at(0, widget(b"[51 300 250 318]")) is None


def test_centres() -> None:
    assert centre_is_in((0, 0, 10, 10), Rect(4, 4, 6, 6))
    assert not centre_is_in((0, 0, 10, 10), Rect(6, 4, 8, 6))
