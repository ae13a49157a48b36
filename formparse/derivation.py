"""Bring the summaries in line with what the store holds, supplier by supplier.

Of each return a few facts stand in the store's index, so that an import opens the readings of
those suppliers only for whom something changed, and holds those of one supplier at a time. What
a summary says is for others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from formgen.naming import TextPart
from formparse.choice import ImportedForm
from formparse.decisions import settle
from formparse.grouping import GroupingFact, SupplierGroup, fact_of, group_by_supplier
from formparse.issued import IssuedForms
from formparse.returned import TEXT_NOT_READ, Method, ReturnedForm, name_inside
from formparse.store import ImportRecord

if TYPE_CHECKING:
    from formparse.store import Store


INDEX_FORMAT = 2
"""Raised whenever what stands in the index changes its shape, the table's rows included: an index
of another format, which an upgrade leaves behind, is made again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summarised:
    """What is made of one supplier's forms."""

    summary: bytes
    row: dict[str, Any]
    """The supplier's line of the table, as JSON."""


Summarise = Callable[[SupplierGroup, tuple[ImportedForm, ...], tuple[str, ...]], Summarised]
"""From a supplier, its forms, and the questionnaires it was sent as far as is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the index knows of one original."""

    record: ImportRecord
    reading: str
    """SHA-256 of what its reading says."""
    facts: tuple[GroupingFact, ...]
    partly_refused: bool


@dataclass(slots=True, kw_only=True)
class Index:
    """What the summaries were derived from."""

    entries: dict[str, Entry]
    """By the original's SHA-256."""
    suppliers: dict[str, tuple[str, dict[str, Any]]]
    """Supplier id -> digest of all that its summary was made from, and its row."""


def derive(
    store: Store,
    reader_id: str,
    touched: Collection[str],
    summarise: Summarise,
    issued: IssuedForms,
    *,
    everything: bool,
) -> tuple[dict[str, Any], ...]:
    """Bring the summaries in line with all readings in the store; give the suppliers' rows.

    From the store and not from this run alone: what another import added meanwhile counts too.
    A summary is made anew where anything that it was made from has changed.
    """
    old = load_index(store, reader_id)
    shelf = _Shelf(store, old, touched)
    entries = shelf.entries
    suppliers = {}
    for group in shelf.groups(issued):
        sent = issued.sent_to(group.supplier_id)
        digest = _digest_of(reader_id, group, sent, shelf, issued)
        before = old.suppliers.get(group.id)
        if not everything and before and before[0] == digest and store.has_summary(group.id):
            suppliers[group.id] = before
        else:
            made = summarise(group, shelf.sources_of(group, issued), sent)
            store.write_summary(group.id, made.summary)
            suppliers[group.id] = (digest, made.row)
    store.remove_other_summaries(suppliers)
    _write_index(store, reader_id, Index(entries=entries, suppliers=suppliers))
    return tuple(row for _, row in suppliers.values())


def imported_suppliers(
    store: Store, issued: IssuedForms
) -> Iterator[tuple[SupplierGroup, tuple[ImportedForm, ...], tuple[str, ...]]]:
    """Give each supplier as its summary is made from it: its forms, and what it was sent.

    As the last import left them: nothing is read again, whoever read it.
    """
    shelf = _Shelf(store, load_index(store, indexed_by(store) or ""), ())
    for group in shelf.groups(issued):
        yield group, shelf.sources_of(group, issued), issued.sent_to(group.supplier_id)


class _Shelf:
    """All readings in the store, each as people's decisions leave it, opened when needed."""

    def __init__(self, store: Store, index: Index, touched: Collection[str]) -> None:
        self._store = store
        self.entries: dict[str, Entry] = {}
        """What the readings themselves say, by file."""
        self.decisions = {sha256: store.decisions(sha256) for sha256 in store.decided()}
        for kept in store.kept():
            if kept.accepted:
                known = None if kept.sha256 in touched else index.entries.get(kept.sha256)
                entry = known or _entry_of(store, kept.sha256)
                if entry is not None:
                    self.entries[kept.sha256] = entry

    def groups(self, issued: IssuedForms) -> tuple[SupplierGroup, ...]:
        """Give the suppliers; a name that a person read from a form counts like a typed one."""
        facts = [
            _owned(fact, issued)
            for sha256, entry in self.entries.items()
            for fact in (self._settled_facts(sha256) if sha256 in self.decisions else entry.facts)
        ]
        return group_by_supplier(facts, listed_ids=tuple(issued.questionnaires_of))

    def _settled_facts(self, sha256: str) -> tuple[GroupingFact, ...]:
        return tuple(fact_of(form) for form in self._forms(sha256))

    def _forms(self, sha256: str) -> Iterator[ReturnedForm]:
        reading = self._store.reading(sha256)
        returned = reading.returned if reading is not None else ()
        for one in settle(returned, self.decisions.get(sha256, ())):
            if isinstance(one, ReturnedForm):
                yield one

    def sources_of(self, group: SupplierGroup, issued: IssuedForms) -> tuple[ImportedForm, ...]:
        """Give the group's forms, in the order of its facts; all that is held of one supplier."""
        sources: dict[tuple[object, ...], ImportedForm] = {}
        for sha256 in {fact.sha256: None for fact in group.facts}:
            record = self.entries[sha256].record
            for one in self._forms(sha256):
                # Two imports at once may have read the file under two names.
                name = record.name if one.part is None else name_inside(record.name, one.part.name)
                form = replace(_as_issued(one, issued), file=name)
                sources[_place(fact_of(one))] = ImportedForm(form=form, imported_at=record.imported)
        return tuple(sources[_place(fact)] for fact in group.facts if _place(fact) in sources)


def _owned(fact: GroupingFact, issued: IssuedForms) -> GroupingFact:
    """Give a fact the supplier its form was issued to, where the form lost it or says another."""
    owner = issued.supplier_of.get(fact.form_id) if fact.form_id else None
    if owner is None or owner == fact.supplier_id:
        return fact
    if fact.supplier_id is None:
        company = fact.company or issued.company_of.get(fact.form_id or "")
        return replace(fact, supplier_id=owner, company=company)
    return replace(fact, issued_to=owner)


def _as_issued(form: ReturnedForm, issued: IssuedForms) -> ReturnedForm:
    """Give a form the company and service it was sent with, where it came back as a picture.

    They are printed on it, and no handwriting is guessed at; that they were not read need not be
    said then. Where fields came back, an empty one was emptied.
    """
    if form.method is not Method.MARKS:
        return form
    form_id, said = form.identity.form_id or "", form.attestation
    sent = {
        TextPart.COMPANY: said.company or issued.company_of.get(form_id),
        TextPart.SERVICE: said.service or issued.service_of.get(form_id),
    }
    known = {part for part, text in sent.items() if text}
    return replace(
        form,
        attestation=replace(said, company=sent[TextPart.COMPANY], service=sent[TextPart.SERVICE]),
        findings=tuple(
            one for one in form.findings if one.code != TEXT_NOT_READ or one.field not in known
        ),
    )


def _entry_of(store: Store, sha256: str) -> Entry | None:
    """Give what the index says of an original; None while it is not read yet."""
    record, reading = store.record(sha256), store.reading(sha256)
    if record is None or reading is None:
        return None
    forms = [one for one in reading.returned if isinstance(one, ReturnedForm)]
    return Entry(
        record=record,
        reading=hashlib.sha256(repr(reading.returned).encode(errors="surrogatepass")).hexdigest(),
        facts=tuple(fact_of(form) for form in forms),
        partly_refused=len(forms) < len(reading.returned),
    )


def _place(fact: GroupingFact) -> tuple[object, ...]:
    """Tell one form from all others in the store, whoever it is taken to be from."""
    return (fact.sha256, fact.part, fact.pages, fact.questionnaire_id, fact.form_id)


def _digest_of(
    reader_id: str,
    group: SupplierGroup,
    sent: tuple[str, ...],
    shelf: _Shelf,
    issued: IssuedForms,
) -> str:
    """Give what changes whenever the group's summary may."""
    sources = sorted({fact.sha256 for fact in group.facts})
    facts = (
        reader_id,
        group,
        sent,
        [issued.service_of.get(fact.form_id or "") for fact in group.facts],
        [(shelf.entries[sha].record, shelf.entries[sha].reading) for sha in sources],
        [shelf.decisions[sha] for sha in sources if sha in shelf.decisions],
    )
    return hashlib.sha256(repr(facts).encode(errors="surrogatepass")).hexdigest()


def indexed_by(store: Store) -> str | None:
    """Give the id of the reader whose readings the index is of; None where there is none."""
    match store.load_index():
        case {"reader": str(reader)}:
            return reader
        case _:
            return None


def load_index(store: Store, reader_id: str) -> Index:
    """Give the index; an empty one where it is missing, broken, or another reader's."""
    empty = Index(entries={}, suppliers={})
    untrusted = store.load_index()
    if not isinstance(untrusted, dict):
        return empty
    if (untrusted.get("format"), untrusted.get("reader")) != (INDEX_FORMAT, reader_id):
        return empty
    try:
        return Index(
            entries={
                sha256: Entry(
                    record=ImportRecord(**entry["record"]),
                    reading=entry["reading"],
                    facts=tuple(_fact_from_json(fact) for fact in entry["facts"]),
                    partly_refused=entry["partly_refused"],
                )
                for sha256, entry in untrusted["originals"].items()
            },
            suppliers={
                supplier_id: (supplier["made_from"], supplier["row"])
                for supplier_id, supplier in untrusted["suppliers"].items()
            },
        )
    except (KeyError, TypeError, AttributeError):
        return empty


def _fact_from_json(fact: dict[str, Any]) -> GroupingFact:
    pages, form_pages = tuple(fact.pop("pages")), tuple(fact.pop("form_pages"))
    return GroupingFact(pages=pages, form_pages=form_pages, **fact)


def _write_index(store: Store, reader_id: str, index: Index) -> None:
    store.write_index(
        {
            "format": INDEX_FORMAT,
            "reader": reader_id,
            "originals": {sha256: asdict(entry) for sha256, entry in index.entries.items()},
            "suppliers": {
                supplier_id: {"made_from": digest, "row": row}
                for supplier_id, (digest, row) in index.suppliers.items()
            },
        }
    )
