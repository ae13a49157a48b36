"""Show people what is doubtful in a store, and take in what they decided about it.

Works on what the last import left: no return is read again, but those with doubts are opened once
more, in workers, for their pictures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from formparse.derivation import Summarise, derive, imported_suppliers, indexed_by
from formparse.doubts import Doubtful, SupplierDoubts, is_open, list_doubts
from formparse.pictures import PICTURES, Picture, Wanted, cut_pictures
from formparse.review_page import PAGE, picture_name, write_page
from formparse.settlement import Settlement, take_decisions
from formparse.worker import Job, Limits, work_in_workers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from formgen.editions import Editions
    from formparse.assess import Assessment
    from formparse.choice import ImportedForm
    from formparse.decisions import Decision
    from formparse.doubts import DoubtfulForm
    from formparse.grouping import SupplierGroup
    from formparse.issued import IssuedForms
    from formparse.progress import Progress
    from formparse.returned import ReturnedForm
    from formparse.store import Store

Assess = Callable[["SupplierGroup", tuple["ImportedForm", ...], tuple[str, ...]], "Assessment"]
"""From a supplier, its forms, and the questionnaires it was sent as far as is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What is doubtful in a store, for people."""

    suppliers: tuple[SupplierDoubts, ...]
    """Those with something doubtful or decided only, sorted by id."""
    page: Path
    without_picture: int
    """Doubts of which the page can show none."""
    unread: int
    """Originals that no import has read to the end yet: they are not in here."""

    @property
    def open_items(self) -> int:
        """How much is doubtful still."""
        return sum(1 for item in items_of(self.suppliers) if is_open(item))

    @property
    def settled_items(self) -> int:
        """How much people have decided."""
        return sum(1 for item in items_of(self.suppliers) if not is_open(item))


def items_of(suppliers: Sequence[SupplierDoubts]) -> Iterator[Doubtful]:
    """Give all that is doubtful, or was, in the order of the page."""
    for supplier in suppliers:
        for form in supplier.forms:
            yield from form.items


def settle_doubts(
    store: Store,
    decisions: Sequence[Decision],
    editions: Editions,
    summarise: Summarise,
    issued: IssuedForms,
    *,
    reader_id: str,
    now: dt.datetime,
) -> Settlement:
    """Keep the decisions that may be taken, and make the summaries concerned anew.

    `reader_id` is used where the store does not say who read it last.
    """
    with store.locked():
        settlement = take_decisions(store, decisions, editions, now=now)
        if settlement.taken:
            reader_id = indexed_by(store) or reader_id
            derive(store, reader_id, (), summarise, issued, everything=False)
    store.sync()
    return settlement


def show_doubts(
    store: Store,
    editions: Editions,
    assess: Assess,
    issued: IssuedForms,
    *,
    workers: int,
    progress: Progress,
) -> Review:
    """Write the page of what is doubtful, and the pictures; give what stands there."""
    suppliers = []
    for group, forms, sent in imported_suppliers(store, issued):
        doubts = list_doubts(group, assess(group, forms, sent))
        if doubts.forms:
            suppliers.append(doubts)
    pictures = _pictures(store, suppliers, editions, workers=workers, progress=progress)
    files = {name: picture.png for name, picture in pictures.items()}
    folder = store.write_review({**files, PAGE: write_page(suppliers, pictures)})
    names = {picture_name(item) for item in items_of(suppliers)}
    return Review(
        suppliers=tuple(suppliers),
        page=folder / PAGE,
        without_picture=len(names - pictures.keys()),
        unread=sum(1 for kept in store.kept() if kept.accepted and not store.reading(kept.sha256)),
    )


def _pictures(
    store: Store,
    suppliers: Sequence[SupplierDoubts],
    editions: Editions,
    *,
    workers: int,
    progress: Progress,
) -> Mapping[str, Picture]:
    """Give all pictures that can be had, by their names."""
    by_file: defaultdict[str, list[DoubtfulForm]] = defaultdict(list)
    for supplier in suppliers:
        for form in supplier.forms:
            by_file[form.form.sha256].append(form)
    wanted = {sha256: tuple(_wanted(one) for one in forms) for sha256, forms in by_file.items()}
    work = partial(cut_pictures, wanted=wanted, editions=editions)
    found: dict[str, Picture] = {}
    with closing(
        work_in_workers(_jobs(store, by_file), work, PICTURES, workers=workers, limits=Limits())
    ) as answers:
        for done, (item, pictures) in enumerate(answers, start=1):
            progress(done, len(by_file))
            if isinstance(item, Job):
                forms = by_file[item.sha256]
                for (number, subject), picture in pictures.items():
                    for name in _named(forms, number, subject):
                        found[name] = picture
    return found


def _named(forms: Sequence[DoubtfulForm], number: int, subject: str) -> Iterator[str]:
    """Give the name of the picture that was asked for; none for one that was not."""
    if 0 <= number < len(forms):
        for item in forms[number].items:
            if item.subject == subject:
                yield picture_name(item)


def _jobs(store: Store, by_file: Mapping[str, Sequence[DoubtfulForm]]) -> Iterator[Job]:
    for sha256, forms in by_file.items():
        data = store.original(sha256)
        if data is not None:
            yield Job(name=forms[0].form.file, sha256=sha256, data=data)


def _wanted(doubtful: DoubtfulForm) -> Wanted:
    form: ReturnedForm = doubtful.form
    return Wanted(
        questionnaire_id=form.identity.questionnaire_id,
        pages=form.pages,
        subjects=tuple(item.subject for item in doubtful.items),
        part=None if form.part is None else form.part.sha256,
    )
