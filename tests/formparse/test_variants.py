"""Every damaged, unusual and altered return has the verdict that its table says, in a real worker.

The law below all verdicts: no file ends a worker, hangs or has an answer read as sure that is not
the supplier's.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from functools import cache, partial

import pytest

from formgen.editions import load_editions
from formparse.errors import RefusalCode
from formparse.read import read_bytes
from formparse.records import dump_record, to_json
from formparse.returned import Refusal, Returned, ReturnedForm
from formparse.worker import Job, Limits, Read, read_in_workers
from tests.formparse.variants import Expected, Variant, all_variants, base, sheet
from tests.fuzz.oracle import is_flagged, judge

VARIANTS = all_variants()
MAY_BREAK = {
    "expand: a picture of 3.6 GB",
    "expand: an endless pattern",
    "expand: a fan of 10^10 drawings",
}
"""PDFium may want more memory or time than a worker has: that costs this one file."""


@cache
def reader() -> Read:
    return partial(read_bytes, editions=load_editions(()))


@cache
def before() -> tuple[Returned, ...]:
    return reader()(base(), "retour.pdf")


def read(variant: Variant) -> tuple[Returned, ...]:
    data = variant.build()
    job = Job(name=variant.file_name, sha256=hashlib.sha256(data).hexdigest(), data=data)
    limits = Limits(wall_seconds=5.0 if str(variant) in MAY_BREAK else 25.0)
    [(_, returned)] = read_in_workers([job], reader(), workers=1, limits=limits)
    return returned


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    names = Counter(map(str, VARIANTS))
    assert names.most_common(1)[0][1] == 1
    assert sum(variant.expected is not Expected.SAFE for variant in VARIANTS) >= 100


def test_the_return_itself_is_clean() -> None:
    (form,) = before()
    assert isinstance(form, ReturnedForm)
    assert {point.point_id: point.answer for point in form.answers} == sheet().answers
    assert form.findings == ()


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_a_variant_has_its_verdict(variant: Variant) -> None:
    returned = read(variant)
    for one in returned:
        json.loads(dump_record(to_json(one)))
    refused = {one.code for one in returned if isinstance(one, Refusal)}
    forms = [one for one in returned if isinstance(one, ReturnedForm)]
    if str(variant) not in MAY_BREAK:
        assert not refused & {RefusalCode.CRASHED, RefusalCode.TOO_SLOW}
        assert judge(before(), returned) is None
    doubtful = any(point.doubt is not None for form in forms for point in form.answers)
    is_told = bool(refused) or doubtful or any(map(is_flagged, forms))
    match variant.expected:
        case Expected.SAME:
            assert not is_told, (refused, [form.findings for form in forms])
            [form] = forms
            assert {point.point_id: point.answer for point in form.answers} == sheet().answers
        case Expected.FLAG:
            assert is_told
        case Expected.REFUSE:
            assert refused
            assert not forms
        case Expected.SAFE:
            pass
    codes = refused | {finding.code for form in forms for finding in form.findings}
    assert not variant.also or codes & variant.also
