"""How long `read` takes beside other libraries on the same bytes, in this process, in one run.

All are timed in turn, many rounds, so that a busy machine slows all of them alike; in each round a
few times in a row, so that each has its own code and data at hand. The least time of each is
compared, the median shows how busy the machine was.
"""

from __future__ import annotations

import io
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf
import pymupdf
import pypdf

from formgen.editions import load_editions
from formparse.answers import resolve_answers
from formparse.intake import ReturnedPdf, open_bytes
from formparse.printed import Sheets
from formparse.read import read_bytes, read_values
from formparse.readers.fields import read_fields
from formparse.returned import ReturnedForm
from formparse.triage import Part, triage

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 30
GOALS = {"pypdf get_fields": ">= 4", "PyMuPDF widgets": ">= 4", "pikepdf fields": ">= 0.33"}
"""Times of the others divided by ours: pikepdf is C++, and ours may take three times its time."""
IN_A_ROW = 4


def with_pypdf(data: bytes) -> object:
    return pypdf.PdfReader(io.BytesIO(data)).get_fields()


def with_pymupdf(data: bytes) -> object:
    with pymupdf.open(stream=data, filetype="pdf") as document:
        return [(w.field_name, w.field_value) for page in document for w in page.widgets()]


def with_pikepdf(data: bytes) -> object:
    """The field tree: each field's value, each box's state."""
    with pikepdf.open(io.BytesIO(data)) as document:
        return {
            str(field.T): (
                str(field.get("/V")),
                [str(kid.get("/AS")) for kid in field.get("/Kids", [])],
            )
            for field in document.Root.AcroForm.Fields
        }


def time_all(tasks: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Give the milliseconds of each task in each round."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            for _ in range(IN_A_ROW):
                start = time.perf_counter()
                task()
                times[name].append((time.perf_counter() - start) * 1e3)
    return times


def stages(data: bytes, rounds: int) -> dict[str, list[float]]:
    """Give the milliseconds of each stage of `read` in each round."""
    editions = load_editions()
    times: dict[str, list[float]] = {}

    def note(name: str, start: float) -> float:
        end = time.perf_counter()
        times.setdefault(name, []).append((end - start) * 1e3)
        return end

    for _ in range(rounds):
        start = time.perf_counter()
        pdf = open_bytes(data, "bench.pdf")
        start = note("open", start)
        assert isinstance(pdf, ReturnedPdf), pdf
        (part, *_) = triage(pdf, editions, Sheets(data))
        start = note("triage", start)
        assert isinstance(part, Part), part
        reading = read_fields(pdf, part, is_only_one=True)
        start = note("fields", start)
        resolve_answers(reading, part.places.questionnaire)
        note("answers", start)
    return times


def main(path: Path) -> None:
    data = path.read_bytes()
    editions = load_editions()
    form = read_bytes(data, path.name, editions)[0]
    if not isinstance(form, ReturnedForm):
        sys.exit(form.message_en)
    answered = sum(point.answer is not None for point in form.answers)
    print(f"{path.name}: {len(data)} bytes, {len(form.answers)} points, {answered} answered")
    times = time_all(
        {
            "formparse read": lambda: read_bytes(data, path.name, editions),
            "… values alone": lambda: read_values(data, path.name, editions),
            "pypdf get_fields": lambda: with_pypdf(data),
            "PyMuPDF widgets": lambda: with_pymupdf(data),
            "pikepdf fields": lambda: with_pikepdf(data),
        },
        ROUNDS,
    )
    ours = min(times["formparse read"])
    print(f"{'':18}{'min ms':>9}{'median ms':>11}{'min / ours':>12}")
    for name, each in times.items():
        least = min(each)
        goal = f"   goal {GOALS[name]}" if name in GOALS else ""
        print(f"{name:18}{least:9.2f}{statistics.median(each):11.2f}{least / ours:12.2f}{goal}")
    least_of = {name: min(each) for name, each in stages(data, ROUNDS * IN_A_ROW).items()}
    least_of["rest"] = max(0.0, ours - sum(least_of.values()))
    print(f"{'stage':18}{'min ms':>9}{'share':>8}")
    for name, least in least_of.items():
        print(f"{name:18}{least:9.2f}{least / ours:8.0%}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
