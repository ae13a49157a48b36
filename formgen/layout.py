"""The layout of a form as one value: what stands where, in reading order. Values only.

Drawing, fields, the structure that screen readers follow, the reading of marks on paper and the
check that nobody altered the questions all follow from this one value. `formgen.compose` makes it;
`formgen.editions` keeps the layouts of forms already sent.

Coordinates are PDF points, origin at the lower left of the page; pages count from 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from formgen.catalog import Answer
from formgen.naming import TextPart
from formgen.style import Face, Ink

LAYOUT_EDITION = 1
"""Counts the ways in which this software has laid forms out. A change that moves a box, a field or
a line of a form that may already have been sent needs the next number, and the old layouts kept
(see `formgen.editions`)."""


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle on a page, in points."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Width in points."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Height in points."""
        return self.y1 - self.y0


class Role(StrEnum):
    """What a part of the form is to a screen reader; the value is its PDF structure type."""

    DOCUMENT = "Document"
    SECTION = "Sect"
    H1 = "H1"
    H2 = "H2"
    H3 = "H3"
    P = "P"
    TABLE = "Table"
    THEAD = "THead"
    TBODY = "TBody"
    TR = "TR"
    TH = "TH"
    TD = "TD"
    LIST = "L"
    ITEM = "LI"
    LABEL = "Lbl"
    BODY = "LBody"
    LINK = "Link"
    FORM = "Form"
    NOTE = "Note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One run of text on one line."""

    page: int
    x: float
    baseline: float
    text: str
    face: Face
    size: float
    ink: Ink


class SlotKind(StrEnum):
    """What differs from one issued form to the next, apart from field values."""

    PRACTICE = "practice"
    """Who asks."""
    ADDRESSEE = "addressee"
    """Who is asked."""
    RETURN = "return"
    """Where to send the answers, and by when."""
    NOTICE = "notice"
    """The data-protection notice, which names who asks."""
    FORM_ID = "form-id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Room for a text that is known only when the form is issued."""

    kind: SlotKind
    page: int
    rect: Rect
    size: float
    ink: Ink


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxPlace:
    """One box to tick."""

    point_id: str
    answer: Answer
    page: int
    rect: Rect
    """Its outline's centre line, and the field's rectangle."""
    question: str
    """Tooltip of the whole group."""
    tooltip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPlace:
    """One text field."""

    part: TextPart
    page: int
    rect: Rect
    tooltip: str
    multiline: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturePlace:
    """The signature field."""

    page: int
    rect: Rect
    tooltip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPlace:
    """The clickable area of a link on one line."""

    page: int
    rect: Rect
    url: str
    tooltip: str


Leaf = Text | Slot | BoxPlace | TextPlace | SignaturePlace | LinkPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of the form with its role; children stand in reading order."""

    role: Role
    children: tuple[Node | Leaf, ...]
    scope: str | None = None
    """`Row` or `Column`, for header cells."""
    column_span: int = 1
    id: str | None = None
    """Unique in the form; for header cells and notes."""
    headers: tuple[str, ...] = ()
    """Ids of the header cells of a data cell."""
    summary: str | None = None
    """What a table holds, for those who cannot see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A straight line."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    ink: Ink


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A filled area behind text."""

    page: int
    rect: Rect
    ink: Ink


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The outline of a box or field in the page itself; it stays when form fields are lost."""

    page: int
    rect: Rect
    width: float
    ink: Ink


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A small drawing that shows how to mark a box: `cross` or `filled`."""

    page: int
    rect: Rect
    kind: str


class Corner(StrEnum):
    """Where a page code stands."""

    TOP_LEFT = "top-left"
    TOP_RIGHT = "top-right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM_RIGHT = "bottom-right"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePlace:
    """A page code: a square symbol, its quiet zone not included."""

    page: int
    corner: Corner
    rect: Rect


Artifact = Text | Slot | Rule | Panel | Frame | Mark | CodePlace
"""What is drawn and says nothing: page heads and feet, lines, outlines, codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """An entry of the outline."""

    title: str
    level: int
    """1 for the form, 2 for its sections."""
    page: int
    top: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLayout:
    """A whole form."""

    catalog_id: str
    catalog_version: str
    questionnaire_id: str
    edition: int
    title: str
    page_count: int
    page_width: float
    page_height: float
    root: Node
    artifacts: tuple[Artifact, ...]
    bookmarks: tuple[Bookmark, ...]

    def leaves(self) -> Iterator[Leaf]:
        """Give all leaves in reading order."""
        stack: list[Node | Leaf] = [self.root]
        while stack:
            current = stack.pop()
            if isinstance(current, Node):
                stack.extend(reversed(current.children))
            else:
                yield current

    @property
    def boxes(self) -> tuple[BoxPlace, ...]:
        """All boxes in reading order."""
        return tuple(leaf for leaf in self.leaves() if isinstance(leaf, BoxPlace))

    @property
    def text_places(self) -> tuple[TextPlace, ...]:
        """All text fields in reading order."""
        return tuple(leaf for leaf in self.leaves() if isinstance(leaf, TextPlace))

    @property
    def signature_place(self) -> SignaturePlace:
        """The signature field."""
        return next(leaf for leaf in self.leaves() if isinstance(leaf, SignaturePlace))
