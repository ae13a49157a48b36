"""What kind of file bytes are, told by what stands in them and never by a name.

One line for each kind that is read, and for each that people send although it cannot be read, so
that they hear what to do. Opening is for others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

HEADER_BYTES = 1024
"""How far `%PDF-` may stand from the start: Acrobat's own rule; mail software puts lines before."""

_HEAD_BYTES = 65_536
"""How far the header lines of a message, or the first element of XML, are looked for. Servers and
filters put some 15 kB of lines into a message."""


class Kind(StrEnum):
    """What a file is."""

    PDF = "pdf"
    FDF = "fdf"
    """The values of a form without the form, as PDF readers send them."""
    XFDF = "xfdf"
    """The same as XML."""
    MESSAGE = "message"
    """An e-mail message, `.eml`."""
    MAILBOX = "mailbox"
    """Several messages in one file, as Unix programs keep them."""
    ARCHIVE = "archive"
    """A compressed folder; not one of those that are really office documents."""
    OUTLOOK = "outlook"
    """A message as Outlook saves it, `.msg`."""
    WINMAIL = "winmail"
    """`winmail.dat`: how Outlook packs attachments in « rich text » for other Outlooks."""
    PICTURE = "picture"
    """A scan or a photo: JPEG, PNG or TIFF."""
    OTHER_PICTURE = "other-picture"
    """A photo of a kind that is not read (HEIC and the like)."""
    OTHER = "other"


_PICTURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
)
"""First bytes of the pictures that are read, and Pillow's name for each. All else of Pillow's forty
decoders stays shut."""
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif")
"""Behind `ftyp`. No reader for them is both kept up and free of GPL parts: wheels of `pillow-heif`
carry x265, and `pi-heif`, which did not, is no longer made."""

_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08")
_OFFICE_ENTRY = re.compile(
    rb"PK\x03\x04.{26}(?:\[Content_Types\]|_rels/|docProps/|customXml/|word/|xl/|ppt/|mimetype)",
    re.DOTALL,
)
"""Office documents are archives too; their first entry says that they are."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_MESSAGE = "__properties_version1.0".encode("utf-16-le")
"""Name of a stream that every `.msg` has and no document (MS-OXMSG 2.2)."""
_TNEF = b"\x78\x9f\x3e\x22"

_BEFORE_XML = b"\xef\xbb\xbf\xfe\xff\0 \t\r\n"
_XFDF = re.compile(rb"<\0?x\0?f\0?d\0?f\0?[ \t\r\n>]")
"""In one or two bytes a letter."""

_FIELD = re.compile(rb"([!-9;-~]{1,76}):|[ \t]+[^ \t]")
"""A header line or the continuation of one (RFC 5322, 2.2)."""
_OF_MESSAGES = frozenset(
    b"from to subject date message-id mime-version received return-path delivered-to reply-to "
    b"content-type x-unsent dkim-signature".split()
)
_MIN_OF_MESSAGES = 2
"""Such headers that make a message: a note that begins with « Date: » is none."""
_ENCLOSES = re.compile(rb"multipart/|quoted-printable", re.IGNORECASE)
_MAILBOX_LINE = re.compile(rb"^From \S+ .*\d\d:\d\d", re.MULTILINE)


def _is_archive(data: bytes) -> bool:
    return data.startswith(_ARCHIVES) and not _OFFICE_ENTRY.match(data)


def _is_outlook(data: bytes) -> bool:
    return data.startswith(_OLE) and _OLE_MESSAGE in data


def _is_winmail(data: bytes) -> bool:
    return data.startswith(_TNEF)


def _is_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[: HEADER_BYTES + 5]


def _is_fdf(data: bytes) -> bool:
    return b"%FDF-" in data[: HEADER_BYTES + 5]


def _is_xfdf(data: bytes) -> bool:
    head = data[:_HEAD_BYTES]
    return head.lstrip(_BEFORE_XML).startswith(b"<") and _XFDF.search(head) is not None


def _is_mailbox(data: bytes) -> bool:
    if not data.startswith(b"From ") or not _is_message(data):
        return False
    starts = _MAILBOX_LINE.finditer(data)
    next(starts, None)
    return next(starts, None) is not None


def _is_message(data: bytes) -> bool:
    headers = _message_headers(data)
    # Lines of a mail program may stand before a PDF, and a PDF may stand early in a message.
    return bool(headers) and (not _is_pdf(data) or _ENCLOSES.search(headers) is not None)


def _message_headers(data: bytes) -> bytes:
    """Give the lines before a message's body; empty where these bytes are no message."""
    head = data[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if head.startswith(b"From "):
        head = head.partition(b"\n")[2]
    if not _FIELD.match(head):
        return b""  # most files, at once
    lines = head.split(b"\n")
    if len(data) > _HEAD_BYTES:
        lines.pop()  # cut off somewhere
    names = set()
    for number, line in enumerate(lines):
        if not line.strip(b"\r"):
            lines = lines[:number]
            break
        found = _FIELD.match(line)
        if found is None:
            return b""
        names.add((found[1] or b"").lower())
    return b"\n".join(lines) if len(names & _OF_MESSAGES) >= _MIN_OF_MESSAGES else b""


def picture_format(data: bytes) -> str | None:
    """Give what Pillow calls a picture that is read here; None for anything else."""
    return next((name for start, name in _PICTURES if data.startswith(start)), None)


def unread_picture(data: bytes) -> str | None:
    """Give what people call a picture that is not read here; None for anything else."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        return "AVIF" if data[8:12] == b"avif" else "HEIC"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if data[:4] in (b"II+\0", b"MM\0+"):
        return "BigTIFF"
    # Two letters prove little: the length in the header must be the file's.
    if data[:2] == b"BM" and int.from_bytes(data[2:6], "little") == len(data):
        return "BMP"
    return None


_LOGOS = frozenset({"GIF", "BMP"})
"""Attached to a message they are no photo of a form."""


def _is_picture(data: bytes) -> bool:
    return picture_format(data) is not None


def _is_other_picture(data: bytes) -> bool:
    found = unread_picture(data)
    return found is not None and found not in _LOGOS


_TESTS: tuple[tuple[Kind, Callable[[bytes], bool]], ...] = (
    (Kind.ARCHIVE, _is_archive),
    (Kind.OUTLOOK, _is_outlook),
    (Kind.WINMAIL, _is_winmail),
    (Kind.MAILBOX, _is_mailbox),
    (Kind.MESSAGE, _is_message),
    (Kind.PDF, _is_pdf),
    (Kind.FDF, _is_fdf),
    (Kind.XFDF, _is_xfdf),
    (Kind.PICTURE, _is_picture),
    (Kind.OTHER_PICTURE, _is_other_picture),
)
"""The first that holds tells the kind."""


def kind_of(data: bytes) -> Kind:
    """Give the kind of a file with these bytes."""
    return next((kind for kind, holds in _TESTS if holds(data)), Kind.OTHER)
