"""Files inside a given one, as values, and what all of them together may cost.

Who finds them: `formparse.message`, `formparse.embedded`. What becomes of them: `formparse.gather`.
"""

from __future__ import annotations

from dataclasses import dataclass

from formgen.language import Phrase
from formparse.errors import RefusalCode, RefusedError, more_than, refused
from formparse.returned import name_inside

MAX_FILES_INSIDE = 60
"""Four forms, each also as a data file, and the pictures of a dozen signatures still pass."""

MAX_BYTES_INSIDE = 40 * 1024 * 1024
"""Of all files inside a given one. Attachments shrink when they are decoded; only what is
compressed inside a PDF can swell, and twice the largest file that is taken is enough for it."""

MAX_DEPTH = 3
"""Files around a file: a message, forwarded in another, with a portfolio in it."""

TOO_DEEP = Phrase(
    f"fichiers emboîtés sur plus de {MAX_DEPTH} niveaux",
    f"files nested more than {MAX_DEPTH} levels deep",
)

_MAX_NAME = 120
"""Characters of a name; file systems take twice as many bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """One file inside another."""

    name: str
    """Unlike that of any other file in it. Without folders, else as the outer file calls it."""
    data: bytes
    claims_form: bool
    """Its name or type says that it is a PDF or form data, so that it may be missed if it is none.
    """
    depth: int
    """Files around it."""
    problem: RefusedError | None = None
    """Why it cannot be taken, where that is known already."""
    is_damaged: bool = False
    """What carried it is damaged, so that some of it may be lost."""


class Allowance:
    """What is left of what the files inside one given file may cost."""

    def __init__(self) -> None:
        self._files = MAX_FILES_INSIDE
        self._bytes = MAX_BYTES_INSIDE

    def spend(self, size: int) -> None:
        """Take one more file into account; RefusedError if it is one too many."""
        self._files -= 1
        self._bytes -= size
        if self._files < 0:
            found = more_than(MAX_FILES_INSIDE, "fichiers contenus", "files inside")
            raise refused(RefusalCode.TOO_COMPLEX, found=found)
        if self._bytes < 0:
            found = more_than(
                MAX_BYTES_INSIDE, "octets dans les fichiers contenus", "bytes in the files inside"
            )
            raise refused(RefusalCode.TOO_COMPLEX, found=found)


_FORM_SUFFIXES = (".pdf", ".fdf", ".xfdf", ".eml")
_FORM_TYPES = frozenset({"pdf", "fdf", "vnd.fdf", "xfdf", "vnd.adobe.xfdf", "rfc822"})


def claims_form(name: str, subtype: str) -> bool:
    """Say whether a file is called something in which a form may come."""
    return name.lower().endswith(_FORM_SUFFIXES) or subtype.lower() in _FORM_TYPES


class Names:
    """Gives the files inside one file names that differ from each other."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def name(self, untrusted_name: str, otherwise: str, within: str = "") -> str:
        """Give the last part of a path as a name; `otherwise` where there is none.

        `within`: what the file is called that stands between this one and the outer one.
        """
        last = untrusted_name.replace("\\", "/").rpartition("/")[2].strip()
        first = (last if last.strip(".") else otherwise)[-_MAX_NAME:]
        first = name_inside(within, first) if within else first
        name, number = first, 1
        while name in self._taken:
            number += 1
            name = f"{first} ({number})"
        self._taken.add(name)
        return name
