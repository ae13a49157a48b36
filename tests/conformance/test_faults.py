"""The checks check: each seeded fault is caught by those who are said to catch it."""

from __future__ import annotations

import pytest

from formgen.standard import Standard
from tests.conformance.checkers import Checker
from tests.conformance.faults import FAULTS, unchanged
from tests.conformance.invariants import Rule, breaches
from tests.conformance.verdicts import ABOUT, Verdicts

JUDGED = [(c, name) for name, fault in FAULTS.items() for c in sorted(fault.caught_by)]
UNCHANGED = [(c, standard) for standard in Standard for c in sorted(ABOUT[standard])]


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.rule])
def test_invariants_catch(name: str) -> None:
    fault = FAULTS[name]
    assert fault.rule in {breach.rule for breach in breaches(fault.seeded())}


@pytest.mark.parametrize(("checker", "name"), JUDGED, ids=[f"{c}-{n}" for c, n in JUDGED])
def test_checkers_catch(checker: Checker, name: str, verdicts: Verdicts) -> None:
    assert verdicts.of(checker, name)


@pytest.mark.parametrize("standard", Standard)
def test_without_a_fault_invariants_hold(standard: Standard) -> None:
    assert breaches(unchanged(standard)) == []


@pytest.mark.parametrize(("checker", "standard"), UNCHANGED)
def test_without_a_fault_checkers_find_nothing(
    checker: Checker, standard: Standard, verdicts: Verdicts
) -> None:
    assert verdicts.of(checker, f"unchanged-{standard}") == []


def test_each_fault_is_caught_by_somebody() -> None:
    assert [name for name, fault in FAULTS.items() if not (fault.rule or fault.caught_by)] == []


def test_each_rule_and_each_checker_has_a_fault() -> None:
    assert {fault.rule for fault in FAULTS.values()} - {None} == set(Rule)
    assert {checker for fault in FAULTS.values() for checker in fault.caught_by} == set(Checker)
