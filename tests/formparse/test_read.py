"""One file from its bytes to its forms."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pikepdf
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formgen.naming import TextPart
from formparse.read import read_bytes, read_path
from formparse.returned import (
    Method,
    Refusal,
    Returned,
    ReturnedForm,
    Severity,
    SignatureKind,
)
from tests.formparse.forms import (
    ALL,
    FORM_ID,
    Editions,
    FormFile,
    make_catalog,
    make_form,
    make_layout,
    merge_forms,
)

if TYPE_CHECKING:
    from pathlib import Path

CATALOG = make_catalog()
EDITIONS = Editions(CATALOG)
Q1 = make_layout(CATALOG, CATALOG.questionnaires[0])
Q3 = make_layout(CATALOG, CATALOG.questionnaires[1])
OUI, NON, NA = ALL
FILL = {"Q1-01": OUI, "Q1-02": NON, "Q1-03": NA, "Q1-04": None}


def read(data: bytes) -> tuple[Returned, ...]:
    return read_bytes(data, "a.pdf", EDITIONS)


def read_form(file: FormFile) -> ReturnedForm:
    (form,) = read(file.data())
    assert isinstance(form, ReturnedForm), form
    return form


def answers_of(form: Returned) -> dict[str, object]:
    assert isinstance(form, ReturnedForm), form
    assert all(point.doubt is None for point in form.answers), form.answers
    return {point.point_id: point.answer for point in form.answers}


def test_an_honest_return_is_read_without_a_word() -> None:
    texts = {
        TextPart.COMPANY: "Œuvre & Cie (Lyon)",
        TextPart.SERVICE: "Sauvegarde",
        TextPart.SIGNATORY: "Zoé Ñ — 李",
        TextPart.DATE: "1er mars 2026",
        TextPart.PLACE: "",
        TextPart.REMARKS: "Une ligne\rdeux",
    }
    form = read_form(make_form(Q1, FILL, texts))
    assert answers_of(form) == FILL
    assert form.findings == ()
    assert (form.file, form.pages, form.method) == ("a.pdf", (1, 2), Method.FIELDS)
    assert (form.identity.form_id, form.identity.supplier_id) == (FORM_ID, "acme")
    block = form.attestation
    assert (block.company, block.service) == ("Œuvre & Cie (Lyon)", "Sauvegarde")
    assert (block.signatory, block.place) == ("Zoé Ñ — 李", None)
    assert (block.date, block.date_as_written) == ("2026-03-01", "1er mars 2026")
    assert block.remarks == "Une ligne\rdeux"
    assert block.signature.kind is SignatureKind.NONE


def test_reading_a_path_is_reading_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(make_form(Q1, FILL).data())
    assert read_path(path, EDITIONS) == read(path.read_bytes())
    (refusal,) = read_path(tmp_path / "absent.pdf", EDITIONS)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "unreadable-file"


@given(st.lists(st.sampled_from([None, *ALL]), min_size=9, max_size=9), st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_any_answers_are_read_back(sheet: list[object], count: int) -> None:
    catalog = make_catalog({"Q7": count})
    layout = make_layout(catalog, catalog.questionnaires[0])
    fill = {f"Q7-{number:02d}": sheet[number - 1] for number in range(1, count + 1)}
    (form,) = read_bytes(make_form(layout, fill).data(), "a.pdf", Editions(catalog))  # type: ignore[arg-type] # sampled
    assert answers_of(form) == fill


def test_a_file_with_several_forms_gives_several() -> None:
    file = merge_forms(
        [
            (Q1, FILL, {}, "a"),
            (Q3, {"Q3-01": NON}, {}, "a"),
            (Q1, {"Q1-01": NA}, {}, "b"),
        ]
    )
    first, second, third = read(file.data())
    assert answers_of(first) == FILL
    assert answers_of(second) == {"Q3-01": NON, "Q3-02": None, "Q3-03": None}
    assert answers_of(third) == {**dict.fromkeys(FILL), "Q1-01": NA}


def test_what_is_no_form_is_refused() -> None:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    out = io.BytesIO()
    writer.write(out)
    (refusal,) = read(out.getvalue())
    assert isinstance(refusal, Refusal)
    assert refusal.code == "not-a-form"


def test_pages_of_ours_with_nothing_left_are_never_unanswered() -> None:
    file = make_form(Q1, FILL)
    for page in ("page1", "page2"):
        file.edit(page, b"/Annots", b"/Lost")
    file.objects[1] = b"<< /Type /Catalog /Pages 2 0 R >>"
    (refusal,) = read(file.data())
    assert isinstance(refusal, Refusal)
    assert refusal.code == "empty-form-lost"
    assert "vide ou illisible" in refusal.message


def test_one_part_refused_leaves_the_other() -> None:
    file = merge_forms([(Q1, FILL, {}, "a"), (Q3, {}, {}, "a")])
    file.edit("identity", b"/Edition 1", b"/Edition 2")
    form, refusal = read(file.data())
    assert isinstance(refusal, Refusal)
    assert refusal.code == "unknown-edition"
    assert answers_of(form) == FILL


@pytest.mark.parametrize("written", ["31/02/2026", "hier"])
def test_a_date_that_is_none_is_kept_as_written(written: str) -> None:
    form = read_form(make_form(Q1, FILL, {TextPart.DATE: written}))
    assert (form.attestation.date, form.attestation.date_as_written) == (None, written)
    (finding,) = form.findings
    assert (finding.code, finding.severity) == ("date-not-read", Severity.WARNING)
    assert f"«\u00a0{written}\u00a0»" in finding.message


def test_repairs_are_told() -> None:
    data = make_form(Q1, FILL).data()
    (form,) = read(data.removesuffix(b"%%EOF\n"))
    assert answers_of(form) == FILL
    assert isinstance(form, ReturnedForm)
    assert [(f.code, f.severity) for f in form.findings] == [("repaired", Severity.INFO)]
    (form,) = read(data.replace(b"startxref\n", b"startxref\n1"))
    assert answers_of(form) == FILL
    assert isinstance(form, ReturnedForm)
    assert [(f.code, f.severity) for f in form.findings] == [("repaired", Severity.WARNING)]


def test_a_reference_to_nothing_is_no_repair() -> None:
    """It means null; tools that split files leave one for each box (pdfunite)."""
    file = make_form(Q1, FILL)
    file.edit("page1", b"/Annots", b"/Annots [902 0 R 903 0 R] /Was")
    file.edit("page2", b"/Annots [", b"/Annots [904 0 R 905 0 R ")
    (form,) = read(file.data())
    assert isinstance(form, ReturnedForm)
    assert "repaired" not in [finding.code for finding in form.findings]


@pytest.mark.parametrize("share", [0.001, 0.2, 0.5, 0.98])
def test_a_form_filled_in_and_cut_off_is_not_said_to_be_blank(share: float) -> None:
    sent = make_form(Q1, {}).data()
    answered = make_form(Q1, FILL)
    filled = sent + answered.data().removeprefix(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    cut = filled[: len(sent) + int(share * (len(filled) - len(sent)))]
    (form,) = read(cut)
    if isinstance(form, Refusal):
        assert (form.code, share) == ("damaged", 0.5)
        return
    assert set(answers_of(form).values()) == {None}
    [finding] = [one for one in form.findings if one.code == "update-lost"]
    assert finding.severity is Severity.WARNING
    (whole,) = read(sent)
    assert isinstance(whole, ReturnedForm)
    assert whole.findings == ()


def resaved(data: bytes, how: str) -> bytes:
    out = io.BytesIO()
    if how == "pypdf":
        pypdf.PdfWriter(clone_from=io.BytesIO(data)).write(out)
        return out.getvalue()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        match how:
            case "packed":
                pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
            case "linear":
                pdf.save(out, linearize=True)
            case "encrypted":
                pdf.save(out, encryption=pikepdf.Encryption(owner="x", user="", R=6))
    return out.getvalue()


@pytest.mark.parametrize("how", ["pypdf", "packed", "linear", "encrypted"])
def test_files_saved_again_by_other_tools_read_the_same(how: str) -> None:
    texts = {TextPart.COMPANY: "Œuvre", TextPart.DATE: "1/3/26"}
    before = read_form(make_form(Q1, FILL, texts))
    (after,) = read(resaved(make_form(Q1, FILL, texts).data(), how))
    assert isinstance(after, ReturnedForm)
    assert after.answers == before.answers
    assert after.attestation == before.attestation
    assert after.identity == before.identity
    told = {"encrypted-without-password"} if how == "encrypted" else set()
    assert {finding.code for finding in after.findings} == told


@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_no_damage_gets_out(at: int, junk: bytes) -> None:
    data = make_form(Q1, FILL).data()
    at %= len(data)
    results = read(data[:at] + junk + data[at + len(junk) :])
    assert results
    assert all(isinstance(result, ReturnedForm | Refusal) for result in results)


def test_french_findings_bind_their_punctuation() -> None:
    file = make_form(Q1, {}, {TextPart.DATE: "hier"})
    file.edit("page1", b"/PieceInfo", b"/Lost")
    file.edit("Q1-signature", b"/FT /Sig", b"/FT /Sig /V << /Type /Sig >>")
    forms = read(file.data().replace(b"startxref\n", b"startxref\n1"))
    messages = [
        f.message for form in forms if isinstance(form, ReturnedForm) for f in form.findings
    ]
    assert len(messages) >= 4
    for message in messages:
        assert not any(pair in message for pair in (" :", " ;", " ?", " !", "« ", " »")), message
