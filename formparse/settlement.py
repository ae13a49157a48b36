"""Take in decisions that somebody hands over: each is checked against what the store holds.

One that cannot be taken is said and left; the others are kept beside the originals. What follows
for the summaries is `formparse.derivation`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from formgen.language import Phrase
from formparse.decisions import (
    Decision,
    DecisionFault,
    FormKey,
    KeptDecision,
    PointDecision,
    forms_meant,
    judge,
    latest,
    subject_of,
)
from formparse.returned import TEXT_LABEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from formgen.catalog import Answer
    from formgen.editions import Editions
    from formparse.returned import Returned
    from formparse.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedDecision:
    """A decision that was not taken."""

    decision: Decision
    fault: DecisionFault
    phrase: Phrase
    """Which one, why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of the decisions handed over."""

    taken: int
    known: int
    """Taken already at an earlier time."""
    overtaken: tuple[Phrase, ...]
    """Taken, but a later decision about the same thing is the one that counts."""
    refused: tuple[RefusedDecision, ...]
    """In the order in which they were handed over."""


def take_decisions(
    store: Store, decisions: Sequence[Decision], editions: Editions, *, now: dt.datetime
) -> Settlement:
    """Keep the decisions that may be taken. Hold the store's lock."""
    by_file: defaultdict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        by_file[decision.form.sha256].append(decision)
    taken = known = 0
    overtaken: list[Phrase] = []
    refused: dict[int, RefusedDecision] = {}
    order = {id(decision): number for number, decision in enumerate(decisions)}
    for sha256, its in by_file.items():
        reading, record = store.reading(sha256), store.record(sha256)
        returned = None if reading is None or record is None else reading.returned
        name = sha256[:12] if record is None else record.name
        before = store.decisions(sha256)
        kept = {one.decision: one for one in before}
        for decision in its:
            offered = _offered(decision.form, returned, editions)
            verdict = judge(decision, returned, offered, now=now)
            if isinstance(verdict, DecisionFault):
                refused[order[id(decision)]] = RefusedDecision(
                    decision=decision,
                    fault=verdict,
                    phrase=_why(decision, verdict, name, offered),
                )
            elif decision in kept:
                known += 1
            else:
                kept_at = now.strftime("%Y-%m-%dT%H:%M:%SZ")
                kept[decision] = KeptDecision(decision=decision, doubt=verdict, kept_at=kept_at)
                taken += 1
                overtaken += _overtaken(decision, tuple(kept.values()), name)
        if len(kept) > len(before):
            store.keep_decisions(sha256, tuple(kept.values()))
    return Settlement(
        taken=taken,
        known=known,
        overtaken=tuple(overtaken),
        refused=tuple(refused[number] for number in sorted(refused)),
    )


def _offered(
    key: FormKey, returned: Sequence[Returned] | None, editions: Editions
) -> tuple[Answer, ...]:
    """Give the answers that the form meant allows; none where it is not known."""
    for form in forms_meant(key, returned or ()):
        identity = form.identity
        catalog = editions.catalog(identity.catalog_id, identity.catalog_version)
        if catalog is not None:
            return catalog.questionnaire(identity.questionnaire_id).answers
    return ()


def _overtaken(decision: Decision, kept: Sequence[KeptDecision], name: str) -> tuple[Phrase, ...]:
    """Say that a decision older than one taken before does not count."""
    own = [one for one in kept if one.decision.form == decision.form]
    counting = {subject_of(one): one for one in latest(own)}[subject_of(decision)]
    if counting.at <= decision.at:
        return ()
    what = _what(decision, name)
    return (
        Phrase(
            fr=f"{what.fr} : gardée, mais une décision plus récente de « {counting.by} » compte.",
            en=f"{what.en}: kept, but a more recent decision of “{counting.by}” counts.",
        ),
    )


def _what(decision: Decision, name: str) -> Phrase:
    if isinstance(decision, PointDecision):
        what = Phrase(decision.point_id, decision.point_id)
    else:
        what = Phrase(
            f"{decision.form.questionnaire_id}, {TEXT_LABEL[decision.part]}",
            f"{decision.form.questionnaire_id}, {decision.part.value}",
        )
    return Phrase(f"Décision sur {what.fr} ({name})", f"Decision on {what.en} ({name})")


def _why(decision: Decision, fault: DecisionFault, name: str, offered: Sequence[Answer]) -> Phrase:
    what = _what(decision, name)
    answers = ", ".join(offered)
    reasons = {
        DecisionFault.UNKNOWN_RETURN: Phrase(
            "aucun retour importé ici n'a ce contenu. Importez d'abord le retour, ou donnez le "
            "dossier où il l'a été (--out).",
            "no return imported here has this content. Import the return first, or give the "
            "folder into which it was (--out).",
        ),
        DecisionFault.UNKNOWN_FORM: Phrase(
            f"ce retour n'a pas ce formulaire (page {decision.form.page}). Refaites la page de "
            "revue avec « formparse review ».",
            f"this return has no such form (page {decision.form.page}). Make the review page "
            "again with “formparse review”.",
        ),
        DecisionFault.UNKNOWN_POINT: Phrase(
            "ce questionnaire n'a pas ce point. Refaites la page de revue avec « formparse "
            "review ».",
            "this questionnaire has no such point. Make the review page again with “formparse "
            "review”.",
        ),
        DecisionFault.NOT_OFFERED: Phrase(
            f"cette réponse n'est pas prévue par le questionnaire (prévues : {answers}).",
            f"the questionnaire does not allow this answer (allowed: {answers}).",
        ),
        DecisionFault.NOT_DOUBTFUL: Phrase(
            "rien n'y est douteux. Une réponse lue sans doute ne peut pas être changée ; demandez "
            "un nouveau questionnaire au fournisseur.",
            "nothing is doubtful there. An answer read without doubt cannot be changed; ask the "
            "supplier for a new questionnaire.",
        ),
        DecisionFault.NOT_A_DATE: Phrase(
            "le texte donné n'est pas une date du calendrier. Écrivez par exemple 12/11/2026.",
            "the text given is no date. Write for example 12/11/2026.",
        ),
        DecisionFault.IN_THE_FUTURE: Phrase(
            f"elle est datée du futur ({decision.at}). Vérifiez l'horloge de l'ordinateur.",
            f"it is dated in the future ({decision.at}). Check the clock of the computer.",
        ),
    }
    why = reasons[fault]
    return Phrase(fr=f"{what.fr} refusée : {why.fr}", en=f"{what.en} refused: {why.en}")
