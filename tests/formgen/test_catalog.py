"""The catalog that ships says what the source says, and loading refuses what is wrong."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from formgen.catalog import (
    Answer,
    Catalog,
    Erratum,
    Point,
    default_catalog_path,
    load_catalog,
    parse_catalog,
)
from formgen.errors import CatalogError

SEED = Path(__file__).parents[1] / "data" / "annexe-1-questionnaires-fournisseurs.txt"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(default_catalog_path())


def squeezed(text: str) -> str:
    """Drop what the extraction added: tags, bullet marks, double spaces."""
    return " ".join(re.sub(r"<[^>]+>", "", text).replace("▶", " ").split())


def seed_lines() -> list[str]:
    return SEED.read_text(encoding="utf-8").split("\n")


def seed_rows() -> list[str]:
    """Table rows of the source: lines that end in the tab of an empty « Conformité » cell."""
    rows = [line.split("\t") for line in seed_lines() if "\t" in line]
    return [squeezed(first) for first, rest in rows if not rest and not first.startswith("---")]


def row_of(point: Point) -> str:
    parts = [point.text, *(link.label for link in point.links)]
    for bullet in point.bullets:
        parts += [bullet.text, *(link.label for link in bullet.links)]
    return " ".join(parts)


def catalog_rows(catalog: Catalog) -> list[str]:
    rows = []
    for questionnaire in catalog.questionnaires:
        said: set[str] = set()
        lead_ins = {lead_in.id: lead_in.text for lead_in in questionnaire.lead_ins}
        for section in questionnaire.sections:
            for group in section.groups:
                rows += [group.title] if group.title else []
                for point in group.points:
                    if point.lead_in and point.lead_in not in said:
                        said.add(point.lead_in)
                        rows.append(lead_ins[point.lead_in])
                    rows.append(row_of(point))
    return rows


def test_the_seed_is_the_source_the_catalog_names(catalog: Catalog) -> None:
    assert hashlib.sha256(SEED.read_bytes()).hexdigest() == catalog.source.sha256


def test_each_row_of_the_source_is_a_row_of_the_catalog(catalog: Catalog) -> None:
    rows = seed_rows()
    assert len(rows) == 75
    assert catalog_rows(catalog) == rows


ARTEFACTS = re.compile(
    r"""Annexe\ 1\ -\ Questionnaires\ fournisseurs   # running head
    | Table\ des\ matières | .*\t\d+$              # table of contents
    | ---.* | Point\ d'attention\t.*               # table rules and headings
    """,
    re.VERBOSE,
)


def attestation_as_extracted(catalog: Catalog, questionnaire_id: str) -> list[str]:
    """Put the block in the order in which the extraction left it."""
    block = catalog.questionnaire(questionnaire_id).attestation
    head, tail = block.statement_after.split(" sur ce ")
    tail = f"sur ce {tail}"
    mended = {e.where: e for e in catalog.errata if e.mended}
    if f"{questionnaire_id}.attestation" in mended:
        erratum = mended[f"{questionnaire_id}.attestation"]
        assert tail == erratum.proposed
        tail = erratum.as_written
    return [
        block.company,
        block.service,
        block.statement_before,
        tail,
        head,
        f"{block.date} {block.place}",
        block.signature,
    ]


def test_every_line_of_the_source_stands_in_the_catalog_in_order(catalog: Catalog) -> None:
    expected = [catalog.title, catalog.subtitle, "Objet et usage des questionnaires"]
    expected += [item.text for item in catalog.introduction]
    rows = catalog_rows(catalog)
    for number, questionnaire in enumerate(catalog.questionnaires, 1):
        expected.append(f"Questionnaire {number} : {questionnaire.title}")
        expected += [questionnaire.scope, questionnaire.instructions]
        for section in questionnaire.sections:
            expected += [section.title] if section.title else []
            last = row_of(section.points[-1])
            cut = rows.index(last) + 1
            expected += rows[:cut]
            rows = rows[cut:]
        expected += attestation_as_extracted(catalog, questionnaire.id)
        expected += [
            f"{note.mark} {note.text}" for note in questionnaire.footnotes if note.id != "Q4-N1"
        ]
    assert not rows
    found = []
    for line in seed_lines():
        if not line.strip() or ARTEFACTS.fullmatch(line):
            continue
        text = squeezed(line.removeprefix("- "))
        found.append("Fait le à" if text.startswith("Fait le") else text)
    assert found == expected


def test_counts(catalog: Catalog) -> None:
    assert [len(q.points) for q in catalog.questionnaires] == [14, 38, 11, 7]
    assert [q.id for q in catalog.questionnaires] == ["Q1", "Q2", "Q3", "Q4"]
    boxes = sum(len(q.points) * len(q.answers) for q in catalog.questionnaires)
    assert boxes == 199
    by_section = {
        (q.id, s.title): [(g.title, len(g.points)) for g in s.groups]
        for q in catalog.questionnaires
        for s in q.sections
    }
    assert by_section == {
        ("Q1", None): [(None, 14)],
        ("Q2", "Règles générales d'hygiène informatique"): [(None, 3)],
        ("Q2", "Architecture informatique"): [
            ("Réseau local", 3),
            ("Accès Internet", 2),
            ("Postes de travail et serveurs locaux", 9),
        ],
        ("Q2", "Traces"): [(None, 5)],
        ("Q2", "Sauvegardes"): [(None, 5)],
        ("Q2", "Documentation"): [(None, 6)],
        ("Q2", "Maintenance"): [(None, 5)],
        ("Q3", "Sécurité du système d'information du fournisseur"): [(None, 3)],
        ("Q3", "Outils de maintenance à distance"): [(None, 4)],
        ("Q3", "Modalités de maintenance à distance"): [(None, 4)],
        ("Q4", None): [(None, 7)],
    }
    points = list(catalog.points())
    assert sum(len(q.lead_ins) for q in catalog.questionnaires) == 2
    assert [p.id for p in points if p.lead_in] == [
        *("Q1-10", "Q1-11", "Q1-12", "Q1-13"),
        *("Q2-29", "Q2-30", "Q2-31", "Q2-32"),
    ]
    assert {p.id: len(p.bullets) for p in points if p.bullets} == {
        "Q1-08": 2, "Q2-01": 2, "Q2-05": 2, "Q2-18": 4,
    }  # fmt: skip


def test_point_ids_are_counted_through(catalog: Catalog) -> None:
    counts = {"Q1": 14, "Q2": 38, "Q3": 11, "Q4": 7}
    expected = [f"{q}-{n:02d}" for q, count in counts.items() for n in range(1, count + 1)]
    assert [p.id for p in catalog.points()] == expected


def test_answers_and_required_questionnaires(catalog: Catalog) -> None:
    three = (Answer.OUI, Answer.NON, Answer.NA)
    assert [q.answers for q in catalog.questionnaires] == [three, three, three[:2], three]
    assert [q.requires for q in catalog.questionnaires] == [(), ("Q1",), ("Q1", "Q2"), ("Q1",)]


def test_six_links_in_order(catalog: Catalog) -> None:
    links = []
    for point in catalog.points():
        links += point.links
        for bullet in point.bullets:
            links += bullet.links
    assert [link.label for link in links] == ["Pour en savoir plus..."] * 6
    assert [link.reference for link in links] == [
        "anssi-hygiene",
        "anssi-admin",
        "pgssi-s",
        "anssi-hygiene",
        "anssi-wifi",
        "anssi-crypto",
    ]


def test_notes_and_their_calls(catalog: Catalog) -> None:
    calls = [(p.id, c.call, c.note) for p in catalog.points() for c in p.footnotes]
    assert calls == [
        ("Q2-33", "¹", "Q2-N1"),
        ("Q3-11", "²", "Q3-N1"),
        ("Q4-06", "[1]", "Q4-N1"),
    ]
    notes = {n.id: n for q in catalog.questionnaires for n in q.footnotes}
    assert notes["Q4-N1"].text == notes["Q3-N1"].text


def test_emphasis_is_the_authors_italics(catalog: Catalog) -> None:
    (italics,) = re.findall("<i>(.*?)</i>", SEED.read_text(encoding="utf-8"))
    assert {p.id: p.emphasis for p in catalog.points() if p.emphasis} == {"Q2-08": (italics,)}


def test_best_effort_is_what_begins_so_and_nothing_is_optional(catalog: Catalog) -> None:
    begins = [p.id for p in catalog.points() if p.text.startswith("Autant que possible")]
    assert begins == ["Q2-10", "Q2-11", "Q2-13"]
    assert [p.id for p in catalog.points() if p.best_effort] == begins
    assert not [p.id for p in catalog.points() if p.optional]


@pytest.mark.parametrize("questionnaire_id", ["Q1", "Q2", "Q3", "Q4"])
def test_the_same_statement_is_signed_everywhere(catalog: Catalog, questionnaire_id: str) -> None:
    assert asdict(catalog.questionnaire(questionnaire_id).attestation) == {
        "company": "Raison sociale du fournisseur :",
        "service": "Désignation du service fourni :",
        "statement_before": "Je, soussigné",
        "statement_after": "atteste l'exactitude des informations de conformité portées sur ce "
        "questionnaire.",
        "date": "Fait le",
        "place": "à",
        "signature": "Signature :",
    }


def stem(word: str) -> str:
    return word[:5]


def test_short_labels(catalog: Catalog) -> None:
    points = list(catalog.points())
    assert len({p.short for p in points}) == 70
    for point in points:
        assert 3 <= len(point.short.split()) <= 8, point.short
        assert len(point.short) <= 60, point.short
        words = {stem(w) for w in re.findall(r"\w{4,}", point.short.casefold())}
        said = {stem(w) for w in re.findall(r"\w{4,}", row_of(point).casefold())}
        assert words & said, f"{point.id}: « {point.short} » shares no word with its point"


def words_at(catalog: Catalog, where: str) -> str:
    """Give the text that an erratum speaks of."""
    head, _, part = where.partition(".")
    if "-" in head:
        return row_of(next(p for p in catalog.points() if p.id == head))
    found = getattr(catalog.questionnaire(head), part)
    if isinstance(found, str):
        return found
    if part == "attestation":
        return str(found.statement_after)
    return " ".join(note.text for note in found)


def test_kept_slips_stand_in_the_catalog_and_mended_ones_do_not(catalog: Catalog) -> None:
    seed = squeezed(SEED.read_text(encoding="utf-8"))
    for erratum in catalog.errata:
        assert erratum.as_written in seed, erratum
        shown = words_at(catalog, erratum.where)
        if erratum.where == "Q4-06" and erratum.mended:  # a note that was missing, not a word
            note = catalog.questionnaire("Q4").footnotes[0]
            assert erratum.proposed == f"{note.mark} {note.text}"
        elif erratum.mended:
            assert erratum.proposed in shown, erratum
            assert erratum.as_written not in shown, erratum
        else:
            assert erratum.as_written in shown, erratum


def test_errata_are_complete(catalog: Catalog) -> None:
    def wheres(errata: tuple[Erratum, ...], *, mended: bool) -> list[str]:
        return sorted(e.where for e in errata if e.mended is mended)

    assert wheres(catalog.errata, mended=True) == ["Q1.attestation", "Q4-06"]
    assert wheres(catalog.errata, mended=False) == [
        *("Q1-01", "Q1-10", "Q1-14"),
        *("Q2-01", "Q2-05", "Q2-06", "Q2-13", "Q2-18", "Q2-19", "Q2-22", "Q2-23"),
        *("Q2-25", "Q2-25", "Q2.footnotes", "Q2.instructions", "Q2.title"),
        *("Q3-01", "Q3-10", "Q3-11"),
        *("Q4-02", "Q4-05", "Q4-06", "Q4.instructions"),
    ]


def test_the_form_does_not_pretend_to_be_official(catalog: Catalog) -> None:
    assert "outil non officiel" in catalog.disclaimer
    assert all("projet" in reference.origin for reference in catalog.references)


def test_catalog_holds_what_the_file_says(catalog: Catalog) -> None:
    """Nothing of the file is lost on the way in, and what it leaves out is empty."""
    data = default_catalog_path().read_bytes()
    raw = json.loads(data)
    loaded = json.loads(json.dumps(asdict(catalog)))
    assert loaded.pop("digest") == hashlib.sha256(data).hexdigest()

    def without_empty(value: object) -> object:
        match value:
            case dict():
                kept = {key: without_empty(item) for key, item in value.items()}
                return {k: v for k, v in kept.items() if v not in (None, False) and v != []}
            case list():
                return [without_empty(item) for item in value]
            case _:
                return value

    assert without_empty(loaded) == raw


def test_required_with_adds_transitively(catalog: Catalog) -> None:
    assert catalog.required_with(("Q3",)) == ("Q1", "Q2", "Q3")
    assert catalog.required_with(("Q4", "Q1")) == ("Q1", "Q4")


# -- loading ----------------------------------------------------------------------------------


def test_a_byte_order_mark_does_no_harm() -> None:
    data = default_catalog_path().read_bytes()
    assert parse_catalog(b"\xef\xbb\xbf" + data, "catalog.json").id == "memento-pgssi-s-annexe-1"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "vide"),
        (b"\xef\xbb\xbf \n", "vide"),
        (b'{"id":\n "x",}', "ligne"),
        ('{"id": "é"}'.encode("cp1252"), "UTF-8"),
        (b"[" * 100_000, "imbriqu"),
        (b"9" * 5_000, "nombre"),
        (b'{"id": "a", "id": "b"}', "deux fois"),
        (b"[]", "un objet est attendu"),
        (b" " * (4 * 2**20 + 1), "4 Mio"),
    ],
    ids=["empty", "bom", "syntax", "cp1252", "deep", "number", "twice", "list", "large"],
)
def test_what_is_no_catalog_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(CatalogError) as caught:
        parse_catalog(data, "mien.json")
    assert caught.value.phrase.fr.startswith("mien.json")
    if said == "ligne":
        assert "mien.json:2" in caught.value.phrase.fr
    else:
        assert said in caught.value.phrase.fr


def test_faults_are_listed_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "mien.json"
    text = default_catalog_path().read_text(encoding="utf-8")
    path.write_text(text.replace('"id": "Q3-05"', '"id": "Q3-50"'), encoding="utf-8")
    line = text[: text.index('"id": "Q3-05"')].count("\n") + 1
    with pytest.raises(CatalogError) as caught:
        load_catalog(path)
    for sentence in (caught.value.phrase.fr, caught.value.phrase.en):
        assert f"{path}:{line}" in sentence
        assert "/questionnaires/2/sections/1/groups/0/points/1/id" in sentence
        assert "Q3-05" in sentence


def test_only_the_first_faults_are_shown_and_all_are_counted() -> None:
    raw = json.loads(default_catalog_path().read_text(encoding="utf-8"))
    raw |= {"id": "mien"} | {f"x{n}": 1 for n in range(30)}
    with pytest.raises(CatalogError) as caught:
        parse_catalog(json.dumps(raw).encode(), "mien.json")
    lines = caught.value.phrase.fr.split("\n")
    assert "30 fautes" in lines[0]
    assert len(lines) == 22
    assert "10 de plus" in lines[-1]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"absent\.json: the catalog cannot be read"):
        load_catalog(tmp_path / "absent.json")
    with pytest.raises(CatalogError, match="cannot be read"):
        load_catalog(tmp_path)


def test_loading_imports_no_schema_library() -> None:
    code = (
        "import sys\n"
        "from formgen.catalog import default_catalog_path, load_catalog\n"
        "load_catalog(default_catalog_path())\n"
        "sys.exit('jsonschema' in sys.modules)\n"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
