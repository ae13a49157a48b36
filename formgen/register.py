"""Keep the register of the forms issued into a folder: which id went to whom.

One JSON object a line, oldest first, only ever added to. What a line says of a form is the
caller's business.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from formgen.errors import OutputError
from formgen.issue import form_id_of
from formgen.language import Phrase
from formgen.publish import output_error

REGISTER_NAME = "issued.jsonl"

_FACTS = "facts"
"""Key of the fingerprint of all that a form depends on: tells whether an id is its own."""


class Register:
    """The ids given so far, in the file and in this run; of each only fingerprints."""

    def __init__(self, path: Path) -> None:
        """Read an earlier register. Raises OutputError if that cannot be done."""
        self.path = path
        self.file: BinaryIO | None = None
        self.cut_at: int | None = None
        """Where the last line begins, if it was cut off while being written."""
        self.last_line_is_open = False
        self.owners: dict[str, str] = {}
        self.last_lines: dict[str, bytes] = {}
        self._read()

    def form_id(self, facts: tuple[str, ...]) -> str:
        """Give a form's id: the same for the same facts, never one that another form has."""
        fingerprint = _fingerprint(facts)
        form_id = form_id_of(*facts)
        attempt = 1
        while self.owners.setdefault(form_id, fingerprint) != fingerprint:
            attempt += 1
            form_id = form_id_of(*facts, str(attempt))
        return form_id

    def add(self, line: Mapping[str, object], facts: tuple[str, ...]) -> None:
        """Note a form; nothing is written if its last line says the same."""
        text = json.dumps({**line, _FACTS: _fingerprint(facts)}, ensure_ascii=False)
        data = f"{text}\n".encode()
        form_id = str(line["form_id"])
        digest = _digest(data)
        if self.last_lines.get(form_id) == digest:
            return
        try:
            self._opened().write(data)
        except OSError as error:
            raise output_error(self.path, error) from error
        self.last_lines[form_id] = digest

    def close(self) -> None:
        """Close the file, if it was needed."""
        if self.file:
            self.file.close()

    def _opened(self) -> BinaryIO:
        if self.file is None:
            # Unbuffered: each line is one write, and on its way to the disk before its form is.
            self.file = self.path.open("ab", buffering=0)
            if self.cut_at is not None:
                self.file.truncate(self.cut_at)
            elif self.last_line_is_open:
                self.file.write(b"\n")
        return self.file

    def _read(self) -> None:
        start = 0
        try:
            with self.path.open("rb") as file:
                for data in file:
                    self.last_line_is_open = not data.endswith(b"\n")
                    self._note(data, start)
                    start += len(data)
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _unreadable(self.path) from error

    def _note(self, data: bytes, start: int) -> None:
        try:
            line = json.loads(data)
        except ValueError:
            if not self.last_line_is_open:
                raise
            self.cut_at = start
            return
        form_id = str(line["form_id"])
        self.owners[form_id] = str(line[_FACTS])
        self.last_lines[form_id] = _digest(data)


def _fingerprint(facts: tuple[str, ...]) -> str:
    return hashlib.sha256("\x1f".join(facts).encode()).hexdigest()[:32]


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _unreadable(path: Path) -> OutputError:
    return OutputError(
        Phrase(
            fr=f"{path}\u00a0: ce registre des formulaires envoyés est illisible et serait perdu. "
            "Déplacez-le, ou choisissez un autre dossier avec --out.",
            en=f"{path}: this register of forms sent cannot be read and would be lost. Move it "
            "away, or choose another folder with --out.",
        )
    )
