"""Fills forms with poppler-glib, the form code of Evince and other Linux viewers.

Run by the system's Python, which has its bindings: one line of JSON says what to do to which file,
one line says "done" or what went wrong.
"""

from __future__ import annotations

import json
import pathlib
import sys
from typing import Any

import gi

gi.require_version("Poppler", "0.18")
from gi.repository import Poppler  # noqa: E402 - the version is asked for first


def fill(job: dict[str, Any]) -> None:
    """Toggle the boxes at the places named and set the texts."""
    document = Poppler.Document.new_from_file(pathlib.Path(job["in"]).as_uri(), None)
    for number in range(document.get_n_pages()):
        # A mapping keeps its field alive.
        for mapping in document.get_page(number).get_form_field_mapping():
            field = mapping.field
            if field.get_field_type() == Poppler.FormFieldType.TEXT:
                if field.get_name() in job["texts"]:
                    field.text_set_text(job["texts"][field.get_name()])
            elif field.get_field_type() == Poppler.FormFieldType.BUTTON and any(
                page == number and is_in(mapping.area, x, y) for page, x, y in job["clicks"]
            ):
                field.button_set_state(not field.button_get_state())
    document.save(pathlib.Path(job["out"]).as_uri())


def is_in(area: Any, x: float, y: float) -> bool:
    """Whether a place is within a field; glib counts upwards, as PDF does."""
    return area.x1 <= x <= area.x2 and area.y1 <= y <= area.y2


def answer(line: str) -> str:
    """Do what a line asks for, and give the answer."""
    try:
        fill(json.loads(line))
    except Exception as error:  # noqa: BLE001 - one file must not end the others' turn
        return repr(error)
    return "done"


for line in sys.stdin:
    sys.stdout.write(answer(line) + "\n")
    sys.stdout.flush()
