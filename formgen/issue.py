"""Who asks, who is asked, and which one form is issued to whom: values only.

Reading supplier lists and practice files is `formgen.suppliers`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

FORM_ID_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that an id can be read out on the phone."""

FORM_ID_LENGTH = 8
"""40 bits, as many as the page code holds: two of a practice's 100 forms share an id with a chance
of 5 in a billion, and `formgen build` never gives one id twice in a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """The health professional who asks."""

    name: str
    address: tuple[str, ...]
    """Address lines; may be empty."""
    email: str
    """Empty where not given."""
    due: dt.date | None
    """Date by which the answers are wanted back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """One line of the supplier list."""

    id: str
    """Unique in the list; also a folder name: letters, digits, `-`, `_`, `.`."""
    name: str
    service: str
    email: str
    """Empty where not given."""
    questionnaires: tuple[str, ...]
    """As listed, in catalog order, before required ones are added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What makes one issued form differ from its template."""

    form_id: str
    supplier_id: str | None
    """None for a blank form."""
    company: str
    """Filled into the company field; empty for a blank form."""
    service: str
    """Filled into the service field; may be empty."""


def form_id_of(*facts: str) -> str:
    """Derive a form id from all that the form depends on: same facts, same id, anywhere."""
    digest = hashlib.sha256("\x1f".join(facts).encode()).digest()
    number = int.from_bytes(digest[:8])
    letters = []
    for _ in range(FORM_ID_LENGTH):
        number, rest = divmod(number, len(FORM_ID_ALPHABET))
        letters.append(FORM_ID_ALPHABET[rest])
    return "".join(letters)
