"""Loads the certificates that a user trusts signers by. None are built in.

What they vouch for is found by `formparse.cms`.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from formgen.errors import ExitCode, FormgenError
from formgen.language import Phrase
from formgen.system_reason import system_reason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der"})

_PEM = re.compile(
    rb"-----BEGIN (?:X509 )?CERTIFICATE-----(.*?)-----END (?:X509 )?CERTIFICATE-----", re.DOTALL
)


class TrustError(FormgenError):
    """The folder of trusted certificates cannot be used as it stands."""

    exit_code = ExitCode.USAGE


def load_roots(folder: Path) -> tuple[bytes, ...]:
    """Give the certificates in a folder, in DER, each once and in an order that is always the same.

    A folder without any is an error: whoever names one means to trust somebody.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
        roots = {der for path in paths for der in _certificates_in(path)}
    except OSError as error:
        reason = system_reason(error)
        raise TrustError(
            Phrase(
                fr=f"{folder}\u00a0: ce dossier de certificats ne peut pas être lu ({reason.fr}).",
                en=f"{folder}: this folder of certificates cannot be read ({reason.en}).",
            )
        ) from error
    if not roots:
        endings = ", ".join(sorted(SUFFIXES))
        raise TrustError(
            Phrase(
                fr=f"{folder}\u00a0: aucun certificat dans ce dossier (fichiers {endings}). "
                "Déposez-y ceux des autorités auxquelles vous faites confiance.",
                en=f"{folder}: no certificate in this folder ({endings} files). Put those of the "
                "authorities that you trust there.",
            )
        )
    return tuple(sorted(roots))


def _certificates_in(path: Path) -> Iterator[bytes]:
    from cryptography import x509  # keeps runs without --trust fast

    data = path.read_bytes()
    try:
        ders = [base64.b64decode(body) for body in _PEM.findall(data)] or [data]
        for der in ders:
            x509.load_der_x509_certificate(der)
    except (ValueError, binascii.Error) as error:
        raise TrustError(
            Phrase(
                fr=f"{path}\u00a0: ce fichier n'est pas un certificat (PEM ou DER). Retirez-le du "
                "dossier ou remplacez-le.",
                en=f"{path}: this file is not a certificate (PEM or DER). Take it out of the "
                "folder or replace it.",
            )
        ) from error
    yield from ders
