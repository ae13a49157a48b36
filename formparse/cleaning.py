"""Make text from outside safe for where it goes: a terminal line, a JSON document, a file name.

Supplier's words are kept as they came and cleaned on the way out, each time for one place; this
module decides nothing else about them.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata

ELLIPSIS = "…"

_STARTS_FORMULA = frozenset("=+-@|%＝＋－＠")
"""Letters by which spreadsheets take a cell for a formula or a command (DDE), full-width forms
included, which Japanese versions take for them."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories that draw nothing or steer what draws: controls (escape sequences), format marks
(bidirectional overrides, zero width), lone surrogates, private use, unassigned, line ends."""

_ZERO_WIDTH = frozenset({"Mn", "Me"})
_TWO_CELLS = frozenset({"W", "F"})

_MAX_CHARACTERS_PER_CELL = 4
"""Marks stacked on one letter take no room on the line: without a limit one cell could hold a
megabyte of them. Four is more than any living orthography needs."""

_UNSAFE_IN_JSON = re.compile(
    # All that may act on a terminal; line feed stays, since it stands between a document's lines.
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)

_LETTERS = str.maketrans(
    {
        "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ß": "ss", "ẞ": "SS",
        "ı": "i",
    }
)  # fmt: skip
"""Latin letters that Unicode does not take apart into a letter and an accent."""

_ACCENTS = re.compile("[\u0300-\u036f]")

MAX_FILE_NAME = 80
_MAX_SUFFIX = 10
_NAMELESS = "sans-nom"
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
    | {f"{port}{number}" for port in ("COM", "LPT") for number in range(10)}
)


def for_terminal(untrusted_text: str, *, width: int = 200) -> str:
    r"""Give the text as one harmless line of at most `width` cells.

    What a terminal would act upon stands there as a visible escape (`\x1b`, `\u202e`), so that it
    can be seen that something was there.
    """
    # What cannot be shown is not looked at either: the text may be megabytes long.
    enough = untrusted_text[: width * _MAX_CHARACTERS_PER_CELL + 1]
    return shorten("".join(_visible(character) for character in enough), width)


def for_html(untrusted_text: str, *, width: int | None = None) -> str:
    """Give the text as HTML, for between tags and for attributes in quotes.

    It shows what it was: no character reference or tag acts, no override turns what stands beside
    it. Line ends and tabs stay; with a `width` it is one line of at most so many cells.
    """
    if width is not None:
        return html.escape(for_terminal(untrusted_text, width=width))
    return html.escape("".join(c if c in "\n\t" else _visible(c) for c in untrusted_text))


def for_cell(untrusted_text: str) -> str:
    """Give the text for a cell of a CSV file or a spreadsheet, where none is taken for a formula.

    Programs take a cell for one by its first letter, some after white space; an apostrophe before
    it says text, and is shown by few of them. Line ends stay: quoting them is the writer's.
    """
    visible = "".join(c if c == "\n" else _visible(c) for c in untrusted_text)
    return f"'{visible}" if visible.lstrip()[:1] in _STARTS_FORMULA else visible


def without_hidden(untrusted_text: str) -> str:
    """Give the text without what nobody can see; its line ends stay, as line feeds."""
    lines = untrusted_text.splitlines()
    shown = ("".join(c for c in line if unicodedata.category(c) not in _HIDDEN) for line in lines)
    return "\n".join(shown)


def shorten(text: str, width: int) -> str:
    """Give the text cut to `width` cells of a terminal, with an ellipsis if something is lost."""
    cells = 0
    fits = 0
    for position, character in enumerate(text):
        cells += _cells(character)
        if cells > width or position >= width * _MAX_CHARACTERS_PER_CELL:
            return text[:fits].rstrip(" ") + ELLIPSIS if width > 0 else ""
        if cells < width:
            fits = position + 1
    return text


def display_width(text: str) -> int:
    """Give how many cells of a terminal the text takes."""
    return sum(map(_cells, text))


def escape_json(document: str) -> str:
    """Give the same JSON document with every character escaped that could steer a terminal.

    Lone surrogates, which a damaged file can bring in and UTF-8 cannot write, are escaped as well.
    Outside of its strings a document of `json.dumps` holds none of these.
    """
    return _UNSAFE_IN_JSON.sub(lambda found: json.dumps(found.group())[1:-1], document)


def unaccent(text: str) -> str:
    """Give the text without accents, ligatures, compatibility forms: « Œuvre » gives `OEuvre`."""
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return _ACCENTS.sub("", apart).translate(_LETTERS)


def file_name(untrusted_name: str, *, max_length: int = MAX_FILE_NAME) -> str:
    """Give a name of ASCII letters, digits, `.`, `_` and `-` that every file system takes.

    It is one name, never a path, hides nothing, and keeps its suffix when it is cut.
    """
    # More characters than the limit, since several may fall together into one hyphen.
    known = untrusted_name if len(untrusted_name) < 10_000 else untrusted_name[-10_000:]
    ascii_name = re.sub(r"[^A-Za-z0-9._-]+", "-", unaccent(known))
    ascii_name = re.sub(r"\.{2,}", ".", ascii_name).strip("-.")
    stem, dot, suffix = ascii_name.rpartition(".")
    if not dot or len(suffix) > _MAX_SUFFIX:
        stem, dot, suffix = ascii_name, "", ""
    stem = stem.rstrip("-.") or _NAMELESS
    if is_device_name(stem):
        stem = f"_{stem}"
    return stem[: max_length - len(dot + suffix)].rstrip("-.") + dot + suffix


def is_device_name(name: str) -> bool:
    """Say whether Windows takes a file of that name, whatever its suffix, for a device."""
    return name.partition(".")[0].rstrip(" ").upper() in _DEVICES


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _cells(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.category(character) in _ZERO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in _TWO_CELLS else 1
