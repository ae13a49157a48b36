"""What a file is, by its bytes."""

from __future__ import annotations

import io
import zipfile

import pytest

from formparse.kinds import Kind, kind_of
from formparse.read import read_bytes
from formparse.returned import Refusal
from tests.formparse.forms import Editions, make_catalog, make_form, make_layout

CATALOG = make_catalog()
FORM = make_form(make_layout(CATALOG, CATALOG.questionnaires[0])).data()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
MSG = OLE + "__properties_version1.0".encode("utf-16-le")
WINMAIL = b"\x78\x9f\x3e\x22" + bytes(20)


def zipped(*names: str, how: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name in names:
            archive.writestr(name, FORM)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", Kind.OTHER),
        (FORM, Kind.PDF),
        (b" " * 1024 + FORM, Kind.PDF),
        (b" " * 1025 + FORM, Kind.OTHER),
        (zipped("Q1.pdf"), Kind.ARCHIVE),
        (zipped("Q1.pdf", how=zipfile.ZIP_DEFLATED), Kind.ARCHIVE),
        (zipped(), Kind.ARCHIVE),
        (b"Rar!\x1a\x07\x01\x00", Kind.ARCHIVE),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", Kind.ARCHIVE),
        (zipped("[Content_Types].xml", how=zipfile.ZIP_DEFLATED), Kind.OTHER),
        (zipped("mimetype", how=zipfile.ZIP_DEFLATED), Kind.OTHER),
        (MSG, Kind.OUTLOOK),
        (OLE + "WordDocument".encode("utf-16-le"), Kind.OTHER),
        (WINMAIL, Kind.WINMAIL),
        (b"\x89PNG\r\n\x1a\n", Kind.PICTURE),
        (b"\xff\xd8\xff\xe0", Kind.PICTURE),
        (b"II*\0", Kind.PICTURE),
        (b"\0\0\0\x18ftypheic", Kind.OTHER_PICTURE),
        (b"RIFF\0\0\0\0WEBPVP8 ", Kind.OTHER_PICTURE),
        (b"GIF89a", Kind.OTHER),
    ],
)
def test_bytes_say_what_a_file_is(data: bytes, kind: Kind) -> None:
    assert kind_of(data) is kind


@pytest.mark.parametrize(
    ("data", "code", "advice"),
    [
        (zipped("Q1.pdf"), "archive", ("Décompressez-le", "Unpack it")),
        (MSG, "outlook-message", (".eml", ".eml")),
        (WINMAIL, "winmail", ("texte brut", "plain text")),
        (b"Bonjour", "not-a-pdf", ("format PDF", "as a PDF")),
    ],
)
def test_a_kind_that_is_not_read_is_refused_with_what_to_do(
    data: bytes, code: str, advice: tuple[str, str]
) -> None:
    (refusal,) = read_bytes(data, "Q1.pdf", Editions(CATALOG))
    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert advice[0] in refusal.message
    assert advice[1] in refusal.message_en
