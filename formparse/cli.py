"""The `formparse` command: options in, one call, results and exit code out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from formgen import __version__, console
from formgen.errors import ExitCode
from formgen.language import Lang, Phrase

if TYPE_CHECKING:
    from formparse.pipeline import ImportReport
    from formparse.returned import Refusal
    from formparse.review import Review
    from formparse.settlement import Settlement

DEFAULT_OUT = Path("output")

_SILENT_SHOWN = 20
"""Names of suppliers who have not answered that one message lists."""

_LONGEST_LINE = 1000
"""Cells of one message on stderr: no sentence of ours is that long, a name from outside may be."""


def main() -> NoReturn:
    """Run the command and end the process with its exit code."""
    sys.exit(console.main_of("formparse", make_command, _tell))


def run(arguments: list[str], lang: Lang) -> int:
    """Run the command; give its exit code."""
    return console.run("formparse", make_command, _tell, arguments, lang)


def make_command(lang: Lang) -> click.Group:
    """Give the command with its help in one language."""

    def say(fr: str, en: str) -> str:
        return Phrase(fr=fr, en=en).in_(lang)

    lang_option = console.lang_option(lang)

    @click.group(
        help=say(
            "Lit les questionnaires de sécurité renvoyés par les fournisseurs et en fait la "
            "synthèse, fournisseur par fournisseur.",
            "Read the security questionnaires that suppliers sent back and sum them up, supplier "
            "by supplier.",
        )
    )
    @click.version_option(
        __version__,
        prog_name="formparse",
        help=say("Affiche la version.", "Show the version and exit."),
    )
    @lang_option
    def formparse() -> None:
        pass

    @formparse.command(
        short_help=say("Lit des formulaires renvoyés.", "Read returned forms."),
        help=say(
            "Lit des formulaires renvoyés : un objet JSON par formulaire, un par ligne. "
            "Ne conserve rien.",
            "Read returned forms: one JSON object per form, one per line. Stores nothing.",
        ),
    )
    @click.argument("files", nargs=-1, required=True, type=_PATH, metavar="FILE…")
    @_catalog_option(lang)
    @_trust_option(lang)
    @lang_option
    def read(files: tuple[Path, ...], catalogs: tuple[Path, ...], trust: Path | None) -> int:
        return _read(lang, files, catalogs, trust)

    @formparse.command(
        "import",
        short_help=say("Importe et fait la synthèse.", "Import and sum up."),
        help=say(
            "Importe des formulaires renvoyés (fichiers, dossiers) : conserve chaque original, "
            "met à jour les synthèses, affiche le tableau des fournisseurs. Termine aussi un "
            "import interrompu.",
            "Import returned forms (files, folders): keep each original, bring the summaries up "
            "to date, print the table of suppliers. Also completes an interrupted import.",
        ),
    )
    @click.argument("paths", nargs=-1, type=_PATH, metavar="PATH…")
    @click.option(
        "--out",
        type=_PATH,
        default=DEFAULT_OUT,
        metavar="DIR",
        help=say(
            f"Dossier où tout est conservé ; {DEFAULT_OUT} par défaut.",
            f"Folder in which all is kept; {DEFAULT_OUT} by default.",
        ),
    )
    @_catalog_option(lang)
    @click.option(
        "--issued",
        "registers",
        multiple=True,
        type=_PATH,
        metavar="FILE",
        help=say(
            "Registre des formulaires envoyés (issued.jsonl), s'il n'est pas dans DIR/forms ; "
            "répétable.",
            "Register of forms sent (issued.jsonl), if not in DIR/forms; repeatable.",
        ),
    )
    @_trust_option(lang)
    @click.option(
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        help=say(
            "Fichiers lus à la fois ; sinon selon la machine.",
            "Files read at a time; else as the machine allows.",
        ),
    )
    @click.option(
        "--rederive",
        is_flag=True,
        help=say(
            "Relit tous les originaux et refait toutes les synthèses.",
            "Read all originals again and make all summaries anew.",
        ),
    )
    @lang_option
    def import_(
        paths: tuple[Path, ...],
        out: Path,
        catalogs: tuple[Path, ...],
        registers: tuple[Path, ...],
        jobs: int | None,
        *,
        trust: Path | None,
        rederive: bool,
    ) -> int:
        if not paths and not rederive:
            raise click.UsageError(
                say(
                    "il manque PATH… : les fichiers ou dossiers à importer.",
                    "Missing argument 'PATH…': the files or folders to import.",
                )
            )
        return _import(
            lang,
            paths,
            out,
            catalogs=catalogs,
            registers=registers,
            trust=trust,
            jobs=jobs,
            rederive=rederive,
        )

    @formparse.command(
        short_help=say("Montre ce qui est douteux.", "Show what is doubtful."),
        help=say(
            "Montre ce qui est douteux dans les retours importés : la liste, et une page à ouvrir "
            "dans un navigateur (DIR/review/index.html), avec l'image de chaque ligne. On y "
            "répond au clavier, on enregistre un fichier de décisions, on le donne ici avec "
            "--apply : les synthèses en tiennent compte, maintenant et à chaque import.",
            "Show what is doubtful in the imported returns: the list, and a page to open in a "
            "browser (DIR/review/index.html), with a picture of each row. Answer there by keys, "
            "save a file of decisions, hand it in here with --apply: the summaries follow it, now "
            "and at every import.",
        ),
    )
    @click.option(
        "--apply",
        "decided",
        multiple=True,
        type=_PATH,
        metavar="FILE",
        help=say(
            "Fichier de décisions enregistré par la page ; répétable.",
            "File of decisions saved by the page; repeatable.",
        ),
    )
    @click.option(
        "--out",
        type=_PATH,
        default=DEFAULT_OUT,
        show_default=True,
        metavar="DIR",
        help=say("Dossier où tout est conservé.", "Folder in which all is kept."),
    )
    @lang_option
    def review(decided: tuple[Path, ...], out: Path) -> int:
        return _review(lang, decided, out)

    @formparse.command(
        short_help=say("Affiche un schéma JSON.", "Print a JSON Schema."),
        help=say(
            "Affiche le schéma JSON de ce qu'écrit « import » (summary) ou « read », ou d'un "
            "fichier de décisions (review).",
            "Print the JSON Schema of what import (summary) or read writes, or of a file of "
            "decisions (review).",
        ),
    )
    @click.argument("which", type=click.Choice(["summary", "read", "review"]), default="summary")
    @lang_option
    def schema(which: str) -> None:
        path = Path(__file__).parent / "schemas" / f"{which}.schema.json"
        click.echo(path.read_text(encoding="utf-8"), nl=False)

    return formparse


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_PATH = click.Path(path_type=Path)
"""Not checked by click: what is wrong with a file is part of the result."""


def _catalog_option(lang: Lang) -> Decorator:
    return click.option(
        "--catalog",
        "catalogs",
        multiple=True,
        type=_PATH,
        metavar="FILE",
        help=Phrase(
            fr="Catalogue d'où viennent les formulaires, outre ceux du logiciel ; répétable.",
            en="Catalog that the forms come from, besides the software's own; repeatable.",
        ).in_(lang),
    )


def _trust_option(lang: Lang) -> Decorator:
    return click.option(
        "--trust",
        type=_PATH,
        metavar="DIR",
        help=Phrase(
            fr="Dossier des certificats d'autorités (PEM, DER) auxquelles vous faites confiance "
            "pour les signatures numériques ; aucune n'est fournie.",
            en="Folder with certificates (PEM, DER) of the authorities that you trust for digital "
            "signatures; none is built in.",
        ).in_(lang),
    )


def _read(
    lang: Lang, files: tuple[Path, ...], catalogs: tuple[Path, ...], trust: Path | None
) -> int:
    from formparse.commands import read_returns  # keeps --help fast
    from formparse.progress import progress_on
    from formparse.records import dump_record, to_json
    from formparse.returned import Refusal

    refused: list[Refusal] = []
    stdout = sys.stdout.buffer
    with (
        progress_on(sys.stderr, lang, moving=not sys.stdout.isatty()) as progress,
        closing(read_returns(files, catalogs=catalogs, trust=trust, progress=progress)) as answers,
    ):
        for returned in answers:
            refused += [one for one in returned if isinstance(one, Refusal)]
            stdout.writelines(dump_record(to_json(one)) for one in returned)
            stdout.flush()
    _tell_refused(lang, refused)
    return ExitCode.REFUSED if refused else ExitCode.DONE


def _import(
    lang: Lang,
    paths: tuple[Path, ...],
    out: Path,
    *,
    catalogs: tuple[Path, ...],
    registers: tuple[Path, ...],
    trust: Path | None,
    jobs: int | None,
    rederive: bool,
) -> int:
    import datetime as dt  # keeps --help fast
    import shutil

    from formparse.commands import import_into
    from formparse.progress import progress_on
    from formparse.table import DEFAULT_WIDTH, draw_table

    with progress_on(sys.stderr, lang) as progress:
        report = import_into(
            out,
            paths,
            catalogs=catalogs,
            registers=registers,
            trust=trust,
            jobs=jobs,
            now=dt.datetime.now(dt.UTC),
            progress=progress,
            everything=rederive,
        )
    width = shutil.get_terminal_size((DEFAULT_WIDTH, 0)).columns
    click.echo(draw_table(report.rows, lang=lang, width=width), nl=False)
    sys.stdout.flush()
    _tell_counts(lang, report)
    _tell_refused(lang, report.refused)
    return ExitCode.REFUSED if report.refused else ExitCode.DONE


def _review(lang: Lang, decided: tuple[Path, ...], out: Path) -> int:
    import datetime as dt  # keeps --help fast

    from formparse.commands import review
    from formparse.progress import progress_on
    from formparse.review_list import list_doubtful

    with progress_on(sys.stderr, lang) as progress:
        shown, settlement = review(out, decided, now=dt.datetime.now(dt.UTC), progress=progress)
    click.echo(list_doubtful(shown.suppliers, lang=lang), nl=False)
    click.echo(str(shown.page))
    sys.stdout.flush()
    if settlement is not None:
        _tell_settlement(lang, settlement)
    _tell_review(lang, shown)
    return ExitCode.REFUSED if settlement is not None and settlement.refused else ExitCode.DONE


def _tell_settlement(lang: Lang, settlement: Settlement) -> None:
    for phrase in (*settlement.overtaken, *(one.phrase for one in settlement.refused)):
        _tell(phrase.in_(lang))
    counts = (
        (settlement.taken, Phrase("prises", "taken")),
        (settlement.known, Phrase("déjà connues", "already known")),
        (len(settlement.refused), Phrase("refusées", "refused")),
    )
    nothing = Phrase("Aucune décision.", "No decision.").in_(lang)
    _tell(_counted(lang, Phrase("Décisions", "Decisions"), counts) or nothing)


def _tell_review(lang: Lang, shown: Review) -> None:
    counts = (
        (shown.open_items, Phrase("douteux", "doubtful")),
        (shown.settled_items, Phrase("décidés", "decided")),
        (shown.without_picture, Phrase("sans image", "without a picture")),
    )
    nothing = Phrase("Rien n'est douteux.", "Nothing is doubtful.").in_(lang)
    _tell(_counted(lang, Phrase("Points et textes", "Points and texts"), counts) or nothing)
    if shown.unread:
        _tell(
            Phrase(
                fr=f"{shown.unread} retours ne sont pas lus : terminez par « formparse import ».",
                en=f"{shown.unread} returns are not read: complete them with “formparse import”.",
            ).in_(lang)
        )


def _counted(lang: Lang, what: Phrase, counts: Sequence[tuple[int, Phrase]]) -> str | None:
    """Give one sentence with the counts that are not nought; None where all are."""
    colon = Phrase(fr="\u00a0: ", en=": ").in_(lang)
    told = ", ".join(f"{name.in_(lang)}{colon}{count}" for count, name in counts if count)
    return f"{what.in_(lang)} {told}." if told else None


def _tell_counts(lang: Lang, report: ImportReport) -> None:
    for name, first in report.repeated:
        same = Phrase(
            fr=f"{name} : même contenu que {first}, compté une fois.",
            en=f"{name}: same content as {first}, counted once.",
        )
        _tell(same.in_(lang))
    if report.silent:
        names = ", ".join(report.silent[:_SILENT_SHOWN])
        more = len(report.silent) - _SILENT_SHOWN
        rest_fr, rest_en = (f" et {more} autres", f" and {more} more") if more > 0 else ("", "")
        _tell(
            Phrase(
                fr=f"Sans réponse à ce jour : {names}{rest_fr}.",
                en=f"No answer so far: {names}{rest_en}.",
            ).in_(lang)
        )
    doubtful = sum(row["counts"][-1] for row in report.rows)
    if doubtful:
        _tell(
            Phrase(
                fr=f"Points douteux\u00a0: {doubtful}. «\u00a0formparse review\u00a0» les montre, "
                "image à l'appui, et prend ce que vous décidez.",
                en=f"Doubtful points: {doubtful}. “formparse review” shows them with pictures and "
                "takes what you decide.",
            ).in_(lang)
        )
    counts = (
        (report.imported, Phrase("importés", "imported")),
        (report.known, Phrase("déjà connus", "already known")),
        (report.reread, Phrase("relus", "read again")),
        (report.skipped, Phrase("laissés de côté (cachés, liens)", "passed over (hidden, links)")),
        (len(report.refused), Phrase("refusés", "refused")),
    )
    nothing = Phrase("Aucun fichier.", "No file.").in_(lang)
    _tell(_counted(lang, Phrase("Fichiers", "Files"), counts) or nothing)


def _tell_refused(lang: Lang, refused: tuple[Refusal, ...] | list[Refusal]) -> None:
    for one in refused:
        _tell(one.message if lang is Lang.FR else one.message_en)


def _tell(untrusted_text: str) -> None:
    """Write one line to stderr; names from outside may stand in it."""
    from formparse.cleaning import for_terminal  # keeps --help fast

    click.echo(for_terminal(untrusted_text, width=_LONGEST_LINE), err=True)
