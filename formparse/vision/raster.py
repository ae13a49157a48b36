"""Makes a grey image of a page of a returned PDF, with PDFium, under a budget of pixels.

Also says how the page's own coordinates lie in the image. What is on the image is for others.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Colours = NDArray[np.uint8]
    Grey = NDArray[np.uint8]
    Matrix = NDArray[np.float64]

LONG_SIDE_PX = 1684
"""An A4 page at two pixels a point: a box is 25 pixels wide, its outline two, a module of a page
code five. Twice as many pixels cost four times as much and show nothing more of what is drawn."""

MAX_ASPECT = 4.0
"""Of a page's sides. The image of a longer strip would have boxes of a few pixels."""

MIN_SIDE_PT = 72.0
"""No form fits into an inch; smaller pages are seals, or traps for those who divide by them."""


_FINE = 10_000
"""Pixels a side when PDFium is asked how a page lies: it takes whole numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageImage:
    """The picture of a page, upright as a viewer shows it."""

    grey: Grey
    """Darkest of red, green and blue, so that a yellow or cyan stroke is as dark as a black one."""
    page_to_px: Matrix
    """3 by 3: from the page's own points (those of its text and annotations) to pixels."""


def open_document(data: bytes) -> pdfium.PdfDocument | None:
    """Open a file that `formparse.intake` took; None where PDFium cannot."""
    try:
        document = pdfium.PdfDocument(data)
        # Before the first page is loaded, or form fields are not drawn. This build of PDFium has no
        # JavaScript.
        document.init_forms()
    except pdfium.PdfiumError:
        return None
    return document


def load_page(document: pdfium.PdfDocument, number: int) -> pdfium.PdfPage | None:
    """Give a page, from 1; None where PDFium does not find it or where it is no sheet of paper."""
    try:
        page = document[number - 1]
    except (pdfium.PdfiumError, IndexError):
        return None
    short, long = sorted(page.get_size())
    if short < MIN_SIDE_PT or long > MAX_ASPECT * short:
        return None
    return page


def render(page: pdfium.PdfPage, *, annotations: bool) -> PageImage | None:
    """Draw a page, with or without its annotations (form fields are some); None where that fails.

    The long side has always the same number of pixels, whatever size the file claims.
    """
    scale = LONG_SIDE_PX / max(page.get_size())
    try:
        bitmap = page.render(scale=scale, may_draw_forms=annotations, draw_annots=annotations)
    except pdfium.PdfiumError:
        return None
    colours = bitmap.to_numpy()
    if colours.ndim == 2:
        grey = colours.copy()
    else:
        grey = np.minimum(np.minimum(colours[..., 0], colours[..., 1]), colours[..., 2])
    height, width = grey.shape
    return PageImage(grey=grey, page_to_px=_page_to_px(page, width, height))


def render_onto(
    page: pdfium.PdfPage, page_to_px: Matrix, size: tuple[int, int], *, annotations: bool
) -> Colours:
    """Draw a page so that its points lie in a picture (height, width) as `page_to_px` has them.

    Form fields are not drawn; other annotations are if wanted. White where drawing fails.
    """
    height, width = size
    bitmap = pdfium.PdfBitmap.new_native(width, height, pdfium_c.FPDFBitmap_BGRx)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
    # The matrix is a change of PDFium's own way to a picture of one pixel a point.
    across, down = page.get_size()
    own = np.diag([across / _FINE, down / _FINE, 1.0]) @ _page_to_px(page, _FINE, _FINE)
    step = page_to_px @ np.linalg.inv(own)
    (a, c, e), (b, d, f) = step[:2]
    pdfium_c.FPDF_RenderPageBitmapWithMatrix(
        bitmap,
        page,
        pdfium_c.FS_MATRIX(a, b, c, d, e, f),
        pdfium_c.FS_RECTF(0, 0, width, height),
        pdfium_c.FPDF_ANNOT if annotations else 0,
    )
    colours: Colours = bitmap.to_numpy()
    return colours


def darkest_of(colours: Colours) -> Grey:
    """Give the darkest of red, green and blue, as `PageImage.grey`."""
    return np.minimum(np.minimum(colours[..., 0], colours[..., 1]), colours[..., 2])


def brightness_of(colours: Colours) -> NDArray[np.float64]:
    """Give how bright a person sees colours: blue, green and red do not count alike."""
    bright: NDArray[np.float64] = colours[..., :3] @ np.array([0.114, 0.587, 0.299])
    return bright


def image_of_picture(grey: Grey) -> PageImage:
    """Give a picture as a page of its own size: two pixels a point, origin lower left."""
    to_px = np.array([[2.0, 0.0, 0.0], [0.0, -2.0, grey.shape[0]], [0.0, 0.0, 1.0]])
    return PageImage(grey=grey, page_to_px=to_px)


def _page_to_px(page: pdfium.PdfPage, width: int, height: int) -> Matrix:
    """Ask PDFium where three corners of the image lie on the page, and turn that round."""
    x, y = ctypes.c_double(), ctypes.c_double()
    corners = []
    for column, row in ((0, 0), (width, 0), (0, height)):
        pdfium_c.FPDF_DeviceToPage(
            page, 0, 0, width, height, 0, column, row, ctypes.byref(x), ctypes.byref(y)
        )
        corners.append((x.value, y.value))
    origin, right, down = np.array(corners)
    to_page = np.eye(3)
    to_page[:2, 0] = (right - origin) / width
    to_page[:2, 1] = (down - origin) / height
    to_page[:2, 2] = origin
    return np.linalg.inv(to_page).astype(np.float64)


def has_drawn_annotations(page: pdfium.PdfPage) -> bool:
    """Whether a page has annotations that may draw something: form fields, and what people add."""
    for number in range(pdfium_c.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, number)
        if not annotation:
            continue
        kind = pdfium_c.FPDFAnnot_GetSubtype(annotation)
        pdfium_c.FPDFPage_CloseAnnot(annotation)
        if kind not in (pdfium_c.FPDF_ANNOT_LINK, pdfium_c.FPDF_ANNOT_POPUP):
            return True
    return False
