"""The metadata packet is XML that says what the form is and claims no more than its standard."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from formgen.standard import Standard
from formgen.xmp import NAMESPACE, OWN_PROPERTIES, packet

PDFAID = "{http://www.aiim.org/pdfa/ns/id/}"
PDFUAID = "{http://www.aiim.org/pdfua/ns/id/}"
SCHEMA = "{http://www.aiim.org/pdfa/ns/schema#}"
PROPERTY = "{http://www.aiim.org/pdfa/ns/property#}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


def parsed(standard: Standard, title: str = "Questionnaire 1 : « œuvre » & <b>") -> ET.Element:
    data = packet(
        title=title,
        language="fr",
        date="2026-03-01",
        producer="formgen",
        standard=standard,
        own={key: f"valeur & de {key}" for key in OWN_PROPERTIES},
    )
    return ET.fromstring(data)


def said(root: ET.Element, namespace: str) -> dict[str, str | None]:
    return {
        part.tag.removeprefix(namespace): part.text
        for part in root.iter()
        if part.tag.startswith(namespace)
    }


@pytest.mark.parametrize(
    ("standard", "accessibility", "archive"),
    [
        (Standard.UA1_A2A, {"part": "1"}, {"part": "2", "conformance": "A"}),
        (Standard.UA2_A4, {"part": "2", "rev": "2024"}, {"part": "4", "rev": "2020"}),
    ],
)
def test_claims_are_those_of_the_standard(
    standard: Standard, accessibility: dict[str, str], archive: dict[str, str]
) -> None:
    root = parsed(standard)
    assert said(root, PDFUAID) == accessibility
    assert said(root, PDFAID) == archive


@pytest.mark.parametrize("standard", Standard)
def test_title_and_own_facts_come_back(standard: Standard) -> None:
    root = parsed(standard)
    titles = root.findall(f".//{{http://purl.org/dc/elements/1.1/}}title/{RDF}Alt/{RDF}li")
    assert [title.text for title in titles] == ["Questionnaire 1 : « œuvre » & <b>"]
    facts = said(root, f"{{{NAMESPACE}}}")
    assert facts == {key: f"valeur & de {key}" for key in OWN_PROPERTIES}


def test_pdf_a_2_is_told_of_properties_it_does_not_know() -> None:
    root = parsed(Standard.UA1_A2A)
    described = {name.text for name in root.iter(f"{PROPERTY}name")}
    assert described == {"part", *OWN_PROPERTIES}
    assert not list(parsed(Standard.UA2_A4).iter(f"{SCHEMA}schema"))
