from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from formgen.catalog import Answer
from formparse.answers import Answers
from formparse.marking import (
    FAINT,
    FILLED,
    SPECK_PT2,
    STRAY_PT2,
    STROKE_PT2,
    add_marks,
    resolve_marks,
)
from formparse.reading import MarksSeen
from formparse.returned import Doubt, DoubtKind, PointAnswer
from formparse.vision.ink import BoxInk
from tests.formparse.forms import make_catalog

OUI, NON, NA = Answer.OUI, Answer.NON, Answer.NA
QUESTIONNAIRE = make_catalog({"Q1": 1}).questionnaire("Q1")

EMPTY: dict[str, Any] = {}
CROSS = {"inside_pt2": 22.0, "inside_share": 0.44, "darkest": 1.0}
THIN = {"inside_pt2": STROKE_PT2, "inside_share": 0.05, "darkest": 1.0}
SPECK = {"inside_pt2": SPECK_PT2 * 0.9, "inside_share": 0.01, "darkest": 1.0}
SMALL = {"inside_pt2": STROKE_PT2 * 0.9, "inside_share": 0.04, "darkest": 1.0}
PALE = {"inside_pt2": 10.0, "inside_share": 0.3, "darkest": FAINT * 0.9}
RING = {**CROSS, "is_ring": True}
BLACK = {"inside_pt2": 49.0, "inside_share": FILLED, "darkest": 1.0}
HIDDEN = {"hidden_pt2": 20.0}
DISPUTED = {"is_disputed": True}
BESIDE = {"around_pt2": STRAY_PT2}
COVERED = {"is_visible": False}
OVERSHOT = {**CROSS, "around_pt2": 9.0}
THROUGH = {**CROSS, "runs_through": True}


def ink(answer: Answer, **facts: Any) -> BoxInk:
    plain: dict[str, Any] = {
        "point_id": "Q1-01",
        "answer": answer,
        "is_visible": True,
        "inside_pt2": 0.0,
        "inside_share": 0.0,
        "darkest": 0.0,
        "is_ring": False,
        "around_pt2": 0.0,
        "runs_through": False,
    }
    return BoxInk(**{**plain, **facts})


def row(*boxes: Mapping[str, Any]) -> tuple[BoxInk, ...]:
    return tuple(ink(answer, **facts) for answer, facts in zip(Answer, boxes, strict=True))


def seen(*rows: tuple[BoxInk, ...], lost: frozenset[str] = frozenset()) -> MarksSeen:
    return MarksSeen(
        rows={"Q1-01": rows} if rows else {},
        lost=lost,
        texts={},
        has_signature_ink=False,
        signature_text="",
        findings={},
    )


def resolved(*rows: tuple[BoxInk, ...]) -> PointAnswer:
    (point,) = resolve_marks(seen(*rows), QUESTIONNAIRE).points
    return point


@pytest.mark.parametrize("mark", [CROSS, THIN, OVERSHOT])
@pytest.mark.parametrize("other", [EMPTY, SPECK])
def test_one_clear_mark_is_the_answer(mark: dict[str, Any], other: dict[str, Any]) -> None:
    assert resolved(row(mark, other, EMPTY)).answer is OUI
    assert resolved(row(EMPTY, other, mark)).answer is NA


def test_no_mark_is_no_answer_and_no_doubt() -> None:
    point = resolved(row(EMPTY, SPECK, EMPTY))
    assert (point.answer, point.doubt) == (None, None)


@pytest.mark.parametrize(
    ("boxes", "kind", "words"),
    [
        ((CROSS, CROSS, EMPTY), DoubtKind.CONTRADICTORY, (OUI, NON)),
        ((CROSS, THIN, THIN), DoubtKind.CONTRADICTORY, (OUI, NON, NA)),
        ((SMALL, EMPTY, EMPTY), DoubtKind.UNCLEAR, (OUI,)),
        ((PALE, EMPTY, EMPTY), DoubtKind.UNCLEAR, (OUI,)),
        ((CROSS, PALE, EMPTY), DoubtKind.UNCLEAR, (OUI, NON)),
        ((EMPTY, RING, EMPTY), DoubtKind.UNCLEAR, (NON,)),
        ((BLACK, EMPTY, EMPTY), DoubtKind.UNCLEAR, (OUI,)),
        ((BLACK, CROSS, EMPTY), DoubtKind.UNCLEAR, (OUI, NON)),
        ((EMPTY, HIDDEN, EMPTY), DoubtKind.UNCLEAR, (NON,)),
        ((CROSS, DISPUTED, EMPTY), DoubtKind.UNCLEAR, (OUI, NON)),
        ((EMPTY, BESIDE, EMPTY), DoubtKind.UNCLEAR, (NON,)),
        ((CROSS, BESIDE, EMPTY), DoubtKind.UNCLEAR, (OUI, NON)),
        ((CROSS, COVERED, EMPTY), DoubtKind.UNCLEAR, (OUI,)),
        ((COVERED, EMPTY, EMPTY), DoubtKind.UNCLEAR, ()),
        ((THROUGH, EMPTY, EMPTY), DoubtKind.UNCLEAR, (OUI,)),
    ],
)
def test_what_is_not_clear_is_doubtful(
    boxes: tuple[dict[str, Any], ...], kind: DoubtKind, words: tuple[str, ...]
) -> None:
    point = resolved(row(*boxes))
    assert point.answer is None
    assert point.doubt is not None
    assert (point.doubt.kind, point.doubt.seen) == (kind, words)


def test_a_blank_copy_of_a_page_says_nothing_against_a_marked_one() -> None:
    blank, marked = row(EMPTY, EMPTY, EMPTY), row(EMPTY, CROSS, EMPTY)
    assert resolved(blank, marked).answer is NON
    assert resolved(marked, marked).answer is NON


def test_copies_marked_differently_are_doubtful() -> None:
    point = resolved(row(CROSS, EMPTY, EMPTY), row(EMPTY, CROSS, EMPTY))
    assert point.doubt is not None
    assert (point.doubt.kind, point.doubt.seen) == (DoubtKind.CONFLICT, (OUI, NON))


def test_a_page_that_cannot_be_looked_at_leaves_doubt() -> None:
    (point,) = resolve_marks(seen(lost=frozenset({"Q1-01"})), QUESTIONNAIRE).points
    assert point.doubt is not None


# --- Beside form fields -------------------------------------------------------------------------
BLANK = row(EMPTY, EMPTY, EMPTY)
MARKED = row(CROSS, EMPTY, EMPTY)
OTHER = row(EMPTY, CROSS, EMPTY)
BOTH = row(CROSS, CROSS, EMPTY)
DOUBT = Doubt(kind=DoubtKind.UNCLEAR, reason="…", seen=())


def together(
    boxes: tuple[BoxInk, ...],
    answer: Answer | None,
    doubt: Doubt | None = None,
    **facts: set[str],
) -> Answers:
    plain: dict[str, set[str]] = {"looked_at": {"Q1-01"}, "lost": set(), "undrawn": set()}
    by_fields = Answers(
        points=(PointAnswer(point_id="Q1-01", answer=answer, doubt=doubt),), findings=()
    )
    return add_marks(by_fields, resolve_marks(seen(boxes), QUESTIONNAIRE), **{**plain, **facts})


def test_a_field_and_its_mark_agree() -> None:
    both = together(MARKED, OUI)
    assert both.points[0].answer is OUI
    assert both.findings == ()


@pytest.mark.parametrize("boxes", [OTHER, BOTH, BLANK])
def test_a_field_and_other_marks_are_a_conflict(boxes: tuple[BoxInk, ...]) -> None:
    point = together(boxes, OUI).points[0]
    assert point.answer is None
    assert point.doubt is not None
    assert point.doubt.kind is DoubtKind.CONFLICT
    assert point.doubt.seen[0] == OUI


def test_an_unclear_mark_at_the_field_s_own_box_changes_nothing() -> None:
    assert together(row(BLACK, EMPTY, EMPTY), OUI).points[0].answer is OUI


def test_an_empty_look_says_nothing_where_boxes_have_no_drawing() -> None:
    assert together(BLANK, OUI, undrawn={"Q1-01"}).points[0].answer is OUI


def test_a_mark_answers_where_the_field_is_empty_and_that_is_said() -> None:
    both = together(MARKED, None)
    assert both.points[0].answer is OUI
    assert [finding.code for finding in both.findings] == ["mark-read"]


def test_a_mark_answers_where_the_field_is_lost() -> None:
    both = together(MARKED, None, DOUBT, lost={"Q1-01"})
    assert both.points[0].answer is OUI
    assert both.findings == ()


def test_a_doubtful_field_stays_doubtful() -> None:
    assert together(MARKED, None, DOUBT).points[0].doubt == DOUBT


def test_points_on_pages_not_looked_at_stay_as_they_are() -> None:
    assert together(OTHER, OUI, looked_at=set()).points[0].answer is OUI
