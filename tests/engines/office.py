"""LibreOffice Draw, which opens a PDF as a drawing and prints it as one."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.engines.command import run
from tests.engines.engine import EngineError


def missing() -> str | None:
    """How to get it."""
    return None if shutil.which("soffice") else "no soffice; on Debian: libreoffice-draw"


def export(pdf: bytes) -> bytes:
    """Open as a drawing and export it as PDF again."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder, "in.pdf").write_bytes(pdf)
        said = run(
            [
                "soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless",
                "--infilter=draw_pdf_import", "--convert-to", "pdf:draw_pdf_Export",
                "--outdir", f"{folder}/out", f"{folder}/in.pdf",
            ]
        )  # fmt: skip
        made = Path(folder, "out", "in.pdf")
        if not made.exists():
            raise EngineError(said)
        return made.read_bytes()
