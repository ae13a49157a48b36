"""Each fault that a reader or a tool is known to leave in a file, and what is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from formgen.naming import TextPart
from formparse.read import read_bytes
from formparse.returned import DoubtKind, ReturnedForm, Severity, SignatureKind
from tests.formparse.forms import (
    ALL,
    Editions,
    FormFile,
    make_catalog,
    make_form,
    make_layout,
    merge_forms,
    refs,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from formgen.catalog import Answer

CATALOG = make_catalog()
Q1 = make_layout(CATALOG, CATALOG.questionnaires[0])
OUI, NON, NA = ALL
FILL = {"Q1-01": OUI, "Q1-02": NON, "Q1-03": NA, "Q1-04": None}


def read(file: FormFile) -> ReturnedForm:
    (form,) = read_bytes(file.data(), "a.pdf", Editions(CATALOG))
    assert isinstance(form, ReturnedForm), form
    return form


def first(file: FormFile) -> Answer | DoubtKind | None:
    """What is read for Q1-01; the other points must not change."""
    form = read(file)
    found = {p.point_id: p.doubt.kind if p.doubt else p.answer for p in form.answers}
    assert {**found, "Q1-01": OUI} == FILL
    return found["Q1-01"]


def codes(file: FormFile) -> list[str]:
    return [finding.code for finding in read(file).findings]


def tear(file: FormFile, box: str, state: str) -> None:
    """Do what macOS Preview does on a click."""
    number = file.names[box]
    parent = b"/Parent %d 0 R" % file.names["Q1-01"]
    file.edit(box, parent, b"/FT /Btn /Ff 32768 /T (Q1-01) /V /" + state.encode())
    body = file.objects[number]
    file.objects[number] = body.partition(b"/AS ")[0] + b"/AS /" + state.encode() + b" >>"


def test_boxes_known_by_their_place_when_names_are_lost() -> None:
    file = make_form(Q1, FILL)
    for called, number in file.names.items():
        if called.startswith("Q1-"):
            body = file.objects[number].replace(b"/NM (", b"/XX (")
            file.objects[number] = body.replace(b"/T (Q1-0", b"/XY (Q1-0")
    assert first(file) is OUI


def test_boxes_known_by_field_and_state_when_their_own_names_are_lost() -> None:
    file = make_form(Q1, FILL)
    for called in ("Q1-01:OUI", "Q1-01:NON", "Q1-01:NA"):
        file.edit(called, b"/NM (", b"/XX (")
    assert first(file) is OUI


def test_boxes_under_a_renamed_field_are_known() -> None:
    file = make_form(Q1, FILL)
    for called in ("Q1-01:OUI", "Q1-01:NON", "Q1-01:NA"):
        file.edit(called, b"/NM (", b"/XX (")
    file.edit("Q1-01", b"/T (Q1-01)", b"/T (form1.Q1-01)")
    assert first(file) is OUI


def test_a_moved_box_is_doubtful() -> None:
    file = make_form(Q1, FILL)
    file.edit("Q1-01:OUI", b"/Rect [430", b"/Rect [420")
    assert first(file) is DoubtKind.CONFLICT


def test_exchanged_boxes_are_doubtful() -> None:
    file = make_form(Q1, FILL)
    one, other = file.names["Q1-01:OUI"], file.names["Q1-01:NON"]
    file.edit("Q1-01:OUI", b"/NM (Q1-01:OUI)", b"/NM (Q1-01:NON)")
    file.edit("Q1-01:NON", b"/NM (Q1-01:NON)", b"/NM (Q1-01:OUI)")
    assert one != other
    assert first(file) is DoubtKind.CONFLICT


def test_preview_tears_a_box_off_its_field() -> None:
    file = make_form(Q1, FILL)
    file.edit("Q1-01:OUI", b"/AS /OUI", b"/AS /Off")
    tear(file, "Q1-01:NON", "NON")
    assert first(file) is NON
    assert codes(file) == ["box-torn"]
    file.edit("acroform", b"/Fields [", b"/Fields [%d 0 R " % file.names["Q1-01:NON"])
    assert first(file) is NON


def test_all_boxes_torn_leave_a_stale_field() -> None:
    file = make_form(Q1, FILL)
    for box, state in (("Q1-01:OUI", "Off"), ("Q1-01:NON", "NON"), ("Q1-01:NA", "Off")):
        tear(file, box, state)
    assert first(file) is NON


def test_a_parent_that_is_no_more_leaves_what_the_page_shows() -> None:
    file = make_form(Q1, FILL)
    del file.objects[file.names["Q1-01"]]
    form = read(file)
    assert form.answers[0].answer is OUI


def test_pdfjs_leaves_the_value_of_an_unticked_box() -> None:
    file = make_form(Q1, FILL)
    file.edit("Q1-01:OUI", b"/AS /OUI", b"/AS /Off /M (D:20260301)")
    assert first(file) is None
    assert codes(file) == ["unticked"]


def test_a_value_that_the_page_does_not_show_is_doubtful() -> None:
    file = make_form(Q1, FILL)
    file.edit("Q1-01:OUI", b"/AS /OUI", b"/AS /Off")
    assert first(file) is DoubtKind.CONFLICT
    file.edit("acroform", b"/DA", b"/NeedAppearances true /DA")
    assert first(file) is OUI


def test_a_value_without_any_state_counts() -> None:
    file = make_form(Q1, FILL)
    for box in ("Q1-01:OUI", "Q1-01:NON", "Q1-01:NA"):
        file.drop(box, b"/AS")
    assert first(file) is OUI
    assert codes(file) == ["value-only"]


def test_a_field_whose_boxes_are_gone_counts() -> None:
    file = make_form(Q1, FILL)
    number = file.names["Q1-01"]
    for box in ("Q1-01:OUI", "Q1-01:NON", "Q1-01:NA"):
        kid = b"%d 0 R" % file.names[box]
        file.edit("page1", kid + b" ", b"")
        del file.objects[file.names[box]]
    body = file.objects[number]
    file.objects[number] = body.partition(b" /Kids")[0] + b" >>"
    assert first(file) is OUI
    assert codes(file) == ["value-only"]


def test_boxes_that_are_gone_with_their_field_are_doubtful() -> None:
    file = make_form(Q1, FILL)
    for box in ("Q1-01:OUI", "Q1-01:NON", "Q1-01:NA"):
        file.edit("page1", b"%d 0 R " % file.names[box], b"")
    file.edit("acroform", b"%d 0 R " % file.names["Q1-01"], b"")
    assert first(file) is DoubtKind.UNCLEAR


def test_fields_that_only_the_pages_list_are_read() -> None:
    file = make_form(Q1, FILL, {TextPart.COMPANY: "Acme"})
    file.objects[4] = b"<< /Fields [] >>"
    assert first(file) is OUI
    assert read(file).attestation.company == "Acme"


def test_no_acroform_at_all_still_reads_the_pages() -> None:
    file = make_form(Q1, FILL)
    file.objects[1] = b"<< /Type /Catalog /Pages 2 0 R >>"
    assert first(file) is OUI


@pytest.mark.parametrize("value", [b"(OUI)", b"(/OUI)", b"<FEFF004F00550049>"])
def test_a_value_may_be_a_string(value: bytes) -> None:
    file = make_form(Q1, FILL)
    file.edit("Q1-01", b"/V /OUI", b"/V " + value)
    assert first(file) is OUI


@pytest.mark.parametrize("value", [b"7", b"[/OUI]", b"<< /A /OUI >>", b"true"])
def test_a_value_of_another_type_is_doubtful(value: bytes) -> None:
    file = make_form(Q1, FILL)
    file.edit("Q1-01", b"/V /OUI", b"/V " + value)
    assert first(file) is DoubtKind.UNCLEAR


def test_an_indirect_value_is_followed() -> None:
    file = make_form(Q1, FILL)
    file.edit("Q1-01", b"/V /OUI", b"/V %d 0 R" % file.add(b"/NON"))
    assert first(file) is DoubtKind.CONFLICT


def test_a_value_that_a_field_above_holds_counts() -> None:
    file = make_form(Q1, FILL)
    above = file.add(b"<< /T (form1) /V /NON /Kids [] >>")
    file.edit("Q1-01", b" /V /OUI", b" /Parent %d 0 R" % above)
    assert first(file) is DoubtKind.CONFLICT


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.edit("Q1-01", b"/Kids", b"/Parent %d 0 R /Kids" % f.names["Q1-01"]),
        lambda f: f.edit("acroform", b"/Fields [", b"/Fields [4 0 R 2 0 R 1 0 R "),
        lambda f: f.edit("page1", b"/Annots [", b"/Annots [1 0 R null (x) 99 0 R "),
    ],
)
def test_trees_that_go_round_or_astray_end(change: Callable[[FormFile], None]) -> None:
    file = make_form(Q1, FILL)
    change(file)
    assert first(file) is OUI


def copied(state: bytes) -> FormFile:
    """A second field of one name, with boxes of its own on the same page."""
    file = make_form(Q1, FILL)
    parent = file.add(b"")
    old = b"/Parent %d 0 R" % file.names["Q1-01"]
    kids = []
    for box in ("Q1-01:OUI", "Q1-01:NON", "Q1-01:NA"):
        body = file.objects[file.names[box]].replace(old, b"/Parent %d 0 R" % parent)
        kids.append(file.add(body.replace(b"/AS /OUI", b"/AS /" + state)))
    file.objects[parent] = b"<< /FT /Btn /T (Q1-01) /V /" + state + b" /Kids " + refs(kids) + b" >>"
    file.edit("page1", b"/Annots [", b"/Annots [" + refs(kids)[1:-1] + b" ")
    return file


@pytest.mark.parametrize("state", [b"OUI", b"Off"])
def test_boxes_that_lie_twice_on_a_page_are_no_answer(state: bytes) -> None:
    assert first(copied(state)) is DoubtKind.CONFLICT
    assert set(codes(copied(state))) == {"field-altered"}


def test_a_page_that_is_there_twice_is_doubtful_where_it_differs() -> None:
    file = merge_forms([(Q1, FILL, {}, None), (Q1, {**FILL, "Q1-01": NA}, {}, None)])
    kids = [n for n, body in file.objects.items() if b"/Type /Page " in body]
    file.objects[2] = b"<< /Type /Pages /Kids " + refs(kids[:3]) + b" >>"
    assert first(file) is DoubtKind.CONFLICT


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"(Soci\xe9t\xe9 \x9c)", "Société œ"),
        (b"<FEFF00530153>", "Sœ"),
        (b"(\xff\xfeS\x00\x53\x01)", "Sœ"),
        (b"(\xef\xbb\xbfS\xc5\x93)", "Sœ"),
        (b"(a \\(b\\) \\351)", "a (b) é"),
        (b"(  Acme  )", "Acme"),
        (b"()", None),
        (b"null", None),
    ],
)
def test_texts_in_any_encoding(value: bytes, text: str | None) -> None:
    file = make_form(Q1, FILL, {TextPart.COMPANY: "x"})
    file.edit("Q1-company", b"/V (x)", b"/V " + value + b" /RV (<body>rich</body>)")
    form = read(file)
    assert form.attestation.company == text
    assert form.findings == ()


def test_a_text_may_be_a_stream() -> None:
    file = make_form(Q1, FILL, {TextPart.COMPANY: "x"})
    stream = file.add(b"<< /Length 4 >>\nstream\nAcme\nendstream")
    file.edit("Q1-company", b"/V (x)", b"/V %d 0 R" % stream)
    assert read(file).attestation.company == "Acme"


def test_a_text_that_is_none_is_told() -> None:
    file = make_form(Q1, FILL, {TextPart.COMPANY: "x"})
    file.edit("Q1-company", b"/V (x)", b"/V [7]")
    assert read(file).attestation.company is None
    assert codes(file) == ["text-not-read"]


def test_texts_that_differ_are_told_and_not_taken() -> None:
    file = make_form(Q1, FILL, {TextPart.COMPANY: "Acme"})
    body = file.objects[file.names["Q1-company"]]
    again = file.add(body.replace(b"(Acme)", b"(Autre)"))
    file.edit("page2", b"/Annots [", b"/Annots [%d 0 R " % again)
    assert read(file).attestation.company is None
    assert codes(file) == ["field-altered", "text-conflict"]


def test_a_text_field_without_its_name_is_known_by_its_place() -> None:
    file = make_form(Q1, FILL, {TextPart.PLACE: "Lyon"})
    file.edit("Q1-place", b"/T (Q1-place)", b"/T (Text7)")
    assert read(file).attestation.place == "Lyon"


def test_a_box_of_another_form_is_not_taken_for_one_of_ours_by_its_place() -> None:
    """A page that claims to be of a questionnaire that it is not."""
    file = make_form(Q1, FILL)
    for answer in ("OUI", "NON", "NA"):
        called = f"Q1-01:{answer}"
        if called in file.names:
            file.edit(called, called.encode(), f"Q7-01:{answer}".encode())
    for number, body in file.objects.items():
        file.objects[number] = body.replace(b"/T (Q1-01)", b"/T (Q7-01)")
    [point] = [one for one in read(file).answers if one.point_id == "Q1-01"]
    assert point.answer is None
    assert point.doubt is not None


def annotate(kind: str, rect: str) -> FormFile:
    file = make_form(Q1, FILL)
    number = file.add(f"<< /Type /Annot /Subtype /{kind} /Rect [{rect}] >>".encode())
    file.edit("page2", b"/Annots [", b"/Annots [%d 0 R " % number)
    return file


@pytest.mark.parametrize(
    "kind", ["Ink", "Stamp", "FreeText", "Line", "Polygon", "PolyLine", "Square", "Circle"]
)
def test_a_drawing_in_its_area_is_a_signature(kind: str) -> None:
    assert read(annotate(kind, "290 110 460 170")).attestation.signature.kind is SignatureKind.DRAWN


@pytest.mark.parametrize(
    ("kind", "rect"),
    [
        ("Ink", "290 300 460 370"),
        ("FileAttachment", "310 110 330 130"),
        ("Text", "310 110 330 130"),
    ],
)
def test_other_annotations_are_none(kind: str, rect: str) -> None:
    form = read(annotate(kind, rect))
    assert form.attestation.signature.kind is SignatureKind.NONE
    assert {finding.code for finding in form.findings} <= {"attachment"}


def test_a_typed_name_is_said_to_be_typed() -> None:
    file = annotate("FreeText", "290 110 460 170")
    file.objects[max(file.objects)] = file.objects[max(file.objects)][:-2] + (
        b"/Contents (Jean  Martin) >>"
    )
    form = read(file)
    assert form.attestation.signature.kind is SignatureKind.DRAWN
    [finding] = form.findings
    assert (finding.code, finding.severity) == ("signature-typed", Severity.INFO)
    assert "«\u00a0Jean Martin\u00a0»" in finding.message


@pytest.mark.parametrize(
    ("rect", "flags"),
    [("290 110 460 170", 2), ("290 110 460 170", 32), ("290 140 460 140", 4)],
    ids=["hidden", "not shown", "without area"],
)
def test_a_drawing_that_nobody_sees_is_no_signature(rect: str, flags: int) -> None:
    file = annotate("Ink", rect)
    file.objects[max(file.objects)] = file.objects[max(file.objects)][:-2] + b"/F %d >>" % flags
    assert read(file).attestation.signature.kind is SignatureKind.NONE


@pytest.mark.parametrize("value", [b"<< /Type /Sig >>", b"7"])
def test_a_signature_value_is_digital_whatever_it_is(value: bytes) -> None:
    file = make_form(Q1, FILL)
    file.edit("Q1-signature", b"/FT /Sig", b"/FT /Sig /V " + value)
    assert read(file).attestation.signature.kind is SignatureKind.DIGITAL
    assert codes(file) == ["signature-unreadable"]


def test_what_fields_say_of_a_page_that_is_not_there_is_not_read() -> None:
    """pikepdf leaves the fields of pages that it takes out; another file may have the page."""
    file = make_form(Q1, FILL, {TextPart.COMPANY: "Acmé"})
    file.objects[2] = b"<< /Type /Pages /Count 1 /Kids [%d 0 R] >>" % file.names["page1"]
    form = read(file)
    found = {point.point_id: point.answer for point in form.answers}
    assert found == {**FILL, "Q1-03": None, "Q1-04": None}
    assert form.attestation.company is None
    assert [finding.code for finding in form.findings] == ["pages-missing"]
