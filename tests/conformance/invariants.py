"""What must hold in every form, and no validator looks at: each rule finds its own breaches.

Validators check what a machine can of the standards. They miss, among others, a tooltip that stands
on the group alone, swapped entries of the parent tree, rows in the wrong order, a field font that
is not embedded: found by seeding such faults (see `faults`).
"""

from __future__ import annotations

import itertools
import math
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pikepdf

from formgen.style import RGB, Ink
from tests.conformance.tagged import PAINTING, Element, Held, Marked, TaggedForm

WHITE = (1.0, 1.0, 1.0)
MIN_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3."""
MIN_BOX_SIDE = 12.0
RADIO = 1 << 15
"""The only flag of our groups; the one that forbids unticking (1 << 14) stays clear."""
STATES = {"OUI", "NON", "NA"}
DC = "{http://purl.org/dc/elements/1.1/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


class Rule(StrEnum):
    """One thing that must hold."""

    DOCUMENT = "document"
    TITLE = "title"
    HEADINGS = "headings"
    PARENT_TREE = "parent-tree"
    STRUCTURE_CONTENT = "structure-content"
    ANNOTATIONS = "annotations"
    TAB_ORDER = "tab-order"
    READING_ORDER = "reading-order"
    TOOLTIPS = "tooltips"
    LABELS = "label-in-name"
    NAMES = "field-names"
    STATES = "states"
    NOTHING_CHOSEN = "nothing-chosen"
    BOXES = "boxes"
    FLAGS = "flags"
    FONTS = "fonts"
    TABLES = "tables"
    CONTRAST = "contrast"
    FORBIDDEN = "forbidden"
    IDENTITY = "identity"
    BOOKMARKS = "bookmarks"


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that does not hold, and where."""

    rule: Rule
    found: str


def breaches(data: bytes, *, filled: bool = False) -> list[Breach]:
    """Give all breaches of a form; of one that somebody filled in, answers may be chosen."""
    form = TaggedForm(data)
    return [
        Breach(rule, found)
        for rule, check in CHECKS.items()
        if not (filled and rule is Rule.NOTHING_CHOSEN)
        for found in check(form)
    ]


def contrast(first: tuple[float, ...], second: tuple[float, ...]) -> float:
    """Give the contrast of two colours (WCAG 2.2, relative luminance)."""
    bright, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(ink: tuple[float, ...]) -> float:
    red, green, blue = ink * 3 if len(ink) == 1 else ink
    parts = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def plain(text: Any) -> str:
    """Give a text with plain spaces and apostrophes, for comparison."""
    return " ".join(str(text).replace("’", "'").split())


def _name(annotation_or_field: Any) -> str:
    own = annotation_or_field
    return str(own.get("/T", own.get("/Parent", {}).get("/T", "?")))


# -- document -------------------------------------------------------------------------------------


def _document(form: TaggedForm) -> Iterator[str]:
    root = form.root
    if not str(root.get("/Lang", "")).startswith("fr"):
        yield f"language of the document is {root.get('/Lang')!r}"
    if root.get("/MarkInfo", {}).get("/Marked") is not True:
        yield "not marked as tagged"
    if root.get("/ViewerPreferences", {}).get("/DisplayDocTitle") is not True:
        yield "the title is not displayed"
    for page, operator in form.unmarked:
        yield f"page {page + 1}: {operator} paints outside of marked content"


def _title(form: TaggedForm) -> Iterator[str]:
    packet = ET.fromstring(bytes(form.root["/Metadata"].read_bytes()))
    titles = [part.text or "" for part in packet.iterfind(f".//{DC}title/{RDF}Alt/{RDF}li")]
    shown = {form.text(heading) for heading in form.document.below("H1")}
    if len(titles) != 1 or {plain(titles[0])} != shown:
        yield f"dc:title is {titles}, the heading {shown}"
    info = form.pdf.trailer.get("/Info")
    if info is not None and plain(info.get("/Title", "")) != plain(*titles[:1] or [""]):
        yield f"the title in /Info is {info.get('/Title')!r}"


def _headings(form: TaggedForm) -> Iterator[str]:
    levels = [e for e in form.elements if re.fullmatch(r"H[1-6]", e.role)]
    if [e.role for e in levels].count("H1") != 1:
        yield "there is not exactly one H1"
    for before, after in itertools.pairwise(levels):
        if int(after.role[1]) > int(before.role[1]) + 1:
            yield f"{after.role} « {form.text(after)} » follows {before.role}"
    for element in levels:
        if not form.text(element):
            yield f"{element.role} is empty"


def _bookmarks(form: TaggedForm) -> Iterator[str]:
    with form.pdf.open_outline() as outline:
        tops = list(outline.root)
    listed = [plain(item.title) for top in tops for item in (top, *top.children)]
    headings = [form.text(e) for e in form.elements if e.role in ("H1", "H2")]
    if listed != headings:
        yield f"bookmarks are {listed}, headings {headings}"


def _identity(form: TaggedForm) -> Iterator[str]:
    ids = set()
    for number, page in enumerate(form.pdf.pages):
        private = page.get("/PieceInfo", {}).get("/formgen", {}).get("/Private", {})
        if private.get("/Page") != number + 1 or "/Form" not in private:
            yield f"page {number + 1} does not say which page of which form it is"
            continue
        ids.add(str(private["/Form"]["/FormId"]))
        if str(private["/Form"]["/FormId"])[:4] not in "".join(
            content.text for content in form.contents if content.page == number
        ):
            yield f"page {number + 1} does not show its form id"
    if len(ids) != 1:
        yield f"form ids on pages: {sorted(ids)}"
    packet = bytes(form.root["/Metadata"].read_bytes()).decode()
    if any(one not in packet for one in ids):
        yield "the metadata lack the form id"


def _forbidden(form: TaggedForm) -> Iterator[str]:
    if form.pdf.is_encrypted:
        yield "encrypted"
    for thing in form.pdf.objects:
        if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            continue
        for key in ("/JS", "/AA", "/OpenAction", "/XFA", "/NeedAppearances", "/EF"):
            if thing.get(key, False) is not False:
                yield f"{key} in object {thing.objgen[0]}"
        actions = [thing, thing.get("/A")]
        for action in actions:
            if isinstance(action, pikepdf.Dictionary) and action.get("/S") in (
                "/JavaScript", "/Launch", "/SubmitForm", "/ImportData",
            ):  # fmt: skip
                yield f"{action['/S']} in object {thing.objgen[0]}"


# -- structure ------------------------------------------------------------------------------------


def _structure_content(form: TaggedForm) -> Iterator[str]:
    """Structure tree and page content name each other, once each."""
    owned = Counter(
        (part.page, part.mcid) for part in form.document.walk() if isinstance(part, Marked)
    )
    shown = Counter((c.page, c.mcid) for c in form.contents if c.mcid is not None)
    for key in sorted((owned | shown).keys()):
        if owned[key] != 1 or shown[key] != 1:
            yield f"content {key} is owned {owned[key]} times and shown {shown[key]} times"
    for element in form.elements:
        parent = element.parent
        claimed = element.entries["/P"].objgen
        if claimed != (parent.key if parent else form.root["/StructTreeRoot"].objgen):
            yield f"{element.role} {element.key[0]} names another parent than it has"
        for part in element.kids:
            content = isinstance(part, Marked) and form.content_of.get((part.page, part.mcid))
            if content and content.tag != element.role:
                yield f"content of {element.role} is marked as {content.tag}"


def _parent_tree(form: TaggedForm) -> Iterator[str]:
    """The parent tree leads from each content and annotation to the element that owns it."""
    tree = form.root["/StructTreeRoot"]
    if form.parent_tree and int(tree.get("/ParentTreeNextKey", -1)) <= max(form.parent_tree):
        yield "/ParentTreeNextKey is in use"
    for number, page in enumerate(form.pdf.pages):
        owners = form.parent_tree.get(int(page.get("/StructParents", -1)))
        if not isinstance(owners, pikepdf.Array):
            yield f"page {number + 1} has no owners in the parent tree"
    pages = [form.parent_tree.get(int(p.get("/StructParents", -1)), []) for p in form.pdf.pages]
    for element in form.elements:
        for part in element.kids:
            if isinstance(part, Marked):
                owners = list(pages[part.page])
                if not part.mcid < len(owners) or owners[part.mcid].objgen != element.key:
                    yield f"content {part.mcid} of page {part.page + 1} leads elsewhere"
            elif isinstance(part, Held):
                annotation = form.annotation_of.get(part.key)
                key = annotation and annotation.entries.get("/StructParent")
                owner = form.parent_tree.get(int(key)) if key is not None else None
                if owner is None or owner.objgen != element.key:
                    yield f"annotation {part.key[0]} leads elsewhere"


def _annotations(form: TaggedForm) -> Iterator[str]:
    """Each annotation stands in the structure once, in an element of its kind."""
    holders: dict[tuple[int, int], list[Element]] = {}
    for element in form.elements:
        for part in element.kids:
            if isinstance(part, Held):
                holders.setdefault(part.key, []).append(element)
    for annotation in form.annotations:
        found = holders.pop(annotation.key, [])
        wanted = "Link" if annotation.entries["/Subtype"] == "/Link" else "Form"
        if [element.role for element in found] != [wanted]:
            yield f"{_name(annotation.entries)} {annotation.key[0]} stands in {found}"
        if wanted == "Link" and not annotation.entries.get("/Contents"):
            yield f"link {annotation.key[0]} says nothing"
        if wanted == "Link" and not all(form.text(element) for element in found):
            yield f"link {annotation.key[0]} has no words"
    for key in holders:
        yield f"the structure holds annotation {key[0]}, which no page has"


def _tab_order(form: TaggedForm) -> Iterator[str]:
    held = [part.key for part in form.document.walk() if isinstance(part, Held)]
    for number, page in enumerate(form.pdf.pages):
        listed = [a.key for a in form.annotations if a.page == number]
        if listed and page.get("/Tabs") != "/S":
            yield f"page {number + 1}: tab order is not that of the structure"
        if listed != [key for key in held if key in set(listed)]:
            yield f"page {number + 1}: /Annots are not in the structure's order"


def _reading_order(form: TaggedForm) -> Iterator[str]:
    """Blocks of the page are read downwards, cells and fields of a line to the right."""
    last = (0, -math.inf)
    for block in _blocks(form.document):
        places = [p for part in block.walk() if isinstance(part, Marked) if (p := form.place(part))]
        places = places or [p for part in block.walk() if isinstance(part, Held)
                            if (p := form.place(part))]  # fmt: skip
        if not places:
            yield f"{block.role} {block.key[0]} shows nothing"
            continue
        here = (places[0][0], -places[0][2])
        if here < (last[0], last[1] - 1):
            yield f"{block.role} « {form.text(block)[:40]} » stands above what is read before it"
        last = here
        yield from _line_order(form, block)


def _line_order(form: TaggedForm, block: Element) -> Iterator[str]:
    cells = [kid for kid in block.kids if isinstance(kid, Element)] if block.role == "TR" else []
    starts = [
        next((p for part in cell.walk() if not isinstance(part, Element)
              if (p := form.place(part))), None)
        for cell in cells
    ]  # fmt: skip
    across = [place[1] for place in starts if place]
    if across != sorted(across):
        yield f"cells of « {form.text(block)[:40]} » are not read to the right"
    if block.role != "P":
        return
    fields = [p[1] for part in block.walk() if isinstance(part, Held) if (p := form.place(part))]
    if fields != sorted(fields):
        yield f"fields of « {form.text(block)[:40]} » are not read to the right"


def _blocks(element: Element) -> Iterator[Element]:
    for kid in element.kids:
        if isinstance(kid, Element):
            if kid.role in ("Table", "THead", "TBody", "L", "Sect"):
                yield from _blocks(kid)
            else:
                yield kid


def _tables(form: TaggedForm) -> Iterator[str]:
    for table in form.document.below("Table"):
        if not table.attribute("/Summary"):
            yield "a table has no summary"
        widths = set()
        for row in table.below("TR"):
            cells = [kid for kid in row.kids if isinstance(kid, Element)]
            widths.add(sum(int(cell.attribute("/ColSpan") or 1) for cell in cells))
            for cell in cells:
                if cell.role == "TH" and not form.text(cell):
                    yield "a header cell is empty"
                if cell.role == "TH" and cell.attribute("/Scope") not in ("/Row", "/Column"):
                    yield f"header cell « {form.text(cell)[:40]} » has no scope"
        if len(widths) != 1:
            yield f"rows have {sorted(widths)} columns"


# -- fields ---------------------------------------------------------------------------------------


def _tooltips(form: TaggedForm) -> Iterator[str]:
    """Readers differ: some take the group's tooltip, some the box's, so both must be there."""
    said = [plain(a.entries.get("/TU", "")) for a in form.widgets]
    for annotation, text in zip(form.widgets, said, strict=True):
        if not text:
            yield f"{_name(annotation.entries)}: a box or field has no tooltip of its own"
    for text, times in Counter(said).items():
        if text and times > 1:
            yield f"{times} fields say « {text} »"
    groups = [plain(field.get("/TU", "")) for field in form.fields]
    for field, text in zip(form.fields, groups, strict=True):
        if not text or text == _name(field):
            yield f"{_name(field)} has no tooltip"
    for text, times in Counter(groups).items():
        if text and times > 1:
            yield f"{times} questions say « {text} »"


def _labels(form: TaggedForm) -> Iterator[str]:
    """What is seen beside a field stands in what is said of it (WCAG 2.2, 2.5.3)."""
    for table in form.document.below("Table"):
        heads = [form.text(cell) for cell in table.below("THead")[0].below("TH")]
        for row in table.below("TBody")[0].below("TR"):
            held = [part.key for part in row.walk() if isinstance(part, Held)]
            boxes = [a for key in held if (a := form.annotation_of.get(key)) and a in form.boxes]
            words = form.text(row.below("TH")[0]).split() if boxes else []
            for box, answer in zip(boxes, heads[1:], strict=False):
                group, own = plain(box.field.get("/TU", "")), plain(box.entries.get("/TU", ""))
                if not group.startswith(f"{words[0]} ") or _name(box.entries) != words[0]:
                    yield f"the row « {words[0]} » is said as « {group} »"
                if not own.startswith(group) or answer.lower() not in own[len(group) :].lower():
                    yield f"the box {answer} of {words[0]} is said as « {own} »"
    for element in form.document.below("P"):
        for label, key in _labelled(form, element):
            said = plain(form.annotation_of[key].entries.get("/TU", ""))
            if label and not said.startswith(label):
                yield f"the field « {label} » is said as « {said} »"


def _labelled(form: TaggedForm, paragraph: Element) -> Iterator[tuple[str, tuple[int, int]]]:
    """Give the words before, or inside, each field's element and the field."""
    label = ""
    for kid in paragraph.kids:
        if isinstance(kid, Marked):
            content = form.content_of.get((kid.page, kid.mcid))
            label = plain(content.text if content else "")
        elif isinstance(kid, Element) and kid.role == "Form":
            inside = form.text(kid)
            for part in kid.kids:
                if isinstance(part, Held) and part.key in form.annotation_of:
                    yield (inside or label).rstrip(" :"), part.key
            label = ""


def _names(form: TaggedForm) -> Iterator[str]:
    names = [_name(field) for field in form.fields]
    for name, times in Counter(names).items():
        if times > 1:
            yield f"{times} fields are called {name}"
        if "." in name or name == "?":
            yield f"{name} is no flat name"
    reached = {
        kid.objgen for field in form.fields for kid in field.get("/Kids", pikepdf.Array([field]))
    }
    for annotation in form.widgets:
        if annotation.key not in reached:
            yield f"{_name(annotation.entries)}: no field of the form leads to a box"
    marks = Counter(str(box.entries.get("/NM", "")) for box in form.boxes)
    for name, times in marks.items():
        if times > 1 or not name:
            yield f"{times} boxes are marked « {name} »"


def _states(form: TaggedForm) -> Iterator[str]:
    for field in form.fields:
        if field.get("/FT") == "/Btn" and int(field.get("/Ff", 0)) != RADIO:
            yield f"{_name(field)}: flags are {field.get('/Ff')}"
    for box in form.boxes:
        states = {str(state)[1:] for state in box.entries["/AP"]["/N"]}
        shown = str(box.entries.get("/AS", "/?"))[1:]
        if shown not in states:
            yield f"{_name(box.entries)}: shows {shown}, knows {sorted(states)}"
        own = states - {"Off"}
        mark = f"{_name(box.entries)}:{next(iter(own), '?')}"
        if len(own) != 1 or not own <= STATES or str(box.entries.get("/NM", "")) != mark:
            yield f"{mark} is marked {box.entries.get('/NM')} and knows {sorted(states)}"
    for annotation in form.widgets:
        if "/N" not in annotation.entries.get("/AP", {}):
            yield f"{_name(annotation.entries)} has no appearance"


def _nothing_chosen(form: TaggedForm) -> Iterator[str]:
    for box in form.boxes:
        if box.entries.get("/AS") != "/Off" or box.field.get("/V", "/Off") != "/Off":
            yield f"{_name(box.entries)} is answered already"


def _boxes(form: TaggedForm) -> Iterator[str]:
    """Boxes are large enough, see-through, and outlined in the page itself."""
    for box in form.boxes:
        x0, y0, x1, y1 = box.rect
        if min(x1 - x0, y1 - y0) < MIN_BOX_SIDE:
            yield f"{_name(box.entries)}: a box of {x1 - x0:.1f} by {y1 - y0:.1f} points"
        if "/BG" in box.entries.get("/MK", {}):
            yield f"{_name(box.entries)}: a box has a background"
        for look in box.entries["/AP"]["/N"].values():
            painted = {str(operator) for _, operator in pikepdf.parse_content_stream(look)}
            if painted & (PAINTING - {"S", "s"}):
                yield f"{_name(box.entries)}: a box is filled"
        if not any(
            outline.page == box.page
            and all(abs(a - b) < 0.2 for a, b in zip(outline.rect, box.rect, strict=True))
            for outline in form.outlines
        ):
            yield f"{_name(box.entries)}: a box has no outline in the page"


def _flags(form: TaggedForm) -> Iterator[str]:
    for annotation in form.annotations:
        if int(annotation.entries.get("/F", 0)) != 4:
            yield f"{_name(annotation.entries)}: flags are {annotation.entries.get('/F')}"


def _fonts(form: TaggedForm) -> Iterator[str]:
    """Every font is in the file: those of the pages, and those that people type with."""
    for font in form.pdf.objects:
        if not isinstance(font, pikepdf.Dictionary) or font.get("/Type") != "/Font":
            continue
        if font.get("/Subtype") == "/Type0":
            continue  # its descendant has the file
        if "/FontFile2" not in font.get("/FontDescriptor", {}):
            yield f"{font.get('/BaseFont')} is not embedded"
    offered = form.root["/AcroForm"].get("/DR", {}).get("/Font", {})
    for name, font in offered.items():
        inner = font.get("/DescendantFonts", [font])[0]
        if "/FontFile2" not in inner.get("/FontDescriptor", {}):
            yield f"{name}, for typing, is not embedded"
    for field in (form.root["/AcroForm"], *form.fields):
        words = str(field.get("/DA", "")).split()
        if words and words[0] not in offered:
            yield f"{_name(field)} is typed in {words[0]}, which the form does not have"


def _contrast(form: TaggedForm) -> Iterator[str]:
    used = {ink for content in form.contents for ink in content.inks}
    for ink in sorted(used):
        for ground in (WHITE, RGB[Ink.PANEL]):
            if contrast(ink, ground) < MIN_CONTRAST:
                yield f"ink {ink} on {ground}"
    for outline in form.outlines:
        if contrast(outline.ink, WHITE) < 3:
            yield f"page {outline.page + 1}: an outline is drawn in {outline.ink}"


CHECKS: dict[Rule, Callable[[TaggedForm], Iterator[str]]] = {
    Rule.DOCUMENT: _document,
    Rule.TITLE: _title,
    Rule.HEADINGS: _headings,
    Rule.PARENT_TREE: _parent_tree,
    Rule.STRUCTURE_CONTENT: _structure_content,
    Rule.ANNOTATIONS: _annotations,
    Rule.TAB_ORDER: _tab_order,
    Rule.READING_ORDER: _reading_order,
    Rule.TOOLTIPS: _tooltips,
    Rule.LABELS: _labels,
    Rule.NAMES: _names,
    Rule.STATES: _states,
    Rule.NOTHING_CHOSEN: _nothing_chosen,
    Rule.BOXES: _boxes,
    Rule.FLAGS: _flags,
    Rule.FONTS: _fonts,
    Rule.TABLES: _tables,
    Rule.CONTRAST: _contrast,
    Rule.FORBIDDEN: _forbidden,
    Rule.IDENTITY: _identity,
    Rule.BOOKMARKS: _bookmarks,
}
