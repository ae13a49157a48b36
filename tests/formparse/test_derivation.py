"""What a register of forms sent adds to what the forms say of themselves."""

from __future__ import annotations

from dataclasses import replace

from formgen.naming import TextPart
from formparse.derivation import _as_issued, _owned
from formparse.grouping import fact_of
from formparse.issued import IssuedForms
from formparse.returned import TEXT_NOT_READ, Finding, Method, Severity
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


def not_read(part: TextPart) -> Finding:
    return Finding(code=TEXT_NOT_READ, severity=Severity.INFO, message="Écrit.", field=part)


def test_a_picture_of_a_form_says_what_it_was_sent_with() -> None:
    sent = IssuedForms(company_of={"ABCD2345": "Boulon"}, service_of={"ABCD2345": "réseau"})
    findings = (not_read(TextPart.COMPANY), not_read(TextPart.DATE))
    fields = make_form("Q1", form_id="ABCD2345", company=None, service=None, findings=findings)
    form = replace(fields, method=Method.MARKS)
    told = _as_issued(form, sent)
    assert (told.attestation.company, told.attestation.service) == ("Boulon", "réseau")
    assert told.findings == (not_read(TextPart.DATE),)
    other = _as_issued(form, IssuedForms())
    assert other == form


def test_a_field_that_came_back_empty_stays_empty() -> None:
    sent = IssuedForms(company_of={"ABCD2345": "Boulon"})
    form = make_form("Q1", form_id="ABCD2345", company=None)
    assert _as_issued(form, sent) == form
