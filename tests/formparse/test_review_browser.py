"""The page does its work in a real browser, from disk, by keys alone, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from formgen.catalog import Answer
from formgen.naming import TextPart
from formparse.decision_record import parse_decisions
from formparse.decisions import PointDecision, TextDecision
from formparse.doubts import SupplierDoubts
from formparse.review_page import write_page
from tests.formparse.reviews import (
    HOSTILE,
    decided,
    doubts_of,
    hostile_doubts,
    many_doubts,
    pictures_for,
    unclear,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ENGINE = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)

pytestmark = pytest.mark.skipif(
    ENGINE is None and not os.environ.get("FORMGEN_REQUIRE_ENGINES"), reason="needs Chromium"
)

Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # In containers the kernel may forbid the sandbox's namespaces.
        browser = playwright.chromium.launch(executable_path=ENGINE, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open a page of doubts from disk; whatever it complains about or asks for is a failure."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, accept_downloads=True, locale="fr-FR"
    )
    context.set_default_timeout(15_000)
    complaints: list[str] = []
    asked: list[str] = []

    def show(*suppliers: SupplierDoubts, **viewport: int) -> Page:
        path = tmp_path / "index.html"
        path.write_bytes(write_page(suppliers, pictures_for(*suppliers)))
        page = context.new_page()
        if viewport:
            page.set_viewport_size({"width": 1280, "height": 800, **viewport})  # type: ignore[typeddict-item]
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        return page

    yield show
    context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def said(page: Page) -> str:
    return page.inner_text("#said")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def named(page: Page, name: str = "Dr Ménard") -> Page:
    page.fill("#who", name)
    page.keyboard.press("Enter")
    return page


def at(page: Page) -> str | None:
    """Which item has the focus."""
    name: str | None = page.evaluate(
        "document.activeElement.closest('.item')?.dataset.name ?? null"
    )
    return name


def saved(page: Page, tmp_path: Path) -> bytes:
    with page.expect_download() as waiting:
        page.keyboard.press("s")
    assert waiting.value.suggested_filename.startswith("decisions-2")
    path = tmp_path / "saved.json"
    waiting.value.save_as(path)
    return path.read_bytes()


def answers(data: bytes) -> dict[str, Answer | str | None]:
    found: dict[str, Answer | str | None] = {}
    for one in parse_decisions(data, "saved.json"):
        match one:
            case PointDecision():
                found[one.point_id] = one.answer
            case TextDecision():
                found[one.part.value] = one.text
    return found


def test_keys_answer_and_what_is_saved_is_what_apply_takes(show: Open, tmp_path: Path) -> None:
    form = unclear()
    page = named(show(doubts_of(form)))
    assert at(page) == "Q3-02"
    press(page, "o")
    assert at(page) == "Q3-05"
    press(page, "N")
    assert page.inner_text("#count") == "2 décisions sur 3"
    data = saved(page, tmp_path)
    assert answers(data) == {"Q3-02": Answer.OUI, "Q3-05": Answer.NON}
    decisions = parse_decisions(data, "saved.json")
    assert {one.by for one in decisions} == {"Dr Ménard"}
    assert {one.form.sha256 for one in decisions} == {form.sha256}
    assert {one.form.page for one in decisions} == {1}
    assert "--apply decisions-" in said(page)


def test_an_answer_that_is_not_offered_is_not_taken(show: Open) -> None:
    page = named(show(doubts_of(unclear())))
    press(page, "a")
    assert "n'est pas prévue" in said(page)
    assert at(page) == "Q3-02"
    assert page.inner_text("#count") == "0 décision sur 3"


def test_skipping_undoing_and_going_about(show: Open, tmp_path: Path) -> None:
    page = named(show(doubts_of(unclear())))
    press(page, "p")
    assert at(page) == "Q3-05"
    press(page, "n", "u")
    assert at(page) == "Q3-05"
    assert page.inner_text("#count") == "0 décision sur 3"
    press(page, "ArrowRight")
    assert at(page) == "Q3-11"
    press(page, "o", "ArrowLeft", "ArrowLeft", "ArrowLeft", "o")
    # A change of mind: the later one stands.
    press(page, "ArrowLeft", "n")
    assert answers(saved(page, tmp_path)) == {"Q3-11": Answer.OUI, "Q3-02": Answer.NON}


def test_nothing_is_saved_without_a_name_or_without_a_decision(show: Open) -> None:
    page = show(doubts_of(unclear()))
    press(page, "s")
    assert "votre nom" in said(page)
    assert page.evaluate("document.activeElement.id") == "who"
    named(page)
    press(page, "s")
    assert "aucune décision" in said(page)


def test_texts_are_typed_and_confirmed(show: Open, tmp_path: Path) -> None:
    form = unclear(TextPart.COMPANY, TextPart.DATE, TextPart.REMARKS, company=None, date=None)
    page = named(show(doubts_of(form)))
    press(page, "o", "o", "o")
    assert at(page) == "Société"
    page.keyboard.type("Onsasp & \u202eFils")  # letters that are keys elsewhere
    press(page, "Enter")
    assert at(page) == "Date"
    press(page, "ControlOrMeta+a")
    page.keyboard.type("31/02/2026")
    press(page, "Enter")
    assert "écrivez une date" in said(page)
    press(page, "ControlOrMeta+a")
    page.keyboard.type("28/02/2026")
    press(page, "Enter")
    page.keyboard.type("un")
    press(page, "Enter")
    page.keyboard.type("deux")
    press(page, "Control+Enter")
    assert "Tout est décidé" in said(page)
    assert answers(saved(page, tmp_path)) == {
        "Q3-02": Answer.OUI,
        "Q3-05": Answer.OUI,
        "Q3-11": Answer.OUI,
        "company": "Onsasp & Fils",
        "date": "28/02/2026",
        "remarks": "un\ndeux",
    }


def test_a_decision_of_an_earlier_day_can_be_taken_back(show: Open, tmp_path: Path) -> None:
    form = decided(unclear(), "Q3-05", Answer.NON, "Alix")
    page = named(show(doubts_of(form)))
    assert page.inner_text("#count") == "1 décision sur 3"
    press(page, "ArrowRight", "r")
    assert page.inner_text("#count") == "0 décision sur 3"
    assert answers(saved(page, tmp_path)) == {"Q3-05": None}


def test_keys_can_be_turned_off(show: Open) -> None:
    page = named(show(doubts_of(unclear())))
    page.click("summary")
    page.uncheck("#keys-on")
    page.click(".item h4")
    press(page, "o", "n", "s")
    assert page.inner_text("#count") == "0 décision sur 3"
    page.click(".item button[data-answer='OUI']")
    assert page.inner_text("#count") == "1 décision sur 3"


def test_all_can_be_reached_by_tab_and_the_focus_is_seen(show: Open) -> None:
    page = show(doubts_of(unclear(TextPart.COMPANY)))
    reached = []
    for _ in range(40):
        press(page, "Tab")
        reached.append(page.evaluate("document.activeElement.outerHTML.slice(0, 200)"))
        width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
        assert width >= 2 or "body" in reached[-1][:6]
    joined = "\n".join(reached)
    for wanted in ('id="who"', 'data-do="save"', 'data-answer="NON"', "<summary>", 'id="t-'):
        assert wanted in joined


def test_it_reflows_at_400_percent(show: Open) -> None:
    """1280 pixels at 400 % are 320: nothing but the pictures scrolls sideways."""
    page = show(doubts_of(unclear(*TextPart)), width=320, height=256)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    frame: dict[str, Any] = page.evaluate(
        "(({scrollLeft, scrollWidth, clientWidth, tabIndex}) => "
        "({scrollLeft, scrollWidth, clientWidth, tabIndex}))(document.querySelector('.frame'))"
    )
    assert frame["scrollWidth"] > frame["clientWidth"]
    assert frame["scrollLeft"] + frame["clientWidth"] == frame["scrollWidth"], "boxes are seen"
    assert frame["tabIndex"] == 0


def test_nothing_that_a_supplier_wrote_runs(show: Open) -> None:
    page = show(*map(hostile_doubts, HOSTILE))
    assert page.evaluate("window.hacked") is None
    assert page.inner_text("#count") == f"{len(HOSTILE)} décisions sur {8 * len(HOSTILE)}"
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_it_works_with_200_doubts(show: Open, tmp_path: Path) -> None:
    page = named(show(*many_doubts(200)))
    press(page, *("o", "n", "a", "n") * 50)
    assert page.inner_text("#count") == "200 décisions sur 200"
    data = saved(page, tmp_path)
    assert len(json.loads(data)["decisions"]) == 200
    told = [one["answer"] for one in json.loads(data)["decisions"]]
    assert told == ["OUI", "NON", "N/A", "NON"] * 50
