"""Hypothesis strategies: any catalog of our shape, and any way of answering it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from demo.engine import Sheet
from formgen.catalog import Answer, Catalog, Questionnaire, parse_catalog
from formgen.naming import TextPart

_LETTERS = "abcdefghijklmnopqrstuvwxyzàâäçéèêëîïôöùûüÿœæÉÀÇŒABCXYZ0123456789'’«»()/%€:;,.-–…&<>\\"
_ANSWERS = [("OUI", "NON", "N/A"), ("OUI", "NON"), ("NON", "N/A")]


def words(most: int) -> st.SearchStrategy[str]:
    """French-looking text of some words, the longest of which fit no line's end well."""
    word = st.text(_LETTERS, min_size=1, max_size=16)
    return st.lists(word, min_size=1, max_size=most).map(" ".join)


@st.composite
def _points(draw: st.DrawFn, questionnaire_id: str, first: int) -> list[dict[str, Any]]:
    points = []
    for number in range(first, first + draw(st.integers(1, 5))):
        point_id = f"{questionnaire_id}-{number:02d}"
        point: dict[str, Any] = {
            "id": point_id,
            "text": draw(words(120)),
            "short": f"{point_id} {draw(words(4))}",
            "bullets": [
                {"text": draw(words(25)), "links": draw(_LINKS)}
                for _ in range(draw(st.integers(0, 3)))
            ],
            "links": draw(_LINKS),
            "optional": draw(st.booleans()),
            "best_effort": draw(st.booleans()),
        }
        points.append(point)
    return points


_LINKS = st.sampled_from([[], [{"label": "Pour en savoir plus...", "reference": "guide"}]])


@st.composite
def _questionnaires(draw: st.DrawFn, questionnaire_id: str) -> dict[str, Any]:
    sections: list[dict[str, Any]] = []
    lead_ins: list[dict[str, Any]] = []
    number = 1
    for section_number in range(1, draw(st.integers(1, 3)) + 1):
        groups = []
        for _ in range(draw(st.integers(1, 2))):
            points = draw(_points(questionnaire_id, number))
            number += len(points)
            if draw(st.booleans()):
                lead_in = f"{questionnaire_id}-L{len(lead_ins) + 1}"
                lead_ins.append({"id": lead_in, "text": draw(words(20))})
                start = draw(st.integers(0, len(points) - 1))
                for point in points[start:]:
                    point["lead_in"] = lead_in
            groups.append({"title": draw(st.none() | words(8)), "points": points})
        sections.append(
            {
                "id": f"{questionnaire_id}-S{section_number}",
                "title": draw(st.none() | words(10)),
                "groups": groups,
            }
        )
    return {
        "id": questionnaire_id,
        "title": draw(words(12)),
        "scope": draw(words(30)),
        "instructions": draw(words(60)),
        "requires": [],
        "answers": draw(st.sampled_from(_ANSWERS)),
        "sections": sections,
        "lead_ins": lead_ins,
        "footnotes": [],
        "attestation": {
            "company": "Raison sociale :",
            "service": "Service :",
            "statement_before": "Je, soussigné",
            "statement_after": draw(words(15)),
            "date": "Fait le",
            "place": "à",
            "signature": "Signature :",
        },
    }


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    """A catalog that `formgen check` would pass."""
    ids = draw(st.sampled_from([("Q1",), ("A", "B2")]))
    questionnaires = [draw(_questionnaires(questionnaire_id)) for questionnaire_id in ids]
    links = "guide" in json.dumps([q["sections"] for q in questionnaires])
    guide = {
        "key": "guide",
        "title": "Guide",
        "url": "https://exemple.example/guide",
        "origin": "test",
        "checked": "2026-01-01",
    }
    raw = {
        "id": "essai",
        "version": "2.3",
        "date": "2026-01-01",
        "language": "fr",
        "title": draw(words(10)),
        "subtitle": "Annexe",
        "disclaimer": "Essai.",
        "source": {
            "title": "Essai",
            "part": "1",
            "publisher": "Essai",
            "edition": "1",
            "sha256": "0" * 64,
        },
        "introduction": [],
        "references": [guide] if links else [],
        "errata": [],
        "privacy_notice": "Traité par {controller}, conservé {retention}.",
        "privacy_retention": "un an",
        "questionnaires": questionnaires,
    }
    return parse_catalog(json.dumps(raw).encode(), "essai.json")


def sheets(questionnaire: Questionnaire, text: st.SearchStrategy[str]) -> st.SearchStrategy[Sheet]:
    """Any answers, some points left out, and any texts."""
    answer: st.SearchStrategy[Answer | None] = st.sampled_from([None, *questionnaire.answers])
    answers = st.fixed_dictionaries({point.id: answer for point in questionnaire.points})
    given = answers.map(lambda drawn: {p: a for p, a in drawn.items() if a is not None})
    texts = st.dictionaries(st.sampled_from(TextPart), text)
    return st.builds(lambda a, t: Sheet(answers=a, texts=t), given, texts)


any_text = st.text(
    st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Zs")), max_size=60
)
"""What a program may write into a field: any script, no control characters."""

typed_text = st.text(_LETTERS + " ", max_size=40)
"""What a French keyboard types."""
