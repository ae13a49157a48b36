"""Names and texts from outside steer nothing: no path, no terminal, no document around them."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest
from pikepdf import Pdf, String

from formgen.errors import ExitCode
from formgen.language import Lang
from formgen.naming import TextPart
from formparse import cli
from tests.formparse.variants import base, edited, field

HOSTILE = "\x1b[2J\x1b]0;a\x07\u202ecod\x9b31m\u2066<script>=1+1\r\n../../\u2028x"
STEERS = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@cache
def hostile(company: str = HOSTILE, supplier: str = "../../x") -> bytes:
    """A return in which all that a supplier can write is hostile."""

    def change(pdf: Pdf) -> None:
        for part in TextPart:
            field(pdf, f"Q4-{part.value}").V = String(company if part is part.COMPANY else HOSTILE)
        for page in pdf.pages:
            form = page.PieceInfo.formgen.Private.Form
            form.Supplier = String(supplier)
            form.FormId = String(HOSTILE)
        pdf.attachments[HOSTILE] = b"x"
        box = field(pdf, "Q4-03").Kids[0]
        box.AS = String(HOSTILE)

    return edited(change)


def names_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def assert_harmless(text: str) -> None:
    assert not {unicodedata.category(c) for c in text if c != "\n"} & STEERS


@pytest.mark.parametrize("lang", Lang)
def test_nothing_steers_a_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], lang: Lang
) -> None:
    inbox = tmp_path / "in"
    inbox.mkdir()
    (inbox / "a\x1b[2J\u202efdp.pdf").write_bytes(hostile())
    (inbox / "b\x1b]0;x\x07\n.pdf").write_bytes(b"none")
    paths = sorted(inbox.iterdir())
    assert cli.run(["read", *map(str, paths)], lang) == ExitCode.REFUSED
    told = capfd.readouterr()
    for line in told.out.splitlines():
        assert_harmless(line)
        assert json.loads(line)["file"] in {path.name for path in paths}
    assert_harmless(told.err)
    assert "\\x1b" in told.err
    out = tmp_path / "out"
    assert cli.run(["import", str(inbox), "--out", str(out)], lang) == ExitCode.REFUSED
    told = capfd.readouterr()
    assert_harmless(told.out)
    assert_harmless(told.err)
    for path in out.rglob("*.json"):
        assert_harmless(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("company", "supplier"),
    [
        (HOSTILE, "../../x"),
        ("../../../etc/passwd", "/etc/passwd"),
        ("CON", "NUL"),
        ("..", "."),
        (".lock", ".lock"),
        ("index.json", "a/../../b"),
        ("x" * 5000, "x" * 5000),
        ("\u200b", ""),
    ],
)
def test_nothing_is_written_outside(tmp_path: Path, company: str, supplier: str) -> None:
    (tmp_path / "a.pdf").write_bytes(hostile(company, supplier))
    out = tmp_path / "deep" / "out"
    before = names_below(tmp_path)
    assert cli.run(["import", str(tmp_path / "a.pdf"), "--out", str(out)], Lang.FR) == 0
    outside = {name for name in names_below(tmp_path) if not name.startswith("deep")}
    assert outside == before
    (summary,) = (out / "summaries").iterdir()
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}\.json", summary.name)
    assert json.loads(summary.read_bytes())["supplier"]["id"] == summary.stem


def test_links_in_the_way_are_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(base())
    out = tmp_path / "out"
    assert cli.run(["import", str(tmp_path / "a.pdf"), "--out", str(out)], Lang.FR) == 0
    victim = tmp_path / "victim"
    victim.write_text("precious")
    ours = [path for path in out.rglob("*") if path.is_file()]
    assert len(ours) >= 5
    for path in ours:
        path.unlink()
        path.symlink_to(victim)
    (tmp_path / "b.pdf").write_bytes(hostile())
    for name in ("a.pdf", "b.pdf"):
        cli.run(["import", str(tmp_path / name), "--out", str(out)], Lang.FR)
    assert victim.read_text() == "precious"
    assert names_below(tmp_path) - {f"out/{name}" for name in names_below(out)} == {
        "a.pdf",
        "b.pdf",
        "victim",
        "out",
    }
