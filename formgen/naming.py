"""The names that builder and reader must agree on, stated once: meaning -> name and back.

Knows no wording, geometry or PDF syntax.
"""

from __future__ import annotations

from enum import StrEnum

from formgen.catalog import Answer

STATE_OF_ANSWER = {Answer.OUI: "OUI", Answer.NON: "NON", Answer.NA: "NA"}
"""On-state of each answer's box. ASCII letters only: « N/A » would need escaping, which several
tools get wrong."""

ANSWER_OF_STATE = {state: answer for answer, state in STATE_OF_ANSWER.items()}

OFF_STATE = "Off"


class TextPart(StrEnum):
    """A text field that each questionnaire has."""

    COMPANY = "company"
    SERVICE = "service"
    SIGNATORY = "signatory"
    DATE = "date"
    PLACE = "place"
    REMARKS = "remarks"


SIGNATURE_PART = "signature"


def text_field_name(questionnaire_id: str, part: TextPart) -> str:
    """Name of a text field: `Q1-company`."""
    return f"{questionnaire_id}-{part}"


def signature_field_name(questionnaire_id: str) -> str:
    """Name of the signature field: `Q1-signature`."""
    return f"{questionnaire_id}-{SIGNATURE_PART}"


def box_name(point_id: str, answer: Answer) -> str:
    """Name of one box (its /NM): `Q1-01:OUI`."""
    return f"{point_id}:{STATE_OF_ANSWER[answer]}"


def parse_box_name(name: str) -> tuple[str, Answer] | None:
    """Give point id and answer of a box name, or None if it is not one."""
    point_id, colon, state = name.partition(":")
    answer = ANSWER_OF_STATE.get(state)
    if not (point_id and colon) or answer is None:
        return None
    return point_id, answer
