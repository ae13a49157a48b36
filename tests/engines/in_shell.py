"""Engines that come from Debian as programs: poppler, qpdf, MuPDF's mutool, pdftk, Ghostscript."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from demo.engine import Place, find_places
from tests.engines.command import run, tool
from tests.engines.conversation import Conversation
from tests.engines.engine import EngineError, Work

HERE = Path(__file__).parent
SYSTEM_PYTHON = "/usr/bin/python3"


def clicks_of(work: Work, places: dict[str, Place]) -> list[tuple[int, float, float]]:
    """Give where a person clicks: page from 0, and a point that counts upwards."""
    boxes = [f"{point}:{state}" for point, state in (*work.ticks.items(), *work.unticks.items())]
    return [(places[box].page, *places[box].centre) for box in boxes]


# --- poppler ------------------------------------------------------------------------------------
@cache
def poppler_is_missing() -> str | None:
    """How to get poppler's tools, and its bindings: these belong to the system's Python."""
    if not (shutil.which("pdftocairo") and shutil.which("pdfunite")):
        return "no pdftocairo; on Debian: poppler-utils"
    question = "import gi; gi.require_version('Poppler', '0.18')"
    is_there = (
        Path(SYSTEM_PYTHON).exists()
        and subprocess.run(
            [SYSTEM_PYTHON, "-c", question], capture_output=True, check=False
        ).returncode
        == 0
    )
    return None if is_there else "no poppler-glib; on Debian: python3-gi gir1.2-poppler-0.18"


_POPPLER = Conversation(lambda: [SYSTEM_PYTHON, str(HERE / "poppler_driver.py")])


def fill_with_poppler(pdf: bytes, work: Work) -> bytes:
    """As Evince fills: boxes are toggled, texts are set."""
    facts = {"clicks": clicks_of(work, find_places(pdf)), "texts": work.texts}
    return _POPPLER.ask("fill", pdf, facts)


def unite_with_poppler(pdf: bytes) -> bytes:
    """As merged with itself cut in two: `pdfseparate`, then `pdfunite`."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "in.pdf").write_bytes(pdf)
        run(["pdfseparate", "in.pdf", "page-%03d.pdf"], folder=folder)
        pages = sorted(path.name for path in Path(folder).glob("page-*.pdf"))
        run(["pdfunite", *pages, "out.pdf"], folder=folder)
        return Path(folder, "out.pdf").read_bytes()


# --- mutool -------------------------------------------------------------------------------------
def fill_with_mutool(pdf: bytes, work: Work) -> bytes:
    """Through MuPDF's widget events."""
    places = find_places(pdf)
    heights = _heights(pdf)
    job = {
        "clicks": [(page, x, heights[page] - y) for page, x, y in clicks_of(work, places)],
        "typed": [
            (place.page, place.centre[0], heights[place.page] - place.centre[1], text)
            for name, text in work.texts.items()
            for place in (places[name.rpartition("-")[2]],)
        ],
    }
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "in.pdf").write_bytes(pdf)
        Path(folder, "job.json").write_text(json.dumps(job), encoding="utf-8")
        script = str(HERE / "mutool_fill.js")
        said = run(["mutool", "run", script, "in.pdf", "out.pdf", "job.json"], folder=folder)
        if not Path(folder, "out.pdf").exists():
            raise EngineError(said)
        return Path(folder, "out.pdf").read_bytes()


def _heights(pdf: bytes) -> list[float]:
    from pypdf import PdfReader

    return [float(page.mediabox.height) for page in PdfReader(io.BytesIO(pdf)).pages]


# --- pdftk --------------------------------------------------------------------------------------
def fill_with_pdftk(pdf: bytes, work: Work) -> bytes:
    """By a data file, as its users fill forms in scripts."""
    values = {**work.ticks, **dict.fromkeys(work.unticks, "Off"), **work.texts}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "in.pdf").write_bytes(pdf)
        Path(folder, "data.xfdf").write_text(_xfdf(values.items()), encoding="utf-8")
        run(["pdftk", "in.pdf", "fill_form", "data.xfdf", "output", "out.pdf"], folder=folder)
        return Path(folder, "out.pdf").read_bytes()


def _xfdf(values: Iterable[tuple[str, str]]) -> str:
    from xml.sax.saxutils import escape, quoteattr

    fields = "".join(
        f"<field name={quoteattr(name)}><value>{escape(value)}</value></field>"
        for name, value in values
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<xfdf xmlns="http://ns.adobe.com/xfdf/"><fields>{fields}</fields></xfdf>'
    )


# --- Ways to rewrite and to print ---------------------------------------------------------------
GHOSTSCRIPT = ("gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=pdfwrite")

ghostscript = tool(*GHOSTSCRIPT, "-o", "OUT", "IN")
"""As cups-pdf and other « PDF printers » make them."""
ghostscript_small = tool(*GHOSTSCRIPT, "-dPDFSETTINGS=/ebook", "-o", "OUT", "IN")
"""As « compress your PDF » pages do."""
pdftocairo = tool("pdftocairo", "-pdf", "IN", "OUT")
pdftocairo_letter = tool("pdftocairo", "-pdf", "-paper", "letter", "-expand", "IN", "OUT")
qpdf_flat = tool("qpdf", "--generate-appearances", "--flatten-annotations=all", "IN", "OUT")
qpdf_packed = tool("qpdf", "--object-streams=generate", "IN", "OUT")
qpdf_linear = tool("qpdf", "--linearize", "IN", "OUT")
qpdf_redrawn = tool("qpdf", "--generate-appearances", "IN", "OUT")
qpdf_pages = tool("qpdf", "--empty", "--pages", "IN", "1-z", "--", "OUT")
qpdf_encrypted = tool("qpdf", "--encrypt", "", "owner", "256", "--", "IN", "OUT")
mutool_clean = tool("mutool", "clean", "-gggg", "IN", "OUT")
mutool_merge = tool("mutool", "merge", "-o", "OUT", "IN")
pdftk_cat = tool("pdftk", "IN", "cat", "output", "OUT")
pdftk_flat = tool("pdftk", "IN", "output", "OUT", "flatten")
