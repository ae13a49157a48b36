"""What printers, scanners, copiers and phones do to a sheet: darkness in, a grey picture out."""

from __future__ import annotations

import io
import math
import random
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from tests.paper.hands import PX_PER_PT, Page

Grey = NDArray[np.uint8]


class Level(StrEnum):
    CLEAN = "clean"
    """A good office scanner, 200 dpi grey, the sheet straight."""
    OFFICE = "office"
    """An ordinary one: askew, grainy, compressed, holes, folds, stains."""
    POOR = "poor"
    """Two-level or faxed, copied, low toner, streaks, a feeder that slips."""
    PHOTO = "photo"
    """A phone: perspective, paper that is not flat, uneven light, blur."""


def _noise(shape: tuple[int, int], sigma: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Grain of the sensor: a tile, turned about, as drawing millions of numbers takes a second."""
    tile = rng.standard_normal((512, 512), dtype=np.float32) * sigma
    rows, columns = -(-shape[0] // 512), -(-shape[1] // 512)
    return np.tile(tile, (rows, columns))[: shape[0], : shape[1]]


def _smooth(rng: np.random.Generator, shape: tuple[int, int], cells: int) -> NDArray[np.float32]:
    """A slow change over the sheet, from 0 to 1."""
    small = rng.random((cells, cells), dtype=np.float32)
    image = Image.fromarray(small).resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    return np.clip(np.asarray(image), 0, 1)


def printed(page: Page, level: Level, chance: random.Random, rng: np.random.Generator) -> Page:
    """The blank sheet as it comes out of the printer."""
    toner = {
        Level.CLEAN: chance.uniform(0.9, 1.0),
        Level.OFFICE: chance.uniform(0.8, 1.0),
        Level.POOR: chance.uniform(0.7, 0.95),
        Level.PHOTO: chance.uniform(0.8, 1.0),
    }[level]
    sheet = page * np.float32(toner)
    if level is Level.POOR and chance.random() < 0.3:
        # The cartridge is nearly empty: pale bands along the way of the paper.
        band = _smooth(rng, (1, page.shape[1]), 9)
        sheet *= 1 - 0.35 * band
    return sheet


# --- What happens to the sheet on its way ---------------------------------------------------------
def worn(page: Page, level: Level, chance: random.Random, rng: np.random.Generator) -> Page:
    """Holes, folds, staples, stains, stamps. Boxes may be under any of them."""
    if level is Level.CLEAN:
        return page
    height, width = page.shape
    often = 0.25 if level is Level.POOR else 0.12
    if chance.random() < often:
        for y in (0.5 - 0.134, 0.5 + 0.134):
            _disc(
                page, 11 * 2.83 * PX_PER_PT, y * height, 8.5 * PX_PER_PT, chance.uniform(0.5, 0.9)
            )
    if chance.random() < often:
        y = height * chance.choice((1 / 3, 0.5, 2 / 3)) + chance.gauss(0, 8)
        tilt = chance.gauss(0, 0.004)
        rows = (y + tilt * np.arange(width)).astype(int)
        depth = chance.uniform(0.05, 0.3)
        for off in range(-2, 3):
            at = np.clip(rows + off, 0, height - 1)
            fade = depth * math.exp(-(off**2) / 2)
            page[at, np.arange(width)] = 1 - (1 - page[at, np.arange(width)]) * (1 - fade)
    if chance.random() < often:
        image = Image.new("L", (width, height), 0)
        x, y = chance.uniform(0.02, 0.98) * width, chance.uniform(0.02, 0.98) * height
        r = chance.uniform(20, 80)
        ImageDraw.Draw(image).ellipse([x - r, y - r, x + r, y + r], outline=255, width=int(r / 5))
        stain = np.asarray(image.filter(ImageFilter.GaussianBlur(4)), np.float32) / 255
        page = 1 - (1 - page) * (1 - stain * np.float32(chance.uniform(0.08, 0.3)))
    if chance.random() < often * 0.5:
        x, y = chance.uniform(0.3, 0.95) * width, chance.uniform(0.05, 0.95) * height
        page = _stamped(page, x, y, chance)
    if chance.random() < often:
        x, y, long = chance.uniform(30, 120), chance.uniform(30, 120), 30
        for step in range(long):
            page[int(y + step * 0.8), int(x + step) : int(x + step) + 3] = 0.85
    return page


def _disc(page: Page, x: float, y: float, radius: float, dark: float) -> None:
    r = int(radius)
    rows, columns = np.mgrid[-r : r + 1, -r : r + 1]
    is_in = rows**2 + columns**2 <= r * r
    top, left = int(y) - r, int(x) - r
    part = page[top : top + 2 * r + 1, left : left + 2 * r + 1]
    part[is_in[: part.shape[0], : part.shape[1]]] = dark


def _stamped(page: Page, x: float, y: float, chance: random.Random) -> Page:
    image = Image.new("L", (420, 160), 0)
    pen = ImageDraw.Draw(image)
    pen.rectangle([6, 6, 414, 154], outline=255, width=5)
    for row in range(3):
        for i in range(chance.randint(8, 14)):
            left = 30 + 26 * i
            pen.line([left, 40 + 36 * row, left + 12, 22 + 36 * row], fill=255, width=4)
    turned = image.rotate(chance.uniform(-12, 12), expand=True).filter(
        ImageFilter.GaussianBlur(0.8)
    )
    ink = np.asarray(turned, np.float32) / 255 * chance.uniform(0.45, 0.8)
    top, left = int(y - ink.shape[0] / 2), int(x - ink.shape[1] / 2)
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + ink.shape[0], page.shape[0]), min(left + ink.shape[1], page.shape[1])
    part = ink[y0 - top : y1 - top, x0 - left : x1 - left]
    page[y0:y1, x0:x1] = 1 - (1 - page[y0:y1, x0:x1]) * (1 - part)
    return page


def poor_way(chance: random.Random) -> str:
    """In which way a poor machine is poor."""
    return chance.choices(("bilevel", "fax", "copy", "grey"), (30, 15, 30, 25))[0]


# --- Scanners -------------------------------------------------------------------------------------
def _turned(
    image: Image.Image, degrees: float, scale: float, shift: tuple[float, float], desk: int
) -> Image.Image:
    """The sheet askew on the glass."""
    width, height = image.size
    turn = math.radians(degrees)
    cos, sin = math.cos(turn) / scale, math.sin(turn) / scale
    cx, cy = width / 2, height / 2
    dx, dy = cx + shift[0], cy + shift[1]
    data = (cos, sin, cx - cos * dx - sin * dy, -sin, cos, cy + sin * dx - cos * dy)
    return image.transform(
        image.size, Image.Transform.AFFINE, data, Image.Resampling.BILINEAR, fillcolor=desk
    )


def _slipped(image: Image.Image, chance: random.Random) -> Image.Image:
    """A feeder that does not pull evenly."""
    width, height = image.size
    bands, amount = 24, chance.uniform(0.5, 2.0)
    phase, period = chance.uniform(0, 6), chance.uniform(0.5, 1.5)

    def off(y: float) -> float:
        return amount * 2.78 * math.sin(phase + 2 * math.pi * period * y / height)

    mesh = []
    for number in range(bands):
        y0, y1 = height * number // bands, height * (number + 1) // bands
        quad = (0, y0 + off(y0), 0, y1 + off(y1), width, y1 + off(y1), width, y0 + off(y0))
        mesh.append(((0, y0, width, y1), quad))
    return image.transform(image.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)


def scanned(
    page: Page, level: Level, way: str, chance: random.Random, rng: np.random.Generator
) -> Image.Image:
    """The picture that a machine of this level makes of the sheet."""
    if level is Level.PHOTO:
        return _photographed(page, chance, rng)
    paper, black = 250.0, 25.0
    if level is not Level.CLEAN:
        paper, black = chance.uniform(225, 252), chance.uniform(15, 60)
    image = Image.fromarray((paper - (paper - black) * page).astype(np.uint8))
    if level is Level.CLEAN:
        turn, scale, blur, grain = chance.gauss(0, 0.15), 1.0, 0.45, 2.5
    elif level is Level.OFFICE:
        turn, scale, blur, grain = (
            chance.gauss(0, 0.6),
            1.0,
            chance.uniform(0.45, 0.9),
            chance.uniform(3, 7),
        )
    else:
        turn, scale, blur, grain = (
            chance.gauss(0, 1.2),
            1.0,
            chance.uniform(0.6, 1.2),
            chance.uniform(4, 10),
        )
    if chance.random() < 0.25:
        scale = chance.uniform(0.94, 0.985)  # « fit to page »
    shift = (chance.gauss(0, 6), chance.gauss(0, 6))
    desk = 255 if chance.random() < 0.8 else chance.randint(20, 120)
    image = _turned(image, turn, scale, shift, desk)
    if level is Level.POOR and chance.random() < 0.5:
        image = _slipped(image, chance)
    image = image.filter(ImageFilter.GaussianBlur(blur))
    dpi = 200
    if level is not Level.CLEAN and chance.random() < 0.5:
        dpi = (
            chance.choice((150, 150, 170))
            if level is Level.OFFICE
            else chance.choice((110, 130, 150, 200))
        )
    if dpi != 200:
        size = round(image.width * dpi / 200), round(image.height * dpi / 200)
        image = image.resize(size, Image.Resampling.BILINEAR)
    values = np.asarray(image, dtype=np.float32) + _noise((image.height, image.width), grain, rng)
    if level is not Level.CLEAN and chance.random() < (0.35 if level is Level.POOR else 0.08):
        for _ in range(chance.randint(1, 3)):  # dirt on the feeder's glass
            x = chance.randint(0, image.width - 4)
            values[:, x : x + chance.randint(1, 2)] -= chance.uniform(20, 150)
    if level is Level.OFFICE and chance.random() < 0.5:
        values = (values - 20) * 1.1  # contrast as most scanners set it
    if level is Level.POOR:
        return _made_poor(values, way, chance)
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def _made_poor(values: NDArray[np.float32], way: str, chance: random.Random) -> Image.Image:
    if way == "copy":
        # A copier's steep curve, then a second scan.
        values = 255 / (1 + np.exp(-(values - chance.uniform(120, 170)) / chance.uniform(18, 30)))
        image = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
        return image.filter(ImageFilter.GaussianBlur(chance.uniform(0.4, 0.9)))
    image = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    if way == "grey":
        return image
    if way == "fax":
        fine = chance.random() < 0.7
        width, height = image.size
        rows = round(height * (196 if fine else 130) / 200)
        image = image.resize((width, rows), Image.Resampling.BILINEAR)
        image = image.resize((width, height), Image.Resampling.NEAREST)
    # Lower, the print itself would be gone, and whoever scans would see it.
    threshold = chance.randint(155, 200)
    return image.point([255 * (value >= threshold) for value in range(256)]).convert("1")


# --- Phones ---------------------------------------------------------------------------------------
def _photographed(page: Page, chance: random.Random, rng: np.random.Generator) -> Image.Image:
    paper, black = chance.uniform(200, 240), chance.uniform(25, 60)
    sheet = Image.fromarray((paper - (paper - black) * page).astype(np.uint8))
    width, height = sheet.size
    out_w, out_h = chance.choice(((1800, 2400), (1500, 2000), (2000, 2667)))
    turn = math.radians(chance.gauss(0, 2.5))
    zoom = chance.uniform(0.86, 0.97)
    half_w = 0.5 * min(out_w, out_h * width / height) * zoom
    half_h = half_w * height / width
    tilt_x, tilt_y = (max(-0.11, min(0.11, chance.gauss(0, 0.04))) for _ in range(2))
    off = chance.gauss(0, 12), chance.gauss(0, 12)
    curl, phase = chance.uniform(0, 5), chance.uniform(0, 3)

    def place(u: float, v: float) -> tuple[float, float]:
        """Where a place of the sheet (-1 to 1 each way) stands in the photo."""
        depth = 1 + tilt_x * u + tilt_y * v
        x, y = u * half_w / depth, v * half_h / depth
        y += curl * math.sin(phase + 2.2 * u)
        x += 0.5 * curl * math.sin(phase + 1.7 * v)
        return (
            out_w / 2 + off[0] + x * math.cos(turn) - y * math.sin(turn),
            out_h / 2 + off[1] + x * math.sin(turn) + y * math.cos(turn),
        )

    corners = [place(u, v) for u in (-1, 1) for v in (-1, 1)]
    far = max(max(abs(x / out_w - 0.5), abs(y / out_h - 0.5)) for x, y in corners)
    if far > 0.495:
        # People see to it that the whole sheet is in the picture.
        half_w, half_h = half_w * 0.49 / far, half_h * 0.49 / far
        off = (0.0, 0.0)
    # Pillow wants, for parts of the photo, where they come from: turned round by a few steps.
    cells = 14

    def origin(x: float, y: float) -> tuple[float, float]:
        u, v = (x - out_w / 2) / half_w, (y - out_h / 2) / half_h
        for _ in range(8):
            px, py = place(u, v)
            dx, dy = x - px, y - py
            u += (dx * math.cos(turn) + dy * math.sin(turn)) / half_w
            v += (dy * math.cos(turn) - dx * math.sin(turn)) / half_h
        return (u + 1) / 2 * width, (v + 1) / 2 * height

    grid = {
        (i, j): origin(out_w * i / cells, out_h * j / cells)
        for i in range(cells + 1)
        for j in range(cells + 1)
    }
    mesh = []
    for i in range(cells):
        for j in range(cells):
            box = (
                out_w * i // cells,
                out_h * j // cells,
                out_w * (i + 1) // cells,
                out_h * (j + 1) // cells,
            )
            quad = (*grid[i, j], *grid[i, j + 1], *grid[i + 1, j + 1], *grid[i + 1, j])
            mesh.append((box, quad))
    # A desk around the sheet, so that the mesh finds something outside it.
    pad = 400
    desk = Image.new("L", (width + 2 * pad, height + 2 * pad), chance.choice((60, 100, 140, 175)))
    desk.paste(sheet, (pad, pad))
    mesh = [(box, tuple(value + pad for value in quad)) for box, quad in mesh]
    image = desk.transform((out_w, out_h), Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
    image = image.filter(ImageFilter.GaussianBlur(chance.uniform(0.5, 1.5)))
    values = np.asarray(image, dtype=np.float32)
    light = _smooth(rng, (out_h, out_w), chance.choice((2, 2, 3)))
    dim = chance.uniform(0.1, 0.45)
    values = values * (1 - dim * light)
    if chance.random() < 0.25:
        # The hand's or phone's own shadow: a soft edge across.
        x = np.linspace(-1, 1, out_w, dtype=np.float32)[None, :]
        y = np.linspace(-1, 1, out_h, dtype=np.float32)[:, None]
        angle = chance.uniform(0, 6.3)
        edge = x * math.cos(angle) + y * math.sin(angle) - chance.uniform(-0.4, 0.6)
        values = values * (1 - chance.uniform(0.15, 0.4) / (1 + np.exp(-edge * 25)))
    values = values + _noise((out_h, out_w), chance.uniform(2, 7), rng)
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


# --- Files ----------------------------------------------------------------------------------------
def jpeg(image: Image.Image, quality: int, **more: object) -> bytes:
    written = io.BytesIO()
    image.convert("L" if image.mode == "1" else image.mode).save(
        written,
        "JPEG",
        quality=quality,
        **more,  # type: ignore[arg-type]
    )
    return written.getvalue()


def tiff(images: list[Image.Image]) -> bytes:
    written = io.BytesIO()
    # Copies: Pillow leaves the settings of one format on an image, and trips over them in another.
    first, *rest = [image.copy() for image in images]
    packing = "group4" if first.mode == "1" else "jpeg"
    first.save(written, "TIFF", compression=packing, save_all=True, append_images=rest)
    return written.getvalue()


def png(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "PNG", compress_level=1)
    return written.getvalue()
