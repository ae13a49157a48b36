"""Turn files of decisions into values and back: those that people hand in, and those that are kept.

`schemas/review.schema.json` describes what is handed in; a kept file adds to each decision what was
doubtful and when it was taken. Whether a decision may be taken is for `formparse.decisions`.
"""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_never

from formgen.catalog import Answer
from formgen.json_source import JsonSource, JsonSourceError, child, read_json
from formgen.language import Phrase
from formgen.naming import TextPart
from formgen.plain_text import first_hidden
from formparse.decisions import Decision, FormKey, KeptDecision, PointDecision, TextDecision
from formparse.errors import DecisionsError
from formparse.returned import Doubt, DoubtKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_BYTES = 16 * 2**20
"""All 70 points of two hundred suppliers take 5 MB."""

SCHEMA_VERSION = 1

_SCHEMA = Path(__file__).parent / "schemas" / "review.schema.json"


# --- Handed in ----------------------------------------------------------------------------------
def load_decisions(path: Path) -> tuple[Decision, ...]:
    """Give the decisions in a file; DecisionsError says where it is not what it should be."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b""
    except (OSError, ValueError) as error:
        # ValueError: a name that holds a NUL.
        reason = getattr(error, "strerror", None) or str(error)
        raise _wrong(
            str(path),
            Phrase(f"le fichier ne peut pas être lu ({reason}).", f"cannot be read ({reason})."),
        ) from error
    if size > MAX_BYTES:
        raise _wrong(
            str(path),
            Phrase(
                f"le fichier fait {size} octets, la limite est de {MAX_BYTES}.",
                f"the file has {size} bytes, the limit is {MAX_BYTES}.",
            ),
        )
    return parse_decisions(data, str(path))


def parse_decisions(data: bytes, name: str) -> tuple[Decision, ...]:
    """Give the decisions that the bytes of a file called `name` hold; see `load_decisions`."""
    try:
        source = read_json(data)
    except JsonSourceError as error:
        raise _wrong(name, error.phrase, line=error.line) from error
    for pointer, phrase in _faults(source):
        raise _wrong(name, phrase, line=source.places().line_of(pointer), pointer=pointer)
    by = source.value["decided_by"].strip()
    return tuple(_decision_from_json(one, by) for one in source.value["decisions"])


def _faults(source: JsonSource) -> Iterator[tuple[str, Phrase]]:
    """Give what is wrong, and where, as JSON pointers."""
    import jsonschema

    if source.has_duplicate_keys:
        twice = source.places().duplicates[0]
        yield twice, Phrase("cette clé est donnée deux fois.", "this key is given twice.")
    schema = json.loads(_SCHEMA.read_bytes())
    errors = jsonschema.Draft202012Validator(schema).iter_errors(source.value)
    for error in sorted(errors, key=lambda error: [str(part) for part in error.absolute_path]):
        yield _pointer(error.absolute_path), _shape_fault(error)
    yield from _content_faults(source.value)


def _content_faults(value: Any) -> Iterator[tuple[str, Phrase]]:
    """Give what no schema can say about a value of the right shape."""
    yield from _text_faults("/decided_by", value["decided_by"])
    for number, one in enumerate(value["decisions"]):
        place = child("/decisions", number)
        try:
            dt.datetime.fromisoformat(one["decided_at"])
        except ValueError:
            wrong = Phrase("ce n'est pas une date.", "this is no date.")
            yield child(place, "decided_at"), wrong
        if one.get("text") is not None:
            lines = [one["text"]]
            if one["field"] == TextPart.REMARKS:
                lines = one["text"].splitlines() or [""]
            for line in lines:
                yield from _text_faults(child(place, "text"), line, may_be_empty=len(lines) > 1)


def _text_faults(
    pointer: str, text: str, *, may_be_empty: bool = False
) -> Iterator[tuple[str, Phrase]]:
    hidden = first_hidden(text)
    if hidden is not None:
        yield (
            pointer,
            Phrase(
                f"caractère invisible {hidden} : retirez-le.",
                f"hidden character {hidden}: remove it.",
            ),
        )
    elif not text.strip() and not may_be_empty:
        yield pointer, Phrase("il n'y a rien d'écrit.", "nothing is written there.")


def _shape_fault(error: Any) -> Phrase:
    """Say in both languages what a schema's verdict means; its own words are English and long."""
    match error.validator:
        case "required" | "dependentRequired":
            return Phrase("il manque une clé.", f"{error.message[:200]}.")
        case "additionalProperties":
            known = set(error.schema["properties"])
            more = ", ".join(sorted(set(error.instance) - known))[:200]
            return Phrase(f"clé inconnue : {more}.", f"unknown key: {more}.")
        case "enum" | "const":
            offered = (
                error.validator_value if error.validator == "enum" else [error.validator_value]
            )
            words = ", ".join(json.dumps(word) for word in offered)
            return Phrase(f"valeur non prévue (prévues : {words}).", f"must be one of: {words}.")
        case "oneOf":
            return Phrase(
                "il faut soit « point » et « answer », soit « field » et « text ».",
                "needs either “point” and “answer”, or “field” and “text”.",
            )
        case _:
            return Phrase(
                f"contraire au schéma JSON (en anglais) : {error.message[:200]}",
                f"against the JSON Schema: {error.message[:200]}",
            )


def _pointer(path: Sequence[str | int]) -> str:
    pointer = ""
    for part in path:
        pointer = child(pointer, part)
    return pointer


def _wrong(
    name: str, phrase: Phrase, *, line: int | None = None, pointer: str = ""
) -> DecisionsError:
    line_fr, line_en = (f", ligne {line}", f", line {line}") if line else ("", "")
    place = f", {pointer}" if pointer else ""
    return DecisionsError(
        Phrase(
            fr=f"{name}{line_fr}{place} : {phrase.fr} Fichier de décisions attendu, tel que la "
            "page de « formparse review » l'enregistre ; rien n'en a été pris.",
            en=f"{name}{line_en}{place}: {phrase.en} Expected a file of decisions as the page "
            "of “formparse review” saves it; nothing was taken from it.",
        )
    )


def _decision_from_json(value: dict[str, Any], by: str) -> Decision:
    belongs = value["return"]
    form = FormKey(
        sha256=belongs["sha256"],
        part=belongs["part"],
        page=belongs["page"],
        questionnaire_id=belongs["questionnaire"],
    )
    at = value["decided_at"]
    if "point" in value:
        answer = value["answer"]
        return PointDecision(
            form=form,
            point_id=value["point"],
            answer=None if answer is None else Answer(answer),
            by=by,
            at=at,
        )
    text = value["text"]
    return TextDecision(
        form=form,
        part=TextPart(value["field"]),
        text=None if text is None else unicodedata.normalize("NFC", text.strip()),
        by=by,
        at=at,
    )


def decision_to_json(decision: Decision) -> dict[str, Any]:
    """Give a decision as it stands in files, without the name of who took it."""
    form = decision.form
    head: dict[str, Any] = {
        "return": {
            "sha256": form.sha256,
            "part": form.part,
            "page": form.page,
            "questionnaire": form.questionnaire_id,
        },
        "decided_at": decision.at,
    }
    match decision:
        case PointDecision():
            answer = None if decision.answer is None else decision.answer.value
            return head | {"point": decision.point_id, "answer": answer}
        case TextDecision():
            return head | {"field": decision.part.value, "text": decision.text}
        case _ as unknown:
            assert_never(unknown)


# --- Kept ---------------------------------------------------------------------------------------
def kept_to_json(decisions: Sequence[KeptDecision]) -> dict[str, Any]:
    """Give all decisions about one returned file as they are kept, in the order they were taken."""
    return {
        "schema_version": SCHEMA_VERSION,
        "decisions": [
            {
                **decision_to_json(kept.decision),
                "decided_by": kept.decision.by,
                "doubt": {
                    "kind": kept.doubt.kind.value,
                    "reason": kept.doubt.reason,
                    "seen": list(kept.doubt.seen),
                },
                "kept_at": kept.kept_at,
            }
            for kept in decisions
        ],
    }


def kept_from_json(untrusted_value: object, name: str) -> tuple[KeptDecision, ...]:
    """Give what `kept_to_json` wrote; DecisionsError where somebody else did.

    Unlike a reading it cannot be made again, so it is never passed over in silence.
    """
    match untrusted_value:
        case {"schema_version": 1, "decisions": list(untrusted_decisions)}:
            try:
                return tuple(_kept_decision(one) for one in untrusted_decisions)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise _broken(name) from error
        case _:
            raise _broken(name)


def _kept_decision(untrusted_value: Any) -> KeptDecision:
    doubt = untrusted_value["doubt"]
    return KeptDecision(
        decision=_decision_from_json(untrusted_value, untrusted_value["decided_by"]),
        doubt=Doubt(
            kind=DoubtKind(doubt["kind"]), reason=doubt["reason"], seen=tuple(doubt["seen"])
        ),
        kept_at=untrusted_value["kept_at"],
    )


def _broken(name: str) -> DecisionsError:
    return DecisionsError(
        Phrase(
            fr=f"{name} : ce fichier de décisions est abîmé. Rétablissez-le d'une sauvegarde, "
            "ou mettez-le de côté : les points concernés redeviendront douteux.",
            en=f"{name}: this file of decisions is broken. Restore it from a backup, or move "
            "it away: the points concerned will be doubtful again.",
        )
    )
