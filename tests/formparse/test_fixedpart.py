"""Pages as issued are known without a look, however a program saved them; no other page is."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pymupdf
import pypdf
import pytest
from pikepdf import Array, Dictionary

from formgen.editions import load_editions
from formgen.standard import Standard
from formparse.fixedpart import FixedParts, Unproved
from formparse.intake import ReturnedPdf, open_bytes
from formparse.places import Places
from tests.builders import filled_by_pdfium, issued, packaged_catalog, same_answer_sheet
from tests.formparse import altering as alter

EDITIONS = load_editions()


def places() -> Places:
    catalog = EDITIONS.default
    layout = EDITIONS.layout(catalog, "Q4", 1)
    assert layout is not None
    return Places(catalog.questionnaire("Q4"), layout)


def opened(pdf: bytes) -> ReturnedPdf:
    found = open_bytes(pdf, "retour.pdf")
    assert isinstance(found, ReturnedPdf)
    return found


def look_up(pdf: bytes, known: Places) -> list[Unproved | bool]:
    file = opened(pdf)
    fixed = FixedParts(file, known)
    return [fixed.look_up(page, index) for index, page in enumerate(file.pages)]


def filled() -> bytes:
    return filled_by_pdfium("Q4", same_answer_sheet(packaged_catalog().questionnaire("Q4")))


def by_pikepdf(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as file:
        file.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def by_pypdf(pdf: bytes) -> bytes:
    out = io.BytesIO()
    pypdf.PdfWriter(clone_from=io.BytesIO(pdf)).write(out)
    return out.getvalue()


def by_pymupdf(pdf: bytes) -> bytes:
    with pymupdf.open(stream=pdf) as file:
        out: bytes = file.tobytes(garbage=3, deflate=True)
    return out


@pytest.mark.parametrize("save", [bytes, by_pikepdf, by_pypdf, by_pymupdf])
@pytest.mark.parametrize("make", [lambda: issued("Q4"), filled])
def test_pages_as_issued_are_known(
    make: Callable[[], bytes], save: Callable[[bytes], bytes]
) -> None:
    assert look_up(save(make()), places()) == [True, True]


@pytest.mark.parametrize("standard", Standard)
def test_both_standards_are_recorded(standard: Standard) -> None:
    assert look_up(alter.made("Q4", standard), places()) == [True, True]


def turned(pdf: bytes) -> bytes:
    return alter.edited(pdf, lambda file: setattr(file.pages[0].obj, "Rotate", 180))


def cropped_by_parent(pdf: bytes) -> bytes:
    def edit(file: pikepdf.Pdf) -> None:
        file.Root.Pages.CropBox = Array([0, 0, 300, 842])

    return alter.edited(pdf, edit)


def other_width(pdf: bytes) -> bytes:
    def edit(file: pikepdf.Pdf) -> None:
        file.pages[0].obj.Resources.Font["/F2+0"].Widths[3] = 900

    return alter.edited(pdf, edit)


def layered(pdf: bytes) -> bytes:
    def edit(file: pikepdf.Pdf) -> None:
        file.Root.OCProperties = Dictionary(OCGs=Array([]), D=Dictionary())

    return alter.edited(pdf, edit)


def other_content(pdf: bytes) -> bytes:
    return alter.content_changed(pdf, 0, lambda piece: piece + b" ")


CHANGES = [turned, cropped_by_parent, other_width, layered, other_content]


@pytest.mark.parametrize("change", CHANGES)
def test_what_decides_the_look_decides(change: Callable[[bytes], bytes]) -> None:
    assert look_up(change(issued("Q4")), places())[0] is not True


def test_what_was_proved_is_known_for_exactly_that() -> None:
    known = places()
    pdf = other_content(issued("Q4"))
    file = opened(pdf)
    fixed = FixedParts(file, known)
    found = fixed.look_up(file.pages[0], 0)
    assert isinstance(found, Unproved)
    fixed.prove(found, 0)
    assert look_up(pdf, known)[0] is True
    assert look_up(by_pypdf(pdf), known)[0] is True
    assert look_up(other_width(pdf), known)[0] is not True
    assert fixed.look_up(file.pages[0], 1) is not True
    assert look_up(pdf, places())[0] is not True


def test_the_font_of_slots_must_be_the_one_that_ships() -> None:
    """Slots are not compared, so a letter that draws all over the page must not be known."""

    def edit(file: pikepdf.Pdf) -> None:
        heir = file.pages[0].obj.Resources.Font.FU.DescendantFonts[0]
        data = bytearray(heir.FontDescriptor.FontFile2.read_bytes())
        data[-1] ^= 1
        heir.FontDescriptor.FontFile2.write(bytes(data))

    assert look_up(alter.edited(issued("Q4"), edit), places()) == [False, False]


def test_a_return_as_issued_is_read_without_starting_what_draws() -> None:
    """A single `read` pays for no renderer: pages and boxes are known from records."""
    import subprocess
    import sys

    code = (
        "import sys\n"
        "from formgen.editions import load_editions\n"
        "from formparse.read import read_bytes\n"
        "read_bytes(sys.stdin.buffer.read(), 'a.pdf', load_editions())\n"
        "print(sorted({'numpy', 'pypdfium2', 'reportlab'} & sys.modules.keys()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=filled(), capture_output=True, check=True
    )
    assert done.stdout.strip() == b"[]"
