"""Keep the layouts of today's catalog and edition, so that forms sent now stay readable for ever.

Run by hand before a release: `python tools/freeze_edition.py`. Once a version has been released its
records must not change any more; a test compares them with what the code lays out.
"""

from __future__ import annotations

import gzip

from formgen.catalog import default_catalog_path, load_catalog
from formgen.compose import compose
from formgen.editions import RELEASED, record_path
from formgen.layout import LAYOUT_EDITION
from formgen.layout_record import to_record


def main() -> None:
    catalog = load_catalog(default_catalog_path())
    for questionnaire in catalog.questionnaires:
        path = record_path(RELEASED, catalog, LAYOUT_EDITION, questionnaire.id)
        path.parent.mkdir(parents=True, exist_ok=True)
        record = to_record(compose(catalog, questionnaire))
        path.write_bytes(gzip.compress(record, mtime=0))
        print(f"{path.relative_to(RELEASED)}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
