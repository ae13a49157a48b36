"""Break text into lines and make it fit. Knows widths and typography, no page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from formgen.fonts import text_width
from formgen.style import MIN_SIZE, Face, Ink

NO_BREAK_SPACE = "\u00a0"

_BEFORE = re.compile(r" ([:;?!»])")
_AFTER = re.compile(r"« ")
_CALL = re.compile(r" ([¹²³]|\[\d\])(?= )")
_SHRINK_STEP = 0.25
_BALANCE_STEP = 5.0
"""Points by which lines are made shorter until one more would be needed."""


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one face and ink."""

    text: str
    face: Face = Face.REGULAR
    ink: Ink = Ink.TEXT


@dataclass(frozen=True, slots=True)
class Piece:
    """A run placed on its line."""

    offset: float
    """From the left end of the line, in points."""
    run: Run


Line = tuple[Piece, ...]


def french(text: str) -> str:
    """Bind what French typography never parts: guillemets, high punctuation, note calls.

    For drawing only; catalogs keep the source's plain spaces.
    """
    text = _CALL.sub(r"\1", text)
    text = _BEFORE.sub(NO_BREAK_SPACE + r"\1", text)
    return _AFTER.sub("«" + NO_BREAK_SPACE, text)


def _words(runs: Iterable[Run]) -> list[tuple[Run, ...]]:
    """Split runs at spaces; a word may change face inside (« (*comme* »)."""
    words: list[list[Run]] = [[]]
    for run in runs:
        parts = run.text.split(" ")
        for position, part in enumerate(parts):
            if position:
                words.append([])
            if part:
                words[-1].append(Run(part, run.face, run.ink))
    return [tuple(word) for word in words if word]


def _split_to_fit(word: tuple[Run, ...], size: float, width: float) -> list[tuple[Run, ...]]:
    """Cut a word that is wider than a whole line (an address) into parts that fit."""
    if sum(text_width(run.text, run.face, size) for run in word) <= width:
        return [word]
    parts: list[tuple[Run, ...]] = []
    current: list[Run] = []
    used = 0.0
    for run in word:
        start = 0
        for position, character in enumerate(run.text):
            advance = text_width(character, run.face, size)
            if used + advance > width and used > 0:
                if position > start:
                    current.append(Run(run.text[start:position], run.face, run.ink))
                parts.append(tuple(current))
                current, used, start = [], 0.0, position
            used += advance
        current.append(Run(run.text[start:], run.face, run.ink))
    parts.append(tuple(current))
    return parts


def wrap(
    runs: Iterable[Run], size: float, width: float, *, goes_on: bool = False
) -> tuple[Line, ...]:
    """Give the lines of a paragraph, each at most `width` points wide.

    Every line but the last ends with its space, so that extracted text keeps words apart; the last
    too where more text of the same element follows (`goes_on`).
    """
    lines: list[list[tuple[Run, ...]]] = [[]]
    used = 0.0
    space = text_width(" ", Face.REGULAR, size)
    for whole in _words(runs):
        for word in _split_to_fit(whole, size, width):
            advance = sum(text_width(run.text, run.face, size) for run in word)
            if lines[-1] and used + space + advance > width + 0.01:
                lines.append([])
                used = 0.0
            if lines[-1]:
                used += space
            lines[-1].append(word)
            used += advance
    last = len(lines) - 1
    return tuple(
        _set_line(words, size, ends_paragraph=number == last and not goes_on)
        for number, words in enumerate(lines)
    )


def _set_line(words: list[tuple[Run, ...]], size: float, *, ends_paragraph: bool) -> Line:
    """Join words into runs of one face, each with its offset."""
    flat: list[Run] = []
    for position, word in enumerate(words):
        flat.extend(word)
        if position < len(words) - 1 or not ends_paragraph:
            flat.append(Run(" ", flat[-1].face, flat[-1].ink))
    pieces: list[Piece] = []
    offset = 0.0
    for run in flat:
        if pieces and (pieces[-1].run.face, pieces[-1].run.ink) == (run.face, run.ink):
            joined = Run(pieces[-1].run.text + run.text, run.face, run.ink)
            pieces[-1] = Piece(pieces[-1].offset, joined)
        else:
            pieces.append(Piece(offset, run))
        offset = pieces[-1].offset + text_width(pieces[-1].run.text, run.face, size)
    return tuple(pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Text that fits its room."""

    lines: tuple[Line, ...]
    size: float
    leading: float
    overflows: bool
    """True where it does not fit even at the smallest size: the caller must say so."""


def fit(paragraphs: Iterable[Iterable[Run]], size: float, width: float, height: float) -> Fitted:
    """Give the paragraphs at the largest size, down from `size`, at which they fill the room."""
    kept = [tuple(paragraph) for paragraph in paragraphs]
    current = size
    while True:
        leading = current * 1.22
        last = len(kept) - 1
        lines = tuple(
            line
            for number, runs in enumerate(kept)
            for line in wrap(runs, current, width, goes_on=number < last)
        )
        if len(lines) * leading <= height + 0.01 or current <= MIN_SIZE:
            return Fitted(
                lines=lines,
                size=current,
                leading=leading,
                overflows=len(lines) * leading > height + 0.01,
            )
        current = max(MIN_SIZE, current - _SHRINK_STEP)


def balanced(runs: Iterable[Run], size: float, width: float) -> tuple[Line, ...]:
    """Give a paragraph in as few lines as `wrap` needs, all about as long: no last word alone."""
    kept = tuple(runs)
    widest_word = max(
        (sum(text_width(run.text, run.face, size) for run in word) for word in _words(kept)),
        default=width,
    )
    lines = wrap(kept, size, width)
    while (width := width - _BALANCE_STEP) > widest_word:
        tried = wrap(kept, size, width)
        if len(tried) > len(lines):
            break
        lines = tried
    return lines
