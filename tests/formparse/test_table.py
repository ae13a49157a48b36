"""The table shows each supplier on one line that fits, whatever names they have."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formgen.catalog import Answer
from formgen.language import Lang
from formparse.assess import assess
from formparse.cleaning import display_width
from formparse.grouping import fact_of, group_by_supplier
from formparse.policy import AttestationState, Status
from formparse.summary import build_summary
from formparse.table import draw_table, row_of
from tests.formparse.returns import SMALL, imported, make_form


def row(**special: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "id": "acme",
        "name": "Acme",
        "status": "conforming",
        "counts": [52, 0, 0, 0, 0],
        "received": 2,
        "required": 2,
        "missing": [],
        "attestation": "drawn",
        "first_action": None,
        "earlier_non": [],
    }
    return {**plain, **special}


def test_a_row_is_what_the_summary_says() -> None:
    forms = [imported(make_form("Q2", {"Q2-01": Answer.NON, "Q2-02": Answer.NA}, company="Acme"))]
    (group,) = group_by_supplier([fact_of(forms[0].form)])
    told = row_of(build_summary(group, assess(forms, SMALL), SMALL))
    assert json.loads(json.dumps(told)) == told
    assert told == {
        "id": "acme",
        "name": "Acme",
        "status": "non_conforming",
        "counts": [0, 1, 1, 3, 0],
        "received": 1,
        "required": 2,
        "missing": ["Q1"],
        "attestation": "drawn",
        "first_action": "Q2-01\u00a0: corriger (sujet Q2-01)",
        "earlier_non": [],
    }


FRENCH = """\
Fournisseur  Statut               OUI NON N/A Vide Doute  Reçus        Signature
-----------  -------------------  --- --- --- ---- -----  -----------  ---------
Boulon       écarts déclarés       40   3   9    1     0  2/3 sans Q2  absente
   → Q2-25 : modifier
Acme         aucun écart déclaré   52   0   0    0     0  2/2          dessinée
"""


def test_the_table_in_french() -> None:
    table = draw_table(
        [
            row(),
            row(
                id="boulon",
                name="Boulon",
                status="non_conforming",
                counts=[40, 3, 9, 1, 0],
                received=2,
                required=3,
                missing=["Q2"],
                attestation="unsigned",
                first_action="Q2-25 : modifier",
            ),
        ],
        lang=Lang.FR,
        width=92,
    )
    assert table == FRENCH


def test_the_table_in_english() -> None:
    table = draw_table([row(missing=["Q1"], required=3)], lang=Lang.EN)
    head, _, line = table.splitlines()
    assert head.split()[:2] == ["Supplier", "Status"]
    assert "no gap declared" in line
    assert "2/3 without Q1" in line
    assert "drawn" in line


@pytest.mark.parametrize("lang", Lang)
def test_every_status_and_signature_has_its_words(lang: Lang) -> None:
    rows = [row(status=s.value, attestation=a.value) for s in Status for a in AttestationState]
    assert len(draw_table(rows, lang=lang).splitlines()) == 2 + len(rows)


def test_what_needs_attention_comes_first_then_names() -> None:
    rows = [
        row(id=str(number), name=name, status=status)
        for number, (name, status) in enumerate(
            [("Zoé", "conforming"), ("Éole", "conforming"), ("Zut", "to_review")]
        )
    ]
    lines = draw_table(rows, lang=Lang.FR).splitlines()[2:]
    assert [line.split()[0] for line in lines] == ["Zut", "Éole", "Zoé"]
    assert draw_table(rows[::-1], lang=Lang.FR) == draw_table(rows, lang=Lang.FR)


def test_without_a_name_the_id_is_shown() -> None:
    assert "sans-nom-1" in draw_table([row(name=None, id="sans-nom-1")], lang=Lang.FR)


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        (Lang.FR, "→ Q1-02, Q2-25 : NON dans un autre retour, conservé sans être compté"),
        (Lang.EN, "→ Q1-02, Q2-25: NON in another return, kept and not counted"),
    ],
)
def test_a_non_that_no_longer_counts_is_seen(lang: Lang, told: str) -> None:
    table = draw_table([row(earlier_non=["Q1-02", "Q2-25"])], lang=lang)
    assert table.splitlines()[-1].strip().replace("\u00a0", " ") == told


def test_no_rows_no_table() -> None:
    assert draw_table([], lang=Lang.FR) == ""


HARD_NAMES = st.text(max_size=60) | st.sampled_from(
    ["\x1b[2J", "中文" * 20, "e\u0301" * 50, "\u202eAcme", "\ud800", "a\nb"]
)


@given(st.lists(HARD_NAMES, min_size=1, max_size=5), st.integers(100, 140), st.sampled_from(Lang))
def test_lines_fit_and_columns_stand(names: list[str], width: int, lang: Lang) -> None:
    rows = [
        row(id=f"s{number}", name=name, missing=["Q1", "Q2"], first_action=f"Q1-01 : {name}")
        for number, name in enumerate(names)
    ]
    lines = draw_table(rows, lang=lang, width=width).split("\n")
    assert lines.pop() == ""
    assert len(lines) == 2 + 2 * len(rows)
    assert all(display_width(line) <= width for line in lines)
    column = display_width(lines[0][: lines[0].index("OUI")])
    assert all(from_cell(line, column).startswith(" 52   0   0") for line in lines[2::2])
    assert all(line.startswith("   → Q1-01 : ") for line in lines[3::2])


def test_a_narrow_terminal_does_not_cut_names_short() -> None:
    name = "Sauvegardes du Phare"
    assert name in draw_table([row(name=name)], lang=Lang.FR, width=60)


def from_cell(line: str, column: int) -> str:
    """What stands on a line from one cell of the terminal on."""
    start = next(n for n in range(len(line)) if display_width(line[:n]) == column)
    return line[start:]
