"""The whole job through the commands, as `make demo` shows it, and what must hold afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from demo.run import run
from formgen.catalog import Catalog, default_catalog_path, load_catalog
from formgen.errors import ExitCode
from formgen.issue import Issue
from formgen.naming import TextPart
from formgen.pdf import make_template
from tests.builders import TEXTS, filled_by_pdfium, issued, packaged_catalog, same_answer_sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a supplier's summary must say."""

    status: str
    completeness: str = "complete"
    conformity: str = "no_gap_declared"
    attestation: str = "drawn"
    missing: tuple[str, ...] = ()
    non: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


Q2_POINTS = tuple(point.id for point in packaged_catalog().questionnaire("Q2").points)

EXPECTED = {
    "boulon": Expected(status="non_conforming", conformity="gaps", non=("Q2-25", "Q2-27", "Q3-06")),
    "coquelicot": Expected(status="conforming", not_applicable=("Q4-01",)),
    "nuage-rose": Expected(status="non_conforming", conformity="gaps", non=("Q4-06",)),
    "phare": Expected(
        status="incomplete",
        completeness="incomplete",
        attestation="unsigned",
        unanswered=("Q1-09", "Q4-04", "Q4-07"),
    ),
    "pervenche": Expected(
        status="conforming_with_reservations",
        conformity="best_effort_gaps",
        non=("Q2-10", "Q2-13"),
        not_applicable=("Q2-04", "Q2-05", "Q2-06", "Q2-07", "Q2-08"),
    ),
    "bergamote": Expected(
        status="to_review",
        completeness="incomplete",
        missing=("Q2",),
        unanswered=Q2_POINTS,
        doubtful=("Q1-07", "Q3-11"),
    ),
}


def formparse(*arguments: str | Path, code: ExitCode = ExitCode.DONE) -> str:
    """What the command prints; it must end with that exit code."""
    words = [sys.executable, "-m", "formparse", *map(str, arguments), "--lang", "fr"]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == code, done.stderr
    return done.stdout


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo that has run."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    run(folder)
    return folder


def summary(demo: Path, supplier_id: str) -> dict[str, Any]:
    path = demo / "store" / "summaries" / f"{supplier_id}.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("supplier_id", EXPECTED)
def test_each_supplier_of_the_demo_gets_the_summary_it_stands_for(
    demo: Path, supplier_id: str
) -> None:
    found = summary(demo, supplier_id)

    def points(*, answer: str | None, outcomes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(
            point["id"]
            for point in found["answers"]
            if point["answer"] == answer and point["outcome"] in outcomes
        )

    assert EXPECTED[supplier_id] == Expected(
        status=found["status"],
        completeness=found["completeness"],
        conformity=found["conformity"],
        attestation=found["attestation"],
        missing=tuple(found["questionnaires"]["missing"]),
        non=points(answer="NON", outcomes=("gap", "best_effort_gap")),
        not_applicable=points(answer="N/A", outcomes=("not_applicable",)),
        unanswered=points(answer=None, outcomes=("unanswered",)),
        doubtful=points(answer=None, outcomes=("doubtful",)),
    )


def test_the_demo_makes_no_other_summaries(demo: Path) -> None:
    made = {path.stem for path in (demo / "store" / "summaries").iterdir()}
    assert made == set(EXPECTED)


def test_all_other_points_of_the_demo_are_answered_oui(demo: Path) -> None:
    for supplier_id, expected in EXPECTED.items():
        found = summary(demo, supplier_id)
        said = [*expected.non, *expected.not_applicable, *expected.unanswered, *expected.doubtful]
        assert found["totals"]["OUI"] == found["totals"]["points"] - len(said)


def test_what_is_typed_in_the_demo_arrives(demo: Path) -> None:
    attestation = summary(demo, "boulon")["attestations"]["Q2"]
    assert attestation["company"] == "Atelier Boulon Informatique (fictif)"
    assert attestation["signatory"] == "Élodie Boulon"
    assert attestation["place"] == "Saint-Étienne"
    assert attestation["date"] == "2026-11-12"
    assert attestation["remarks"].splitlines() == [
        "Q2-25 : les sauvegardes restent branchées au poste.",
        "Q2-27 : aucun essai de restauration cette année.",
    ]


def test_each_gap_of_the_demo_becomes_an_action(demo: Path) -> None:
    for supplier_id, expected in EXPECTED.items():
        asked = {action["point_id"] for action in summary(demo, supplier_id)["actions"]}
        assert {*expected.non, *expected.doubtful} <= asked


def test_originals_are_kept_unchanged(demo: Path) -> None:
    kept = {path.read_bytes() for path in (demo / "store" / "originals").iterdir()}
    assert kept == {path.read_bytes() for path in (demo / "returns").iterdir()}


def test_importing_again_changes_no_byte(demo: Path) -> None:
    before = contents(demo / "store")
    table = formparse("import", demo / "returns", "--out", demo / "store")
    assert contents(demo / "store") == before
    for status in ("écarts déclarés", "à vérifier", "dossier incomplet", "réserves"):
        assert status in table


def test_running_the_demo_again_starts_from_nothing(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "trace.txt").write_text("d'hier", encoding="utf-8")
    run(tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "forms",
        "returns",
        "store",
    ]


# -- upgrades of the catalog --------------------------------------------------------------------


@pytest.fixture
def next_catalog(tmp_path: Path) -> Path:
    """The catalog's next version: a point has another text, and one more point follows."""
    raw = json.loads(default_catalog_path().read_text(encoding="utf-8"))
    raw["version"] = "1.1"
    points = raw["questionnaires"][0]["sections"][-1]["groups"][-1]["points"]
    points[0]["text"] = "Texte tout autre, plus long que d'habitude : " + points[0]["text"]
    points.append(points[-1] | {"id": "Q1-15", "short": "Point ajouté"})
    path = tmp_path / "catalog-1.1.json"
    path.write_text(json.dumps(raw), encoding="utf-8")
    return path


def issued_from(catalog: Catalog) -> bytes:
    template = make_template(catalog, catalog.questionnaire("Q1"))
    issue = Issue(form_id="ABCD1234", supplier_id="acme", company="Acmé", service="Réseau")
    return template.render(issue)


def test_a_form_sent_before_the_catalog_changed_is_still_read(
    tmp_path: Path, next_catalog: Path
) -> None:
    old = packaged_catalog().questionnaire("Q1")
    returned = tmp_path / "ancien.pdf"
    returned.write_bytes(filled_by_pdfium("Q1", same_answer_sheet(old), pdf=issued("Q1")))
    read = json.loads(formparse("read", returned, "--catalog", next_catalog))
    assert (read["status"], read["form"]["version"]) == ("read", "1.0")
    assert read["answers"] == {point.id: "OUI" for point in old.points}
    assert read["findings"] == []


def test_old_and_new_forms_are_imported_side_by_side(tmp_path: Path, next_catalog: Path) -> None:
    returns, store = tmp_path / "retours", tmp_path / "store"
    returns.mkdir()
    dates = {"1.0": "12/11/2026", "1.1": "13/11/2026"}
    for catalog in (packaged_catalog(), load_catalog(next_catalog)):
        sheet = same_answer_sheet(catalog.questionnaire("Q1"))
        dated = replace(sheet, texts=TEXTS | {TextPart.DATE: dates[catalog.version]})
        filled = filled_by_pdfium("Q1", dated, pdf=issued_from(catalog))
        (returns / f"{catalog.version}.pdf").write_bytes(filled)
    formparse("import", returns, "--out", store, "--catalog", next_catalog)
    found = json.loads((store / "summaries" / "acme.json").read_text(encoding="utf-8"))
    assert {source["file"] for source in found["sources"]} == {"1.0.pdf", "1.1.pdf"}
    # The new one counts, and it answers the point that the old one has not.
    assert found["attestations"]["Q1"]["date"] == "2026-11-13"
    assert found["completeness"] == "complete"


def test_a_form_of_a_catalog_that_nobody_gave_is_refused_until_it_is_given(
    tmp_path: Path, next_catalog: Path
) -> None:
    catalog = load_catalog(next_catalog)
    sheet = same_answer_sheet(catalog.questionnaire("Q1"))
    returned = tmp_path / "nouveau.pdf"
    returned.write_bytes(filled_by_pdfium("Q1", sheet, pdf=issued_from(catalog)))
    refused = json.loads(formparse("read", returned, code=ExitCode.REFUSED))
    assert refused["status"] == "refused"
    read = json.loads(formparse("read", returned, "--catalog", next_catalog))
    assert read["form"]["version"] == "1.1"
    assert len(read["answers"]) == 15
