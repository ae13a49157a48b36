"""`python -m demo`: the demo, into `output/demo` below the current folder."""

from __future__ import annotations

from pathlib import Path

from demo.run import run

run(Path("output/demo"))
