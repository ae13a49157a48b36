"""Runs the benches, all or those named: `python -m bench [read] [marks] ... [--quick]`."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import sys
import tempfile
from pathlib import Path


def cpu_model() -> str:
    """Give the processor's name, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def bench_build(*, quick: bool) -> None:
    from bench import bench_build

    bench_build.main(quick=quick)


def bench_marks(*, quick: bool) -> None:
    from bench import bench_marks

    bench_marks.main(quick=quick)


def bench_read(*, quick: bool) -> None:
    """Time the reading of a filled Q2, the longest form; it knows no quick way."""
    from bench import bench_read
    from tests.builders import filled_by_pdfium, packaged_catalog, random_sheet

    del quick
    sheet = random_sheet(packaged_catalog().questionnaire("Q2"), seed=1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Q2.pdf"
        path.write_bytes(filled_by_pdfium("Q2", sheet))
        bench_read.main(path)


def bench_start(*, quick: bool) -> None:
    """Time both commands' help; it knows no quick way."""
    from bench import bench_start

    del quick
    bench_start.main()


def bench_import(*, quick: bool) -> None:
    from bench import bench_import

    bench_import.main(quick=quick)


def bench_scan(*, quick: bool, arguments: list[str] | None = None) -> None:
    from bench import bench_scan

    bench_scan.main(quick=quick, arguments=arguments)


BENCHES = {
    "start": bench_start,
    "build": bench_build,
    "read": bench_read,
    "marks": bench_marks,
    "import": bench_import,
}
"""Those that run when none is named."""

# `scan` takes half an hour and more, and options of its own: only when named, alone.


def _machine() -> str:
    today = dt.datetime.now(tz=dt.UTC).date()
    python = f"Python {platform.python_version()}"
    return f"{cpu_model()}, {os.cpu_count()} cores, {python}, {platform.system()}, {today}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join((*BENCHES, "scan")))
    parser.add_argument("--quick", action="store_true", help="fewer suppliers, extrapolated")
    if sys.argv[1:2] == ["scan"]:
        print(_machine())
        bench_scan(quick=False, arguments=sys.argv[2:])
        return
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in BENCHES]
    if unknown:
        parser.error(f"no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    print(_machine())
    for name in arguments.names or BENCHES:
        print(f"\n== {name}")
        BENCHES[name](quick=arguments.quick)


if __name__ == "__main__":
    main()
