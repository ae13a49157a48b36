"""Turn raw JSON into catalog values, and name every place where its shape is wrong.

The shape is that of the value types in `formgen.catalog`, with the same rules as the JSON Schema
that ships with the package; it is checked here by hand because importing a schema library takes
longer than all else that a command does at its start. What values mean together is
`formgen.catalog_check`.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field, fields, is_dataclass
from types import MappingProxyType, NoneType, UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

from formgen.catalog import (
    Answer,
    Catalog,
    Erratum,
    Footnote,
    FootnoteCall,
    Group,
    IntroductionItem,
    LeadIn,
    Link,
    Point,
    Questionnaire,
    Reference,
    Section,
    Source,
)
from formgen.catalog_faults import Fault, FaultCode, fault
from formgen.json_source import child

_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_KEY = r"^[a-z][a-z0-9-]*$"
_QUESTIONNAIRE = r"^(?!(?:CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])$)[A-Z][A-Z0-9]{0,7}$"
_LEAD_IN = r"^[A-Z][A-Z0-9]{0,7}-L[1-9][0-9]*$"
_NOTE = r"^[A-Z][A-Z0-9]{0,7}-N[1-9][0-9]*$"
_ANY_TEXT = r"\S"

PATTERNS = MappingProxyType(
    {
        (Catalog, "id"): r"^[a-z0-9][a-z0-9-]{0,63}$",
        (Catalog, "version"): r"^[0-9]+(\.[0-9]+)*$",
        (Catalog, "date"): _DATE,
        (Catalog, "language"): r"^[a-z]{2,3}(-[A-Z]{2})?$",
        (Source, "sha256"): r"^[0-9a-f]{64}$",
        (IntroductionItem, "id"): r"^[A-Z][A-Za-z0-9-]*$",
        (IntroductionItem, "kind"): r"^(paragraph|bullet)$",
        (Reference, "key"): _KEY,
        (Reference, "url"): r"^https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[!-~]*)?$",
        (Reference, "checked"): _DATE,
        (Erratum, "id"): r"^E[0-9]+$",
        (Erratum, "where"): r"^[A-Z][A-Za-z0-9-]*(\.[a-z_]+)?$",
        (Link, "reference"): _KEY,
        (FootnoteCall, "note"): _NOTE,
        (Footnote, "id"): _NOTE,
        (LeadIn, "id"): _LEAD_IN,
        (Point, "id"): r"^[A-Z][A-Z0-9]{0,7}-[0-9]{2}$",
        (Point, "lead_in"): _LEAD_IN,
        (Section, "id"): r"^[A-Z][A-Z0-9]{0,7}-S[1-9][0-9]*$",
        (Questionnaire, "id"): _QUESTIONNAIRE,
        (Questionnaire, "requires"): _QUESTIONNAIRE,
    }
)
"""What a text must look like, where any text is not good enough. For a list: each of its texts.
Written for `re.search`, as in JSON Schema."""

MAX_LENGTHS = MappingProxyType({(Catalog, "version"): 32, (Point, "short"): 120})

_NEVER_EMPTY = frozenset(
    {
        (Catalog, "questionnaires"),
        (Questionnaire, "answers"),
        (Questionnaire, "sections"),
        (Section, "groups"),
        (Group, "points"),
    }
)
"""Lists that hold something. Any other list may be left out of the file, and is empty then."""

_NOT_IN_FILE = frozenset({(Catalog, "digest")})

_IGNORED_KEY = "$schema"
"""Editors look for it at the top of a JSON file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaped:
    """A catalog as far as its shape could be read."""

    catalog: Catalog
    """Where the shape is wrong, empty values stand in, so that the rest can still be judged."""
    faults: tuple[Fault, ...]
    spoiled: frozenset[str]
    """JSON pointers of the stand-ins: what is found there or below says nothing."""


def shape_catalog(untrusted: object, digest: str) -> Shaped:
    """Read raw JSON as a catalog, with every fault of its shape."""
    reader = _Reader()
    catalog = cast("Catalog", reader.record(Catalog, untrusted, ""))
    object.__setattr__(catalog, "digest", digest)
    return Shaped(catalog=catalog, faults=tuple(reader.faults), spoiled=frozenset(reader.spoiled))


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {f.name: hints[f.name] for f in fields(cls) if (cls, f.name) not in _NOT_IN_FILE}


def _may_be_left_out(cls: type, name: str, hint: Any) -> bool:
    if get_origin(hint) is tuple:
        return (cls, name) not in _NEVER_EMPTY
    return hint is bool or get_origin(hint) is UnionType


def _empty(hint: Any) -> Any:
    """Give the value that stands in for a missing or wrong one."""
    if hint is bool:
        return False
    if get_origin(hint) is tuple:
        return ()
    if get_origin(hint) is UnionType:
        return None
    if is_dataclass(hint):
        cls = cast("type", hint)
        values = {f.name: "" for f in fields(cls)}
        return cls(**values | {name: _empty(part) for name, part in _hints(cls).items()})
    return ""


def _named(value: object) -> tuple[str, str]:
    """Name a JSON type in French and English."""
    match value:
        case None:
            return "null", "null"
        case bool():
            return "un booléen", "a boolean"
        case str():
            return "un texte", "a text"
        case int() | float():
            return "un nombre", "a number"
        case list():
            return "une liste", "a list"
        case _:
            return "un objet", "an object"


@dataclass(slots=True)
class _Reader:
    """Collects faults while values are read."""

    faults: list[Fault] = field(default_factory=list)
    spoiled: set[str] = field(default_factory=set)

    def blame(self, place: str, code: FaultCode, fr: str, en: str) -> None:
        self.faults.append(fault(place, code, fr=fr, en=en))
        self.spoiled.add(place)

    def wrong_type(self, place: str, found: object, fr: str, en: str) -> None:
        found_fr, found_en = _named(found)
        self.blame(
            place,
            FaultCode.WRONG_TYPE,
            f"{fr} est attendu, pas {found_fr}.",
            f"expected {en}, found {found_en}.",
        )

    def record(self, cls: type, untrusted: object, place: str) -> Any:
        """Read an object as a value of `cls`."""
        if not isinstance(untrusted, dict):
            self.wrong_type(place, untrusted, "un objet", "an object")
            return _empty(cls)
        hints = _hints(cls)
        values = {f.name: "" for f in fields(cls)}  # fills what is not in the file
        for name, hint in hints.items():
            if name in untrusted:
                values[name] = self.value(cls, name, hint, untrusted[name], child(place, name))
                continue
            values[name] = _empty(hint)
            if not _may_be_left_out(cls, name, hint):
                self.spoiled.add(child(place, name))
                self.faults.append(
                    fault(
                        place,
                        FaultCode.MISSING_KEY,
                        fr=f"la clé « {name} » manque.",
                        en=f"the key '{name}' is missing.",
                    )
                )
        for name in untrusted:
            if name not in hints and not (cls is Catalog and name == _IGNORED_KEY):
                self.blame(
                    child(place, name),
                    FaultCode.UNKNOWN_KEY,
                    f"clé inconnue ; attendues : {', '.join(hints)}.",
                    f"unknown key; expected: {', '.join(hints)}.",
                )
        if cls is Catalog and _IGNORED_KEY in untrusted:
            self.text(cls, _IGNORED_KEY, untrusted[_IGNORED_KEY], child(place, _IGNORED_KEY))
        return cls(**values)

    def value(self, cls: type, name: str, hint: Any, untrusted: object, place: str) -> Any:
        """Read one value as what the field's type says."""
        if get_origin(hint) is UnionType:
            if untrusted is None:
                return None
            (hint,) = (part for part in get_args(hint) if part is not NoneType)
        if get_origin(hint) is tuple:
            return self.items(cls, name, get_args(hint)[0], untrusted, place)
        if is_dataclass(hint):
            return self.record(cast("type", hint), untrusted, place)
        if hint is Answer:
            return self.answer(untrusted, place)
        if hint is bool:
            return self.flag(untrusted, place)
        return self.text(cls, name, untrusted, place)

    def items(
        self, cls: type, name: str, hint: Any, untrusted: object, place: str
    ) -> tuple[Any, ...]:
        if not isinstance(untrusted, list):
            self.wrong_type(place, untrusted, "une liste", "a list")
            return ()
        if not untrusted and (cls, name) in _NEVER_EMPTY:
            self.blame(
                place,
                FaultCode.EMPTY_LIST,
                "la liste est vide ; il y faut au moins un élément.",
                "the list is empty; at least one item is expected.",
            )
        if not is_dataclass(hint):
            self.repeats(untrusted, place)
        return tuple(
            self.value(cls, name, hint, item, child(place, index))
            for index, item in enumerate(untrusted)
        )

    def repeats(self, untrusted: list[object], place: str) -> None:
        seen: set[str] = set()
        for index, item in enumerate(untrusted):
            if not isinstance(item, str):
                continue  # told as a wrong type
            if item in seen:
                self.blame(
                    child(place, index),
                    FaultCode.REPEATED,
                    "figure deux fois dans la liste.",
                    "stands twice in the list.",
                )
            seen.add(item)

    def flag(self, untrusted: object, place: str) -> bool:
        if not isinstance(untrusted, bool):
            self.wrong_type(place, untrusted, "true ou false", "true or false")
            return False
        return untrusted

    def answer(self, untrusted: object, place: str) -> Any:
        if isinstance(untrusted, str) and untrusted in tuple(Answer):
            return Answer(untrusted)
        self.blame(
            place,
            FaultCode.UNKNOWN_ANSWER,
            f"réponse inconnue ; réponses possibles : {', '.join(Answer)}.",
            f"unknown answer; possible answers: {', '.join(Answer)}.",
        )
        return ""

    def text(self, cls: type, name: str, untrusted: object, place: str) -> str:
        if not isinstance(untrusted, str):
            self.wrong_type(place, untrusted, "un texte", "a text")
            return ""
        longest = MAX_LENGTHS.get((cls, name))
        if not untrusted.strip():
            self.blame(place, FaultCode.BLANK, "le texte est vide.", "the text is empty.")
        elif longest is not None and len(untrusted) > longest:
            self.blame(
                place,
                FaultCode.TOO_LONG,
                f"{len(untrusted)} caractères ; {longest} au plus.",
                f"{len(untrusted)} characters; at most {longest}.",
            )
        elif not re.search(PATTERNS.get((cls, name), _ANY_TEXT), untrusted):
            pattern = PATTERNS[cls, name]
            self.blame(
                place,
                FaultCode.BAD_FORM,
                f"« {untrusted[:60]} » n'a pas la forme attendue ({pattern}).",
                f"'{untrusted[:60]}' is not of the expected form ({pattern}).",
            )
        return untrusted
