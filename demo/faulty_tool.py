"""What a faulty tool leaves in a filled form, made by editing the file.

No click in a viewer can give these answers: a form has one box per answer allowed, and ticking one
frees the others. Tools that write field values themselves can.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import cast

from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject

from formgen.catalog import Answer
from formgen.naming import OFF_STATE, STATE_OF_ANSWER, box_name


def tick_also(pdf: bytes, point_id: str, answer: Answer) -> bytes:
    """Give the form with one more box of a point ticked, beside the one that is."""

    def edit(box: DictionaryObject) -> None:
        if str(box["/NM"]) == box_name(point_id, answer):
            box[NameObject("/AS")] = NameObject(f"/{STATE_OF_ANSWER[answer]}")

    return _with_boxes_edited(pdf, point_id, edit)


def force_value(pdf: bytes, point_id: str, answer: Answer) -> bytes:
    """Give the form with a point's value set to an answer for which it has no box."""

    def edit(box: DictionaryObject) -> None:
        box[NameObject("/AS")] = NameObject(f"/{OFF_STATE}")
        point = cast("DictionaryObject", box["/Parent"])
        point[NameObject("/V")] = NameObject(f"/{STATE_OF_ANSWER[answer]}")

    return _with_boxes_edited(pdf, point_id, edit)


def _with_boxes_edited(
    pdf: bytes, point_id: str, edit: Callable[[DictionaryObject], None]
) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    for page in writer.pages:
        for reference in page.get("/Annots", ()):
            annotation = reference.get_object()
            if str(annotation.get("/NM", "")).startswith(f"{point_id}:"):
                edit(annotation)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()
