"""Measures where a page differs from the form's: missing and added ink, other letters.

The page's content is drawn so that it lies exactly as the blank (`blank`) does. Two programs that
draw the same letters differ by smoothed edges; ink counts as missing or added only where there is
none even a pixel away. What a difference means is for others.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from formgen.layout import (
    BoxPlace,
    CodePlace,
    Rect,
    SignaturePlace,
    Slot,
    Text,
    TextPlace,
)
from formparse.vision.blank import blank_page
from formparse.vision.pagetext import solid
from formparse.vision.patches import apply, bounds
from formparse.vision.raster import brightness_of, darkest_of, has_drawn_annotations, render_onto
from formparse.vision.registration import from_page_size

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pypdfium2 as pdfium
    from numpy.typing import NDArray

    from formgen.layout import FormLayout
    from formparse.vision.pagetext import PageText
    from formparse.vision.raster import Colours, Grey, Matrix

SLACK = 32
"""Of 255: how much paler a pixel may be than the form has it. Smoothing, at its worst half a
pixel off, is taken up by looking one pixel around; grey tones of other programs differ by less."""

STRAY = 64
"""Of 255: how much a pixel may differ from the form's where letters that are already known to be
others by name are compared stroke by stroke, with no look around."""

WINDOW_PX = 10
"""Side of the square in which ink is summed: a small letter."""

LETTER = 1.0
"""Full pixels of ink in a window that are missing or added where words are others. Programs that
draw the same letters leave none, pdftocairo 0.35; one letter in place of another leaves 0.5 to 5,
one word in place of another far more."""

LEGIBLE = 0.5
"""How far, from 0 to 1, a piece of a line with something laid over it must still go dark and pale
with the form's to be read. A highlighter leaves over 0.9, an opaque bar nothing."""

LAID_OVER = 0.4
"""Share of a piece that must be darker than the form's before its legibility is in question: a
stamp's letters or a pen's stroke darken less, and let what they cross be read."""

PIECE_PX = 24
"""Width of a piece: three letters."""

BAND_UP, BAND_DOWN = 0.85, 0.3
"""How far letters reach above and below their line, in sizes."""

SAME_LINE_PT = 2.0
"""How far letters may stand above or below a line and still be in it."""

FIELD_PT = 1.0
"""Around slots and codes, which differ from form to form."""

MARK_REACH_PT = 6.0
"""Around a box: letters that begin there are marks, which others read."""

FRAME_INSET_PT = 1.2
"""Within a box, whose outline is looked at and whose inside is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSeen:
    """One printed text of the form, as the page has it."""

    text: Text
    missing: float
    """Ink of the form's that the page lacks, in full pixels, where it lacks most."""
    added: float
    """Ink that the page has beside the form's."""
    unlike: float
    """Ink that differs at all, looked at only where the page's text says something else."""
    found: str | None
    """What the page's text says there, where that is not what the form says."""
    is_legible: bool
    """What is laid over it lets it be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFound:
    """Text on the page that no form has there."""

    text: str
    rect: Rect
    """In the layout's points; its height is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSeen:
    """How one page differs from the form's."""

    lines: tuple[LineSeen, ...]
    """Those that differ at all."""
    boxes: tuple[BoxPlace, ...]
    """Those whose printed outline is not where it should be."""
    added: tuple[TextFound, ...]
    covered: tuple[Text, ...]
    """Lines that an annotation hides."""
    has_codes: bool
    """Page codes are drawn where the form has them."""


def compare_page(
    page: pdfium.PdfPage, text: PageText, layout: FormLayout, index: int, to_page: Matrix
) -> PageSeen:
    """Give how a page differs from page `index`, from 0, of a form.

    `to_page`: from the layout's points to those of the page.
    """
    return _Comparison(layout, index, to_page).run(page, text)


class _Comparison:
    def __init__(self, layout: FormLayout, index: int, to_page: Matrix) -> None:
        self.layout = layout
        self.index = index
        self.to_page = to_page
        self.blank = blank_page(layout, index)
        self.to_px = from_page_size(layout, self.blank)
        items = [i for i in (*layout.leaves(), *layout.artifacts) if i.page == index]
        self.texts = tuple(item for item in items if isinstance(item, Text))
        self.boxes = tuple(item for item in items if isinstance(item, BoxPlace))
        self.codes = tuple(item.rect for item in items if isinstance(item, CodePlace))
        self.open = tuple(
            _grown(item.rect, FIELD_PT)
            for item in items
            if isinstance(item, Slot | CodePlace | TextPlace | SignaturePlace)
        )
        """Areas that differ from form to form."""
        self.bands = _bands(self.texts)

    def run(self, page: pdfium.PdfPage, text: PageText) -> PageSeen:
        page_to_px = self.to_px @ np.linalg.inv(self.to_page)
        size = self.blank.shape
        colours = render_onto(page, page_to_px, size, annotations=False)
        content = darkest_of(colours)
        missing, added = self.ink(content)
        said, extra = self.letters(text)
        unlike = self.unlike(content) if said else added
        lines = []
        for line in self.texts:
            area = self.area(line)
            gone, more, found = _most(missing[area]), _most(added[area]), said.get(id(line))
            if found is not None or max(gone, more) >= LETTER:
                seen = LineSeen(
                    text=line,
                    missing=gone,
                    added=more,
                    unlike=0.0 if found is None else _most(unlike[area]),
                    found=found,
                    is_legible=more < LETTER or self.is_legible(area, added, colours),
                )
                lines.append(seen)
        covered: tuple[Text, ...] = ()
        if has_drawn_annotations(page):
            shown = render_onto(page, page_to_px, size, annotations=True)
            covered = tuple(self.covered(shown, lines))
        return PageSeen(
            lines=tuple(lines),
            boxes=tuple(box for box in self.boxes if self.is_frame_gone(box, missing)),
            added=tuple(one for one in extra if self.has_ink(one.rect, added)),
            covered=covered,
            has_codes=all(self.is_code(rect, content) for rect in self.codes),
        )

    # --- Ink ------------------------------------------------------------------------------------
    def ink(self, content: Grey) -> tuple[Grey, Grey]:
        """Give the ink that is missing and that is added at each pixel, 0 to 255."""
        wanted, there = 255 - self.blank, 255 - content
        missing = _beyond(wanted, _spread(there))
        added = _beyond(there, _spread(wanted))
        self.clear(missing)
        self.clear(added)
        return missing, added

    def unlike(self, content: Grey) -> Grey:
        """Give by how much each pixel differs from the form's."""
        apart = np.maximum(self.blank, content) - np.minimum(self.blank, content)
        unlike: Grey = np.maximum(apart, STRAY) - np.uint8(STRAY)
        self.clear(unlike)
        return unlike

    def clear(self, ink: Grey) -> None:
        """Take out what differs from form to form."""
        for rect in self.open:
            ink[self.px(rect)] = 0
        for box in self.boxes:
            ink[self.px(_grown(box.rect, -FRAME_INSET_PT))] = 0

    def px(self, rect: Rect) -> tuple[slice, slice]:
        """Give the pixels of an area."""
        left, top, right, bottom = bounds(self.to_px, rect)
        height, width = self.blank.shape
        return (
            slice(max(0, int(top)), min(height, int(np.ceil(bottom)))),
            slice(max(0, int(left)), min(width, int(np.ceil(right)))),
        )

    def area(self, text: Text) -> tuple[slice, slice]:
        """Give the pixels of a line: as far as the form has ink in it before the next begins."""
        rows, columns = self.px(self.bands[id(text)])
        dark = (self.blank[rows, columns] < 255 - SLACK).any(axis=0)
        ink = np.flatnonzero(dark)
        end = columns.start + int(ink[-1]) + 2 if len(ink) else columns.start
        return rows, slice(columns.start, end)

    def is_legible(self, area: tuple[slice, slice], added: Grey, colours: Colours) -> bool:
        """Whether a line is to be read through what is laid over it, everywhere."""
        rows, columns = area
        for start in range(columns.start, max(columns.stop - PIECE_PX // 2, columns.start + 1), 8):
            piece = rows, slice(start, min(start + PIECE_PX, columns.stop))
            if (added[piece] > 0).mean() < LAID_OVER or not (self.blank[piece] < 128).any():
                continue
            wanted = self.blank[piece].astype(np.float64).ravel()
            there = brightness_of(colours[piece]).ravel()
            is_even = min(wanted.std(), there.std()) < 1
            if is_even or np.corrcoef(wanted, there)[0, 1] < LEGIBLE:
                return False
        return True

    def covered(self, shown: Colours, lines: Iterable[LineSeen]) -> Iterable[Text]:
        """Give the lines that are not to be read any more once annotations are drawn."""
        known = {id(line.text) for line in lines}
        missing, added = self.ink(darkest_of(shown))
        for text in self.texts:
            if id(text) in known:
                continue
            area = self.area(text)
            if _most(missing[area]) >= LETTER or not self.is_legible(area, added, shown):
                yield text

    def is_frame_gone(self, box: BoxPlace, missing: Grey) -> bool:
        return _most(missing[self.px(_grown(box.rect, FRAME_INSET_PT))]) >= 2 * LETTER

    def is_code(self, rect: Rect, content: Grey) -> bool:
        dark = (content[self.px(rect)] < 128).mean()
        around = content[self.px(_grown(rect, 2.0))]
        # Quiet on two sides: the sheet's edge may be near the others.
        return bool(0.25 <= dark <= 0.75 and (around[0].min() > 128 and around[:, 0].min() > 128))

    def has_ink(self, rect: Rect, added: Grey) -> bool:
        return _most(added[self.px(rect)]) >= LETTER

    # --- Letters --------------------------------------------------------------------------------
    def letters(self, text: PageText) -> tuple[dict[int, str], list[TextFound]]:
        """Give what lines say that are not as they should be, and letters that belong to none.

        Letters that fonts leave without a name may be any: there only the ink tells.
        """
        letters = text.letters()
        if not letters:
            return {id(line): "" for line in self.texts}, []
        to_layout = np.linalg.inv(self.to_page).astype(np.float64)
        places = apply(to_layout, np.array([(x, y) for _, x, y in letters]))
        boxes = [_grown(box.rect, MARK_REACH_PT) for box in self.boxes]
        # What stands beside it on the sheet is another page of the form, or another form.
        page = Rect(0.0, 0.0, self.layout.page_width, self.layout.page_height)
        is_printed: NDArray[np.bool_] = _any_holds([page], places)
        is_printed &= ~_any_holds([*self.open, *boxes], places)
        owners = self.owners(places)
        rows: dict[int, list[tuple[float, str]]] = {number: [] for number in range(len(self.texts))}
        loose: list[tuple[float, float, str]] = []
        for at in np.flatnonzero(is_printed):
            (x, y), letter, owner = places[at], letters[at][0], int(owners[at])
            if owner < 0:
                loose.append((x, y, letter))
            else:
                rows[owner].append((x, letter))
        said: dict[int, str] = {}
        for number, line in enumerate(self.texts):
            there = "".join(letter for _, letter in sorted(rows[number], key=lambda one: one[0]))
            if not _is_unnamed(there) and _folded(there) != _folded(solid(line.text)):
                said[id(line)] = text.within(*bounds(self.to_page, self.bands[id(line)]))
        return said, list(self.added(loose, text))

    def owners(self, places: Matrix) -> NDArray[np.int64]:
        """Give which line each place is in, by number; -1 for none."""
        if not self.texts:
            return np.full(len(places), -1)
        starts = np.array([text.x for text in self.texts])
        baselines = np.array([text.baseline for text in self.texts])
        x, y = places[:, :1], places[:, 1:]
        is_in = (np.abs(y - baselines) <= SAME_LINE_PT) & (x >= starts - 1)
        # Of several texts in a line, the last that begins before the letter.
        best = np.where(is_in, starts, -np.inf).argmax(axis=1)
        result: NDArray[np.int64] = np.where(is_in.any(axis=1), best, -1)
        return result

    def added(self, loose: list[tuple[float, float, str]], text: PageText) -> Iterable[TextFound]:
        """Put letters that belong to no line of the form together to lines."""
        rest = sorted(loose, key=lambda one: (-one[1], one[0]))
        while rest:
            _, y, _ = rest[0]
            line = [one for one in rest if abs(one[1] - y) <= SAME_LINE_PT]
            rest = [one for one in rest if abs(one[1] - y) > SAME_LINE_PT]
            left, right = min(x for x, _, _ in line), max(x for x, _, _ in line)
            rect = Rect(left - 1, y - 3, right + 8, y + 8)
            words = text.within(*bounds(self.to_page, rect)) or "".join(one[2] for one in line)
            yield TextFound(text=words, rect=rect)


def _bands(texts: Iterable[Text]) -> dict[int, Rect]:
    """Give the room of each text: up to where the next one in its line begins, or the page ends."""
    listed = list(texts)
    bands = {}
    for text in listed:
        after = [
            other.x
            for other in listed
            if other.x > text.x and abs(other.baseline - text.baseline) <= SAME_LINE_PT
        ]
        bands[id(text)] = Rect(
            text.x - 0.5,
            text.baseline - BAND_DOWN * text.size,
            min(after, default=10_000.0) - 0.5,
            text.baseline + BAND_UP * text.size,
        )
    return bands


def _grown(rect: Rect, by: float) -> Rect:
    return Rect(rect.x0 - by, rect.y0 - by, rect.x1 + by, rect.y1 + by)


def _any_holds(rects: Iterable[Rect], places: Matrix) -> NDArray[np.bool_]:
    """Tell for each place whether some rectangle holds it."""
    edges = np.array([(r.x0, r.y0, r.x1, r.y1) for r in rects]).reshape(-1, 4)
    x, y = places[:, :1], places[:, 1:]
    is_in: NDArray[np.bool_] = np.logical_and(
        np.logical_and(edges[:, 0] <= x, x <= edges[:, 2]),
        np.logical_and(edges[:, 1] <= y, y <= edges[:, 3]),
    )
    result: NDArray[np.bool_] = np.any(is_in, axis=1)
    return result


def _spread(dark: Grey) -> Grey:
    """Give the darkest of each pixel and the eight around it."""
    across = dark.copy()
    np.maximum(across[:, 1:], dark[:, :-1], out=across[:, 1:])
    np.maximum(across[:, :-1], dark[:, 1:], out=across[:, :-1])
    spread = across.copy()
    np.maximum(spread[1:], across[:-1], out=spread[1:])
    np.maximum(spread[:-1], across[1:], out=spread[:-1])
    return spread


def _beyond(dark: Grey, near: Grey) -> Grey:
    """Give by how much pixels are darker than anything near them, beyond what smoothing does."""
    limit = np.minimum(near, 255 - SLACK) + np.uint8(SLACK)
    result: Grey = np.maximum(dark, limit) - limit
    return result


def _most(ink: Grey) -> float:
    """Give the most ink in any window, in full pixels."""
    if not ink.any():
        return 0.0
    padded = np.pad(ink, WINDOW_PX // 2).astype(np.float64)
    sums = np.pad(padded.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    side = WINDOW_PX
    windows: NDArray[np.float64] = (
        sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    )
    return float(windows.max()) / 255


_ALIKE = str.maketrans({"’": "'", "‘": "'", "‐": "-", "‑": "-", "–": "-", "—": "-", "\u00ad": "-"})


def _folded(text: str) -> str:
    """Give a text without what programs change on their own: ligatures, quotes, dashes."""
    return solid(unicodedata.normalize("NFKC", text)).translate(_ALIKE)


def _is_unnamed(text: str) -> bool:
    """Whether some letter has no name: private ones, control codes, those that mean « unknown »."""
    return any(
        letter == "\ufffd" or unicodedata.category(letter) in ("Cc", "Cn", "Co", "Cs")
        for letter in text
    )
