"""How long forms take to make: cold, one more, beside other tools, and by the thousand.

Whole processes are timed where start-up counts. What is compared is timed in turn, many rounds,
so that a busy machine slows all alike; the least of each is compared, the median shows how busy it
was.
"""

from __future__ import annotations

import io
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pymupdf
import pypdf

from formgen.catalog import Catalog, default_catalog_path, load_catalog
from formgen.issue import Issue, form_id_of
from formgen.naming import TextPart, text_field_name
from formgen.pdf import make_template

ROOT = Path(__file__).parent.parent
COLD_RUNS = 9
ROUNDS = 30
SUPPLIERS = 10_000
QUICK_SUPPLIERS = 500

PYPDFFORM = "PyPDFForm==6.0.1"
PYPDFFORM_HOME = ROOT / ".venv" / "pypdfform"
"""An environment of its own: it wants pypdf 6, and we need 7."""

COMPANY = "Société fictive n° {} & Œuvres"
SERVICE = "Maintenance du réseau local, lot {}"
GOALS = {
    "cold": "<= 1.5 s",
    "filler": ">= 10",
    "anew": ">= 30",
    "seconds": "<= 120 s",
    "memory": "< 300 MiB",
    "size": "<= 150 kB",
}


def main(*, quick: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench_cold(Path(folder))
        catalog = load_catalog(default_catalog_path())
        for questionnaire_id in ("Q1", "Q2"):
            bench_one_more(catalog, questionnaire_id)
        bench_many(Path(folder), QUICK_SUPPLIERS if quick else SUPPLIERS)


def row(what: str, value: str, goal: str = "") -> None:
    print(f"{what:46}{value:>22}{goal and f'   goal {goal}'}")


# -- cold -------------------------------------------------------------------------------------


def bench_cold(folder: Path) -> None:
    """Time `formgen build` of the four blanks, start-up of Python included."""
    seconds = []
    for run in range(COLD_RUNS):
        start = time.perf_counter()
        formgen("--out", str(folder / f"cold{run}"))
        seconds.append(time.perf_counter() - start)
    row(
        "cold build of the four blanks, median",
        f"{statistics.median(seconds):.2f} s",
        GOALS["cold"],
    )
    row("cold build of the four blanks, least", f"{min(seconds):.2f} s")
    sizes = [path.stat().st_size for path in sorted((folder / "cold0").glob("*.pdf"))]
    shown = ", ".join(f"{size / 1000:.0f}" for size in sizes)
    row("size of each", f"{shown} kB", GOALS["size"])


def formgen(*options: str) -> None:
    command = [sys.executable, "-m", "formgen", "build", *options]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


# -- one more ---------------------------------------------------------------------------------


def bench_one_more(catalog: Catalog, questionnaire_id: str) -> None:
    """Time one more supplier's form against filling the blank, and against drawing it anew."""
    questionnaire = catalog.questionnaire(questionnaire_id)
    template = make_template(catalog, questionnaire)
    blank = template.render(issue("blank", company="", service=""))
    numbers = itertools.count()

    def next_issue() -> Issue:
        number = str(next(numbers))
        return issue(number, company=COMPANY.format(number), service=SERVICE.format(number))

    values = {
        text_field_name(questionnaire_id, TextPart.COMPANY): COMPANY.format(0),
        text_field_name(questionnaire_id, TextPart.SERVICE): SERVICE.format(0),
    }
    for number in range(2000):  # as in the middle of a long list: page codes have met most rows
        template.render(next_issue())
        del number
    times = time_all(
        {
            "one more form": lambda: template.render(next_issue()),
            "pypdf, filling the blank": lambda: with_pypdf(blank, values),
            "PyMuPDF, filling the blank": lambda: with_pymupdf(blank, values),
            "drawing it anew": lambda: make_template(catalog, questionnaire).render(next_issue()),
        }
    )
    print(f"\n{questionnaire_id}, milliseconds{'least':>14}{'median':>12}{'least / ours':>14}")
    ours = min(times["one more form"])
    for name, each in times.items():
        goal = GOALS["anew"] if "anew" in name else GOALS["filler"] if "filling" in name else ""
        compare(name, each, ours, goal)
    others = with_pypdfform(blank, values)
    if isinstance(others, str):
        print(f"PyPDFForm: not measured ({others})")
    else:
        compare("PyPDFForm, filling the blank", others, ours, GOALS["filler"])


def compare(name: str, each: list[float], ours: float, goal: str) -> None:
    least, median = min(each), statistics.median(each)
    print(f"{name:29}{least:7.2f}{median:12.2f}{least / ours:14.1f}{goal and f'   goal {goal}'}")


def issue(number: str, *, company: str, service: str) -> Issue:
    form_id = form_id_of("bench", number)
    return Issue(form_id=form_id, supplier_id=f"f{number}", company=company, service=service)


def time_all(tasks: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Give the milliseconds of each task in each round."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            times[name].append((time.perf_counter() - start) * 1e3)
    return times


def with_pypdf(blank: bytes, values: dict[str, str]) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(blank))
    writer.update_page_form_field_values(None, values, auto_regenerate=False)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def with_pymupdf(blank: bytes, values: dict[str, str]) -> bytes:
    """Fill text fields only where they are: on the last page, to be fair."""
    with pymupdf.open(stream=blank, filetype="pdf") as document:
        for page in reversed(list(document)):
            left = dict(values)
            for widget in page.widgets(types=[pymupdf.PDF_WIDGET_TYPE_TEXT]):
                if widget.field_name in left:
                    widget.field_value = left.pop(widget.field_name)
                    widget.update()
            if not left:
                return bytes(document.tobytes())
    raise ValueError(values)


_FILLER = """
import json, sys, time
from PyPDFForm import PdfWrapper
blank, values, rounds = open(sys.argv[1], "rb").read(), json.loads(sys.argv[2]), int(sys.argv[3])
times = []
for _ in range(rounds):
    start = time.perf_counter()
    PdfWrapper(blank).fill(values).read()
    times.append((time.perf_counter() - start) * 1e3)
print(json.dumps(times))
"""


def with_pypdfform(blank: bytes, values: dict[str, str]) -> list[float] | str:
    """Give the milliseconds of each round in an environment of its own, or why there are none."""
    python = PYPDFFORM_HOME / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(PYPDFFORM_HOME)], check=True)
            install = [str(python), "-m", "pip", "install", "--quiet", PYPDFFORM]
            subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(blank)
            file.flush()
            command = [str(python), "-c", _FILLER, file.name, json.dumps(values), str(ROUNDS)]
            done = subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"{PYPDFFORM} could not be installed or run: {error}"
    return [float(time_) for time_ in json.loads(done.stdout)]


# -- many -------------------------------------------------------------------------------------


_MEASURE = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
nothing = subprocess.DEVNULL
subprocess.run(sys.argv[1:], check=True, stdout=nothing, stderr=nothing)
seconds = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
spent = used.ru_utime + used.ru_stime
print(json.dumps({"seconds": seconds, "processor_seconds": spent, "peak_kib": used.ru_maxrss}))
"""
"""Run in a small process: Linux counts the memory of who starts a process as that process's."""


def bench_many(folder: Path, count: int) -> None:
    """Build two forms for each of many suppliers in a process of its own; measure that process."""
    listed = folder / "suppliers.csv"
    rows = [
        f"f{n:05d};{COMPANY.format(n)};{SERVICE.format(n)};contact{n}@exemple.example;Q2"
        for n in range(count)
    ]
    listed.write_text("\n".join(["id;name;service;email;questionnaires", *rows]), encoding="utf-8")
    out = folder / "many"
    # The forms of suppliers that get Q2 are Q1 and Q2, by far the longest.
    options = ["build", "--suppliers", str(listed), "--out", str(out)]
    command = [sys.executable, "-c", _MEASURE, sys.executable, "-m", "formgen", *options]
    measured = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    facts = json.loads(measured.stdout)
    written = [path.stat().st_size for path in out.glob("*/*.pdf")]
    assert len(written) == 2 * count
    print(f"\n{count} suppliers, 2 forms each, one process")
    seconds = facts["seconds"]
    row("seconds", f"{seconds:.1f} s", GOALS["seconds"] if count == SUPPLIERS else "")
    if count != SUPPLIERS:
        row(
            f"extrapolated to {SUPPLIERS}", f"{seconds / count * SUPPLIERS:.0f} s", GOALS["seconds"]
        )
    row("processor seconds", f"{facts['processor_seconds']:.1f} s")
    row("peak memory", f"{facts['peak_kib'] / 1024:.0f} MiB", GOALS["memory"])
    row("files", f"{len(written)}, {sum(written) / 1e6:.0f} MB")
    row("largest", f"{max(written) / 1000:.0f} kB", GOALS["size"])
