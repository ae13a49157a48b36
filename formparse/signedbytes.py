"""Finds the digital signatures of a file, and the bytes that each one signs.

Whether a signature matches its bytes is `formparse.cms`; what it means for a form is
`formparse.signatures`.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from formparse.errors import RefusalCode, more_than, refused
from formparse.intake import MAX_FIELDS, ReturnedPdf, annotations_of
from formparse.objects import Entries, Ref, String, Value, decode_text

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_SIGNATURES = 16
"""In one file. Four forms signed by two people each have eight; the version of the file that each
one signed may have to be read."""

MAX_CONTENTS_BYTES = 512 * 1024
"""Of one signature, two bytes for each of its own. With certificates and a timestamp it has 16 to
64 KiB; parsing grows with it."""

BYTE_RANGE = b"/ByteRange"
"""Stands in clear in each signed file: a signature names positions in the file, so its dictionary
cannot stand in a compressed stream."""

_FIELD_DEPTH = 8
_CONTENTS_KEY = b"/Contents"
_GAP_BEFORE_CONTENTS = 16
"""White space between `/Contents` and its value that is looked through."""
_ENCRYPTED = b"/Encrypt"
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2})++")
_RANGE = re.compile(
    rb"/ByteRange\s{0,8}\[\s{0,8}(\d{1,9})\s{1,8}(\d{1,9})\s{1,8}(\d{1,9})\s{1,8}(\d{1,9})\s{0,8}\]"
)
_PDF_DATE = re.compile(
    r"D:(?P<moment>\d{14})(?:Z.*|(?P<sign>[+-])(?P<hours>\d\d)'?(?P<minutes>\d\d)?'?)", re.ASCII
)


class Flaw(Enum):
    """Why the bytes that a signature signs cannot be told. In French, for messages."""

    NO_DICTIONARY = "sa valeur n'est pas une signature"
    NO_RANGE = "elle ne dit pas quels octets elle signe"
    NO_CONTENTS = "elle est vide"
    TOO_LARGE = "elle est trop volumineuse"
    MISPLACED = "les octets qu'elle dit signer ne sont pas tous ceux qui l'entourent"
    """The one flaw that a damaged or forged file has, and no unfinished signature."""


class Certification(IntEnum):
    """What a certifying signature allows to be changed after it (ISO 32000-2, table 257)."""

    NOTHING = 1
    FILLING = 2
    FILLING_AND_NOTES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBytes:
    """What a signature signs: all bytes of the file up to `end`, its own left out."""

    own_start: int
    own_end: int
    end: int
    contents: bytes
    """The signature itself, as the bytes left out say it."""

    def parts(self, data: bytes) -> tuple[memoryview, memoryview]:
        """Give the signed bytes."""
        view = memoryview(data)
        return view[: self.own_start], view[self.own_end : self.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSignature:
    """A signature field's value. Nothing of it is checked yet but where its bytes stand."""

    field: str
    """The field's name, without what merging tools put before it."""
    pages: tuple[int, ...]
    """Pages on which the field stands, from 1."""
    signed: SignedBytes | Flaw
    sub_filter: str | None = None
    """How the signature is written."""
    claimed_at: dt.datetime | None = None
    """When it was made, as its dictionary says; None without a time zone."""
    certification: Certification | None = None

    @property
    def end(self) -> int:
        """How far the signed version of the file goes; 0 where that is not known."""
        return self.signed.end if isinstance(self.signed, SignedBytes) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSignatures:
    """All signatures of a file."""

    of_fields: tuple[FoundSignature, ...]
    """Oldest version of the file first."""
    removed: int
    """Signatures that no field shows any more."""


def find_signatures(pdf: ReturnedPdf) -> FoundSignatures:
    """Give the signatures in the file's fields, and how many it holds beside them."""
    finder = _Finder(pdf)
    finder.walk_pages()
    finder.walk_fields()
    found = [_read(pdf, one) for one in finder.values.values()]
    found.sort(key=lambda one: (one.end, one.field))
    shown = {one.signed.own_start for one in found if isinstance(one.signed, SignedBytes)}
    written = set()
    for match in _RANGE.finditer(pdf.data):
        signed = _signed_bytes([int(number) for number in match.groups()], pdf.data)
        if isinstance(signed, SignedBytes):
            written.add(signed.own_start)
    return FoundSignatures(
        of_fields=tuple(found), removed=len(written - shown - _usage_rights(pdf))
    )


@dataclass(slots=True, kw_only=True)
class _FieldValue:
    """A signature field's value, and where the field was met."""

    field: str
    value: Value
    pages: list[int]


class _Finder:
    """The signature fields met so far."""

    def __init__(self, pdf: ReturnedPdf) -> None:
        self.pdf = pdf
        self.objects = pdf.objects
        self.values: dict[Ref | tuple[str, int], _FieldValue] = {}

    def walk_pages(self) -> None:
        """Take the fields that stand on pages."""
        for page in self.pdf.pages:
            for entries in annotations_of(page, self.objects):
                if entries.name(b"Subtype") == "Widget":
                    self.take(entries, page.number)

    def walk_fields(self) -> None:
        """Take the fields that the document names: invisible ones stand on no page."""
        form = self.pdf.form
        roots = self.objects.array(form.get(b"Fields")) if form else []
        for entries in self.objects.tree(roots, limit=MAX_FIELDS):
            self.take(entries, None)

    def take(self, entries: Entries, page: int | None) -> None:
        """Take one field's value, if it is a signature's."""
        levels = list(self.upwards(entries))
        if not any(level.name(b"FT") == "Sig" for level in levels):
            return
        value = next((v for level in levels if (v := level.get(b"V")) is not None), None)
        if self.objects.resolve(value) is None:
            return
        title = next((title for level in levels if (title := level.text(b"T"))), "")
        name = title.rpartition(".")[2]
        key = value if isinstance(value, Ref) else (name, 0)
        if key not in self.values:
            if len(self.values) == MAX_SIGNATURES:
                found = more_than(MAX_SIGNATURES, "signatures numériques", "digital signatures")
                raise refused(RefusalCode.TOO_COMPLEX, found=found)
            self.values[key] = _FieldValue(field=name, value=value, pages=[])
        if page is not None and page not in self.values[key].pages:
            self.values[key].pages.append(page)

    def upwards(self, entries: Entries) -> Iterator[Entries]:
        """Give a field and the fields above it."""
        current: Entries | None = entries
        for _ in range(_FIELD_DEPTH):
            if current is None:
                return
            yield current
            current = self.objects.entries(current.get(b"Parent"))


def _read(pdf: ReturnedPdf, found: _FieldValue) -> FoundSignature:
    objects = pdf.objects
    value = objects.entries(found.value)
    pages = tuple(found.pages)
    if value is None:
        return FoundSignature(field=found.field, pages=pages, signed=Flaw.NO_DICTIONARY)
    moment = objects.resolve(value.get(b"M"))
    return FoundSignature(
        field=found.field,
        pages=pages,
        signed=_checked_bytes(pdf, value),
        sub_filter=value.name(b"SubFilter"),
        claimed_at=_pdf_date(decode_text(moment.data)) if isinstance(moment, String) else None,
        certification=_certification(pdf, found.value, value),
    )


# --- Which bytes --------------------------------------------------------------------------------
def _checked_bytes(pdf: ReturnedPdf, value: Entries) -> SignedBytes | Flaw:
    """Give what a signature signs, once the file shows that it is all but the signature itself."""
    byte_range = pdf.objects.resolve(value.get(b"ByteRange"))
    contents = pdf.objects.resolve(value.get(b"Contents"))
    if not isinstance(byte_range, list) or len(byte_range) != 4:
        return Flaw.NO_RANGE
    numbers = [one for one in byte_range if isinstance(one, int) and not isinstance(one, bool)]
    if len(numbers) != 4:
        return Flaw.NO_RANGE
    if not isinstance(contents, String) or not contents.data.strip(b"\0"):
        return Flaw.NO_CONTENTS
    signed = _signed_bytes(numbers, pdf.data)
    # An encrypted file's strings are decrypted by pypdf, this one too, which is never encrypted.
    is_same = isinstance(signed, SignedBytes) and signed.contents == contents.data
    if isinstance(signed, SignedBytes) and not is_same and _ENCRYPTED not in pdf.data:
        return Flaw.MISPLACED
    return signed


def _signed_bytes(numbers: list[int], data: bytes) -> SignedBytes | Flaw:
    """Give what a byte range signs: from the first byte on, all but one `/Contents <...>`.

    Forged files move their own content into a wider gap, or let the signed bytes start elsewhere
    (pdf-insecurity.org, signature wrapping).
    """
    start, own_start, own_end, length = numbers
    end = own_end + length
    if start != 0 or not 0 < own_start < own_end <= end <= len(data) or length <= 0:
        return Flaw.MISPLACED
    if own_end - own_start > MAX_CONTENTS_BYTES:
        return Flaw.TOO_LARGE
    key_end = max(0, own_start - len(_CONTENTS_KEY) - _GAP_BEFORE_CONTENTS)
    gap = data[own_start:own_end]
    is_contents = data[key_end:own_start].rstrip().endswith(_CONTENTS_KEY)
    if (
        not is_contents
        or gap[:1] != b"<"
        or gap[-1:] != b">"
        or not _HEX.fullmatch(gap, 1, len(gap) - 1)
    ):
        return Flaw.MISPLACED
    contents = bytes.fromhex(gap[1:-1].decode("ascii"))
    return SignedBytes(own_start=own_start, own_end=own_end, end=end, contents=contents)


def _usage_rights(pdf: ReturnedPdf) -> set[int]:
    """Give where the signature stands by which Adobe allowed its reader to save the form."""
    permissions = pdf.objects.entries(pdf.objects.root().get(b"Perms"))
    rights = [permissions.get(key) for key in (b"UR", b"UR3")] if permissions else []
    signed = [_checked_bytes(pdf, one) for one in map(pdf.objects.entries, rights) if one]
    return {one.own_start for one in signed if isinstance(one, SignedBytes)}


# --- What else it says --------------------------------------------------------------------------
def _certification(pdf: ReturnedPdf, value: Value, signature: Entries) -> Certification | None:
    """Give what a certifying signature allows; None for any other."""
    objects = pdf.objects
    permissions = objects.entries(objects.root().get(b"Perms"))
    if permissions is None or not isinstance(value, Ref) or permissions.ref(b"DocMDP") != value:
        return None
    for item in objects.array(signature.get(b"Reference")):
        reference = objects.entries(item)
        if reference is not None and reference.name(b"TransformMethod") == "DocMDP":
            parameters = objects.entries(reference.get(b"TransformParams"))
            level = parameters.integer(b"P") if parameters else None
            return Certification(level) if level in set(Certification) else Certification.FILLING
    return None


def _pdf_date(text: str) -> dt.datetime | None:
    """Give the moment that a date says; None for one that says none, or not in which time zone."""
    match = _PDF_DATE.fullmatch(text.strip())
    if match is None:
        return None
    try:
        offset = dt.timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
        zone = dt.timezone(-offset if match["sign"] == "-" else offset)
        return dt.datetime.strptime(match["moment"], "%Y%m%d%H%M%S").replace(tzinfo=zone)
    except ValueError:
        return None
