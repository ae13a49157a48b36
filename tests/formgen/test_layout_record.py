"""Layout records: exact, and those that ship are what the code lays out."""

from __future__ import annotations

import gzip

import pytest

from formgen.catalog import Questionnaire, default_catalog_path, load_catalog
from formgen.compose import compose
from formgen.editions import RELEASED, record_path
from formgen.layout import LAYOUT_EDITION
from formgen.layout_record import from_record, to_record

CATALOG = load_catalog(default_catalog_path())


@pytest.mark.parametrize("questionnaire", CATALOG.questionnaires, ids=lambda q: q.id)
def test_a_record_gives_the_layout_back(questionnaire: Questionnaire) -> None:
    layout = compose(CATALOG, questionnaire)
    assert from_record(to_record(layout)) == layout


@pytest.mark.parametrize("questionnaire", CATALOG.questionnaires, ids=lambda q: q.id)
def test_the_kept_records_are_what_the_code_lays_out(questionnaire: Questionnaire) -> None:
    """A difference means: forms already sent would be read with other places than they have.

    Raise LAYOUT_EDITION, or, before a first release only, run tools/freeze_edition.py.
    """
    path = record_path(RELEASED, CATALOG, LAYOUT_EDITION, questionnaire.id)
    assert from_record(gzip.decompress(path.read_bytes())) == compose(CATALOG, questionnaire)


@pytest.mark.parametrize("record", [b"{", b"[]", b'["Rect",1,2,3]', b'["Rect",1,2,3,4]'])
def test_what_is_no_layout_is_refused(record: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        from_record(record)
