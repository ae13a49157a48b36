"""How a command of ours ends, whatever happens: the same for `formgen` and `formparse`.

Every error becomes a sentence and an exit code here, and nowhere else. What a command does, and how
text from outside is made safe for its terminal (`tell`), is its own.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from formgen import __version__
from formgen.errors import ExitCode, FormgenError
from formgen.language import Lang, Phrase, choose_lang
from formgen.system_reason import system_reason
from formgen.usage import show_usage_error, speak

BUG = 1
"""Exit status of an error that is ours; documented for nobody, since nobody should meet it."""

Tell = Callable[[str], None]
"""Writes one line to stderr, made safe for a terminal."""

Make = Callable[[Lang], click.Command]
"""Makes a command with its help in one language."""


def main_of(name: str, make: Make, tell: Tell) -> int:
    """Run a command with the process's own arguments; give its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A path or name that the terminal's encoding lacks is spelt out rather than fatal.
            stream.reconfigure(errors="backslashreplace")
    return run(name, make, tell, sys.argv[1:], choose_lang(sys.argv[1:], os.environ))


def run(name: str, make: Make, tell: Tell, arguments: list[str], lang: Lang) -> int:
    """Run a command; give its exit code. All errors end here."""
    try:
        result = speak(make(lang), lang).main(arguments, prog_name=name, standalone_mode=False)
        sys.stdout.flush()
    except SystemExit:
        _close_stdout()  # click ends us when who reads our output has had enough (`| head`)
        return ExitCode.DONE
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # no traceback reaches a user
        return _exit_code_of(error, name, tell, lang)
    return int(result or ExitCode.DONE)


def _exit_code_of(error: BaseException, name: str, tell: Tell, lang: Lang) -> int:
    """Say what went wrong, and give the exit code for it."""
    match error:
        case click.ClickException():
            show_usage_error(error, lang)
            return ExitCode.USAGE
        case FormgenError():
            for line in error.message(lang).splitlines():  # a catalog's faults stand one on each
                tell(line)
            return error.exit_code
        case KeyboardInterrupt() | click.Abort():
            tell(Phrase(fr="Interrompu.", en="Interrupted.").in_(lang))
            return ExitCode.INTERRUPTED
        case BrokenPipeError():  # as above, met when what was left is written out
            _close_stdout()
            return ExitCode.DONE
        case OSError():
            tell(_cannot_write(error).in_(lang))
            _close_stdout()
            return ExitCode.OUTPUT
        case _:
            tell(_bug(error, name).in_(lang))
            return BUG


def _close_stdout() -> None:
    """Keep Python from trying once more to write what could not be written, and saying so."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)


def _cannot_write(error: OSError) -> Phrase:
    reason = system_reason(error)
    return Phrase(
        fr=f"Écriture du résultat impossible ({reason.fr}). Vérifiez le disque ou la redirection.",
        en=f"Cannot write the result ({reason.en}). Check the disk or the redirection.",
    )


def _bug(error: BaseException, name: str) -> Phrase:
    """Give the sentence for an error that is ours: what and where, without a traceback."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    frame = last.tb_frame if last is not None else None
    place = f"{Path(frame.f_code.co_filename).name}:{last.tb_lineno}" if frame and last else "?"
    what = f"{type(error).__name__}, {place}, {name} {__version__}"
    return Phrase(
        fr=f"Erreur interne de {name} ({what}). Ce n'est pas votre faute\u00a0: signalez-la avec "
        "cette ligne et, si possible, les fichiers en cause.",
        en=f"Internal error of {name} ({what}). It is no fault of yours: report it with this line "
        "and, if you can, the files concerned.",
    )


def lang_option(lang: Lang) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """`--lang` is read before the commands are made; here it only has to be accepted."""
    return click.option(
        "--lang",
        type=click.Choice([one.value for one in Lang]),
        expose_value=False,
        help=Phrase(
            fr="Langue de la commande ; sinon celle du système.",
            en="Language of the command; else the system's.",
        ).in_(lang),
    )
