"""Which pages belong to which form."""

from __future__ import annotations

import pytest

from formparse.intake import ReturnedPdf, open_bytes
from formparse.printed import Sheets
from formparse.triage import Part, RefusedPart, triage
from tests.formparse.forms import (
    FORM_ID,
    Editions,
    FormFile,
    make_catalog,
    make_form,
    make_layout,
    merge_forms,
    refs,
)

CATALOG = make_catalog()
EDITIONS = Editions(CATALOG)
Q1 = make_layout(CATALOG, CATALOG.questionnaires[0])
Q3 = make_layout(CATALOG, CATALOG.questionnaires[1])


def parts_of(file: FormFile) -> tuple[Part | RefusedPart, ...]:
    pdf = open_bytes(file.data(), "a.pdf")
    assert isinstance(pdf, ReturnedPdf), pdf
    return triage(pdf, EDITIONS, Sheets(pdf.data))


def only(file: FormFile) -> Part:
    (part,) = parts_of(file)
    assert isinstance(part, Part), part
    return part


def numbers(part: Part | RefusedPart) -> list[tuple[int, int | None]]:
    assert isinstance(part, Part), part
    return [(page.page.number, page.index) for page in part.pages]


def order(file: FormFile, *pages: int) -> None:
    """Put pages in another order, some twice or not at all."""
    kids = refs([file.names[f"page{number}"] for number in pages])
    file.objects[2] = b"<< /Type /Pages /Kids " + kids + b" /Count %d >>" % len(pages)


def codes(part: Part) -> list[str]:
    return [finding.code for finding in part.findings]


def test_a_form_says_which_it_is() -> None:
    part = only(make_form(Q1))
    identity = part.identity
    assert (identity.catalog_id, identity.catalog_version, identity.edition) == ("essai", "1.0", 1)
    assert (identity.questionnaire_id, identity.form_id) == ("Q1", FORM_ID)
    assert identity.supplier_id == "acme"
    assert numbers(part) == [(1, 0), (2, 1)]
    assert part.findings == ()
    assert only(make_form(Q1, supplier=None)).identity.supplier_id is None


@pytest.mark.parametrize("supplier", ["../../etc", "a/b", "", ".hidden", "a" * 65, "é"])
def test_a_supplier_id_that_is_no_id_is_not_taken(supplier: str) -> None:
    assert only(make_form(Q1, supplier=supplier)).identity.supplier_id is None


def test_a_form_id_that_is_none_is_not_taken() -> None:
    file = make_form(Q1)
    file.edit("identity", FORM_ID.encode(), b"../" + FORM_ID.encode())
    assert only(file).identity.form_id is None


@pytest.mark.parametrize(
    ("old", "new", "code", "found"),
    [
        (b"(essai)", b"(autre)", "unknown-catalog", "autre"),
        (b"(1.0)", b"(9.9)", "unknown-version", "9.9"),
        (b"/Edition 1", b"/Edition 7", "unknown-edition", "7"),
        (b"(Q1)", b"(Q9)", "unknown-version", "1.0"),
    ],
)
def test_what_is_not_known_here_is_refused(old: bytes, new: bytes, code: str, found: str) -> None:
    file = make_form(Q1)
    file.edit("identity", old, new)
    (part,) = parts_of(file)
    assert isinstance(part, RefusedPart)
    assert part.error.code == code
    assert found in part.error.phrase.fr


def test_several_forms_are_told_apart() -> None:
    first, second = parts_of(merge_forms([(Q1, {}, {}, "a"), (Q3, {}, {}, "b")]))
    assert (numbers(first), numbers(second)) == ([(1, 0), (2, 1)], [(3, 0), (4, 1)])


def test_copies_of_one_blank_form_are_told_apart() -> None:
    file = merge_forms([(Q1, {}, {}, None), (Q1, {}, {}, None)])
    first, second = parts_of(file)
    assert (numbers(first), numbers(second)) == ([(1, 0), (2, 1)], [(3, 0), (4, 1)])
    order(file, 1, 3, 2, 4)
    first, second = parts_of(file)
    assert (numbers(first), numbers(second)) == ([(1, 0), (3, 1)], [(2, 0), (4, 1)])


def test_copies_whose_identity_was_shared_are_told_apart_by_order() -> None:
    file = merge_forms([(Q1, {}, {}, None), (Q1, {}, {}, None)])
    shared = b"/Form %d 0 R" % file.names["identity"]
    first = file.objects[file.names["page1"]].partition(b"/Form ")[2].partition(b" /Page")[0]
    for page in ("page1", "page2"):
        file.edit(page, b"/Form " + first, shared)
    one, two = parts_of(file)
    assert (numbers(one), numbers(two)) == ([(1, 0), (2, 1)], [(3, 0), (4, 1)])


def test_one_page_twice_stays_in_its_form() -> None:
    file = merge_forms([(Q1, {}, {}, None), (Q1, {}, {}, None)])
    order(file, 1, 2, 4)
    assert numbers(only(file)) == [(1, 0), (2, 1), (3, 1)]


def test_missing_pages_are_told() -> None:
    file = make_form(Q1)
    order(file, 2)
    part = only(file)
    assert codes(part) == ["pages-missing"]
    assert ": 1 sur 2" in part.findings[0].message


def test_foreign_pages_are_told() -> None:
    file = make_form(Q1)
    file.names["page3"] = file.add(b"<< /Type /Page >>")
    order(file, 3, 1, 2)
    part = only(file)
    assert codes(part) == ["foreign-pages"]
    assert "1." in part.findings[0].message
    assert numbers(part) == [(2, 0), (3, 1)]


def lose_identity(file: FormFile) -> FormFile:
    for page in ("page1", "page2"):
        file.edit(page, b"/PieceInfo", b"/Lost")
    return file


def test_a_form_that_lost_its_identity_is_known_by_its_names() -> None:
    part = only(lose_identity(make_form(Q3)))
    assert part.identity.questionnaire_id == "Q3"
    assert part.identity.form_id is None
    assert part.identity.supplier_id is None
    assert numbers(part) == [(1, 0), (2, 1)]
    assert codes(part) == ["identity-lost"]


def test_names_that_a_tool_put_its_own_before_are_known() -> None:
    file = lose_identity(make_form(Q3))
    for called, number in file.names.items():
        if called.startswith("Q3"):
            body = file.objects[number].replace(b"/NM (", b"/XX (").replace(b"/T (", b"/T (form1.")
            file.objects[number] = body
    assert only(file).identity.questionnaire_id == "Q3"


def test_a_form_without_any_name_is_known_by_its_boxes() -> None:
    file = lose_identity(make_form(Q1))
    for called, number in file.names.items():
        if called.startswith("Q1"):
            body = file.objects[number].replace(b"/NM (", b"/XX (").replace(b"/T (", b"/XY (")
            file.objects[number] = body
    part = only(file)
    assert part.identity.questionnaire_id == "Q1"
    assert numbers(part) == [(1, 0), (2, 1)]


def test_a_foreign_form_is_not_ours() -> None:
    file = lose_identity(make_form(Q1))
    for called, number in file.names.items():
        if called.startswith("Q1"):
            body = file.objects[number]
            for old, new in ((b"/NM (", b"/XX ("), (b"/T (", b"/XY ("), (b"/Rect [", b"/Rect [9")):
                body = body.replace(old, new)
            file.objects[number] = body
    assert parts_of(file) == ()
