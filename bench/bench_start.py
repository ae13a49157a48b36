"""How long both commands take to show their help: what every call pays before it does anything.

Whole processes, Python's own start-up included, which stands beside for comparison. The least time
says what the command costs; the median, how busy the machine was.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
RUNS = 20
GOAL = "< 150 ms"
COMMANDS = {
    "python -c pass": ("-c", "pass"),
    "formgen --help": ("-m", "formgen", "--help"),
    "formparse --help": ("-m", "formparse", "--help"),
}


def main() -> None:
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, arguments in COMMANDS.items():
            start = time.perf_counter()
            command = [sys.executable, *arguments]
            subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            times[name].append((time.perf_counter() - start) * 1e3)
    print(f"{'':18}{'min ms':>9}{'median ms':>11}")
    for name, each in times.items():
        goal = f"   goal {GOAL}" if name.startswith("form") else ""
        print(f"{name:18}{min(each):9.0f}{statistics.median(each):11.0f}{goal}")
