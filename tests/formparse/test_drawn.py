"""Damage to what a page draws is noticed, since viewers leave it out and say nothing."""

from __future__ import annotations

import io
from functools import cache

import pikepdf
import pytest

from demo.engine import Sheet
from formgen.editions import load_editions
from formparse.drawn import has_damaged_drawings
from formparse.intake import ReturnedPdf, open_bytes
from formparse.read import read_bytes
from formparse.returned import Method, ReturnedForm, Severity
from tests.builders import filled_by_pdfium, packaged_catalog, random_sheet
from tests.flatteners import flat_by_pdfium


@cache
def flat() -> bytes:
    answers = random_sheet(packaged_catalog().questionnaire("Q4"), 4).answers
    return flat_by_pdfium(filled_by_pdfium("Q4", Sheet(answers=answers)))


def changed(change: str) -> bytes:
    """The flattened form with one of its drawn fields damaged."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(flat())) as pdf:
        drawings = pdf.pages[0].Resources.XObject
        drawing = drawings[min(drawings.keys())]
        raw = drawing.read_raw_bytes()
        match change:
            case "nothing":
                pass
            case "cut":
                drawing.write(raw[: len(raw) // 2], filter=pikepdf.Name.FlateDecode)
            case "a byte":
                at = len(raw) // 2
                wrong = raw[:at] + bytes([raw[at] ^ 0x10]) + raw[at + 1 :]
                drawing.write(wrong, filter=pikepdf.Name.FlateDecode)
            case "no sum":
                drawing.write(raw[:-4], filter=pikepdf.Name.FlateDecode)
            case "other sum":
                wrong = raw[:-4] + bytes([raw[-4] ^ 1]) + raw[-3:]
                drawing.write(wrong, filter=pikepdf.Name.FlateDecode)
            case "gone":
                drawings[min(drawings.keys())] = pdf.make_indirect(pikepdf.Array())
        pdf.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


@pytest.mark.parametrize("change", ["cut", "a byte", "other sum", "gone"])
def test_a_damaged_drawing_is_a_warning(change: str) -> None:
    (form,) = read_bytes(changed(change), "a.pdf", load_editions(()))
    assert isinstance(form, ReturnedForm)
    assert form.method is Method.MARKS
    found = {one.page: one.severity for one in form.findings if one.code == "drawings-damaged"}
    assert found[1] is Severity.WARNING


@pytest.mark.parametrize("change", ["nothing", "no sum"])
def test_a_whole_one_is_none(change: str) -> None:
    (form,) = read_bytes(changed(change), "a.pdf", load_editions(()))
    assert isinstance(form, ReturnedForm)
    assert "drawings-damaged" not in {one.code for one in form.findings}


def test_drawings_that_name_each_other_end() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(flat())) as pdf:
        drawings = pdf.pages[0].Resources.XObject
        drawing = drawings[min(drawings.keys())]
        drawing.Resources = pikepdf.Dictionary(XObject=drawings)
        pdf.save(out)
    pdf = open_bytes(out.getvalue(), "a.pdf")
    assert isinstance(pdf, ReturnedPdf)
    assert not has_damaged_drawings(pdf.pages[0], pdf.objects)
