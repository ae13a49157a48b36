from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from formgen.layout import CodePlace, Corner, FormLayout, Rect
from formgen.pagecode import PageCode
from formparse.vision.frames import FRAME_SEEN, look_at_frames
from formparse.vision.pagecode import FoundCode
from formparse.vision.patches import apply, cut
from formparse.vision.registration import centres_of, fit, from_codes, from_page_size, prove
from tests.builders import packaged_catalog
from tests.formparse.forms import make_catalog, make_layout
from tests.formparse.vision.pictures import (
    HEIGHT_PT,
    WIDTH_PT,
    Matrix,
    Picture,
    boxes,
    middle,
    to_px,
)

PLACES = boxes()
CENTRES = np.array([middle(place) for place in PLACES])


def layout() -> FormLayout:
    catalog = make_catalog({"Q1": 6})
    plain = make_layout(catalog, catalog.questionnaire("Q1"))
    root = dataclasses.replace(plain.root, children=tuple(PLACES))
    inset, side = 8.0, 40.0
    corners = {
        Corner.TOP_LEFT: (inset, HEIGHT_PT - inset - side),
        Corner.TOP_RIGHT: (WIDTH_PT - inset - side, HEIGHT_PT - inset - side),
        Corner.BOTTOM_LEFT: (inset, inset),
        Corner.BOTTOM_RIGHT: (WIDTH_PT - inset - side, inset),
    }
    codes = tuple(
        CodePlace(page=0, corner=corner, rect=Rect(x, y, x + side, y + side))
        for corner, (x, y) in corners.items()
    )
    return dataclasses.replace(
        plain, root=root, artifacts=codes, page_width=WIDTH_PT, page_height=HEIGHT_PT
    )


def found_codes(matrix: Matrix, corners: int) -> list[FoundCode]:
    found = []
    for place in list(layout().artifacts)[:corners]:
        assert isinstance(place, CodePlace)
        rect = place.rect
        ends = np.array(
            [(rect.x0, rect.y1), (rect.x1, rect.y1), (rect.x1, rect.y0), (rect.x0, rect.y0)]
        )
        code = PageCode(
            fingerprint=1, questionnaire=1, page=1, pages=2, corner=place.corner, form_id="0" * 8
        )
        pixels = apply(matrix, ends).round()
        found.append(FoundCode(code=code, corners_px=tuple(map(tuple, pixels))))
    return found


@pytest.mark.parametrize("turn", [0, 90, 180, 270, 2])
@pytest.mark.parametrize("corners", [1, 2, 3, 4])
def test_codes_tell_where_a_page_lies(turn: float, corners: int) -> None:
    matrix = to_px(turn_degrees=turn)
    guess = from_codes(found_codes(matrix, corners), layout())
    assert guess is not None
    # A pixel off in a symbol's corner is a few where the page is widest.
    assert np.abs(apply(guess, CENTRES) - apply(matrix, CENTRES)).max() < 4


def test_a_mirrored_page_is_none() -> None:
    mirrored = to_px() @ np.diag([-1.0, 1.0, 1.0])
    assert from_codes(found_codes(mirrored, 4), layout()) is None


def test_a_page_out_of_shape_is_none() -> None:
    flat = np.diag([1.0, 0.8, 1.0]) @ to_px()
    assert fit(CENTRES, apply(flat, CENTRES), is_similar=False) is None


@pytest.mark.parametrize("shift", [(0, 0), (3, -4), (-4, 3)])
@pytest.mark.parametrize("turn", [0, 180, 1])
def test_outlines_correct_a_guess(shift: tuple[float, float], turn: float) -> None:
    truth = to_px(turn_degrees=turn)
    picture = Picture(truth)
    picture.frames(PLACES)
    guess = to_px(turn_degrees=turn, shift=shift)
    registration = prove(guess, layout(), 0, picture.grey())
    assert registration is not None
    assert registration.frames_seen == 1
    assert np.abs(apply(registration.to_px, CENTRES) - apply(truth, CENTRES)).max() < 0.3


def test_a_page_a_row_off_is_refused() -> None:
    picture = Picture()
    picture.frames(boxes(rows=6))
    off = to_px() @ np.array([[1.0, 0, 0], [0, 1, 15], [0, 0, 1]])
    assert prove(off, layout(), 0, picture.grey()) is None


def test_a_page_without_outlines_is_refused() -> None:
    assert prove(to_px(), layout(), 0, Picture().grey()) is None


def test_a_whole_page_lies_as_its_size_says() -> None:
    picture = Picture()
    assert np.allclose(from_page_size(layout(), picture.grey()), to_px())


def test_a_covered_outline_is_not_seen() -> None:
    picture = Picture()
    picture.frames(PLACES)
    rect = PLACES[4].rect
    picture.fill(Rect(rect.x0 - 2, rect.y0 + 4, rect.x1 + 2, rect.y1 + 2), 255)
    seen = look_at_frames(picture.grey(), to_px(), CENTRES).seen
    assert [number for number, share in enumerate(seen) if share < FRAME_SEEN] == [4]


def test_pieces_stand_upright_whatever_the_page() -> None:
    pieces = []
    for turn in (0, 90, 180, 270):
        matrix = to_px(turn_degrees=turn)
        # Pages turned by a quarter are cut off by this picture; the middle box is in all.
        picture = Picture(matrix)
        picture.frames(PLACES)
        x, y = middle(PLACES[10])
        picture.stroke([(x - 3, y - 3), (x + 3, y + 3)])
        pieces.append(cut(picture.grey(), matrix, np.array([[x, y]]), 8, 8)[0])
    for piece in pieces[1:]:
        assert np.abs(piece - pieces[0]).mean() < 8


def test_what_lies_outside_the_picture_is_unknown() -> None:
    piece = cut(Picture().grey(), to_px(), np.array([[0.0, 100.0]]), 5, 5)[0]
    assert np.isnan(piece[:, :9]).all()
    assert not np.isnan(piece[:, 11:]).any()


def test_the_packaged_boxes_have_middles() -> None:
    catalog = packaged_catalog()
    assert catalog.questionnaires
    assert centres_of([Rect(0, 0, 2, 4)]).tolist() == [[1, 2]]
