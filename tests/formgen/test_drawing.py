"""What reportlab drew is complete, marked, and mended where reportlab breaks the standards."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from formgen.catalog import default_catalog_path, load_catalog
from formgen.compose import compose
from formgen.drawing import Drawn, draw, rewrite_to_unicode
from formgen.layout import FormLayout, Frame, Slot, Text
from formgen.pdfsyntax import ObjectTable
from formgen.standard import Standard
from formgen.structure import Structure, structure_of

CMAP = b"""/CIDInit /ProcSet findresource begin
1 begincodespacerange
<00> <FF>
endcodespacerange
128 beginbfchar
%s
endbfchar
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


def test_codes_without_a_glyph_leave_the_to_unicode_map() -> None:
    lines = [b"<%02X> <%04X>" % (code, 0 if code < 20 else code + 65) for code in range(128)]
    mended = rewrite_to_unicode(CMAP % b"\n".join(lines))
    entries = re.findall(rb"<(..)> <(....)>", mended)
    assert len(entries) == 108
    assert (b"14", b"0055") in entries
    assert b"<0000>" not in mended
    assert re.findall(rb"(\d+) beginbfchar", mended) == [b"100", b"8"]
    assert mended.count(b"endcmap") == 1


@dataclass(frozen=True, slots=True)
class Made:
    """A form's layout and what was drawn of it."""

    layout: FormLayout
    structure: Structure
    drawn: Drawn
    table: ObjectTable


def make() -> Made:
    catalog = load_catalog(default_catalog_path())
    layout = compose(catalog, catalog.questionnaire("Q4"))
    structure = structure_of(layout, Standard.UA1_A2A)
    table = ObjectTable()
    return Made(layout, structure, draw(layout, structure, table), table)


@pytest.fixture(scope="module")
def made() -> Made:
    return make()


def test_each_content_but_slots_is_drawn_once(made: Made) -> None:
    for page, data in enumerate(made.drawn.contents):
        numbers = [int(number) for number in re.findall(rb"/MCID (\d+)>> BDC", data)]
        assert numbers == [
            content.mcid
            for content in made.structure.contents_of(page)
            if all(isinstance(leaf, Text) for leaf in content.leaves)
        ]
        assert data.count(b"EMC") == data.count(b" BDC") + data.count(b" BMC")


def test_slots_are_left_to_the_issued_form(made: Made) -> None:
    slots = [
        content
        for content in made.structure.contents
        if any(isinstance(leaf, Slot) for leaf in content.leaves)
    ]
    assert slots
    for content in slots:
        assert b"<</MCID %d>> BDC" % content.mcid not in made.drawn.contents[content.page]


def test_each_text_is_drawn(made: Made) -> None:
    texts = [part for part in (*made.layout.leaves(), *made.layout.artifacts) if type(part) is Text]
    for page, data in enumerate(made.drawn.contents):
        wanted = sum(1 for part in texts if part.page == page and part.text)
        assert len(re.findall(rb"\bBT\b", data)) == wanted


def test_outlines_of_boxes_and_fields_stand_in_the_page(made: Made) -> None:
    frames = [part for part in made.layout.artifacts if isinstance(part, Frame)]
    assert len(frames) == len(made.layout.boxes) + len(made.layout.text_places) + 1
    for page, data in enumerate(made.drawn.contents):
        wanted = [frame for frame in frames if frame.page == page]
        assert len(re.findall(rb" re S\b", data)) >= len(wanted)
        for frame in wanted:
            assert f"{frame.rect.x0:g} {frame.rect.y0:g} ".encode() in data


def test_fonts_are_embedded_and_have_no_obsolete_name(made: Made) -> None:
    objects = [body for body in made.table.objects if body]
    fonts = [body for body in objects if re.search(rb"/Type/Font\b(?!Descriptor)", body)]
    descriptors = [body for body in objects if b"/Type/FontDescriptor" in body]
    assert len(fonts) == len(made.drawn.fonts) == len(descriptors)
    assert not any(b"/Name" in font for font in fonts)
    assert all(b"/FontFile2" in descriptor for descriptor in descriptors)


def test_drawing_is_the_same_each_time(made: Made) -> None:
    again = make()
    assert again.drawn.contents == made.drawn.contents
    assert again.table.objects == made.table.objects
