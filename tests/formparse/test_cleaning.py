"""Nothing from outside steers a terminal, breaks a JSON document, or names a file it should not."""

from __future__ import annotations

import html
import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formparse.cleaning import (
    display_width,
    escape_json,
    file_name,
    for_cell,
    for_html,
    for_terminal,
    is_device_name,
    shorten,
    unaccent,
)

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
HOSTILE = st.text(
    st.characters() | st.sampled_from("\x1b\x9b\x00\n\r\u202e\u200b\ud800\u0301\ufeff…中 ")
)


@pytest.mark.parametrize(
    ("untrusted", "shown"),
    [
        ("Cœur & Santé", "Cœur & Santé"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\u202eb", "a\\u202eb"),
        ("a\udc80b", "a\\udc80b"),
        ("a\nb", "a\\x0ab"),
        ("a\U000e0041b", "a\\U000e0041b"),
        ("10\u00a0€", "10\u00a0€"),
    ],
)
def test_what_steers_is_shown(untrusted: str, shown: str) -> None:
    assert for_terminal(untrusted) == shown


@given(HOSTILE, st.integers(1, 30))
def test_a_terminal_line_is_harmless(untrusted: str, width: int) -> None:
    line = for_terminal(untrusted, width=width)
    assert display_width(line) <= width
    assert not {unicodedata.category(c) for c in line} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    line.encode()


def test_long_texts_show_that_they_go_on() -> None:
    assert for_terminal("x" * 10_000_000, width=10) == "x" * 9 + "…"
    stacked = for_terminal("a" + "\u0301" * 1000, width=10)
    assert stacked.endswith("…")
    assert len(stacked) < 50


@pytest.mark.parametrize(
    ("text", "width", "cut"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("中文字", 5, "中文…"),
        ("中文字", 4, "中…"),
        ("ab cd", 4, "ab…"),
        ("abcd", 0, ""),
    ],
)
def test_cuts_are_measured_in_cells(text: str, width: int, cut: str) -> None:
    assert shorten(text, width) == cut


def test_widths() -> None:
    assert display_width("Santé") == 5
    assert display_width("Sante\u0301") == 5
    assert display_width("中文") == 4


@given(st.dictionaries(HOSTILE, HOSTILE))
def test_escaped_json_says_the_same_in_harmless_bytes(value: dict[str, str]) -> None:
    document = escape_json(json.dumps(value, ensure_ascii=False, indent=1))
    document.encode()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", document)
    assert json.loads(document) == json.loads(json.dumps(value))


@pytest.mark.parametrize(
    ("untrusted", "name"),
    [
        ("Réponse Œuvre (1).pdf", "Reponse-OEuvre-1.pdf"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\temp\\a.pdf", "C-temp-a.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("aux", "_aux"),
        (".hidden", "hidden"),
        ("a.pdf.", "a.pdf"),
        ("", "sans-nom"),
        ("株", "sans-nom"),
        ("x" * 200 + ".pdf", "x" * 76 + ".pdf"),
        ("COM¹.pdf", "_COM1.pdf"),
    ],
)
def test_file_names(untrusted: str, name: str) -> None:
    assert file_name(untrusted) == name


@given(HOSTILE | st.sampled_from(["nul", "a/../b", "con.", "a" * 99 + ".b"]))
def test_a_file_name_is_one_plain_name(untrusted: str) -> None:
    name = file_name(untrusted)
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", name)
    assert len(name) <= 80
    assert not name.endswith(".")
    assert ".." not in name
    assert not is_device_name(name)
    assert file_name(name) == name


@given(HOSTILE | st.sampled_from(["<script>alert(1)</script>", "\"'><img src=x>", "&lt;", "a\tb"]))
def test_html_shows_what_was_written_and_acts_on_nothing(untrusted: str) -> None:
    page = for_html(untrusted)
    assert not set(page) & set("<>\"'")
    assert not {unicodedata.category(c) for c in page if c not in "\n\t"} & HIDDEN
    page.encode()
    shown = html.unescape(page)
    if not {unicodedata.category(c) for c in untrusted if c not in "\n\t"} & HIDDEN:
        assert shown == untrusted


@given(HOSTILE | st.sampled_from(["=1+1", " =1+1", "\n+1", "@SUM(A1)", "-1", "\t=1", "＝1", "|x"]))
def test_a_cell_is_never_a_formula(untrusted: str) -> None:
    cell = for_cell(untrusted)
    assert cell.lstrip()[:1] not in {*"=+-@|%＝＋－＠"}
    assert not {unicodedata.category(c) for c in cell if c != "\n"} & HIDDEN
    cell.encode()


def test_a_cell_keeps_what_is_no_formula() -> None:
    assert for_cell("Cœur & Santé (06)\nLyon") == "Cœur & Santé (06)\nLyon"
    assert for_cell("=1+1") == "'=1+1"
    assert for_cell("") == ""


def test_unaccent() -> None:
    assert unaccent("Œuvre çà ﬁn Łódź") == "OEuvre ca fin Lodz"
