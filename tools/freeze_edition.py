"""Keep the layouts of today's catalog and edition, so that forms sent now stay readable for ever.

Beside them the digests of their pages, so that the first return that is read need not be looked at.

Run by hand before a release: `python tools/freeze_edition.py`. Once a version has been released its
records must not change any more; a test compares them with what the code lays out.
"""

from __future__ import annotations

import gzip
import json

from formgen.catalog import Catalog, Questionnaire, default_catalog_path, load_catalog
from formgen.compose import compose
from formgen.editions import RELEASED, record_path
from formgen.issue import Issue, form_id_of
from formgen.layout import LAYOUT_EDITION
from formgen.layout_record import to_record
from formgen.pdf import make_template
from formgen.standard import Standard
from formparse.boxlooks import RECORDS as LOOKS
from formparse.boxlooks import digests_and_looks
from formparse.fixedpart import RECORDS, FixedParts, record_name
from formparse.intake import ReturnedPdf, open_bytes
from formparse.places import Places


def main() -> None:
    catalog = load_catalog(default_catalog_path())
    for questionnaire in catalog.questionnaires:
        path = record_path(RELEASED, catalog, LAYOUT_EDITION, questionnaire.id)
        path.parent.mkdir(parents=True, exist_ok=True)
        record = to_record(compose(catalog, questionnaire))
        path.write_bytes(gzip.compress(record, mtime=0))
        print(f"{path.relative_to(RELEASED)}: {path.stat().st_size} bytes")
    freeze_pages(catalog)


def freeze_pages(catalog: Catalog) -> None:
    records = json.loads(RECORDS.read_text(encoding="ascii")) if RECORDS.is_file() else {}
    for questionnaire in catalog.questionnaires:
        name = record_name(compose(catalog, questionnaire))
        records[name] = [digests_of(catalog, questionnaire, standard) for standard in Standard]
    RECORDS.write_text(json.dumps(records, indent=1, sort_keys=True) + "\n", encoding="ascii")
    print(f"{RECORDS.name}: {RECORDS.stat().st_size} bytes")
    LOOKS.write_text(json.dumps(looks_of(catalog), indent=1, sort_keys=True) + "\n", "ascii")
    print(f"{LOOKS.name}: {LOOKS.stat().st_size} bytes")


def looks_of(catalog: Catalog) -> dict[str, str]:
    """Give what the boxes of forms draw."""
    looks: dict[str, str] = {}
    for standard in Standard:
        pdf = opened(catalog, catalog.questionnaires[0], standard)
        for page in pdf.pages:
            for value in pdf.objects.array(page.entries.get(b"Annots")):
                widget = pdf.objects.entries(value)
                if widget is not None and b"NM" in widget.raw:
                    looks |= digests_and_looks(pdf.objects, widget.get(b"AP"))
    return looks


def digests_of(catalog: Catalog, questionnaire: Questionnaire, standard: Standard) -> list[str]:
    """Give the digest of each page of a form."""
    pdf = opened(catalog, questionnaire, standard)
    layout = compose(catalog, questionnaire)
    fixed = FixedParts(pdf, Places(questionnaire, layout))
    return [digest.hex() for page in pdf.pages if (digest := fixed.digest_of(page)) is not None]


def opened(catalog: Catalog, questionnaire: Questionnaire, standard: Standard) -> ReturnedPdf:
    form = make_template(catalog, questionnaire, standard=standard)
    form_id = form_id_of(catalog.id, catalog.version, questionnaire.id)
    issue = Issue(form_id=form_id, supplier_id=None, company="", service="")
    pdf = open_bytes(form.render(issue), "")
    assert isinstance(pdf, ReturnedPdf)
    return pdf


if __name__ == "__main__":
    main()
