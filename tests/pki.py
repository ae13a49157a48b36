"""Makes certificates and signs forms with them, through pyHanko. Keys and times are given.

Nobody should trust these keys: they are numbers.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import io
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

SIGNED_AT = dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))
STAMPED_AT = dt.datetime(2026, 3, 1, 8, 31, tzinfo=dt.UTC)
_FROM = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
_TO = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Identity:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = field(repr=False)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def for_pyhanko(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.der)

    def key_for_pyhanko(self) -> asn1_keys.PrivateKeyInfo:
        der = self.key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return asn1_keys.PrivateKeyInfo.load(der)


def _name(common: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _issue(
    name: x509.Name,
    number: int,
    issuer: Identity | None,
    *,
    is_authority: bool = False,
    stamps_time: bool = False,
    until: dt.datetime = _TO,
) -> Identity:
    # pyHanko's stamper of times knows RSA only, and an RSA key cannot be made of a number.
    key = (
        rsa.generate_private_key(65537, 2048)
        if stamps_time
        else ec.derive_private_key(10_000 + number, ec.SECP256R1())
    )
    usage = {
        "digital_signature": not is_authority,
        "content_commitment": not is_authority,
        "key_cert_sign": is_authority,
        "crl_sign": is_authority,
    }
    unused = ("key_encipherment", "data_encipherment", "key_agreement")
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(number)
        .not_valid_before(_FROM)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                **usage,
                **dict.fromkeys(unused, False),
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if stamps_time:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    signing_key = issuer.key if issuer else key
    return Identity(builder.sign(signing_key, hashes.SHA256()), key)


@cache
def authority() -> Identity:
    """A root."""
    return _issue(_name("Racine d'essai", "Autorité fictive"), 1, None, is_authority=True)


@cache
def signer() -> Identity:
    """A signer whom the root knows."""
    return _issue(_name("Élodie Lefèvre", "Acmé & Fils"), 0xABC, authority())


@cache
def expired_signer() -> Identity:
    """A signer whose certificate had run out before the time of signing."""
    return _issue(
        _name("Élodie Lefèvre", "Acmé & Fils"),
        0xABD,
        authority(),
        until=dt.datetime(2026, 2, 1, tzinfo=dt.UTC),
    )


@cache
def stranger() -> Identity:
    """A signer nobody vouches for."""
    return _issue(_name("Jean Inconnu", "Personne"), 0xDEF, None)


@cache
def clock() -> Identity:
    """Who stamps times, known to the root."""
    return _issue(_name("Horloge d'essai", "Autorité fictive"), 3, authority(), stamps_time=True)


@cache
def strange_clock() -> Identity:
    """Who stamps times, known to nobody."""
    return _issue(_name("Horloge inconnue", "Personne"), 4, None, stamps_time=True)


class _SignerAt(PdfSigner):
    """pyHanko's signer, with the time given."""

    at: dt.datetime | None = SIGNED_AT

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.at
        return session


def sign(
    pdf: bytes,
    field_name: str = "Q1-signature",
    *,
    by: Identity | None = None,
    at: dt.datetime | None = SIGNED_AT,
    stamped_by: Identity | None = None,
    certifies: MDPPerm | None = None,
    as_pades: bool = False,
    visible_on: int | None = None,
    **metadata: Any,
) -> bytes:
    """Give the PDF with a signature added as a new version of it.

    `visible_on`: page, from 0, to put a new field on; without it a field that is not there becomes
    an invisible one.
    """
    who = by or signer()
    certificates = SimpleCertificateStore()
    certificates.register(authority().for_pyhanko())
    stamper = stamped_by and DummyTimeStamper(
        stamped_by.for_pyhanko(),
        stamped_by.key_for_pyhanko(),
        certs_to_embed=certificates,
        fixed_dt=STAMPED_AT,
    )
    box = (300, 20, 420, 50)
    pdf_signer = _SignerAt(
        PdfSignatureMetadata(
            field_name=field_name,
            md_algorithm=metadata.pop("md_algorithm", "sha256"),
            certify=certifies is not None,
            docmdp_permissions=certifies or MDPPerm.FILL_FORMS,
            subfilter=SigSeedSubFilter.PADES if as_pades else None,
            **metadata,
        ),
        signer=SimpleSigner(who.for_pyhanko(), who.key_for_pyhanko(), certificates),
        timestamper=stamper,
        new_field_spec=None
        if visible_on is None
        else SigFieldSpec(field_name, box=box, on_page=visible_on),
    )
    pdf_signer.at = at
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    return bytes(asyncio.run(pdf_signer.async_sign_pdf(writer)).getvalue())
