"""Reads one returned file from its bytes to its forms: the story in order, no step of its own."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal, assert_never

from formgen.naming import TextPart
from formparse.active import find_active
from formparse.answers import resolve_values
from formparse.dates import parse_date
from formparse.embedded import files_in_pdf
from formparse.enclosed import Allowance
from formparse.errors import RefusalCode, refusal_of, refuse, refused
from formparse.evidence import read_form
from formparse.fdf import read_fdf
from formparse.gather import Gathered, add_inner, gather
from formparse.intake import ReturnedPdf, check_size, guarded, open_bytes, take_returned
from formparse.integrity import Checked, check_form
from formparse.kinds import Kind, kind_of
from formparse.message import files_in_message
from formparse.printed import Sheets
from formparse.readers.data import NO_EDITION, about_data, read_data, sort_data
from formparse.reading import SignatureSeen
from formparse.returned import (
    TEXT_LABEL,
    TEXT_NOT_READ,
    Finding,
    FormIdentity,
    ReadAttestation,
    Refusal,
    Returned,
    ReturnedForm,
    Severity,
    Signature,
    SignatureKind,
)
from formparse.revision import Revision
from formparse.signatures import check_signatures
from formparse.triage import Part, RefusedPart, triage
from formparse.xfdf import read_xfdf

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from formgen.editions import Editions
    from formparse.reading import Reading


def read_path(
    path: Path, editions: Editions, *, roots: Sequence[bytes] = ()
) -> tuple[Returned, ...]:
    """Give what the file at `path` holds: at least one form or refusal, whatever is in it.

    `roots`: certificates, in DER, that make the signer of a digital signature a known one.
    """
    data = take_returned(path)
    if isinstance(data, Refusal):
        return (data,)
    return read_bytes(data, path.name, editions, roots=roots)


def read_bytes(
    data: bytes, name: str, editions: Editions, *, roots: Sequence[bytes] = ()
) -> tuple[Returned, ...]:
    """Give what the bytes of a file called `name` hold; see `read_path`."""
    return _read(data, name, 0, _Way(editions=editions, roots=roots, allowance=Allowance()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How the file that was given is read, and all that is found inside it."""

    editions: Editions
    roots: Sequence[bytes]
    allowance: Allowance


_UNOPENED = {
    Kind.ARCHIVE: RefusalCode.ARCHIVE,
    Kind.OUTLOOK: RefusalCode.OUTLOOK_MESSAGE,
    Kind.WINMAIL: RefusalCode.WINMAIL,
    Kind.MAILBOX: RefusalCode.MAILBOX,
}
"""Kinds of file that are told from others only to say what to do with them."""


def _read(data: bytes, name: str, depth: int, way: _Way) -> tuple[Returned, ...]:
    """Give what the bytes of a file hold that stands inside `depth` others."""
    kind = kind_of(data)
    sha256 = hashlib.sha256(data).hexdigest()
    match kind:
        case Kind.PDF | Kind.PICTURE | Kind.OTHER_PICTURE | Kind.OTHER:
            # Whatever the last two are, it is told that a PDF is wanted.
            return _read_pdf(data, name, depth, way)
        case Kind.MESSAGE:

            def work() -> tuple[Returned, ...]:
                return _read_message(data, name, sha256, depth, way)

        case Kind.FDF | Kind.XFDF:

            def work() -> tuple[Returned, ...]:
                return _read_data(data, name, sha256, kind, way)

        case Kind.ARCHIVE | Kind.OUTLOOK | Kind.WINMAIL | Kind.MAILBOX:
            return (refuse(_UNOPENED[kind], file=name, sha256=sha256),)
        case _:
            assert_never(kind)
    read = guarded(work, file=name, sha256=sha256)
    return (read,) if isinstance(read, Refusal) else read


def _read_message(
    data: bytes, name: str, sha256: str, depth: int, way: _Way
) -> tuple[Returned, ...]:
    check_size(data)
    gathered = gather(
        files_in_message(data, depth=depth),
        outer=name,
        sha256=sha256,
        allowance=way.allowance,
        read=partial(_read, way=way),
    )
    if not gathered.returned:
        raise refused(RefusalCode.NO_FORM_IN_MESSAGE, found=gathered.listed or "0")
    return gathered.told()


def _read_data(
    data: bytes, name: str, sha256: str, kind: Literal[Kind.FDF, Kind.XFDF], way: _Way
) -> tuple[Returned, ...]:
    check_size(data)
    content = read_fdf(data) if kind is Kind.FDF else read_xfdf(data)
    told = sort_data(content, way.editions.catalogs())
    if not told.fields_of:
        raise refused(RefusalCode.NOT_FORM_DATA)
    forms = []
    for questionnaire_id, fields in told.fields_of.items():
        questionnaire = told.catalog.questionnaire(questionnaire_id)
        reading = read_data(fields, questionnaire)
        answers = resolve_values(reading, questionnaire)
        findings = (*about_data(content, told, reading), *answers.findings)
        identity = FormIdentity(
            catalog_id=told.catalog.id,
            catalog_version=told.catalog.version,
            edition=NO_EDITION,
            questionnaire_id=questionnaire_id,
            form_id=None,
            supplier_id=None,
        )
        # Whatever it says of a signature, none can be checked.
        unsigned = replace(reading, signature=SignatureSeen(has_value=False, drawings=()))
        attestation = _attestation(unsigned)
        forms.append(
            ReturnedForm(
                file=name,
                sha256=sha256,
                identity=identity,
                pages=(),
                method=reading.method,
                answers=answers.points,
                attestation=attestation,
                findings=(*findings, *_text_findings(reading, attestation)),
            )
        )
    return tuple(forms)


def _read_pdf(data: bytes, name: str, depth: int, way: _Way) -> tuple[Returned, ...]:
    opened = open_bytes(data, name)
    if isinstance(opened, Refusal):
        return (opened,)
    editions = way.editions

    def on_pages() -> tuple[Returned, ...]:
        return check_signatures(
            opened,
            _read_parts(opened, editions),
            roots=way.roots,
            read_revision=partial(_read_revision, editions=editions),
        )

    def inside() -> Gathered:
        return gather(
            files_in_pdf(opened, depth=depth),
            outer=name,
            sha256=opened.sha256,
            allowance=way.allowance,
            read=partial(_read, way=way),
        )

    read = guarded(on_pages, file=name, sha256=opened.sha256)
    found = guarded(inside, file=name, sha256=opened.sha256)
    return add_inner((read,) if isinstance(read, Refusal) else read, found)


def _read_revision(data: bytes, *, editions: Editions) -> Revision | None:
    """Give an older version of a file, as it was signed; its own signatures are not looked at."""
    opened = open_bytes(data, "")
    if isinstance(opened, Refusal):
        return None
    read = guarded(
        lambda: _read_parts(opened, editions, is_checked=False), file="", sha256=opened.sha256
    )
    return None if isinstance(read, Refusal) else Revision(opened, read)


def read_values(data: bytes, name: str, editions: Editions) -> tuple[Returned, ...]:
    """Give what the bytes of a file hold, without comparing it with the form that was sent.

    Signatures are not looked at either. For older versions of a file, and for measuring.
    """
    opened = open_bytes(data, name)
    if isinstance(opened, Refusal):
        return (opened,)
    read = guarded(
        lambda: _read_parts(opened, editions, is_checked=False), file=name, sha256=opened.sha256
    )
    return (read,) if isinstance(read, Refusal) else read


def _read_parts(
    pdf: ReturnedPdf, editions: Editions, *, is_checked: bool = True
) -> tuple[Returned, ...]:
    sheets = Sheets(pdf.data, pdf.picture)
    parts = triage(pdf, editions, sheets)
    if not parts:
        return (refuse(RefusalCode.NOT_A_FORM, file=pdf.name, sha256=pdf.sha256),)
    times = Counter(part.identity.questionnaire_id for part in parts if isinstance(part, Part))
    beside = find_active(
        pdf,
        own_links=frozenset(
            link for part in parts if isinstance(part, Part) for link in part.places.links
        ),
    )
    results: list[Returned] = []
    for part in parts:
        if isinstance(part, RefusedPart):
            results.append(refusal_of(part.error, file=pdf.name, sha256=pdf.sha256))
        else:
            is_only_one = times[part.identity.questionnaire_id] == 1
            read = _read_form(
                pdf, part, sheets, editions, is_only_one=is_only_one, is_checked=is_checked
            )
            if beside and isinstance(read, ReturnedForm):
                read = replace(read, findings=(*read.findings, *beside))
            results.append(read)
    return tuple(results)


def _read_form(
    pdf: ReturnedPdf,
    part: Part,
    sheets: Sheets,
    editions: Editions,
    *,
    is_only_one: bool,
    is_checked: bool,
) -> Returned:
    evidence = read_form(
        pdf, part, sheets, editions, is_only_one=is_only_one, is_checked=is_checked
    )
    if evidence is None:
        error = refused(RefusalCode.EMPTY_FORM_LOST)
        return refusal_of(error, file=pdf.name, sha256=pdf.sha256)
    reading, answers = evidence.reading, evidence.answers
    attestation = _attestation(reading)
    checked = Checked(answers=answers.points, findings=())
    if is_checked:
        checked = check_form(pdf, part, sheets, editions, evidence)
    return ReturnedForm(
        file=pdf.name,
        sha256=pdf.sha256,
        identity=part.identity,
        pages=tuple(dict.fromkeys(page.page.number for page in part.pages)),
        form_pages=tuple(sorted({p.index + 1 for p in part.pages if p.index is not None})),
        page_count=part.places.layout.page_count,
        method=reading.method,
        answers=checked.answers,
        attestation=attestation,
        findings=(
            *_repair_findings(pdf),
            *part.findings,
            *answers.findings,
            *evidence.findings,
            *checked.findings,
            *_text_findings(reading, attestation),
            *_typed_finding(reading),
        ),
    )


def _attestation(reading: Reading) -> ReadAttestation:
    text = {part: _single_text(reading, part) for part in TextPart}
    written = text[TextPart.DATE]
    date = parse_date(written) if written is not None else None
    return ReadAttestation(
        company=text[TextPart.COMPANY],
        service=text[TextPart.SERVICE],
        signatory=text[TextPart.SIGNATORY],
        date=date.isoformat() if date is not None else None,
        date_as_written=written,
        place=text[TextPart.PLACE],
        remarks=text[TextPart.REMARKS],
        signature=_signature(reading),
    )


def _single_text(reading: Reading, part: TextPart) -> str | None:
    """Give the text of a field; None where it is empty, or where the file gives several."""
    seen = reading.texts.get(part)
    return seen.values[0] if seen is not None and len(seen.values) == 1 else None


def _signature(reading: Reading) -> Signature:
    if reading.signature.has_value:
        return Signature(kind=SignatureKind.DIGITAL)
    if reading.signature.drawings:
        return Signature(kind=SignatureKind.DRAWN)
    return Signature(kind=SignatureKind.NONE)


_LONGEST_NAME = 80
"""Characters of a typed name in a message."""


# --- What is said beside the answers ------------------------------------------------------------


def _repair_findings(pdf: ReturnedPdf) -> Iterator[Finding]:
    if pdf.repairs.update_was_lost:
        yield Finding(
            code="update-lost",
            severity=Severity.WARNING,
            message=(
                "La fin du fichier manque : ce qui y a été enregistré en dernier, les réponses "
                "peut-être, est perdu. Demandez au fournisseur de renvoyer le fichier."
            ),
        )
    count = pdf.repairs.count
    if count:
        yield Finding(
            code="repaired",
            severity=Severity.WARNING,
            message=(
                f"Fichier endommagé, réparé à la lecture ({count} anomalies) : comparez "
                "avec ce que montre un lecteur PDF."
            ),
        )
    elif pdf.repairs.end_was_missing:
        yield Finding(
            code="repaired",
            severity=Severity.INFO,
            message="La marque de fin du fichier manquait ; elle a été rétablie à la lecture.",
        )


def _typed_finding(reading: Reading) -> Iterator[Finding]:
    """Give what is to be said of a name that is typed where a signature should be."""
    if reading.signature.typed:
        words = " ".join(reading.signature.typed.split())
        shown = words if len(words) <= _LONGEST_NAME else f"{words[:_LONGEST_NAME]}…"
        yield Finding(
            code="signature-typed",
            severity=Severity.INFO,
            message=f"Dans la zone de signature, du texte est tapé : « {shown} ». N'importe qui "
            "peut l'avoir tapé.",
        )


def _text_findings(reading: Reading, attestation: ReadAttestation) -> Iterator[Finding]:
    for part, seen in reading.texts.items():
        label = TEXT_LABEL[part]
        if len(seen.values) > 1:
            listed = " ; ".join(f"« {value} »" for value in seen.values)
            message = f"Le champ « {label} » a plusieurs valeurs : {listed}. Aucune n'est retenue."
            yield _about_text("text-conflict", message, part)
        if seen.has_odd_value:
            message = f"La valeur du champ « {label} » n'est pas un texte ; elle n'est pas lue."
            yield _about_text(TEXT_NOT_READ, message, part)
    written = attestation.date_as_written
    if written is not None and attestation.date is None:
        message = f"La date écrite, « {written} », n'est pas une date du calendrier."
        yield _about_text("date-not-read", message, TextPart.DATE)


def _about_text(code: str, message: str, part: TextPart) -> Finding:
    return Finding(code=code, severity=Severity.WARNING, message=message, field=part)
