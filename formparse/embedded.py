"""Finds the files inside a PDF: a portfolio's, attached ones, and those pinned to a page.

Gives their bytes, decoded under the limits of the door; looks at nothing in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from formparse.enclosed import (
    MAX_DEPTH,
    MAX_FILES_INSIDE,
    TOO_DEEP,
    Enclosed,
    Names,
    claims_form,
)
from formparse.errors import RefusalCode, RefusedError, refused
from formparse.intake import ReturnedPdf, annotations_of
from formparse.objects import Entries, Ref, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from formparse.objects import Objects, Value

_MAX_NODES = 4 * MAX_FILES_INSIDE
"""Nodes of the tree of names: a few, as each may hold any number of files."""

_NAME_KEYS = (b"UF", b"F", b"Unix", b"DOS", b"Mac")


def files_in_pdf(pdf: ReturnedPdf, *, depth: int) -> tuple[Enclosed, ...]:
    """Give the files in a PDF, each once; one more than may be read where there are more.

    `depth`: how many files the PDF itself stands in.
    """
    objects = pdf.objects
    names = Names()
    files: list[Enclosed] = []
    seen: set[Ref] = set()
    for entries in (*_named(objects), *_pinned(pdf)):
        found = _stream_of(entries, objects)
        if found is None:
            continue
        ref, stream = found
        if ref is not None and ref in seen:
            continue
        if ref is not None:
            seen.add(ref)
        files.append(_file(entries, stream, objects, names, depth + 1))
        if len(files) > MAX_FILES_INSIDE:
            break
    return tuple(files)


def _named(objects: Objects) -> Iterator[Entries]:
    """Give the file specifications that the document names, as its own and in its tree of names."""
    for own in objects.array(objects.root().get(b"AF"))[: MAX_FILES_INSIDE + 1]:
        associated = objects.entries(own)
        if associated is not None:
            yield associated
    tree = objects.entries(objects.root().get(b"Names"))
    roots: list[Value] = [tree.get(b"EmbeddedFiles")] if tree is not None else []
    for node in objects.tree(roots, limit=_MAX_NODES):
        # Names and what they stand for, in turn.
        for one in objects.array(node.get(b"Names"))[1::2][: MAX_FILES_INSIDE + 1]:
            entries = objects.entries(one)
            if entries is not None:
                yield entries


def _pinned(pdf: ReturnedPdf) -> Iterator[Entries]:
    """Give the file specifications of what is pinned to pages."""
    for page in pdf.pages:
        for note in annotations_of(page, pdf.objects):
            if note.name(b"Subtype") == "FileAttachment":
                entries = pdf.objects.entries(note.get(b"FS"))
                if entries is not None:
                    yield entries


def _stream_of(entries: Entries, objects: Objects) -> tuple[Ref | None, Stream] | None:
    """Give what a file specification holds; None where it only names a file elsewhere."""
    held = objects.entries(entries.get(b"EF"))
    for key in _NAME_KEYS if held is not None else ():
        assert held is not None
        stream = objects.resolve(held.get(key))
        if isinstance(stream, Stream):
            return held.ref(key), stream
    return None


def _file(entries: Entries, stream: Stream, objects: Objects, names: Names, depth: int) -> Enclosed:
    untrusted_name = next((name for key in _NAME_KEYS if (name := entries.text(key))), "")
    subtype = (stream.entries.name(b"Subtype") or "").rpartition("/")[2]
    data, problem = b"", None
    if depth > MAX_DEPTH:
        problem = refused(RefusalCode.TOO_COMPLEX, found=TOO_DEEP)
    else:
        try:
            data = objects.data(stream)
        except RefusedError as error:
            problem = error
    is_claimed = claims_form(untrusted_name, subtype)
    return Enclosed(
        name=names.name(untrusted_name, "fichier joint"),
        data=data,
        claims_form=is_claimed,
        depth=depth,
        problem=problem if is_claimed else None,
    )
