"""Reads files of others, public collections of odd PDFs for instance: none may pass for a return.

    python -m tests.fuzz.corpora FOLDER…

Prints what was said of them, and every file that broke a worker or was taken as a clean return.
Such collections have licences of their own: they are read where they lie, never copied here.
"""

from __future__ import annotations

import hashlib
import resource
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from formparse.errors import RefusalCode
from formparse.given import take
from formparse.intake import MAX_BYTES
from formparse.returned import Refusal
from formparse.worker import Job, default_workers, read_in_workers
from tests.fuzz.oracle import is_flagged
from tests.fuzz.running import LIMITS, reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BROKEN = frozenset({RefusalCode.CRASHED, RefusalCode.TOO_SLOW})


def main(folders: Sequence[str]) -> int:
    paths = sorted(path for folder in folders for path in Path(folder).rglob("*.pdf"))
    told: Counter[str] = Counter()
    failures = 0
    start = last = time.monotonic()
    with closing(
        read_in_workers(_jobs(paths), reader(), workers=default_workers(), limits=LIMITS)
    ) as answers:
        for path, (_, returned) in zip(paths, answers, strict=True):
            now = time.monotonic()
            if now - last > 5:
                print(f"slow, {now - last:.0f} s with those before it: {path.name}", flush=True)
            last = now
            codes = [one.code for one in returned if isinstance(one, Refusal)]
            clean = [
                one for one in returned if not isinstance(one, Refusal) and not is_flagged(one)
            ]
            told[codes[0] if codes else "read"] += 1
            if clean or BROKEN & set(codes):
                failures += 1
                print(f"FAILED {codes or 'taken as a clean return'}: {path}", flush=True)
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{len(paths)} files in {time.monotonic() - start:.0f} s, {failures} failures, "
        f"largest process {megabytes:.0f} MiB"
    )
    for word, count in told.most_common():
        print(f"  {count:6} {word}")
    return 1 if failures else 0


def _jobs(paths: Sequence[Path]) -> Iterator[Job | Refusal]:
    for path in paths:
        data = take(path, max_bytes=MAX_BYTES)
        if isinstance(data, Refusal):
            yield data
        else:
            yield Job(name=path.name, sha256=hashlib.sha256(data).hexdigest(), data=data)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
