"""What a program does to a form, behind one interface, whatever the program.

An engine is asked in the form's own words: names of fields and states of boxes. It knows nothing of
questionnaires, layouts or the reader under test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto


class EngineMissingError(Exception):
    """A program is not installed here; the text says how to get it."""


class EngineError(Exception):
    """A program did not do what it was asked to; the text holds what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a person, or a program for them, does to a form; what is not named stays as it is."""

    ticks: Mapping[str, str] = field(default_factory=dict)
    """State of the box to tick, by field: `Q1-01`, `OUI`."""
    unticks: Mapping[str, str] = field(default_factory=dict)
    """State of the box that is ticked and shall be no more, by field."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Text to put in place of what stands in a field: `Q1-date`."""


class Unticks(StrEnum):
    """What becomes of a tick that somebody wants to take off."""

    WORKS = "works"
    IGNORED = "ignored"
    """A click on the ticked box changes nothing; the old answer still stands on the screen."""
    NOT_OFFERED = "not offered"
    """The program has no way to say it, so it is not asked to."""


class Kept(StrEnum):
    """What of a form can still be read once a program has been at it."""

    ALL = auto()
    """All answers and texts, as they were put in."""
    TEXTS_TO_CHECK = auto()
    """The same; texts are read off the page, and the return says that they are to be checked."""
    ANSWERS = auto()
    """All answers; some letters of the texts come out as others, by the program's fonts."""
    TWO_TICKS = auto()
    """All, but where a change of mind leaves two boxes ticked, on the screen, too: doubtful."""
    DOUBTFUL = auto()
    """No answer is sure: what the page shows and what its fields say differ."""
    UNREADABLE = auto()
    """Most answers are doubtful, texts are not to be trusted: the page has been set anew."""
    REFUSED = auto()
    """Nothing is left: the file is refused."""


Fill = Callable[[bytes, Work], bytes]
Change = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filler:
    """A way to fill a form and save it as a form."""

    fill: Fill
    can_change: bool = True
    """A change of mind can be put in; marks drawn on a page stay."""
    unticks: Unticks = Unticks.WORKS
    kept: Kept = Kept.ALL
    shows_ticks: bool = True
    """Other viewers show its ticks: the file draws them."""
    is_slow: bool = False
    """A whole program with windows starts for each form: one form is enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to turn a filled form into another file."""

    change: Change
    kept: Kept
    is_slow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program that people may have between the form and its return."""

    name: str
    how: str
    """How it is driven, in the README's words; for what is imitated, whose report it follows."""
    missing: Callable[[], str | None] = lambda: None
    """How to get it, where it is not installed here."""
    filler: Filler | None = None
    rewrites: Mapping[str, Way] = field(default_factory=dict)
    """Ways that shall keep the fields, by what is done: `linearize`."""
    prints: Mapping[str, Way] = field(default_factory=dict)
    """Ways that leave the look of the pages alone: printed to PDF, flattened."""
