"""What the ink at the boxes of each point amounts to: an answer, none, or a doubt with its reason.

The law is that of `formparse.answers`: an answer that is read is the answer that the supplier saw.
A mark is read only where it is clear, and alone in its row. Thresholds follow from what pens and
viewers draw, each with its reason. Pure: ink in, answers out; measuring it is `formparse.vision`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from formparse.answers import Answers
from formparse.papermarks import read_sheets
from formparse.returned import Doubt, DoubtKind, Finding, PointAnswer, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from formgen.catalog import Answer, Questionnaire
    from formparse.reading import MarksSeen
    from formparse.vision.ink import BoxInk

SPECK_PT2 = 0.5
"""Ink inside a box that is no mark: a dot 0.8 point wide, less than a pen leaves by touching."""

STROKE_PT2 = 2.5
"""Ink inside a box that is surely meant: the thinnest pen that viewers offer, half a point, drawn
over five points of the eight across the measured disc."""

FAINT = 0.5
"""A mark whose darkest spot is paler than this is half as dark as print: a shadow, a watermark, a
highlighter, an ink of which the supplier saw little."""

FILLED = 0.9
"""Share of the inside from which a box counts as blackened. The form tells people to blacken a box
that they ticked wrongly, so it may mean « yes » or « not this one ». A thick cross stays below 0.7,
a viewer's round dot below 0.5."""

STRAY_PT2 = 2.0
"""Ink around a box that may be meant: the thinnest pen over four points."""


class _Look(Enum):
    """What the inside of a box shows."""

    EMPTY = auto()
    MARKED = auto()
    UNCLEAR = auto()


@dataclass(frozen=True, slots=True)
class _Verdict:
    answer: Answer | None = None
    doubt: Doubt | None = None


_UNANSWERED = _Verdict()


def resolve_marks(seen: MarksSeen, questionnaire: Questionnaire) -> Answers:
    """Give the answer to every point by its ink alone."""
    offered = frozenset(questionnaire.answers)
    on_paper = read_sheets(seen.sheets, offered)
    points = []
    for point in questionnaire.points:
        verdicts = [_of_row(row, offered) for row in seen.rows.get(point.id, ())]
        verdicts += [_Verdict(one.answer, one.doubt) for one in on_paper.get(point.id, ())]
        verdict = _of_point(verdicts)
        if point.id in seen.lost and verdict == _UNANSWERED:
            verdict = _doubt(DoubtKind.UNCLEAR, "La page de ce point n'est pas lisible.", ())
        points.append(PointAnswer(point_id=point.id, answer=verdict.answer, doubt=verdict.doubt))
    return Answers(points=tuple(points), findings=())


def _of_point(copies: Sequence[_Verdict]) -> _Verdict:
    """Give what all copies of a row say: a blank copy of the page says nothing against another."""
    verdicts = [one for one in dict.fromkeys(copies) if one != _UNANSWERED]
    if not verdicts:
        return _UNANSWERED
    if len(verdicts) == 1:
        return verdicts[0]
    words: list[str] = []
    for one in verdicts:
        words += one.doubt.seen if one.doubt else [str(one.answer)]
    reason = "La page de ce point est présente plusieurs fois, avec des marques différentes."
    return _doubt(DoubtKind.CONFLICT, reason, words)


def _of_row(row: Sequence[BoxInk], offered: AbstractSet[Answer]) -> _Verdict:
    looks = {box.answer: _look_at(box) for box in row}
    marked = [box for box in row if looks[box.answer] is _Look.MARKED]
    inked = [box.answer for box in row if looks[box.answer] is not _Look.EMPTY or _has_stray(box)]
    if {box.answer for box in row if box.is_visible} < offered:
        reason = "Une case est cachée ou hors de la page."
        return _doubt(DoubtKind.UNCLEAR, reason, inked)
    if len(marked) > 1:
        reason = "Plusieurs cases du point portent une marque."
        return _doubt(DoubtKind.CONTRADICTORY, reason, inked)
    if _Look.UNCLEAR in looks.values():
        reason = next(_why_unclear(box) for box in row if looks[box.answer] is _Look.UNCLEAR)
        return _doubt(DoubtKind.UNCLEAR, reason, inked)
    if any(box.runs_through for box in row):
        return _doubt(DoubtKind.UNCLEAR, "Un trait traverse la ligne.", inked)
    if any(_has_stray(box) for box in row if box not in marked):
        reason = "Il y a une marque à côté d'une case."
        return _doubt(DoubtKind.UNCLEAR, reason, inked)
    return _Verdict(answer=marked[0].answer) if marked else _UNANSWERED


def _look_at(box: BoxInk) -> _Look:
    if box.hidden_pt2 >= SPECK_PT2 or box.is_disputed or box.is_overprinted:
        return _Look.UNCLEAR
    if box.inside_pt2 < SPECK_PT2:
        return _Look.EMPTY
    is_clear = box.inside_pt2 >= STROKE_PT2 and box.darkest >= FAINT
    if not is_clear or box.is_ring or box.inside_share >= FILLED:
        return _Look.UNCLEAR
    return _Look.MARKED


def _why_unclear(box: BoxInk) -> str:
    if box.hidden_pt2 >= SPECK_PT2:
        return "Une marque est cachée sous une annotation."
    if box.is_disputed:
        return "Une annotation est posée sur la case, que tous les lecteurs ne dessinent pas."
    if box.is_overprinted:
        return "Le texte de la page déborde sur une case : un programme l'a recomposé."
    if box.inside_share >= FILLED:
        return "Une case est entièrement noircie : réponse, ou correction ?"
    if box.is_ring:
        return "Une case contient un cercle vide."
    return "Une marque est trop faible ou trop petite pour être sûre."


def _has_stray(box: BoxInk) -> bool:
    return box.around_pt2 >= STRAY_PT2


def _doubt(kind: DoubtKind, reason: str, seen: Iterable[str]) -> _Verdict:
    return _Verdict(doubt=Doubt(kind=kind, reason=reason, seen=tuple(dict.fromkeys(seen))))


# --- Beside form fields -------------------------------------------------------------------------
def add_marks(
    by_fields: Answers,
    by_marks: Answers,
    *,
    looked_at: AbstractSet[str],
    lost: AbstractSet[str],
    torn_out: AbstractSet[str] = frozenset(),
    undrawn: AbstractSet[str],
) -> Answers:
    """Give what the fields say, completed and contradicted by the marks on pages looked at.

    All are point ids. `lost`: no box of theirs is left. `torn_out`: nor is it, but others on their
    page have theirs, so that their ticks went with them and an empty look says nothing. `undrawn`:
    their boxes are there without a drawing, so that an empty look says nothing against their value.
    """
    points: list[PointAnswer] = []
    findings = list(by_fields.findings)
    for by_field, by_mark in zip(by_fields.points, by_marks.points, strict=True):
        point_id = by_field.point_id
        point = by_field
        if point_id in looked_at:
            if by_field.answer is None:
                is_open = by_field.doubt is None or point_id in lost
                is_gone = point_id in torn_out and by_mark.answer is None and by_mark.doubt is None
                point = by_mark if is_open and not is_gone else by_field
            elif by_mark != by_field:
                point = _against(by_field, by_field.answer, by_mark, undrawn)
        if point.answer is not None and by_field.answer is None and point_id not in lost:
            findings.append(_mark_read(point_id))
        points.append(point)
    return Answers(points=tuple(points), findings=tuple(findings))


def _against(
    by_field: PointAnswer, answer: Answer, by_mark: PointAnswer, undrawn: AbstractSet[str]
) -> PointAnswer:
    """Give a field's answer, or the doubt that the marks on the page cast on it."""
    if by_mark.doubt is not None:
        if set(by_mark.doubt.seen) == {answer}:
            return by_field
        marks, shown = by_mark.doubt.seen, by_mark.doubt.reason
    elif by_mark.answer is not None:
        marks, shown = (by_mark.answer,), f"La page montre une marque à {by_mark.answer}."
    elif by_field.point_id in undrawn:
        return by_field
    else:
        marks, shown = (), "La page ne montre aucune marque."
    doubt = Doubt(
        kind=DoubtKind.CONFLICT,
        reason=f"La valeur du champ dit {answer}. {shown}",
        seen=tuple(dict.fromkeys([answer, *marks])),
    )
    return PointAnswer(point_id=by_field.point_id, answer=None, doubt=doubt)


def _mark_read(point_id: str) -> Finding:
    return Finding(
        code="mark-read",
        severity=Severity.INFO,
        message="Réponse lue d'une marque dessinée sur la page ; le champ est vide.",
        point=point_id,
    )
