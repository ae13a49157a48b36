"""A page code says where its page belongs, and nothing else passes for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formgen.issue import FORM_ID_ALPHABET, FORM_ID_LENGTH
from formgen.layout import Corner
from formgen.pagecode import (
    DIGITS,
    PageCode,
    decode,
    edition_fingerprint,
    encode,
    form_id_number,
    form_id_text,
)

GOOD = PageCode(
    fingerprint=1234,
    questionnaire=2,
    page=3,
    pages=5,
    corner=Corner.BOTTOM_LEFT,
    form_id="0123ABCD",
)


@st.composite
def page_codes(draw: st.DrawFn) -> PageCode:
    pages = draw(st.integers(1, 99))
    return PageCode(
        fingerprint=draw(st.integers(0, 9999)),
        questionnaire=draw(st.integers(1, 99)),
        page=draw(st.integers(1, pages)),
        pages=pages,
        corner=draw(st.sampled_from(Corner)),
        form_id=draw(st.text(FORM_ID_ALPHABET, min_size=FORM_ID_LENGTH, max_size=FORM_ID_LENGTH)),
    )


@given(page_codes())
def test_what_is_encoded_is_decoded(code: PageCode) -> None:
    digits = encode(code)
    assert len(digits) == DIGITS
    assert digits.isdigit()
    assert decode(digits) == code


@given(st.text())
def test_any_text_is_decoded_or_refused(text: str) -> None:
    code = decode(text)
    assert code is None or encode(code) == text


@pytest.mark.parametrize(
    "digits",
    [
        "",
        encode(GOOD)[:-1],
        encode(GOOD) + "0",
        encode(GOOD).replace("1", "١"),
        "123402060530000000000000",
        "123402000530000000000000",
        "123400030530000000000000",
        "123402030500000000000000",
        "123402030550000000000000",
        "12340203053" + "9" * 13,
    ],
    ids=[
        "empty", "short", "long", "other digits", "page after the last", "page 0",
        "questionnaire 0", "corner 0", "corner 5", "form id too large",
    ],
)  # fmt: skip
def test_other_digits_are_no_page_code(digits: str) -> None:
    assert decode(digits) is None


@given(st.integers(0, 2**40 - 1))
def test_form_ids_are_numbers_and_back(value: int) -> None:
    assert form_id_number(form_id_text(value)) == value


@pytest.mark.parametrize("text", ["", "0123ABC", "0123ABCDE", "0123ABCI", "0123abcd"])
def test_other_texts_are_no_form_id(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - says no more than that
        form_id_number(text)


def test_editions_are_told_apart() -> None:
    prints = {
        edition_fingerprint("annexe", "1.0", 1),
        edition_fingerprint("annexe", "1.0", 2),
        edition_fingerprint("annexe", "1.1", 1),
        edition_fingerprint("annexe2", "1.0", 1),
    }
    assert len(prints) == 4
    assert all(0 <= value <= 9999 for value in prints)


def test_the_fingerprint_of_forms_already_sent_never_changes() -> None:
    assert edition_fingerprint("memento-pgssi-s-annexe-1", "1.0", 1) == 2280
