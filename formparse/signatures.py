"""Says what the digital signatures of a file prove about the forms in it, and what they do not.

Of each form: whether its signature is intact, who signed and when, and which answers and texts are
no longer the signed ones. For that the signed version of the file, which stands in it whole, is
read by our own reader and compared (`formparse.revision`). Which bytes are signed is
`formparse.signedbytes`; whether they match is `formparse.cms`, imported only for a signature.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from formgen.naming import signature_field_name
from formparse.intake import ReturnedPdf, guarded
from formparse.returned import (
    Finding,
    Refusal,
    Returned,
    ReturnedForm,
    Severity,
    Signature,
    SignatureKind,
)
from formparse.revision import Change, Differences, ReadRevision, Revision, compare
from formparse.signedbytes import (
    BYTE_RANGE,
    Certification,
    Flaw,
    FoundSignature,
    SignedBytes,
    find_signatures,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from formparse.cms import CheckedSignature

_READ_HERE = frozenset({"adbe.pkcs7.detached", "ETSI.CAdES.detached"})
"""Ways of writing a signature that sign the bytes around it; all that readers write today."""

_WHITE_SPACE = b"\0\t\n\f\r "
"""After the signed bytes it changes nothing; mail programs add some."""

_LONGEST_QUOTE = 200
"""Characters of a text in a message; the record holds all of it."""


def check_signatures(
    pdf: ReturnedPdf,
    returned: tuple[Returned, ...],
    *,
    roots: Sequence[bytes],
    read_revision: ReadRevision,
) -> tuple[Returned, ...]:
    """Give what was read of a file with what its signatures say of its forms.

    `roots`: certificates, in DER, that make a signer a known one.
    """
    forms = [one for one in returned if isinstance(one, ReturnedForm)]
    is_claimed = any(one.attestation.signature.kind is SignatureKind.DIGITAL for one in forms)
    if not forms or not (is_claimed or BYTE_RANGE in pdf.data):
        return returned
    return _Check(pdf, returned, roots, read_revision).results()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Examined:
    """One signature, looked at."""

    found: FoundSignature
    covers: bool | None
    """It signs the whole file; None: it is not known what it signs."""
    checked: CheckedSignature | None
    """None: it could not be checked."""
    problem: str
    """Why, in French."""

    @property
    def intact(self) -> bool | None:
        """Whether the signed bytes are those that were signed; None: not known."""
        if self.checked is not None:
            return self.checked.intact
        return False if self.found.signed is Flaw.MISPLACED else None


class _Check:
    """The signatures of one file, each looked at once."""

    def __init__(
        self,
        pdf: ReturnedPdf,
        returned: tuple[Returned, ...],
        roots: Sequence[bytes],
        read_revision: ReadRevision,
    ) -> None:
        self.now = Revision(pdf, returned)
        self.read_revision = read_revision
        found = find_signatures(pdf)
        self.removed = found.removed
        self.examined = [_examine(pdf, one, roots) for one in found.of_fields]
        self.revisions: dict[int, Revision | None] = {}

    def results(self) -> tuple[Returned, ...]:
        """Give all that was read, forms with their signatures."""
        counted = {
            place: self.counted(one)
            for place, one in enumerate(self.now.returned)
            if isinstance(one, ReturnedForm)
        }
        others = [one for one in self.examined if all(one is not it for it in counted.values())]
        return tuple(
            self.form(one, counted[place], others) if isinstance(one, ReturnedForm) else one
            for place, one in enumerate(self.now.returned)
        )

    def counted(self, form: ReturnedForm) -> _Examined | None:
        """Give the signature that stands for a form: the oldest one in its own field.

        Some readers leave that field alone and put one of their own on a page.
        """
        name = signature_field_name(form.identity.questionnaire_id)
        here = [one for one in self.examined if set(form.pages) & set(one.found.pages)]
        nowhere = [one for one in self.examined if not one.found.pages]
        own = [one for one in (*here, *nowhere) if one.found.field == name]
        return next(iter((*own, *here)), None)

    def form(
        self, form: ReturnedForm, counted: _Examined | None, others: Sequence[_Examined]
    ) -> ReturnedForm:
        """Give a form with its signature, and with what is to be said of all signatures."""
        signature = form.attestation.signature
        findings = list(form.findings)
        if counted is not None:
            since = self.since(counted, form)
            signature = _signature(counted, since)
            findings += _about_counted(counted, since, is_followed=self.is_followed(counted))
        elif signature.kind is SignatureKind.DIGITAL:
            findings.append(_unreadable(Flaw.NO_DICTIONARY.value))
        for other in others:
            findings += _about_other(other, self.since(other, form))
        if self.removed:
            findings.append(_removed())
        attestation = replace(form.attestation, signature=signature)
        return replace(form, attestation=attestation, findings=tuple(findings))

    def since(self, examined: _Examined, form: ReturnedForm) -> Differences | None:
        """Give what became of a form since it was signed; None: not known."""
        if examined.covers and examined.intact is not False:
            return Differences()
        end = examined.found.end
        if not end or examined.intact is False:
            return None
        if end not in self.revisions:
            self.revisions[end] = self.read_revision(self.now.pdf.data[:end])
        before = self.revisions[end]
        if before is None:
            return None
        pdf = self.now.pdf
        compared = guarded(
            lambda: compare(before, self.now, form), file=pdf.name, sha256=pdf.sha256
        )
        return None if isinstance(compared, Refusal) else compared

    def is_followed(self, examined: _Examined) -> bool:
        """Say whether what came after a signature was signed in its turn."""
        return any(
            one.covers and one.intact and one.found.end > examined.found.end
            for one in self.examined
        )


def _examine(pdf: ReturnedPdf, found: FoundSignature, roots: Sequence[bytes]) -> _Examined:
    signed = found.signed
    if isinstance(signed, Flaw):
        return _Examined(found=found, covers=None, checked=None, problem=signed.value)
    covers = not pdf.data[signed.end :].strip(_WHITE_SPACE)
    if found.sub_filter not in _READ_HERE:
        problem = f"son format, {_quote(found.sub_filter or '')}, n'est pas de ceux qui sont lus"
        return _Examined(found=found, covers=covers, checked=None, problem=problem)
    checked = _check(pdf, found, signed, roots)
    problem = "" if checked else "elle est endommagée ou incomplète"
    return _Examined(found=found, covers=covers, checked=checked, problem=problem)


def _check(
    pdf: ReturnedPdf, found: FoundSignature, signed: SignedBytes, roots: Sequence[bytes]
) -> CheckedSignature | None:
    from formparse.cms import check_signature  # imports pyHanko: a third of a second

    try:
        return check_signature(
            signed.contents, signed.parts(pdf.data), roots=roots, claimed_at=found.claimed_at
        )
    except MemoryError:
        raise  # says nothing about the signature: the file is refused as too large to check
    except Exception:  # noqa: BLE001 - on odd signatures pyHanko and asn1crypto let out ValueError, TypeError, KeyError, AttributeError, OverflowError and their own
        return None


def _signature(examined: _Examined, since: Differences | None) -> Signature:
    checked = examined.checked
    changes = since.changes if since is not None else ()
    moment = None
    if checked is not None:
        stamp = checked.timestamp
        moment = stamp.at if stamp and stamp.intact and stamp.trusted else checked.claimed_at
    return Signature(
        kind=SignatureKind.DIGITAL,
        signer=checked.signer if checked else None,
        signed_at=moment.isoformat(timespec="seconds") if moment else None,
        intact=examined.intact,
        covers_whole_file=examined.covers,
        trusted=checked.trusted if checked else None,
        changed_after_signing=None if since is None else tuple(one.field for one in changes),
        signed_values=tuple((one.field, one.before) for one in changes),
    )


# --- What is said of the signature that counts --------------------------------------------------
def _about_counted(
    examined: _Examined, since: Differences | None, *, is_followed: bool
) -> Iterator[Finding]:
    checked = examined.checked
    if examined.intact is False:
        yield _broken(examined)
        return
    if checked is None:
        yield _unreadable(examined.problem)
    else:
        yield _about_signer(checked)
        yield from _about_time(checked)
        if checked.is_weak:
            yield _weak()
    if examined.found.certification is not None:
        yield _certified(examined.found.certification)
    if since is None:
        if examined.covers is not None:
            yield _not_compared()
        return
    yield from map(_changed, since.changes)
    if since.is_other_form:
        yield _other_identity()
    if not since.changes and not since.is_other_form and examined.covers is False:
        yield _partial(since, is_followed=is_followed)


def _broken(examined: _Examined) -> Finding:
    if examined.checked is None:
        message = (
            f"Signature numérique rompue\u00a0: {examined.problem}. Elle n'atteste pas le contenu "
            "du fichier."
        )
    else:
        message = (
            f"Signature numérique rompue\u00a0: le contenu signé par "
            f"{_quote(examined.checked.signer)}, ou la signature elle-même, a été modifié depuis."
        )
    return Finding(code="signature-broken", severity=Severity.ERROR, message=message)


def _unreadable(problem: str) -> Finding:
    return Finding(
        code="signature-unreadable",
        severity=Severity.WARNING,
        message=f"Signature numérique présente, qui n'a pas pu être vérifiée\u00a0: {problem}.",
    )


def _about_signer(checked: CheckedSignature) -> Finding:
    certificate = (
        f"certificat au nom de {_quote(checked.signer)}, délivré par {_quote(checked.issuer)} "
        f"(n°\u00a0{checked.serial})"
    )
    if checked.trusted:
        return Finding(
            code="signer-known",
            severity=Severity.INFO,
            message=f"Signature numérique présente, intègre\u00a0; {certificate}, rattaché à une "
            "autorité de confiance de cette installation\u00a0; sa révocation n'a pas été "
            "contrôlée.",
        )
    return Finding(
        code="signer-unknown",
        severity=Severity.INFO,
        message=f"Signature numérique présente, intègre, signataire non vérifié\u00a0: "
        f"{certificate}\u00a0; aucune autorité de confiance de cette installation n'en répond, et "
        "sa révocation n'a pas été contrôlée.",
    )


def _about_time(checked: CheckedSignature) -> Iterator[Finding]:
    stamp = checked.timestamp
    if stamp is not None and not stamp.intact:
        yield Finding(
            code="timestamp-broken",
            severity=Severity.WARNING,
            message="L'horodatage de la signature est rompu\u00a0; il ne prouve aucune date.",
        )
    if stamp is not None and stamp.intact and stamp.trusted:
        message = (
            "La date de la signature est prouvée par un horodatage d'une autorité de confiance de "
            "cette installation."
        )
        yield Finding(code="signing-time-proved", severity=Severity.INFO, message=message)
    elif checked.claimed_at is None:
        message = "La signature ne dit pas quand elle a été faite."
        yield Finding(code="signing-time-absent", severity=Severity.INFO, message=message)
    elif stamp is not None and stamp.intact:
        message = (
            "La date de la signature est déclarée par le signataire\u00a0; un horodatage y est "
            f"joint ({stamp.at:%d/%m/%Y}), d'une autorité non vérifiée."
        )
        yield Finding(code="signing-time-claimed", severity=Severity.INFO, message=message)
    else:
        message = "La date de la signature est déclarée par le signataire, sans horodatage."
        yield Finding(code="signing-time-claimed", severity=Severity.INFO, message=message)


def _weak() -> Finding:
    return Finding(
        code="signature-weak",
        severity=Severity.WARNING,
        message="La signature repose sur une empreinte dépassée (MD5 ou SHA-1), qui peut être "
        "contrefaite\u00a0: elle prouve peu.",
    )


_ALLOWED = {
    Certification.NOTHING: "aucune modification",
    Certification.FILLING: "le remplissage du formulaire et d'autres signatures",
    Certification.FILLING_AND_NOTES: "le remplissage, d'autres signatures et des annotations",
}


def _certified(level: Certification) -> Finding:
    return Finding(
        code="signature-certifies",
        severity=Severity.INFO,
        message="La signature certifie le document\u00a0: son auteur n'y admet ensuite que ceci"
        f"\u00a0: {_ALLOWED[level]}.",
    )


def _not_compared() -> Finding:
    return Finding(
        code="signature-not-compared",
        severity=Severity.WARNING,
        message="Ce qui a été modifié depuis la signature n'a pas pu être établi\u00a0: la version "
        "signée du fichier ne peut pas être relue.",
    )


def _changed(change: Change) -> Finding:
    if change.point is not None:
        message = (
            f"Réponse modifiée après la signature\u00a0: {change.point}, version signée\u00a0: "
            f"{change.before}\u00a0; à présent\u00a0: {change.now}."
        )
    else:
        message = (
            f"Texte modifié après la signature\u00a0: {change.field}, version signée\u00a0: "
            f"{_quote(change.before)}\u00a0; à présent\u00a0: {_quote(change.now)}."
        )
    return Finding(
        code="changed-after-signing",
        severity=Severity.ERROR,
        message=message,
        point=change.point,
    )


def _other_identity() -> Finding:
    return Finding(
        code="identity-changed-after-signing",
        severity=Severity.ERROR,
        message="Les références du formulaire (fournisseur, version ou numéro) ne sont plus celles "
        "de la version signée.",
    )


def _partial(since: Differences, *, is_followed: bool) -> Finding:
    if since.pages:
        pages = ", ".join(map(str, since.pages))
        rest = (
            "les réponses et les textes sont ceux qui ont été signés, mais le contenu de pages a "
            f"changé ({pages})."
        )
    else:
        rest = "les réponses, les textes et le contenu des pages sont ceux qui ont été signés."
    is_harmless = is_followed and not since.pages
    return Finding(
        code="signature-partial",
        severity=Severity.INFO if is_harmless else Severity.WARNING,
        message="La signature ne couvre pas tout le fichier, qui a été complété depuis"
        f"{' et signé de nouveau' if is_followed else ''}\u00a0; {rest}",
    )


# --- What is said of the others -----------------------------------------------------------------
def _about_other(examined: _Examined, since: Differences | None) -> Iterator[Finding]:
    field = _quote(examined.found.field)
    if examined.intact is False:
        yield Finding(
            code="other-signature-broken",
            severity=Severity.WARNING,
            message=f"Autre signature numérique, champ {field}\u00a0: rompue.",
        )
        return
    if examined.checked is None:
        state = "non vérifiée"
    else:
        known = "connu" if examined.checked.trusted else "non vérifié"
        state = f"intègre, signataire {_quote(examined.checked.signer)} ({known})"
    yield Finding(
        code="other-signature",
        severity=Severity.INFO,
        message=f"Autre signature numérique, champ {field}\u00a0: {state}.",
    )
    if since is not None and since.changes:
        changed = ", ".join(
            f"{one.field} ({_shortened(one.before)} → {_shortened(one.now)})"
            for one in since.changes
        )
        yield Finding(
            code="changed-after-other-signature",
            severity=Severity.WARNING,
            message=f"Depuis cette autre signature, champ {field}, des valeurs ont changé\u00a0: "
            f"{changed}.",
        )


def _removed() -> Finding:
    return Finding(
        code="signature-removed",
        severity=Severity.WARNING,
        message="Le fichier contient une signature numérique qu'aucun champ ne montre plus"
        "\u00a0: elle a été retirée.",
    )


def _quote(untrusted_words: str) -> str:
    return f"«\u00a0{_shortened(untrusted_words)}\u00a0»"


def _shortened(untrusted_words: str) -> str:
    words = " ".join(untrusted_words.split())
    return words if len(words) <= _LONGEST_QUOTE else f"{words[:_LONGEST_QUOTE]}…"
