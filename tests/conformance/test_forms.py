"""All forms conform: to our invariants, and in the eyes of every checker that can be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from formgen.standard import Standard
from tests.conformance.checkers import Checker
from tests.conformance.invariants import breaches
from tests.conformance.samples import SAMPLES
from tests.conformance.verapdf import JARS_VARIABLE, EngineMissingError, validate
from tests.conformance.verdicts import ABOUT, REQUIRE_VARIABLE, Verdicts

ASKED = [
    (checker, name)
    for name, sample in SAMPLES.items()
    for checker in sorted(ABOUT[sample.standard])
    # Adding to a file of ours, pypdf counts two objects that it does not write; qpdf warns of it.
    if not (checker is Checker.QPDF and sample.filled and sample.standard is Standard.UA2_A4)
]


@pytest.mark.parametrize("name", SAMPLES)
def test_invariants_hold(name: str) -> None:
    sample = SAMPLES[name]
    assert breaches(sample.make(), filled=sample.filled) == []


@pytest.mark.parametrize(("checker", "name"), ASKED, ids=[f"{c}-{n}" for c, n in ASKED])
def test_no_checker_finds_anything(checker: Checker, name: str, verdicts: Verdicts) -> None:
    assert verdicts.of(checker, name) == []


def test_a_missing_engine_skips_or_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    none = Verdicts(found={}, missing={Checker.VERAPDF: "no JDK"})
    monkeypatch.delenv(REQUIRE_VARIABLE, raising=False)
    with pytest.raises(pytest.skip.Exception, match="no JDK"):
        none.of(Checker.VERAPDF, "Q1")
    monkeypatch.setenv(REQUIRE_VARIABLE, "1")
    with pytest.raises(pytest.fail.Exception, match="no JDK"):
        none.of(Checker.VERAPDF, "Q1")


def test_a_missing_engine_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("shutil.which", str)
    monkeypatch.setenv(JARS_VARIABLE, str(tmp_path))
    with pytest.raises(EngineMissingError, match=r"jaxb-runtime\.jar.*libjaxb-java"):
        validate([])
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(EngineMissingError, match="default-jdk-headless"):
        validate([])
