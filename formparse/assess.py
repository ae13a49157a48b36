"""Assess one supplier's returns: three axes, a status, what each point means, what to ask.

Takes values and gives a value. Which return counts is `formparse.choice`, the rules are
`formparse.policy`, what to ask is `formparse.actions`, the JSON is `formparse.summary`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from formgen.catalog import Answer, Catalog, Point, Questionnaire, Section
from formparse.actions import (
    Action,
    ask_about_point,
    ask_about_return,
    ask_for_questionnaire,
    in_order,
    is_blank,
)
from formparse.choice import Choice, ImportedForm, PointReading, Return, choose_returns
from formparse.policy import (
    ABOUT_PAGES,
    ABOUT_SIGNATURE,
    SOURCE_CATALOG,
    AttestationState,
    Completeness,
    Conformity,
    Outcome,
    Status,
    check_allowed,
    completeness_of,
    conformity_of,
    outcome_of,
    required_questionnaires,
    status_of,
    weakest,
)
from formparse.returned import Decided, Doubt, Finding, ReturnedForm, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class Role(StrEnum):
    """What became of a returned form."""

    COUNTED = "counted"
    SUPERSEDED = "superseded"
    """Another return of the same questionnaire counts."""
    FOREIGN = "foreign"
    """It belongs to another catalog, and nothing is known of its points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessedPoint:
    """One point of a required questionnaire."""

    questionnaire: Questionnaire
    section: Section
    point: Point
    answer: Answer | None
    doubt: Doubt | None
    decided: Decided | None
    """Set where the answer is a person's."""
    outcome: Outcome
    source: ReturnedForm | None
    """The form that says so; None where nothing was answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedFinding:
    """A finding, and what it is about."""

    finding: Finding
    questionnaire_id: str | None = None
    """None where it concerns the supplier as a whole."""
    form: ReturnedForm | None = None
    """None where it concerns no single file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceForm:
    """A returned form that the assessment looked at."""

    imported: ImportedForm
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """All that follows from one supplier's returns."""

    required: tuple[str, ...]
    received: tuple[str, ...]
    missing: tuple[str, ...]
    points: tuple[AssessedPoint, ...]
    """Every point of the required questionnaires, in catalog order, missing ones included."""
    counted: tuple[Return, ...]
    """In catalog order."""
    completeness: Completeness
    conformity: Conformity
    attestation: AttestationState
    status: Status
    actions: tuple[Action, ...]
    findings: tuple[PlacedFinding, ...]
    sources: tuple[SourceForm, ...]
    """By questionnaire, import time and file; foreign ones last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _CrossCheck:
    """Two answers that a reader may want to hold side by side."""

    point_id: str
    """Answered OUI here…"""
    questionnaire_id: str
    """… and NON somewhere there."""
    message: str


_CROSS_CHECKS = (
    # Q3-01 asks whether the points of Q2 hold in the supplier's own systems, Q2 about the
    # practice's: neither follows from the other, so this is never more than a hint.
    _CrossCheck(
        point_id="Q3-01",
        questionnaire_id="Q2",
        message="Le point Q3-01 déclare les points du questionnaire 2 vérifiés dans les systèmes "
        "du fournisseur, tandis que le questionnaire 2, qui porte sur les vôtres, compte des NON "
        "({points})\u00a0: les deux peuvent être vrais.",
    ),
)


def assess(
    forms: Sequence[ImportedForm],
    catalog: Catalog,
    *,
    issued: tuple[str, ...] = (),
    group_findings: Sequence[Finding] = (),
) -> Assessment:
    """Assess all the returned forms of one supplier against `catalog`.

    `issued` names the questionnaires that were sent to it, where that is known; `group_findings`
    are those of its group, which are passed on.
    """
    known = {questionnaire.id for questionnaire in catalog.questionnaires}
    forms = sorted(forms, key=_place)
    ours = [one for one in forms if _is_ours(one.form, catalog, known)]
    foreign = [one for one in forms if not _is_ours(one.form, catalog, known)]
    choices = choose_returns(ours)
    received = tuple(one.id for one in catalog.questionnaires if one.id in choices)
    required = required_questionnaires(catalog, received, issued)
    missing = tuple(one for one in required if one not in choices)
    counted = tuple(choices[one].counted for one in received)
    points = tuple(_assess_points(catalog, required, choices))
    outcomes = tuple(assessed.outcome for assessed in points)
    findings = (
        *(PlacedFinding(finding=finding) for finding in group_findings),
        *_findings(catalog, choices, points),
        *(_foreign(one.form) for one in foreign),
    )
    completeness = completeness_of(
        outcomes,
        all_received=not missing,
        all_identified=all(_is_identified(one) for one in counted),
    )
    conformity = conformity_of(outcomes)
    attestation = weakest(tuple(one.state for one in counted))
    return Assessment(
        required=required,
        received=received,
        missing=missing,
        points=points,
        counted=counted,
        completeness=completeness,
        conformity=conformity,
        attestation=attestation,
        status=status_of(
            completeness=completeness,
            conformity=conformity,
            attestation=attestation,
            doubtful=Outcome.DOUBTFUL in outcomes,
            # What this summary leaves out may hold a NON: nothing is conforming beside it.
            altered=any(_errors(one) for one in counted)
            or bool(foreign)
            or any(finding.severity is Severity.ERROR for finding in group_findings)
            or any(_says_unknown(one, catalog) for one in counted),
        ),
        actions=in_order(tuple(_actions(catalog, received, missing, points, counted)), catalog),
        findings=findings,
        sources=tuple(_sources(ours, foreign, counted)),
    )


def _is_ours(form: ReturnedForm, catalog: Catalog, known: set[str]) -> bool:
    return form.identity.catalog_id == catalog.id and form.identity.questionnaire_id in known


def _is_identified(counted: Return) -> bool:
    return not (is_blank(counted.attestation.company) or is_blank(counted.attestation.service))


def _errors(counted: Return) -> tuple[Finding, ...]:
    return tuple(
        finding
        for part in counted.parts
        for finding in part.form.findings
        if finding.severity is Severity.ERROR
    )


def _says_unknown(counted: Return, catalog: Catalog) -> bool:
    """Say whether something was answered to a point that the catalog lacks."""
    known = {point.id for point in catalog.points()}
    readings = counted.readings.items()
    return any(one.source is not None and id_ not in known for id_, one in readings)


def _assess_points(
    catalog: Catalog, required: tuple[str, ...], choices: Mapping[str, Choice]
) -> Iterator[AssessedPoint]:
    nothing = PointReading(answer=None, doubt=None, source=None)
    for questionnaire in map(catalog.questionnaire, required):
        choice = choices.get(questionnaire.id)
        for section in questionnaire.sections:
            for point in section.points:
                reading = choice.counted.readings.get(point.id, nothing) if choice else nothing
                answer, doubt = check_allowed(questionnaire, reading.answer, reading.doubt)
                yield AssessedPoint(
                    questionnaire=questionnaire,
                    section=section,
                    point=point,
                    answer=answer,
                    doubt=doubt,
                    decided=reading.decided if doubt is None else None,
                    outcome=outcome_of(point, answer, doubt),
                    source=reading.source,
                )


def _actions(
    catalog: Catalog,
    received: tuple[str, ...],
    missing: tuple[str, ...],
    points: Sequence[AssessedPoint],
    counted: Sequence[Return],
) -> Iterator[Action]:
    for questionnaire_id in missing:
        required_by = tuple(
            one for one in received if questionnaire_id in catalog.required_with((one,))
        )
        questionnaire = catalog.questionnaire(questionnaire_id)
        yield ask_for_questionnaire(catalog, questionnaire, required_by)
    for one in counted:
        questionnaire = catalog.questionnaire(one.questionnaire_id)
        errors = tuple(error for error in _errors(one) if error.code not in ABOUT_SIGNATURE)
        yield from ask_about_return(catalog, questionnaire, one, errors)
    for assessed in points:
        # A questionnaire that did not come back is asked for once, not point by point.
        if assessed.questionnaire.id not in missing:
            action = ask_about_point(
                catalog, assessed.questionnaire, assessed.point, assessed.outcome, assessed.doubt
            )
            if action is not None:
                yield action


def _findings(
    catalog: Catalog, choices: Mapping[str, Choice], points: Sequence[AssessedPoint]
) -> Iterator[PlacedFinding]:
    for questionnaire in catalog.questionnaires:
        choice = choices.get(questionnaire.id)
        if choice is None:
            continue
        parts = choice.counted.parts
        untrue = ABOUT_PAGES if len(parts) > 1 else frozenset()
        for part in parts:
            for finding in (*part.form.findings, *_about_version(part.form, catalog)):
                if finding.code in untrue:
                    continue
                yield PlacedFinding(
                    finding=finding, questionnaire_id=questionnaire.id, form=part.form
                )
        own = [assessed for assessed in points if assessed.questionnaire.id == questionnaire.id]
        for finding in (*choice.findings, *_about_not_applicable(own)):
            yield PlacedFinding(finding=finding, questionnaire_id=questionnaire.id)
    for finding in _cross_checked(catalog, points):
        yield PlacedFinding(finding=finding)


def _about_version(form: ReturnedForm, catalog: Catalog) -> Iterator[Finding]:
    """Report a form of another version; point ids keep their meaning, words may have changed."""
    if form.identity.catalog_version != catalog.version:
        yield Finding(
            code="other-catalog-version",
            severity=Severity.INFO,
            message=f"Formulaire de la version {form.identity.catalog_version} du catalogue, lu "
            f"d'après la version {catalog.version}.",
        )
    known = {point.id for point in catalog.points()}
    unknown = [read.point_id for read in form.answers if read.point_id not in known]
    if unknown:
        yield Finding(
            code="unknown-points",
            severity=Severity.WARNING,
            message="Points inconnus du catalogue, non pris en compte\u00a0: "
            f"{', '.join(unknown)}.",
        )


def _about_not_applicable(points: Sequence[AssessedPoint]) -> Iterator[Finding]:
    """List the N/A: only a person knows what a service covers."""
    not_applicable = [one.point.id for one in points if one.outcome is Outcome.NOT_APPLICABLE]
    if points and len(not_applicable) == len(points):
        yield Finding(
            code="all-not-applicable",
            severity=Severity.WARNING,
            message="Tous les points sont déclarés N/A\u00a0: vérifiez que ce questionnaire "
            "concerne bien le service fourni.",
        )
    elif not_applicable:
        yield Finding(
            code="not-applicable-to-check",
            severity=Severity.INFO,
            message="Points déclarés N/A, à vérifier au regard du service fourni\u00a0: "
            f"{', '.join(not_applicable)}.",
        )


def _cross_checked(catalog: Catalog, points: Sequence[AssessedPoint]) -> Iterator[Finding]:
    if catalog.id != SOURCE_CATALOG:
        return
    answers = {assessed.point.id: assessed.answer for assessed in points}
    for check in _CROSS_CHECKS:
        declared = [
            one.point.id
            for one in points
            if one.questionnaire.id == check.questionnaire_id and one.answer is Answer.NON
        ]
        if declared and answers.get(check.point_id) is Answer.OUI:
            yield Finding(
                code="answers-to-compare",
                severity=Severity.INFO,
                message=check.message.format(points=", ".join(declared)),
                point=check.point_id,
            )


def _foreign(form: ReturnedForm) -> PlacedFinding:
    identity = form.identity
    return PlacedFinding(
        finding=Finding(
            code="foreign-form",
            severity=Severity.WARNING,
            message=f"Formulaire «\u00a0{identity.questionnaire_id}\u00a0» du catalogue "
            f"«\u00a0{identity.catalog_id}\u00a0»\u00a0: il n'entre pas dans cette synthèse.",
        ),
        form=form,
    )


def _place(imported: ImportedForm) -> tuple[str, str, str, tuple[int, ...], str]:
    form = imported.form
    inside = form.part.name if form.part is not None else ""
    return form.identity.questionnaire_id, imported.imported_at, form.sha256, form.pages, inside


def _sources(
    ours: Sequence[ImportedForm], foreign: Sequence[ImportedForm], counted: Sequence[Return]
) -> Iterator[SourceForm]:
    counting = {_place(part) for one in counted for part in one.parts}
    for one in ours:
        counts = _place(one) in counting
        yield SourceForm(imported=one, role=Role.COUNTED if counts else Role.SUPERSEDED)
    for one in foreign:
        yield SourceForm(imported=one, role=Role.FOREIGN)
