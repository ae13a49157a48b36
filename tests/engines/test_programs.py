"""What every program makes of a form is read as the supplier saw it, or not at all.

Each form is filled with a random sheet and saved, changed (other answers, ticks taken off, new
texts) and saved again, then turned into other files. Whatever comes out: no wrong answer is sure,
none that was given is missing without a doubt, and an honest return brings no warning.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from demo.engine import find_places
from formgen.catalog import Answer, Questionnaire
from formgen.naming import STATE_OF_ANSWER, TextPart, text_field_name
from formparse.dates import parse_date
from formparse.read import read_bytes
from formparse.returned import Refusal, ReturnedForm, Severity
from tests.builders import (
    editions,
    issued,
    packaged_catalog,
)
from tests.conformance.verdicts import REQUIRE_VARIABLE
from tests.engines.engine import Filler, Kept, Program, Unticks, Work
from tests.engines.programs import PROGRAMS
from tests.engines.screen import ticked_on_screen

QUESTIONNAIRES = [questionnaire.id for questionnaire in packaged_catalog().questionnaires]
SEEDS = (1, 2)
ONE_FORM = "Q4"
"""For programs that take seconds to start: the shortest, over two pages like the others."""

PDFIUM = "PDFium"
"""Fills what programs that cannot fill are to rewrite or print."""

FIRST_TEXTS = {
    TextPart.COMPANY: "Œuvres & Lefèvre SARL",
    TextPart.SERVICE: "Télémaintenance, « lot n° 2 »",
    TextPart.SIGNATORY: "Zoë Brûlé-Œillet",
    TextPart.DATE: "12/11/2026",
    TextPart.PLACE: "Saint-Étienne",
    TextPart.REMARKS: "Coût : 10 €, TVA à 20 %\nÀ revoir l'été prochain",
}
SENT = {TextPart.COMPANY: "Acmé & Fils (fictif)", TextPart.SERVICE: "Maintenance du réseau"}
"""What forms are sent with."""

LATER_TEXTS = {TextPart.SERVICE: "Hébergement", TextPart.DATE: "9 décembre 2026"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What stands on the supplier's screen when the form is saved."""

    answers: Mapping[str, Answer]
    texts: Mapping[TextPart, str]
    two_ticks: frozenset[str] = frozenset()
    """Points at which two boxes are ticked there."""


def available(name: str) -> Program:
    """Give a program, or skip the test; where nothing may be skipped, fail it."""
    program = PROGRAMS[name]
    if reason := program.missing():
        if os.environ.get(REQUIRE_VARIABLE):
            pytest.fail(f"{name}: {reason}")
        pytest.skip(f"{name}: {reason}")
    return program


# --- What is put in -----------------------------------------------------------------------------
def first_work(questionnaire: Questionnaire, filler: Filler, seed: int) -> tuple[Work, Told]:
    """A sheet with a few points left blank."""
    chance = random.Random(f"{questionnaire.id} {seed}")
    answers = {
        point.id: chance.choice(questionnaire.answers)
        for point in questionnaire.points
        if chance.random() > 0.15
    }
    # Nobody writes over what stands there already.
    own = {part: t for part, t in FIRST_TEXTS.items() if filler.can_change or part not in SENT}
    return (
        Work(ticks=states(answers), texts=fields(questionnaire.id, own)),
        Told(answers=answers, texts=SENT | own),
    )


def later_work(
    questionnaire: Questionnaire, told: Told, filler: Filler, seed: int
) -> tuple[Work, Told]:
    """A change of mind: some answers change, some ticks come off, some blanks are filled."""
    chance = random.Random(f"later {questionnaire.id} {seed}")
    answers = dict(told.answers)
    ticks: dict[str, Answer] = {}
    unticks: dict[str, Answer] = {}
    changed = set()
    for point in questionnaire.points:
        now = answers.get(point.id)
        fate = chance.random()
        if fate < 0.4 or now is None:
            ticks[point.id] = chance.choice([a for a in questionnaire.answers if a is not now])
            if now is not None:
                changed.add(point.id)
        elif fate < 0.6 and filler.unticks is not Unticks.NOT_OFFERED:
            unticks[point.id] = now
    answers |= ticks
    if filler.unticks is Unticks.WORKS:
        answers = {point: answer for point, answer in answers.items() if point not in unticks}
    return (
        Work(
            ticks=states(ticks),
            unticks=states(unticks),
            texts=fields(questionnaire.id, LATER_TEXTS),
        ),
        Told(
            answers=answers,
            texts={**told.texts, **LATER_TEXTS},
            two_ticks=frozenset(changed if filler.kept is Kept.TWO_TICKS else ()),
        ),
    )


def states(answers: Mapping[str, Answer]) -> dict[str, str]:
    return {point: STATE_OF_ANSWER[answer] for point, answer in answers.items()}


def fields(questionnaire_id: str, texts: Mapping[TextPart, str]) -> dict[str, str]:
    return {text_field_name(questionnaire_id, part): text for part, text in texts.items()}


# --- The law ------------------------------------------------------------------------------------
def check(pdf: bytes, told: Told, kept: Kept) -> None:
    """Read a return and hold it against what the supplier saw."""
    (returned,) = read_bytes(pdf, "retour.pdf", editions())
    if kept is Kept.REFUSED:
        assert isinstance(returned, Refusal), returned
        return
    assert isinstance(returned, ReturnedForm), returned
    wrong, doubtful = [], []
    for point in returned.answers:
        truth = told.answers.get(point.point_id)
        if point.doubt is not None:
            doubtful.append(point.point_id)
        elif point.answer is not truth or point.point_id in told.two_ticks:
            wrong.append((point.point_id, point.answer, truth))
    assert wrong == []
    match kept:
        case Kept.TWO_TICKS:
            assert set(doubtful) == told.two_ticks
        case Kept.DOUBTFUL:
            assert set(doubtful) == set(told.answers)
        case Kept.UNREADABLE:
            assert set(doubtful) >= set(told.answers)
        case _:
            assert doubtful == []
    loud = [f for f in returned.findings if f.severity is not Severity.INFO]
    if kept is Kept.UNREADABLE:
        assert {f.code for f in loud} <= {"text-altered"}, "its words are set anew"
    else:
        assert loud == []
    check_texts(returned, told, kept)


def check_texts(returned: ReturnedForm, told: Told, kept: Kept) -> None:
    """Texts are right, and said to be to check where they were read off the page."""
    written = returned.attestation
    read = {
        TextPart.COMPANY: written.company,
        TextPart.SERVICE: written.service,
        TextPart.SIGNATORY: written.signatory,
        TextPart.DATE: written.date_as_written,
        TextPart.PLACE: written.place,
        TextPart.REMARKS: written.remarks,
    }
    codes = {finding.code for finding in returned.findings}
    if kept in (Kept.ANSWERS, Kept.DOUBTFUL, Kept.UNREADABLE):
        return
    plain = {part: "\n".join((text or "").splitlines()) for part, text in read.items()}
    assert plain == dict(told.texts)
    date = parse_date(told.texts[TextPart.DATE])
    assert date is not None
    assert written.date == date.isoformat()
    if kept is Kept.TEXTS_TO_CHECK:
        assert "text-to-check" in codes


# --- Every program ------------------------------------------------------------------------------
def forms_of(*, is_slow: bool) -> list[str]:
    return [ONE_FORM] if is_slow else QUESTIONNAIRES


FILLED = [
    pytest.param(name, questionnaire_id, id=f"{name}-{questionnaire_id}")
    for name, program in PROGRAMS.items()
    if program.filler is not None
    for questionnaire_id in forms_of(is_slow=program.filler.is_slow)
]
WAYS = [
    pytest.param(name, way, questionnaire_id, id=f"{name}-{way}-{questionnaire_id}")
    for name, program in PROGRAMS.items()
    for way, made in (*program.rewrites.items(), *program.prints.items())
    for questionnaire_id in forms_of(is_slow=made.is_slow)
]


@pytest.mark.parametrize(("name", "questionnaire_id"), FILLED)
def test_filled_saved_changed_and_saved_again(name: str, questionnaire_id: str) -> None:
    filler = available(name).filler
    assert filler is not None
    questionnaire = packaged_catalog().questionnaire(questionnaire_id)
    for seed in SEEDS[: 1 if filler.is_slow else None]:
        work, told = first_work(questionnaire, filler, seed)
        saved = filler.fill(issued(questionnaire_id), work)
        look(saved, questionnaire_id, told, filler)
        first_kept = Kept.ALL if filler.kept is Kept.TWO_TICKS else filler.kept
        check(saved, told, first_kept)
        if not filler.can_change:
            continue
        work, told = later_work(questionnaire, told, filler, seed)
        saved = filler.fill(saved, work)
        look(saved, questionnaire_id, told, filler)
        check(saved, told, filler.kept)


def look(pdf: bytes, questionnaire_id: str, told: Told, filler: Filler) -> None:
    """Hold what we take for the truth against what another viewer shows of the file."""
    if not filler.shows_ticks:
        return
    shown = ticked_on_screen(pdf, find_places(issued(questionnaire_id)))
    clear = {point: answer for point, answer in told.answers.items() if point not in told.two_ticks}
    assert {p: a for p, a in shown.items() if len(a) == 1} == {p: {a} for p, a in clear.items()}
    assert {p for p, a in shown.items() if len(a) > 1} == told.two_ticks


@pytest.mark.parametrize(("name", "way", "questionnaire_id"), WAYS)
def test_rewritten_or_printed(name: str, way: str, questionnaire_id: str) -> None:
    program = available(name)
    made = {**program.rewrites, **program.prints}[way]
    filler = program.filler
    if filler is None or filler.is_slow:
        filler = PROGRAMS[PDFIUM].filler
        assert filler is not None
    questionnaire = packaged_catalog().questionnaire(questionnaire_id)
    work, told = first_work(questionnaire, filler, seed=3)
    check(made.change(filler.fill(issued(questionnaire_id), work)), told, made.kept)


def test_a_missing_program_skips_or_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = replace(PROGRAMS["qpdf"], missing=lambda: "no qpdf; on Debian: qpdf")
    monkeypatch.setitem(PROGRAMS, "qpdf", gone)
    monkeypatch.delenv(REQUIRE_VARIABLE, raising=False)
    with pytest.raises(pytest.skip.Exception, match="on Debian: qpdf"):
        available("qpdf")
    monkeypatch.setenv(REQUIRE_VARIABLE, "1")
    with pytest.raises(pytest.fail.Exception, match="on Debian: qpdf"):
        available("qpdf")
