"""The fixed objects: numbers, order and kind of storage that the rest of the software relies on."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import pikepdf
import pytest

from formgen.assembly import Assembled, assemble
from formgen.catalog import default_catalog_path, load_catalog
from formgen.compose import compose
from formgen.issue import Issue
from formgen.layout import FormLayout, Node, Role
from formgen.naming import TextPart
from formgen.pdf import make_template
from formgen.standard import Standard

CATALOG = load_catalog(default_catalog_path())
ISSUE = Issue(form_id="0123ABCD", supplier_id=None, company="", service="")


def layout_of(questionnaire_id: str) -> FormLayout:
    return compose(CATALOG, CATALOG.questionnaire(questionnaire_id))


def assembled(questionnaire_id: str, standard: Standard = Standard.UA1_A2A) -> Assembled:
    questionnaire = CATALOG.questionnaire(questionnaire_id)
    return assemble(CATALOG, questionnaire, layout_of(questionnaire_id), standard)


def opened(questionnaire_id: str, standard: Standard = Standard.UA1_A2A) -> pikepdf.Pdf:
    template = make_template(CATALOG, CATALOG.questionnaire(questionnaire_id), None, standard)
    return pikepdf.open(io.BytesIO(template.render(ISSUE)))


def numbered(head: bytes) -> set[int]:
    """Numbers of the objects that stand in the file by themselves."""
    return {int(number) for number in re.findall(rb"(?m)^(\d+) 0 obj$", head)}


def test_variable_objects_have_the_first_numbers() -> None:
    made = assembled("Q1")
    variable = made.variable
    refs = [
        *variable.pages,
        variable.identity,
        variable.metadata,
        *variable.fields.values(),
        *variable.looks.values(),
    ]
    assert sorted(ref.number for ref in refs) == list(range(1, len(refs) + 1))
    assert set(variable.fields) == {TextPart.COMPANY, TextPart.SERVICE}
    assert numbered(made.head).isdisjoint(ref.number for ref in refs)


def test_all_objects_stand_plain_with_a_plain_table() -> None:
    """PDFium's incremental save of a file with cross-reference streams is read by few tools."""
    made = make_template(CATALOG, CATALOG.questionnaire("Q2"))
    data = made.render(Issue(form_id="00000000", supplier_id=None, company="", service=""))
    assert b"/ObjStm" not in data
    assert b"/XRef" not in data
    assert data.count(b"\nxref\n0 ") == 1


def attributes(questionnaire_id: str, role: str, standard: Standard) -> list[dict[str, str]]:
    with opened(questionnaire_id, standard) as pdf:
        return [
            {key: str(value) for key, value in thing.get("/A", {}).items()}
            for thing in pdf.objects
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == f"/{role}"
        ]


@pytest.mark.parametrize("standard", Standard)
def test_lists_say_how_they_count(standard: Standard) -> None:
    kinds = {found["/ListNumbering"] for found in attributes("Q2", "L", standard)}
    assert kinds == {"/Decimal", "/Disc"}


@pytest.mark.parametrize("standard", Standard)
def test_header_cells_say_what_they_head(standard: Standard) -> None:
    scopes = [found["/Scope"] for found in attributes("Q1", "TH", standard)]
    assert set(scopes) == {"/Row", "/Column"}
    assert scopes.count("/Row") == len(CATALOG.questionnaire("Q1").points)


def notes(questionnaire_id: str, standard: Standard, role: str) -> list[Any]:
    with opened(questionnaire_id, standard) as pdf:
        return [
            (str(thing.get("/ID", "")), [str(ref["/S"]) for ref in thing.get("/Ref", [])])
            for thing in pdf.objects
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == f"/{role}"
        ]


def test_footnotes_are_found_by_id_and_in_pdf_2_lead_to_their_calls() -> None:
    assert notes("Q2", Standard.UA1_A2A, "Note") == [("note-Q2-N1", [])]
    assert notes("Q2", Standard.UA2_A4, "FENote") == [("note-Q2-N1", ["/TH"])]
    calls = [refs for _, refs in notes("Q2", Standard.UA2_A4, "TH") if refs]
    assert calls == [["/FENote"]]


def test_bookmarks_lead_to_pages_and_in_pdf_2_to_elements() -> None:
    with opened("Q2") as older, opened("Q2", Standard.UA2_A4) as newer:
        one, other = (pdf.Root["/Outlines"]["/First"]["/First"] for pdf in (older, newer))
        assert one["/Title"] == other["/Title"]
        assert one["/Dest"][0]["/Type"] == "/Page"
        assert list(other["/A"]["/D"])[1:] == list(one["/Dest"])[1:]
        assert other["/A"]["/SD"][0]["/S"] == "/H2"


def test_every_element_of_a_pdf_2_form_has_its_namespace() -> None:
    with opened("Q4", Standard.UA2_A4) as pdf:
        elements = [
            thing
            for thing in pdf.objects
            if isinstance(thing, pikepdf.Dictionary) and "/S" in thing and "/K" in thing
        ]
        assert len(elements) > 100
        assert {str(element["/NS"]["/NS"]) for element in elements} == {"http://iso.org/pdf2/ssn"}


@pytest.mark.parametrize("standard", Standard)
def test_widgets_have_contents_where_the_standard_wants_them(standard: Standard) -> None:
    with opened("Q4", standard) as pdf:
        widgets = [
            annotation
            for page in pdf.pages
            for annotation in page["/Annots"]
            if annotation["/Subtype"] == "/Widget"
        ]
        said = {annotation.get("/Contents") == annotation["/TU"] for annotation in widgets}
        assert said == {standard is Standard.UA2_A4}


def test_a_bookmark_without_its_heading_is_an_error() -> None:
    layout = layout_of("Q4")
    children = [
        child
        for child in layout.root.children
        if not (isinstance(child, Node) and child.role is Role.H1)
    ]
    headless = replace(layout, root=replace(layout.root, children=tuple(children)))
    with pytest.raises(ValueError, match="shorter"):
        assemble(CATALOG, CATALOG.questionnaire("Q4"), headless, Standard.UA1_A2A)
