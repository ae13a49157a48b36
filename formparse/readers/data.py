"""Reads forms from a data file: finds out which fields of which questionnaire its values are.

There are no pages, so nothing says what the supplier saw; what the values of a point amount to is
decided by `formparse.answers`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from formgen.naming import OFF_STATE, TextPart, signature_field_name, text_field_name
from formparse.reading import PointCopy, PointSeen, Reading, SignatureSeen, TextSeen
from formparse.returned import Finding, Method, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from formgen.catalog import Catalog, Questionnaire
    from formparse.formdata import DataField, FormData

NO_EDITION = 0
"""Layout edition of a form of which only values came."""

_MAX_LISTED = 10
"""Names from outside that one finding lists."""

_LONGEST_NAME = 60
"""Letters shown of each of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedData:
    """The fields of a data file, by what they belong to."""

    catalog: Catalog
    fields_of: Mapping[str, Mapping[str, Sequence[DataField]]]
    """Questionnaire id -> the form's own name of a field -> what the file says, in catalog order.
    """
    unknown: tuple[str, ...]
    """Names of fields with a value that no questionnaire has, in the order of the file."""


def sort_data(data: FormData, catalogs: Iterable[Catalog]) -> SortedData:
    """Give the fields by questionnaire, for the catalog that knows most of them.

    Of equals the first: a data file does not say from which catalog its form was made.
    """
    tried = [_sort(data, catalog) for catalog in catalogs]
    return max(tried, key=lambda one: sum(map(len, one.fields_of.values())))


def _sort(data: FormData, catalog: Catalog) -> SortedData:
    owner = {
        name: questionnaire.id
        for questionnaire in catalog.questionnaires
        for name in _names_of(questionnaire)
    }
    found: defaultdict[str, defaultdict[str, list[DataField]]] = defaultdict(
        lambda: defaultdict(list)
    )
    unknown: dict[str, None] = {}
    for field in data.fields:
        own = next((name for name in _own_names(field.name) if name in owner), None)
        if own is not None:
            found[owner[own]][own].append(field)
        elif field.is_odd or _word(field.value) is not None:
            unknown[field.name] = None
    return SortedData(
        catalog=catalog,
        fields_of={
            questionnaire.id: found[questionnaire.id]
            for questionnaire in catalog.questionnaires
            if questionnaire.id in found
        },
        unknown=tuple(unknown),
    )


def _names_of(questionnaire: Questionnaire) -> Iterable[str]:
    yield from (point.id for point in questionnaire.points)
    yield from (text_field_name(questionnaire.id, part) for part in TextPart)
    yield signature_field_name(questionnaire.id)


def _own_names(untrusted_name: str) -> tuple[str, ...]:
    """Give what a field may be called on the form.

    Merging tools put their own parts in front; some programs make levels of our hyphens.
    """
    parts = untrusted_name.split(".")
    return (parts[-1], "-".join(parts[-2:]))


def read_data(fields: Mapping[str, Sequence[DataField]], questionnaire: Questionnaire) -> Reading:
    """Give what a data file says of one form."""
    points = {
        point.id: PointSeen(point_id=point.id, copies=tuple(map(_copy, fields[point.id])))
        for point in questionnaire.points
        if point.id in fields
    }
    texts = {
        part: _text(fields[name])
        for part in TextPart
        if (name := text_field_name(questionnaire.id, part)) in fields
    }
    signature = fields.get(signature_field_name(questionnaire.id), ())
    return Reading(
        method=Method.FIELDS,
        points=points,
        lost=frozenset(),
        texts=texts,
        signature=SignatureSeen(
            has_value=any(one.is_odd or _word(one.value) is not None for one in signature),
            drawings=(),
        ),
        values_are_drawn=False,
    )


def about_data(data: FormData, told: SortedData, reading: Reading) -> Iterator[Finding]:
    """Give what has to be said of a form of which only the values came."""
    yield Finding(
        code="data-only",
        severity=Severity.INFO,
        message=(
            "Seules les valeurs sont arrivées (fichier de données), sans le formulaire\u00a0: rien "
            "ne montre ce que le fournisseur a vu ni ce qu'il a signé. Demandez-lui le formulaire "
            "PDF enregistré."
        ),
    )
    yield Finding(
        code="identity-lost",
        severity=Severity.INFO,
        message=(
            "Un fichier de données ne dit pas de quel formulaire il vient\u00a0; le questionnaire "
            "a été reconnu au nom de ses champs, la version du catalogue "
            f"({told.catalog.version}) est supposée."
        ),
    )
    if told.unknown:
        yield Finding(
            code="unknown-fields",
            severity=Severity.WARNING,
            message="Champs inconnus du catalogue, non pris en compte\u00a0: "
            f"{_listed(told.unknown)}.",
        )
    if data.extras:
        yield Finding(
            code="data-extras",
            severity=Severity.WARNING,
            message=(
                "Le fichier de données contient autre chose que des valeurs "
                f"({_listed(data.extras)})\u00a0; rien n'en est exécuté ni lu."
            ),
        )
    if reading.signature.has_value:
        yield Finding(
            code="signature-not-carried",
            severity=Severity.WARNING,
            message=(
                "Le fichier de données annonce une signature, qu'il ne peut pas porter\u00a0: elle "
                "n'est pas prise en compte."
            ),
        )


def _listed(untrusted_names: Sequence[str]) -> str:
    """Give the names for a message, no more and no longer than people read."""
    shown = ", ".join(name[:_LONGEST_NAME] for name in untrusted_names[:_MAX_LISTED])
    more = len(untrusted_names) - _MAX_LISTED
    return f"{shown} et {more} de plus" if more > 0 else shown


def _copy(field: DataField) -> PointCopy:
    return PointCopy(boxes=(), value=_word(field.value), has_odd_value=field.is_odd)


def _text(fields: Sequence[DataField]) -> TextSeen:
    texts = dict.fromkeys((field.value or "").strip() for field in fields)
    return TextSeen(
        values=tuple(text for text in texts if text),
        has_odd_value=any(field.is_odd for field in fields),
    )


def _word(value: str | None) -> str | None:
    """Give a value as a word, None for none and for off; some write a name's slash into it."""
    word = (value or "").strip().removeprefix("/")
    return None if word in ("", OFF_STATE) else word
