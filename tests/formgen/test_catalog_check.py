"""Every planted fault is found at its place, and our reading of the shape is the JSON Schema's."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from formgen.catalog import default_catalog_path, load_catalog, parse_catalog
from formgen.catalog_check import (
    RELEASED,
    SCHEMA_PATH,
    FaultCode,
    check_against,
    check_catalog,
    check_catalog_bytes,
    fingerprints,
    schema_faults,
)
from formgen.catalog_shape import MAX_LENGTHS, PATTERNS, shape_catalog
from formgen.json_source import child

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Raw = dict[str, Any]

ATTESTATION = {
    "company": "Raison sociale :",
    "service": "Service :",
    "statement_before": "Je, soussigné",
    "statement_after": "atteste.",
    "date": "Fait le",
    "place": "à",
    "signature": "Signature :",
}


def small() -> Raw:
    """A sound catalog that uses every key at least once."""
    return {
        "$schema": "urn:formgen:schema:catalog",
        "id": "essai",
        "version": "2.1",
        "date": "2026-01-31",
        "language": "fr",
        "title": "Titre",
        "subtitle": "Sous-titre",
        "disclaimer": "Essai",
        "source": {
            "title": "Titre",
            "part": "Partie",
            "publisher": "Éditeur",
            "edition": "1",
            "sha256": "0" * 64,
        },
        "introduction": [{"id": "I1", "kind": "bullet", "text": "Bonjour."}],
        "references": [
            {
                "key": "guide",
                "title": "Guide",
                "url": "https://example.org/guide",
                "origin": "source",
                "checked": "2026-01-01",
            }
        ],
        "errata": [
            {
                "id": "E1",
                "where": "Q1.title",
                "as_written": "a",
                "proposed": "b",
                "kind": "accord",
                "mended": False,
                "why": "parce que",
            }
        ],
        "privacy_notice": "Par {controller}, pendant {retention}.",
        "privacy_retention": "1 an",
        "questionnaires": [
            {
                "id": "Q1",
                "title": "Premier",
                "scope": "Toujours.",
                "instructions": "Répondre.",
                "requires": [],
                "answers": ["OUI", "NON", "N/A"],
                "sections": [
                    {
                        "id": "Q1-S1",
                        "title": None,
                        "groups": [
                            {
                                "title": "Réseau",
                                "points": [
                                    {
                                        "id": "Q1-01",
                                        "text": "Un point ¹ et son accent.",
                                        "short": "un point accentué",
                                        "bullets": [
                                            {
                                                "text": "Une ligne.",
                                                "links": [{"label": "Voir", "reference": "guide"}],
                                            }
                                        ],
                                        "links": [{"label": "Lire", "reference": "guide"}],
                                        "footnotes": [{"call": "¹", "note": "Q1-N1"}],
                                        "emphasis": ["son accent"],
                                        "lead_in": "Q1-L1",
                                        "optional": True,
                                        "best_effort": False,
                                    },
                                    {
                                        "id": "Q1-02",
                                        "text": "Un autre.",
                                        "short": "un autre point",
                                        "lead_in": "Q1-L1",
                                    },
                                    {
                                        "id": "Q1-03",
                                        "text": "Un dernier.",
                                        "short": "un dernier point",
                                    },
                                ],
                            }
                        ],
                    }
                ],
                "lead_ins": [{"id": "Q1-L1", "text": "Le fournisseur :"}],
                "footnotes": [{"id": "Q1-N1", "mark": "¹", "text": "Une note."}],
                "attestation": dict(ATTESTATION),
            },
            {
                "id": "Q2",
                "title": "Second",
                "scope": "Parfois.",
                "instructions": "Répondre.",
                "requires": ["Q1"],
                "answers": ["OUI", "NON"],
                "sections": [
                    {
                        "id": "Q2-S1",
                        "title": "Section",
                        "groups": [
                            {
                                "points": [
                                    {
                                        "id": "Q2-01",
                                        "text": "Encore un.",
                                        "short": "encore un point",
                                    }
                                ]
                            }
                        ],
                    }
                ],
                "attestation": dict(ATTESTATION),
            },
        ],
    }


def at(raw: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        raw = raw[int(part)] if isinstance(raw, list) else raw[part]
    return raw


def put(raw: Raw, pointer: str, value: object) -> None:
    head, _, last = pointer.rpartition("/")
    holder = at(raw, head)
    holder[int(last) if isinstance(holder, list) else last] = value


def found(raw: object) -> list[tuple[FaultCode, str]]:
    return [(fault.code, fault.place) for fault in check_catalog(raw)]


# -- shape: our reading and the JSON Schema agree -----------------------------------------------


def pointers(value: object, place: str = "") -> Iterator[str]:
    yield place
    if isinstance(value, dict):
        for key, item in value.items():
            yield from pointers(item, child(place, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from pointers(item, child(place, index))


STRANGE: tuple[object, ...] = (
    *(None, True, 7, 1.5, "", " \t", "\u00a0", "???", "x", "Q1", "Q1-01", "CON", "2026-13-45"),
    *("ftp://example.org", "https://example.org/a b", "x" * 121, "1" * 40, "E1"),
    *([], {}, ["x"], [None], [{}], ["OUI", "OUI"], ["Q1", "Q1"], ["Q1", 3]),
)


def damaged() -> Iterator[tuple[str, Raw]]:
    """Each kind of value replaced by strange ones or left out, a foreign key in each object."""
    sound = small()
    places = list(pointers(sound))[1:]
    first_of_kind = {re.sub(r"/\d+", "/0", place): place for place in reversed(places)}
    for place in first_of_kind.values():
        for value in STRANGE:
            raw = copy.deepcopy(sound)
            put(raw, place, value)
            yield f"{place} = {value!r}", raw
        head, _, last = place.rpartition("/")
        if isinstance(at(sound, head), dict):
            raw = copy.deepcopy(sound)
            del at(raw, head)[last]
            yield f"{place} left out", raw
        if isinstance(at(sound, place), dict):
            raw = copy.deepcopy(sound)
            at(raw, place)["étranger"] = 1
            yield f"{place} + étranger", raw


def our_places(raw: object) -> set[str]:
    """Places of our faults; JSON Schema blames the holder of a foreign key or repeated item."""
    holder = {FaultCode.UNKNOWN_KEY, FaultCode.REPEATED}
    return {
        fault.place.rpartition("/")[0] if fault.code in holder else fault.place
        for fault in shape_catalog(raw, "").faults
    }


def test_shape_agrees_with_the_schema_on_every_damage() -> None:
    schema = json.loads(SCHEMA_PATH.read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    refused = 0
    for what, raw in damaged():
        theirs = {
            "".join(f"/{part}" for part in error.absolute_path)
            for error in validator.iter_errors(raw)
        }
        assert our_places(raw) == theirs, what
        refused += bool(theirs)
        assert bool(check_catalog(raw)) >= bool(theirs), what
    assert refused > 1_000


@pytest.mark.parametrize("raw", [None, [], "x", 3, {}])
def test_shape_agrees_with_the_schema_on_what_is_no_catalog(raw: object) -> None:
    theirs = {fault.place for fault in schema_faults(raw)}
    assert our_places(raw) == theirs == {""}


def test_patterns_and_lengths_are_the_schemas() -> None:
    schema = json.loads(SCHEMA_PATH.read_bytes())

    def stated(cls: type, name: str) -> Raw:
        words = re.sub("(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        holder: Raw = schema if words == "catalog" else schema["$defs"][words]
        rule: Raw = holder["properties"][name]
        return rule.get("items", rule)

    for (cls, name), pattern in PATTERNS.items():
        assert stated(cls, name)["pattern"] == pattern, (cls, name)
    for (cls, name), longest in MAX_LENGTHS.items():
        assert stated(cls, name)["maxLength"] == longest, (cls, name)


def test_schema_describes_every_key_and_admits_no_other() -> None:
    schema = json.loads(SCHEMA_PATH.read_bytes())
    for part in (schema, *schema["$defs"].values()):
        assert part["additionalProperties"] is False
        assert part["description"]
        for rule in part["properties"].values():
            assert rule.get("description") or "$ref" in rule


# -- planted faults -----------------------------------------------------------------------------

P1 = "/questionnaires/0/sections/0/groups/0/points/0"
P2 = "/questionnaires/0/sections/0/groups/0/points/1"
P3 = "/questionnaires/0/sections/0/groups/0/points/2"
P4 = "/questionnaires/1/sections/0/groups/0/points/0"

PLANTED: list[tuple[str, object, FaultCode, str]] = [
    # where, what to put there, what is found, where (empty: in the same place)
    (f"{P1}/text", "", FaultCode.BLANK, ""),
    (f"{P1}/bullets/0/text", "  ", FaultCode.BLANK, ""),
    (f"{P1}/text", None, FaultCode.WRONG_TYPE, ""),
    (f"{P1}/optional", "non", FaultCode.WRONG_TYPE, ""),
    (f"{P1}/texte", "x", FaultCode.UNKNOWN_KEY, ""),
    (f"{P1}/short", "x" * 121, FaultCode.TOO_LONG, ""),
    (f"{P1}/id", "Q1.01", FaultCode.BAD_FORM, ""),
    ("/questionnaires/1/answers", [], FaultCode.EMPTY_LIST, ""),
    ("/questionnaires/1/answers/1", "PEUT-ÊTRE", FaultCode.UNKNOWN_ANSWER, ""),
    ("/questionnaires/1/answers/1", "OUI", FaultCode.REPEATED, ""),
    ("/questionnaires/1/id", "Q1", FaultCode.DUPLICATE_ID, ""),
    ("/questionnaires/1/id", "CON", FaultCode.BAD_FORM, ""),
    ("/questionnaires/1/sections/0/id", "Q1-S1", FaultCode.DUPLICATE_ID, ""),
    (f"{P2}/id", "Q1-01", FaultCode.DUPLICATE_ID, ""),
    (f"{P2}/id", "Q1-03", FaultCode.MISCOUNTED_ID, ""),
    (f"{P4}/id", "Q1-04", FaultCode.MISCOUNTED_ID, ""),
    ("/questionnaires/1/sections/0/id", "Q2-S2", FaultCode.MISCOUNTED_ID, ""),
    (f"{P4}/short", "un autre point", FaultCode.DUPLICATE_ID, ""),
    ("/questionnaires/1/requires/0", "Q9", FaultCode.UNKNOWN_REQUIRED, ""),
    ("/questionnaires/0/requires", ["Q2"], FaultCode.CIRCLE, ""),
    ("/questionnaires/0/requires", ["Q1"], FaultCode.CIRCLE, ""),
    (f"{P1}/links/0/reference", "absent", FaultCode.DEAD_REFERENCE, ""),
    (f"{P1}/bullets/0/links/0/reference", "absent", FaultCode.DEAD_REFERENCE, ""),
    ("/references/0/url", "ftp://example.org/guide", FaultCode.BAD_FORM, ""),
    ("/references/0/url", "javascript:alert(1)", FaultCode.BAD_FORM, ""),
    ("/references/0/checked", "2026-02-30", FaultCode.NO_SUCH_DATE, ""),
    ("/date", "2026-13-01", FaultCode.NO_SUCH_DATE, ""),
    (f"{P1}/footnotes/0/note", "Q1-N7", FaultCode.DEAD_REFERENCE, ""),
    (f"{P1}/footnotes/0/call", "²", FaultCode.CALL_NOT_IN_TEXT, ""),
    (f"{P1}/footnotes", [], FaultCode.UNUSED, "/questionnaires/0/footnotes/0/id"),
    (f"{P1}/lead_in", "Q1-L7", FaultCode.DEAD_REFERENCE, ""),
    (f"{P4}/lead_in", "Q1-L1", FaultCode.DEAD_REFERENCE, ""),
    (f"{P1}/emphasis/0", "sans accent", FaultCode.EMPHASIS_NOT_IN_TEXT, ""),
    (f"{P1}/text", "Un point ¹ \u202eet son accent.", FaultCode.HIDDEN_CHARACTER, ""),
    (f"{P1}/text", "Un point ¹\net son accent.", FaultCode.HIDDEN_CHARACTER, ""),
    (f"{P1}/text", "Un point ¹ \ud800et son accent.", FaultCode.HIDDEN_CHARACTER, ""),
    ("/title", "Ti\u200btre", FaultCode.HIDDEN_CHARACTER, ""),
    ("/questionnaires/0/attestation/place", "à\x1b[2J", FaultCode.HIDDEN_CHARACTER, ""),
    ("/errata/0/where", "Q7-01", FaultCode.DEAD_REFERENCE, ""),
    ("/privacy_notice", "Par {controller}.", FaultCode.PLACEHOLDER, ""),
    (
        "/privacy_notice",
        "{controller} {retention} {purpose}",
        FaultCode.PLACEHOLDER,
        "",
    ),
]


@pytest.mark.parametrize(("place", "value", "code", "found_at"), PLANTED)
def test_planted_fault_is_found(place: str, value: object, code: FaultCode, found_at: str) -> None:
    raw = small()
    put(raw, place, value)
    assert (code, found_at or place) in found(raw)


def without(place: str) -> Callable[[Raw], None]:
    def change(raw: Raw) -> None:
        head, _, last = place.rpartition("/")
        del at(raw, head)[last]

    return change


def split_lead_in(raw: Raw) -> None:
    del at(raw, P2)["lead_in"]
    at(raw, P3)["lead_in"] = "Q1-L1"


def double(place: str) -> Callable[[Raw], None]:
    def change(raw: Raw) -> None:
        at(raw, place).append(copy.deepcopy(at(raw, place)[0]))

    return change


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (without(f"{P3}/text"), [(FaultCode.MISSING_KEY, P3)]),
        (without("/questionnaires/1/answers"), [(FaultCode.MISSING_KEY, "/questionnaires/1")]),
        (split_lead_in, [(FaultCode.SPLIT_LEAD_IN, f"{P3}/lead_in")]),
        (double("/references"), [(FaultCode.DUPLICATE_ID, "/references/1/key")]),
        (double("/introduction"), [(FaultCode.DUPLICATE_ID, "/introduction/1/id")]),
        (double("/errata"), [(FaultCode.DUPLICATE_ID, "/errata/1/id")]),
        (
            double("/questionnaires/0/lead_ins"),
            [(FaultCode.DUPLICATE_ID, "/questionnaires/0/lead_ins/1/id")],
        ),
        (
            double("/questionnaires/0/footnotes"),
            [(FaultCode.DUPLICATE_ID, "/questionnaires/0/footnotes/1/id")],
        ),
    ],
)
def test_one_fault_is_told_once(
    change: Callable[[Raw], None], expected: list[tuple[FaultCode, str]]
) -> None:
    raw = small()
    change(raw)
    assert found(raw) == expected


def test_unused_reference_and_lead_in() -> None:
    raw = small()
    at(raw, P1)["links"] = []
    at(raw, P1)["bullets"] = []
    del at(raw, P1)["lead_in"]
    del at(raw, P2)["lead_in"]
    assert found(raw) == [
        (FaultCode.UNUSED, "/references/0/key"),
        (FaultCode.UNUSED, "/questionnaires/0/lead_ins/0/id"),
    ]


def test_long_circle_is_told_once_with_its_way() -> None:
    raw = small()
    third = copy.deepcopy(raw["questionnaires"][1])
    third["id"] = "Q3"
    third["sections"][0]["id"] = "Q3-S1"
    third["sections"][0]["groups"][0]["points"][0] |= {"id": "Q3-01", "short": "un tiers"}
    third["requires"] = ["Q2"]
    raw["questionnaires"].append(third)
    assert found(raw) == []
    raw["questionnaires"][0]["requires"] = ["Q3"]
    (fault,) = check_catalog(raw)
    assert fault.code is FaultCode.CIRCLE
    assert "Q1 → Q3 → Q2 → Q1" in fault.phrase.fr


def test_faults_of_shape_do_not_hide_those_of_meaning() -> None:
    raw = small()
    put(raw, f"{P1}/text", "")
    put(raw, "/questionnaires/1/requires/0", "Q9")
    put(raw, f"{P1}/links/0/reference", "absent")
    codes = {fault.code for fault in check_catalog(raw)}
    assert {FaultCode.BLANK, FaultCode.UNKNOWN_REQUIRED, FaultCode.DEAD_REFERENCE} <= codes


def test_sound_catalogs_have_no_fault() -> None:
    assert check_catalog(small()) == ()
    data = default_catalog_path().read_bytes()
    assert check_catalog_bytes(data) == ()


def test_lines_are_those_of_the_file() -> None:
    raw = small()
    put(raw, f"{P3}/text", " ")
    put(raw, "/questionnaires/1/requires/0", "Q9")
    text = json.dumps(raw, ensure_ascii=False, indent=2)
    by_code = {fault.code: fault for fault in check_catalog_bytes(text.encode())}
    lines = text.split("\n")
    assert '"text": " "' in lines[(by_code[FaultCode.BLANK].line or 0) - 1]
    assert '"Q9"' in lines[(by_code[FaultCode.UNKNOWN_REQUIRED].line or 0) - 1]


def test_every_duplicate_key_is_named_with_its_line() -> None:
    text = json.dumps(small(), ensure_ascii=False, indent=1)
    text = text.replace('"short": "un autre point"', '"short": "un autre point",\n"text": "ah"')
    text = text.replace('"title": "Section"', '"title": "Section",\n"title": "Section"')
    faults = [f for f in check_catalog_bytes(text.encode()) if f.code is FaultCode.DUPLICATE_KEY]
    assert [f.place for f in faults] == [f"{P2}/text", "/questionnaires/1/sections/0/title"]
    assert [text.split("\n")[(f.line or 0) - 1].strip(" ,") for f in faults] == [
        '"text": "ah"',
        '"title": "Section"',
    ]


def test_nesting_as_deep_as_json_allows_does_no_harm() -> None:
    deep: object = "fond\u202e"
    for _ in range(5_000):
        deep = [deep]
    raw = small()
    raw["profond"] = deep
    assert found(raw) == [(FaultCode.UNKNOWN_KEY, "/profond")]


def test_schema_faults_stand_beside_ours_without_repeating_them() -> None:
    raw = small()
    put(raw, f"{P1}/text", 3)
    faults = check_catalog_bytes(json.dumps(raw).encode())
    assert [fault.code for fault in faults if fault.place == f"{P1}/text"] == [FaultCode.WRONG_TYPE]
    assert [fault.place for fault in schema_faults(raw)] == [f"{P1}/text"]


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (f"{P1}/texte", "x", FaultCode.UNKNOWN_KEY),
        ("/questionnaires/1/answers/1", "OUI", FaultCode.REPEATED),
    ],
)
def test_one_fault_is_one_line(place: str, value: object, code: FaultCode) -> None:
    raw = small()
    put(raw, place, value)
    faults = check_catalog_bytes(json.dumps(raw).encode())
    assert [(fault.code, fault.place) for fault in faults] == [(code, place)]


def test_a_described_fault_cannot_command_a_terminal() -> None:
    raw = small()
    put(raw, f"{P1}/id", "Q1\x1b[2J")
    for fault in check_catalog(raw):
        for sentence in (fault.described("c.json").fr, fault.described("c.json").en):
            assert "\x1b" not in sentence


# -- texts that may not change within a version -------------------------------------------------


def test_the_released_texts_are_on_record() -> None:
    catalog = load_catalog(default_catalog_path())
    record = RELEASED / catalog.id / f"{catalog.version}.json"
    assert json.loads(record.read_bytes()) == fingerprints(catalog)


def shipped() -> Raw:
    raw: Raw = json.loads(default_catalog_path().read_bytes())
    return raw


def test_a_changed_text_asks_for_a_new_version() -> None:
    raw = shipped()
    put(raw, f"{P1}/text", at(raw, f"{P1}/text") + " Ou pas.")
    assert found(raw) == [(FaultCode.TEXT_CHANGED, f"{P1}/text")]
    raw["version"] = "1.1"
    assert found(raw) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("/questionnaires/2/answers", ["OUI", "NON", "N/A"]),
        ("/questionnaires/0/lead_ins/0/text", "Le client :"),
        ("/questionnaires/1/footnotes/0/text", "Autre loi."),
        ("/questionnaires/1/sections/0/groups/0/points/0/bullets/0/text", "Autre guide"),
        ("/questionnaires/1/sections/0/groups/0/points/1/links/0/label", "Lire"),
    ],
)
def test_whatever_the_supplier_reads_counts_as_text(place: str, value: object) -> None:
    raw = shipped()
    put(raw, place, value)
    assert {code for code, _ in found(raw)} == {FaultCode.TEXT_CHANGED}


def test_addresses_and_labels_of_ours_may_be_mended() -> None:
    raw = shipped()
    put(raw, "/references/0/url", "https://example.org/ailleurs")
    put(raw, f"{P1}/short", "un autre mot bref")
    assert found(raw) == []


def test_points_neither_go_nor_come_within_a_version() -> None:
    raw = shipped()
    last = raw["questionnaires"][3]["sections"][0]["groups"][0]["points"]
    gone = last.pop()
    assert found(raw) == [(FaultCode.POINT_GONE, "/questionnaires")]
    last += [gone, gone | {"id": "Q4-08", "short": "un point de plus"}]
    place = "/questionnaires/3/sections/0/groups/0/points/7/id"
    assert found(raw) == [(FaultCode.POINT_ADDED, place)]


def test_any_two_catalogs_can_be_compared() -> None:
    raw = small()
    old = parse_catalog(json.dumps(raw).encode(), "old.json")
    assert check_against(old, old) == ()
    put(raw, f"{P4}/text", "Tout autre chose.")
    new = parse_catalog(json.dumps(raw).encode(), "new.json")
    assert [(f.code, f.place) for f in check_against(new, old)] == [
        (FaultCode.TEXT_CHANGED, f"{P4}/text")
    ]
    raw["version"] = "2.2"
    assert check_against(parse_catalog(json.dumps(raw).encode(), "new.json"), old) == ()
    raw["id"] = "autre"
    other = parse_catalog(json.dumps(raw).encode(), "new.json")
    assert [f.code for f in check_against(other, old)] == [FaultCode.OTHER_CATALOG]


def test_the_release_tool_leaves_a_record_as_it_is() -> None:
    root = Path(__file__).parents[2]
    record = RELEASED / "memento-pgssi-s-annexe-1" / "1.0.json"
    before = record.read_bytes()
    done = subprocess.run(
        [sys.executable, "tools/release_catalog.py"],
        cwd=root,
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "already recorded" in done.stdout
    assert record.read_bytes() == before
