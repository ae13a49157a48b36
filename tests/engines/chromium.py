"""Chromium driven for real: its viewer (PDFium) shows the form; mouse, keys, its save, its print.

Spoken to by the DevTools protocol over a pipe: pieces of JSON, each ended by a zero byte.
"""

from __future__ import annotations

import base64
import fcntl
import io
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from demo.engine import Place, find_places
from tests.engines.engine import EngineError, Work
from tests.engines.in_shell import clicks_of

SECONDS = 60
"""For any one step."""

PAGE_TURN_SECONDS = 1.0
FOCUS_SECONDS = 0.4
"""Clicks and keys reach the viewer's plugin by another way than its scrolling and its focus, and
overtake them on a busy machine; a person is slower."""

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

PRINTED = "printed"
"""Folder for what is printed."""

OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--window-size=1000,1500",
    "--remote-debugging-pipe",
)  # fmt: skip

TRIES = 3
"""To fill a form: a person sees the key that was lost, and types again."""

A4 = (595.276, 841.89)
"""Width and height of our pages in points."""

CORNER = (200.0, 20.0)
"""A place on every page where there is nothing to click on."""

CONTROL, SHIFT = 2, 8
"""As DevTools number the keys held."""

PLACE_OF_PAGE = """(async () => {
    const viewport = viewer.viewport;
    viewport.setFittingType("fit-to-page");
    viewport.goToPage(%d);
    for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
    const page = viewport.getPageScreenRect(%d);
    const frame = viewer.shadowRoot.querySelector("#content").getBoundingClientRect();
    return [frame.left + page.x, frame.top + page.y, page.width, page.height];
})()"""

SAVE = """new Promise((resolve) => {
    const pieces = [];
    const file = {
        write: async (data) => { pieces.push(data); },
        close: async () => {
            const reader = new FileReader();
            reader.onload = () => resolve(reader.result);
            reader.readAsDataURL(new Blob(pieces));
        },
    };
    window.showSaveFilePicker = async () => ({ createWritable: async () => file });
    viewer.pdfUseShowSaveFilePicker_ = true;
    viewer.onToolbarSave_({ detail: "EDITED" });
})"""
"""The viewer's own saving; instead of the system's dialog, which has no window here, we answer."""


def program() -> str | None:
    """Where Chromium is, under one of its names."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def missing() -> str | None:
    """How to get it."""
    if not program():
        return "no chromium; on Debian: chromium"
    return None if shutil.which("Xvfb") else "no Xvfb to print from chromium; on Debian: xvfb"


def fill(pdf: bytes, work: Work) -> bytes:
    """Fill by clicks and keys in the viewer, and save."""
    for _ in range(TRIES):
        filled = _fill_once(pdf, work)
        if not (lost := _lost(filled, work)):
            return filled
    raise EngineError(f"not taken: {lost}")


def _fill_once(pdf: bytes, work: Work) -> bytes:
    places = find_places(pdf)
    with _browser("--headless=new") as (browser, folder):
        browser.open(pdf, folder / "form.pdf")
        for page, x, y in clicks_of(work, places):
            browser.click(page, x, y)
        for name, text in work.texts.items():
            browser.type_over(places[name.rpartition("-")[2]], text)
        return browser.save()


def _lost(pdf: bytes, work: Work) -> list[str]:
    """Give the fields that hold something else than what was clicked and typed."""
    from pypdf import PdfReader

    fields = PdfReader(io.BytesIO(pdf)).get_fields() or {}
    held = {name: str(fields[name].get("/V", "")) for name in (*work.ticks, *work.texts)}
    lost = [name for name, state in work.ticks.items() if held[name] != f"/{state}"]
    lost += [
        f"{name} {held[name]!r}"
        for name, text in work.texts.items()
        if held[name].splitlines() != text.splitlines()
    ]
    return lost


def print_to_pdf(pdf: bytes) -> bytes:
    """Open a filled form and print it « as PDF »: a window and its print preview are needed."""
    with _screen() as screen, _browser("--kiosk-printing", display=screen) as (browser, folder):
        browser.open(pdf, folder / "form.pdf")
        browser.run("viewer.onPrint_()")

        def printed() -> bytes | None:
            for path in (folder / PRINTED).glob("*.pdf"):
                data = path.read_bytes()
                return data if data.rstrip().endswith(b"%%EOF") else None
            return None

        data: bytes = _wait(printed, "nothing was printed")
        return data


class _Browser:
    """One running Chromium."""

    def __init__(self, to_browser: Any, from_browser: Any) -> None:
        self.to_browser, self.from_browser = to_browser, from_browser
        self.count = 0
        self.rest = b""
        self.page = self.viewer = ""
        self.shown = -1

    def ask(self, method: str, facts: dict[str, Any], session: str = "") -> dict[str, Any]:
        self.count += 1
        words = {"id": self.count, "method": method, "params": facts}
        if session:
            words["sessionId"] = session
        self.to_browser.write(json.dumps(words).encode() + b"\0")
        while (answer := self.receive()).get("id") != self.count:
            pass
        if "error" in answer:
            raise EngineError(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def receive(self) -> dict[str, Any]:
        while b"\0" not in self.rest:
            data = self.from_browser.read(1 << 20)
            if not data:
                raise EngineError("Chromium has hung up")
            self.rest += data
        words, _, self.rest = self.rest.partition(b"\0")
        answer: dict[str, Any] = json.loads(words)
        return answer

    def run(self, script: str) -> Any:
        """Run a script in the viewer."""
        facts = {"expression": script, "returnByValue": True, "awaitPromise": True}
        answer = self.ask("Runtime.evaluate", facts, self.viewer)
        if "exceptionDetails" in answer:
            raise EngineError(str(answer["exceptionDetails"])[:500])
        return answer["result"].get("value")

    # --- What a person does ---------------------------------------------------------------------
    def open(self, pdf: bytes, path: Path) -> None:
        path.write_bytes(pdf)
        target = self.ask("Target.createTarget", {"url": path.as_uri() + "#navpanes=0"})["targetId"]
        self.page = self.attach(target)
        frames = _wait(self.viewers, "Chromium shows no viewer")
        self.viewer = self.attach(frames[0])
        _wait(
            lambda: self.run("window.viewer?.viewport_ && viewer.loadProgress_ === 100"),
            "not loaded",
        )

    def viewers(self) -> list[str]:
        targets = self.ask("Target.getTargets", {"filter": [{}]})["targetInfos"]
        return [one["targetId"] for one in targets if one["url"].startswith("chrome-extension:")]

    def attach(self, target: str) -> str:
        session: str = self.ask("Target.attachToTarget", {"targetId": target, "flatten": True})[
            "sessionId"
        ]
        return session

    def click(self, page: int, x: float, y: float) -> None:
        left, top, width, height = self.run(PLACE_OF_PAGE % (page, page))
        if page != self.shown:
            self.shown = page
            time.sleep(PAGE_TURN_SECONDS)
        at = {"x": left + x * width / A4[0], "y": top + height - y * height / A4[1]}
        press = {"button": "left", "clickCount": 1, **at}
        self.ask("Input.dispatchMouseEvent", {"type": "mouseMoved", **at}, self.page)
        self.ask("Input.dispatchMouseEvent", {"type": "mousePressed", **press}, self.page)
        self.ask("Input.dispatchMouseEvent", {"type": "mouseReleased", **press}, self.page)

    def type_over(self, place: Place, text: str) -> None:
        """Click into a field, mark all that stands there, type over it, and leave the field."""
        self.click(place.page, *place.centre)
        self.wait_for_focus("text")
        time.sleep(FOCUS_SECONDS)
        # Not Ctrl+A: the command that it gives overtakes letters on a busy machine.
        self.press("Home", 36, CONTROL)
        self.press("End", 35, CONTROL | SHIFT)
        for letter in text.replace("\n", "\r"):
            self.ask("Input.dispatchKeyEvent", {"type": "char", "text": letter}, self.page)
        time.sleep(FOCUS_SECONDS)
        self.click(place.page, *CORNER)
        self.wait_for_focus("none")

    def press(self, key: str, number: int, modifiers: int) -> None:
        for kind in ("rawKeyDown", "keyUp"):
            facts = {"key": key, "code": key, "windowsVirtualKeyCode": number}
            words = {"type": kind, "modifiers": modifiers, **facts}
            self.ask("Input.dispatchKeyEvent", words, self.page)

    def wait_for_focus(self, kind: str) -> None:
        _wait(lambda: self.run("viewer.formFieldFocus_") == kind, f"focus is not on: {kind}")

    def save(self) -> bytes:
        return base64.b64decode(self.run(SAVE).partition(",")[2])


@contextmanager
def _screen() -> Iterator[str]:
    """Give a screen that nobody looks at."""
    read, write = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1200x1600x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read, encoding="ascii") as answer:
            number = answer.readline().strip()
        if not number:
            raise EngineError("Xvfb does not start")
        yield f":{number}"
    finally:
        process.terminate()
        process.wait(SECONDS)


@contextmanager
def _browser(*options: str, display: str = "") -> Iterator[tuple[_Browser, Path]]:
    path = program()
    assert path is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        _write_preferences(Path(name))
        read_here, write_there = os.pipe()
        read_there, write_here = os.pipe()
        # Out of the way of 3 and 4, which it reads from and writes to.
        there = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (read_there, write_there)]
        os.close(read_there)
        os.close(write_there)
        command = [path, *OPTIONS, *options, f"--user-data-dir={name}/profile", "about:blank"]
        process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{there[0]} 4>&{there[1]}', "bash", *command],
            pass_fds=there,
            env={**os.environ, "DISPLAY": display},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in there:
            os.close(end)
        try:
            with (
                os.fdopen(write_here, "wb", 0) as to_browser,
                os.fdopen(read_here, "rb", 0) as from_browser,
            ):
                yield _Browser(to_browser, from_browser), Path(name)
        finally:
            process.terminate()
            process.wait(SECONDS)


def _write_preferences(folder: Path) -> None:
    """Have it print into a file, without a question."""
    chosen = {"id": "Save as PDF", "origin": "local", "account": ""}
    state = {"version": 2, "recentDestinations": [chosen], "selectedDestinationId": chosen["id"]}
    preferences = {
        "printing": {"print_preview_sticky_settings": {"appState": json.dumps(state)}},
        "savefile": {"default_directory": str(folder / PRINTED)},
    }
    place = folder / "profile" / "Default"
    place.mkdir(parents=True)
    (folder / PRINTED).mkdir()
    (place / "Preferences").write_text(json.dumps(preferences))


def _wait(question: Callable[[], Any], complaint: str) -> Any:
    end = time.monotonic() + SECONDS
    while not (answer := question()):
        if time.monotonic() > end:
            raise EngineError(complaint)
        time.sleep(0.1)
    return answer
