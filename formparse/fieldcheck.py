"""Compares the fields of a return with the form's: their places, flags, tooltips and drawings.

A field as issued is known by the bytes that it is written in; only others are looked at one by one.
What is drawn on the pages themselves is compared elsewhere (`formparse.wording`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from formgen.naming import ANSWER_OF_STATE, OFF_STATE, signature_field_name, text_field_name
from formparse.boxlooks import BoxLooks, Look
from formparse.intake import annotations_of
from formparse.objects import Entries, Ref
from formparse.places import TOLERANCE_PT, Corners, corners_of
from formparse.returned import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from formgen.layout import Rect
    from formparse.objects import Objects
    from formparse.places import BoxKey, Places
    from formparse.reading import Reading
    from formparse.triage import FormPage, Part

HIDDEN = 2 | 32 | 256
"""/F: hidden, not viewed, viewed the other way when the mouse is over it."""

SIZE_PT = 3.0
"""How far each edge of a field may be from its place: beyond that it covers something else."""

MAX_STROKES = 200
"""Of one ink annotation that are looked at; a signature has a few."""

_MEMORY = 4_096
"""Fields remembered as they should be; see `formparse.places`."""

_NOTES = frozenset({"FreeText", "StrikeOut", "Redact"})
"""Annotations that change what a question says where they stand at one."""

_SIGNS = frozenset("48lunH5")
"""What viewers draw as a tick, in the font of signs, where a file asks them to draw its fields
themselves (/NeedAppearances): check, cross, circle, diamond, square, star."""

_Fact = tuple[object, ...]

_known: WeakKeyDictionary[Places, dict[_Fact, str]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsChecked:
    """What was found out about the fields of one form."""

    findings: tuple[Finding, ...]
    wrong: Mapping[str, tuple[str, ...]]
    """Points whose boxes are not the form's, with the answers that such boxes stand for."""
    unsure: frozenset[int]
    """Pages of the file, from 1, of which a box is drawn in a way that only a look can judge."""
    covering: frozenset[int]
    """Pages on which fields or annotations that are not the form's may lie over its text."""
    notes: tuple[NoteSeen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSeen:
    """A text that somebody put on a page as an annotation."""

    page: int
    index: int | None
    corners: Corners
    text: str
    kind: str


UNCHECKED = FieldsChecked(findings=(), wrong={}, unsure=frozenset(), covering=frozenset(), notes=())
"""Where nothing is compared: in older versions of a file, which only say what was signed."""


def check_fields(objects: Objects, part: Part, reading: Reading) -> FieldsChecked:
    """Give what is not as issued about the fields of one form."""
    check = _Check(objects, part.places, values_are_drawn=reading.values_are_drawn)
    for page in part.pages:
        check.page(page)
    check.doubles(part, reading)
    return FieldsChecked(
        findings=tuple(check.findings),
        wrong={point: tuple(dict.fromkeys(seen)) for point, seen in check.wrong.items()},
        unsure=frozenset(check.unsure),
        covering=frozenset(check.covering),
        notes=tuple(check.notes),
    )


class _Should(NamedTuple):
    """What a field should be."""

    name: str
    rect: Rect
    page: int
    tooltip: str
    point_id: str | None
    mark: str | None


class _Check:
    def __init__(self, objects: Objects, places: Places, *, values_are_drawn: bool) -> None:
        self.values_are_drawn = values_are_drawn
        self.objects = objects
        self.places = places
        self.known = _known.setdefault(places, {})
        self.looks = BoxLooks(objects)
        self.findings: list[Finding] = []
        self.wrong: dict[str, list[str]] = {}
        self.unsure: set[int] = set()
        self.covering: set[int] = set()
        self.notes: list[NoteSeen] = []
        self.groups: set[object] = set()
        self.shoulds: dict[str, _Should] | None = None

    # --- Page by page ---------------------------------------------------------------------------
    def page(self, page: FormPage) -> None:
        known, index = self.known, page.index
        met: set[str] = set()
        for entries in annotations_of(page.page, self.objects):
            raw = entries.raw
            if raw.get(b"Subtype") == b"/Widget" or entries.name(b"Subtype") == "Widget":
                name = raw.get(b"NM") or raw.get(b"T")
                # A text field draws what was typed, and only in its place.
                is_box = raw.get(b"FT") in (None, b"/Btn")
                looks = self.looks.of(raw.get(b"AP")) if is_box else None
                fact = (
                    index, name, raw.get(b"Rect"), raw.get(b"F"), raw.get(b"TU"),
                    raw.get(b"Contents"), b"OC" in raw, looks,
                    raw.get(b"MK") if self.values_are_drawn else None,
                )  # fmt: skip
                try:
                    place = known.get(fact)
                except TypeError:  # parsed by pypdf: no plain bytes
                    place = None
                if place is None or place in met:
                    self.widget(entries, page, fact, met)
                else:
                    met.add(place)
                self.group(raw.get(b"Parent"), entries)
            else:
                self.annotation(entries, page)

    def widget(self, entries: Entries, page: FormPage, fact: _Fact, met: set[str]) -> None:
        """Look at a widget that is not known to be as issued.

        `met`: names of the fields, as issued, that stand on the page already.
        """
        should = self.should_of(entries, page)
        if should is None:
            self.foreign(entries, page)
            return
        is_double = should.name in met
        met.add(should.name)
        before = len(self.findings), len(self.unsure)
        fault = self.fault(entries, should, page, is_double=is_double)
        if fault is not None:
            self.altered(should, fault, page)
        self.tooltip(entries, should, page)
        if should.mark is not None:
            self.look(entries, should, page)
        is_plain = all(
            part is None or isinstance(part, bytes | bool | int | tuple) for part in fact
        )
        if before == (len(self.findings), len(self.unsure)) and is_plain and not is_double:
            if len(self.known) >= _MEMORY:
                self.known.clear()
            self.known[fact] = should.name

    def fault(
        self, entries: Entries, should: _Should, page: FormPage, *, is_double: bool
    ) -> str | None:
        corners = corners_of(entries)
        flags = entries.integer(b"F") or 0
        if is_double:
            return "est présent deux fois sur la page"
        if corners is None or (page.index is not None and page.index != should.page):
            return "n'est pas à sa place"
        if not _fits(corners, should.rect):
            return "n'est pas à sa place, ou n'a plus sa taille"
        if flags & HIDDEN or b"OC" in entries.raw:
            return "est caché"
        return None

    def altered(self, should: _Should, fault: str, page: FormPage) -> None:
        if should.point_id is not None:
            self.wrong.setdefault(should.point_id, [])
        self.findings.append(
            Finding(
                code="field-altered",
                severity=Severity.ERROR,
                message=f"Le champ {should.name} {fault}.",
                page=page.page.number,
                point=should.point_id,
            )
        )

    def foreign(self, entries: Entries, page: FormPage) -> None:
        """Note a field that no form has: one over a field of ours, or elsewhere."""
        corners = corners_of(entries)
        flags = entries.integer(b"F") or 0
        if corners is None or page.index is None or _is_nothing(corners):
            return
        for should in self.all_shoulds().values():
            if should.page == page.index and _overlap(corners, should.rect):
                self.altered(should, "est recouvert par un autre champ", page)
                return
        if entries.name(b"FT") == "Sig" or flags & HIDDEN:
            return
        self.covering.add(page.page.number)
        self.findings.append(
            Finding(
                code="field-added",
                severity=Severity.WARNING,
                message="La page porte un champ que le formulaire n'a pas.",
                page=page.page.number,
            )
        )

    def annotation(self, entries: Entries, page: FormPage) -> None:
        kind = entries.name(b"Subtype")
        if kind in (None, "Link", "Popup"):
            return
        corners = corners_of(entries)
        flags = entries.integer(b"F") or 0
        if corners is None or flags & HIDDEN:
            return
        if not self.stays_in_field(entries, corners, page):
            self.covering.add(page.page.number)
        if kind in _NOTES:
            self.notes.append(
                NoteSeen(
                    page=page.page.number,
                    index=page.index,
                    corners=corners,
                    text=entries.text(b"Contents") or "",
                    kind=str(kind),
                )
            )

    def stays_in_field(self, entries: Entries, corners: Corners, page: FormPage) -> bool:
        """Whether an annotation can draw only where the form leaves room for text or signature.

        Its drawing is fitted into its rectangle; without one, viewers follow the pen.
        """
        places = [*self.places.text_places.values(), self.places.signature]
        rooms = [place.rect for place in places if place.page == page.index]
        room = next((rect for rect in rooms if _is_within(corners, rect)), None)
        if room is None:
            return False
        if b"AP" in entries.raw:
            return True
        strokes = self.objects.array(entries.get(b"InkList"))[:MAX_STROKES]
        numbers = [self.objects.array(stroke) for stroke in strokes]
        if entries.name(b"Subtype") != "Ink" or len(strokes) == MAX_STROKES:
            return False
        pairs = [
            pair for stroke in numbers for pair in zip(stroke[::2], stroke[1::2], strict=False)
        ]
        return all(
            isinstance(x, int | float)
            and isinstance(y, int | float)
            and _is_within((x, y, x, y), room)
            for x, y in pairs
        )

    # --- Tooltips -------------------------------------------------------------------------------
    def tooltip(self, entries: Entries, should: _Should, page: FormPage) -> None:
        for key in (b"TU", b"Contents"):
            said = entries.text(key)
            if said and _words(said) != _words(should.tooltip):
                self.misnamed(should.name, said, should.point_id, page.page.number)
                return

    def misnamed(self, name: str, said: str, point_id: str | None, number: int | None) -> None:
        if point_id is not None:
            self.wrong.setdefault(point_id, [])
        self.findings.append(
            Finding(
                code="tooltip-altered",
                severity=Severity.ERROR,
                message=(
                    f"Le champ {name} est annoncé autrement à qui utilise un lecteur d'écran : "
                    f"« {_short(said)} »."
                ),
                page=number,
                point=point_id,
            )
        )

    def group(self, parent: object, widget: Entries) -> None:
        """Check the words of the group of boxes that a widget belongs to, once."""
        if not isinstance(parent, bytes | Ref) or parent in self.groups:
            return
        self.groups.add(parent)
        entries = self.objects.entries(widget.get(b"Parent"))
        if entries is None:
            return
        fact = ("group", entries.raw.get(b"T"), entries.raw.get(b"TU"))
        if _is_in(fact, self.known):
            return
        name, said = entries.text(b"T"), entries.text(b"TU")
        question = self.questions().get((name or "").rpartition(".")[2])
        if question is None:
            return
        if said and _words(said) != _words(question):
            point_id = (name or "").rpartition(".")[2]
            self.misnamed(point_id, said, point_id, None)
        elif all(part is None or isinstance(part, bytes | str) for part in fact):
            self.known[fact] = name or ""

    def questions(self) -> dict[str, str]:
        return {box.point_id: box.question for box in self.places.layout.boxes}

    # --- Drawings of boxes ----------------------------------------------------------------------
    def look(self, entries: Entries, should: _Should, page: FormPage) -> None:
        """Check that a box draws what its states say: a tick where it is on, nothing where off."""
        if self.values_are_drawn:
            style = self.objects.entries(entries.get(b"MK"))
            sign = style.text(b"CA") if style is not None else None
            if sign is not None and sign not in _SIGNS:
                self.altered(should, "n'a plus le signe dont les lecteurs dessinent sa coche", page)
        looks = self.looks.of(entries.raw.get(b"AP"))
        if looks is None:
            return  # none at all: viewers draw their own
        wrong = [
            state
            for state, look in looks
            if look is (Look.TICK if state == OFF_STATE else Look.EMPTY)
        ]
        if wrong:
            assert should.point_id is not None
            what = "dessine une coche" if wrong[0] == OFF_STATE else "ne dessine rien"
            fault = f"{what} à l'état « {wrong[0]} »"
            self.altered(should, fault, page)
            is_shown = wrong[0] == OFF_STATE and entries.name(b"AS") in (None, OFF_STATE)
            if is_shown and should.mark is not None:
                self.wrong[should.point_id].append(ANSWER_OF_STATE[should.mark].value)
        elif any(look is Look.UNKNOWN for _, look in looks):
            self.unsure.add(page.page.number)

    # --- Doubles --------------------------------------------------------------------------------
    def doubles(self, part: Part, reading: Reading) -> None:
        """Note fields that stand in the file more often than their page."""
        pages = Counter(page.index for page in part.pages)
        for point_id, seen in reading.points.items():
            times = max(1, pages[self.places.page_of[point_id]] + pages[None])
            # A field without boxes shows nothing; what it says is weighed with the others.
            shown = sum(1 for copy in seen.copies if copy.boxes)
            if shown > times and point_id not in self.wrong:
                self.wrong[point_id] = []
                self.findings.append(
                    Finding(
                        code="field-altered",
                        severity=Severity.ERROR,
                        message=f"Le champ {point_id} est présent plusieurs fois dans le fichier.",
                        point=point_id,
                    )
                )

    # --- What should be -------------------------------------------------------------------------
    def should_of(self, entries: Entries, page: FormPage) -> _Should | None:
        """Give what a widget should be, by its name, else by its place."""
        shoulds = self.all_shoulds()
        for name in (entries.text(b"NM"), entries.text(b"T")):
            found = shoulds.get((name or "").rpartition(".")[2])
            if found is not None:
                return found
        key: BoxKey | None = self.places.box_at(page.index, entries)
        if key is not None:
            return shoulds.get(key.name)
        part = self.places.text_at(page.index, entries)
        if part is not None:
            return shoulds.get(text_field_name(self.places.questionnaire.id, part))
        corners = corners_of(entries)
        signature = shoulds[signature_field_name(self.places.questionnaire.id)]
        if corners is not None and page.index == signature.page and _fits(corners, signature.rect):
            return signature
        return None

    def all_shoulds(self) -> dict[str, _Should]:
        if self.shoulds is None:
            self.shoulds = _shoulds(self.places)
        return self.shoulds


def _shoulds(places: Places) -> dict[str, _Should]:
    layout, questionnaire_id = places.layout, places.questionnaire.id
    found: dict[str, _Should] = {}
    tooltips = {(box.point_id, box.answer): box.tooltip for box in layout.boxes}
    for name, place in places.boxes.items():
        key = places.keys[name]
        found[name] = _Should(
            name=name,
            rect=place.rect,
            page=place.page,
            tooltip=tooltips[key.point_id, key.answer],
            point_id=key.point_id,
            mark=key.mark,
        )
    for text in layout.text_places:
        name = text_field_name(questionnaire_id, text.part)
        found[name] = _Should(name, text.rect, text.page, text.tooltip, None, None)
    signature = layout.signature_place
    name = signature_field_name(questionnaire_id)
    found[name] = _Should(name, signature.rect, signature.page, signature.tooltip, None, None)
    return found


def _is_in(value: _Fact, table: dict[_Fact, str]) -> bool:
    try:
        return value in table
    except TypeError:
        return False


def _fits(corners: Corners, rect: Rect) -> bool:
    """Whether a field has its place and size, as far as programs keep them."""
    there, wanted = corners, (rect.x0, rect.y0, rect.x1, rect.y1)
    return all(abs(a - b) <= SIZE_PT for a, b in zip(there, wanted, strict=True))


def _overlap(corners: Corners, rect: Rect) -> bool:
    x0, y0, x1, y1 = corners
    return (
        min(x1, rect.x1) - max(x0, rect.x0) > TOLERANCE_PT / 2
        and min(y1, rect.y1) - max(y0, rect.y0) > TOLERANCE_PT / 2
    )


def _is_within(corners: Corners, rect: Rect) -> bool:
    x0, y0, x1, y1 = corners
    return (
        x0 >= rect.x0 - SIZE_PT
        and y0 >= rect.y0 - SIZE_PT
        and x1 <= rect.x1 + SIZE_PT
        and y1 <= rect.y1 + SIZE_PT
    )


def _is_nothing(corners: Corners) -> bool:
    return corners[2] - corners[0] < 1 or corners[3] - corners[1] < 1


def _words(text: str) -> str:
    return " ".join(text.split())


def _short(text: str) -> str:
    line = _words(text)
    return line if len(line) <= 80 else line[:79] + "…"
