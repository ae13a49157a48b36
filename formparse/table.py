"""Draw the table that `formparse import` prints: one line per supplier, made from its summary.

Writes text of a given width and says everything in words; colour and terminals are for others.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from formgen.language import Lang, Phrase
from formparse.choice import EARLIER_NON
from formparse.cleaning import display_width, for_terminal, shorten
from formparse.policy import STATUS_LABEL, AttestationState, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEFAULT_WIDTH = 110

_GAP = "  "
_NUMBER_GAP = " "
"""Numbers stand to the right of their columns: the heads keep them apart."""
_LONGEST_NAME = 40
_ACTION_MARK = "   → "
_LONGEST_RECEIVED = 24
_NARROWEST = 24
"""Cells that a name keeps whatever the width asked for: cut shorter, it may be somebody else's."""

_HEADS = (
    Phrase("Fournisseur", "Supplier"),
    Phrase("Statut", "Status"),
    Phrase("OUI", "OUI"),
    Phrase("NON", "NON"),
    Phrase("N/A", "N/A"),
    Phrase("Vide", "Open"),
    Phrase("Doute", "Doubt"),
    Phrase("Reçus", "Received"),
    Phrase("Signature", "Signature"),
)
"""The answers are the forms' own words in both languages."""
_NUMBERS = range(2, 7)
_NAME = 0

_STATUS = {
    Status.NON_CONFORMING: Phrase(STATUS_LABEL[Status.NON_CONFORMING], "gaps declared"),
    Status.TO_REVIEW: Phrase(STATUS_LABEL[Status.TO_REVIEW], "to review"),
    Status.INCOMPLETE: Phrase(STATUS_LABEL[Status.INCOMPLETE], "incomplete"),
    Status.CONFORMING_WITH_RESERVATIONS: Phrase(
        STATUS_LABEL[Status.CONFORMING_WITH_RESERVATIONS], "reservations"
    ),
    Status.CONFORMING: Phrase(STATUS_LABEL[Status.CONFORMING], "no gap declared"),
}

_EARLIER_NON = Phrase(
    "\u00a0: NON dans un autre retour, conservé sans être compté",
    ": NON in another return, kept and not counted",
)

_SIGNATURE = {
    AttestationState.DIGITAL: Phrase("numérique", "digital"),
    AttestationState.DRAWN: Phrase("dessinée", "drawn"),
    AttestationState.UNSIGNED: Phrase("absente", "none"),
    AttestationState.INVALID: Phrase("invalide", "invalid"),
}


def row_of(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the table shows of a supplier: all of it JSON, so that it can be kept."""
    totals, actions = summary["totals"], summary["actions"]
    return {
        "id": summary["supplier"]["id"],
        "name": summary["supplier"]["name"],
        "status": summary["status"],
        "counts": [totals[key] for key in ("OUI", "NON", "N/A", "unanswered", "doubtful")],
        "received": len(summary["questionnaires"]["received"]),
        "required": len(summary["questionnaires"]["required"]),
        "missing": list(summary["questionnaires"]["missing"]),
        "attestation": summary["attestation"],
        "first_action": actions[0]["short"] if actions else None,
        "earlier_non": sorted(
            {one["point"] for one in summary["findings"] if one["code"] == EARLIER_NON}
        ),
    }


def draw_table(rows: Sequence[Mapping[str, Any]], *, lang: Lang, width: int = DEFAULT_WIDTH) -> str:
    """Give the table, what needs attention first, then by name; empty for no rows.

    Below each supplier stands the first thing to ask it, if there is any, and where a return that
    does not count says NON: a correction, or a NON about to be lost, which only a person can tell.
    """
    if not rows:
        return ""
    heads = [head.in_(lang) for head in _HEADS]
    ordered = sorted(rows, key=_urgency)
    lines = [_cells(row, lang) for row in ordered]
    widths = _fit(
        [max(map(display_width, column)) for column in zip(heads, *lines, strict=True)], width
    )
    drawn = [_line(heads, widths), _join(["-" * cells for cells in widths])]
    for row, line in zip(ordered, lines, strict=True):
        drawn.append(_line(line, widths))
        if row["first_action"]:
            room = max(width, sum(widths)) - display_width(_ACTION_MARK)
            drawn.append(_ACTION_MARK + for_terminal(row["first_action"], width=room))
        if row["earlier_non"]:
            room = max(width, sum(widths)) - display_width(_ACTION_MARK)
            told = f"{', '.join(row['earlier_non'])}{_EARLIER_NON.in_(lang)}"
            drawn.append(_ACTION_MARK + for_terminal(told, width=room))
    return "\n".join(drawn) + "\n"


def _urgency(row: Mapping[str, Any]) -> tuple[int, str, str]:
    name = unicodedata.normalize("NFKD", _shown_name(row)).casefold()
    return tuple(Status).index(Status(row["status"])), name, row["id"]


def _shown_name(row: Mapping[str, Any]) -> str:
    return str(row["name"] or row["id"])


def _cells(row: Mapping[str, Any], lang: Lang) -> list[str]:
    without = Phrase("sans", "without").in_(lang)
    received = f"{row['received']}/{row['required']}"
    missing = f" {without} {', '.join(row['missing'])}" if row["missing"] else ""
    return [
        for_terminal(_shown_name(row), width=_LONGEST_NAME),
        _STATUS[Status(row["status"])].in_(lang),
        *map(str, row["counts"]),
        for_terminal(received + missing, width=_LONGEST_RECEIVED),
        _SIGNATURE[AttestationState(row["attestation"])].in_(lang),
    ]


def _fit(wanted: list[int], width: int) -> list[int]:
    """Give the columns' widths: all but the name as wide as they need to be."""
    fixed = sum(wanted) - wanted[_NAME] + len(_join([""] * len(wanted)))
    fitted = list(wanted)
    fitted[_NAME] = min(wanted[_NAME], max(width - fixed, _NARROWEST))
    return fitted


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    drawn = []
    for column, (cell, cells_wide) in enumerate(zip(cells, widths, strict=True)):
        text = shorten(cell, cells_wide)
        padding = " " * (cells_wide - display_width(text))
        drawn.append(padding + text if column in _NUMBERS else text + padding)
    return _join(drawn).rstrip()


def _join(cells: Sequence[str]) -> str:
    first, *others = cells
    gaps = (_NUMBER_GAP if column in _NUMBERS[1:] else _GAP for column in range(1, len(cells)))
    return first + "".join(gap + cell for gap, cell in zip(gaps, others, strict=True))
