"""A decision settles a doubt of the form it belongs to, and changes nothing else."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formgen.catalog import Answer
from formgen.naming import TextPart
from formparse.assess import assess
from formparse.choice import ImportedForm
from formparse.decisions import (
    DECIDED,
    NOT_APPLIED,
    Decision,
    DecisionFault,
    FormKey,
    KeptDecision,
    PointDecision,
    TextDecision,
    doubt_about,
    forms_meant,
    judge,
    key_of,
    settle,
)
from formparse.returned import (
    Doubt,
    DoubtKind,
    Finding,
    InnerFile,
    Returned,
    ReturnedForm,
    Severity,
)
from tests.formparse.returns import (
    ALL,
    IMPORTED,
    SMALL,
    both_ticked,
    make_form,
    returned_forms,
)

NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
EARLY, LATE = "2026-03-11T09:00:00Z", "2026-03-12T09:00:00Z"
NOT_READ = Finding(
    code="text-not-read",
    severity=Severity.INFO,
    message="Quelque chose est écrit.",
    page=2,
    field=TextPart.COMPANY,
)
BAD_DATE = Finding(
    code="date-not-read",
    severity=Severity.WARNING,
    message="La date écrite, « 31/02/2026 », n'est pas une date.",
    field=TextPart.DATE,
)


def doubtful(**special: object) -> ReturnedForm:
    """Q1-01 says NON, Q1-02 is doubtful; nobody can read the company nor the date."""
    options: dict[str, object] = {
        "company": None,
        "date": None,
        "date_as_written": "31/02/2026",
        "findings": (NOT_READ, BAD_DATE),
    }
    answers = {"Q1-01": Answer.NON, "Q1-02": both_ticked()}
    return make_form("Q1", answers, **{**options, **special})  # type: ignore[arg-type]


FORM = doubtful()
KEY = key_of(FORM)


def point(
    answer: Answer | None,
    *,
    point_id: str = "Q1-02",
    at: str = EARLY,
    by: str = "Dr Ménard",
    form: FormKey = KEY,
) -> PointDecision:
    return PointDecision(form=form, point_id=point_id, answer=answer, by=by, at=at)


def text(value: str | None, part: TextPart = TextPart.COMPANY, *, at: str = EARLY) -> TextDecision:
    return TextDecision(form=KEY, part=part, text=value, by="Dr Ménard", at=at)


def kept(*decisions: Decision) -> list[KeptDecision]:
    return [KeptDecision(decision=one, doubt=both_ticked(), kept_at=LATE) for one in decisions]


def settled(*decisions: Decision, form: ReturnedForm = FORM) -> ReturnedForm:
    (one,) = settle([form], kept(*decisions))
    assert isinstance(one, ReturnedForm)
    return one


def answers(form: ReturnedForm) -> dict[str, Answer | None]:
    return {read.point_id: read.answer for read in form.answers}


def codes(form: ReturnedForm) -> list[str]:
    return [finding.code for finding in form.findings]


# --- Settling -----------------------------------------------------------------------------------
@pytest.mark.parametrize("answer", ALL)
def test_a_doubtful_point_gets_its_answer_and_says_whose_it_is(answer: Answer) -> None:
    form = settled(point(answer))
    read = form.answers[1]
    assert (read.answer, read.doubt) == (answer, None)
    assert read.decided is not None
    assert (read.decided.by, read.decided.at) == ("Dr Ménard", EARLY)
    assert read.decided.doubt == both_ticked()
    told = [finding for finding in form.findings if finding.code == DECIDED]
    assert [(one.severity, one.point) for one in told] == [(Severity.INFO, "Q1-02")]
    assert answer.value in told[0].message
    assert "Dr Ménard" in told[0].message
    assert "11/03/2026" in told[0].message
    assert "OUI, NON" in told[0].message


@pytest.mark.parametrize("answer", [Answer.OUI, Answer.NA])
def test_a_clear_answer_stays_and_the_decision_is_named(answer: Answer) -> None:
    form = settled(point(answer, point_id="Q1-01"))
    assert answers(form)["Q1-01"] is Answer.NON
    assert form.answers[0].decided is None
    [finding] = [one for one in form.findings if one.code == NOT_APPLIED]
    assert (finding.severity, finding.point) == (Severity.WARNING, "Q1-01")
    assert "NON" in finding.message


def test_a_decision_that_says_what_is_now_read_is_not_worth_a_word() -> None:
    assert settled(point(Answer.NON, point_id="Q1-01")) == FORM


def test_a_point_without_answer_is_not_answered_for_the_supplier() -> None:
    form = make_form("Q1", {"Q1-02": None})
    after = settled(point(Answer.OUI, form=key_of(form)), form=form)
    assert answers(after)["Q1-02"] is None
    assert codes(after) == [NOT_APPLIED]


def test_a_text_is_read_by_a_person() -> None:
    form = settled(text("Acme"), text("12 novembre 2026", TextPart.DATE))
    block = form.attestation
    assert (block.company, block.date) == ("Acme", "2026-11-12")
    assert block.date_as_written == "12 novembre 2026"
    assert [part for part, _ in block.decided] == [TextPart.COMPANY, TextPart.DATE]
    assert block.decided[1][1].doubt.seen == ("31/02/2026",)
    # What was doubtful is quoted by the finding of the decision, and no longer stands by itself.
    assert codes(form) == [DECIDED, DECIDED]
    assert "31/02/2026" in form.findings[1].message


def test_a_text_that_was_read_stays() -> None:
    form = settled(text("Bolt", TextPart.PLACE))
    assert form.attestation.place == "Lyon"
    assert codes(form) == ["text-not-read", "date-not-read", NOT_APPLIED]


@pytest.mark.parametrize("part", TextPart)
def test_every_text_can_be_settled(part: TextPart) -> None:
    finding = dataclasses.replace(NOT_READ, field=part)
    form = make_form("Q1", findings=(finding,))
    value = "1/4/2026" if part is TextPart.DATE else "écrit à la main"
    decision = TextDecision(form=key_of(form), part=part, text=value, by="a", at=EARLY)
    after = settled(decision, form=form)
    before = dataclasses.asdict(form.attestation)
    after_block = dataclasses.asdict(after.attestation)
    changed = {name for name, one in after_block.items() if one != before[name]}
    own = {"date", "date_as_written"} if part is TextPart.DATE else {part.value}
    assert changed == {*own, "decided"}
    assert doubt_about(after, part) is None


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_latest_decision_counts_in_whatever_order_they_came(order: tuple[int, int]) -> None:
    both = (point(Answer.OUI), point(Answer.NON, at=LATE, by="Alix"))
    form = settled(*(both[number] for number in order))
    assert answers(form)["Q1-02"] is Answer.NON
    assert codes(form).count(DECIDED) == 1


def test_of_two_in_one_second_the_one_taken_last_counts() -> None:
    assert answers(settled(point(Answer.OUI), point(Answer.NON)))["Q1-02"] is Answer.NON


@pytest.mark.parametrize("taken_back", [point(None, at=LATE), text(None, at=LATE)])
def test_a_decision_can_be_taken_back(taken_back: Decision) -> None:
    assert settled(point(Answer.OUI), text("Acme"), taken_back) != settled(
        point(Answer.OUI), text("Acme")
    )
    first = point(Answer.OUI) if isinstance(taken_back, PointDecision) else text("Acme")
    assert settled(first, taken_back) == FORM


def test_nothing_decided_changes_nothing() -> None:
    assert settle([FORM], []) == (FORM,)


@given(returned_forms(), st.data())
def test_no_decision_touches_what_is_sure(form: ReturnedForm, data: st.DataObject) -> None:
    points = [read.point_id for read in form.answers]
    decisions = data.draw(
        st.lists(
            st.builds(
                PointDecision,
                form=st.just(key_of(form)),
                point_id=st.sampled_from(points),
                answer=st.none() | st.sampled_from(Answer),
                by=st.just("x"),
                at=st.sampled_from((EARLY, LATE)),
            ),
            max_size=4,
        )
    )
    after = settled(*decisions, form=form)
    for before, now in zip(form.answers, after.answers, strict=True):
        if before.doubt is None:
            assert now == before
        else:
            assert (now.answer is None) == (now.doubt == before.doubt)


# --- Which form ---------------------------------------------------------------------------------
def test_the_same_bytes_under_another_name_are_the_same_return() -> None:
    again = dataclasses.replace(FORM, file="copie (2).pdf")
    assert answers(settled(point(Answer.OUI), form=again))["Q1-02"] is Answer.OUI


@pytest.mark.parametrize(
    "other",
    [
        dataclasses.replace(FORM, sha256="0" * 64),
        dataclasses.replace(FORM, part=InnerFile(name="a.pdf", sha256="1" * 64)),
        dataclasses.replace(FORM, pages=(2,)),
    ],
)
def test_another_form_is_another_form(other: ReturnedForm) -> None:
    assert settled(point(Answer.OUI), form=other) == other


def test_of_two_copies_in_one_file_only_the_one_meant_is_settled() -> None:
    second = dataclasses.replace(FORM, pages=(3, 4))
    first = dataclasses.replace(FORM, pages=(1, 2))
    key = dataclasses.replace(KEY, page=3)
    got = settle([first, second], kept(point(Answer.OUI, form=key)))
    assert got[0] == first
    assert isinstance(got[1], ReturnedForm)
    assert answers(got[1])["Q1-02"] is Answer.OUI


@pytest.mark.parametrize(
    ("pages", "page", "meant"),
    [
        ([(1, 2)], 1, [0]),
        ([(1, 2)], 2, [0]),  # an earlier page was found later
        ([(1, 2), (2, 3)], 2, [1]),  # it begins there
        ([(1, 2, 3), (2, 3)], 3, []),  # either
        ([(1, 2)], 9, []),
        ([()], None, [0]),
    ],
)
def test_a_key_means_one_form_or_none(
    pages: Sequence[tuple[int, ...]], page: int | None, meant: list[int]
) -> None:
    forms = [dataclasses.replace(FORM, pages=one) for one in pages]
    found = forms_meant(dataclasses.replace(KEY, page=page), forms)
    assert list(found) == [forms[number] for number in meant]


# --- May it be taken? ---------------------------------------------------------------------------
RETURNED: list[Returned] = [FORM]


@pytest.mark.parametrize(
    ("decision", "returned", "verdict"),
    [
        (point(Answer.OUI), RETURNED, both_ticked()),
        (point(None), RETURNED, both_ticked()),
        (point(Answer.OUI), None, DecisionFault.UNKNOWN_RETURN),
        (point(Answer.OUI), [], DecisionFault.UNKNOWN_FORM),
        (point(Answer.OUI, point_id="Q1-99"), RETURNED, DecisionFault.UNKNOWN_POINT),
        (point(Answer.NA), RETURNED, DecisionFault.NOT_OFFERED),
        (point(Answer.OUI, point_id="Q1-01"), RETURNED, DecisionFault.NOT_DOUBTFUL),
        (point(None, point_id="Q1-01"), RETURNED, DecisionFault.NOT_DOUBTFUL),
        (text("Lyon", TextPart.PLACE), RETURNED, DecisionFault.NOT_DOUBTFUL),
        (text("31/02/2026", TextPart.DATE), RETURNED, DecisionFault.NOT_A_DATE),
        (point(Answer.OUI, at="2027-03-11T09:00:00Z"), RETURNED, DecisionFault.IN_THE_FUTURE),
    ],
)
def test_what_may_be_taken(
    decision: Decision, returned: list[Returned] | None, verdict: Doubt | DecisionFault
) -> None:
    assert judge(decision, returned, (Answer.OUI, Answer.NON), now=NOW) == verdict


def test_the_doubt_about_a_text_holds_what_was_read() -> None:
    doubt = judge(text("1/3/2026", TextPart.DATE), RETURNED, ALL, now=NOW)
    assert doubt == Doubt(kind=DoubtKind.UNCLEAR, reason=BAD_DATE.message, seen=("31/02/2026",))


# --- What follows -------------------------------------------------------------------------------
def test_a_decided_answer_counts_and_is_told_as_decided() -> None:
    form = settled(point(Answer.NON), text("Acme"))
    told = assess([ImportedForm(form=form, imported_at=IMPORTED)], SMALL)
    second = next(one for one in told.points if one.point.id == "Q1-02")
    assert (second.answer, second.outcome.value) == (Answer.NON, "gap")
    assert second.decided is not None
    assert "Q1-02" in {action.point_id for action in told.actions}
    assert told.counted[0].attestation.company == "Acme"
    assert [part for part, _ in told.counted[0].attestation.decided] == [TextPart.COMPANY]


def test_a_decision_on_one_part_of_a_form_cannot_hide_the_others_answer() -> None:
    """Another file of the same form says NON without doubt: then both stand, as a doubt."""
    common = {"form_id": "ABCD", "supplier_id": "acme"}
    first = make_form(
        "Q1",
        {"Q1-02": both_ticked()},
        file="a",
        form_pages=(1,),
        **common,  # type: ignore[arg-type]
    )
    second = make_form(
        "Q1",
        {"Q1-02": Answer.NON},
        file="b",
        form_pages=(2,),
        **common,  # type: ignore[arg-type]
    )
    decided = settled(point(Answer.OUI, form=key_of(first)), form=first)
    told = assess(
        [ImportedForm(form=one, imported_at=IMPORTED) for one in (decided, second)], SMALL
    )
    [assessed] = [one for one in told.points if one.point.id == "Q1-02"]
    assert assessed.answer is None
    assert assessed.doubt is not None
    assert assessed.doubt.kind is DoubtKind.CONFLICT
    assert assessed.decided is None
