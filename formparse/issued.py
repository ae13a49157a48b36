"""What was sent to whom, from the registers that `formgen build` writes beside the forms.

Tells which supplier a form id belongs to and which questionnaires a supplier was sent. It is the
practice's own list, kept by the practice: where it is missing, only less is known.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from formgen.errors import SupplierListError
from formgen.language import Phrase

_KEYS = ("form_id", "supplier_id", "name", "questionnaire")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedForms:
    """All forms known to have been sent to suppliers."""

    supplier_of: Mapping[str, str] = field(default_factory=dict)
    """Form id -> supplier id."""
    questionnaires_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Supplier id -> questionnaires sent, sorted."""
    name_of: Mapping[str, str] = field(default_factory=dict)
    """Supplier id -> name in the list."""
    company_of: Mapping[str, str] = field(default_factory=dict)
    """Form id -> company that the form was filled in with before it was sent."""
    service_of: Mapping[str, str] = field(default_factory=dict)
    """Form id -> service, likewise."""

    def sent_to(self, supplier_id: str | None) -> tuple[str, ...]:
        """Give the questionnaires sent to a supplier; none where nothing is known."""
        return self.questionnaires_of.get(supplier_id, ()) if supplier_id else ()


def load_issued(registers: Iterable[Path]) -> IssuedForms:
    """Read registers; SupplierListError names file and line where one cannot be understood."""
    supplier_of: dict[str, str] = {}
    questionnaires: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    companies: dict[str, str] = {}
    services: dict[str, str] = {}
    for path in registers:
        for entry in _entries(path):
            supplier_of[entry["form_id"]] = entry["supplier_id"]
            questionnaires.setdefault(entry["supplier_id"], set()).add(entry["questionnaire"])
            names[entry["supplier_id"]] = entry["name"]
            companies[entry["form_id"]] = entry["name"]
            service = entry.get("service")
            if isinstance(service, str):
                services[entry["form_id"]] = service
    sent = {supplier: tuple(sorted(ids)) for supplier, ids in questionnaires.items()}
    return IssuedForms(
        supplier_of=supplier_of,
        questionnaires_of=sent,
        name_of=names,
        company_of=companies,
        service_of=services,
    )


def _entries(path: Path) -> Iterable[dict[str, str]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, 0) from error
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
        except ValueError as error:
            if not line.endswith("\n"):
                return  # a build was interrupted while it wrote this line; its form does not exist
            raise _unusable(path, number) from error
        if not isinstance(entry, dict) or not all(isinstance(entry.get(k), str) for k in _KEYS):
            raise _unusable(path, number)
        yield entry


def _unusable(path: Path, line: int) -> SupplierListError:
    place_fr = f", ligne {line}" if line else ""
    place_en = f", line {line}" if line else ""
    return SupplierListError(
        Phrase(
            fr=f"{path}{place_fr} : ce n'est pas un registre de formulaires envoyés (issued.jsonl, "
            "écrit par « formgen build --suppliers »). Rétablissez-le, ou mettez-le de côté.",
            en=f"{path}{place_en}: this is no register of forms sent (issued.jsonl, written by "
            "“formgen build --suppliers”). Restore it, or move it away.",
        )
    )
