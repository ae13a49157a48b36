"""Decide which returned forms come from one supplier, and under what name each supplier is filed.

Works on a few facts per form, so that the readings of thousands of returns need not be held at
once. What a name is and when two look alike is `formparse.company`; what the forms say is
`formparse.assess`.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from formparse.cleaning import is_device_name, unaccent
from formparse.company import CompanyName, fold_company, look_alike
from formparse.returned import Finding, ReturnedForm, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_ID_LENGTH = 64
"""Leaves room for `.json` and the folders above within what Windows allows."""

_LISTED_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HASH_LENGTH = 8
_NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupingFact:
    """What grouping needs to know of one returned form."""

    sha256: str
    pages: tuple[int, ...]
    questionnaire_id: str
    supplier_id: str | None
    company: str | None
    """As written on the form."""
    form_id: str | None
    form_pages: tuple[int, ...] = ()
    """As in `ReturnedForm`."""
    issued_to: str | None = None
    """Supplier id in the register of forms sent, where it is another one than `supplier_id`."""
    part: str | None = None
    """Name of the file inside the given one, where the form stands in one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierGroup:
    """The forms of one supplier."""

    id: str
    """Safe as a file name; unique among the groups, whatever the case."""
    supplier_id: str | None
    """As the forms carry it; None where the supplier is known by its name, or not at all."""
    name: str | None
    """The name most often written; None where none was."""
    names_seen: tuple[str, ...]
    """All names written, sorted."""
    facts: tuple[GroupingFact, ...]
    """Sorted by file and pages."""
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Draft:
    """A group while facts are still being added to it."""

    supplier_id: str | None
    key: str
    """What makes it another group than the others; never shown."""
    wish: str
    """The id it gets unless another group has it."""
    facts: list[GroupingFact]
    findings: list[Finding]

    def names(self) -> tuple[CompanyName, ...]:
        folded = {fold_company(fact.company) for fact in self.facts}
        return tuple(sorted((name for name in folded if name), key=lambda name: name.words))


def fact_of(form: ReturnedForm) -> GroupingFact:
    """Give what grouping needs to know of `form`."""
    return GroupingFact(
        sha256=form.sha256,
        pages=form.pages,
        questionnaire_id=form.identity.questionnaire_id,
        supplier_id=form.identity.supplier_id,
        company=form.attestation.company,
        form_id=form.identity.form_id,
        form_pages=form.form_pages,
        part=None if form.part is None else form.part.name,
    )


def group_by_supplier(
    facts: Iterable[GroupingFact], *, listed_ids: Sequence[str] = ()
) -> tuple[SupplierGroup, ...]:
    """Give the groups, sorted by id: the same for the same facts in any order.

    A supplier id decides. Without one the company's name does, and a form without either stands
    alone. Names that merely look alike are reported, never merged. `listed_ids` are further
    suppliers' ids that no other group may take.
    """
    ordered = sorted(set(facts), key=_order)
    drafts = _drafts_by_id(ordered)
    by_name, nameless = _drafts_by_name(ordered, drafts)
    drafts += by_name
    drafts += _drafts_of_nameless(nameless, drafts)
    _flag_several_names(drafts)
    _flag_look_alikes(drafts)
    ids = _distinct_ids(drafts, listed_ids)
    groups = [_finish(draft, group_id) for draft, group_id in zip(drafts, ids, strict=True)]
    return tuple(sorted(groups, key=lambda group: group.id))


def _order(fact: GroupingFact) -> tuple[str, tuple[int, ...], str, str]:
    return fact.sha256, fact.pages, fact.questionnaire_id, repr(fact)


def _drafts_by_id(facts: Sequence[GroupingFact]) -> list[_Draft]:
    members: defaultdict[str, list[GroupingFact]] = defaultdict(list)
    for fact in facts:
        if fact.supplier_id is not None:
            members[fact.supplier_id].append(fact)
    return [
        _Draft(
            supplier_id=supplier_id,
            key=f"id:{supplier_id}",
            wish=supplier_id if _is_safe(supplier_id) else _with_hash(supplier_id, supplier_id),
            facts=its,
            findings=[_of_another(fact) for fact in its if fact.issued_to is not None],
        )
        for supplier_id, its in sorted(members.items())
    ]


def _drafts_by_name(
    facts: Sequence[GroupingFact], by_id: Sequence[_Draft]
) -> tuple[list[_Draft], list[GroupingFact]]:
    """Give groups of forms that have a name and no id, and the forms that have neither.

    Forms whose name one supplier with an id bears, and only one, join that supplier at once.
    """
    bearers: defaultdict[str, list[_Draft]] = defaultdict(list)
    for draft in by_id:
        for key in sorted({name.key for name in draft.names()}):
            bearers[key].append(draft)
    members: defaultdict[str, list[GroupingFact]] = defaultdict(list)
    nameless = []
    for fact in facts:
        name = fold_company(fact.company)
        if fact.supplier_id is None and name is None:
            nameless.append(fact)
        elif fact.supplier_id is None and name is not None:
            members[name.key].append(fact)
    drafts = []
    for key, its in sorted(members.items()):
        if len(bearers[key]) == 1:
            bearers[key][0].facts += its
            bearers[key][0].findings.append(_joined_by_name(its))
        else:
            drafts.append(_named_draft(key, its, bearers[key]))
    return drafts, nameless


def _named_draft(key: str, facts: list[GroupingFact], bearers: Sequence[_Draft]) -> _Draft:
    draft = _Draft(supplier_id=None, key=f"name:{key}", wish="", facts=facts, findings=[])
    # « Nuage Rose » reads better in a file name than « NuageRose »; the key is the same.
    spelling = max(draft.names(), key=lambda name: (len(name.words), name.words))
    draft.wish = _slug_of(spelling)
    if bearers:
        draft.findings.append(_several_bearers(facts, bearers))
    return draft


def _drafts_of_nameless(facts: Sequence[GroupingFact], known: Sequence[_Draft]) -> list[_Draft]:
    """Give the groups of forms without id and name; a part of a form joins its other parts.

    Copies of a blank form share one form id, so the id alone says nothing about who sent it:
    only different pages of it belong together, and only where there is no choice.
    """
    owners: defaultdict[str, list[_Draft]] = defaultdict(list)
    for draft in known:
        for form_id in sorted({fact.form_id for fact in draft.facts if fact.form_id}):
            owners[form_id].append(draft)
    members: defaultdict[str, list[GroupingFact]] = defaultdict(list)
    for fact in facts:
        members[f"form:{fact.form_id}" if fact.form_id else f"file:{fact.sha256}"].append(fact)
    drafts: dict[str, _Draft] = {}
    for key, its in sorted(members.items()):
        candidates = [] if its[0].form_id is None else owners[its[0].form_id]
        completes = len(candidates) == 1 and _are_parts(
            its, [fact for fact in candidates[0].facts if fact.form_id == its[0].form_id]
        )
        if completes:
            candidates[0].facts += its
            candidates[0].findings.append(_joined_by_form(its))
        elif its[0].form_id is None or len(its) == 1 or _are_parts(its, []):
            _add_nameless(drafts, key, its)
        else:
            for fact in its:
                _add_nameless(drafts, f"file:{fact.sha256}", [fact])
    return [draft for _, draft in sorted(drafts.items())]


def _add_nameless(drafts: dict[str, _Draft], key: str, facts: list[GroupingFact]) -> None:
    if key in drafts:
        drafts[key].facts += facts
        return
    drafts[key] = _Draft(
        supplier_id=None,
        key=key,
        wish=f"sans-nom-{_hash(key)}",
        facts=list(facts),
        findings=[
            Finding(
                code="supplier-unknown",
                severity=Severity.WARNING,
                message="Ni identifiant ni raison sociale sur ce formulaire\u00a0: on ne sait pas "
                "quel fournisseur l'a renvoyé.",
            )
        ],
    )


def _are_parts(facts: Sequence[GroupingFact], others: Sequence[GroupingFact]) -> bool:
    """Say whether all these are known to be different pages of one form."""
    pages = [set(fact.form_pages) for fact in (*facts, *others)]
    return all(pages) and sum(map(len, pages)) == len(set().union(*pages))


def _flag_several_names(drafts: Sequence[_Draft]) -> None:
    """Report a supplier whose forms bear several names: one may have been passed on to another."""
    for draft in drafts:
        names: dict[str, str] = {}
        for fact in draft.facts:
            name = fold_company(fact.company)
            if name is not None and fact.company is not None:
                written = fact.company.strip()
                names[name.key] = min(names.get(name.key, written), written)
        if len(names) > 1:
            draft.findings.append(_several_names(sorted(names.values())))


def _flag_look_alikes(drafts: Sequence[_Draft]) -> None:
    """Report similar names, except between two suppliers whom the practice itself tells apart."""
    by_key = {draft.key: draft for draft in drafts}
    settled = {draft.key for draft in drafts if draft.supplier_id is not None}
    names = {draft.key: draft.names() for draft in drafts}
    for key, others in look_alike(names, settled).items():
        by_key[key].findings.append(_similar_names(by_key[key], [by_key[one] for one in others]))


def _distinct_ids(drafts: Sequence[_Draft], listed_ids: Sequence[str]) -> list[str]:
    """Give each group an id that no other has, in whatever case, nor any other listed supplier.

    Suppliers with an id come first in `drafts` and so keep theirs.
    """
    taken: set[str] = set()
    own = {draft.supplier_id for draft in drafts}
    taken.update(listed.casefold() for listed in listed_ids if listed not in own)
    ids = []
    for draft in drafts:
        chosen, length = draft.wish, _HASH_LENGTH
        while chosen.casefold() in taken:
            chosen = _with_hash(draft.wish, draft.key, length)
            length += 1
        taken.add(chosen.casefold())
        ids.append(chosen)
    return ids


def _finish(draft: _Draft, group_id: str) -> SupplierGroup:
    written = Counter(fact.company.strip() for fact in draft.facts if fact.company)
    del written[""]
    by_use = sorted(written, key=lambda name: (-written[name], name))
    return SupplierGroup(
        id=group_id,
        supplier_id=draft.supplier_id,
        name=by_use[0] if by_use else None,
        names_seen=tuple(sorted(written)),
        facts=tuple(sorted(draft.facts, key=_order)),
        findings=tuple(draft.findings),
    )


def _is_safe(supplier_id: str) -> bool:
    """Say whether an id, which came back in a file from outside, may name a file as it stands."""
    return (
        _LISTED_ID.fullmatch(supplier_id) is not None
        and not supplier_id.endswith(".")
        and not is_device_name(supplier_id)
    )


def _slug_of(name: CompanyName) -> str:
    """Give the name as an id; with a hash where letters had to be left out or cut off.

    So two names never share one: without a hash the id is the name's key, hyphens aside.
    """
    slug = "-".join(name.words)
    if (
        re.fullmatch(r"[a-z0-9-]+", slug)
        and len(slug) <= MAX_ID_LENGTH
        and not is_device_name(slug)
    ):
        return slug
    return _with_hash(slug, name.key)


def _with_hash(text: str, key: str, length: int = _HASH_LENGTH) -> str:
    known = unaccent(text[:1000]).casefold()
    slug = re.sub(r"[^a-z0-9]+", "-", known).strip("-") or "fournisseur"
    return f"{slug[: MAX_ID_LENGTH - length - 1].rstrip('-')}-{_hash(key, length)}"


def _hash(text: str, length: int = _HASH_LENGTH) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def _joined_by_name(facts: Sequence[GroupingFact]) -> Finding:
    return Finding(
        code="joined-by-name",
        severity=Severity.INFO,
        message=f"{_forms(facts)} sans identifiant de fournisseur\u00a0: attribué d'après la "
        f"raison sociale «\u00a0{_written(facts)}\u00a0».",
    )


def _joined_by_form(facts: Sequence[GroupingFact]) -> Finding:
    return Finding(
        code="joined-by-form-id",
        severity=Severity.INFO,
        message=f"{_forms(facts)} sans raison sociale\u00a0: attribué d'après l'identifiant du "
        f"formulaire, {facts[0].form_id}, dont il complète les pages.",
    )


def _several_bearers(facts: Sequence[GroupingFact], bearers: Sequence[_Draft]) -> Finding:
    ids = _enumerate([str(draft.supplier_id) for draft in bearers])
    return Finding(
        code="name-of-several-suppliers",
        severity=Severity.WARNING,
        message=f"«\u00a0{_written(facts)}\u00a0» est le nom de plusieurs fournisseurs ({ids})"
        "\u00a0: ces réponses sans identifiant n'ont été attribuées à aucun d'eux.",
    )


def _of_another(fact: GroupingFact) -> Finding:
    return Finding(
        code="issued-to-another",
        severity=Severity.ERROR,
        message=f"Le formulaire {fact.form_id} ({fact.questionnaire_id}) a été établi pour le "
        f"fournisseur «\u00a0{fact.issued_to}\u00a0» et revient sous l'identifiant "
        f"«\u00a0{fact.supplier_id}\u00a0»\u00a0: vérifiez de qui il vient.",
    )


def _several_names(names: Sequence[str]) -> Finding:
    shown = _enumerate([f"«\u00a0{name}\u00a0»" for name in names])
    return Finding(
        code="several-names",
        severity=Severity.WARNING,
        message=f"Les formulaires de ce fournisseur portent plusieurs raisons sociales ({shown})"
        "\u00a0: vérifiez qu'ils viennent bien de lui.",
    )


def _similar_names(draft: _Draft, alike: Sequence[_Draft]) -> Finding:
    names = _enumerate(sorted({f"«\u00a0{_written(other.facts)}\u00a0»" for other in alike}))
    return Finding(
        code="similar-name",
        severity=Severity.WARNING,
        message=f"Le nom «\u00a0{_written(draft.facts)}\u00a0» ressemble à {names}\u00a0: "
        "s'il s'agit du même fournisseur, ses réponses sont réparties entre plusieurs synthèses.",
    )


def _forms(facts: Sequence[GroupingFact]) -> str:
    questionnaires = sorted({fact.questionnaire_id for fact in facts})
    return f"Questionnaire {_enumerate(questionnaires)} reçu"


def _written(facts: Sequence[GroupingFact]) -> str:
    return min(fact.company.strip() for fact in facts if fact.company and fact.company.strip())


def _enumerate(words: Sequence[str]) -> str:
    shown = ", ".join(words[:_NAMES_SHOWN])
    left = len(words) - _NAMES_SHOWN
    return f"{shown} et {left} de plus" if left > 0 else shown
