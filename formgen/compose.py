"""Lay a questionnaire out: words and boxes placed on pages, with their roles, as a `FormLayout`.

Pure geometry: draws nothing, opens nothing but the fonts' widths. A layout depends on the catalog
alone: what depends on who asks or who is asked has a slot, a room of fixed size, so that all forms
of one catalog version are the same outside their slots.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from formgen import style, wording
from formgen.catalog import Bullet, Catalog, Group, Link, Point, Questionnaire, Section
from formgen.fonts import text_width
from formgen.layout import (
    LAYOUT_EDITION,
    Artifact,
    Bookmark,
    BoxPlace,
    CodePlace,
    Corner,
    FormLayout,
    Frame,
    Leaf,
    LinkPlace,
    Mark,
    Node,
    Panel,
    Rect,
    Role,
    Rule,
    SignaturePlace,
    Slot,
    SlotKind,
    Text,
    TextPlace,
)
from formgen.naming import TextPart
from formgen.style import Face, Ink
from formgen.typeset import Line, Run, balanced, fit, french, wrap

_ASCENT = 0.74
"""Share of the size that stands above the baseline, for capitals with accents."""

PANEL_TEXT_HEIGHT = 51.0
LAST_HOW_TO_LINES = 2
NOTICE_LINES = 5.2
LIST_INDENT = 13.0
BULLET_INDENT = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Strip:
    """Text lines of one paragraph, measured but not placed."""

    lines: tuple[Line, ...]
    size: float
    leading: float
    indent: float
    role: Role | None
    """None: the lines belong to the cell itself."""
    bullet: bool = False
    link: tuple[str, str] | None = None
    """Address and tooltip, where the whole strip is a link."""

    @property
    def height(self) -> float:
        return len(self.lines) * self.leading


class _Page:
    """The cursor: which page, how far down, and what was drawn so far."""

    def __init__(self) -> None:
        self.number = 0
        self.y = style.CONTENT_TOP
        self.artifacts: list[Artifact] = []
        self.on_new_page: Callable[[], None] | None = None
        """Draws what continues at the top of the next page, such as a repeated table head."""

    def feed(self) -> None:
        """Go to the top of the next page."""
        self.number += 1
        self.y = style.CONTENT_TOP
        if self.on_new_page:
            self.on_new_page()

    def need(self, height: float) -> None:
        """Go to the next page unless `height` points are left on this one."""
        if self.y - height < style.CONTENT_BOTTOM - 0.01:
            self.feed()

    def skip(self, height: float) -> None:
        """Leave white space, none at the top of a page."""
        if self.y < style.CONTENT_TOP:
            self.y -= height


def compose(catalog: Catalog, questionnaire: Questionnaire) -> FormLayout:
    """Lay out one questionnaire of a catalog."""
    composer = _Composer(catalog, questionnaire, style.REMARKS_HEIGHT)
    children = composer.whole()
    spare = composer.room_below_remarks()
    if spare > 0:
        height = min(style.REMARKS_HEIGHT + spare, style.REMARKS_MAX_HEIGHT)
        composer = _Composer(catalog, questionnaire, height)
        children = composer.whole()
    page_count = composer.page.number + 1
    return FormLayout(
        catalog_id=catalog.id,
        catalog_version=catalog.version,
        questionnaire_id=questionnaire.id,
        edition=LAYOUT_EDITION,
        title=wording.full_title(questionnaire),
        page_count=page_count,
        page_width=style.PAGE_WIDTH,
        page_height=style.PAGE_HEIGHT,
        root=Node(role=Role.DOCUMENT, children=children),
        artifacts=(*composer.page.artifacts, *_furniture(catalog, questionnaire, page_count)),
        bookmarks=tuple(composer.bookmarks),
    )


class _Composer:
    """Places the parts of one form one after the other."""

    def __init__(
        self, catalog: Catalog, questionnaire: Questionnaire, remarks_height: float
    ) -> None:
        self.remarks_height = remarks_height
        self.remarks_page = 0
        self.catalog = catalog
        self.questionnaire = questionnaire
        self.page = _Page()
        self.bookmarks: list[Bookmark] = []
        columns = len(questionnaire.answers)
        self.boxes_left = style.PAGE_WIDTH - style.MARGIN_RIGHT - columns * style.BOX_PITCH
        self.text_left = style.MARGIN_LEFT + style.NUMBER_COLUMN
        self.text_width = self.boxes_left - style.TEXT_GAP - self.text_left
        self.lead_ins = {lead_in.id: lead_in.text for lead_in in questionnaire.lead_ins}
        self.tables = 0

    def whole(self) -> tuple[Node, ...]:
        """Place the whole form."""
        return (
            *self.cover(),
            *self.sections(),
            *self.attestation(),
            *self.remarks(),
            *self.notes(),
            *self.privacy(),
        )

    def room_below_remarks(self) -> float:
        """Give the height left at the end of the form, by which its remarks may grow."""
        is_last = self.remarks_page == self.page.number
        return math.floor(self.page.y - style.CONTENT_BOTTOM) if is_last else 0

    # -- pieces -------------------------------------------------------------------------------

    def place(self, strip: _Strip, x: float) -> list[Node | Leaf]:
        """Put a strip's lines at the cursor and move down; lines flow over a page's end."""
        leaves: list[Node | Leaf] = []
        for line in strip.lines:
            self.page.need(strip.leading)
            baseline = self.page.y - strip.size * _ASCENT - (strip.leading - strip.size) / 2
            leaves.extend(_placed(line, self.page.number, x + strip.indent, baseline, strip.size))
            if strip.link:
                leaves.append(self._link_area(line, strip, x, baseline))
            self.page.y -= strip.leading
        return leaves

    def slot(self, kind: SlotKind, x: float, width: float, height: float, size: float) -> Slot:
        """Keep room at the cursor for a text that is known later, and move below it."""
        top = self.page.y
        self.page.y = top - height
        room = _rounded(Rect(x, top - height, x + width, top))
        return Slot(kind=kind, page=self.page.number, rect=room, size=size, ink=Ink.TEXT)

    def _link_area(self, line: Line, strip: _Strip, x: float, baseline: float) -> LinkPlace:
        assert strip.link is not None
        end = line[-1].offset + text_width(
            line[-1].run.text.rstrip(), line[-1].run.face, strip.size
        )
        return LinkPlace(
            page=self.page.number,
            rect=Rect(
                x + strip.indent,
                baseline - strip.size * 0.25,
                x + strip.indent + end,
                baseline + strip.size * _ASCENT,
            ),
            url=strip.link[0],
            tooltip=strip.link[1],
        )

    def heading(self, role: Role, text: str, size: float, keep: float) -> Node:
        """Place a heading that stays with the next `keep` points, and list it in the outline."""
        strip = _strip(
            [Run(french(text), Face.SEMIBOLD, Ink.ACCENT)], size, style.CONTENT_WIDTH, role=role
        )
        self.page.need(strip.height + keep)
        level = {Role.H1: 1, Role.H2: 2}.get(role)
        if level:
            self.bookmarks.append(
                Bookmark(title=text, level=level, page=self.page.number, top=self.page.y)
            )
        return Node(role=role, children=tuple(self.place(strip, style.MARGIN_LEFT)))

    def paragraph(self, text: str, size: float, ink: Ink = Ink.TEXT) -> Node:
        """Place a paragraph over the whole width."""
        strip = _strip([Run(french(text), Face.REGULAR, ink)], size, style.CONTENT_WIDTH)
        return Node(role=Role.P, children=tuple(self.place(strip, style.MARGIN_LEFT)))

    # -- cover --------------------------------------------------------------------------------

    def cover(self) -> list[Node]:
        """Title, scope, who asks whom, and what to do."""
        origin = f"{self.catalog.title} – {self.catalog.subtitle}"
        nodes = [self.paragraph(origin, style.SMALL_SIZE, Ink.MUTED)]
        self.page.y -= 3
        nodes.append(
            self.heading(Role.H1, wording.full_title(self.questionnaire), style.TITLE_SIZE, 100)
        )
        self.page.y -= 5
        nodes.append(self.paragraph(self.questionnaire.scope, style.BODY_SIZE))
        self.page.y -= 7
        nodes.extend(self.parties())
        self.page.y -= 9
        nodes.append(self.heading(Role.H2, wording.HOW_TO_HEADING, style.SECTION_SIZE, 100))
        self.page.y -= 2
        nodes.append(self.paragraph(self.questionnaire.instructions, style.BODY_SIZE))
        self.page.y -= 3
        nodes.append(self.how_to())
        return nodes

    def parties(self) -> list[Node]:
        """Two panels side by side: who asks, and who is asked."""
        gap = 10.0
        padding = 7.0
        width = (style.CONTENT_WIDTH - gap) / 2
        height = PANEL_TEXT_HEIGHT + style.SMALL_LEADING + 2 * padding
        self.page.need(height)
        top = self.page.y
        nodes = []
        parties = (
            (wording.ASKED_BY, SlotKind.PRACTICE),
            (wording.ADDRESSED_TO, SlotKind.ADDRESSEE),
        )
        for column, (label, kind) in enumerate(parties):
            left = style.MARGIN_LEFT + column * (width + gap)
            panel = Rect(left, top - height, left + width, top)
            self.page.artifacts.append(Panel(page=self.page.number, rect=panel, ink=Ink.PANEL))
            self.page.y = top - padding
            inside = width - 2 * padding
            runs = [Run(label, Face.SEMIBOLD, Ink.ACCENT)]
            head = _strip(runs, style.SMALL_SIZE, inside, goes_on=True)
            children = self.place(head, left + padding)
            room = self.page.y - (top - height + padding)
            children.append(self.slot(kind, left + padding, inside, room, style.BODY_SIZE))
            nodes.append(Node(role=Role.P, children=tuple(children)))
        self.page.y = top - height
        return nodes

    def how_to(self) -> Node:
        """The numbered lines that say what to do; the last is known when somebody asks."""
        steps = [*wording.how_to(self.questionnaire.answers), None]
        width = style.CONTENT_WIDTH - LIST_INDENT
        items = []
        for number, step in enumerate(steps, 1):
            strip = _strip([Run(french(step))], style.BODY_SIZE, width) if step else None
            room = strip.height if strip else LAST_HOW_TO_LINES * style.BODY_LEADING
            self.page.need(room)
            top = self.page.y
            runs = [Run(f"{number}.", Face.SEMIBOLD, Ink.ACCENT)]
            label = _strip(runs, style.BODY_SIZE, LIST_INDENT, goes_on=True)
            label_leaves = self.place(label, style.MARGIN_LEFT)
            self.page.y = top
            x = style.MARGIN_LEFT + LIST_INDENT
            if strip:
                body = self.place(strip, x)
            else:
                body = [self.slot(SlotKind.RETURN, x, width, room, style.BODY_SIZE)]
            self.page.y -= 1.5
            items.append(_list_item(label_leaves, body))
        return Node(role=Role.LIST, children=tuple(items))

    # -- points -------------------------------------------------------------------------------

    def sections(self) -> list[Node]:
        """All points, each group in a table of its own."""
        nodes: list[Node] = []
        for section in self.questionnaire.sections:
            self.page.skip(13)
            nodes.append(
                self.heading(
                    Role.H2,
                    section.title or wording.POINTS_HEADING,
                    style.SECTION_SIZE,
                    self.group_start_height(section.groups[0]) + 24,
                )
            )
            self.page.y -= 2
            for position, group in enumerate(section.groups):
                if group.title:
                    if position:
                        self.page.skip(9)
                    keep = self.group_start_height(group)
                    nodes.append(self.heading(Role.H3, group.title, style.GROUP_SIZE, keep))
                nodes.append(self.table(section, group))
        return nodes

    def group_start_height(self, group: Group) -> float:
        """Height of a table's head and first answered row, lead-in included."""
        first = group.points[0]
        height = style.TABLE_HEAD_HEIGHT + min(self.row_height(first), self.full_page())
        if first.lead_in:
            height += self.lead_in_strip(first.lead_in).height + style.ROW_PADDING
        return height

    def full_page(self) -> float:
        """Height of the largest row that fits on one page, below a repeated table head."""
        return style.CONTENT_TOP - style.CONTENT_BOTTOM - style.TABLE_HEAD_HEIGHT

    def table(self, section: Section, group: Group) -> Node:
        """One group of points."""
        title = group.title or section.title or self.questionnaire.title
        self.tables += 1
        head = self.table_head(f"t{self.tables}")
        self.page.on_new_page = lambda: self.repeat_table_head(title)
        rows: list[Node] = []
        current_lead_in: str | None = None
        for point in group.points:
            lead_in_height = 0.0
            if point.lead_in and point.lead_in != current_lead_in:
                lead_in_height = self.lead_in_strip(point.lead_in).height + 2 * style.ROW_PADDING
            self.page.need(min(self.row_height(point) + lead_in_height, self.full_page()))
            if lead_in_height and point.lead_in:
                rows.append(self.lead_in_row(point.lead_in))
            current_lead_in = point.lead_in
            rows.append(self.row(point))
        self.page.on_new_page = None
        return Node(
            role=Role.TABLE,
            summary=f"{title} : une ligne par point, une case par réponse",
            children=(
                Node(role=Role.THEAD, children=(head,)),
                Node(role=Role.TBODY, children=tuple(rows)),
            ),
        )

    def head_cells(self) -> list[tuple[str, float]]:
        """Words of a table's head and where they start; answers stand centred on their boxes."""
        cells = [(wording.POINT_COLUMN, style.MARGIN_LEFT)]
        for column, answer in enumerate(self.questionnaire.answers):
            width = text_width(answer.value, Face.SEMIBOLD, style.SMALL_SIZE)
            centre = self.boxes_left + (column + 0.5) * style.BOX_PITCH
            cells.append((answer.value, centre - width / 2))
        return cells

    def head_texts(self) -> list[Text]:
        """Draw a table's head at the cursor and move below it."""
        baseline = self.page.y - style.TABLE_HEAD_HEIGHT + 4.5
        texts = [
            Text(
                page=self.page.number,
                x=x,
                baseline=baseline,
                text=word,
                face=Face.SEMIBOLD,
                size=style.SMALL_SIZE,
                ink=Ink.TEXT,
            )
            for word, x in self.head_cells()
        ]
        self.page.y -= style.TABLE_HEAD_HEIGHT
        self.rule(0.9, Ink.ACCENT)
        return texts

    def table_head(self, table_id: str) -> Node:
        cells = tuple(
            Node(role=Role.TH, scope="Column", id=f"{table_id}c{number}", children=(text,))
            for number, text in enumerate(self.head_texts())
        )
        return Node(role=Role.TR, children=cells)

    def repeat_table_head(self, title: str) -> None:
        """Repeat the head on a new page, for the eye only: it says nothing new."""
        first, *others = self.head_texts()
        continued = french(f"{title} {wording.CONTINUED}")
        room = self.boxes_left - style.TEXT_GAP - style.MARGIN_LEFT
        shown = fit([[Run(continued, Face.SEMIBOLD)]], style.SMALL_SIZE, room, style.SMALL_LEADING)
        text = "".join(piece.run.text for piece in shown.lines[0]).rstrip()
        self.page.artifacts.append(replace(first, text=text, size=shown.size))
        self.page.artifacts.extend(others)

    def rule(self, width: float, ink: Ink) -> None:
        """Draw a line over the whole width at the cursor."""
        self.page.artifacts.append(
            Rule(
                page=self.page.number,
                x0=style.MARGIN_LEFT,
                y0=self.page.y,
                x1=style.PAGE_WIDTH - style.MARGIN_RIGHT,
                y1=self.page.y,
                width=width,
                ink=ink,
            )
        )

    def lead_in_strip(self, lead_in: str) -> _Strip:
        runs = [Run(french(self.lead_ins[lead_in]), Face.SEMIBOLD)]
        return _strip(runs, style.BODY_SIZE, self.text_width)

    def lead_in_row(self, lead_in: str) -> Node:
        """The words that open several points; no box, no number."""
        self.page.y -= style.ROW_PADDING
        leaves = self.place(self.lead_in_strip(lead_in), self.text_left)
        self.page.y -= style.ROW_PADDING * 0.5
        span = 1 + len(self.questionnaire.answers)
        cell = Node(role=Role.TD, column_span=span, children=tuple(leaves))
        return Node(role=Role.TR, children=(cell,))

    def row_strips(self, point: Point) -> list[_Strip]:
        """All text of a point: its words, links, bullets."""
        more = bool(point.links or point.bullets)
        strips = [_strip(_emphasised(point), style.BODY_SIZE, self.text_width, goes_on=more)]
        strips += [self.link_strip(link, 0) for link in point.links]
        for bullet in point.bullets:
            strips.append(self.bullet_strip(bullet))
            strips += [self.link_strip(link, BULLET_INDENT) for link in bullet.links]
        return strips

    def bullet_strip(self, bullet: Bullet) -> _Strip:
        runs = [Run(french(bullet.text))]
        width = self.text_width - BULLET_INDENT
        strip = _strip(runs, style.BODY_SIZE, width, goes_on=bool(bullet.links))
        return replace(strip, indent=BULLET_INDENT, bullet=True)

    def link_strip(self, link: Link, indent: float) -> _Strip:
        """The link's words, and its address in clear: the form is also read on paper."""
        reference = self.catalog.reference(link.reference)
        runs = [
            Run(f"{link.label} ", ink=Ink.ACCENT),
            Run(reference.url.removeprefix("https://"), ink=Ink.ACCENT),
        ]
        strip = _strip(runs, style.SMALL_SIZE, self.text_width - indent, role=Role.LINK)
        tooltip = f"{link.label} {reference.title}"
        return replace(strip, indent=indent, link=(reference.url, tooltip))

    def row_height(self, point: Point) -> float:
        """Height of a point's row."""
        text = sum(strip.height for strip in self.row_strips(point))
        return max(style.ROW_MIN_HEIGHT, text + 2 * style.ROW_PADDING)

    def row(self, point: Point) -> Node:
        """One point: number and text as the row's header, and its boxes.

        The caller has made room. Only a row taller than a page flows over its end; its boxes then
        stand beside its last lines.
        """
        height = self.row_height(point)
        first_page, top = self.page.number, self.page.y
        text_height = height - 2 * style.ROW_PADDING
        used = sum(strip.height for strip in self.row_strips(point))
        self.page.y -= style.ROW_PADDING + (text_height - used) / 2
        header = self.row_header(point)
        if self.page.number == first_page:
            self.page.y = top - height
        else:
            self.page.y -= style.ROW_PADDING
            top = min(style.CONTENT_TOP - style.TABLE_HEAD_HEIGHT, self.page.y + height)
        middle = (top + self.page.y) / 2
        cells = [self.box_cell(point, column, middle) for column in range(self.columns())]
        self.rule(0.4, Ink.HAIRLINE)
        return Node(role=Role.TR, children=(header, *cells))

    def columns(self) -> int:
        return len(self.questionnaire.answers)

    def row_header(self, point: Point) -> Node:
        number_top = self.page.y
        number = _strip(
            [Run(point.id, Face.SEMIBOLD, Ink.ACCENT)],
            style.BODY_SIZE,
            style.NUMBER_COLUMN,
            goes_on=True,
        )
        children = self.place(number, style.MARGIN_LEFT)
        self.page.y = number_top
        items: list[Node] = []
        for strip in self.row_strips(point):
            if strip.bullet:
                bullet_top = self.page.y
                dot = self.place(
                    _strip([Run("•")], style.BODY_SIZE, BULLET_INDENT, goes_on=True), self.text_left
                )
                self.page.y = bullet_top
                items.append(_list_item(dot, self.place(strip, self.text_left)))
                continue
            leaves = self.place(strip, self.text_left)
            nodes = (
                leaves if strip.role is None else [Node(role=strip.role, children=tuple(leaves))]
            )
            if items:
                items[-1] = _with_more_body(items[-1], nodes)
            else:
                children += nodes
        if items:
            children.append(Node(role=Role.LIST, children=tuple(items)))
        return Node(role=Role.TH, scope="Row", id=point.id, children=tuple(children))

    def box_cell(self, point: Point, column: int, middle: float) -> Node:
        """The cell of one answer: the field, and the same outline in the page."""
        answer = self.questionnaire.answers[column]
        centre = self.boxes_left + (column + 0.5) * style.BOX_PITCH
        half = style.BOX_SIDE / 2
        rect = _rounded(Rect(centre - half, middle - half, centre + half, middle + half))
        self.page.artifacts.append(
            Frame(page=self.page.number, rect=rect, width=style.BOX_FRAME, ink=Ink.FRAME)
        )
        question = f"{point.id} – {point.short}"
        box = BoxPlace(
            point_id=point.id,
            answer=answer,
            page=self.page.number,
            rect=rect,
            question=question,
            tooltip=f"{question} : {wording.SPOKEN[answer]}",
        )
        return Node(role=Role.TD, children=(Node(role=Role.FORM, children=(box,)),))

    # -- end of the form ----------------------------------------------------------------------

    def attestation(self) -> list[Node]:
        """The block that is signed; never parted."""
        block = self.questionnaire.attestation
        self.page.skip(12)
        height = 4 * (style.FIELD_HEIGHT + 6) + 3 * style.BODY_LEADING + style.SIGNATURE_HEIGHT + 30
        nodes = [self.heading(Role.H2, wording.ATTESTATION_HEADING, style.SECTION_SIZE, height)]
        self.page.y -= 4
        nodes.append(self.field_line((block.company, TextPart.COMPANY, None, block.company)))
        nodes.append(
            self.field_line((block.service, TextPart.SERVICE, None, block.service), lines=2)
        )
        signatory = f"{block.statement_before} ({wording.SIGNATORY_HINT})"
        nodes.append(
            self.field_line(
                (block.statement_before, TextPart.SIGNATORY, None, signatory),
            )
        )
        nodes.append(self.paragraph(block.statement_after, style.BODY_SIZE))
        self.page.y -= 4
        nodes.append(
            self.field_line(
                (
                    f"{block.date} ({wording.DATE_HINT})",
                    TextPart.DATE,
                    92.0,
                    f"{block.date} ({wording.DATE_HINT})",
                ),
                (block.place, TextPart.PLACE, None, f"{block.place} ({wording.PLACE_HINT})"),
            )
        )
        nodes.append(self.signature(block.signature))
        return nodes

    def field_line(self, *fields: tuple[str, TextPart, float | None, str], lines: int = 1) -> Node:
        """Labels and text fields side by side: (label, part, width or the rest, tooltip)."""
        height = style.FIELD_HEIGHT + (lines - 1) * style.BODY_LEADING
        self.page.need(height)
        top = self.page.y
        baseline = top - style.FIELD_HEIGHT + 5.6
        x = style.MARGIN_LEFT
        children: list[Node | Leaf] = []
        for label, part, width, tooltip in fields:
            shown = french(label)
            children.append(_text(self.page.number, x, baseline, f"{shown} "))
            x += text_width(f"{shown} ", Face.REGULAR, style.BODY_SIZE) + 3
            right = style.PAGE_WIDTH - style.MARGIN_RIGHT if width is None else x + width
            rect = _rounded(Rect(x, top - height, right, top))
            children.append(self.text_field(part, rect, tooltip, multiline=lines > 1))
            x = right + 10
        self.page.y = top - height - 5
        return Node(role=Role.P, children=tuple(children))

    def text_field(self, part: TextPart, rect: Rect, tooltip: str, *, multiline: bool) -> Node:
        """A text field inside its outline, which stands in the page.

        The field is smaller: viewers set what is typed right at a field's edge.
        """
        self.page.artifacts.append(
            Frame(page=self.page.number, rect=rect, width=0.6, ink=Ink.FIELD_LINE)
        )
        inside = Rect(
            rect.x0 + style.FIELD_INSET, rect.y0 + 1, rect.x1 - style.FIELD_INSET, rect.y1 - 1
        )
        place = TextPlace(
            part=part,
            page=self.page.number,
            rect=_rounded(inside),
            tooltip=tooltip,
            multiline=multiline,
        )
        return Node(role=Role.FORM, children=(place,))

    def signature(self, label: str) -> Node:
        top = self.page.y
        text = _text(self.page.number, style.MARGIN_LEFT, top - 12, f"{french(label)} ")
        left = style.MARGIN_LEFT + text_width(f"{label} ", Face.REGULAR, style.BODY_SIZE) + 3
        rect = _rounded(
            Rect(
                left,
                top - style.SIGNATURE_HEIGHT,
                style.PAGE_WIDTH - style.MARGIN_RIGHT,
                top,
            )
        )
        self.page.artifacts.append(
            Frame(page=self.page.number, rect=rect, width=0.6, ink=Ink.FIELD_LINE)
        )
        tooltip = label.rstrip(" :")
        place = SignaturePlace(page=self.page.number, rect=rect, tooltip=tooltip)
        self.page.y = top - style.SIGNATURE_HEIGHT
        form = Node(role=Role.FORM, children=(place,))
        return Node(role=Role.P, children=(text, form))

    def remarks(self) -> list[Node]:
        """Free text, for what a box cannot say."""
        self.page.skip(10)
        keep = style.BODY_LEADING + self.remarks_height + 6
        nodes = [self.heading(Role.H2, wording.REMARKS_HEADING, style.SECTION_SIZE, keep)]
        self.page.y -= 1
        nodes.append(self.paragraph(wording.REMARKS_HINT, style.BODY_SIZE))
        self.page.y -= 3
        top = self.page.y
        rect = _rounded(
            Rect(
                style.MARGIN_LEFT,
                top - self.remarks_height,
                style.PAGE_WIDTH - style.MARGIN_RIGHT,
                top,
            )
        )
        field = self.text_field(TextPart.REMARKS, rect, wording.REMARKS_LABEL, multiline=True)
        self.page.y = top - self.remarks_height
        self.remarks_page = self.page.number
        nodes.append(Node(role=Role.P, children=(field,)))
        return nodes

    def notes(self) -> list[Node]:
        """The questionnaire's footnotes, gathered at its end."""
        nodes: list[Node] = []
        for note in self.questionnaire.footnotes:
            self.page.skip(9)
            strip = _strip(
                [Run(french(note.text))], style.SMALL_SIZE, style.CONTENT_WIDTH - LIST_INDENT
            )
            self.page.need(strip.height)
            top = self.page.y
            mark = self.place(
                _strip([Run(note.mark)], style.SMALL_SIZE, LIST_INDENT, goes_on=True),
                style.MARGIN_LEFT,
            )
            self.page.y = top
            body = self.place(replace(strip, indent=LIST_INDENT), style.MARGIN_LEFT)
            label = Node(role=Role.LABEL, children=tuple(mark))
            text = Node(role=Role.P, children=tuple(body))
            nodes.append(Node(role=Role.NOTE, id=f"note-{note.id}", children=(label, text)))
        return nodes

    def privacy(self) -> list[Node]:
        """Who processes the signatory's data, and why."""
        self.page.skip(7)
        room = NOTICE_LINES * style.SMALL_LEADING
        title = self.heading(Role.H2, wording.PRIVACY_HEADING, style.SMALL_SIZE, room)
        width = style.CONTENT_WIDTH
        notice = self.slot(SlotKind.NOTICE, style.MARGIN_LEFT, width, room, style.SMALL_SIZE)
        return [title, Node(role=Role.P, children=(notice,))]


# -- pure pieces ----------------------------------------------------------------------------------


def _strip(
    runs: Sequence[Run],
    size: float,
    width: float,
    *,
    role: Role | None = None,
    goes_on: bool = False,
) -> _Strip:
    leading = size * style.BODY_LEADING / style.BODY_SIZE
    lines = wrap(runs, size, width, goes_on=goes_on)
    return _Strip(lines=lines, size=size, leading=leading, indent=0.0, role=role)


def _placed(line: Line, page: int, x: float, baseline: float, size: float) -> Iterable[Text]:
    for piece in line:
        yield Text(
            page=page,
            x=round(x + piece.offset, 3),
            baseline=round(baseline, 3),
            text=piece.run.text,
            face=piece.run.face,
            size=size,
            ink=piece.run.ink,
        )


def _text(page: int, x: float, baseline: float, text: str) -> Text:
    return Text(
        page=page,
        x=x,
        baseline=baseline,
        text=text,
        face=Face.REGULAR,
        size=style.BODY_SIZE,
        ink=Ink.TEXT,
    )


def _list_item(label: Sequence[Node | Leaf], body: Sequence[Node | Leaf]) -> Node:
    return Node(
        role=Role.ITEM,
        children=(
            Node(role=Role.LABEL, children=tuple(label)),
            Node(role=Role.BODY, children=tuple(body)),
        ),
    )


def _with_more_body(item: Node, more: Sequence[Node | Leaf]) -> Node:
    """Give a list item whose body goes on with `more`: a bullet's own link."""
    label, body = item.children
    assert isinstance(body, Node)
    return replace(item, children=(label, replace(body, children=(*body.children, *more))))


def _emphasised(point: Point) -> list[Run]:
    """Give the point's text with what its author set in italics."""
    runs = [Run(french(point.text))]
    for part in point.emphasis:
        wanted = french(part)
        for position, run in enumerate(runs):
            before, found, after = run.text.partition(wanted)
            if found and run.face is Face.REGULAR:
                runs[position : position + 1] = [Run(before), Run(found, Face.ITALIC), Run(after)]
                break
    return runs


def _rounded(rect: Rect) -> Rect:
    """Give a rectangle whose numbers read the same in every writer: hundredths of a point."""
    return Rect(round(rect.x0, 2), round(rect.y0, 2), round(rect.x1, 2), round(rect.y1, 2))


def _furniture(
    catalog: Catalog, questionnaire: Questionnaire, page_count: int
) -> Iterable[Artifact]:
    """Heads, feet and codes of all pages."""
    for page in range(page_count):
        yield from _codes(page)
        yield from _head(questionnaire, page)
        yield from _foot(catalog, questionnaire, page, page_count)


def _codes(page: int) -> Iterable[CodePlace]:
    near, side = style.CODE_INSET, style.CODE_SIDE
    right, top = style.PAGE_WIDTH - near - side, style.PAGE_HEIGHT - near - side
    corners = {
        Corner.TOP_LEFT: (near, top),
        Corner.TOP_RIGHT: (right, top),
        Corner.BOTTOM_LEFT: (near, near),
        Corner.BOTTOM_RIGHT: (right, near),
    }
    for corner, (x, y) in corners.items():
        yield CodePlace(page=page, corner=corner, rect=Rect(x, y, x + side, y + side))


def _band_text(page: int, baseline: float, text: str, face: Face, ink: Ink) -> Text:
    return Text(
        page=page,
        x=style.BAND_LEFT,
        baseline=baseline,
        text=text,
        face=face,
        size=style.BAND_SIZE,
        ink=ink,
    )


def _head(questionnaire: Questionnaire, page: int) -> Iterable[Artifact]:
    top = style.PAGE_HEIGHT - style.CODE_INSET
    title = fit(
        [[Run(french(wording.full_title(questionnaire)), Face.SEMIBOLD)]],
        style.BAND_SIZE,
        style.BAND_RIGHT - style.BAND_LEFT,
        style.BAND_SIZE * 1.25,
    )
    line = "".join(piece.run.text for piece in title.lines[0])
    yield replace(_band_text(page, top - 14, line, Face.SEMIBOLD, Ink.ACCENT), size=title.size)
    hint = french(wording.MARKING_HINT)
    yield _band_text(page, top - 28, f"{hint} ", Face.REGULAR, Ink.MUTED)
    x = style.BAND_LEFT + text_width(f"{hint} ", Face.REGULAR, style.BAND_SIZE) + 3
    for kind in ("filled", "cross"):
        rect = Rect(x, top - 29, x + 8, top - 21)
        yield Mark(page=page, rect=rect, kind=kind)
        x += 12


def _foot(
    catalog: Catalog, questionnaire: Questionnaire, page: int, page_count: int
) -> Iterable[Artifact]:
    """Form id, page, catalog and disclaimer, between the codes."""
    bottom = style.CODE_INSET
    first = bottom + style.CODE_SIDE - 9
    yield Slot(
        kind=SlotKind.FORM_ID,
        page=page,
        rect=Rect(style.BAND_LEFT, first - 2.5, style.BAND_LEFT + 110, first + 9.5),
        size=style.BODY_SIZE,
        ink=Ink.TEXT,
    )
    facts = f"{questionnaire.id} · {catalog.id} · version {catalog.version}"
    yield replace(_band_text(page, first, facts, Face.REGULAR, Ink.MUTED), x=style.BAND_LEFT + 116)
    number = french(f"page {page + 1} / {page_count}")
    width = text_width(number, Face.SEMIBOLD, style.BODY_SIZE)
    yield replace(
        _band_text(page, first, number, Face.SEMIBOLD, Ink.TEXT),
        x=style.BAND_RIGHT - width,
        size=style.BODY_SIZE,
    )
    room = style.CODE_SIDE - 13
    notice = fit(
        [[Run(french(catalog.disclaimer))]],
        style.FOOT_SIZE,
        style.BAND_RIGHT - style.BAND_LEFT,
        room,
    )
    lines = balanced(
        [Run(french(catalog.disclaimer))], notice.size, style.BAND_RIGHT - style.BAND_LEFT
    )
    for position, line in enumerate(lines):
        baseline = first - 12 - position * notice.leading
        text = "".join(piece.run.text for piece in line)
        yield replace(_band_text(page, baseline, text, Face.REGULAR, Ink.MUTED), size=notice.size)
