"""Write what to ask a supplier, in French and in the source's words: for a letter or a call.

Takes what `formparse.assess` found; decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from formparse import policy
from formparse.policy import AttestationState, Outcome, Rule, source_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from formgen.catalog import Catalog, Point, Questionnaire
    from formparse.choice import Return
    from formparse.returned import Doubt, Finding


class Level(StrEnum):
    """How much hangs on an action."""

    REQUIRED = "required"
    RECOMMENDED = "recommended"


class ActionKind(StrEnum):
    """What is asked for, in the order in which it matters (that of the statuses)."""

    MODIFY = "modify"
    ANSWER_AGAIN = "answer-again"
    RETURN_ORIGINAL = "return-original"
    SIGN_AGAIN = "sign-again"
    RETURN_QUESTIONNAIRE = "return-questionnaire"
    ANSWER = "answer"
    IDENTIFY = "identify"
    CONSIDER = "consider"
    DATE_AND_SIGN = "date-and-sign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing to ask the supplier."""

    kind: ActionKind
    level: Level
    questionnaire_id: str
    point_id: str | None
    """None where it concerns the questionnaire as a whole."""
    short: str
    """A few words, for tables."""
    text: str
    reason: str
    """What was found, and the source's sentence."""
    rule: str
    """Id of the `policy.Rule` behind it."""


def in_order(actions: Sequence[Action], catalog: Catalog) -> tuple[Action, ...]:
    """Give the actions with what explains the status first, then by questionnaire and point."""
    kinds = tuple(ActionKind)
    order = [questionnaire.id for questionnaire in catalog.questionnaires]
    return tuple(
        sorted(
            actions,
            key=lambda action: (
                kinds.index(action.kind),
                order.index(action.questionnaire_id),
                action.point_id or "",
            ),
        )
    )


def ask_about_point(
    catalog: Catalog,
    questionnaire: Questionnaire,
    point: Point,
    outcome: Outcome,
    doubt: Doubt | None,
) -> Action | None:
    """Give what to ask about one point; None if nothing is."""
    quoted = _quote(quote_point(questionnaire, point))
    match outcome:
        case Outcome.CONFORMING | Outcome.NOT_APPLICABLE:
            return None
        case Outcome.GAP:
            kind, level, rule = ActionKind.MODIFY, Level.REQUIRED, policy.GAP
            verb = "corriger"
            text = (
                "modifier la prestation de service et/ou les pratiques afin de respecter "
                f"les attentes formulées\u00a0: {quoted}"
            )
            found = "Réponse NON."
        case Outcome.BEST_EFFORT_GAP:
            kind, level, rule = ActionKind.CONSIDER, Level.RECOMMENDED, policy.BEST_EFFORT
            verb = "améliorer"
            text = (
                "modifier, autant que possible, la prestation de service et/ou les pratiques afin "
                f"de respecter les attentes formulées\u00a0: {quoted}"
            )
            found = "Réponse NON à un point dont le respect est recommandé."
        case Outcome.DOUBTFUL:
            kind, level, rule = ActionKind.ANSWER_AGAIN, Level.REQUIRED, policy.ONE_ANSWER
            verb = "préciser"
            text = f"répondre à nouveau, d'une seule case\u00a0: {quoted}"
            found = _doubt_found(doubt)
        case Outcome.UNANSWERED:
            kind, level, rule = ActionKind.ANSWER, Level.REQUIRED, policy.ONE_ANSWER
            verb = "répondre"
            text = f"répondre à ce point\u00a0: {quoted}"
            found = "Aucune réponse."
        case _ as unknown:
            assert_never(unknown)
    return Action(
        kind=kind,
        level=level,
        questionnaire_id=questionnaire.id,
        point_id=point.id,
        short=f"{point.id}\u00a0: {verb} ({point.short})",
        text=f"Point {point.id}\u00a0: {text}",
        reason=_reason(found, rule, catalog, questionnaire),
        rule=rule.id,
    )


def ask_for_questionnaire(
    catalog: Catalog, questionnaire: Questionnaire, required_by: tuple[str, ...]
) -> Action:
    """Give the action for a questionnaire that is due and did not come back."""
    found = f"Le questionnaire {questionnaire.id} n'a pas été reçu."
    if required_by:
        found = f"{found} Il est dû avec {_enumerate(required_by)}."
    return Action(
        kind=ActionKind.RETURN_QUESTIONNAIRE,
        level=Level.REQUIRED,
        questionnaire_id=questionnaire.id,
        point_id=None,
        short=f"{questionnaire.id}\u00a0: renvoyer",
        text=f"Renvoyer le questionnaire {questionnaire.id} ({_quote(questionnaire.title)}), "
        "renseigné.",
        reason=_reason(found, policy.DUE, catalog, questionnaire),
        rule=policy.DUE.id,
    )


def ask_about_return(
    catalog: Catalog, questionnaire: Questionnaire, counted: Return, errors: Sequence[Finding]
) -> Iterator[Action]:
    """Give what to ask about a returned questionnaire as a whole."""
    if errors:
        yield _about_whole(
            ActionKind.RETURN_ORIGINAL,
            policy.AS_ISSUED,
            catalog,
            questionnaire,
            short="renvoyer (formulaire d'origine)",
            text=f"Renvoyer le questionnaire {questionnaire.id} sur le formulaire d'origine, sans "
            "rien y modifier d'autre que les réponses et l'attestation.",
            found=" ".join(dict.fromkeys(finding.message for finding in errors)),
        )
    yield from _ask_to_identify(catalog, questionnaire, counted)
    yield from _ask_to_sign(catalog, questionnaire, counted)


def _ask_to_identify(
    catalog: Catalog, questionnaire: Questionnaire, counted: Return
) -> Iterator[Action]:
    labels = questionnaire.attestation
    missing = [
        label.rstrip(" :\u00a0")
        for label, value in (
            (labels.company, counted.attestation.company),
            (labels.service, counted.attestation.service),
        )
        if is_blank(value)
    ]
    if missing:
        wanted = " et ".join(_quote(label) for label in missing)
        yield _about_whole(
            ActionKind.IDENTIFY,
            policy.IDENTIFY,
            catalog,
            questionnaire,
            short="compléter (attestation)",
            text=f"Indiquer sur le questionnaire {questionnaire.id}\u00a0: {wanted}.",
            found="Mention absente ou illisible.",
        )


def _ask_to_sign(
    catalog: Catalog, questionnaire: Questionnaire, counted: Return
) -> Iterator[Action]:
    signature = counted.attestation.signature
    if counted.state is AttestationState.INVALID:
        changed = signature.changed_after_signing
        if changed:
            found = f"Champs modifiés après la signature\u00a0: {', '.join(changed)}."
        elif signature.intact is False:
            found = "La signature numérique ne correspond pas au contenu du fichier."
        else:
            found = "La signature numérique n'a pas pu être vérifiée."
        yield _about_whole(
            ActionKind.SIGN_AGAIN,
            policy.SIGNED_CONTENT,
            catalog,
            questionnaire,
            short="signer à nouveau",
            text=f"Vérifier les réponses du questionnaire {questionnaire.id}, puis le signer à "
            "nouveau, une fois qu'il n'y a plus rien à y changer.",
            found=found,
        )
        return
    undated = counted.attestation.date is None and signature.signed_at is None
    verbs = [
        verb
        for verb, missing in (
            ("dater", undated),
            ("signer", counted.state is AttestationState.UNSIGNED),
        )
        if missing
    ]
    if verbs:
        verb = " et ".join(verbs)
        yield _about_whole(
            ActionKind.DATE_AND_SIGN,
            policy.DATE_AND_SIGN,
            catalog,
            questionnaire,
            short=verb,
            text=f"{verb.capitalize()} le questionnaire {questionnaire.id}.",
            found=_lacking(counted, undated=undated),
        )


def _lacking(counted: Return, *, undated: bool) -> str:
    facts = []
    if counted.state is AttestationState.UNSIGNED:
        facts.append("la signature est absente")
    if undated and counted.attestation.date_as_written:
        written = _quote(counted.attestation.date_as_written)
        facts.append(f"la date écrite, {written}, n'en est pas une")
    elif undated:
        facts.append("la date est absente ou illisible")
    sentence = " et ".join(facts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _about_whole(
    kind: ActionKind,
    rule: Rule,
    catalog: Catalog,
    questionnaire: Questionnaire,
    *,
    short: str,
    text: str,
    found: str,
) -> Action:
    return Action(
        kind=kind,
        level=Level.RECOMMENDED if kind is ActionKind.DATE_AND_SIGN else Level.REQUIRED,
        questionnaire_id=questionnaire.id,
        point_id=None,
        short=f"{questionnaire.id}\u00a0: {short}",
        text=text,
        reason=_reason(found, rule, catalog, questionnaire),
        rule=rule.id,
    )


def quote_point(questionnaire: Questionnaire, point: Point) -> str:
    """Give a point's words on one line, with what leads to it and its bullets.

    Calls of footnotes, which stand on the form, and the semicolon that led to the next row are
    left out.
    """
    lead_ins = [lead.text for lead in questionnaire.lead_ins if lead.id == point.lead_in]
    bullets = [f"– {bullet.text}" for bullet in point.bullets]
    text = point.text
    for footnote in point.footnotes:
        text = text.replace(f" {footnote.call}", "")
    return " ".join((*lead_ins, text, *bullets)).rstrip(" ;")


def is_blank(text: str | None) -> bool:
    """Say whether nothing is written there."""
    return text is None or not text.strip()


def _doubt_found(doubt: Doubt | None) -> str:
    if doubt is None:
        return "Réponse incertaine."
    seen = f" Vu\u00a0: {', '.join(doubt.seen)}." if doubt.seen else ""
    return f"{doubt.reason}{seen}"


def _reason(found: str, rule: Rule, catalog: Catalog, questionnaire: Questionnaire) -> str:
    words = source_words(rule, catalog, questionnaire)
    return f"{found} {rule.says if words is None else _quote(words)}"


def _quote(words: str) -> str:
    return f"«\u00a0{words}\u00a0»"


def _enumerate(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} et {words[-1]}"
