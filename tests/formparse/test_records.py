"""Records hold all that was read, in the contract's shape, and refuse what nobody wrote."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import formparse
from formgen.catalog import Answer
from formparse.records import RecordError, dump_record, from_json, to_json
from formparse.returned import Refusal, ReturnedForm
from tests.formparse.returns import DIGITAL, both_ticked, make_form, refusals, returned_forms

SCHEMA = json.loads(
    (Path(formparse.__file__).parent / "schemas" / "read.schema.json").read_text("utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA)


def example() -> ReturnedForm:
    return make_form(
        "Q1", {"Q1-01": Answer.NA, "Q1-02": both_ticked()}, file="acme.pdf", signature=DIGITAL
    )


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_a_form_has_the_contracts_shape() -> None:
    record = to_json(make_form("Q1", {"Q1-01": Answer.NA, "Q1-02": both_ticked()}, file="a.pdf"))
    assert list(record) == [
        "file", "sha256", "status", "form", "method", "answers", "doubtful", "attestation",
        "findings",
    ]  # fmt: skip
    assert record["status"] == "read"
    assert record["form"]["questionnaires"] == ["Q1"]
    assert record["answers"] == {"Q1-01": "N/A", "Q1-02": None}
    assert [(one["id"], one["seen"]) for one in record["doubtful"]] == [("Q1-02", ["OUI", "NON"])]
    assert record["attestation"]["Q1"]["signature"] == {"kind": "drawn"}


def test_a_digital_signature_has_its_facts() -> None:
    signature = to_json(example())["attestation"]["Q1"]["signature"]
    assert set(signature) == {
        "kind", "signer", "signed_at", "intact", "covers_whole_file", "trusted",
        "changed_after_signing", "signed_values",
    }  # fmt: skip


def test_a_refusal_has_the_contracts_shape() -> None:
    refusal = Refusal(file="x.pdf", sha256=None, code="encrypted", message="fr", message_en="en")
    assert to_json(refusal) == {
        "file": "x.pdf",
        "sha256": None,
        "status": "refused",
        "error": {"code": "encrypted", "message": "fr"},
    }


@given(returned_forms())
def test_forms_survive(form: ReturnedForm) -> None:
    record = to_json(form)
    VALIDATOR.validate(record)
    assert from_json(json.loads(json.dumps(record))) == form


@given(refusals)
def test_refusals_survive(refusal: Refusal) -> None:
    record = to_json(refusal)
    VALIDATOR.validate(record)
    assert from_json(record, message_en=refusal.message_en) == refusal


def test_a_refusal_without_its_english_speaks_french() -> None:
    refusal = Refusal(file="x", sha256=None, code="c", message="fr", message_en="en")
    kept = from_json(to_json(refusal))
    assert isinstance(kept, Refusal)
    assert kept.message_en == "fr"


@given(returned_forms())
def test_a_line_is_one_line_of_utf8(form: ReturnedForm) -> None:
    line = dump_record(to_json(form))
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert json.loads(line.decode("utf-8"))["file"] == json.loads(json.dumps(form.file))


def paths(value: Any, before: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a JSON value."""
    keys: list[str | int] = []
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    inner = [place for key in keys for place in paths(value[key], (*before, key))]
    return [*([before] if before else []), *inner]


def at(value: Any, place: tuple[str | int, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


PLACES = paths(to_json(example()))


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_value_of_a_wrong_type_is_refused(place: tuple[str | int, ...]) -> None:
    record = to_json(example())
    at(record, place[:-1])[place[-1]] = {"foreign": [1.5]}
    with pytest.raises(RecordError):
        from_json(record)


@pytest.mark.parametrize("place", [p for p in PLACES if isinstance(p[-1], str)], ids=str)
def test_a_missing_key_is_refused(place: tuple[str | int, ...]) -> None:
    record = to_json(example())
    del at(record, place[:-1])[place[-1]]
    if place == ("answers", "Q1-01"):
        # Which points there are is the catalog's to say.
        assert isinstance(from_json(record), ReturnedForm)
        return
    with pytest.raises(RecordError):
        from_json(record)


@pytest.mark.parametrize(
    "place", [p for p in [(), *PLACES] if isinstance(at(to_json(example()), p), dict)], ids=str
)
def test_a_key_too_many_is_refused(place: tuple[str | int, ...]) -> None:
    record = to_json(example())
    at(record, place)["extra"] = "x"
    with pytest.raises(RecordError):
        from_json(record)


def test_doubts_and_answers_must_agree() -> None:
    record = to_json(example())
    answered = copy.deepcopy(record)
    answered["answers"]["Q1-02"] = "OUI"
    twice = copy.deepcopy(record)
    twice["doubtful"] *= 2
    for broken in (answered, twice):
        with pytest.raises(RecordError):
            from_json(broken)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)
    )
)
def test_any_other_json_is_refused(value: object) -> None:
    with pytest.raises(RecordError):
        from_json(value)
