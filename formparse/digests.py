"""Digests of parts of a returned file: equal digests, equal looks, whatever else the files hold.

Two kinds, one quick, one that tells more files to be the same. Knows what a PDF object is, and
nothing of pages or forms.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from formparse.objects import Entries, Name, Opaque, Ref, Stream, String

if TYPE_CHECKING:
    from formparse.objects import Objects, Value

MAX_OBJECTS = 400
"""Behind one value. The fonts of a form have 40; whole documents hang together by their links."""

MAX_DEPTH = 24
"""A font's data are five steps below a page's resources."""

_REFERENCE = re.compile(rb"([0-9]{1,7}) ([0-9]{1,5}) R")

_ABOUT_STORAGE = frozenset(
    {b"Length", b"Filter", b"DecodeParms", b"F", b"FFilter", b"FDecodeParms", b"DL"}
)
"""Entries that say how a stream is stored, which programs that save a file change."""


class TooFarError(Exception):
    """More hangs on a value than any part of a form of ours has."""


class FileDigests:
    """Digests of the values of one file; what they refer to is taken up once."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._raw: dict[Ref, bytes] = {}
        self._decoded: dict[Ref, bytes] = {}

    # --- As it is stored ------------------------------------------------------------------------
    def raw(self, value: Value | bytes) -> bytes:
        """Give the digest of a value with all that it refers to, as stored and numbered.

        `bytes` is a token that has not been decoded (`Entries.raw`). TooFarError where it has no
        end.
        """
        if isinstance(value, bytes) and value.endswith(b"R") and _REFERENCE.fullmatch(value):
            number, generation, _ = value.split(b" ")
            value = Ref(int(number), int(generation))
        if not isinstance(value, Ref):
            return self._closure(value)
        if value not in self._raw:
            self._raw[value] = self._closure(value)
        return self._raw[value]

    def _closure(self, value: Value | bytes) -> bytes:
        digest = hashlib.sha256()
        waiting: list[Ref] = []
        parts: list[bytes] = []
        self._put(value, parts, waiting, 0)
        seen: set[Ref] = set()
        while waiting:
            ref = waiting.pop()
            if ref in seen:
                continue
            seen.add(ref)
            if len(seen) > MAX_OBJECTS:
                raise TooFarError
            parts.append(b"\0obj %d %d\0" % ref)
            stored = self._objects.undecoded(ref)
            if stored is None:
                self._put(self._objects.get(ref), parts, waiting, 0)
            else:
                body, data = stored
                if b"R" in body:
                    waiting.extend(Ref(int(n), int(g)) for n, g in _REFERENCE.findall(body))
                parts += [body, b"\0stored %d\0" % len(data), data]
        digest.update(b"".join(parts))
        return digest.digest()

    def _put(
        self, value: Value | bytes, parts: list[bytes], waiting: list[Ref], depth: int
    ) -> None:
        if depth > MAX_DEPTH:
            raise TooFarError
        match value:
            case bytes():
                parts.append(value)
                if value.endswith((b"R", b"]", b">")):
                    waiting.extend(Ref(int(n), int(g)) for n, g in _REFERENCE.findall(value))
            case Ref():
                parts.append(b"%d %d R" % value)
                waiting.append(value)
            case Entries():
                parts.append(b"\0<<")
                for key, entry in value.raw.items():
                    parts.append(b"\0/" + key + b"\0")
                    self._put(entry, parts, waiting, depth + 1)
                parts.append(b"\0>>")
            case Stream():
                self._put(value.entries, parts, waiting, depth + 1)
                data = self._objects.data(value)
                parts += [b"\0decoded %d\0" % len(data), data]
            case list():
                parts.append(b"\0[")
                for item in value:
                    self._put(item, parts, waiting, depth + 1)
                    parts.append(b"\0,")
                parts.append(b"\0]")
            case _:
                parts.append(_plain(value))

    # --- As it is meant -------------------------------------------------------------------------
    def decoded(self, value: Value) -> bytes:
        """Give the digest of a value with all that it refers to, however stored and numbered.

        TooFarError where it has no end.
        """
        return _hash(self._meant(value, 0))

    def _meant(self, value: Value, depth: int) -> bytes:
        if depth > MAX_DEPTH:
            raise TooFarError
        match value:
            case Ref():
                return self._meant_object(value, depth)
            case Stream():
                head = self._meant_entries(value.entries, depth, without=_ABOUT_STORAGE)
                return b"stream" + head + _hash(self._objects.data(value))
            case Entries():
                return self._meant_entries(value, depth)
            case list():
                return b"[" + b",".join([self._meant(item, depth + 1) for item in value]) + b"]"
            case _:
                return _plain(value)

    def _meant_object(self, ref: Ref, depth: int) -> bytes:
        if ref not in self._decoded:
            if len(self._decoded) > MAX_OBJECTS:
                raise TooFarError
            self._decoded[ref] = b"<itself>"
            self._decoded[ref] = _hash(self._meant(self._objects.get(ref), depth + 1))
        return self._decoded[ref]

    def _meant_entries(
        self, entries: Entries, depth: int, *, without: frozenset[bytes] = frozenset()
    ) -> bytes:
        pairs = [
            b"/%b %b" % (key, self._meant(entries.get(key), depth + 1))
            for key in sorted(entries.keys())
            if key not in without and entries.get(key) is not None
        ]
        return b"<<" + b"\0".join(pairs) + b">>"


def _plain(value: Value) -> bytes:
    match value:
        case Name():
            return b"/" + value.encode("utf-8", "surrogateescape")
        case String():
            return b"(" + value.data.hex().encode() + b")"
        case bool() | None:
            return str(value).encode()
        case int() | float():
            return b"%g" % round(value, 4)
        case Opaque():
            return b"opaque " + value.what.encode("utf-8", "replace")
        case _:
            raise TooFarError


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
