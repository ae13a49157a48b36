"""The layout: every word there, nothing on top of anything, boxes where they may be found again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from formgen import style
from formgen.catalog import Catalog, Questionnaire, default_catalog_path, load_catalog
from formgen.compose import compose
from formgen.layout import (
    BoxPlace,
    CodePlace,
    FormLayout,
    LinkPlace,
    Node,
    Panel,
    Rect,
    Role,
    Rule,
    Slot,
    SlotKind,
    Text,
)
from formgen.naming import TextPart
from formgen.typeset import french

CATALOG = load_catalog(default_catalog_path())
QUESTIONNAIRES = pytest.mark.parametrize(
    "questionnaire", CATALOG.questionnaires, ids=lambda q: q.id
)


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        if isinstance(child, Node):
            yield from nodes(child)


def words_of(node: Node) -> str:
    """All text below a node, in reading order, spaces folded."""
    pieces: list[str] = []

    def collect(current: Node) -> None:
        for child in current.children:
            if isinstance(child, Text):
                pieces.append(child.text)
            elif isinstance(child, Node):
                # Elements are parted by what they are; within one, the spaces must be there.
                pieces.append(" ")
                collect(child)
                pieces.append(" ")

    collect(node)
    return " ".join("".join(pieces).replace("\u00a0", " ").split())


def plain(text: str) -> str:
    return " ".join(french(text).replace("\u00a0", " ").split())


def rows_of(layout: FormLayout) -> dict[str, Node]:
    return {
        str(node.children[0].id): node
        for node in nodes(layout.root)
        if node.role is Role.TR
        and isinstance(node.children[0], Node)
        and node.children[0].scope == "Row"
    }


def texts_of(layout: FormLayout) -> list[Text]:
    leaves = [leaf for leaf in layout.leaves() if isinstance(leaf, Text)]
    return leaves + [item for item in layout.artifacts if isinstance(item, Text)]


@QUESTIONNAIRES
def test_every_point_stands_in_its_row_with_all_its_words(questionnaire: Questionnaire) -> None:
    rows = rows_of(compose(CATALOG, questionnaire))
    assert list(rows) == [point.id for point in questionnaire.points]
    for point in questionnaire.points:
        said = words_of(rows[point.id])
        assert said.startswith(f"{point.id} {plain(point.text)}")
        for bullet in point.bullets:
            assert plain(bullet.text) in said
        for link in (*point.links, *(link for b in point.bullets for link in b.links)):
            url = CATALOG.reference(link.reference).url.removeprefix("https://")
            assert f"{link.label} {url}" in said


@QUESTIONNAIRES
def test_words_around_the_points_are_there(questionnaire: Questionnaire) -> None:
    said = words_of(compose(CATALOG, questionnaire).root)
    block = questionnaire.attestation
    expected = [questionnaire.title, questionnaire.scope, questionnaire.instructions]
    expected += [block.company, block.service, block.statement_before, block.statement_after]
    expected += [section.title for section in questionnaire.sections if section.title]
    expected += [g.title for s in questionnaire.sections for g in s.groups if g.title]
    expected += [lead_in.text for lead_in in questionnaire.lead_ins]
    expected += [note.text for note in questionnaire.footnotes]
    for words in expected:
        assert plain(words) in said


def test_a_lead_in_is_said_once_before_its_points() -> None:
    said = words_of(compose(CATALOG, CATALOG.questionnaire("Q2")).root)
    assert said.count("La documentation inclut au minimum") == 1
    position = said.index("La documentation inclut au minimum")
    assert said.index("Q2-28 ") < position < said.index("Q2-29 ")


def test_page_counts_stay_within_the_official_annexe_plus_one() -> None:
    limits = {"Q1": 3, "Q2": 5, "Q3": 3, "Q4": 3}
    pages = {q.id: compose(CATALOG, q).page_count for q in CATALOG.questionnaires}
    assert all(pages[name] <= limit for name, limit in limits.items()), pages


def test_there_are_199_boxes_and_each_answer_only_where_allowed() -> None:
    layouts = [compose(CATALOG, q) for q in CATALOG.questionnaires]
    assert sum(len(layout.boxes) for layout in layouts) == 199
    for layout, questionnaire in zip(layouts, CATALOG.questionnaires, strict=True):
        wanted = [(p.id, a) for p in questionnaire.points for a in questionnaire.answers]
        assert [(box.point_id, box.answer) for box in layout.boxes] == wanted


@QUESTIONNAIRES
def test_what_is_known_later_has_room_once(questionnaire: Questionnaire) -> None:
    layout = compose(CATALOG, questionnaire)
    slots = [leaf.kind for leaf in layout.leaves() if isinstance(leaf, Slot)]
    assert slots == [SlotKind.PRACTICE, SlotKind.ADDRESSEE, SlotKind.RETURN, SlotKind.NOTICE]
    feet = [item for item in layout.artifacts if isinstance(item, Slot)]
    assert [(slot.kind, slot.page) for slot in feet] == [
        (SlotKind.FORM_ID, page) for page in range(layout.page_count)
    ]


@QUESTIONNAIRES
def test_a_row_is_never_split_over_pages(questionnaire: Questionnaire) -> None:
    layout = compose(CATALOG, questionnaire)
    for row in rows_of(layout).values():
        pages = {
            leaf.page
            for node in nodes(row)
            for leaf in node.children
            if isinstance(leaf, Text | BoxPlace | LinkPlace)
        }
        assert len(pages) == 1


@QUESTIONNAIRES
def test_heading_and_table_head_stay_with_their_first_row(questionnaire: Questionnaire) -> None:
    layout = compose(CATALOG, questionnaire)
    current: int | None = None
    for node in nodes(layout.root):
        first = next((c for c in node.children if isinstance(c, Text)), None)
        if node.role in (Role.H2, Role.H3) and first:
            current = first.page
        box = next((c for c in node.children if isinstance(c, BoxPlace)), None)
        if box and current is not None:
            assert box.page == current, box
            current = None
        if node.role is Role.P:
            current = None


@QUESTIONNAIRES
def test_table_heads_are_repeated_on_every_page_with_boxes(questionnaire: Questionnaire) -> None:
    layout = compose(CATALOG, questionnaire)
    for page in {box.page for box in layout.boxes}:
        for answer in questionnaire.answers:
            heads = [t for t in texts_of(layout) if t.page == page and t.text == answer.value]
            assert heads, (page, answer)
            top = max(box.rect.y1 for box in layout.boxes if box.page == page)
            assert max(head.baseline for head in heads) > top


def overlap(a: Rect, b: Rect) -> bool:
    return a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 and b.y0 < a.y1


def grown(rect: Rect, by: float) -> Rect:
    return Rect(rect.x0 - by, rect.y0 - by, rect.x1 + by, rect.y1 + by)


def extent(text: Text) -> Rect:
    from formgen.fonts import text_width

    width = text_width(text.text.rstrip(), text.face, text.size)
    return Rect(
        text.x, text.baseline - 0.2 * text.size, text.x + width, text.baseline + 0.7 * text.size
    )


@QUESTIONNAIRES
def test_nothing_stands_on_boxes_fields_slots_or_codes(questionnaire: Questionnaire) -> None:
    layout = compose(CATALOG, questionnaire)
    codes = [(c.page, grown(c.rect, style.CODE_QUIET - 0.01)) for c in layout.artifacts
             if isinstance(c, CodePlace)]  # fmt: skip
    keep_clear = codes + [(box.page, grown(box.rect, 6)) for box in layout.boxes]
    keep_clear += [(place.page, place.rect) for place in layout.text_places]
    slots = [item for item in (*layout.leaves(), *layout.artifacts) if isinstance(item, Slot)]
    keep_clear += [(slot.page, grown(slot.rect, -0.5)) for slot in slots]
    inked = [(text.page, extent(text)) for text in texts_of(layout)]
    panels = [(p.page, p.rect) for p in layout.artifacts if isinstance(p, Panel)]
    inked += [(r.page, Rect(r.x0, r.y0 - r.width / 2, r.x1, r.y1 + r.width / 2))
              for r in layout.artifacts if isinstance(r, Rule)]  # fmt: skip
    for page, place in keep_clear:
        hits = [rect for other, rect in inked if other == page and overlap(place, rect)]
        assert not hits, (page, place, hits)
    for page, place in codes:
        assert not [r for other, r in panels if other == page and overlap(place, r)]


@QUESTIONNAIRES
def test_texts_do_not_stand_on_each_other(questionnaire: Questionnaire) -> None:
    layout = compose(CATALOG, questionnaire)
    for page in range(layout.page_count):
        placed = [
            (extent(t), t.text) for t in texts_of(layout) if t.page == page and t.text.strip()
        ]
        for number, (rect, text) in enumerate(placed):
            for other, other_text in placed[number + 1 :]:
                assert not overlap(grown(rect, -0.6), grown(other, -0.6)), (text, other_text)


@QUESTIONNAIRES
def test_boxes_are_large_apart_and_inside_the_content_area(questionnaire: Questionnaire) -> None:
    layout = compose(CATALOG, questionnaire)
    for box in layout.boxes:
        assert box.rect.width >= 12
        assert box.rect.y0 > style.CONTENT_BOTTOM
        assert box.rect.y1 < style.CONTENT_TOP
    boxes = list(layout.boxes)
    for number, box in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart = box.page != other.page or not overlap(
                grown(box.rect, style.mm(2)), grown(other.rect, style.mm(2))
            )
            assert apart, (box.point_id, other.point_id)


def with_point_text(questionnaire: Questionnaire, text: str) -> Questionnaire:
    section = questionnaire.sections[0]
    group = section.groups[0]
    point = dataclasses.replace(group.points[0], text=text)
    group = dataclasses.replace(group, points=(point, *group.points[1:]))
    section = dataclasses.replace(section, groups=(group, *section.groups[1:]))
    return dataclasses.replace(questionnaire, sections=(section, *questionnaire.sections[1:]))


def test_a_point_longer_than_a_page_flows_on_and_keeps_all_words() -> None:
    words = " ".join(f"mot{number}" for number in range(3000))
    questionnaire = with_point_text(CATALOG.questionnaire("Q4"), words)
    layout = compose(CATALOG, questionnaire)
    row = rows_of(layout)["Q4-01"]
    assert words in words_of(row)
    pages = {leaf.page for leaf in row_leaves(row) if isinstance(leaf, Text)}
    assert len(pages) > 2
    boxes = [leaf for leaf in row_leaves(row) if isinstance(leaf, BoxPlace)]
    assert len(boxes) == 3
    assert {box.page for box in boxes} == {max(pages)}
    for text in texts_of(layout):
        assert style.CODE_INSET < text.baseline < style.PAGE_HEIGHT - style.CODE_INSET


def row_leaves(row: Node) -> Iterator[object]:
    for node in nodes(row):
        yield from (child for child in node.children if not isinstance(child, Node))


def test_a_word_wider_than_its_column_is_broken_not_cut() -> None:
    questionnaire = with_point_text(CATALOG.questionnaire("Q4"), "x" * 300)
    layout = compose(CATALOG, questionnaire)
    said = words_of(rows_of(layout)["Q4-01"]).replace(" ", "")
    assert "x" * 300 in said


def test_bookmarks_lead_to_the_sections() -> None:
    layout = compose(CATALOG, CATALOG.questionnaire("Q2"))
    titles = [bookmark.title for bookmark in layout.bookmarks if bookmark.level == 2]
    sections = [section.title for section in CATALOG.questionnaire("Q2").sections]
    assert [title for title in titles if title in sections] == sections


def test_catalog_is_the_shipped_one() -> None:
    assert isinstance(CATALOG, Catalog)
    assert len(CATALOG.questionnaires) == 4


@QUESTIONNAIRES
def test_remarks_have_all_the_room_that_is_left(questionnaire: Questionnaire) -> None:
    layout = compose(CATALOG, questionnaire)
    remarks = next(p for p in layout.text_places if p.part is TextPart.REMARKS)
    notice = next(
        leaf for leaf in layout.leaves() if isinstance(leaf, Slot) and leaf.kind is SlotKind.NOTICE
    )
    assert remarks.page == notice.page == layout.page_count - 1
    left = notice.rect.y0 - style.CONTENT_BOTTOM
    assert left >= 0
    assert left < 1 or remarks.rect.height > style.REMARKS_MAX_HEIGHT - 3


def test_remarks_that_end_a_page_before_the_form_does_do_not_grow() -> None:
    note = dataclasses.replace(CATALOG.questionnaire("Q3").footnotes[0], text="mot " * 3000)
    questionnaire = dataclasses.replace(CATALOG.questionnaire("Q3"), footnotes=(note,))
    layout = compose(CATALOG, questionnaire)
    remarks = next(p for p in layout.text_places if p.part is TextPart.REMARKS)
    assert remarks.page < layout.page_count - 1
    assert remarks.rect.height < style.REMARKS_HEIGHT
