"""Show on stderr how far a batch has come. Counting is the batch's business."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from formgen.language import Lang, Phrase

Progress = Callable[[int, int], None]
"""Called with the number of files done and their total."""

_REDRAW_SECONDS = 0.1
"""Faster, and the terminal costs more than some files do."""

_LINE_EVERY = 500
"""Files between two lines in a log, where lines stay: a small batch leaves none."""


@contextmanager
def progress_on(stream: TextIO, lang: Lang, *, moving: bool = True) -> Iterator[Progress]:
    """Give what shows progress on `stream`: one line that moves in a terminal, rare lines else.

    Without `moving` the lines are rare in a terminal too: results are written between them there.
    """
    if not (moving and stream.isatty()):
        yield _logger(stream, lang)
        return
    drawn_at = float("-inf")

    def draw(done: int, total: int) -> None:
        nonlocal drawn_at
        now = time.monotonic()
        if now - drawn_at >= _REDRAW_SECONDS or done == total:
            stream.write(f"\r{_sentence(done, total).in_(lang)}")
            stream.flush()
            drawn_at = now

    try:
        yield draw
    finally:
        stream.write("\r\x1b[K")
        stream.flush()


def _logger(stream: TextIO, lang: Lang) -> Progress:
    written = 0

    def log(done: int, total: int) -> None:
        nonlocal written
        # The count may stand still or jump, as files that are known already take no time.
        if done // _LINE_EVERY > written:
            written = done // _LINE_EVERY
            stream.write(f"{_sentence(done, total).in_(lang)}\n")
            stream.flush()

    return log


def _sentence(done: int, total: int) -> Phrase:
    return Phrase(fr=f"{done} fichiers lus sur {total}", en=f"{done} of {total} files read")
