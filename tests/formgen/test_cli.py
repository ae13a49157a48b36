"""The command: options, exit codes, languages, and what it keeps from users."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import formgen.build
import formgen.cli
from formgen import __version__, console
from formgen.cli import make_command, run
from formgen.errors import ExitCode
from formgen.language import Lang

ROOT = Path(__file__).parents[2]
HEAVY = {"reportlab", "pypdf", "jsonschema", "zxingcpp", "multiprocessing", "email"}
ENTRY = {"id": "acme", "name": "Acmé", "service": "Réseau", "questionnaires": "Q4"}


def suppliers(tmp_path: Path, **changes: object) -> str:
    path = tmp_path / "list.json"
    path.write_text(json.dumps([{**ENTRY, **changes}]), encoding="utf-8")
    return str(path)


def in_process(
    *arguments: str, lang: str | None = None, out: int = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    """`python -m formgen` as a user runs it."""
    environment = {
        k: v for k, v in os.environ.items() if k not in ("LC_ALL", "LC_MESSAGES", "LANG")
    }
    if lang:
        environment["LC_ALL"] = lang
    return subprocess.run(
        [sys.executable, "-m", "formgen", *arguments],
        cwd=ROOT,
        env={**environment, "PYTHONUTF8": "1"},
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=False,
    )


# -- build ------------------------------------------------------------------------------------


def test_build_prints_one_path_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "forms"
    assert run(["build", "--out", str(out)], Lang.FR) == ExitCode.DONE
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [str(out / f"Q{n}.pdf") for n in range(1, 5)]
    assert shown.err == ""
    assert all(Path(line).read_bytes().startswith(b"%PDF-1.7") for line in shown.out.splitlines())


def test_forms_go_to_output_forms_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["build", "--questionnaire", "Q1"], Lang.FR) == ExitCode.DONE
    assert capsys.readouterr().out.splitlines() == [str(Path("output/forms/Q1.pdf"))]
    assert (tmp_path / "output" / "forms" / "Q1.pdf").is_file()


def test_added_forms_are_said_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["build", "--suppliers", suppliers(tmp_path), "--out", str(tmp_path / "out")]
    assert run([*options, "--eml"], Lang.EN) == ExitCode.DONE
    shown = capsys.readouterr()
    folder = tmp_path / "out" / "acme"
    assert shown.out.splitlines() == [str(folder / "Q1.pdf"), str(folder / "Q4.pdf")]
    assert shown.err.splitlines() == [
        "Q1 added, required with Q4: acme.",
        f"{folder / 'acme.eml'}: the list gives no e-mail address; the draft has no recipient.",
    ]


def test_a_letter_of_ones_own_is_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Objet : à vous\nBonjour {fournisseur}\n", encoding="utf-8")
    options = ["build", "--suppliers", suppliers(tmp_path), "--out", str(tmp_path)]
    assert run([*options, "--eml", "--letter", str(letter)], Lang.FR) == ExitCode.DONE
    capsys.readouterr()
    assert b"Bonjour Acm=C3=A9\r\n" in (tmp_path / "acme" / "acme.eml").read_bytes()


def test_the_other_standard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["build", "--questionnaire", "Q1", "--out", str(tmp_path)]
    assert run([*options, "--standard", "ua2-a4"], Lang.FR) == ExitCode.DONE
    capsys.readouterr()
    assert (tmp_path / "Q1.pdf").read_bytes().startswith(b"%PDF-2.0")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--questionnaire", "Q9"], "--questionnaire Q9\u00a0: inconnu du catalogue"),
        (["--eml"], "--eml demande une liste"),
        (["--suppliers", "list.csv", "--letter", "letter.txt"], "--letter ne sert qu'avec --eml"),
        (["--standard", "none"], "--standard"),
        (["--nothing"], "--nothing"),
        (["file.pdf"], "file.pdf"),
    ],
)
def test_wrong_usage_is_2(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["build", *options], Lang.FR) == ExitCode.USAGE
    shown = capsys.readouterr()
    assert words in shown.err
    assert shown.out == ""


@pytest.mark.parametrize("option", ["--catalog", "--suppliers", "--practice"])
@pytest.mark.parametrize("content", [None, b"", b"{", b"\x00\xff", b"[]", b"{}"])
def test_a_wrong_input_file_is_3_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, content: bytes | None
) -> None:
    path = tmp_path / "input.json"
    if content is not None:
        path.write_bytes(content)
    out = tmp_path / "out"
    assert run(["build", option, str(path), "--out", str(out)], Lang.FR) == ExitCode.CATALOG
    shown = capsys.readouterr()
    assert str(path) in shown.err
    assert "Traceback" not in shown.err
    assert not out.exists()


def test_a_wrong_letter_is_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Objet : à vous\n{nom}\n", encoding="utf-8")
    options = ["--suppliers", suppliers(tmp_path), "--eml", "--letter", str(letter)]
    assert run(["build", *options, "--out", str(tmp_path)], Lang.FR) == ExitCode.CATALOG
    assert f"{letter}, ligne 2\u00a0: le repère {{nom}} est inconnu" in capsys.readouterr().err


def test_an_output_that_cannot_be_written_is_5(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.touch()
    assert run(["build", "--out", str(out)], Lang.FR) == ExitCode.OUTPUT
    error = capsys.readouterr().err
    assert error.startswith(f"{out} : écriture impossible, un fichier occupe la place du dossier")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
def test_a_full_disk_behind_stdout_is_5(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = in_process("build", "--out", str(tmp_path), out=full.fileno())
    assert done.returncode == ExitCode.OUTPUT
    reason = "Écriture du résultat impossible (plus de place sur le disque)"
    assert done.stderr == f"{reason}. Vérifiez le disque ou la redirection.\n"


def test_a_reader_that_stops_reading_is_no_error(tmp_path: Path) -> None:
    script = f"{sys.executable} -m formgen build --out {tmp_path} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "0\n"
    assert done.stderr == ""


def test_an_interruption_is_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(formgen.build, "build", interrupted)
    assert run(["build", "--out", str(tmp_path)], Lang.FR) == ExitCode.INTERRUPTED
    assert capsys.readouterr().err.strip() == "Interrompu."


def test_a_bug_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("inside")

    monkeypatch.setattr(formgen.build, "build", broken)
    assert run(["build", "--out", str(tmp_path)], Lang.EN) == console.BUG
    error = capsys.readouterr().err
    assert error.startswith("Internal error of formgen (RuntimeError, test_cli.py:")
    assert "Traceback" not in error


def test_what_comes_from_outside_moves_no_cursor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "\x1b[2Jlist.csv"
    assert run(["build", "--suppliers", str(path)], Lang.FR) == ExitCode.CATALOG
    error = capsys.readouterr().err
    assert "\x1b" not in error
    assert "U+001B" in error


def test_a_path_that_is_no_text_is_printed_all_the_same(tmp_path: Path) -> None:
    done = in_process("build", "--questionnaire", "Q1", "--out", f"{tmp_path}/\udcff")
    assert done.returncode == ExitCode.DONE
    assert done.stdout == f"{tmp_path}/\\udcff/Q1.pdf\n"


def test_progress_is_counted_in_a_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formgen.cli, "_LINE_EVERY", 2)
    assert run(["build", "--out", str(tmp_path)], Lang.FR) == ExitCode.DONE
    counts = capsys.readouterr().err.splitlines()
    assert counts == ["2 formulaires sur 4", "4 formulaires sur 4"]


# -- check and schema -------------------------------------------------------------------------


def test_check_tells_faults_with_their_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalog = json.loads((ROOT / "catalog.json").read_text(encoding="utf-8"))
    catalog["questionnaires"][1]["requires"] = ["Q9"]
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(catalog, indent=1), encoding="utf-8")
    assert run(["check", str(path)], Lang.EN) == ExitCode.CATALOG
    (fault,) = capsys.readouterr().out.splitlines()
    assert fault.startswith(str(path))
    assert "Q9" in fault


def test_check_of_the_packaged_catalog(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check"], Lang.EN) == ExitCode.DONE
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "70 points, no fault." in shown.err


def test_schema_is_the_packaged_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema"], Lang.FR) == ExitCode.DONE
    shown = json.loads(capsys.readouterr().out)
    path = ROOT / "formgen" / "schemas" / "catalog.schema.json"
    assert shown == json.loads(path.read_text(encoding="utf-8"))


# -- help -------------------------------------------------------------------------------------


def test_help_is_french_unless_the_locale_is_english() -> None:
    assert "Établit les questionnaires" in in_process("--help").stdout
    assert "Établit les questionnaires" in in_process("--help", lang="fr_FR.UTF-8").stdout
    assert "Build the security questionnaires" in in_process("--help", lang="en_GB.UTF-8").stdout


def test_lang_is_stronger_than_the_locale() -> None:
    assert "Affiche cette aide." in in_process("--lang", "fr", "--help", lang="en_GB.UTF-8").stdout
    assert "Write the PDF forms" in in_process("build", "--lang=en", "--help").stdout


@pytest.mark.parametrize("lang", Lang)
def test_every_command_and_option_has_its_help(lang: Lang) -> None:
    group = make_command(lang)
    for command in (group, *group.commands.values()):
        assert command.help
        options = [option for option in command.params if isinstance(option, click.Option)]
        assert all(option.help for option in options)


def test_help_of_the_two_languages_differs_in_every_line_of_ours() -> None:
    french, english = make_command(Lang.FR), make_command(Lang.EN)
    for name, command in french.commands.items():
        other = english.commands[name]
        assert command.help != other.help
        for one, two in zip(command.params, other.params, strict=True):
            if isinstance(one, click.Option) and isinstance(two, click.Option):
                assert one.help != two.help


def test_version() -> None:
    result = CliRunner().invoke(make_command(Lang.FR), ["--version"])
    assert result.output == f"formgen, version {__version__}\n"


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; sys.argv = ['formgen', 'build', '--help']\n"
        "from formgen.cli import main\n"
        "try:\n    main()\nexcept SystemExit: pass\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "--suppliers" in done.stdout
    loaded = set(done.stderr.split())
    assert "click" in loaded
    assert not HEAVY & loaded
