"""Read the supplier list and the practice file, as people save them, into checked values.

A list comes as CSV (whatever a French Excel makes of it) or as JSON. Building forms from it, and
adding the questionnaires that others require, is left to the caller.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from formgen.errors import SupplierListError
from formgen.issue import Practice, Supplier
from formgen.json_source import JsonSource, JsonSourceError, child, read_json
from formgen.language import Phrase
from formgen.plain_text import bind_french, first_hidden, show_hidden
from formgen.system_reason import system_reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from formgen.catalog import Catalog

MAX_BYTES = 16 * 2**20
"""Room for a hundred thousand suppliers; larger files are something else."""

MAX_FAULTS_SHOWN = 20
"""Faults listed in one error; more would scroll the first ones away."""

MAX_ID = 64
"""The id is a folder name, and stands in paths that Windows limits to 260 characters."""

MAX_NAME = 120
MAX_SERVICE = 200
"""Longer texts do not fit the form's fields legibly."""

MAX_EMAIL = 254
"""Longest address that mail can carry (RFC 5321)."""

MAX_ADDRESS_LINES = 6
"""As many as a postal address has (NF Z10-011)."""

_ID = re.compile(r"[A-Za-z0-9_-](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])(?:\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices, with any extension."""

_EMAIL = re.compile(r"[^@\s,;:<>()\"]+@[^@\s,;:<>()\"]+\.[^@\s,;:<>()\".]+")
_BETWEEN_QUESTIONNAIRES = re.compile(r"[\s,;+/]+")
_ZIP_START = b"PK\x03\x04"
_UTF16_STARTS = (b"\xff\xfe", b"\xfe\xff")


class Column(StrEnum):
    """What a supplier list says of each supplier; the value is the header and the JSON key."""

    ID = "id"
    NAME = "name"
    SERVICE = "service"
    EMAIL = "email"
    QUESTIONNAIRES = "questionnaires"


_REQUIRED = (Column.ID, Column.NAME, Column.QUESTIONNAIRES)

_HEADERS = {
    Column.ID: ("id", "identifiant", "identifiant fournisseur", "code", "code fournisseur"),
    Column.NAME: (
        "name",
        "nom",
        "nom du fournisseur",
        "raison sociale",
        "raison sociale du fournisseur",
        "fournisseur",
        "societe",
        "entreprise",
        "nom raison sociale",
    ),
    Column.SERVICE: (
        "service",
        "service fourni",
        "designation du service",
        "designation du service fourni",
        "prestation",
    ),
    Column.EMAIL: (
        "email",
        "e mail",
        "mail",
        "courriel",
        "courrier electronique",
        "adresse e mail",
        "adresse email",
        "adresse electronique",
    ),
    Column.QUESTIONNAIRES: ("questionnaires", "questionnaire"),
}
"""Headers understood, without accents, case and punctuation."""

_COLUMN_OF_HEADER = {header: column for column, names in _HEADERS.items() for header in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a value stands in a file."""

    line: int
    called: Phrase
    """The column or key, as messages call it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One supplier as written."""

    line: int
    untrusted_texts: dict[Column, str]
    places: dict[Column, _Place]
    """Where each value stands. One that is here but has no text was found wrong already."""

    def place(self, column: Column) -> _Place:
        absent = Phrase(fr=f"clé « {column} »", en=f"key '{column}'")
        return self.places.get(column) or _Place(line=self.line, called=absent)


@dataclass(slots=True)
class _Faults:
    """Collects what is wrong with one file, in the order found."""

    name: str
    lines: list[Phrase] = field(default_factory=list)

    def add(self, line: int | None, place: Phrase | None, fr: str, en: str) -> None:
        where_fr = [] if line is None else [f"ligne {line}"]
        where_en = [] if line is None else [f"line {line}"]
        if place is not None:
            where_fr.append(place.fr)
            where_en.append(place.en)
        said_fr = f"{', '.join(where_fr)} : {fr}"
        said_en = f"{', '.join(where_en)}: {en}"
        comma = ", " if where_fr else ""
        self.lines.append(
            Phrase(
                fr=show_hidden(f"{self.name}{comma}{bind_french(said_fr)}"),
                en=show_hidden(f"{self.name}{comma}{said_en}"),
            )
        )

    def error(self) -> SupplierListError:
        """Make the error that tells all of it."""
        shown = self.lines[:MAX_FAULTS_SHOWN]
        french = [phrase.fr for phrase in shown]
        english = [phrase.en for phrase in shown]
        if len(self.lines) > 1:
            rest = len(self.lines) - len(shown)
            more_fr = f", dont {rest} non montrées ici" if rest else ""
            more_en = f", {rest} of them not shown here" if rest else ""
            french.append(f"{self.name}\u00a0: {len(self.lines)} fautes{more_fr}.")
            english.append(f"{self.name}: {len(self.lines)} faults{more_en}.")
        return SupplierListError(Phrase(fr="\n".join(french), en="\n".join(english)))


def load_suppliers(path: Path, catalog: Catalog) -> tuple[Supplier, ...]:
    """Give the suppliers of a CSV or JSON file, in order; SupplierListError names all faults."""
    faults = _Faults(str(path))
    data = _read(path, faults)
    if path.suffix.lower() == ".json" or data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        entries = list(_json_entries(data, faults))
    else:
        entries = list(_csv_entries(_decoded(data), faults))
    if not entries and not faults.lines:
        faults.add(
            None,
            None,
            "la liste ne contient aucun fournisseur.",
            "the list holds no supplier.",
        )
    checker = _Checker(catalog=catalog, faults=faults)
    suppliers = tuple(checker.supplier(entry) for entry in entries)
    if faults.lines:
        raise faults.error()
    return suppliers


def load_practice(path: Path) -> Practice:
    """Give the practice that a JSON file describes; SupplierListError names all faults."""
    faults = _Faults(str(path))
    source = _json_source(_read(path, faults), faults)
    places = source.places()
    raw = source.value if isinstance(source.value, dict) else None
    known = ("name", "address", "email", "due")
    if raw is None:
        faults.add(
            1,
            None,
            f"un objet JSON est attendu, avec les clés {', '.join(known)}.",
            f"a JSON object is expected, with the keys {', '.join(known)}.",
        )
        raise faults.error()
    reader = _PracticeReader(raw=raw, faults=faults, lines=places.lines)
    for key in raw:
        if key not in known:
            reader.blame(
                key,
                f"clé inconnue ; clés possibles : {', '.join(known)}.",
                f"unknown key; possible keys: {', '.join(known)}.",
            )
    practice = Practice(
        name=reader.name(), address=reader.address(), email=reader.email(), due=reader.due()
    )
    if faults.lines:
        raise faults.error()
    return practice


# -- bytes and text ---------------------------------------------------------------------------


def _read(path: Path, faults: _Faults) -> bytes:
    """Give the bytes of a file that is there, not empty and not too large."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = system_reason(error)
        faults.add(
            None,
            None,
            f"le fichier ne peut pas être lu ({reason.fr}). Vérifier le chemin et les droits.",
            f"the file cannot be read ({reason.en}). Check the path and its permissions.",
        )
        raise faults.error() from error
    if len(data) > MAX_BYTES:
        faults.add(
            None,
            None,
            f"le fichier dépasse {MAX_BYTES // 2**20} Mio.",
            f"the file is larger than {MAX_BYTES // 2**20} MiB.",
        )
    elif data.startswith(_ZIP_START):
        faults.add(
            None,
            None,
            "c'est un classeur (Excel, LibreOffice). L'enregistrer au format « CSV UTF-8 ».",
            "this is a workbook (Excel, LibreOffice). Save it as 'CSV UTF-8'.",
        )
    elif not data.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        faults.add(None, None, "le fichier est vide.", "the file is empty.")
    if faults.lines:
        raise faults.error()
    return data


def _decoded(data: bytes) -> str:
    """Give the text of a CSV file in one of the encodings that Excel saves."""
    if data.startswith(_UTF16_STARTS):
        return data.decode("utf-16", errors="replace")
    if b"\0" in data:  # UTF-16 without its mark: the header's letters are ASCII
        return data.decode("utf-16-be" if data[0] == 0 else "utf-16-le", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # The five bytes that Windows-1252 leaves open become U+FFFD, which the checks refuse.
        return data.decode("cp1252", errors="replace")


def _cleaned(text: str) -> str:
    """Give the text without spaces at its ends, its accents composed as fonts expect them."""
    return unicodedata.normalize("NFC", text.strip())


# -- CSV --------------------------------------------------------------------------------------


def _column_of(header: str) -> Column | None:
    plain = unicodedata.normalize("NFD", header.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return _COLUMN_OF_HEADER.get(" ".join(re.findall(r"[a-z0-9]+", letters)))


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Give each row with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _CsvError(line, str(error)) from error
        yield line, [_cleaned(cell) for cell in cells]


class _CsvError(ValueError):
    """A row that cannot be told into cells."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def _delimiter_of(text: str) -> str:
    """Give the delimiter that makes the most known headers of the first line that says anything."""
    declared = re.match(r"\s*sep=([;,\t|])[ ;,\t]*[\r\n]", text)  # Excel's own way to name it
    if declared:
        return declared[1]
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(";,\t", key=lambda d: sum(_column_of(cell) is not None for cell in header.split(d)))


def _csv_entries(text: str, faults: _Faults) -> Iterator[_Entry]:
    rows = _rows(text, _delimiter_of(text))
    columns: list[Column | None] = []
    headers: list[str] = []
    try:
        for line, cells in rows:
            if not any(cells) or (not columns and cells[0].startswith("sep=")):
                continue
            if not columns:
                columns, headers = _header(line, cells, faults), cells
                continue
            places = {
                column: _Place(line=line, called=_csv_place(index, headers[index]))
                for index, column in enumerate(columns)
                if column
            }
            yield _csv_entry(cells, columns, places, faults, line)
    except _CsvError as error:
        faults.add(
            error.line,
            None,
            "guillemets mal placés ou jamais refermés\u00a0; doubler ceux qui sont dans un texte.",
            "quotes misplaced or never closed; double those inside a text.",
        )


def _header(line: int, cells: list[str], faults: _Faults) -> list[Column | None]:
    """Tell what each column holds; a list with a wrong header is refused at once."""
    columns = [_column_of(cell) for cell in cells]
    expected = ", ".join(Column)
    for index, (cell, column) in enumerate(zip(cells, columns, strict=True)):
        if cell and column is None:
            faults.add(
                line,
                _csv_place(index, cell),
                f"colonne inconnue ; colonnes possibles : {expected}.",
                f"unknown column; possible columns: {expected}.",
            )
        elif column is not None and column in columns[:index]:
            faults.add(
                line,
                _csv_place(index, cell),
                f"la colonne « {column} » figure deux fois.",
                f"the column '{column}' stands twice.",
            )
    for missing in _REQUIRED:
        if missing not in columns:
            faults.add(
                line,
                None,
                f"il manque la colonne « {missing} » ; colonnes attendues : {expected}.",
                f"the column '{missing}' is missing; expected columns: {expected}.",
            )
    if faults.lines:
        raise faults.error()
    return columns


def _csv_place(index: int, header: str) -> Phrase:
    called = f" (« {header} »)" if header else ""
    called_en = f" ('{header}')" if header else ""
    return Phrase(fr=f"colonne {index + 1}{called}", en=f"column {index + 1}{called_en}")


def _csv_entry(
    cells: Sequence[str],
    columns: Sequence[Column | None],
    places: dict[Column, _Place],
    faults: _Faults,
    line: int,
) -> _Entry:
    texts = dict.fromkeys(places, "")
    for index, cell in enumerate(cells):
        column = columns[index] if index < len(columns) else None
        if column is not None:
            texts[column] = cell
        elif cell:
            faults.add(
                line,
                _csv_place(index, ""),
                f"« {cell[:60]} » est hors des colonnes nommées en tête ; mettre entre guillemets "
                "un texte qui contient le séparateur.",
                f"'{cell[:60]}' is outside the named columns; quote a text that contains the "
                "separator.",
            )
    return _Entry(line=line, untrusted_texts=texts, places=places)


# -- JSON -------------------------------------------------------------------------------------


def _json_source(data: bytes, faults: _Faults) -> JsonSource:
    """Parse JSON; syntax faults and keys that stand twice end the reading."""
    try:
        source = read_json(data)
    except JsonSourceError as error:
        faults.add(error.line, None, error.phrase.fr, error.phrase.en)
        raise faults.error() from error
    if source.has_duplicate_keys:
        places = source.places()
        for pointer in places.duplicates:
            faults.add(
                places.line_of(pointer),
                None,
                f"la clé {pointer} figure deux fois.",
                f"the key {pointer} stands twice.",
            )
        raise faults.error()
    return source


def _json_entries(data: bytes, faults: _Faults) -> Iterator[_Entry]:
    source = _json_source(data, faults)
    lines = source.places().lines
    if not isinstance(source.value, list):
        faults.add(
            1,
            None,
            f"une liste d'objets est attendue, avec les clés {', '.join(Column)}.",
            f"a list of objects is expected, with the keys {', '.join(Column)}.",
        )
        return
    for index, raw in enumerate(source.value):
        line = lines[f"/{index}"]
        if isinstance(raw, dict):
            yield _json_entry(index, raw, lines, faults)
        else:
            faults.add(line, None, "un objet est attendu.", "an object is expected.")


def _json_entry(index: int, raw: dict[str, Any], lines: dict[str, int], faults: _Faults) -> _Entry:
    texts = {}
    places = {}
    for key, value in raw.items():
        line = lines[child(f"/{index}", key)]
        called = Phrase(fr=f"clé « {key} »", en=f"key '{key}'")
        column = _column_of(key)
        if column is None:
            expected = ", ".join(Column)
            faults.add(
                line,
                called,
                f"clé inconnue ; clés possibles : {expected}.",
                f"unknown key; possible keys: {expected}.",
            )
            continue
        places[column] = _Place(line=line, called=called)
        match value:
            case str():
                texts[column] = _cleaned(value)
            case list() if column is Column.QUESTIONNAIRES and all(
                isinstance(item, str) for item in value
            ):
                texts[column] = " ".join(value)
            case _:
                faults.add(line, called, "un texte est attendu.", "a text is expected.")
    return _Entry(line=lines[f"/{index}"], untrusted_texts=texts, places=places)


# -- checks -----------------------------------------------------------------------------------


def _text_fault(text: str, longest: int) -> Phrase | None:
    """Say what keeps a text off a form, or None."""
    hidden = "U+FFFD" if "\ufffd" in text else first_hidden(text)
    if hidden:
        return Phrase(
            fr=f"contient le caractère {hidden}, de commande, invisible ou illisible ; l'ôter.",
            en=f"holds {hidden}, a control, invisible or unreadable character; remove it.",
        )
    if len(text) > longest:
        return Phrase(
            fr=f"{len(text)} caractères ; {longest} au plus.",
            en=f"{len(text)} characters; at most {longest}.",
        )
    return None


def _email_fault(text: str) -> Phrase | None:
    """Say why a text cannot be an e-mail address, or None; no address is no fault."""
    fault = _text_fault(text, MAX_EMAIL)
    if fault or not text or _EMAIL.fullmatch(text):
        return fault
    return Phrase(
        fr=f"« {text[:60]} » n'est pas une adresse de courriel.",
        en=f"'{text[:60]}' is no e-mail address.",
    )


def _id_fault(text: str) -> Phrase | None:
    """Say why a text cannot be a supplier's id, or None."""
    if len(text) > MAX_ID:
        return _text_fault(text, MAX_ID)
    if not _ID.fullmatch(text):
        return Phrase(
            fr=f"« {text[:60]} » ne convient pas : lettres sans accent, chiffres, « - », "
            "« _ » et « . » seulement, sans point au début ni à la fin.",
            en=f"'{text[:60]}' will not do: unaccented letters, digits, '-', '_' and '.' only, no "
            "dot at either end.",
        )
    if _RESERVED.fullmatch(text):
        return Phrase(
            fr=f"« {text} » est un nom réservé par Windows ; en choisir un autre.",
            en=f"'{text}' is a name reserved by Windows; choose another.",
        )
    return None


@dataclass(slots=True, kw_only=True)
class _Checker:
    """Turns entries into suppliers, and notes what is wrong."""

    catalog: Catalog
    faults: _Faults
    lines_of_ids: dict[str, int] = field(default_factory=dict)
    """By id without case: two that differ in case only would share a folder on some systems."""

    def supplier(self, entry: _Entry) -> Supplier:
        """Give the supplier; where something is wrong, as it was written."""
        return Supplier(
            id=self.id(entry),
            name=self.text(entry, Column.NAME, MAX_NAME),
            service=self.text(entry, Column.SERVICE, MAX_SERVICE),
            email=self.email(entry),
            questionnaires=self.questionnaires(entry),
        )

    def blame(self, entry: _Entry, column: Column, phrase: Phrase) -> None:
        place = entry.place(column)
        self.faults.add(place.line, place.called, phrase.fr, phrase.en)

    def present(self, entry: _Entry, column: Column) -> str:
        """Give the text; note it if it is empty and may not be."""
        text = entry.untrusted_texts.get(column, "")
        told = column in entry.places and column not in entry.untrusted_texts
        if not text and column in _REQUIRED and not told:
            what = {
                Column.ID: Phrase(fr="l'identifiant manque.", en="the id is missing."),
                Column.NAME: Phrase(fr="le nom manque.", en="the name is missing."),
            }
            none = Phrase(
                fr=f"aucun questionnaire n'est indiqué ; possibles : {self.known()}.",
                en=f"no questionnaire is given; possible: {self.known()}.",
            )
            self.blame(entry, column, what.get(column, none))
        return text

    def known(self) -> str:
        return ", ".join(q.id for q in self.catalog.questionnaires)

    def id(self, entry: _Entry) -> str:
        text = self.present(entry, Column.ID)
        if not text:
            return text
        fault = _id_fault(text)
        if fault:
            self.blame(entry, Column.ID, fault)
            return text
        first = self.lines_of_ids.get(text.casefold())
        self.lines_of_ids.setdefault(text.casefold(), entry.place(Column.ID).line)
        if first is not None:
            self.blame(
                entry,
                Column.ID,
                Phrase(
                    fr=f"« {text} » sert déjà à la ligne {first} (majuscules et minuscules "
                    "confondues).",
                    en=f"'{text}' is already used on line {first} (upper and lower case are the "
                    "same).",
                ),
            )
        return text

    def text(self, entry: _Entry, column: Column, longest: int) -> str:
        text = self.present(entry, column)
        fault = _text_fault(text, longest)
        if fault:
            self.blame(entry, column, fault)
        return text

    def email(self, entry: _Entry) -> str:
        text = self.present(entry, Column.EMAIL)
        fault = _email_fault(text)
        if fault:
            self.blame(entry, Column.EMAIL, fault)
        return text

    def questionnaires(self, entry: _Entry) -> tuple[str, ...]:
        text = self.present(entry, Column.QUESTIONNAIRES)
        wanted = {word.upper() for word in _BETWEEN_QUESTIONNAIRES.split(text) if word}
        known = [q.id for q in self.catalog.questionnaires]
        for word in sorted(wanted.difference(known)):
            self.blame(
                entry,
                Column.QUESTIONNAIRES,
                Phrase(
                    fr=f"aucun questionnaire « {word[:60]} » ; possibles : {self.known()}.",
                    en=f"no questionnaire '{word[:60]}'; possible: {self.known()}.",
                ),
            )
        return tuple(q for q in known if q in wanted)


@dataclass(slots=True, kw_only=True)
class _PracticeReader:
    """Reads the values of a practice file, and notes what is wrong."""

    raw: dict[str, Any]
    faults: _Faults
    lines: dict[str, int]

    def blame(self, key: str, fr: str, en: str) -> None:
        line = self.lines.get(child("", key), self.lines[""])
        self.faults.add(line, Phrase(fr=f"clé « {key} »", en=f"key '{key}'"), fr, en)

    def text(self, key: str) -> str:
        """Give a text, empty where the key is absent."""
        value = self.raw.get(key, "")
        if isinstance(value, str):
            return _cleaned(value)
        self.blame(key, "un texte est attendu.", "a text is expected.")
        return ""

    def checked(self, key: str, text: str, fault: Phrase | None) -> str:
        if fault:
            self.blame(key, fault.fr, fault.en)
        return text

    def name(self) -> str:
        text = self.text("name")
        if not text and isinstance(self.raw.get("name", ""), str):
            self.blame("name", "le nom du professionnel manque.", "the practice's name is missing.")
        return self.checked("name", text, _text_fault(text, MAX_NAME))

    def address(self) -> tuple[str, ...]:
        value = self.raw.get("address", "")
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, str) for part in parts):
            self.blame(
                "address",
                "un texte ou une liste de textes est attendu.",
                "a text or a list of texts is expected.",
            )
            return ()
        written = [_cleaned(line) for part in parts for line in re.split(r"\r\n|\r|\n", part)]
        lines = tuple(line for line in written if line)
        for line in lines:
            self.checked("address", line, _text_fault(line, MAX_NAME))
        if len(lines) > MAX_ADDRESS_LINES:
            self.blame(
                "address",
                f"{len(lines)} lignes ; {MAX_ADDRESS_LINES} au plus.",
                f"{len(lines)} lines; at most {MAX_ADDRESS_LINES}.",
            )
        return lines

    def email(self) -> str:
        text = self.text("email")
        return self.checked("email", text, _email_fault(text))

    def due(self) -> dt.date | None:
        text = self.text("due")
        if not text:
            return None
        french = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text, re.ASCII)
        try:
            if french:
                day, month, year = (int(part) for part in french.groups())
                return dt.date(year, month, day)
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
                return dt.date.fromisoformat(text)
        except ValueError:
            pass  # told below: a day that no calendar has is as wrong as any other text
        self.blame(
            "due",
            f"« {text[:60]} » n'est pas une date ; écrire JJ/MM/AAAA ou AAAA-MM-JJ.",
            f"'{text[:60]}' is no date; write DD/MM/YYYY or YYYY-MM-DD.",
        )
        return None
