"""What readers would hand over: small catalogs, returned forms, and strategies for both."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from formgen.catalog import (
    Answer,
    Attestation,
    Bullet,
    Catalog,
    Group,
    LeadIn,
    Point,
    Questionnaire,
    Section,
    Source,
)
from formparse.choice import ImportedForm
from formparse.returned import (
    Doubt,
    DoubtKind,
    Finding,
    FormIdentity,
    Method,
    PointAnswer,
    ReadAttestation,
    Refusal,
    ReturnedForm,
    Severity,
    Signature,
    SignatureKind,
)

ALL = (Answer.OUI, Answer.NON, Answer.NA)
IMPORTED = "2026-03-10T08:00:00+00:00"

DRAWN = Signature(kind=SignatureKind.DRAWN)
UNSIGNED = Signature(kind=SignatureKind.NONE)
DIGITAL = Signature(
    kind=SignatureKind.DIGITAL,
    signer="Alix Boulon",
    signed_at="2026-03-01T10:00:00+01:00",
    intact=True,
    covers_whole_file=True,
    trusted=None,
    changed_after_signing=(),
)
BROKEN = dataclasses.replace(DIGITAL, intact=False)
CHANGED = dataclasses.replace(
    DIGITAL, changed_after_signing=("Q1-01",), signed_values=(("Q1-01", "NON"),)
)


def make_point(point_id: str, **special: Any) -> Point:
    plain: dict[str, Any] = {
        "id": point_id,
        "text": f"Le fournisseur respecte {point_id}.",
        "short": f"sujet {point_id}",
        "bullets": (),
        "links": (),
        "footnotes": (),
        "emphasis": (),
        "lead_in": None,
        "optional": False,
        "best_effort": False,
    }
    return Point(**{**plain, **special})


def make_questionnaire(
    questionnaire_id: str,
    *points: Point,
    requires: tuple[str, ...] = (),
    answers: tuple[Answer, ...] = ALL,
    lead_ins: tuple[LeadIn, ...] = (),
) -> Questionnaire:
    half = max(1, len(points) // 2)
    parts = [part for part in (points[:half], points[half:]) if part]
    return Questionnaire(
        id=questionnaire_id,
        title=f"Titre de {questionnaire_id}",
        scope=f"Quand {questionnaire_id} est dû.",
        instructions=f"Comment répondre à {questionnaire_id}.",
        requires=requires,
        answers=answers,
        sections=tuple(
            Section(
                id=f"{questionnaire_id}-S{number}",
                title=f"Partie {number}",
                groups=(Group(title=None, points=part),),
            )
            for number, part in enumerate(parts, start=1)
        ),
        lead_ins=lead_ins,
        footnotes=(),
        attestation=Attestation(
            company="Raison sociale du fournisseur :",
            service="Désignation du service fourni :",
            statement_before="Je, soussigné",
            statement_after="atteste l'exactitude.",
            date="Fait le",
            place="à",
            signature="Signature :",
        ),
    )


def make_catalog(*questionnaires: Questionnaire, **special: Any) -> Catalog:
    plain: dict[str, Any] = {
        "id": "essai",
        "version": "1.0",
        "date": "2026-01-01",
        "language": "fr-FR",
        "title": "Essai",
        "subtitle": "",
        "disclaimer": "",
        "source": Source(title="", part="", publisher="", edition="", sha256=""),
        "introduction": (),
        "references": (),
        "errata": (),
        "privacy_notice": "",
        "privacy_retention": "",
        "questionnaires": questionnaires,
        "digest": "0" * 64,
    }
    return Catalog(**{**plain, **special})


SMALL = make_catalog(
    make_questionnaire(
        "Q1",
        make_point("Q1-01"),
        make_point(
            "Q1-02",
            lead_in="Q1-L1",
            bullets=(Bullet(text="premier ;", links=()), Bullet(text="second.", links=())),
        ),
        lead_ins=(LeadIn(id="Q1-L1", text="Le fournisseur :"),),
    ),
    make_questionnaire(
        "Q2",
        make_point("Q2-01"),
        make_point("Q2-02", best_effort=True),
        make_point("Q2-03", optional=True),
        requires=("Q1",),
    ),
    make_questionnaire(
        "Q3",
        make_point("Q3-01"),
        requires=("Q1", "Q2"),
        answers=(Answer.OUI, Answer.NON),
    ),
    make_questionnaire("Q4", make_point("Q4-01"), requires=("Q1",)),
)
"""The shape of the real one: Q1 due in all cases, Q3 due with Q2 and without N/A."""


def make_attestation(**special: Any) -> ReadAttestation:
    plain: dict[str, Any] = {
        "company": "Acme",
        "service": "Sauvegarde",
        "signatory": "Alix Boulon",
        "date": "2026-03-01",
        "date_as_written": "1/3/2026",
        "place": "Lyon",
        "remarks": None,
        "signature": DRAWN,
    }
    return ReadAttestation(**{**plain, **special})


def make_form(
    questionnaire_id: str,
    answers: Mapping[str, Answer | Doubt | None] | Answer | None = Answer.OUI,
    *,
    catalog: Catalog = SMALL,
    file: str = "",
    form_id: str | None = None,
    supplier_id: str | None = None,
    findings: tuple[Finding, ...] = (),
    form_pages: tuple[int, ...] = (),
    pages: tuple[int, ...] = (1,),
    page_count: int | None = None,
    version: str | None = None,
    **attestation: Any,
) -> ReturnedForm:
    """A returned form: one answer for all its points, or an answer or doubt for each."""
    points = catalog.questionnaire(questionnaire_id).points
    told = answers if isinstance(answers, Mapping) else {point.id: answers for point in points}
    name = file or f"{questionnaire_id}.pdf"
    return ReturnedForm(
        file=name,
        sha256=hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest(),
        identity=FormIdentity(
            catalog_id=catalog.id,
            catalog_version=version or catalog.version,
            edition=1,
            questionnaire_id=questionnaire_id,
            form_id=form_id,
            supplier_id=supplier_id,
        ),
        pages=pages,
        form_pages=form_pages,
        page_count=page_count,
        method=Method.FIELDS,
        answers=tuple(_point_answer(point.id, told.get(point.id)) for point in points),
        attestation=make_attestation(**attestation),
        findings=findings,
    )


def _point_answer(point_id: str, told: Answer | Doubt | None) -> PointAnswer:
    if isinstance(told, Doubt):
        return PointAnswer(point_id=point_id, answer=None, doubt=told)
    return PointAnswer(point_id=point_id, answer=told, doubt=None)


def both_ticked() -> Doubt:
    return Doubt(
        kind=DoubtKind.CONTRADICTORY, reason="Plusieurs cases cochées.", seen=("OUI", "NON")
    )


def altered() -> Finding:
    return Finding(code="text-altered", severity=Severity.ERROR, message="Un texte a changé.")


def imported(form: ReturnedForm, at: str = IMPORTED) -> ImportedForm:
    return ImportedForm(form=form, imported_at=at)


# -- strategies

texts = st.text(max_size=12)
"""Any characters, lone surrogates and controls included."""
texts_or_none = st.none() | texts
days = st.none() | st.dates().map(lambda date: date.isoformat())
flags = st.none() | st.booleans()

digital_signatures = st.builds(
    Signature,
    kind=st.just(SignatureKind.DIGITAL),
    signer=texts_or_none,
    signed_at=days,
    intact=flags,
    covers_whole_file=flags,
    trusted=flags,
    changed_after_signing=st.none() | st.just(()),
)
changed_values = st.dictionaries(texts, texts, min_size=1, max_size=2)
changed_signatures = st.builds(
    lambda signature, values: dataclasses.replace(
        signature, changed_after_signing=tuple(values), signed_values=tuple(values.items())
    ),
    digital_signatures,
    changed_values,
)
signatures = st.sampled_from((UNSIGNED, DRAWN)) | digital_signatures | changed_signatures
doubts = st.builds(
    Doubt,
    kind=st.sampled_from(DoubtKind),
    reason=texts,
    seen=st.lists(texts, max_size=2).map(tuple),
)
findings = st.builds(
    Finding,
    code=st.text("abc-", min_size=1, max_size=5),
    severity=st.sampled_from(Severity),
    message=texts,
    page=st.none() | st.integers(1, 9),
    point=texts_or_none,
)
attestations = st.builds(
    ReadAttestation,
    company=texts_or_none,
    service=texts_or_none,
    signatory=texts_or_none,
    date=days,
    date_as_written=texts_or_none,
    place=texts_or_none,
    remarks=texts_or_none,
    signature=signatures,
)
page_numbers = st.sets(st.integers(1, 4)).map(lambda pages: tuple(sorted(pages)))


@st.composite
def returned_forms(
    draw: st.DrawFn,
    catalog: Catalog = SMALL,
    company: st.SearchStrategy[str | None] = texts_or_none,
) -> ReturnedForm:
    questionnaire = draw(st.sampled_from(catalog.questionnaires))
    answers = {
        point.id: draw(st.none() | st.sampled_from(Answer) | doubts)
        for point in questionnaire.points
    }
    form = make_form(
        questionnaire.id,
        answers,
        catalog=catalog,
        file=draw(texts),
        form_id=draw(st.sampled_from((None, "AAAA", "BBBB"))),
        supplier_id=draw(st.sampled_from((None, "S-1", "s-1", "../x", "CON"))),
        findings=tuple(draw(st.lists(findings, max_size=2))),
        form_pages=draw(page_numbers),
        page_count=draw(st.none() | st.integers(1, 4)),
        pages=draw(page_numbers),
    )
    attestation = dataclasses.replace(draw(attestations), company=draw(company))
    return dataclasses.replace(form, attestation=attestation, method=draw(st.sampled_from(Method)))


imports = st.lists(
    st.builds(
        ImportedForm,
        form=returned_forms(),
        imported_at=st.sampled_from((IMPORTED, "2026-04-01T08:00:00+00:00")),
    ),
    min_size=1,
    max_size=5,
)

refusals = st.builds(
    Refusal,
    file=texts,
    sha256=st.none() | st.just("a" * 64),
    code=st.text("abc-", min_size=1, max_size=5),
    message=texts,
    message_en=texts,
)
