"""Says what of a form's wording a returned page no longer shows, and which points it concerns.

Only what is known to differ is said to: a page that cannot be compared is said not to be. Measuring
is `formparse.vision.difference`'s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from formgen.layout import BoxPlace, Node, Rect, Role, Text
from formparse.printed import match_lines
from formparse.returned import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from formgen.editions import Editions
    from formgen.layout import FormLayout, Leaf
    from formparse.printed import Sheets
    from formparse.triage import FormPage, Part
    from formparse.vision.difference import LineSeen, PageSeen, TextFound
    from formparse.vision.pagetext import PageText
    from formparse.vision.raster import Matrix

SNAP_PT = 0.05
"""A page that lies within this of its own place is in it: what is left is the fit's own error."""

MIN_LINES_TO_PLACE = 8
"""Lines that place a page: enough for a few of them to be others without pulling it askew."""

SHOWN_LETTERS = 80
"""Of a text that messages quote: enough to find it."""

MIN_ADDED_LETTERS = 40
"""In text beside the form's rows that may be an instruction. Stamps and dates are shorter."""

_POINT_ID = re.compile(r"\b[A-Z][A-Za-z0-9]{0,7}-\d{2}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWording:
    """What was found out about the wording of one page."""

    is_same: bool
    """The page shows the form's words and nothing that covers them."""
    findings: tuple[Finding, ...]
    points: frozenset[str]
    """Points whose question, or the meaning of whose boxes, is not the form's."""


def check_page(
    page: FormPage, sheets: Sheets, part: Part, editions: Editions, *, has_fields: bool
) -> PageWording:
    """Compare a page with the form by what it shows.

    `has_fields`: form fields stand on it. No scan has any, so a picture below them is compared too.
    """
    layout, index, number = part.places.layout, page.index, page.page.number
    sheet = sheets.sheet(number)
    if sheet is None or index is None:
        return _not_compared(number)
    if not any(isinstance(item, Text) and item.page == index for item in _items(layout)):
        return PageWording(is_same=False, findings=(), points=frozenset())
    drawn, text = sheet.page, sheet.text()
    if drawn is None or text is None or (sheet.paper is not None and not has_fields):
        return _not_compared(number)
    to_page = _place(page, text, sheets, part, editions)
    if to_page is None:
        return _not_compared(number)
    from formparse.vision.difference import compare_page

    seen = compare_page(drawn, text, layout, index, to_page)
    told = _Told(part, index, number)
    told.all_of(seen)
    findings = tuple(told.findings)
    is_same = seen.has_codes and not any(f.severity is not Severity.INFO for f in findings)
    return PageWording(is_same=is_same, findings=findings, points=frozenset(told.points))


def _items(layout: FormLayout) -> Iterator[object]:
    yield from layout.leaves()
    yield from layout.artifacts


def _not_compared(number: int) -> PageWording:
    message = (
        "Le texte de cette page n'a pas été comparé à celui du formulaire : c'est une image, ou "
        "la page n'est pas reconnue."
    )
    finding = Finding(
        code="wording-not-compared", severity=Severity.INFO, message=message, page=number
    )
    return PageWording(is_same=False, findings=(finding,), points=frozenset())


def _place(
    page: FormPage, text: PageText, sheets: Sheets, part: Part, editions: Editions
) -> Matrix | None:
    """Give how the layout's points lie on the page.

    By its words, which vector pages keep to the hundredth of a point; where these are lost, by its
    codes and boxes; a page that says itself which one it is, in its own size.
    """
    import numpy as np

    from formparse.vision.patches import apply
    from formparse.vision.registration import from_page_size

    layout, index = part.places.layout, page.index
    assert index is not None
    count, to_page = match_lines(text, layout, index)
    corners = np.array([(0.0, 0.0), (layout.page_width, layout.page_height)])
    if to_page is not None and count >= MIN_LINES_TO_PLACE:
        drift = np.abs(apply(to_page, corners) - corners).max()
        return np.eye(3) if drift <= SNAP_PT else to_page
    sheet = sheets.sheet(page.page.number)
    image = sheet.image() if sheet is not None else None
    if image is None:
        return None
    for one in sheets.printed(page.page.number, editions):
        if one.questionnaire_id == layout.questionnaire_id and one.index == index:
            return np.linalg.inv(image.page_to_px) @ one.place.to_px
    return np.linalg.inv(image.page_to_px) @ from_page_size(layout, image.grey)


# --- What it means --------------------------------------------------------------------------------
class _Told:
    """The findings of one page as they are made."""

    def __init__(self, part: Part, index: int, number: int) -> None:
        self.layout = part.places.layout
        self.index = index
        self.number = number
        self.findings: list[Finding] = []
        self.points: set[str] = set()
        self.owners = owners_of(self.layout, index)
        self.rows = rows_of(self.layout, index)

    def all_of(self, seen: PageSeen) -> None:
        from formparse.vision.difference import LETTER

        altered: dict[int, str] = {}
        for line in seen.lines:
            if line.missing >= LETTER or (line.found is not None and line.unlike >= LETTER):
                altered[id(line.text)] = "found"
                self.line(line.text, self.phrase(line))
            elif line.added >= LETTER and not line.is_legible:
                self.line(line.text, "est masqué")
        for text in seen.covered:
            self.line(text, "est masqué par une annotation")
        for box in seen.boxes:
            self.box(box)
        for one in seen.added:
            self.added(one)

    def phrase(self, line: LineSeen) -> str:
        if line.found is None:
            return "n'est plus celui du formulaire, ou est masqué"
        if not line.found.strip():
            return "a disparu"
        return f"est devenu « {shown(line.found)} »"

    def line(self, text: Text, what: str) -> None:
        place, points = self.owners[id(text)]
        self.points |= points
        message = f"{place} : le texte « {shown(text.text)} » {what}."
        self.error(message, points)

    def box(self, box: BoxPlace) -> None:
        self.points.add(box.point_id)
        message = (
            f"Point {box.point_id} : la case {box.answer} imprimée n'est pas à sa place, ou est "
            "masquée."
        )
        self.error(message, frozenset({box.point_id}))

    def added(self, one: TextFound) -> None:
        words = "".join(one.text.split())
        point = point_at(self.rows, one.rect)
        if _POINT_ID.search(one.text) and point is None:
            message = f"Du texte ajouté a l'air d'un point : « {shown(one.text)} »."
            self.error(message, frozenset())
        elif len(words) > 1 and point is not None:
            self.findings.append(note_beside(point, one.text, self.number))
        elif len(words) > 1:
            is_long = len(words) >= MIN_ADDED_LETTERS
            finding = Finding(
                code="text-added",
                severity=Severity.WARNING if is_long else Severity.INFO,
                message=f"Du texte a été ajouté sur la page : « {shown(one.text)} ».",
                page=self.number,
            )
            self.findings.append(finding)

    def error(self, message: str, points: frozenset[str]) -> None:
        finding = Finding(
            code="text-altered",
            severity=Severity.ERROR,
            message=message,
            page=self.number,
            point=next(iter(points)) if len(points) == 1 else None,
        )
        # A changed question is told by its first line.
        if finding.point is None or all(f.point != finding.point for f in self.findings):
            self.findings.append(finding)


def note_beside(point_id: str, text: str, number: int) -> Finding:
    """Say that something is written at a question."""
    return Finding(
        code="note-beside-question",
        severity=Severity.WARNING,
        message=f"Point {point_id} : un texte est ajouté près de la question : « {shown(text)} ».",
        page=number,
        point=point_id,
    )


def shown(text: str) -> str:
    """Give a text as messages quote it: on one line, and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_LETTERS else line[: SHOWN_LETTERS - 1] + "…"


# --- Where in the form ----------------------------------------------------------------------------
_PLACE_NAMES = {
    Role.H1: "Titre du questionnaire",
    Role.H2: "Intertitre",
    Role.H3: "Intertitre",
    Role.NOTE: "Note de bas de page",
    Role.LIST: "Consignes",
    Role.THEAD: "En-têtes des colonnes",
}
_FOOT = "Haut ou bas de page"
_OTHER = "Texte du formulaire"
_INTRO = "Texte d'introduction des points"


def owners_of(layout: FormLayout, index: int) -> dict[int, tuple[str, frozenset[str]]]:
    """Give for each text of a page, by its identity, where it stands and whose question it is.

    The heads of the columns of boxes belong to all points of the page, a lead-in to the points up
    to the next one.
    """
    owners: dict[int, tuple[str, frozenset[str]]] = {}
    on_page = frozenset(box.point_id for box in layout.boxes if box.page == index)
    answers = {str(box.answer) for box in layout.boxes}
    for item in layout.artifacts:
        if isinstance(item, Text) and item.page == index:
            is_head = item.text.strip() in answers
            owners[id(item)] = (
                (_PLACE_NAMES[Role.THEAD], on_page) if is_head else (_FOOT, frozenset())
            )
    _walk(layout.root, _OTHER, frozenset(), owners, on_page)
    return owners


def _walk(
    node: Node | Leaf,
    place: str,
    points: frozenset[str],
    owners: dict[int, tuple[str, frozenset[str]]],
    on_page: frozenset[str],
) -> None:
    if isinstance(node, Text):
        owners[id(node)] = place, points
    if not isinstance(node, Node):
        return
    place = _PLACE_NAMES.get(node.role, place)
    if node.role is Role.THEAD:
        points = on_page
    if node.role is Role.TBODY:
        _walk_rows(node, owners, on_page)
        return
    for kid in node.children:
        _walk(kid, place, points, owners, on_page)


def _walk_rows(
    body: Node, owners: dict[int, tuple[str, frozenset[str]]], on_page: frozenset[str]
) -> None:
    rows = [(row, _points_in(row)) for row in body.children]
    for number, (row, own) in enumerate(rows):
        points = own
        place = f"Point {', '.join(sorted(own))}"
        if not own:
            place = _INTRO
            for _, later in rows[number + 1 :]:
                if not later:
                    break
                points |= later
        _walk(row, place, points, owners, on_page)


def _points_in(node: Node | Leaf) -> frozenset[str]:
    if isinstance(node, BoxPlace):
        return frozenset({node.point_id})
    if isinstance(node, Node):
        return frozenset().union(*(_points_in(kid) for kid in node.children))
    return frozenset()


def rows_of(layout: FormLayout, index: int) -> dict[str, Rect]:
    """Give the room of each point's row on a page: its question and its boxes."""
    rows: dict[str, list[Rect]] = {}
    for text, (_, points) in _texts_with_owners(layout, index):
        if len(points) == 1:
            top = text.baseline + text.size
            rect = Rect(text.x, text.baseline - 0.4 * text.size, text.x, top)
            rows.setdefault(next(iter(points)), []).append(rect)
    for box in layout.boxes:
        if box.page == index:
            rows.setdefault(box.point_id, []).append(box.rect)
    return {point: _union(rects) for point, rects in rows.items()}


def _texts_with_owners(
    layout: FormLayout, index: int
) -> Iterable[tuple[Text, tuple[str, frozenset[str]]]]:
    owners = owners_of(layout, index)
    for item in layout.leaves():
        if isinstance(item, Text) and item.page == index:
            yield item, owners[id(item)]


def _union(rects: list[Rect]) -> Rect:
    return Rect(
        min(r.x0 for r in rects),
        min(r.y0 for r in rects),
        max(r.x1 for r in rects),
        max(r.y1 for r in rects),
    )


def point_at(rows: dict[str, Rect], rect: Rect) -> str | None:
    """Give the point whose row an area lies in, the one it covers most of; None for none."""
    best: tuple[float, str] | None = None
    for point, row in rows.items():
        height = min(rect.y1, row.y1) - max(rect.y0, row.y0)
        width = min(rect.x1, row.x1) - max(rect.x0, row.x0)
        if height > 1 and width > 0 and (best is None or height > best[0]):
            best = height, point
    return best[1] if best is not None else None
