"""Which catalogs and layouts a returned form may have been made from."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from formgen import editions as module
from formgen.catalog import default_catalog_path, load_catalog
from formgen.compose import compose
from formgen.editions import Editions, load_editions, record_path
from formgen.errors import CatalogError
from formgen.layout import LAYOUT_EDITION
from formgen.layout_record import to_record
from formgen.pagecode import edition_fingerprint

CATALOG = load_catalog(default_catalog_path())


def changed_catalog(folder: Path, version: str, **changes: str) -> Path:
    raw = json.loads(default_catalog_path().read_bytes())
    raw["version"] = version
    point = raw["questionnaires"][3]["sections"][0]["groups"][0]["points"][0]
    point.update(changes)
    path = folder / f"catalog-{version}.json"
    path.write_text(json.dumps(raw), encoding="utf-8")
    return path


def test_the_packaged_catalog_is_the_default() -> None:
    editions = load_editions()
    assert editions.default == CATALOG
    assert editions.catalog(CATALOG.id, "1.0") == CATALOG
    assert editions.catalog(CATALOG.id, "0.9") is None
    assert editions.catalog("autre", "1.0") is None


def test_a_newer_catalog_leaves_the_older_known(tmp_path: Path) -> None:
    editions = load_editions([changed_catalog(tmp_path, "1.1", text="Un autre texte.")])
    assert editions.default.version == "1.1"
    assert editions.versions(CATALOG.id) == ("1.0", "1.1")
    assert editions.catalog(CATALOG.id, "1.0") == CATALOG


def test_two_wordings_of_one_version_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError):
        load_editions([changed_catalog(tmp_path, "1.0", short="Un autre libellé que celui-là")])


def test_page_codes_lead_to_their_catalog() -> None:
    editions = load_editions()
    fingerprint = edition_fingerprint(CATALOG.id, CATALOG.version, LAYOUT_EDITION)
    assert editions.by_fingerprint(fingerprint) == (CATALOG, LAYOUT_EDITION)
    assert editions.by_fingerprint((fingerprint + 1) % 10_000) is None


def test_layouts_come_from_records_and_else_from_the_code() -> None:
    recorded = load_editions().layout(CATALOG, "Q1", LAYOUT_EDITION)
    laid_out = Editions(default=CATALOG, roots=()).layout(CATALOG, "Q1", LAYOUT_EDITION)
    assert recorded == laid_out == compose(CATALOG, CATALOG.questionnaire("Q1"))


def test_an_old_edition_is_known_by_its_record_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = compose(CATALOG, CATALOG.questionnaire("Q1"))
    path = record_path(tmp_path, CATALOG, LAYOUT_EDITION, "Q1")
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress(to_record(old), mtime=0))
    monkeypatch.setattr(module, "LAYOUT_EDITION", LAYOUT_EDITION + 1)
    editions = Editions(default=CATALOG, roots=(tmp_path,))
    assert editions.layout(CATALOG, "Q1", LAYOUT_EDITION) == old
    assert editions.layout(CATALOG, "Q2", LAYOUT_EDITION) is None
    assert editions.layout(CATALOG, "Q1", LAYOUT_EDITION + 2) is None
