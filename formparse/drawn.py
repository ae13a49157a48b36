"""Whether all that a page draws is there to be drawn.

A viewer leaves out what it cannot read, and says nothing: where marks are read from pages, a tick
whose drawing is damaged would be no tick. Looks at streams as they stand in the file; draws none.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from formparse.errors import RefusedError
from formparse.intake import annotations_of
from formparse.objects import Entries, Ref, Stream, TooManyObjectsError, TooMuchDataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from formparse.intake import Page
    from formparse.objects import Objects, Value

MAX_DRAWINGS = 2_000
"""Looked at for one page. Flattening makes one or two of each field, and a page has under 100."""

MAX_DRAWING_BYTES = 8_000_000
"""Of one stream, decoded: as for those that are read. Looking at longer ones ends there."""


def has_damaged_drawings(page: Page, objects: Objects) -> bool:
    """Whether a page names a drawing that is missing, no drawing, or whose data break off."""
    try:
        return _has_damaged(page, objects)
    except (RefusedError, TooManyObjectsError, TooMuchDataError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - what pypdf cannot read for whatever reason is damaged
        return True


def _has_damaged(page: Page, objects: Objects) -> bool:
    seen: set[Ref] = set()
    waiting = [*_of_page(page, objects)]
    for _ in range(MAX_DRAWINGS):
        if not waiting:
            return False
        value = waiting.pop()
        if isinstance(value, Ref):
            if value in seen:
                continue
            seen.add(value)
        drawing = objects.resolve(value)
        if not isinstance(drawing, Stream):
            return True
        if drawing.entries.name(b"Subtype") == "Image":
            continue  # seen as a whole by who reads the page, and often in other encodings
        if _breaks_off(drawing, objects):
            return True
        waiting += _named_by(drawing.entries, objects)
    return False


def _of_page(page: Page, objects: Objects) -> Iterator[Value]:
    """Give what a page draws: its content, what that names, and the looks of what people added."""
    contents = page.entries.get(b"Contents")
    resolved = objects.resolve(contents)
    yield from resolved if isinstance(resolved, list) else [contents] if resolved else []
    yield from _named_by(page.entries, objects)
    for annotation in annotations_of(page, objects):
        looks = objects.entries(annotation.get(b"AP"))
        look = looks.get(b"N") if looks is not None else None
        # A box has a look for each of its states: a dictionary, for the readers of fields.
        if isinstance(objects.resolve(look), Stream):
            yield look


def _named_by(holder: Entries, objects: Objects) -> Iterator[Value]:
    resources = objects.entries(holder.get(b"Resources"))
    named = objects.entries(resources.get(b"XObject")) if resources is not None else None
    if named is not None:
        yield from (named.get(key) for key in named.keys())  # noqa: SIM118 - no dict


def _breaks_off(drawing: Stream, objects: Objects) -> bool:
    """Whether a stream's data end before they say so, or do not match their own sum."""
    filters = objects.resolve(drawing.entries.get(b"Filter"))
    if filters not in ("FlateDecode", ["FlateDecode"]):
        return False
    data = drawing.encoded()
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        decoded = inflating.decompress(data[2:], MAX_DRAWING_BYTES)
    except zlib.error:
        return True
    if inflating.unconsumed_tail:
        return False
    # Some programs leave the sum out.
    told = inflating.unused_data[:4]
    is_whole = inflating.eof and (
        len(told) < 4 or not told.strip() or int.from_bytes(told) == zlib.adler32(decoded)
    )
    return not is_whole
