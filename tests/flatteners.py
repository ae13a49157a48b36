"""Engines that turn a filled form into one without fields: those pip brings, those found here."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable

from tests.engines import in_python, in_shell

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


_TOOLS = {
    "ghostscript": ("gs", in_shell.ghostscript),
    "pdftocairo": ("pdftocairo", in_shell.pdftocairo),
    "cairo-letter": ("pdftocairo", in_shell.pdftocairo_letter),
    "qpdf": ("qpdf", in_shell.qpdf_flat),
}


def flatteners() -> dict[str, Flatten]:
    """All engines that can run here, by name."""
    found: dict[str, Flatten] = {"pdfium": flat_by_pdfium, "mupdf": in_python.bake_with_mupdf}
    return found | {name: change for name, (tool, change) in _TOOLS.items() if shutil.which(tool)}
