"""Why a file cannot be opened is said in the reader's language."""

from __future__ import annotations

from pathlib import Path

import pytest

from formgen import cli as formgen_cli
from formgen.language import Lang
from formgen.system_reason import system_reason
from formparse import cli as formparse_cli


def test_what_is_rare_is_told_in_the_systems_words() -> None:
    assert system_reason(OSError(75, "Value too large")).fr == "Value too large"
    assert system_reason(OSError("odd")).fr == "OSError"
    assert system_reason(ValueError("embedded null byte")).fr == "nom de fichier impossible"


@pytest.mark.parametrize(
    "arguments",
    [["check", "none"], ["build", "--suppliers", "none"], ["build", "--practice", "none"]],
)
def test_a_missing_file_is_told_in_french(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert formgen_cli.run(arguments, Lang.FR) == 3
    told = capsys.readouterr().err
    assert "aucun fichier de ce nom" in told
    assert "No such" not in told


@pytest.mark.parametrize(
    ("name", "fr", "en"),
    [("none", "aucun fichier de ce nom", "no file of that name"), (".", "dossier", "folder")],
)
def test_no_return_is_told_in_either_language(
    name: str, fr: str, en: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for lang, word in ((Lang.FR, fr), (Lang.EN, en)):
        assert formparse_cli.run(["read", str(tmp_path / name)], lang) == 4
        assert f"({word})" in capsys.readouterr().err
