"""Read the letter that goes with the forms, and fill it in: a text that the user may change.

A line that names something without a value is left out, so that a letter reads well whether or not
there is a date, a service, a practice; the packaged letter says so to whoever changes it. Turning
the letter into an e-mail is `formgen.eml`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from string import Formatter

from formgen.errors import FormgenError
from formgen.language import Phrase
from formgen.plain_text import bind_french, first_hidden, show_hidden
from formgen.system_reason import system_reason

PACKAGED_LETTER = Path(__file__).parent / "letters" / "fournisseur.txt"

MAX_BYTES = 64 * 2**10
"""Some twenty pages; a larger file is something else."""

_COMMENT = "#"
_SUBJECT = re.compile(r"objet\s*:\s*(\S.*)", re.IGNORECASE)


class LetterError(FormgenError):
    """The letter cannot be used as it stands."""


class Placeholder(StrEnum):
    """What a letter may name in braces."""

    SUPPLIER = "fournisseur"
    SERVICE = "service"
    QUESTIONNAIRES = "questionnaires"
    DUE = "date_limite"
    PRACTICE = "professionnel"
    ADDRESS = "adresse"
    EMAIL = "courriel"


_IN_SUBJECT = (Placeholder.SUPPLIER,)
"""What always has a value, and one line of it."""

Line = tuple[str | Placeholder, ...]
"""A line's words and placeholders, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter with its placeholders."""

    subject: Line
    lines: tuple[Line, ...]

    def filled(self, values: Mapping[Placeholder, str]) -> Message:
        """Give the letter to one supplier; what has no value is absent from `values` or empty."""
        body: list[str] = []
        for line in self.lines:
            if any(not values.get(part) for part in line if isinstance(part, Placeholder)):
                continue
            if line or body[-1:] != [""]:  # a line left out leaves no gap
                body.append(bind_french(_filled(line, values)))
        text = "\n".join(body).strip("\n")
        return Message(subject=_filled(self.subject, values), body=f"{text}\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a supplier reads."""

    subject: str
    body: str


def load_letter(path: Path = PACKAGED_LETTER) -> Letter:
    """Give the letter of a file. LetterError names the line that is wrong."""
    lines = [
        (number, line.rstrip())
        for number, line in enumerate(_text(path).splitlines(), 1)
        if not line.startswith(_COMMENT)
    ]
    while lines and not lines[0][1]:
        del lines[0]
    first, written = lines[0] if lines else (1, "")
    subject = _SUBJECT.fullmatch(written)
    if not subject:
        raise _error(
            path,
            first,
            f"« {written[:60]} » ; l'objet du message est attendu, ainsi : « Objet : … ».",
            f"'{written[:60]}'; the message's subject is expected, as 'Objet : …'.",
        )
    letter = Letter(
        subject=tuple(_parts(path, first, subject[1])),
        lines=tuple(tuple(_parts(path, number, line)) for number, line in lines[1:]),
    )
    for part in letter.subject:
        if isinstance(part, Placeholder) and part not in _IN_SUBJECT:
            raise _error(
                path,
                first,
                f"{{{part}}} ne peut pas figurer dans l'objet, où seul {{fournisseur}} est admis.",
                f"{{{part}}} cannot stand in the subject, which may only have {{fournisseur}}.",
            )
    if not any(letter.lines):
        raise _error(path, first, "rien ne suit l'objet.", "nothing follows the subject.")
    return letter


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = system_reason(error)
        raise _error(
            path,
            None,
            f"la lettre ne peut pas être lue ({reason.fr}). Vérifiez le chemin et les droits.",
            f"the letter cannot be read ({reason.en}). Check the path and its permissions.",
        ) from error
    if len(data) > MAX_BYTES:
        kib = MAX_BYTES // 2**10
        raise _error(
            path, None, f"la lettre dépasse {kib} Kio.", f"the letter is larger than {kib} KiB."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _error(
            path,
            data.count(b"\n", 0, error.start) + 1,
            "le texte n'est pas en UTF-8. Enregistrez-le dans ce codage (texte brut).",
            "the text is not UTF-8. Save it in this encoding, as plain text.",
        ) from error


def _parts(path: Path, number: int, line: str) -> Iterator[str | Placeholder]:
    """Split a line into words and placeholders; doubled braces are braces."""
    hidden = first_hidden(line.replace("\t", " "))
    if hidden:
        raise _error(
            path,
            number,
            f"contient le caractère {hidden}, de commande ou invisible ; ôtez-le.",
            f"holds {hidden}, a control or invisible character; remove it.",
        )
    known = ", ".join(f"{{{placeholder}}}" for placeholder in Placeholder)
    try:
        pieces = list(Formatter().parse(line))
    except ValueError as error:
        raise _error(
            path,
            number,
            "une accolade est seule. Fermez le repère, ou doublez-la pour écrire une accolade.",
            "a brace stands alone. Close the placeholder, or double it to write a brace.",
        ) from error
    for words, name, form, conversion in pieces:
        if words:
            yield words
        if name is None:
            continue
        if name not in tuple(Placeholder) or form or conversion:
            raise _error(
                path,
                number,
                f"le repère {{{name[:60]}}} est inconnu ; possibles : {known}.",
                f"the placeholder {{{name[:60]}}} is unknown; possible: {known}.",
            )
        yield Placeholder(name)


def _filled(line: Line, values: Mapping[Placeholder, str]) -> str:
    return "".join(values[part] if isinstance(part, Placeholder) else part for part in line)


def _error(path: Path, line: int | None, fr: str, en: str) -> LetterError:
    where_fr = "" if line is None else f", ligne {line}"
    where_en = "" if line is None else f", line {line}"
    return LetterError(
        Phrase(
            fr=show_hidden(f"{path}{where_fr}\u00a0: {bind_french(fr)}"),
            en=show_hidden(f"{path}{where_en}: {en}"),
        )
    )
