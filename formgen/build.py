"""Write the forms to send: one blank per questionnaire, or a set for each supplier of a list.

Decides which forms are due and gives each its id, which `formgen.register` keeps. Drawing is
`formgen.pdf`'s, the letter `formgen.letter`'s and `formgen.eml`'s, writing files
`formgen.publish`'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from formgen.catalog import Catalog
from formgen.eml import Attachment, draft, mail_address
from formgen.formfont import missing_characters
from formgen.issue import Issue, Practice, Supplier
from formgen.language import Phrase
from formgen.layout import LAYOUT_EDITION
from formgen.letter import Letter, Placeholder
from formgen.naming import TextPart
from formgen.pdf import FormTemplate, make_template
from formgen.publish import output_error, prepare_folder, publish
from formgen.register import REGISTER_NAME, Register
from formgen.standard import Standard
from formgen.wording import full_title, spell_date

_NAMED = 10
"""Suppliers named in one message; of a long list the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltForm:
    """A form that was written."""

    path: Path
    questionnaire_id: str
    issue: Issue


@dataclass(frozen=True, slots=True)
class Report:
    """What a user should know beside the paths: told as it happens."""

    tell: Callable[[Phrase], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be built."""

    catalog: Catalog
    questionnaires: tuple[str, ...]
    """Only these; empty for all."""
    practice: Practice | None
    suppliers: tuple[Supplier, ...] | None
    """None for blank forms."""
    out: Path
    letter: Letter | None = None
    """None if no e-mail is to be drafted."""
    standard: Standard = Standard.UA1_A2A


def build(order: Order, report: Report) -> Iterator[BuiltForm]:
    """Write all forms of an order, one after the other; give each once it is on disk.

    Of an earlier supplier's forms nothing is kept in memory but their ids.
    """
    prepare_folder(order.out)
    _warn_of_practice(order.practice, report)
    templates = _Templates(order, report)
    with closing(Register(order.out / REGISTER_NAME)) as register:
        if order.suppliers is None:
            yield from _build_blanks(order, templates, register)
            return
        _tell_added(order, order.suppliers, report)
        for supplier in order.suppliers:
            yield from _build_set(order, supplier, templates, register)


def count_forms(order: Order) -> int:
    """Give how many forms an order makes, for progress."""
    if order.suppliers is None:
        return len(order.questionnaires or order.catalog.questionnaires)
    return sum(len(_due(order, supplier)) for supplier in order.suppliers)


def _build_blanks(order: Order, templates: _Templates, register: Register) -> Iterator[BuiltForm]:
    for questionnaire_id in order.questionnaires or _all_ids(order.catalog):
        form_id = register.form_id(_form_facts(order, questionnaire_id))
        issue = Issue(form_id=form_id, supplier_id=None, company="", service="")
        path = order.out / f"{questionnaire_id}.pdf"
        _write(path, templates.of(questionnaire_id).render(issue), templates.report)
        yield BuiltForm(path=path, questionnaire_id=questionnaire_id, issue=issue)


def _build_set(
    order: Order, supplier: Supplier, templates: _Templates, register: Register
) -> Iterator[BuiltForm]:
    """Write a supplier's forms, and the draft of the e-mail that carries them."""
    due = _due(order, supplier)
    if not due:
        return
    folder = order.out / supplier.id
    prepare_folder(folder)
    _warn_of_characters(supplier, templates.report)
    attachments = []
    for questionnaire_id in due:
        facts = _supplier_facts(order, supplier, questionnaire_id)
        issue = Issue(
            form_id=register.form_id(facts),
            supplier_id=supplier.id,
            company=supplier.name,
            service=supplier.service,
        )
        path = folder / f"{questionnaire_id}.pdf"
        template = templates.of(questionnaire_id)
        _warn_of_length(template, issue, path, templates.report)
        data = template.render(issue)
        # First noted, then written: no id is ever given twice, whenever we are stopped.
        register.add(_register_line(order, supplier, questionnaire_id, issue), facts)
        _write(path, data, templates.report)
        yield BuiltForm(path=path, questionnaire_id=questionnaire_id, issue=issue)
        name = f"Questionnaire-{questionnaire_id}-{supplier.id}.pdf"
        attachments.append(Attachment(form_id=issue.form_id, name=name, data=data))
    if order.letter:
        _write_draft(order, order.letter, supplier, attachments, templates.report)


# -- what is due ------------------------------------------------------------------------------


def _all_ids(catalog: Catalog) -> tuple[str, ...]:
    return tuple(questionnaire.id for questionnaire in catalog.questionnaires)


def _asked(order: Order, supplier: Supplier) -> tuple[str, ...]:
    wanted = order.questionnaires or _all_ids(order.catalog)
    return tuple(q for q in supplier.questionnaires if q in wanted)


def _due(order: Order, supplier: Supplier) -> tuple[str, ...]:
    """Give the questionnaires a supplier gets: those asked for, and those they require."""
    return order.catalog.required_with(_asked(order, supplier))


def _tell_added(order: Order, suppliers: Iterable[Supplier], report: Report) -> None:
    """Say which questionnaires are added as required, and who gets none: one line for each case."""
    cases: dict[tuple[str, str], list[str]] = {}
    for supplier in suppliers:
        asked = _asked(order, supplier)
        added = [q for q in _due(order, supplier) if q not in supplier.questionnaires]
        if added or not asked:
            cases.setdefault((", ".join(added), ", ".join(asked)), []).append(supplier.id)
    for (added_ids, asked_ids), supplier_ids in cases.items():
        named = _named(supplier_ids)
        if asked_ids:
            fr = f"{added_ids} en plus, requis avec {asked_ids}\u00a0: {named.fr}."
            en = f"{added_ids} added, required with {asked_ids}: {named.en}."
        else:
            fr = f"Aucun des questionnaires demandés, rien à établir\u00a0: {named.fr}."
            en = f"None of the questionnaires asked for, nothing to build: {named.en}."
        report.tell(Phrase(fr=fr, en=en))


def _named(supplier_ids: Sequence[str]) -> Phrase:
    first = ", ".join(supplier_ids[:_NAMED])
    rest = len(supplier_ids) - _NAMED
    if rest <= 0:
        return Phrase(fr=first, en=first)
    return Phrase(fr=f"{first} et {rest} de plus", en=f"{first} and {rest} more")


# -- identity ---------------------------------------------------------------------------------


def _form_facts(order: Order, questionnaire_id: str) -> tuple[str, ...]:
    """Give all that a blank form depends on."""
    catalog = order.catalog
    edition = str(LAYOUT_EDITION)
    practice = _practice_facts(order.practice)
    return (catalog.id, catalog.version, edition, order.standard, questionnaire_id, practice)


def _practice_facts(practice: Practice | None) -> str:
    if practice is None:
        return ""
    due = practice.due.isoformat() if practice.due else ""
    return "\n".join((practice.name, *practice.address, practice.email, due))


def _supplier_facts(order: Order, supplier: Supplier, questionnaire_id: str) -> tuple[str, ...]:
    who = (supplier.id, supplier.name, supplier.service)
    return (*_form_facts(order, questionnaire_id), *who)


def _register_line(
    order: Order, supplier: Supplier, questionnaire_id: str, issue: Issue
) -> dict[str, object]:
    practice = order.practice
    return {
        "form_id": issue.form_id,
        "supplier_id": supplier.id,
        "name": supplier.name,
        "service": supplier.service,
        "email": supplier.email,
        "catalog": order.catalog.id,
        "version": order.catalog.version,
        "edition": LAYOUT_EDITION,
        "questionnaire": questionnaire_id,
        "practice": practice.name if practice else None,
        "due": practice.due.isoformat() if practice and practice.due else None,
    }


# -- forms ------------------------------------------------------------------------------------


class _Templates:
    """Templates made once, when first needed."""

    def __init__(self, order: Order, report: Report) -> None:
        self.order = order
        self.report = report
        self.made: dict[str, FormTemplate] = {}

    def of(self, questionnaire_id: str) -> FormTemplate:
        if questionnaire_id not in self.made:
            order = self.order
            questionnaire = order.catalog.questionnaire(questionnaire_id)
            template = make_template(order.catalog, questionnaire, order.practice, order.standard)
            self.warn(template)
            self.made[questionnaire_id] = template
        return self.made[questionnaire_id]

    def warn(self, template: FormTemplate) -> None:
        """Say what of the practice's words does not fit its room on the form."""
        if not template.practice_whole():
            questionnaire = template.questionnaire
            self.report.tell(
                Phrase(
                    fr=f"{questionnaire.id}\u00a0: le nom et l'adresse du professionnel sont trop "
                    "longs pour leur place et débordent\u00a0; abrégez-les dans le fichier "
                    "--practice.",
                    en=f"{questionnaire.id}: the practice's name and address are too long for "
                    "their room and run over; shorten them in the --practice file.",
                )
            )


def _warn_of_practice(practice: Practice | None, report: Report) -> None:
    """Say which characters of the practice's words the forms cannot show."""
    missing = missing_characters(_practice_facts(practice).replace("\n", " "))
    if missing:
        shown = " ".join(missing)
        report.tell(
            Phrase(
                fr=f"Professionnel\u00a0: la police du formulaire n'a pas {shown}\u00a0; "
                "«\u00a0?\u00a0» est affiché à la place. Écrivez-les autrement dans le fichier "
                "--practice.",
                en=f"Practice: the form's font lacks {shown}; “?” is shown instead. Write them "
                "otherwise in the --practice file.",
            )
        )


def _warn_of_characters(supplier: Supplier, report: Report) -> None:
    """Say which characters of a supplier's name and service the form cannot show."""
    missing = missing_characters(supplier.name + supplier.service)
    if missing:
        shown = " ".join(missing)
        report.tell(
            Phrase(
                fr=f"{supplier.id}\u00a0: la police du formulaire n'a pas {shown}\u00a0; "
                "«\u00a0?\u00a0» est affiché à la place, la valeur du champ reste exacte.",
                en=f"{supplier.id}: the form's font lacks {shown}; “?” is shown instead, the "
                "field's value stays exact.",
            )
        )


def _warn_of_length(template: FormTemplate, issue: Issue, path: Path, report: Report) -> None:
    """Say which prefilled text is too long for its room, even in small type."""
    if not template.names_whole(issue):
        report.tell(
            Phrase(
                fr=f"{path}\u00a0: le nom et le service débordent de leur place en première "
                "page\u00a0; abrégez-les.",
                en=f"{path}: name and service run over their room on the first page; shorten them.",
            )
        )
    for part, text in ((TextPart.COMPANY, issue.company), (TextPart.SERVICE, issue.service)):
        if text and not template.shows_whole(part, text):
            shown = text if len(text) <= 60 else f"{text[:60]}…"
            report.tell(
                Phrase(
                    fr=f"{path}\u00a0: «\u00a0{shown}\u00a0» est trop long pour son champ, même en "
                    "petits caractères\u00a0; la valeur du champ reste entière, abrégez-la pour "
                    "le papier.",
                    en=f"{path}: “{shown}” is too long for its field even in small type; the "
                    "field's value stays whole, shorten it for paper.",
                )
            )


# -- letters ----------------------------------------------------------------------------------


def _write_draft(
    order: Order,
    letter: Letter,
    supplier: Supplier,
    attachments: Sequence[Attachment],
    report: Report,
) -> None:
    path = order.out / supplier.id / f"{supplier.id}.eml"
    if mail_address(supplier.name, supplier.email) is None:
        report.tell(
            Phrase(
                fr=f"{path}\u00a0: {_without_address(supplier).fr}\u00a0; le brouillon n'a pas de "
                "destinataire.",
                en=f"{path}: {_without_address(supplier).en}; the draft has no recipient.",
            )
        )
    message = letter.filled(_letter_values(order, supplier))
    _write(path, draft(message, order.practice, supplier, attachments), report)


def _without_address(supplier: Supplier) -> Phrase:
    if not supplier.email:
        return Phrase(fr="la liste ne donne pas de courriel", en="the list gives no e-mail address")
    return Phrase(
        fr=f"«\u00a0{supplier.email}\u00a0» ne peut pas s'écrire dans un courriel",
        en=f"“{supplier.email}” cannot be written in an e-mail",
    )


def _letter_values(order: Order, supplier: Supplier) -> dict[Placeholder, str]:
    catalog = order.catalog
    questionnaires = (catalog.questionnaire(q) for q in _due(order, supplier))
    values = {
        Placeholder.SUPPLIER: supplier.name,
        Placeholder.SERVICE: supplier.service,
        Placeholder.QUESTIONNAIRES: "\n".join(f"– {full_title(q)}" for q in questionnaires),
    }
    practice = order.practice
    if practice:
        values[Placeholder.PRACTICE] = practice.name
        values[Placeholder.ADDRESS] = ", ".join(practice.address)
        values[Placeholder.EMAIL] = practice.email
        values[Placeholder.DUE] = spell_date(practice.due) if practice.due else ""
    return values


# -- files ------------------------------------------------------------------------------------


def _write(path: Path, data: bytes, report: Report) -> None:
    """Write a file; one of the same name that differs may be filled in or edited, and is kept."""
    old = _read_old(path)
    if old is not None and old != data:
        digest = hashlib.sha256(old).hexdigest()[:8]
        kept = path.with_name(f"{path.stem}.previous-{digest}{path.suffix}")
        publish(kept, old)
        report.tell(
            Phrase(
                fr=f"{path} existait, différent\u00a0; l'ancien fichier est gardé sous le nom "
                f"{kept.name}.",
                en=f"{path} existed and differed; the old file is kept as {kept.name}.",
            )
        )
    if old != data:
        publish(path, data, durable=False)


def _read_old(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise output_error(path, error) from error
