"""What kind of file bytes are, told by what stands in them and never by a name.

One line for each kind that is read, and for each that people send although it cannot be read, so
that they hear what to do. Opening is for others.
"""

from __future__ import annotations

import re
from enum import StrEnum

HEADER_BYTES = 1024
"""How far `%PDF-` may stand from the start: Acrobat's own rule; mail software puts lines before."""

_HEAD_BYTES = 65_536
"""How far the header lines of a message, or the first element of XML, are looked for. Servers and
filters put some 15 kB of lines into a message."""


class Kind(StrEnum):
    """What a file is."""

    PDF = "pdf"
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
    OTHER = "other"


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


def kind_of(data: bytes) -> Kind:
    """Give the kind of a file with these bytes."""
    if data.startswith(_ARCHIVES):
        return Kind.OTHER if _OFFICE_ENTRY.match(data) else Kind.ARCHIVE
    if data.startswith(_OLE):
        return Kind.OUTLOOK if _OLE_MESSAGE in data else Kind.OTHER
    if data.startswith(_TNEF):
        return Kind.WINMAIL
    is_pdf = b"%PDF-" in data[: HEADER_BYTES + 5]
    headers = _message_headers(data)
    # Lines of a mail program may stand before a PDF, and a PDF may stand early in a message.
    if headers and (not is_pdf or _ENCLOSES.search(headers)):
        return _kind_of_message(data)
    if is_pdf:
        return Kind.PDF
    return Kind.OTHER


def _message_headers(data: bytes) -> bytes:
    """Give the lines before a message's body; empty where these bytes are no message."""
    head = data[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if head.startswith(b"From "):
        head = head.partition(b"\n")[2]
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


def _kind_of_message(data: bytes) -> Kind:
    starts = _MAILBOX_LINE.finditer(data) if data.startswith(b"From ") else iter(())
    next(starts, None)
    return Kind.MAILBOX if next(starts, None) else Kind.MESSAGE
