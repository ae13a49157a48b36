"""How long `formparse import` takes for many returns, and how many cores and how much memory.

The returns are issued forms, ticked in memory by pypdf once per questionnaire and then made
different by their form id: what is timed is the command, as a whole process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from demo.engine import Sheet
from formgen.issue import Issue, form_id_of
from tests.builders import filled_by_pypdf, packaged_catalog, random_sheet, template

COUNTS = (400, 2000)
QUICK_COUNTS = (50, 200)

CHILD = """
import json, resource, subprocess, sys, time
started = time.perf_counter()
done = subprocess.run([sys.executable, "-m", "formparse", "import", *sys.argv[1:]],
                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
seconds = time.perf_counter() - started
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([done.returncode, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""
"""Run in a process of its own, whose only child is the command and its workers."""


def main(*, quick: bool) -> None:
    """Print one line for each number of returns, first import and second."""
    counts = QUICK_COUNTS if quick else COUNTS
    # To reach: both cores busy, and a largest process that does not grow from the first number of
    # returns to the second.
    print("returns           seconds   cores busy   largest process")
    with tempfile.TemporaryDirectory() as folder:
        inbox = Path(folder) / "returns"
        inbox.mkdir()
        made = 0
        for count in counts:
            for number in range(made, count):
                (inbox / f"{number:05d}.pdf").write_bytes(returned(number))
            made = count
            store = Path(folder) / f"store-{count}"
            show(f"{count}", timed(inbox, store))
            show(f"{count} again", timed(inbox, store))


def returned(number: int) -> bytes:
    """Give the return of one of many suppliers: Q4, the shortest form, filled in."""
    questionnaire = packaged_catalog().questionnaire("Q4")
    supplier = f"fournisseur-{number:05d}"
    issue = Issue(
        form_id=form_id_of(supplier), supplier_id=supplier, company=supplier, service="service"
    )
    answers = random_sheet(questionnaire, seed=number % 50).answers
    sheet = Sheet(answers=answers, texts={}, signed=False)
    return filled_by_pypdf("Q4", sheet, pdf=template("Q4").render(issue))


def timed(inbox: Path, store: Path) -> tuple[float, float, int]:
    """Give seconds, processor seconds and the largest process's memory (kB) of one import."""
    command = [sys.executable, "-c", CHILD, str(inbox), "--out", str(store)]
    done = subprocess.run(command, capture_output=True, check=True)
    code, seconds, busy, memory = json.loads(done.stdout)
    if code:
        raise SystemExit(f"formparse import ended with {code}")
    return seconds, busy, memory


def show(what: str, figures: tuple[float, float, int]) -> None:
    seconds, busy, memory = figures
    print(f"{what:<16} {seconds:>8.1f} {busy / seconds:>12.1f} {memory / 1024:>13.0f} MiB")
