"""Engines that turn a filled form into one without fields: those pip brings, those found here."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

Flatten = Callable[[bytes], bytes]


def flat_by_pdfium(pdf: bytes) -> bytes:
    """As Chrome's engine flattens."""
    import pypdfium2 as pdfium
    import pypdfium2.raw as pdfium_c

    document = pdfium.PdfDocument(pdf)
    try:
        document.init_forms()
        for page in document:
            pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_NORMALDISPLAY)
            page.close()
        written = io.BytesIO()
        document.save(written)
    finally:
        document.close()
    return written.getvalue()


def flat_by_mupdf(pdf: bytes) -> bytes:
    """As `pymupdf` bakes; ink that brings no drawing is dropped."""
    import pymupdf

    with pymupdf.open(stream=pdf) as document:
        document.bake()
        flat: bytes = document.tobytes()
    return flat


def _tool(*command: str) -> Flatten:
    def flatten(pdf: bytes) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "in.pdf", Path(folder) / "out.pdf"
            source.write_bytes(pdf)
            words = [{"IN": str(source), "OUT": str(target)}.get(word, word) for word in command]
            subprocess.run(words, check=True, capture_output=True)
            return target.read_bytes()

    return flatten


_TOOLS = {
    "ghostscript": ("gs", "-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pdfwrite", "-o", "OUT", "IN"),
    "pdftocairo": ("pdftocairo", "-pdf", "IN", "OUT"),
    "cairo-letter": ("pdftocairo", "-pdf", "-paper", "letter", "-expand", "IN", "OUT"),
    "qpdf": ("qpdf", "--generate-appearances", "--flatten-annotations=all", "IN", "OUT"),
}


def flatteners() -> dict[str, Flatten]:
    """All engines that can run here, by name."""
    found: dict[str, Flatten] = {"pdfium": flat_by_pdfium, "mupdf": flat_by_mupdf}
    found |= {name: _tool(*command) for name, command in _TOOLS.items() if shutil.which(command[0])}
    return found
