"""Messages as suppliers' mail programs send them, and as nobody should."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

LOGO = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a494441"
    "54789c63f80f0001010100b138f6140000000049454e44ae426082"
)
"""A white pixel."""


def message(*files: tuple[str, bytes], html: bool = False, **special: Any) -> EmailMessage:
    """A message with these files attached to it."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "Zoé Lefèvre <zoe@acme.example>"
    mail["To"] = "cabinet@menard.example"
    mail["Subject"] = "Questionnaires – réponse"
    mail.set_content("Bonjour,\n\nCi-joint.\n-- \nZoé")
    if html:
        mail.add_alternative("<p>Bonjour</p>", subtype="html")
    for name, data in files:
        attach(mail, name, data, **special)
    return mail


def attach(mail: EmailMessage, name: str, data: bytes, **special: Any) -> None:
    kind = "application/pdf" if name.endswith(".pdf") else "application/octet-stream"
    maintype, _, subtype = special.pop("kind", kind).partition("/")
    mail.add_attachment(data, maintype=maintype, subtype=subtype, filename=name, **special)


def forwarded(mail: EmailMessage, times: int = 1) -> EmailMessage:
    """The message, in a message, and so on."""
    for _ in range(times):
        outer = message()
        outer.add_attachment(mail)
        mail = outer
    return mail
