"""Returns that were merged, split, turned, cut: real tools, all questionnaires, to the summary."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pymupdf
import pypdf
import pytest

from demo.engine import Sheet
from formgen.catalog import Answer
from formparse.read import read_bytes
from formparse.returned import ReturnedForm, Severity
from tests.builders import (
    editions,
    filled_by_pdfium,
    issued,
    packaged_catalog,
    random_sheet,
)

ALL = ("Q1", "Q2", "Q3", "Q4")


@cache
def sheet(questionnaire_id: str, supplier_id: str = "acme") -> Sheet:
    seed = {"acme": 3, "duval": 4}[supplier_id]
    questionnaire = packaged_catalog().questionnaire(questionnaire_id)
    return random_sheet(questionnaire, seed, blanks=0.1, signed=True)


@cache
def form(questionnaire_id: str, supplier_id: str = "acme") -> bytes:
    """A form as its supplier sends it."""
    blank = issued(questionnaire_id, supplier_id=supplier_id, company=f"Société {supplier_id}")
    return filled_by_pdfium(questionnaire_id, sheet(questionnaire_id, supplier_id), pdf=blank)


def answers_of(one: ReturnedForm) -> dict[str, Answer]:
    assert all(point.doubt is None for point in one.answers), one.answers
    return {point.point_id: point.answer for point in one.answers if point.answer is not None}


def read(data: bytes, name: str = "a.pdf") -> list[ReturnedForm]:
    """The forms in a file, none of which may have been refused or warned of."""
    forms = []
    for one in read_bytes(data, name, editions()):
        assert isinstance(one, ReturnedForm), one
        assert [f for f in one.findings if f.severity is not Severity.INFO] == []
        forms.append(one)
    return forms


# --- Tools --------------------------------------------------------------------------------------
def written(writer: Any) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def by_tool(*command: str) -> Callable[[Sequence[bytes]], bytes]:
    """A command with INPUTS and out.pdf; skips where it is not installed."""

    def run(pdfs: Sequence[bytes]) -> bytes:
        if shutil.which(command[0]) is None:
            pytest.skip(f"{command[0]} is not installed")
        with tempfile.TemporaryDirectory() as folder:
            names = [f"{number}.pdf" for number in range(len(pdfs))]
            for name, pdf in zip(names, pdfs, strict=True):
                (Path(folder) / name).write_bytes(pdf)
            words = [w for word in command for w in (names if word == "INPUTS" else [word])]
            subprocess.run(words, check=True, capture_output=True, cwd=folder)
            return (Path(folder) / "out.pdf").read_bytes()

    return run


def merged_by_pypdf(pdfs: Sequence[bytes]) -> bytes:
    writer = pypdf.PdfWriter()
    for pdf in pdfs:
        writer.append(io.BytesIO(pdf))
    return written(writer)


def pages_added_by_pypdf(pdfs: Sequence[bytes]) -> bytes:
    writer = pypdf.PdfWriter()
    for pdf in pdfs:
        for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
            writer.add_page(page)
    return written(writer)


def merged_by_mupdf(pdfs: Sequence[bytes]) -> bytes:
    with pymupdf.open() as document:
        for pdf in pdfs:
            with pymupdf.open(stream=pdf) as one:
                document.insert_pdf(one)
        made: bytes = document.tobytes()
    return made


MERGERS: Mapping[str, Callable[[Sequence[bytes]], bytes]] = {
    "pypdf": merged_by_pypdf,
    "pypdf pages": pages_added_by_pypdf,
    "mupdf": merged_by_mupdf,
    "qpdf": by_tool("qpdf", "--empty", "--pages", "INPUTS", "--", "out.pdf"),
    "pdftk": by_tool("pdftk", "INPUTS", "cat", "output", "out.pdf"),
    "pdfunite": by_tool("pdfunite", "INPUTS", "out.pdf"),
}


# --- Several forms in one file ------------------------------------------------------------------
@pytest.mark.parametrize("merger", MERGERS)
def test_forms_that_were_merged_are_told_apart(merger: str) -> None:
    found = read(MERGERS[merger]([form(questionnaire_id) for questionnaire_id in ALL]))
    assert {one.identity.questionnaire_id: answers_of(one) for one in found} == {
        questionnaire_id: sheet(questionnaire_id).answers for questionnaire_id in ALL
    }


@pytest.mark.parametrize("merger", MERGERS)
def test_forms_of_two_suppliers_are_never_mixed(merger: str) -> None:
    """Whatever order their pages are in."""
    data = MERGERS[merger]([form("Q1"), form("Q1", "duval")])
    with pymupdf.open(stream=data) as document:
        document.select([0, 2, 3, 1])
        data = document.tobytes()
    by_company = {one.attestation.company: answers_of(one) for one in read(data)}
    assert by_company == {
        "Société acme": sheet("Q1").answers,
        "Société duval": sheet("Q1", "duval").answers,
    }


# --- One form, its pages disturbed --------------------------------------------------------------
def turned(pdf: bytes) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    for number, page in enumerate(writer.pages):
        page.rotate(90 * (1 + number % 3))
    return written(writer)


def reversed_by_mupdf(pdf: bytes) -> bytes:
    with pymupdf.open(stream=pdf) as document:
        document.select(list(range(len(document)))[::-1])
        made: bytes = document.tobytes()
    return made


def cropped(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            page.MediaBox = page.CropBox = [30, 30, 565, 812]
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def between_other_pages(pdf: bytes) -> bytes:
    with pymupdf.open() as cover:
        cover.new_page().insert_text((72, 72), "Bordereau d'envoi")
        page = cover.tobytes()
    return merged_by_mupdf([page, pdf, page])


def flat_and_turned(pdf: bytes) -> bytes:
    with pymupdf.open(stream=pdf) as document:
        document.bake()
        for number, page in enumerate(document):
            page.set_rotation(90 * (1 + number % 3))
        document.select(list(range(len(document)))[::-1])
        made: bytes = document.tobytes()
    return made


def two_on_a_sheet(pdf: bytes) -> bytes:
    with pymupdf.open(stream=pdf) as document, pymupdf.open() as made:
        document.bake()
        for first in range(0, len(document), 2):
            page = made.new_page(width=842, height=595)
            for number in range(first, min(first + 2, len(document))):
                left = 421 * (number - first)
                page.show_pdf_page(pymupdf.Rect(left, 0, left + 421, 595), document, number)
        data: bytes = made.tobytes()
    return data


EDITS: Mapping[str, Callable[[bytes], bytes]] = {
    "turned": turned,
    "reversed": reversed_by_mupdf,
    "cropped": cropped,
    "foreign": between_other_pages,
    "flat": flat_and_turned,
    "two up": two_on_a_sheet,
    "qpdf": lambda pdf: by_tool("qpdf", "INPUTS", "--pages", ".", "z-1", "--", "out.pdf")([pdf]),
    "pdftk": lambda pdf: by_tool("pdftk", "INPUTS", "cat", "end-1", "output", "out.pdf")([pdf]),
}


@pytest.mark.parametrize("questionnaire_id", ALL)
@pytest.mark.parametrize("edit", EDITS)
def test_a_form_whose_pages_were_disturbed_reads_the_same(edit: str, questionnaire_id: str) -> None:
    (one,) = read(EDITS[edit](form(questionnaire_id)))
    assert answers_of(one) == sheet(questionnaire_id).answers
    assert one.attestation.company == "Société acme"
    assert one.form_pages == tuple(range(1, (one.page_count or 0) + 1))


# --- To the summary -----------------------------------------------------------------------------
def imported(tmp_path: Path, files: Mapping[str, bytes]) -> dict[str, Any]:
    """The only summary after these files were imported, twice."""
    inbox, store = tmp_path / "in", tmp_path / "out"
    inbox.mkdir()
    for name, data in files.items():
        (inbox / name).write_bytes(data)
    words = [sys.executable, "-m", "formparse", "import", str(inbox), "--out", str(store)]
    subprocess.run(words, check=True, capture_output=True)
    (path,) = (store / "summaries").iterdir()
    before = {p: p.read_bytes() for p in store.rglob("*") if p.is_file()}
    subprocess.run(words, check=True, capture_output=True)
    assert {p: p.read_bytes() for p in store.rglob("*") if p.is_file()} == before
    originals = {p.read_bytes(): p.suffix for p in (store / "originals").iterdir()}
    assert originals == {data: Path(name).suffix for name, data in files.items()}
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def answers_in(summary: Mapping[str, Any], questionnaire_id: str) -> dict[str, str]:
    return {
        point["id"]: point["answer"]
        for point in summary["answers"]
        if point["questionnaire"] == questionnaire_id and point["answer"] is not None
    }


def warnings_in(summary: Mapping[str, Any]) -> list[str]:
    return [one["code"] for one in summary["findings"] if one["severity"] != "info"]


def pages_of(pdf: bytes, numbers: Sequence[int], tool: str) -> bytes:
    match tool:
        case "pypdf":
            writer = pypdf.PdfWriter()
            pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
            for number in numbers:
                writer.add_page(pages[number])
            return written(writer)
        case "mupdf":
            with pymupdf.open(stream=pdf) as document:
                document.select(list(numbers))
                made: bytes = document.tobytes(garbage=3)
            return made
        case "flat":
            with pymupdf.open(stream=pdf) as document:
                document.bake()
                document.select(list(numbers))
                flat: bytes = document.tobytes()
            return flat
        case _:
            with pikepdf.open(io.BytesIO(pdf)) as document:
                for number in range(len(document.pages) - 1, -1, -1):
                    if number not in numbers:
                        del document.pages[number]
                out = io.BytesIO()
                document.save(out)
            return out.getvalue()


@pytest.mark.parametrize("tool", ["pypdf", "mupdf", "pikepdf", "flat"])
def test_a_form_that_came_in_pieces_is_put_together(tmp_path: Path, tool: str) -> None:
    pieces = [[0, 1], [2], [3, 4]]
    files = {f"p{n}.pdf": pages_of(form("Q2"), piece, tool) for n, piece in enumerate(pieces)}
    summary = imported(tmp_path, files | {"Q1.pdf": form("Q1")})
    assert answers_in(summary, "Q2") == sheet("Q2").answers
    assert answers_in(summary, "Q1") == sheet("Q1").answers
    assert warnings_in(summary) == []
    assert {source["role"] for source in summary["sources"]} == {"counted"}
    assert summary["attestations"]["Q2"]["sources"] == ["p0.pdf", "p1.pdf", "p2.pdf"]


def test_a_form_that_lacks_a_page_says_which(tmp_path: Path) -> None:
    files = {f"p{n}.pdf": pages_of(form("Q2"), [n], "mupdf") for n in (0, 1, 3, 4)}
    summary = imported(tmp_path, files)
    (missing,) = [one for one in summary["findings"] if one["code"] == "pages-missing"]
    assert ": 3 sur 5" in missing["message"]
    assert summary["completeness"] == "incomplete"
    got = answers_in(summary, "Q2")
    assert got.items() <= sheet("Q2").answers.items()
    assert got


def mail(*files: tuple[str, bytes]) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@b.example", "c@d.example", "Réponse"
    message.set_content("Bonjour")
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="pdf", filename=name)
    return message.as_bytes()


def test_a_form_sent_in_two_messages_and_alone_counts_once(tmp_path: Path) -> None:
    both, again = mail(("Q1.pdf", form("Q1")), ("Q2.pdf", form("Q2"))), mail(("f.pdf", form("Q1")))
    summary = imported(tmp_path, {"1.eml": both, "2.eml": again, "Q1.pdf": form("Q1")})
    assert answers_in(summary, "Q1") == sheet("Q1").answers
    assert answers_in(summary, "Q2") == sheet("Q2").answers
    assert warnings_in(summary) == []
    assert sorted(source["file"] for source in summary["sources"]) == [
        "1.eml › Q1.pdf",
        "1.eml › Q2.pdf",
        "2.eml › f.pdf",
        "Q1.pdf",
    ]
    roles = [source["role"] for source in summary["sources"]]
    assert sorted(roles) == ["counted", "counted", "superseded", "superseded"]
    assert summary["totals"]["doubtful"] == 0


def test_pieces_in_several_messages_are_put_together(tmp_path: Path) -> None:
    one, two = (pages_of(form("Q3"), piece, "mupdf") for piece in ([0], [1]))
    summary = imported(tmp_path, {"1.eml": mail(("a.pdf", one)), "2.eml": mail(("b.pdf", two))})
    assert answers_in(summary, "Q3") == sheet("Q3").answers
    assert warnings_in(summary) == []


def test_values_without_their_form_count_only_without_it(tmp_path: Path) -> None:
    fields = "".join(
        f'<field name="{point}"><value>{"NA" if answer == "N/A" else answer}</value></field>'
        for point, answer in sheet("Q1").answers.items()
    )
    company = '<field name="Q1-company"><value>Société acme</value></field>'
    data = f'<xfdf xmlns="http://ns.adobe.com/xfdf/"><fields>{fields}{company}</fields></xfdf>'
    summary = imported(tmp_path, {"Q1.xfdf": data.encode(), "Q1.pdf": form("Q1")})
    assert answers_in(summary, "Q1") == sheet("Q1").answers
    assert {one["file"]: one["role"] for one in summary["sources"]} == {
        "Q1.pdf": "counted",
        "Q1.xfdf": "superseded",
    }
    assert warnings_in(summary) == []
