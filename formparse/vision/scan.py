"""Tells pages that are nothing but pictures of paper from pages drawn by a program.

What is right for one is wrong for the other: on paper ink is uneven, paper is not white, and no
text of the file was typed by whoever filled the form in (scanners add what they think they read).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pypdfium2.raw as pdfium_c

if TYPE_CHECKING:
    import pypdfium2 as pdfium

SCANNED_SHARE = 0.6
"""Of a page covered by pictures from which it is a scan. A sheet printed to fit a larger one, or
cropped, covers less than all; a logo or a photo of a signature far less than half."""

MAX_OBJECTS = 3_000
"""Looked through on one page. Scanners cut a page into some hundred strips at most."""


def bilevel_of_scan(page: pdfium.PdfPage) -> bool | None:
    """Say whether a scanned page is in black and white only; None where it is no scan."""
    width, height = page.get_size()
    covered, depths = 0.0, set()
    images = page.get_objects(filter=(pdfium_c.FPDF_PAGEOBJ_IMAGE,), max_depth=3)
    for number, image in enumerate(images):
        if number >= MAX_OBJECTS:
            break
        left, bottom, right, top = image.get_bounds()
        area = max(0.0, right - left) * max(0.0, top - bottom)
        covered += area
        if area >= 0.05 * width * height:
            depths.add(_bits(image))
    if covered < SCANNED_SHARE * width * height:
        return None
    return depths == {1}


def _bits(image: pdfium.PdfImage) -> int:
    metadata = image.get_metadata()
    return int(metadata.bits_per_pixel)
