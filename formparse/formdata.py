"""The values in a form data file (FDF, XFDF), whichever of the two wrote them down.

Names and values only: what they mean is for `formparse.readers.data`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class DataField(NamedTuple):
    """One field of a data file."""

    name: str
    """Names of the fields above it and its own, with dots between."""
    value: str | None
    """None where it has none, or none that is a word or a text."""
    is_odd: bool
    """It has a value that is neither a word nor a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormData:
    """What a data file holds."""

    fields: tuple[DataField, ...]
    """In the order of the file; one name may stand several times."""
    extras: tuple[str, ...]
    """What it holds besides values: scripts, actions, pages. None of it is looked at. Sorted."""


MAX_DEPTH = 8
"""Fields above a field. Ours stand at the top; merging tools put one or two above them."""
