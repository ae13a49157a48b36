"""Registers of forms sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from formgen.errors import ExitCode, SupplierListError
from formgen.language import Lang
from formparse.issued import load_issued

LINE = '{"form_id": "ABCD2345", "supplier_id": "acme", "name": "Acme", "questionnaire": "%s"}'


def register(folder: Path, *lines: str) -> Path:
    path = folder / "issued.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_a_register_tells_owner_and_questionnaires(tmp_path: Path) -> None:
    issued = load_issued([register(tmp_path, LINE % "Q3", LINE.replace("2345", "6789") % "Q1")])
    assert issued.supplier_of == {"ABCD2345": "acme", "ABCD6789": "acme"}
    assert issued.sent_to("acme") == ("Q1", "Q3")
    assert issued.sent_to("bolt") == issued.sent_to(None) == ()
    assert issued.name_of == {"acme": "Acme"}


def test_a_line_cut_off_by_an_interrupted_build_is_no_fault(tmp_path: Path) -> None:
    path = register(tmp_path, LINE % "Q1")
    path.write_text(path.read_text() + '{"form_id": "ABCD6', encoding="utf-8")
    assert load_issued([path]).sent_to("acme") == ("Q1",)


def test_no_register_is_no_fault() -> None:
    assert load_issued([]).sent_to("acme") == ()


@pytest.mark.parametrize("bad", ["{", "[]", '{"form_id": 3}', '"x"'])
def test_a_broken_register_is_named_with_its_line(tmp_path: Path, bad: str) -> None:
    with pytest.raises(SupplierListError) as caught:
        load_issued([register(tmp_path, LINE % "Q1", bad)])
    assert caught.value.exit_code is ExitCode.CATALOG
    assert "issued.jsonl, ligne 2" in caught.value.message(Lang.FR)
    assert "issued.jsonl, line 2" in caught.value.message(Lang.EN)


def test_a_register_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SupplierListError):
        load_issued([tmp_path / "issued.jsonl"])
