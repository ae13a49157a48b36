"""Turn what was read into the JSON of `formparse read`, and back.

The same records are what the store keeps, so nothing a reader saw may get lost on the way. Files,
and what the values mean, are for others; `schemas/read.schema.json` describes the records.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from formgen.catalog import Answer
from formgen.naming import TextPart
from formparse.cleaning import escape_json
from formparse.returned import (
    Doubt,
    DoubtKind,
    Finding,
    FormIdentity,
    InnerFile,
    Method,
    PointAnswer,
    ReadAttestation,
    Refusal,
    Returned,
    ReturnedForm,
    Severity,
    Signature,
    SignatureKind,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_READ = "read"
_REFUSED = "refused"

_Word = TypeVar("_Word", bound=StrEnum)


class RecordError(ValueError):
    """A record that `to_json` did not write; a kept one is to be made again from its file."""


def to_json(returned: Returned) -> dict[str, Any]:
    """Give the record of one form or refusal, keys in the order in which people look for them."""
    match returned:
        case ReturnedForm():
            return _form_to_json(returned)
        case Refusal():
            return {
                "file": returned.file,
                "sha256": returned.sha256,
                "status": _REFUSED,
                "error": {"code": returned.code, "message": returned.message},
            }


def dump_record(record: dict[str, Any]) -> bytes:
    """Give a record as one line of JSON Lines. Valid UTF-8 whatever a supplier wrote."""
    return escape_json(json.dumps(record, ensure_ascii=False)).encode() + b"\n"


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """Give a finding as it stands in records and summaries."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "page": finding.page,
        "point": finding.point,
        "field": None if finding.field is None else finding.field.value,
    }


def signature_to_json(signature: Signature) -> dict[str, Any]:
    """Give a signature; what only a digital one can have stands in a digital one only."""
    if signature.kind is not SignatureKind.DIGITAL:
        return {"kind": signature.kind.value}
    changed = signature.changed_after_signing
    return {
        "kind": signature.kind.value,
        "signer": signature.signer,
        "signed_at": signature.signed_at,
        "intact": signature.intact,
        "covers_whole_file": signature.covers_whole_file,
        "trusted": signature.trusted,
        "changed_after_signing": None if changed is None else list(changed),
        "signed_values": dict(signature.signed_values),
    }


def attestation_to_json(attestation: ReadAttestation) -> dict[str, Any]:
    """Give an attestation block."""
    return {
        "company": attestation.company,
        "service": attestation.service,
        "signatory": attestation.signatory,
        "date": attestation.date,
        "date_as_written": attestation.date_as_written,
        "place": attestation.place,
        "remarks": attestation.remarks,
        "signature": signature_to_json(attestation.signature),
    }


def _form_to_json(form: ReturnedForm) -> dict[str, Any]:
    identity = form.identity
    part = form.part
    return {
        "file": form.file,
        "sha256": form.sha256,
        **({} if part is None else {"part": {"name": part.name, "sha256": part.sha256}}),
        "status": _READ,
        "form": {
            "catalog": identity.catalog_id,
            "version": identity.catalog_version,
            "edition": identity.edition,
            "form_id": identity.form_id,
            "supplier_id": identity.supplier_id,
            "questionnaires": [identity.questionnaire_id],
            "pages": list(form.pages),
            "form_pages": list(form.form_pages),
            "page_count": form.page_count,
        },
        "method": form.method.value,
        "answers": {
            read.point_id: None if read.answer is None else read.answer.value
            for read in form.answers
        },
        "doubtful": [
            {
                "id": read.point_id,
                "kind": read.doubt.kind.value,
                "reason": read.doubt.reason,
                "seen": list(read.doubt.seen),
            }
            for read in form.answers
            if read.doubt is not None
        ],
        "attestation": {identity.questionnaire_id: attestation_to_json(form.attestation)},
        "findings": [finding_to_json(finding) for finding in form.findings],
    }


def from_json(untrusted_record: object, *, message_en: str | None = None) -> Returned:
    """Give the value that `to_json` wrote as this record; RecordError if it wrote no such thing.

    The English sentence of a refusal is no part of the record: it is handed in by those who still
    know it, and else the French one stands in its place.
    """
    record = _Object(untrusted_record, "record")
    file = record.text("file")
    sha256 = record.text_or_none("sha256")
    status = record.text("status")
    if status == _REFUSED:
        error = record.nested("error")
        code, message = error.text("code"), error.text("message")
        error.close()
        record.close()
        return Refusal(
            file=file,
            sha256=sha256,
            code=code,
            message=message,
            message_en=message if message_en is None else message_en,
        )
    if status != _READ or sha256 is None:
        raise RecordError(f"status {status!r}, sha256 {sha256!r}")
    return _form_from_json(record, file, sha256)


def _form_from_json(record: _Object, file: str, sha256: str) -> ReturnedForm:
    about = record.nested("form")
    identity = _identity_from_json(about)
    pages, form_pages = about.integers("pages"), about.integers("form_pages")
    page_count = about.integer_or_none("page_count")
    about.close()
    attestations = record.nested("attestation")
    form = ReturnedForm(
        file=file,
        sha256=sha256,
        part=_part_from_json(record),
        identity=identity,
        pages=pages,
        form_pages=form_pages,
        page_count=page_count,
        method=_word(Method, record.text("method")),
        answers=_answers_from_json(record.nested("answers"), record.all_nested("doubtful")),
        attestation=_attestation_from_json(attestations.nested(identity.questionnaire_id)),
        findings=tuple(_finding_from_json(finding) for finding in record.all_nested("findings")),
    )
    attestations.close()
    record.close()
    return form


def _part_from_json(record: _Object) -> InnerFile | None:
    if "part" not in record.names_left():
        return None
    part = record.nested("part")
    read = InnerFile(name=part.text("name"), sha256=part.text("sha256"))
    part.close()
    return read


def _identity_from_json(form: _Object) -> FormIdentity:
    questionnaires = form.texts("questionnaires")
    if len(questionnaires) != 1:
        raise RecordError(f"{len(questionnaires)} questionnaires in one form")
    return FormIdentity(
        catalog_id=form.text("catalog"),
        catalog_version=form.text("version"),
        edition=form.integer("edition"),
        questionnaire_id=questionnaires[0],
        form_id=form.text_or_none("form_id"),
        supplier_id=form.text_or_none("supplier_id"),
    )


def _answers_from_json(
    answers: _Object, untrusted_doubts: Iterator[_Object]
) -> tuple[PointAnswer, ...]:
    doubts: dict[str, Doubt] = {}
    for doubt in untrusted_doubts:
        point_id = doubt.text("id")
        if point_id in doubts:
            raise RecordError(f"{point_id} is doubtful twice")
        doubts[point_id] = Doubt(
            kind=_word(DoubtKind, doubt.text("kind")),
            reason=doubt.text("reason"),
            seen=doubt.texts("seen"),
        )
        doubt.close()
    read = []
    for point_id in answers.names_left():
        word = answers.text_or_none(point_id)
        answer = None if word is None else _word(Answer, word)
        doubt_of_point = doubts.pop(point_id, None)
        if answer is not None and doubt_of_point is not None:
            raise RecordError(f"{point_id} is answered and doubtful")
        read.append(PointAnswer(point_id=point_id, answer=answer, doubt=doubt_of_point))
    if doubts:
        raise RecordError(f"doubtful without being a point: {', '.join(doubts)}")
    return tuple(read)


def _attestation_from_json(attestation: _Object) -> ReadAttestation:
    read = ReadAttestation(
        company=attestation.text_or_none("company"),
        service=attestation.text_or_none("service"),
        signatory=attestation.text_or_none("signatory"),
        date=attestation.text_or_none("date"),
        date_as_written=attestation.text_or_none("date_as_written"),
        place=attestation.text_or_none("place"),
        remarks=attestation.text_or_none("remarks"),
        signature=_signature_from_json(attestation.nested("signature")),
    )
    attestation.close()
    return read


def _signature_from_json(signature: _Object) -> Signature:
    kind = _word(SignatureKind, signature.text("kind"))
    if kind is not SignatureKind.DIGITAL:
        signature.close()
        return Signature(kind=kind)
    read = Signature(
        kind=kind,
        signer=signature.text_or_none("signer"),
        signed_at=signature.text_or_none("signed_at"),
        intact=signature.flag_or_none("intact"),
        covers_whole_file=signature.flag_or_none("covers_whole_file"),
        trusted=signature.flag_or_none("trusted"),
        changed_after_signing=signature.texts_or_none("changed_after_signing"),
        signed_values=_signed_values_from_json(signature.nested("signed_values")),
    )
    unchanged = {name for name, _ in read.signed_values} - {*(read.changed_after_signing or ())}
    if unchanged:
        raise RecordError(f"signed values of unchanged fields: {', '.join(sorted(unchanged))}")
    signature.close()
    return read


def _signed_values_from_json(values: _Object) -> tuple[tuple[str, str], ...]:
    return tuple((name, values.text(name)) for name in values.names_left())


def _finding_from_json(finding: _Object) -> Finding:
    field = finding.text_or_none("field")
    read = Finding(
        code=finding.text("code"),
        severity=_word(Severity, finding.text("severity")),
        message=finding.text("message"),
        page=finding.integer_or_none("page"),
        point=finding.text_or_none("point"),
        field=None if field is None else _word(TextPart, field),
    )
    finding.close()
    return read


def _word(words: type[_Word], untrusted_word: str) -> _Word:
    try:
        return words(untrusted_word)
    except ValueError as error:
        raise RecordError(f"{untrusted_word!r} is no {words.__name__}") from error


class _Object:
    """A JSON object being read: each key is asked for by type, and none may be left over."""

    def __init__(self, untrusted_value: object, where: str) -> None:
        if not isinstance(untrusted_value, dict):
            raise RecordError(f"{where} is no object")
        self._left: dict[str, object] = dict(untrusted_value)
        self._where = where

    def names_left(self) -> tuple[str, ...]:
        """Give the keys not yet read, in order."""
        return tuple(self._left)

    def close(self) -> None:
        """Check that every key was read."""
        if self._left:
            raise RecordError(f"{self._where} has more: {', '.join(map(str, self._left))}")

    def text(self, key: str) -> str:
        """Read a string."""
        return _text(self._take(key), key)

    def text_or_none(self, key: str) -> str | None:
        """Read a string or null."""
        value = self._take(key)
        return None if value is None else _text(value, key)

    def texts(self, key: str) -> tuple[str, ...]:
        """Read an array of strings."""
        return tuple(_text(value, key) for value in _array(self._take(key), key))

    def texts_or_none(self, key: str) -> tuple[str, ...] | None:
        """Read an array of strings, or null."""
        value = self._take(key)
        return None if value is None else tuple(_text(one, key) for one in _array(value, key))

    def integer(self, key: str) -> int:
        """Read a whole number."""
        return _integer(self._take(key), key)

    def integer_or_none(self, key: str) -> int | None:
        """Read a whole number or null."""
        value = self._take(key)
        return None if value is None else _integer(value, key)

    def integers(self, key: str) -> tuple[int, ...]:
        """Read an array of whole numbers."""
        return tuple(_integer(value, key) for value in _array(self._take(key), key))

    def flag_or_none(self, key: str) -> bool | None:
        """Read true, false or null."""
        value = self._take(key)
        if value is not None and not isinstance(value, bool):
            raise RecordError(f"{key} is neither true, false nor null")
        return value

    def nested(self, key: str) -> _Object:
        """Read an object."""
        return _Object(self._take(key), key)

    def all_nested(self, key: str) -> Iterator[_Object]:
        """Read an array of objects."""
        return (_Object(value, key) for value in _array(self._take(key), key))

    def _take(self, key: str) -> object:
        if key not in self._left:
            raise RecordError(f"{self._where} lacks {key!r}")
        return self._left.pop(key)


def _text(untrusted_value: object, key: str) -> str:
    if not isinstance(untrusted_value, str):
        raise RecordError(f"{key} is no string")
    return untrusted_value


def _integer(untrusted_value: object, key: str) -> int:
    # bool is an int in Python, and true is no page number.
    if not isinstance(untrusted_value, int) or isinstance(untrusted_value, bool):
        raise RecordError(f"{key} is no whole number")
    return untrusted_value


def _array(untrusted_value: object, key: str) -> list[object]:
    if not isinstance(untrusted_value, list):
        raise RecordError(f"{key} is no array")
    return untrusted_value
