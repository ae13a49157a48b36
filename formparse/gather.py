"""What the files inside a given one say, taken together: forms, refusals, and what is passed over.

A form inside is told of as any other; the file that it stands in is its `part`. What reads one file
is handed in, since it may find files inside in its turn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from formparse.enclosed import Allowance, Enclosed
from formparse.errors import RefusalCode, RefusedError, refusal_of
from formparse.kinds import Kind, kind_of
from formparse.returned import (
    Finding,
    InnerFile,
    Refusal,
    Returned,
    ReturnedForm,
    Severity,
    name_inside,
)

ReadInner = Callable[[bytes, str, int], tuple[Returned, ...]]
"""Bytes of a file inside, what people are told it is called, files around it -> what it says."""

_NO_FORM = frozenset(
    {RefusalCode.NOT_A_FORM, RefusalCode.NO_FORM_IN_MESSAGE, RefusalCode.NOT_FORM_DATA}
)
"""Read well, and nothing of ours: conditions of sale, a brochure, the thread of an exchange."""

MIN_PHOTO_BYTES = 100_000
"""Of a picture that may be a form which cannot be recognised: a page has at least this much at 150
dpi; logos and signatures below a message have less."""

_MAX_LISTED = 20
"""Names in one message; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the files inside one file say."""

    returned: tuple[Returned, ...]
    """Forms, and what may be one and cannot be taken; empty where there is neither."""
    passed_over: tuple[str, ...]
    """Names of the files that are no forms."""

    @property
    def listed(self) -> str:
        """Give the names of what was passed over, for a message."""
        more = len(self.passed_over) - _MAX_LISTED
        return ", ".join(self.passed_over[:_MAX_LISTED]) + (f" (+ {more})" if more > 0 else "")

    def told(self) -> tuple[Returned, ...]:
        """Give what was returned, what was passed over being said with the first form."""
        first = next((one for one in self.returned if isinstance(one, ReturnedForm)), None)
        if first is None or not self.passed_over:
            return self.returned
        told = replace(first, findings=(*first.findings, _about_passed_over(self.listed)))
        return tuple(told if one is first else one for one in self.returned)


def gather(
    files: Iterable[Enclosed], *, outer: str, sha256: str, allowance: Allowance, read: ReadInner
) -> Gathered:
    """Read the files inside the one called `outer`, whose hash is `sha256`."""
    returned: list[Returned] = []
    passed_over: list[str] = []
    first_names: dict[str, str] = {}
    for file in files:
        name = name_inside(outer, file.name)
        if file.problem is not None:
            returned.append(refusal_of(file.problem, file=name, sha256=sha256))
            continue
        inner_sha256 = hashlib.sha256(file.data).hexdigest()
        first_name = first_names.setdefault(inner_sha256, file.name)
        if file.data and first_name != file.name:
            passed_over.append(f"{file.name} (même contenu que {first_name})")
            continue
        try:
            allowance.spend(len(file.data))
        except RefusedError as error:
            returned.append(refusal_of(error, file=outer, sha256=sha256))
            break
        is_worth_reading = file.claims_form or kind_of(file.data) is not Kind.OTHER
        read_inside = read(file.data, name, file.depth) if is_worth_reading else ()
        is_no_form = all(isinstance(one, Refusal) and one.code in _NO_FORM for one in read_inside)
        if is_no_form and not _may_be_photo(file.data):
            passed_over.append(file.name)
        else:
            returned += [_inside(one, file, sha256, inner_sha256) for one in read_inside]
    return Gathered(returned=tuple(returned), passed_over=tuple(passed_over))


def _may_be_photo(data: bytes) -> bool:
    """Whether a file in which no form was found may show one all the same, out of focus say."""
    return len(data) >= MIN_PHOTO_BYTES and kind_of(data) is Kind.PICTURE


def add_inner(read: tuple[Returned, ...], inner: Gathered | Refusal) -> tuple[Returned, ...]:
    """Give what stands on the pages of a PDF, and what the files inside it say.

    The cover of a portfolio is no form, and need not be one.
    """
    if isinstance(inner, Refusal):
        is_told = any(isinstance(one, Refusal) and one.code == inner.code for one in read)
        return read if is_told else (*read, inner)
    is_cover = all(isinstance(one, Refusal) and one.code in _NO_FORM for one in read)
    on_pages = () if is_cover and inner.returned else read
    return replace(inner, returned=(*on_pages, *inner.returned)).told()


def _inside(one: Returned, file: Enclosed, sha256: str, inner_sha256: str) -> Returned:
    """Give what was read of a file inside as a part of the outer one."""
    if isinstance(one, Refusal):
        return replace(one, sha256=sha256)
    if one.part is None:
        part = InnerFile(name=file.name, sha256=inner_sha256)
    else:
        part = replace(one.part, name=name_inside(file.name, one.part.name))
    damage = (_about_damage(file.name),) if file.is_damaged else ()
    return replace(one, sha256=sha256, part=part, findings=(*one.findings, *damage))


def _about_passed_over(listed: str) -> Finding:
    return Finding(
        code="attachments-passed-over",
        severity=Severity.INFO,
        message=f"Fichiers joints laissés de côté, sans formulaire à lire\u00a0: {listed}.",
    )


def _about_damage(name: str) -> Finding:
    return Finding(
        code="attachment-damaged",
        severity=Severity.WARNING,
        message=f"«\u00a0{name}\u00a0» est arrivé abîmé ou coupé dans le message\u00a0: des "
        "réponses peuvent manquer. Demandez au fournisseur de renvoyer le fichier.",
    )
