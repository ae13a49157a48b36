"""The catalogs and layouts that a returned form may have been made from: today's and earlier ones.

A form names its catalog, version and layout edition. Catalogs come with the package, today's and
all released before, and from files that the user hands in. Layouts come from records made when they
were released; only where there is no record, and the edition is today's, are they laid out anew.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from formgen.catalog import Catalog, default_catalog_path, load_catalog
from formgen.errors import CatalogError
from formgen.language import Phrase
from formgen.layout import LAYOUT_EDITION, FormLayout
from formgen.pagecode import edition_fingerprint

RELEASED = Path(__file__).parent / "released"
"""`<catalog id>/<version>/catalog.json` and `edition-<n>/<questionnaire>.json.gz`."""

CATALOG_FILE = "catalog.json"


def record_path(root: Path, catalog: Catalog, edition: int, questionnaire_id: str) -> Path:
    """Where a layout's record is kept below `root`."""
    folder = root / catalog.id / catalog.version / f"edition-{edition}"
    return folder / f"{questionnaire_id}.json.gz"


@dataclass(kw_only=True)
class Editions:
    """All known catalogs, and their layouts on demand."""

    default: Catalog
    """The catalog that a form is taken to be of when it lost its own name."""
    others: tuple[Catalog, ...] = ()
    roots: tuple[Path, ...] = (RELEASED,)
    """Folders with layout records."""
    _layouts: dict[tuple[str, str, str, int], FormLayout | None] = field(
        default_factory=dict, repr=False
    )

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Catalog]:
        return {(c.id, c.version): c for c in (*self.others, self.default)}

    def catalog(self, catalog_id: str, version: str) -> Catalog | None:
        """Give a catalog, or None if it is not known."""
        return self._by_name.get((catalog_id, version))

    def versions(self, catalog_id: str) -> tuple[str, ...]:
        """Give the known versions of a catalog; empty if none is known."""
        return tuple(sorted(version for name, version in self._by_name if name == catalog_id))

    def catalogs(self) -> tuple[Catalog, ...]:
        """Give all known catalogs, the default first."""
        rest = [c for c in self._by_name.values() if c is not self.default]
        return (self.default, *rest)

    def by_fingerprint(self, fingerprint: int) -> tuple[Catalog, int] | None:
        """Give the catalog and edition that a page code means, or None."""
        for catalog in self.catalogs():
            for edition in range(1, LAYOUT_EDITION + 1):
                if edition_fingerprint(catalog.id, catalog.version, edition) == fingerprint:
                    return catalog, edition
        return None

    def layout(self, catalog: Catalog, questionnaire_id: str, edition: int) -> FormLayout | None:
        """Give a questionnaire's layout in an edition, or None if that edition is not known."""
        key = (catalog.id, catalog.version, questionnaire_id, edition)
        if key not in self._layouts:
            self._layouts[key] = self._find_layout(catalog, questionnaire_id, edition)
        return self._layouts[key]

    def _find_layout(
        self, catalog: Catalog, questionnaire_id: str, edition: int
    ) -> FormLayout | None:
        for root in self.roots:
            path = record_path(root, catalog, edition, questionnaire_id)
            if path.is_file():
                from formgen.layout_record import from_record

                return from_record(gzip.decompress(path.read_bytes()))
        if edition != LAYOUT_EDITION:
            return None
        from formgen.compose import compose

        return compose(catalog, catalog.questionnaire(questionnaire_id))


def load_editions(extra_catalogs: Sequence[Path] = ()) -> Editions:
    """Give the packaged catalogs and those of `extra_catalogs`.

    The first extra catalog becomes the default. CatalogError where two that share id and version
    differ: a form could not tell which of them it was made from.
    """
    extra = [load_catalog(path) for path in extra_catalogs]
    packaged = [load_catalog(default_catalog_path())]
    packaged += [load_catalog(path) for path in sorted(RELEASED.glob(f"*/*/{CATALOG_FILE}"))]
    known: dict[tuple[str, str], tuple[Catalog, str]] = {}
    names = [str(path) for path in extra_catalogs] + ["formgen"] * len(packaged)
    for catalog, name in zip([*extra, *packaged], names, strict=True):
        earlier = known.setdefault((catalog.id, catalog.version), (catalog, name))
        if earlier[0].questionnaires != catalog.questionnaires:
            raise CatalogError(_differs(catalog, earlier[1], name))
    catalogs = [catalog for catalog, _ in known.values()]
    _check_fingerprints(catalogs)
    return Editions(default=catalogs[0], others=tuple(catalogs[1:]))


def _check_fingerprints(catalogs: Sequence[Catalog]) -> None:
    """Refuse catalogs that the code printed on a page could not tell apart."""
    owners: dict[int, str] = {}
    for catalog in catalogs:
        for edition in range(1, LAYOUT_EDITION + 1):
            name = f"{catalog.id} {catalog.version}"
            fingerprint = edition_fingerprint(catalog.id, catalog.version, edition)
            other = owners.setdefault(fingerprint, name)
            if other != name:
                raise CatalogError(
                    Phrase(
                        fr=f"{name} et {other} : leurs codes de page seraient les mêmes, par "
                        "hasard. Donnez un autre numéro de version à votre catalogue.",
                        en=f"{name} and {other}: their page codes would be the same, by chance. "
                        "Give your catalog another version number.",
                    )
                )


def _differs(catalog: Catalog, first: str, second: str) -> Phrase:
    return Phrase(
        fr=f"Le catalogue {catalog.id} version {catalog.version} existe en deux rédactions "
        f"différentes ({first} ; {second}). Un formulaire ne pourrait pas dire duquel il vient : "
        "donnez une nouvelle version à celui que vous avez modifié.",
        en=f"Catalog {catalog.id} version {catalog.version} exists in two different wordings "
        f"({first}; {second}). A form could not tell which one it comes from: give the one you "
        "changed a new version.",
    )
