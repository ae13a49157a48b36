"""The typefaces: their files, and how wide a text is; the only place that registers them."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from formgen.style import Face

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont

FONT_FOLDER = Path(__file__).parent / "fontfiles"

FILE_OF_FACE = {
    Face.REGULAR: "FormgenSans-Regular.ttf",
    Face.SEMIBOLD: "FormgenSans-Semibold.ttf",
    Face.ITALIC: "FormgenSans-Italic.ttf",
}

FORM_FONT_FILE = "FormgenField-Regular.ttf"
"""Embedded whole for what people type and for what differs from form to form."""


@functools.cache
def page_font(face: Face) -> TTFont:
    """Give the typeface as reportlab knows it, registered under the face's name."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    # Not readable as ASCII: else each subset holds all of ASCII, used or not.
    font = TTFont(face.value, str(FONT_FOLDER / FILE_OF_FACE[face]), asciiReadable=False)
    pdfmetrics.registerFont(font)
    return font


@functools.lru_cache(maxsize=65536)
def text_width(text: str, face: Face, size: float) -> float:
    """Give the width of one line of text, in points."""
    return float(page_font(face).stringWidth(text, size))
