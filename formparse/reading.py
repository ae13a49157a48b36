"""What a reader saw of one form, as values: evidence, not yet answers.

Each reader (`formparse.readers`) gives a `Reading`; `formparse.answers` decides what it means.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from formgen.naming import ANSWER_OF_STATE, OFF_STATE, TextPart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from formgen.catalog import Answer
    from formparse.objects import Entries
    from formparse.returned import Finding, Method
    from formparse.vision.ink import BoxInk
    from formparse.vision.paperink import PaperBox


class BoxSeen(NamedTuple):
    """One box as it stands in the file.

    A named tuple, as making a frozen dataclass of this size takes four times as long and a form
    has over a hundred.
    """

    answer: Answer
    """What the box means, by its name, else by its place."""
    mark: str
    """State that means that it is ticked: `OUI`."""
    state: str | None
    """Its appearance state (/AS); None where it has none."""
    looks: tuple[str, ...] | None
    """States other than off that it has a drawing for; None where it has no drawings at all."""
    own_value: str | None
    """A value (/V) that the box itself carries, where its field should."""
    is_torn: bool
    """It belongs to no field any more."""
    is_touched: bool
    """Its reader dated a change to it (/M)."""
    is_in_place: bool
    """It stands where the layout has it."""
    page: int | None
    """Page of the file, from 1; None where it stands on no page."""
    widget: Entries
    """The annotation itself: its rectangle, flags and drawings are for checks of the form."""

    @property
    def is_on(self) -> bool:
        """Whether the page shows it ticked."""
        if self.state is None or self.state == OFF_STATE:
            return False
        return self.looks is None or self.state in self.looks

    @property
    def is_strange(self) -> bool:
        """Whether its state is one that it has no drawing for, so that the page shows nothing."""
        return self.state not in (None, OFF_STATE) and not self.is_on

    @property
    def is_exchanged(self) -> bool:
        """Whether the tick it draws is the one of another answer."""
        return self.looks is not None and any(
            look != self.mark and look in ANSWER_OF_STATE for look in self.looks
        )

    def is_named_by(self, value: str) -> bool:
        """Whether a field's value names this box."""
        return value == self.mark or (self.looks is not None and value in self.looks)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointCopy:
    """The boxes of one point; a file may hold several copies of a page."""

    boxes: tuple[BoxSeen, ...]
    """On pages of the form; empty where only the field is left."""
    value: str | None
    """The field's value (/V); None for none and for off."""
    has_odd_value: bool
    """The field has a value that is neither a name nor a string."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointSeen:
    """All that was seen for one point."""

    point_id: str
    copies: tuple[PointCopy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSeen:
    """All that was seen for one text field."""

    values: tuple[str, ...]
    """The different texts, raw, in the order met; empty texts left out."""
    has_odd_value: bool
    """Some value is no text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureSeen:
    """What stands in the signature area."""

    has_value: bool
    """The signature field has a value: somebody signed, or something claims so."""
    drawings: tuple[str, ...]
    """Kinds of annotations drawn over it (`Ink`, `Stamp`...)."""
    typed: str = ""
    """Letters typed there: anybody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One form, as one reader saw it."""

    method: Method
    points: Mapping[str, PointSeen]
    """By point id; a point of which nothing was found is absent."""
    lost: frozenset[str]
    """Points of which nothing was found although their page is there."""
    texts: Mapping[TextPart, TextSeen]
    signature: SignatureSeen
    values_are_drawn: bool
    """The file asks its viewer to draw fields from their values (/NeedAppearances)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSheet:
    """The ink of all rows of one sheet of paper, from the top."""

    is_bilevel: bool
    """The scan is in black and white only: what was pale is gone."""
    rows: tuple[tuple[PaperBox, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarksSeen:
    """What a look at the pages of one form showed."""

    rows: Mapping[str, tuple[tuple[BoxInk, ...], ...]]
    """By point id: its boxes, once for each copy of its page that a program drew."""
    lost: frozenset[str]
    """Points of pages that are there but could not be looked at."""
    texts: Mapping[TextPart, TextSeen]
    has_signature_ink: bool
    signature_text: str
    """Letters that stand in the signature area, as text of the page or of a note."""
    findings: Mapping[TextPart, Finding]
    """What is to be said about a text, if anything."""
    sheets: tuple[PaperSheet, ...] = ()
    """The pages that are pictures of paper."""

    @property
    def looked_at(self) -> frozenset[str]:
        """Ids of the points whose boxes were looked at."""
        on_paper = {row[0].point_id for sheet in self.sheets for row in sheet.rows}
        return frozenset(self.rows.keys() | on_paper)
