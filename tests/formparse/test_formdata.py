"""Data files: the values of a form without the form."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formgen.catalog import Answer
from formgen.naming import STATE_OF_ANSWER
from formparse.intake import MAX_FIELDS
from formparse.kinds import Kind, kind_of
from formparse.read import read_bytes
from formparse.returned import (
    DoubtKind,
    Method,
    Refusal,
    Returned,
    ReturnedForm,
    Severity,
    SignatureKind,
)
from formparse.xfdf import MAX_ELEMENTS
from tests.builders import filled_by_pdfium, packaged_catalog, random_sheet
from tests.formparse.forms import ALL, Editions, make_catalog, text, with_version
from tests.formparse.messages import message

CATALOG = make_catalog()
EDITIONS = Editions(CATALOG)
OUI, NON, NA = ALL
Pairs = Sequence[tuple[str, str]]
Make = Callable[[Pairs], bytes]


def xfdf(pairs: Pairs, *, inside: str = "", before: str = "") -> bytes:
    fields = "".join(
        f"<field name={quoteattr(name)}><value>{escape(value)}</value></field>"
        for name, value in pairs
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}'
        f'<xfdf xmlns="http://ns.adobe.com/xfdf/" xml:space="preserve"><f href="Q1.pdf"/>'
        f"<fields>{fields}{inside}</fields></xfdf>"
    ).encode()


def fdf(fields: bytes, *, more: bytes = b"", objects: bytes = b"", trailer: bytes = b"") -> bytes:
    return (
        b"%FDF-1.2\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /FDF << /F (Q1.pdf) /Fields [" + fields + b"] "
        + more + b">> >>\nendobj\n" + objects
        + b"trailer\n<< /Root 1 0 R " + trailer + b">>\n%%EOF\n"
    )  # fmt: skip


def fdf_of(pairs: Pairs) -> bytes:
    def value(word: str) -> bytes:
        return b"/" + word.encode() if word in STATE_OF_ANSWER.values() else text(word)

    return fdf(b"".join(b"<< /T " + text(n) + b" /V " + value(v) + b" >>" for n, v in pairs))


BOTH = pytest.mark.parametrize("make", [xfdf, fdf_of], ids=["xfdf", "fdf"])


def read(data: bytes, editions: Editions = EDITIONS) -> tuple[Returned, ...]:
    return read_bytes(data, "data.fdf", editions)


def form(data: bytes) -> ReturnedForm:
    (one,) = read(data)
    assert isinstance(one, ReturnedForm), one
    return one


def refusal(data: bytes) -> str:
    (one,) = read(data)
    assert isinstance(one, Refusal), one
    assert one.sha256 == hashlib.sha256(data).hexdigest()
    return one.code


def answers(one: ReturnedForm) -> dict[str, object]:
    return {read.point_id: read.doubt.kind if read.doubt else read.answer for read in one.answers}


FULL = [
    ("Q1-01", "OUI"), ("Q1-02", "/NON"), ("Q1-03", "NA"), ("Q1-04", "Off"),
    ("Q1-company", "Œuvre & Cie <Lyon>"), ("Q1-service", "Accès – « réseau »"),
    ("Q1-date", "1/3/26"), ("Q1-remarks", "a\nb"), ("Q1-place", ""),
]  # fmt: skip


@BOTH
def test_values_are_read_and_nothing_else_is_claimed(make: Make) -> None:
    one = form(make(FULL))
    assert answers(one) == {"Q1-01": OUI, "Q1-02": NON, "Q1-03": NA, "Q1-04": None}
    block = one.attestation
    assert (block.company, block.service) == ("Œuvre & Cie <Lyon>", "Accès – « réseau »")
    assert (block.date, block.place, block.remarks) == ("2026-03-01", None, "a\nb")
    assert block.signature.kind is SignatureKind.NONE
    assert (one.method, one.pages, one.form_pages, one.part) == (Method.FIELDS, (), (), None)
    identity = one.identity
    assert (identity.form_id, identity.supplier_id, identity.edition) == (None, None, 0)
    assert (identity.catalog_id, identity.catalog_version) == ("essai", "1.0")
    said = {finding.code: finding.severity for finding in one.findings}
    assert said == {"data-only": Severity.INFO, "identity-lost": Severity.INFO}


@BOTH
def test_each_questionnaire_is_a_form_of_its_own(make: Make) -> None:
    one, three = read(make([("Q3-01", "NON"), ("Q1-01", "OUI"), ("Q3-02", "OUI")]))
    assert isinstance(one, ReturnedForm)
    assert isinstance(three, ReturnedForm)
    assert answers(one)["Q1-01"] is OUI
    assert answers(three) == {"Q3-01": NON, "Q3-02": OUI, "Q3-03": None}


@BOTH
@pytest.mark.parametrize("name", ["Q1-01", "lot.Q1-01", "Q1.01", "lot.deux.Q1.01"])
def test_names_with_dots_are_known(make: Make, name: str) -> None:
    assert answers(form(make([(name, "NON")])))["Q1-01"] is NON


NESTED = (
    '<field name="Q1"><field name="01"><value>NON</value></field>'
    '<field name="company"><value>Acmé</value></field><field name="02"/></field>'
)


@pytest.mark.parametrize(
    "data",
    [
        xfdf([], inside=NESTED),
        fdf(
            b"<< /T (Q1) /Kids [<< /T (01) /V /NON >> 2 0 R << /T (02) >>] >>",
            objects=b"2 0 obj\n<< /T (company) /V <FEFF00410063006D00E9> >>\nendobj\n",
        ),
    ],
)
def test_names_that_are_nested_are_known(data: bytes) -> None:
    one = form(data)
    assert answers(one) == {"Q1-01": NON, "Q1-02": None, "Q1-03": None, "Q1-04": None}
    assert one.attestation.company == "Acmé"


@BOTH
@pytest.mark.parametrize("word", ["PEUT-ÊTRE", "oui", "Yes", "1", "N/A "])
def test_a_word_that_is_no_answer_is_doubtful(make: Make, word: str) -> None:
    (seen,) = [one for one in form(make([("Q1-01", word)])).answers if one.point_id == "Q1-01"]
    if word.strip() == "N/A":
        assert seen.answer is NA
        return
    assert seen.doubt is not None
    assert (seen.doubt.kind, seen.doubt.seen) == (DoubtKind.NOT_ALLOWED, (word,))


@BOTH
def test_an_answer_that_the_questionnaire_does_not_offer_is_doubtful(make: Make) -> None:
    assert answers(form(make([("Q3-01", "NA")])))["Q3-01"] is DoubtKind.NOT_ALLOWED


@BOTH
@pytest.mark.parametrize("second", ["NON", "Off", ""])
def test_two_values_of_one_point_are_doubtful(make: Make, second: str) -> None:
    one = form(make([("Q1-01", "OUI"), ("a.Q1-01", second), ("Q1-02", "OUI"), ("Q1-02", "OUI")]))
    assert answers(one)["Q1-01"] is DoubtKind.CONFLICT
    assert answers(one)["Q1-02"] is OUI


@BOTH
def test_two_texts_of_one_field_are_told(make: Make) -> None:
    one = form(make([("Q1-company", "A"), ("Q1-company", "B")]))
    assert one.attestation.company is None
    assert "text-conflict" in {finding.code for finding in one.findings}


@BOTH
def test_unknown_fields_are_told_where_they_say_something(make: Make) -> None:
    one = form(make([("Q1-01", "OUI"), ("Q1-99", "NON"), ("Texte1", "x"), ("Vide", "")]))
    (finding,) = [finding for finding in one.findings if finding.code == "unknown-fields"]
    assert finding.severity is Severity.WARNING
    assert "Q1-99, Texte1." in finding.message


@BOTH
def test_names_without_end_are_not_repeated(make: Make) -> None:
    many = [(f"Champ{n}" + "x" * 1_000, "x") for n in range(50)]
    one = form(make([("Q1-01", "OUI"), *many]))
    (finding,) = [finding for finding in one.findings if finding.code == "unknown-fields"]
    assert len(finding.message) < 1_000
    assert "et 40 de plus" in finding.message


@BOTH
def test_a_file_without_a_field_of_ours_is_refused(make: Make) -> None:
    assert refusal(make([("Nom", "x")])) == "not-form-data"
    assert refusal(make([])) == "not-form-data"


@BOTH
def test_the_catalog_that_knows_most_of_the_fields_is_taken(make: Make) -> None:
    newer = dataclasses.replace(make_catalog({"Q1": 5, "Q3": 3}), version="1.1")
    known = Editions(CATALOG, newer)
    (one,) = read(make([("Q1-01", "OUI"), ("Q1-05", "NON")]), known)
    (two,) = read(make([("Q1-01", "OUI")]), Editions(CATALOG, with_version(CATALOG, "0.9")))
    assert isinstance(one, ReturnedForm)
    assert isinstance(two, ReturnedForm)
    assert (one.identity.catalog_version, len(one.answers)) == ("1.1", 5)
    assert two.identity.catalog_version == "1.0"


@BOTH
def test_more_fields_than_any_form_has_are_refused(make: Make) -> None:
    assert refusal(make([("Q1-01", "OUI")] * (MAX_FIELDS + 1))) == "too-complex"


def test_a_signature_in_a_data_file_is_none() -> None:
    one = form(fdf(b"<< /T (Q1-signature) /V << /Type /Sig /Contents <00> >> >>"))
    assert one.attestation.signature.kind is SignatureKind.NONE
    assert "signature-not-carried" in {finding.code for finding in one.findings}


def test_a_data_file_attached_to_a_message_is_read() -> None:
    data = message(("Q1.xfdf", xfdf(FULL)), ("autre.fdf", fdf_of([("x", "y")]))).as_bytes()
    one, *rest = read_bytes(data, "m.eml", EDITIONS)
    assert isinstance(one, ReturnedForm)
    assert rest == []
    assert one.file == "m.eml › Q1.xfdf"
    assert "autre.fdf" in one.findings[-1].message


# --- XFDF ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE xfdf [<!ENTITY a "OUI">]>',
        '<!DOCTYPE xfdf SYSTEM "http://evil.example/x.dtd">',
        '<!DOCTYPE xfdf [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE xfdf [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        "<!DOCTYPE xfdf>",
    ],
)
def test_a_document_type_is_refused_before_it_declares_anything(before: str) -> None:
    assert refusal(xfdf([("Q1-01", "OUI")], before=before)) == "unsafe-data"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_any_honest_encoding_is_read(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    data = xfdf([("Q1-company", "Électricité & Cie")]).decode()
    one = form(data.replace("UTF-8", declared).encode(encoding))
    assert one.attestation.company == "Électricité & Cie"


def test_character_references_are_read() -> None:
    data = xfdf([("Q1-company", "XX")]).replace(b"XX", b"&#201;l&#x153; &amp; <![CDATA[<Cie>]]>")
    assert form(data).attestation.company == "Élœ & <Cie>"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (xfdf(FULL)[:-30], "damaged"),
        (xfdf([("Q1-01", "&")]).replace(b"&amp;", b"&bomb;"), "damaged"),
        (xfdf(FULL).replace(b"UTF-8", b"klingon"), "damaged"),
        (b"<html><xfdf ></xfdf></html>", "damaged"),
        (xfdf([], inside="<field>" * MAX_ELEMENTS), "too-complex"),
        (xfdf([], inside="<field/>" * MAX_ELEMENTS), "too-complex"),
        (xfdf([], inside="<a>" * 50), "too-complex"),
    ],
)
def test_xml_that_is_broken_or_swells_is_refused(data: bytes, code: str) -> None:
    assert kind_of(data) is Kind.XFDF
    assert refusal(data) == code


def test_what_is_no_value_is_named_and_left_alone() -> None:
    data = xfdf([("Q1-01", "OUI")]).replace(b"</fields>", b"</fields><annots><text/></annots>")
    one = form(data)
    (finding,) = [finding for finding in one.findings if finding.code == "data-extras"]
    assert (finding.severity, "annots" in finding.message) == (Severity.WARNING, True)


def test_rich_text_counts_only_beside_a_plain_value() -> None:
    rich = '<value-richtext><body xmlns="http://www.w3.org/1999/xhtml">x</body></value-richtext>'
    both = f'<field name="Q1-company"><value>A</value>{rich}</field>'
    one = form(xfdf([], inside=f'{both}<field name="Q1-service">{rich}</field>'))
    assert (one.attestation.company, one.attestation.service) == ("A", None)
    assert [f.code for f in one.findings if f.severity is not Severity.INFO] == ["text-not-read"]


def test_fields_of_another_vocabulary_say_nothing() -> None:
    inside = '<o:field xmlns:o="urn:other" name="Q1-02"><o:value>NON</o:value></o:field>'
    one = form(xfdf([("Q1-01", "OUI")], inside=inside))
    assert answers(one)["Q1-02"] is None


# --- FDF ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "value",
    [
        b"(Acm\\351)", b"<41636DE9>", b"<FEFF00410063006D00E9>", b"(\xff\xfeA\0c\0m\0\xe9\0)",
        b"2 0 R",
    ],
)  # fmt: skip
def test_texts_are_read_in_every_way_they_are_written(value: bytes) -> None:
    data = fdf(
        b"<< /T (Q1-company) /V " + value + b" >>",
        objects=b"2 0 obj\n(Acm\xe9)\nendobj\n",
    )
    assert form(data).attestation.company == "Acmé"


def test_texts_in_utf_8_are_read_where_the_file_says_so() -> None:
    field = b"<< /T (Q1-company) /V (" + "Œuvre".encode() + b") >>"
    assert form(fdf(field, more=b"/Encoding /utf-8 ")).attestation.company == "Œuvre"
    odd = form(fdf(field, more=b"/Encoding /Shift-JIS "))
    assert odd.attestation.company is None
    assert "text-not-read" in {finding.code for finding in odd.findings}


@pytest.mark.parametrize(
    ("field", "more", "named"),
    [
        (b"<< /T (Q1-01) /V /OUI /A << /S /Launch /F (calc.exe) >> >>", b"", "/A"),
        (b"<< /T (Q1-01) /V /OUI /AA << >> >>", b"", "/AA"),
        (b"<< /T (Q1-01) /V /OUI >>", b"/JavaScript << /Before (app.alert) >>", "JavaScript"),
        (b"<< /T (Q1-01) /V /OUI >>", b"/EmbeddedFDFs [(x)]", "EmbeddedFDFs"),
    ],
)
def test_actions_and_scripts_are_named_and_left_alone(
    field: bytes, more: bytes, named: str
) -> None:
    one = form(fdf(field, more=more))
    assert answers(one)["Q1-01"] is OUI
    (finding,) = [finding for finding in one.findings if finding.code == "data-extras"]
    assert (finding.severity, named in finding.message) == (Severity.WARNING, True)


WHOLE = fdf_of(FULL)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (WHOLE[: len(WHOLE) // 2], "damaged"),
        (WHOLE[: WHOLE.find(b"trailer")], "damaged"),
        (WHOLE.replace(b"/Root 1 0 R", b"/Root 7 0 R"), "damaged"),
        (WHOLE.replace(b"/FDF", b"/XXX"), "damaged"),
        (fdf(b"", objects=b"1 0 obj\n<< >>\nendobj\n"), "damaged"),
        (fdf(b"", trailer=b"/Encrypt 2 0 R "), "encrypted"),
        (b"%FDF-1.2\n", "damaged"),
        (WHOLE + bytes(20 << 20), "too-large"),
    ],
)
def test_an_fdf_file_that_is_cut_or_locked_is_refused(data: bytes, code: str) -> None:
    assert refusal(data) == code


@pytest.mark.parametrize(
    "fields",
    [
        b"<< /T (Q1-01) /V /NON >> 2 0 R",
        b"<< /T (Q1-01) /V /NON >> 99 0 R 7 null << /T 5 >>",
    ],
)
def test_fields_that_go_round_or_nowhere_end(fields: bytes) -> None:
    loop = (
        b"2 0 obj\n<< /T (a) /Kids [2 0 R 3 0 R] >>\nendobj\n3 0 obj\n<< /Kids [2 0 R] >>\nendobj\n"
    )
    assert answers(form(fdf(fields, objects=loop)))["Q1-01"] is NON


def test_fields_nested_without_end_are_refused() -> None:
    objects = b"".join(
        b"%d 0 obj\n<< /T (a) /Kids [%d 0 R] >>\nendobj\n" % (n, n + 1) for n in range(2, 50)
    )
    assert refusal(fdf(b"2 0 R", objects=objects)) == "too-complex"


@given(
    st.integers(0, 10**6), st.binary(min_size=1, max_size=8), st.sampled_from([xfdf(FULL), WHOLE])
)
@settings(max_examples=80, deadline=None)
def test_no_damage_gets_out(at: int, junk: bytes, whole: bytes) -> None:
    data = whole
    at %= len(data)
    assert read(data[:at] + junk + data[at + len(junk) :])


# --- Real tools ---------------------------------------------------------------------------------
@pytest.mark.skipif(shutil.which("pdftk") is None, reason="pdftk is not installed")
@pytest.mark.parametrize("questionnaire_id", ["Q1", "Q2", "Q3", "Q4"])
def test_what_pdftk_exports_is_what_stands_in_the_form(
    tmp_path: Path, questionnaire_id: str
) -> None:
    from formgen.editions import load_editions

    editions = load_editions()
    questionnaire = packaged_catalog().questionnaire(questionnaire_id)
    sheet = random_sheet(questionnaire, 5, blanks=0.2)
    pdf, data = tmp_path / "form.pdf", tmp_path / "form.fdf"
    pdf.write_bytes(filled_by_pdfium(questionnaire_id, sheet))
    subprocess.run(["pdftk", pdf, "generate_fdf", "output", data], check=True)
    (by_form,) = read_bytes(pdf.read_bytes(), "form.pdf", editions)
    (by_data,) = read_bytes(data.read_bytes(), "form.fdf", editions)
    assert isinstance(by_form, ReturnedForm)
    assert isinstance(by_data, ReturnedForm)
    assert by_data.answers == by_form.answers
    assert {one.point_id: one.answer for one in by_data.answers if one.answer} == sheet.answers
    assert by_data.attestation == by_form.attestation


def test_every_answer_has_a_word_in_data_files() -> None:
    for answer in Answer:
        assert answers(form(xfdf([("Q1-01", STATE_OF_ANSWER[answer])])))["Q1-01"] is answer
