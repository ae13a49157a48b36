"""Whole files as they come back: sheets turned, mixed, lost, cropped, with strange ones between."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from tests.paper.documents import PaperForm, Purpose, paper_form, pdf_of
from tests.paper.machines import Level, jpeg, tiff

QUESTIONNAIRES = ("Q1", "Q2", "Q3", "Q4")
_SHARES = (25, 45, 15, 15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """One returned file and what is in it."""

    name: str
    data: bytes
    form: PaperForm
    pages: dict[int, int]
    """Page of the form, from 1, by page of the file, from 1."""
    cropped: frozenset[int]
    """Pages of the form of which an edge is missing."""


def bundle(level: Level, seed: int, purpose: Purpose) -> Bundle:
    """One file with one form by one hand, with what happens to files."""
    chance = random.Random(f"bundle/{purpose}/{level}/{seed}")
    questionnaire_id = chance.choices(QUESTIONNAIRES, _SHARES)[0]
    form = paper_form(questionnaire_id, level, seed, purpose=purpose)
    sheets: list[tuple[int | None, Image.Image]] = list(enumerate(form.sheets, 1))
    cropped = set()
    if len(sheets) > 1 and chance.random() < 0.05:
        sheets.pop(chance.randrange(len(sheets)))
    if chance.random() < 0.1:
        chance.shuffle(sheets)
    if chance.random() < 0.12:
        at = chance.randint(0, len(sheets))
        sheets.insert(at, (None, foreign(sheets[0][1], chance)))
    for place, (index, sheet) in enumerate(sheets):
        if level is not Level.CLEAN and chance.random() < 0.03 and index is not None:
            sheet = _cropped(sheet, chance)  # noqa: PLW2901
            cropped.add(index)
        if chance.random() < 0.06:
            sheet = sheet.transpose(Image.Transpose.ROTATE_180)  # noqa: PLW2901
        elif chance.random() < 0.03:
            sheet = sheet.transpose(Image.Transpose.ROTATE_90)  # noqa: PLW2901
        sheets[place] = (index, sheet)
    images = [sheet for _, sheet in sheets]
    quality = {Level.CLEAN: 88, Level.OFFICE: 72, Level.POOR: 45, Level.PHOTO: 72}[level]
    if len(images) == 1:
        name, data = "scan.jpg", jpeg(images[0], quality)
    elif chance.random() < 0.2:
        name, data = "scan.tif", tiff(images)
    else:
        name, data = "scan.pdf", pdf_of(images, quality=quality)
    return Bundle(
        name=name,
        data=data,
        form=form,
        pages={number: index for number, (index, _) in enumerate(sheets, 1) if index is not None},
        cropped=frozenset(cropped),
    )


def foreign(like: Image.Image, chance: random.Random) -> Image.Image:
    """A sheet that is none of ours: an empty back, or a letter with a table of boxes."""
    width, height = like.size
    paper = Image.new("L", (width, height), 245)
    if chance.random() < 0.5:
        pen = ImageDraw.Draw(paper)
        step = height // 60
        for line in range(6, 54):
            left, end = width // 8, width // 8
            stop = width * chance.uniform(0.4, 0.75)
            while end < stop:
                end = left + chance.randint(width // 80, width // 16)
                pen.rectangle([left, line * step, end, line * step + step // 3], fill=60)
                left = end + width // 120
            if line % 3 == 0:
                for column in range(3):
                    x, side = int(width * (0.78 + 0.06 * column)), int(width * 0.021)
                    pen.rectangle(
                        [x, line * step, x + side, line * step + side], outline=20, width=3
                    )
    grain = np.random.default_rng(chance.randrange(2**32)).standard_normal((256, 256)) * 4
    tiled = np.tile(grain, (-(-height // 256), -(-width // 256)))[:height, :width]
    values = np.clip(np.asarray(paper) + tiled, 0, 255).astype(np.uint8)
    return Image.fromarray(values).convert(like.mode)


def _cropped(sheet: Image.Image, chance: random.Random) -> Image.Image:
    """A sheet of which up to a ninth is missing at one edge."""
    width, height = sheet.size
    cut = chance.uniform(0.03, 0.11)
    edges = {
        "left": (int(cut * width), 0, width, height),
        "right": (0, 0, int((1 - cut) * width), height),
        "top": (0, int(cut * height), width, height),
        "bottom": (0, 0, width, int((1 - cut) * height)),
    }
    return sheet.crop(edges[chance.choice(sorted(edges))])
