"""Read JSON that people write by hand, and tell on which line each value stands.

Knows encoding, size and syntax; what the values mean is left to the caller.
"""

from __future__ import annotations

import bisect
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from formgen.language import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

_UTF8_BOM = b"\xef\xbb\xbf"

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]|[^\s{}\[\],:"]+')
"""Strings, brackets, commas and bare words of JSON that is known to be well formed."""


class JsonSourceError(ValueError):
    """The bytes are no usable JSON."""

    def __init__(self, phrase: Phrase, line: int | None = None) -> None:
        super().__init__(phrase.en)
        self.phrase = phrase
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the values of a JSON text stand, by JSON pointer."""

    lines: dict[str, int]
    duplicates: tuple[str, ...]
    """Pointers of keys that stand twice in their object; the second one's line is in `lines`."""

    def line_of(self, pointer: str) -> int | None:
        """Give the line of a value, or of the nearest value around it."""
        while pointer not in self.lines and pointer:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer)


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonSource:
    """A JSON text and its value."""

    text: str
    value: Any
    has_duplicate_keys: bool

    def places(self) -> Places:
        """Find the line of each value. Slower than parsing, so asked for only to report faults."""
        lines: dict[str, int] = {}
        duplicates = []
        for pointer, line in _pointers(self.text):
            if pointer in lines:
                duplicates.append(pointer)
            lines[pointer] = line
        return Places(lines=lines, duplicates=tuple(dict.fromkeys(duplicates)))


def read_json(data: bytes) -> JsonSource:
    """Parse UTF-8 JSON, with or without byte order mark; JsonSourceError names what is wrong."""
    seen_twice = False

    def as_dict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal seen_twice
        result = dict(pairs)
        seen_twice = seen_twice or len(result) != len(pairs)
        return result

    text = _decoded(data)
    try:
        value = json.loads(text, object_pairs_hook=as_dict)
    except json.JSONDecodeError as error:
        raise JsonSourceError(
            Phrase(
                fr=f"ce n'est pas du JSON valable (colonne {error.colno}).",
                en=f"not valid JSON (column {error.colno}): {error.msg}.",
            ),
            error.lineno,
        ) from error
    except (RecursionError, ValueError) as error:
        # ValueError: a number longer than the interpreter converts.
        raise JsonSourceError(
            Phrase(
                fr="ce JSON est imbriqué trop profondément ou contient un nombre démesuré.",
                en="this JSON is nested too deeply or holds an outsized number.",
            )
        ) from error
    return JsonSource(text=text, value=value, has_duplicate_keys=seen_twice)


def child(pointer: str, key: str | int) -> str:
    """Give the JSON pointer (RFC 6901) of a key or index under `pointer`."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def _decoded(data: bytes) -> str:
    if not data.strip(_UTF8_BOM + b" \t\r\n"):
        raise JsonSourceError(Phrase(fr="le fichier est vide.", en="the file is empty."))
    try:
        return data.removeprefix(_UTF8_BOM).decode()
    except UnicodeDecodeError as error:
        raise JsonSourceError(
            Phrase(
                fr="le texte n'est pas en UTF-8 ; l'enregistrer avec l'encodage UTF-8.",
                en="the text is not UTF-8; save it with UTF-8 encoding.",
            ),
            data.count(b"\n", 0, error.start) + 1,
        ) from error


@dataclass(slots=True)
class _Frame:
    """An open object or array while the text is scanned."""

    pointer: str
    is_object: bool
    index: int = 0
    key: str | None = None
    """Key whose value comes next; None where a key comes next."""


def _pointers(text: str) -> Iterator[tuple[str, int]]:
    """Give pointer and line of each value, in order; an object's key stands for its value."""
    ends = [match.start() for match in re.finditer("\n", text)]
    frames: list[_Frame] = []
    for match in _PIECE.finditer(text):
        piece = match[0]
        frame = frames[-1] if frames else None
        if piece in "}]":
            frames.pop()
        elif piece == ",":
            if frame is not None:
                frame.index += 1
                frame.key = None
        else:
            line = bisect.bisect_left(ends, match.start()) + 1
            if frame is None:
                pointer = ""
                yield pointer, line
            elif not frame.is_object:
                pointer = child(frame.pointer, frame.index)
                yield pointer, line
            elif frame.key is None:
                frame.key = json.loads(piece)
                yield child(frame.pointer, str(frame.key)), line
                continue
            else:
                pointer = child(frame.pointer, frame.key)
            if piece in "{[":
                frames.append(_Frame(pointer=pointer, is_object=piece == "{"))
