"""Building: which forms are written, what they say, and that nothing is lost or mixed up."""

from __future__ import annotations

import datetime as dt
import errno
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdf
import pypdfium2
import pytest
import zxingcpp

import formgen.register
from formgen.build import BuiltForm, Order, Report, build, count_forms
from formgen.catalog import Catalog, Questionnaire, default_catalog_path, load_catalog
from formgen.errors import ExitCode, OutputError
from formgen.issue import FORM_ID_ALPHABET, Practice, Supplier
from formgen.language import Lang, Phrase
from formgen.layout import Corner
from formgen.naming import box_name
from formgen.pagecode import PageCode, decode, edition_fingerprint
from formgen.register import REGISTER_NAME
from formgen.standard import Standard
from formgen.typeset import french

CATALOG = load_catalog(default_catalog_path())
IDS = tuple(questionnaire.id for questionnaire in CATALOG.questionnaires)
PRACTICE = Practice(
    name="Cabinet des Œillets (fictif)",
    address=("12 rue de la Sœur-Aînée", "44000 Nantes"),
    email="accueil@oeillets.example",
    due=dt.date(2026, 12, 1),
)
ACME = Supplier(
    id="acme",
    name="Acmé « Œuvres » & Fils (fictif)",
    service="Maintenance du réseau – 10 €",
    email="contact@acme.example",
    questionnaires=("Q3",),
)
BOLT = replace(ACME, id="bolt", name="Łódź Sp. z o.o. (fictif)", questionnaires=("Q1", "Q4"))


def order(out: Path, *suppliers: Supplier, practice: Practice | None = None) -> Order:
    return Order(
        catalog=CATALOG,
        questionnaires=(),
        practice=practice,
        suppliers=suppliers or None,
        out=out,
    )


def built(wanted: Order) -> tuple[list[BuiltForm], list[str]]:
    """The forms, and what was said in French."""
    said: list[Phrase] = []
    forms = list(build(wanted, Report(said.append)))
    return forms, [phrase.in_(Lang.FR) for phrase in said]


def register_lines(folder: Path) -> list[dict[str, object]]:
    text = (folder / REGISTER_NAME).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def plain(text: str) -> str:
    """Text without spaces: extraction breaks lines where the form does."""
    return re.sub(r"\s", "", french(text))


def page_texts(data: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BuiltForm]:
    """All four forms of one supplier, asked by a practice."""
    everything = replace(ACME, questionnaires=IDS)
    forms, said = built(order(tmp_path_factory.mktemp("issued"), everything, practice=PRACTICE))
    assert said == []
    return {form.questionnaire_id: form for form in forms}


# -- which forms ------------------------------------------------------------------------------


def test_blanks_are_named_after_their_questionnaires(tmp_path: Path) -> None:
    wanted = order(tmp_path / "new" / "forms")
    forms, said = built(wanted)
    assert [form.path for form in forms] == [wanted.out / f"{id_}.pdf" for id_ in IDS]
    assert sorted(files_of(wanted.out)) == [f"{id_}.pdf" for id_ in IDS]
    assert said == []
    assert count_forms(wanted) == 4
    assert all(form.path.stat().st_size <= 150_000 for form in forms)
    assert len({form.issue.form_id for form in forms}) == 4


def test_only_the_questionnaires_asked_for(tmp_path: Path) -> None:
    wanted = replace(order(tmp_path), questionnaires=("Q4",))
    assert [form.path.name for form in built(wanted)[0]] == ["Q4.pdf"]
    assert count_forms(wanted) == 1


def test_each_supplier_gets_a_folder_and_the_required_forms(tmp_path: Path) -> None:
    wanted = order(tmp_path, ACME, BOLT)
    forms, said = built(wanted)
    shown = [str(form.path.relative_to(tmp_path)) for form in forms]
    assert shown == ["acme/Q1.pdf", "acme/Q2.pdf", "acme/Q3.pdf", "bolt/Q1.pdf", "bolt/Q4.pdf"]
    assert said == ["Q1, Q2 en plus, requis avec Q3\u00a0: acme."]
    assert count_forms(wanted) == 5
    fields = pypdf.PdfReader(tmp_path / "bolt" / "Q4.pdf").get_fields()
    assert fields
    assert fields["Q4-company"].value == BOLT.name
    assert fields["Q4-service"].value == BOLT.service
    assert len({form.issue.form_id for form in forms}) == 5


def test_a_long_list_is_told_in_a_line_for_each_case(tmp_path: Path) -> None:
    suppliers = [replace(ACME, id=f"s{n:02d}", questionnaires=("Q4",)) for n in range(12)]
    said = built(replace(order(tmp_path, *suppliers), questionnaires=("Q4",)))[1]
    named = ", ".join(supplier.id for supplier in suppliers[:10])
    assert said == [f"Q1 en plus, requis avec Q4\u00a0: {named} et 2 de plus."]


def test_a_supplier_with_none_of_the_questionnaires_is_told(tmp_path: Path) -> None:
    forms, said = built(replace(order(tmp_path, BOLT), questionnaires=("Q2",)))
    assert forms == []
    assert said == ["Aucun des questionnaires demandés, rien à établir\u00a0: bolt."]
    assert not (tmp_path / "bolt").exists()


# -- what they say ----------------------------------------------------------------------------


def test_accents_ligatures_and_guillemets_are_in_the_text(issued: dict[str, BuiltForm]) -> None:
    text = plain("".join(page_texts(issued["Q2"].path.read_bytes())))
    for words in (ACME.name, ACME.service, PRACTICE.name, "œuvre", "« OUI »", "À l'écran"):
        assert plain(words) in text


@pytest.mark.parametrize("questionnaire_id", IDS)
def test_the_practice_is_on_the_form_and_in_its_notice(
    issued: dict[str, BuiltForm], questionnaire_id: str
) -> None:
    pages = page_texts(issued[questionnaire_id].path.read_bytes())
    first = plain(pages[0])
    for words in (PRACTICE.name, *PRACTICE.address, PRACTICE.email, "1er décembre 2026"):
        assert plain(words) in first
    notice = plain("".join(pages)).partition(plain("sont traitées par "))[2]
    who = ", ".join((PRACTICE.name, *PRACTICE.address, PRACTICE.email))
    assert notice.startswith(plain(f"{who}, responsable du traitement"))


@pytest.mark.parametrize("questionnaire_id", IDS)
def test_every_page_says_which_form_and_page_it_is(
    issued: dict[str, BuiltForm], questionnaire_id: str
) -> None:
    form = issued[questionnaire_id]
    form_id = form.issue.form_id
    pages = page_texts(form.path.read_bytes())
    for number, text in enumerate(pages, 1):
        assert f"Formulaire {form_id[:4]}-{form_id[4:]}" in text
        assert f"page {number} / {len(pages)}" in text.replace("\u00a0", " ")
        assert f"{questionnaire_id} · {CATALOG.id} · version {CATALOG.version}" in text


@pytest.mark.parametrize("questionnaire_id", IDS)
def test_a_machine_reads_the_same_from_a_print_of_150_dpi(
    issued: dict[str, BuiltForm], questionnaire_id: str
) -> None:
    form = issued[questionnaire_id]
    document = pypdfium2.PdfDocument(form.path.read_bytes())
    pages = len(document)
    for number in range(pages):
        picture = document[number].render(scale=150 / 72, grayscale=True).to_numpy()
        symbols = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.DataMatrix)
        codes = [decode(symbol.text) for symbol in symbols]
        assert all(isinstance(code, PageCode) for code in codes)
        assert sorted(code.corner for code in codes if code) == sorted(Corner)
        for code in codes:
            assert code == PageCode(
                fingerprint=edition_fingerprint(CATALOG.id, CATALOG.version, 1),
                questionnaire=IDS.index(questionnaire_id) + 1,
                page=number + 1,
                pages=pages,
                corner=code.corner,
                form_id=form.issue.form_id,
            )
    document.close()


def boxes_by_page(data: bytes) -> Iterator[tuple[int, str]]:
    for number, page in enumerate(pypdf.PdfReader(io.BytesIO(data)).pages):
        for annotation in page.annotations or ():
            name = annotation.get_object().get("/NM")
            if name is not None:
                yield number, str(name)


@pytest.mark.parametrize("questionnaire", CATALOG.questionnaires, ids=lambda q: q.id)
def test_rows_are_whole_and_heads_stand_on_each_page(
    issued: dict[str, BuiltForm], questionnaire: Questionnaire
) -> None:
    data = issued[questionnaire.id].path.read_bytes()
    texts = [plain(text) for text in page_texts(data)]
    page_of = {name: page for page, name in boxes_by_page(data)}
    for point in questionnaire.points:
        pages = {page_of[box_name(point.id, answer)] for answer in questionnaire.answers}
        (page,) = pages
        row = re.split(r"Q\d-\d\d", texts[page].partition(point.id)[2])[0]
        assert row.startswith(plain(point.text))
        for bullet in point.bullets:
            assert plain(bullet.text) in row
    for page in set(page_of.values()):
        head = plain("Point d'attention") + plain("".join(questionnaire.answers))
        assert (
            head in texts[page] or plain("(suite)" + "".join(questionnaire.answers)) in texts[page]
        )


# -- same inputs, same bytes ------------------------------------------------------------------

_BUILD = """
import sys
from formgen.cli import run
from formgen.language import Lang
sys.exit(run(sys.argv[1:], Lang.FR))
"""


def test_same_inputs_give_same_bytes_in_any_process(tmp_path: Path) -> None:
    suppliers = tmp_path / "list.json"
    entry = {"id": "acme", "name": ACME.name, "service": ACME.service, "questionnaires": ["Q4"]}
    suppliers.write_text(json.dumps([{**entry, "email": ACME.email}]), encoding="utf-8")
    results = []
    for seed in ("1", "2"):
        out = tmp_path / seed
        options = ["--suppliers", str(suppliers)]
        subprocess.run(
            [sys.executable, "-c", _BUILD, "build", "--eml", *options, "--out", str(out)],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": f"UTC+{seed}"},
            cwd=Path(__file__).parents[2],
            check=True,
            capture_output=True,
        )
        results.append(files_of(out))
    assert sorted(results[0]) == ["acme/Q1.pdf", "acme/Q4.pdf", "acme/acme.eml", REGISTER_NAME]
    assert results[0] == results[1]
    here = tmp_path / "here"
    built(order(here, replace(ACME, questionnaires=("Q4",))))
    assert files_of(here) == {k: v for k, v in results[0].items() if not k.endswith(".eml")}


def test_a_second_run_changes_nothing_and_says_nothing(tmp_path: Path) -> None:
    built(order(tmp_path, ACME))
    before = files_of(tmp_path)
    said = built(order(tmp_path, ACME))[1]
    assert files_of(tmp_path) == before
    assert len(said) == 1  # the required forms, as before


# -- identity ---------------------------------------------------------------------------------


def test_the_id_depends_on_all_that_the_form_does(tmp_path: Path) -> None:
    one = replace(ACME, questionnaires=("Q1",))
    plain_order = order(tmp_path, one, practice=PRACTICE)
    variants = [
        plain_order,
        order(tmp_path, one),
        order(tmp_path, one, practice=replace(PRACTICE, due=None)),
        order(tmp_path, one, practice=replace(PRACTICE, address=())),
        order(tmp_path, replace(one, id="other"), practice=PRACTICE),
        order(tmp_path, replace(one, name="Autre"), practice=PRACTICE),
        order(tmp_path, replace(one, service="Autre"), practice=PRACTICE),
        replace(plain_order, standard=Standard.UA2_A4),
        replace(plain_order, catalog=replace(CATALOG, version="9.9")),
    ]
    ids = []
    for number, variant in enumerate(variants):
        ids += [f.issue.form_id for f in built(replace(variant, out=tmp_path / str(number)))[0]]
    assert len(set(ids)) == len(variants)
    assert all(len(id_) == 8 and set(id_) <= set(FORM_ID_ALPHABET) for id_ in ids)


def test_the_register_tells_what_went_to_whom(tmp_path: Path) -> None:
    forms, _ = built(order(tmp_path, ACME, BOLT, practice=PRACTICE))
    lines = register_lines(tmp_path)
    assert [line["form_id"] for line in lines] == [form.issue.form_id for form in forms]
    expected = {
        "supplier_id": "bolt",
        "name": BOLT.name,
        "service": BOLT.service,
        "email": BOLT.email,
        "catalog": CATALOG.id,
        "version": CATALOG.version,
        "edition": 1,
        "questionnaire": "Q4",
        "practice": PRACTICE.name,
        "due": "2026-12-01",
    }
    assert expected.items() <= lines[-1].items()


def test_the_register_is_added_to_only(tmp_path: Path) -> None:
    built(order(tmp_path, BOLT))
    before = (tmp_path / REGISTER_NAME).read_bytes()
    moved = replace(BOLT, email="new@bolt.example")
    built(order(tmp_path, moved))
    after = (tmp_path / REGISTER_NAME).read_bytes()
    assert after.startswith(before)
    lines = register_lines(tmp_path)
    assert [line["email"] for line in lines] == [BOLT.email] * 2 + [moved.email] * 2
    assert lines[0]["form_id"] == lines[2]["form_id"]


def test_an_id_is_never_given_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a run, and in a later one; with ids so short that they do meet."""
    real = formgen.register.form_id_of
    monkeypatch.setattr(formgen.register, "form_id_of", lambda *facts: f"0000000{real(*facts)[0]}")
    suppliers = [replace(ACME, id=f"s{n}", questionnaires=("Q1",)) for n in range(24)]
    first = [f.issue.form_id for f in built(order(tmp_path, *suppliers[:12]))[0]]
    second = [f.issue.form_id for f in built(order(tmp_path, *suppliers[12:]))[0]]
    assert len({*first, *second}) == 24
    again = [f.issue.form_id for f in built(order(tmp_path, *suppliers))[0]]
    assert again == first + second


def test_a_run_that_is_stopped_has_noted_what_it_wrote(tmp_path: Path) -> None:
    forms = build(order(tmp_path, ACME, BOLT), Report(lambda _: None))
    first = next(forms)
    assert [line["form_id"] for line in register_lines(tmp_path)] == [first.issue.form_id]
    forms.close()


def test_a_line_cut_off_by_a_crash_is_dropped(tmp_path: Path) -> None:
    built(order(tmp_path, BOLT))
    path = tmp_path / REGISTER_NAME
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"form_id": "0000')
    built(order(tmp_path, BOLT, replace(ACME, questionnaires=("Q1",))))
    assert path.read_bytes().startswith(whole)
    assert [line["supplier_id"] for line in register_lines(tmp_path)] == ["bolt", "bolt", "acme"]


def test_a_last_line_without_its_end_is_kept(tmp_path: Path) -> None:
    built(order(tmp_path, BOLT))
    path = tmp_path / REGISTER_NAME
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    built(order(tmp_path, replace(ACME, questionnaires=("Q1",))))
    assert [line["supplier_id"] for line in register_lines(tmp_path)] == ["bolt", "bolt", "acme"]


@pytest.mark.parametrize("damage", [b"not json\n", b"[]\n", b"{}\n", b"\xff\n"])
def test_a_register_that_cannot_be_read_is_not_lost(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / REGISTER_NAME
    path.write_bytes(damage)
    with pytest.raises(OutputError) as caught:
        built(order(tmp_path, ACME))
    assert str(path) in caught.value.message(Lang.FR)
    assert caught.value.exit_code is ExitCode.OUTPUT
    assert path.read_bytes() == damage


def test_blank_forms_leave_no_register(tmp_path: Path) -> None:
    built(order(tmp_path))
    assert not (tmp_path / REGISTER_NAME).exists()


# -- files that are there already -------------------------------------------------------------


def test_a_filled_return_in_the_folder_is_kept(tmp_path: Path) -> None:
    (tmp_path / "bolt").mkdir()
    filled = tmp_path / "bolt" / "Q1.pdf"
    filled.write_bytes(b"filled in by hand")
    said = built(order(tmp_path, BOLT))[1]
    (kept,) = (tmp_path / "bolt").glob("Q1.previous-*.pdf")
    assert kept.read_bytes() == b"filled in by hand"
    assert filled.read_bytes().startswith(b"%PDF")
    was = "existait, différent\u00a0; l'ancien fichier est gardé sous le nom"
    assert said == [f"{filled} {was} {kept.name}."]


def test_a_file_in_the_way_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "bolt").touch()
    with pytest.raises(OutputError, match="a file stands where a folder is needed"):
        built(order(tmp_path, BOLT))


def test_a_folder_in_the_way_of_a_form_is_told(tmp_path: Path) -> None:
    (tmp_path / "Q1.pdf").mkdir()
    with pytest.raises(OutputError, match="a folder stands where a file is needed"):
        built(order(tmp_path))


@pytest.mark.parametrize("call", ["mkdir", "open"])
def test_a_folder_that_may_not_be_written_to_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """Refused by hand: tests may run as root, who may write anywhere."""

    def refused(path: Path, *_args: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    wanted = order(tmp_path / "out", BOLT)
    built(replace(order(tmp_path / "warm"), questionnaires=("Q1",)))  # reads fonts
    monkeypatch.setattr(Path, call, refused)
    with pytest.raises(OutputError, match=r"permission denied|cannot be read"):
        built(wanted)


# -- texts that do not fit --------------------------------------------------------------------


def test_a_name_too_long_for_its_field_is_told_and_kept_whole(tmp_path: Path) -> None:
    name = "W" * 120
    forms, said = built(order(tmp_path, replace(BOLT, name=name, questionnaires=("Q1",))))
    path = forms[0].path
    (line,) = said
    assert line == (
        f"{path}\u00a0: «\u00a0{'W' * 60}…\u00a0» est trop long pour son champ, même en petits "
        "caractères\u00a0; la valeur du champ reste entière, abrégez-la pour le papier."
    )
    fields = pypdf.PdfReader(path).get_fields()
    assert fields
    assert fields["Q1-company"].value == name
    assert name in plain(page_texts(path.read_bytes())[0])


def test_characters_of_the_practice_that_the_font_lacks_are_told_once(tmp_path: Path) -> None:
    practice = Practice(name="Dr 中文", address=("1 rue 中",), email="", due=None)
    _, said = built(replace(order(tmp_path, BOLT), practice=practice))
    (line,) = [one for one in said if "中" in one]
    assert "Professionnel" in line
    assert "n'a pas 中 文" in line
    assert "--practice" in line


def test_a_long_name_of_usual_letters_shrinks_to_its_room(tmp_path: Path) -> None:
    name = ("Société anonyme de maintenance informatique " * 3)[:120].strip()
    forms, said = built(order(tmp_path, replace(BOLT, name=name, questionnaires=("Q1",))))
    assert said == []
    assert plain(name) in plain(page_texts(forms[0].path.read_bytes())[0])


def test_name_and_service_that_overrun_the_first_page_are_told(tmp_path: Path) -> None:
    wide = replace(BOLT, name="W" * 120, service="W" * 200, questionnaires=("Q1",))
    said = built(order(tmp_path, wide))[1]
    path = tmp_path / "bolt" / "Q1.pdf"
    assert said[0] == (
        f"{path}\u00a0: le nom et le service débordent de leur place en première page\u00a0; "
        "abrégez-les."
    )


def test_characters_outside_the_font_are_told_once(tmp_path: Path) -> None:
    foreign = replace(BOLT, name="株式 Bolt 株", questionnaires=("Q1", "Q4"))
    forms, said = built(order(tmp_path, foreign))
    (line,) = said
    assert line == (
        "bolt\u00a0: la police du formulaire n'a pas 株 式\u00a0; «\u00a0?\u00a0» est affiché à la "
        "place, la valeur du champ reste exacte."
    )
    fields = pypdf.PdfReader(forms[0].path).get_fields()
    assert fields
    assert fields["Q1-company"].value == foreign.name


def test_a_practice_too_long_for_its_room_is_told(tmp_path: Path) -> None:
    endless = replace(PRACTICE, address=("Résidence des Cèdres " * 40,))
    said = built(replace(order(tmp_path, practice=endless), questionnaires=("Q1",)))[1]
    assert [line.partition("\u00a0: ")[0] for line in said] == ["Q1"]
    assert "trop longs" in said[0]


def test_another_catalog_of_this_shape_is_built_as_well(tmp_path: Path) -> None:
    other = small_catalog()
    forms, _ = built(replace(order(tmp_path, practice=PRACTICE), catalog=other))
    assert [form.path.name for form in forms] == ["Q4.pdf"]
    assert "autre" in page_texts(forms[0].path.read_bytes())[0]


def small_catalog() -> Catalog:
    last = replace(CATALOG.questionnaires[-1], requires=())
    return replace(CATALOG, id="autre", version="2", questionnaires=(last,))
