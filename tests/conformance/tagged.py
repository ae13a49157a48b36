"""A form as a screen reader and a printer meet it: structure, marked content and fields of its PDF.

Reads with pikepdf and knows nothing of how forms are made, so that it can judge them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

PAINTING = frozenset(
    ("S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "Do", "Tj", "TJ", "'", '"')
)
"""Operators that put something on a page."""


@dataclass(slots=True)
class Content:
    """What one stretch of marked content shows."""

    page: int
    tag: str
    mcid: int | None
    """None for artifacts."""
    text: str = ""
    places: list[tuple[float, float]] = field(default_factory=list)
    """Where each shown text starts: x, baseline."""
    inks: set[tuple[float, ...]] = field(default_factory=set)
    """Colours that text is set in."""


@dataclass(slots=True)
class Outline:
    """A rectangle stroked on a page."""

    page: int
    rect: tuple[float, float, float, float]
    ink: tuple[float, ...]


@dataclass(slots=True)
class Annotation:
    """One annotation of a page."""

    page: int
    key: tuple[int, int]
    """Object and generation number."""
    entries: Any

    @property
    def rect(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top."""
        x0, y0, x1, y1 = (float(value) for value in self.entries["/Rect"])
        return x0, y0, x1, y1

    @property
    def field(self) -> Any:
        """The field it belongs to: its parent's, for the boxes of a group."""
        return self.entries.get("/Parent", self.entries)


@dataclass(slots=True)
class Marked:
    """A structure element's marked content."""

    page: int
    mcid: int


@dataclass(slots=True)
class Held:
    """A structure element's annotation."""

    key: tuple[int, int]


@dataclass(slots=True)
class Element:
    """A structure element."""

    role: str
    key: tuple[int, int]
    entries: Any
    parent: Element | None
    kids: list[Element | Marked | Held] = field(default_factory=list)

    def attribute(self, name: str) -> Any:
        """Value of an attribute, or None."""
        return self.entries.get("/A", {}).get(name)

    def walk(self) -> Iterator[Element | Marked | Held]:
        """Give itself and all below, in reading order."""
        yield self
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.walk()
            else:
                yield kid

    def below(self, role: str) -> list[Element]:
        """Elements of a role below this one."""
        return [part for part in self.walk() if isinstance(part, Element) and part.role == role]


class TaggedForm:
    """All that the checks ask about one file."""

    def __init__(self, data: bytes) -> None:
        self.pdf = pikepdf.open(io.BytesIO(data))
        self.root = self.pdf.Root
        self.page_of = {page.obj.objgen: number for number, page in enumerate(self.pdf.pages)}
        self.contents: list[Content] = []
        self.outlines: list[Outline] = []
        self.unmarked: list[tuple[int, str]] = []
        """Painting outside of any marked content: page, operator."""
        for number, page in enumerate(self.pdf.pages):
            _PageReader(self, number, page).read()
        self.content_of = {(c.page, c.mcid): c for c in self.contents if c.mcid is not None}
        self.annotations = [
            Annotation(number, entries.objgen, entries)
            for number, page in enumerate(self.pdf.pages)
            for entries in page.get("/Annots", [])
        ]
        self.annotation_of = {annotation.key: annotation for annotation in self.annotations}
        tree = self.root["/StructTreeRoot"]
        self.document = self._element(_listed(tree["/K"])[0], None)
        self.elements = [part for part in self.document.walk() if isinstance(part, Element)]
        self.parent_tree = dict(_number_tree(tree["/ParentTree"]))

    def _element(self, entries: Any, parent: Element | None) -> Element:
        role = str(entries["/S"])[1:]
        element = Element(role, entries.objgen, entries, parent)
        own_page = entries.get("/Pg")
        for kid in _listed(entries.get("/K", [])):
            if isinstance(kid, int):
                element.kids.append(Marked(self.page_of[own_page.objgen], kid))
            elif kid.get("/Type") == "/MCR":
                page = kid.get("/Pg", own_page)
                element.kids.append(Marked(self.page_of[page.objgen], int(kid["/MCID"])))
            elif kid.get("/Type") == "/OBJR":
                element.kids.append(Held(kid["/Obj"].objgen))
            else:
                element.kids.append(self._element(kid, element))
        return element

    def text(self, element: Element) -> str:
        """What an element says, spaces made plain."""
        found = [
            content.text
            for part in element.walk()
            if isinstance(part, Marked) and (content := self.content_of.get((part.page, part.mcid)))
        ]
        return " ".join("".join(found).split())

    def place(self, part: Marked | Held) -> tuple[int, float, float] | None:
        """Page, x and top of what an element holds; None where it shows nothing."""
        if isinstance(part, Held):
            annotation = self.annotation_of.get(part.key)
            return annotation and (annotation.page, annotation.rect[0], annotation.rect[3])
        content = self.content_of.get((part.page, part.mcid))
        if content is None or not content.places:
            return None
        return (part.page, *content.places[0])

    @property
    def widgets(self) -> list[Annotation]:
        """Annotations that are fields or boxes of fields, in page order."""
        return [a for a in self.annotations if a.entries.get("/Subtype") == "/Widget"]

    @property
    def boxes(self) -> list[Annotation]:
        """Boxes to tick."""
        return [a for a in self.widgets if a.field.get("/FT") == "/Btn"]

    @property
    def fields(self) -> list[Any]:
        """All fields of the form."""
        return list(self.root["/AcroForm"]["/Fields"])


class _PageReader:
    """Follows one page's content stream as far as text, colour and outlines go."""

    def __init__(self, form: TaggedForm, number: int, page: pikepdf.Page) -> None:
        self.form = form
        self.number = number
        self.page = page
        fonts = page.resources.get("/Font", {})
        self.fonts = {name: _codes(fonts[name]) for name in fonts}
        self.matrix = pikepdf.Matrix()
        self.kept: list[tuple[pikepdf.Matrix, tuple[float, ...], tuple[float, ...]]] = []
        self.fill: tuple[float, ...] = (0.0,)
        self.stroke: tuple[float, ...] = (0.0,)
        self.open: list[Content | None] = []
        self.line = pikepdf.Matrix()
        self.leading = 0.0
        self.font = ""
        self.rects: list[tuple[float, float, float, float]] = []

    def read(self) -> None:
        """Read the page's contents into the form."""
        for operands, operator in pikepdf.parse_content_stream(self.page):
            name = str(operator)
            if name in PAINTING and not any(self.open):
                self.form.unmarked.append((self.number, name))
            self.follow(name, list(operands))

    def follow(self, name: str, operands: list[Any]) -> None:
        match name:
            case "BDC" | "BMC":
                properties = operands[1] if name == "BDC" else {}
                mcid = properties.get("/MCID")
                number = None if mcid is None else int(mcid)
                content = Content(self.number, str(operands[0])[1:], number)
                self.open.append(content)
                self.form.contents.append(content)
            case "EMC":
                self.open.pop()
            case "q":
                self.kept.append((self.matrix, self.fill, self.stroke))
            case "Q":
                self.matrix, self.fill, self.stroke = self.kept.pop()
            case "cm":
                self.matrix = pikepdf.Matrix(*map(float, operands)) @ self.matrix
            case "g" | "rg":
                self.fill = tuple(map(float, operands))
            case "G" | "RG":
                self.stroke = tuple(map(float, operands))
            case "re":
                self.rects.append(self.placed([float(value) for value in operands]))
            case "S" | "B" | "b" | "s":
                self.form.outlines += [Outline(self.number, r, self.stroke) for r in self.rects]
                self.rects = []
            case "f" | "F" | "f*" | "n":
                self.rects = []
            case _:
                self.follow_text(name, operands)

    def follow_text(self, name: str, operands: list[Any]) -> None:
        match name:
            case "BT":
                self.line = pikepdf.Matrix()
            case "Tf":
                self.font = str(operands[0])
            case "TL":
                self.leading = float(operands[0])
            case "Tm":
                self.line = pikepdf.Matrix(*map(float, operands))
            case "Td":
                self.line = self.line.translated(*map(float, operands))
            case "T*":
                self.line = self.line.translated(0, -self.leading)
            case "Tj":
                self.show(bytes(operands[0]))
            case "TJ":
                self.show(b"".join(bytes(p) for p in operands[0] if isinstance(p, pikepdf.String)))

    def placed(self, rect: list[float]) -> tuple[float, float, float, float]:
        x, y, width, height = rect
        x0, y0 = self.matrix.transform((x, y))
        x1, y1 = self.matrix.transform((x + width, y + height))
        return x0, y0, x1, y1

    def show(self, codes: bytes) -> None:
        content = next((c for c in reversed(self.open) if c), None)
        if content is None:
            return
        size, characters = self.fonts[self.font]
        content.text += "".join(
            characters.get(codes[at : at + size], "\ufffd") for at in range(0, len(codes), size)
        )
        matrix = self.line @ self.matrix
        content.places.append((matrix.e, matrix.f))
        content.inks.add(self.fill)


def _codes(font: Any) -> tuple[int, dict[bytes, str]]:
    """Give a font's bytes per code, and what its codes mean."""
    size = 2 if font["/Subtype"] == "/Type0" else 1
    cmap = font["/ToUnicode"].read_bytes() if "/ToUnicode" in font else b""
    pairs = re.findall(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]{4,})>", cmap)
    meaning = {
        bytes.fromhex(code.decode()): bytes.fromhex(target.decode()).decode("utf-16-be")
        for code, target in pairs
        if len(code) == 2 * size
    }
    return size, meaning


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, pikepdf.Array) else [value]


def _number_tree(node: Any) -> Iterator[tuple[int, Any]]:
    numbers = list(node.get("/Nums", []))
    yield from zip(map(int, numbers[::2]), numbers[1::2], strict=True)
    for kid in node.get("/Kids", []):
        yield from _number_tree(kid)
