"""What click says of its own comes in the language of the command."""

from __future__ import annotations

import pytest

from formgen import cli as formgen_cli
from formgen.errors import ExitCode
from formgen.language import Lang
from formparse import cli as formparse_cli

ENGLISH = (
    "Error",
    "Try ",
    "Missing",
    "No such",
    "Invalid",
    "Show ",
    "Commands",
    "is not one of",
    "default",
)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["read"], "il manque FILE…"),
        (
            ["import", "x", "--jobs", "0"],
            "« 0 » ne convient pas pour --jobs ; un nombre entier est attendu, au moins 1",
        ),
        (["import", "x", "--jobs", "a"], "« a » ne convient pas pour --jobs"),
        (["foo"], "la commande « foo » n'existe pas."),
        (["imporrt"], "Vouliez-vous dire import ?"),
        (["read", "--nope", "x"], "l'option --nope n'existe pas."),
        (["read", "--trus", "x"], "Vouliez-vous dire --trust ?"),
        (["import", "x", "--out"], "l'option --out n'est pas suivie de ce qu'elle attend."),
        (
            ["schema", "foo"],
            "« foo » ne convient pas pour [summary|read|review] ; possibles : summary, read, rev",
        ),
        (["schema", "read", "more"], "des mots de trop : more."),
    ],
)
def test_wrong_usage_is_told_in_french(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert formparse_cli.run(arguments, Lang.FR) == ExitCode.USAGE
    shown = capsys.readouterr()
    assert shown.out == ""
    assert told in shown.err.replace("\u00a0", " ")
    assert not [word for word in ENGLISH if word in shown.err]


def test_english_stays_clicks_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert formparse_cli.run(["foo"], Lang.EN) == ExitCode.USAGE
    assert "No such command 'foo'" in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["build"], ["read"], ["import"], ["check"], ["schema"]])
def test_help_is_french_throughout(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for cli in (formgen_cli, formparse_cli):
        cli.run([*command, "--help"], Lang.FR)
        shown = capsys.readouterr().out
        assert not [word for word in ENGLISH if word in shown]
