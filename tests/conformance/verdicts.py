"""What other people's checkers say of all samples and seeded faults: asked once for the session."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from formgen.standard import Standard
from tests.conformance.checkers import Checker, outloud_findings, page_findings, qpdf_findings
from tests.conformance.faults import FAULTS, unchanged
from tests.conformance.samples import PROFILES, SAMPLES
from tests.conformance.verapdf import EngineMissingError, validate

REQUIRE_VARIABLE = "FORMGEN_REQUIRE_ENGINES"
"""Set where an engine that is missing is a failure: there the checks must have run."""

CHECKERS = (Checker.VERAPDF, Checker.PAGE, Checker.OUTLOUD, Checker.QPDF)
ABOUT = {
    Standard.UA1_A2A: frozenset(CHECKERS),
    # page and outloud know PDF/UA-1 and PDF/A-1 to 3 only.
    Standard.UA2_A4: frozenset({Checker.VERAPDF, Checker.QPDF}),
}
"""Who can judge forms made to a standard."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What each checker found in each file."""

    found: Mapping[str, Mapping[str, list[str]]]
    missing: Mapping[str, str]
    """Checkers that are not installed, and how to get them."""

    def of(self, checker: Checker, name: str) -> list[str]:
        """Give what a checker found in a file; the test is skipped where it cannot be asked."""
        if reason := self.missing.get(checker):
            if os.environ.get(REQUIRE_VARIABLE):
                pytest.fail(f"{checker}: {reason}")
            pytest.skip(f"{checker}: {reason}")
        return self.found[checker][name]


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    standard: Standard
    asked: frozenset[Checker]
    """Who is to judge it."""


def ask(folder: Path) -> Verdicts:
    """Write all samples and faults into a folder and have them judged."""
    files = _files(folder)
    found: dict[str, dict[str, list[str]]] = {}
    missing: dict[str, str] = {}
    for checker in CHECKERS:
        try:
            found[checker] = _asked(checker, files)
        except EngineMissingError as error:
            missing[checker] = str(error)
    return Verdicts(found, missing)


def _files(folder: Path) -> dict[str, _File]:
    """Write everything that is to be judged."""
    files: dict[str, _File] = {}

    def add(name: str, data: bytes, standard: Standard, asked: frozenset[Checker]) -> None:
        files[name] = _File(folder / f"{name}.pdf", standard, asked)
        files[name].path.write_bytes(data)

    for name, sample in SAMPLES.items():
        add(name, sample.make(), sample.standard, ABOUT[sample.standard])
    for standard in Standard:
        add(f"unchanged-{standard}", unchanged(standard), standard, ABOUT[standard])
    for name, fault in FAULTS.items():
        add(name, fault.seeded(), fault.standard, fault.caught_by)
    return files


def _asked(checker: Checker, files: Mapping[str, _File]) -> dict[str, list[str]]:
    """Ask one checker about all files that it is to judge."""
    judged = {name: file for name, file in files.items() if checker in file.asked}
    match checker:
        case Checker.VERAPDF:
            broken = validate(
                [(file.path, p) for file in judged.values() for p in PROFILES[file.standard]]
            )
            return {
                name: [f"{p} {r}" for p in PROFILES[file.standard] for r in broken[file.path, p]]
                for name, file in judged.items()
            }
        case Checker.PAGE:
            return {
                name: [
                    finding
                    for profile in PROFILES[file.standard]
                    for finding in page_findings(file.path.read_bytes(), profile)
                ]
                for name, file in judged.items()
            }
        case Checker.OUTLOUD:
            return {name: outloud_findings(file.path) for name, file in judged.items()}
        case Checker.QPDF:
            return {name: qpdf_findings(file.path) for name, file in judged.items()}
