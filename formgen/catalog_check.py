"""Find every fault of a catalog: its shape, what its parts mean together, and changed texts.

Shape is read by `formgen.catalog_shape`. Which faults to show, and how, is left to the caller.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from formgen.catalog_faults import Fault, FaultCode, fault
from formgen.catalog_shape import Shaped, shape_catalog
from formgen.json_source import JsonSource, JsonSourceError, child, read_json
from formgen.plain_text import first_hidden

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from formgen.catalog import Catalog, Group, Link, Point, Questionnaire

__all__ = [
    "Fault",
    "FaultCode",
    "check_against",
    "check_catalog",
    "check_catalog_bytes",
    "examine",
    "fingerprints",
    "schema_faults",
]

MAX_BYTES = 4 * 2**20
"""Seventy times the size of the catalog that ships: larger files are something else."""

SCHEMA_PATH = Path(__file__).parent / "schemas" / "catalog.schema.json"

RELEASED = Path(__file__).parent / "released"
"""`<catalog id>/<version>.json`: what each point said when that version was released."""

_PLACEHOLDERS = ("{controller}", "{retention}")


def check_catalog(raw: object) -> tuple[Fault, ...]:
    """Give every fault of a catalog that was read from JSON, without line numbers."""
    return _faults(raw, shape_catalog(raw, digest=""))


def check_catalog_bytes(data: bytes) -> tuple[Fault, ...]:
    """Give every fault of a catalog file, with lines, and with the JSON Schema's own verdict.

    The schema says nothing new where this package's reading of it is right; it is asked here, where
    time does not count, so that a catalog that passes is one that any other tool accepts too.
    """
    _, source, faults = examine(data)
    if source is None:
        return faults
    known = {f.place for f in faults}
    extra = [f for f in schema_faults(source.value) if f.place not in known]
    return faults + _with_lines(extra, source)


def examine(data: bytes) -> tuple[Shaped | None, JsonSource | None, tuple[Fault, ...]]:
    """Read a catalog file; give what could be read of it, and its faults with their lines."""
    if len(data) > MAX_BYTES:
        large = fault(
            "",
            FaultCode.TOO_LARGE,
            fr=f"le fichier dépasse {MAX_BYTES // 2**20} Mio ; ce n'est pas un catalogue.",
            en=f"the file is larger than {MAX_BYTES // 2**20} MiB; it is no catalog.",
        )
        return None, None, (large,)
    try:
        source = read_json(data)
    except JsonSourceError as error:
        broken = Fault(place="", line=error.line, code=FaultCode.NOT_JSON, phrase=error.phrase)
        return None, None, (broken,)
    shaped = shape_catalog(source.value, hashlib.sha256(data).hexdigest())
    faults = _faults(source.value, shaped)
    if source.has_duplicate_keys:
        faults = (*_duplicate_keys(source), *faults)
    return shaped, source, _with_lines(faults, source)


def schema_faults(raw: object) -> tuple[Fault, ...]:
    """Give what the JSON Schema that ships with the package finds wrong."""
    import jsonschema

    schema = json.loads(SCHEMA_PATH.read_bytes())
    found = []
    for error in jsonschema.Draft202012Validator(schema).iter_errors(raw):
        place = ""
        for part in error.absolute_path:
            place = child(place, part)
        # A key or an item too many is told where it stands, not where what holds it begins.
        inside: list[str | int] = []
        if error.validator == "additionalProperties":
            known = error.schema.get("properties", {})
            inside = [key for key in error.instance if key not in known]
        elif error.validator == "uniqueItems":
            items = error.instance
            inside = [index for index, item in enumerate(items) if item in items[:index]]
        places = [child(place, key) for key in inside] or [place]
        found += [
            fault(
                each,
                FaultCode.SCHEMA,
                fr=f"contraire au schéma JSON (en anglais) : {error.message[:200]}",
                en=f"against the JSON Schema: {error.message[:200]}",
            )
            for each in places
        ]
    return tuple(found)


# -- texts that may not change within a version -----------------------------------------------


def fingerprints(catalog: Catalog) -> dict[str, str]:
    """Give each point's id and the SHA-256 of all that a supplier reads when answering it."""
    return {
        point.id: _fingerprint(questionnaire, point)
        for questionnaire in catalog.questionnaires
        for point in questionnaire.points
    }


def check_against(new: Catalog, old: Catalog) -> tuple[Fault, ...]:
    """Give the points of `new` that differ from `old`'s although both bear one id and version."""
    if new.id != old.id:
        return (
            fault(
                "/id",
                FaultCode.OTHER_CATALOG,
                fr=f"catalogue « {new.id} », à comparer à « {old.id} » : ce sont deux "
                "catalogues différents.",
                en=f"catalog '{new.id}' compared with '{old.id}': these are different catalogs.",
            ),
        )
    if new.version != old.version:
        return ()
    return tuple(_changes(new, fingerprints(old)))


def _fingerprint(questionnaire: Questionnaire, point: Point) -> str:
    def links(of: tuple[Link, ...]) -> list[list[str]]:
        return [[link.label, link.reference] for link in of]

    lead_ins = {lead_in.id: lead_in.text for lead_in in questionnaire.lead_ins}
    notes = {note.id: note.text for note in questionnaire.footnotes}
    said = [
        lead_ins.get(point.lead_in or ""),
        point.text,
        links(point.links),
        [[bullet.text, links(bullet.links)] for bullet in point.bullets],
        [[call.call, notes.get(call.note)] for call in point.footnotes],
        list(questionnaire.answers),
    ]
    canonical = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _released(catalog: Catalog) -> dict[str, str] | None:
    path = RELEASED / catalog.id / f"{catalog.version}.json"
    if not path.is_file():
        return None
    released: dict[str, str] = json.loads(path.read_bytes())
    return released


def _changes(catalog: Catalog, before: Mapping[str, str]) -> Iterator[Fault]:
    """Compare with the fingerprints of the same version as it was before."""
    now = fingerprints(catalog)
    advice_fr = f"en version {catalog.version} ; donner au catalogue une nouvelle version."
    advice_en = f"in version {catalog.version}; give the catalog a new version."
    for place, _, point in _points(catalog):
        if point.id not in before:
            yield fault(
                child(place, "id"),
                FaultCode.POINT_ADDED,
                fr=f"le point {point.id} n'existait pas {advice_fr}",
                en=f"point {point.id} did not exist {advice_en}",
            )
        elif now[point.id] != before[point.id]:
            yield fault(
                child(place, "text"),
                FaultCode.TEXT_CHANGED,
                fr=f"le point {point.id} ne dit plus ce qu'il disait {advice_fr}",
                en=f"point {point.id} no longer says what it said {advice_en}",
            )
    for point_id in before:
        if point_id not in now:
            yield fault(
                "/questionnaires",
                FaultCode.POINT_GONE,
                fr=f"il manque le point {point_id}, qui existait {advice_fr}",
                en=f"point {point_id} is missing; it existed {advice_en}",
            )


# -- what the parts mean together -------------------------------------------------------------


def _faults(raw: object, shaped: Shaped) -> tuple[Fault, ...]:
    """Give the faults of shape and, where the shape is right, of meaning."""
    meant = (f for f in _meaning(raw, shaped) if not _is_spoiled(f.place, shaped.spoiled))
    return (*shaped.faults, *meant)


def _meaning(raw: object, shaped: Shaped) -> Iterator[Fault]:
    catalog = shaped.catalog
    yield from _hidden_characters(raw)
    yield from _dates(catalog)
    yield from _placeholders(catalog)
    yield from _repeated_ids(catalog)
    yield from _miscounted_ids(catalog)
    yield from _requires(catalog)
    yield from _references(catalog)
    yield from _errata(catalog)
    for index, questionnaire in enumerate(catalog.questionnaires):
        place = f"/questionnaires/{index}"
        yield from _footnotes(questionnaire, place)
        yield from _lead_ins(questionnaire, place)
    for place, _, point in _points(catalog):
        yield from _emphasis(point, place)
    if not {"", "/id", "/version"} & shaped.spoiled:
        released = _released(catalog)
        if released is not None:
            yield from _changes(catalog, released)


def _is_spoiled(place: str, spoiled: frozenset[str]) -> bool:
    while place not in spoiled:
        if not place:
            return False
        place = place.rpartition("/")[0]
    return True


def _points(catalog: Catalog) -> Iterator[tuple[str, Questionnaire, Point]]:
    """Give place, questionnaire and point, in order."""
    for place, questionnaire, group in _groups(catalog):
        for index, point in enumerate(group.points):
            yield f"{place}/points/{index}", questionnaire, point


def _groups(catalog: Catalog) -> Iterator[tuple[str, Questionnaire, Group]]:
    for q, questionnaire in enumerate(catalog.questionnaires):
        for s, section in enumerate(questionnaire.sections):
            for g, group in enumerate(section.groups):
                yield f"/questionnaires/{q}/sections/{s}/groups/{g}", questionnaire, group


def _hidden_characters(raw: Any) -> Iterator[Fault]:
    waiting = [("", raw)]  # no recursion: JSON may be nested as deeply as the interpreter allows
    while waiting:
        place, value = waiting.pop()
        match value:
            case dict():
                waiting += [(child(place, key), item) for key, item in value.items()][::-1]
            case list():
                waiting += [(child(place, index), item) for index, item in enumerate(value)][::-1]
            case str():
                hidden = first_hidden(value)
                if hidden:
                    yield fault(
                        place,
                        FaultCode.HIDDEN_CHARACTER,
                        fr=f"contient le caractère {hidden}, de commande ou invisible ; l'ôter.",
                        en=f"holds {hidden}, a control or invisible character; remove it.",
                    )
            case _:
                pass  # numbers, booleans and null hold no text


def _dates(catalog: Catalog) -> Iterator[Fault]:
    places = [("/date", catalog.date)]
    places += [(f"/references/{i}/checked", r.checked) for i, r in enumerate(catalog.references)]
    for place, written in places:
        try:
            dt.date.fromisoformat(written)
        except ValueError:
            yield fault(
                place,
                FaultCode.NO_SUCH_DATE,
                fr=f"la date {written} n'existe pas.",
                en=f"there is no date {written}.",
            )


def _placeholders(catalog: Catalog) -> Iterator[Fault]:
    rest = catalog.privacy_notice
    for wanted in _PLACEHOLDERS:
        if wanted not in rest:
            yield fault(
                "/privacy_notice",
                FaultCode.PLACEHOLDER,
                fr=f"{wanted} manque dans la notice.",
                en=f"{wanted} is missing in the notice.",
            )
        rest = rest.replace(wanted, "")
    strange = re.search(r"\{[^{}]*\}?|\}", rest)
    if strange:
        yield fault(
            "/privacy_notice",
            FaultCode.PLACEHOLDER,
            fr=f"« {strange[0][:60]} » n'est rempli par rien ; seuls {' et '.join(_PLACEHOLDERS)} "
            "le sont.",
            en=f"nothing fills '{strange[0][:60]}'; only {' and '.join(_PLACEHOLDERS)} are filled.",
        )


def _repeated_ids(catalog: Catalog) -> Iterator[Fault]:
    """Each kind of id is unique over the whole catalog, so that it can be a key anywhere."""
    quests = [(f"/questionnaires/{i}", q) for i, q in enumerate(catalog.questionnaires)]
    points = list(_points(catalog))
    kinds: tuple[Iterable[tuple[str, str]], ...] = (
        [(f"{place}/id", q.id) for place, q in quests],
        [(f"{p}/sections/{i}/id", s.id) for p, q in quests for i, s in enumerate(q.sections)],
        [(f"{place}/id", point.id) for place, _, point in points],
        [(f"{p}/lead_ins/{i}/id", x.id) for p, q in quests for i, x in enumerate(q.lead_ins)],
        [(f"{p}/footnotes/{i}/id", x.id) for p, q in quests for i, x in enumerate(q.footnotes)],
        [(f"/references/{i}/key", r.key) for i, r in enumerate(catalog.references)],
        [(f"/introduction/{i}/id", x.id) for i, x in enumerate(catalog.introduction)],
        [(f"/errata/{i}/id", e.id) for i, e in enumerate(catalog.errata)],
        [(f"{place}/short", point.short) for place, _, point in points],
    )
    for kind in kinds:
        first: dict[str, str] = {}
        for place, name in kind:
            if name and first.setdefault(name, place) != place:
                yield fault(
                    place,
                    FaultCode.DUPLICATE_ID,
                    fr=f"« {name} » sert déjà en {first[name]}.",
                    en=f"'{name}' is already used at {first[name]}.",
                )


def _miscounted_ids(catalog: Catalog) -> Iterator[Fault]:
    """Ids are counted through, so that one is missing or misplaced only where a point is."""
    found: list[tuple[str, str, str]] = []
    for q, questionnaire in enumerate(catalog.questionnaires):
        for s, section in enumerate(questionnaire.sections):
            place = f"/questionnaires/{q}/sections/{s}/id"
            found.append((place, section.id, f"{questionnaire.id}-S{s + 1}"))
    counts: dict[str, int] = {}
    for place, questionnaire, point in _points(catalog):
        questionnaire_place = place.partition("/sections")[0]
        counts[questionnaire_place] = number = counts.get(questionnaire_place, 0) + 1
        found.append((f"{place}/id", point.id, f"{questionnaire.id}-{number:02d}"))
    for place, actual, expected in found:
        if actual != expected:
            yield fault(
                place,
                FaultCode.MISCOUNTED_ID,
                fr=f"« {actual} » à la place de « {expected} ».",
                en=f"'{actual}' stands where '{expected}' is expected.",
            )


def _requires(catalog: Catalog) -> Iterator[Fault]:
    required = {q.id: q.requires for q in catalog.questionnaires}
    circles = set()
    for q, questionnaire in enumerate(catalog.questionnaires):
        place = f"/questionnaires/{q}/requires"
        for index, wanted in enumerate(questionnaire.requires):
            if wanted not in required:
                known = ", ".join(required)
                yield fault(
                    child(place, index),
                    FaultCode.UNKNOWN_REQUIRED,
                    fr=f"aucun questionnaire « {wanted} » ; le catalogue contient : {known}.",
                    en=f"no questionnaire '{wanted}'; the catalog holds: {known}.",
                )
        circle = _circle_from(questionnaire.id, required)
        if circle and frozenset(circle) not in circles:
            circles.add(frozenset(circle))
            path = " → ".join((*circle, circle[0]))
            yield fault(
                place,
                FaultCode.CIRCLE,
                fr=f"ces questionnaires s'exigent en rond : {path}.",
                en=f"these questionnaires require each other in a circle: {path}.",
            )


def _circle_from(start: str, required: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Give a shortest way from `start` back to itself, or nothing."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    for way in ways:
        for wanted in required.get(way[-1], ()):
            if wanted == start:
                return way
            if wanted not in seen:
                seen.add(wanted)
                ways.append((*way, wanted))
    return ()


def _links(catalog: Catalog) -> Iterator[tuple[str, Link]]:
    for place, _, point in _points(catalog):
        for index, link in enumerate(point.links):
            yield f"{place}/links/{index}", link
        for b, bullet in enumerate(point.bullets):
            for index, link in enumerate(bullet.links):
                yield f"{place}/bullets/{b}/links/{index}", link


def _references(catalog: Catalog) -> Iterator[Fault]:
    unused = {r.key: f"/references/{i}/key" for i, r in enumerate(catalog.references)}
    known = frozenset(unused)
    for place, link in _links(catalog):
        unused.pop(link.reference, None)
        if link.reference not in known:
            yield fault(
                f"{place}/reference",
                FaultCode.DEAD_REFERENCE,
                fr=f"aucune référence « {link.reference} » dans « references ».",
                en=f"no reference '{link.reference}' in 'references'.",
            )
    for key, place in unused.items():
        yield _unused(place, key)


def _unused(place: str, name: str) -> Fault:
    return fault(
        place,
        FaultCode.UNUSED,
        fr=f"rien ne renvoie à « {name} ».",
        en=f"nothing leads to '{name}'.",
    )


def _errata(catalog: Catalog) -> Iterator[Fault]:
    known = {q.id for q in catalog.questionnaires}
    known |= {item.id for item in catalog.introduction}
    known |= {point.id for point in catalog.points()}
    for index, erratum in enumerate(catalog.errata):
        if erratum.where.partition(".")[0] not in known:
            yield fault(
                f"/errata/{index}/where",
                FaultCode.DEAD_REFERENCE,
                fr=f"aucun point ni questionnaire « {erratum.where} ».",
                en=f"no point or questionnaire '{erratum.where}'.",
            )


def _questionnaire_points(questionnaire: Questionnaire, place: str) -> Iterator[tuple[str, Point]]:
    for s, section in enumerate(questionnaire.sections):
        for g, group in enumerate(section.groups):
            for p, point in enumerate(group.points):
                yield f"{place}/sections/{s}/groups/{g}/points/{p}", point


def _footnotes(questionnaire: Questionnaire, place: str) -> Iterator[Fault]:
    unused = {n.id: f"{place}/footnotes/{i}/id" for i, n in enumerate(questionnaire.footnotes)}
    known = frozenset(unused)
    for point_place, point in _questionnaire_points(questionnaire, place):
        for index, call in enumerate(point.footnotes):
            unused.pop(call.note, None)
            if call.note not in known:
                yield fault(
                    f"{point_place}/footnotes/{index}/note",
                    FaultCode.DEAD_REFERENCE,
                    fr=f"aucune note « {call.note} » dans le questionnaire {questionnaire.id}.",
                    en=f"no note '{call.note}' in questionnaire {questionnaire.id}.",
                )
            if call.call not in point.text:
                yield fault(
                    f"{point_place}/footnotes/{index}/call",
                    FaultCode.CALL_NOT_IN_TEXT,
                    fr=f"l'appel « {call.call} » ne se trouve pas dans le texte du point.",
                    en=f"the call '{call.call}' does not stand in the point's text.",
                )
    for note_id, note_place in unused.items():
        yield _unused(note_place, note_id)


def _lead_ins(questionnaire: Questionnaire, place: str) -> Iterator[Fault]:
    unused = {x.id: f"{place}/lead_ins/{i}/id" for i, x in enumerate(questionnaire.lead_ins)}
    known = frozenset(unused)
    before: tuple[str, str | None] = ("", None)
    for point_place, point in _questionnaire_points(questionnaire, place):
        group_place = point_place.rpartition("/points")[0]
        lead_in = point.lead_in
        if lead_in is not None and lead_in not in known:
            yield fault(
                f"{point_place}/lead_in",
                FaultCode.DEAD_REFERENCE,
                fr=f"aucune phrase d'introduction « {lead_in} » dans le questionnaire "
                f"{questionnaire.id}.",
                en=f"no lead-in '{lead_in}' in questionnaire {questionnaire.id}.",
            )
        elif lead_in is not None and lead_in not in unused and before != (group_place, lead_in):
            yield fault(
                f"{point_place}/lead_in",
                FaultCode.SPLIT_LEAD_IN,
                fr=f"les points sous « {lead_in} » doivent se suivre dans un même groupe.",
                en=f"the points under '{lead_in}' must follow each other in one group.",
            )
        unused.pop(lead_in or "", None)
        before = (group_place, lead_in)
    for lead_in_id, lead_in_place in unused.items():
        yield _unused(lead_in_place, lead_in_id)


def _emphasis(point: Point, place: str) -> Iterator[Fault]:
    for index, words in enumerate(point.emphasis):
        if words not in point.text:
            yield fault(
                f"{place}/emphasis/{index}",
                FaultCode.EMPHASIS_NOT_IN_TEXT,
                fr=f"« {words[:60]} » ne se trouve pas dans le texte du point.",
                en=f"'{words[:60]}' does not stand in the point's text.",
            )


# -- lines ------------------------------------------------------------------------------------


def _duplicate_keys(source: JsonSource) -> Iterator[Fault]:
    for place in source.places().duplicates:
        yield fault(
            place,
            FaultCode.DUPLICATE_KEY,
            fr="cette clé figure deux fois dans le même objet.",
            en="this key stands twice in the same object.",
        )


def _with_lines(faults: Iterable[Fault], source: JsonSource) -> tuple[Fault, ...]:
    """Add each fault's line in the file."""
    faults = tuple(faults)
    if not faults:
        return ()
    places = source.places()
    return tuple(replace(f, line=places.line_of(f.place)) for f in faults)
