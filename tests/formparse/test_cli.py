from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pypdf import PdfWriter

from formgen import console
from formgen.build import Order, Report, build
from formgen.catalog import default_catalog_path, load_catalog
from formgen.errors import ExitCode
from formgen.language import Lang
from formparse import cli, commands
from formparse.derivation import INDEX_FORMAT
from tests.formparse.fake_reading import tree

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give Q1 as it is sent."""
    order = Order(
        catalog=load_catalog(default_catalog_path()),
        questionnaires=("Q1",),
        practice=None,
        suppliers=None,
        out=tmp_path_factory.mktemp("forms"),
    )
    [built] = build(order, Report(lambda _phrase: None))
    return built.path


@pytest.fixture(scope="module")
def inbox(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with returns of two suppliers, one of them not all OUI."""
    folder = tmp_path_factory.mktemp("in")
    for company, answer in (("Acme", "/OUI"), ("Duval & Fils", "/NON")):
        writer = PdfWriter(clone_from=blank)
        values = {"Q1-company": company, "Q1-service": "Sauvegarde", "Q1-03": answer}
        for page in writer.pages:
            writer.update_page_form_field_values(page, values, auto_regenerate=False)
        writer.write(folder / f"{company[:4]}.pdf")
    return folder


def run(*arguments: object, lang: Lang = Lang.FR) -> int:
    return cli.run([str(argument) for argument in arguments], lang)


def start(*arguments: object, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "formparse", *map(str, arguments)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        text=True,
        stderr=subprocess.PIPE,
        **{"stdout": subprocess.PIPE, **options},
    )


def test_read_prints_one_object_a_form(inbox: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = tree(inbox)
    assert run("read", inbox / "Acme.pdf", inbox / "Duva.pdf") == ExitCode.DONE
    printed = capsys.readouterr()
    records = [json.loads(line) for line in printed.out.splitlines()]
    assert [record["file"] for record in records] == ["Acme.pdf", "Duva.pdf"]
    assert [record["answers"]["Q1-03"] for record in records] == ["OUI", "NON"]
    assert records[1]["attestation"]["Q1"]["company"] == "Duval & Fils"
    assert printed.err == ""
    assert tree(inbox) == before


def test_read_tells_what_it_refuses(
    inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "note.txt").write_text("no PDF")
    assert run("read", tmp_path / "note.txt", inbox / "Acme.pdf") == ExitCode.REFUSED
    printed = capsys.readouterr()
    statuses = [json.loads(line)["status"] for line in printed.out.splitlines()]
    assert statuses == ["refused", "read"]
    assert printed.err.startswith("note.txt\u00a0: le fichier n'est pas un PDF")


def test_import_keeps_sums_up_and_prints_the_table(
    inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run("import", inbox, "--out", out) == ExitCode.DONE
    printed = capsys.readouterr()
    assert "Acme" in printed.out
    assert "Duval & Fils" in printed.out
    assert "Fichiers importés\u00a0: 2." in printed.err
    assert {path.name for path in (out / "summaries").iterdir()} == {
        "acme.json",
        "duval-et-fils.json",
    }
    summary = json.loads((out / "summaries" / "acme.json").read_text(encoding="utf-8"))
    assert [source["file"] for source in summary["sources"]] == ["Acme.pdf"]
    assert {path.read_bytes() for path in (out / "originals").iterdir()} == {
        path.read_bytes() for path in inbox.iterdir()
    }
    before = tree(out)
    assert run("import", inbox, "--out", out) == ExitCode.DONE
    again = capsys.readouterr()
    assert again.out == printed.out
    assert "déjà connus\u00a0: 2" in again.err
    assert tree(out) == before


def test_import_names_what_it_refuses_and_goes_on(
    inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "\x1b[31mrouge\nFichiers importés.pdf"
    bad.write_bytes(b"no PDF")
    arguments = ("import", bad, inbox, "--out", tmp_path / "out")
    for _ in range(2):
        assert run(*arguments, lang=Lang.EN) == ExitCode.REFUSED
        printed = capsys.readouterr()
        assert "Acme" in printed.out
        assert "\x1b" not in printed.err
        lines = printed.err.splitlines()
        assert len(lines) == 2
        assert "refused: 1" in lines[0]
        assert "the file is not a PDF" in lines[1]
    assert [path.read_bytes() for path in (tmp_path / "out" / "refused").iterdir()] == [b"no PDF"]


def test_a_catalog_stays_known_to_the_store(
    inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalog = tmp_path / "mine.json"
    content = json.loads(default_catalog_path().read_bytes()) | {"id": "le-mien"}
    catalog.write_text(json.dumps(content), encoding="utf-8")
    order = Order(
        catalog=load_catalog(catalog),
        questionnaires=("Q1",),
        practice=None,
        suppliers=None,
        out=tmp_path / "forms",
    )
    [built] = build(order, Report(lambda _phrase: None))
    out = tmp_path / "out"
    assert run("import", built.path, "--out", out) == ExitCode.REFUSED
    assert run("import", built.path, "--out", out, "--catalog", catalog) == ExitCode.DONE
    before = tree(out)
    assert run("import", inbox, built.path, "--out", out) == ExitCode.DONE
    assert run("import", inbox, "--out", out, "--rederive") == ExitCode.DONE
    after = tree(out)
    assert {name: after[name] for name in before if name != "index.json"} == {
        name: before[name] for name in before if name != "index.json"
    }
    assert list((out / "refused").iterdir()) == []


@pytest.mark.parametrize("place", ["output", "output/deeper"])
def test_an_output_that_cannot_be_written(
    inbox: Path, tmp_path: Path, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "output").touch()
    assert run("import", inbox, "--out", tmp_path / place) == ExitCode.OUTPUT
    assert "écriture impossible" in capsys.readouterr().err


def test_a_wrong_catalog(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "wrong.json").write_text("{")
    arguments = (
        "import",
        tmp_path,
        "--out",
        tmp_path / "out",
        "--catalog",
        tmp_path / "wrong.json",
    )
    assert run(*arguments) == ExitCode.CATALOG
    assert "wrong.json" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("arguments", [["import"], ["read"], ["read", "--no"], ["nothing"]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*arguments) == ExitCode.USAGE
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("which", ["summary", "read", "review"])
def test_schemas_are_printed(which: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("schema", which) == ExitCode.DONE
    assert json.loads(capsys.readouterr().out)["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize(
    ("lang", "words"), [(Lang.FR, "Lit les questionnaires"), (Lang.EN, "Read the security")]
)
def test_help_speaks_both_languages(
    lang: Lang, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--lang", lang.value, "--help", lang=lang) == ExitCode.DONE
    assert words in capsys.readouterr().out


def test_an_error_of_ours_shows_no_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(commands, "import_into", broken)
    assert run("import", tmp_path) == console.BUG
    [line] = capsys.readouterr().err.splitlines()
    assert "ZeroDivisionError, test_cli.py:" in line


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_an_interrupt_ends_quietly(blank: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "in"
    inbox.mkdir()
    for number in range(300):
        (inbox / f"{number}.pdf").write_bytes(blank.read_bytes() + b"\n%%" + b"%d" % number)
    with start("import", inbox, "--out", tmp_path / "out", start_new_session=True) as process:
        originals = tmp_path / "out" / "originals"
        while not (originals.is_dir() and any(originals.iterdir())):
            time.sleep(0.005)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: workers get it too
        out, err = process.communicate()
    assert process.returncode == ExitCode.INTERRUPTED
    assert out == ""
    assert err.split() == ["Interrompu."]


def test_a_reader_that_has_had_enough_is_no_error(inbox: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with start("read", inbox / "Acme.pdf", stdout=writing) as process:
        os.close(writing)
        _, err = process.communicate()
    assert (process.returncode, err) == (ExitCode.DONE, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_an_output_that_is_full_is_said(inbox: Path) -> None:
    for command in (["read", inbox / "Acme.pdf"], ["schema"]):
        with Path("/dev/full").open("w") as full, start(*command, stdout=full) as process:
            _, err = process.communicate()
        assert process.returncode == ExitCode.OUTPUT
        assert len(err.splitlines()) == 1


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from formparse.cli import run; from formgen.language import Lang\n"
        "run(['--help'], Lang.FR)\n"
        "heavy = {'pypdf', 'multiprocessing', 'jsonschema', 'filelock', 'reportlab', 'hashlib'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_an_index_of_another_format_is_made_again(
    inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run("import", inbox, "--out", out) == ExitCode.DONE
    first = capsys.readouterr().out
    index = json.loads((out / "index.json").read_bytes())
    older = {**json.loads((out / "index.json").read_bytes()), "format": INDEX_FORMAT - 1}
    for supplier in older["suppliers"].values():
        supplier["row"] = {"id": supplier["row"]["id"]}
    (out / "index.json").write_text(json.dumps(older), encoding="utf-8")
    assert run("import", inbox, "--out", out) == ExitCode.DONE
    assert capsys.readouterr().out == first
    assert json.loads((out / "index.json").read_bytes()) == index
    keys = {key for supplier in index["suppliers"].values() for key in supplier["row"]}
    # Whoever changes these raises the format.
    assert (INDEX_FORMAT, sorted(keys)) == (
        2,
        [
            "attestation", "counts", "earlier_non", "first_action", "id", "missing", "name",
            "received", "required", "status",
        ],
    )  # fmt: skip


def test_all_is_derived_again_without_being_given_again(
    inbox: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run("import", inbox, "--out", out) == ExitCode.DONE
    first = capsys.readouterr().out
    before = {path: path.read_bytes() for path in (out / "summaries").iterdir()}
    for path in before:
        path.unlink()
    assert run("import", "--rederive", "--out", out) == ExitCode.DONE
    assert capsys.readouterr().out == first
    assert {path: path.read_bytes() for path in before} == before
    assert run("import", "--out", out) == ExitCode.USAGE
    assert "il manque PATH…" in capsys.readouterr().err
