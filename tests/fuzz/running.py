"""Reads mutants as the commands read returns: in workers, under their limits."""

from __future__ import annotations

import hashlib
import time
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from formgen.editions import load_editions
from formparse.read import read_bytes
from formparse.records import dump_record, to_json
from formparse.worker import Job, Limits, read_in_workers
from tests import pki
from tests.fuzz.mutations import mutate
from tests.fuzz.oracle import Failure, judge
from tests.fuzz.seeds import seed_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from formparse.returned import Returned
    from formparse.worker import Read

LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One damaged file: `kind` and `number` say how to make it again."""

    kind: str
    seed: int
    number: int

    def data(self) -> bytes:
        return mutate(seed_file(self.kind), f"{self.seed}:{self.kind}:{self.number}")

    def __str__(self) -> str:
        return f"{self.kind}:{self.seed}:{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one mutant."""

    mutant: Mutant
    returned: tuple[Returned, ...]
    failure: tuple[Failure, str] | None
    is_changed: bool
    """Its bytes are not those of the file that it was made from."""


def reader() -> Read:
    """Give the function that reads returns, as the commands use it."""
    return partial(read_bytes, editions=load_editions(()), roots=(pki.authority().der,))


def run(mutants: Iterable[Mutant], *, workers: int) -> Iterator[Outcome]:
    """Give what comes of each mutant, in order."""
    read = reader()
    before: dict[str, tuple[Returned, ...]] = {}
    given: list[Mutant] = []

    def jobs() -> Iterator[Job]:
        for mutant in mutants:
            if mutant.kind not in before:
                before[mutant.kind] = read(seed_file(mutant.kind), "a.pdf")
            given.append(mutant)
            data = mutant.data()
            yield Job(name=str(mutant), sha256=hashlib.sha256(data).hexdigest(), data=data)

    with closing(read_in_workers(jobs(), read, workers=workers, limits=LIMITS)) as answers:
        for job, returned in answers:
            mutant = given.pop(0)
            for one in returned:
                dump_record(to_json(one))
            is_changed = isinstance(job, Job) and job.data != seed_file(mutant.kind)
            yield Outcome(
                mutant=mutant,
                returned=returned,
                failure=judge(before[mutant.kind], returned),
                is_changed=is_changed,
            )


def endless(kinds: Iterable[str], seed: int, *, until: float) -> Iterator[Mutant]:
    """Give mutants of all kinds in turn, up to a time of `time.monotonic`."""
    number = 0
    kinds = tuple(kinds)
    while time.monotonic() < until:
        for kind in kinds:
            yield Mutant(kind=kind, seed=seed, number=number)
        number += 1
