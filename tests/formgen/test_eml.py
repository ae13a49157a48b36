"""Letters and drafts: what a supplier is sent, and that nobody's text can bend it."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from formgen.build import Order, Report, build
from formgen.catalog import default_catalog_path, load_catalog
from formgen.eml import Attachment, draft, mail_address
from formgen.errors import ExitCode
from formgen.issue import Practice, Supplier
from formgen.language import Lang
from formgen.letter import LetterError, Message, Placeholder, load_letter

PRACTICE = Practice(
    name="Cabinet des Œillets, (fictif)",
    address=("12 rue de la Sœur-Aînée", "44000 Nantes"),
    email="accueil@oeillets.example",
    due=dt.date(2026, 12, 1),
)
SUPPLIER = Supplier(
    id="acme",
    name='Acmé « Œuvres », "Fils" (fictif)',
    service="Maintenance du réseau",
    email="contact@acme.example",
    questionnaires=("Q4",),
)
FORM = Attachment(form_id="ABCDEFGH", name="Questionnaire-Q1-acme.pdf", data=b"%PDF-1.7 \xff\n")
MESSAGE = Message(subject="Questionnaires – Œillets", body="Bonjour,\n\nÀ bientôt.\n")


def parsed(data: bytes) -> EmailMessage:
    mail = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    return mail


def body_of(mail: EmailMessage) -> str:
    body = mail.get_body()
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def drafted(tmp_path: Path, *, practice: Practice | None, supplier: Supplier) -> EmailMessage:
    order = Order(
        catalog=load_catalog(default_catalog_path()),
        questionnaires=(),
        practice=practice,
        suppliers=(supplier,),
        out=tmp_path,
        letter=load_letter(),
    )
    list(build(order, Report(lambda _: None)))
    return parsed((tmp_path / supplier.id / f"{supplier.id}.eml").read_bytes())


def test_a_draft_carries_the_forms_and_says_what_to_do(tmp_path: Path) -> None:
    mail = drafted(tmp_path, practice=PRACTICE, supplier=SUPPLIER)
    assert mail["X-Unsent"] == "1"
    assert mail["Subject"] == f"Questionnaires de sécurité à compléter – {SUPPLIER.name}"
    assert mail["From"].addresses[0].addr_spec == PRACTICE.email
    assert mail["From"].addresses[0].display_name == PRACTICE.name
    assert mail["To"].addresses[0].addr_spec == SUPPLIER.email
    assert mail["To"].addresses[0].display_name == SUPPLIER.name
    assert "Date" not in mail
    assert "Message-ID" not in mail
    for part, questionnaire_id in zip(mail.iter_attachments(), ("Q1", "Q4"), strict=True):
        assert part.get_filename() == f"Questionnaire-{questionnaire_id}-acme.pdf"
        assert part.get_content_type() == "application/pdf"
        form = tmp_path / "acme" / f"{questionnaire_id}.pdf"
        assert part.get_content() == form.read_bytes()
    body = body_of(mail).replace("\u00a0", " ")
    for words in (
        "Maintenance du réseau.",
        "– Questionnaire 1 : ",
        "– Questionnaire 4 : ",
        "ouvrez chaque fichier dans un lecteur PDF",
        "Sur papier : imprimez",
        "confidentielles",
        "avant le 1er décembre 2026.",
        "Cabinet des Œillets, (fictif)\n12 rue de la Sœur-Aînée, 44000 Nantes\naccueil@",
    ):
        assert words in body


def test_a_letter_reads_well_without_date_service_and_practice(tmp_path: Path) -> None:
    mail = drafted(tmp_path, practice=None, supplier=replace(SUPPLIER, service="", email=""))
    assert mail["From"] is None
    assert mail["To"] is None
    body = body_of(mail)
    assert "{" not in body
    assert "avant le" not in body
    assert "prestation concernée" not in body
    assert "\n\n\n" not in body
    assert body.endswith("Bien cordialement,\n")


def test_a_supplier_without_address_is_told(tmp_path: Path) -> None:
    order = Order(
        catalog=load_catalog(default_catalog_path()),
        questionnaires=("Q1",),
        practice=None,
        suppliers=(
            replace(SUPPLIER, email="", questionnaires=("Q1",)),
            replace(SUPPLIER, id="b", email="hé@acme.example", questionnaires=("Q1",)),
        ),
        out=tmp_path,
        letter=load_letter(),
    )
    said = []
    list(build(order, Report(lambda phrase: said.append(phrase.in_(Lang.FR)))))
    why = [
        "la liste ne donne pas de courriel",
        "«\u00a0hé@acme.example\u00a0» ne peut pas s'écrire dans un courriel",
    ]
    paths = [tmp_path / "acme" / "acme.eml", tmp_path / "b" / "b.eml"]
    assert said == [
        f"{path}\u00a0: {reason}\u00a0; le brouillon n'a pas de destinataire."
        for path, reason in zip(paths, why, strict=True)
    ]


def test_a_draft_that_was_edited_is_kept(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "acme.eml").write_bytes(b"edited")
    drafted(tmp_path, practice=None, supplier=SUPPLIER)
    (kept,) = (tmp_path / "acme").glob("acme.previous-*.eml")
    assert kept.read_bytes() == b"edited"


def test_same_values_same_bytes_and_other_forms_another_boundary() -> None:
    assert draft(MESSAGE, PRACTICE, SUPPLIER, [FORM]) == draft(MESSAGE, PRACTICE, SUPPLIER, [FORM])
    one = parsed(draft(MESSAGE, PRACTICE, SUPPLIER, [FORM]))
    two = parsed(draft(MESSAGE, PRACTICE, SUPPLIER, [replace(FORM, form_id="HGFEDCBA")]))
    assert one.get_boundary() != two.get_boundary()


def test_lines_are_short_ascii_and_end_as_mail_wants() -> None:
    data = draft(replace(MESSAGE, body="é" * 5000 + "\n"), PRACTICE, SUPPLIER, [FORM])
    assert data.isascii()
    assert data.count(b"\n") == data.count(b"\r\n")
    assert max(len(line) for line in data.split(b"\r\n")) <= 78


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85"])
def test_no_name_can_add_a_header(break_: str) -> None:
    hostile = f"x{break_}Bcc: spy@evil.example{break_}{break_}body"
    mail = parsed(
        draft(
            Message(subject=hostile, body="Bonjour\n"),
            replace(PRACTICE, name=hostile),
            replace(SUPPLIER, name=hostile),
            [FORM],
        )
    )
    assert mail["Bcc"] is None
    assert set(mail.keys()) == {
        "X-Unsent", "From", "To", "Subject", "MIME-Version", "Content-Type"
    }  # fmt: skip
    assert [address.addr_spec for address in mail["To"].addresses] == [SUPPLIER.email]
    assert body_of(mail) == "Bonjour\n"


@pytest.mark.parametrize(
    "name",
    [
        "Acme",
        "Dr. No, MD",
        'Le "Grand" <a@b.example>',
        "A" * 120,
        "日本 会社, 株式",
        "É; è: à, ç@ù",
    ],
)
def test_any_name_stays_one_address(name: str) -> None:
    mail = parsed(draft(MESSAGE, None, replace(SUPPLIER, name=name), [FORM]))
    (address,) = mail["To"].addresses
    assert (address.display_name, address.addr_spec) == (name, SUPPLIER.email)


def test_a_domain_with_accents_is_written_in_ascii() -> None:
    address = mail_address("x", "a@élan.example")
    assert address is not None
    assert address.addr_spec == "a@xn--lan-9la.example"
    assert mail_address("x", "é@elan.example") is None
    assert mail_address("x", "") is None


# -- letters ----------------------------------------------------------------------------------


def letter_file(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "lettre.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_letter_of_ones_own(tmp_path: Path) -> None:
    text = (
        "\ufeff# note\r\n\r\nOBJET: Bonjour {fournisseur} {{!}}\r\n\r\nPour {service} :\r\n"
        "# rien\r\n{questionnaires}\r\n\r\n{adresse}\r\n\r\n{{fin}}\r\n\r\n"
    )
    values = {Placeholder.SUPPLIER: "Acmé", Placeholder.QUESTIONNAIRES: "– un\n– deux"}
    letter = load_letter(letter_file(tmp_path, text))
    assert letter.filled(values) == Message(
        subject="Bonjour Acmé {!}", body="– un\n– deux\n\n{fin}\n"
    )
    assert letter.filled({**values, Placeholder.SERVICE: "tout"}).body.startswith(
        "Pour tout\u00a0:\n– un"
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("Objet : a\n\nbon {jour}\n", 3, "le repère {jour} est inconnu"),
        ("Objet : a\nbon {service.x}\n", 2, "le repère {service.x} est inconnu"),
        ("Objet : a\nbon {service!r}\n", 2, "est inconnu"),
        ("Objet : a\nbon {service:>9}\n", 2, "est inconnu"),
        ("Objet : a\nbon {}\n", 2, "est inconnu"),
        ("Objet : a\n\n\nbon {service\n", 4, "une accolade est seule"),
        ("Objet : a\nbon service}\n", 2, "une accolade est seule"),
        ("Bonjour\n", 1, "l'objet du message est attendu"),
        ("# note\n\nObjet :\nBonjour\n", 3, "l'objet du message est attendu"),
        ("", 1, "l'objet du message est attendu"),
        ("Objet : {service}\nBonjour\n", 1, "seul {fournisseur} est admis"),
        ("Objet : a\n\n", 1, "rien ne suit l'objet"),
        ("Objet : a\nbon\x07jour\n", 2, "U+0007"),
        (b"Objet : a\nB\xe9n\xe9fice\n", 2, "n'est pas en UTF-8"),
    ],
)
def test_a_wrong_letter_is_refused_by_its_line(
    tmp_path: Path, text: str | bytes, line: int, words: str
) -> None:
    path = letter_file(tmp_path, text)
    with pytest.raises(LetterError) as caught:
        load_letter(path)
    message = caught.value.message(Lang.FR)
    assert message.startswith(f"{path}, ligne {line}\u00a0: ")
    assert words in message.replace("\u00a0", " ")
    assert f", line {line}: " in caught.value.message(Lang.EN)
    assert caught.value.exit_code is ExitCode.CATALOG


def test_a_letter_that_is_not_there_or_no_letter_is_told(tmp_path: Path) -> None:
    with pytest.raises(LetterError, match="cannot be read"):
        load_letter(tmp_path / "none.txt")
    with pytest.raises(LetterError, match="larger than 64 KiB"):
        load_letter(letter_file(tmp_path, b"x" * (64 * 2**10 + 1)))
