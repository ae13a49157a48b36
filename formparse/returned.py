"""What reading one returned file gives: values only, the same whoever read it and however.

`read` prints them, `import` keeps them and assesses them. JSON in and out is `formparse.records`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from formgen.catalog import Answer
from formgen.naming import TextPart


class Severity(StrEnum):
    """How much a finding matters. A clean return has none above INFO."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Method(StrEnum):
    """Where the answers were seen."""

    FIELDS = "fields"
    MARKS = "marks"
    FIELDS_AND_MARKS = "fields+marks"


class DoubtKind(StrEnum):
    """Why a point has no sure answer although something is there."""

    CONTRADICTORY = "contradictory"
    """Several boxes of the point are ticked."""
    NOT_ALLOWED = "not-allowed"
    """An answer that the questionnaire does not offer."""
    CONFLICT = "conflict"
    """The file says one thing in one place and another elsewhere; in a summary also: two returns
    do, and neither is sure to replace the other."""
    UNCLEAR = "unclear"
    """A mark, or a damaged field, that proves nothing."""


TEXT_NOT_READ = "text-not-read"
"""Code of the finding that something is written in a field, which only a person can read."""

TEXT_LABEL = {
    TextPart.COMPANY: "société",
    TextPart.SERVICE: "service",
    TextPart.SIGNATORY: "signataire",
    TextPart.DATE: "date",
    TextPart.PLACE: "lieu",
    TextPart.REMARKS: "remarques",
}
"""What messages call the texts of an attestation."""


class SignatureKind(StrEnum):
    """What stands in the signature area."""

    NONE = "none"
    DRAWN = "drawn"
    DIGITAL = "digital"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something a reader of the result should know."""

    code: str
    """Stable word for programs: `text-altered`."""
    severity: Severity
    message: str
    """One French sentence for people."""
    page: int | None = None
    """Page of the file, from 1; None where it concerns no page."""
    point: str | None = None
    """Point id; None where it concerns no single point."""
    field: TextPart | None = None
    """Text field; None where it concerns no single one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Why a point's answer is not sure, and what was seen."""

    kind: DoubtKind
    reason: str
    """One French sentence."""
    seen: tuple[str, ...]
    """Answers seen, as words; a word the questionnaire does not know stands as it was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """That a person settled a doubt by looking at the return. What a reader gives has none."""

    by: str
    """Name of that person."""
    at: str
    """When: UTC, ISO, to the second."""
    doubt: Doubt
    """What was seen before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointAnswer:
    """What was read for one point. Both None: the point is not answered."""

    point_id: str
    answer: Answer | None
    doubt: Doubt | None
    """Set only where `answer` is None."""
    decided: Decided | None = None
    """Set where the answer is a person's; no part of the record of what was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What is known of the signature. The facts below `kind` are set for DIGITAL only; None
    there means that it was not, or could not be, checked.
    """

    kind: SignatureKind
    signer: str | None = None
    signed_at: str | None = None
    intact: bool | None = None
    covers_whole_file: bool | None = None
    trusted: bool | None = None
    changed_after_signing: tuple[str, ...] | None = None
    """Names of the fields whose value is no longer the signed one; empty: none."""
    signed_values: tuple[tuple[str, str], ...] = ()
    """What these fields said when it was signed, by name: a point in words, a text as written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAttestation:
    """The attestation block as it came back. None: empty or not readable."""

    company: str | None
    service: str | None
    signatory: str | None
    date: str | None
    """ISO date; None also where what is written is no date (see `date_as_written`)."""
    date_as_written: str | None
    place: str | None
    remarks: str | None
    signature: Signature
    decided: tuple[tuple[TextPart, Decided], ...] = ()
    """Texts that are a person's; no part of the record of what was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormIdentity:
    """Which issued form a return claims to be."""

    catalog_id: str
    catalog_version: str
    edition: int
    """Layout edition it was drawn with."""
    questionnaire_id: str
    form_id: str | None
    """Id of the one issued form; None where the file lost it."""
    supplier_id: str | None
    """Id in the practice's supplier list; None for a blank form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerFile:
    """A file inside the one that was given: attached to a message, or embedded in a PDF."""

    name: str
    """As the outer file calls it, unlike that of any other file in it."""
    sha256: str


def name_inside(outer: str, inner: str) -> str:
    """Give what people are told a file inside another one is called."""
    return f"{outer} \u203a {inner}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedForm:
    """One form found in one file, read."""

    file: str
    """Name of the file as it was given, without folders; that of its inner file behind it."""
    sha256: str
    """Of the whole file that was given."""
    identity: FormIdentity
    pages: tuple[int, ...]
    """Pages of the file that belong to the form, from 1."""
    method: Method
    answers: tuple[PointAnswer, ...]
    """Every point of the questionnaire, in catalog order."""
    attestation: ReadAttestation
    findings: tuple[Finding, ...]
    form_pages: tuple[int, ...] = ()
    """Pages of the form that were found, by their printed number from 1: what tells the parts of
    one form that came in several files from several copies of it. Empty where it is not known."""
    page_count: int | None = None
    """Pages that the form has; None where only its values came."""
    part: InnerFile | None = None
    """The file inside the given one that the form stands in; None where it is the given one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A file, or a part of one, that cannot be taken."""

    file: str
    sha256: str | None
    """None where the file could not even be read."""
    code: str
    """Stable word for programs: `encrypted`."""
    message: str
    """One French sentence: what was found, what was expected, what to do."""
    message_en: str
    """The same in English, for commands that speak it; not part of the JSON."""


Returned = ReturnedForm | Refusal
