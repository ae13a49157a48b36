"""What the commands do, with the real reader and the real assessment; no terminal in sight.

Choosing catalogs and putting the parts together; each part is someone else's.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from formgen import __version__
from formgen.editions import Editions, load_editions
from formgen.language import Phrase
from formparse.assess import Assessment, assess
from formparse.decision_record import load_decisions
from formparse.derivation import Summarised
from formparse.errors import NoStoreError
from formparse.intake import MAX_BYTES
from formparse.issued import load_issued
from formparse.pipeline import ImportReport, Reader, import_returns, read_files
from formparse.read import read_bytes
from formparse.review import Review, settle_doubts, show_doubts
from formparse.store import Store
from formparse.summary import build_summary, dump_summary
from formparse.table import row_of
from formparse.trust import load_roots
from formparse.worker import Limits, default_workers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from formgen.catalog import Catalog
    from formparse.choice import ImportedForm
    from formparse.grouping import SupplierGroup
    from formparse.progress import Progress
    from formparse.returned import Returned
    from formparse.settlement import Settlement


def read_returns(
    paths: Sequence[Path], *, catalogs: Sequence[Path], trust: Path | None, progress: Progress
) -> Generator[tuple[Returned, ...], None, None]:
    """Give what each file says, in order. `catalogs` are known besides the packaged ones.

    `trust` is a folder with the certificates that signers are known by.
    """
    reader = _reader(load_editions(catalogs), _roots(trust), None)
    return read_files(paths, reader, progress)


def import_into(
    out: Path,
    paths: Sequence[Path],
    *,
    catalogs: Sequence[Path],
    registers: Sequence[Path],
    trust: Path | None,
    jobs: int | None,
    now: dt.datetime,
    progress: Progress,
    everything: bool,
) -> ImportReport:
    """Import what `paths` name into the store at `out`; see `pipeline.import_returns`."""
    store = Store(out)
    roots = _roots(trust)
    load_editions((*catalogs, *store.catalogs()))  # refused here, nothing has been written yet
    load_issued((*registers, *store.registers()))
    store.prepare()
    for register in registers:
        store.keep_register(register.read_bytes())
    for catalog in catalogs:
        store.keep_catalog(catalog.read_bytes())
    # From the store alone, so that the same returns are read alike whoever calls, and how.
    editions = load_editions(store.catalogs())
    return import_returns(
        paths,
        store,
        _reader(editions, roots, jobs),
        partial(_summarise, editions=editions),
        now=now,
        progress=progress,
        issued=load_issued(store.registers()),
        everything=everything,
    )


def review(
    out: Path, decided: Sequence[Path], *, now: dt.datetime, progress: Progress
) -> tuple[Review, Settlement | None]:
    """Show what is doubtful in the store at `out`, after taking in the decisions in these files.

    None where there are no such files. A file that is wrong anywhere is refused before any other
    one is taken.
    """
    if not Store(out).exists():
        raise _no_store(out)
    decisions = [one for path in decided for one in load_decisions(path)]
    store = Store(out)
    store.prepare()
    editions = load_editions(store.catalogs())
    issued = load_issued(store.registers())
    reader = _reader(editions, (), None)
    settlement = None
    if decided:
        settlement = settle_doubts(
            store,
            decisions,
            editions,
            partial(_summarise, editions=editions),
            issued,
            reader_id=reader.id,
            now=now,
        )
    shown = show_doubts(
        store,
        editions,
        partial(_assess, editions=editions),
        issued,
        workers=reader.workers,
        progress=progress,
    )
    return shown, settlement


def _no_store(out: Path) -> NoStoreError:
    return NoStoreError(
        Phrase(
            fr=f"{out}\u00a0: aucun retour n'a été importé dans ce dossier. Importez d'abord "
            "(«\u00a0formparse import\u00a0»), ou donnez le bon dossier (--out).",
            en=f"{out}: no return was imported into this folder. Import first (“formparse "
            "import”), or give the right folder (--out).",
        )
    )


def _roots(trust: Path | None) -> tuple[bytes, ...]:
    return () if trust is None else load_roots(trust)


def _reader(editions: Editions, roots: tuple[bytes, ...], jobs: int | None) -> Reader:
    catalogs = "\n".join(catalog.digest for catalog in editions.catalogs())
    digest = hashlib.sha256(catalogs.encode()).hexdigest()
    # Whom a signature is known by is part of what a reading says.
    trust = f", trust {hashlib.sha256(b''.join(roots)).hexdigest()[:16]}" if roots else ""
    return Reader(
        read=partial(read_bytes, editions=editions, roots=roots),
        id=f"formparse {__version__}, catalogs {digest[:16]}{trust}",
        max_bytes=MAX_BYTES,
        workers=jobs or default_workers(),
        limits=Limits(),
    )


def _summarise(
    group: SupplierGroup,
    forms: tuple[ImportedForm, ...],
    sent: tuple[str, ...],
    *,
    editions: Editions,
) -> Summarised:
    catalog = _catalog_for(forms, editions)
    assessment = _assess(group, forms, sent, editions=editions)
    summary = build_summary(group, assessment, catalog)
    return Summarised(summary=dump_summary(summary), row=row_of(summary))


def _assess(
    group: SupplierGroup,
    forms: tuple[ImportedForm, ...],
    sent: tuple[str, ...],
    *,
    editions: Editions,
) -> Assessment:
    catalog = _catalog_for(forms, editions)
    return assess(forms, catalog, issued=sent, group_findings=group.findings)


def _catalog_for(forms: tuple[ImportedForm, ...], editions: Editions) -> Catalog:
    """Give the newest version of the catalog that most of the forms are of."""
    counts = Counter(one.form.identity.catalog_id for one in forms)
    [(catalog_id, _)] = Counter(dict(sorted(counts.items()))).most_common(1)
    versions = [catalog for catalog in editions.catalogs() if catalog.id == catalog_id]
    return max(versions, key=lambda catalog: (catalog.date, catalog.version))
