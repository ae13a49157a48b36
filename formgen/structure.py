"""Number the parts of a layout for tagged PDF: what content and annotations each element owns.

Where the standards want different trees, the difference is made here. Pure: reads a `FormLayout`,
writes no PDF.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from formgen.layout import (
    BoxPlace,
    FormLayout,
    Leaf,
    LinkPlace,
    Node,
    Role,
    SignaturePlace,
    Slot,
    Text,
    TextPlace,
)
from formgen.standard import Standard

Annotated = BoxPlace | TextPlace | SignaturePlace | LinkPlace


@dataclass(frozen=True, slots=True)
class ContentKid:
    """Marked content of a page."""

    page: int
    mcid: int


@dataclass(frozen=True, slots=True)
class ElementKid:
    """A child element."""

    element: int


@dataclass(frozen=True, slots=True)
class AnnotationKid:
    """An annotation (field box, text field, signature, link)."""

    annotation: int


PlacedSlot = tuple[Slot, "MarkedContent | None"]
"""A slot with the marked content it is, or None for one among the artifacts."""

Kid = ContentKid | ElementKid | AnnotationKid


@dataclass(slots=True)
class Element:
    """One structure element, numbered in reading order."""

    node: Node
    parent: int | None
    """None for the root."""
    kids: list[Kid] = field(default_factory=list)


@dataclass(slots=True)
class MarkedContent:
    """Text of one element that stands together on one page. Slots stand alone."""

    page: int
    mcid: int
    role: Role
    element: int
    leaves: list[Text | Slot] = field(default_factory=list)


@dataclass(slots=True)
class Structure:
    """All elements, marked contents and annotations of a form."""

    elements: list[Element] = field(default_factory=list)
    contents: list[MarkedContent] = field(default_factory=list)
    annotations: list[Annotated] = field(default_factory=list)
    annotation_owner: list[int] = field(default_factory=list)
    """Element of each annotation."""

    def contents_of(self, page: int) -> list[MarkedContent]:
        """Marked contents of a page, in order of their MCID."""
        return [content for content in self.contents if content.page == page]


def structure_of(layout: FormLayout, standard: Standard) -> Structure:
    """Number everything in the layout, in reading order."""
    structure = Structure()
    next_mcid = [0] * layout.page_count
    root = _with_labels_inside(layout.root) if standard is Standard.UA2_A4 else layout.root
    _add(structure, root, None, next_mcid)
    return structure


def _with_labels_inside(node: Node) -> Node:
    """Give the tree with each field's label inside its `Form`, as PDF/UA-2 wants it (8.10.2.3).

    In PDF/UA-1 (7.18.4) a `Form` holds nothing but its field, so that the label stands before it.
    """
    children: list[Node | Leaf] = []
    label: list[Text | Slot] = []
    for child in node.children:
        if isinstance(child, Text | Slot):
            label.append(child)
            continue
        inner = _with_labels_inside(child) if isinstance(child, Node) else child
        if isinstance(inner, Node) and inner.role is Role.FORM and label:
            labelled = Node(role=Role.LABEL, children=tuple(label))
            children.append(replace(inner, children=(labelled, *inner.children)))
        else:
            children += [*label, inner]
        label = []
    return replace(node, children=(*children, *label))


def _add(structure: Structure, node: Node, parent: int | None, next_mcid: list[int]) -> int:
    """Number a node and all below it; give its number. Depth is that of the form, below ten."""
    number = len(structure.elements)
    element = Element(node=node, parent=parent)
    structure.elements.append(element)
    current: MarkedContent | None = None
    for child in node.children:
        if isinstance(child, Text | Slot):
            alone = isinstance(child, Slot)
            if current is None or current.page != child.page or alone:
                current = MarkedContent(
                    page=child.page, mcid=next_mcid[child.page], role=node.role, element=number
                )
                next_mcid[child.page] += 1
                structure.contents.append(current)
                element.kids.append(ContentKid(current.page, current.mcid))
            current.leaves.append(child)
            if alone:
                current = None
            continue
        if isinstance(child, Node):
            current = None
            element.kids.append(ElementKid(_add(structure, child, number, next_mcid)))
            continue
        # A link's words stay one marked content over its lines; its areas follow.
        element.kids.append(AnnotationKid(len(structure.annotations)))
        structure.annotations.append(child)
        structure.annotation_owner.append(number)
    return number
