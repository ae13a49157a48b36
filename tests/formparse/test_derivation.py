"""What a register of forms sent adds to what the forms say of themselves."""

from __future__ import annotations

from formparse.derivation import _owned
from formparse.grouping import fact_of
from formparse.issued import IssuedForms
from tests.formparse.returns import make_form

SENT = IssuedForms(supplier_of={"ABCD2345": "bolt"})


def test_a_form_that_was_sent_to_somebody_else_says_so() -> None:
    fact = fact_of(make_form("Q1", form_id="ABCD2345", supplier_id="acme"))
    owned = _owned(fact, SENT)
    assert (owned.supplier_id, owned.issued_to) == ("acme", "bolt")


def test_a_form_that_was_sent_to_who_returns_it_is_as_it_is() -> None:
    for supplier_id, form_id in (("bolt", "ABCD2345"), ("acme", None), ("acme", "ZZZZ2345")):
        fact = fact_of(make_form("Q1", form_id=form_id, supplier_id=supplier_id))
        assert _owned(fact, SENT) == fact


def test_a_form_that_lost_its_supplier_gets_it_back() -> None:
    owned = _owned(fact_of(make_form("Q1", form_id="ABCD2345")), SENT)
    assert (owned.supplier_id, owned.issued_to) == ("bolt", None)
