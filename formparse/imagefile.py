"""Opens returned picture files (JPEG, PNG, TIFF) under a budget, page by page, as grey images.

What a scanner saves or a phone sends; which kinds those are is `formparse.kinds`. What the pages
show is for others.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from formgen.language import Phrase
from formparse.errors import RefusalCode, RefusedError, more_than, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Grey = NDArray[np.uint8]

MAX_PIXELS = 64_000_000
"""Of one page. An A4 page at 600 dpi has 35 million, the largest photos of today's phones 50; in
colour this takes a fifth of what a worker may use."""

MAX_SIDE_PX = 20_000
"""Nothing that a page scanner or phone makes is longer; Pillow's buffers grow with a line."""

MAX_ASPECT = 4.0
"""Of a page's sides, as for pages of PDF files (`formparse.vision.raster`)."""

_TURNED = 0x0112
"""EXIF's tag for how a phone was held."""

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One page of a picture file."""

    grey: Grey
    """Upright as a viewer shows it; darkest of red, green and blue (see `vision.raster`)."""
    is_bilevel: bool
    """It was stored in black and white only."""


class PictureFile:
    """A picture file, opened; its pages are decoded when asked for."""

    def __init__(self, data: bytes, kind: str, *, max_pages: int) -> None:
        """Read the head of a file of this kind (`picture_format`). Raises RefusedError."""
        self._kind = kind
        self._image = _guarded(lambda: _opened(data, kind))
        # Animated PNG and phones' JPEG with a second picture: the first is what people see.
        self.page_count = _guarded(lambda: _frames(self._image, max_pages)) if kind == "TIFF" else 1

    def page(self, number: int, *, long_side_px: int) -> Picture | None:
        """Give a page, from 1, of this size; None where a page is damaged or no sheet of paper.

        Raises RefusedError where that is the only one.
        """
        try:
            return _guarded(lambda: self._page(number, long_side_px))
        except RefusedError:
            if self.page_count == 1:
                raise
            return None

    def _page(self, number: int, long_side_px: int) -> Picture | None:
        image = self._image
        if self.page_count > 1:
            image.seek(number - 1)
        _check_size(image.size)
        short, long = sorted(image.size)
        if short < 1 or long > MAX_ASPECT * short:
            return None
        is_bilevel = image.mode == "1"
        if self._kind == "JPEG":
            # Decoded at a half or a quarter where that is still larger than what is asked for.
            share = long_side_px / long
            image.draft(None, (max(1, int(image.width * share)), max(1, int(image.height * share))))
        turned = image.getexif().get(_TURNED, 1) if self._kind != "TIFF" else 1
        return Picture(
            grey=_upright(_grey(image, long_side_px), turned),
            is_bilevel=is_bilevel,
        )


def _opened(data: bytes, kind: str) -> Any:
    from PIL import Image

    image = Image.open(io.BytesIO(data), formats=(kind,))
    _check_size(image.size)
    return image


def _frames(image: Any, max_pages: int) -> int:
    count = 1
    # Pillow counts by walking the file's directories; we stop where a file has too many.
    for number in range(1, max_pages + 1):
        try:
            image.seek(number)
        except EOFError:
            image.seek(0)
            return count
        count += 1
    raise refused(RefusalCode.TOO_COMPLEX, found=more_than(max_pages, "pages", "pages"))


def _check_size(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS or max(size) > MAX_SIDE_PX:
        raise refused(
            RefusalCode.TOO_COMPLEX,
            found=Phrase(
                f"image de {width} × {height} pixels", f"a picture of {width} × {height} pixels"
            ),
        )


def _guarded(work: Callable[[], _Result]) -> _Result:
    """Give what `work` gives; what Pillow says of a bad file becomes a refusal."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            # It warns of odd EXIF blocks and of sizes that are checked here anyway.
            warnings.simplefilter("ignore")
            return work()
    except RefusedError:
        raise
    except Image.DecompressionBombError as error:
        raise refused(
            RefusalCode.TOO_COMPLEX, found=Phrase("image trop grande", "too large a picture")
        ) from error
    except MemoryError:
        raise
    except Exception as error:
        # On bad files Pillow lets out OSError, SyntaxError, ValueError, struct.error, KeyError...
        raise refused(RefusalCode.DAMAGED_PICTURE, found=type(error).__name__) from error


def _grey(image: Any, long_side_px: int) -> Grey:
    """Give an image in grey and in the size asked for, whatever way its colours were stored."""
    import numpy as np
    from PIL import Image

    if image.mode.startswith("I;16") or image.mode == "I":
        # Sixteen bits; Pillow would cut them off at 255.
        deep = np.asarray(image).astype(np.int64)
        eight = np.clip(deep >> 8 if deep.max(initial=0) > 255 else deep, 0, 255)
        plain = Image.fromarray(eight.astype(np.uint8))
    elif image.mode in ("1", "L"):
        plain = image.convert("L")
    elif image.mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in image.info:
        colours = image.convert("RGBA")
        paper = Image.new("RGBA", colours.size, "white")
        plain = Image.alpha_composite(paper, colours).convert("RGB")
    else:
        plain = image.convert("RGB")
    scale = long_side_px / max(plain.size)
    size = (max(2, round(plain.width * scale)), max(2, round(plain.height * scale)))
    # Pillow's bilinear filter widens with the scale, so that no thin line falls between pixels.
    sized = plain.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    values = np.asarray(sized)
    if values.ndim == 2:
        return np.array(values)
    darkest: Grey = np.minimum(np.minimum(values[..., 0], values[..., 1]), values[..., 2])
    return darkest


def _upright(grey: Grey, turned: int) -> Grey:
    """Turn an image as EXIF says; a mirrored one is no photo, but is shown as viewers do."""
    import numpy as np

    if turned in (5, 6, 7, 8):
        grey = grey.T
    if turned in (2, 3, 6, 7):
        grey = grey[:, ::-1]
    if turned in (3, 4, 7, 8):
        grey = grey[::-1]
    return np.ascontiguousarray(grey)
