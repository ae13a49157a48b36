"""Compares a form with an older version of itself that stands in the same file: the signed one.

Both were read by the same reader. What a difference means is `formparse.signatures`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from formgen.layout import Rect
from formgen.naming import TextPart, text_field_name
from formparse.intake import ReturnedPdf, annotations_of
from formparse.objects import Stream
from formparse.places import Corners, corners_of
from formparse.printed import Sheets
from formparse.returned import PointAnswer, ReadAttestation, Returned, ReturnedForm

if TYPE_CHECKING:
    from collections.abc import Iterator

_OTHER_SHADE = 96
"""Of 255: what is drawn anew may be smoothed otherwise, ink on paper differs by more."""

_FEW_PIXELS = 40
"""Less than a comma has, at two pixels a point."""

UNANSWERED = "sans réponse"
DOUBTFUL = "douteux"


class Revision(NamedTuple):
    """A version of a file, read."""

    pdf: ReturnedPdf
    returned: tuple[Returned, ...]


ReadRevision = Callable[[bytes], Revision | None]
"""Reads an older version of the file, its signatures left alone; None: it cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A value that is no longer the same."""

    field: str
    """Name of its field; that of a point is the point's id."""
    point: str | None
    """Point id; None for a text."""
    before: str
    """In words for a point; as written for a text, empty where nothing was."""
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What differs between two versions of a form."""

    changes: tuple[Change, ...] = ()
    pages: tuple[int, ...] = ()
    """Pages of the file, from 1, that hold or show something else than they did. Pages of a form
    whose values changed are not compared by their looks."""
    is_other_form: bool = False
    """It says that it is another form: of another supplier, version or number."""


def compare(before: Revision, now: Revision, form: ReturnedForm) -> Differences:
    """Give what differs in `form`, one of the forms of `now`, since the version `before`."""
    then = _same_form(before, now, form)
    if then is None:
        # It was not there: all that it says is new.
        return Differences(changes=tuple(_all_new(form)))
    changes = (*_changed_points(then, form), *_changed_texts(then, form))
    sheets = None if changes else (Sheets(before.pdf.data), Sheets(now.pdf.data))
    return Differences(
        changes=changes,
        pages=tuple(
            page
            for old, page in zip(then.pages, form.pages, strict=False)
            if _content(before.pdf, old) != _content(now.pdf, page)
            or (sheets is not None and _looks_different(sheets, now.pdf, old, page))
        ),
        is_other_form=then.identity != form.identity,
    )


def _same_form(before: Revision, now: Revision, form: ReturnedForm) -> ReturnedForm | None:
    """Give the form that `form` was: the same questionnaire, in the same place among copies."""
    wanted = form.identity.questionnaire_id
    nth = [one for one in _forms(now, wanted) if one.identity == form.identity].index(form)
    exact = [one for one in _forms(before, wanted) if one.identity == form.identity]
    if nth < len(exact):
        return exact[nth]
    place = _forms(now, wanted).index(form)
    all_then = _forms(before, wanted)
    return all_then[place] if place < len(all_then) else None


def _forms(revision: Revision, questionnaire_id: str) -> list[ReturnedForm]:
    return [
        one
        for one in revision.returned
        if isinstance(one, ReturnedForm) and one.identity.questionnaire_id == questionnaire_id
    ]


def _content(pdf: ReturnedPdf, number: int) -> bytes:
    """Give what is drawn on a page, annotations aside."""
    objects = pdf.objects
    contents = objects.resolve(pdf.pages[number - 1].entries.get(b"Contents"))
    streams = map(objects.resolve, contents if isinstance(contents, list) else [contents])
    return b"\n".join(objects.data(stream) for stream in streams if isinstance(stream, Stream))


def _looks_different(sheets: tuple[Sheets, Sheets], pdf: ReturnedPdf, old: int, page: int) -> bool:
    """Whether a page shows something else than it did, what signatures show of themselves aside.

    Notes laid over a question, another drawing in a box, other fonts: none changes a page's
    content, nor any value.
    """
    import numpy as np

    from formparse.vision.patches import bounds

    sheet_then, sheet_now = (one.sheet(at) for one, at in zip(sheets, (old, page), strict=True))
    then = sheet_then.image() if sheet_then is not None else None
    now = sheet_now.image() if sheet_now is not None else None
    if then is None or now is None or then.grey.shape != now.grey.shape:
        return then is not now
    differs = np.abs(then.grey.astype(np.int16) - now.grey) > _OTHER_SHADE
    for corners in _signature_places(pdf, page):
        x0, y0, x1, y1 = bounds(now.page_to_px, Rect(*corners))
        differs[max(0, int(y0) - 1) : max(0, int(y1) + 2), max(0, int(x0) - 1) : int(x1) + 2] = (
            False
        )
    return int(differs.sum()) > _FEW_PIXELS


def _signature_places(pdf: ReturnedPdf, number: int) -> Iterator[Corners]:
    for entries in annotations_of(pdf.pages[number - 1], pdf.objects):
        if entries.name(b"FT") == "Sig":
            corners = corners_of(entries)
            if corners is not None:
                yield corners


def _changed_points(then: ReturnedForm, now: ReturnedForm) -> Iterator[Change]:
    before = {point.point_id: said(point) for point in then.answers}
    for point in now.answers:
        word = before.get(point.point_id, UNANSWERED)
        if point.doubt is not None and point.doubt.seen == (word,):
            continue  # the same answer, to a question that is doubtful now
        if word != said(point):
            yield Change(field=point.point_id, point=point.point_id, before=word, now=said(point))


def said(point: PointAnswer) -> str:
    """Give what was read for a point, in words."""
    if point.doubt is not None:
        seen = ", ".join(point.doubt.seen)
        return f"{DOUBTFUL} ({seen})" if seen else DOUBTFUL
    return UNANSWERED if point.answer is None else point.answer.value


def _changed_texts(then: ReturnedForm, now: ReturnedForm) -> Iterator[Change]:
    for part in TextPart:
        before, after = _text(then.attestation, part), _text(now.attestation, part)
        # Each reader has line ends of its own.
        if before.splitlines() != after.splitlines():
            name = text_field_name(now.identity.questionnaire_id, part)
            yield Change(field=name, point=None, before=before, now=after)


def _text(attestation: ReadAttestation, part: TextPart) -> str:
    name = "date_as_written" if part is TextPart.DATE else part.value
    text: str | None = getattr(attestation, name)
    return text or ""


def _all_new(form: ReturnedForm) -> Iterator[Change]:
    for point in form.answers:
        if said(point) != UNANSWERED:
            yield Change(
                field=point.point_id, point=point.point_id, before=UNANSWERED, now=said(point)
            )
    for part in TextPart:
        text = _text(form.attestation, part)
        if text:
            name = text_field_name(form.identity.questionnaire_id, part)
            yield Change(field=name, point=None, before="", now=text)
