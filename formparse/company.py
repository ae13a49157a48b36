"""Tell when two company names, as people write them, are one name, and when they merely look alike.

Names only: which returns they stand on, and what follows, is `formparse.grouping`.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from formparse.cleaning import unaccent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

_LEGAL_FORMS = tuple(
    tuple(form.split())
    for form in (
        "societe par actions simplifiee unipersonnelle", "societe par actions simplifiee",
        "societe a responsabilite limitee", "societe en nom collectif", "societe anonyme",
        "societe cooperative", "societe", "ste", "soc", "entreprise individuelle",
        "micro entreprise", "microentreprise", "auto entrepreneur", "autoentrepreneur",
        "etablissements", "etablissement", "ets", "etabs",
        "sa", "sas", "sasu", "sarl", "sarlu", "eurl", "snc", "sca", "scs", "sci", "scm", "scp",
        "scop", "scic", "selarl", "selas", "ei", "eirl", "gie",
    )
)  # fmt: skip
"""What French companies put before or after their name, in words as `_words` gives them; longer
ones first, so that « société anonyme » goes as a whole."""

_FOREIGN_FORMS = tuple(
    (form,) for form in ("ltd", "limited", "gmbh", "inc", "llc", "bv", "nv", "srl", "spa", "sprl")
)
"""After the name only: before it they are words of the name."""

_INITIALS = re.compile(r"\b(?:\w\.){2,}(?:\w\b)?")

_GRAM = 3
_MAX_EDITS = 2
_FEWEST_COMMON_GRAMS = _GRAM * _MAX_EDITS + 1
"""Two edits spoil at most six trigrams of a name. So of a name's seven rarest trigrams, a name two
edits away has at least one; to look names up by their rarest ones finds every candidate."""

_MAX_COMPARISONS = 4096
"""Pairs under one trigram or word up to which all are compared."""
_NEIGHBOURS = 8
"""In a larger crowd, each is compared with so many before and after it in order: look-alikes mostly
stand together, and the work stays in proportion to the number of names."""

_LONGEST_COMPARED = 120
"""Letters. Beyond it nobody has a name, and comparing costs the square of it."""

_SHORTEST_PART = 3
"""Letters that a name needs in order to count as part of a longer one."""


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A name without what people write now one way and now another."""

    words: tuple[str, ...]

    @property
    def key(self) -> str:
        """Give what two spellings of one name have in common; spaces do not count."""
        return "".join(self.words)


def fold_company(untrusted_name: str | None) -> CompanyName | None:
    """Give the name without case, accents, punctuation and legal form; None if nothing is left.

    « S.A.R.L. Cœur & Santé » and « coeur et sante sarl » are one name.
    """
    words = _words(untrusted_name or "")
    trimmed = _trim_end(_trim_start(words))
    # A company called « Sa » or « Ets » keeps its name.
    return CompanyName(trimmed or words) if words else None


def look_alike(
    names: Mapping[str, Sequence[CompanyName]], settled: AbstractSet[str] = frozenset()
) -> dict[str, tuple[str, ...]]:
    """Give, for each owner of names, the other owners who have a similar but unequal name.

    Two owners who are both `settled` are known to be different and not compared.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    entries = [
        _Entry(owner=owner, name=name, grams=_grams(name.key), settled=owner in settled)
        for owner, its in names.items()
        for name in its
    ]
    entries.sort(key=lambda entry: (entry.name.key, entry.owner, entry.name.words))
    for one, other in _candidates(entries):
        if one.owner != other.owner and _similar(one, other):
            found[one.owner].add(other.owner)
            found[other.owner].add(one.owner)
    return {owner: tuple(sorted(others)) for owner, others in found.items()}


@dataclass(frozen=True, slots=True)
class _Entry:
    owner: str
    name: CompanyName
    grams: frozenset[str]
    settled: bool


def _words(untrusted_name: str) -> tuple[str, ...]:
    text = unaccent(untrusted_name.casefold()).casefold()
    text = _INITIALS.sub(lambda found: found.group().replace(".", ""), text)
    return tuple("".join(map(_as_word_part, text)).split())


def _as_word_part(character: str) -> str:
    """Give a letter or digit as it is, nothing for what is not seen, a space for what separates."""
    category = unicodedata.category(character)
    if category[0] in "LMN":
        return character
    if character == "&":
        return " et "
    return "" if category in ("Cf", "Cs") else " "


def _trim_start(words: tuple[str, ...]) -> tuple[str, ...]:
    for form in _LEGAL_FORMS:
        if len(form) < len(words) and words[: len(form)] == form:
            return _trim_start(words[len(form) :])
    return words


def _trim_end(words: tuple[str, ...]) -> tuple[str, ...]:
    for form in (*_LEGAL_FORMS, *_FOREIGN_FORMS):
        if len(form) < len(words) and words[-len(form) :] == form:
            return _trim_end(words[: -len(form)])
    return words


def _candidates(entries: list[_Entry]) -> Iterator[tuple[_Entry, _Entry]]:
    """Give the pairs that may be similar, each once, without comparing each with each."""
    frequency = Counter(gram for entry in entries for gram in entry.grams)
    crowds: defaultdict[str, list[int]] = defaultdict(list)
    places = []
    for index, entry in enumerate(entries):
        rarest = sorted(entry.grams, key=lambda gram: (frequency[gram], gram))
        # Words stand between bars, so that no word is taken for a trigram.
        place = {*rarest[:_FEWEST_COMMON_GRAMS], *(f"|{word}|" for word in entry.name.words)}
        places.append(place)
        for crowd in place:
            crowds[crowd].append(index)
    open_in = {
        name: sum(not entries[index].settled for index in crowd) for name, crowd in crowds.items()
    }
    for index, entry in enumerate(entries):
        if entry.settled:
            continue
        met: set[int] = set()
        for name in places[index]:
            small = open_in[name] * len(crowds[name]) <= _MAX_COMPARISONS
            met.update(crowds[name] if small else _neighbours(crowds[name], index))
        # Two open ones meet twice.
        for other in sorted(met):
            if other > index or entries[other].settled:
                yield entry, entries[other]


def _neighbours(crowd: list[int], index: int) -> list[int]:
    position = bisect_left(crowd, index)
    return crowd[max(0, position - _NEIGHBOURS) : position + 1 + _NEIGHBOURS]


def _grams(key: str) -> frozenset[str]:
    padded = f"  {key[:_LONGEST_COMPARED]}  "
    return frozenset(padded[start : start + _GRAM] for start in range(len(padded) - _GRAM + 1))


def _similar(one: _Entry, other: _Entry) -> bool:
    if one.name.key == other.name.key or _digits(one.name) != _digits(other.name):
        # « Cabinet 1 » and « Cabinet 2 » differ on purpose.
        return False
    return (
        _is_part(one.name, other.name)
        or _is_part(other.name, one.name)
        or (_share_grams(one, other) and _few_edits(one.name.key, other.name.key))
    )


def _share_grams(one: _Entry, other: _Entry) -> bool:
    """Say whether few edits are possible at all; much cheaper than counting them."""
    wanted = max(len(one.grams), len(other.grams)) - _GRAM * _MAX_EDITS
    return len(one.grams & other.grams) >= wanted


def _digits(name: CompanyName) -> str:
    return "".join(character for character in name.key if character.isdigit())


def _is_part(part: CompanyName, whole: CompanyName) -> bool:
    return len(part.key) >= _SHORTEST_PART and set(part.words) <= set(whole.words)


def _few_edits(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    if shorter > _LONGEST_COMPARED:
        return False
    allowed = 0 if shorter < 4 else 1 if shorter < 10 else _MAX_EDITS
    return abs(len(one) - len(other)) <= allowed and _edits(one, other) <= allowed


def _edits(one: str, other: str) -> int:
    """Give the letters to insert, drop or exchange to turn one word into the other."""
    before = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        current = [row]
        for column, other_letter in enumerate(other, start=1):
            current.append(
                min(
                    before[column] + 1,
                    current[column - 1] + 1,
                    before[column - 1] + (letter != other_letter),
                )
            )
        before = current
    return before[-1]
