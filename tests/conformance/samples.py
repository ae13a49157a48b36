"""The forms that are judged: each questionnaire, to each standard, for anybody and for somebody."""

from __future__ import annotations

import datetime as dt
import functools
import io
from collections.abc import Callable
from dataclasses import dataclass, replace

from formgen.catalog import Catalog, default_catalog_path, load_catalog
from formgen.issue import Issue, Practice
from formgen.naming import TextPart, text_field_name
from formgen.pdf import make_template
from formgen.standard import Standard
from formgen.suppliers import MAX_ADDRESS_LINES, MAX_EMAIL, MAX_NAME, MAX_SERVICE

PROFILES = {Standard.UA1_A2A: ("ua1", "2a"), Standard.UA2_A4: ("ua2", "4")}

NOBODY = Issue(form_id="0123ABCD", supplier_id=None, company="", service="")
SOMEBODY = Issue(
    form_id="K7M2QX4T",
    supplier_id="lodz",
    company="Łódź Œuvres & Cie <Ελλάς>",
    service="Hébergement – « cœur » à 10 € l'unité",
)
WORDIEST = Issue(
    form_id="ZZZZZZZZ",
    supplier_id="a" * 64,
    company=("Établissements Œdème et Fils " * 9)[:MAX_NAME],
    service=("infogérance et télémaintenance " * 9)[:MAX_SERVICE],
)
PRACTICE = Practice(
    name="Cabinet d'ophtalmologie Œillet & Łukasiewicz",
    address=("12 rue de l'Hôpital", "67000 Strasbourg"),
    email="cabinet@exemple.fr",
    due=dt.date(2026, 12, 1),
)
WORDIEST_PRACTICE = Practice(
    name=("Maison de santé pluriprofessionnelle " * 9)[:MAX_NAME],
    address=tuple(("avenue de la Libération " * 9)[:MAX_NAME] for _ in range(MAX_ADDRESS_LINES)),
    email=("secretariat." * 30)[: MAX_EMAIL - 11] + "@exemple.fr",
    due=dt.date(2026, 12, 31),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A form to judge."""

    name: str
    standard: Standard
    make: Callable[[], bytes]
    filled: bool = False


@functools.cache
def catalog() -> Catalog:
    """Give the catalog that comes with the software."""
    return load_catalog(default_catalog_path())


@functools.cache
def form(questionnaire_id: str, standard: Standard, variant: str) -> bytes:
    """Give a form's PDF."""
    source = _with_a_tall_point(catalog()) if variant == "tall" else catalog()
    practice, issue = {
        "blank": (None, NOBODY),
        "addressed": (PRACTICE, SOMEBODY),
        "wordiest": (WORDIEST_PRACTICE, WORDIEST),
        "tall": (None, NOBODY),
    }[variant]
    questionnaire = source.questionnaire(questionnaire_id)
    return make_template(source, questionnaire, practice, standard).render(issue)


def _with_a_tall_point(source: Catalog) -> Catalog:
    """Give a catalog whose first questionnaire has a point that no page can hold."""
    questionnaire, *questionnaires = source.questionnaires
    section, *sections = questionnaire.sections
    group, *groups = section.groups
    first, second, *points = group.points
    tall = replace(second, text=" ".join([second.text] * 60))
    group = replace(group, points=(first, tall, *points))
    section = replace(section, groups=(group, *groups))
    questionnaire = replace(questionnaire, sections=(section, *sections))
    return replace(source, questionnaires=(questionnaire, *questionnaires))


def filled_in(data: bytes, *, questionnaire_id: str, incremental: bool) -> bytes:
    """Give the form as pypdf leaves it when it has filled in everything."""
    from pypdf import PdfWriter

    source = io.BytesIO(data)
    writer = PdfWriter(source, incremental=True) if incremental else PdfWriter(clone_from=source)
    fields = writer.get_fields() or {}
    values = {name: "/OUI" for name, entries in fields.items() if entries.get("/FT") == "/Btn"}
    for part in TextPart:
        values[text_field_name(questionnaire_id, part)] = "Œuvre d'été – « 12 € »"
    for page in writer.pages:
        writer.update_page_form_field_values(page, values, auto_regenerate=False)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def _samples() -> dict[str, Sample]:
    found: list[Sample] = []
    for standard in Standard:
        for number in range(1, 5):
            found += [
                Sample(
                    name=f"Q{number}-{standard}-{variant}",
                    standard=standard,
                    make=functools.partial(form, f"Q{number}", standard, variant),
                )
                for variant in ("blank", "addressed", "wordiest")
            ]
            found.append(_filled(f"Q{number}", standard))
        tall = functools.partial(form, "Q1", standard, "tall")
        found.append(Sample(name=f"Q1-{standard}-tall", standard=standard, make=tall))
    return {sample.name: sample for sample in found}


def _filled(questionnaire_id: str, standard: Standard) -> Sample:
    """Give a filled form; one to PDF/UA-2 and PDF/A-4 saved so that its version stays 2.0.

    Writing a file anew, pypdf calls it PDF 1.3 and gives it an information dictionary.
    """

    def make() -> bytes:
        return filled_in(
            form(questionnaire_id, standard, "addressed"),
            questionnaire_id=questionnaire_id,
            incremental=standard is Standard.UA2_A4,
        )

    name = f"{questionnaire_id}-{standard}-filled"
    return Sample(name=name, standard=standard, make=make, filled=True)


SAMPLES = _samples()
