"""Real returns that the fuzzer damages: one of each way in which they come back."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

import pikepdf

from demo.engine import Save, Sheet
from tests import pki
from tests.builders import filled_by_pdfium, filled_by_pypdf, packaged_catalog, random_sheet
from tests.flatteners import flat_by_pdfium


def _sheet(questionnaire_id: str, *, pen: bool = False) -> Sheet:
    questionnaire = packaged_catalog().questionnaire(questionnaire_id)
    return random_sheet(questionnaire, 11, blanks=0.1, signed=pen)


def _by_pdfium() -> bytes:
    return filled_by_pdfium("Q1", _sheet("Q1", pen=True))


def _added_to() -> bytes:
    return filled_by_pdfium("Q4", _sheet("Q4"), save=Save.INCREMENTAL)


def _by_pypdf() -> bytes:
    return filled_by_pypdf("Q4", _sheet("Q4"))


def _packed() -> bytes:
    """Objects in object streams, cross-references in a stream, as Acrobat saves."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(_by_pdfium())) as pdf:
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _signed() -> bytes:
    return pki.sign(filled_by_pdfium("Q4", _sheet("Q4")))


def _flat() -> bytes:
    return flat_by_pdfium(filled_by_pdfium("Q4", _sheet("Q4", pen=True)))


KINDS: dict[str, Callable[[], bytes]] = {
    "pdfium": _by_pdfium,
    "incremental": _added_to,
    "pypdf": _by_pypdf,
    "packed": _packed,
    "signed": _signed,
    "flat": _flat,
}


@cache
def seed_file(kind: str) -> bytes:
    """Give the return that mutants of this kind are made from."""
    return KINDS[kind]()
