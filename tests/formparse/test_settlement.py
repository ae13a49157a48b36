"""Decisions are taken one by one: what may be is kept, what may not is said, nothing is lost."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from formgen.catalog import Answer
from formgen.language import Lang
from formparse.decisions import Decision, DecisionFault, PointDecision, key_of
from formparse.settlement import Settlement, take_decisions
from formparse.store import ImportRecord, KeptReading, Store
from tests.formparse.fake_reading import tree
from tests.formparse.forms import Editions
from tests.formparse.returns import SMALL, both_ticked, make_form

NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
EARLY, LATE = "2026-03-11T09:00:00Z", "2026-03-12T09:00:00Z"
FORM = make_form("Q3", {"Q3-01": both_ticked()}, file="retour.pdf")
KEY = key_of(FORM)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "output")
    store.prepare()
    record = ImportRecord(name="retour.pdf", size=1, imported="2026-03-10T08:00:00Z")
    store.keep(b"x", FORM.sha256, record, KeptReading(reader="1", returned=(FORM,)))
    return store


def decide(
    answer: Answer | None, *, at: str = EARLY, by: str = "Dr Ménard", point_id: str = "Q3-01"
) -> PointDecision:
    return PointDecision(form=KEY, point_id=point_id, answer=answer, by=by, at=at)


def take(store: Store, *decisions: Decision) -> Settlement:
    return take_decisions(store, decisions, Editions(SMALL), now=NOW)


def test_a_decision_is_kept_with_the_doubt_that_it_settles(store: Store) -> None:
    settlement = take(store, decide(Answer.NON))
    assert (settlement.taken, settlement.known, settlement.refused) == (1, 0, ())
    [kept] = store.decisions(FORM.sha256)
    assert kept.decision == decide(Answer.NON)
    assert (kept.doubt, kept.kept_at) == (both_ticked(), "2026-03-20T12:00:00Z")
    assert store.decided() == (FORM.sha256,)


def test_the_same_again_changes_nothing(store: Store) -> None:
    take(store, decide(Answer.NON))
    before = tree(store.folder)
    settlement = take(store, decide(Answer.NON))
    assert (settlement.taken, settlement.known) == (0, 1)
    assert tree(store.folder) == before


def test_a_later_decision_stands_beside_the_earlier_one(store: Store) -> None:
    take(store, decide(Answer.NON))
    settlement = take(store, decide(Answer.OUI, at=LATE), decide(None, at=LATE, by="Alix"))
    assert settlement.taken == 2
    answers = [one.decision for one in store.decisions(FORM.sha256)]
    assert answers == [
        decide(Answer.NON),
        decide(Answer.OUI, at=LATE),
        decide(None, at=LATE, by="Alix"),
    ]


def test_an_older_decision_is_kept_and_it_is_said_that_it_does_not_count(store: Store) -> None:
    take(store, decide(Answer.NON, at=LATE, by="Alix"))
    settlement = take(store, decide(Answer.OUI))
    assert settlement.taken == 1
    [phrase] = settlement.overtaken
    assert "Q3-01" in phrase.fr
    assert "« Alix »" in phrase.fr
    assert len(store.decisions(FORM.sha256)) == 2


def test_what_may_not_be_taken_is_named_and_the_rest_is_taken(store: Store) -> None:
    other = PointDecision(
        form=key_of(make_form("Q1", file="autre.pdf")),
        point_id="Q1-01",
        answer=Answer.OUI,
        by="x",
        at=EARLY,
    )
    settlement = take(
        store, other, decide(Answer.NA), decide(Answer.OUI), decide(Answer.OUI, point_id="Q9-09")
    )
    assert settlement.taken == 1
    assert [one.fault for one in settlement.refused] == [
        DecisionFault.UNKNOWN_RETURN,
        DecisionFault.NOT_OFFERED,
        DecisionFault.UNKNOWN_POINT,
    ]
    told = [one.phrase.in_(Lang.EN) for one in settlement.refused]
    assert other.form.sha256[:12] in told[0]
    assert "Q3-01 (retour.pdf) refused" in told[1]
    assert "(allowed: OUI, NON)" in told[1]
    assert "Q9-09 (retour.pdf) refused" in told[2]


@pytest.mark.parametrize("fault", DecisionFault)
def test_every_refusal_has_its_sentences(store: Store, fault: DecisionFault) -> None:
    from formparse.settlement import _why

    phrase = _why(decide(Answer.OUI), fault, "retour.pdf", (Answer.OUI,))
    assert phrase.fr.startswith("Décision sur Q3-01 (retour.pdf) refusée : ")
    assert phrase.en.startswith("Decision on Q3-01 (retour.pdf) refused: ")
    assert phrase.fr.endswith(".")
    assert phrase.en.endswith(".")
