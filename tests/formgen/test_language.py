"""Which language the commands speak."""

from __future__ import annotations

import pytest

from formgen.language import Lang, Phrase, choose_lang


@pytest.mark.parametrize(
    ("argv", "environ", "expected"),
    [
        ([], {}, Lang.FR),
        ([], {"LANG": "en_US.UTF-8"}, Lang.EN),
        ([], {"LANG": "EN"}, Lang.EN),
        ([], {"LANG": "de_DE.UTF-8"}, Lang.FR),
        ([], {"LANG": "C.UTF-8"}, Lang.FR),
        ([], {"LC_ALL": "fr_FR", "LC_MESSAGES": "en_GB", "LANG": "en_GB"}, Lang.FR),
        ([], {"LC_ALL": "", "LC_MESSAGES": "en_GB", "LANG": "fr_FR"}, Lang.EN),
        (["build", "--lang", "en"], {"LC_ALL": "fr_FR"}, Lang.EN),
        (["--lang=fr", "build"], {"LC_ALL": "en_GB"}, Lang.FR),
        (["--lang", "de"], {"LC_ALL": "en_GB"}, Lang.EN),
        (["--lang"], {}, Lang.FR),
    ],
)
def test_option_before_locale_before_french(
    argv: list[str], environ: dict[str, str], expected: Lang
) -> None:
    assert choose_lang(argv, environ) is expected


def test_a_phrase_is_said_in_one_language() -> None:
    phrase = Phrase(fr="oui", en="yes")
    assert (phrase.in_(Lang.FR), phrase.in_(Lang.EN)) == ("oui", "yes")
