"""What the ink at the boxes of a sheet of paper amounts to: an answer, none, or a doubt.

On paper a mark is whatever a hand made of it, so a row is judged whole, and beside the other rows
that the same hand marked: what is a cross for one is a correction for another. What is not like the
rest is left to a person. Thresholds follow from pens, boxes and what the form asks for (a cross; a
box made black by mistake, and another crossed, is a correction). Pure: ink in, answers out.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from formparse.returned import Doubt, DoubtKind, PointAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from formgen.catalog import Answer
    from formparse.reading import PaperSheet
    from formparse.vision.paperink import PaperBox

TRACE_PT2 = 0.3
"""Ink inside a box, in a row that else is empty, that may be all a scan left of a pencil."""

SPECK_PT2 = 0.8
"""Ink inside a box beside a clear mark that is dirt, or the end of a neighbour's stroke."""

STROKE_PT2 = 3.0
"""Ink inside a box that is surely meant: the thinnest pen, 0.3 mm, over four points."""

STROKE_DARK = 0.4
"""How dark a stroke is, in shares of the print, that needs no other to be believed. A pen has 0.7
to 1, a soft pencil 0.5."""

STROKE_EXTENT_PT = 3.5
"""How far a mark reaches: a dot made on purpose is this wide; a speck of dirt is less."""

FAINT_PT2, FAINT_DARK, FAINT_EXTENT_PT = 1.5, 0.12, 5.0
"""A stroke of a hard pencil: believed where the hand makes no others."""

STRAY_PT2 = 2.0
"""Ink around a box that may be a mark beside it: a thin pen over two or three points."""

STRAY_IN_BLANK_PT2 = 1.0
"""The same in a row without a mark, where it may be the answer."""

BLACK = 0.85
"""Density from which a box was made black. A thick cross has 0.7; strokes to and fro leave little
paper between them."""

OPEN = 0.6
"""Density up to which a mark is none of black: crosses, ticks, strokes of a felt pen."""

GHOST_SHARE = 0.1
"""Of the ink of a row's mark, that another box may have and still count as empty: what was rubbed
out, or shines through."""

GHOST_PT2 = 1.5

MIN_HABIT = 3
"""Other rows of one hand from which it has habits."""

PALER = 0.5
"""A mark that is paler than half of the hand's others may be one that was rubbed out."""

PALE_HAND = 0.5
"""Darkness of a hand's marks, in shares of the print, below which a mark of it may be lost."""

SMALLER = 0.2
"""A mark with less ink than a fifth of the hand's others may be a slip of the pen."""

FULLER = 1.9
"""A mark with nearly twice the ink of the hand's others may be one that was crossed out."""

FULLEST = 1.06
"""A dense mark with so much more ink than the fullest of all others is more than one of them: a
black box among a marker's crosses. Boxes that are all made black are full alike."""

LIKE_DENSITY = 0.15
"""How much less dense another mark may be and still be of the same kind."""

LIKE_SHARE = 0.6
"""Of the hand's other marks that must be of the kind, for a dense one to be an answer."""

MAX_BLACK_HABIT = 0.1
"""Share of the hand's marks that may be black, for a black one to be a correction."""

MAX_BLANK = 0.5
"""Share of a sheet's rows without a mark from which the sheet is more likely to be read badly, or
turned over by mistake, than left out."""

MAX_SWALLOWED = 0.4
"""The same on a sheet scanned in black and white, from which even its marks are not believed."""

_INSIDE_PT2 = 90.25
"""The area that counts as inside (`formparse.vision.paperink`)."""


@dataclass(frozen=True, slots=True)
class _Habit:
    """How a hand marks: its rows that have one mark only."""

    marks: tuple[PaperBox, ...]

    def others(self, box: PaperBox) -> tuple[PaperBox, ...]:
        return tuple(mark for mark in self.marks if mark is not box)

    def is_dense_like(self, box: PaperBox) -> bool:
        """Whether the hand makes such dense marks elsewhere, where they can only be answers."""
        others = self.others(box)
        least = _density(box) - LIKE_DENSITY
        if _density(box) >= BLACK:
            # Beside crosses of a thick pen, a black box is still more likely a correction.
            least = max(least, BLACK)
        alike = sum(1 for one in others if _density(one) >= least)
        if len(others) < MIN_HABIT or alike < LIKE_SHARE * len(others):
            return False
        return box.inside_pt2 <= FULLEST * max(one.inside_pt2 for one in others)

    def makes_none_black(self, *, beside: PaperBox) -> bool:
        others = self.others(beside)
        black = sum(1 for one in others if _density(one) >= OPEN)
        return len(others) >= MIN_HABIT and black <= MAX_BLACK_HABIT * len(others)

    def is_pale(self) -> bool:
        """Whether the hand's marks are so pale that some may be lost altogether."""
        return len(self.marks) >= MIN_HABIT and median(one.dark for one in self.marks) < PALE_HAND

    def is_faint_like(self, box: PaperBox) -> bool:
        others = self.others(box)
        return len(others) >= MIN_HABIT and median(one.dark for one in others) <= 1.6 * box.dark

    def oddity(self, box: PaperBox) -> str | None:
        """Say in what a mark is unlike the hand's others; None where it is like them."""
        others = self.others(box)
        if len(others) < MIN_HABIT:
            return None
        if box.dark < PALER * median(one.dark for one in others):
            return "Une marque est bien plus pâle que les autres du formulaire : effacée ?"
        usual = median(one.inside_pt2 for one in others)
        if box.inside_pt2 < SMALLER * usual:
            return "Une marque est bien plus petite que les autres du formulaire."
        if box.inside_pt2 > FULLER * usual and _density(box) > OPEN:
            return "Une marque est bien plus chargée que les autres du formulaire : barrée ?"
        return None


def read_sheets(
    sheets: Iterable[PaperSheet], offered: AbstractSet[Answer]
) -> Mapping[str, tuple[PointAnswer, ...]]:
    """Give what each row says, by point: once for each sheet that shows it. One hand's sheets."""
    kept = tuple(sheets)
    marks = [_only_mark(row) for sheet in kept for row in sheet.rows]
    habit = _Habit(tuple(mark for mark in marks if mark is not None))
    read: dict[str, list[PointAnswer]] = {}
    for sheet in kept:
        for point in _of_sheet(sheet, habit, offered):
            read.setdefault(point.point_id, []).append(point)
    return {point_id: tuple(points) for point_id, points in read.items()}


def _of_sheet(sheet: PaperSheet, habit: _Habit, offered: AbstractSet[Answer]) -> list[PointAnswer]:
    points = [_of_row(_Row(sheet, number), habit, offered) for number in range(len(sheet.rows))]
    # What a scan has swallowed of some marks it may have swallowed of others, and what is left is
    # the darkest: of a correction, the wrong box.
    unsure = [row for row in sheet.rows if not any(map(_is_stroke, row))]
    if sheet.is_bilevel and len(unsure) > MAX_SWALLOWED * len(points):
        reason = "La numérisation en noir et blanc a effacé des marques de cette page."
        return [
            point if point.doubt else _unclear(point.point_id, reason, filter(None, [point.answer]))
            for point in points
        ]
    blank = [point for point in points if point.answer is None and point.doubt is None]
    if len(blank) > MAX_BLANK * len(points):
        reason = "Plus de la moitié des points de cette page paraissent sans réponse."
        return [
            _unclear(point.point_id, reason, ()) if point in blank else point for point in points
        ]
    return points


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a sheet, with those above and below it."""

    sheet: PaperSheet
    number: int

    @property
    def boxes(self) -> tuple[PaperBox, ...]:
        return self.sheet.rows[self.number]

    def marked_near(self, column: int, *, step: int) -> Iterable[PaperBox]:
        """Give the marked boxes of the next row up (-1) or down (1), in this column and beside."""
        other = self.number + step
        if 0 <= other < len(self.sheet.rows):
            row = self.sheet.rows[other]
            for box in row[max(0, column - 1) : column + 2]:
                if box.inside_pt2 >= STROKE_PT2:
                    yield box


def _only_mark(row: Sequence[PaperBox]) -> PaperBox | None:
    """Give the mark of a row that has one and nothing else."""
    marks = [box for box in row if box.inside_pt2 >= SPECK_PT2]
    if len(marks) != 1 or any(box.has_line for box in row):
        return None
    (mark,) = marks
    return mark if _is_stroke(mark) or _is_faint_stroke(mark) else None


def _density(box: PaperBox) -> float:
    """Give the share of the inside that strokes take, whatever the pen's darkness."""
    return box.inside_pt2 / (_INSIDE_PT2 * max(box.dark, FAINT_DARK))


def _is_stroke(box: PaperBox) -> bool:
    return (
        box.inside_pt2 >= STROKE_PT2
        and box.dark >= STROKE_DARK
        and box.extent_pt >= STROKE_EXTENT_PT
    )


def _is_faint_stroke(box: PaperBox) -> bool:
    return (
        box.inside_pt2 >= FAINT_PT2 and box.dark >= FAINT_DARK and box.extent_pt >= FAINT_EXTENT_PT
    )


# --- One row ------------------------------------------------------------------------------------
def _of_row(row: _Row, habit: _Habit, offered: AbstractSet[Answer]) -> PointAnswer:
    boxes = row.boxes
    point_id = boxes[0].point_id
    most = max(box.inside_pt2 for box in boxes)
    ghost = max(SPECK_PT2, min(GHOST_SHARE * most, GHOST_PT2))
    marked = [box for box in boxes if box.inside_pt2 >= ghost]
    inked = [box.answer for box in boxes if box.inside_pt2 >= TRACE_PT2 or _has_stray(box)]
    reason = _spoilt(boxes, marked, offered)
    if reason is not None:
        return _unclear(point_id, reason, inked)
    if not marked:
        reason = _why_not_blank(row, habit)
        return _unclear(point_id, reason, inked) if reason else _point(point_id)
    if len(marked) == 1:
        (mark,) = marked
        reason = _why_not_clear(mark, habit) or _stray(row, mark)
        return _unclear(point_id, reason, inked) if reason else _point(point_id, mark.answer)
    kept = _corrected(marked, habit)
    if kept is not None:
        reason = _why_not_clear(kept, habit) or _stray(row, *marked)
        return _unclear(point_id, reason, inked) if reason else _point(point_id, kept.answer)
    reason = "Plusieurs cases du point portent une marque."
    return _doubtful(point_id, DoubtKind.CONTRADICTORY, reason, inked)


def _spoilt(
    boxes: Sequence[PaperBox], marked: Sequence[PaperBox], offered: AbstractSet[Answer]
) -> str | None:
    """Say what makes a row unreadable, whatever is marked in it."""
    if not all(box.is_whole for box in boxes) or {box.answer for box in boxes} < offered:
        return "Une case est coupée au bord de l'image."
    if any(box.has_line for box in boxes):
        return "Un trait, un pli ou une traînée traverse la ligne."
    if any(not box.is_outline_seen for box in boxes if box not in marked):
        return "Le cadre d'une case n'est pas visible : recouverte ou effacée ?"
    return None


def _why_not_blank(row: _Row, habit: _Habit) -> str | None:
    if any(box.inside_pt2 >= TRACE_PT2 for box in row.boxes):
        return "Une trace à peine visible : marque pâle, ou tache ?"
    if any(_has_stray(box, STRAY_IN_BLANK_PT2) for box in row.boxes):
        return "Il y a une marque à côté d'une case."
    if row.sheet.is_bilevel:
        return "Aucune marque, mais une numérisation en noir et blanc efface ce qui est pâle."
    if habit.is_pale():
        return "Aucune marque, mais celles du formulaire sont si pâles qu'une peut être perdue."
    return None


def _why_not_clear(mark: PaperBox, habit: _Habit) -> str | None:
    """Say why a row's only mark is no sure answer; None where it is."""
    density = _density(mark)
    if density > OPEN and not habit.is_dense_like(mark):
        if density >= BLACK:
            return "Une case est entièrement noircie : réponse, ou correction ?"
        return "Une case est presque noircie : réponse, ou correction ?"
    if not _is_stroke(mark) and not (_is_faint_stroke(mark) and habit.is_faint_like(mark)):
        return "Une marque est trop faible ou trop petite pour être sûre."
    return habit.oddity(mark)


def _corrected(marked: Sequence[PaperBox], habit: _Habit) -> PaperBox | None:
    """Give the mark that stands beside one box made black, by a hand that makes no others black."""
    black = [box for box in marked if _density(box) >= BLACK]
    if len(marked) != 2 or len(black) != 1:
        return None
    (kept,) = (box for box in marked if box is not black[0])
    is_plain = _density(kept) <= OPEN and _is_stroke(kept)
    return kept if is_plain and habit.makes_none_black(beside=kept) else None


# --- Ink beside boxes ---------------------------------------------------------------------------
def _has_stray(box: PaperBox, limit: float = STRAY_PT2) -> bool:
    return box.around_pt2 >= limit


def _stray(row: _Row, *marks: PaperBox) -> str | None:
    """Say that ink stands beside a box that has no mark, unless it is a mark's long end."""
    for column, box in enumerate(row.boxes):
        if box in marks or not _has_stray(box):
            continue
        if not _is_tail(row, column, marks):
            return "Il y a une marque à côté d'une case."
    return None


def _is_tail(row: _Row, column: int, marks: Sequence[PaperBox]) -> bool:
    """Whether ink beside a box comes in from a marked one: over the edge that both share."""
    boxes = row.boxes
    box = boxes[column]
    left, right = box.left_pt2, box.right_pt2
    above, below = box.above_pt2, box.below_pt2
    if column and boxes[column - 1] in marks and boxes[column - 1].reaches_right:
        left = 0.0 if box.reaches_left else left
    if column + 1 < len(boxes) and boxes[column + 1] in marks and boxes[column + 1].reaches_left:
        right = 0.0 if box.reaches_right else right
    if box.reaches_down and any(one.reaches_up for one in row.marked_near(column, step=1)):
        below = 0.0
    if box.reaches_up and any(one.reaches_down for one in row.marked_near(column, step=-1)):
        above = 0.0
    return left + right + above + below < STRAY_PT2


# --- Results ------------------------------------------------------------------------------------
def _point(point_id: str, answer: Answer | None = None) -> PointAnswer:
    return PointAnswer(point_id=point_id, answer=answer, doubt=None)


def _unclear(point_id: str, reason: str, seen: Iterable[str]) -> PointAnswer:
    return _doubtful(point_id, DoubtKind.UNCLEAR, reason, seen)


def _doubtful(point_id: str, kind: DoubtKind, reason: str, seen: Iterable[str]) -> PointAnswer:
    doubt = Doubt(kind=kind, reason=reason, seen=tuple(dict.fromkeys(seen)))
    return PointAnswer(point_id=point_id, answer=None, doubt=doubt)
