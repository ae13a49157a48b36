"""Characters of one line of text: those that have no place in it, and French spaces.

Says what is there; refusing a text is left to the caller.
"""

from __future__ import annotations

import re
import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories: controls, format (bidirectional marks, zero width, soft hyphen), lone
surrogates, private use, unassigned, line and paragraph separators. They can hide or reorder what a
reader sees, or have no shape to print."""

_FRENCH_SPACE = re.compile(r" (?=[:;?!»])|(?<=«) ")


def bind_french(text: str) -> str:
    """Give a French sentence with the spaces that may not break as U+00A0."""
    return _FRENCH_SPACE.sub("\u00a0", text)


def show_hidden(text: str) -> str:
    """Give the text with each such character spelt out, so that a terminal prints it harmlessly."""
    if first_hidden(text) is None:
        return text
    return "".join(first_hidden(character) or character for character in text)


def first_hidden(text: str) -> str | None:
    """Give the first such character as `U+202E`, or None if all can be printed."""
    if text.isascii() and text.isprintable():
        return None
    for character in text:
        if unicodedata.category(character) in _HIDDEN:
            return f"U+{ord(character):04X}"
    return None
