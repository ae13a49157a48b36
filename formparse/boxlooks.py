"""Tells what the drawings of a box show: a tick, an empty box, or what only a look at the page can.

A drawing is drawn alone, once, and remembered by its digest: all boxes of a form share two. Only
drawings that bring all that they need are judged here.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from enum import Enum, auto
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from formparse.digests import FileDigests, TooFarError
from formparse.objects import Entries, Stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from formparse.objects import Objects, Value

MAX_KEPT = 256
"""Drawings remembered: one or two for each program that redraws boxes."""

MAX_DRAWING_BYTES = 20_000
"""Ours have under 100; a longer one is left to a look at the page."""

RECORDS = Path(__file__).parent / "known_looks.json"
"""Digest of a drawing as forms are issued with it -> what it shows; it spares the first return
that is read a start of what draws."""


class Look(Enum):
    """What a drawing shows."""

    TICK = auto()
    EMPTY = auto()
    """At most an outline."""
    UNKNOWN = auto()


Looks = tuple[tuple[str, Look], ...]
"""Each state of a box with what it draws."""

_known: OrderedDict[bytes, Look] = OrderedDict()


@cache
def _records() -> Mapping[str, str]:
    if not RECORDS.is_file():
        return {}
    records: dict[str, str] = json.loads(RECORDS.read_text(encoding="ascii"))
    return records


class BoxLooks:
    """The drawings in one file."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._digests = FileDigests(objects)
        self._of: dict[bytes, Looks | None] = {}

    def of(self, appearance: Value | bytes) -> Looks | None:
        """Give what a box's /AP draws in each state; None where it is no table of states."""
        if not isinstance(appearance, bytes):
            return self._read(appearance)
        if appearance not in self._of:
            self._of[appearance] = self._read(Entries({b"AP": appearance}).get(b"AP"))
        return self._of[appearance]

    def _read(self, appearance: Value | bytes) -> Looks | None:
        assert not isinstance(appearance, bytes)
        objects = self._objects
        table = objects.entries(appearance)
        states = objects.entries(table.get(b"N")) if table is not None else None
        if states is None:
            return None
        looks = [
            (key.decode("utf-8", "replace"), self._look(states.get(key)))
            for key in sorted(states.keys())
        ]
        return tuple(looks)

    def _look(self, value: Value) -> Look:
        try:
            key = self._digests.raw(value)
        except TooFarError:
            return Look.UNKNOWN
        if key not in _known:
            stream = self._objects.resolve(value)
            if not isinstance(stream, Stream):
                return Look.UNKNOWN
            recorded = _records().get(self._digests.decoded(value).hex())
            _known[key] = Look[recorded] if recorded else _judge(stream, self._objects)
            if len(_known) > MAX_KEPT:
                _known.popitem(last=False)
        return _known[key]


def digests_and_looks(objects: Objects, appearance: Value) -> dict[str, str]:
    """Give the records of a box's drawings: each digest with what is seen when it is drawn."""
    table = objects.entries(appearance)
    states = objects.entries(table.get(b"N")) if table is not None else None
    found: dict[str, str] = {}
    for key in states.keys() if states is not None else ():
        assert states is not None
        value = states.get(key)
        stream = objects.resolve(value)
        assert isinstance(stream, Stream)
        digest = FileDigests(objects).decoded(value).hex()
        found[digest] = _judge(stream, objects).name
    return found


def _judge(stream: Stream, objects: Objects) -> Look:
    """Draw a drawing alone and see."""
    entries = stream.entries
    box = objects.array(entries.get(b"BBox"))
    sides = [float(side) for side in box if isinstance(side, int | float)]
    data = objects.data(stream)
    resources = objects.entries(entries.get(b"Resources"))
    is_bare = resources is None or not any(
        key != b"ProcSet"
        for key in resources.keys()  # noqa: SIM118 - no dict
    )
    is_plain = is_bare and not entries.raw.keys() & {b"Matrix", b"OC", b"Group", b"Ref"}
    if not is_plain or len(sides) != 4 or len(data) > MAX_DRAWING_BYTES:
        return Look.UNKNOWN
    from formparse.vision.drawings import Shown, show

    match show(data, (sides[0], sides[1], sides[2], sides[3])):
        case Shown.TICK:
            return Look.TICK
        case Shown.EMPTY:
            return Look.EMPTY
        case _:
            return Look.UNKNOWN
