"""Make a form's PDF: once per questionnaire a template, then each issued form as a small
difference.

A form is tagged PDF (see `formgen.standard`) with an AcroForm. The template holds all objects that
do not depend on who is asked, as finished bytes; `FormTemplate.render` adds the few that do, and
the cross-reference table. Nothing is compressed twice, nothing depends on the clock: same inputs,
same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from formgen import style, variable, xmp
from formgen.assembly import PRODUCER, VariableObjects, assemble
from formgen.catalog import Catalog, Questionnaire
from formgen.compose import compose
from formgen.errors import FormgenError
from formgen.fieldlook import default_appearance, field_room, field_size, text_look
from formgen.issue import Issue, Practice
from formgen.language import Phrase
from formgen.layout import CodePlace, FormLayout, SlotKind, TextPlace
from formgen.naming import TextPart
from formgen.pagecode import PageCode, edition_fingerprint
from formgen.pdfsyntax import (
    FREE_ENTRY,
    QUICK_LEVEL,
    Literal,
    Name,
    Ref,
    Stream,
    Value,
    deflated,
    indirect,
    serialise,
    xref_entry,
)
from formgen.standard import Standard
from formgen.structure import PlacedSlot


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTemplate:
    """All of a questionnaire's form but what depends on who is asked."""

    catalog: Catalog
    questionnaire: Questionnaire
    layout: FormLayout
    head: bytes
    """File header and the fixed objects."""
    head_digest: bytes
    fixed_entries: bytes
    """Cross-reference entries of the fixed objects."""
    fixed_count: int
    refs: VariableObjects
    catalog_ref: Ref
    info_ref: Ref | None
    """None where the standard forbids an information dictionary."""
    standard: Standard
    text_entries: Mapping[TextPart, Mapping[str, Value]]
    """Field entries of the text fields that may be filled in."""
    text_places: Mapping[TextPart, TextPlace]
    """Where these fields stand."""
    code_places: tuple[tuple[CodePlace, ...], ...]
    """Where the codes of each page stand."""
    slots: tuple[tuple[PlacedSlot, ...], ...]
    """Slots of each page with their marked content."""
    practice_words: variable.Words
    """What the slots say of who asks."""
    font_resources: Value

    def render(self, issue: Issue) -> bytes:
        """Give the PDF of one issued form."""
        body = bytearray()
        entries: dict[int, bytes] = {}
        for ref, value in self._variable(issue):
            entries[ref.number] = xref_entry(len(self.head) + len(body))
            body += indirect(ref.number, serialise(value))
        start = len(self.head) + len(body)
        digest = hashlib.sha256(self.head_digest + body).hexdigest()
        file_id = Literal(b"<" + digest[:32].encode() + b">")
        size = 1 + len(entries) + self.fixed_count
        trailer: dict[str, Value] = {
            "Size": size,
            "Root": self.catalog_ref,
            "ID": [file_id, file_id],
        }
        if self.info_ref:
            trailer["Info"] = self.info_ref
        own = b"".join(entry for _, entry in sorted(entries.items()))
        # A plain table: PDFium appends to a cross-reference stream what no other tool reads.
        body += b"xref\n0 %d\n%s%s%s" % (size, FREE_ENTRY, own, self.fixed_entries)
        body += b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (serialise(trailer), start)
        return self.head + body

    def shows_whole(self, part: TextPart, text: str) -> bool:
        """Tell whether a prefilled field can show a text whole, be it small."""
        return variable.fits([text], field_room(self.text_places[part]), style.FIELD_SIZE)

    def practice_whole(self) -> bool:
        """Tell whether the form has room for who asks, be it in small type."""
        return all(
            variable.fits(self.practice_words[slot.kind], slot.rect, slot.size)
            for page in self.slots
            for slot, _ in page
            if slot.kind in self.practice_words
        )

    def names_whole(self, issue: Issue) -> bool:
        """Tell whether the first page has room for who is asked, be it in small type."""
        return all(
            variable.fits(variable.addressee(issue), slot.rect, slot.size)
            for page in self.slots
            for slot, _ in page
            if slot.kind is SlotKind.ADDRESSEE
        )

    def _variable(self, issue: Issue) -> Iterable[tuple[Ref, Value]]:
        """Give the variable objects."""
        identity = identity_entries(self.layout, issue)
        yield self.refs.identity, identity
        own = {
            "catalog": self.catalog.id,
            "version": self.catalog.version,
            "edition": str(self.layout.edition),
            "questionnaire": self.questionnaire.id,
            "formId": issue.form_id,
        }
        packet = xmp.packet(
            title=self.layout.title,
            language=self.catalog.language,
            date=self.catalog.date,
            producer=PRODUCER,
            standard=self.standard,
            own=own,
        )
        kind: dict[str, Value] = {"Type": Name("Metadata"), "Subtype": Name("XML")}
        yield self.refs.metadata, Stream(kind, packet)
        yield from self._filled_fields(issue)
        words = {**self.practice_words, **variable.issue_words(issue)}
        for page, ref in enumerate(self.refs.pages):
            codes = self._codes(page, issue)
            content = variable.page_content(self.slots[page], codes, words)
            yield ref, deflated(content, level=QUICK_LEVEL)

    def _filled_fields(self, issue: Issue) -> Iterable[tuple[Ref, Value]]:
        values = {TextPart.COMPANY: issue.company, TextPart.SERVICE: issue.service}
        for part, ref in self.refs.fields.items():
            place = self.text_places[part]
            entries = dict(self.text_entries[part])
            size = field_size(place, values[part])
            if values[part]:
                entries["V"] = values[part]
                entries["DA"] = default_appearance(size)
            yield ref, entries
            look = text_look(place, values[part], size, self.font_resources)
            yield self.refs.looks[part], look

    def _codes(self, page: int, issue: Issue) -> list[tuple[CodePlace, PageCode]]:
        layout = self.layout
        fingerprint = edition_fingerprint(layout.catalog_id, layout.catalog_version, layout.edition)
        return [
            (
                place,
                PageCode(
                    fingerprint=fingerprint,
                    questionnaire=self.catalog.questionnaires.index(self.questionnaire) + 1,
                    page=page + 1,
                    pages=layout.page_count,
                    corner=place.corner,
                    form_id=issue.form_id,
                ),
            )
            for place in self.code_places[page]
        ]


def identity_entries(layout: FormLayout, issue: Issue) -> dict[str, Value]:
    """Give the dictionary by which a returned file tells which form it is."""
    entries: dict[str, Value] = {
        "Catalog": layout.catalog_id,
        "Version": layout.catalog_version,
        "Edition": layout.edition,
        "Questionnaire": layout.questionnaire_id,
        "FormId": issue.form_id,
        "Pages": layout.page_count,
    }
    if issue.supplier_id is not None:
        entries["Supplier"] = issue.supplier_id
    return entries


def make_template(
    catalog: Catalog,
    questionnaire: Questionnaire,
    practice: Practice | None = None,
    standard: Standard = Standard.UA1_A2A,
) -> FormTemplate:
    """Make the template of one questionnaire for who asks, or for anybody."""
    layout = compose(catalog, questionnaire)
    if layout.page_count > 99:
        raise FormgenError(
            Phrase(
                fr=f"{questionnaire.id} : le formulaire aurait {layout.page_count} pages, 99 au "
                "plus tiennent dans le code de page ; raccourcissez ou divisez le questionnaire.",
                en=f"{questionnaire.id}: the form would have {layout.page_count} pages, the page "
                "code holds 99 at most; shorten or divide the questionnaire.",
            )
        )
    assembled = assemble(catalog, questionnaire, layout, standard)
    return FormTemplate(
        catalog=catalog,
        questionnaire=questionnaire,
        layout=layout,
        head=assembled.head,
        head_digest=hashlib.sha256(assembled.head).digest(),
        fixed_entries=assembled.fixed_entries,
        fixed_count=assembled.fixed_count,
        refs=assembled.variable,
        catalog_ref=assembled.root,
        info_ref=assembled.info,
        standard=standard,
        text_entries=assembled.text_entries,
        text_places={place.part: place for place in layout.text_places},
        code_places=_code_places(layout),
        slots=assembled.slots,
        practice_words=variable.practice_words(catalog, practice),
        font_resources=assembled.font_resources,
    )


def _code_places(layout: FormLayout) -> tuple[tuple[CodePlace, ...], ...]:
    """Give the places of the codes, page by page."""
    places: list[list[CodePlace]] = [[] for _ in range(layout.page_count)]
    for item in layout.artifacts:
        if isinstance(item, CodePlace):
            places[item.page].append(item)
    return tuple(tuple(page) for page in places)
