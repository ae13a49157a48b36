"""What the printed page codes say: 24 digits that lead from a sheet of paper to its form and page.

The code is an address, not data: which catalog edition, questionnaire, page and issued form. Both
sides read it here; drawing it and finding it on a scan are theirs.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from formgen.issue import FORM_ID_ALPHABET, FORM_ID_LENGTH
from formgen.layout import Corner

DIGITS = 24
"""What a DataMatrix of 16 by 16 modules holds."""

_CORNERS = tuple(Corner)
_FORM_ID_DIGITS = 13
_FINGERPRINT_DIGITS = 4
FINGERPRINTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCode:
    """The content of one page code."""

    fingerprint: int
    """Of catalog id, version and layout edition (see `edition_fingerprint`)."""
    questionnaire: int
    """Place of the questionnaire in its catalog, from 1."""
    page: int
    """From 1."""
    pages: int
    corner: Corner
    form_id: str


def edition_fingerprint(catalog_id: str, catalog_version: str, edition: int) -> int:
    """Give four digits that tell editions apart; `load_editions` refuses two that share them."""
    facts = f"{catalog_id}\x1f{catalog_version}\x1f{edition}"
    digest = hashlib.sha256(facts.encode()).digest()
    return int.from_bytes(digest[:8]) % FINGERPRINTS


def form_id_number(form_id: str) -> int:
    """Give a form id as a number below 2**40; ValueError if it is none."""
    if len(form_id) != FORM_ID_LENGTH:
        raise ValueError(form_id)
    value = 0
    for letter in form_id:
        value = value * len(FORM_ID_ALPHABET) + FORM_ID_ALPHABET.index(letter)
    return value


def form_id_text(value: int) -> str:
    """Give a number below 2**40 as a form id."""
    letters = []
    for _ in range(FORM_ID_LENGTH):
        value, rest = divmod(value, len(FORM_ID_ALPHABET))
        letters.append(FORM_ID_ALPHABET[rest])
    return "".join(reversed(letters))


def encode(code: PageCode) -> str:
    """Give the 24 digits of a page code."""
    return (
        f"{code.fingerprint:04d}{code.questionnaire:02d}{code.page:02d}{code.pages:02d}"
        f"{_CORNERS.index(code.corner) + 1:01d}{form_id_number(code.form_id):013d}"
    )


def decode(untrusted_digits: str) -> PageCode | None:
    """Give what 24 digits say, or None where they are no page code of ours."""
    if len(untrusted_digits) != DIGITS or not (
        untrusted_digits.isascii() and untrusted_digits.isdigit()
    ):
        return None
    widths = (_FINGERPRINT_DIGITS, 2, 2, 2, 1, _FORM_ID_DIGITS)
    values = []
    start = 0
    for width in widths:
        values.append(int(untrusted_digits[start : start + width]))
        start += width
    fingerprint, questionnaire, page, pages, corner, form_number = values
    if not 1 <= page <= pages or not 1 <= corner <= len(_CORNERS) or questionnaire < 1:
        return None
    if form_number >= len(FORM_ID_ALPHABET) ** FORM_ID_LENGTH:
        return None
    return PageCode(
        fingerprint=fingerprint,
        questionnaire=questionnaire,
        page=page,
        pages=pages,
        corner=_CORNERS[corner - 1],
        form_id=form_id_text(form_number),
    )
