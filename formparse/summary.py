"""Write an assessment as the JSON summary of a supplier. Decides nothing, opens nothing.

`schemas/summary.schema.json` describes what is written here.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from formgen.catalog import Answer
from formparse.cleaning import escape_json
from formparse.policy import STATUS_LABEL, Outcome
from formparse.records import attestation_to_json, finding_to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from formgen.catalog import Catalog, Questionnaire
    from formparse.actions import Action
    from formparse.assess import AssessedPoint, Assessment, PlacedFinding, SourceForm
    from formparse.choice import Return
    from formparse.grouping import SupplierGroup
    from formparse.returned import Doubt

SCHEMA_VERSION = 1


def build_summary(group: SupplierGroup, assessment: Assessment, catalog: Catalog) -> dict[str, Any]:
    """Give the summary of one supplier: the same for the same returns, import times aside."""
    signed = {
        field: value
        for counted in assessment.counted
        for field, value in counted.attestation.signature.signed_values
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "catalog": {
            "id": catalog.id,
            "version": catalog.version,
            "title": f"{catalog.title} – {catalog.subtitle}" if catalog.subtitle else catalog.title,
            "sha256": catalog.digest,
        },
        "supplier": {
            "id": group.id,
            "name": group.name,
            "listed_id": group.supplier_id,
            "names_seen": list(group.names_seen),
            "services": _services(assessment),
        },
        "status": assessment.status.value,
        "status_label": STATUS_LABEL[assessment.status],
        "completeness": assessment.completeness.value,
        "conformity": assessment.conformity.value,
        "attestation": assessment.attestation.value,
        "questionnaires": {
            "required": list(assessment.required),
            "received": list(assessment.received),
            "missing": list(assessment.missing),
        },
        "totals": _totals(assessment.points),
        "totals_by_questionnaire": {
            questionnaire_id: _questionnaire_totals(
                catalog.questionnaire(questionnaire_id), assessment.points
            )
            for questionnaire_id in assessment.required
        },
        "answers": [_answer(point, signed.get(point.point.id)) for point in assessment.points],
        "actions": [_action(action) for action in assessment.actions],
        "attestations": {
            counted.questionnaire_id: _attestation(counted) for counted in assessment.counted
        },
        "findings": [_finding(placed) for placed in assessment.findings],
        "sources": [_source(source) for source in assessment.sources],
    }


def dump_summary(summary: dict[str, Any]) -> bytes:
    """Give the bytes of the summary's file. Valid UTF-8 whatever a supplier wrote."""
    return escape_json(json.dumps(summary, ensure_ascii=False, indent=2)).encode() + b"\n"


def _services(assessment: Assessment) -> list[str]:
    written = (source.imported.form.attestation.service for source in assessment.sources)
    return sorted({service.strip() for service in written if service and service.strip()})


def _totals(points: Sequence[AssessedPoint]) -> dict[str, int]:
    """Count the points; what was not answered and what is doubtful stand beside the answers."""
    answers = Counter(assessed.answer for assessed in points)
    outcomes = Counter(assessed.outcome for assessed in points)
    return {
        "points": len(points),
        **{answer.value: answers[answer] for answer in Answer},
        "unanswered": outcomes[Outcome.UNANSWERED],
        "doubtful": outcomes[Outcome.DOUBTFUL],
    }


def _questionnaire_totals(
    questionnaire: Questionnaire, points: Sequence[AssessedPoint]
) -> dict[str, Any]:
    own = [assessed for assessed in points if assessed.questionnaire.id == questionnaire.id]
    return {
        "title": questionnaire.title,
        **_totals(own),
        "sections": {
            section.id: {
                "title": section.title,
                **_totals([assessed for assessed in own if assessed.section.id == section.id]),
            }
            for section in questionnaire.sections
        },
    }


def _answer(assessed: AssessedPoint, signed: str | None) -> dict[str, Any]:
    point, source = assessed.point, assessed.source
    doubt, decided = assessed.doubt, assessed.decided
    lead_ins = {lead.id: lead.text for lead in assessed.questionnaire.lead_ins}
    return {
        "id": point.id,
        "questionnaire": assessed.questionnaire.id,
        "section": assessed.section.id,
        "lead_in": None if point.lead_in is None else lead_ins[point.lead_in],
        "text": point.text,
        "bullets": [bullet.text for bullet in point.bullets],
        "short": point.short,
        "answer": None if assessed.answer is None else assessed.answer.value,
        "outcome": assessed.outcome.value,
        "doubt": None if doubt is None else _doubt(doubt),
        "decided_by": None if decided is None else decided.by,
        "decided_at": None if decided is None else decided.at,
        "settled_doubt": None if decided is None else _doubt(decided.doubt),
        "signed": signed,
        "source": None if source is None else source.file,
        "source_sha256": None if source is None else source.sha256,
    }


def _doubt(doubt: Doubt) -> dict[str, Any]:
    return {"kind": doubt.kind.value, "reason": doubt.reason, "seen": list(doubt.seen)}


def _action(action: Action) -> dict[str, Any]:
    return {
        "questionnaire": action.questionnaire_id,
        "point_id": action.point_id,
        "level": action.level.value,
        "kind": action.kind.value,
        "rule": action.rule,
        "short": action.short,
        "text": action.text,
        "reason": action.reason,
    }


def _attestation(counted: Return) -> dict[str, Any]:
    return {
        "state": counted.state.value,
        **attestation_to_json(counted.attestation),
        "decided": {
            part.value: {
                "decided_by": decided.by,
                "decided_at": decided.at,
                "settled_doubt": _doubt(decided.doubt),
            }
            for part, decided in counted.attestation.decided
        },
        "sources": [part.form.file for part in counted.parts],
    }


def _finding(placed: PlacedFinding) -> dict[str, Any]:
    return {
        **finding_to_json(placed.finding),
        "questionnaire": placed.questionnaire_id,
        "file": None if placed.form is None else placed.form.file,
    }


def _source(source: SourceForm) -> dict[str, Any]:
    form = source.imported.form
    return {
        "file": form.file,
        "sha256": form.sha256,
        "questionnaire": form.identity.questionnaire_id,
        "form_id": form.identity.form_id,
        "catalog_version": form.identity.catalog_version,
        "pages": list(form.pages),
        "method": form.method.value,
        "imported_at": source.imported.imported_at,
        "role": source.role.value,
    }
