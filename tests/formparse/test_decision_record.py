"""Files of decisions: taken as the page saves them, refused with file, line and key otherwise."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import formparse
from formgen.catalog import Answer
from formgen.errors import ExitCode
from formgen.language import Lang
from formgen.naming import TextPart
from formparse import decision_record
from formparse.decision_record import (
    decision_to_json,
    kept_from_json,
    kept_to_json,
    load_decisions,
    parse_decisions,
)
from formparse.decisions import FormKey, KeptDecision, PointDecision, TextDecision
from formparse.errors import DecisionsError
from tests.formparse.returns import doubts

SCHEMA = json.loads(
    (Path(formparse.__file__).parent / "schemas" / "review.schema.json").read_text("utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)
SHA = "ab" * 32
AT = "2026-03-11T09:00:00Z"


def example() -> dict[str, Any]:
    form = {"sha256": SHA, "part": None, "page": 1, "questionnaire": "Q1"}
    return {
        "schema_version": 1,
        "decided_by": " Dr Ménard ",
        "decisions": [
            {"return": form, "decided_at": AT, "point": "Q1-02", "answer": "N/A"},
            {"return": form, "decided_at": AT, "point": "Q1-03", "answer": None},
            {"return": form, "decided_at": AT, "field": "company", "text": " Acme\u0301 "},
            {"return": form, "decided_at": AT, "field": "remarks", "text": "un\n\ndeux"},
        ],
    }


def dumped(value: object) -> bytes:
    return json.dumps(value, indent=1).encode()


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    VALIDATOR.validate(example())


def test_what_the_page_saves_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "decisions.json"
    path.write_bytes(b"\xef\xbb\xbf" + dumped(example()))
    form = FormKey(sha256=SHA, part=None, page=1, questionnaire_id="Q1")
    common = {"form": form, "by": "Dr Ménard", "at": AT}
    assert load_decisions(path) == (
        PointDecision(point_id="Q1-02", answer=Answer.NA, **common),  # type: ignore[arg-type]
        PointDecision(point_id="Q1-03", answer=None, **common),  # type: ignore[arg-type]
        TextDecision(part=TextPart.COMPANY, text="Acm\u00e9", **common),  # type: ignore[arg-type]
        TextDecision(part=TextPart.REMARKS, text="un\n\ndeux", **common),  # type: ignore[arg-type]
    )


def changed(pointer: str, value: object) -> bytes:
    """The example with a value put, or taken away where it is `...`."""
    content = example()
    *path, last = [int(key) if key.isdigit() else key for key in pointer.split("/")[1:]]
    place: Any = content
    for key in path:
        place = place[key]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return dumped(content)


@pytest.mark.parametrize(
    ("pointer", "value", "place"),
    [
        ("/schema_version", 2, "/schema_version"),
        ("/decided_by", ..., ""),
        ("/decided_by", "", "/decided_by"),
        ("/decided_by", " \u00a0 ", "/decided_by"),
        ("/decided_by", "a\u202eb", "/decided_by"),
        ("/decided_by", "x" * 121, "/decided_by"),
        ("/decisions", {}, "/decisions"),
        ("/more", 1, ""),
        ("/decisions/0", [], "/decisions/0"),
        ("/decisions/0/answer", "PEUT-ÊTRE", "/decisions/0/answer"),
        ("/decisions/0/answer", "oui", "/decisions/0/answer"),
        ("/decisions/0/answer", ..., "/decisions/0"),
        ("/decisions/0/text", "x", "/decisions/0"),
        ("/decisions/0/decided_at", "hier", "/decisions/0/decided_at"),
        ("/decisions/0/decided_at", AT + "\n", "/decisions/0/decided_at"),
        ("/decisions/0/decided_at", "2026-02-31T09:00:00Z", "/decisions/0/decided_at"),
        ("/decisions/0/decided_at", "2026-02-01T09:00:00+02:00", "/decisions/0/decided_at"),
        ("/decisions/0/more", 1, "/decisions/0"),
        ("/decisions/0/return/sha256", "AB" * 32, "/decisions/0/return/sha256"),
        ("/decisions/0/return/sha256", SHA + "\n", "/decisions/0/return/sha256"),
        ("/decisions/0/return/page", 0, "/decisions/0/return/page"),
        ("/decisions/0/return/page", True, "/decisions/0/return/page"),
        ("/decisions/0/return/part", ..., "/decisions/0/return"),
        ("/decisions/2/field", "signature", "/decisions/2/field"),
        ("/decisions/2/text", "", "/decisions/2/text"),
        ("/decisions/2/text", "\t", "/decisions/2/text"),
        ("/decisions/2/text", "a\nb", "/decisions/2/text"),
        ("/decisions/2/text", "x" * 4001, "/decisions/2/text"),
        ("/decisions/2/text", ["x"], "/decisions/2/text"),
        ("/decisions/2/point", "Q1-01", "/decisions/2"),
        ("/decisions/3/text", "un\n\x1b[31m", "/decisions/3/text"),
    ],
)
def test_what_is_wrong_is_named_with_file_line_and_key(
    pointer: str, value: object, place: str
) -> None:
    data = changed(pointer, value)
    with pytest.raises(DecisionsError) as caught:
        parse_decisions(data, "moi.json")
    assert caught.value.exit_code is ExitCode.CATALOG
    told = caught.value.message(Lang.FR)
    found = re.match(r"moi\.json, ligne (\d+)(, [^ ]+)? : ", told)
    assert found, told
    assert (found[2] or "")[2:] == place
    # The line is that of the value: what stands there names its key.
    line = data.decode().splitlines()[int(found[1]) - 1]
    last = place.rpartition("/")[2]
    assert not last or last.isdigit() or f'"{last}"' in line
    assert "moi.json, line" in caught.value.message(Lang.EN)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"a": 1, "a": 1}', b"NaN"],
)
def test_what_is_no_file_of_decisions_is_refused(data: bytes) -> None:
    with pytest.raises(DecisionsError, match=r"moi\.json"):
        parse_decisions(data, "moi.json")


def test_a_key_given_twice_is_refused_where_it_stands() -> None:
    data = dumped(example()).replace(b'"answer": "N/A"', b'"answer": "OUI",\n"answer": "N/A"')
    with pytest.raises(DecisionsError, match=r"line 15, /decisions/0/answer: this key"):
        parse_decisions(data, "moi.json")


def test_a_file_that_is_not_there_or_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DecisionsError, match="cannot be read"):
        load_decisions(tmp_path / "none.json")
    with pytest.raises(DecisionsError, match="cannot be read"):
        load_decisions(tmp_path)
    monkeypatch.setattr(decision_record, "MAX_BYTES", 10)
    (tmp_path / "large.json").write_bytes(dumped(example()))
    with pytest.raises(DecisionsError, match="the limit is 10"):
        load_decisions(tmp_path / "large.json")


# --- Kept ---------------------------------------------------------------------------------------
keys = st.builds(
    FormKey,
    sha256=st.just(SHA),
    part=st.none() | st.just("cd" * 32),
    page=st.none() | st.integers(1, 9),
    questionnaire_id=st.sampled_from(("Q1", "Q3")),
)
names = st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=5)
decisions = st.one_of(
    st.builds(
        PointDecision,
        form=keys,
        point_id=names,
        answer=st.none() | st.sampled_from(Answer),
        by=names,
        at=st.just(AT),
    ),
    st.builds(
        TextDecision,
        form=keys,
        part=st.sampled_from(TextPart),
        text=st.none() | st.sampled_from(("x", "x y", "é")),
        by=names,
        at=st.just(AT),
    ),
)
kept_decisions = st.builds(KeptDecision, decision=decisions, doubt=doubts, kept_at=st.just(AT))


@given(st.lists(kept_decisions, max_size=4).map(tuple))
def test_kept_decisions_survive(kept: tuple[KeptDecision, ...]) -> None:
    value = json.loads(json.dumps(kept_to_json(kept)))
    assert kept_from_json(value, "kept.json") == kept


@given(decisions)
def test_a_decision_fits_the_schema_of_what_is_handed_in(
    decision: PointDecision | TextDecision,
) -> None:
    file = {"schema_version": 1, "decided_by": "x", "decisions": [decision_to_json(decision)]}
    VALIDATOR.validate(file)


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        {},
        {"schema_version": 2, "decisions": []},
        {"schema_version": 1, "decisions": {}},
        {"schema_version": 1, "decisions": [{}]},
        {"schema_version": 1, "decisions": [1]},
    ],
)
def test_a_broken_kept_file_is_said_and_never_passed_over(broken: object) -> None:
    with pytest.raises(DecisionsError, match=r"kept\.json"):
        kept_from_json(broken, "kept.json")
