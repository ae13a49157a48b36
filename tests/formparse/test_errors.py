from __future__ import annotations

import pytest

from formgen.errors import ExitCode
from formgen.language import Lang
from formparse.errors import RefusalCode, refusal_of, refuse, refused


@pytest.mark.parametrize("code", RefusalCode)
def test_every_code_says_file_and_facts_in_both_languages(code: RefusalCode) -> None:
    refusal = refuse(code, file="acme.pdf", sha256="ab", found="TROUVÉ {x}", expected="ATTENDU")
    assert (refusal.file, refusal.sha256, refusal.code) == ("acme.pdf", "ab", code.value)
    assert refusal.message.startswith("acme.pdf\u00a0: ")
    assert refusal.message_en.startswith("acme.pdf: ")
    for sentence in (refusal.message, refusal.message_en):
        assert "{found}" not in sentence
        assert "{expected}" not in sentence
        assert sentence.endswith(".")


@pytest.mark.parametrize("code", RefusalCode)
def test_french_sentences_bind_their_punctuation(code: RefusalCode) -> None:
    message = refuse(code, file="acme.pdf", found="x", expected="y").message
    assert not any(pair in message for pair in (" :", " ;", " ?", " !", "« ", " »"))


def test_facts_are_told() -> None:
    refusal = refuse(RefusalCode.UNKNOWN_VERSION, file="a", found="9.9", expected="1.0, 1.1")
    assert "9.9" in refusal.message
    assert "1.0, 1.1" in refusal.message
    assert "9.9" in refusal.message_en


def test_an_error_becomes_the_same_refusal() -> None:
    error = refused(RefusalCode.TOO_LARGE, found="9", expected="5")
    assert error.exit_code is ExitCode.REFUSED
    assert error.message(Lang.EN) in refusal_of(error, file="a", sha256=None).message_en
    assert refusal_of(error, file="a", sha256=None) == refuse(
        RefusalCode.TOO_LARGE, file="a", found="9", expected="5"
    )
