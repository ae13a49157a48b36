"""Breaking and fitting text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formgen.fonts import text_width
from formgen.style import MIN_SIZE, Face
from formgen.typeset import Line, Run, balanced, fit, french, wrap


def said(line: Line) -> str:
    return "".join(piece.run.text for piece in line)


@pytest.mark.parametrize(
    ("plain", "bound"),
    [
        ("« OUI »", "«\u00a0OUI\u00a0»"),
        ("à savoir : rien", "à savoir\u00a0: rien"),
        ("du RGPD ¹ pour", "du RGPD¹ pour"),
        ("techniques [1] prises", "techniques[1] prises"),
        ("12:30, a;b", "12:30, a;b"),
    ],
)
def test_french_binds_what_typography_never_parts(plain: str, bound: str) -> None:
    assert french(plain) == bound


@given(st.text(alphabet="abcdéœ «»:-", max_size=400), st.floats(30, 300))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: float) -> None:
    lines = wrap([Run(text)], 10, width)
    for line in lines:
        shown = said(line).rstrip()
        assert text_width(shown, Face.REGULAR, 10) <= width + 0.1
    rejoined = "".join(said(line) for line in lines)
    assert rejoined.replace(" ", "") == text.replace(" ", "")
    assert "  " not in rejoined


def test_every_line_but_the_last_ends_with_its_space() -> None:
    *most, last = wrap([Run("un deux trois quatre cinq six sept")], 10, 50)
    assert most
    assert all(said(line).endswith(" ") for line in most)
    assert not said(last).endswith(" ")


def test_faces_change_inside_a_line() -> None:
    (line,) = wrap([Run("depuis ("), Run("comme ici", Face.ITALIC), Run(") enfin")], 10, 500)
    assert [(p.run.text, p.run.face) for p in line] == [
        ("depuis (", Face.REGULAR),
        ("comme ici", Face.ITALIC),
        (") enfin", Face.REGULAR),
    ]
    offsets = [piece.offset for piece in line]
    assert offsets == sorted(offsets)


def test_fit_shrinks_to_the_room_and_says_when_it_cannot() -> None:
    text = [[Run("mot " * 60)]]
    easy = fit(text, 10, 400, 200)
    tight = fit(text, 10, 400, 28)
    hopeless = fit(text, 10, 100, 20)
    assert (easy.size, easy.overflows) == (10, False)
    assert MIN_SIZE <= tight.size < 10
    assert not tight.overflows
    assert (hopeless.size, hopeless.overflows) == (MIN_SIZE, True)
    assert sum(said(line).count("mot") for line in hopeless.lines) == 60


def test_a_balanced_paragraph_leaves_no_word_alone() -> None:
    words = [Run("Document établi à partir du Mémento de sécurité informatique ; non officiel.")]
    width = text_width(words[0].text, Face.REGULAR, 8) - 10
    ragged, even = wrap(words, 8, width), balanced(words, 8, width)
    assert len(even) == len(ragged) == 2
    assert "".join(map(said, even)) == "".join(map(said, ragged))
    assert len(said(ragged[1]).split()) == 1
    assert len(said(even[1]).split()) > 3


def test_balancing_breaks_no_word() -> None:
    (line,) = balanced([Run("anticonstitutionnellement")], 8, 300)
    assert said(line) == "anticonstitutionnellement"
