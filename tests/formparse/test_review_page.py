"""The page holds all that is doubtful and nothing that a supplier could make it do."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formgen.catalog import Answer
from formgen.language import Lang
from formgen.naming import TextPart
from formparse.choice import ImportedForm
from formparse.cleaning import for_html, without_hidden
from formparse.doubts import SupplierDoubts, is_open
from formparse.review_list import list_doubtful
from formparse.review_page import picture_name, write_page
from tests.formparse.returns import IMPORTED, SMALL, both_ticked, make_form
from tests.formparse.reviews import (
    HOSTILE,
    decided,
    doubts_of,
    hostile_doubts,
    items_in,
    many_doubts,
    pictures_for,
    unclear,
)

TAGS = frozenset(
    {
        *("html", "head", "meta", "title", "style", "script", "noscript", "body", "header", "main"),
        *("section", "article", "div", "h1", "h2", "h3", "h4", "p", "ul", "li", "a", "span", "bdi"),
        *("details", "summary", "kbd", "input", "label", "textarea", "button"),
        *("figure", "figcaption", "svg", "text", "img"),
    }
)


class Page(HTMLParser):
    """A page as a browser takes it apart."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, str] = {}
        self._open = ""
        self.feed(page.decode("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._open = tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts[self._open] = self.texts.get(self._open, "") + data

    def all(self, tag: str, **having: str) -> list[dict[str, str]]:
        return [
            attrs
            for name, attrs in self.tags
            if name == tag and all(attrs.get(key) == value for key, value in having.items())
        ]


def page_of(*suppliers: SupplierDoubts, with_pictures: bool = True) -> Page:
    return Page(write_page(suppliers, pictures_for(*suppliers) if with_pictures else {}))


def articles(page: Page) -> list[dict[str, str]]:
    return [one for one in page.all("article") if "item" in one["class"]]


# --- What is on it ------------------------------------------------------------------------------
def test_each_doubt_stands_there_with_what_a_decision_needs() -> None:
    form = unclear(TextPart.COMPANY, TextPart.DATE)
    page = page_of(doubts_of(form))
    found = articles(page)
    assert [one.get("data-point") or one.get("data-field") for one in found] == [
        "Q3-02",
        "Q3-05",
        "Q3-11",
        "company",
        "date",
    ]
    for one in found:
        assert one["data-sha"] == form.sha256
        assert (one["data-part"], one["data-page"]) == ("", "1")
        assert one["data-questionnaire"] == "Q3"
        assert "data-decided" not in one
    assert len(page.all("img")) == 5
    assert all(one["alt"] for one in page.all("img"))


def test_only_answers_that_the_questionnaire_offers_can_be_chosen() -> None:
    page = page_of(doubts_of(unclear()))
    assert {one["data-answer"] for one in page.all("button") if "data-answer" in one} == {
        "OUI",
        "NON",
    }


def test_what_was_decided_can_be_seen_and_taken_back() -> None:
    form = decided(unclear(), "Q3-05", Answer.NON, "Dr Ménard")
    supplier = doubts_of(form)
    assert [item.subject for item in items_in(supplier) if not is_open(item)] == ["Q3-05"]
    page = page_of(supplier)
    [one] = [one for one in articles(page) if "data-decided" in one]
    assert (one["data-point"], one["data-decided"]) == ("Q3-05", "NON")
    assert "done" in one["class"]
    assert len(page.all("button", **{"data-do": "reopen"})) == 1
    assert any("Dr Ménard le 11/03/2026" in one.get("data-before", "") for one in page.all("p"))


def test_where_two_files_disagree_looking_does_not_help_and_no_answer_is_offered() -> None:
    common = {"form_id": "ABCD", "supplier_id": "acme"}
    first = make_form("Q1", {"Q1-02": Answer.OUI}, file="a", form_pages=(1,), **common)  # type: ignore[arg-type]
    second = make_form("Q1", {"Q1-02": Answer.NON}, file="b", form_pages=(2,), **common)  # type: ignore[arg-type]
    supplier = doubts_of(first, second, catalog=SMALL)
    [item] = items_in(supplier)
    assert not item.can_be_settled
    page = page_of(supplier)
    [one] = articles(page)
    assert "data-sha" not in one
    assert [button for button in page.all("button") if "data-answer" in button] == []


def test_a_decision_that_another_file_contradicts_leaves_the_point_open() -> None:
    common = {"form_id": "ABCD", "supplier_id": "acme"}
    first = make_form("Q1", {"Q1-02": both_ticked()}, file="a", form_pages=(1,), **common)  # type: ignore[arg-type]
    second = make_form("Q1", {"Q1-02": Answer.NON}, file="b", form_pages=(2,), **common)  # type: ignore[arg-type]
    [before] = items_in(doubts_of(first, second, catalog=SMALL))
    assert before.can_be_settled
    settled = decided(first, "Q1-02", Answer.OUI, "Dr Ménard")
    [after] = items_in(doubts_of(settled, second, catalog=SMALL))
    assert (is_open(after), after.can_be_settled) == (True, False)


def test_returns_that_do_not_count_are_not_asked_about() -> None:
    old = make_form("Q1", {"Q1-01": both_ticked()}, date="2025-01-01", file="old.pdf")
    new = make_form("Q1", {"Q1-02": both_ticked()}, date="2026-01-01", file="new.pdf")
    assert ImportedForm(form=old, imported_at=IMPORTED)
    assert [item.subject for item in items_in(doubts_of(old, new, catalog=SMALL))] == ["Q1-02"]


def test_without_a_picture_the_page_says_so_and_shows_the_question() -> None:
    page = page_of(doubts_of(unclear()), with_pictures=False)
    assert page.all("img") == []
    assert len(page.all("p", **{"class": "none"})) == 3
    assert len(page.all("p", **{"class": "question"})) == 3


def test_what_hides_something_is_shown_with_and_without() -> None:
    supplier = doubts_of(unclear())
    pictures = pictures_for(supplier)
    name = picture_name(items_in(supplier)[0])
    pictures[name] = dataclasses.replace(pictures[name], below=pictures[name].png)
    page = Page(write_page([supplier], pictures))
    assert [one["alt"] for one in page.all("img")][:3] == [
        "Ligne du point Q3-02, à son retour",
        "Ligne du point Q3-02, sans ce qui le cache",
        "Ligne du point Q3-05, à son retour",
    ]


def test_where_nothing_is_doubtful_it_says_so() -> None:
    page = page_of()
    assert articles(page) == []
    assert "Rien n'est douteux" in page.texts["p"]


def test_names_of_pictures_tell_all_places_apart() -> None:
    suppliers = (*many_doubts(80), doubts_of(unclear(*TextPart)))
    names = [picture_name(item) for item in items_in(*suppliers)]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9._-]{1,80}\.png", name) for name in names)


def test_the_same_doubts_give_the_same_bytes() -> None:
    supplier = doubts_of(unclear(*TextPart))
    pictures = pictures_for(supplier)
    assert write_page([supplier], pictures) == write_page([supplier], pictures)


# --- What it may do -----------------------------------------------------------------------------
def check_harmless(page: Page) -> None:
    assert {tag for tag, _ in page.tags} <= TAGS
    for tag, attrs in page.tags:
        assert not [name for name in attrs if name.startswith("on") or name == "style"]
        assert "href" not in attrs or attrs["href"] == "#liste"
        assert "src" not in attrs or attrs["src"].startswith("data:image/png;base64,")
        assert tag != "form"
    assert len(page.all("script")) == len(page.all("style")) == 1
    [policy] = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
    rules = dict(rule.strip().split(" ", 1) for rule in policy["content"].split(";"))
    assert rules == {
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": f"'{digest(page.texts['style'])}'",
        "script-src": f"'{digest(page.texts['script'])}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
def test_a_suppliers_text_is_text(text: str) -> None:
    supplier = hostile_doubts(text)
    for with_pictures in (True, False):
        check_harmless(page_of(supplier, with_pictures=with_pictures))
    page = write_page([supplier], {}).decode("utf-8")
    assert len(page) < 200_000, "no text takes more room than anybody reads"
    assert not re.search("[\u202a-\u202e\u2066-\u2069\ud800-\udfff\x00\x1b]", page)
    lines = list_doubtful([supplier], lang=Lang.FR)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\ud800-\udfff\x00\x1b]", lines)


def test_a_page_is_harmless_with_nothing_on_it_too() -> None:
    check_harmless(page_of())


@given(st.text(st.characters() | st.sampled_from("<>&\"'\u202e\x00\n`=")))
def test_text_for_a_page_steers_nothing(text: str) -> None:
    shown = for_html(text, width=400)
    assert not set(shown) & set("<>\"'\n\x00\u202e")
    assert not re.search(r"&(?!(amp|lt|gt|quot|#x27);)", shown)


@given(st.text(st.characters() | st.sampled_from("\n\r\u202e\u200b\x00")))
def test_nothing_hidden_is_offered_for_confirmation(text: str) -> None:
    shown = without_hidden(text)
    assert not set(shown) & set("\r\u202e\u200b\x00\u2028")
    assert without_hidden(shown) == shown.removesuffix("\n")


# --- As lines -----------------------------------------------------------------------------------
def test_the_list_names_supplier_form_point_and_reason() -> None:
    form = decided(unclear(TextPart.COMPANY), "Q3-05", Answer.NON, "Dr Ménard")
    assert list_doubtful([doubts_of(form)], lang=Lang.FR).splitlines() == [
        "Atelier Boulon",
        "  Q3 (retour.pdf)",
        "    Q3-02\u00a0: Plusieurs cases cochées. Vu\u00a0: OUI, NON.",
        "    Q3-05\u00a0: NON (décidé par Dr Ménard)",
        "    Q3-11\u00a0: Plusieurs cases cochées. Vu\u00a0: OUI, NON.",
        "    Société\u00a0: Quelque chose est écrit au champ « company ».",
    ]
    assert "decided by Dr Ménard" in list_doubtful([doubts_of(form)], lang=Lang.EN)
