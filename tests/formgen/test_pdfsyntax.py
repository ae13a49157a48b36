"""What is written is read back the same by others."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formgen.pdfsyntax import (
    FREE_ENTRY,
    Literal,
    Name,
    ObjectTable,
    Ref,
    Stream,
    indirect,
    number,
    serialise,
    text_bytes,
    xref_entry,
)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_texts_come_back_from_a_reader(text: str) -> None:
    # Readers take CR in a string that is not escaped for LF: it must be escaped.
    assert str(pikepdf.Object.parse(serialise(text))) == text


@given(st.binary())
def test_bytes_come_back_from_a_reader(data: bytes) -> None:
    assert bytes(pikepdf.Object.parse(serialise(data))) == data


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("Œuvre – « œ » 10 €", b"\x96uvre \x85 \xab \x9c \xbb 10 \xa0"),
        ("Łódź", b"\xfe\xff\x01\x41\x00\xf3\x00d\x01\x7a"),
        ("a\xad", b"\xfe\xff\x00a\x00\xad"),
        ("ÿþ", b"\xff\xfe"),
        ("þÿ", b"\xfe\xff\x00\xfe\x00\xff"),
        ("ï»¿", b"\xfe\xff\x00\xef\x00\xbb\x00\xbf"),
        ("a\ud800", b"\xfe\xff\x00a\xff\xfd"),
    ],
)
def test_texts_are_pdfdoc_where_they_can_be(text: str, encoded: bytes) -> None:
    assert text_bytes(text) == encoded


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (-0.00001, "0"),
        (12.5, "12.5"),
        (1e-7, "0"),
        (841.89, "841.89"),
        (1 / 3, "0.3333"),
        (100.0, "100"),
    ],
)
def test_numbers_have_no_exponent(value: float, written: str) -> None:
    assert number(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, b"null"),
        (True, b"true"),
        (7, b"7"),
        (Name("OUI"), b"/OUI"),
        (Ref(12), b"12 0 R"),
        (Literal(b"<00>"), b"<00>"),
        ([1, [Name("a"), "(b)"]], b"[1 [/a (\\(b\\))]]"),
        ({"K": {"L": False}}, b"<</K<</L false>>>>"),
    ],
)
def test_each_type_has_its_syntax(value: Any, written: bytes) -> None:
    assert serialise(value) == written


def test_a_name_outside_ascii_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        serialise(Name("été"))


def file_of(table: ObjectTable, root: Ref) -> bytes:
    """Give a file of all objects."""
    body = bytearray(b"%PDF-1.7\n")
    entries = [FREE_ENTRY]
    for n, content in enumerate(table.objects, 1):
        assert content is not None
        entries.append(xref_entry(len(body)))
        body += indirect(n, content)
    start, size = len(body), len(entries)
    trailer = serialise({"Size": size, "Root": root})
    table_ = b"xref\n0 %d\n%s" % (size, b"".join(entries))
    return bytes(body + table_ + b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (trailer, start))


def small_file() -> bytes:
    table = ObjectTable()
    pages = table.reserve()
    words = table.add(["a", "é", "Ł"])
    # Data that ends in CR: were LF alone to follow, it would seem one byte shorter.
    stream = table.add(Stream({}, b"data\r"))
    root = table.add({"Type": Name("Catalog"), "Pages": pages, "Words": words, "Data": stream})
    page = table.add(
        {"Type": Name("Page"), "Parent": pages, "MediaBox": [0, 0, 9, 9], "Resources": {}}
    )
    table.set(pages, {"Type": Name("Pages"), "Kids": [page], "Count": 1})
    return file_of(table, root)


def test_objects_and_cross_references_are_read_by_others() -> None:
    with pikepdf.open(io.BytesIO(small_file())) as pdf:
        assert [str(word) for word in pdf.Root["/Words"]] == ["a", "é", "Ł"]
        assert pdf.Root["/Data"].read_raw_bytes() == b"data\r"
        assert pdf.check_pdf_syntax() == []


def test_numbers_are_given_in_order() -> None:
    table = ObjectTable()
    first, second = table.reserve(), table.add(1)
    assert (first, second) == (Ref(1), Ref(2))
    assert table.objects == [None, b"1"]
    assert table.set(first, 2) == first
    assert table.objects == [b"2", b"1"]
