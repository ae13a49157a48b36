"""Reads one returned file from its bytes to its forms: the story in order, no step of its own."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from formgen.naming import TextPart
from formparse.dates import parse_date
from formparse.errors import RefusalCode, refusal_of, refuse, refused
from formparse.evidence import read_form
from formparse.intake import Repairs, ReturnedPdf, guarded, open_bytes, open_returned
from formparse.printed import Sheets
from formparse.returned import (
    Finding,
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
    return _read(open_returned(path), editions, roots)


def read_bytes(
    data: bytes, name: str, editions: Editions, *, roots: Sequence[bytes] = ()
) -> tuple[Returned, ...]:
    """Give what the bytes of a file called `name` hold; see `read_path`."""
    return _read(open_bytes(data, name), editions, roots)


def _read(
    opened: ReturnedPdf | Refusal, editions: Editions, roots: Sequence[bytes]
) -> tuple[Returned, ...]:
    if isinstance(opened, Refusal):
        return (opened,)

    def work() -> tuple[Returned, ...]:
        return check_signatures(
            opened,
            _read_parts(opened, editions),
            roots=roots,
            read_revision=partial(_read_revision, editions=editions),
        )

    read = guarded(work, file=opened.name, sha256=opened.sha256)
    return (read,) if isinstance(read, Refusal) else read


def _read_revision(data: bytes, *, editions: Editions) -> Revision | None:
    """Give an older version of a file, as it was signed; its own signatures are not looked at."""
    opened = open_bytes(data, "")
    if isinstance(opened, Refusal):
        return None
    read = guarded(lambda: _read_parts(opened, editions), file="", sha256=opened.sha256)
    return None if isinstance(read, Refusal) else Revision(opened, read)


def _read_parts(pdf: ReturnedPdf, editions: Editions) -> tuple[Returned, ...]:
    sheets = Sheets(pdf.data, pdf.picture)
    parts = triage(pdf, editions, sheets)
    if not parts:
        return (refuse(RefusalCode.NOT_A_FORM, file=pdf.name, sha256=pdf.sha256),)
    times = Counter(part.identity.questionnaire_id for part in parts if isinstance(part, Part))
    results: list[Returned] = []
    for part in parts:
        if isinstance(part, RefusedPart):
            results.append(refusal_of(part.error, file=pdf.name, sha256=pdf.sha256))
        else:
            is_only_one = times[part.identity.questionnaire_id] == 1
            results.append(_read_form(pdf, part, sheets, editions, is_only_one=is_only_one))
    return tuple(results)


def _read_form(
    pdf: ReturnedPdf, part: Part, sheets: Sheets, editions: Editions, *, is_only_one: bool
) -> Returned:
    evidence = read_form(pdf, part, sheets, editions, is_only_one=is_only_one)
    if evidence is None:
        error = refused(RefusalCode.EMPTY_FORM_LOST)
        return refusal_of(error, file=pdf.name, sha256=pdf.sha256)
    reading, answers = evidence.reading, evidence.answers
    attestation = _attestation(reading)
    return ReturnedForm(
        file=pdf.name,
        sha256=pdf.sha256,
        identity=part.identity,
        pages=tuple(dict.fromkeys(page.page.number for page in part.pages)),
        form_pages=tuple(sorted({p.index + 1 for p in part.pages if p.index is not None})),
        method=reading.method,
        answers=answers.points,
        attestation=attestation,
        findings=(
            *_repair_findings(pdf.repairs),
            *part.findings,
            *answers.findings,
            *evidence.findings,
            *_text_findings(reading, attestation),
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


# --- What is said beside the answers ------------------------------------------------------------
_PART_NAMES = {
    TextPart.COMPANY: "société",
    TextPart.SERVICE: "service",
    TextPart.SIGNATORY: "signataire",
    TextPart.DATE: "date",
    TextPart.PLACE: "lieu",
    TextPart.REMARKS: "remarques",
}


def _repair_findings(repairs: Repairs) -> Iterator[Finding]:
    if repairs.count:
        yield Finding(
            code="repaired",
            severity=Severity.WARNING,
            message=(
                f"Fichier endommagé, réparé à la lecture ({repairs.count} anomalies) : comparez "
                "avec ce que montre un lecteur PDF."
            ),
        )
    elif repairs.end_was_missing:
        yield Finding(
            code="repaired",
            severity=Severity.INFO,
            message="La marque de fin du fichier manquait ; elle a été rétablie à la lecture.",
        )


def _text_findings(reading: Reading, attestation: ReadAttestation) -> Iterator[Finding]:
    for part, seen in reading.texts.items():
        label = _PART_NAMES[part]
        if len(seen.values) > 1:
            listed = " ; ".join(f"« {value} »" for value in seen.values)
            message = f"Le champ « {label} » a plusieurs valeurs : {listed}. Aucune n'est retenue."
            yield Finding(code="text-conflict", severity=Severity.WARNING, message=message)
        if seen.has_odd_value:
            message = f"La valeur du champ « {label} » n'est pas un texte ; elle n'est pas lue."
            yield Finding(code="text-not-read", severity=Severity.WARNING, message=message)
    written = attestation.date_as_written
    if written is not None and attestation.date is None:
        message = f"La date écrite, « {written} », n'est pas une date du calendrier."
        yield Finding(code="date-not-read", severity=Severity.WARNING, message=message)
