"""The README says what the code does: commands, options, exit codes, statuses, JSON keys, paths."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest

from formgen.cli import make_command as formgen_command
from formgen.errors import ExitCode
from formgen.language import Lang
from formparse.cli import make_command as formparse_command
from formparse.policy import STATUS_LABEL, Status
from formparse.store import OWN_NAMES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = {
    "formgen": formgen_command(Lang.EN),
    "formparse": formparse_command(Lang.EN),
}


def options_of(command: click.Command) -> set[str]:
    return {
        name for parameter in command.params for name in parameter.opts if name.startswith("--")
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_told(name: str) -> None:
    for subcommand in COMMANDS[name].commands:
        assert f"{name} {subcommand}" in README


def test_every_option_that_is_told_exists_and_every_own_option_is_told() -> None:
    known = {"--help", "--version", "--lang"}
    for group in COMMANDS.values():
        for command in group.commands.values():
            known |= options_of(command)
    told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README))
    assert told - known <= {"--strict", "--minutes", "--seed"}, "those of mypy and of tests.fuzz"
    assert known - {"--help", "--version"} <= told


def table_after(heading: str) -> list[list[str]]:
    """Rows of the first table below a heading."""
    rows = []
    for line in README.split(heading, 1)[1].splitlines():
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            break
    return rows[2:]


def test_exit_codes_are_those_of_the_code() -> None:
    assert [int(row[0]) for row in table_after("## Exit codes")] == [int(code) for code in ExitCode]


def test_statuses_are_those_of_the_code_in_their_order() -> None:
    rows = table_after("### Statuses")
    assert [row[0].strip("`") for row in rows] == [status.value for status in Status]
    assert [row[1] for row in rows] == [STATUS_LABEL[status] for status in Status]


def test_the_store_is_told_whole() -> None:
    told = {
        name.strip("`/ ")
        for row in table_after("only similar are flagged")
        for name in row[0].split(",")
    }
    assert told == set(OWN_NAMES)


def test_json_keys_named_in_the_readme_are_in_the_schema() -> None:
    schema = json.loads((ROOT / "formparse/schemas/summary.schema.json").read_text())
    paragraph = README.split("The main keys of a summary are", 1)[1].split(".", 1)[0]
    keys = set(re.findall(r"`(\w+)`", paragraph))
    assert keys
    assert keys <= set(schema["properties"])


def test_paths_named_in_the_readme_are_there() -> None:
    for path in re.findall(
        r"`((?:formgen|tools|demo|bench|tests|docs|formparse)/[\w./-]*)`", README
    ):
        assert (ROOT / path).exists(), path
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / picture).is_file(), picture


def test_the_demo_table_is_what_the_demo_prints() -> None:
    """Names and statuses; numbers are the end-to-end test's."""
    suppliers = (ROOT / "demo" / "suppliers.csv").read_text(encoding="utf-8-sig").splitlines()
    names = [line.split(";")[1] for line in suppliers[1:] if line]
    assert len(names) == 6
    for name in names:
        assert any(line.startswith(name) for line in README.splitlines()), name
