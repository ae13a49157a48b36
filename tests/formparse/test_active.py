"""What a file holds besides a form is listed, never followed; a clean return has none of it."""

from __future__ import annotations

import io

import pypdf
import pytest

from formgen.editions import load_editions
from formparse import active
from formparse.read import read_bytes
from formparse.returned import Finding, ReturnedForm, Severity
from tests.builders import filled_by_pdfium, packaged_catalog, random_sheet
from tests.formparse.forms import Editions, FormFile, make_catalog, make_form, make_layout

CATALOG = make_catalog()
LAYOUT = make_layout(CATALOG, CATALOG.questionnaires[0])
SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"


def listed(file: FormFile | bytes) -> list[Finding]:
    data = file if isinstance(file, bytes) else file.data()
    (form,) = read_bytes(data, "a.pdf", Editions())
    assert isinstance(form, ReturnedForm), form
    codes = {
        "active-content",
        "xfa",
        "external-reference",
        "link",
        "odd-link",
        "attachment",
        "encrypted-without-password",
    }
    return [finding for finding in form.findings if finding.code in codes]


def with_entry(called: str, entry: bytes) -> FormFile:
    """A form with one more entry in one of its objects."""
    file = make_form(LAYOUT)
    number = file.names[called]
    body = file.objects[number]
    file.objects[number] = body[: body.rindex(b">>")] + entry + b" >>"
    return file


def with_annotation(body: bytes) -> FormFile:
    file = make_form(LAYOUT)
    number = file.add(b"<< /Type /Annot /Rect [10 10 20 20] " + body + b" >>")
    file.edit("page1", b"/Annots [", b"/Annots [%d 0 R " % number)
    return file


def test_a_clean_return_has_nothing_to_list() -> None:
    sheet = random_sheet(packaged_catalog().questionnaire("Q1"), 3)
    (form,) = read_bytes(filled_by_pdfium("Q1", sheet), "a.pdf", load_editions(()))
    assert isinstance(form, ReturnedForm)
    assert form.findings == ()
    assert listed(make_form(LAYOUT)) == []


@pytest.mark.parametrize(
    ("file", "page"),
    [
        (with_entry("root", b"/OpenAction " + SCRIPT), None),
        (with_entry("root", b"/AA << /WC " + SCRIPT + b" >>"), None),
        (with_entry("root", b"/Names << /JavaScript << /Names [(a) " + SCRIPT + b"] >> >>"), None),
        (with_entry("page2", b"/AA << /O " + SCRIPT + b" >>"), 2),
        (with_entry("Q1-01:OUI", b"/AA << /U " + SCRIPT + b" >>"), 1),
        (with_entry("Q1-01:OUI", b"/A " + SCRIPT), 1),
        (with_entry("Q1-01", b"/AA << /K " + SCRIPT + b" >>"), 1),
        (with_entry("Q1-place", b"/AA << /K " + SCRIPT + b" >>"), 2),
        (with_entry("root", b"/OpenAction << /S /J#61vaScript /JS (a) >>"), None),
        (with_entry("root", b"/OpenAction << /S /GoTo /Next [null " + SCRIPT + b"] >>"), None),
    ],
)
def test_a_script_is_a_warning_wherever_it_hangs(file: FormFile, page: int | None) -> None:
    [finding] = listed(file)
    assert (finding.code, finding.severity) == ("active-content", Severity.WARNING)
    assert "JavaScript" in finding.message
    assert finding.page == page


@pytest.mark.parametrize(
    "kind", ["Launch", "SubmitForm", "ImportData", "GoToR", "GoToE", "Hide", "ResetForm", "Brew"]
)
def test_other_actions_are_named(kind: str) -> None:
    [finding] = listed(with_entry("root", b"/OpenAction << /S /%s /F (a) >>" % kind.encode()))
    assert finding.severity is Severity.WARNING
    assert kind in finding.message


@pytest.mark.parametrize("kind", ["RichMedia", "3D", "Movie", "Sound", "Screen"])
def test_media_are_a_warning(kind: str) -> None:
    [finding] = listed(with_annotation(b"/Subtype /" + kind.encode()))
    assert (finding.severity, finding.page) == (Severity.WARNING, 1)
    assert kind in finding.message


@pytest.mark.parametrize(
    "opening", [b"[11 0 R /Fit]", b"<< /S /GoTo /D [11 0 R /Fit] >>", b"<< /S /Named /N /Print >>"]
)
def test_going_to_a_place_is_no_action(opening: bytes) -> None:
    assert listed(with_entry("root", b"/OpenAction " + opening)) == []


def test_a_script_that_no_page_shows_is_found() -> None:
    file = make_form(LAYOUT)
    outline = file.add(b"<< /Title (a) /A " + SCRIPT + b" >>")
    number = file.names["root"]
    file.objects[number] = file.objects[number][:-2] + b"/Outlines %d 0 R >>" % outline
    [finding] = listed(file)
    assert "JavaScript" in finding.message
    packed = io.BytesIO()
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(file.data()))
    writer.write(packed)
    assert [one.code for one in listed(packed.getvalue())] == ["active-content"]


def test_links_of_ours_are_not_listed() -> None:
    (questionnaire,) = [q for q in packaged_catalog().questionnaires if q.id == "Q2"]
    (form,) = read_bytes(
        filled_by_pdfium("Q2", random_sheet(questionnaire, 1)), "a.pdf", load_editions(())
    )
    assert isinstance(form, ReturnedForm)
    assert b"/URI" in filled_by_pdfium("Q2", random_sheet(questionnaire, 1))
    assert "link" not in {finding.code for finding in form.findings}


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("https://ailleurs.example/", "link"),
        ("mailto:a@b.example", "link"),
        ("file:///c:/windows/calc.exe", "odd-link"),
        ("javascript:alert(1)", "odd-link"),
        ("\\\\\\\\server\\\\share", "odd-link"),
        ("", "odd-link"),
    ],
)
def test_other_links_are_listed(address: str, code: str) -> None:
    body = b"/Subtype /Link /A << /S /URI /URI (%s) >>" % address.encode().replace(b"(", b"\\(")
    body = body.replace(b"alert\\(1)", b"alert\\(1\\)")
    [finding] = listed(with_annotation(body))
    assert finding.code == code
    assert finding.severity is (Severity.INFO if code == "link" else Severity.WARNING)
    assert "pas été suivis" in finding.message


def test_attachments_that_are_not_there_are_named() -> None:
    [finding] = listed(with_annotation(b"/Subtype /FileAttachment /FS << /F (devis.pdf) >>"))
    assert (finding.code, finding.severity) == ("attachment", Severity.INFO)
    assert "devis.pdf" in finding.message


def test_attachments_that_are_there_are_named_once() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(make_form(LAYOUT).data()))
    writer.add_attachment("../../évil\u202e.exe", b"MZ")
    out = io.BytesIO()
    writer.write(out)
    assert listed(out.getvalue()) == []
    (form,) = read_bytes(out.getvalue(), "a.pdf", Editions())
    assert isinstance(form, ReturnedForm)
    [finding] = form.findings
    assert (finding.code, finding.severity) == ("attachments-passed-over", Severity.INFO)
    assert "évil" in finding.message


def test_attachments_without_end_are_cut() -> None:
    tree = b"<< /Names [" + b"(a) << /F (%s) >> " % (b"x" * 500) + b"] >>"
    [finding] = listed(with_entry("root", b"/Names << /EmbeddedFiles " + tree + b" >>"))
    assert len(finding.message) < 300
    many = b" ".join(b"(a) << /F (f%d) >>" % number for number in range(500))
    entry = b"/Names << /EmbeddedFiles << /Names [" + many + b"] >> >>"
    [finding] = listed(with_entry("root", entry))
    assert len(finding.message) < 100 * active.MAX_LISTED


def test_a_tree_that_goes_round_ends() -> None:
    file = make_form(LAYOUT)
    node = file.add(b"")
    file.objects[node] = b"<< /Kids [%d 0 R %d 0 R] >>" % (node, node)
    number = file.names["root"]
    file.objects[number] = (
        file.objects[number][:-2] + b"/Names << /EmbeddedFiles %d 0 R >> >>" % node
    )
    assert listed(file) == []
    action = file.add(b"")
    file.objects[action] = b"<< /S /GoTo /Next [%d 0 R %d 0 R] >>" % (action, action)
    file.objects[number] = file.objects[number][:-2] + b"/OpenAction %d 0 R >>" % action
    assert listed(file) == []


def test_a_second_form_is_a_warning() -> None:
    [finding] = listed(with_entry("acroform", b"/XFA [(a) (b)]"))
    assert (finding.code, finding.severity) == ("xfa", Severity.WARNING)


def test_a_stream_in_another_file_is_a_warning() -> None:
    file = make_form(LAYOUT)
    file.add(b"<< /F (\\\\\\\\server\\\\x) /Length 3 >>\nstream\nq Q\nendstream")
    [finding] = listed(file)
    assert (finding.code, finding.severity) == ("external-reference", Severity.WARNING)


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_an_empty_password_is_said(algorithm: str) -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(make_form(LAYOUT).data()))
    writer.encrypt("", "owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    [finding] = listed(out.getvalue())
    assert (finding.code, finding.severity) == ("encrypted-without-password", Severity.INFO)
