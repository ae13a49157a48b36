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


def kind_of(data: bytes) -> Kind:
    """Give the kind of a file with these bytes."""
    if data.startswith(_ARCHIVES):
        return Kind.OTHER if _OFFICE_ENTRY.match(data) else Kind.ARCHIVE
    if data.startswith(_OLE):
        return Kind.OUTLOOK if _OLE_MESSAGE in data else Kind.OTHER
    if data.startswith(_TNEF):
        return Kind.WINMAIL
    if b"%PDF-" in data[: HEADER_BYTES + 5]:
        return Kind.PDF
    return Kind.OTHER
