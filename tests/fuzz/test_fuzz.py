"""Damages real returns for some seconds; `python -m tests.fuzz` does it for hours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from formparse.errors import RefusalCode, refuse
from formparse.returned import Doubt, DoubtKind, Finding, ReturnedForm, Severity
from tests.fuzz.mutations import mutate
from tests.fuzz.oracle import Failure, judge
from tests.fuzz.running import Mutant, reader, run
from tests.fuzz.seeds import KINDS, seed_file

SEED = 2026
COUNTS = {"pdfium": 250, "incremental": 150, "pypdf": 150, "packed": 150, "signed": 60, "flat": 40}
"""Half a minute on two quiet cores, most of it for the pages that have to be looked at."""


@pytest.mark.parametrize("kind", list(KINDS))
def test_no_damage_ends_a_worker_hangs_or_changes_an_answer_in_silence(kind: str) -> None:
    mutants = (Mutant(kind=kind, seed=SEED, number=number) for number in range(COUNTS[kind]))
    outcomes = list(run(mutants, workers=2))
    assert len(outcomes) == COUNTS[kind]
    failed = {str(one.mutant): one.failure for one in outcomes if one.failure is not None}
    assert failed == {}
    # The damage is real, and not all of it is refused at the door.
    assert sum(one.is_changed for one in outcomes) > 0.9 * COUNTS[kind]
    assert any(one.returned != outcomes[0].returned for one in outcomes)


def test_a_mutant_is_the_same_each_time() -> None:
    data = seed_file("pdfium")
    assert mutate(data, "1") == mutate(data, "1") != mutate(data, "2")


def test_the_oracle_hears_what_nobody_is_told_of() -> None:
    before = reader()(seed_file("pypdf"), "a.pdf")
    (form,) = before
    assert isinstance(form, ReturnedForm)
    assert judge(before, before) is None
    assert judge(before, ()) == (Failure.LOST, "Q4")
    none = tuple(replace(point, answer=None, doubt=None) for point in form.answers)
    silent = judge(before, (replace(form, answers=none),))
    assert silent is not None
    assert silent[0] is Failure.SILENT
    warning = Finding(code="repaired", severity=Severity.WARNING, message="")
    assert judge(before, (replace(form, answers=none, findings=(warning,)),)) is None
    doubt = Doubt(kind=DoubtKind.UNCLEAR, reason="", seen=())
    doubtful = tuple(replace(point, answer=None, doubt=doubt) for point in form.answers)
    assert judge(before, (replace(form, answers=doubtful),)) is None
    assert judge(before, (refuse(RefusalCode.DAMAGED, file="a"),)) is None
    for code, failure in (
        (RefusalCode.CRASHED, Failure.CRASHED),
        (RefusalCode.TOO_SLOW, Failure.TOO_SLOW),
    ):
        assert judge(before, (refuse(code, file="a"),)) == (failure, "")
