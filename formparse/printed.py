"""Which page of which form a page shows, by what is printed on it, and where it lies there.

The way for pages whose fields and hidden names are lost: the codes in their corners say all but the
supplier; where these are cut off, the printed words tell questionnaire and page. Knows nothing of
fields or answers.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from formgen.issue import FORM_ID_ALPHABET, FORM_ID_LENGTH
from formgen.layout import LAYOUT_EDITION, Slot, SlotKind, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pypdfium2 as pdfium

    from formgen.catalog import Catalog
    from formgen.editions import Editions
    from formgen.layout import FormLayout
    from formparse.imagefile import Picture, PictureFile
    from formparse.vision.pagecode import FoundCode
    from formparse.vision.pagetext import Note, PageText
    from formparse.vision.raster import Grey, Matrix, PageImage
    from formparse.vision.registration import Registration

MIN_LINES = 6
"""Printed lines that must be found in place where codes are lost. A quotation of a point has three
or four lines, and they do not lie as in the form."""

MIN_LINE_LETTERS = 15
"""Shorter lines (« OUI », « N/A », « Société ») stand in any document."""

MAX_LINE_ERROR_PT = 1.0
"""How far a line may begin from where the others have it."""

_KEPT_SHEETS = 16
"""Pages whose images are kept between recognising and reading them; 2 MB each. The four forms have
11 pages."""

_FORM_ID = re.compile(f"(?:[{FORM_ID_ALPHABET}]-?){{{FORM_ID_LENGTH}}}")
"""It is printed in two halves, to be read out on the phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPage:
    """A page of a form, found on a page of the file."""

    catalog_id: str
    catalog_version: str
    edition: int
    questionnaire_id: str
    index: int
    """Which page of the form, from 0."""
    form_id: str | None
    """None where it is not readable."""
    is_coded: bool
    """Its codes said all this; else its words did, and the version is the likeliest one."""
    place: Registration


class Paper(StrEnum):
    """How paper came to be a picture."""

    SHADES = "shades"
    """In grey or colour."""
    BILEVEL = "bilevel"
    """In black and white only: what is pale is lost."""


class Sheet:
    """One page of the file: its picture, text and notes, each made when first asked for."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self._page = page
        self._images: dict[bool, PageImage | None] = {}
        self._texts: dict[int, PageText] = {}
        self._paper: Paper | None = None
        self._is_looked_at = False

    @property
    def page(self) -> pdfium.PdfPage | None:
        """The page as PDFium has it; None for a picture."""
        return self._page

    @property
    def paper(self) -> Paper | None:
        """Whether it is a picture of paper; None for a page drawn by a program."""
        if not self._is_looked_at:
            from formparse.vision.scan import bilevel_of_scan

            is_bilevel = bilevel_of_scan(self._page)
            if is_bilevel is not None:
                self._paper = Paper.BILEVEL if is_bilevel else Paper.SHADES
            self._is_looked_at = True
        return self._paper

    def image(self, *, annotations: bool = True) -> PageImage | None:
        """Give its picture as a viewer shows it, or as it is without its annotations."""
        if annotations not in self._images:
            from formparse.vision.raster import render

            image = render(self._page, annotations=annotations)
            if image is not None and self.paper is not None:
                image = replace(image, grey=_cleaned(image.grey))
            self._images[annotations] = image
        return self._images[annotations]

    @property
    def has_annotations(self) -> bool:
        """Whether something is drawn on it that is not part of its content."""
        from formparse.vision.raster import has_drawn_annotations

        return has_drawn_annotations(self._page)

    def notes(self) -> tuple[Note, ...]:
        """Give what people wrote or drew on it as annotations."""
        from formparse.vision.pagetext import notes_of

        return tuple(notes_of(self._page))

    def text(self, *, turns: int = 0) -> PageText | None:
        """Give its text, without that of annotations; see `PageText` for `turns`."""
        if turns not in self._texts:
            from formparse.vision.pagetext import PageText

            self._texts[turns] = PageText(self._page, turns=turns)
        return self._texts[turns]


class PictureSheet(Sheet):
    """One page of a picture file: a picture, and nothing else."""

    def __init__(self, picture: Picture) -> None:
        self._paper = Paper.BILEVEL if picture.is_bilevel else Paper.SHADES
        self._is_looked_at = True
        self._grey = _cleaned(picture.grey)

    @property
    def page(self) -> None:
        """A picture has none."""
        return

    def image(self, *, annotations: bool = True) -> PageImage | None:
        """Give the picture; it has no annotations."""
        del annotations
        from formparse.vision.raster import image_of_picture

        return image_of_picture(self._grey)

    @property
    def has_annotations(self) -> bool:
        """A picture has none."""
        return False

    def notes(self) -> tuple[Note, ...]:
        """A picture has none."""
        return ()

    def text(self, *, turns: int = 0) -> PageText | None:
        """A picture has none."""
        del turns
        return None


def _cleaned(grey: Grey) -> Grey:
    from formparse.vision.streaks import without_streaks

    return without_streaks(grey)


class Sheets:
    """The pages of a returned file as PDFium shows them. Nothing is opened before it is needed."""

    def __init__(self, data: bytes, picture: PictureFile | None = None) -> None:
        """Take a file's bytes, or the picture that they are."""
        self._data = data
        self._picture = picture
        self._document: pdfium.PdfDocument | None = None
        self._is_open = False
        self._sheets: OrderedDict[int, Sheet | None] = OrderedDict()
        self._printed: dict[int, tuple[PrintedPage, ...]] = {}

    def sheet(self, number: int) -> Sheet | None:
        """Give a page of the file, from 1; None where PDFium cannot show it."""
        if number in self._sheets:
            self._sheets.move_to_end(number)
            return self._sheets[number]
        sheet = (
            self._picture_sheet(number) if self._picture is not None else self._pdf_sheet(number)
        )
        self._sheets[number] = sheet
        if len(self._sheets) > _KEPT_SHEETS:
            self._sheets.popitem(last=False)
        return sheet

    def _pdf_sheet(self, number: int) -> Sheet | None:
        from formparse.vision.raster import load_page, open_document

        if not self._is_open:
            self._is_open = True
            self._document = open_document(self._data)
        page = load_page(self._document, number) if self._document is not None else None
        return Sheet(page) if page is not None else None

    def _picture_sheet(self, number: int) -> Sheet | None:
        from formparse.vision.raster import LONG_SIDE_PX

        assert self._picture is not None
        picture = self._picture.page(number, long_side_px=LONG_SIDE_PX)
        return PictureSheet(picture) if picture is not None else None

    def printed(self, number: int, editions: Editions) -> tuple[PrintedPage, ...]:
        """Give the pages of forms that a page of the file shows: one, or several on one sheet."""
        if number not in self._printed:
            sheet = self.sheet(number)
            self._printed[number] = _recognise(sheet, editions) if sheet is not None else ()
        return self._printed[number]


def _recognise(sheet: Sheet, editions: Editions) -> tuple[PrintedPage, ...]:
    image = sheet.image()
    if image is None:
        return ()
    from formparse.vision.pagecode import find_codes, page_of

    groups: dict[tuple[int, int, int, str], list[FoundCode]] = {}
    for found in find_codes(image.grey):
        groups.setdefault(page_of(found.code), []).append(found)
    is_paper = sheet.paper is not None
    pages = [_by_codes(group, image, editions, is_paper=is_paper) for group in groups.values()]
    known = tuple(page for page in pages if page is not None)
    if known:
        return known
    by_words = _by_words(sheet, image, editions)
    if by_words is None and is_paper and not groups:
        by_words = _by_look(image, editions)
    return (by_words,) if by_words is not None else ()


# --- By its codes -------------------------------------------------------------------------------
def _by_codes(
    group: list[FoundCode], image: PageImage, editions: Editions, *, is_paper: bool
) -> PrintedPage | None:
    code = group[0].code
    meant = editions.by_fingerprint(code.fingerprint)
    if meant is None:
        return None
    catalog, edition = meant
    if code.questionnaire > len(catalog.questionnaires):
        return None
    questionnaire_id = catalog.questionnaires[code.questionnaire - 1].id
    layout = editions.layout(catalog, questionnaire_id, edition)
    if layout is None or code.page > layout.page_count:
        return None
    place = _place(group, layout, image, is_paper=is_paper)
    if place is None:
        return None
    return PrintedPage(
        catalog_id=catalog.id,
        catalog_version=catalog.version,
        edition=edition,
        questionnaire_id=questionnaire_id,
        index=code.page - 1,
        form_id=code.form_id,
        is_coded=True,
        place=place,
    )


def _place(
    group: list[FoundCode], layout: FormLayout, image: PageImage, *, is_paper: bool
) -> Registration | None:
    from formparse.vision.paperplace import guesses_from_codes, prove_on_paper
    from formparse.vision.registration import from_codes, prove

    index = group[0].code.page - 1
    if is_paper:
        for guess in guesses_from_codes(group, layout):
            place = prove_on_paper(guess, layout, index, image.grey)
            if place is not None:
                return place
        return None
    drawn = from_codes(group, layout)
    return prove(drawn, layout, index, image.grey) if drawn is not None else None


# --- By its words -------------------------------------------------------------------------------
def _by_words(sheet: Sheet, image: PageImage, editions: Editions) -> PrintedPage | None:
    """Give the page whose lines stand on the sheet as in its layout, more of them than any other's.

    Catalogs and editions are tried newest first, and the first of equals is taken.
    """
    from formparse.vision.registration import prove

    text = sheet.text()
    if text is None:
        return None
    best: tuple[int, Catalog, FormLayout, int, Matrix] | None = None
    for catalog, layout in _layouts(editions):
        for index in range(layout.page_count):
            count, to_page = match_lines(text, layout, index)
            if to_page is not None and (best is None or count > best[0]):
                best = count, catalog, layout, index, to_page
    if best is None:
        return None
    _, catalog, layout, index, to_page = best
    place = prove(image.page_to_px @ to_page, layout, index, image.grey)
    if place is None:
        return None
    return PrintedPage(
        catalog_id=catalog.id,
        catalog_version=catalog.version,
        edition=layout.edition,
        questionnaire_id=layout.questionnaire_id,
        index=index,
        form_id=_printed_form_id(text, layout, index, to_page),
        is_coded=False,
        place=place,
    )


def _layouts(editions: Editions) -> Iterator[tuple[Catalog, FormLayout]]:
    for catalog in editions.catalogs():
        for edition in range(LAYOUT_EDITION, 0, -1):
            for questionnaire in catalog.questionnaires:
                layout = editions.layout(catalog, questionnaire.id, edition)
                if layout is not None:
                    yield catalog, layout


def match_lines(text: PageText, layout: FormLayout, index: int) -> tuple[int, Matrix | None]:
    """Give how many lines of a form's page stand on the sheet as they should, and how it lies."""
    import numpy as np

    from formparse.vision.patches import apply
    from formparse.vision.registration import fit

    starts = _line_starts(layout, index)
    found = text.origins(starts)
    if len(found) < MIN_LINES:
        return 0, None
    points = np.array([starts[line] for line in found])
    # Downwards, as pixels count; turned back below.
    places = np.array([found[line] for line in found]) * (1, -1)
    is_good = np.ones(len(points), dtype=bool)
    for _ in range(3):
        matrix = fit(points[is_good], places[is_good], is_similar=True)
        if matrix is None:
            return 0, None
        errors = np.linalg.norm(apply(matrix, points) - places, axis=1)
        is_good = errors <= max(MAX_LINE_ERROR_PT, float(np.median(errors)))
        if is_good.sum() < MIN_LINES:
            return 0, None
    if errors[is_good].max() > MAX_LINE_ERROR_PT:
        return 0, None
    return int(is_good.sum()), np.diag([1.0, -1.0, 1.0]) @ matrix


def _by_look(image: PageImage, editions: Editions) -> PrintedPage | None:
    """Give the page whose text a scan shows, where it is like no other page."""
    from formparse.vision.pagesearch import propose
    from formparse.vision.paperplace import prove_on_paper

    candidates = [
        (catalog, layout, index)
        for catalog, layout in _layouts(editions)
        for index in range(layout.page_count)
    ]
    proposal = propose(image.grey, [(layout, index) for _, layout, index in candidates])
    if proposal is None:
        return None
    catalog, layout, index = candidates[proposal.candidate]
    place = prove_on_paper(proposal.guess, layout, index, image.grey)
    if place is None:
        return None
    return PrintedPage(
        catalog_id=catalog.id,
        catalog_version=catalog.version,
        edition=layout.edition,
        questionnaire_id=layout.questionnaire_id,
        index=index,
        form_id=None,
        is_coded=False,
        place=place,
    )


def _line_starts(layout: FormLayout, index: int) -> dict[str, tuple[float, float]]:
    """Give the lines of a page that stand on it once, without white space, and where they begin."""
    from formparse.vision.pagetext import solid

    starts: dict[str, tuple[float, float]] = {}
    twice: set[str] = set()
    for item in (*layout.leaves(), *layout.artifacts):
        if isinstance(item, Text) and item.page == index:
            line = solid(item.text)
            if line in starts:
                twice.add(line)
            if len(line) >= MIN_LINE_LETTERS:
                starts[line] = (item.x, item.baseline)
    return {line: start for line, start in starts.items() if line not in twice}


def _printed_form_id(text: PageText, layout: FormLayout, index: int, to_page: Matrix) -> str | None:
    from formparse.vision.patches import bounds

    for item in layout.artifacts:
        if isinstance(item, Slot) and item.kind is SlotKind.FORM_ID and item.page == index:
            match = _FORM_ID.search(text.within(*bounds(to_page, item.rect)))
            return match[0].replace("-", "") if match else None
    return None
