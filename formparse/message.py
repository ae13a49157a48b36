"""Opens a returned e-mail message under limits: the files in it, whatever way they are attached.

Messages forwarded inside it are looked into as well. Knows nothing of forms; a body is no file.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass, replace
from email import errors
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import EmailPolicy
from typing import TYPE_CHECKING, Any

from formgen.language import Phrase
from formparse.enclosed import MAX_DEPTH, TOO_DEEP, Enclosed, Names, claims_form
from formparse.errors import RefusalCode, more_than, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_PARTS = 100
"""Bodies, pictures and attachments, wrappings included; a long exchange, forwarded, has under 50.
It also bounds how deep parts lie in parts: each line is looked at once for each level."""

MAX_HEADERS = 1_000
"""Of one part; servers and filters write some hundred. Millions would take minutes."""

MAX_HEADER = 10_000
"""Characters of a header that says what a part is. The library parses some of them in quadratic
time; honest ones have under 500."""

_CUT = (
    errors.CloseBoundaryNotFoundDefect,
    errors.StartBoundaryNotFoundDefect,
    errors.MultipartInvariantViolationDefect,
    errors.NoBoundaryInMultipartDefect,
)
"""The message ends before its last part does, or lost the lines between its parts."""

_SPOILT = (
    errors.InvalidBase64CharactersDefect,
    errors.InvalidBase64LengthDefect,
    errors.InvalidBase64PaddingDefect,
)
"""What carried a part is not what was sent."""

_RUN_TOGETHER = Phrase("parties du message non séparées", "parts of the message run together")

_BODIES = frozenset({"text/plain", "text/html", "text/enriched", "text/calendar"})
"""Without a name these are what the sender wrote."""

_NEVER_WRITTEN = (b"%PDF-", b"%FDF-")
"""How no body begins."""

_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"})
"""S/MIME and PGP: encrypted, or signed in a way that packs all of it into one block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A part of the message, and where it stands."""

    mail: EmailMessage
    depth: int
    """Files around what it holds."""
    within: str = ""
    """What the forwarded message is called that it stands in."""


class _OnlyContentHeaders(EmailPolicy):
    """Keeps only the headers that say what a part is; who wrote to whom is of no use here."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, Any]:
        name = sourcelines[0].partition(":")[0]
        if not name.lower().startswith("content-"):
            return name, ""
        if sum(map(len, sourcelines)) > MAX_HEADER:
            raise refused(
                RefusalCode.TOO_COMPLEX,
                found=more_than(MAX_HEADER, "signes d'en-tête", "characters of a header"),
            )
        return super().header_source_parse(sourcelines)


class _Mail(EmailMessage):
    """A message or a part of one, with as many headers as somebody writes."""

    def set_raw(self, name: str, value: Any) -> None:
        if len(self) >= MAX_HEADERS:
            found = f"partie de message à plus de {MAX_HEADERS} en-têtes"
            raise refused(RefusalCode.TOO_COMPLEX, found=found)
        super().set_raw(name, value)


def files_in_message(data: bytes, *, depth: int = 0) -> tuple[Enclosed, ...]:
    """Give the files attached to a message, in its order; RefusedError over a limit.

    `depth`: how many files the message itself stands in.
    """
    if depth >= MAX_DEPTH:
        raise refused(RefusalCode.TOO_COMPLEX, found=TOO_DEEP)
    walk = _Walk()
    walk.all_of(_Part(mail=_parse(data), depth=depth + 1))
    if walk.is_cut and walk.files:
        walk.files[-1] = replace(walk.files[-1], is_damaged=True)
    return tuple(walk.files)


def _parse(data: bytes) -> EmailMessage:
    count = 0

    def new_part(*, policy: Any) -> EmailMessage:
        nonlocal count
        count += 1
        if count > MAX_PARTS:
            raise refused(RefusalCode.TOO_COMPLEX, found=more_than(MAX_PARTS, "parties", "parts"))
        return _Mail(policy=policy)

    policy = _OnlyContentHeaders(message_factory=new_part)  # type: ignore[call-overload] # typeshed: takes any subclass of Message but the plainest only
    parsed = BytesParser(policy=policy).parsebytes(data)
    assert isinstance(parsed, EmailMessage)
    return parsed


class _Walk:
    """What has been met so far in a message."""

    def __init__(self) -> None:
        self.files: list[Enclosed] = []
        self.is_cut = False
        self.names = Names()

    def all_of(self, first: _Part) -> None:
        waiting = [first]
        while waiting:
            part = waiting.pop()
            waiting.extend(reversed(list(self.part(part))))

    def part(self, part: _Part) -> Iterator[_Part]:
        """Take one part, and give the parts in it."""
        mail = part.mail
        kind = mail.get_content_type()
        self.is_cut = self.is_cut or any(isinstance(defect, _CUT) for defect in mail.defects)
        if kind in _SEALED:
            self.add(part, b"", problem=RefusalCode.SEALED_MESSAGE)
        elif kind == "message/rfc822" and mail.is_multipart():
            yield from self.message(part)
        elif mail.is_multipart():
            for inner in mail.get_payload():
                assert isinstance(inner, EmailMessage)
                yield replace(part, mail=inner)
        elif mail.get_content_maintype() == "multipart":
            # Its parts cannot be told apart.
            self.add(part, b"", problem=RefusalCode.DAMAGED, found=_RUN_TOGETHER)
        else:
            data = _data_of(mail)
            is_body = kind in _BODIES and not _name_of(mail)
            # What cannot be read of a part's headers makes it plain text.
            if not is_body or data.lstrip().startswith(_NEVER_WRITTEN):
                self.add(part, data)

    def message(self, part: _Part) -> Iterator[_Part]:
        """Take a message inside the message: give it as a part, one level deeper."""
        inner = part.mail.get_payload(0)
        assert isinstance(inner, EmailMessage)
        if part.depth >= MAX_DEPTH:
            self.add(part, b"", problem=RefusalCode.TOO_COMPLEX, found=TOO_DEEP)
        elif str(part.mail.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
            # RFC 2046 forbids it, some servers do it; the library does not decode it.
            self.add(part, _decoded(inner))
        else:
            within = self.names.name(_name_of(part.mail), "message.eml", part.within)
            yield _Part(mail=inner, depth=part.depth + 1, within=within)

    def add(
        self,
        part: _Part,
        data: bytes,
        *,
        problem: RefusalCode | None = None,
        found: str | Phrase = "",
    ) -> None:
        mail = part.mail
        name = _name_of(mail)
        self.files.append(
            Enclosed(
                name=self.names.name(name, f"pièce jointe {len(self.files) + 1}", part.within),
                data=data,
                claims_form=problem is not None or claims_form(name, mail.get_content_subtype()),
                depth=part.depth,
                problem=None if problem is None else refused(problem, found=found),
                # Decoding is what finds these.
                is_damaged=any(isinstance(defect, _SPOILT) for defect in mail.defects),
            )
        )


def _name_of(mail: EmailMessage) -> str:
    """Give the name that a part goes by; empty where it has none, or none that can be read."""
    try:
        return mail.get_filename("") or ""
    except Exception:  # noqa: BLE001 - on odd headers the library lets out IndexError, ValueError, AttributeError and more
        return ""


def _data_of(mail: EmailMessage) -> bytes:
    """Give what a part holds, decoded as far as it can be."""
    payload = mail.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    if any(isinstance(defect, errors.InvalidBase64LengthDefect) for defect in mail.defects):
        # One letter too many or too few, and the library decodes nothing.
        return _from_base64(data[: len(data) // 4 * 4])
    return data


def _decoded(inner: EmailMessage) -> bytes:
    """Give the message that stands encoded where a message should stand."""
    text = inner.get_payload()
    return _from_base64(text.encode("ascii", "replace")) if isinstance(text, str) else b""


def _from_base64(letters: bytes) -> bytes:
    try:
        return binascii.a2b_base64(letters)
    except binascii.Error:
        return b""
