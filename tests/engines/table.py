"""The README's table of programs, made of the table that the suite runs: it says what is tested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.engines.engine import Filler, Kept, Program, Unticks, Way
from tests.engines.programs import IMITATED, REAL

HEAD = ("program", "filled, saved, changed, saved again", "rewritten", "printed, flattened")

WORDS = {
    Kept.ALL: "✓",
    Kept.TEXTS_TO_CHECK: "✓ texts to check",
    Kept.ANSWERS: "✓ answers; some letters of texts change",
    Kept.TWO_TICKS: "✓; doubtful where it leaves two ticks",
    Kept.DOUBTFUL: "doubtful: page and fields differ",
    Kept.UNREADABLE: "doubtful: it sets the words anew, over the boxes",
    Kept.REFUSED: "refused: nothing is left",
}
"""What is read, as the README says it."""


def table() -> str:
    """Give the table, in Markdown."""
    return "\n".join(
        [
            _line(HEAD),
            _line(["---"] * len(HEAD)),
            *(_row(program) for program in REAL),
            _line(["*imitated, from public reports*", "", "", ""]),
            *(_row(program) for program in IMITATED),
        ]
    )


def _row(program: Program) -> str:
    filled = _filled(program.filler) if program.filler is not None else ""
    return _line([program.name, filled, _ways(program.rewrites), _ways(program.prints)])


def _filled(filler: Filler) -> str:
    words = [WORDS[filler.kept]]
    if not filler.can_change:
        words.append("filled once")
    elif filler.unticks is not Unticks.WORKS:
        words.append("cannot untick")
    return "; ".join(words)


def _ways(ways: Mapping[str, Way]) -> str:
    return "; ".join(_grouped(ways))


def _grouped(ways: Mapping[str, Way]) -> Iterator[str]:
    for kept in Kept:
        names = [name for name, way in ways.items() if way.kept is kept]
        if names:
            yield f"{' · '.join(names)}: {WORDS[kept]}"


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")
