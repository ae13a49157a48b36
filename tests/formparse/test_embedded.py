"""Forms inside a PDF: portfolios, attachments, files pinned to a page."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pymupdf
import pypdf
import pytest

from formparse import enclosed
from formparse.enclosed import MAX_DEPTH, MAX_FILES_INSIDE
from formparse.read import read_bytes
from formparse.returned import InnerFile, Refusal, Returned, ReturnedForm, Severity
from tests.formparse.forms import ALL, Editions, make_catalog, make_form, make_layout
from tests.formparse.messages import LOGO, message

CATALOG = make_catalog()
EDITIONS = Editions(CATALOG)
Q1 = make_layout(CATALOG, CATALOG.questionnaires[0])
Q3 = make_layout(CATALOG, CATALOG.questionnaires[1])
OUI, NON, NA = ALL
FORM = make_form(Q1, {"Q1-01": OUI}).data()
OTHER = make_form(Q3, {"Q3-01": NON}, supplier="duval").data()

Files = dict[str, bytes]
Attach = Callable[[bytes, Files], bytes]


def cover() -> bytes:
    """A page of nothing in particular."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(595, 842)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


COVER = cover()


def by_pypdf(pdf: bytes, files: Files) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    for name, data in files.items():
        writer.add_attachment(name, data)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def by_mupdf(pdf: bytes, files: Files) -> bytes:
    with pymupdf.open(stream=pdf) as document:
        for name, data in files.items():
            document.embfile_add(name, data, filename=name)
        made: bytes = document.tobytes(garbage=1, deflate=True)
    return made


def pinned(pdf: bytes, files: Files) -> bytes:
    with pymupdf.open(stream=pdf) as document:
        for name, data in files.items():
            document[0].add_file_annot((20, 20), data, name)
        made: bytes = document.tobytes()
    return made


def portfolio(pdf: bytes, files: Files) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for name, data in files.items():
            document.attachments[name] = pikepdf.AttachedFileSpec(document, data, filename=name)
        document.Root.Collection = pikepdf.Dictionary(Type=pikepdf.Name.Collection, View="/T")
        out = io.BytesIO()
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def by_tool(*command: str) -> Attach:
    def attach(pdf: bytes, files: Files) -> bytes:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            (place / "in").mkdir()
            (place / "in.pdf").write_bytes(pdf)
            words = []
            for name, data in files.items():
                (place / "in" / name).write_bytes(data)
            for word in command:
                if word == "FILES":
                    words += [str(place / "in" / name) for name in files]
                elif word == "ADD":
                    for name in files:
                        words += ["--add-attachment", str(place / "in" / name), "--"]
                else:
                    words.append(word)
            subprocess.run(words, check=True, cwd=place)
            return (place / "out.pdf").read_bytes()

    return attach


ENGINES: dict[str, Attach] = {
    "pypdf": by_pypdf,
    "mupdf": by_mupdf,
    "pinned": pinned,
    "portfolio": portfolio,
    "qpdf": by_tool("qpdf", "in.pdf", "ADD", "out.pdf"),
    "pdftk": by_tool("pdftk", "in.pdf", "attach_files", "FILES", "output", "out.pdf"),
}


def read(data: bytes) -> tuple[Returned, ...]:
    returned = read_bytes(data, "p.pdf", EDITIONS)
    assert {one.sha256 for one in returned} == {hashlib.sha256(data).hexdigest()}
    return returned


def forms(returned: tuple[Returned, ...]) -> list[ReturnedForm]:
    assert all(isinstance(one, ReturnedForm) for one in returned), returned
    return [one for one in returned if isinstance(one, ReturnedForm)]


def codes(returned: tuple[Returned, ...]) -> list[str]:
    return [one.code for one in returned if isinstance(one, Refusal)]


@pytest.mark.parametrize("engine", ENGINES)
def test_forms_inside_a_pdf_are_read_whoever_put_them_there(engine: str) -> None:
    if engine in ("qpdf", "pdftk") and shutil.which(engine) is None:
        pytest.skip(f"{engine} is not installed")
    files = {"Q1.pdf": FORM, "logo.png": LOGO, "Q3.pdf": OTHER}
    found = {
        one.identity.questionnaire_id: one for one in forms(read(ENGINES[engine](COVER, files)))
    }
    assert set(found) == {"Q1", "Q3"}
    one = found["Q1"]
    sha256 = hashlib.sha256(FORM).hexdigest()
    assert one.part == InnerFile(name="Q1.pdf", sha256=sha256)
    assert one.file == "p.pdf › Q1.pdf"
    (alone,) = forms(read_bytes(FORM, "Q1.pdf", EDITIONS))
    assert (one.answers, one.identity, one.pages) == (alone.answers, alone.identity, alone.pages)
    (listed,) = [f for form in found.values() for f in form.findings]
    assert (listed.code, listed.severity) == ("attachments-passed-over", Severity.INFO)
    assert listed.message.endswith("logo.png.")


def test_a_form_keeps_its_own_answers_beside_what_is_attached_to_it() -> None:
    outer, inner = forms(read(by_mupdf(FORM, {"Q3.pdf": OTHER, "logo.png": LOGO})))
    assert (outer.part, outer.file) == (None, "p.pdf")
    assert outer.answers[0].answer is OUI
    assert "logo.png" in outer.findings[-1].message
    assert inner.part is not None
    assert inner.identity.questionnaire_id == "Q3"


def test_a_form_with_a_picture_attached_is_one_form() -> None:
    (form,) = forms(read(by_mupdf(FORM, {"logo.png": LOGO, "run.exe": b"MZ"})))
    (finding,) = form.findings
    assert (finding.code, finding.severity) == ("attachments-passed-over", Severity.INFO)
    assert finding.message.endswith("logo.png, run.exe.")


def test_a_portfolio_without_a_form_is_refused() -> None:
    assert codes(read(portfolio(COVER, {"logo.png": LOGO, "cgv.pdf": COVER}))) == ["not-a-form"]


def test_what_may_be_a_form_inside_and_cannot_be_read_is_refused_by_its_name() -> None:
    (refusal,) = read(portfolio(COVER, {"Q1.pdf": FORM[:700]}))
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.file) == ("damaged", "p.pdf › Q1.pdf")
    assert codes(read(portfolio(FORM, {"Q1.zip": b"PK\x03\x04" + bytes(30)}))) == ["archive"]


def test_a_form_in_a_portfolio_in_a_message_is_found() -> None:
    data = message(("dossier.pdf", portfolio(COVER, {"Q1.pdf": FORM}))).as_bytes()
    (form,) = forms(read_bytes(data, "m.eml", EDITIONS))
    assert form.file == "m.eml › dossier.pdf › Q1.pdf"
    assert form.part is not None
    assert form.part.name == "dossier.pdf › Q1.pdf"
    assert form.part.sha256 == hashlib.sha256(FORM).hexdigest()


def test_portfolios_in_portfolios_end() -> None:
    deep = FORM
    for _ in range(MAX_DEPTH):
        deep = by_pypdf(COVER, {"p.pdf": deep})
    assert len(forms(read(deep))) == 1
    assert codes(read(by_pypdf(COVER, {"p.pdf": deep}))) == ["too-complex"]


def test_a_file_that_holds_itself_ends() -> None:
    """A stream under several names is one file."""
    data = by_pypdf(COVER, {"a.pdf": FORM})
    with pikepdf.open(io.BytesIO(data)) as document:
        names = document.Root.Names.EmbeddedFiles.Names
        for number in range(30):
            names.extend([pikepdf.String(f"{number}"), names[1]])
        document.Root.Names.EmbeddedFiles.Kids = [document.Root.Names.EmbeddedFiles]
        out = io.BytesIO()
        document.save(out)
    (form,) = forms(read(out.getvalue()))
    assert form.findings == ()


def test_more_files_than_anybody_attaches_are_refused_after_those_that_are_read() -> None:
    files = {f"{n:03d}.txt": b"%d" % n for n in range(MAX_FILES_INSIDE + 5)}
    returned = read(by_pypdf(FORM, files))
    assert isinstance(returned[0], ReturnedForm)
    assert codes(returned) == ["too-complex"]


def test_files_that_swell_are_refused_where_they_claim_to_be_forms() -> None:
    big = b"%PDF-1.7\n" + bytes(9_000_000)
    assert codes(read(by_mupdf(FORM, {"a.pdf": big}))) == ["too-complex"]
    (form,) = forms(read(by_mupdf(FORM, {"a.bin": big})))
    assert "a.bin" in form.findings[0].message


def test_all_files_together_may_not_swell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enclosed, "MAX_BYTES_INSIDE", len(FORM) + len(OTHER) // 2)
    returned = read(portfolio(COVER, {"a.pdf": FORM, "b.pdf": OTHER}))
    assert codes(returned) == ["too-complex"]
    assert isinstance(returned[0], ReturnedForm)


@pytest.mark.parametrize(
    "names",
    [
        "[]", "5", "<< /EmbeddedFiles 5 >>", "<< /EmbeddedFiles << /Names 7 /Kids 8 >> >>",
        "<< /EmbeddedFiles << /Names [(a)] >> >>", "<< /EmbeddedFiles << /Names [(a) (b)] >> >>",
        "<< /EmbeddedFiles << /Names [(a) << /EF << /F 5 >> >>] >> >>",
        "<< /EmbeddedFiles << /Names [(a) << /F (/etc/passwd) >>] >> >>",
    ],
)  # fmt: skip
def test_trees_that_are_none_hold_nothing(names: str) -> None:
    file = make_form(Q1, {"Q1-01": OUI})
    file.edit("root", b"/Pages", b"/Names " + names.encode() + b" /Pages")
    (form,) = forms(read(file.data()))
    assert {finding.code for finding in form.findings} <= {"attachment"}, "named, and not there"
