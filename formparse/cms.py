"""Checks one digital signature against the bytes it signs, through pyHanko; no network, no clock.

pyHanko gives facts: the digest, the signature over it, a path to a root. What they amount to is
decided by `formparse.signatures`; its own overall verdict calls every unknown signer invalid. The
PDF around the signature is no business of this module: pyHanko's PDF parser is not used, as it
reads fewer damaged files than ours does.

Importing this module imports pyHanko, which takes a third of a second.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import logging
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from asn1crypto import cms, x509
from pyhanko.sign.general import SignedDataCerts, extract_certificate_info, extract_signer_info
from pyhanko.sign.validation import generic_cms
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureStatus, TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

if TYPE_CHECKING:
    from collections.abc import Sequence

_WEAK_DIGESTS = frozenset({"md2", "md5", "sha1"})
"""Two contents with the same digest can be made at will."""

_SIGNING_USES = frozenset({"digital_signature", "non_repudiation"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamp:
    """A third party's word on when a signature existed."""

    at: dt.datetime
    intact: bool
    """It is about this signature, and unchanged."""
    trusted: bool
    """A given root vouches for who made it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSignature:
    """What a signature says, and what was found of it."""

    intact: bool
    """The signed bytes are those that were signed, with the key of the certificate."""
    signer: str
    """Name and organisation, as the certificate has them."""
    issuer: str
    serial: str
    """In hexadecimal."""
    claimed_at: dt.datetime | None
    """When it was made, in the signer's words."""
    timestamp: Timestamp | None
    trusted: bool
    """A given root vouches for the certificate at the time of signing. Whether the certificate had
    been revoked is not known."""
    is_weak: bool
    """Its digest is one that can be forged."""


def check_signature(
    contents: bytes,
    signed: Sequence[memoryview],
    *,
    roots: Sequence[bytes],
    claimed_at: dt.datetime | None,
) -> CheckedSignature:
    """Give what is found of a signature; any exception means that it cannot be read.

    `roots`: certificates that are trusted, in DER. `claimed_at`: when it was made, where only the
    PDF says so. Certificates are looked at as they were when it was made, so that the same file
    gives the same result on any day.
    """
    _silence()
    signed_data = cms.ContentInfo.load(contents)["content"]
    signer = extract_signer_info(signed_data)
    certificates = extract_certificate_info(signed_data)
    algorithm = signer["digest_algorithm"]["algorithm"].native
    digest = hashlib.new(algorithm)
    for part in signed:
        digest.update(part)
    intact = _is_intact(signer, certificates.signer_cert, digest.digest())
    said_at = generic_cms.extract_self_reported_ts(signer) or claimed_at
    contexts = _Contexts(roots, certificates)
    timestamp = asyncio.run(_check_timestamp(signer, contexts)) if intact else None
    proved_at = timestamp.at if timestamp and timestamp.intact and timestamp.trusted else said_at
    trusted = False
    if intact and roots and proved_at is not None:
        coroutine = _is_trusted(signed_data, digest.digest(), contexts.at(proved_at))
        trusted = asyncio.run(coroutine)
    certificate = certificates.signer_cert
    return CheckedSignature(
        intact=intact,
        signer=_name(certificate.subject),
        issuer=_name(certificate.issuer),
        serial=f"{certificate.serial_number:X}",
        claimed_at=said_at,
        timestamp=timestamp,
        trusted=trusted,
        is_weak=algorithm in _WEAK_DIGESTS,
    )


@cache
def _silence() -> None:
    """Keep pyHanko from logging: a signer nobody knows makes it log a traceback."""
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False


def _is_intact(signer: cms.SignerInfo, certificate: x509.Certificate, digest: bytes) -> bool:
    try:
        intact, valid = generic_cms.validate_sig_integrity(
            signer, certificate, expected_content_type="data", actual_digest=digest
        )
    except SignatureValidationError:
        # It contradicts itself: the certificate is not the one that was signed with.
        return False
    return bool(intact and valid)


class _Contexts:
    """Makes what pyHanko checks certificates with; it keeps state, so each check has its own."""

    def __init__(self, roots: Sequence[bytes], certificates: SignedDataCerts) -> None:
        self._roots = roots
        self._others = certificates.other_certs

    def at(self, moment: dt.datetime) -> ValidationContext:
        return ValidationContext(
            trust_roots=[x509.Certificate.load(root) for root in self._roots],
            other_certs=list(self._others),
            allow_fetching=False,
            moment=moment,
        )


async def _is_trusted(
    signed_data: cms.SignedData, digest: bytes, context: ValidationContext
) -> bool:
    certificate = extract_certificate_info(signed_data).signer_cert
    # A certificate that does not say what it is for may be used for anything (RFC 5280, 4.2.1.3).
    uses = _SIGNING_USES if certificate.key_usage_value is not None else frozenset[str]()
    status = await generic_cms.async_validate_cms_signature(
        signed_data,
        status_cls=SignatureStatus,
        raw_digest=digest,
        validation_context=context,
        key_usage_settings=KeyUsageConstraints(key_usage=set(uses)),
    )
    return bool(status.trusted)


async def _check_timestamp(signer: cms.SignerInfo, contexts: _Contexts) -> Timestamp | None:
    """Give the first timestamp on the signature; there is hardly ever a second."""
    for token in generic_cms.extract_tst_data_iter(signer, signed=False):
        at = token["encap_content_info"]["content"].parsed["gen_time"].native
        facts: dict[str, Any] = await generic_cms.validate_tst_signed_data(
            token, contexts.at(at), generic_cms.message_imprint_checker(signer)
        )
        status = TimestampSignatureStatus(**facts)
        return Timestamp(
            at=at, intact=bool(status.intact and status.valid), trusted=bool(status.trusted)
        )
    return None


def _name(name: x509.Name) -> str:
    """Give common name and organisation; the whole name where it has neither."""
    native = name.native
    parts = [native.get("common_name"), native.get("organization_name")]
    # A certificate may give several of either.
    words = [", ".join(part) if isinstance(part, list) else part for part in parts if part]
    return ", ".join(dict.fromkeys(words)) or str(name.human_friendly)
