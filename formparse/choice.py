"""Decide which of several returns of one questionnaire counts, once a form's parts are together.

The others stay named, with what they answered otherwise. What answers mean is `formparse.policy`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from formgen.catalog import Answer
from formparse.cleaning import unaccent
from formparse.company import fold_company
from formparse.policy import AttestationState, attestation_state
from formparse.returned import (
    Decided,
    Doubt,
    DoubtKind,
    Finding,
    FormIdentity,
    ReadAttestation,
    ReturnedForm,
    Severity,
    Signature,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_MAX_CLOCK_LEAD = dt.timedelta(days=1)
"""A supplier east of Greenwich may already write tomorrow's date."""


EARLIER_NON = "earlier-non"
"""Code of the finding that a return which does not count says NON where the other one does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedForm:
    """A returned form, and when it was imported."""

    form: ReturnedForm
    imported_at: str
    """UTC, ISO, to the second; sorts as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointReading:
    """What one return says about one point, and which of its files says so."""

    answer: Answer | None
    doubt: Doubt | None
    source: ReturnedForm | None
    """None where the point is not answered."""
    decided: Decided | None = None
    """Set where the answer is a person's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """One return of one questionnaire, whole: in one file or put together from several."""

    questionnaire_id: str
    parts: tuple[ImportedForm, ...]
    """In page order."""
    readings: Mapping[str, PointReading]
    """By point id."""
    attestation: ReadAttestation

    @property
    def state(self) -> AttestationState:
        """What its signature is worth."""
        return attestation_state(self.attestation.signature)

    @property
    def name(self) -> str:
        """Its files, for people."""
        return " + ".join(part.form.file for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The return of a questionnaire that counts, and those that no longer do."""

    counted: Return
    """With a doubt in place of each answer that a return contradicts which it does not surely
    replace."""
    superseded: tuple[Return, ...]
    """The best of them first."""
    findings: tuple[Finding, ...]


def choose_returns(forms: Sequence[ImportedForm]) -> dict[str, Choice]:
    """Give the choice for each questionnaire that came back, whatever the order of `forms`."""
    by_questionnaire: defaultdict[str, list[ImportedForm]] = defaultdict(list)
    for form in sorted(forms, key=_arrival):
        by_questionnaire[form.form.identity.questionnaire_id].append(form)
    return {one: _choose(by_questionnaire[one]) for one in sorted(by_questionnaire)}


def _arrival(imported: ImportedForm) -> tuple[str, str, tuple[int, ...], str]:
    form = imported.form
    inside = form.part.name if form.part is not None else ""
    return imported.imported_at, form.sha256, form.pages, inside


def _choose(forms: list[ImportedForm]) -> Choice:
    """Let the newest attested return count; if none is attested, the newest.

    A return that lacks pages which another one has does not replace it: a signed last page sent
    after the rest would otherwise wipe all answers out.
    """
    returns = [_put_together(parts) for parts in _bundle(forms)]
    most_pages: defaultdict[tuple[str, int], int] = defaultdict(int)
    for one in returns:
        most_pages[_layout(one)] = max(most_pages[_layout(one)], len(_form_pages(one)))

    def rank(one: Return) -> tuple[bool, bool, str, tuple[str, str, tuple[int, ...], str]]:
        whole = not _form_pages(one) or len(_form_pages(one)) == most_pages[_layout(one)]
        attested = one.state is not AttestationState.UNSIGNED
        return whole, attested, _attested_on(one), max(map(_arrival, one.parts))

    counted, *superseded = sorted(returns, key=rank, reverse=True)
    return Choice(
        counted=_contested(counted, superseded),
        superseded=tuple(superseded),
        findings=(
            *_joined_parts(counted),
            *_implausible_date(counted),
            *(finding for one in superseded for finding in _replaced(counted, one)),
        ),
    )


def _bundle(forms: list[ImportedForm]) -> list[list[ImportedForm]]:
    """Give the forms with the parts of one form together: one form id, different pages of it."""
    bundles: defaultdict[FormIdentity, list[list[ImportedForm]]] = defaultdict(list)
    for form in forms:
        of_form = bundles[form.form.identity]
        home = next((bundle for bundle in of_form if _completes(form.form, bundle)), None)
        if home is None:
            of_form.append([form])
        else:
            home.append(form)
    return [bundle for of_form in bundles.values() for bundle in of_form]


def _completes(form: ReturnedForm, bundle: list[ImportedForm]) -> bool:
    """Say whether each of the two has pages that the other lacks.

    A page may be in both (sent twice, or put right): where these disagree, the point is doubtful.
    """
    if form.identity.form_id is None or not all(
        one.form_pages for one in (form, *(part.form for part in bundle))
    ):
        return False
    mine = set(form.form_pages)
    theirs = {page for part in bundle for page in part.form.form_pages}
    return not mine <= theirs and not theirs <= mine


def _put_together(bundle: list[ImportedForm]) -> Return:
    parts = sorted(bundle, key=lambda part: part.form.form_pages)
    readings: defaultdict[str, list[PointReading]] = defaultdict(list)
    for part in parts:
        for read in part.form.answers:
            silent = read.answer is None and read.doubt is None
            readings[read.point_id].append(
                PointReading(
                    answer=read.answer,
                    doubt=read.doubt,
                    source=None if silent else part.form,
                    decided=read.decided,
                )
            )
    return Return(
        questionnaire_id=parts[0].form.identity.questionnaire_id,
        parts=tuple(parts),
        readings={point_id: _agree(its) for point_id, its in readings.items()},
        attestation=_join_attestations([part.form.attestation for part in parts]),
    )


def _agree(readings: list[PointReading]) -> PointReading:
    """Give the one reading that several parts share; a doubt where they do not agree."""
    telling = [reading for reading in readings if reading.source is not None]
    if not telling:
        return readings[0]
    doubtful = next((reading for reading in telling if reading.doubt is not None), None)
    answers = sorted({reading.answer for reading in telling if reading.answer is not None})
    if doubtful is not None:
        return doubtful
    if len(answers) == 1:
        return telling[0]
    reason = "Les parties de ce formulaire, reçues dans plusieurs fichiers, répondent différemment."
    doubt = Doubt(kind=DoubtKind.CONFLICT, reason=reason, seen=tuple(answers))
    return PointReading(answer=None, doubt=doubt, source=telling[0].source)


def _join_attestations(blocks: list[ReadAttestation]) -> ReadAttestation:
    """Give one block: each field from the first page that has it."""

    def first(name: str) -> str | None:
        values = (getattr(block, name) for block in blocks)
        return next((value for value in values if value is not None), None)

    beside = ("signature", "decided")
    texts = [one.name for one in fields(ReadAttestation) if one.name not in beside]
    return ReadAttestation(
        **{name: first(name) for name in texts},
        signature=_join_signatures(blocks),
        decided=tuple(
            (part, decided)
            for block in blocks
            for part, decided in block.decided
            if getattr(block, part) == first(part)
        ),
    )


def _join_signatures(blocks: list[ReadAttestation]) -> Signature:
    """Give the signature found; of several the one that is worth least."""
    found = [block.signature for block in blocks]
    order = (
        AttestationState.UNSIGNED,
        AttestationState.DIGITAL,
        AttestationState.DRAWN,
        AttestationState.INVALID,
    )
    return max(found, key=lambda signature: order.index(attestation_state(signature)))


def _layout(one: Return) -> tuple[str, int]:
    """Give what makes page counts comparable."""
    identity = one.parts[0].form.identity
    return identity.catalog_version, identity.edition


def _form_pages(one: Return) -> frozenset[int]:
    return frozenset(page for part in one.parts for page in part.form.form_pages)


def _attested_on(one: Return) -> str:
    """Give the ISO day on which it was attested; empty if that is not known.

    A day after the import is a slip of the pen, and would make this return the newest for ever.
    """
    written = _as_date(one.attestation.date) or _as_date(one.attestation.signature.signed_at)
    return "" if written is None or written > _last_plausible(one) else written.isoformat()


def _last_plausible(one: Return) -> dt.date:
    imported = _as_date(max(part.imported_at for part in one.parts))
    return dt.date.max if imported is None else imported + _MAX_CLOCK_LEAD


def _as_date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _contested(counted: Return, others: Sequence[Return]) -> Return:
    """Give the return that counts, doubtful where another one that it may not replace disagrees.

    A NON stays a NON whatever the others say: nobody is asked less because two files differ.
    """
    readings = dict(counted.readings)
    for other in others:
        why = _why_not_replaced(counted, other)
        if why is None:
            continue
        for point_id, reading in other.readings.items():
            mine = counted.readings.get(point_id)
            if _disagree(mine, reading) and readings.get(point_id) == mine:
                readings[point_id] = _contest(counted, other, point_id, why)
    return replace(counted, readings=readings)


def _why_not_replaced(counted: Return, other: Return) -> str | None:
    """Say why `counted` may not stand for `other` as well; None if it surely does.

    A later return corrects an earlier one only if both speak of one service. The days they were
    attested on tell which is later, and where these do not, the imports do.
    """
    if _differ(_folded_name(counted), _folded_name(other)):
        return "ces retours portent deux raisons sociales"
    if _differ(_folded_service(counted), _folded_service(other)):
        return "ces retours portent sur des services différents"
    days = _attested_on(counted), _attested_on(other)
    if all(days) and days[0] != days[1]:
        return None if days[0] > days[1] else "le second est plus récent"
    arrivals = tuple(max(part.imported_at for part in one.parts) for one in (counted, other))
    return None if arrivals[0] > arrivals[1] else "rien ne dit que le premier remplace le second"


def _differ(one: str, other: str) -> bool:
    return bool(one and other) and one != other


def _folded_name(one: Return) -> str:
    name = fold_company(one.attestation.company)
    return "" if name is None else name.key


def _folded_service(one: Return) -> str:
    written = unaccent(one.attestation.service or "").casefold()
    return "".join(filter(str.isalnum, written))


def _disagree(mine: PointReading | None, other: PointReading) -> bool:
    """Say whether what counts for a point is put in doubt by another reading of it.

    Where nothing was answered there is nothing to contradict, but a NON must not be passed over.
    """
    said = {other.answer.value} if other.answer else set(other.doubt.seen if other.doubt else ())
    if mine is None or mine.source is None:
        return Answer.NON in said
    if mine.answer is None or mine.answer is Answer.NON:
        return False
    return bool((said & set(Answer)) - {mine.answer.value})


def _contest(counted: Return, other: Return, point_id: str, why: str) -> PointReading:
    mine, theirs = counted.readings.get(point_id), other.readings[point_id]
    seen = {reading.answer.value for reading in (mine, theirs) if reading and reading.answer}
    if theirs.doubt is not None:
        seen |= set(theirs.doubt.seen)
    order = tuple(Answer)
    doubt = Doubt(
        kind=DoubtKind.CONFLICT,
        reason=f"Deux retours répondent différemment\u00a0: «\u00a0{counted.name}\u00a0» "
        f"({_said(counted, point_id)}), «\u00a0{other.name}\u00a0» ({_said(other, point_id)})"
        f"\u00a0; {why}.",
        seen=tuple(answer.value for answer in order if answer.value in seen),
    )
    source = mine.source if mine and mine.source else theirs.source
    return PointReading(answer=None, doubt=doubt, source=source)


def _joined_parts(counted: Return) -> tuple[Finding, ...]:
    if len(counted.parts) == 1:
        return ()
    joined = Finding(
        code="parts-joined",
        severity=Severity.INFO,
        message=f"Formulaire reçu en {len(counted.parts)} fichiers, réunis\u00a0: {counted.name}.",
    )
    page_count = counted.parts[0].form.page_count or 0
    missing = sorted(set(range(1, page_count + 1)) - _form_pages(counted))
    if not missing:
        return (joined,)
    return (
        joined,
        Finding(
            code="pages-missing",
            severity=Severity.WARNING,
            message=f"Il manque des pages du formulaire, tous fichiers réunis\u00a0: "
            f"{', '.join(map(str, missing))} sur {page_count}. Leurs points sont sans réponse.",
        ),
    )


def _implausible_date(counted: Return) -> tuple[Finding, ...]:
    written = _as_date(counted.attestation.date)
    if written is None or written <= _last_plausible(counted):
        return ()
    return (
        Finding(
            code="date-after-import",
            severity=Severity.WARNING,
            message=f"L'attestation de «\u00a0{counted.name}\u00a0» est datée du "
            f"{written:%d/%m/%Y}, après son import\u00a0: cette date n'est pas prise en compte.",
        ),
    )


def _replaced(counted: Return, other: Return) -> tuple[Finding, ...]:
    """Name a return that does not count, and the points it answered otherwise."""
    kept = Finding(
        code="superseded",
        severity=Severity.INFO,
        message=f"Plusieurs retours\u00a0: «\u00a0{counted.name}\u00a0» compte, "
        f"«\u00a0{other.name}\u00a0» est conservé sans être compté.",
    )
    changed = [
        f"{point_id} ({_said(other, point_id)} \u2192 {_said(counted, point_id)})"
        for point_id in sorted({*counted.readings, *other.readings})
        if _said(counted, point_id) != _said(other, point_id)
    ]
    if not changed:
        return (kept,)
    return (
        kept,
        *_earlier_non(counted, other),
        Finding(
            code="answers-changed-between-returns",
            severity=Severity.WARNING,
            message=f"De «\u00a0{other.name}\u00a0» (non compté) à «\u00a0{counted.name}\u00a0» "
            f"(compté), des réponses diffèrent\u00a0: {', '.join(changed)}.",
        ),
    )


def _earlier_non(counted: Return, other: Return) -> Iterator[Finding]:
    """Report each NON that the return which counts no longer says."""
    for point_id, reading in sorted(other.readings.items()):
        if reading.answer is Answer.NON and _said(counted, point_id) != Answer.NON:
            yield Finding(
                code=EARLIER_NON,
                severity=Severity.WARNING,
                message=f"«\u00a0{other.name}\u00a0», qui ne compte pas, répond NON au point "
                f"{point_id}\u00a0; «\u00a0{counted.name}\u00a0», qui compte\u00a0: "
                f"{_said(counted, point_id)}. Vérifiez ce qui a changé.",
                point=point_id,
            )


def _said(one: Return, point_id: str) -> str:
    reading = one.readings.get(point_id)
    if reading is None or reading.source is None:
        return "sans réponse"
    return "douteux" if reading.answer is None else reading.answer.value
