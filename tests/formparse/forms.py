"""Small forms for the reader's tests: a catalog, its layout, a PDF whose objects can be changed.

The file has the shape that `formgen` gives its forms, written without it, so that a fault on one
side is not hidden by the same fault on the other.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from formgen.catalog import (
    Answer,
    Attestation,
    Catalog,
    Group,
    Point,
    Questionnaire,
    Section,
    Source,
)
from formgen.issue import form_id_of
from formgen.layout import (
    BoxPlace,
    FormLayout,
    Leaf,
    Node,
    Rect,
    Role,
    SignaturePlace,
    TextPlace,
)
from formgen.naming import STATE_OF_ANSWER, TextPart, box_name, text_field_name

FORM_ID = form_id_of("essai")
ALL = (Answer.OUI, Answer.NON, Answer.NA)
Fill = Mapping[str, Answer | None]


def make_catalog(counts: Mapping[str, int] | None = None, version: str = "1.0") -> Catalog:
    """A catalog with so many points in each questionnaire; Q3 offers no N/A."""
    counts = counts or {"Q1": 4, "Q3": 3}
    return Catalog(
        id="essai",
        version=version,
        date="2026-01-01",
        language="fr",
        title="Essai",
        subtitle="",
        disclaimer="",
        source=Source(title="", part="", publisher="", edition="", sha256=""),
        introduction=(),
        references=(),
        errata=(),
        privacy_notice="",
        privacy_retention="",
        questionnaires=tuple(_questionnaire(q, count) for q, count in counts.items()),
        digest=f"digest of {sorted(counts.items())}",
    )


def _questionnaire(questionnaire_id: str, count: int) -> Questionnaire:
    points = tuple(
        Point(
            id=f"{questionnaire_id}-{number:02d}",
            text="Texte",
            short="Texte",
            bullets=(),
            links=(),
            footnotes=(),
            emphasis=(),
            lead_in=None,
            optional=False,
            best_effort=False,
        )
        for number in range(1, count + 1)
    )
    group = Group(title=None, points=points)
    return Questionnaire(
        id=questionnaire_id,
        title="",
        scope="",
        instructions="",
        requires=(),
        answers=ALL[:2] if questionnaire_id == "Q3" else ALL,
        sections=(Section(id=f"{questionnaire_id}-S1", title=None, groups=(group,)),),
        lead_ins=(),
        footnotes=(),
        attestation=Attestation(
            company="",
            service="",
            statement_before="",
            statement_after="",
            date="",
            place="",
            signature="",
        ),
    )


def make_layout(catalog: Catalog, questionnaire: Questionnaire, edition: int = 1) -> FormLayout:
    """Two pages of boxes, text fields and signature on the second."""
    leaves: list[Leaf] = []
    half = (len(questionnaire.points) + 1) // 2
    for number, point in enumerate(questionnaire.points):
        page, row = divmod(number, half)
        for column, answer in enumerate(questionnaire.answers):
            x, y = 430 + 40 * column, 780 - 24 * row
            leaves.append(
                BoxPlace(
                    point_id=point.id,
                    answer=answer,
                    page=page,
                    rect=Rect(x, y, x + 13, y + 13),
                    question=point.id,
                    tooltip=f"{point.id} {answer}",
                )
            )
    for number, part in enumerate(TextPart):
        rect = Rect(50, 300 - 30 * number, 250, 318 - 30 * number)
        leaves.append(TextPlace(part=part, page=1, rect=rect, tooltip=part, multiline=False))
    leaves.append(SignaturePlace(page=1, rect=Rect(300, 100, 500, 160), tooltip="signature"))
    return FormLayout(
        catalog_id=catalog.id,
        catalog_version=catalog.version,
        questionnaire_id=questionnaire.id,
        edition=edition,
        title="Essai",
        page_count=2,
        page_width=595,
        page_height=842,
        root=Node(role=Role.DOCUMENT, children=tuple(leaves)),
        artifacts=(),
        bookmarks=(),
    )


class Editions:
    """Stands in for `formgen.editions.Editions` with catalogs of its own."""

    def __init__(self, *catalogs: Catalog) -> None:
        self._catalogs = catalogs or (make_catalog(),)

    @property
    def default(self) -> Catalog:
        return self._catalogs[0]

    def catalog(self, catalog_id: str, version: str) -> Catalog | None:
        for catalog in self._catalogs:
            if (catalog.id, catalog.version) == (catalog_id, version):
                return catalog
        return None

    def catalogs(self) -> tuple[Catalog, ...]:
        return self._catalogs

    def versions(self, catalog_id: str) -> tuple[str, ...]:
        return tuple(c.version for c in self._catalogs if c.id == catalog_id)

    def layout(self, catalog: Catalog, questionnaire_id: str, edition: int) -> FormLayout | None:
        if edition != 1:
            return None
        return make_layout(catalog, catalog.questionnaire(questionnaire_id))


def name(word: str) -> bytes:
    return b"/" + word.encode()


def text(value: str) -> bytes:
    """A text string as PDFium writes it: plain where it can be, else UTF-16."""
    data = value.encode() if value.isascii() else b"\xfe\xff" + value.encode("utf-16-be")
    for byte in (b"\\", b"(", b")"):
        data = data.replace(byte, b"\\" + byte)
    return b"(" + data.replace(b"\r", b"\\r") + b")"


def refs(numbers: list[int]) -> bytes:
    return b"[" + b" ".join(b"%d 0 R" % number for number in numbers) + b"]"


@dataclass
class FormFile:
    """A PDF as objects by number; 1 is the root, 4 the AcroForm."""

    objects: dict[int, bytes] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    """Object numbers by field name, box name, `page1`, `identity`."""

    def add(self, body: bytes, called: str = "") -> int:
        number = max(self.objects, default=9) + 1
        self.objects[number] = body
        if called:
            self.names[called] = number
        return number

    def edit(self, called: str, old: bytes, new: bytes) -> None:
        """Change a part of an object; it must be there."""
        number = self.names[called]
        assert old in self.objects[number], (called, old, self.objects[number])
        self.objects[number] = self.objects[number].replace(old, new)

    def drop(self, called: str, key: bytes) -> None:
        """Take an entry with a simple value out of an object."""
        number = self.names[called]
        before, _, after = self.objects[number].partition(b" " + key + b" ")
        assert after, (called, key)
        value, space, rest = after.partition(b" /")
        self.objects[number] = before + space + rest if space else before + b" >>"
        assert value

    def data(self) -> bytes:
        """The file."""
        out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        offsets = {}
        for number in sorted(self.objects):
            offsets[number] = len(out)
            out += b"%d 0 obj\n" % number + self.objects[number] + b"\nendobj\n"
        size = max(self.objects) + 1
        start = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % size
        for number in range(1, size):
            if number in offsets:
                out += b"%010d 00000 n \n" % offsets[number]
            else:
                out += b"0000000000 00000 f \n"
        out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
        return bytes(out)


def make_form(
    layout: FormLayout,
    fill: Fill | None = None,
    texts: Mapping[TextPart, str] | None = None,
    supplier: str | None = "acme",
) -> FormFile:
    """A form filled in as a careful reader would."""
    return merge_forms([(layout, fill or {}, texts or {}, supplier)])


def merge_forms(
    forms: list[tuple[FormLayout, Fill, Mapping[TextPart, str], str | None]],
) -> FormFile:
    """Several forms in one file."""
    file = FormFile()
    pages: list[int] = []
    fields: list[int] = []
    for layout, fill, texts, supplier in forms:
        _add_form(file, layout, fill, texts, supplier, pages, fields)
    file.objects[1] = b"<< /Type /Catalog /Pages 2 0 R /AcroForm 4 0 R >>"
    file.objects[2] = b"<< /Type /Pages /Kids " + refs(pages) + b" /Count %d >>" % len(pages)
    file.objects[4] = b"<< /Fields " + refs(fields) + b" /DA (/Helv 10 Tf 0 g) >>"
    file.names |= {"root": 1, "pages": 2, "acroform": 4}
    return file


def _add_form(
    file: FormFile,
    layout: FormLayout,
    fill: Fill,
    texts: Mapping[TextPart, str],
    supplier: str | None,
    pages: list[int],
    fields: list[int],
) -> None:
    looks = {answer: _look(file, STATE_OF_ANSWER[answer]) for answer in ALL}
    numbers = [file.add(b"") for _ in range(layout.page_count)]
    annotations: list[list[int]] = [[] for _ in numbers]
    by_point: dict[str, list[BoxPlace]] = {}
    for box in layout.boxes:
        by_point.setdefault(box.point_id, []).append(box)
    for point_id, boxes in by_point.items():
        fields.append(_add_point(file, boxes, fill.get(point_id), looks, numbers, annotations))
    for place in layout.text_places:
        title = text_field_name(layout.questionnaire_id, place.part)
        value = texts.get(place.part)
        number = file.add(
            b"<< /Type /Annot /Subtype /Widget /FT /Tx /P %d 0 R /T " % numbers[place.page]
            + text(title)
            + b" /Rect " + rect(place.rect) + b" /F 4"
            + (b" /V " + text(value) if value is not None else b"")
            + b" /DA (/Helv 10 Tf 0 g) >>",
            title,
        )  # fmt: skip
        fields.append(number)
        annotations[place.page].append(number)
    title = f"{layout.questionnaire_id}-signature"
    place_of = layout.signature_place
    number = file.add(
        b"<< /Type /Annot /Subtype /Widget /FT /Sig /P %d 0 R /T " % numbers[place_of.page]
        + text(title) + b" /Rect " + rect(place_of.rect) + b" /F 4 >>",
        title,
    )  # fmt: skip
    fields.append(number)
    annotations[place_of.page].append(number)
    identity = file.add(
        b"<< /Catalog " + text(layout.catalog_id) + b" /Version " + text(layout.catalog_version)
        + b" /Edition %d /Questionnaire " % layout.edition + text(layout.questionnaire_id)
        + b" /FormId " + text(FORM_ID)
        + (b" /Supplier " + text(supplier) if supplier else b"")
        + b" /Pages %d >>" % layout.page_count,
        "identity",
    )  # fmt: skip
    for index, number in enumerate(numbers):
        file.objects[number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            b"/PieceInfo << /formgen << /LastModified (D:20260101000000Z) "
            b"/Private << /Form %d 0 R /Page %d >> >> >> "
            b"/Annots " % (identity, index + 1) + refs(annotations[index]) + b" >>"
        )
        file.names[f"page{len(pages) + 1}"] = number
        pages.append(number)


def _look(file: FormFile, state: str) -> int:
    on, off = (
        file.add(
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 13 13] /Length %d >>\nstream\n"
            % len(data)
            + data
            + b"\nendstream"
        )
        for data in (b"2 w 3 3 m 10 10 l 3 10 m 10 3 l S", b"q Q")
    )
    return file.add(b"<< /N << " + name(state) + b" %d 0 R /Off %d 0 R >> >>" % (on, off))


def rect(value: Rect) -> bytes:
    return b"[%g %g %g %g]" % (value.x0, value.y0, value.x1, value.y1)


def _add_point(
    file: FormFile,
    boxes: list[BoxPlace],
    answer: Answer | None,
    looks: Mapping[Answer, int],
    pages: list[int],
    annotations: list[list[int]],
) -> int:
    point_id = boxes[0].point_id
    parent = file.add(b"", point_id)
    kids = []
    for box in boxes:
        called = box_name(point_id, box.answer)
        state = STATE_OF_ANSWER[box.answer] if box.answer is answer else "Off"
        kid = file.add(
            b"<< /Type /Annot /Subtype /Widget /Parent %d 0 R /P %d 0 R /Rect "
            % (parent, pages[box.page])
            + rect(box.rect) + b" /F 4 /NM " + text(called) + b" /TU " + text(box.tooltip)
            + b" /MK << /CA (8) >> /DA (/ZaDb 0 Tf 0 g) /AP %d 0 R" % looks[box.answer]
            + b" /AS " + name(state) + b" /StructParent %d >>" % (parent + len(kids)),
            called,
        )  # fmt: skip
        kids.append(kid)
        annotations[box.page].append(kid)
    value = b" /V " + name(STATE_OF_ANSWER[answer]) if answer else b""
    file.objects[parent] = (
        b"<< /FT /Btn /Ff 32768 /T " + text(point_id) + value + b" /Kids " + refs(kids) + b" >>"
    )
    return parent


def with_version(catalog: Catalog, version: str) -> Catalog:
    return dataclasses.replace(catalog, version=version, digest=f"{catalog.digest} {version}")
