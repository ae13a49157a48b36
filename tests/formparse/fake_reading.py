"""Readers that behave as a test asks, by what stands in the file. No PDF is needed."""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING

from formgen.catalog import Answer
from formparse.choice import ImportedForm
from formparse.derivation import Summarised
from formparse.errors import RefusalCode, refuse
from formparse.pipeline import Reader
from formparse.returned import (
    FormIdentity,
    Method,
    PointAnswer,
    ReadAttestation,
    Returned,
    ReturnedForm,
    Signature,
    SignatureKind,
)
from formparse.worker import Limits, Read

if TYPE_CHECKING:
    from pathlib import Path

    from formparse.grouping import SupplierGroup

LIMITS = Limits(wall_seconds=20, memory_bytes=4 << 30)


def form(data: bytes, name: str, supplier_id: str | None, page: int = 1) -> ReturnedForm:
    """Give the form of `supplier_id` that a file is said to hold."""
    return ReturnedForm(
        file=name,
        sha256=hashlib.sha256(data).hexdigest(),
        identity=FormIdentity(
            catalog_id="test",
            catalog_version="1",
            edition=1,
            questionnaire_id="Q1",
            form_id="0123456789AB",
            supplier_id=supplier_id,
        ),
        pages=(page,),
        form_pages=(1,),
        method=Method.FIELDS,
        answers=(PointAnswer(point_id="Q1-01", answer=Answer.NA, doubt=None),),
        attestation=ReadAttestation(
            company="Cœur & Santé",
            service=None,
            signatory=None,
            date=None,
            date_as_written=None,
            place=None,
            remarks=data.decode(errors="replace"),
            signature=Signature(kind=SignatureKind.NONE),
        ),
        findings=(),
    )


def read_words(data: bytes, name: str) -> tuple[Returned, ...]:
    """Read `<word> <supplier id> …`, where the word says what happens."""
    word, _, rest = data.decode(errors="replace").partition(" ")
    supplier_ids = rest.split("#", maxsplit=1)[0].split()
    sha256 = hashlib.sha256(data).hexdigest()
    match word:
        case "die":
            os._exit(3)
        case "hang":
            time.sleep(3600)
        case "raise":
            raise ValueError("let through")
        case "flood":
            return (form(b"x" * 1_000_000, name, "flood"),)
        case "print":
            print("noise", flush=True)  # noqa: T201  # what must not reach the user
            os.write(1, b"noise")
            os.write(2, b"noise")
        case "eat":
            bytearray(1 << 30)
        case "grow":
            bytearray(1 << 29)
            return (form(data, name, "grown"),)
        case "bad":
            return (refuse(RefusalCode.NOT_A_FORM, file=name, sha256=sha256),)
        case "partly":
            refusal = refuse(RefusalCode.UNKNOWN_VERSION, file=name, sha256=sha256, found="9")
            return (form(data, name, supplier_ids[0]), refusal)
        case "pid":
            return (form(data, name, str(os.getpid())),)
    forms = (form(data, name, one, page) for page, one in enumerate(supplier_ids, start=1))
    return tuple(forms)


def reader(
    read: Read = read_words, reader_id: str = "1", workers: int = 2, **limits: float
) -> Reader:
    chosen = Limits(**{"wall_seconds": 20, "memory_bytes": 4 << 30, **limits})
    return Reader(read=read, id=reader_id, max_bytes=1000, workers=workers, limits=chosen)


def summarise(
    group: SupplierGroup, sources: tuple[ImportedForm, ...], sent: tuple[str, ...]
) -> Summarised:
    """Give a summary that shows all it was made from, import times aside."""
    lines = [f"{source.form.file} {source.form.attestation.remarks}" for source in sources]
    summary = "\n".join([group.id, *sent, *lines, *(finding.message for finding in group.findings)])
    return Summarised(summary=summary.encode(), row={"id": group.id, "returns": len(sources)})


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Give all that stands in a folder: bytes and time of last change."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
