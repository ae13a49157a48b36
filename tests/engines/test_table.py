"""The README tells of every program what the suite proves of it."""

from __future__ import annotations

from pathlib import Path

from tests.engines.table import HEAD, table

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_has_the_table_that_the_suite_runs() -> None:
    told = README.read_text(encoding="utf-8")
    start = told.index(f"| {HEAD[0]} | {HEAD[1]} |")
    lines = told[start:].splitlines()
    rows = lines[: next(at for at, line in enumerate(lines) if not line.startswith("|"))]
    assert "\n".join(rows) == table(), "python -m tests.engines prints it"
