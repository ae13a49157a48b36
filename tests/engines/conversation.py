"""Talks with a driver: a small program of ours in another language, around the engine it drives.

One line of JSON says what to do, one line comes back. A driver is started when first asked and ends
with this process; starting a JVM for each form would take longer than all the forms.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.engines.engine import EngineError, Work

SECONDS = 60
"""For one form; the slowest takes two, a machine with other work ten."""


class Conversation:
    """A driver that does one thing after the other, to files."""

    def __init__(self, command: Callable[[], Sequence[str]]) -> None:
        self._command = command
        self._process: subprocess.Popen[str] | None = None

    def fill(self, pdf: bytes, work: Work) -> bytes:
        """Give the form with the work done to it."""
        facts = {"ticks": work.ticks, "unticks": work.unticks, "texts": work.texts}
        return self.ask("fill", pdf, facts)

    def flatten(self, pdf: bytes) -> bytes:
        """Give the form without its fields, as the engine draws them."""
        return self.ask("flatten", pdf, {})

    def ask(self, what: str, pdf: bytes, facts: dict[str, object]) -> bytes:
        """Give what the driver made of a file."""
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "in.pdf", Path(folder) / "out.pdf"
            source.write_bytes(pdf)
            said = self._say(self.job(what, source, target, facts))
            if said != "done":
                raise EngineError(said)
            return target.read_bytes()

    def end(self) -> None:
        """End the driver."""
        process, self._process = self._process, None
        if process is not None:
            with process:
                process.kill()

    def job(self, what: str, source: Path, target: Path, facts: dict[str, object]) -> str:
        """Give the line that asks for one thing."""
        return json.dumps({"do": what, "in": str(source), "out": str(target), **facts})

    def _say(self, line: str) -> str:
        if self._process is None or self._process.poll() is not None:
            self.end()
            atexit.register(self.end)
            self._process = subprocess.Popen(
                self._command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
            )
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        alarm = threading.Timer(SECONDS, process.kill)
        alarm.start()
        try:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            return process.stdout.readline().strip() or "the driver ended"
        finally:
            alarm.cancel()
