"""Forms of one supplier come together, others never do, and each supplier has a file of its own."""

from __future__ import annotations

import dataclasses
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formparse.cleaning import is_device_name
from formparse.grouping import GroupingFact, SupplierGroup, fact_of, group_by_supplier
from formparse.returned import ReturnedForm, Severity
from tests.formparse.returns import make_form, returned_forms


def fact(
    number: int,
    company: str | None = None,
    *,
    supplier_id: str | None = None,
    form_id: str | None = None,
    form_pages: tuple[int, ...] = (),
) -> GroupingFact:
    return GroupingFact(
        sha256=f"{number:064x}",
        pages=(1,),
        questionnaire_id="Q1",
        supplier_id=supplier_id,
        company=company,
        form_id=form_id,
        form_pages=form_pages,
    )


def members(groups: tuple[SupplierGroup, ...]) -> dict[str, list[int]]:
    return {group.id: [int(one.sha256, 16) for one in group.facts] for group in groups}


def codes(groups: tuple[SupplierGroup, ...]) -> dict[str, list[str]]:
    return {group.id: [finding.code for finding in group.findings] for group in groups}


def test_the_id_decides() -> None:
    groups = group_by_supplier(
        [fact(1, "Acme", supplier_id="S-1"), fact(2, "Autre", supplier_id="S-1")]
    )
    assert members(groups) == {"S-1": [1, 2]}
    assert groups[0].names_seen == ("Acme", "Autre")
    (finding,) = groups[0].findings
    assert finding.code == "several-names"
    assert "« Acme », « Autre »" in finding.message.replace("\u00a0", " ")


def test_one_name_spelt_otherwise_is_no_other_name() -> None:
    facts = [fact(1, "Acme SARL", supplier_id="S-1"), fact(2, " ACME", supplier_id="S-1")]
    assert codes(group_by_supplier([*facts, fact(3, supplier_id="S-1")])) == {"S-1": []}


def test_without_id_the_name_does() -> None:
    groups = group_by_supplier(
        [fact(1, "Cœur & Santé"), fact(2, "COEUR ET SANTE sarl"), fact(3, "Nuage Rose")]
    )
    assert members(groups) == {"coeur-et-sante": [1, 2], "nuage-rose": [3]}


def test_the_name_shown_is_the_most_frequent() -> None:
    (group,) = group_by_supplier([fact(1, "ACME"), fact(2, "Acme"), fact(3, " Acme ")])
    assert group.name == "Acme"
    assert group.names_seen == ("ACME", "Acme")


def test_a_form_without_id_joins_the_one_supplier_of_that_name() -> None:
    groups = group_by_supplier([fact(1, "Acme", supplier_id="S-1"), fact(2, "acme SAS")])
    assert members(groups) == {"S-1": [1, 2]}
    assert codes(groups) == {"S-1": ["joined-by-name"]}


def test_it_joins_none_of_two_suppliers_of_that_name() -> None:
    groups = group_by_supplier(
        [
            fact(1, "Acme", supplier_id="S-1"),
            fact(2, "ACME", supplier_id="S-2"),
            fact(3, "acme SAS"),
        ]
    )
    assert members(groups) == {"S-1": [1], "S-2": [2], "acme": [3]}
    assert codes(groups)["acme"] == ["name-of-several-suppliers"]


def test_similar_names_are_flagged_on_both_and_not_merged() -> None:
    groups = group_by_supplier([fact(1, "Atelier Boulon"), fact(2, "Atelier Boullon")])
    assert members(groups) == {"atelier-boulon": [1], "atelier-boullon": [2]}
    assert set(map(tuple, codes(groups).values())) == {("similar-name",)}
    assert "Atelier Boullon" in groups[1].findings[0].message


def test_two_listed_suppliers_of_similar_names_are_no_news() -> None:
    groups = group_by_supplier(
        [fact(1, "Atelier Boulon", supplier_id="a"), fact(2, "Atelier Boullon", supplier_id="b")]
    )
    assert codes(groups) == {"a": [], "b": []}


def test_forms_without_id_and_name_stay_alone() -> None:
    groups = group_by_supplier([fact(1), fact(2), fact(3, "  "), fact(4, form_id="AAAA")])
    assert sorted(map(len, members(groups).values())) == [1, 1, 1, 1]
    assert all(group.id.startswith("sans-nom-") and len(group.id) == 17 for group in groups)
    assert all(its == ["supplier-unknown"] for its in codes(groups).values())


def test_copies_of_a_blank_form_without_name_are_not_merged() -> None:
    one, other = (fact(n, form_id="AAAA", form_pages=(1, 2)) for n in (1, 2))
    assert sorted(members(group_by_supplier([one, other])).values()) == [[1], [2]]


def test_parts_of_a_form_come_together() -> None:
    parts = [fact(1, form_id="AAAA", form_pages=(1,)), fact(2, form_id="AAAA", form_pages=(2,))]
    assert list(members(group_by_supplier(parts)).values()) == [[1, 2]]


def test_a_nameless_part_joins_the_part_that_is_named() -> None:
    named = fact(1, "Acme", form_id="AAAA", form_pages=(2,))
    groups = group_by_supplier([named, fact(2, form_id="AAAA", form_pages=(1,))])
    assert members(groups) == {"acme": [1, 2]}
    assert codes(groups) == {"acme": ["joined-by-form-id"]}
    whole = group_by_supplier([named, fact(2, form_id="AAAA", form_pages=(1, 2))])
    assert len(whole) == 2


@pytest.mark.parametrize(
    "untrusted", ["../../x", "CON", "a/b", "", "é", "x" * 65, "a.", "-a", "\0"]
)
def test_an_id_that_is_no_file_name_gets_one(untrusted: str) -> None:
    (group,) = group_by_supplier([fact(1, "Acme", supplier_id=untrusted)])
    assert group.supplier_id == untrusted
    check_id(group.id)
    assert group.id != untrusted


def test_ids_that_differ_in_case_only_do_not_share_a_file() -> None:
    spellings = ("acme", "ACME", "acMe", "aCME")
    groups = group_by_supplier([fact(n, supplier_id=id_) for n, id_ in enumerate(spellings)])
    assert len({group.id.casefold() for group in groups}) == 4


def test_a_name_does_not_take_a_listed_id() -> None:
    groups = group_by_supplier([fact(1, "Autre", supplier_id="Acme"), fact(2, "Acme")])
    assert members(groups)["Acme"] == [1]
    (reserved,) = group_by_supplier([fact(2, "Acme")], listed_ids=("ACME",))
    assert reserved.id.startswith("acme-")


def test_names_without_latin_letters_do_not_share_a_file() -> None:
    groups = group_by_supplier([fact(1, "株式会社一"), fact(2, "株式会社二"), fact(3, "CON")])
    assert len({group.id for group in groups}) == 3
    for group in groups:
        check_id(group.id)


def test_fact_of_takes_what_it_needs() -> None:
    form = make_form("Q2", company="Acme", supplier_id="S-1", form_id="AAAA", form_pages=(1, 3))
    assert fact_of(form) == GroupingFact(
        sha256=form.sha256,
        pages=form.pages,
        questionnaire_id="Q2",
        supplier_id="S-1",
        company="Acme",
        form_id="AAAA",
        form_pages=(1, 3),
    )


companies = st.none() | st.sampled_from(
    ["Acme", "acme sas", "Acne", "CON", "S-1", "a" * 300, "株", "sans-nom-0", "\ud800", "---"]
)


@given(st.lists(returned_forms(company=companies), max_size=8), st.randoms(use_true_random=False))
def test_groups_hold_each_form_once_in_files_of_their_own(
    forms: list[ReturnedForm], shuffler: random.Random
) -> None:
    facts = [fact_of(form) for form in forms]
    groups = group_by_supplier(facts)
    held = [one for group in groups for one in group.facts]
    assert len(held) == len(set(held))
    assert set(held) == set(facts)
    ids = [group.id.casefold() for group in groups]
    assert len(ids) == len(set(ids))
    for group in groups:
        check_id(group.id)
        assert {one.supplier_id for one in group.facts} <= {None, group.supplier_id}
    shuffler.shuffle(facts)
    assert group_by_supplier(facts) == groups


def check_id(group_id: str) -> None:
    assert group_id.isascii()
    assert group_id[0].isalnum()
    assert group_id.replace("-", "").replace("_", "").replace(".", "").isalnum()
    assert len(group_id) <= 64
    assert not is_device_name(group_id)


def test_a_form_issued_to_another_supplier_is_reported() -> None:
    taken = dataclasses.replace(
        fact(1, "Acme", supplier_id="acme", form_id="ABCD2345"), issued_to="boulon"
    )
    (group,) = group_by_supplier([taken, fact(2, "Acme", supplier_id="acme")])
    (finding,) = group.findings
    assert (finding.code, finding.severity) == ("issued-to-another", Severity.ERROR)
    assert "ABCD2345" in finding.message
    assert "« boulon »" in finding.message.replace("\u00a0", " ")
