"""Carry what was read from one process to another, and from one run to the next, as JSON.

The records of `formparse read` with the one thing that is no part of them: the English sentence
of a refusal. Pipes and files are for others.
"""

from __future__ import annotations

from typing import Any

from formparse.records import RecordError, from_json, to_json
from formparse.returned import Refusal, Returned


def pack(returned: tuple[Returned, ...]) -> list[dict[str, Any]]:
    """Give a JSON value from which `unpack` gives the same values back."""
    return [
        {"record": to_json(one), "message_en": one.message_en if isinstance(one, Refusal) else None}
        for one in returned
    ]


def unpack(untrusted_value: object) -> tuple[Returned, ...]:
    """Give what `pack` packed; RecordError if this is not its work."""
    if not isinstance(untrusted_value, list):
        raise RecordError("no array")
    try:
        return tuple(
            from_json(pair["record"], message_en=pair["message_en"]) for pair in untrusted_value
        )
    except (TypeError, KeyError) as error:
        raise RecordError(str(error)) from error
