"""What the boxes of each point amount to: an answer, none, or a doubt with its reason.

The law: an answer that is read is the answer that the supplier saw. So what the page shows comes
first, the field's value is its witness, and where the two disagree nothing is guessed. Pure: a
`Reading` in, answers and findings out. The rules follow what readers were measured to write; each
names its source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from formgen.naming import ANSWER_OF_STATE
from formparse.returned import Doubt, DoubtKind, Finding, PointAnswer, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from formgen.catalog import Answer, Questionnaire
    from formparse.reading import BoxSeen, PointCopy, PointSeen, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers of a form, and what is to be said about how they were found."""

    points: tuple[PointAnswer, ...]
    """Every point of the questionnaire, in its order."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Verdict:
    answer: Answer | None = None
    doubt: Doubt | None = None
    note: str | None = None
    """Code of the finding that says how the answer was found."""


_NOTES = {
    "value-only": "Réponse prise de la valeur du champ : le fichier ne dessine pas ses cases.",
    "unticked": (
        "Case décochée dans le lecteur ; l'ancienne valeur restée dans le champ est ignorée."
    ),
    "box-torn": (
        "Case détachée de son champ par le lecteur ; la réponse est celle que montre la page."
    ),
}

_UNANSWERED = _Verdict()

_LOST = "Des cases de ce point ne sont plus dans le fichier."


def resolve_answers(reading: Reading, questionnaire: Questionnaire) -> Answers:
    """Give the answer to every point of the questionnaire."""
    offered = frozenset(questionnaire.answers)
    points: list[PointAnswer] = []
    findings: list[Finding] = []
    for point in questionnaire.points:
        seen = reading.points.get(point.id)
        if seen is not None:
            verdict = _resolve_point(seen, offered, values_are_drawn=reading.values_are_drawn)
        elif point.id in reading.lost:
            verdict = _doubt(DoubtKind.UNCLEAR, _LOST, ())
        else:
            verdict = _UNANSWERED
        points.append(PointAnswer(point_id=point.id, answer=verdict.answer, doubt=verdict.doubt))
        if verdict.note is not None:
            findings.append(
                Finding(
                    code=verdict.note,
                    severity=Severity.INFO,
                    message=_NOTES[verdict.note],
                    point=point.id,
                )
            )
    return Answers(points=tuple(points), findings=tuple(findings))


def resolve_values(reading: Reading, questionnaire: Questionnaire) -> Answers:
    """Give the answers where only values came and no boxes: from a data file.

    A point that it does not name is not answered: readers leave out what is empty.
    """
    offered = frozenset(questionnaire.answers)
    points = []
    for point in questionnaire.points:
        seen = reading.points.get(point.id)
        verdict = _resolve_values(seen.copies, offered) if seen is not None else _UNANSWERED
        points.append(PointAnswer(point_id=point.id, answer=verdict.answer, doubt=verdict.doubt))
    return Answers(points=tuple(points), findings=())


def _resolve_values(copies: Sequence[PointCopy], offered: AbstractSet[Answer]) -> _Verdict:
    words = {None if copy.value is None else _word(copy.value) for copy in copies}
    told = sorted(word for word in words if word is not None)
    if any(copy.has_odd_value for copy in copies):
        return _doubt(DoubtKind.UNCLEAR, "La valeur du champ n'est ni un nom ni un texte.", told)
    if len(words) > 1:
        reason = "Le fichier donne plusieurs fois ce point, avec des valeurs différentes."
        return _doubt(DoubtKind.CONFLICT, reason, told)
    if not told:
        return _UNANSWERED
    answer = next((answer for answer in offered if answer.value == told[0]), None)
    if answer is None:
        reason = "Le questionnaire ne propose pas cette réponse."
        return _doubt(DoubtKind.NOT_ALLOWED, reason, told)
    return _Verdict(answer=answer)


def _resolve_point(
    seen: PointSeen, offered: AbstractSet[Answer], *, values_are_drawn: bool
) -> _Verdict:
    verdicts = [
        _resolve_copy(copy, offered, values_are_drawn=values_are_drawn) for copy in seen.copies
    ]
    first = verdicts[0]
    if all(other.answer is first.answer and other.doubt == first.doubt for other in verdicts[1:]):
        return first
    # Merging tools leave two fields of one name (pypdf 506, pdfsam 540).
    words = [word for verdict in verdicts for word in _words_of(verdict)]
    reason = (
        "Le fichier contient plusieurs exemplaires de ce point, qui ne disent pas la même chose."
    )
    return _doubt(DoubtKind.CONFLICT, reason, words)


def _words_of(verdict: _Verdict) -> tuple[str, ...]:
    if verdict.answer is not None:
        return (verdict.answer.value,)
    return verdict.doubt.seen if verdict.doubt is not None else ()


def _resolve_copy(
    copy: PointCopy, offered: AbstractSet[Answer], *, values_are_drawn: bool
) -> _Verdict:
    on = [box for box in copy.boxes if box.is_on]
    doubt = _several_on(on) or _not_offered(copy, on, offered) or _damaged(copy, on, offered)
    if doubt is not None:
        return doubt
    if on:
        return _one_on(copy, on[0])
    return _none_on(copy, offered, values_are_drawn=values_are_drawn)


def _several_on(on: Sequence[BoxSeen]) -> _Verdict | None:
    """Doubt two boxes ticked at once (PyPDFForm, ONLYOFFICE 1041, xviewer 37, pdf.js 12716)."""
    if len(on) < 2:
        return None
    return _doubt(
        DoubtKind.CONTRADICTORY, "Plusieurs cases du point sont cochées.", _answers_of(on)
    )


def _not_offered(
    copy: PointCopy, on: Sequence[BoxSeen], offered: AbstractSet[Answer]
) -> _Verdict | None:
    """Doubt an answer that the questionnaire has no box for: changed, or filled in by a tool."""
    words = {box.answer for box in on}
    if not on and copy.value in ANSWER_OF_STATE:
        words = {ANSWER_OF_STATE[copy.value]}
    if words <= offered:
        return None
    reason = "Le questionnaire ne propose pas cette réponse."
    return _doubt(DoubtKind.NOT_ALLOWED, reason, sorted(words))


def _damaged(
    copy: PointCopy, on: Sequence[BoxSeen], offered: AbstractSet[Answer]
) -> _Verdict | None:
    """Doubt boxes and values such as no reader leaves behind: nothing they say is sure."""
    if copy.has_odd_value:
        reason = "La valeur du champ n'est ni un nom ni un texte."
        return _doubt(DoubtKind.UNCLEAR, reason, _answers_of(on))
    for box in copy.boxes:
        if box.is_exchanged:
            reason = "Le nom d'une case et la coche qu'elle dessine ne disent pas la même réponse."
            return _doubt(DoubtKind.CONFLICT, reason, _answers_of(on))
        if not box.is_in_place and box.answer in offered:
            reason = "Une case n'est pas à l'endroit où le formulaire l'a placée."
            return _doubt(DoubtKind.CONFLICT, reason, _answers_of(on))
        if box.is_strange and box.state is not None:
            reason = "L'état d'une case n'a pas de dessin : la page ne montre pas ce qu'il dit."
            return _doubt(DoubtKind.UNCLEAR, reason, [*_answers_of(on), _word(box.state)])
    return None


def _one_on(copy: PointCopy, box: BoxSeen) -> _Verdict:
    """Take the one box ticked: it is the answer, unless its field names another.

    A field without a value says nothing against it (pdf.js 12376; fillers that set /AS only). Once
    a box was torn off its field, the field's value is stale: macOS Preview and iOS never write it
    again (developer.apple.com/forums/thread/735073); merging tools leave boxes without a field.
    """
    if any(other.is_torn for other in copy.boxes):
        return _Verdict(answer=box.answer, note="box-torn")
    if copy.value is None or box.is_named_by(copy.value):
        return _Verdict(answer=box.answer)
    word = _word(copy.value)
    reason = f"La valeur du champ dit {word}, la page montre une coche à {box.answer.value}."
    return _doubt(DoubtKind.CONFLICT, reason, [box.answer.value, word])


def _none_on(copy: PointCopy, offered: AbstractSet[Answer], *, values_are_drawn: bool) -> _Verdict:
    """Decide where no box is ticked: not answered, unless a value says otherwise."""
    value = _value_beside_boxes(copy)
    if value is None:
        return _too_few_boxes(copy, offered)
    named = next((box.answer for box in copy.boxes if box.is_named_by(value)), None)
    answer = named or ANSWER_OF_STATE.get(value)
    if answer is None:
        reason = "La valeur du champ n'est aucune des réponses proposées."
        return _doubt(DoubtKind.UNCLEAR, reason, [value])
    if any(box.is_touched and not box.is_torn for box in copy.boxes):
        # PDF.js clears /AS on « reset » and unticking, leaves /V, and dates the boxes (measured).
        return _Verdict(note="unticked")
    is_undrawn = all(box.state is None or box.looks is None for box in copy.boxes)
    if is_undrawn or values_are_drawn:
        # Fillers that set /V only (docassemble 620, OpenPDF 636, PyMuPDF 3314), and flattening
        # that leaves the field (pypdf): no box contradicts the value.
        return _Verdict(answer=answer, note="value-only")
    reason = f"La valeur du champ dit {answer.value}, la page ne montre aucune coche."
    return _doubt(DoubtKind.CONFLICT, reason, [answer.value])


def _value_beside_boxes(copy: PointCopy) -> str | None:
    """Give the value to set against boxes of which none is ticked.

    What a torn box says counts before its former field, whose value is stale. A value on a box that
    still has its field is a copy some tools leave (pypdf) and nobody updates.
    """
    torn = [box for box in copy.boxes if box.is_torn]
    if torn:
        return next((box.own_value for box in torn if box.own_value is not None), None)
    return copy.value


def _too_few_boxes(copy: PointCopy, offered: AbstractSet[Answer]) -> _Verdict:
    """Decide where nothing is said: not answered, if all boxes are there to show it."""
    if not offered <= {box.answer for box in copy.boxes}:
        return _doubt(DoubtKind.UNCLEAR, _LOST, ())
    return _UNANSWERED


def _answers_of(boxes: Iterable[BoxSeen]) -> list[str]:
    return [box.answer.value for box in boxes]


def _word(state: str) -> str:
    """Give the answer that a state stands for, as users know it, or the state as it was found."""
    answer = ANSWER_OF_STATE.get(state)
    return answer.value if answer is not None else state


def _doubt(kind: DoubtKind, reason: str, seen: Iterable[str]) -> _Verdict:
    words = tuple(dict.fromkeys(seen))
    return _Verdict(doubt=Doubt(kind=kind, reason=reason, seen=words))
