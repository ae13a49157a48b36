"""Runs programs that take one file and write another."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.engines.engine import Change, EngineError

SECONDS = 120


def tool(*command: str) -> Change:
    """Give a program as a change: IN and OUT among its words stand for the files."""

    def change(pdf: bytes) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "in.pdf", Path(folder) / "out.pdf"
            source.write_bytes(pdf)
            files = {"IN": str(source), "OUT": str(target)}
            run([files.get(word, word) for word in command])
            return target.read_bytes()

    return change


def run(command: list[str], *, folder: str | None = None) -> str:
    """Run a program to its end, and give what it said; qpdf's 3 means done, with warnings."""
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, cwd=folder)
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    if done.returncode not in (0, 3 if command[0] == "qpdf" else 0):
        raise EngineError(f"{command[0]} ended with {done.returncode}: {said[-500:]}")
    return said


def needs(command: str, package: str) -> Callable[[], str | None]:
    """Give a question: how to get this program, if it is not here?"""
    return lambda: None if shutil.which(command) else f"no {command}; on Debian: {package}"
