"""List what is doubtful as lines for a terminal: by supplier, form and point.

Says everything in words; the page with the pictures is `formparse.review_page`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from formgen.language import Lang, Phrase
from formgen.naming import TextPart
from formparse.cleaning import for_terminal
from formparse.doubts import is_open

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from formparse.doubts import Doubtful, SupplierDoubts

_WIDTH = 300
"""Cells of a line: a reason with what was seen; terminals wrap it."""

_LONGEST_NAME = 80


def list_doubtful(suppliers: Sequence[SupplierDoubts], *, lang: Lang) -> str:
    """Give one line for each doubt, and each that somebody settled; empty for none."""
    return "".join(f"{line}\n" for line in _lines(suppliers, lang))


def _lines(suppliers: Sequence[SupplierDoubts], lang: Lang) -> Iterator[str]:
    for supplier in suppliers:
        yield for_terminal(supplier.name or supplier.id, width=_LONGEST_NAME)
        for form in supplier.forms:
            file = for_terminal(form.form.file, width=_LONGEST_NAME)
            yield f"  {for_terminal(form.form.identity.questionnaire_id)} ({file})"
            for item in form.items:
                yield for_terminal(f"    {_line(item, lang)}", width=_WIDTH)


def _line(item: Doubtful, lang: Lang) -> str:
    colon = Phrase("\u00a0: ", ": ").in_(lang)
    if item.decided is not None and not is_open(item):
        told = Phrase("décidé par", "decided by").in_(lang)
        value = " / ".join((item.value or "").splitlines())
        return f"{item.name}{colon}{value} ({told} {item.decided.by})"
    seen = ", ".join(item.doubt.seen)
    is_point = not isinstance(item.subject, TextPart)
    words = f" {Phrase('Vu', 'Seen').in_(lang)}{colon}{seen}." if seen and is_point else ""
    return f"{item.name}{colon}{item.doubt.reason}{words}"
