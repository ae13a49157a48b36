"""Firefox driven for real: its viewer (PDF.js) shows the form; mouse, keys, its save button, print.

Spoken to by Marionette, the protocol that Firefox brings for its own tests: lines of JSON with
their length before them, over a local socket.
"""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.engines.engine import EngineError, Work

SECONDS = 60
"""For any one step: a cold start takes five on an idle machine."""

STILL_SECONDS = 0.5
"""For a file that is being written not to grow."""

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""Under this key WebDriver hands elements out (W3C WebDriver, 12.2)."""

ORDER = ("OUI", "NON", "NA")
"""Of a point's boxes, from left to right."""

PREFERENCES = {
    "marionette.port": 0,
    "browser.download.alwaysOpenPanel": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}

FIELDS_ARE_SHOWN = """
    const app = window.PDFViewerApplication;
    if (!app || !app.pdfDocument) return false;
    app.page = arguments[0];
    return Boolean(document.querySelector(
        `.page[data-page-number="${arguments[0]}"] .annotationLayer :is(input, textarea)`));
"""
FIELDS = """
    return [...document.querySelectorAll(
        `.page[data-page-number="${arguments[0]}"] .annotationLayer :is(input, textarea)`
    )].map(one => [one.name, one.type, one.getBoundingClientRect().left, one]);
"""
ANSWER_WHERE_TO_SAVE = """
    const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
    file.initWithPath(arguments[0]);
    const picker = {
        QueryInterface: ChromeUtils.generateQI(["nsIFilePicker"]),
        init() {}, appendFilter() {}, appendFilters() {}, appendRawFilter() {},
        open(callback) { callback.done(Ci.nsIFilePicker.returnOK); },
        file, fileURL: Services.io.newFileURI(file), filterIndex: 0, defaultString: "",
        defaultExtension: "", displayDirectory: null,
    };
    Components.manager.QueryInterface(Ci.nsIComponentRegistrar).registerFactory(
        Components.ID("{0f6a5b1c-6f0e-4c58-9b35-2f6d4a0c7e11}"), "",
        "@mozilla.org/filepicker;1", { createInstance: () => picker });
"""
"""The system's dialog has no window here; who presses its button chooses this file."""


def program() -> str | None:
    """Where Firefox is, under one of its names."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


def missing() -> str | None:
    """How to get it."""
    return None if program() else "no firefox; on Debian: firefox-esr"


def fill(pdf: bytes, work: Work) -> bytes:
    """Fill by clicks and keys, and press the viewer's save button."""
    with _browser() as (browser, folder):
        browser.open(pdf, folder / "form.pdf")
        browser.work(work)
        return browser.save(folder / "saved.pdf")


def print_to_pdf(pdf: bytes) -> bytes:
    """Open a filled form and print it to a file."""
    with _browser() as (browser, folder):
        browser.open(pdf, folder / "form.pdf")
        return browser.print()


class _Browser:
    """One running Firefox."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), SECONDS)
        self.count = 0
        self._receive()
        self.ask("WebDriver:NewSession", {"capabilities": {}})

    def ask(self, command: str, facts: dict[str, Any]) -> Any:
        self.count += 1
        words = json.dumps([0, self.count, command, facts]).encode()
        self.socket.sendall(b"%d:%s" % (len(words), words))
        _, _, error, result = self._receive()
        if error is not None:
            raise EngineError(f"{command}: {error['error']}: {error['message']}")
        return result.get("value", result) if isinstance(result, dict) else result

    def _receive(self) -> Any:
        data = b""
        while b":" not in data:
            data += self._some()
        length, _, body = data.partition(b":")
        while len(body) < int(length):
            body += self._some()
        return json.loads(body)

    def _some(self) -> bytes:
        data = self.socket.recv(65536)
        if not data:
            raise EngineError("Firefox has hung up")
        return data

    def run(self, script: str, *values: object) -> Any:
        return self.ask("WebDriver:ExecuteScript", {"script": script, "args": values})

    # --- What a person does ---------------------------------------------------------------------
    def open(self, pdf: bytes, path: Path) -> None:
        path.write_bytes(pdf)
        self.ask("WebDriver:Navigate", {"url": path.as_uri()})
        _wait(lambda: self.run(FIELDS_ARE_SHOWN, 1), "the form is not shown")

    def work(self, work: Work) -> None:
        done = set()
        pages = self.run("return window.PDFViewerApplication.pagesCount;")
        for page in range(1, pages + 1):
            _wait(
                lambda page=page: self.run(FIELDS_ARE_SHOWN, page), f"page {page} shows no fields"
            )
            boxes: dict[str, list[tuple[float, str]]] = {}
            for name, kind, left, element in self.run(FIELDS, page):
                if kind == "radio":
                    boxes.setdefault(name, []).append((left, element[ELEMENT]))
                elif name in work.texts:
                    self.type_over(element[ELEMENT], work.texts[name])
                    done.add(name)
            for name, state in (*work.unticks.items(), *work.ticks.items()):
                if name in boxes:
                    _, element = sorted(boxes[name])[ORDER.index(state)]
                    self.ask("WebDriver:ElementClick", {"id": element})
                    done.add(name)
        if left_out := {*work.unticks, *work.ticks, *work.texts} - done:
            raise EngineError(f"not found: {sorted(left_out)}")

    def type_over(self, element: str, text: str) -> None:
        self.ask("WebDriver:ElementClick", {"id": element})
        self.ask("WebDriver:ElementClear", {"id": element})
        self.ask("WebDriver:ElementSendKeys", {"id": element, "text": text})

    def save(self, path: Path) -> bytes:
        self.ask("Marionette:SetContext", {"value": "chrome"})
        self.run(ANSWER_WHERE_TO_SAVE, str(path))
        self.ask("Marionette:SetContext", {"value": "content"})
        button = self.ask(
            "WebDriver:FindElement", {"using": "css selector", "value": "#downloadButton"}
        )
        self.ask("WebDriver:ElementClick", {"id": button[ELEMENT]})
        _wait(lambda: _is_whole(path), "not saved")
        return path.read_bytes()

    def print(self) -> bytes:
        printed: str = self.ask("WebDriver:Print", {"background": True, "shrinkToFit": True})
        return base64.b64decode(printed)


@contextmanager
def _browser() -> Iterator[tuple[_Browser, Path]]:
    path = program()
    assert path is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        profile = folder / "profile"
        profile.mkdir()
        lines = [
            f"user_pref({json.dumps(key)}, {json.dumps(value)});"
            for key, value in PREFERENCES.items()
        ]
        (profile / "user.js").write_text("\n".join(lines))
        process = subprocess.Popen(
            [
                path,
                "--headless",
                "--marionette",
                "--remote-allow-system-access",
                "--no-remote",
                "--profile",
                str(profile),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            port_file = profile / "MarionetteActivePort"
            _wait(lambda: port_file.exists() and port_file.read_text(), "Firefox does not start")
            browser = _Browser(int(port_file.read_text()))
            yield browser, folder
            browser.socket.close()
        finally:
            process.terminate()
            process.wait(SECONDS)


def _is_whole(path: Path) -> bool:
    """Whether a file is there and no longer grows; Firefox writes it piece by piece."""
    if not path.exists():
        return False
    before = path.read_bytes()
    time.sleep(STILL_SECONDS)
    return before.rstrip().endswith(b"%%EOF") and path.stat().st_size == len(before)


def _wait(is_done: Callable[[], Any], complaint: str) -> None:
    end = time.monotonic() + SECONDS
    while not is_done():
        if time.monotonic() > end:
            raise EngineError(complaint)
        time.sleep(0.1)
