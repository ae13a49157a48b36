"""Make e-mail drafts: a letter with its forms, as a file that mail programs open ready to send.

Values in, bytes out: the same values give the same bytes, for which reason a draft has no date and
no message id; the program that sends it adds both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from formgen.issue import Practice, Supplier
from formgen.letter import Message
from formgen.plain_text import first_hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A form that goes with a letter."""

    form_id: str
    name: str
    """ASCII, so that every mail program shows it as it is."""
    data: bytes


def draft(
    message: Message,
    practice: Practice | None,
    supplier: Supplier,
    attachments: Sequence[Attachment],
) -> bytes:
    """Give an unsent e-mail from the practice to the supplier, as far as their addresses are known.

    `X-Unsent` makes Outlook and Thunderbird open it for editing, with a button to send it.
    """
    mail = EmailMessage(policy=SMTP)
    mail["X-Unsent"] = "1"
    sender = mail_address(practice.name, practice.email) if practice else None
    recipient = mail_address(supplier.name, supplier.email)
    if sender:
        mail["From"] = sender
    if recipient:
        mail["To"] = recipient
    mail["Subject"] = _one_line(message.subject)
    mail.set_content(message.body, cte="quoted-printable")
    for attachment in attachments:
        mail.add_attachment(
            attachment.data, maintype="application", subtype="pdf", filename=attachment.name
        )
    forms = "\x1f".join(attachment.form_id for attachment in attachments)
    # « =_ » occurs neither in base64 nor in quoted-printable (RFC 2045, 6.7).
    mail.set_boundary(f"=_{hashlib.sha256(forms.encode()).hexdigest()[:32]}")
    return mail.as_bytes()


def mail_address(name: str, email: str) -> Address | None:
    """Give an address as mail headers carry it, or None where they cannot.

    A domain with accents has an ASCII form; a mailbox with accents has none, and few servers take
    it.
    """
    mailbox, _, domain = email.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    if not mailbox.isascii() or not mailbox or not ascii_domain:
        return None
    return Address(
        display_name=_one_line(name), username=_one_line(mailbox), domain=_one_line(ascii_domain)
    )


def _one_line(text: str) -> str:
    """Give a text without what could end a header; lists and letters refuse it already."""
    return "".join(" " if first_hidden(character) else character for character in text)
