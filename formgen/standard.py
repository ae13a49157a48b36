"""The standards that a form can be made to: names only, light to import."""

from __future__ import annotations

from enum import StrEnum


class Standard(StrEnum):
    """A pair of an accessibility and an archive standard, on the PDF version both build on."""

    UA1_A2A = "ua1-a2a"
    """PDF/UA-1 and PDF/A-2a, on PDF 1.7: what checkers and screen readers know today."""
    UA2_A4 = "ua2-a4"
    """PDF/UA-2 and PDF/A-4, on PDF 2.0."""
