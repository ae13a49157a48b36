"""The one door for returned PDFs: opens them under limits, or says why not.

Every limit is a constant with its reason. Time and memory are bounded from outside, by the worker
process that runs this (`formparse.worker`). What stands on the pages is for others.
"""

from __future__ import annotations

import contextvars
import hashlib
import io
import logging
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import pypdf
from pypdf.errors import FileNotDecryptedError, LimitReachedError

from formgen.language import Phrase
from formparse.errors import RefusalCode, RefusedError, more_than, refusal_of, refuse, refused
from formparse.given import take
from formparse.imagefile import PictureFile
from formparse.kinds import HEADER_BYTES, Kind, kind_of, picture_format, unread_picture
from formparse.objects import (
    Entries,
    LeanReader,
    Objects,
    Ref,
    TooManyObjectsError,
    TooMuchDataError,
)
from formparse.returned import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAX_BYTES = 20 * 1024 * 1024
"""A form has under 1 MB, a scan of one a few. Parse time grows with size whatever else is bounded:
a hex string of 5 MB alone keeps pypdf busy for 6 s."""

MAX_PAGES = 200
"""Four forms have 14 pages; whole contracts with a form inside have fewer than this."""

MAX_FIELDS = 1_000
"""Four forms have 98 fields; ten sets of them in one file still pass."""

MAX_ANNOTATIONS = 5_000
"""On one page. A form has under 80 a page; of someone who writes by pen, hundreds."""

MAX_OBJECTS = 20_000
"""Objects read for one file; a form has about 200 that matter. At 70 µs each for those that pypdf
parses this is 1.4 s."""

MAX_SEARCHED_BYTES = 500_000_000
"""For each object that is not where it should be pypdf searches the whole file, at some 500 MB a
second. All 700 objects of a form with a shifted table make 100 MB; a large file made of such
objects would take minutes."""

MAX_DECODED_BYTES = 64_000_000
"""Of all streams of one file that are read, besides the limit on each below. The fullest form has
under 2 MB of page content; that of a file with four, signed by eight people, is read anew for each.
pypdf keeps what it decodes, so that this is memory."""

MAX_PAGE_TREE_DEPTH = 32
"""Page trees are two or three levels deep."""

_PYPDF_LIMITS: dict[str, Any] = {
    # Per stream; a form's largest stream has under 1 MB, and 40 streams at pypdf's default of
    # 75 MB fill 2 GiB.
    "zlib_maximum_output_length": 8_000_000,
    "lzw_maximum_output_length": 8_000_000,
    "run_length_maximum_output_length": 8_000_000,
    "brotli_maximum_output_length": 8_000_000,
    "jbig2_maximum_output_length": 8_000_000,
    "array_based_stream_maximum_output_length": 8_000_000,
    "maximum_declared_stream_length": MAX_BYTES,
    "stream_decoding_work_maximum_length": 30_000_000,
    # Parsing 100,000 elements, the default, takes a second.
    "array_maximum_element_count": 20_000,
    "dictionary_maximum_element_count": 5_000,
    # Pictures are never decoded, and no program is ever called for one.
    "image_maximum_buffer_size": 8_000_000,
    "jbig2dec_binary": None,
    # We change no constant of pypdf in the old way, so that it need not look for that each time.
    "disable_legacy_handling": True,
}

MAX_XREF_ENTRIES = 100_000
"""In cross-reference streams; pypdf's default of two million takes 19 s."""

_MAX_ROOT_SEARCH = 2_000
"""Objects that pypdf tries when the trailer does not name the root."""

_TABLE_MARK = b"startxref"
_OBJECT = re.compile(rb"\d{1,9}\s{1,4}\d{1,5}\s{1,4}obj\b")
_END_MARK = b"%%EOF"
_TAIL_BYTES = 2_048
"""Where the end mark is looked for, before pypdf says that it cannot do without."""

_FDF_OBJECT = re.compile(rb"(?<![^ \t\r\n\f\0])([0-9]{1,7}) 0 obj\b")
_FDF_ROOT = re.compile(rb"/Root[ \t\r\n]*([0-9]{1,7})[ \t\r\n]+0[ \t\r\n]+R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the file."""

    number: int
    """From 1."""
    ref: Ref | None
    """None where the page stands inside the page tree itself."""
    entries: Entries


def annotations_of(page: Page, objects: Objects) -> tuple[Entries, ...]:
    """Give what stands on a page beside its content: fields, links, notes, drawings."""
    return objects.dictionaries(page.entries, b"Annots", limit=MAX_ANNOTATIONS)


@dataclass(slots=True, kw_only=True)
class Repairs:
    """What had to be mended to read the file. It grows while the file is read."""

    count: int = 0
    """Things that pypdf mended."""
    end_was_missing: bool = False
    """The end mark was added; every viewer does without it, pypdf does not."""
    update_was_lost: bool = False
    """Behind the last version of the file that is whole stands the beginning of a newer one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedPdf:
    """A returned file, opened."""

    name: str
    sha256: str
    data: bytes
    objects: Objects
    form: Entries | None
    """The document's /AcroForm."""
    pages: tuple[Page, ...]
    repairs: Repairs
    picture: PictureFile | None = None
    """The file is a picture: its pages are in here, and `objects` are those of as many empty
    pages, so that whatever looks for fields or signatures finds none."""


_Result = TypeVar("_Result")

_repairs_of_this_file: contextvars.ContextVar[Repairs | None] = contextvars.ContextVar(
    "repairs_of_this_file", default=None
)


class _CountRepairs(logging.Handler):
    """Counts what pypdf says about a returned file; passes on what it says about any other."""

    def emit(self, record: logging.LogRecord) -> None:
        repairs = _repairs_of_this_file.get()
        if repairs is None:
            logging.getLogger().callHandlers(record)
        else:
            repairs.count += 1


@cache
def _limited() -> contextvars.Context:
    """Give a context in which pypdf has our limits, and silence its logger, once."""
    logger = logging.getLogger("pypdf")
    logger.addHandler(_CountRepairs())
    logger.propagate = False
    context = contextvars.Context()
    context.run(pypdf.overwrite_configuration, **_PYPDF_LIMITS)
    return context


class _Guard:
    """Runs calls into pypdf for one file: under our limits, its warnings counted."""

    __slots__ = ("_context", "_size", "repairs")

    def __init__(self, size: int) -> None:
        self._size = size
        self.repairs = Repairs()
        self._context = _limited().copy()
        self._context.run(_repairs_of_this_file.set, self.repairs)

    def __call__(self, call: Callable[[], _Result]) -> _Result:
        if self.repairs.count * self._size > MAX_SEARCHED_BYTES:
            count = self.repairs.count
            found = Phrase(f"{count} réparations", f"{count} repairs")
            raise refused(RefusalCode.TOO_COMPLEX, found=found)
        try:
            return self._context.run(call)
        except LimitReachedError as error:
            raise refused(RefusalCode.TOO_COMPLEX, found=str(error)) from error
        except FileNotDecryptedError as error:
            raise refused(RefusalCode.ENCRYPTED) from error


def take_returned(path: Path) -> bytes | Refusal:
    """Give the bytes of a returned file, or the reason why they cannot be taken."""
    return take(path, max_bytes=MAX_BYTES)


def check_size(data: bytes) -> None:
    """Refuse bytes that are none, or too many."""
    if not data:
        raise refused(RefusalCode.EMPTY_FILE)
    if len(data) > MAX_BYTES:
        raise refused(RefusalCode.TOO_LARGE, found=str(len(data)), expected=str(MAX_BYTES))


def open_bytes(data: bytes, name: str) -> ReturnedPdf | Refusal:
    """Open the bytes of a file called `name`, or give the reason why they are refused."""
    sha256 = hashlib.sha256(data).hexdigest()
    return guarded(lambda: _open(data, name, sha256), file=name, sha256=sha256)


def guarded(work: Callable[[], _Result], *, file: str, sha256: str) -> _Result | Refusal:
    """Give what `work` on one file gives, or the refusal of the file, whatever went wrong in it."""
    try:
        return work()
    except RefusedError as error:
        return refusal_of(error, file=file, sha256=sha256)
    except TooManyObjectsError:
        code = RefusalCode.TOO_COMPLEX
        found = Phrase(f"{MAX_OBJECTS} objets", f"{MAX_OBJECTS} objects")
    except TooMuchDataError:
        code = RefusalCode.TOO_COMPLEX
        found = Phrase(
            f"{MAX_DECODED_BYTES} octets décompressés", f"{MAX_DECODED_BYTES} bytes decoded"
        )
    except (MemoryError, RecursionError) as error:
        code, found = RefusalCode.TOO_COMPLEX, _class_of(error)
    except Exception as error:  # noqa: BLE001 - on damaged files pypdf lets out TypeError, AttributeError, ValueError, OverflowError and more
        code, found = RefusalCode.DAMAGED, _class_of(error)
    return refuse(code, file=file, sha256=sha256, found=found)


def _class_of(error: Exception) -> Phrase:
    return Phrase(type(error).__name__, type(error).__name__)


def _open(data: bytes, name: str, sha256: str) -> ReturnedPdf:
    check_size(data)
    kind = kind_of(data)
    picture = picture_format(data) if kind is Kind.PICTURE else None
    if picture is not None:
        return _open_picture(data, picture, name, sha256)
    other = unread_picture(data)
    if other is not None:
        raise refused(RefusalCode.OTHER_PICTURE, found=other)
    if kind is not Kind.PDF:
        raise refused(RefusalCode.NOT_A_PDF, expected=str(HEADER_BYTES))
    guard = _Guard(len(data))
    if _END_MARK not in data[-_TAIL_BYTES:]:
        guard.repairs.end_was_missing = True
    guard.repairs.update_was_lost = _has_broken_update(data)
    ended = data + b"\n%%EOF\n" if guard.repairs.end_was_missing else data
    reader = _reader(ended, guard)
    objects = _objects(ended, reader, guard)
    root = objects.root()
    return ReturnedPdf(
        name=name,
        sha256=sha256,
        data=data,
        objects=objects,
        form=objects.entries(root.get(b"AcroForm")),
        pages=_pages(objects, root),
        repairs=guard.repairs,
    )


def _objects(data: bytes, reader: LeanReader, guard: _Guard) -> Objects:
    """Give the file's objects, bounded in number and in what their streams swell to."""
    return Objects(data, reader, guard=guard, limit=MAX_OBJECTS, decoded_limit=MAX_DECODED_BYTES)


def open_fdf(data: bytes) -> tuple[Objects, Entries]:
    """Give the objects of an FDF file, and its root; RefusedError where it is cut or encrypted.

    FDF is PDF without a table of where its objects stand: the table is made here.
    """
    body, trailer, end = data[data.find(b"%FDF-") :].rpartition(b"trailer")
    root = _FDF_ROOT.search(end)
    if not trailer or root is None:
        raise refused(
            RefusalCode.DAMAGED, found=Phrase("fin du fichier absente", "its end is missing")
        )
    if b"/Encrypt" in end:
        raise refused(RefusalCode.ENCRYPTED)
    places = {int(found[1]): found.start(1) for found in _FDF_OBJECT.finditer(body)}
    if len(places) > MAX_OBJECTS:
        raise refused(RefusalCode.TOO_COMPLEX, found=more_than(MAX_OBJECTS, "objets", "objects"))
    if len(places) != len(_FDF_OBJECT.findall(body)):
        raise refused(
            RefusalCode.DAMAGED,
            found=Phrase("deux objets du même numéro", "two objects of one number"),
        )
    table = [b"0 1", b"0000000000 65535 f "]
    for number, place in places.items():
        table += [b"%d 1" % number, b"%010d 00000 n " % place]
    pdf = b"%%PDF-%b\nxref\n%b\ntrailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        body[len(b"%FDF-") :],
        b"\n".join(table),
        max(places, default=0) + 1,
        int(root[1]),
        len(body) + 1,
    )
    guard = _Guard(len(pdf))
    objects = _objects(pdf, _reader(pdf, guard), guard)
    return objects, objects.entries(Ref(int(root[1]), 0)) or Entries({})


def _has_broken_update(data: bytes) -> bool:
    """Whether the file goes on with objects where its last table of them says that it ends.

    Readers that add to a file write what was filled in behind the form as it was sent. Where that
    is cut off, what is left is whole, and blank.
    """
    tail = data[max(0, data.rfind(_TABLE_MARK)) :]
    behind = tail.partition(_END_MARK)[2]
    return _OBJECT.search(behind) is not None or behind.strip()[:1].isdigit()


def _open_picture(data: bytes, kind: str, name: str, sha256: str) -> ReturnedPdf:
    picture = PictureFile(data, kind, max_pages=MAX_PAGES)
    pages = _open(_empty_pages(picture.page_count), name, sha256)
    return replace(pages, data=data, picture=picture)


def _empty_pages(count: int) -> bytes:
    """Give a PDF file of so many empty pages."""
    kids = " ".join(f"{number} 0 R" for number in range(3, 3 + count))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {count}/Kids[{kids}]>>"]
    objects += ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"] * count
    file, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(file))
        file += f"{number} 0 obj{text}endobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    head = f"xref\n0 {size}\n0000000000 65535 f \n"
    tail = f"trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(file)}\n%%EOF\n"
    return file + (head + table + tail).encode()


def _reader(data: bytes, guard: _Guard) -> LeanReader:
    """Give pypdf's reader; an encrypted file is opened with the empty password or not at all."""

    def read() -> LeanReader:
        return LeanReader(
            io.BytesIO(data),
            root_object_recovery_limit=_MAX_ROOT_SEARCH,
            xref_stream_maximum_entries=MAX_XREF_ENTRIES,
        )

    try:
        reader = guard(read)
    except NotImplementedError as error:
        # Encryption by another handler than the standard one.
        raise refused(RefusalCode.ENCRYPTED) from error
    if reader.is_encrypted and not guard(lambda: reader.decrypt("")):
        raise refused(RefusalCode.ENCRYPTED)
    return reader


def _pages(objects: Objects, root: Entries) -> tuple[Page, ...]:
    """Give the pages in order; each node of the tree is visited once, whatever it claims."""
    pages: list[Page] = []
    seen: set[Ref] = set()
    stack = [(root.get(b"Pages"), 0)]
    while stack:
        value, depth = stack.pop()
        ref = value if isinstance(value, Ref) else None
        if depth > MAX_PAGE_TREE_DEPTH or (ref is not None and ref in seen):
            continue
        if ref is not None:
            seen.add(ref)
        entries = objects.entries(value)
        if entries is None:
            continue
        kids = objects.array(entries.get(b"Kids"))
        if kids or entries.name(b"Type") == "Pages":
            stack.extend((kid, depth + 1) for kid in reversed(kids[: MAX_PAGES + 1]))
        else:
            pages.append(Page(number=len(pages) + 1, ref=ref, entries=entries))
        if len(pages) > MAX_PAGES:
            raise refused(RefusalCode.TOO_COMPLEX, found=more_than(MAX_PAGES, "pages", "pages"))
    return tuple(pages)
