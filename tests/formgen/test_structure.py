"""Elements, marked contents and annotations are numbered in reading order."""

from __future__ import annotations

from formgen.layout import (
    FormLayout,
    Leaf,
    LinkPlace,
    Node,
    Rect,
    Role,
    Slot,
    SlotKind,
    Text,
    TextPlace,
)
from formgen.naming import TextPart
from formgen.standard import Standard
from formgen.structure import AnnotationKid, ContentKid, ElementKid, Structure, structure_of
from formgen.style import Face, Ink

RECT = Rect(0, 0, 10, 10)


def text(words: str, page: int = 0) -> Text:
    return Text(page=page, x=0, baseline=0, text=words, face=Face.REGULAR, size=9.5, ink=Ink.TEXT)


def slot(page: int = 0) -> Slot:
    return Slot(kind=SlotKind.ADDRESSEE, page=page, rect=RECT, size=9.5, ink=Ink.TEXT)


def link() -> LinkPlace:
    return LinkPlace(page=0, rect=RECT, url="https://example.org", tooltip="Exemple")


def field(part: TextPart) -> Node:
    place = TextPlace(part=part, page=0, rect=RECT, tooltip=part, multiline=False)
    return Node(role=Role.FORM, children=(place,))


def node(role: Role, *children: Node | Leaf) -> Node:
    return Node(role=role, children=children)


def structure(*children: Node, standard: Standard = Standard.UA1_A2A) -> Structure:
    layout = FormLayout(
        catalog_id="c",
        catalog_version="1",
        questionnaire_id="Q1",
        edition=1,
        title="t",
        page_count=2,
        page_width=595,
        page_height=842,
        root=node(Role.DOCUMENT, *children),
        artifacts=(),
        bookmarks=(),
    )
    return structure_of(layout, standard)


def shape(found: Structure) -> list[tuple[str, int | None]]:
    return [(element.node.role.value, element.parent) for element in found.elements]


def test_elements_are_numbered_in_reading_order() -> None:
    found = structure(node(Role.H1, text("a")), node(Role.LIST, node(Role.ITEM)), node(Role.P))
    assert shape(found) == [("Document", None), ("H1", 0), ("L", 0), ("LI", 2), ("P", 0)]
    assert found.elements[0].kids == [ElementKid(1), ElementKid(2), ElementKid(4)]


def test_text_that_stands_together_is_one_marked_content() -> None:
    found = structure(node(Role.P, text("a"), text("b")), node(Role.P, text("c")))
    assert [(c.page, c.mcid, len(c.leaves), c.element) for c in found.contents] == [
        (0, 0, 2, 1),
        (0, 1, 1, 2),
    ]


def test_a_new_page_counts_its_contents_anew() -> None:
    found = structure(node(Role.P, text("a"), text("b", 1)), node(Role.P, text("c", 1)))
    assert found.elements[1].kids == [ContentKid(0, 0), ContentKid(1, 0)]
    assert [content.mcid for content in found.contents_of(1)] == [0, 1]


def test_a_slot_stands_alone() -> None:
    found = structure(node(Role.P, text("a"), slot(), text("b")))
    assert [len(content.leaves) for content in found.contents] == [1, 1, 1]


def test_words_of_a_link_stay_together_over_its_lines() -> None:
    found = structure(node(Role.LINK, text("a"), link(), text("b"), link()))
    assert [len(content.leaves) for content in found.contents] == [2]
    assert found.elements[1].kids == [ContentKid(0, 0), AnnotationKid(0), AnnotationKid(1)]
    assert found.annotation_owner == [1, 1]


def test_an_element_between_texts_parts_them() -> None:
    found = structure(node(Role.P, text("a"), node(Role.LINK, text("b")), text("c")))
    assert found.elements[1].kids == [ContentKid(0, 0), ElementKid(2), ContentKid(0, 2)]


def test_for_ua_1_a_label_stands_before_its_field() -> None:
    found = structure(node(Role.P, text("Date"), field(TextPart.DATE)))
    assert shape(found)[1:] == [("P", 0), ("Form", 1)]
    assert found.elements[2].kids == [AnnotationKid(0)]


def test_for_ua_2_each_field_holds_its_own_label() -> None:
    line = node(
        Role.P, text("Date"), field(TextPart.DATE), text("Lieu"), field(TextPart.PLACE), text("fin")
    )
    found = structure(line, node(Role.P, field(TextPart.REMARKS)), standard=Standard.UA2_A4)
    assert shape(found)[1:] == [
        ("P", 0), ("Form", 1), ("Lbl", 2), ("Form", 1), ("Lbl", 4), ("P", 0), ("Form", 6),
    ]  # fmt: skip
    assert found.elements[2].kids == [ElementKid(3), AnnotationKid(0)]
    assert found.elements[1].kids[-1] == ContentKid(0, 2)
    assert found.elements[7].kids == [AnnotationKid(2)]


def test_for_ua_2_text_before_a_link_stays_where_it_is() -> None:
    children = (text("voir"), node(Role.LINK, text("ici"), link()))
    older, newer = (structure(node(Role.P, *children), standard=s) for s in Standard)
    assert shape(older) == shape(newer)
    assert [e.kids for e in older.elements] == [e.kids for e in newer.elements]
