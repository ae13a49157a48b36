"""Forms on paper, from simulated sheets to answers: all that is read must be what was meant."""

from __future__ import annotations

import io
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
)

from formgen.editions import Editions, load_editions
from formgen.language import Lang
from formparse.cli import run
from formparse.read import read_bytes
from formparse.returned import Method, Refusal, Returned, ReturnedForm, SignatureKind
from tests.paper.bundles import foreign
from tests.paper.documents import MAY_DOUBT, MUST_DOUBT, Kind, PaperForm, paper_form, pdf_of
from tests.paper.hands import PENS, Hand, Shape
from tests.paper.machines import Level, jpeg, png, tiff

BALL = Hand(pen=PENS[0], shape=Shape.CROSS, size=1.0, wander=0.6, wobble=0.3)
FELT = Hand(pen=PENS[3], shape=Shape.TICK, size=1.1, wander=0.6, wobble=0.3)
PLAIN = (1, 0, 0, 0, 0, 0, 0, 0)
MIXED = (8, 1, 1, 1, 1, 1, 1, 1)


@pytest.fixture(scope="module")
def editions() -> Editions:
    return load_editions()


def only_form(read: tuple[Returned, ...]) -> ReturnedForm:
    (form,) = read
    assert isinstance(form, ReturnedForm), form
    return form


def check(read: tuple[Returned, ...], paper: PaperForm, *, most_doubtful: int) -> ReturnedForm:
    """No answer that was not meant, none that disappeared; plain ones read but for a few."""
    form = only_form(read)
    answers = {one.point_id: one for one in form.answers}
    needless = 0
    for row in paper.rows:
        point = answers[row.point_id]
        if point.doubt is None:
            assert row.kind not in MUST_DOUBT or row.answer is not None, row
            assert point.answer is row.answer, row
        elif row.kind not in MAY_DOUBT:
            needless += 1
    assert needless <= most_doubtful
    return form


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("who", [BALL, FELT], ids=["ball", "felt"])
def test_a_form_through_any_machine(level: Level, who: Hand, editions: Editions) -> None:
    paper = paper_form("Q1", level, 3, who=who, kinds=MIXED)
    form = check(
        read_bytes(pdf_of(list(paper.sheets)), "scan.pdf", editions), paper, most_doubtful=2
    )
    assert form.method is Method.MARKS
    assert form.form_pages == (1, 2)
    assert form.identity.form_id is not None
    assert form.attestation.signature.kind is SignatureKind.DRAWN
    assert form.attestation.company is None
    codes = [finding.code for finding in form.findings]
    assert "text-not-read" in codes
    assert "pages-missing" not in codes


def plain(level: Level = Level.OFFICE, seed: int = 1) -> PaperForm:
    return paper_form("Q3", level, seed, who=BALL, kinds=PLAIN)


def test_sheets_turned_and_out_of_order_with_strange_ones_between(editions: Editions) -> None:
    import random

    paper = plain()
    first, second = paper.sheets
    strange = foreign(first, random.Random(1))
    turned = first.transpose(Image.Transpose.ROTATE_180)
    lying = second.transpose(Image.Transpose.ROTATE_90)
    empty = Image.new("L", first.size, 250)
    read = read_bytes(pdf_of([lying, strange, empty, turned]), "scan.pdf", editions)
    form = check(read, paper, most_doubtful=0)
    assert form.form_pages == (1, 2)
    assert form.pages == (1, 4)
    (note,) = [one for one in form.findings if one.code == "foreign-pages"]
    assert "2, 3" in note.message


def test_a_missing_sheet_is_said_and_the_rest_is_read(editions: Editions) -> None:
    paper = plain()
    form = only_form(read_bytes(jpeg(paper.sheets[0], 80), "photo.jpg", editions))
    assert form.form_pages == (1,)
    assert "pages-missing" in [one.code for one in form.findings]
    for row in paper.rows:
        (point,) = [one for one in form.answers if one.point_id == row.point_id]
        assert point.answer is (row.answer if row.page == 0 else None)


def test_several_forms_in_one_scan(editions: Editions) -> None:
    one, other = plain(), paper_form("Q4", Level.OFFICE, 1, who=FELT, kinds=PLAIN)
    data = pdf_of([*one.sheets, *other.sheets])
    forms = read_bytes(data, "scan.pdf", editions)
    assert len(forms) == 2
    for form, paper in zip(forms, (one, other), strict=True):
        check((form,), paper, most_doubtful=0)


def test_a_sheet_scanned_twice_with_other_marks_is_doubtful(editions: Editions) -> None:
    one, other = plain(seed=1), plain(seed=2)
    data = pdf_of([*one.sheets, other.sheets[0]])
    form = only_form(read_bytes(data, "scan.pdf", editions))
    meant = {row.point_id: {row.answer} for row in one.rows}
    for row in other.rows:
        if row.page == 0:
            meant[row.point_id].add(row.answer)
    for point in form.answers:
        assert (point.doubt is not None) == (len(meant[point.point_id]) > 1), point


def without_codes(sheet: Image.Image) -> Image.Image:
    """The sheet with its four corners torn off, or covered."""
    bare = sheet.copy()
    width, height = int(bare.width * 0.155), int(bare.height * 0.105)
    for x in (0, bare.width - width):
        for y in (0, bare.height - height):
            bare.paste(245, (x, y, x + width, y + height))
    return bare


def test_a_sheet_whose_codes_are_lost_is_known_by_its_text(editions: Editions) -> None:
    paper = plain()
    first, second = paper.sheets
    turned = without_codes(second).transpose(Image.Transpose.ROTATE_180)
    form = check(read_bytes(pdf_of([first, turned]), "scan.pdf", editions), paper, most_doubtful=0)
    assert form.form_pages == (1, 2)
    assert form.identity.form_id is not None
    alone = only_form(read_bytes(jpeg(turned, 80), "scan.jpg", editions))
    assert alone.form_pages == (2,)
    assert alone.identity.form_id is None
    assert "identity-lost" in [one.code for one in alone.findings]


def test_paper_that_is_none_of_ours_is_refused(editions: Editions) -> None:
    import random

    strange = foreign(Image.new("L", (1240, 1754)), random.Random(1))
    (refusal,) = read_bytes(pdf_of([strange]), "scan.pdf", editions)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "not-a-form"


def test_a_form_that_nobody_marked_is_doubtful_not_empty(editions: Editions) -> None:
    paper = paper_form("Q3", Level.OFFICE, 1, who=BALL, kinds=(0, 1, 0, 0, 0, 0, 0, 0))
    form = only_form(read_bytes(pdf_of(list(paper.sheets)), "scan.pdf", editions))
    assert all(point.doubt is not None for point in form.answers)


# --- Ways to store a scan -------------------------------------------------------------------------
def exif_turned(sheet: Image.Image) -> bytes:
    exif = Image.Exif()
    exif[274] = 6
    return jpeg(sheet.transpose(Image.Transpose.ROTATE_90), 80, exif=exif)


@pytest.mark.parametrize(
    "store",
    [
        lambda sheet: jpeg(sheet, 80),
        exif_turned,
        png,
        lambda sheet: tiff([sheet]),
        lambda sheet: tiff([sheet.point(lambda value: 255 * (value > 170)).convert("1")]),
        lambda sheet: png(sheet.convert("RGB").quantize(16)),
        lambda sheet: in_pdf([sheet]),
        lambda sheet: in_pdf(strips(sheet, 7)),
        lambda sheet: in_pdf([sheet], rotate=90),
        lambda sheet: pdf_of([sheet.point(lambda value: 255 * (value > 170)).convert("1")]),
    ],
    ids=[
        "jpeg", "exif", "png", "tiff", "tiff-group4", "palette", "flate", "strips", "rotate",
        "ccitt",
    ],
)  # fmt: skip
def test_every_way_to_store_a_scan(store: Any, editions: Editions) -> None:
    paper = plain(Level.CLEAN)
    form = only_form(read_bytes(store(paper.sheets[0]), "scan", editions))
    answers = {one.point_id: one.answer for one in form.answers}
    for row in paper.rows:
        if row.page == 0:
            assert answers[row.point_id] is row.answer


def strips(sheet: Image.Image, count: int) -> list[Image.Image]:
    """A page as some scanners store it: cut across into several pictures."""
    height = sheet.height
    edges = [height * number // count for number in range(count + 1)]
    return [sheet.crop((0, top, sheet.width, bottom)) for top, bottom in pairwise(edges)]


def in_pdf(parts: list[Image.Image], *, rotate: int = 0) -> bytes:
    """A PDF page made of pictures one below the other, stored by Flate."""
    writer = PdfWriter()
    if rotate:
        parts = [parts[0].rotate(rotate, expand=True)]
    width, height = parts[0].width, sum(part.height for part in parts)
    scale = 842 / max(width, height)
    page = writer.add_blank_page(width * scale, height * scale)
    if rotate:
        page[NameObject("/Rotate")] = NumberObject(rotate)
    names, content, top = DictionaryObject(), [], float(height)
    for number, part in enumerate(parts):
        stream = DecodedStreamObject()
        stream.set_data(part.convert("L").tobytes())
        stream.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Image"),
                NameObject("/Width"): NumberObject(part.width),
                NameObject("/Height"): NumberObject(part.height),
                NameObject("/ColorSpace"): NameObject("/DeviceGray"),
                NameObject("/BitsPerComponent"): NumberObject(8),
            }
        )
        names[NameObject(f"/P{number}")] = writer._add_object(stream.flate_encode())
        top -= part.height
        place = [part.width * scale, 0, 0, part.height * scale, 0, top * scale]
        content.append(f"q {' '.join(f'{value:.3f}' for value in place)} cm /P{number} Do Q")
    drawing = DecodedStreamObject()
    drawing.set_data("\n".join(content).encode())
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): names})
    page[NameObject("/Contents")] = writer._add_object(drawing)
    page[NameObject("/MediaBox")] = ArrayObject(
        [FloatObject(value) for value in (0, 0, width * scale, height * scale)]
    )
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


# --- The whole way --------------------------------------------------------------------------------
def test_import_takes_scans_and_gives_them_their_supplier(tmp_path: Path) -> None:
    paper = plain()
    returns = tmp_path / "returns"
    returns.mkdir()
    (returns / "scan.tiff").write_bytes(tiff(list(paper.sheets)))
    editions = load_editions()
    form = only_form(read_bytes((returns / "scan.tiff").read_bytes(), "scan.tiff", editions))
    register = tmp_path / "issued.jsonl"
    line = {"form_id": form.identity.form_id, "supplier_id": "acme", "name": "Acmé & Fils"}
    line |= {"service": "Maintenance", "questionnaire": "Q3"}
    register.write_text(json.dumps(line) + "\n", encoding="utf-8")
    out = tmp_path / "out"
    words = ["import", str(returns), "--out", str(out), "--issued", str(register)]
    assert run(words, Lang.FR) == 0
    summary = json.loads((out / "summaries" / "acme.json").read_text(encoding="utf-8"))
    assert summary["supplier"]["name"] == "Acmé & Fils"
    assert summary["supplier"]["services"] == ["Maintenance"]
    answers = {one["id"]: one["answer"] for one in summary["answers"]}
    for row in paper.rows:
        assert answers[row.point_id] == row.answer
    kept = list((out / "originals").iterdir())
    assert [path.suffix for path in kept] == [".tiff"]
    actions = [one["reason"] for one in summary["actions"]]
    assert not any("société" in reason for reason in actions), actions


def test_the_simulator_is_seeded_and_its_kinds_are_met() -> None:
    one, same = plain(), plain()
    assert [sheet.tobytes() for sheet in one.sheets] == [sheet.tobytes() for sheet in same.sheets]
    even = (1, 1, 1, 1, 1, 1, 1, 1)
    assert {row.kind for row in paper_form("Q2", Level.CLEAN, 1, kinds=even).rows} == set(Kind)
