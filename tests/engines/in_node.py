"""Engines in JavaScript: pdf-lib, which many web services fill and flatten with, and PDF.js."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.engines.conversation import Conversation

HOME = Path(__file__).parent / "node"


def missing() -> str | None:
    """How to get them: `.ci/engines` has npm install what `node/package.json` names."""
    if not shutil.which("node"):
        return "no node; on Debian: nodejs npm"
    if not (HOME / "node_modules" / "pdfjs-dist").is_dir():
        return "no pdf-lib and pdfjs-dist; .ci/engines has npm install them"
    return None


def _driver(engine: str) -> Conversation:
    return Conversation(lambda: ["node", str(HOME / "driver.mjs"), engine])


PDF_LIB = _driver("pdf-lib")
PDFJS = _driver("pdfjs")
