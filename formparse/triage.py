"""Which pages of a file belong to which form, and which form that is.

A page of ours names its form in its page-piece dictionary. Where tools have dropped that, the names
of its fields tell the questionnaire, or the places of its boxes; where there are no fields, what is
printed on it. Reads no answers.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from formgen.issue import FORM_ID_ALPHABET, FORM_ID_LENGTH
from formgen.layout import LAYOUT_EDITION
from formparse.errors import RefusalCode, RefusedError, refused
from formparse.intake import Page, ReturnedPdf, annotations_of
from formparse.places import Places
from formparse.returned import Finding, FormIdentity, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from formgen.catalog import Catalog
    from formgen.editions import Editions
    from formparse.objects import Entries, Objects, Ref
    from formparse.printed import Sheets

_FORM_ID = re.compile(f"[{FORM_ID_ALPHABET}]{{{FORM_ID_LENGTH}}}")
_SUPPLIER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""As in supplier lists. It becomes part of file names, so nothing else may pass."""

_FIELD_NAME = re.compile(r"(?:.*\.)?([^.:]+-[^.:]+)(?::[A-Z]+)?")
"""The part of a field's or box's name that is ours; merging tools put their own in front."""

_MIN_PLACES = 3
"""Boxes in their places that tell a page whose names are lost: one or two may be chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """A page of the file that is a page of a form."""

    page: Page
    index: int | None
    """Which page of the form, from 0; None where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One form in a file."""

    identity: FormIdentity
    places: Places
    pages: tuple[FormPage, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedPart:
    """One form in a file that cannot be taken."""

    error: RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """What a page says of itself, checked for its form but not yet believed."""

    identity: FormIdentity
    is_lost: bool
    """It does not say; names and places told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClaimedPage:
    claim: _Claim
    source: Ref | None
    """The object that the page's claim stands in; copies of a form bring one each."""
    page: FormPage


def triage(pdf: ReturnedPdf, editions: Editions, sheets: Sheets) -> tuple[Part | RefusedPart, ...]:
    """Give the forms in the file, in the order of their first pages; empty if there is none."""
    claimed: list[_ClaimedPage] = []
    foreign: list[int] = []
    claims: dict[Ref, _Claim | None] = {}
    for page in pdf.pages:
        found = _claim_of(page, pdf.objects, claims)
        known = (found,) if found is not None else _unclaimed(page, pdf.objects, sheets, editions)
        claimed.extend(known)
        if not known:
            foreign.append(page.number)
    groups: dict[_Claim, list[_ClaimedPage]] = {}
    for found in claimed:
        groups.setdefault(found.claim, []).append(found)
    _rejoin(groups)
    notes = _foreign_pages(foreign)
    return tuple(
        _part(claim, pages, editions, notes)
        for claim, members in groups.items()
        for pages in _copies(members)
    )


def _rejoin(groups: dict[_Claim, list[_ClaimedPage]]) -> None:
    """Put pages that were known by their look alone to the form that they are missing from.

    Only where one form in the file can be it: the same questionnaire and layout, and without them.
    """
    for claim in [one for one in groups if one.is_lost and one.identity.form_id is None]:
        plain = replace(claim.identity, form_id=None, supplier_id=None)
        hosts = [
            other
            for other, members in groups.items()
            # A page code has no source in the file; forms that name themselves keep to that.
            if not other.is_lost
            and all(member.source is None for member in members)
            and replace(other.identity, form_id=None, supplier_id=None) == plain
        ]
        if len(hosts) != 1:
            continue
        present = {member.page.index for member in groups[hosts[0]]}
        pages = groups[claim]
        lost = [member.page.index for member in pages]
        if None not in lost and len(set(lost)) == len(lost) and not present & set(lost):
            groups[hosts[0]] += groups.pop(claim)


def _foreign_pages(numbers: Sequence[int]) -> tuple[Finding, ...]:
    if not numbers:
        return ()
    listed = ", ".join(map(str, numbers))
    message = f"Pages du fichier qui ne font partie d'aucun formulaire : {listed}."
    return (Finding(code="foreign-pages", severity=Severity.INFO, message=message),)


# --- What a page says of itself -----------------------------------------------------------------
def _claim_of(
    page: Page, objects: Objects, claims: dict[Ref, _Claim | None]
) -> _ClaimedPage | None:
    pieces = objects.entries(page.entries.get(b"PieceInfo"))
    ours = objects.entries(pieces.get(b"formgen")) if pieces else None
    private = objects.entries(ours.get(b"Private")) if ours else None
    if private is None:
        return None
    source = private.ref(b"Form")
    if source is None:
        claim = _read_claim(objects.entries(private.get(b"Form")))
    elif source in claims:
        claim = claims[source]
    else:
        claim = claims[source] = _read_claim(objects.entries(source))
    if claim is None:
        return None
    number = private.integer(b"Page")
    index = number - 1 if number is not None and number > 0 else None
    return _ClaimedPage(claim=claim, source=source, page=FormPage(page=page, index=index))


def _read_claim(untrusted: Entries | None) -> _Claim | None:
    """Give what the dictionary claims; None where it lacks what no form of ours lacks."""
    if untrusted is None:
        return None
    catalog_id, version = untrusted.text(b"Catalog"), untrusted.text(b"Version")
    edition, questionnaire_id = untrusted.integer(b"Edition"), untrusted.text(b"Questionnaire")
    if not catalog_id or not version or edition is None or not questionnaire_id:
        return None
    form_id, supplier_id = untrusted.text(b"FormId"), untrusted.text(b"Supplier")
    return _Claim(
        identity=FormIdentity(
            catalog_id=catalog_id,
            catalog_version=version,
            edition=edition,
            questionnaire_id=questionnaire_id,
            form_id=form_id if form_id and _FORM_ID.fullmatch(form_id) else None,
            supplier_id=supplier_id
            if supplier_id and _SUPPLIER_ID.fullmatch(supplier_id)
            else None,
        ),
        is_lost=False,
    )


def _unclaimed(
    page: Page, objects: Objects, sheets: Sheets, editions: Editions
) -> tuple[_ClaimedPage, ...]:
    """Give what a page is that no longer says so itself: by its fields, and by what is printed.

    The codes on it still say which of several forms of one kind it is from. Without that, pages of
    two suppliers' forms that were merged (MuPDF drops what pages say of themselves) could be mixed.
    """
    recognised = _recognise(page, objects, editions)
    printed = _by_print(page, sheets, editions)
    if recognised is None:
        return printed
    if len(printed) == 1 and not printed[0].claim.is_lost:
        by_fields, by_code = recognised.claim.identity, printed[0].claim.identity
        if by_fields.questionnaire_id == by_code.questionnaire_id:
            return printed
    return (recognised,)


# --- What is printed on it ----------------------------------------------------------------------
def _by_print(page: Page, sheets: Sheets, editions: Editions) -> tuple[_ClaimedPage, ...]:
    """Give what a page shows of itself, for programs that keep nothing but its look.

    Several pages of a form printed on one sheet are several pages here.
    """
    return tuple(
        _ClaimedPage(
            claim=_Claim(
                identity=FormIdentity(
                    catalog_id=printed.catalog_id,
                    catalog_version=printed.catalog_version,
                    edition=printed.edition,
                    questionnaire_id=printed.questionnaire_id,
                    form_id=printed.form_id,
                    supplier_id=None,
                ),
                is_lost=not printed.is_coded,
            ),
            source=None,
            page=FormPage(page=page, index=printed.index),
        )
        for printed in sheets.printed(page.number, editions)
    )


# --- What its fields say ------------------------------------------------------------------------
def _recognise(page: Page, objects: Objects, editions: Editions) -> _ClaimedPage | None:
    """Tell a page that no longer says what it is by its fields' names, else by their places."""
    widgets = list(widgets_of(page, objects))
    catalog = editions.default
    found = (
        _by_names(widgets, objects, catalog, editions) or _by_places(widgets, catalog, editions)
        if widgets
        else None
    )
    if found is None:
        return None
    questionnaire_id, edition, index = found
    claim = _Claim(
        identity=FormIdentity(
            catalog_id=catalog.id,
            catalog_version=catalog.version,
            edition=edition,
            questionnaire_id=questionnaire_id,
            form_id=None,
            supplier_id=None,
        ),
        is_lost=True,
    )
    return _ClaimedPage(claim=claim, source=None, page=FormPage(page=page, index=index))


def widgets_of(page: Page, objects: Objects) -> Iterator[Entries]:
    """Give the form fields that stand on a page."""
    for entries in annotations_of(page, objects):
        if entries.name(b"Subtype") == "Widget":
            yield entries


def _names_of(widget: Entries, objects: Objects) -> Iterator[str]:
    """Give what a widget is called: its own name, its field's, its field's parent's."""
    name = widget.text(b"NM")
    if name:
        yield name
    current: Entries | None = widget
    for _ in range(3):
        if current is None:
            return
        title = current.text(b"T")
        if title:
            yield title
        current = objects.entries(current.get(b"Parent"))


def _by_names(
    widgets: Iterable[Entries], objects: Objects, catalog: Catalog, editions: Editions
) -> tuple[str, int, int | None] | None:
    """Give questionnaire, edition and page index by the names of a page's fields."""
    known = {questionnaire.id for questionnaire in catalog.questionnaires}
    seen: Counter[str] = Counter()
    points: set[str] = set()
    for widget in widgets:
        for untrusted_name in _names_of(widget, objects):
            match = _FIELD_NAME.fullmatch(untrusted_name)
            questionnaire_id = match[1].rpartition("-")[0] if match else ""
            if match and questionnaire_id in known:
                seen[questionnaire_id] += 1
                points.add(match[1])
                break
    if not seen:
        return None
    questionnaire_id = seen.most_common(1)[0][0]
    for edition in range(LAYOUT_EDITION, 0, -1):
        layout = editions.layout(catalog, questionnaire_id, edition)
        if layout is not None:
            pages = Counter(box.page for box in layout.boxes if box.point_id in points)
            index = pages.most_common(1)[0][0] if pages else layout.signature_place.page
            return questionnaire_id, edition, index
    return None


def _by_places(
    widgets: Sequence[Entries], catalog: Catalog, editions: Editions
) -> tuple[str, int, int | None] | None:
    """Give questionnaire, edition and page index by the places of a page's boxes.

    All but every tenth of the widgets must stand where the layout has a field on that page.
    """
    best: tuple[int, tuple[str, int, int | None]] | None = None
    for questionnaire in catalog.questionnaires:
        for edition in range(LAYOUT_EDITION, 0, -1):
            layout = editions.layout(catalog, questionnaire.id, edition)
            if layout is None:
                continue
            places = Places(questionnaire, layout)
            for index in range(layout.page_count):
                hits = sum(
                    1
                    for widget in widgets
                    if places.box_at(index, widget) or places.text_at(index, widget)
                )
                if hits >= max(_MIN_PLACES, 0.9 * len(widgets)) and (
                    best is None or hits > best[0]
                ):
                    best = hits, (questionnaire.id, edition, index)
    return best[1] if best else None


# --- Pages to forms -----------------------------------------------------------------------------
def _copies(members: Sequence[_ClaimedPage]) -> tuple[tuple[FormPage, ...], ...]:
    """Part the pages of one identity into forms.

    Blank forms of one kind have the same id, so a merged file may hold several. Where each page of
    the form is there equally often, these are whole copies; where it is not, a page is there twice
    in one form.
    """
    counts = Counter(member.page.index for member in members)
    times = set(counts.values())
    if len(times) != 1 or times == {1}:
        return (tuple(member.page for member in members),)
    by_source: dict[Ref | None, list[_ClaimedPage]] = {}
    for member in members:
        by_source.setdefault(member.source, []).append(member)
    indexes = set(counts)
    if all(
        len(group) == len(indexes) and {member.page.index for member in group} == indexes
        for group in by_source.values()
    ):
        return tuple(tuple(member.page for member in group) for group in by_source.values())
    forms: list[list[FormPage]] = [[] for _ in range(times.pop())]
    met: Counter[int | None] = Counter()
    for member in members:
        forms[met[member.page.index]].append(member.page)
        met[member.page.index] += 1
    return tuple(map(tuple, forms))


_known_places: dict[tuple[str, str, str, int], Places] = {}
_MAX_KNOWN_PLACES = 64
"""Kept from one file to the next: making one walks a whole layout. Four questionnaires times a few
editions and versions fit; the key holds the catalog's digest, so that none is ever out of date."""


def _places(catalog: Catalog, questionnaire_id: str, edition: int, editions: Editions) -> Places:
    key = (catalog.digest, catalog.version, questionnaire_id, edition)
    known = _known_places.get(key)
    if known is not None:
        return known
    layout = editions.layout(catalog, questionnaire_id, edition)
    if layout is None:
        raise refused(RefusalCode.UNKNOWN_EDITION, found=str(edition), expected=str(LAYOUT_EDITION))
    if len(_known_places) >= _MAX_KNOWN_PLACES:
        _known_places.clear()
    places = Places(catalog.questionnaire(questionnaire_id), layout)
    _known_places[key] = places
    return places


def _catalog_of(identity: FormIdentity, editions: Editions) -> Catalog:
    """Give the catalog that a form was made from, or say why it is not known here."""
    catalog = editions.catalog(identity.catalog_id, identity.catalog_version)
    versions = editions.versions(identity.catalog_id)
    if catalog is None and not versions:
        raise refused(
            RefusalCode.UNKNOWN_CATALOG, found=identity.catalog_id, expected=editions.default.id
        )
    known = {questionnaire.id for questionnaire in catalog.questionnaires} if catalog else set()
    if catalog is None or identity.questionnaire_id not in known:
        raise refused(
            RefusalCode.UNKNOWN_VERSION,
            found=identity.catalog_version,
            expected=", ".join(versions),
        )
    return catalog


def _part(
    claim: _Claim,
    pages: tuple[FormPage, ...],
    editions: Editions,
    notes: tuple[Finding, ...],
) -> Part | RefusedPart:
    identity = claim.identity
    try:
        catalog = _catalog_of(identity, editions)
        places = _places(catalog, identity.questionnaire_id, identity.edition, editions)
    except RefusedError as error:
        return RefusedPart(error=error)
    return Part(
        identity=identity,
        places=places,
        pages=pages,
        findings=(*notes, *_identity_findings(claim), *_missing_pages(places, pages)),
    )


def _identity_findings(claim: _Claim) -> Iterator[Finding]:
    if claim.is_lost:
        yield Finding(
            code="identity-lost",
            severity=Severity.INFO,
            message=(
                "Le fichier ne dit plus quel formulaire il est ; le questionnaire a été reconnu à "
                "son contenu, la version du catalogue est supposée être la version courante."
            ),
        )


def _missing_pages(places: Places, pages: Sequence[FormPage]) -> Iterator[Finding]:
    present = {page.index for page in pages}
    missing = [index + 1 for index in range(places.layout.page_count) if index not in present]
    if missing and None not in present:
        yield Finding(
            code="pages-missing",
            severity=Severity.WARNING,
            message=(
                f"Il manque des pages du formulaire : {', '.join(map(str, missing))} sur "
                f"{places.layout.page_count}. Leurs points sont sans réponse ici."
            ),
        )
