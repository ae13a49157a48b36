"""Form ids: short, speakable, and following from all that a form depends on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from formgen.issue import FORM_ID_ALPHABET, FORM_ID_LENGTH, form_id_of
from formgen.pagecode import form_id_number, form_id_text

FACTS = st.lists(st.text(st.characters(exclude_characters="\x1f", codec="utf-8")), max_size=5)


def test_an_id_is_the_same_everywhere_and_always() -> None:
    """Written down: a change would give forms already sent another id when built again."""
    assert form_id_of("catalog", "1.0", "Q1", "Œuvres") == "41KY7WR1"
    assert form_id_of() == "M07RFCA8"


@given(FACTS)
def test_an_id_can_be_read_out_and_fits_the_page_code(facts: list[str]) -> None:
    form_id = form_id_of(*facts)
    assert len(form_id) == FORM_ID_LENGTH
    assert set(form_id) <= set(FORM_ID_ALPHABET)
    assert not set("ILOU") & set(form_id)
    assert form_id_text(form_id_number(form_id)) == form_id


@given(FACTS, FACTS)
def test_other_facts_another_id(one: list[str], two: list[str]) -> None:
    # No fact at all and one empty fact are told apart by nobody: an id always has facts.
    assert (form_id_of("x", *one) == form_id_of("x", *two)) == (one == two)
