"""Pictures of the places in a return that somebody has to look at: question rows, text fields.

Cut from the page as a viewer shows it, where the layout has the row. Runs in a worker: the file is
untrusted. Why somebody has to look is for others.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from formgen.catalog import Answer
from formgen.layout import BoxPlace, FormLayout, Node, Rect, Role, Text
from formgen.naming import TextPart
from formparse.embedded import files_in_pdf
from formparse.enclosed import Allowance
from formparse.intake import ReturnedPdf, guarded, open_bytes
from formparse.kinds import Kind, kind_of
from formparse.message import files_in_message
from formparse.printed import Sheets
from formparse.readers.marks import place_page
from formparse.records import RecordError
from formparse.returned import Refusal
from formparse.triage import Part, triage
from formparse.worker import Carriage, Job

if TYPE_CHECKING:
    from collections.abc import Iterable

    from formgen.editions import Editions
    from formparse.enclosed import Enclosed
    from formparse.triage import FormPage
    from formparse.vision.raster import Grey, Matrix

BOX_MARGIN_PT = 10.0
"""Around boxes and fields: a mark beside a box, or a tail of handwriting, is seen with it."""

TEXT_MARGIN_PT = 3.0
"""Around the words of a row, which end where the next row begins."""

GUESSED_MARGIN_PT = 25.0
"""Added on all sides where it is not proved how the page lies."""

SIDE_MARGIN = 0.04
"""Share of a page's width that is left off on either side of a text field's picture: whatever
stands before the field says what belongs into it."""

MAX_PICTURE_BYTES = 2 << 20
"""One of a whole page has a tenth of this."""

_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
"""How all of them begin: width and height follow."""

_SHORTEST_PNG = 57
"""Its three chunks, with no data at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be shown of one form."""

    questionnaire_id: str
    pages: tuple[int, ...]
    """Of the file, as the reader gave them."""
    subjects: tuple[str | TextPart, ...]
    """Point ids and text fields."""
    part: str | None = None
    """SHA-256 of the file inside the given one that the form stands in, where it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A piece of a page."""

    png: bytes
    page: int
    """Of the file, from 1."""
    is_sure: bool
    """The page's printed boxes were found where the layout has them; else its size alone told."""
    columns: tuple[tuple[str, float], ...]
    """The answer that each box of a row stands for, and how far to the right its middle is, from 0
    to 1; none for a text."""
    below: bytes | None = None
    """The same without what was laid over the page as annotations, where that hides something."""


Pictures = Mapping[tuple[int, str], Picture]
"""By the number of the form among those wanted, and point id or text field."""


def cut_pictures(
    data: bytes, name: str, *, wanted: Mapping[str, tuple[Wanted, ...]], editions: Editions
) -> Pictures:
    """Give the pictures that can be had of a file's forms; `wanted` is by the file's SHA-256."""
    sha256 = hashlib.sha256(data).hexdigest()
    forms = dict(enumerate(wanted.get(sha256, ())))
    pictures: dict[tuple[int, str], Picture] = {}
    for part in {form.part for form in forms.values()}:
        of_part = {number: form for number, form in forms.items() if form.part == part}

        def work(part: str | None = part, of_part: Mapping[int, Wanted] = of_part) -> Pictures:
            inner = data if part is None else _file_inside(data, name, part, 0, Allowance())
            return {} if inner is None else _cut(inner, name, of_part, editions)

        cut = guarded(work, file=name, sha256=sha256)
        if not isinstance(cut, Refusal):
            pictures |= cut
    return pictures


def _file_inside(
    data: bytes, name: str, sha256: str, depth: int, allowance: Allowance
) -> bytes | None:
    """Give the file with this hash inside a message or a PDF, however deep; None if it is not."""
    for file in _files_inside(data, name, depth):
        allowance.spend(len(file.data))
        if hashlib.sha256(file.data).hexdigest() == sha256:
            return file.data
        found = _file_inside(file.data, name, sha256, file.depth, allowance)
        if found is not None:
            return found
    return None


def _files_inside(data: bytes, name: str, depth: int) -> Iterable[Enclosed]:
    kind = kind_of(data)
    if kind is Kind.MESSAGE:
        return files_in_message(data, depth=depth)
    opened = open_bytes(data, name) if kind is Kind.PDF else None
    return files_in_pdf(opened, depth=depth) if isinstance(opened, ReturnedPdf) else ()


def _cut(data: bytes, name: str, forms: Mapping[int, Wanted], editions: Editions) -> Pictures:
    pdf = open_bytes(data, name)
    if isinstance(pdf, Refusal):
        return {}
    sheets = Sheets(pdf.data, pdf.picture)
    parts = [one for one in triage(pdf, editions, sheets) if isinstance(one, Part)]
    pictures: dict[tuple[int, str], Picture] = {}
    for number, form in forms.items():
        part = _part_of(form, parts)
        if part is not None:
            found = _pictures_of(form, part, sheets, editions)
            pictures |= {(number, subject): one for subject, one in found.items()}
    return pictures


def _part_of(form: Wanted, parts: list[Part]) -> Part | None:
    """Give the part of the file that the form was read in."""
    for part in parts:
        pages = tuple(dict.fromkeys(page.page.number for page in part.pages))
        if (part.identity.questionnaire_id, pages) == (form.questionnaire_id, form.pages):
            return part
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A page of the form in the picture of a page of the file."""

    number: int
    grey: Grey
    below: Grey | None
    """Without its annotations; None where it has none."""
    to_px: Matrix
    is_sure: bool


def _pictures_of(
    form: Wanted, part: Part, sheets: Sheets, editions: Editions
) -> dict[str, Picture]:
    layout = part.places.layout
    regions: dict[str, tuple[int, Rect] | None] = {}
    for subject in form.subjects:
        if isinstance(subject, TextPart):
            regions[subject.value] = _strip_of(layout, subject)
        else:
            regions[subject] = row_of(layout, subject)
    pages: dict[int, _Placed] = {}
    needed = {region[0] for region in regions.values() if region is not None}
    for page in part.pages:
        placed = _placed(page, part, sheets, editions)
        if placed is not None and placed[0] in needed and placed[0] not in pages:
            pages[placed[0]] = placed[1]
    return {
        subject: _picture(pages[region[0]], region[1], layout, subject)
        for subject, region in regions.items()
        if region is not None and region[0] in pages
    }


def _placed(
    page: FormPage, part: Part, sheets: Sheets, editions: Editions
) -> tuple[int, _Placed] | None:
    """Give which page of the form a page of the file shows, and how; at worst by its size."""
    sheet = sheets.sheet(page.page.number)
    image = sheet.image() if sheet is not None else None
    if sheet is None or image is None:
        return None
    found = place_page(page, sheets, part, editions, image)
    if found is not None:
        index, to_px = found[0], found[1].to_px
    elif page.index is not None:
        from formparse.vision.registration import from_page_size

        index, to_px = page.index, from_page_size(part.places.layout, image.grey)
    else:
        return None
    bare = sheet.image(annotations=False) if sheet.has_annotations else None
    return index, _Placed(
        number=page.page.number,
        grey=image.grey,
        below=None if bare is None else bare.grey,
        to_px=to_px,
        is_sure=found is not None,
    )


def row_of(layout: FormLayout, point_id: str) -> tuple[int, Rect] | None:
    """Give the page, from 0, on which a point's row stands, and the part of it to show."""
    boxes = [box for box in layout.boxes if box.point_id == point_id]
    if not boxes:
        return None
    page = boxes[0].page
    rects = [_wider(box.rect, BOX_MARGIN_PT) for box in boxes if box.page == page]
    for leaf in _row_leaves(layout.root, point_id):
        if isinstance(leaf, Text) and leaf.page == page:
            # Where it ends does not matter: the boxes stand to the right of all texts.
            letter = Rect(leaf.x, leaf.baseline, leaf.x + leaf.size, leaf.baseline + leaf.size)
            rects.append(_wider(letter, TEXT_MARGIN_PT))
    return page, Rect(
        min(rect.x0 for rect in rects),
        min(rect.y0 for rect in rects),
        max(rect.x1 for rect in rects),
        max(rect.y1 for rect in rects),
    )


def _strip_of(layout: FormLayout, part: TextPart) -> tuple[int, Rect] | None:
    """Give the page on which a text field stands, and the strip across it to show."""
    for place in layout.text_places:
        if place.part is part:
            side = SIDE_MARGIN * layout.page_width
            around = _wider(place.rect, BOX_MARGIN_PT)
            return place.page, Rect(side, around.y0, layout.page_width - side, around.y1)
    return None


def _wider(rect: Rect, margin: float) -> Rect:
    return Rect(rect.x0 - margin, rect.y0 - margin, rect.x1 + margin, rect.y1 + margin)


def _row_leaves(node: Node, point_id: str) -> list[object]:
    """Give what stands in the table row with the boxes of a point; nothing where there is none."""
    if node.role is Role.TR:
        leaves = _leaves(node)
        has = any(isinstance(one, BoxPlace) and one.point_id == point_id for one in leaves)
        return leaves if has else []
    for child in node.children:
        if isinstance(child, Node):
            found = _row_leaves(child, point_id)
            if found:
                return found
    return []


def _leaves(node: Node) -> list[object]:
    return [
        leaf
        for child in node.children
        for leaf in (_leaves(child) if isinstance(child, Node) else [child])
    ]


def _picture(placed: _Placed, rect: Rect, layout: FormLayout, subject: str) -> Picture:
    from formparse.vision.crop import crop_png, hides_ink

    wide = rect if placed.is_sure else _wider(rect, GUESSED_MARGIN_PT)
    around = Rect(
        max(0.0, wide.x0),
        max(0.0, wide.y0),
        min(layout.page_width, wide.x1),
        min(layout.page_height, wide.y1),
    )
    columns = tuple(
        (box.answer.value, ((box.rect.x0 + box.rect.x1) / 2 - around.x0) / around.width)
        for box in layout.boxes
        if box.point_id == subject
    )
    grey, bare, to_px = placed.grey, placed.below, placed.to_px
    has_hidden = bare is not None and hides_ink(grey, bare, to_px, around)
    return Picture(
        png=crop_png(grey, to_px, around),
        page=placed.number,
        is_sure=placed.is_sure,
        columns=columns,
        below=crop_png(bare, to_px, around) if bare is not None and has_hidden else None,
    )


# --- From a worker ------------------------------------------------------------------------------
def _pack(pictures: Pictures) -> bytes:
    return json.dumps(
        [
            [
                *(number, subject, one.page, one.is_sure, one.columns),
                *(base64.b64encode(png).decode() for png in (one.png, one.below or b"")),
            ]
            for (number, subject), one in pictures.items()
        ]
    ).encode()


def _unpack(untrusted_answer: bytes, _job: Job) -> Pictures:
    try:
        return dict(map(_checked, json.loads(untrusted_answer)))
    except (ValueError, TypeError, RecursionError) as error:  # binascii's error is a ValueError
        raise RecordError(str(error)) from error


def _checked(untrusted_picture: object) -> tuple[tuple[int, str], Picture]:
    match untrusted_picture:
        case [
            int(number),
            str(subject),
            int(page),
            bool(is_sure),
            list(untrusted_columns),
            str(untrusted_png),
            str(untrusted_below),
        ]:
            return (number, subject), Picture(
                png=_png(untrusted_png),
                page=page,
                is_sure=is_sure,
                columns=tuple((Answer(word).value, float(at)) for word, at in untrusted_columns),
                below=_png(untrusted_below) if untrusted_below else None,
            )
        case _:
            raise RecordError("no picture")


def _png(untrusted_text: str) -> bytes:
    png = base64.b64decode(untrusted_text, validate=True)
    if not png.startswith(_PNG) or not _SHORTEST_PNG <= len(png) <= MAX_PICTURE_BYTES:
        raise RecordError("no PNG")
    return png


def _none(_refusal: Refusal) -> Pictures:
    return {}


PICTURES: Carriage[Pictures] = Carriage(pack=_pack, unpack=_unpack, failed=_none)
"""A file that cannot be shown is one without pictures."""
