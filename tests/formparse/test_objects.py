"""Lean parsing agrees with pypdf wherever its grammar accepts, and leaves the rest to pypdf."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from formparse.objects import (
    Entries,
    LeanReader,
    Name,
    Objects,
    Opaque,
    Ref,
    Stream,
    String,
    TooManyObjectsError,
    Value,
    decode_text,
    value_of,
)
from tests.formparse.forms import FormFile

SPACES = st.sampled_from([b" ", b"\n", b"\r\n", b"  ", b"\t"])
NAMES = st.from_regex(rb"\A/[A-Za-z0-9_.+\-]{1,8}\Z")
ATOMS = st.one_of(
    NAMES,
    st.integers(-99999, 99999).map(lambda n: b"%d" % n),
    st.sampled_from([b"+7", b"1.5", b"-.25", b"3.", b"007", b"0.10", b"true", b"false", b"null"]),
    st.tuples(st.integers(0, 9999), st.integers(0, 9)).map(lambda pair: b"%d %d R" % pair),
    st.text("abc é\n/<>[]%#", max_size=8).map(lambda text: b"(" + text.encode("latin-1") + b")"),
    st.sampled_from(
        [
            b"(\\(x\\)\\\\\\n)",
            b"(\\101\\351\\000)",
            b"(\xfe\xff\x00\xe9\x01S)",
            b"()",
            b"<>",
            b"<FEFF00e9>",
        ]
    ),
)
ODD = st.sampled_from(
    [
        b"/A#20B",
        b"(a(b)c)",
        b"(a\rb)",
        b"(a\\\nb)",
        b"(\\7)",
        b"(\\z)",
        b"<4 1>",
        b"<414>",
        b"1.2.3",
        b"% c\n1",
        b"12  0  R",
        b"1\x000\x00R",
        b"--5",
        b"/",
        b"<< /K 1 /K 2 >>",
        b"[",
        b"(",
        b"truex",
        b"1e5",
        b"{",
    ]
)


def containers(values: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    arrays = st.tuples(SPACES, st.lists(values, max_size=4)).map(
        lambda pair: b"[" + pair[0].join(pair[1]) + b"]"
    )
    return arrays | dictionaries(values)


def dictionaries(values: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    entries = st.lists(st.tuples(NAMES, values), max_size=4, unique_by=lambda entry: entry[0])
    return st.tuples(SPACES, entries).map(
        lambda pair: b"<<" + b"".join(k + pair[0] + v + pair[0] for k, v in pair[1]) + b">>"
    )


VALUES = st.recursive(ATOMS, containers, max_leaves=12)
ODD_VALUES = st.recursive(ATOMS | ODD, containers, max_leaves=8)


def pdf_with(body: bytes) -> bytes:
    file = FormFile()
    file.objects[1] = b"<< /Type /Catalog >>"
    file.objects[2] = body
    return file.data()


def objects_of(data: bytes, limit: int = 100) -> Objects:
    reader = LeanReader(io.BytesIO(data))
    return Objects(data, reader, guard=lambda call: call(), limit=limit, decoded_limit=10**6)


def plain(value: Value) -> object:
    """A value in which dictionaries can be compared, all decoded."""
    match value:
        case Entries():
            return {key: plain(value.get(key)) for key in value.keys()}  # noqa: SIM118
        case list():
            return [plain(item) for item in value]
        case Stream():
            return "stream", plain(value.entries)
        case _:
            return type(value).__name__, value


def parsed_by_pypdf(data: bytes) -> Value:
    return value_of(PdfReader(io.BytesIO(data)).get_object(2))


@given(dictionaries(VALUES))
@settings(max_examples=300, deadline=None)
def test_what_the_grammar_accepts_is_what_pypdf_reads(body: bytes) -> None:
    data = pdf_with(body)
    assert plain(objects_of(data).get(Ref(2, 0))) == plain(parsed_by_pypdf(data))


@given(dictionaries(ODD_VALUES), st.integers(0, 60), st.binary(max_size=2))
@settings(max_examples=400, deadline=None)
def test_lean_or_not_the_value_is_pypdfs(body: bytes, cut: int, put: bytes) -> None:
    data = pdf_with(body[:cut] + put + body[cut:] if put else body)
    try:
        expected = parsed_by_pypdf(data)
    except Exception as error:  # noqa: BLE001 - whatever pypdf lets out, ours must let out as well
        with pytest.raises(type(error)):
            objects_of(data).get(Ref(2, 0))
        return
    assert plain(objects_of(data).get(Ref(2, 0))) == plain(expected)


def is_read_lean(data: bytes) -> bool:
    def never(call: object) -> object:
        raise AssertionError(call)

    objects = Objects(data, LeanReader(io.BytesIO(data)), guard=never, limit=9, decoded_limit=9)
    try:
        objects.get(Ref(2, 0))
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize(
    "body",
    [
        b"<< /Type /Annot /Rect [1 2.5 -3 4] /NM (Q1-01:OUI) /AP << /N << /OUI 5 0 R >> >> >>",
        b"<</Kids[12 0 R 13 0 R]/V(\\351t\\351)/StructParent 40>>",
        b"<</A<</B<</C<</D 1>>>>>>>>",
    ],
)
def test_plain_objects_never_reach_pypdf(body: bytes) -> None:
    assert is_read_lean(pdf_with(body))


@pytest.mark.parametrize(
    "body",
    [
        b"<< /A /B#20C >>",
        b"<< /A#41 1 >>",
        b"<< /A (in (ner) parentheses) >>",
        b"<< /A 1 /A 2 >>",
        b"<< /A 1 % remark\n >>",
        b"<< /A (endobj) >>",
        b"<< /A << /B << /C << /D << /E 1 >> >> >> >> >>",
        b"<< /A 1.2.3 >>",
        b"<< /Length 2 >>\nstream\nab\nendstream",
        b"[1 2 3]",
    ],
)
def test_all_else_reaches_pypdf(body: bytes) -> None:
    assert not is_read_lean(pdf_with(body))


def test_an_object_that_is_not_where_the_table_says_reaches_pypdf() -> None:
    data = pdf_with(b"<< /A 1 >>").replace(b"2 0 obj", b"3 0 obj")
    assert not is_read_lean(data)


@given(
    st.binary(max_size=6),
    st.sampled_from([b"2 0 obj", b"2 0  obj", b"02 0 obj", b"2 0 ob"]),
    st.binary(max_size=6),
)
@settings(max_examples=300, deadline=None)
def test_object_heads_are_read_as_pypdf_reads_them(
    before: bytes, head: bytes, after: bytes
) -> None:
    reader = LeanReader(io.BytesIO(pdf_with(b"<< >>")))
    ours, theirs = io.BytesIO(before + head + after), io.BytesIO(before + head + after)
    results = []
    for method, stream in (
        (reader.read_object_header, ours),
        (super(LeanReader, reader).read_object_header, theirs),
    ):
        try:
            results.append((method(stream), stream.tell()))
        except Exception as error:  # noqa: BLE001 - compared, whatever it is
            results.append((type(error), None))
    assert results[0] == results[1]


class Table(LeanReader):
    """A reader with nothing read yet."""

    def __init__(self) -> None:
        self.strict = False
        self.xref = {0: {2: 99}}
        self.xref_objStm = {3: (1, 1)}


def rows_read(widths: list[int], data: bytes, pairs: list[int], *, lean: bool) -> object:
    """What a cross-reference stream puts into pypdf's tables, by our way or by pypdf's."""
    table = Table()
    table._xref_rows = (widths, data) if lean else ([], b"")
    stream = io.BytesIO(data)

    def get_entry(column: int) -> int:
        if widths[column] == 0:
            return 1 if column == 0 else 0
        read = stream.read(widths[column])
        return int.from_bytes(read.rjust(widths[column], b"\0"))

    def used_before(number: int, generation: object) -> bool:
        return number in table.xref.get(generation, {}) or number in table.xref_objStm

    table._read_xref_subsections(pairs, get_entry, used_before)
    return table.xref, table.xref_objStm


@given(
    st.lists(st.integers(0, 3), min_size=3, max_size=4),
    st.lists(st.sampled_from([0, 1, 1, 2, 2, 3]), max_size=60).map(bytes),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), max_size=3),
)
@settings(max_examples=300, deadline=None)
def test_cross_reference_streams_are_read_as_pypdf_reads_them(
    widths: list[int], data: bytes, sections: list[tuple[int, int]]
) -> None:
    pairs = [number for section in sections for number in section]
    assert rows_read(widths, data, pairs, lean=True) == rows_read(widths, data, pairs, lean=False)


def test_packed_files_open_with_the_same_tables() -> None:
    import pikepdf

    packed = io.BytesIO()
    with pikepdf.new() as pdf:
        for number in range(300):
            pdf.Root[f"/K{number}"] = pdf.make_indirect(pikepdf.Dictionary(N=number))
        pdf.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    ours, theirs = LeanReader(packed), PdfReader(packed)
    assert len(ours._xref_rows[0]) == 3
    assert len(theirs.xref_objStm) > 300
    assert (ours.xref, ours.xref_objStm) == (theirs.xref, theirs.xref_objStm)


def test_objects_in_object_streams_and_streams_are_read() -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    out = io.BytesIO()
    writer.write(out)
    import pikepdf

    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(out.getvalue())) as pdf:
        pdf.Root.Note = pdf.make_indirect(pikepdf.Dictionary(A=pikepdf.Name("/B"), T="é"))
        pdf.Root.Odd = pdf.make_indirect(pikepdf.Dictionary({"/A B": 1}))
        pdf.Root.Data = pdf.make_stream(b"some data")
        pdf.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    objects = objects_of(packed.getvalue())
    note = objects.entries(objects.root().get(b"Note"))
    assert note is not None
    assert (note.name(b"A"), note.text(b"T")) == ("B", "é")
    odd = objects.entries(objects.root().get(b"Odd"))
    assert odd is not None
    assert odd.get(b"A B") == 1
    data = objects.resolve(objects.root().get(b"Data"))
    assert isinstance(data, Stream)
    assert objects.data(data) == b"some data"


def test_a_file_may_not_make_us_read_objects_without_end() -> None:
    objects = objects_of(pdf_with(b"<< /A 1 >>"), limit=1)
    objects.get(Ref(1, 0))
    objects.get(Ref(1, 0))
    with pytest.raises(TooManyObjectsError):
        objects.get(Ref(2, 0))


def test_references_that_go_round_end() -> None:
    objects = objects_of(pdf_with(b"<< /A 1 >>"))
    objects._cache[Ref(7, 0)] = Ref(8, 0)
    objects._cache[Ref(8, 0)] = Ref(7, 0)
    assert objects.resolve(Ref(7, 0)) is None


def test_deep_values_become_opaque() -> None:
    depth = 40
    data = pdf_with(b"<< /A " + b"[" * depth + b"]" * depth + b" >>")
    value = objects_of(data).get(Ref(2, 0))
    assert isinstance(value, Entries)
    inner = value.get(b"A")
    while isinstance(inner, list):
        inner = inner[0]
    assert isinstance(inner, Opaque)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"abc", "abc"),
        (b"\xe9\x80\x9c\xa0", "é•œ€"),
        (b"\xfe\xff\x01\x53\x20\xac", "œ€"),
        (b"\xff\xfe\x53\x01\xac\x20", "œ€"),
        (b"\xef\xbb\xbf\xc5\x93", "œ"),
        (b"\x00a\x00b", "ab"),
        (b"a\x00b\x00", "ab"),
        (b"\xfe\xff\x00\x1b\x00f\x00r\x00\x1b\x00a", "a"),
        (b"\xfe\xff\xd8\x00", "\ufffd"),
        (b"\xfe\xff\x00a\x00", "a\ufffd"),
        (b"", ""),
    ],
)
def test_texts_of_every_encoding(data: bytes, text: str) -> None:
    assert decode_text(data) == text


@given(st.binary(max_size=12))
def test_no_text_holds_what_json_cannot(data: bytes) -> None:
    decode_text(data).encode("utf-8")


def test_values_of_the_wrong_type_are_none() -> None:
    entries = Entries({b"A": b"(x)", b"B": b"/x", b"C": True, b"D": Name("y"), b"E": String(b"z")})
    assert entries.name(b"A") is None
    assert entries.text(b"B") is None
    assert entries.integer(b"C") is None
    assert (entries.name(b"D"), entries.text(b"E")) == ("y", "z")
    assert entries.ref(b"A") is None
