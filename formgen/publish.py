"""Write files so that a reader sees the old bytes or the new ones, never a part of them.

Both packages write through here. What is written, and where, is the caller's business.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from typing import TYPE_CHECKING

from formgen.errors import OutputError
from formgen.language import Phrase
from formgen.system_reason import system_reason

if TYPE_CHECKING:
    from pathlib import Path

LEFTOVER_PREFIX = ".formgen-"
LEFTOVER_SUFFIX = ".tmp"

_ATTEMPTS = 3
"""`sweep_leftovers` of another process may take a file that is still being written; it sweeps once
per run, so that a second attempt is nearly always the last."""

_FOLDER_SYNC_UNKNOWN = (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES)
"""How file systems without fsync on folders (network shares, some FUSE) say so."""


def publish(path: Path, data: bytes, *, durable: bool = True) -> bool:
    """Give True if `path` was written, False if it held `data` already and was left alone.

    The folder must exist. With `durable` the bytes survive a power cut once `sync_folder` was
    called too, which is worth doing once for many files; without it they survive the death of the
    process only, which is enough for what can be made again. Raises OutputError.
    """
    try:
        if _holds(path, data):
            return False
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                _replace(path, data, durable=durable)
                break
            except FileNotFoundError:
                if attempt == _ATTEMPTS or not path.parent.is_dir():
                    raise
    except OSError as error:
        raise output_error(path, error) from error
    return True


def prepare_folder(folder: Path) -> None:
    """Make `folder` and those above it where they do not exist. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(folder, error) from error


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut. Raises OutputError.

    Windows has no such call and needs none.
    """
    if os.name == "nt":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return  # a folder one may write to but not list
    except OSError as error:
        raise output_error(folder, error) from error
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _FOLDER_SYNC_UNKNOWN:
            raise output_error(folder, error) from error
    finally:
        os.close(handle)


def sweep_leftovers(folder: Path) -> int:
    """Remove what interrupted writers left in `folder`; give how many files that were.

    One that cannot be removed is left: it harms nobody, and a later run tries again.
    """
    swept = 0
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if is_leftover(entry.name)]
    except OSError:
        return 0
    for name in names:
        with contextlib.suppress(OSError):
            (folder / name).unlink()
            swept += 1
    return swept


def is_leftover(name: str) -> bool:
    """Say whether a file of this name is an unfinished one of ours."""
    return name.startswith(LEFTOVER_PREFIX) and name.endswith(LEFTOVER_SUFFIX)


def output_error(path: Path, error: OSError) -> OutputError:
    """Give the error that says why `path` could not be written and what to do."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            fr, en = (
                "plus de place sur le disque. Libérez de la place, puis relancez la commande",
                "no space left on the disk. Make room, then run the command again",
            )
        case errno.EACCES | errno.EPERM:
            fr, en = (
                "accès refusé. Vérifiez les droits du dossier, ou choisissez-en un autre (--out)",
                "permission denied. Check the folder's rights, or choose another one (--out)",
            )
        case errno.EROFS:
            fr, en = (
                "ce disque est en lecture seule. Choisissez un autre dossier (--out)",
                "this disk is read-only. Choose another folder (--out)",
            )
        case errno.EEXIST | errno.ENOTDIR:
            fr, en = (
                "un fichier occupe la place du dossier. Déplacez-le, ou changez de dossier (--out)",
                "a file stands where a folder is needed. Move it, or choose another folder (--out)",
            )
        case errno.EISDIR:
            fr, en = (
                "un dossier se trouve là où il faut un fichier. Déplacez-le, puis recommencez",
                "a folder stands where a file is needed. Move it, then try again",
            )
        case errno.ENOENT:
            fr, en = (
                "ce dossier n'existe plus. Vérifiez qu'aucun autre programme ne le déplace",
                "this folder is gone. Check that no other program moves it",
            )
        case _:
            reason = system_reason(error)
            fr = f"le système répond « {reason.fr} ». Vérifiez le disque, puis relancez la commande"
            en = f'the system says "{reason.en}". Check the disk, then run the command again'
    return OutputError(
        Phrase(fr=f"{path} : écriture impossible, {fr}.", en=f"{path}: cannot write, {en}.")
    )


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except FileNotFoundError:
        return False


def _replace(path: Path, data: bytes, *, durable: bool) -> None:
    """Write beside `path`, so that the last step is a rename within one file system."""
    leftover = path.parent / f"{LEFTOVER_PREFIX}{secrets.token_hex(8)}{LEFTOVER_SUFFIX}"
    try:
        with leftover.open("xb") as stream:
            stream.write(data)
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        leftover.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            leftover.unlink()
        raise
