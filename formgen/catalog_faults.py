"""What a fault in a catalog is: its place, its kind, and the sentence that tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from formgen.language import Phrase
from formgen.plain_text import bind_french, show_hidden


class FaultCode(StrEnum):
    """Kinds of faults; stable, so that tests and tools need not read sentences."""

    NOT_JSON = "not-json"
    TOO_LARGE = "too-large"
    DUPLICATE_KEY = "duplicate-key"
    WRONG_TYPE = "wrong-type"
    MISSING_KEY = "missing-key"
    UNKNOWN_KEY = "unknown-key"
    BLANK = "blank"
    TOO_LONG = "too-long"
    BAD_FORM = "bad-form"
    EMPTY_LIST = "empty-list"
    REPEATED = "repeated"
    UNKNOWN_ANSWER = "unknown-answer"
    SCHEMA = "schema"
    HIDDEN_CHARACTER = "hidden-character"
    NO_SUCH_DATE = "no-such-date"
    PLACEHOLDER = "placeholder"
    DUPLICATE_ID = "duplicate-id"
    MISCOUNTED_ID = "miscounted-id"
    UNKNOWN_REQUIRED = "unknown-required"
    CIRCLE = "circle"
    DEAD_REFERENCE = "dead-reference"
    UNUSED = "unused"
    CALL_NOT_IN_TEXT = "call-not-in-text"
    EMPHASIS_NOT_IN_TEXT = "emphasis-not-in-text"
    SPLIT_LEAD_IN = "split-lead-in"
    TEXT_CHANGED = "text-changed"
    POINT_GONE = "point-gone"
    POINT_ADDED = "point-added"
    OTHER_CATALOG = "other-catalog"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong in a catalog."""

    place: str
    """JSON pointer; empty for the whole document."""
    line: int | None
    """Line in the file; None where only the value was looked at."""
    code: FaultCode
    phrase: Phrase

    def described(self, name: str) -> Phrase:
        """Give one line, safe for a terminal, that names file, line, place and fault."""
        where = name if self.line is None else f"{name}:{self.line}"
        place = f" {self.place}" if self.place else ""
        return Phrase(
            fr=show_hidden(f"{where}\u00a0:{place} {bind_french(self.phrase.fr)}"),
            en=show_hidden(f"{where}:{place} {self.phrase.en}"),
        )


def fault(place: str, code: FaultCode, *, fr: str, en: str) -> Fault:
    """Make a fault whose line is not known yet."""
    return Fault(place=place, line=None, code=code, phrase=Phrase(fr=fr, en=en))
