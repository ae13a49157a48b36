"""The `formgen` command: options in, one call, message and exit code out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click

from formgen import __version__, console
from formgen.errors import ExitCode
from formgen.language import Lang, Phrase
from formgen.plain_text import bind_french, show_hidden
from formgen.standard import Standard

DEFAULT_OUT = Path("output/forms")

_REDRAW_EVERY = 25
_LINE_EVERY = 1000
"""Forms between two counts on a terminal, where one line moves, and in a log, where lines stay."""


def main() -> NoReturn:
    """Run the command and end the process with its exit code."""
    sys.exit(console.main_of("formgen", make_command, _tell))


def run(arguments: list[str], lang: Lang) -> int:
    """Run the command; give its exit code."""
    return console.run("formgen", make_command, _tell, arguments, lang)


def _tell(untrusted_text: str) -> None:
    """Write to stderr; names and paths from outside may stand in it, but move no cursor."""
    for line in untrusted_text.splitlines():
        click.echo(show_hidden(line), err=True)


def make_command(lang: Lang) -> click.Group:
    """Give the command with its help in one language."""

    def say(fr: str, en: str) -> str:
        return Phrase(fr=bind_french(fr), en=en).in_(lang)

    def own_help(command: Callable[..., Any]) -> Callable[..., Any]:
        shown = say("Affiche cette aide.", "Show this message and exit.")
        return click.help_option(help=shown)(console.lang_option(lang)(command))

    @click.group(
        help=say(
            "Établit les questionnaires de sécurité à envoyer aux fournisseurs informatiques.",
            "Build the security questionnaires to send to IT suppliers.",
        )
    )
    @click.version_option(
        __version__,
        prog_name="formgen",
        help=say("Affiche la version.", "Show the version and exit."),
    )
    @own_help
    def formgen() -> None:
        pass

    @formgen.command(
        help=say(
            "Écrit les formulaires PDF : un formulaire vierge par questionnaire ou, avec "
            "--suppliers, un jeu par fournisseur. Une ligne par formulaire : son chemin.",
            "Write the PDF forms: one blank per questionnaire or, with --suppliers, one set per "
            "supplier. One line per form: its path.",
        )
    )
    @_catalog_option(lang)
    @click.option(
        "--questionnaire",
        "questionnaires",
        multiple=True,
        metavar="ID",
        help=say("Seulement celui-ci ; répétable.", "Only this one; repeatable."),
    )
    @click.option(
        "--suppliers",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=say(
            "Liste des fournisseurs (CSV ou JSON) : id, name, service, email, questionnaires.",
            "List of suppliers (CSV or JSON): id, name, service, email, questionnaires.",
        ),
    )
    @click.option(
        "--practice",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=say(
            "Qui demande (JSON) : name, address, email, due.",
            "Who asks (JSON): name, address, email, due.",
        ),
    )
    @click.option(
        "--out",
        type=click.Path(path_type=Path),
        default=DEFAULT_OUT,
        metavar="DIR",
        help=say(
            f"Dossier où écrire ; {DEFAULT_OUT} par défaut.",
            f"Folder to write to; {DEFAULT_OUT} by default.",
        ),
    )
    @click.option(
        "--eml",
        is_flag=True,
        help=say(
            "Écrit aussi, à côté des formulaires de chaque fournisseur, un courriel prêt à "
            "envoyer (.eml).",
            "Also write, beside each supplier's forms, an e-mail ready to send (.eml).",
        ),
    )
    @click.option(
        "--letter",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=say(
            "Texte du courriel ; sinon celui du logiciel.", "Text of the e-mail; else our own."
        ),
    )
    @click.option(
        "--standard",
        type=click.Choice([standard.value for standard in Standard]),
        default=Standard.UA1_A2A.value,
        help=say(
            "Normes du PDF : PDF/UA-1 et PDF/A-2a (par défaut), ou PDF/UA-2 et PDF/A-4.",
            "Standards of the PDF: PDF/UA-1 and PDF/A-2a (default), or PDF/UA-2 and PDF/A-4.",
        ),
    )
    @own_help
    def build(
        *,
        catalog: Path | None,
        questionnaires: tuple[str, ...],
        suppliers: Path | None,
        practice: Path | None,
        out: Path,
        eml: bool,
        letter: Path | None,
        standard: str,
    ) -> None:
        if eml and not suppliers:
            raise click.UsageError(
                say("--eml demande une liste : --suppliers.", "--eml needs a list: --suppliers.")
            )
        if letter and not eml:
            raise click.UsageError(
                say("--letter ne sert qu'avec --eml.", "--letter is of use with --eml only.")
            )
        _build(
            lang,
            catalog_path=catalog,
            questionnaires=questionnaires,
            suppliers_path=suppliers,
            practice_path=practice,
            out=out,
            eml=eml,
            letter_path=letter,
            standard=Standard(standard),
        )

    @formgen.command(
        help=say(
            "Vérifie un catalogue ; une ligne par défaut, avec sa place dans le fichier.",
            "Check a catalog; one line per fault, with its place in the file.",
        )
    )
    @click.argument("catalog", type=click.Path(path_type=Path), required=False)
    @click.option(
        "--against",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=say(
            "Autre rédaction du catalogue : aucun identifiant ne doit y avoir un autre texte.",
            "Another writing of the catalog: no id may have another text there.",
        ),
    )
    @own_help
    def check(catalog: Path | None, against: Path | None) -> int:
        return _check(lang, catalog, against)

    @formgen.command(
        help=say("Affiche le schéma JSON du catalogue.", "Print the catalog's JSON Schema.")
    )
    @click.argument("which", type=click.Choice(["catalog"]), default="catalog")
    @own_help
    def schema(which: str) -> None:
        path = Path(__file__).parent / "schemas" / f"{which}.schema.json"
        click.echo(path.read_text(encoding="utf-8"), nl=False)

    return formgen


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _catalog_option(lang: Lang) -> Decorator:
    return click.option(
        "--catalog",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=Phrase(
            fr="Catalogue à utiliser ; sinon celui du logiciel.",
            en="Catalog to use; else the software's own.",
        ).in_(lang),
    )


def _build(
    lang: Lang,
    *,
    catalog_path: Path | None,
    questionnaires: tuple[str, ...],
    suppliers_path: Path | None,
    practice_path: Path | None,
    out: Path,
    eml: bool,
    letter_path: Path | None,
    standard: Standard,
) -> None:
    from formgen.build import Order, Report, build, count_forms
    from formgen.catalog import default_catalog_path, load_catalog
    from formgen.letter import PACKAGED_LETTER, load_letter
    from formgen.suppliers import load_practice, load_suppliers

    catalog = load_catalog(catalog_path or default_catalog_path())
    known = [questionnaire.id for questionnaire in catalog.questionnaires]
    for wanted in questionnaires:
        if wanted not in known:
            names = ", ".join(known)
            message = Phrase(
                fr=f"--questionnaire {wanted}\u00a0: inconnu du catalogue, qui a {names}.",
                en=f"--questionnaire {wanted}: not in the catalog, which has {names}.",
            )
            raise click.UsageError(message.in_(lang))
    order = Order(
        catalog=catalog,
        questionnaires=tuple(q for q in known if q in questionnaires),
        practice=load_practice(practice_path) if practice_path else None,
        suppliers=load_suppliers(suppliers_path, catalog) if suppliers_path else None,
        out=out,
        letter=load_letter(letter_path or PACKAGED_LETTER) if eml else None,
        standard=standard,
    )
    progress = _Progress(lang, count_forms(order))
    for form in build(order, Report(progress.tell)):
        click.echo(str(form.path))
        progress.count()
    progress.end()


class _Progress:
    """Shows on stderr how many forms are done, where stdout does not show it already."""

    def __init__(self, lang: Lang, total: int) -> None:
        self.lang = lang
        self.total = total
        self.done = 0
        self.moving = sys.stderr.isatty() and not sys.stdout.isatty()

    def count(self) -> None:
        self.done += 1
        if self.moving and (self.done % _REDRAW_EVERY == 0 or self.done == self.total):
            click.echo(f"\r{self._sentence()}", err=True, nl=False)
        elif not sys.stderr.isatty() and self.done % _LINE_EVERY == 0:
            click.echo(self._sentence(), err=True)

    def tell(self, phrase: Phrase) -> None:
        """Write a line to stderr, in place of the moving one."""
        self.end()
        _tell(phrase.in_(self.lang))

    def end(self) -> None:
        """Take the moving line away."""
        if self.moving:
            click.echo("\r\x1b[K", err=True, nl=False)

    def _sentence(self) -> str:
        return Phrase(
            fr=f"{self.done} formulaires sur {self.total}",
            en=f"{self.done} of {self.total} forms",
        ).in_(self.lang)


def _check(lang: Lang, path: Path | None, against: Path | None) -> int:
    from formgen.catalog import default_catalog_path, load_catalog, read_catalog_file
    from formgen.catalog_check import check_against, check_catalog_bytes

    path = path or default_catalog_path()
    faults = check_catalog_bytes(read_catalog_file(path))
    if against and not faults:
        faults = check_against(load_catalog(path), load_catalog(against))
    for fault in faults:
        click.echo(fault.described(str(path)).in_(lang))
    if faults:
        return ExitCode.CATALOG
    count = len(list(load_catalog(path).points()))
    click.echo(
        Phrase(
            fr=f"{path} : {count} points, aucun défaut.", en=f"{path}: {count} points, no fault."
        ).in_(lang),
        err=True,
    )
    return ExitCode.DONE
