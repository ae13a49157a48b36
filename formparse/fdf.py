"""Reads an FDF file: the values that a PDF reader sends instead of the form itself.

Its syntax is that of PDF without a cross-reference table, so that what opens PDF objects opens it
too (`formparse.intake`). Actions, scripts and pages in it are named and left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from formgen.language import Phrase
from formparse.errors import RefusalCode, more_than, refused
from formparse.formdata import MAX_DEPTH, DataField, FormData
from formparse.intake import MAX_FIELDS, open_fdf
from formparse.objects import Entries, Name, Objects, Ref, Stream, String, Value, decode_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXTRAS = ("JavaScript", "EmbeddedFDFs", "Pages", "Annots", "Differences", "Target")
_FIELD_EXTRAS = ("A", "AA", "AP", "APRef")


def read_fdf(data: bytes) -> FormData:
    """Give what an FDF file holds; RefusedError where it cannot be told."""
    objects, root = open_fdf(data)
    body = objects.entries(root.get(b"FDF"))
    if body is None:
        raise refused(
            RefusalCode.DAMAGED, found=Phrase("pas de dictionnaire /FDF", "no /FDF dictionary")
        )
    walk = _Walk(objects, body)
    return FormData(fields=tuple(walk.fields()), extras=tuple(sorted(walk.extras)))


class _Walk:
    """What has been met so far in one file."""

    def __init__(self, objects: Objects, body: Entries) -> None:
        self.objects = objects
        self.body = body
        self.extras = {key for key in _EXTRAS if key.encode() in body.raw}
        encoding = body.name(b"Encoding") or ""
        self.is_utf8 = encoding.lower().replace("_", "-") in ("utf-8", "utf8")
        self.is_pdf_doc = encoding in ("", "PDFDocEncoding")

    def fields(self) -> Iterator[DataField]:
        waiting: list[tuple[Value, tuple[str, ...]]] = [
            (value, ()) for value in reversed(self.objects.array(self.body.get(b"Fields")))
        ]
        seen: set[Ref] = set()
        count = 0
        while waiting:
            value, above = waiting.pop()
            if isinstance(value, Ref):
                if value in seen:
                    continue
                seen.add(value)
            count += 1
            if count > MAX_FIELDS or len(above) > MAX_DEPTH:
                raise refused(
                    RefusalCode.TOO_COMPLEX, found=more_than(MAX_FIELDS, "champs", "fields")
                )
            entries = self.objects.entries(value)
            if entries is None:
                continue
            title = self.objects.resolve(entries.get(b"T"))
            own = (self.text(title),) if isinstance(title, String) else ()
            path = (*above, *own)
            self.extras |= {f"/{key}" for key in _FIELD_EXTRAS if key.encode() in entries.raw}
            kids = self.objects.array(entries.get(b"Kids"))
            waiting.extend((kid, path) for kid in reversed(kids))
            if path and (not kids or b"V" in entries.raw):
                yield self.field(".".join(path), entries)

    def field(self, name: str, entries: Entries) -> DataField:
        value = self.objects.resolve(entries.get(b"V"))
        match value:
            case None:
                return DataField(name, None, is_odd=False)
            case Name():
                return DataField(name, str(value), is_odd=False)
            case String() if self.is_utf8 or self.is_pdf_doc or value.data.isascii():
                return DataField(name, self.text(value), is_odd=False)
            case Stream():
                text = self.text(String(self.objects.data(value)))
                return DataField(name, text, is_odd=False)
            case _:
                return DataField(name, None, is_odd=True)

    def text(self, value: String) -> str:
        is_marked = value.data.startswith((b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf"))
        if self.is_utf8 and not is_marked:
            return value.data.decode("utf-8", "replace")
        return decode_text(value.data)
