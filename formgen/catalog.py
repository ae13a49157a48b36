"""The catalog: every word that stands on the forms, as values. `load_catalog` is its only reader.

Knows nothing of pages, field names or PDF.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from formgen.errors import CatalogError
from formgen.language import Phrase
from formgen.system_reason import system_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FAULTS_SHOWN = 20
"""Faults listed in one error; more would scroll the first ones away."""


class Answer(StrEnum):
    """What a supplier may answer to a point; the value is the word on the form and in the JSON."""

    OUI = "OUI"
    NON = "NON"
    NA = "N/A"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An address that the text points to."""

    key: str
    title: str
    url: str
    origin: str
    """Who says that this is the address: the source itself, or the project that restored it."""
    checked: str
    """ISO date on which the address was last known to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Words of a point or bullet that lead to a reference; they end the text they belong to."""

    label: str
    reference: str
    """Key of a `Reference`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullet:
    """One bulleted line inside a point. It has no answer of its own."""

    text: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FootnoteCall:
    """A call inside a point's text, exactly as it is printed there, and the note it leads to."""

    call: str
    note: str
    """Id of a `Footnote` of the same questionnaire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footnote:
    """A note printed at the end of a questionnaire."""

    id: str
    mark: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One line to answer."""

    id: str
    """`Q1-01`: questionnaire id, hyphen, two digits counted through the questionnaire."""
    text: str
    """The author's words, verbatim, without bullets and link labels."""
    short: str
    """A few words for tooltips and tables; ours, not the author's."""
    bullets: tuple[Bullet, ...]
    links: tuple[Link, ...]
    footnotes: tuple[FootnoteCall, ...]
    emphasis: tuple[str, ...]
    """Parts of `text` that the author set in italics."""
    lead_in: str | None
    """Id of the `LeadIn` under which the point stands, if any."""
    optional: bool
    best_effort: bool
    """The author wrote « Autant que possible » at its head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadIn:
    """Words that open several points and are not answered themselves."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Points that share one table: all of a section, or what stands under one sub-heading."""

    title: str | None
    """The sub-heading; None where the section has none."""
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A titled part of a questionnaire."""

    id: str
    """`Q2-S1`; stable, used as key in summaries."""
    title: str | None
    """None where the questionnaire is not divided."""
    groups: tuple[Group, ...]

    @property
    def points(self) -> tuple[Point, ...]:
        """All points of the section, in order."""
        return tuple(point for group in self.groups for point in group.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """The words of the block that the supplier completes and signs."""

    company: str
    service: str
    statement_before: str
    """Words before the signatory's name."""
    statement_after: str
    date: str
    place: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """One of the forms."""

    id: str
    title: str
    scope: str
    """When the questionnaire is due; also the source's sentence behind `requires`."""
    instructions: str
    """How to answer, in the author's words."""
    requires: tuple[str, ...]
    """Ids of the questionnaires that are due with this one; transitive closure not included."""
    answers: tuple[Answer, ...]
    sections: tuple[Section, ...]
    lead_ins: tuple[LeadIn, ...]
    footnotes: tuple[Footnote, ...]
    attestation: Attestation

    @property
    def points(self) -> tuple[Point, ...]:
        """All points, in order."""
        return tuple(point for section in self.sections for point in section.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntroductionItem:
    """A paragraph or bullet of the introduction."""

    id: str
    kind: str
    """`paragraph` or `bullet`."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Erratum:
    """A place where the printed text differs from the source, or where the source slips."""

    id: str
    where: str
    """Point id, or questionnaire id and part (`Q1.attestation`)."""
    as_written: str
    proposed: str
    kind: str
    mended: bool
    """True where the form shows `proposed`; False where the author's words were kept."""
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the words come from."""

    title: str
    part: str
    publisher: str
    edition: str
    sha256: str
    """Of the source text as extracted from the official PDF."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """A whole catalog."""

    id: str
    version: str
    date: str
    """ISO date of this version; also the date that stands in the forms' metadata."""
    language: str
    title: str
    subtitle: str
    disclaimer: str
    """Says that the form is no official document."""
    source: Source
    introduction: tuple[IntroductionItem, ...]
    references: tuple[Reference, ...]
    errata: tuple[Erratum, ...]
    privacy_notice: str
    """RGPD notice with `{controller}` and `{retention}` to fill in."""
    privacy_retention: str
    """Default for `{retention}`."""
    questionnaires: tuple[Questionnaire, ...]
    digest: str
    """SHA-256 of the catalog file as read; not part of the file."""

    def questionnaire(self, questionnaire_id: str) -> Questionnaire:
        """Give the questionnaire of that id; KeyError if there is none."""
        for questionnaire in self.questionnaires:
            if questionnaire.id == questionnaire_id:
                return questionnaire
        raise KeyError(questionnaire_id)

    def reference(self, key: str) -> Reference:
        """Give the reference of that key; KeyError if there is none."""
        for reference in self.references:
            if reference.key == key:
                return reference
        raise KeyError(key)

    def points(self) -> Iterator[Point]:
        """Give all points, in order."""
        for questionnaire in self.questionnaires:
            yield from questionnaire.points

    def required_with(self, questionnaire_ids: tuple[str, ...]) -> tuple[str, ...]:
        """Give these ids and all that they require, transitively, in catalog order."""
        wanted: set[str] = set()
        waiting = list(questionnaire_ids)
        while waiting:
            current = waiting.pop()
            if current not in wanted:
                wanted.add(current)
                waiting.extend(self.questionnaire(current).requires)
        return tuple(q.id for q in self.questionnaires if q.id in wanted)


def default_catalog_path() -> Path:
    """Give the catalog that ships: inside the package, or at the top of a source checkout."""
    package = Path(__file__).parent
    packaged = package / "catalog.json"
    return packaged if packaged.is_file() else package.parent / "catalog.json"


def load_catalog(path: Path) -> Catalog:
    """Read and check a catalog file; CatalogError lists its faults."""
    return parse_catalog(read_catalog_file(path), str(path))


def read_catalog_file(path: Path) -> bytes:
    """Give a catalog file's bytes, at most one more than a catalog may have; CatalogError."""
    from formgen.catalog_check import MAX_BYTES

    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = system_reason(error)
        raise CatalogError(
            Phrase(
                fr=f"{path}\u00a0: le catalogue ne peut pas être lu ({reason.fr}). "
                "Vérifier le chemin et les droits.",
                en=f"{path}: the catalog cannot be read ({reason.en}). "
                "Check the path and its permissions.",
            )
        ) from error


def parse_catalog(data: bytes, name: str) -> Catalog:
    """Give the catalog that `data` holds; CatalogError lists its faults under the file's `name`."""
    from formgen.catalog_check import examine

    shaped, _, faults = examine(data)
    if shaped is None or faults:
        shown = [f.described(name) for f in faults[:MAX_FAULTS_SHOWN]]
        rest = len(faults) - len(shown)
        count = len(faults)
        french = [f"{name}\u00a0: catalogue refusé, {count} faute{'s' if count > 1 else ''}."]
        english = [f"{name}: catalog refused, {count} fault{'s' if count > 1 else ''}."]
        french += [phrase.fr for phrase in shown]
        english += [phrase.en for phrase in shown]
        if rest:
            french.append(
                f"… et {rest} de plus\u00a0: «\u00a0formgen check\u00a0» les montre toutes."
            )
            english.append(f"... and {rest} more: 'formgen check' shows them all.")
        raise CatalogError(Phrase(fr="\n".join(french), en="\n".join(english)))
    return shaped.catalog
