"""Lean access to the objects of a PDF, through pypdf.

pypdf finds the cross-reference table, decrypts, opens object streams and repairs. Its object
parser reads byte by byte, about 70 µs for a box of a form, and a form has over a hundred. So a
plain object, one whose bytes match a strict grammar in full, is cut into keys and raw values by one
regular expression (4 µs), and its values are decoded only when asked for. Whatever the grammar does
not accept is parsed by pypdf and turned into the same value types; a property test holds the two
together.

Knows nothing of pages, forms or limits on files: opening one is `formparse.intake`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Any, NamedTuple, Protocol, TypeAlias, TypeVar, Union

from pypdf import PdfReader, generic

LEAN_OBJECT_BYTES = 65_536
"""How far from its start an object's end is looked for. A page with 2,000 annotations fits; without
a bound, objects that never end would make each look-up read the whole file."""

LEAN_DEPTH = 3
"""How deep the grammar follows dictionaries and arrays inside an object. A page that says what form
it is of needs three (/PieceInfo, /formgen, /Private)."""

PYPDF_DEPTH = 32
"""The same for what pypdf parsed: nothing in a form is nested half as deep."""

_REFERENCE_HOPS = 8
"""References to references that are followed; the standard allows none."""


class Name(str):
    """A name, without its slash."""

    __slots__ = ()


class Ref(NamedTuple):
    """Which object is meant. A tuple, as hundreds are made for one form and used as keys."""

    number: int
    generation: int


@dataclass(frozen=True, slots=True)
class String:
    """A string as bytes; `decode_text` says what text it is."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value that no form needs, kept so that it is not taken for an absent one."""

    what: str


class Entries:
    """A dictionary. Values that stand as raw tokens are decoded each time they are asked for."""

    __slots__ = ("raw",)

    def __init__(self, raw: Mapping[bytes, bytes | Value]) -> None:
        self.raw = raw
        """Undecoded tokens are `bytes`; no decoded value is."""

    def get(self, key: bytes) -> Value:
        """Give the value of `key`, None where it is absent or null."""
        value = self.raw.get(key)
        return _decode(value) if isinstance(value, bytes) else value

    def keys(self) -> Iterator[bytes]:
        """Give the keys, without slashes."""
        return iter(self.raw)

    def name(self, key: bytes) -> str | None:
        """Give the value of `key` if it is a name."""
        value = self.raw.get(key)
        if isinstance(value, bytes):
            return _decode_name(value) if value[:1] == b"/" else None
        return value if isinstance(value, Name) else None

    def ref(self, key: bytes) -> Ref | None:
        """Give the value of `key` if it is a reference."""
        value = self.get(key)
        return value if isinstance(value, Ref) else None

    def text(self, key: bytes) -> str | None:
        """Give the value of `key` if it is a string, as text."""
        value = self.get(key)
        return decode_text(value.data) if isinstance(value, String) else None

    def integer(self, key: bytes) -> int | None:
        """Give the value of `key` if it is a whole number."""
        value = self.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class Stream:
    """An object with data behind it; `Objects.data` decodes them."""

    entries: Entries
    source: generic.StreamObject

    def encoded(self) -> bytes:
        """Give its data as they stand in the file."""
        data: bytes = self.source._data  # noqa: SLF001 - pypdf gives them away in no other way
        return data


# Union and quotes: the type names itself, and Python 3.11 has no `type` statement.
Value: TypeAlias = Union[
    bool, int, float, Name, String, Ref, "list[Value]", Entries, Stream, Opaque, None
]

# --- The grammar. Possessive quantifiers, so that no input makes it try twice. ------------------
# NUL, which is white space in PDF, is left to pypdf, as are comments, names with `#`, strings with
# inner parentheses, line ends to normalise or unusual escapes, and hex strings with spaces.
_SPACE = rb"[ \t\r\n\f]*+"
_ENDS = rb"(?=[ \t\r\n\f/<>\[\]()]|\Z)"
_NAME = rb"[A-Za-z0-9_.+\-]{1,64}+" + _ENDS
_ATOM = (
    rb"(?:/" + _NAME
    # Single spaces: pypdf looks for a reference within 20 bytes.
    + rb"|[0-9]{1,7} [0-9]{1,5} R" + _ENDS
    + rb"|\((?:[^()\\\r]++|\\(?:[nrtbf()\\]|[0-3][0-7][0-7]))*+\)"
    + rb"|[+-]?(?:[0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})" + _ENDS
    + rb"|<(?:[0-9A-Fa-f]{2})*+>"
    + rb"|(?:true|false|null)" + _ENDS + rb")"
)  # fmt: skip


def _value_pattern(depth: int) -> bytes:
    if depth == 0:
        return _ATOM
    inner = _value_pattern(depth - 1)
    array = rb"\[(?:" + _SPACE + inner + rb")*+" + _SPACE + rb"\]"
    dictionary = rb"<<(?:" + _SPACE + rb"/" + _NAME + _SPACE + inner + rb")*+" + _SPACE + rb">>"
    return rb"(?:" + _ATOM + rb"|" + array + rb"|" + dictionary + rb")"


_VALUE = re.compile(_value_pattern(LEAN_DEPTH))
_ENTRY = re.compile(
    _SPACE + rb"/(" + _NAME + rb")" + _SPACE + rb"(" + _value_pattern(LEAN_DEPTH) + rb")" + _SPACE
    # Any byte out of place makes an entry without a key, which tells that the grammar failed.
    + rb"|[^ \t\r\n\f]"
)  # fmt: skip
_GAPS = frozenset({b"", b" ", b"\n", b"\r", b"\r\n", b" \n", b" \r\n"})
"""What may stand between `obj` and `<<`, and before `endobj`; all else is left to pypdf."""
_MAX_GAP = 5
_REF = re.compile(rb"([0-9]+) ([0-9]+) R")
_REFS = re.compile(
    rb"\[(?:" + _SPACE + rb"[0-9]{1,7} [0-9]{1,5} R" + _ENDS + rb")*+" + _SPACE + rb"\]"
)
"""An array of references only: a form has some with a hundred."""
_NUMBERS = re.compile(rb"[0-9.+\-\[\] \r\n\tR]*+")
"""What stands in an object that is numbers, references and arrays of them: widths of letters."""
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPED = {
    b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f",
    b"(": b"(", b")": b")", b"\\": b"\\",
}  # fmt: skip
_WORDS: dict[bytes, bool | None] = {b"true": True, b"false": False, b"null": None}


def parse_entries(body: bytes, start: int, end: int) -> dict[bytes, bytes] | None:
    """Cut what stands between `<<` and `>>` into keys and raw values.

    None: the grammar does not accept it, or a key stands twice.
    """
    pairs = _ENTRY.findall(body, start, end)
    entries = dict(pairs)
    return None if b"" in entries or len(entries) != len(pairs) else entries


def _unescape(match: re.Match[bytes]) -> bytes:
    escape = match[1]
    return _ESCAPED.get(escape) or bytes((int(escape, 8),))


def _decode(token: bytes) -> Value:
    """Give the value of a token that the grammar has accepted."""
    return _DECODERS.get(token[0], _decode_word)(token)


# Names, references and numbers are short, and the same ones stand in every form.
@lru_cache(maxsize=4096)
def _decode_name(token: bytes) -> Name:
    return Name(token[1:].decode("ascii"))


def _decode_string(token: bytes) -> String:
    inner = token[1:-1]
    return String(_ESCAPE.sub(_unescape, inner) if b"\\" in inner else inner)


def _decode_array(token: bytes) -> list[Value]:
    if _REFS.fullmatch(token):
        return [Ref(int(number), int(generation)) for number, generation in _REF.findall(token)]
    return [_decode(item) for item in _VALUE.findall(token, 1, len(token) - 1)]


def _decode_angles(token: bytes) -> Entries | String:
    if token[1:2] == b"<":
        # Reversed: of two equal keys pypdf keeps the first.
        return Entries(dict(reversed(_ENTRY.findall(token, 2, len(token) - 2))))
    return String(bytes.fromhex(token[1:-1].decode("ascii")))


_DECODERS: dict[int, Callable[[bytes], Value]] = {
    ord("/"): _decode_name,
    ord("("): _decode_string,
    ord("["): _decode_array,
    ord("<"): _decode_angles,
}


@lru_cache(maxsize=4096)
def _decode_word(token: bytes) -> Value:
    """Give the value of a token that starts with no mark: a keyword, a reference, a number."""
    if token in _WORDS:
        return _WORDS[token]
    if token.endswith(b"R"):
        number, generation, _ = token.split(b" ")
        return Ref(int(number), int(generation))
    return float(token) if b"." in token else int(token)


# --- Text strings (ISO 32000-2, 7.9.2.2) -------------------------------------------------------
_PDF_DOC = str.maketrans(
    {
        **dict(zip(range(0x18, 0x20), "˘ˇˆ˙˝˛˚˜", strict=True)),
        **dict(zip(range(0x80, 0x9F), "•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž", strict=True)),
        0x9F: "\ufffd",
        0xA0: "€",
        0xAD: "\ufffd",
    }
)
_LANGUAGE = re.compile("\x1b[^\x1b]{2,5}\x1b")
"""Language codes inside a UTF-16 string are not part of its text."""


def decode_text(data: bytes) -> str:
    """Give the text of a string value, whatever way it is written in.

    Readers write UTF-16 in both byte orders, UTF-8 with its mark, or PDFDocEncoding. Without a mark
    a NUL says UTF-16 too, as no form text holds one. Bytes that mean nothing become U+FFFD.
    """
    if data.isascii() and b"\0" not in data:
        return data.decode("ascii").translate(_PDF_DOC)
    for mark, encoding in (
        (b"\xfe\xff", "utf-16-be"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xef\xbb\xbf", "utf-8"),
    ):
        if data.startswith(mark):
            return _LANGUAGE.sub("", data[len(mark) :].decode(encoding, "replace"))
    if data[:1] == b"\0":
        return data.decode("utf-16-be", "replace")
    if data[1:2] == b"\0":
        return data.decode("utf-16-le", "replace")
    return data.decode("latin-1").translate(_PDF_DOC)


# --- Access -------------------------------------------------------------------------------------
_Result = TypeVar("_Result")


class Guard(Protocol):
    """Runs a call into pypdf under the limits of one file."""

    def __call__(self, call: Callable[[], _Result]) -> _Result:
        """Give what `call` gives."""


_ANY_HEADER = re.compile(rb"\s(\d{1,10})\s+(\d{1,5})\s+obj")
"""Start of an object, wherever it stands, as pypdf looks for one that is not in the table."""

_HEADER = re.compile(rb"([0-9]{1,7}) ([0-9]{1,5}) obj[ \t\r\n\f]*+(?=[^ \t\r\n\f\0])")
_HEADER_BYTES = 32
_MAX_COLUMN = 8
"""Widest column of a cross-reference stream that pypdf takes."""
_KINDS = frozenset({0, 1, 2})
"""Free, in the file, in an object stream. Of any other row pypdf takes the first column only."""


class LeanReader(PdfReader):
    """pypdf's reader, quicker at what it does for each object when it opens a file.

    It looks whether an object stands where the cross-reference table says, and reads tables that
    are streams, byte by byte; for the seven hundred objects of a tagged form this is most of the
    time that opening takes. All checks and limits stay pypdf's, and so does whatever is unusual.
    Two of the methods are not public: should they get other names, opening is slower and no more.
    """

    _xref_rows: tuple[list[int], bytes] = ([], b"")
    """Widths of the columns, and data, of the cross-reference stream being read."""

    _headers: frozenset[tuple[int, int]] | None = None
    """Numbers and generations of all objects that begin somewhere in the file, once asked for."""

    def get_object(
        self, indirect_reference: int | generic.IndirectObject
    ) -> generic.PdfObject | None:
        """Give an object; None, and no warning, for one that the file never had.

        A reference to such an object is no error (ISO 32000-1, 7.3.10): pdfunite leaves boxes that
        name a field left behind, pdf-lib's flattening fields that name boxes gone.
        """
        ref = indirect_reference
        if isinstance(ref, generic.IndirectObject) and self._is_nowhere(ref.idnum, ref.generation):
            return None
        return super().get_object(ref)

    def _is_nowhere(self, number: int, generation: int) -> bool:
        if number in self.xref.get(generation, ()) or number in self.xref_objStm:
            return False
        if self._headers is None:
            here = self.stream.tell()
            self.stream.seek(0)
            found = _ANY_HEADER.finditer(self.stream.read())
            self._headers = frozenset((int(one[1]), int(one[2])) for one in found)
            self.stream.seek(here)
        return (number, generation) not in self._headers

    def read_object_header(self, stream: IO[Any]) -> tuple[int, int]:
        """Give number and generation of the object that starts here, and go to what it holds."""
        start = stream.tell()
        head = _HEADER.match(stream.read(_HEADER_BYTES))
        if head is None:
            stream.seek(start)
            return super().read_object_header(stream)
        stream.seek(start + head.end())
        return int(head[1]), int(head[2])

    def _sanitize_pdf15_xref_stream_index_pairs(
        self, index_pairs: list[int], entry_sizes: list[int], xref_stream: generic.StreamObject
    ) -> list[int]:
        self._xref_rows = ([int(size) for size in entry_sizes], xref_stream.get_data())
        return super()._sanitize_pdf15_xref_stream_index_pairs(
            index_pairs=index_pairs, entry_sizes=entry_sizes, xref_stream=xref_stream
        )

    def _read_xref_subsections(
        self,
        idx_pairs: list[int],
        get_entry: Callable[[int], int | tuple[int, ...]],
        used_before: Callable[[int, int | tuple[int, ...]], bool],
    ) -> None:
        sizes, data = self._xref_rows
        width = sum(sizes)
        end = sum(idx_pairs[1::2]) * width
        is_usual = (
            len(sizes) == 3 and sizes[0] == 1 and min(sizes) > 0 and max(sizes) <= _MAX_COLUMN
        )
        if not is_usual or end > len(data) or not _KINDS.issuperset(data[:end:width]):
            super()._read_xref_subsections(idx_pairs, get_entry, used_before)
            return
        third = 1 + sizes[1]
        row = 0
        for first, count in self._pairs(idx_pairs):
            for number in range(first, first + count):
                kind = data[row]
                value = int.from_bytes(data[row + 1 : row + third])
                last = int.from_bytes(data[row + third : row + width])
                row += width
                if kind == 1:
                    table = self.xref.setdefault(last, {})
                    if number not in table and number not in self.xref_objStm:
                        table[number] = value
                elif kind == 2 and not used_before(number, 0):
                    self.xref_objStm[number] = (value, last)


_Container: TypeAlias = tuple[bytes, dict[int, tuple[int, int]]]
"""Data of an object stream, and from where to where each object stands in it."""

_INDEX = re.compile(rb"([0-9]{1,7}+)[ \t\r\n\f]++([0-9]{1,8}+)" + _SPACE)
_INDEX_ONLY = re.compile(_SPACE + rb"(?:" + _INDEX.pattern + rb")*+")


def _entries_in(data: bytes, start: int, end: int) -> Entries | None:
    """Give the dictionary that stands between two positions, if the grammar accepts it."""
    opening = data.find(b"<<", start, start + _MAX_GAP)
    closing = data.rfind(b">>", start, end)
    if opening < 0 or closing < opening + 2:
        return None
    if data[start:opening] not in _GAPS or data[closing + 2 : end] not in _GAPS:
        return None
    entries = parse_entries(data, opening + 2, closing)
    return None if entries is None else Entries(entries)


class TooManyObjectsError(Exception):
    """More objects were asked for than one file may make us read."""


class TooMuchDataError(Exception):
    """The streams that were asked for swell to more than those of one file may."""


class Objects:
    """The objects of one file, each read once."""

    __slots__ = (
        "_cache",
        "_containers",
        "_data",
        "_decoded",
        "_decoded_limit",
        "_dictionaries",
        "_free",
        "_guard",
        "_limit",
        "_offsets",
        "_packed",
        "_reader",
    )

    def __init__(
        self, data: bytes, reader: PdfReader, *, guard: Guard, limit: int, decoded_limit: int
    ) -> None:
        """Take an opened reader; `guard` runs each call into pypdf under its limits."""
        self._decoded = 0
        self._decoded_limit = decoded_limit
        self._data = data
        self._reader = reader
        self._guard = guard
        self._limit = limit
        # Where objects stand that may be read here: not in encrypted files, whose strings need
        # decrypting, and of generation 0, which all have but a few in files changed many times.
        self._offsets: dict[int, int] = {} if reader.is_encrypted else reader.xref.get(0, {})
        self._free = reader.xref_free_entry.get(0, {})
        # Objects in object streams are not encrypted one by one, their stream is.
        self._packed = reader.xref_objStm
        self._containers: dict[int, _Container] = {}
        self._cache: dict[Ref, Value] = {}
        self._dictionaries: dict[tuple[int, bytes], tuple[Entries, tuple[Entries, ...]]] = {}

    @property
    def is_encrypted(self) -> bool:
        """Whether the file is encrypted, though with a password that is known."""
        return self._reader.is_encrypted

    def containers(self) -> Iterator[bytes]:
        """Give the data of the object streams that were opened so far."""
        return (data for data, _ in self._containers.values())

    @property
    def count(self) -> int:
        """How many objects have been read."""
        return len(self._cache)

    def get(self, ref: Ref) -> Value:
        """Give the object that `ref` names, None where there is none."""
        cache = self._cache
        if ref in cache:
            return cache[ref]
        if len(cache) >= self._limit:
            raise TooManyObjectsError(str(self._limit))
        value: Value = self._read_lean(ref)
        if value is None:
            value = self._read_with_pypdf(ref)
        cache[ref] = value
        return value

    def resolve(self, value: Value) -> Value:
        """Give `value` itself, or the object it refers to."""
        if isinstance(value, Ref):
            value = self.get(value)
        for _ in range(_REFERENCE_HOPS):
            if not isinstance(value, Ref):
                return value
            value = self.get(value)
        return None

    def entries(self, value: Value) -> Entries | None:
        """Give the dictionary that `value` is or refers to; None if it is something else."""
        if isinstance(value, Entries):
            return value
        value = self.resolve(value)
        return value if isinstance(value, Entries) else None

    def array(self, value: Value) -> list[Value]:
        """Give the array that `value` is or refers to; empty if it is something else."""
        value = self.resolve(value)
        return value if isinstance(value, list) else []

    def dictionaries(self, holder: Entries, key: bytes, *, limit: int) -> tuple[Entries, ...]:
        """Give the dictionaries in the array that is an entry of `holder`: the first `limit`.

        Each is looked up once, however many ask for them: a page's annotations, above all.
        """
        # By address; the holder is kept, so that no other can have it.
        known = self._dictionaries.get((id(holder), key))
        if known is None:
            found = map(self.entries, self.array(holder.get(key))[:limit])
            known = holder, tuple(entries for entries in found if entries is not None)
            self._dictionaries[id(holder), key] = known
        return known[1]

    def tree(self, roots: list[Value], *, limit: int) -> Iterator[Entries]:
        """Give the dictionaries of a tree (/Kids) in its order, each object once; of at most
        `limit` nodes, whatever they claim.
        """
        waiting = roots[:limit][::-1]
        seen: set[Ref] = set()
        for _ in range(limit):
            if not waiting:
                return
            value = waiting.pop()
            if isinstance(value, Ref):
                if value in seen:
                    continue
                seen.add(value)
            node = self.entries(value)
            if node is not None:
                yield node
                waiting.extend(reversed(self.array(node.get(b"Kids"))[:limit]))

    def data(self, stream: Stream) -> bytes:
        """Give the decoded data of a stream."""
        data = self._guard(stream.source.get_data)
        # pypdf keeps what it has decoded, so that each stream counts once for as good as its size.
        self._decoded += len(data)
        if self._decoded > self._decoded_limit:
            raise TooMuchDataError(str(self._decoded_limit))
        return data

    def undecoded(self, ref: Ref) -> tuple[bytes, bytes] | None:
        """Give an object as it stands in the file: what comes before its stream's data, the data.

        None: not plain enough to be sure where it ends; `get` and `data` give what it is then.
        """
        start = self._start_of(ref)
        if start < 0:
            return None
        data = self._data
        end = data.find(b"endobj", start, start + LEAN_OBJECT_BYTES)
        begin = data.find(b"stream", start, end if end >= 0 else start + LEAN_OBJECT_BYTES)
        if begin < 0:
            body = data[start:end] if end >= 0 else b"("
            is_plain = _NUMBERS.fullmatch(body) or _entries_in(data, start, end) is not None
            return (body, b"") if is_plain else None
        entries = _entries_in(data, start, begin)
        length = self.resolve(entries.get(b"Length")) if entries is not None else None
        if not isinstance(length, int) or length < 0:
            return None
        first = begin + len(b"stream")
        first += 2 if data.startswith(b"\r\n", first) else 1
        after = data[first + length : first + length + _MAX_GAP + len(b"endstream")]
        if not after.lstrip().startswith(b"endstream"):
            return None
        return data[start:begin], data[first : first + length]

    def _start_of(self, ref: Ref) -> int:
        """Give where a plain object's body begins in the file, -1 where it is not there."""
        if ref.generation or self._free.get(ref.number) or ref.number in self._packed:
            return -1
        start = self._offsets.get(ref.number, -1)
        head = b"%d 0 obj" % ref.number
        return start + len(head) if start >= 0 and self._data.startswith(head, start) else -1

    def root(self) -> Entries:
        """Give the document's root; pypdf looks for it where the trailer does not name it."""
        untrusted_root = dict.get(self._reader.trailer, "/Root")
        if isinstance(untrusted_root, generic.IndirectObject):
            root = self.get(Ref(untrusted_root.idnum, untrusted_root.generation))
            if isinstance(root, Entries) and root.name(b"Type") == "Catalog":
                return root
        found = self._guard(lambda: value_of(self._reader.root_object))
        return found if isinstance(found, Entries) else Entries({})

    def _read_lean(self, ref: Ref) -> Entries | None:
        """Give a plain object, None where pypdf must read it."""
        number, generation = ref
        if generation or self._free.get(number):
            return None
        if number in self._packed:
            return self._read_packed(number)
        start = self._offsets.get(number, -1)
        head = b"%d 0 obj" % number
        data = self._data
        if start < 0 or not data.startswith(head, start):
            return None
        start += len(head)
        end = data.find(b"endobj", start, start + LEAN_OBJECT_BYTES)
        return _entries_in(data, start, end) if end >= 0 else None

    def _read_packed(self, number: int) -> Entries | None:
        """Give a plain object out of an object stream.

        pypdf decodes the stream; it would also parse all that is in it, for the sake of one.
        """
        container = self._packed[number][0]
        if container not in self._containers:
            self._containers[container] = self._open_container(container)
        data, spans = self._containers[container]
        start, end = spans.get(number, (0, 0))
        return _entries_in(data, start, end) if end else None

    def _open_container(self, container: int) -> _Container:
        """Give an object stream's data, and where in it each object stands."""
        nothing: _Container = (b"", {})
        stream = self.get(Ref(container, 0))
        if not isinstance(stream, Stream) or stream.entries.name(b"Type") != "ObjStm":
            return nothing
        count, first = stream.entries.integer(b"N"), stream.entries.integer(b"First")
        data = self.data(stream)
        if count is None or first is None or not 0 < first <= len(data):
            return nothing
        numbers = _INDEX.findall(data, 0, first)
        if len(numbers) != count or not _INDEX_ONLY.fullmatch(data, 0, first):
            return nothing
        starts = [first + int(offset) for _, offset in numbers]
        ends = [*starts[1:], len(data)]
        names = [int(name) for name, _ in numbers]
        if len(set(names)) != count or any(
            start >= end for start, end in zip(starts, ends, strict=True)
        ):
            return nothing
        return data, dict(zip(names, zip(starts, ends, strict=True), strict=True))

    def _read_with_pypdf(self, ref: Ref) -> Value:
        wanted = generic.IndirectObject(ref.number, ref.generation, self._reader)
        return self._guard(lambda: value_of(self._reader.get_object(wanted)))


def value_of(parsed: generic.PdfObject | None, depth: int = PYPDF_DEPTH) -> Value:  # noqa: PLR0911 - one return for each type
    """Give what pypdf parsed as one of our values."""
    match parsed:
        case None | generic.NullObject():
            return None
        case generic.IndirectObject():
            return Ref(parsed.idnum, parsed.generation)
        case generic.NameObject():
            return Name(parsed[1:])
        case generic.TextStringObject() | generic.ByteStringObject():
            return String(bytes(parsed.original_bytes))
        case generic.BooleanObject():
            return bool(parsed.value)
        case generic.NumberObject():
            return int(parsed)
        case generic.FloatObject():
            return float(parsed)
        case _:
            return _collection_of(parsed, depth)


def _collection_of(parsed: generic.PdfObject, depth: int) -> Value:
    if depth == 0:
        return Opaque("nested too deep")
    if isinstance(parsed, list):
        return [value_of(item, depth - 1) for item in parsed]
    if isinstance(parsed, generic.DictionaryObject):
        entries = Entries(
            {
                key[1:].encode("utf-8", "surrogateescape"): value_of(
                    dict.__getitem__(parsed, key), depth - 1
                )
                for key in dict.keys(parsed)
                if key[:1] == "/"
            }
        )
        return Stream(entries, parsed) if isinstance(parsed, generic.StreamObject) else entries
    return Opaque(type(parsed).__name__)
