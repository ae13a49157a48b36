"""Other people's checkers, each asked one file at a time: what do they find?"""

from __future__ import annotations

import shutil
import subprocess
from enum import StrEnum
from pathlib import Path

from tests.conformance.verapdf import EngineMissingError


class Checker(StrEnum):
    """Who judges a form beside our own invariants."""

    VERAPDF = "veraPDF"
    PAGE = "page"
    OUTLOUD = "outloud"
    QPDF = "qpdf"


SILENCED = {
    # A cell that holds a box to tick has no text: to outloud it is empty.
    "TBL-012",
    # Addresses in the notices are printed for paper; each link of the questionnaire is a link.
    "LNK-010",
    # What a field holds is drawn by the field and read from it, not from the structure. That all of
    # a page's own content is owned is one of our invariants.
    "TAG-003",
}
PAGE_SILENCED = {
    # pikepdf and pypdf end streams with LF alone, where data that end in CR then seem too long.
    # veraPDF looks at the same clause (6.1.7.1) and is not misled.
    "PDFA2A-STREAM-LENGTH-001",
}


def page_findings(data: bytes, profile: str) -> list[str]:
    """Give the rules that `page` finds broken."""
    import page

    report = page.validate_pdf_bytes(data, profile=profile)
    return [
        f"{profile} {failure.rule_id}: {failure.message}"
        for failure in report.failures
        if failure.rule_id not in PAGE_SILENCED
    ]


def outloud_findings(path: Path) -> list[str]:
    """Give the errors and warnings of outloud, which reads for sense more than for syntax."""
    import outloud

    result = outloud.check(str(path), skip=SILENCED)
    assert result.error is None, result.error
    return [
        f"{finding.rule}: {finding.message} {finding.evidence or ''}"
        for finding in result.findings
        if finding.severity in ("error", "warning") and not _is_page_furniture(finding)
    ]


def _is_page_furniture(finding: object) -> bool:
    """Tell whether the « prose marked as artifact » is a repeated table head, or a page's foot."""
    evidence = str(getattr(finding, "evidence", "") or "")
    is_furniture = "(suite) OUI NON" in evidence or evidence.startswith("Formulaire ")
    return getattr(finding, "rule", "") == "TAG-002" and is_furniture


def qpdf_findings(path: Path) -> list[str]:
    """Give what `qpdf --check` says against a file."""
    if not shutil.which("qpdf"):
        raise EngineMissingError("no qpdf")
    done = subprocess.run(
        ["qpdf", "--check", str(path)], capture_output=True, encoding="utf-8", check=False
    )
    said = (done.stdout + done.stderr).splitlines()
    return (
        [line for line in said if "WARNING" in line or "ERROR" in line] if done.returncode else []
    )
