"""Put the fixed objects of a form together: pages, structure, fields, metadata. PDF objects only.

The objects that differ between issued forms have the lowest numbers and the last places in the
file; here they are only referred to. `formgen.pdf` makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from formgen import __version__
from formgen.catalog import Catalog, Questionnaire
from formgen.drawing import draw
from formgen.fieldlook import box_off, box_on, default_appearance, empty
from formgen.fonts import FONT_FOLDER
from formgen.formfont import add_form_font
from formgen.layout import (
    Bookmark,
    BoxPlace,
    FormLayout,
    Leaf,
    LinkPlace,
    Node,
    Rect,
    Role,
    SignaturePlace,
    Slot,
    Text,
    TextPlace,
)
from formgen.naming import (
    OFF_STATE,
    STATE_OF_ANSWER,
    TextPart,
    box_name,
    signature_field_name,
    text_field_name,
)
from formgen.pdfsyntax import (
    Name,
    ObjectTable,
    Ref,
    Value,
    deflated,
    indirect,
    xref_entry,
)
from formgen.standard import Standard
from formgen.structure import (
    AnnotationKid,
    ContentKid,
    Element,
    ElementKid,
    PlacedSlot,
    structure_of,
)

PRODUCER = f"formgen {__version__}"
PIECE_NAME = "formgen"
"""Key of our data in each page's /PieceInfo (ISO 32000-1, 14.5), which most merging tools keep."""

PREFILLED = (TextPart.COMPANY, TextPart.SERVICE)
"""Fields that an issued form may bring filled in."""

_HEADERS = {
    Standard.UA1_A2A: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    Standard.UA2_A4: b"%PDF-2.0\n%\xe2\xe3\xcf\xd3\n",
}
_PDF_2_TYPES: dict[str, Value] = {"Type": Name("Namespace"), "NS": "http://iso.org/pdf2/ssn"}
"""Where PDF 2.0 defines its structure types (ISO 32000-2, 14.8.6)."""
_FOOTNOTE = Name("FENote")
"""What PDF 2.0 has instead of `Note`."""
_RADIO = 1 << 15
_MULTILINE = 1 << 12
_PRINT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableObjects:
    """Numbers of the objects that each issued form brings: from 1 on."""

    pages: tuple[Ref, ...]
    """Variable content of each page."""
    identity: Ref
    metadata: Ref
    fields: Mapping[TextPart, Ref]
    looks: Mapping[TextPart, Ref]
    """Appearance streams of `fields`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """The fixed objects as bytes, and what is needed to add the variable ones."""

    head: bytes
    fixed_entries: bytes
    fixed_count: int
    variable: VariableObjects
    root: Ref
    info: Ref | None
    """None where the standard forbids an information dictionary."""
    text_entries: Mapping[TextPart, Mapping[str, Value]]
    slots: tuple[tuple[PlacedSlot, ...], ...]
    font_resources: Value


def assemble(
    catalog: Catalog, questionnaire: Questionnaire, layout: FormLayout, standard: Standard
) -> Assembled:
    """Make all fixed objects of a questionnaire's form."""
    return _Assembler(catalog, questionnaire, layout, standard).assembled()


class _Assembler:
    """The object table being filled, and the numbers that objects know each other by."""

    def __init__(
        self,
        catalog: Catalog,
        questionnaire: Questionnaire,
        layout: FormLayout,
        standard: Standard,
    ) -> None:
        self.catalog = catalog
        self.questionnaire = questionnaire
        self.layout = layout
        self.header = _HEADERS[standard]
        self.pdf_2 = standard is Standard.UA2_A4
        self.structure = structure_of(layout, standard)
        self.table = ObjectTable()
        reserve = self.table.reserve
        self.variable = VariableObjects(
            pages=tuple(reserve() for _ in range(layout.page_count)),
            identity=reserve(),
            metadata=reserve(),
            fields={part: reserve() for part in PREFILLED},
            looks={part: reserve() for part in PREFILLED},
        )
        self.variable_count = len(self.table.objects)
        self.pages = [reserve() for _ in range(layout.page_count)]
        self.elements = [reserve() for _ in self.structure.elements]
        self.scopes = {
            scope: self.table.add({"O": Name("Table"), "Scope": Name(scope)})
            for scope in ("Row", "Column")
        }
        """Attributes that all header cells of a kind share."""
        self.annotations: list[Ref] = []
        self.fields: list[Value] = []
        self.text_entries: dict[TextPart, dict[str, Value]] = {}
        self.font_resources: Value = {"Font": add_form_font(self.table)}

    def assembled(self) -> Assembled:
        """Make everything, in an order that puts what readers need first close together."""
        self.add_annotations()
        tree = self.add_structure_tree()
        page_tree = self.add_pages()
        # PDF/A-4 (6.1.3) forbids the information dictionary: the metadata stream says it all.
        info = None if self.pdf_2 else self.table.add(self.info())
        root = self.table.add(self.root(page_tree, tree))
        head, entries = self.fixed_part()
        return Assembled(
            head=head,
            fixed_entries=b"".join(entries),
            fixed_count=len(entries),
            variable=self.variable,
            root=root,
            info=info,
            text_entries=self.text_entries,
            slots=self.slots(),
            font_resources=self.font_resources,
        )

    def fixed_part(self) -> tuple[bytes, list[bytes]]:
        """Give the file up to the variable objects, and the fixed objects' xref entries."""
        head = bytearray(self.header)
        entries = []
        for number, body in list(enumerate(self.table.objects, 1))[self.variable_count :]:
            assert body is not None, f"object {number} was reserved and never set"
            entries.append(xref_entry(len(head)))
            head += indirect(number, body)
        return bytes(head), entries

    # -- fields -------------------------------------------------------------------------------

    def add_annotations(self) -> None:
        """Make all annotations in reading order; each radio field when its first box comes."""
        off, on = self.table.add(box_off()), self.table.add(box_on())
        looks = {
            answer: self.table.add({"N": {state: on, OFF_STATE: off}})
            for answer, state in STATE_OF_ANSWER.items()
        }
        mark = self.table.add({"CA": "8", "BC": [0]})
        shared: dict[str, Value] = {"MK": mark}
        groups: dict[str, tuple[Ref, list[Value], BoxPlace]] = {}
        for number, leaf in enumerate(self.structure.annotations):
            common = self.common_entries(number, leaf)
            match leaf:
                case BoxPlace():
                    if leaf.point_id not in groups:
                        field = self.table.reserve()
                        groups[leaf.point_id] = (field, [], leaf)
                        self.fields.append(field)
                    field, kids, _ = groups[leaf.point_id]
                    own: dict[str, Value] = {
                        "Parent": field,
                        "NM": box_name(leaf.point_id, leaf.answer),
                        "TU": leaf.tooltip,
                        **shared,
                        "AP": looks[leaf.answer],
                        "AS": Name(OFF_STATE),
                    }
                    ref = self.table.add({**common, **own})
                    kids.append(ref)
                case TextPlace():
                    ref = self.text_field(leaf, common)
                case SignaturePlace():
                    ref = self.signature_field(leaf, common)
                case LinkPlace():
                    ref = self.table.add({**common, **_link_entries(leaf)})
            self.annotations.append(ref)
        for point_id, (field, kids, first) in groups.items():
            self.table.set(field, _radio_entries(point_id, first.question, kids))

    def common_entries(
        self, number: int, leaf: BoxPlace | TextPlace | SignaturePlace | LinkPlace
    ) -> dict[str, Value]:
        entries: dict[str, Value] = {
            "Type": Name("Annot"),
            "Subtype": Name("Link" if isinstance(leaf, LinkPlace) else "Widget"),
            "P": self.pages[leaf.page],
            "Rect": _corners(leaf.rect),
            "F": _PRINT,
            "StructParent": self.layout.page_count + number,
        }
        if self.pdf_2 or isinstance(leaf, LinkPlace):
            entries["Contents"] = leaf.tooltip
        return entries

    def text_field(self, place: TextPlace, common: dict[str, Value]) -> Ref:
        entries: dict[str, Value] = {
            **common,
            "FT": Name("Tx"),
            "T": text_field_name(self.questionnaire.id, place.part),
            "TU": place.tooltip,
            "DA": default_appearance(),
        }
        if place.multiline:
            entries["Ff"] = _MULTILINE
        if place.part in PREFILLED:
            entries["AP"] = {"N": self.variable.looks[place.part]}
            self.text_entries[place.part] = entries
            ref = self.variable.fields[place.part]
        else:
            entries["AP"] = {"N": self.table.add(empty(place.rect))}
            ref = self.table.add(entries)
        self.fields.append(ref)
        return ref

    def signature_field(self, place: SignaturePlace, common: dict[str, Value]) -> Ref:
        ref = self.table.add(
            {
                **common,
                "FT": Name("Sig"),
                "T": signature_field_name(self.questionnaire.id),
                "TU": place.tooltip,
                "AP": {"N": self.table.add(empty(place.rect))},
            }
        )
        self.fields.append(ref)
        return ref

    # -- structure ----------------------------------------------------------------------------

    def add_structure_tree(self) -> Ref:
        """Make all structure elements and the tree's root."""
        root = self.table.reserve()
        namespace = self.table.add(_PDF_2_TYPES) if self.pdf_2 else None
        references = self.note_references() if self.pdf_2 else {}
        for number, element in enumerate(self.structure.elements):
            entries = self.element_entries(element, root)
            if namespace:
                entries["NS"] = namespace
            if number in references:
                entries["Ref"] = references[number]
            self.table.set(self.elements[number], entries)
        by_page: list[list[Value]] = [[] for _ in self.pages]
        for content in self.structure.contents:
            by_page[content.page].append(self.elements[content.element])
        numbers: list[Value] = []
        for page, owners in enumerate(by_page):
            numbers += [page, self.table.add(owners)]
        for number, owner in enumerate(self.structure.annotation_owner):
            numbers += [self.layout.page_count + number, self.elements[owner]]
        identified = sorted(
            (element.node.id, self.elements[number])
            for number, element in enumerate(self.structure.elements)
            if element.node.role is Role.NOTE and element.node.id
        )
        tree: dict[str, Value] = {
            "Type": Name("StructTreeRoot"),
            "K": [self.elements[0]],
            "ParentTree": self.table.add({"Nums": numbers}),
            "ParentTreeNextKey": self.layout.page_count + len(self.annotations),
        }
        if namespace:
            tree["Namespaces"] = [namespace]
        if identified:
            names = [part for pair in identified for part in pair]
            tree["IDTree"] = self.table.add({"Names": names})
        return self.table.set(root, tree)

    def element_entries(self, element: Element, root: Ref) -> dict[str, Value]:
        node = element.node
        page = next((kid.page for kid in element.kids if isinstance(kid, ContentKid)), None)
        kids = [self.kid(kid, page) for kid in element.kids]
        entries: dict[str, Value] = {
            "S": _FOOTNOTE if self.pdf_2 and node.role is Role.NOTE else Name(node.role),
            "P": root if element.parent is None else self.elements[element.parent],
            "K": kids[0] if len(kids) == 1 else kids,
        }
        if page is not None:
            entries["Pg"] = self.pages[page]
        if node.role is Role.NOTE and node.id:
            entries["ID"] = node.id
        if attributes := self.attributes(node):
            entries["A"] = attributes
        return entries

    def attributes(self, node: Node) -> Value:
        """Give what the standards ask to be said of an element; empty for most."""
        match node.role:
            case Role.TABLE if node.summary:
                return {"O": Name("Table"), "Summary": node.summary}
            case Role.TH if node.scope:
                return self.scopes[node.scope]
            case Role.TD if node.column_span > 1:
                return {"O": Name("Table"), "ColSpan": node.column_span}
            case Role.LIST:
                return {"O": Name("List"), "ListNumbering": Name(_numbering(node))}
            case Role.NOTE if self.pdf_2:
                return {"O": _FOOTNOTE, "NoteType": Name("Footnote")}
            case _:
                return {}

    def note_references(self) -> dict[int, list[Value]]:
        """Give the references between footnotes and the header cells of points that call them.

        PDF/UA-2 (8.2.5.14) wants them both ways.
        """
        number_of = {
            element.node.id: number
            for number, element in enumerate(self.structure.elements)
            if element.node.id
        }
        references: dict[int, list[Value]] = {}
        for point in self.questionnaire.points:
            for call in point.footnotes:
                caller, note = number_of[point.id], number_of[f"note-{call.note}"]
                references.setdefault(caller, []).append(self.elements[note])
                references.setdefault(note, []).append(self.elements[caller])
        return references

    def kid(self, kid: ContentKid | ElementKid | AnnotationKid, page: int | None) -> Value:
        """Give an element's kid; content of another page than the element's names its page."""
        match kid:
            case ElementKid():
                return self.elements[kid.element]
            case AnnotationKid():
                leaf = self.structure.annotations[kid.annotation]
                return {
                    "Type": Name("OBJR"),
                    "Obj": self.annotations[kid.annotation],
                    "Pg": self.pages[leaf.page],
                }
            case ContentKid():
                if kid.page == page:
                    return kid.mcid
                return {"Type": Name("MCR"), "Pg": self.pages[kid.page], "MCID": kid.mcid}

    # -- pages and document -------------------------------------------------------------------

    def add_pages(self) -> Ref:
        """Make the pages and their tree."""
        drawn = draw(self.layout, self.structure, self.table)
        form_fonts = self.font_resources["Font"] if isinstance(self.font_resources, Mapping) else {}
        assert isinstance(form_fonts, Mapping)
        resources = self.table.add({"Font": {**drawn.fonts, **form_fonts}})
        page_tree = self.table.reserve()
        stamp = f"D:{self.catalog.date.replace('-', '')}000000Z"
        for page, ref in enumerate(self.pages):
            annotations = [
                self.annotations[number]
                for number, leaf in enumerate(self.structure.annotations)
                if leaf.page == page
            ]
            private: dict[str, Value] = {"Form": self.variable.identity, "Page": page + 1}
            entries: dict[str, Value] = {
                "Type": Name("Page"),
                "Parent": page_tree,
                "MediaBox": [0, 0, self.layout.page_width, self.layout.page_height],
                "Resources": resources,
                "Contents": [
                    self.table.add(deflated(drawn.contents[page])),
                    self.variable.pages[page],
                ],
                "Annots": annotations,
                "Tabs": Name("S"),
                "StructParents": page,
                "LastModified": stamp,
                "PieceInfo": {PIECE_NAME: {"LastModified": stamp, "Private": private}},
            }
            self.table.set(ref, entries)
        return self.table.set(
            page_tree, {"Type": Name("Pages"), "Kids": list(self.pages), "Count": len(self.pages)}
        )

    def root(self, page_tree: Ref, structure_tree: Ref) -> dict[str, Value]:
        profile = (FONT_FOLDER.parent / "icc" / "srgb.icc").read_bytes()
        acroform = self.table.add(
            {
                "Fields": self.fields,
                "DR": self.font_resources,
                "DA": default_appearance(),
                "SigFlags": 1,
            }
        )
        intent: dict[str, Value] = {
            "Type": Name("OutputIntent"),
            "S": Name("GTS_PDFA1"),
            "OutputConditionIdentifier": "sRGB",
            "Info": "sRGB IEC61966-2.1",
            "DestOutputProfile": self.table.add(deflated(profile, {"N": 3})),
        }
        return {
            "Type": Name("Catalog"),
            "Pages": page_tree,
            "Lang": self.catalog.language,
            "MarkInfo": {"Marked": True},
            "ViewerPreferences": {"DisplayDocTitle": True},
            "Metadata": self.variable.metadata,
            "StructTreeRoot": structure_tree,
            "AcroForm": acroform,
            "Outlines": self.outlines(),
            "OutputIntents": [intent],
        }

    def info(self) -> dict[str, Value]:
        stamp = f"D:{self.catalog.date.replace('-', '')}000000Z"
        return {
            "Title": self.layout.title,
            "Creator": PRODUCER,
            "Producer": PRODUCER,
            "CreationDate": stamp,
            "ModDate": stamp,
        }

    def outlines(self) -> Ref:
        """Make the bookmarks: the form, and its sections below it."""
        root = self.table.reserve()
        first, *rest = zip(self.layout.bookmarks, self.headings(), strict=True)
        top = self.table.reserve()
        kids = [self.table.reserve() for _ in rest]
        for number, (bookmark, heading) in enumerate(rest):
            entries: dict[str, Value] = {
                "Title": bookmark.title,
                "Parent": top,
                **self.destination(bookmark, heading),
            }
            if number:
                entries["Prev"] = kids[number - 1]
            if number + 1 < len(kids):
                entries["Next"] = kids[number + 1]
            self.table.set(kids[number], entries)
        head: dict[str, Value] = {
            "Title": first[0].title,
            "Parent": root,
            **self.destination(*first),
        }
        if kids:
            head |= {"First": kids[0], "Last": kids[-1], "Count": len(kids)}
        self.table.set(top, head)
        count = 1 + len(kids)
        return self.table.set(
            root, {"Type": Name("Outlines"), "First": top, "Last": top, "Count": count}
        )

    def headings(self) -> list[Ref]:
        """Give the elements that bookmarks lead to, in order."""
        return [
            self.elements[number]
            for number, element in enumerate(self.structure.elements)
            if element.node.role in (Role.H1, Role.H2)
        ]

    def destination(self, bookmark: Bookmark, heading: Ref) -> dict[str, Value]:
        """Give where a bookmark leads; PDF/UA-2 (8.8) wants the element beside the place."""
        there: list[Value] = [Name("XYZ"), None, bookmark.top, None]
        page: list[Value] = [self.pages[bookmark.page], *there]
        if not self.pdf_2:
            return {"Dest": page}
        return {"A": {"S": Name("GoTo"), "D": page, "SD": [heading, *there]}}

    def slots(self) -> tuple[tuple[PlacedSlot, ...], ...]:
        """Give each page's slots: those in the reading order with their marked content."""
        by_page: list[list[PlacedSlot]] = [[] for _ in self.pages]
        for content in self.structure.contents:
            by_page[content.page] += [
                (leaf, content) for leaf in content.leaves if isinstance(leaf, Slot)
            ]
        for item in self.layout.artifacts:
            if isinstance(item, Slot):
                by_page[item.page].append((item, None))
        return tuple(tuple(slots) for slots in by_page)


def _numbering(list_: Node) -> str:
    """Tell how a list counts, from its first label: screen readers say it."""
    leaf: Node | Leaf = list_
    while isinstance(leaf, Node):
        leaf = leaf.children[0]
    return "Decimal" if isinstance(leaf, Text) and leaf.text[:1].isdigit() else "Disc"


def _corners(rect: Rect) -> Value:
    return [rect.x0, rect.y0, rect.x1, rect.y1]


def _radio_entries(point_id: str, question: str, kids: list[Value]) -> dict[str, Value]:
    """A radio group with nothing chosen. The flag that forbids unticking stays clear."""
    return {
        "FT": Name("Btn"),
        "Ff": _RADIO,
        "T": point_id,
        "TU": question,
        "Kids": kids,
    }


def _link_entries(place: LinkPlace) -> dict[str, Value]:
    return {
        "Border": [0, 0, 0],
        "A": {"S": Name("URI"), "URI": place.url.encode("ascii")},
    }
