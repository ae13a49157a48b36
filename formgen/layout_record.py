"""Layouts kept for later: a `FormLayout` as JSON and back, exactly.

A form may come back years after it was sent, when the software lays out otherwise. Its layout is
therefore kept as a record (see `formgen.editions`) rather than computed anew.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, get_args

from formgen import layout as values
from formgen.catalog import Answer
from formgen.naming import TextPart
from formgen.style import Face, Ink

_CLASSES: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        *get_args(values.Leaf),
        *get_args(values.Artifact),
        values.Bookmark,
        values.FormLayout,
        values.Node,
        values.Rect,
    )
}

_ENUM_OF_FIELD: dict[str, type[StrEnum]] = {
    "answer": Answer,
    "corner": values.Corner,
    "face": Face,
    "ink": Ink,
    "part": TextPart,
    "role": values.Role,
}


def to_record(layout: values.FormLayout) -> bytes:
    """Give a layout as one line of JSON."""
    return json.dumps(_encode(layout), ensure_ascii=False, separators=(",", ":")).encode()


def from_record(record: bytes) -> values.FormLayout:
    """Give the layout of a record; ValueError, KeyError or TypeError if it is none."""
    decoded = _decode(json.loads(record))
    if not isinstance(decoded, values.FormLayout):
        raise TypeError(type(decoded).__name__)
    return decoded


def _encode(value: Any) -> Any:
    """Write a value class as a list of its name and its fields, in order."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [_encode(getattr(value, field.name)) for field in dataclasses.fields(value)]
        return [type(value).__name__, *fields]
    if isinstance(value, tuple):
        return {"t": [_encode(item) for item in value]}
    return value


def _decode(raw: Any) -> Any:
    if isinstance(raw, Mapping):
        return tuple(_decode(item) for item in raw["t"])
    if not isinstance(raw, list):
        return raw
    name, *parts = raw
    kind = _CLASSES[name]
    arguments: dict[str, Any] = {}
    for field, part in zip(dataclasses.fields(kind), parts, strict=True):
        arguments[field.name] = _decode_field(name, field.name, part)
    return kind(**arguments)


def _decode_field(class_name: str, field: str, part: Any) -> Any:
    if class_name == "Slot" and field == "kind":
        return values.SlotKind(part)
    if field in _ENUM_OF_FIELD:
        return _ENUM_OF_FIELD[field](part)
    return _decode(part)
