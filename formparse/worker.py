"""Read files from outside in processes that may die, hang or eat memory at the cost of one file.

A worker gets the bytes of one file over a pipe and answers with bytes. What reading means, which
files, and what becomes of the answers is the caller's business.

Workers are forked where that is safe (Linux, while this process has one thread): what the parent
has imported and loaded is there at once, so that one small file costs a few milliseconds more
than reading it here. Elsewhere they are spawned: macOS frameworks do not survive a fork, Windows
has none. A fork server would need one more interpreter start, which is what fork saves.
"""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from formgen.language import Phrase
from formparse.errors import RefusalCode, refuse
from formparse.exchange import pack, unpack
from formparse.records import RecordError
from formparse.returned import Refusal, Returned

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess

_Told = TypeVar("_Told")
"""What is read in one file."""

Work = Callable[[bytes, str], _Told]
"""Bytes and name of one file -> what is made of it. Must be picklable, for workers that are
spawned."""

Read = Work[tuple[Returned, ...]]
"""Bytes and name of one file -> what it says."""

MAX_WORKERS = 4
"""By default. Beyond it the one process that stores what they read is what all wait for."""

LOOK_AHEAD_PER_WORKER = 3
"""Files taken before the oldest one is answered: enough that one slow file does not stop the
others at once, few enough that memory stays flat (their bytes are held)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost."""

    wall_seconds: float = 25.0
    """The slowest honest return takes about a second here; 25 leaves room for a slow and busy
    machine and still answers within half a minute, when people give up."""
    orphan_seconds: int = 5
    """After those, a worker whose parent is gone and no longer watches the clock ends itself."""
    memory_bytes: int = 1 << 30
    """Address space that a worker may add to what it was started with: a forked one has all that
    its parent has loaded, which costs nothing and may alone be a GiB where the parent is somebody
    else's program. A return needs a tenth of it; several workers fit in 4 GiB."""
    answer_bytes: int = 16 << 20
    """Of JSON. The longest questionnaire with full text fields gives under 200 kB."""
    files_per_worker: int = 500
    """Then a fresh one takes over: what parsers cache or leak does not grow with the batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One file to read."""

    name: str
    """As given, without folders."""
    sha256: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriage(Generic[_Told]):
    """How what a worker made of a file comes back through the pipe. Picklable, as `Work` is."""

    pack: Callable[[_Told], bytes]
    """Run in the worker."""
    unpack: Callable[[bytes, Job], _Told]
    """From untrusted bytes: who took over a worker may answer anything. RecordError."""
    failed: Callable[[Refusal], _Told]
    """What stands for a file whose worker died or was too slow."""


@dataclass(slots=True)
class _Slot(Generic[_Told]):
    """A place in the order of answers."""

    item: Job | Refusal
    told: _Told | None
    """None while a worker is at it."""


def default_workers() -> int:
    """Give how many workers this machine is good for."""
    if sys.platform == "linux":
        return min(len(os.sched_getaffinity(0)), MAX_WORKERS)
    return min(os.cpu_count() or 1, MAX_WORKERS)


def read_in_workers(
    items: Iterable[Job | Refusal], read: Read, *, workers: int, limits: Limits
) -> Generator[tuple[Job | Refusal, tuple[Returned, ...]], None, None]:
    """Give each item with what its file says, in the order they came; see `work_in_workers`."""
    return work_in_workers(items, read, RETURNS, workers=workers, limits=limits)


def work_in_workers(
    items: Iterable[Job | Refusal],
    work: Work[_Told],
    carriage: Carriage[_Told],
    *,
    workers: int,
    limits: Limits,
) -> Generator[tuple[Job | Refusal, _Told], None, None]:
    """Give each item with what was made of its file, in the order they came.

    A `Refusal` is an item that was settled before and is passed on in its place. Items are drawn
    as they are needed. Closing the iterator ends the workers.
    """
    source = iter(items)
    slots: deque[_Slot[_Told]] = deque()
    pool = _Pool(work, carriage, workers, limits)
    most_slots = workers * LOOK_AHEAD_PER_WORKER
    exhausted = False
    try:
        while not (exhausted and not slots):
            while not exhausted and pool.has_room() and len(slots) < most_slots:
                item = next(source, None)
                match item:
                    case None:
                        exhausted = True
                    case Refusal():
                        slots.append(_Slot(item, carriage.failed(item)))
                    case Job():
                        slots.append(_Slot(item, None))
                        pool.give(slots[-1])
            if slots and slots[0].told is None:
                pool.collect()
            while slots and slots[0].told is not None:
                slot = slots.popleft()
                assert slot.told is not None
                yield slot.item, slot.told
    finally:
        pool.close()


class _Worker(Generic[_Told]):
    """One process, and the file it is at."""

    def __init__(self, process: BaseProcess, pipe: connection.Connection) -> None:
        self.process = process
        self.pipe = pipe
        self.slot: _Slot[_Told] | None = None
        self.deadline = 0.0
        self.served = 0

    def end(self) -> None:
        """End the process whatever it is doing, and wait until it is gone."""
        self.process.kill()
        self.process.join()
        self.process.close()
        self.pipe.close()


class _Pool(Generic[_Told]):
    """Up to `count` workers, started when there is something for them to do."""

    def __init__(
        self, work: Work[_Told], carriage: Carriage[_Told], count: int, limits: Limits
    ) -> None:
        self._work = work
        self._carriage = carriage
        self._count = count
        self._limits = limits
        self._workers: list[_Worker[_Told]] = []

    def has_room(self) -> bool:
        """Say whether another file can be given out at once."""
        return len(self._workers) < self._count or any(w.slot is None for w in self._workers)

    def give(self, slot: _Slot[_Told]) -> None:
        """Give the file of `slot` to a free worker."""
        assert isinstance(slot.item, Job)
        worker = next((w for w in self._workers if w.slot is None), None) or self._start()
        worker.slot = slot
        worker.served += 1
        worker.deadline = time.monotonic() + self._limits.wall_seconds
        with suppress(OSError):  # it died: `collect` sees its end of the pipe closed
            worker.pipe.send_bytes(slot.item.name.encode(errors="surrogatepass"))
            worker.pipe.send_bytes(slot.item.data)

    def collect(self) -> None:
        """Wait for the next answer, death or overrun, and settle what is there."""
        busy = {worker.pipe: worker for worker in self._workers if worker.slot is not None}
        nearest = min(worker.deadline for worker in busy.values())
        ready = connection.wait(list(busy), max(0.0, nearest - time.monotonic()))
        now = time.monotonic()
        for pipe, worker in busy.items():
            if pipe in ready:
                self._settle(worker)
            elif worker.deadline <= now:
                self._retire(worker, _too_slow(_job_of(worker), self._limits.wall_seconds))

    def close(self) -> None:
        """End all workers."""
        while self._workers:
            self._workers.pop().end()

    def _settle(self, worker: _Worker[_Told]) -> None:
        job = _job_of(worker)
        try:
            answer = worker.pipe.recv_bytes(self._limits.answer_bytes)
            told = self._carriage.unpack(answer, job)
        except (EOFError, OSError, RecordError):
            self._retire(worker, _crashed(job))
            return
        assert worker.slot is not None
        worker.slot.told = told
        worker.slot = None
        if worker.served >= self._limits.files_per_worker:
            self._workers.remove(worker)
            worker.end()

    def _retire(self, worker: _Worker[_Told], verdict: Refusal) -> None:
        assert worker.slot is not None
        worker.slot.told = self._carriage.failed(verdict)
        self._workers.remove(worker)
        worker.end()

    def _start(self) -> _Worker[_Told]:
        context = _context()
        ours, theirs = context.Pipe()
        forked = context.get_start_method() == "fork"
        # A forked worker inherits our ends of all pipes; if it kept them open, no worker would
        # notice the death of this process.
        to_close = (ours, *(worker.pipe for worker in self._workers)) if forked else ()
        process = context.Process(  # type: ignore[attr-defined]  # typeshed: on concrete contexts only
            target=_serve,
            args=(theirs, self._work, self._carriage, self._limits, to_close),
            daemon=True,
        )
        with _interrupt_blocked():
            process.start()
        theirs.close()
        worker: _Worker[_Told] = _Worker(process, ours)
        self._workers.append(worker)
        return worker


def _context() -> BaseContext:
    fork_is_safe = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if fork_is_safe else "spawn")


@contextmanager
def _interrupt_blocked() -> Iterator[None]:
    """Start a process that Ctrl-C does not reach, from its first instruction on.

    The terminal sends it to the whole group, and a worker would answer with a traceback; the
    parent ends its workers itself. The mask is inherited. Windows: see `_detach`.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _job_of(worker: _Worker[_Told]) -> Job:
    assert worker.slot is not None
    assert isinstance(worker.slot.item, Job)
    return worker.slot.item


def _encode(returned: tuple[Returned, ...]) -> bytes:
    return json.dumps(pack(returned)).encode()


def _decode(untrusted_answer: bytes, job: Job) -> tuple[Returned, ...]:
    """Give what a worker answered about `job`; RecordError if it is no such thing."""
    try:
        returned = unpack(json.loads(untrusted_answer))
    except (ValueError, RecursionError) as error:
        raise RecordError(str(error)) from error
    if not returned or any(one.sha256 != job.sha256 for one in returned):
        raise RecordError("an answer about no file or another one")
    return returned


def _as_answer(refusal: Refusal) -> tuple[Returned, ...]:
    return (refusal,)


RETURNS: Carriage[tuple[Returned, ...]] = Carriage(pack=_encode, unpack=_decode, failed=_as_answer)
"""For what a file says."""


def _serve(
    pipe: connection.Connection,
    work: Work[_Told],
    carriage: Carriage[_Told],
    limits: Limits,
    to_close: tuple[connection.Connection, ...],
) -> None:
    """Answer for one file after another until the parent closes the pipe or ends this process.

    An error that `work` lets through ends the process: whatever state it leaves behind is gone
    with it, and the parent reports the file.
    """
    for inherited in to_close:
        inherited.close()
    _detach()
    _limit_memory(limits.memory_bytes)
    while True:
        try:
            name = pipe.recv_bytes().decode(errors="surrogatepass")
            data = pipe.recv_bytes()
        except EOFError:
            return
        if hasattr(signal, "alarm"):  # its default action ends the process, wherever it hangs
            signal.alarm(math.ceil(limits.wall_seconds) + limits.orphan_seconds)
        answer = carriage.pack(work(data, name))
        if hasattr(signal, "alarm"):
            signal.alarm(0)
        pipe.send_bytes(answer)


def _detach() -> None:
    """Cut this process off from the terminal: results are the parent's to print, and a library's
    warnings or a dying interpreter's traceback are no business of the user's.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    # What runs us (a notebook, a test) may have put other streams there, with buffers of their own.
    sys.stdout = sys.stderr = os.fdopen(nothing, "w")


def _limit_memory(memory_bytes: int) -> None:
    """Limit this process where the system can: core files of it would hold a supplier's data."""
    try:
        import resource  # POSIX only
    except ImportError:
        return
    memory_bytes += _address_space()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        memory_bytes = min(memory_bytes, hard)
    with suppress(OSError, ValueError):  # macOS knows the name and refuses the value
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # No file is written by who reads one, whatever a parser is talked into; pipes are no files.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _address_space() -> int:
    """Give the bytes of address space that this process has; 0 where the system does not say."""
    with suppress(OSError, ValueError, IndexError):
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    return 0


_READER_DIED = Phrase("processus de lecture arrêté", "the reading process died")


def _crashed(job: Job) -> Refusal:
    return refuse(RefusalCode.CRASHED, file=job.name, sha256=job.sha256, found=_READER_DIED)


def _too_slow(job: Job, seconds: float) -> Refusal:
    return refuse(RefusalCode.TOO_SLOW, file=job.name, sha256=job.sha256, expected=f"{seconds:.0f}")
