"""From a doubtful return to a decision that stands in every later summary, by the commands."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import NameObject

import formparse
from formgen.catalog import Answer
from formgen.editions import load_editions
from formgen.errors import ExitCode
from formgen.language import Lang
from formgen.naming import TextPart
from formparse import cli, commands
from tests.builders import (
    filled_by_pdfium,
    issued,
    packaged_catalog,
    same_answer_sheet,
)
from tests.flatteners import flat_by_pdfium
from tests.formparse.fake_reading import tree
from tests.formparse.readers import drawing

SCHEMAS = Path(formparse.__file__).parent / "schemas"
SUMMARY = Draft202012Validator(json.loads((SCHEMAS / "summary.schema.json").read_text("utf-8")))
AT = "2026-03-11T09:00:00Z"
LATER = "2026-03-12T09:00:00Z"


def flattened(questionnaire_id: str) -> bytes:
    """All OUI, flattened, then two marks that prove nothing, and handwriting for a signatory."""
    questionnaire = packaged_catalog().questionnaire(questionnaire_id)
    sheet = same_answer_sheet(questionnaire)
    first, second, *_ = [point.id for point in questionnaire.points]
    answers = {one: answer for one, answer in sheet.answers.items() if one not in (first, second)}
    texts = {part: text for part, text in sheet.texts.items() if part is not TextPart.SIGNATORY}
    pdf = flat_by_pdfium(
        filled_by_pdfium(
            questionnaire_id,
            type(sheet)(answers=answers, texts=texts, signed=True),
        )
    )
    editions = load_editions()
    layout = editions.layout(editions.default, questionnaire_id, 1)
    assert layout is not None
    pdf = drawing.draw_at(pdf, layout, {first: Answer.NON}, drawing.small_circle)
    pdf = drawing.draw_at(pdf, layout, {second: Answer.OUI}, drawing.blackened)
    place = next(one for one in layout.text_places if one.part is TextPart.SIGNATORY)
    return drawing.draw_in_area(pdf, layout, place.rect, place.page)


def contradictory() -> bytes:
    """Q3 with its fields, all OUI, and NON ticked as well at one point."""
    sheet = same_answer_sheet(packaged_catalog().questionnaire("Q3"))
    own = issued("Q3", supplier_id="boulon", company="Atelier Boulon")
    writer = PdfWriter(clone_from=io.BytesIO(filled_by_pdfium("Q3", sheet, pdf=own)))
    for page in writer.pages:
        for untyped in page.get("/Annots", ()):
            box = untyped.get_object()
            if box.get("/NM") == "Q3-05:NON":
                box[NameObject("/AS")] = NameObject("/NON")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with both, as `formparse import` leaves it. Not to be changed."""
    folder = tmp_path_factory.mktemp("review")
    inbox = folder / "in"
    inbox.mkdir()
    (inbox / "plat.pdf").write_bytes(flattened("Q1"))
    (inbox / "champs.pdf").write_bytes(contradictory())
    assert run("import", inbox, "--out", folder / "out") == ExitCode.DONE
    return folder


@pytest.fixture
def folder(imported: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(imported, tmp_path / "copy")
    return tmp_path / "copy"


def run(*arguments: object, lang: Lang = Lang.FR) -> int:
    return cli.run([str(argument) for argument in arguments], lang)


def summary(folder: Path, supplier_id: str) -> dict[str, Any]:
    path = folder / "out" / "summaries" / f"{supplier_id}.json"
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    SUMMARY.validate(content)
    return content


def answer(folder: Path, supplier_id: str, point_id: str) -> dict[str, Any]:
    [one] = [one for one in summary(folder, supplier_id)["answers"] if one["id"] == point_id]
    found: dict[str, Any] = one
    return found


def sha_of(folder: Path, supplier_id: str) -> str:
    [source] = summary(folder, supplier_id)["sources"]
    return str(source["sha256"])


def write(folder: Path, *decisions: dict[str, Any], by: str = "Dr Ménard") -> Path:
    content = {"schema_version": 1, "decided_by": by, "decisions": list(decisions)}
    path = folder / "decisions.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def decision(sha256: str, questionnaire: str, **what: object) -> dict[str, Any]:
    form = {"sha256": sha256, "part": None, "page": 1, "questionnaire": questionnaire}
    return {"return": form, "decided_at": AT, **what}


def boulon(folder: Path, told: str | None, *, at: str = AT, by: str = "Dr Ménard") -> Path:
    what = decision(sha_of(folder, "boulon"), "Q3", point="Q3-05", answer=told)
    return write(folder, what | {"decided_at": at}, by=by)


def apply(folder: Path, path: Path) -> int:
    return run("review", "--out", folder / "out", "--apply", path)


# --- What is shown ------------------------------------------------------------------------------
def test_all_that_is_doubtful_is_listed_with_its_picture(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("review", "--out", folder / "out") == ExitCode.DONE
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert [line.split("\u00a0:")[0].strip() for line in lines[:-1]] == [
        "Acmé & Fils (fictif)",
        "Q1 (plat.pdf)",
        *("Q1-01", "Q1-02", "Société", "Service", "Signataire", "Date", "Lieu", "Remarques"),
        "Atelier Boulon",
        "Q3 (champs.pdf)",
        "Q3-05",
    ]
    review = folder / "out" / "review"
    assert lines[-1] == str(review / "index.html")
    assert printed.err.splitlines() == ["Points et textes douteux\u00a0: 9."]
    pictures = sorted(path.name for path in review.glob("*.png"))
    assert len(pictures) == 9
    page = (review / "index.html").read_text("utf-8")
    for path in review.glob("*.png"):
        with Image.open(path) as picture:
            assert picture.width > 300
    assert page.count("data:image/png;base64,") == 9


def test_a_review_changes_nothing_but_its_own_folder_and_is_always_the_same(
    folder: Path,
) -> None:
    def others() -> dict[str, tuple[bytes, int]]:
        return {
            name: one for name, one in tree(folder).items() if not name.startswith("out/review/")
        }

    before = others()
    assert run("review", "--out", folder / "out") == ExitCode.DONE
    assert others() == before
    first = tree(folder / "out" / "review")
    assert run("review", "--out", folder / "out") == ExitCode.DONE
    assert tree(folder / "out" / "review") == first


def test_an_original_that_cannot_be_shown_any_more_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sha256 = sha_of(folder, "boulon")
    (folder / "out" / "originals" / f"{sha256}.pdf").write_bytes(b"damaged on the disk")
    assert run("review", "--out", folder / "out") == ExitCode.DONE
    printed = capsys.readouterr()
    assert "Q3-05" in printed.out
    assert "sans image\u00a0: 1" in printed.err
    page = (folder / "out" / "review" / "index.html").read_text("utf-8")
    assert page.count("Pas d'image") == 1


# --- What is decided ----------------------------------------------------------------------------
@pytest.mark.parametrize("told", ["OUI", "NON"])
def test_a_decision_stands_in_the_summary_as_a_persons(folder: Path, told: str) -> None:
    other = tree(folder / "out" / "summaries")["acme.json"]
    assert summary(folder, "boulon")["totals"]["doubtful"] == 1
    assert apply(folder, boulon(folder, told)) == ExitCode.DONE
    found = answer(folder, "boulon", "Q3-05")
    assert (found["answer"], found["doubt"]) == (told, None)
    assert (found["decided_by"], found["decided_at"]) == ("Dr Ménard", AT)
    assert found["settled_doubt"]["kind"] == "contradictory"
    assert found["settled_doubt"]["seen"] == ["OUI", "NON"]
    after = summary(folder, "boulon")
    assert after["totals"]["doubtful"] == 0
    assert after["totals"][told] == (11 if told == "OUI" else 1)
    [finding] = [one for one in after["findings"] if one["code"] == "decided-by-person"]
    assert (finding["severity"], finding["point"]) == ("info", "Q3-05")
    assert (after["conformity"] == "gaps") == (told == "NON")
    assert tree(folder / "out" / "summaries")["acme.json"] == other, "left alone"
    unread = [one for one in after["answers"] if one["decided_by"] is None]
    assert len(unread) == len(after["answers"]) - 1


def test_texts_are_decided_and_name_the_supplier(folder: Path) -> None:
    sha256 = sha_of(folder, "acme")
    path = write(
        folder,
        decision(sha256, "Q1", field="signatory", text="Zoé Œillet"),
        decision(sha256, "Q1", field="company", text="Acmé SAS"),
        decision(sha256, "Q1", field="date", text="1er mars 2026"),
    )
    assert apply(folder, path) == ExitCode.DONE
    after = summary(folder, "acme")
    block = after["attestations"]["Q1"]
    assert (block["signatory"], block["company"]) == ("Zoé Œillet", "Acmé SAS")
    assert (block["date"], block["date_as_written"]) == ("2026-03-01", "1er mars 2026")
    assert set(block["decided"]) == {"signatory", "company", "date"}
    assert block["decided"]["signatory"]["decided_by"] == "Dr Ménard"
    assert after["supplier"]["names_seen"] == ["Acmé SAS"]
    codes = [(one["code"], one["field"]) for one in after["findings"]]
    assert ("text-not-read", "signatory") not in codes
    assert ("decided-by-person", "signatory") in codes


REPLAYS: list[Callable[[Path], int]] = [
    lambda folder: run("import", folder / "in", "--out", folder / "out"),
    lambda folder: run("import", folder / "in", "--out", folder / "out", "--rederive"),
]


@pytest.mark.parametrize("again", REPLAYS, ids=["import", "rederive"])
def test_decisions_are_replayed_on_every_later_import(
    folder: Path, again: Callable[[Path], int]
) -> None:
    apply(folder, boulon(folder, "NON"))
    before = tree(folder / "out" / "summaries")
    assert again(folder) == ExitCode.DONE
    assert tree(folder / "out" / "summaries") == before


def test_decisions_survive_another_reader_and_the_loss_of_all_that_can_be_made_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(folder, boulon(folder, "NON"))
    before = (folder / "out" / "summaries" / "boulon.json").read_bytes()
    monkeypatch.setattr(commands, "__version__", "99")
    for name in ("readings", "summaries"):
        shutil.rmtree(folder / "out" / name)
    (folder / "out" / "index.json").unlink()
    assert run("import", folder / "in", "--out", folder / "out") == ExitCode.DONE
    assert (folder / "out" / "summaries" / "boulon.json").read_bytes() == before


def test_the_same_return_under_another_name_is_decided_already(folder: Path) -> None:
    apply(folder, boulon(folder, "NON"))
    decisions = tree(folder / "out" / "decisions")
    (folder / "new").mkdir()
    shutil.copy(folder / "in" / "champs.pdf", folder / "new" / "champs (2).pdf")
    shutil.rmtree(folder / "out")
    assert run("import", folder / "new", "--out", folder / "out") == ExitCode.DONE
    (folder / "out" / "decisions").mkdir(exist_ok=True)
    for name, (data, _) in decisions.items():
        (folder / "out" / "decisions" / name).write_bytes(data)
    assert run("import", folder / "new", "--out", folder / "out") == ExitCode.DONE
    assert answer(folder, "boulon", "Q3-05")["answer"] == "NON"


def test_a_later_decision_replaces_the_earlier_one_and_both_are_kept(folder: Path) -> None:
    apply(folder, boulon(folder, "NON"))
    apply(folder, boulon(folder, "OUI", at=LATER, by="Alix"))
    found = answer(folder, "boulon", "Q3-05")
    assert (found["answer"], found["decided_by"], found["decided_at"]) == ("OUI", "Alix", LATER)
    [path] = (folder / "out" / "decisions").iterdir()
    kept = json.loads(path.read_text("utf-8"))["decisions"]
    assert [(one["answer"], one["decided_by"]) for one in kept] == [
        ("NON", "Dr Ménard"),
        ("OUI", "Alix"),
    ]


def test_a_decision_can_be_taken_back(folder: Path) -> None:
    before = (folder / "out" / "summaries" / "boulon.json").read_bytes()
    apply(folder, boulon(folder, "NON"))
    assert apply(folder, boulon(folder, None, at=LATER)) == ExitCode.DONE
    assert (folder / "out" / "summaries" / "boulon.json").read_bytes() == before


# --- What is refused ----------------------------------------------------------------------------
def test_what_may_not_be_decided_is_named_and_the_rest_is_taken(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = sha_of(folder, "boulon")
    path = write(
        folder,
        decision("0" * 64, "Q3", point="Q3-05", answer="NON"),
        decision(own, "Q3", point="Q3-06", answer="NON"),
        decision(own, "Q3", point="Q3-05", answer="N/A"),
        decision(own, "Q3", point="Q3-99", answer="OUI"),
        decision(own, "Q2", point="Q2-01", answer="OUI"),
        decision(own, "Q3", field="place", text="Paris"),
        decision(own, "Q3", point="Q3-05", answer="OUI"),
    )
    assert apply(folder, path) == ExitCode.REFUSED
    told = capsys.readouterr().err.splitlines()
    assert "000000000000" in told[0]
    assert "aucun retour importé" in told[0]
    assert "Q3-06 (champs.pdf) refusée : rien n'y est douteux" in told[1]
    assert "Q3-05 (champs.pdf) refusée : cette réponse n'est pas prévue" in told[2]
    assert "Q3-99" in told[3]
    assert "Q2-01" in told[4]
    assert "lieu (champs.pdf) refusée : rien n'y est douteux" in told[5]
    assert told[6] == "Décisions prises\u00a0: 1, refusées\u00a0: 6."
    assert answer(folder, "boulon", "Q3-05")["answer"] == "OUI"
    assert answer(folder, "boulon", "Q3-06")["answer"] == "OUI"
    assert answer(folder, "boulon", "Q3-06")["decided_by"] is None


def test_a_sure_non_cannot_be_decided_away(folder: Path, tmp_path: Path) -> None:
    sheet = same_answer_sheet(packaged_catalog().questionnaire("Q4"), Answer.NON)
    own = issued("Q4", supplier_id="bolt", company="Bolt")
    (folder / "in" / "non.pdf").write_bytes(filled_by_pdfium("Q4", sheet, pdf=own))
    assert run("import", folder / "in", "--out", folder / "out") == ExitCode.DONE
    before = (folder / "out" / "summaries" / "bolt.json").read_bytes()
    sha256 = sha_of(folder, "bolt")
    # Not by the command, nor by who writes into the store.
    path = write(folder, decision(sha256, "Q4", point="Q4-01", answer="OUI"))
    assert apply(folder, path) == ExitCode.REFUSED
    assert (folder / "out" / "summaries" / "bolt.json").read_bytes() == before
    forged = {
        "schema_version": 1,
        "decisions": [
            {
                **decision(sha256, "Q4", point="Q4-01", answer="OUI"),
                "decided_by": "x",
                "doubt": {"kind": "unclear", "reason": "", "seen": []},
                "kept_at": AT,
            }
        ],
    }
    kept = folder / "out" / "decisions" / f"{sha256}.json"
    kept.write_text(json.dumps(forged), encoding="utf-8")
    assert run("import", folder / "in", "--out", folder / "out") == ExitCode.DONE
    assert answer(folder, "bolt", "Q4-01")["answer"] == "NON"
    [finding] = [
        one for one in summary(folder, "bolt")["findings"] if one["code"] == "decision-not-applied"
    ]
    assert (finding["severity"], finding["point"]) == ("warning", "Q4-01")


def test_a_wrong_file_is_refused_before_any_other_is_taken(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = boulon(folder, "NON")
    bad = folder / "bad.json"
    bad.write_text(good.read_text("utf-8").replace('"NON"', '"PEUT"'), encoding="utf-8")
    before = tree(folder / "out")
    code = run("review", "--out", folder / "out", "--apply", good, "--apply", bad)
    assert code == ExitCode.CATALOG
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "bad.json, ligne 1, /decisions/0/answer : valeur non prévue" in printed.err
    assert tree(folder / "out") == before


def test_broken_kept_decisions_stop_an_import_and_are_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apply(folder, boulon(folder, "NON"))
    [kept] = (folder / "out" / "decisions").iterdir()
    kept.write_bytes(b"{")
    capsys.readouterr()
    assert run("import", folder / "in", "--out", folder / "out") == ExitCode.CATALOG
    assert kept.name in capsys.readouterr().err


@pytest.mark.parametrize("lang", Lang)
def test_a_folder_into_which_nothing_was_imported(
    tmp_path: Path, lang: Lang, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("review", "--out", tmp_path / "none", lang=lang) == ExitCode.USAGE
    assert "formparse import" in capsys.readouterr().err.replace("\u00a0", " ")
    assert not (tmp_path / "none").exists()


def test_a_decision_may_not_come_from_the_future(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
    path = boulon(folder, "NON", at=later.strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert apply(folder, path) == ExitCode.REFUSED
    assert "datée du futur" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lang", "told"),
    [(Lang.FR, "Points douteux\u00a0: 3."), (Lang.EN, "Doubtful points: 3.")],
)
def test_an_import_says_where_doubts_are_shown(
    folder: Path, lang: Lang, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("import", folder / "in", "--out", folder / "out")
    assert run(*arguments, lang=lang) == ExitCode.DONE
    first = capsys.readouterr().err.splitlines()[-2]
    assert first.startswith(told)
    assert "formparse review" in first
