"""Bring the summaries in line with what the store holds, supplier by supplier.

Of each return a few facts stand in the store's index, so that an import opens the readings of
those suppliers only for whom something changed, and holds those of one supplier at a time. What
a summary says is for others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from formparse.choice import ImportedForm
from formparse.grouping import GroupingFact, SupplierGroup, fact_of, group_by_supplier
from formparse.issued import IssuedForms
from formparse.returned import Method, ReturnedForm, name_inside
from formparse.store import ImportRecord

if TYPE_CHECKING:
    from formparse.store import Store


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
    entries = {}
    for kept in store.kept():
        if kept.accepted:
            known = None if kept.sha256 in touched else old.entries.get(kept.sha256)
            entry = known or _entry_of(store, kept.sha256)
            if entry is not None:
                entries[kept.sha256] = entry
    facts = [_owned(fact, issued) for entry in entries.values() for fact in entry.facts]
    groups = group_by_supplier(facts, listed_ids=tuple(issued.questionnaires_of))
    suppliers = {}
    for group in groups:
        sent = issued.sent_to(group.supplier_id)
        digest = _digest_of(reader_id, group, sent, entries, issued)
        before = old.suppliers.get(group.id)
        if not everything and before and before[0] == digest and store.has_summary(group.id):
            suppliers[group.id] = before
        else:
            made = summarise(group, _sources_of(store, group, entries, issued), sent)
            store.write_summary(group.id, made.summary)
            suppliers[group.id] = (digest, made.row)
    store.remove_other_summaries(suppliers)
    _write_index(store, reader_id, Index(entries=entries, suppliers=suppliers))
    return tuple(row for _, row in suppliers.values())


def _owned(fact: GroupingFact, issued: IssuedForms) -> GroupingFact:
    """Give a fact the supplier its form was issued to, where the form itself lost it."""
    owner = issued.supplier_of.get(fact.form_id) if fact.form_id else None
    if owner is None or fact.supplier_id is not None:
        return fact
    company = fact.company or issued.company_of.get(fact.form_id or "")
    return replace(fact, supplier_id=owner, company=company)


def _as_issued(form: ReturnedForm, issued: IssuedForms) -> ReturnedForm:
    """Give a form the company and service it was sent with, where it came back as a picture.

    They are printed on it, and no handwriting is guessed at. Where fields came back, an empty one
    was emptied.
    """
    if form.method is not Method.MARKS:
        return form
    form_id, said = form.identity.form_id or "", form.attestation
    company = said.company or issued.company_of.get(form_id)
    service = said.service or issued.service_of.get(form_id)
    return replace(form, attestation=replace(said, company=company, service=service))


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


def _sources_of(
    store: Store, group: SupplierGroup, entries: dict[str, Entry], issued: IssuedForms
) -> tuple[ImportedForm, ...]:
    """Give the group's forms, in the order of its facts; all that is held of one supplier."""
    sources: dict[tuple[object, ...], ImportedForm] = {}
    for sha256 in {fact.sha256: None for fact in group.facts}:
        reading, record = store.reading(sha256), entries[sha256].record
        for one in reading.returned if reading else ():
            if isinstance(one, ReturnedForm):
                # Two imports at once may have read the file under two names.
                name = record.name if one.part is None else name_inside(record.name, one.part.name)
                form = replace(_as_issued(one, issued), file=name)
                sources[_place(fact_of(one))] = ImportedForm(form=form, imported_at=record.imported)
    return tuple(sources[_place(fact)] for fact in group.facts if _place(fact) in sources)


def _place(fact: GroupingFact) -> tuple[object, ...]:
    """Tell one form from all others in the store, whoever it is taken to be from."""
    return (fact.sha256, fact.part, fact.pages, fact.questionnaire_id, fact.form_id)


def _digest_of(
    reader_id: str,
    group: SupplierGroup,
    sent: tuple[str, ...],
    entries: dict[str, Entry],
    issued: IssuedForms,
) -> str:
    """Give what changes whenever the group's summary may."""
    sources = sorted({fact.sha256 for fact in group.facts})
    facts = (
        reader_id,
        group,
        sent,
        [issued.service_of.get(fact.form_id or "") for fact in group.facts],
        [(entries[sha].record, entries[sha].reading) for sha in sources],
    )
    return hashlib.sha256(repr(facts).encode(errors="surrogatepass")).hexdigest()


def load_index(store: Store, reader_id: str) -> Index:
    """Give the index; an empty one where it is missing, broken, or another reader's."""
    empty = Index(entries={}, suppliers={})
    untrusted = store.load_index()
    if not isinstance(untrusted, dict) or untrusted.get("reader") != reader_id:
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
            "reader": reader_id,
            "originals": {sha256: asdict(entry) for sha256, entry in index.entries.items()},
            "suppliers": {
                supplier_id: {"made_from": digest, "row": row}
                for supplier_id, (digest, row) in index.suppliers.items()
            },
        }
    )
