"""What digital signatures prove about a return, and that nothing more is said."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import re
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pypdf import PdfWriter

from demo.engine import Save, Sheet
from formgen.catalog import Answer
from formgen.editions import load_editions
from formgen.errors import ExitCode
from formgen.language import Lang
from formgen.naming import TextPart
from formparse import cli
from formparse.errors import RefusalCode
from formparse.intake import ReturnedPdf, open_bytes
from formparse.policy import AttestationState, attestation_state
from formparse.read import read_bytes
from formparse.returned import Refusal, ReturnedForm, Severity, Signature, SignatureKind
from formparse.revision import Revision, compare
from formparse.trust import TrustError, load_roots
from tests import pki
from tests.builders import filled_by_pdfium, issued, packaged_catalog, same_answer_sheet

ROOT = Path(__file__).parents[2]
EDITIONS = load_editions(())
OUI, NON = Answer.OUI, Answer.NON


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("network")

    for name in ("create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


# --- Files --------------------------------------------------------------------------------------
@cache
def filled() -> bytes:
    """Q1, all OUI, by PDFium; no pen, as somebody signs digitally."""
    sheet = same_answer_sheet(packaged_catalog().questionnaire("Q1"))
    return filled_by_pdfium("Q1", Sheet(answers=sheet.answers, texts=sheet.texts))


@cache
def signed() -> bytes:
    return pki.sign(filled())


def refilled(
    pdf: bytes, answers: dict[str, Answer], texts: dict[TextPart, str] | None = None
) -> bytes:
    """The PDF with changes added to it, as Chrome and Acrobat do."""
    sheet = Sheet(answers=answers, texts=texts or {})
    return filled_by_pdfium("Q1", sheet, pdf=pdf, save=Save.INCREMENTAL)


def added_to(pdf: bytes, change: Any) -> bytes:
    """The PDF with a new version of it added, made by `change` on its writer."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def note(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/FormparseTest"] = generic.NumberObject(1)
    writer.update_root()


def draw_more(writer: IncrementalPdfFileWriter) -> None:
    page, _ = writer.find_page_for_modification(1)
    stream = generic.StreamObject(stream_data=b"0 0 9 9 re f")
    contents = page.get_object().raw_get("/Contents")
    old = [contents] if isinstance(contents, generic.IndirectObject) else list(contents)
    page.get_object()["/Contents"] = generic.ArrayObject([*old, writer.add_object(stream)])
    writer.mark_update(page)


def cover(writer: IncrementalPdfFileWriter) -> None:
    """Lay a white patch over some of the first page's questions, as a note."""
    page, _ = writer.find_page_for_modification(0)
    look = generic.StreamObject(
        dict_data={
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 200, 90))),
        },
        stream_data=b"1 g 0 0 200 90 re f",
    )
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Square"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (60, 300, 260, 390))),
            pdf_name("/F"): generic.NumberObject(4),
            pdf_name("/AP"): generic.DictionaryObject({pdf_name("/N"): writer.add_object(look)}),
        }
    )
    page.get_object()["/Annots"].append(writer.add_object(note))
    writer.mark_update(page)
    writer.update_container(page.get_object()["/Annots"])


def emptied(name: str) -> Any:
    def change(writer: IncrementalPdfFileWriter) -> None:
        for reference in writer.root["/AcroForm"]["/Fields"]:
            found = reference.get_object()
            if found.get("/T") == name:
                del found["/V"]
                writer.mark_update(reference)

    return change


def byte_range(pdf: bytes) -> list[int]:
    match = re.search(rb"/ByteRange\s*\[(\d+) (\d+) (\d+) (\d+)\s*\]", pdf)
    assert match is not None
    return [int(number) for number in match.groups()]


def with_range(pdf: bytes, *numbers: int) -> bytes:
    """The PDF with other positions in its signature, everything else in place."""
    match = re.search(rb"/ByteRange\s*\[[^\]]*\]", pdf)
    assert match is not None
    new = b"/ByteRange [" + b" ".join(b"%d" % number for number in numbers)
    return pdf[: match.start()] + new.ljust(len(match[0]) - 1) + b"]" + pdf[match.end() :]


def with_contents(pdf: bytes, new: bytes) -> bytes:
    """The PDF with other bytes in place of its signature's."""
    _, start, end, _ = byte_range(pdf)
    return pdf[: start + 1] + new.hex().encode().ljust(end - start - 2, b"0") + pdf[end - 1 :]


def contents_of(pdf: bytes) -> bytes:
    _, start, end, _ = byte_range(pdf)
    return bytes.fromhex(pdf[start + 1 : end - 1].decode())


# --- Reading ------------------------------------------------------------------------------------
def read(pdf: bytes, *roots: pki.Identity) -> ReturnedForm:
    (form,) = read_bytes(pdf, "a.pdf", EDITIONS, roots=tuple(root.der for root in roots))
    assert isinstance(form, ReturnedForm), form
    return form


def opened(pdf: bytes) -> ReturnedPdf:
    found = open_bytes(pdf, "a.pdf")
    assert isinstance(found, ReturnedPdf)
    return found


def signature_of(form: ReturnedForm) -> Signature:
    return form.attestation.signature


def codes(form: ReturnedForm) -> dict[str, Severity]:
    return {finding.code: finding.severity for finding in form.findings}


def messages(form: ReturnedForm, code: str) -> list[str]:
    return [finding.message for finding in form.findings if finding.code == code]


def state(form: ReturnedForm) -> AttestationState:
    return attestation_state(signature_of(form))


def assert_nothing_to_check(form: ReturnedForm) -> None:
    assert not [f for f in form.findings if f.severity is not Severity.INFO], form.findings


# --- Signed and left alone ----------------------------------------------------------------------
@pytest.mark.parametrize("as_pades", [False, True], ids=["cms", "pades"])
def test_a_signature_gives_its_facts_and_no_more(as_pades: bool) -> None:  # noqa: FBT001 - pytest's
    form = read(pki.sign(filled(), as_pades=as_pades))
    signature = signature_of(form)
    assert signature.signer == "Élodie Lefèvre, Acmé & Fils"
    assert signature.signed_at is not None
    assert dt.datetime.fromisoformat(signature.signed_at) == pki.SIGNED_AT
    assert (signature.intact, signature.covers_whole_file) == (True, True)
    assert signature.trusted is False
    assert signature.changed_after_signing == ()
    assert state(form) is AttestationState.DIGITAL
    assert_nothing_to_check(form)
    [who] = messages(form, "signer-unknown")
    assert "présente, intègre, signataire non vérifié" in who
    assert "délivré par «\u00a0Racine d'essai, Autorité fictive\u00a0» (n°\u00a0ABC)" in who
    assert "révocation n'a pas été contrôlée" in who
    assert "déclarée par le signataire" in messages(form, "signing-time-claimed")[0]


def test_answers_read_the_same_signed_or_not() -> None:
    assert read(signed()).answers == read(filled()).answers
    assert read(filled()).findings == ()


@pytest.mark.parametrize("after", [b"\n", b"\r\n\r\n", b"\0" * 100])
def test_white_space_after_the_end_changes_nothing(after: bytes) -> None:
    form = read(signed() + after)
    assert signature_of(form) == signature_of(read(signed()))
    assert_nothing_to_check(form)


def test_a_root_that_is_given_makes_a_signer_known() -> None:
    form = read(signed(), pki.authority())
    assert signature_of(form).trusted is True
    assert codes(form) == {"signer-known": Severity.INFO, "signing-time-claimed": Severity.INFO}


def test_a_certificate_may_be_its_own_root() -> None:
    pdf = pki.sign(filled(), by=pki.stranger())
    assert signature_of(read(pdf)).trusted is False
    assert signature_of(read(pdf, pki.authority())).trusted is False
    assert signature_of(read(pdf, pki.stranger())).trusted is True


def test_a_certificate_that_had_run_out_is_not_trusted() -> None:
    form = read(pki.sign(filled(), by=pki.expired_signer()), pki.authority())
    assert (signature_of(form).intact, signature_of(form).trusted) == (True, False)
    assert "signer-unknown" in codes(form)


def timeless() -> bytes:
    """Signed without any time: PAdES leaves it to the PDF, and this one does not say it."""
    return pki.sign(filled(), "Signature1", as_pades=True, at=None)


def test_without_a_time_nothing_can_be_trusted() -> None:
    form = read(timeless(), pki.authority())
    assert (signature_of(form).signed_at, signature_of(form).trusted) == (None, False)
    assert codes(form)["signing-time-absent"] is Severity.INFO


def test_a_timestamp_proves_the_time_if_its_root_is_given() -> None:
    pdf = pki.sign(filled(), stamped_by=pki.clock())
    form = read(pdf, pki.authority())
    assert "signing-time-proved" in codes(form)
    assert dt.datetime.fromisoformat(signature_of(form).signed_at or "") == pki.STAMPED_AT
    unknown = read(pdf)
    assert "autorité non vérifiée" in messages(unknown, "signing-time-claimed")[0]
    assert dt.datetime.fromisoformat(signature_of(unknown).signed_at or "") == pki.SIGNED_AT


def test_a_timestamp_of_a_stranger_proves_nothing() -> None:
    form = read(pki.sign(filled(), stamped_by=pki.strange_clock()), pki.authority())
    assert signature_of(form).trusted is True
    assert "signing-time-claimed" in codes(form)


def test_a_digest_that_can_be_forged_is_said() -> None:
    form = read(pki.sign(filled(), md_algorithm="sha1"))
    assert codes(form)["signature-weak"] is Severity.WARNING


@pytest.mark.parametrize(
    ("level", "words"),
    [
        (pki.MDPPerm.NO_CHANGES, "aucune modification"),
        (pki.MDPPerm.FILL_FORMS, "remplissage du formulaire"),
        (pki.MDPPerm.ANNOTATE, "annotations"),
    ],
)
def test_a_certifying_signature_says_what_it_allows(level: pki.MDPPerm, words: str) -> None:
    form = read(pki.sign(filled(), certifies=level))
    assert_nothing_to_check(form)
    assert words in messages(form, "signature-certifies")[0]
    assert state(form) is AttestationState.DIGITAL
    changed = read(refilled(pki.sign(filled(), certifies=level), {"Q1-03": NON}))
    assert state(changed) is AttestationState.INVALID


# --- Changed after signing ----------------------------------------------------------------------
def test_an_answer_changed_after_signing_is_named_with_both_values() -> None:
    form = read(refilled(signed(), {"Q1-03": NON}))
    signature = signature_of(form)
    assert (signature.intact, signature.covers_whole_file) == (True, False)
    assert signature.changed_after_signing == ("Q1-03",)
    assert signature.signed_values == (("Q1-03", "OUI"),)
    [finding] = [f for f in form.findings if f.code == "changed-after-signing"]
    assert (finding.severity, finding.point) == (Severity.ERROR, "Q1-03")
    assert "version signée\u00a0: OUI" in finding.message
    assert "à présent\u00a0: NON" in finding.message
    assert state(form) is AttestationState.INVALID
    assert {p.point_id: p.answer for p in form.answers}["Q1-03"] is NON


def test_a_text_changed_after_signing_is_named() -> None:
    form = read(refilled(signed(), {}, {TextPart.PLACE: "Paris", TextPart.REMARKS: "x " * 300}))
    signature = signature_of(form)
    assert signature.changed_after_signing == ("Q1-place", "Q1-remarks")
    assert dict(signature.signed_values)["Q1-place"] == "Saint-Étienne"
    place, remarks = messages(form, "changed-after-signing")
    assert "«\u00a0Saint-Étienne\u00a0»" in place
    assert "«\u00a0Paris\u00a0»" in place
    assert len(remarks) < 500
    assert state(form) is AttestationState.INVALID


def test_a_form_signed_blank_and_then_filled_is_not_attested() -> None:
    form = read(refilled(pki.sign(issued("Q1")), {"Q1-01": OUI, "Q1-02": NON}))
    signature = signature_of(form)
    assert signature.changed_after_signing == ("Q1-01", "Q1-02")
    assert set(dict(signature.signed_values).values()) == {"sans réponse"}
    assert state(form) is AttestationState.INVALID


def test_a_form_that_is_not_in_the_signed_version_is_all_new() -> None:
    empty = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.write(empty)
    now = Revision(opened(filled()), (read(filled()),))
    before = Revision(opened(empty.getvalue()), ())
    changes = compare(before, now, read(filled())).changes
    assert {change.now for change in changes if change.point} == {"OUI"}
    assert {change.before for change in changes} == {"sans réponse", ""}
    assert "Q1-place" in {change.field for change in changes}


def test_a_version_added_without_changes_is_said() -> None:
    form = read(added_to(signed(), note))
    signature = signature_of(form)
    assert (signature.intact, signature.covers_whole_file) == (True, False)
    assert signature.changed_after_signing == ()
    assert codes(form)["signature-partial"] is Severity.WARNING
    assert "contenu des pages sont ceux" in messages(form, "signature-partial")[0]
    assert state(form) is AttestationState.DIGITAL


def test_page_content_changed_after_signing_is_said() -> None:
    form = read(added_to(signed(), draw_more))
    assert codes(form)["signature-partial"] is Severity.WARNING
    assert "contenu de pages a changé (2)" in messages(form, "signature-partial")[0]


def test_a_question_covered_after_signing_is_said_though_signed_by_somebody_else() -> None:
    form = read(pki.sign(added_to(signed(), cover), "Direction", by=pki.stranger()))
    assert signature_of(form).changed_after_signing == ()
    assert codes(form)["signature-partial"] is Severity.WARNING
    assert "contenu de pages a changé (1)" in messages(form, "signature-partial")[0]


def test_a_visible_second_signature_covers_nothing() -> None:
    form = read(pki.sign(signed(), "Direction", by=pki.stranger(), visible_on=1))
    assert_nothing_to_check(form)


def test_another_number_after_signing_is_an_error() -> None:
    def renumber(writer: IncrementalPdfFileWriter) -> None:
        page, _ = writer.find_page_for_modification(0)
        claim = page.get_object()["/PieceInfo"]["/formgen"]["/Private"]["/Form"]
        claim["/Supplier"] = generic.TextStringObject("autre")
        writer.mark_update(claim.container_ref)

    form = read(added_to(signed(), renumber))
    assert codes(form)["identity-changed-after-signing"] is Severity.ERROR


# --- Several signatures -------------------------------------------------------------------------
def test_two_signatures_are_nothing_to_check() -> None:
    form = read(pki.sign(signed(), "Direction", by=pki.stranger()))
    assert signature_of(form).signer == "Élodie Lefèvre, Acmé & Fils"
    assert signature_of(form).covers_whole_file is False
    assert_nothing_to_check(form)
    assert "signature-partial" in codes(form)
    [other] = messages(form, "other-signature")
    assert "«\u00a0Direction\u00a0»" in other
    assert "«\u00a0Jean Inconnu, Personne\u00a0» (non vérifié)" in other


def test_an_answer_changed_between_two_signatures_is_not_attested_by_the_second() -> None:
    form = read(pki.sign(refilled(signed(), {"Q1-03": NON}), "Direction"))
    assert signature_of(form).changed_after_signing == ("Q1-03",)
    assert state(form) is AttestationState.INVALID


def test_an_answer_changed_since_somebody_elses_signature_is_said() -> None:
    form = read(pki.sign(refilled(pki.sign(filled(), "Direction"), {"Q1-03": NON})))
    assert state(form) is AttestationState.DIGITAL
    assert codes(form)["changed-after-other-signature"] is Severity.WARNING
    assert "Q1-03 (OUI \u2192 NON)" in messages(form, "changed-after-other-signature")[0]


@pytest.mark.parametrize("page", [None, 1], ids=["invisible", "visible"])
def test_a_signature_in_a_field_of_its_own_counts_where_ours_is_empty(page: int | None) -> None:
    form = read(pki.sign(filled(), "Signature1", visible_on=page))
    assert signature_of(form).intact is True
    assert_nothing_to_check(form)


def test_a_signature_that_was_taken_out_is_said() -> None:
    form = read(added_to(signed(), emptied("Q1-signature")))
    assert signature_of(form).kind is SignatureKind.NONE
    assert codes(form) == {"signature-removed": Severity.WARNING}


# --- Broken, odd, unreadable --------------------------------------------------------------------
def test_a_byte_changed_inside_breaks_it() -> None:
    at = signed().index(b"\n%") + 2
    broken = signed()[:at] + bytes([signed()[at] ^ 1]) + signed()[at + 1 :]
    form = read(broken)
    assert signature_of(form).intact is False
    assert signature_of(form).changed_after_signing is None
    assert codes(form) == {"signature-broken": Severity.ERROR}
    assert "Élodie Lefèvre" in form.findings[0].message
    assert state(form) is AttestationState.INVALID


def test_a_file_written_anew_breaks_it() -> None:
    out = io.BytesIO()
    PdfWriter(clone_from=io.BytesIO(signed())).write(out)
    form = read(out.getvalue())
    assert signature_of(form).intact is False
    assert codes(form) == {"signature-broken": Severity.ERROR}


def test_another_name_in_the_certificate_breaks_it() -> None:
    other = contents_of(signed()).replace("Élodie Lefèvre".encode(), "Élodie Lefèbre".encode())
    form = read(with_contents(signed(), other))
    assert signature_of(form).intact is False
    assert state(form) is AttestationState.INVALID


RANGES = {
    "not from the first byte": lambda start, end, length: (9, start, end, length),
    "gap too wide before": lambda start, end, length: (0, start - 50, end, length),
    "gap too wide after": lambda start, end, length: (0, start, end + 50, length - 50),
    "gap too narrow": lambda start, end, length: (0, start + 1, end - 1, length + 1),
    "overlapping": lambda start, end, length: (0, end, start, length),
    "past the end": lambda start, end, length: (0, start, end, length + 1),
    "nothing after": lambda start, end, _length: (0, start, end, 0),
    "nothing before": lambda _start, end, length: (0, 0, end, length),
}


@pytest.mark.parametrize("how", list(RANGES))
def test_a_range_that_is_not_all_around_the_signature_breaks_it(how: str) -> None:
    _, *numbers = byte_range(signed())
    form = read(with_range(signed(), *RANGES[how](*numbers)))
    assert signature_of(form).intact is False
    assert signature_of(form).covers_whole_file is None
    assert codes(form) == {"signature-broken": Severity.ERROR}
    assert state(form) is AttestationState.INVALID


def other_writing(pdf: bytes) -> bytes:
    return pdf.replace(b"/adbe.pkcs7.detached", b"/adbe.pkcs7.detachex")


UNREADABLE = {
    "zero": lambda pdf: with_contents(pdf, b""),
    "random": lambda pdf: with_contents(pdf, random.Random(5).randbytes(len(contents_of(pdf)))),
    "short": lambda pdf: with_contents(pdf, contents_of(pdf)[:200]),
    "three numbers": lambda pdf: with_range(pdf, *byte_range(pdf)[:3]),
    "no range": lambda pdf: pdf.replace(b"/ByteRange", b"/BiteRange"),
    "other writing": other_writing,
}


@pytest.mark.parametrize("how", list(UNREADABLE))
def test_what_cannot_be_checked_is_neither_intact_nor_absent(how: str) -> None:
    form = read(UNREADABLE[how](signed()))
    signature = signature_of(form)
    assert signature.kind is SignatureKind.DIGITAL
    assert (signature.intact, signature.trusted, signature.signer) == (None, None, None)
    assert codes(form)["signature-unreadable"] is Severity.WARNING
    assert state(form) is AttestationState.INVALID


def test_changes_are_seen_even_where_the_signature_is_not_read() -> None:
    form = read(refilled(other_writing(signed()), {"Q1-03": NON}))
    assert signature_of(form).changed_after_signing == ("Q1-03",)
    assert state(form) is AttestationState.INVALID


def test_a_signed_version_that_cannot_be_read_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = refilled(signed(), {"Q1-03": NON})
    monkeypatch.setattr("formparse.read._read_revision", lambda *_, **__: None)
    form = read(changed)
    assert signature_of(form).changed_after_signing is None
    assert codes(form)["signature-not-compared"] is Severity.WARNING
    assert state(form) is AttestationState.INVALID


def test_want_of_memory_is_no_finding_about_a_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    def starved(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("formparse.cms.check_signature", starved)
    (refusal,) = read_bytes(signed(), "q1.pdf", EDITIONS)
    assert isinstance(refusal, Refusal)
    assert refusal.code == RefusalCode.TOO_COMPLEX


def test_a_hundred_signatures_are_too_many() -> None:
    def fields(writer: IncrementalPdfFileWriter) -> None:
        acroform = writer.root["/AcroForm"]
        for number in range(100):
            new = generic.DictionaryObject(
                {
                    pdf_name("/FT"): pdf_name("/Sig"),
                    pdf_name("/T"): generic.TextStringObject(f"S{number}"),
                    pdf_name("/V"): generic.DictionaryObject(),
                }
            )
            acroform["/Fields"].append(writer.add_object(new))
        writer.mark_update(acroform["/Fields"].container_ref)
        writer.update_container(acroform["/Fields"])

    (refusal,) = read_bytes(added_to(signed(), fields), "a.pdf", EDITIONS)
    assert getattr(refusal, "code", None) == "too-complex"


def test_no_damage_makes_a_signature_vanish_or_raises() -> None:
    chance = random.Random(7)
    _, start, end, _ = byte_range(signed())
    used = start + 2 * len(contents_of(signed()).rstrip(b"\0"))
    for _ in range(150):
        at = chance.randrange(start - 200, min(used, end))
        damaged = signed()[:at] + chance.randbytes(1) + signed()[at + 1 :]
        if damaged == signed():
            continue
        for one in read_bytes(damaged, "a.pdf", EDITIONS, roots=(pki.authority().der,)):
            if isinstance(one, ReturnedForm):
                worst = {finding.severity for finding in one.findings}
                same = signature_of(one) == signature_of(read(signed(), pki.authority()))
                assert same or worst & {Severity.WARNING, Severity.ERROR}, (at, one.findings)


# --- Commands -----------------------------------------------------------------------------------
def run(*arguments: object) -> int:
    return cli.run([str(argument) for argument in arguments], Lang.FR)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a signed return, one changed since, and a folder of certificates."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "signé.pdf").write_bytes(signed())
    (tmp_path / "modifié.pdf").write_bytes(refilled(signed(), {"Q1-03": NON, "Q1-05": Answer.NA}))
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "racine.PEM").write_bytes(pki.authority().pem)
    (tmp_path / "trust" / "lisez-moi.txt").write_text("no certificate")
    return tmp_path


def test_read_trusts_by_the_folder_given(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pdf = folder / "in" / "signé.pdf"
    assert run("read", pdf) == ExitCode.DONE
    assert run("read", pdf, "--trust", folder / "trust") == ExitCode.DONE
    printed = capfd.readouterr()
    records = [json.loads(line) for line in printed.out.splitlines()]
    signatures = [record["attestation"]["Q1"]["signature"] for record in records]
    assert [signature["trusted"] for signature in signatures] == [False, True]
    assert printed.err == ""


def summary_of(out: Path) -> dict[str, Any]:
    (path,) = (out / "summaries").iterdir()
    summary: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return summary


def test_another_folder_of_certificates_reads_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder / "out"
    told = []
    for trust in ([], ["--trust", folder / "trust"], ["--trust", folder / "trust"], []):
        assert run("import", folder / "in", "--out", out, *trust) == ExitCode.DONE
        told.append(summary_of(out)["attestations"]["Q1"]["signature"]["trusted"])
    assert told == [False, True, True, False]
    assert "déjà connus\u00a0: 1" in capsys.readouterr().err


def test_the_summary_shows_signed_and_present_values(folder: Path) -> None:
    out = folder / "out"
    assert run("import", folder / "modifié.pdf", "--out", out) == ExitCode.DONE
    summary = summary_of(out)
    assert (summary["attestation"], summary["attestations"]["Q1"]["state"]) == (
        "invalid",
        "invalid",
    )
    assert summary["status"] in {"to_review", "non_conforming"}
    shown = {one["id"]: (one["signed"], one["answer"]) for one in summary["answers"]}
    assert shown["Q1-05"] == ("OUI", "N/A")
    assert shown["Q1-04"] == (None, "OUI")
    [finding] = [one for one in summary["findings"] if one["point"] == "Q1-05"]
    assert finding["code"] == "changed-after-signing"
    kinds = {action["kind"] for action in summary["actions"] if action["questionnaire"] == "Q1"}
    assert "sign-again" in kinds
    assert "return-original" not in kinds


def test_a_changed_answer_is_to_review(folder: Path) -> None:
    out = folder / "out"
    path = folder / "na.pdf"
    path.write_bytes(refilled(signed(), {"Q1-05": Answer.NA}))
    assert run("import", path, "--out", out) == ExitCode.DONE
    assert summary_of(out)["status"] == "to_review"


def test_a_folder_without_certificates_is_wrong_usage(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pdf = folder / "in" / "signé.pdf"
    (folder / "empty").mkdir()
    (folder / "bad").mkdir()
    (folder / "bad" / "x.crt").write_bytes(b"no certificate")
    for name, words in (("empty", "aucun certificat"), ("bad", "x.crt"), ("absent", "absent")):
        assert run("read", pdf, "--trust", folder / name) == ExitCode.USAGE
        assert words in capsys.readouterr().err


def test_certificates_are_found_in_all_their_forms(tmp_path: Path) -> None:
    (tmp_path / "a.cer").write_bytes(pki.authority().der)
    bundle = b"Bag Attributes\r\n" + pki.stranger().pem + pki.authority().pem
    (tmp_path / "b.crt").write_bytes(bundle)
    assert set(load_roots(tmp_path)) == {pki.authority().der, pki.stranger().der}
    with pytest.raises(TrustError):
        load_roots(tmp_path / "absent")


def test_a_return_without_a_signature_imports_no_pyhanko(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(filled())
    (tmp_path / "b.pdf").write_bytes(signed())
    script = (
        "import sys; from pathlib import Path\n"
        "from formgen.editions import load_editions; from formparse.read import read_path\n"
        "heavy = {'pyhanko', 'asn1crypto', 'aiohttp', 'asyncio'}\n"
        "read_path(Path(sys.argv[1], 'a.pdf'), load_editions(()))\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "read_path(Path(sys.argv[1], 'b.pdf'), load_editions(()))\n"
        "assert 'pyhanko' in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_said_in_french_binds_its_punctuation() -> None:
    files = [
        signed(),
        refilled(signed(), {"Q1-03": NON}, {TextPart.PLACE: "Paris"}),
        added_to(signed(), note),
        added_to(signed(), emptied("Q1-signature")),
        pki.sign(refilled(pki.sign(filled(), "Direction"), {"Q1-03": NON}), stamped_by=pki.clock()),
        pki.sign(filled(), certifies=pki.MDPPerm.FILL_FORMS, md_algorithm="sha1"),
        timeless(),
        *(change(signed()) for change in UNREADABLE.values()),
        with_range(signed(), 9, 9, 9, 9),
    ]
    told = {f.message for file in files for f in read(file, pki.authority()).findings}
    assert len(told) > 15
    for message in told:
        assert not any(pair in message for pair in (" :", " ;", " ?", " !", "« ", " »")), message
