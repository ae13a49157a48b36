"""How the form looks: page, margins, type, colours, boxes, each with its reason. Numbers only.

All lengths are in points (1/72 inch) unless the name says `_MM`.
"""

from __future__ import annotations

from enum import StrEnum

POINTS_PER_MM = 72 / 25.4


def mm(length: float) -> float:
    """Convert millimetres to points."""
    return length * POINTS_PER_MM


PAGE_WIDTH = 595.28
PAGE_HEIGHT = 841.89
"""A4, as every French printer and scanner expects."""

# Page codes: four DataMatrix symbols, one in each corner, so that one lost corner loses nothing and
# a page can be straightened from its own codes. A module of 0.9 mm was the smallest that no poor
# scan lost; 8 mm is what desktop printers leave blank.
CODE_MODULE = mm(0.9)
CODE_MODULES = 16
CODE_SIDE = CODE_MODULES * CODE_MODULE
CODE_INSET = mm(8)
CODE_QUIET = mm(3)

MARGIN_LEFT = mm(20)
"""Filing holes take 15 mm."""
MARGIN_RIGHT = mm(13)
CONTENT_WIDTH = PAGE_WIDTH - MARGIN_LEFT - MARGIN_RIGHT
CONTENT_TOP = PAGE_HEIGHT - CODE_INSET - CODE_SIDE - CODE_QUIET
CONTENT_BOTTOM = CODE_INSET + CODE_SIDE + CODE_QUIET
BAND_LEFT = CODE_INSET + CODE_SIDE + CODE_QUIET
BAND_RIGHT = PAGE_WIDTH - BAND_LEFT
"""Head and foot lines stand between the codes of their edge."""


class Face(StrEnum):
    """A typeface that pages are set in."""

    REGULAR = "regular"
    SEMIBOLD = "semibold"
    ITALIC = "italic"


class Ink(StrEnum):
    """A colour by its use.

    All but the accent are greys, so that a black-and-white print loses nothing; text inks keep a
    contrast of at least 4.5 on white and on the panel.
    """

    TEXT = "text"
    ACCENT = "accent"
    MUTED = "muted"
    HAIRLINE = "hairline"
    PANEL = "panel"
    FRAME = "frame"
    FIELD_LINE = "field-line"


RGB = {
    Ink.TEXT: (0.0, 0.0, 0.0),
    Ink.ACCENT: (0.05, 0.23, 0.35),
    Ink.MUTED: (0.30, 0.30, 0.30),
    Ink.HAIRLINE: (0.72, 0.72, 0.72),
    Ink.PANEL: (0.945, 0.955, 0.965),
    Ink.FRAME: (0.0, 0.0, 0.0),
    Ink.FIELD_LINE: (0.35, 0.35, 0.35),
}
"""Red, green, blue from 0 to 1."""

# Type. The body is what must be read by everybody; the small size is for addresses and notices.
BODY_SIZE = 9.5
BODY_LEADING = 11.5
SMALL_SIZE = 8.5
SMALL_LEADING = 10.4
TITLE_SIZE = 16.5
SECTION_SIZE = 13.0
GROUP_SIZE = 10.75
BAND_SIZE = 8.25
FOOT_SIZE = 7.5
MIN_SIZE = 6.5
"""Below this nothing is shrunk further: a text that still does not fit is wrapped, or refused."""

# Boxes. Below 1 pt a frame vanishes in a faded or two-level scan and the reader loses its anchor.
BOX_SIDE = 12.5
BOX_FRAME = 1.1
BOX_PITCH = mm(12.5)
BOX_COLUMN_PADDING = 4.0

NUMBER_COLUMN = 37.0
TEXT_GAP = 10.0
"""Between the text of a point and its first box column."""
ROW_PADDING = 3.4
ROW_MIN_HEIGHT = mm(10)
"""Keeps 4 mm of white around each box, so that a tick's tail stays in its row."""
TABLE_HEAD_HEIGHT = 15.0
FIELD_HEIGHT = 18.0
FIELD_INSET = 3.0
"""Between a text field's outline and the field."""
FIELD_SIZE = 10.0
"""Size at which people's text is set in fields."""
SIGNATURE_HEIGHT = mm(20)
REMARKS_HEIGHT = mm(16)
REMARKS_MAX_HEIGHT = mm(90)
"""Remarks take what is left of the last page, up to this: whoever answers NON has to explain."""
