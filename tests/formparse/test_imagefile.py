"""Picture files: which are read, which are refused and how, and what they look like once read."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from formparse.errors import RefusalCode, RefusedError
from formparse.imagefile import MAX_SIDE_PX, PictureFile
from formparse.intake import open_bytes
from formparse.kinds import picture_format
from formparse.returned import Refusal

SIZE = 200


def picture(mode: str = "L") -> Image.Image:
    """White, with a black square near the upper left corner."""
    image = Image.new("L", (300, 400), 255)
    image.paste(0, (30, 40, 90, 100))
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **settings: Any) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **settings)
    return written.getvalue()


def read(data: bytes, page: int = 1) -> Any:
    kind = picture_format(data)
    assert kind is not None
    return PictureFile(data, kind, max_pages=200).page(page, long_side_px=SIZE)


def is_as_drawn(grey: Any) -> bool:
    return bool(
        grey.shape == (SIZE, SIZE * 3 // 4)
        and grey.dtype == np.uint8
        and grey[25:45, 20:40].max() < 40
        and grey[70:, :].min() > 215
    )


def deep() -> Image.Image:
    values = np.asarray(picture()).astype(np.uint16) * 257
    return Image.fromarray(values)


@pytest.mark.parametrize(
    "data",
    [
        saved(picture(), "JPEG"),
        saved(picture("RGB"), "JPEG", progressive=True),
        saved(picture("CMYK"), "JPEG"),
        saved(picture("1"), "PNG"),
        saved(picture("P"), "PNG"),
        saved(picture("LA"), "PNG"),
        saved(picture("RGBA"), "PNG"),
        saved(deep(), "PNG"),
        saved(picture("1"), "TIFF", compression="group4"),
        saved(picture(), "TIFF", compression="jpeg"),
        saved(picture("CMYK"), "TIFF"),
        saved(deep(), "TIFF"),
    ],
    ids=lambda data: f"{len(data)} bytes",
)
def test_every_way_to_store_a_page_gives_the_same_picture(data: bytes) -> None:
    assert is_as_drawn(read(data).grey)


def test_black_and_white_is_said() -> None:
    assert read(saved(picture("1"), "TIFF")).is_bilevel
    assert not read(saved(picture(), "TIFF")).is_bilevel


def test_what_is_transparent_is_paper() -> None:
    image = Image.new("RGBA", (300, 400), (0, 0, 0, 0))
    assert read(saved(image, "PNG")).grey.min() == 255


def test_a_coloured_stroke_is_as_dark_as_a_black_one() -> None:
    image = Image.new("RGB", (300, 400), (255, 255, 0))
    assert read(saved(image, "PNG")).grey.max() == 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("turned", [3, 6, 8])
def test_a_phone_that_was_turned_gives_an_upright_page(kind: str, turned: int) -> None:
    back = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90}
    back[8] = Image.Transpose.ROTATE_270
    stored = picture().transpose(back[turned])
    if kind == "TIFF":
        data = saved(stored, kind, tiffinfo={274: turned})
    else:
        exif = Image.Exif()
        exif[274] = turned
        data = saved(stored, kind, exif=exif)
    assert is_as_drawn(read(data).grey)


def test_a_tiff_has_pages_and_other_pictures_one() -> None:
    second = Image.new("L", (300, 400), 128)
    many = saved(picture(), "TIFF", save_all=True, append_images=[second])
    assert PictureFile(many, "TIFF", max_pages=200).page_count == 2
    assert is_as_drawn(read(many, 1).grey)
    assert abs(int(read(many, 2).grey.mean()) - 128) < 2
    assert is_as_drawn(read(many, 1).grey)
    animated = saved(picture(), "PNG", save_all=True, append_images=[second], default_image=True)
    assert PictureFile(animated, "PNG", max_pages=200).page_count == 1
    assert is_as_drawn(read(animated).grey)


def png_head(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9))


def refusal(data: bytes) -> str:
    opened = open_bytes(data, "scan")
    if isinstance(opened, Refusal):
        return opened.code
    assert opened.picture is not None
    with pytest.raises(RefusedError) as caught:
        opened.picture.page(1, long_side_px=SIZE)
    return caught.value.code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (png_head(9_000, 9_000), RefusalCode.TOO_COMPLEX),
        (png_head(60_000, 60_000), RefusalCode.TOO_COMPLEX),
        (png_head(MAX_SIDE_PX + 1, 100), RefusalCode.TOO_COMPLEX),
        (saved(Image.new("1", (30_000, 40)), "TIFF"), RefusalCode.TOO_COMPLEX),
        (png_head(300, 400), RefusalCode.DAMAGED_PICTURE),
        (saved(picture(), "JPEG")[:900], RefusalCode.DAMAGED_PICTURE),
        (saved(picture(), "JPEG")[:20], RefusalCode.DAMAGED_PICTURE),
        (saved(picture(), "TIFF")[:900], RefusalCode.DAMAGED_PICTURE),
        (b"\x89PNG\r\n\x1a\n", RefusalCode.DAMAGED_PICTURE),
        (b"II*\0" + bytes(100), RefusalCode.DAMAGED_PICTURE),
        (b"\xff\xd8\xff", RefusalCode.DAMAGED_PICTURE),
    ],
)
def test_bombs_and_damage_are_refused(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_a_tiff_with_too_many_pages_is_refused() -> None:
    dot = Image.new("1", (8, 8))
    data = saved(dot, "TIFF", save_all=True, append_images=[dot] * 250)
    assert refusal(data) == RefusalCode.TOO_COMPLEX


def test_a_tiff_whose_directories_go_round_ends() -> None:
    data = bytearray(saved(picture("1"), "TIFF"))
    start = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, start)[0]
    struct.pack_into("<I", data, start + 2 + 12 * count, start)
    opened = open_bytes(bytes(data), "scan")
    assert isinstance(opened, Refusal) or len(opened.pages) == 1


@pytest.mark.parametrize("size", [(1, 1), (3000, 2), (1, 3000)])
def test_what_is_no_sheet_of_paper_has_no_page(size: tuple[int, int]) -> None:
    data = saved(Image.new("L", size, 255), "PNG")
    opened = open_bytes(data, "scan")
    assert not isinstance(opened, Refusal)
    assert opened.picture is not None
    found = opened.picture.page(1, long_side_px=SIZE)
    assert found is None or found.grey.shape == (SIZE, SIZE)


def test_a_damaged_page_of_several_is_lost_alone() -> None:
    settings: dict[str, Any] = {"save_all": True, "append_images": [picture()] * 2}
    pages = saved(picture(), "TIFF", compression="tiff_lzw", **settings)
    (first, *_) = Image.open(io.BytesIO(pages)).tag_v2[273]  # type: ignore[attr-defined]
    broken = pages[: first + 4] + b"\xff" * 400 + pages[first + 404 :]
    file = PictureFile(broken, "TIFF", max_pages=200)
    assert file.page_count == 3
    assert file.page(1, long_side_px=SIZE) is None
    assert is_as_drawn(file.page(3, long_side_px=SIZE).grey)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\0\0\0\x18ftypheic" + bytes(50), "HEIC"),
        (b"\0\0\0\x18ftypmif1" + bytes(50), "HEIC"),
        (b"\0\0\0\x18ftypavif" + bytes(50), "AVIF"),
        (saved(picture(), "WEBP"), "WebP"),
        (saved(picture(), "GIF"), "GIF"),
        (saved(picture(), "BMP"), "BMP"),
    ],
)
def test_other_pictures_are_refused_saying_how_to_convert_them(data: bytes, name: str) -> None:
    opened = open_bytes(data, "photo")
    assert isinstance(opened, Refusal)
    assert opened.code == RefusalCode.OTHER_PICTURE
    assert name in opened.message
    assert "enregistrez" in opened.message
