"""The finished form keeps the contract, whoever it is for; same inputs give the same bytes."""

from __future__ import annotations

import functools
import hashlib
import io
import os
import re
import subprocess
import sys
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader

from formgen.catalog import Catalog, Point, default_catalog_path, load_catalog
from formgen.errors import FormgenError
from formgen.issue import Issue
from formgen.naming import STATE_OF_ANSWER, TextPart
from formgen.pdf import FormTemplate, make_template
from formgen.standard import Standard

BLANK = Issue(form_id="0123ABCD", supplier_id=None, company="", service="")
ISSUED = Issue(
    form_id="K7M2QX4T", supplier_id="lodz", company="Łódź & Œuvres", service="Sauvegarde à 10 €"
)
QUESTIONNAIRES = ("Q1", "Q2", "Q3", "Q4")


@functools.cache
def catalog() -> Catalog:
    return load_catalog(default_catalog_path())


@functools.cache
def template(questionnaire_id: str, standard: Standard = Standard.UA1_A2A) -> FormTemplate:
    return make_template(catalog(), catalog().questionnaire(questionnaire_id), None, standard)


def read(questionnaire_id: str, issue: Issue = BLANK) -> PdfReader:
    return PdfReader(io.BytesIO(template(questionnaire_id).render(issue)))


def fields(reader: PdfReader) -> list[Any]:
    root: Any = reader.root_object
    return [field.get_object() for field in root["/AcroForm"]["/Fields"]]


@pytest.mark.parametrize("questionnaire_id", QUESTIONNAIRES)
def test_one_radio_field_per_point_in_order(questionnaire_id: str) -> None:
    groups = [field for field in fields(read(questionnaire_id)) if field["/FT"] == "/Btn"]
    points = catalog().questionnaire(questionnaire_id).points
    assert [group["/T"] for group in groups] == [point.id for point in points]
    assert [group["/TU"] for group in groups] == [f"{p.id} – {p.short}" for p in points]
    assert {group["/Ff"] for group in groups} == {32768}
    assert not any("/V" in group for group in groups)


@pytest.mark.parametrize("questionnaire_id", QUESTIONNAIRES)
def test_boxes_know_their_answer_by_name_and_by_state(questionnaire_id: str) -> None:
    answers = catalog().questionnaire(questionnaire_id).answers
    states = [STATE_OF_ANSWER[answer] for answer in answers]
    for group in fields(read(questionnaire_id)):
        if group["/FT"] != "/Btn":
            continue
        boxes = [kid.get_object() for kid in group["/Kids"]]
        assert [box["/NM"] for box in boxes] == [f"{group['/T']}:{state}" for state in states]
        for box, state in zip(boxes, states, strict=True):
            assert set(box["/AP"]["/N"]) == {f"/{state}", "/Off"}
            assert box["/AS"] == "/Off"
            assert box["/TU"].startswith(f"{group['/TU']} : ")
            assert "/T" not in box


def test_names_are_flat_and_unique_over_all_questionnaires() -> None:
    names = [str(f["/T"]) for q in QUESTIONNAIRES for f in fields(read(q))]
    parts = [*TextPart, "signature"]
    assert sorted(names) == sorted(
        [p.id for q in catalog().questionnaires for p in q.points]
        + [f"{q}-{part}" for q in QUESTIONNAIRES for part in parts]
    )
    assert not any("." in name for name in names)


def test_text_fields_and_unsigned_signature_field() -> None:
    found = {str(field["/T"]): field for field in fields(read("Q1")) if field["/FT"] != "/Btn"}
    signature = found.pop("Q1-signature")
    assert (signature["/FT"], "/V" in signature) == ("/Sig", False)
    assert {field["/FT"] for field in found.values()} == {"/Tx"}
    assert not any("/V" in field for field in found.values())
    multi_line = {name for name, field in found.items() if field.get("/Ff", 0) & 1 << 12}
    assert "Q1-remarks" in multi_line
    assert "Q1-signatory" not in multi_line


def test_an_issued_form_has_company_and_service_filled_in() -> None:
    found = {str(field["/T"]): field for field in fields(read("Q1", ISSUED))}
    assert found["Q1-company"]["/V"] == "Łódź & Œuvres"
    assert found["Q1-service"]["/V"] == "Sauvegarde à 10 €"
    assert b"Tj" in found["Q1-company"]["/AP"]["/N"].get_object().get_data()
    assert "/V" not in found["Q1-signatory"]


@pytest.mark.parametrize("issue", [BLANK, ISSUED], ids=["blank", "issued"])
def test_metadata_and_pages_say_which_form_it_is(issue: Issue) -> None:
    reader = read("Q3", issue)
    root: Any = reader.root_object
    packet = root["/Metadata"].get_object().get_data().decode()
    said = dict(re.findall(r"<formgen:(\w+)>([^<]*)<", packet))
    assert said["catalog"] == catalog().id
    assert said["version"] == catalog().version
    assert (said["questionnaire"], said["formId"]) == ("Q3", issue.form_id)
    for number, page in enumerate(reader.pages, 1):
        private: Any = page["/PieceInfo"]["/formgen"]["/Private"]  # type: ignore[index]
        identity = private["/Form"].get_object()
        assert private["/Page"] == number
        assert (identity["/FormId"], identity["/Pages"]) == (issue.form_id, len(reader.pages))
        assert identity.get("/Supplier") == issue.supplier_id
        shown = page.extract_text()
        assert f"{issue.form_id[:4]}-{issue.form_id[4:]}" in shown
        assert catalog().id in shown
        assert catalog().version in shown


@pytest.mark.parametrize("questionnaire_id", QUESTIONNAIRES)
def test_a_form_is_at_most_150_kb(questionnaire_id: str) -> None:
    assert len(template(questionnaire_id).render(ISSUED)) <= 150_000


def test_another_issue_changes_nothing_of_the_fixed_part() -> None:
    one, other = (template("Q1").render(issue) for issue in (BLANK, ISSUED))
    head = template("Q1").head
    assert one != other
    assert one.startswith(head)
    assert other.startswith(head)


@pytest.mark.parametrize(
    ("standard", "version", "info"),
    [(Standard.UA1_A2A, "%PDF-1.7", True), (Standard.UA2_A4, "%PDF-2.0", False)],
)
def test_each_standard_has_its_version(standard: Standard, version: str, *, info: bool) -> None:
    reader = PdfReader(io.BytesIO(template("Q4", standard).render(BLANK)))
    assert reader.pdf_header == version
    assert ("/Info" in reader.trailer) is info


def test_the_standard_moves_no_field() -> None:
    forms = [PdfReader(io.BytesIO(template("Q2", standard).render(BLANK))) for standard in Standard]
    places = [
        [(a.get_object().get("/NM"), a.get_object()["/Rect"]) for page in form.pages
         for a in page["/Annots"]]  # type: ignore[union-attr]
        for form in forms
    ]  # fmt: skip
    assert places[0] == places[1]


DIGESTS = """
import hashlib
from formgen.catalog import default_catalog_path, load_catalog
from formgen.issue import Issue
from formgen.pdf import make_template
from formgen.standard import Standard
catalog = load_catalog(default_catalog_path())
issue = Issue(
    form_id="K7M2QX4T", supplier_id="lodz", company="Łódź & Œuvres", service="Sauvegarde à 10 €"
)
for standard in Standard:
    form = make_template(catalog, catalog.questionnaire("Q2"), None, standard).render(issue)
    print(hashlib.sha256(form).hexdigest())
"""


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_same_inputs_same_bytes_in_another_process(seed: str) -> None:
    here = [
        hashlib.sha256(template("Q2", standard).render(ISSUED)).hexdigest() for standard in Standard
    ]
    environment = {
        **os.environ, "PYTHONHASHSEED": seed, "TZ": "Pacific/Auckland", "PYTHONUTF8": "1",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", DIGESTS],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.split() == here


def test_same_inputs_same_bytes_in_one_process() -> None:
    again = make_template(catalog(), catalog().questionnaire("Q2"))
    assert again.render(ISSUED) == template("Q2").render(ISSUED)


def test_a_text_too_long_for_its_field_is_told() -> None:
    assert template("Q1").shows_whole(TextPart.COMPANY, "Acme")
    assert not template("Q1").shows_whole(TextPart.COMPANY, "Acme " * 200)


def test_a_form_of_more_than_99_pages_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    layout = replace(template("Q4").layout, page_count=100)
    monkeypatch.setattr("formgen.pdf.compose", lambda *_: layout)
    with pytest.raises(FormgenError, match="Q4: the form would have 100 pages"):
        make_template(catalog(), catalog().questionnaire("Q4"))


def stems(text: str) -> set[str]:
    bare = "".join(
        c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c)
    )
    return {word[:4] for word in re.findall(r"[a-z0-9]{3,}", bare)}


@pytest.mark.parametrize(
    "point", [p for q in catalog().questionnaires for p in q.points], ids=lambda point: point.id
)
def test_what_is_said_of_a_point_shares_words_with_what_is_seen(point: Point) -> None:
    questionnaire = catalog().questionnaire(point.id.partition("-")[0])
    lead_ins = [lead_in.text for lead_in in questionnaire.lead_ins if lead_in.id == point.lead_in]
    seen = " ".join([point.text, *(bullet.text for bullet in point.bullets), *lead_ins])
    assert stems(point.short) & stems(seen)
