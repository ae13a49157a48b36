"""Supplier lists as people save them are read; what is wrong is named by line and column."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from formgen.catalog import Catalog, default_catalog_path, load_catalog
from formgen.errors import SupplierListError
from formgen.issue import Practice, Supplier
from formgen.suppliers import load_practice, load_suppliers

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "id;name;service;email;questionnaires\n"

BOULON = Supplier(
    id="boulon",
    name="Atelier Boulon Informatique (fictif)",
    service="maintenance du réseau, œuvres",
    email="contact@boulon.example",
    questionnaires=("Q1", "Q3"),
)
BOULON_LINE = (
    "boulon;Atelier Boulon Informatique (fictif);maintenance du réseau, œuvres;"
    "contact@boulon.example;Q3 Q1\n"
)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(default_catalog_path())


def saved(folder: Path, content: str | bytes, name: str = "liste.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(path: Path, catalog: Catalog) -> list[str]:
    """Give the French sentences of the refusal, without file name and with plain spaces."""
    with pytest.raises(SupplierListError) as caught:
        load_suppliers(path, catalog)
    lines = caught.value.phrase.fr.replace("\u00a0", " ").split("\n")
    assert all(line.startswith(str(path)) for line in lines)
    assert len(caught.value.phrase.en.split("\n")) == len(lines)
    return [line.removeprefix(str(path)).removeprefix(", ") for line in lines]


# -- what Excel saves ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(
    tmp_path: Path, catalog: Catalog, encoding: str, newline: str
) -> None:
    text = (HEADER + BOULON_LINE).replace("\n", newline)
    assert load_suppliers(saved(tmp_path, text.encode(encoding)), catalog) == (BOULON,)


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_delimiters(tmp_path: Path, catalog: Catalog, delimiter: str) -> None:
    cells = BOULON_LINE.strip().split(";")
    text = HEADER.replace(";", delimiter) + delimiter.join(f'"{cell}"' for cell in cells)
    assert load_suppliers(saved(tmp_path, text), catalog) == (BOULON,)


def test_delimiter_named_by_excel(tmp_path: Path, catalog: Catalog) -> None:
    text = "sep=;\r\n" + HEADER + BOULON_LINE
    assert load_suppliers(saved(tmp_path, text), catalog) == (BOULON,)


@pytest.mark.parametrize(
    "header",
    [
        "Identifiant;Raison sociale;Service;Courriel;Questionnaires",
        "IDENTIFIANT;Nom;Désignation du service fourni;E-mail;questionnaire",
        '"id";"Nom / raison sociale";"service";"Adresse e-mail";"Questionnaires :"',
    ],
)
def test_french_headers(tmp_path: Path, catalog: Catalog, header: str) -> None:
    path = saved(tmp_path, f"{header}\n{BOULON_LINE}")
    assert load_suppliers(path, catalog) == (BOULON,)


def test_columns_in_any_order_and_optional_ones_absent(tmp_path: Path, catalog: Catalog) -> None:
    (supplier,) = load_suppliers(saved(tmp_path, "questionnaires;nom;id\nQ4;Phare;phare"), catalog)
    assert supplier == Supplier(
        id="phare", name="Phare", service="", email="", questionnaires=("Q4",)
    )


@pytest.mark.parametrize("listed", ["Q1 Q2", "Q2,Q1", "q1+q2", "Q1/Q2", " Q1 , Q2 ", "Q1 Q1 Q2"])
def test_questionnaires_are_told_apart_and_put_in_order(
    tmp_path: Path, catalog: Catalog, listed: str
) -> None:
    path = saved(tmp_path, f"id;nom;questionnaires\na;A;{listed}\n")
    assert load_suppliers(path, catalog)[0].questionnaires == ("Q1", "Q2")


def test_blank_lines_spaces_quotes_and_empty_columns(tmp_path: Path, catalog: Catalog) -> None:
    text = (
        "\n;;\nid;nom;questionnaires;;\n;;;;\n"
        ' a ;"Dupont ; ""fils"" \u00a0";Q1;;\n\n;;;;\nb;B;Q1;;\n'
    )
    suppliers = load_suppliers(saved(tmp_path, text), catalog)
    assert [(s.id, s.name) for s in suppliers] == [("a", 'Dupont ; "fils"'), ("b", "B")]


def test_accents_are_composed(tmp_path: Path, catalog: Catalog) -> None:
    path = saved(tmp_path, "id;nom;questionnaires\na;Te\u0301le\u0301;Q1\n")
    assert load_suppliers(path, catalog)[0].name == "Télé"


def test_ten_thousand_lines(tmp_path: Path, catalog: Catalog) -> None:
    text = "id;nom;questionnaires\n" + "".join(f"f{n};Nom {n};Q1\n" for n in range(10_000))
    suppliers = load_suppliers(saved(tmp_path, text), catalog)
    assert len(suppliers) == 10_000
    assert suppliers[-1].id == "f9999"


# -- faults -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "place", "said"),
    [
        (";A;;;Q1", "colonne 1 (« id »)", "l'identifiant manque"),
        ("a;;;;Q1", "colonne 2 (« name »)", "le nom manque"),
        ("a;A;;;", "colonne 5 (« questionnaires »)", "aucun questionnaire n'est indiqué"),
        ("a", "colonne 2 (« name »)", "le nom manque"),
        ("a;A;;;Q1Q2", "colonne 5 (« questionnaires »)", "aucun questionnaire « Q1Q2 »"),
        ("a;A;;;Q1 Q9", "colonne 5 (« questionnaires »)", "aucun questionnaire « Q9 »"),
        ("a b;A;;;Q1", "colonne 1 (« id »)", "ne convient pas"),
        ("é;A;;;Q1", "colonne 1 (« id »)", "ne convient pas"),
        ("../a;A;;;Q1", "colonne 1 (« id »)", "ne convient pas"),
        (".a;A;;;Q1", "colonne 1 (« id »)", "ne convient pas"),
        ("a.;A;;;Q1", "colonne 1 (« id »)", "ne convient pas"),
        ("con;A;;;Q1", "colonne 1 (« id »)", "réservé par Windows"),
        ("LPT1.txt;A;;;Q1", "colonne 1 (« id »)", "réservé par Windows"),
        ("a" * 65 + ";A;;;Q1", "colonne 1 (« id »)", "64 au plus"),
        ("a;" + "A" * 121 + ";;;Q1", "colonne 2 (« name »)", "120 au plus"),
        ("a;A;" + "s" * 201 + ";;Q1", "colonne 3 (« service »)", "200 au plus"),
        ("a;A;;pas une adresse;Q1", "colonne 4 (« email »)", "adresse de courriel"),
        ("a;A;;a@b;Q1", "colonne 4 (« email »)", "adresse de courriel"),
        ("a;A;;a@b.example, c@d.example;Q1", "colonne 4 (« email »)", "adresse de courriel"),
        ("a;A\x1b[2J;;;Q1", "colonne 2 (« name »)", "U+001B"),
        ("a;A\u202eB;;;Q1", "colonne 2 (« name »)", "U+202E"),
        ('a;"A\nB";;;Q1', "colonne 2 (« name »)", "U+000A"),
        ("a;A;;;Q1;en trop", "colonne 6", "hors des colonnes"),
    ],
)
def test_fault_is_named_by_line_and_column(
    tmp_path: Path, catalog: Catalog, line: str, place: str, said: str
) -> None:
    path = saved(tmp_path, f"{HEADER}ok;OK;;;Q1\n{line}\n")
    first = refused(path, catalog)[0]
    assert first.startswith(f"ligne 3, {place} :")
    assert said in first
    assert "\x1b" not in first


def test_french_sentences_have_french_spaces(tmp_path: Path, catalog: Catalog) -> None:
    path = saved(tmp_path, f"{HEADER}a;A;;;Q9\n")
    with pytest.raises(SupplierListError) as caught:
        load_suppliers(path, catalog)
    assert not [pair for pair in (" :", " ;", "« ", " »") if pair in caught.value.phrase.fr]
    assert "«\u00a0Q9\u00a0»\u00a0; possibles\u00a0: Q1" in caught.value.phrase.fr


def test_ids_are_unique_whatever_their_case(tmp_path: Path, catalog: Catalog) -> None:
    path = saved(tmp_path, f"{HEADER}Phare;A;;;Q1\n\nphare;B;;;Q1\nphare;C;;;Q1\n")
    assert [line.partition(" :")[0] for line in refused(path, catalog)[:2]] == [
        "ligne 4, colonne 1 (« id »)",
        "ligne 5, colonne 1 (« id »)",
    ]


def test_lines_are_counted_over_quoted_line_breaks(tmp_path: Path, catalog: Catalog) -> None:
    path = saved(tmp_path, f'{HEADER}a;"A\nA";;;Q1\nb;;;;Q1\n')
    assert [line.split(",")[0] for line in refused(path, catalog)[:2]] == ["ligne 2", "ligne 4"]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("id;name;service", ["il manque la colonne « questionnaires »"]),
        ("service", ["« id »", "« name »", "« questionnaires »"]),
        ("id;name;questionnaires;siret", ["colonne 4 (« siret ») : colonne inconnue"]),
        ("id;nom;raison sociale;questionnaires", ["la colonne « name » figure deux fois"]),
    ],
)
def test_wrong_headers(tmp_path: Path, catalog: Catalog, header: str, said: list[str]) -> None:
    lines = refused(saved(tmp_path, f"{header}\na;A;;Q1\n"), catalog)
    assert all(line.startswith("ligne 1") for line in lines[: len(said)])
    for line, words in zip(lines, said, strict=False):
        assert words in line


def test_all_faults_are_told_twenty_are_shown(tmp_path: Path, catalog: Catalog) -> None:
    path = saved(tmp_path, HEADER + "".join(f"f{n};;;;Q1\n" for n in range(50)))
    lines = refused(path, catalog)
    assert len(lines) == 21
    assert lines[19].startswith("ligne 21")
    assert "50 fautes, dont 30 non montrées" in lines[20]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vide"),
        (b"\xef\xbb\xbf\r\n \r\n", "vide"),
        (HEADER.encode(), "aucun fournisseur"),
        (b"[]", "aucun fournisseur"),
        (b"PK\x03\x04 workbook", "CSV UTF-8"),
        (HEADER.encode() + b'a;"A;;;Q1\nb;B;;;Q1\n', "guillemets"),
        (HEADER.encode() + b'a;"A"B;;;Q1\n', "guillemets"),
        (HEADER.encode() + b"a;A\x81\xe9;;;Q1\n", "U+FFFD"),
        (b"%PDF-1.7\n\x00\xff", "colonne"),
        (b"x" * (16 * 2**20 + 1), "16 Mio"),
    ],
    ids=[
        *("empty", "bom", "header", "list", "xlsx", "open-quote", "bad-quote", "cp1252-gap"),
        *("pdf", "large"),
    ],
)
def test_what_is_no_list(tmp_path: Path, catalog: Catalog, content: bytes, said: str) -> None:
    assert said in "\n".join(refused(saved(tmp_path, content), catalog))


def test_missing_file_is_named(tmp_path: Path, catalog: Catalog) -> None:
    assert "ne peut pas être lu" in refused(tmp_path / "absent.csv", catalog)[0]
    assert "ne peut pas être lu" in refused(tmp_path, catalog)[0]


# -- JSON ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("questionnaires", [["Q3", "Q1"], "Q3 Q1"])
@pytest.mark.parametrize("name", ["liste.json", "liste.txt"])
def test_json_list(tmp_path: Path, catalog: Catalog, questionnaires: object, name: str) -> None:
    raw = {
        "id": BOULON.id,
        "name": BOULON.name,
        "service": BOULON.service,
        "email": BOULON.email,
        "questionnaires": questionnaires,
    }
    path = saved(tmp_path, b"\xef\xbb\xbf" + json.dumps([raw]).encode(), name)
    assert load_suppliers(path, catalog) == (BOULON,)


def test_json_faults_name_line_and_key(tmp_path: Path, catalog: Catalog) -> None:
    path = saved(
        tmp_path,
        """[
  {"id": "a",
   "name": 3,
   "questionnaires": ["Q1", "Q7"]},
  "b",
  {"id": "A", "name": "B", "siret": "1", "questionnaires": [4]},
  {"name": "C", "questionnaires": []}
]""",
        "liste.json",
    )
    lines = refused(path, catalog)
    assert sorted(line.partition(" :")[0] for line in lines[:-1]) == [
        "ligne 3, clé « name »",
        "ligne 4, clé « questionnaires »",
        "ligne 5",
        "ligne 6, clé « id »",
        "ligne 6, clé « questionnaires »",
        "ligne 6, clé « siret »",
        "ligne 7, clé « id »",
        "ligne 7, clé « questionnaires »",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"id": "a"}', "une liste d'objets est attendue"),
        (b'[{"id": "a",}]', "JSON"),
        (b'[{"id": "a", "id": "b"}]', "deux fois"),
        ('[{"id": "é"}]'.encode("cp1252"), "UTF-8"),
    ],
)
def test_what_is_no_json_list(tmp_path: Path, catalog: Catalog, content: bytes, said: str) -> None:
    line = refused(saved(tmp_path, content, "liste.json"), catalog)[0]
    assert line.startswith("ligne 1")
    assert said in line


# -- the practice -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["1 rue du Port\n29000 Quimper", ["1 rue du Port", " ", "29000 Quimper "]]
)
@pytest.mark.parametrize("due", ["2027-03-01", "01/03/2027", "1/3/2027"])
def test_practice(tmp_path: Path, address: object, due: str) -> None:
    raw = {"name": "Dr Lebrun", "address": address, "email": "a@b.example", "due": due}
    assert load_practice(saved(tmp_path, json.dumps(raw), "cabinet.json")) == Practice(
        name="Dr Lebrun",
        address=("1 rue du Port", "29000 Quimper"),
        email="a@b.example",
        due=dt.date(2027, 3, 1),
    )


def test_practice_needs_only_a_name(tmp_path: Path) -> None:
    assert load_practice(saved(tmp_path, '{"name": "Dr Lebrun"}')) == Practice(
        name="Dr Lebrun", address=(), email="", due=None
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "vide"),
        ("[]", "un objet JSON est attendu"),
        ("{}", "le nom du professionnel manque"),
        ('{"name": " "}', "le nom du professionnel manque"),
        ('{"name": 3}', "un texte est attendu"),
        ('{"name": "A", "nom": "B"}', "clé « nom » : clé inconnue"),
        ('{"name": "A\\u202e"}', "U+202E"),
        ('{"name": "A", "name": "B"}', "deux fois"),
        ('{"name": "A", "email": "chez moi"}', "adresse de courriel"),
        ('{"name": "A", "address": [1]}', "liste de textes"),
        ('{"name": "A", "address": "1\\n2\\n3\\n4\\n5\\n6\\n7"}', "7 lignes"),
        ('{"name": "A", "address": "\\u0000"}', "U+0000"),
        ('{"name": "A", "due": "31/02/2027"}', "n'est pas une date"),
        ('{"name": "A", "due": "2027-02-31"}', "n'est pas une date"),
        ('{"name": "A", "due": "demain"}', "n'est pas une date"),
        ('{"name": "A", "due": 2027}', "un texte est attendu"),
    ],
)
def test_wrong_practice(tmp_path: Path, content: str, said: str) -> None:
    path = saved(tmp_path, content, "cabinet.json")
    with pytest.raises(SupplierListError) as caught:
        load_practice(path)
    assert caught.value.phrase.fr.startswith(str(path))
    assert said in caught.value.phrase.fr.replace("\u00a0", " ")


def test_all_faults_of_a_practice_are_told_with_their_lines(tmp_path: Path) -> None:
    text = '{"name": "",\n "email": "x",\n "due": "y"}'
    path = saved(tmp_path, text, "cabinet.json")
    with pytest.raises(SupplierListError) as caught:
        load_practice(path)
    lines = caught.value.phrase.fr.split("\n")
    assert [line.removeprefix(f"{path}, ")[:7] for line in lines[:3]] == [
        "ligne 1",
        "ligne 2",
        "ligne 3",
    ]


def test_missing_practice_file(tmp_path: Path) -> None:
    with pytest.raises(SupplierListError, match="cannot be read"):
        load_practice(tmp_path / "absent.json")
