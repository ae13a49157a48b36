from __future__ import annotations

import io

from formgen.language import Lang
from formparse.progress import progress_on


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_one_line_that_is_gone_at_the_end() -> None:
    stream = Terminal()
    with progress_on(stream, Lang.FR) as progress:
        for done in range(1, 1001):
            progress(done, 1000)
    drawn = stream.getvalue()
    assert "\r1000 fichiers lus sur 1000" in drawn
    assert "\n" not in drawn
    assert drawn.endswith("\r\x1b[K")
    assert drawn.count("\r") < 100


def test_a_log_gets_few_lines() -> None:
    for stream, moving in ((io.StringIO(), True), (Terminal(), False)):
        with progress_on(stream, Lang.EN, moving=moving) as progress:
            for done in (*range(1, 600), *[600] * 10, 998, 1001, *[1001] * 10):
                progress(done, 1200)
        assert stream.getvalue().splitlines() == [
            "500 of 1200 files read",
            "1001 of 1200 files read",
        ]
