"""What people decided about doubtful answers and texts, and the forms as they stand after that.

A decision settles a doubt and nothing else: an answer that was read without doubt is never touched,
so no NON can disappear. Pure; where decisions are kept, and the JSON, is for others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from formgen.catalog import Answer
from formgen.naming import TextPart
from formparse.dates import parse_date
from formparse.returned import (
    TEXT_LABEL,
    TEXT_NOT_READ,
    Decided,
    Doubt,
    DoubtKind,
    Finding,
    PointAnswer,
    ReadAttestation,
    Returned,
    ReturnedForm,
    Severity,
)

DECIDED = "decided-by-person"
"""Code of the finding that names a decision."""

NOT_APPLIED = "decision-not-applied"
"""Code of the finding that names a decision for which there is no doubt any more."""

TEXT_DOUBTS = {
    TEXT_NOT_READ: DoubtKind.UNCLEAR,
    "text-to-check": DoubtKind.UNCLEAR,
    "date-not-read": DoubtKind.UNCLEAR,
    "text-conflict": DoubtKind.CONFLICT,
}
"""Findings that make a text of the attestation doubtful."""


MAX_CLOCK_LEAD = dt.timedelta(days=1)
"""How far in the future a decision may be dated: the latest one counts, and one dated next year
would count for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormKey:
    """Which form a decision belongs to, by what stays the same however the file is called or read.

    The same bytes sent again are the same return.
    """

    sha256: str
    """Of the returned file."""
    part: str | None
    """SHA-256 of the file inside it that the form stands in, where it does."""
    page: int | None
    """First page of the form in the file, from 1; None in a file without pages."""
    questionnaire_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PointDecision:
    """What somebody saw as the answer to a point."""

    form: FormKey
    point_id: str
    answer: Answer | None
    """None: it is doubtful after all."""
    by: str
    at: str
    """UTC, ISO, to the second; sorts as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDecision:
    """What somebody read in a text field."""

    form: FormKey
    part: TextPart
    text: str | None
    """None: it is doubtful after all."""
    by: str
    at: str
    """UTC, ISO, to the second; sorts as it stands."""


Decision = PointDecision | TextDecision


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDecision:
    """A decision that was taken, and the doubt that was there then."""

    decision: Decision
    doubt: Doubt
    kept_at: str
    """UTC, ISO, to the second."""


class DecisionFault(StrEnum):
    """Why a decision is not taken."""

    UNKNOWN_RETURN = "unknown-return"
    """No return with that content was imported."""
    UNKNOWN_FORM = "unknown-form"
    """The return has no such form, or several that it could be."""
    UNKNOWN_POINT = "unknown-point"
    NOT_OFFERED = "not-offered"
    """An answer that the questionnaire does not allow."""
    NOT_DOUBTFUL = "not-doubtful"
    NOT_A_DATE = "not-a-date"
    IN_THE_FUTURE = "in-the-future"


# --- Which form, which doubt --------------------------------------------------------------------
def key_of(form: ReturnedForm) -> FormKey:
    """Give what decisions about a form are kept under."""
    return FormKey(
        sha256=form.sha256,
        part=None if form.part is None else form.part.sha256,
        page=form.pages[0] if form.pages else None,
        questionnaire_id=form.identity.questionnaire_id,
    )


def forms_meant(key: FormKey, returned: Iterable[Returned]) -> tuple[ReturnedForm, ...]:
    """Give the forms of a file that a key means: one, or copies of one inner file, or none.

    A later version of the software may find a page before what was the form's first: then the one
    form that has the page is meant, and where two have it, none.
    """
    same = [
        one
        for one in returned
        if isinstance(one, ReturnedForm) and replace(key_of(one), page=key.page) == key
    ]
    begin = tuple(one for one in same if key_of(one).page == key.page)
    if begin:
        return begin
    holding = tuple(one for one in same if key.page in one.pages)
    return holding if len({one.pages for one in holding}) == 1 else ()


def doubt_about(form: ReturnedForm, subject: str | TextPart) -> Doubt | None:
    """Give the doubt about a point, by its id, or about a text; None where there is none."""
    if isinstance(subject, TextPart):
        return _text_doubt(form, subject)
    return next((one.doubt for one in form.answers if one.point_id == subject), None)


def _text_doubt(form: ReturnedForm, part: TextPart) -> Doubt | None:
    findings = [one for one in form.findings if one.field is part and one.code in TEXT_DOUBTS]
    if not findings:
        return None
    read = read_text(form.attestation, part)
    return Doubt(
        kind=TEXT_DOUBTS[findings[0].code],
        reason=" ".join(one.message for one in findings),
        seen=() if read is None else (read,),
    )


def read_text(attestation: ReadAttestation, part: TextPart) -> str | None:
    """Give what was read in a text field, as written."""
    match part:
        case TextPart.COMPANY:
            return attestation.company
        case TextPart.SERVICE:
            return attestation.service
        case TextPart.SIGNATORY:
            return attestation.signatory
        case TextPart.DATE:
            return attestation.date_as_written
        case TextPart.PLACE:
            return attestation.place
        case TextPart.REMARKS:
            return attestation.remarks


def subject_of(decision: Decision) -> str | TextPart:
    """Give what a decision is about: a point id or a text field."""
    match decision:
        case PointDecision():
            return decision.point_id
        case TextDecision():
            return decision.part
        case _ as unknown:
            assert_never(unknown)


# --- May it be taken? ---------------------------------------------------------------------------
def judge(
    decision: Decision,
    returned: Sequence[Returned] | None,
    offered: Sequence[Answer],
    *,
    now: dt.datetime,
) -> Doubt | DecisionFault:
    """Give the doubt that a decision settles, or why it cannot be taken.

    `returned` is what was read in the file, None where no such file was imported; `offered` are the
    answers that its questionnaire allows.
    """
    if returned is None:
        return DecisionFault.UNKNOWN_RETURN
    forms = forms_meant(decision.form, returned)
    if not forms:
        return DecisionFault.UNKNOWN_FORM
    fault = _fault_of(decision, forms[0], offered)
    if fault is not None:
        return fault
    if dt.datetime.fromisoformat(decision.at) > now + MAX_CLOCK_LEAD:
        return DecisionFault.IN_THE_FUTURE
    return doubt_about(forms[0], subject_of(decision)) or DecisionFault.NOT_DOUBTFUL


def _fault_of(
    decision: Decision, form: ReturnedForm, offered: Sequence[Answer]
) -> DecisionFault | None:
    """Give what is wrong with the answer or text itself."""
    match decision:
        case PointDecision():
            if decision.point_id not in {one.point_id for one in form.answers}:
                return DecisionFault.UNKNOWN_POINT
            if decision.answer is not None and decision.answer not in offered:
                return DecisionFault.NOT_OFFERED
        case TextDecision():
            is_date = decision.part is TextPart.DATE and decision.text is not None
            if is_date and parse_date(decision.text or "") is None:
                return DecisionFault.NOT_A_DATE
        case _ as unknown:
            assert_never(unknown)
    return None


# --- The forms after the decisions --------------------------------------------------------------
def settle(returned: Sequence[Returned], decisions: Sequence[KeptDecision]) -> tuple[Returned, ...]:
    """Give what was read in a file with the doubts settled that people decided about.

    `decisions` are all that were taken for the file; of several about one thing the latest counts.
    """
    if not decisions:
        return tuple(returned)
    settled: list[Returned] = []
    for one in returned:
        if isinstance(one, ReturnedForm):
            own = [kept for kept in decisions if one in forms_meant(kept.decision.form, returned)]
            settled.append(_settle_form(one, latest(own)))
        else:
            settled.append(one)
    return tuple(settled)


def latest(decisions: Iterable[KeptDecision]) -> tuple[Decision, ...]:
    """Give the decision that counts on each subject of one form: the latest, and of several of one
    second the one taken last.
    """
    counting: dict[str | TextPart, Decision] = {}
    for kept in sorted(decisions, key=lambda kept: kept.decision.at):
        counting[subject_of(kept.decision)] = kept.decision
    return tuple(counting.values())


def _settle_form(form: ReturnedForm, decisions: Iterable[Decision]) -> ReturnedForm:
    for decision in decisions:
        doubt = doubt_about(form, subject_of(decision))
        match decision:
            case PointDecision():
                form = _settle_point(form, decision, doubt)
            case TextDecision():
                form = _settle_text(form, decision, doubt)
            case _ as unknown:
                assert_never(unknown)
    return form


def _settle_point(form: ReturnedForm, decision: PointDecision, doubt: Doubt | None) -> ReturnedForm:
    if decision.answer is None:
        return form
    if doubt is None:
        read = {one.point_id: one.answer for one in form.answers}.get(decision.point_id)
        said = "sans réponse" if read is None else read.value
        finding = _not_applied(decision, decision.answer.value, said, point=decision.point_id)
        return form if read is decision.answer else _with(form, finding)
    settled = PointAnswer(
        point_id=decision.point_id,
        answer=decision.answer,
        doubt=None,
        decided=Decided(by=decision.by, at=decision.at, doubt=doubt),
    )
    finding = _decided(decision, f"Réponse {decision.answer.value}", doubt, point=decision.point_id)
    answers = tuple(settled if one.point_id == settled.point_id else one for one in form.answers)
    return _with(replace(form, answers=answers), finding)


def _settle_text(form: ReturnedForm, decision: TextDecision, doubt: Doubt | None) -> ReturnedForm:
    part, text = decision.part, decision.text
    if text is None:
        return form
    if doubt is None:
        read = read_text(form.attestation, part)
        said = "rien" if read is None else f"«\u00a0{read}\u00a0»"
        finding = _not_applied(decision, f"«\u00a0{text}\u00a0»", said, field=part)
        return form if read == text else _with(form, finding)
    decided = Decided(by=decision.by, at=decision.at, doubt=doubt)
    told = f"«\u00a0{text}\u00a0» ({TEXT_LABEL[part]})"
    # The finding of the decision quotes what it settles.
    left = tuple(
        one for one in form.findings if one.field is not part or one.code not in TEXT_DOUBTS
    )
    attestation = _with_text(form.attestation, part, text)
    attestation = replace(attestation, decided=(*attestation.decided, (part, decided)))
    return _with(
        replace(form, attestation=attestation, findings=left),
        _decided(decision, told, doubt, field=part),
    )


def _with_text(attestation: ReadAttestation, part: TextPart, text: str) -> ReadAttestation:
    match part:
        case TextPart.COMPANY:
            return replace(attestation, company=text)
        case TextPart.SERVICE:
            return replace(attestation, service=text)
        case TextPart.SIGNATORY:
            return replace(attestation, signatory=text)
        case TextPart.DATE:
            date = parse_date(text)
            day = None if date is None else date.isoformat()
            return replace(attestation, date=day, date_as_written=text)
        case TextPart.PLACE:
            return replace(attestation, place=text)
        case TextPart.REMARKS:
            return replace(attestation, remarks=text)


def _with(form: ReturnedForm, finding: Finding) -> ReturnedForm:
    return replace(form, findings=(*form.findings, finding))


def _decided(
    decision: Decision,
    told: str,
    doubt: Doubt,
    *,
    point: str | None = None,
    field: TextPart | None = None,
) -> Finding:
    seen = f" Vu\u00a0: {', '.join(doubt.seen)}." if doubt.seen and point else ""
    return Finding(
        code=DECIDED,
        severity=Severity.INFO,
        message=f"{told}, selon {_by_whom(decision)}, qui a regardé le retour. Doute levé\u00a0: "
        f"{doubt.reason}{seen}",
        point=point,
        field=field,
    )


def _not_applied(
    decision: Decision,
    decided: str,
    read: str,
    *,
    point: str | None = None,
    field: TextPart | None = None,
) -> Finding:
    return Finding(
        code=NOT_APPLIED,
        severity=Severity.WARNING,
        message=f"La décision de {_by_whom(decision)} ({decided}) n'est pas appliquée\u00a0: il "
        f"n'y a plus de doute, le retour est lu ainsi\u00a0: {read}.",
        point=point,
        field=field,
    )


def _by_whom(decision: Decision) -> str:
    day = dt.datetime.fromisoformat(decision.at)
    return f"«\u00a0{decision.by}\u00a0» le {day:%d/%m/%Y}"
