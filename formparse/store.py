"""The folder in which returned files are kept unchanged, and what is derived from them beside.

    originals/<sha256>.pdf     accepted files, bytes as they came
    refused/<sha256>.<suffix>  files that could not be taken, for a person or a later version
    imports/<sha256>.json      name as first given, size, import time
    readings/<sha256>.json     what the file says, and which reader said so; can be made again
    decisions/<sha256>.json    what people decided about doubts in that file, earlier ones included
    catalogs/<sha256>.json     catalogs given with `--catalog`, without which readings mean nothing
    summaries/<supplier>.json  derived
    review/                    what is doubtful, for people to look at; can be made again
    index.json                 what the summaries were derived from; can be made again

Files are named by their content, each is written whole or not at all, and in an order in which a
death at any moment leaves something that the next run completes: import record, file, reading.
So an original always has its name, and one without a reading is one still to read. What to read,
and what a summary says, is for others.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from formgen.publish import output_error, prepare_folder, publish, sweep_leftovers, sync_folder
from formparse.cleaning import escape_json
from formparse.decision_record import kept_from_json, kept_to_json
from formparse.exchange import pack, unpack
from formparse.kinds import Kind, kind_of
from formparse.records import RecordError
from formparse.returned import Refusal, Returned

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from formparse.decisions import KeptDecision

_ORIGINALS = "originals"
_REFUSED = "refused"
_IMPORTS = "imports"
_READINGS = "readings"
_DECISIONS = "decisions"
_CATALOGS = "catalogs"
_SUMMARIES = "summaries"
_ISSUED = "issued"
_REVIEW = "review"
_FOLDERS = (
    *(_ORIGINALS, _REFUSED, _IMPORTS, _READINGS, _DECISIONS, _CATALOGS, _ISSUED, _SUMMARIES),
    _REVIEW,
)

_FORMS = "forms"
"""Where `formgen build` puts the forms to send."""

_REGISTER = "issued.jsonl"
"""What `formgen build` calls its register of forms sent."""

_INDEX = "index.json"

OWN_NAMES = (*_FOLDERS, _FORMS, _INDEX)
"""What is no return, when a folder given to `import` has the store inside."""

_SUFFIXES = {Kind.PDF: ".pdf", Kind.MESSAGE: ".eml", Kind.FDF: ".fdf", Kind.XFDF: ".xfdf"}
"""Of the kinds of file in which returns come."""

_HARMLESS_SUFFIXES = frozenset(
    (".pdf", ".fdf", ".xfdf", ".eml", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".heic")
)
"""Kinds of file in which a return may come one day; all others are kept as `.bin`."""

_REVIEW_SUFFIXES = frozenset((".png", ".html"))

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecord:
    """What is known of a kept file besides its bytes."""

    name: str
    """As first given, without folders."""
    size: int
    imported: str
    """UTC, ISO, to the second: start of the import that first brought it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReading:
    """What one kept file says."""

    reader: str
    """Which software and which catalogs read it; another one may read it otherwise."""
    returned: tuple[Returned, ...]

    @property
    def has_form(self) -> bool:
        """Whether any form was read in the file."""
        return any(not isinstance(one, Refusal) for one in self.returned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file in the store."""

    sha256: str
    path: Path
    accepted: bool
    """False: it stands in `refused`."""


class Store:
    """One such folder. Several processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def exists(self) -> bool:
        """Say whether anything was imported into this folder."""
        return (self.folder / _ORIGINALS).is_dir()

    def prepare(self) -> None:
        """Make the folders, and remove what an interrupted run left half-written."""
        for name in _FOLDERS:
            prepare_folder(self.folder / name)
            sweep_leftovers(self.folder / name)
        sweep_leftovers(self.folder)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the store against other imports; waits for them. A death frees it."""
        from filelock import FileLock  # a tenth of the start-up time

        path = self.folder / ".lock"
        lock = FileLock(path)
        try:
            lock.acquire()
        except OSError as error:
            raise output_error(path, error) from error
        try:
            yield
        finally:
            lock.release()

    def keep(self, data: bytes, sha256: str, record: ImportRecord, reading: KeptReading) -> None:
        """Keep a file with what it says: among the originals if a form was ever found in it."""
        first = self.record(sha256) or record
        self._write(_IMPORTS, sha256, asdict(first))
        name = f"{sha256}{_suffix_of(first.name, data)}"
        original, refused = self.folder / _ORIGINALS / name, self.folder / _REFUSED / name
        accepted = reading.has_form or original.exists()
        publish(original if accepted else refused, data)
        # Not durable: after a power cut it is made again from the file it stands for.
        reading_json = {"reader": reading.reader, "returned": pack(reading.returned)}
        self._write(_READINGS, sha256, reading_json, durable=False)
        if accepted:
            refused.unlink(missing_ok=True)

    def sync(self) -> None:
        """Make what was kept so far survive a power cut."""
        for name in _FOLDERS:
            sync_folder(self.folder / name)
        sync_folder(self.folder)

    def kept(self) -> tuple[Kept, ...]:
        """Give all kept files, each once, by their hash."""
        found: dict[str, Kept] = {}
        for folder in (_REFUSED, _ORIGINALS):  # a move that was interrupted counts as done
            for path in (self.folder / folder).iterdir():
                sha256 = path.name.partition(".")[0]
                if _SHA256.fullmatch(sha256):
                    accepted = folder == _ORIGINALS
                    found[sha256] = Kept(sha256=sha256, path=path, accepted=accepted)
        return tuple(found[sha256] for sha256 in sorted(found))

    def record(self, sha256: str) -> ImportRecord | None:
        """Give what is known of a kept file; None if it was never imported, or the record broke."""
        untrusted = self._load(self.folder / _IMPORTS / f"{sha256}.json")
        match untrusted:
            case {"name": str(name), "size": int(size), "imported": str(imported)}:
                return ImportRecord(name=name, size=size, imported=imported)
            case _:
                return None

    def reading(self, sha256: str) -> KeptReading | None:
        """Give what a kept file says; None where it is still to be read."""
        untrusted = self._load(self.folder / _READINGS / f"{sha256}.json")
        match untrusted:
            case {"reader": str(reader), "returned": returned}:
                with suppress(RecordError):
                    return KeptReading(reader=reader, returned=unpack(returned))
            case _:
                pass
        return None

    def decisions(self, sha256: str) -> tuple[KeptDecision, ...]:
        """Give what people decided about a returned file, in the order in which it was taken.

        DecisionsError where the file that says so is broken: it cannot be made again.
        """
        path = self.folder / _DECISIONS / f"{sha256}.json"
        return kept_from_json(self._load(path), str(path)) if path.exists() else ()

    def decided(self) -> tuple[str, ...]:
        """Give the files about which something was decided."""
        paths = (self.folder / _DECISIONS).glob("*.json")
        return tuple(sorted(path.stem for path in paths if _SHA256.fullmatch(path.stem)))

    def keep_decisions(self, sha256: str, decisions: Sequence[KeptDecision]) -> None:
        """Keep all decisions about a returned file; hold the lock from reading them to here."""
        self._write(_DECISIONS, sha256, kept_to_json(decisions))

    def original(self, sha256: str) -> bytes | None:
        """Give an original's bytes, None where it is not there or not what its name says."""
        for path in (self.folder / _ORIGINALS).glob(f"{sha256}.*"):
            with suppress(OSError):
                data = path.read_bytes()
                if hashlib.sha256(data).hexdigest() == sha256:
                    return data
        return None

    def write_review(self, files: Mapping[str, bytes]) -> Path:
        """Make these files, by name, all that stands in the folder for review; give the folder.

        Only pictures and pages of ours are removed from it.
        """
        folder = self.folder / _REVIEW
        for name, data in files.items():
            publish(folder / name, data, durable=False)
        for path in sorted(folder.iterdir()):
            if path.suffix in _REVIEW_SUFFIXES and path.name not in files:
                try:
                    path.unlink(missing_ok=True)
                except OSError as error:
                    raise output_error(path, error) from error
        return folder

    def keep_catalog(self, data: bytes) -> None:
        """Keep a catalog, so that returns of its forms stay readable without it being given."""
        publish(self.folder / _CATALOGS / f"{hashlib.sha256(data).hexdigest()}.json", data)

    def catalogs(self) -> tuple[Path, ...]:
        """Give the kept catalogs; none where there is no store yet."""
        return tuple(sorted((self.folder / _CATALOGS).glob("*.json")))

    def keep_register(self, data: bytes) -> None:
        """Keep a register of forms sent, for all later imports."""
        publish(self.folder / _ISSUED / f"{hashlib.sha256(data).hexdigest()}.jsonl", data)

    def registers(self) -> tuple[Path, ...]:
        """Give the registers of forms sent: kept ones, and that of the forms built into here."""
        built = self.folder / _FORMS / _REGISTER
        kept = sorted((self.folder / _ISSUED).glob("*.jsonl"))
        return (*kept, built) if built.is_file() else tuple(kept)

    def has_summary(self, supplier_id: str) -> bool:
        """Say whether there is a summary of that name."""
        return self._summary(supplier_id).is_file()

    def write_summary(self, supplier_id: str, data: bytes) -> None:
        """Write a supplier's summary; one that says the same already is left alone."""
        publish(self._summary(supplier_id), data)

    def remove_other_summaries(self, supplier_ids: Container[str]) -> None:
        """Remove the summaries of suppliers who are none any more, or have another id now."""
        for path in sorted((self.folder / _SUMMARIES).glob("*.json")):
            if path.stem not in supplier_ids:
                try:
                    path.unlink(missing_ok=True)
                except OSError as error:
                    raise output_error(path, error) from error

    def load_index(self) -> object:
        """Give what `write_index` wrote last; None if it cannot be read."""
        return self._load(self.folder / _INDEX)

    def write_index(self, index: dict[str, Any]) -> None:
        """Write what the summaries were derived from; last of all, since it vouches for them."""
        publish(self.folder / _INDEX, _dump(index))

    def _summary(self, supplier_id: str) -> Path:
        return self.folder / _SUMMARIES / f"{supplier_id}.json"

    def _write(
        self, folder: str, sha256: str, value: dict[str, Any], *, durable: bool = True
    ) -> None:
        publish(self.folder / folder / f"{sha256}.json", _dump(value), durable=durable)

    def _load(self, path: Path) -> object:
        """Give the JSON of one of our own files; None if it is missing or broken."""
        try:
            return json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return None


def _dump(value: dict[str, Any]) -> bytes:
    return escape_json(json.dumps(value, ensure_ascii=False)).encode() + b"\n"


def _suffix_of(untrusted_name: str, data: bytes) -> str:
    """Give the suffix a kept file gets: so that a double click opens it, and nothing starts."""
    told = _SUFFIXES.get(kind_of(data))
    if told is not None:
        return told
    suffix = PurePath(untrusted_name).suffix.lower()
    return suffix if suffix in _HARMLESS_SUFFIXES else ".bin"
