"""Run the whole way of a batch: files -> workers -> store -> suppliers -> summaries.

Each step is someone else's; this module orders them so that memory stays flat and a death at any
moment leaves nothing that the next run cannot complete.
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from formparse.derivation import Summarise, derive, load_index
from formparse.errors import RefusalCode
from formparse.given import find_files, take
from formparse.issued import IssuedForms
from formparse.returned import Refusal, Returned
from formparse.store import OWN_NAMES, ImportRecord, KeptReading
from formparse.worker import Job, Limits, Read, read_in_workers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

    from formparse.progress import Progress
    from formparse.store import Store

_NOT_KEPT = frozenset(
    {
        RefusalCode.UNREADABLE_FILE,
        RefusalCode.NOT_A_FILE,
        RefusalCode.EMPTY_FILE,
        RefusalCode.TOO_LARGE,
    }
)
"""Refusals of files of which there is nothing to keep, or too much."""

_MAY_PASS = frozenset({RefusalCode.CRASHED, RefusalCode.TOO_SLOW})
"""Refusals that say as much about the machine as about the file: no reason to forget what the
file said at an earlier reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How files are read in this run."""

    read: Read
    id: str
    """Names the software and the catalogs; kept readings of another id are made again."""
    max_bytes: int
    workers: int
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did."""

    imported: int
    """Files that were new."""
    known: int
    """Files given that the store had, read by the same reader."""
    reread: int
    """Kept files read again: interrupted before, or by another reader."""
    repeated: tuple[tuple[str, str], ...]
    """Names of files with the content of one given before, and that one's name."""
    skipped: int
    refused: tuple[Refusal, ...]
    """In the order of the files."""
    rows: tuple[dict[str, Any], ...]
    """All suppliers of the store, sorted by id."""
    silent: tuple[str, ...]
    """Names of the suppliers who were sent forms and have returned none, sorted."""


def read_files(
    paths: Iterable[Path], reader: Reader, progress: Progress
) -> Generator[tuple[Returned, ...], None, None]:
    """Give what each file says, in order; stores nothing."""
    given = tuple(paths)
    items = (_job_or_refusal(path, path.name, reader.max_bytes) for path in given)
    with closing(
        read_in_workers(items, reader.read, workers=reader.workers, limits=reader.limits)
    ) as answers:
        for done, (_, returned) in enumerate(answers, start=1):
            progress(done, len(given))
            yield returned


def import_returns(
    paths: Iterable[Path],
    store: Store,
    reader: Reader,
    summarise: Summarise,
    *,
    now: dt.datetime,
    progress: Progress,
    issued: IssuedForms | None = None,
    everything: bool = False,
) -> ImportReport:
    """Read and keep the files that `paths` name, and bring the summaries up to date.

    What an earlier run left undone is done as well, so that a call without paths repairs a store.
    `now` is the import time of all files of this run. `issued` is what is known to have been sent.
    With `everything`, all kept files are read
    again and all summaries made anew.
    """
    given = find_files(paths, passed_over=[store.folder / name for name in OWN_NAMES])
    batch = _Batch(store, reader, now.strftime("%Y-%m-%dT%H:%M:%SZ"))
    waiting = batch.waiting(everything=everything)
    items = batch.items(given.paths, waiting)
    with closing(
        read_in_workers(items, reader.read, workers=reader.workers, limits=reader.limits)
    ) as answers:
        for item, returned in answers:
            batch.take_in(item, returned)
            progress(batch.done, len(waiting) + len(given.paths))
    with store.locked():
        sent = issued or IssuedForms()
        rows = derive(store, reader.id, batch.touched, summarise, sent, everything=everything)
    store.sync()
    return ImportReport(
        imported=batch.imported,
        known=batch.known,
        reread=batch.reread,
        repeated=tuple(batch.repeated),
        skipped=given.skipped,
        refused=tuple(batch.refused),
        rows=rows,
        silent=_silent(sent, rows),
    )


def _silent(issued: IssuedForms, rows: tuple[dict[str, Any], ...]) -> tuple[str, ...]:
    """Give the names of the suppliers who were sent forms and of whom nothing has come."""
    heard = {row["id"] for row in rows}
    return tuple(sorted(name for id_, name in issued.name_of.items() if id_ not in heard))


class _Batch:
    """An import under way: what it has met so far."""

    def __init__(self, store: Store, reader: Reader, imported_at: str) -> None:
        self._store = store
        self._reader = reader
        self._imported_at = imported_at
        self._index = load_index(store, reader.id)
        self.done = 0
        self.imported = 0
        self.known = 0
        self.reread = 0
        self.repeated: list[tuple[str, str]] = []
        self.refused: list[Refusal] = []
        self.touched: set[str] = set()
        """Files of which something may have changed in the store."""

    def waiting(self, *, everything: bool) -> dict[str, tuple[Path, str]]:
        """Give the kept files that this reader has not read: where they are, and their names."""
        waiting = {}
        for kept in self._store.kept():
            if not everything and kept.sha256 in self._index.entries:
                continue
            reading, record = self._store.reading(kept.sha256), self._store.record(kept.sha256)
            is_read = reading is not None and reading.reader == self._reader.id
            if everything or record is None or not is_read:
                name = kept.path.name if record is None else record.name
                waiting[kept.sha256] = kept.path, name
        return waiting

    def items(
        self, given: tuple[Path, ...], waiting: dict[str, tuple[Path, str]]
    ) -> Iterator[Job | Refusal]:
        """Give what has to be read, one by one, as the workers ask for it; count the rest.

        Given files first: one that is also waiting may have lost its record, and has a name here.
        """
        first_names: dict[str, str] = {}
        for path in given:
            item = _job_or_refusal(path, path.name, self._reader.max_bytes)
            self.done += 1
            if isinstance(item, Refusal):
                yield item
            elif item.sha256 in first_names:
                self.repeated.append((item.name, first_names[item.sha256]))
            else:
                first_names[item.sha256] = item.name
                if item.sha256 not in waiting and self._is_read(item.sha256):
                    self.known += 1
                    yield from self._refused_parts(item.sha256)
                else:
                    yield item
        for sha256, (path, name) in waiting.items():
            self.done += 1
            if sha256 not in first_names:
                yield _job_or_refusal(path, name, self._reader.max_bytes)

    def take_in(self, item: Job | Refusal, returned: tuple[Returned, ...]) -> None:
        """Keep a file that was read, with what it says."""
        refused = [one for one in returned if isinstance(one, Refusal)]
        self.refused += refused
        codes = {one.code for one in refused}
        if isinstance(item, Refusal) or codes & _NOT_KEPT:
            return
        before = self._store.reading(item.sha256)
        if codes & _MAY_PASS and before is not None:
            return
        record = ImportRecord(name=item.name, size=len(item.data), imported=self._imported_at)
        reading = KeptReading(reader=self._reader.id, returned=returned)
        self._store.keep(item.data, item.sha256, record, reading)
        self.touched.add(item.sha256)
        if before is not None and before.has_form:
            self.reread += 1
        elif reading.has_form:
            self.imported += 1

    def _is_read(self, sha256: str) -> bool:
        """Say whether an original of that content was read by this reader.

        A refused file is read again whenever it is given: little is lost, and someone waits.
        """
        entry = self._index.entries.get(sha256)
        if entry is not None:
            return bool(entry.facts)
        reading = self._store.reading(sha256)
        return reading is not None and reading.reader == self._reader.id and reading.has_form

    def _refused_parts(self, sha256: str) -> list[Refusal]:
        entry = self._index.entries.get(sha256)
        if entry is not None and not entry.partly_refused:
            return []
        reading = self._store.reading(sha256)
        return [one for one in reading.returned if isinstance(one, Refusal)] if reading else []


def _job_or_refusal(path: Path, name: str, max_bytes: int) -> Job | Refusal:
    taken = take(path, max_bytes=max_bytes)
    if isinstance(taken, Refusal):
        return taken
    return Job(name=name, sha256=hashlib.sha256(taken).hexdigest(), data=taken)
