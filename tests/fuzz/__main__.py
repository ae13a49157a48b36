"""Damages real returns for as long as is asked, and says which damage nobody is told of.

python -m tests.fuzz --minutes 60 --seed 1
python -m tests.fuzz --count 10000 --seed 1 --keep FOLDER
python -m tests.fuzz --again pdfium:1:123 --keep FOLDER
"""

from __future__ import annotations

import argparse
import math
import resource
import sys
import time
from collections import Counter
from itertools import islice
from pathlib import Path

from formparse.returned import Refusal
from tests.fuzz.oracle import is_flagged
from tests.fuzz.running import Mutant, Outcome, endless, run
from tests.fuzz.seeds import KINDS


def main() -> int:
    options = _options()
    kinds = options.kinds.split(",")
    start = time.monotonic()
    if options.again:
        kind, seed, number = options.again.split(":")
        mutants = iter([Mutant(kind=kind, seed=int(seed), number=int(number))])
    else:
        until = math.inf if options.count else start + 60 * options.minutes
        mutants = islice(endless(kinds, options.seed, until=until), options.count)
    told: Counter[str] = Counter()
    failures = 0
    for outcome in run(mutants, workers=options.workers):
        told[_word(outcome)] += 1
        if outcome.failure is not None or options.again:
            failures += outcome.failure is not None
            print(outcome.mutant, *(outcome.failure or ("as it should be",)), flush=True)
            if options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                name = str(outcome.mutant).replace(":", "-")
                (options.keep / f"{name}.pdf").write_bytes(outcome.mutant.data())
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{told.total()} files in {time.monotonic() - start:.0f} s, {failures} failures, "
        f"largest process {megabytes:.0f} MiB"
    )
    for word, count in told.most_common():
        print(f"  {count:6} {word}")
    return 1 if failures else 0


def _word(outcome: Outcome) -> str:
    if outcome.failure is not None:
        return f"FAILED {outcome.failure[0]}"
    refused = [one.code for one in outcome.returned if isinstance(one, Refusal)]
    if refused:
        return f"refused: {refused[0]}"
    if any(is_flagged(one) for one in outcome.returned if not isinstance(one, Refusal)):
        return "read, with a warning"
    return "read, nothing to say or doubtful points"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--count", type=int, help="so many files, instead of a time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--keep", type=Path, help="folder for the files that fail")
    parser.add_argument("--again", metavar="MUTANT", help="only this one")
    return parser.parse_args()


sys.exit(main())
