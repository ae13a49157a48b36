"""Every combination of box states and values has its answer or its doubt."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from formgen.naming import STATE_OF_ANSWER
from formparse.answers import resolve_answers
from formparse.objects import Entries
from formparse.reading import BoxSeen, PointCopy, PointSeen, Reading, SignatureSeen
from formparse.returned import DoubtKind, Method, PointAnswer, Severity
from tests.formparse.forms import ALL, make_catalog

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from formgen.catalog import Answer

CATALOG = make_catalog({"Q1": 1, "Q3": 1})
Q1, Q3 = CATALOG.questionnaires
OUI, NON, NA = ALL


def box(answer: Answer, state: str | None = "Off", **facts: object) -> BoxSeen:
    mark = STATE_OF_ANSWER[answer]
    seen = BoxSeen(
        answer=answer,
        mark=mark,
        state=state,
        looks=(mark,),
        own_value=None,
        is_torn=False,
        is_touched=False,
        is_in_place=True,
        page=1,
        widget=Entries({}),
    )
    return seen._replace(**facts)


def boxes(*on: Answer, **facts: object) -> tuple[BoxSeen, ...]:
    return tuple(box(a, STATE_OF_ANSWER[a] if a in on else "Off", **facts) for a in ALL)


def copy(seen: Sequence[BoxSeen] = (), value: str | None = None, *, odd: bool = False) -> PointCopy:
    return PointCopy(boxes=tuple(seen), value=value, has_odd_value=odd)


def reading(
    points: Mapping[str, Sequence[PointCopy]], *, drawn: bool = False, lost: Sequence[str] = ()
) -> Reading:
    return Reading(
        method=Method.FIELDS,
        points={p: PointSeen(point_id=p, copies=tuple(copies)) for p, copies in points.items()},
        lost=frozenset(lost),
        texts={},
        signature=SignatureSeen(has_value=False, drawings=()),
        values_are_drawn=drawn,
    )


def resolve(*copies: PointCopy, drawn: bool = False) -> tuple[PointAnswer, tuple[str, ...]]:
    found = resolve_answers(reading({"Q1-01": copies}, drawn=drawn), Q1)
    assert all(finding.severity is Severity.INFO for finding in found.findings)
    assert all(finding.point == "Q1-01" for finding in found.findings)
    return found.points[0], tuple(finding.code for finding in found.findings)


def outcome(point: PointAnswer) -> Answer | DoubtKind | None:
    return point.doubt.kind if point.doubt else point.answer


STATES = [on for size in range(4) for on in product((False, True), repeat=3) if sum(on) == size]


@pytest.mark.parametrize("on", STATES)
@pytest.mark.parametrize("value", [None, *STATE_OF_ANSWER.values(), "autre"])
@pytest.mark.parametrize("drawn", [False, True])
def test_all_states_and_values(on: tuple[bool, ...], value: str | None, *, drawn: bool) -> None:
    ticked = [answer for answer, is_on in zip(ALL, on, strict=True) if is_on]
    point, _ = resolve(copy(boxes(*ticked), value), drawn=drawn)
    named = next((a for a, state in STATE_OF_ANSWER.items() if state == value), None)
    if len(ticked) > 1:
        expected: Answer | DoubtKind | None = DoubtKind.CONTRADICTORY
    elif ticked:
        expected = ticked[0] if value is None or named is ticked[0] else DoubtKind.CONFLICT
    elif value is None:
        expected = None
    elif named is None:
        expected = DoubtKind.UNCLEAR
    else:
        expected = named if drawn else DoubtKind.CONFLICT
    assert outcome(point) == expected
    assert (point.answer is None) or (point.doubt is None)


def test_a_doubt_shows_what_was_seen() -> None:
    point, _ = resolve(copy(boxes(OUI), "NA"))
    assert point.doubt is not None
    assert point.doubt.seen == ("OUI", "N/A")
    assert point.doubt.reason == "La valeur du champ dit N/A, la page montre une coche à OUI."
    point, _ = resolve(copy(boxes(OUI, NA)))
    assert point.doubt is not None
    assert point.doubt.seen == ("OUI", "N/A")


def test_a_torn_box_wins_over_its_stale_field() -> None:
    torn = [box(OUI), box(NON, "NON", is_torn=True, own_value="NON"), box(NA)]
    point, notes = resolve(copy(torn, "OUI"))
    assert (point.answer, notes) == (NON, ("box-torn",))


def test_a_torn_and_unticked_box_leaves_no_answer() -> None:
    torn = [box(OUI, is_torn=True), box(NON), box(NA)]
    assert outcome(resolve(copy(torn, "OUI"))[0]) is None


def test_a_torn_box_that_says_yes_and_shows_nothing_is_doubtful() -> None:
    torn = [box(OUI, is_torn=True, own_value="OUI"), box(NON), box(NA)]
    assert outcome(resolve(copy(torn))[0]) is DoubtKind.CONFLICT


def test_a_box_unticked_in_pdfjs_leaves_no_answer() -> None:
    touched = [box(OUI, is_touched=True), box(NON), box(NA)]
    point, notes = resolve(copy(touched, "OUI"))
    assert (outcome(point), notes) == (None, ("unticked",))


@pytest.mark.parametrize("facts", [{"state": None}, {"looks": None}])
def test_a_value_counts_where_no_box_could_show_it(facts: dict[str, object]) -> None:
    point, notes = resolve(copy([b._replace(**facts) for b in boxes()], "NON"))
    assert (point.answer, notes) == (NON, ("value-only",))


def test_a_field_without_boxes_counts() -> None:
    assert resolve(copy((), "NON"))[0].answer is NON


def test_renamed_states_are_read_by_the_box_that_shows_them() -> None:
    renamed = [box(OUI, "1", looks=("1",)), box(NON, looks=("2",)), box(NA, looks=("3",))]
    assert resolve(copy(renamed, "1"))[0].answer is OUI
    assert outcome(resolve(copy(renamed, "2"))[0]) is DoubtKind.CONFLICT


@pytest.mark.parametrize(
    ("seen", "kind"),
    [
        ([box(OUI, "NON", looks=("NON",)), box(NON), box(NA)], DoubtKind.CONFLICT),
        ([box(OUI, looks=("OUI", "NON")), box(NON, "NON"), box(NA)], DoubtKind.CONFLICT),
        ([box(OUI, "OUI", is_in_place=False), box(NON), box(NA)], DoubtKind.CONFLICT),
        ([box(OUI, "NON"), box(NON), box(NA)], DoubtKind.UNCLEAR),
        ([box(OUI), box(NON)], DoubtKind.UNCLEAR),
        ([box(OUI), box(NON), box(NON)], DoubtKind.UNCLEAR),
    ],
)
def test_damaged_boxes_are_doubtful(seen: list[BoxSeen], kind: DoubtKind) -> None:
    assert outcome(resolve(copy(seen))[0]) is kind


def test_a_tick_among_fewer_boxes_counts() -> None:
    assert resolve(copy([box(OUI, "OUI"), box(NON)]))[0].answer is OUI


def test_a_value_of_another_type_is_doubtful() -> None:
    assert outcome(resolve(copy(boxes(OUI), odd=True))[0]) is DoubtKind.UNCLEAR


def test_an_answer_that_is_not_offered_is_not_allowed() -> None:
    def resolve_q3(seen: PointCopy) -> Answer | DoubtKind | None:
        return outcome(resolve_answers(reading({"Q3-01": [seen]}), Q3).points[0])

    pair = [box(OUI), box(NON)]
    assert (
        resolve_q3(copy([*pair, box(NA, "NA", is_in_place=False)], "NA")) is DoubtKind.NOT_ALLOWED
    )
    assert resolve_q3(copy(pair, "NA")) is DoubtKind.NOT_ALLOWED
    assert resolve_q3(copy([box(OUI, "OUI"), box(NON)], "OUI")) is OUI
    assert resolve_q3(copy(pair)) is None


def test_copies_that_agree_count_and_others_are_doubtful() -> None:
    agreed, other = copy(boxes(OUI), "OUI"), copy(boxes())
    assert resolve(agreed, agreed)[0].answer is OUI
    point = resolve(agreed, other)[0]
    assert outcome(point) is DoubtKind.CONFLICT
    assert point.doubt is not None
    assert point.doubt.seen == ("OUI",)


def test_lost_boxes_are_not_an_empty_answer() -> None:
    found = resolve_answers(reading({}, lost=["Q1-01"]), Q1)
    assert outcome(found.points[0]) is DoubtKind.UNCLEAR
    assert outcome(resolve_answers(reading({}), Q1).points[0]) is None
