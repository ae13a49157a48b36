"""What an answer, a signature, a missing sheet mean: the rules, each with the source's sentence.

Rules point to the catalog's words instead of repeating them, so that the two cannot drift apart.
Applying them to a supplier's returns is `formparse.assess`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from formgen.catalog import Answer, Catalog, Point, Questionnaire
from formparse.returned import Doubt, DoubtKind, Signature, SignatureKind


class Outcome(StrEnum):
    """What the answer to one point means."""

    CONFORMING = "conforming"
    GAP = "gap"
    BEST_EFFORT_GAP = "best_effort_gap"
    """NON where the source only asks for the best effort, or marks the point as optional."""
    NOT_APPLICABLE = "not_applicable"
    UNANSWERED = "unanswered"
    """Nothing was answered, or the whole questionnaire is missing."""
    DOUBTFUL = "doubtful"
    """Something was answered, and it is not sure what."""


class Completeness(StrEnum):
    """Whether all that was asked has been answered."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"


class Conformity(StrEnum):
    """What the valid answers declare."""

    GAPS = "gaps"
    BEST_EFFORT_GAPS = "best_effort_gaps"
    NO_GAP_DECLARED = "no_gap_declared"


class AttestationState(StrEnum):
    """What stands behind the answers, from the strongest to the weakest."""

    DIGITAL = "digital"
    DRAWN = "drawn"
    UNSIGNED = "unsigned"
    INVALID = "invalid"
    """A digital signature that is broken or cannot be checked, or that is older than what the file
    now says."""


class Status(StrEnum):
    """The summary in one word: the first that applies."""

    NON_CONFORMING = "non_conforming"
    TO_REVIEW = "to_review"
    INCOMPLETE = "incomplete"
    CONFORMING_WITH_RESERVATIONS = "conforming_with_reservations"
    CONFORMING = "conforming"


STATUS_LABEL = {
    Status.NON_CONFORMING: "écarts déclarés",
    Status.TO_REVIEW: "à vérifier",
    Status.INCOMPLETE: "dossier incomplet",
    Status.CONFORMING_WITH_RESERVATIONS: "réserves",
    Status.CONFORMING: "aucun écart déclaré",
}
"""What French users read: what the supplier declared, which nobody has verified."""


# -- where the source says so


@dataclass(frozen=True, slots=True)
class InIntroduction:
    """A sentence of the introduction."""

    item: str
    sentence: int


class InQuestionnaire(StrEnum):
    """A part of the questionnaire in question."""

    SCOPE = "scope"
    INSTRUCTIONS = "instructions"
    STATEMENT = "statement"
    """What the signatory attests."""


SOURCE_CATALOG = "memento-pgssi-s-annexe-1"
"""The catalog whose introduction the rules refer to; in another one the same ids mean nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the assessment."""

    id: str
    says: str
    """What follows from what, in one French sentence."""
    source: InIntroduction | InQuestionnaire


_MODIFY = InIntroduction("I7", 1)
_DATE_AND_SIGN = InIntroduction("I8", 0)

GAP = Rule(
    id="gap",
    says="Un NON est un écart\u00a0: il faut demander au fournisseur de le corriger.",
    source=_MODIFY,
)
BEST_EFFORT = Rule(
    id="best-effort",
    says="Un NON à un point optionnel, ou formulé «\u00a0autant que possible\u00a0», est une "
    "recommandation non suivie.",
    source=_MODIFY,
)
NOT_APPLICABLE = Rule(
    id="not-applicable",
    says="Un N/A est neutre\u00a0; au lecteur de vérifier que le point ne le concerne pas.",
    source=InQuestionnaire.INSTRUCTIONS,
)
ONE_ANSWER = Rule(
    id="one-answer",
    says="Chaque point attend une réponse, une seule, parmi celles que le questionnaire prévoit"
    "\u00a0; un point sans réponse sûre n'est ni un NON ni un N/A.",
    source=InQuestionnaire.INSTRUCTIONS,
)
DUE = Rule(
    id="due",
    says="Un questionnaire dû qui n'a pas été renvoyé rend le dossier incomplet.",
    source=InQuestionnaire.SCOPE,
)
IDENTIFY = Rule(
    id="identify",
    says="Une attestation vaut pour un fournisseur et un service nommés.",
    source=InQuestionnaire.STATEMENT,
)
AS_ISSUED = Rule(
    id="as-issued",
    says="Les réponses portent sur le questionnaire tel qu'il a été envoyé.",
    source=InQuestionnaire.STATEMENT,
)
SIGNED_CONTENT = Rule(
    id="signed-content",
    says="Une signature numérique ne vaut que pour le contenu qui a été signé.",
    source=InQuestionnaire.STATEMENT,
)
DATE_AND_SIGN = Rule(
    id="date-and-sign",
    says="Dater et signer est recommandé\u00a0: sans cela les réponses ne sont pas attestées.",
    source=_DATE_AND_SIGN,
)

RULES = (
    GAP, BEST_EFFORT, NOT_APPLICABLE, ONE_ANSWER, DUE, IDENTIFY, AS_ISSUED, SIGNED_CONTENT,
    DATE_AND_SIGN,
)  # fmt: skip


def source_words(rule: Rule, catalog: Catalog, questionnaire: Questionnaire) -> str | None:
    """Give the source's own sentence behind a rule; None if this catalog has no such sentence."""
    match rule.source:
        case InIntroduction(item, sentence):
            return _introduction_sentence(catalog, item, sentence)
        case InQuestionnaire.SCOPE:
            return questionnaire.scope
        case InQuestionnaire.INSTRUCTIONS:
            return questionnaire.instructions
        case InQuestionnaire.STATEMENT:
            attestation = questionnaire.attestation
            return f"{attestation.statement_before} […] {attestation.statement_after}"
        case _ as unknown:
            assert_never(unknown)


def _introduction_sentence(catalog: Catalog, item_id: str, sentence: int) -> str | None:
    if catalog.id != SOURCE_CATALOG:
        return None
    for item in catalog.introduction:
        if item.id == item_id:
            sentences = re.split(r"(?<=\.) (?=[A-ZÀ-Ý])", item.text)
            return sentences[sentence] if sentence < len(sentences) else None
    return None


# -- what follows from what


def always_due(catalog: Catalog) -> tuple[str, ...]:
    """Give the questionnaires that are due in all cases: those that all others require.

    The source says it of questionnaire 1 (« doit être renseigné dans tous les cas »), and its data
    say the same: each other questionnaire is due « en plus du questionnaire 1 ».
    """
    ids = tuple(questionnaire.id for questionnaire in catalog.questionnaires)
    return tuple(one for one in ids if all(one in catalog.required_with((other,)) for other in ids))


def required_questionnaires(
    catalog: Catalog, received: tuple[str, ...], issued: tuple[str, ...]
) -> tuple[str, ...]:
    """Give what a supplier has to return, in catalog order.

    That is what it was sent, what it returned, all that goes with these, and what is always due.
    """
    known = {questionnaire.id for questionnaire in catalog.questionnaires}
    wanted = {*always_due(catalog), *received, *issued} & known
    return catalog.required_with(tuple(sorted(wanted)))


def check_allowed(
    questionnaire: Questionnaire, answer: Answer | None, doubt: Doubt | None
) -> tuple[Answer | None, Doubt | None]:
    """Give the answer, or a doubt in place of one that the questionnaire does not offer."""
    if answer is None or answer in questionnaire.answers:
        return answer, doubt
    offered = ", ".join(questionnaire.answers)
    reason = (
        f"La réponse {answer} n'est pas prévue par ce questionnaire (prévues\u00a0: {offered})."
    )
    return None, Doubt(kind=DoubtKind.NOT_ALLOWED, reason=reason, seen=(answer.value,))


def outcome_of(point: Point, answer: Answer | None, doubt: Doubt | None) -> Outcome:
    """Give what an answer that the questionnaire offers means for its point."""
    if doubt is not None:
        return Outcome.DOUBTFUL
    match answer:
        case None:
            return Outcome.UNANSWERED
        case Answer.OUI:
            return Outcome.CONFORMING
        case Answer.NA:
            return Outcome.NOT_APPLICABLE
        case Answer.NON:
            soft = point.optional or point.best_effort
            return Outcome.BEST_EFFORT_GAP if soft else Outcome.GAP


ABOUT_SIGNATURE = frozenset({"signature-broken", "changed-after-signing"})
"""Findings that say why a signature is INVALID: the supplier has to sign again. The form itself is
as it was issued."""


ABOUT_PAGES = frozenset({"pages-missing"})
"""Findings about one file that say nothing once the other files of its form are there."""


def attestation_state(signature: Signature) -> AttestationState:
    """Give what a signature is worth. A signer nobody vouches for is still a signer.

    What could not be checked attests nothing: neither that it is intact, nor what it is older than.
    """
    match signature.kind:
        case SignatureKind.NONE:
            return AttestationState.UNSIGNED
        case SignatureKind.DRAWN:
            return AttestationState.DRAWN
        case SignatureKind.DIGITAL:
            stands = signature.intact is True and signature.changed_after_signing == ()
            return AttestationState.DIGITAL if stands else AttestationState.INVALID


def weakest(states: tuple[AttestationState, ...]) -> AttestationState:
    """Give the weakest of these: what can be said of a supplier's answers as a whole."""
    order = tuple(AttestationState)
    return max(states, key=order.index, default=AttestationState.UNSIGNED)


def conformity_of(outcomes: tuple[Outcome, ...]) -> Conformity:
    """Give what the valid answers declare; the others do not count here."""
    if Outcome.GAP in outcomes:
        return Conformity.GAPS
    if Outcome.BEST_EFFORT_GAP in outcomes:
        return Conformity.BEST_EFFORT_GAPS
    return Conformity.NO_GAP_DECLARED


def completeness_of(
    outcomes: tuple[Outcome, ...], *, all_received: bool, all_identified: bool
) -> Completeness:
    """Give whether all is answered surely, and by a supplier and for a service that are named."""
    open_points = Outcome.UNANSWERED in outcomes or Outcome.DOUBTFUL in outcomes
    if open_points or not (all_received and all_identified):
        return Completeness.INCOMPLETE
    return Completeness.COMPLETE


def status_of(
    *,
    completeness: Completeness,
    conformity: Conformity,
    attestation: AttestationState,
    doubtful: bool,
    altered: bool,
) -> Status:
    """Give the first status that applies."""
    applies = (
        (Status.NON_CONFORMING, conformity is Conformity.GAPS),
        (Status.TO_REVIEW, doubtful or altered or attestation is AttestationState.INVALID),
        (Status.INCOMPLETE, completeness is Completeness.INCOMPLETE),
        (
            Status.CONFORMING_WITH_RESERVATIONS,
            conformity is Conformity.BEST_EFFORT_GAPS,
        ),
    )
    return next((status for status, holds in applies if holds), Status.CONFORMING)
