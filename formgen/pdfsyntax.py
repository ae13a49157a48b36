"""Write PDF objects: plain Python values to PDF syntax (ISO 32000-1, 7.3). Knows no form."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


class Name(str):
    """A PDF name, without its slash: ASCII letters, digits and `+-_.` only."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to an indirect object, generation 0."""

    number: int


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream: its dictionary without /Length, and its bytes as stored."""

    entries: Mapping[str, Value]
    data: bytes


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that is PDF syntax already."""

    syntax: bytes


Value = (
    None | bool | int | float | str | bytes | Name | Ref | Stream | Literal
    | Sequence["Value"] | Mapping[str, "Value"]
)  # fmt: skip

_PDF_DOC = {
    "•": 0x80, "†": 0x81, "‡": 0x82, "…": 0x83, "—": 0x84, "–": 0x85, "ƒ": 0x86, "⁄": 0x87,
    "‹": 0x88, "›": 0x89, "−": 0x8A, "‰": 0x8B, "„": 0x8C, "“": 0x8D, "”": 0x8E, "‘": 0x8F,
    "’": 0x90, "‚": 0x91, "™": 0x92, "ﬁ": 0x93, "ﬂ": 0x94, "Ł": 0x95, "Œ": 0x96, "Š": 0x97,
    "Ÿ": 0x98, "Ž": 0x99, "ı": 0x9A, "ł": 0x9B, "œ": 0x9C, "š": 0x9D, "ž": 0x9E, "€": 0xA0,
}  # fmt: skip
"""PDFDocEncoding where it differs from Latin-1 (ISO 32000-1, annex D.2)."""
_PDF_DOC_LATIN = frozenset(range(0xA1, 0x100)) - {0xAD}
"""Codes above ASCII that mean the same in both; PDFDocEncoding has no soft hyphen."""

_SPECIAL = {
    ord("\\"): "\\\\", ord("("): "\\(", ord(")"): "\\)",
    ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t",
}  # fmt: skip


def text_bytes(text: str) -> bytes:
    """Give a text string's bytes: PDFDocEncoding where it can, else UTF-16BE with its mark.

    A lone surrogate, which no encoding has, becomes the replacement character.
    """
    encoded = bytearray()
    for character in text:
        code = ord(character)
        if character in _PDF_DOC:
            encoded.append(_PDF_DOC[character])
        elif code in (0x09, 0x0A, 0x0D) or 0x20 <= code < 0x7F or code in _PDF_DOC_LATIN:
            encoded.append(code)
        else:
            safe = text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")
            return b"\xfe\xff" + safe.encode("utf-16-be")
    if encoded[:2] == b"\xfe\xff" or encoded[:3] == b"\xef\xbb\xbf":
        return b"\xfe\xff" + text.encode("utf-16-be")
    return bytes(encoded)


def _string(data: bytes) -> bytes:
    if data[:2] == b"\xfe\xff":
        return b"<" + data.hex().upper().encode() + b">"
    escaped = data.decode("latin-1").translate(_SPECIAL).encode("latin-1")
    return b"(" + escaped + b")"


def number(value: float) -> str:
    """Give a number with at most four decimals and no exponent."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def serialise(value: Value) -> bytes:  # noqa: C901, PLR0911 - one return for each type
    """Give the syntax of one value."""
    match value:
        case None:
            return b"null"
        case bool():
            return b"true" if value else b"false"
        case int():
            return b"%d" % value
        case float():
            return number(value).encode()
        case Name():
            return b"/" + value.encode("ascii")
        case str():
            return _string(text_bytes(value))
        case bytes():
            return _string(value)
        case Ref():
            return b"%d 0 R" % value.number
        case Literal():
            return value.syntax
        case Stream():
            entries = {**value.entries, "Length": len(value.data)}
            # CR LF: were it LF alone, data that ends in CR would seem one byte shorter.
            return serialise(entries) + b"\nstream\n" + value.data + b"\r\nendstream"
        case Mapping():
            inside = b"".join(_entry(key, serialise(item)) for key, item in value.items())
            return b"<<" + inside + b">>"
        case _:
            return b"[" + b" ".join(serialise(item) for item in value) + b"]"


def _entry(key: str, syntax: bytes) -> bytes:
    """Give a dictionary entry, with a space only where the value would run into the key."""
    space = b"" if syntax[:1] in (b"/", b"(", b"<", b"[") else b" "
    return b"/%s%s%s" % (key.encode(), space, syntax)


QUICK_LEVEL = 4
"""Of compression: a third of the time of the best for a tenth more bytes."""


def deflated(data: bytes, entries: Mapping[str, Value] | None = None, *, level: int = 9) -> Stream:
    """Give a compressed stream."""
    filters: dict[str, Value] = {"Filter": Name("FlateDecode")}
    return Stream({**(entries or {}), **filters}, zlib.compress(data, level))


@dataclass(slots=True)
class ObjectTable:
    """The numbered objects of a file being made; numbers are given in order from 1."""

    objects: list[bytes | None] = field(default_factory=list)

    def reserve(self) -> Ref:
        """Give a number now for an object that is set later."""
        self.objects.append(None)
        return Ref(len(self.objects))

    def set(self, ref: Ref, value: Value) -> Ref:
        """Set a reserved object."""
        self.objects[ref.number - 1] = serialise(value)
        return ref

    def add(self, value: Value) -> Ref:
        """Number and set an object."""
        return self.set(self.reserve(), value)


def indirect(number_: int, body: bytes) -> bytes:
    """Give an indirect object with its frame."""
    return b"%d 0 obj\n%s\nendobj\n" % (number_, body)


FREE_ENTRY = b"0000000000 65535 f \n"
"""The cross-reference entry of object 0, head of the list of free numbers."""


def xref_entry(offset: int) -> bytes:
    """Give the cross-reference entry of an object (ISO 32000-1, 7.5.4)."""
    return b"%010d 00000 n \n" % offset
