"""How fast flattened pages are read on one core, and how right, engine by engine.

All four questionnaires, random sheets, flattened by the engines that pip brings and those found on
this machine. The times are of `read_bytes` as a whole, imports done before. An engine that drops
what the supplier put in is no fault of the reader; what it reads wrongly is.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from demo.engine import Sheet
from formgen.editions import Editions, load_editions
from formparse.read import read_bytes
from formparse.returned import ReturnedForm
from tests.builders import filled_by_pdfium, packaged_catalog, random_sheet
from tests.flatteners import flatteners

GOAL = 8.0
"""Pages a second on one core."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What one engine's files came to."""

    points: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    seconds: float = 0.0

    def add(self, data: bytes, sheet: Sheet, editions: Editions) -> None:
        start = time.process_time()
        (form,) = read_bytes(data, "bench.pdf", editions)
        self.seconds += time.process_time() - start
        if not isinstance(form, ReturnedForm):
            self.points["refused"] += 1
            return
        self.pages += len(form.pages)
        for point in form.answers:
            if point.doubt is not None:
                self.points["doubtful"] += 1
            elif point.answer is sheet.answers.get(point.point_id):
                self.points["right"] += 1
            else:
                self.points["wrong"] += 1


def main(*, quick: bool) -> None:
    editions = load_editions()
    engines = flatteners()
    tallies = {name: Tally() for name in engines}
    for questionnaire in packaged_catalog().questionnaires:
        for seed in range(1 if quick else 5):
            sheet = random_sheet(questionnaire, seed, blanks=0.1 * (seed % 3), signed=True)
            filled = filled_by_pdfium(questionnaire.id, sheet)
            read_bytes(filled, "warm.pdf", editions)
            for name, flatten in engines.items():
                tallies[name].add(flatten(filled), sheet, editions)
    words = ("right", "doubtful", "wrong", "refused")
    print(f"{'engine':14}" + "".join(f"{word:>10}" for word in words) + f"{'pages/s':>10}")
    for name, tally in tallies.items():
        rate = tally.pages / tally.seconds
        counts = "".join(f"{tally.points[word]:10}" for word in words)
        print(f"{name:14}{counts}{rate:10.1f}")
    pages = sum(tally.pages for tally in tallies.values())
    rate = pages / sum(tally.seconds for tally in tallies.values())
    print(f"all: {rate:.1f} pages a second on one core (goal {GOAL:g})")
