"""Pick the language the commands speak, and hold what they say in both.

Only commands and error messages come in two languages. Forms, letters and JSON messages are
for French readers and stay French whatever the locale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Lang(StrEnum):
    """A language the commands speak."""

    FR = "fr"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One sentence in both languages, already filled in with its facts."""

    fr: str
    en: str

    def in_(self, lang: Lang) -> str:
        """Give the sentence in `lang`."""
        return self.fr if lang is Lang.FR else self.en


def choose_lang(argv: Sequence[str], environ: Mapping[str, str]) -> Lang:
    """Give the language asked for by `--lang`, else by the locale, else French.

    Locale variables are read in POSIX order (LC_ALL, LC_MESSAGES, LANG). "C" and "POSIX" name no
    language, so the users' own, French, is taken.
    """
    for position, word in enumerate(argv):
        asked = ""
        if word == "--lang" and position + 1 < len(argv):
            asked = argv[position + 1]
        elif word.startswith("--lang="):
            asked = word.partition("=")[2]
        if asked in tuple(Lang):
            return Lang(asked)
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(variable, "")
        if value:
            return Lang.EN if value.lower().startswith("en") else Lang.FR
    return Lang.FR
