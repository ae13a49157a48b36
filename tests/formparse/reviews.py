"""What the page for review is made of, without any file: doubts of suppliers, kind and hostile."""

from __future__ import annotations

import dataclasses
import io

from PIL import Image

from formgen.catalog import Answer, Catalog
from formgen.naming import TextPart
from formparse.assess import assess
from formparse.decisions import KeptDecision, PointDecision, key_of, settle
from formparse.doubts import Doubtful, SupplierDoubts, list_doubts
from formparse.grouping import fact_of, group_by_supplier
from formparse.pictures import Picture
from formparse.returned import (
    Doubt,
    DoubtKind,
    Finding,
    Method,
    ReturnedForm,
    Severity,
)
from formparse.review_page import picture_name
from tests.builders import packaged_catalog
from tests.formparse.returns import both_ticked, imported, make_form

HOSTILE = (
    "<script>window.hacked = 1</script>",
    '</script></style></title><img src=x onerror="window.hacked = 1">',
    "\"'><svg onload=window.hacked=1>",
    "' autofocus onfocus='window.hacked=1",
    "a\u202egpj.fdp\u202c \u2066b",
    "&lt;b&gt; &amp;amp; &#60;",
    "\x00\x1b[31m\x07\ud800",
    "z" + "\u0301" * 5000,
    "long " * 20_000,
    "]]><!--",
    "${window.hacked = 1} `{{1}}`",
)


def picture(columns: tuple[tuple[str, float], ...] = (("OUI", 0.8), ("NON", 0.9))) -> Picture:
    written = io.BytesIO()
    Image.effect_noise((400, 60), 80).save(written, "PNG")  # as many bytes as a real one
    return Picture(png=written.getvalue(), page=3, is_sure=True, columns=columns)


def doubts_of(*forms: ReturnedForm, catalog: Catalog | None = None) -> SupplierDoubts:
    """What is doubtful of the one supplier who returned these."""
    (group,) = group_by_supplier(fact_of(form) for form in forms)
    assessment = assess([imported(form) for form in forms], catalog or packaged_catalog())
    return list_doubts(group, assessment)


def unclear(*texts: TextPart, **special: object) -> ReturnedForm:
    """A flattened Q3 with three doubtful points, and texts that are to be read by a person."""
    answers: dict[str, Answer | Doubt | None] = dict.fromkeys(
        (point.id for point in packaged_catalog().questionnaire("Q3").points), Answer.OUI
    )
    answers |= {"Q3-02": both_ticked(), "Q3-05": both_ticked(), "Q3-11": both_ticked()}
    findings = tuple(
        Finding(
            code="text-not-read",
            severity=Severity.INFO,
            message=f"Quelque chose est écrit au champ « {text} ».",
            field=text,
        )
        for text in texts
    )
    options: dict[str, object] = {
        "catalog": packaged_catalog(),
        "file": "retour.pdf",
        "supplier_id": "boulon",
        "company": "Atelier Boulon",
        "pages": (1, 2),
        "findings": findings,
    }
    form = make_form("Q3", answers, **{**options, **special})  # type: ignore[arg-type]
    return dataclasses.replace(form, method=Method.MARKS)


def decided(form: ReturnedForm, point_id: str, answer: Answer, by: str) -> ReturnedForm:
    decision = PointDecision(
        form=key_of(form), point_id=point_id, answer=answer, by=by, at="2026-03-11T09:00:00Z"
    )
    (after,) = settle(
        [form], [KeptDecision(decision=decision, doubt=both_ticked(), kept_at=decision.at)]
    )
    assert isinstance(after, ReturnedForm)
    return after


def hostile_doubts(text: str) -> SupplierDoubts:
    """All that a supplier can write, and a person who decides, is this text."""
    form = unclear(
        *(part for part in TextPart if part is not TextPart.DATE),
        file=text,
        company=text,
        service=text,
        signatory=text,
        place=text,
        remarks=text,
    )
    bad = Doubt(kind=DoubtKind.NOT_ALLOWED, reason=text, seen=(text,))
    answers = tuple(
        dataclasses.replace(one, answer=None, doubt=bad) if one.point_id == "Q3-05" else one
        for one in form.answers
    )
    form = dataclasses.replace(form, answers=answers)
    return doubts_of(decided(form, "Q3-02", Answer.OUI, text))


def many_doubts(count: int) -> tuple[SupplierDoubts, ...]:
    """So many doubtful points, of suppliers who each returned Q2."""
    questionnaire = packaged_catalog().questionnaire("Q2")
    suppliers = []
    left = count
    while left:
        number = len(suppliers)
        points = questionnaire.points[: min(left, len(questionnaire.points))]
        form = make_form(
            "Q2",
            {point.id: both_ticked() for point in points},
            catalog=packaged_catalog(),
            file=f"{number}.pdf",
            supplier_id=f"s-{number}",
            company=f"Fournisseur {number}",
        )
        suppliers.append(doubts_of(form))
        left -= len(points)
    return tuple(suppliers)


def items_in(*suppliers: SupplierDoubts) -> list[Doubtful]:
    return [item for one in suppliers for form in one.forms for item in form.items]


def pictures_for(*suppliers: SupplierDoubts) -> dict[str, Picture]:
    one = picture()
    return {picture_name(item): one for item in items_in(*suppliers)}
