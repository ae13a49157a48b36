"""Tells pages of which the fixed part is known to be the form's, at the cost of a digest.

A page as we send it has two pieces of content. The first is the same on all forms of an edition; it
is known by a digest of it and of all else that decides how it looks: fonts, page boxes, layers. The
second fills slots and draws codes, which `formparse.slots` checks. A digest becomes known by a
record made at release, or when a page of that digest was compared with the form (`prove`).
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

from formgen.fonts import FONT_FOLDER, FORM_FONT_FILE
from formparse.digests import FileDigests, TooFarError
from formparse.objects import Name, Ref, Stream
from formparse.slots import MAX_PIECE_BYTES, SlotCheck

if TYPE_CHECKING:
    from collections.abc import Mapping

    from formgen.layout import FormLayout
    from formparse.intake import Page, ReturnedPdf
    from formparse.objects import Entries, Objects, Value
    from formparse.places import Places

RECORDS = Path(__file__).parent / "known_pages.json"
"""`<catalog>/<version>/<edition>/<questionnaire>` -> digests of its pages, of each standard."""

PIECES = 2

MAX_KEPT = 512
"""Digests kept for one form: one a page for each program that writes files in its own way."""

_PARENTS = 8
"""Levels of the page tree that are looked at for what pages inherit; ours has one."""

_INHERITED = (b"Resources", b"MediaBox", b"CropBox", b"Rotate")

_LOOKLESS = frozenset(
    {
        b"Type", b"Parent", b"Annots", b"Contents", b"PieceInfo", b"LastModified", b"StructParents",
        b"Tabs", b"Metadata", b"ID", b"Thumb", b"B", b"AA", b"Dur", b"Trans",
    }
)  # fmt: skip
"""Entries of a page that do not decide how its content looks; all others are taken to."""

_PLAIN_FLATE = re.compile(
    rb"\s*<<(?:\s*/Length \d{1,9}|\s*/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\]))+\s*>>\s*"
)
"""A stream dictionary that asks for nothing but inflating."""

_T = TypeVar("_T")

Widths = tuple[int, ...]
"""Of the letters of the font that fills slots, by glyph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproved:
    """A page that may be as issued, but is not known to be: what to remember once it is."""

    stored: bytes
    meant: bytes
    widths: Widths


@dataclass(slots=True)
class _Known:
    """What is known of the pages of one form."""

    stored: OrderedDict[tuple[int, bytes], Widths] = field(default_factory=OrderedDict)
    """Pages as files hold them: found at once."""
    meant: OrderedDict[tuple[int, bytes], None] = field(default_factory=OrderedDict)
    """Pages however stored: found at the cost of decoding them."""
    checks: dict[int, SlotCheck] = field(default_factory=dict)


_known: WeakKeyDictionary[Places, _Known] = WeakKeyDictionary()


class FixedParts:
    """The pages of one file, compared with what is known of one form."""

    def __init__(self, pdf: ReturnedPdf, places: Places) -> None:
        self._objects = pdf.objects
        self._digests = FileDigests(pdf.objects)
        self._places = places
        self._inherited: dict[object, bytes] = {}
        self._layers = pdf.objects.root().raw.get(b"OCProperties")
        known = _known.get(places)
        if known is None:
            known = _known[places] = _from_records(places)
        self._known = known

    def look_up(self, page: Page, index: int | None) -> Unproved | bool:
        """Tell whether a page's content is known to be that of page `index`, from 0, of the form.

        `Unproved` where only a look can tell; False where it has not the shape of a form's page.
        """
        pieces = self._objects.array(page.entries.get(b"Contents"))
        are_two = len(pieces) == PIECES and all(isinstance(piece, Ref) for piece in pieces)
        if index is None or not are_two:
            return False
        try:
            return self._look_up(page, index, *pieces)
        except TooFarError:
            return False

    def _look_up(self, page: Page, index: int, fixed: Value, variable: Value) -> Unproved | bool:
        stored = self._stored(page, fixed)
        known = self._known.stored.get((index, stored))
        if known is not None:
            return self._fills_slots(variable, index, known)
        widths = _widths_of_slots(page, self._objects)
        if widths is None or not self._fills_slots(variable, index, widths):
            return False
        meant = self._meant(page, fixed)
        if (index, meant) in self._known.meant:
            _keep(self._known.stored, (index, stored), widths)
            return True
        return Unproved(stored=stored, meant=meant, widths=widths)

    def prove(self, found: Unproved, index: int) -> None:
        """Remember that a page was compared with the form's, and is the same."""
        _keep(self._known.stored, (index, found.stored), found.widths)
        _keep(self._known.meant, (index, found.meant), None)

    def digest_of(self, page: Page) -> bytes | None:
        """Give the digest that a record holds; None for what is no page of ours."""
        pieces = self._objects.array(page.entries.get(b"Contents"))
        return self._meant(page, pieces[0]) if len(pieces) == PIECES else None

    def _stored(self, page: Page, fixed: Value) -> bytes:
        digest = hashlib.sha256()
        raw = page.entries.raw
        for key in sorted(raw.keys() - _LOOKLESS):
            digest.update(key + self._digests.raw(raw[key]))
        parent = raw.get(b"Parent")
        if not isinstance(parent, bytes):
            digest.update(self._inherited_by(page.entries))
        else:
            if parent not in self._inherited:
                self._inherited[parent] = self._inherited_by(page.entries)
            digest.update(self._inherited[parent])
        if self._layers is not None:
            digest.update(b"layers" + self._digests.raw(self._layers))
        digest.update(self._digests.raw(fixed))
        return digest.digest()

    def _inherited_by(self, entries: Entries) -> bytes:
        return b"".join(
            key + self._digests.raw(level.raw[key])
            for level in self._above(entries)
            for key in _INHERITED
            if key in level.raw
        )

    def _above(self, entries: Entries) -> list[Entries]:
        levels: list[Entries] = []
        current = self._objects.entries(entries.get(b"Parent"))
        while current is not None and len(levels) < _PARENTS:
            levels.append(current)
            current = self._objects.entries(current.get(b"Parent"))
        return levels

    def _meant(self, page: Page, fixed: Value) -> bytes:
        facts: dict[bytes, Value] = {}
        for level in reversed(self._above(page.entries)):
            facts |= {key: level.get(key) for key in _INHERITED if key in level.raw}
        entries = page.entries
        facts |= {key: entries.get(key) for key in entries.keys() if key not in _LOOKLESS}  # noqa: SIM118 - no dict
        digest = hashlib.sha256()
        for key in sorted(facts):
            if facts[key] is not None and not (key == b"Rotate" and facts[key] == 0):
                digest.update(key + self._digests.decoded(facts[key]))
        if self._layers is not None:
            layers = self._objects.root().get(b"OCProperties")
            digest.update(b"layers" + self._digests.decoded(layers))
        digest.update(self._digests.decoded(fixed))
        return digest.digest()

    def _fills_slots(self, variable: Value, index: int, widths: Widths) -> bool:
        piece = self._piece(variable)
        check = self._known.checks.get(index)
        if check is None:
            check = self._known.checks[index] = SlotCheck(self._places.layout, index)
        return piece is not None and check.accepts(piece, widths)

    def _piece(self, value: Value) -> bytes | None:
        stored = self._objects.undecoded(value) if isinstance(value, Ref) else None
        if stored is not None and _PLAIN_FLATE.fullmatch(stored[0]):
            inflater = zlib.decompressobj()
            try:
                return inflater.decompress(stored[1], MAX_PIECE_BYTES + 1)
            except zlib.error:
                return None
        stream = self._objects.resolve(value)
        return self._objects.data(stream) if isinstance(stream, Stream) else None


def _keep(table: OrderedDict[tuple[int, bytes], _T], key: tuple[int, bytes], value: _T) -> None:
    table[key] = value
    if len(table) > MAX_KEPT:
        table.popitem(last=False)


def record_name(layout: FormLayout) -> str:
    """Give the name under which the digests of a form's pages are recorded."""
    catalog = f"{layout.catalog_id}/{layout.catalog_version}"
    return f"{catalog}/{layout.edition}/{layout.questionnaire_id}"


def _from_records(places: Places) -> _Known:
    known = _Known()
    for pages in _records().get(record_name(places.layout), ()):
        for index, digest in enumerate(pages):
            known.meant[index, bytes.fromhex(digest)] = None
    return known


@cache
def _records() -> Mapping[str, list[list[str]]]:
    if not RECORDS.is_file():
        return {}
    records: dict[str, list[list[str]]] = json.loads(RECORDS.read_text(encoding="ascii"))
    return records


# --- The font that fills slots --------------------------------------------------------------------
# Slots are not compared, so what fills them must not be able to draw elsewhere: its letters are
# those of the font that ships.


def _widths_of_slots(page: Page, objects: Objects) -> Widths | None:
    """Give the widths of the font called FU, if it is the font of forms; None otherwise."""
    current: Value = page.entries.get(b"Resources")
    for key in (b"Font", b"FU"):
        entries = objects.entries(current)
        current = entries.get(key) if entries is not None else None
    font = objects.entries(current)
    if font is None or font.get(b"Encoding") != Name("Identity-H"):
        return None
    heirs = objects.array(font.get(b"DescendantFonts"))
    heir = objects.entries(heirs[0]) if len(heirs) == 1 else None
    if heir is None or heir.get(b"CIDToGIDMap") != Name("Identity"):
        return None
    descriptor = objects.entries(heir.get(b"FontDescriptor"))
    file = objects.resolve(descriptor.get(b"FontFile2")) if descriptor is not None else None
    if not isinstance(file, Stream) or objects.data(file) != _form_font():
        return None
    runs = objects.array(heir.get(b"W"))
    widths = objects.array(runs[1]) if len(runs) == 2 and runs[0] == 0 else []
    numbers = tuple(width for width in widths if isinstance(width, int))
    return numbers if numbers and len(numbers) == len(widths) else None


@cache
def _form_font() -> bytes:
    return (Path(FONT_FOLDER) / FORM_FONT_FILE).read_bytes()
