"""The door: what is let in, and the code of what is not."""

from __future__ import annotations

import hashlib
import io
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pypdf
import pytest

from formparse import intake
from formparse.intake import ReturnedPdf, guarded, open_bytes, take_returned
from formparse.objects import Ref, Stream
from formparse.returned import Refusal
from tests.formparse.forms import FormFile, make_catalog, make_form, make_layout, refs

if TYPE_CHECKING:
    from collections.abc import Iterator

CATALOG = make_catalog()
LAYOUT = make_layout(CATALOG, CATALOG.questionnaires[0])
FORM = make_form(LAYOUT).data()


def opened(data: bytes) -> ReturnedPdf:
    pdf = open_bytes(data, "a.pdf")
    assert isinstance(pdf, ReturnedPdf), pdf
    return pdf


def code_of(found: ReturnedPdf | bytes | Refusal) -> str:
    assert isinstance(found, Refusal), found
    return found.code


def test_a_form_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "acme é.pdf"
    path.write_bytes(FORM)
    data = take_returned(path)
    assert isinstance(data, bytes)
    pdf = open_bytes(data, path.name)
    assert isinstance(pdf, ReturnedPdf)
    assert (pdf.name, pdf.sha256) == ("acme é.pdf", hashlib.sha256(FORM).hexdigest())
    assert [page.number for page in pdf.pages] == [1, 2]
    assert pdf.form is not None
    assert (pdf.repairs.count, pdf.repairs.end_was_missing) == (0, False)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert code_of(take_returned(tmp_path / "absent.pdf")) == "unreadable-file"
    assert code_of(take_returned(tmp_path)) == "not-a-file"
    assert code_of(take_returned(Path("a\0b"))) == "unreadable-file"
    pipe = tmp_path / "pipe.pdf"
    os.mkfifo(pipe)
    assert code_of(take_returned(pipe)) == "not-a-file"


def test_a_file_that_is_too_large_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    with path.open("wb") as file:
        file.truncate(intake.MAX_BYTES + 1)
    refusal = take_returned(path)
    assert code_of(refusal) == "too-large"
    assert isinstance(refusal, Refusal)
    assert refusal.sha256 is None
    assert code_of(open_bytes(b"%PDF-" + bytes(intake.MAX_BYTES), "a.pdf")) == "too-large"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty-file"),
        (b"PK\x03\x04 a spreadsheet", "not-a-pdf"),
        (b" " * 1025 + FORM, "not-a-pdf"),
        (b"%PDF-1.7\n", "damaged"),
        (b"%PDF-1.7\n%%EOF\n", "damaged"),
        (FORM[:700], "damaged"),
    ],
)
def test_bytes_that_are_no_pdf_are_refused(data: bytes, code: str) -> None:
    refusal = open_bytes(data, "a.pdf")
    assert code_of(refusal) == code
    assert isinstance(refusal, Refusal)
    assert refusal.sha256 == hashlib.sha256(data).hexdigest()


def test_a_missing_end_mark_is_added() -> None:
    pdf = opened(FORM.removesuffix(b"%%EOF\n"))
    assert pdf.repairs.end_was_missing
    assert pdf.repairs.count == 0
    assert len(pdf.pages) == 2


def test_mail_junk_before_the_header_is_let_in() -> None:
    assert len(opened(b"X-Mail: x\n" * 3 + FORM).pages) == 2


def encrypted(user: str, owner: str, algorithm: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(FORM))
    writer.encrypt(user, owner, algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_password_is_refused_an_empty_one_is_tried(algorithm: str) -> None:
    assert code_of(open_bytes(encrypted("secret", "owner", algorithm), "a.pdf")) == "encrypted"
    pdf = opened(encrypted("", "owner", algorithm))
    assert pdf.form is not None
    field = pdf.objects.entries(pdf.objects.array(pdf.form.get(b"Fields"))[0])
    assert field is not None
    assert field.text(b"T") == "Q1-01"


def test_an_unknown_encryption_is_refused() -> None:
    data = FORM.replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt << /Filter /Other /V 1 >>")
    assert code_of(open_bytes(data, "a.pdf")) in {"encrypted", "damaged"}


def page_tree(kids: bytes, more: int = 0) -> FormFile:
    file = FormFile()
    file.objects[1] = b"<< /Type /Catalog /Pages 2 0 R >>"
    file.objects[3] = b"<< /Type /Page >>"
    pages = [file.add(b"<< /Type /Page >>") for _ in range(more)]
    file.objects[2] = b"<< /Type /Pages /Kids " + (kids or refs(pages)) + b" >>"
    return file


def test_too_many_pages_are_refused() -> None:
    assert len(opened(page_tree(b"", intake.MAX_PAGES).data()).pages) == intake.MAX_PAGES
    assert code_of(open_bytes(page_tree(b"", intake.MAX_PAGES + 1).data(), "a")) == "too-complex"


def test_page_trees_that_go_round_end() -> None:
    assert len(opened(page_tree(b"[3 0 R 2 0 R 3 0 R 99 0 R 7]").data()).pages) == 1


class Root(logging.Handler):
    """What reaches the root logger; `caplog` listens to the others as well."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@pytest.fixture
def root_log() -> Iterator[Root]:
    handler = Root()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def test_repairs_are_counted_and_not_told_to_the_terminal(root_log: Root) -> None:
    pdf = opened(FORM.replace(b"startxref\n", b"startxref\n1"))
    assert pdf.repairs.count > 0
    assert len(pdf.pages) == 2
    assert root_log.messages == []


def test_what_pypdf_says_of_other_files_still_reaches_others(root_log: Root) -> None:
    opened(FORM)
    logging.getLogger("pypdf._reader").warning("said elsewhere")
    assert root_log.messages == ["said elsewhere"]


def test_a_table_that_is_shifted_throughout_is_mended() -> None:
    pdf = opened(FORM.replace(b"%PDF-1.7\n", b"%PDF-1.7\n%remark put in on the way\n"))
    assert pdf.repairs.count > 0
    assert len(pdf.pages) == 2


def test_repairs_without_end_end() -> None:
    size = intake.MAX_SEARCHED_BYTES // 500
    numbers = range(5000, 6000)
    unlisted = b"".join(b"%d 0 obj\nnull\nendobj\n" % number for number in numbers)
    pdf = opened(FORM.replace(b"startxref\n", unlisted + b"%" + b"x" * size + b"\nstartxref\n"))
    refusal = guarded(
        lambda: [pdf.objects.get(Ref(number, 0)) for number in numbers], file="a", sha256=""
    )
    assert isinstance(refusal, Refusal)
    assert refusal.code == "too-complex"


def test_objects_that_the_file_never_had_are_null_and_no_damage() -> None:
    """ISO 32000-1, 7.3.10; and a file that names many costs one look through it."""
    size = intake.MAX_SEARCHED_BYTES // 500
    pdf = opened(FORM.replace(b"startxref\n", b"%" + b"x" * size + b"\nstartxref\n"))
    missing = [pdf.objects.get(Ref(number, 0)) for number in range(5000, 6000)]
    assert missing == [None] * 1000
    assert pdf.repairs.count == 0


def test_streams_that_swell_are_refused() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(FORM))
    stream = pypdf.generic.DecodedStreamObject()
    stream.set_data(bytes(9_000_000))
    writer.root_object[pypdf.generic.NameObject("/AcroForm")] = writer._add_object(
        stream.flate_encode()
    )
    out = io.BytesIO()
    writer.write(out)
    pdf = opened(out.getvalue())
    value = pdf.objects.resolve(pdf.objects.root().get(b"AcroForm"))
    refusal = guarded(lambda: pdf.objects.data(value), file="a", sha256="")
    assert isinstance(refusal, Refusal)
    assert refusal.code == "too-complex"


def test_streams_that_swell_together_are_refused() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(FORM))
    numbers = []
    for _ in range(10):
        stream = pypdf.generic.DecodedStreamObject()
        stream.set_data(bytes(7_000_000))
        numbers.append(writer._add_object(stream.flate_encode()).idnum)
    out = io.BytesIO()
    writer.write(out)
    assert len(out.getvalue()) < 200_000
    pdf = opened(out.getvalue())

    def read(count: int) -> None:
        for number in numbers[:count]:
            stream = pdf.objects.get(Ref(number, 0))
            assert isinstance(stream, Stream)
            pdf.objects.data(stream)

    assert guarded(lambda: read(5), file="a", sha256="") is None
    refusal = guarded(lambda: read(10), file="a", sha256="")
    assert isinstance(refusal, Refusal)
    assert refusal.code == "too-complex"
    assert "octets décompressés" in refusal.message


def test_limits_do_not_leak_to_other_users_of_pypdf() -> None:
    before = pypdf.get_configuration()
    opened(FORM)
    assert pypdf.get_configuration() == before


@pytest.mark.parametrize("error", [MemoryError, RecursionError])
def test_running_out_of_room_is_too_complex(error: type[Exception]) -> None:
    def work() -> int:
        raise error

    refusal = guarded(work, file="a", sha256="")
    assert isinstance(refusal, Refusal)
    assert refusal.code == "too-complex"
