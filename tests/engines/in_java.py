"""PDFBox, which many document servers fill and flatten with: our own Java main, in one JVM."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.engines.conversation import Conversation
from tests.engines.engine import Work

DEBIAN_JARS = Path("/usr/share/java")
JARS = ("pdfbox2.jar", "fontbox2.jar", "commons-logging.jar")
DRIVER = Path(__file__).with_name("PdfboxDriver.java")


def missing() -> str | None:
    """How to get it."""
    if not (shutil.which("java") and shutil.which("javac")):
        return "no JDK; on Debian: default-jdk-headless"
    if not all((DEBIAN_JARS / jar).exists() for jar in JARS):
        return "no PDFBox; on Debian: libpdfbox2-java"
    return None


def _command() -> list[str]:
    jars = os.pathsep.join(str(DEBIAN_JARS / jar) for jar in JARS)
    short_run = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
    return ["java", *short_run, "-cp", jars, str(DRIVER)]


class _PdfBox(Conversation):
    """Java has no JSON of its own: the driver takes tabs."""

    def job(self, what: str, source: Path, target: Path, facts: dict[str, object]) -> str:
        work = facts.get("work")
        words = [what, str(source), str(target)]
        if isinstance(work, Work):
            off = dict.fromkeys(work.unticks, "Off")
            for name, value in {**off, **work.ticks, **work.texts}.items():
                words += [name, value.replace("\n", "\\n")]
        return "\t".join(words)


_PDFBOX = _PdfBox(_command)


def fill(pdf: bytes, work: Work) -> bytes:
    """Through `PDField.setValue`, which draws what it sets."""
    return _PDFBOX.ask("fill", pdf, {"work": work})


def flatten(pdf: bytes) -> bytes:
    """Through `PDAcroForm.flatten`."""
    return _PDFBOX.ask("flatten", pdf, {})
