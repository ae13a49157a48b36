"""Returns on paper: a form printed, marked by a hand and scanned, and what each row truly says."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import groupby

import numpy as np
import pypdfium2 as pdfium
from PIL import Image

from formgen import style
from formgen.catalog import Answer
from formgen.layout import BoxPlace, FormLayout
from tests.builders import issued, template
from tests.paper import hands, machines
from tests.paper.hands import PX_PER_PT, Hand, Page, Shape
from tests.paper.machines import Level


class Purpose(StrEnum):
    """What a sheet is made for: no seed of one is ever a seed of the other."""

    DEVELOPMENT = "development"
    BENCH = "bench"


class Kind(StrEnum):
    """What a hand did in one row."""

    PLAIN = "plain"
    BLANK = "blank"
    BLACKENED = "blackened"
    """The wrong box made black, another marked: as the form asks."""
    STRUCK = "struck"
    """The wrong mark crossed out, another made."""
    CIRCLED = "circled"
    """Two marks, one in a circle."""
    DOUBLE = "double"
    BESIDE = "beside"
    WITHDRAWN = "withdrawn"
    """A box made black, no other marked."""


KINDS = tuple(Kind)
_SHARES = (925, 35, 12, 4, 3, 6, 9, 2)

MUST_DOUBT = frozenset({Kind.DOUBLE, Kind.WITHDRAWN})
"""No answer can be read for sure; for a withdrawn one neither an answer nor none."""
MAY_DOUBT = MUST_DOUBT | {Kind.BLANK, Kind.BLACKENED, Kind.STRUCK, Kind.CIRCLED, Kind.BESIDE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The truth of one point."""

    point_id: str
    page: int
    kind: Kind
    answer: Answer | None
    """What the hand meant; None where it meant nothing, or nothing can be told."""
    boxes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperForm:
    """All sheets of one form, as pictures in their order."""

    questionnaire_id: str
    level: Level
    hand: Hand
    rows: tuple[Row, ...]
    sheets: tuple[Image.Image, ...]


@cache
def _blank_sheets(questionnaire_id: str) -> tuple[Page, ...]:
    """The printed pages, before anybody touches them, in darkness."""
    document = pdfium.PdfDocument(issued(questionnaire_id))
    try:
        sheets = []
        for page in document:
            grey = page.render(scale=PX_PER_PT, grayscale=True).to_numpy()
            sheets.append(1 - grey.reshape(grey.shape[:2]).astype(np.float32) / 255)
        return tuple(sheets)
    finally:
        document.close()


def layout_of(questionnaire_id: str) -> FormLayout:
    return template(questionnaire_id).layout


def paper_form(
    questionnaire_id: str,
    level: Level,
    seed: int,
    *,
    purpose: Purpose = Purpose.DEVELOPMENT,
    who: Hand | None = None,
    kinds: tuple[int, ...] = _SHARES,
    pages: frozenset[int] | None = None,
) -> PaperForm:
    """One form by one hand, through one machine."""
    chance = random.Random(f"{purpose}/{questionnaire_id}/{level}/{seed}")
    rng = np.random.default_rng(chance.randrange(2**32))
    who = who or hands.hand(chance)
    way = machines.poor_way(chance)
    layout = layout_of(questionnaire_id)
    sheets, rows = [], []
    for index, blank in enumerate(_blank_sheets(questionnaire_id)):
        if pages is not None and index not in pages:
            continue
        page = machines.printed(blank.copy(), level, chance, rng)
        places = [box for box in layout.boxes if box.page == index]
        for point_id, group in groupby(places, key=lambda box: box.point_id):
            boxes = list(group)
            kind = chance.choices(KINDS, kinds)[0]
            answer = _mark_row(page, layout.page_height, boxes, kind, who, chance)
            rows.append(
                Row(point_id=point_id, page=index, kind=kind, answer=answer, boxes=len(boxes))
            )
        if index == layout.signature_place.page:
            _write(page, layout, who, chance)
        page = machines.worn(page, level, chance, rng)
        sheets.append(machines.scanned(page, level, way, chance, rng))
    return PaperForm(
        questionnaire_id=questionnaire_id,
        level=level,
        hand=who,
        rows=tuple(rows),
        sheets=tuple(sheets),
    )


def _mark_row(
    page: Page, height: float, boxes: list[BoxPlace], kind: Kind, who: Hand, chance: random.Random
) -> Answer | None:
    def put(box: BoxPlace, strokes: list[list[hands.Point]], dx: float = 0, dy: float = 0) -> None:
        x, y = hands.centre(box.rect)
        hands.draw(page, height, (x + dx, y + dy), strokes, who.pen, chance.randrange(2**31))

    def marked(box: BoxPlace, shape: Shape = who.shape) -> None:
        spread = who.wander
        put(
            box,
            hands.mark(shape, who, chance),
            max(-3.5, min(3.5, chance.gauss(0, spread))),
            max(-3.5, min(3.5, chance.gauss(0, spread))),
        )

    meant = chance.choice(boxes)
    other = chance.choice([box for box in boxes if box is not meant])
    match kind:
        case Kind.BLANK:
            return None
        case Kind.PLAIN:
            marked(meant)
        case Kind.BLACKENED:
            if chance.random() < 0.7:
                marked(other)
            put(other, hands.blackened(who, chance))
            marked(meant)
        case Kind.STRUCK:
            marked(other)
            put(
                other,
                hands.scribbled_out(who, chance) if chance.random() < 0.5 else hands.struck(chance),
            )
            marked(meant)
        case Kind.CIRCLED:
            marked(other)
            marked(meant)
            put(meant, hands.circled(chance))
        case Kind.DOUBLE:
            marked(meant)
            marked(other)
            return None
        case Kind.BESIDE:
            side = chance.choice((-1, 1))
            put(
                meant,
                hands.mark(who.shape, who, chance),
                side * chance.uniform(10, 14),
                chance.gauss(0, 2),
            )
        case Kind.WITHDRAWN:
            if who.shape is not Shape.FILL:
                marked(meant)
            put(meant, hands.blackened(who, chance))
            return meant.answer if who.shape is Shape.FILL else None
    return meant.answer


def _write(page: Page, layout: FormLayout, who: Hand, chance: random.Random) -> None:
    """Name, date and signature by hand."""
    places = [place.rect for place in layout.text_places if not place.multiline]
    places.append(layout.signature_place.rect)
    for rect in places:
        if rect.width > 30:
            strokes = hands.name(min(rect.width * 0.6, 110), chance)
            at = (rect.x0 + 6, rect.y0 + min(7, rect.height / 3))
            hands.draw(page, layout.page_height, at, strokes, who.pen, chance.randrange(2**31))


def pdf_of(sheets: list[Image.Image], *, quality: int = 75) -> bytes:
    """A scanner's PDF: one picture a page, JPEG, or CCITT for two-level ones."""
    written = io.BytesIO()
    first, *rest = [sheet.copy() for sheet in sheets]
    settings = {} if first.mode == "1" else {"quality": quality}
    first.save(written, "PDF", save_all=True, append_images=rest, resolution=200, **settings)
    return written.getvalue()


def box_side_px(dpi: float = hands.DPI) -> float:
    return style.BOX_SIDE * dpi / 72
