"""Find the files that a user points at, and take their bytes.

Names and bytes only: nothing is opened that is no regular file, and nothing in a file is looked at.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from formgen.language import Phrase
from formgen.system_reason import system_reason
from formparse.errors import RefusalCode, refuse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from formparse.returned import Refusal

_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini"})
_LOCK_PREFIX = "~$"
"""Of the file beside a document that is open in an office program."""
_FOLDER = Phrase("dossier", "folder")
_SPECIAL_FILE = Phrase("fichier spécial", "special file")
_UNFINISHED = (".tmp", ".part", ".crdownload")


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFiles:
    """What stands in the paths a user gave."""

    paths: tuple[Path, ...]
    """In the order given; those in a folder sorted, each path once."""
    skipped: int
    """Hidden and system files, links and special files found in folders."""


def find_files(paths: Iterable[Path], *, passed_over: Collection[Path] = ()) -> GivenFiles:
    """Give the files that `paths` name, and those in the folders that `paths` name.

    A path that is given is taken as it is, so that the user hears what is wrong with it. What
    `passed_over` names is not looked at when it is met in a folder.
    """
    barred = set(_identities(passed_over))
    found: dict[Path, None] = {}
    skipped = 0
    for path in paths:
        if not path.is_dir():
            found[path] = None
            continue
        for inside in _walk(path, barred):
            if inside is None:
                skipped += 1
            else:
                found[inside] = None
    return GivenFiles(paths=tuple(found), skipped=skipped)


def _identities(paths: Collection[Path]) -> Iterator[tuple[int, int]]:
    """Give what the system knows those paths by that exist: several names may mean one folder."""
    for path in paths:
        with suppress(OSError):
            status = path.stat()
            yield status.st_dev, status.st_ino


def take(path: Path, *, max_bytes: int) -> bytes | Refusal:
    """Give the bytes of a regular file of at most `max_bytes`, or why it cannot be taken."""
    name = path.name or str(path)
    try:
        # Looked at before it is opened: opening a named pipe would wait for ever.
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            is_folder = stat.S_ISDIR(status.st_mode)
            kind = _FOLDER if is_folder else _SPECIAL_FILE
            return refuse(RefusalCode.NOT_A_FILE, file=name, found=kind)
        size = status.st_size
        if size <= max_bytes:
            with path.open("rb") as stream:
                data = stream.read(max_bytes + 1)
            size = max(size, len(data))
    except (OSError, ValueError) as error:
        # ValueError: a name that holds a NUL.
        return refuse(RefusalCode.UNREADABLE_FILE, file=name, found=system_reason(error))
    if size > max_bytes:
        limits = {"found": str(size), "expected": str(max_bytes)}
        return refuse(RefusalCode.TOO_LARGE, file=name, **limits)
    return data


def _walk(folder: Path, barred: Collection[tuple[int, int]]) -> Iterator[Path | None]:
    """Give the files below `folder`, sorted, and None for each one skipped.

    A folder that cannot be listed is given as if it were a file: taking it says why. Folders may
    be nested deeper than a function can call itself.
    """
    waiting = _listed(folder)
    while waiting:
        path, entry = waiting.pop()
        if entry is None:
            yield path
        elif _is_hidden(entry.name) or entry.is_symlink():
            yield None
        elif _is_barred(entry, barred):
            continue
        elif entry.is_dir():
            waiting += _listed(path)
        else:
            yield path if entry.is_file() else None


def _is_barred(entry: os.DirEntry[str], barred: Collection[tuple[int, int]]) -> bool:
    # The number comes with the listing; asking more about each of thousands of files takes longer.
    if not any(entry.inode() == number for _, number in barred):
        return False
    with suppress(OSError):
        status = Path(entry.path).stat()
        return (status.st_dev, status.st_ino) in barred
    return False


def _listed(folder: Path) -> list[tuple[Path, os.DirEntry[str] | None]]:
    """Give what stands in a folder, last name first; itself where it cannot be listed."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name, reverse=True)
    except OSError:
        return [(folder, None)]
    return [(folder / entry.name, entry) for entry in entries]


def _is_hidden(name: str) -> bool:
    lowered = name.lower()
    return (
        name.startswith((".", _LOCK_PREFIX))
        or lowered in _SYSTEM_FILES
        or lowered.endswith(_UNFINISHED)
    )
