"""What can go wrong while building forms, and the exit codes of both commands.

Errors carry their sentence in both languages; the command that shows them picks one.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar

from formgen.language import Lang, Phrase


class ExitCode(IntEnum):
    """Exit status of `formgen` and `formparse`. 1 and 2 keep the meaning that click gives them."""

    DONE = 0
    USAGE = 2
    CATALOG = 3
    REFUSED = 4
    OUTPUT = 5
    INTERRUPTED = 130


class FormgenError(Exception):
    """A failure that a user can understand and act on."""

    exit_code: ClassVar[ExitCode] = ExitCode.CATALOG

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase.en)
        self.phrase = phrase

    def message(self, lang: Lang) -> str:
        """Give the sentence to show, in `lang`."""
        return self.phrase.in_(lang)


class CatalogError(FormgenError):
    """The catalog cannot be used as it stands."""


class SupplierListError(FormgenError):
    """The supplier list or the practice file cannot be used as it stands."""


class OutputError(FormgenError):
    """Something could not be written."""

    exit_code = ExitCode.OUTPUT
