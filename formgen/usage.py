"""What click says of its own, in French: why a command line is wrong, and the heads of its help.

click speaks English only. What our commands say stands beside each command, in both languages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import click

from formgen.language import Lang

_HEADS: Mapping[str, str] = {"Options": "Options", "Commands": "Commandes"}
_COLON = "\u00a0:"

_QUOTED = re.compile(r"'([^']*)'|(-?\d+) ")
"""How click's sentences on wrong values begin: it keeps the value nowhere else."""


class _FrenchFormatter(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or f"Usage{_COLON} ")

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{_HEADS.get(heading, heading)}{_COLON}\n")


class _FrenchContext(click.Context):
    formatter_class = _FrenchFormatter


def speak(command: click.Command, lang: Lang) -> click.Command:
    """Give the command with click's own words in `lang` too, those below it included."""
    if lang is Lang.FR:
        command.context_class = _FrenchContext
        help_option = command.get_help_option(_FrenchContext(command))
        if help_option is not None:  # made once by each command, and kept
            help_option.help = "Affiche cette aide."
        for below in command.commands.values() if isinstance(command, click.Group) else ():
            speak(below, lang)
    return command


def show_usage_error(error: click.ClickException, lang: Lang) -> None:
    """Write to stderr what is wrong with a command line, and how to get help."""
    if lang is not Lang.FR or isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return
    if isinstance(error, click.UsageError) and error.ctx is not None:
        click.echo(error.ctx.get_usage(), err=True)
        click.echo(f"Pour l'aide{_COLON} {error.ctx.command_path} --help\n", err=True)
    click.echo(f"Erreur{_COLON} {_in_french(error)}", err=True)


def _in_french(error: click.ClickException) -> str:
    match error:
        case click.NoSuchOption() | click.exceptions.NoSuchCommand():
            return f"{_unknown(error)} n'existe pas.{_instead(error.possibilities)}"
        case click.MissingParameter():
            return f"il manque {_hint(error)}."
        case click.BadOptionUsage():
            return f"l'option {error.option_name} n'est pas suivie de ce qu'elle attend."
        case click.BadParameter():
            given = _QUOTED.match(error.message)
            found = f"«\u00a0{given[1] or given[2]}\u00a0»" if given else "ce qui est donné"
            return f"{found} ne convient pas pour {_hint(error)}{_expected(error)}."
        case _:
            return _own_sentence(error)


def _own_sentence(error: click.ClickException) -> str:
    """Give what our commands say themselves; of click's own only this is of no other class."""
    message = error.format_message()
    if message.startswith("Got unexpected extra argument"):
        return f"il y a des mots de trop{_COLON} {message.partition('(')[2].rstrip(')')}."
    return message


def _unknown(error: click.NoSuchOption | click.exceptions.NoSuchCommand) -> str:
    if isinstance(error, click.NoSuchOption):
        return f"l'option {error.option_name}"
    return f"la commande «\u00a0{error.command_name}\u00a0»"


def _instead(possibilities: list[str] | None) -> str:
    return f" Vouliez-vous dire {' ou '.join(possibilities)}\u00a0?" if possibilities else ""


def _hint(error: click.BadParameter) -> str:
    if error.param is None:
        return "un argument"
    if isinstance(error.param, click.Option):
        return max(error.param.opts, key=len)
    return error.param.make_metavar(error.ctx) if error.ctx else error.param.human_readable_name


def _expected(error: click.BadParameter) -> str:
    match error.param.type if error.param else None:
        case click.Choice() as choice:
            return f"\u00a0; possibles{_COLON} {', '.join(map(str, choice.choices))}"
        case click.IntRange(min=least):
            return f"\u00a0; un nombre entier est attendu, au moins {least}"
        case _:
            return ""
