"""How right and how fast sheets of paper are read, level by level, on simulated ones.

Each file is one form by one hand (see `tests.paper`), with seeds that no test and no development
uses. A row read otherwise than its hand meant is wrong, one read as unanswered where something is
marked is missed; both should be next to none. The worst rows are kept as pictures to be looked at.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from multiprocessing.pool import AsyncResult, Pool
from pathlib import Path

from formgen.editions import Editions, load_editions
from formparse.printed import Sheets
from formparse.read import read_bytes
from formparse.returned import PointAnswer, ReturnedForm
from tests.paper.bundles import Bundle, bundle
from tests.paper.documents import MUST_DOUBT, Kind, Purpose, Row, layout_of
from tests.paper.machines import Level

BOXES = 20_000
"""A level, if not said otherwise: none wrong of so many is under 1.5 in 10,000 at 95 %."""

PROCESSES = 2
ROUND = 2_000
"""Boxes of a level before the next one's turn."""
WORST = 10
"""Rows of a level kept as pictures."""

GOALS = {
    Level.CLEAN: "<= 0.2 wrong or missed per 10,000, needless <= 0.2 %, 0 back, 8 to 12 pages/s",
    Level.OFFICE: "<= 0.4 per 10,000, needless <= 0.5 %, 0 back, 12 pages/s",
    Level.POOR: "<= 1 per 10,000, needless <= 4 %, <= 2 % back, 12 pages/s",
    Level.PHOTO: "<= 1 per 10,000, needless <= 2 %, <= 1 % back, 8 pages/s",
}


@dataclass(slots=True, kw_only=True)
class Tally:
    """What some files came to."""

    counts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many rows of each kind (a correction, a mark beside a box...) came out how."""
    seconds: float = 0.0
    worst: list[tuple[int, str, bytes]] = field(default_factory=list)
    """How bad, what, and a picture of the row (PNG)."""

    def add(self, other: Tally) -> None:
        self.counts += other.counts
        self.kinds += other.kinds
        self.seconds += other.seconds
        self.worst = sorted(self.worst + other.worst, key=lambda one: one[:2])[:WORST]


def outcome_of(row: Row, read: PointAnswer) -> str:
    """Say how a row came out."""
    if read.doubt is not None:
        return "needless" if row.kind is Kind.PLAIN else "doubtful"
    if read.answer is None:
        return "right" if row.kind is Kind.BLANK else "missed"
    if row.kind in MUST_DOUBT and row.answer is None:
        return "wrong"
    return "right" if read.answer is row.answer else "wrong"


_BADNESS = {"wrong": 0, "missed": 1, "needless": 2, "back": 3}


def run(seed: int, *, level: Level, purpose: Purpose) -> Tally:
    """Make one file, read it, and compare."""
    made = bundle(level, seed, purpose)
    editions = _editions()
    tally = Tally()
    start = time.process_time()
    read = read_bytes(made.data, made.name, editions)
    tally.seconds = time.process_time() - start
    forms = [one for one in read if isinstance(one, ReturnedForm)]
    tally.counts["files"] += 1
    tally.counts["file pages"] += len(set(made.pages)) + (1 if _has_foreign(made) else 0)
    tally.counts["pages"] += len(made.pages)
    whole = {index for index in made.pages.values() if index not in made.cropped}
    tally.counts["whole pages"] += len(whole)
    found: set[int] = set()
    answers: dict[str, PointAnswer] = {}
    for form in forms:
        found.update(form.form_pages)
        answers |= {one.point_id: one for one in form.answers}
        strange = set(form.pages) - set(made.pages)
        if strange or form.identity.questionnaire_id != made.form.questionnaire_id:
            tally.counts["wrong page"] += 1
    tally.counts["wrong page"] += len(found - set(made.pages.values()))
    tally.counts["back"] += len(whole - found)
    tally.counts["cropped back"] += len(set(made.pages.values()) - whole - found)
    for row in made.form.rows:
        if row.page + 1 not in found or row.page + 1 not in made.pages.values():
            continue
        outcome = outcome_of(row, answers[row.point_id])
        tally.counts["boxes"] += row.boxes
        tally.counts["rows"] += 1
        tally.counts["plain"] += row.kind is Kind.PLAIN
        tally.counts[outcome] += 1
        tally.kinds[row.kind, outcome] += 1
        if outcome in _BADNESS:
            doubt = answers[row.point_id].doubt
            pen = f"{made.form.hand.pen.name} {made.form.hand.shape}"
            said = doubt.reason if doubt else str(answers[row.point_id].answer)
            what = f"{outcome} {row.kind} {row.answer} seed {seed} {row.point_id}, {pen}: {said}"
            keep = outcome != "needless" or len(tally.worst) < 2
            tally.worst.append(
                (_BADNESS[outcome], what, _crop(made, row, editions) if keep else b"")
            )
    for index in sorted(whole - found):
        if len(tally.worst) < WORST:
            tally.worst.append((_BADNESS["back"], f"back seed {seed} page {index}", b""))
    return tally


def _has_foreign(made: Bundle) -> bool:
    return set(made.pages) != set(range(1, len(made.pages) + 1))


_known: list[Editions] = []


def _editions() -> Editions:
    if not _known:
        _known.append(load_editions())
    return _known[0]


def _crop(made: Bundle, row: Row, editions: Editions) -> bytes:
    """Give a picture of a row as it lies in the scan."""
    import io

    import numpy as np
    from PIL import Image

    from formparse.intake import open_bytes
    from formparse.returned import Refusal
    from formparse.vision.patches import apply

    opened = open_bytes(made.data, made.name)
    number = next(number for number, index in made.pages.items() if index == row.page + 1)
    sheets = None if isinstance(opened, Refusal) else Sheets(opened.data, opened.picture)
    if sheets is None:
        return b""
    sheet = sheets.sheet(number)
    image = sheet.image() if sheet is not None else None
    printed = sheets.printed(number, editions)
    if image is None or not printed:
        return b""
    rects = [
        box.rect for box in layout_of(made.form.questionnaire_id).boxes
        if box.point_id == row.point_id
    ]  # fmt: skip
    left, right = min(r.x0 for r in rects) - 60, max(r.x1 for r in rects) + 30
    low, high = min(r.y0 for r in rects) - 20, max(r.y1 for r in rects) + 20
    corners = np.array([(left, low), (right, low), (right, high), (left, high)])
    pixels = apply(printed[0].place.to_px, corners)
    x0, y0 = np.maximum(pixels.min(axis=0).astype(int), 0)
    x1, y1 = pixels.max(axis=0).astype(int)
    part = image.grey[y0:y1, x0:x1]
    if not part.size:
        return b""
    written = io.BytesIO()
    Image.fromarray(part).resize((part.shape[1] * 2, part.shape[0] * 2)).save(written, "PNG")
    return written.getvalue()


# --- Intervals ------------------------------------------------------------------------------------
def interval(found: int, of: int) -> tuple[float, float]:
    """Give the exact (Clopper and Pearson) 95 % interval of a share."""
    if of == 0:
        return 0.0, 1.0
    low = 0.0 if found == 0 else _solve(lambda p: 1 - _at_most(found - 1, of, p), 0.025)
    high = 1.0 if found == of else _solve(lambda p: 1 - _at_most(found, of, p), 0.975)
    return low, high


def _at_most(found: int, of: int, share: float) -> float:
    """Give the chance of at most so many."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return 0.0 if found < of else 1.0
    total = 0.0
    for k in range(found + 1):
        log = math.lgamma(of + 1) - math.lgamma(k + 1) - math.lgamma(of - k + 1)
        total += math.exp(log + k * math.log(share) + (of - k) * math.log1p(-share))
    return min(total, 1.0)


def _solve(rising: object, value: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < value else (low, middle)  # type: ignore[operator]
    return (low + high) / 2


def _share(found: int, of: int, unit: float = 100.0) -> str:
    low, high = interval(found, of)
    return (
        f"{found} of {of} = {unit * found / max(of, 1):.2f} [{unit * low:.2f}, {unit * high:.2f}]"
    )


# --- The run --------------------------------------------------------------------------------------
def tallies(
    pool: Pool, level: Level, boxes: int, purpose: Purpose, seeds: Iterator[int]
) -> Iterator[Tally]:
    """Give the tallies of files, in the order of their seeds, until there are enough boxes."""
    work = partial(run, level=level, purpose=purpose)
    waiting: deque[AsyncResult[Tally]] = deque()
    done = 0
    while done < boxes or waiting:
        while done < boxes and len(waiting) < 2 * PROCESSES:
            waiting.append(pool.apply_async(work, (next(seeds),)))
        tally = waiting.popleft().get()
        done += tally.counts["boxes"]
        yield tally


def report(level: Level, tally: Tally, folder: Path) -> None:
    """Print a level's figures and keep its worst rows."""
    c = tally.counts
    print(f"\n-- {level}: {c['files']} files, {c['pages']} pages, {c['boxes']} boxes")
    print(f"   goal: {GOALS[level]}")
    print(f"   wrong, per 10,000 boxes    {_share(c['wrong'], c['boxes'], 10_000)}")
    print(f"   missed, per 10,000 boxes   {_share(c['missed'], c['boxes'], 10_000)}")
    both = c["wrong"] + c["missed"]
    print(f"   wrong or missed            {_share(both, c['boxes'], 10_000)}")
    doubtful = c["doubtful"] + c["needless"]
    print(f"   doubtful rows, %           {_share(doubtful, c['rows'])}")
    print(f"   … of a plain single mark   {_share(c['needless'], c['rows'])}")
    print(f"   whole pages handed back, % {_share(c['back'], c['whole pages'])}")
    cropped = c["pages"] - c["whole pages"]
    print(f"   cropped ones handed back   {c['cropped back']} of {cropped}")
    print(f"   wrong pages accepted       {c['wrong page']}")
    print(f"   pages a second, one core   {c['file pages'] / max(tally.seconds, 1e-9):.1f}")
    for kind in Kind:
        parts = [f"{o} {n}" for (k, o), n in sorted(tally.kinds.items()) if k == kind]
        print(f"   {kind:10} {', '.join(parts)}")
    for number, (_, what, png) in enumerate(tally.worst):
        print(f"   worst {number}: {what}")
        if png:
            (folder / f"{level}-{number}.png").write_bytes(png)
    sys.stdout.flush()


def main(*, quick: bool, arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench scan", description=__doc__)
    parser.add_argument("--boxes", type=int, default=2_000 if quick else BOXES)
    parser.add_argument("--level", choices=list(Level), action="append")
    parser.add_argument("--crops", type=Path, help="folder for the worst rows")
    parser.add_argument("--development", action="store_true", help="seeds that rules may see")
    parser.add_argument("--first", type=int, default=0, help="first seed")
    given = parser.parse_args(arguments or [])
    purpose = Purpose.DEVELOPMENT if given.development else Purpose.BENCH
    folder = given.crops or Path(tempfile.mkdtemp(prefix="bench-scan-"))
    folder.mkdir(parents=True, exist_ok=True)
    totals = {level: Tally() for level in map(Level, given.level or Level)}
    seeds = {level: count(given.first) for level in totals}
    context = multiprocessing.get_context("spawn")
    with context.Pool(PROCESSES) as pool:
        # All levels in turn, so that a run that is broken off says something of each.
        for done in range(0, given.boxes, ROUND):
            for level, total in totals.items():
                wanted = min(done + ROUND, given.boxes) - total.counts["boxes"]
                for tally in tallies(pool, level, wanted, purpose, seeds[level]):
                    total.add(tally)
                print(f"{level}: {dict(total.counts)}", file=sys.stderr, flush=True)
    for level, total in totals.items():
        report(level, total, folder)
    print(f"\nworst rows: {folder}")
