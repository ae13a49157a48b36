"""Damages a file as mail, disks, bad tools and bad people do: a few seeded changes of its bytes.

The same file, kind of change and seed give the same bytes. Half of the changes aim at the file's
structure, since most of its bytes are compressed drawings in which all damage looks alike.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

MOST_CHANGES = 4
"""In one mutant. Where more is changed, nothing is left to read."""

MOST_BYTES = 2_000
"""Of a block that is lost, moved or doubled: a few sectors."""

_STRUCTURE = re.compile(rb"\d+ 0 obj|/[A-Z][A-Za-z]+|trailer|xref|startxref")
_NUMBER = re.compile(rb"\d+")
_TOKENS = (
    b"/OUI", b"/NON", b"/NA", b"/Off", b"/V", b"/AS", b"/Kids", b"/Parent", b"/AP", b"/N", b"/T",
    b"/Rect", b"/Annots", b"/Fields", b"/FT", b"/Btn", b"/Tx", b"/Sig", b"/F", b"/Subtype",
    b"/Widget", b"null", b"true", b"false", b"<<", b">>", b"[", b"]", b"(", b")", b"<", b">",
    b"endobj", b"stream", b"endstream", b"%", b"1 0 R", b"2 0 R", b"10 0 R", b"-1", b"0",
    b"99999999", b"2147483648", b"1e309", b"#41", b"/Length 999999999", b"\x00", b"\xff\xfe",
)  # fmt: skip

_Change = Callable[[bytearray, random.Random], None]


def mutate(data: bytes, seed: str) -> bytes:
    """Give the file with one to `MOST_CHANGES` changes."""
    chance = random.Random(seed)
    changed = bytearray(data)
    for _ in range(chance.randint(1, MOST_CHANGES)):
        chance.choice(_CHANGES)(changed, chance)
    return bytes(changed)


def _place(data: bytearray, chance: random.Random) -> int:
    """Give where to change something: anywhere, or just behind a word of the file's structure."""
    at = chance.randrange(len(data) + 1)
    if chance.random() < 0.5:
        return at
    found = _STRUCTURE.search(data, at)
    return found.end() if found else at


def _flip_a_bit(data: bytearray, chance: random.Random) -> None:
    at = min(_place(data, chance), len(data) - 1)
    if at >= 0:
        data[at] ^= 1 << chance.randrange(8)


def _change_a_byte(data: bytearray, chance: random.Random) -> None:
    at = min(_place(data, chance), len(data) - 1)
    if at >= 0:
        data[at] = chance.randrange(256)


def _lose(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    del data[at : at + _length(chance)]


def _blank_out(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    length = len(data[at : at + _length(chance)])
    data[at : at + length] = chance.choice((b"\0", b" ", b"\xff")) * length


def _double(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    data[at:at] = data[at : at + _length(chance)]


def _move(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    block = data[at : at + _length(chance)]
    del data[at : at + len(block)]
    there = _place(data, chance)
    data[there:there] = block


def _copy_over(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    block = data[at : at + _length(chance)]
    there = _place(data, chance)
    data[there : there + len(block)] = block


def _put_in(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    data[at:at] = chance.choice((b"", b" ")) + chance.choice(_TOKENS) + chance.choice((b"", b" "))


def _exchange_a_word(data: bytearray, chance: random.Random) -> None:
    found = _STRUCTURE.search(data, chance.randrange(len(data) + 1))
    if found:
        data[found.start() : found.end()] = chance.choice(_TOKENS)


def _change_a_number(data: bytearray, chance: random.Random) -> None:
    found = _NUMBER.search(data, _place(data, chance))
    if found:
        value = int(found[0][:18])
        new = chance.choice((value + 1, value - 1, value * 2, -value, 0, 10**9, 10**15))
        data[found.start() : found.end()] = b"%d" % new


def _cut_off(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _as_text(data: bytearray, chance: random.Random) -> None:
    """Change line ends in a part of the file, as programs do that take it for text."""
    at = _place(data, chance)
    end = at + 20 * _length(chance)
    data[at:end] = data[at:end].replace(b"\n", b"\r\n")


def _length(chance: random.Random) -> int:
    """Give the length of a block: most are short."""
    return int(MOST_BYTES ** chance.random())


_CHANGES: tuple[_Change, ...] = (
    _flip_a_bit,
    _flip_a_bit,
    _change_a_byte,
    _change_a_byte,
    _lose,
    _blank_out,
    _double,
    _move,
    _copy_over,
    _put_in,
    _put_in,
    _exchange_a_word,
    _exchange_a_word,
    _change_a_number,
    _change_a_number,
    _cut_off,
    _as_text,
)
