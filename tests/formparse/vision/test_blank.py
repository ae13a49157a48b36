"""The blank that returned pages are compared with is the form as it was sent."""

from __future__ import annotations

import numpy as np
import pytest

from formgen.editions import load_editions
from formgen.layout import CodePlace, FormLayout, Rect, Slot
from formparse.vision.blank import blank_page
from formparse.vision.patches import bounds
from formparse.vision.raster import load_page, open_document, render
from formparse.vision.registration import from_page_size
from tests.builders import blank

EDITIONS = load_editions()
SAME = 24
"""Of 255. Smoothed edges of letters differ by this much where two programs add widths up in another
order; a changed letter differs by all of it."""


def layout_of(questionnaire_id: str) -> FormLayout:
    layout = EDITIONS.layout(EDITIONS.default, questionnaire_id, 1)
    assert layout is not None
    return layout


def variable_rects(layout: FormLayout, index: int) -> list[Rect]:
    return [
        item.rect
        for item in (*layout.leaves(), *layout.artifacts)
        if isinstance(item, Slot | CodePlace) and item.page == index
    ]


@pytest.mark.parametrize("questionnaire_id", ["Q1", "Q2", "Q3", "Q4"])
def test_it_differs_from_a_form_in_slots_and_codes_only(questionnaire_id: str) -> None:
    layout = layout_of(questionnaire_id)
    document = open_document(blank(questionnaire_id))
    assert document is not None
    for index in range(layout.page_count):
        page = load_page(document, index + 1)
        assert page is not None
        image = render(page, annotations=False)
        assert image is not None
        differs = np.abs(image.grey.astype(int) - blank_page(layout, index)) > SAME
        assert differs.any(), "slots and codes are on every page"
        to_px = from_page_size(layout, image.grey)
        for rect in variable_rects(layout, index):
            left, top, right, bottom = (round(edge) for edge in bounds(to_px, rect))
            differs[max(top - 2, 0) : bottom + 2, max(left - 2, 0) : right + 2] = False
        assert not differs.any()


def test_a_page_is_drawn_once() -> None:
    layout = layout_of("Q1")
    assert blank_page(layout, 0) is blank_page(layout, 0)
    assert blank_page(layout, 0) is not blank_page(layout, 1)
