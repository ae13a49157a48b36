"""Forms attached to messages: read as if each had been given, and told from one another."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from email.message import EmailMessage
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from formparse import enclosed
from formparse.enclosed import MAX_DEPTH, MAX_FILES_INSIDE
from formparse.gather import MIN_PHOTO_BYTES
from formparse.kinds import Kind, kind_of
from formparse.message import MAX_HEADER, MAX_HEADERS, MAX_PARTS, files_in_message
from formparse.read import read_bytes
from formparse.returned import InnerFile, Refusal, Returned, ReturnedForm
from tests.formparse.forms import ALL, Editions, make_catalog, make_form, make_layout
from tests.formparse.messages import LOGO, attach, forwarded, message

CATALOG = make_catalog()
EDITIONS = Editions(CATALOG)
Q1 = make_layout(CATALOG, CATALOG.questionnaires[0])
Q3 = make_layout(CATALOG, CATALOG.questionnaires[1])
OUI, NON, NA = ALL
FORM = make_form(Q1, {"Q1-01": OUI, "Q1-02": NON}).data()
OTHER = make_form(Q3, {"Q3-01": NON}, supplier="duval").data()


def foreign() -> bytes:
    """A PDF without a form."""
    file = make_form(Q1)
    file.objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [] >>"}
    return file.data()


FOREIGN = foreign()


def read(mail: EmailMessage | bytes) -> tuple[Returned, ...]:
    data = mail if isinstance(mail, bytes) else mail.as_bytes()
    returned = read_bytes(data, "m.eml", EDITIONS)
    assert {one.sha256 for one in returned} == {hashlib.sha256(data).hexdigest()}
    return returned


def forms(returned: tuple[Returned, ...]) -> list[ReturnedForm]:
    assert all(isinstance(one, ReturnedForm) for one in returned), returned
    return [one for one in returned if isinstance(one, ReturnedForm)]


def codes(returned: tuple[Returned, ...]) -> list[str]:
    return [one.code for one in returned if isinstance(one, Refusal)]


def listed(form: ReturnedForm) -> str:
    (finding,) = [one for one in form.findings if one.code == "attachments-passed-over"]
    return finding.message


def test_each_form_of_a_message_is_an_object_of_its_own() -> None:
    one, two = forms(read(message(("Q1 – réponse.pdf", FORM), ("Q3.pdf", OTHER), html=True)))
    assert one.file == "m.eml › Q1 – réponse.pdf"
    sha256 = hashlib.sha256(FORM).hexdigest()
    assert one.part == InnerFile(name="Q1 – réponse.pdf", sha256=sha256)
    assert two.part is not None
    assert (two.part.name, two.identity.supplier_id) == ("Q3.pdf", "duval")
    (alone,) = forms(read_bytes(FORM, "Q1.pdf", EDITIONS))
    assert (one.answers, one.identity, one.pages) == (alone.answers, alone.identity, alone.pages)
    assert one.findings == two.findings == ()


@pytest.mark.parametrize("cte", ["base64", "quoted-printable"])
@pytest.mark.parametrize("disposition", ["attachment", "inline"])
def test_however_it_is_attached_it_is_the_same_form(cte: str, disposition: str) -> None:
    mail = message(("f.pdf", FORM), cte=cte, disposition=disposition, kind="application/x-odd")
    (form,) = forms(read(mail))
    assert form.part is not None
    assert form.part.sha256 == hashlib.sha256(FORM).hexdigest()


def test_a_form_that_is_sent_as_it_is_keeps_its_bytes() -> None:
    head = b"From: a@b\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    part = b"--x\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    (form,) = forms(read(head + part + FORM + b"\r\n--x--\r\n"))
    assert form.part is not None
    assert form.part.sha256 == hashlib.sha256(FORM).hexdigest()


def test_the_only_part_of_a_message_may_be_the_form() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "a@b.example", "c@d.example"
    mail.set_content(FORM, maintype="application", subtype="pdf", filename="Q1.pdf")
    assert [form.part.name for form in forms(read(mail)) if form.part] == ["Q1.pdf"]


def test_a_photo_in_which_no_form_is_seen_is_said_and_not_passed_over() -> None:
    shades = np.random.default_rng(1).integers(0, 255, (400, 300), np.uint8)
    written = BytesIO()
    Image.fromarray(shades).save(written, "PNG")
    assert len(written.getvalue()) > MIN_PHOTO_BYTES
    form, refusal = read(message(("a.pdf", FORM), ("photo.png", written.getvalue())))
    assert isinstance(form, ReturnedForm)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.file) == ("not-a-form", "m.eml › photo.png")


def test_what_is_no_form_is_listed_once_and_passed_over() -> None:
    mail = message(("logo.png", LOGO), ("cgv.pdf", FOREIGN), ("a.pdf", FORM), ("b.pdf", OTHER))
    attach(mail, "z.vcf", b"BEGIN:VCARD\nEND:VCARD\n", kind="text/vcard")
    attach(mail, "copie.pdf", FORM)
    one, two = forms(read(mail))
    assert "logo.png, cgv.pdf, z.vcf, copie.pdf (même contenu que a.pdf)." in listed(one)
    assert two.findings == ()


@pytest.mark.parametrize(
    ("mail", "found"),
    [
        (message(), "jointes\u00a0: 0"),
        (message(html=True), "jointes\u00a0: 0"),
        (message(("logo.png", LOGO), ("cgv.pdf", FOREIGN)), "jointes\u00a0: logo.png, cgv.pdf)"),
        (forwarded(message(("logo.png", LOGO))), "logo.png"),
    ],
)
def test_a_message_without_a_form_is_refused_and_says_what_is_in_it(
    mail: EmailMessage, found: str
) -> None:
    (refusal,) = read(mail)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "no-form-in-message"
    assert found in refusal.message


def test_a_message_of_nothing_but_headers_is_refused() -> None:
    assert codes(read(b"From: a@b\nTo: c@d\n")) == ["no-form-in-message"]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("Q1.pdf", b"", "empty-file"),
        ("Q1.pdf", b"Bonjour", "not-a-pdf"),
        ("Q1.pdf", FORM[:700], "damaged"),
        ("Q1.pdf", FORM.replace(b"/Edition 1", b"/Edition 2"), "unknown-edition"),
        ("winmail.dat", b"\x78\x9f\x3e\x22" + bytes(9), "winmail"),
    ],
)
def test_what_may_be_a_form_and_cannot_be_read_is_refused_by_its_name(
    name: str, data: bytes, code: str
) -> None:
    form, refusal = read(message(("a.pdf", OTHER), (name, data)))
    assert isinstance(form, ReturnedForm)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.file) == (code, f"m.eml › {name}")
    assert refusal.message.startswith(f"m.eml › {name}")


def test_a_compressed_folder_is_refused_an_office_document_passed_over() -> None:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("Q1.pdf", FORM)
    office = BytesIO()
    with zipfile.ZipFile(office, "w") as file:
        file.writestr("[Content_Types].xml", "")
    form, refusal = read(
        message(("a.pdf", FORM), ("a.zip", archive.getvalue()), ("a.docx", office.getvalue()))
    )
    assert isinstance(form, ReturnedForm)
    assert "a.docx" in listed(form)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "archive"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../evil.pdf", "evil.pdf"),
        ("C:\\temp\\evil.pdf", "evil.pdf"),
        ("/etc/passwd", "passwd"),
        ("..", "pièce jointe 1"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_is_never_a_path(name: str, shown: str) -> None:
    (form,) = forms(read(message((name, FORM))))
    assert form.part is not None
    assert form.part.name == shown


def test_names_in_a_message_differ() -> None:
    returned = forms(read(message(("f.pdf", FORM), ("f.pdf", OTHER))))
    assert [form.part.name for form in returned if form.part] == ["f.pdf", "f.pdf (2)"]


def test_a_form_in_a_forwarded_message_is_found() -> None:
    inner = message(("f.pdf", FORM))
    (form,) = forms(read(forwarded(inner)))
    assert form.file == "m.eml › message.eml › f.pdf"
    assert form.part is not None
    assert form.part.name == "message.eml › f.pdf"
    by_file = message(("tr.eml", inner.as_bytes()))
    (form,) = forms(read(by_file))
    assert form.part is not None
    assert form.part.name == "tr.eml › f.pdf"
    assert form.part.sha256 == hashlib.sha256(FORM).hexdigest()


def test_a_forwarded_message_that_a_server_encoded_is_read_too() -> None:
    inner = base64.encodebytes(message(("f.pdf", FORM)).as_bytes())
    head = b"From: a@b\nMIME-Version: 1.0\nContent-Type: message/rfc822; name=tr.eml\n"
    (form,) = forms(read(head + b"Content-Transfer-Encoding: base64\n\n" + inner))
    assert form.part is not None
    assert form.part.name == "tr.eml › f.pdf"


@pytest.mark.parametrize("how", ["parts", "files"])
def test_messages_in_messages_end(how: str) -> None:
    mail = message(("f.pdf", FORM))
    deep = mail
    for _ in range(MAX_DEPTH - 1):
        deep = forwarded(deep) if how == "parts" else message(("m.eml", deep.as_bytes()))
    assert len(forms(read(deep))) == 1
    deeper = forwarded(deep) if how == "parts" else message(("m.eml", deep.as_bytes()))
    (refusal,) = read(deeper)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "too-complex"
    assert "emboîtés" in refusal.message


def test_a_hundred_messages_in_each_other_are_refused() -> None:
    start = b"From: a@b\nTo: c@d\nContent-Type: message/rfc822\n\n"
    assert codes(read(start * 100 + message(("f.pdf", FORM)).as_bytes())) == ["too-complex"]
    assert codes(read(start * 10_000)) == ["too-complex"]


def test_ten_thousand_parts_are_refused() -> None:
    head = b"From: a@b\nTo: c@d\nContent-Type: multipart/mixed; boundary=x\n\n"
    part = b"--x\nContent-Type: image/png; name=a.png\n\nx\n"
    assert codes(read(head + part * 10_000 + b"--x--\n")) == ["too-complex"]
    assert codes(read(head + part * (MAX_PARTS - 1) + b"--x--\n")) == ["no-form-in-message"]


def test_more_files_than_anybody_sends_are_refused_after_those_that_are_read() -> None:
    files = [(f"{n}.pdf", FORM + b"%%%d\n" % n) for n in range(MAX_FILES_INSIDE + 1)]
    returned = read(message(*files))
    assert codes(returned) == ["too-complex"]
    assert len(forms(returned[:-1])) == MAX_FILES_INSIDE


def test_more_bytes_than_anybody_sends_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enclosed, "MAX_BYTES_INSIDE", len(FORM) + 10)
    assert codes(read(message(("a.pdf", FORM)))) == []
    assert codes(read(message(("a.pdf", FORM), ("b.pdf", OTHER)))) == ["too-complex"]


def test_a_header_that_never_ends_is_refused() -> None:
    head = b"From: a@b\nTo: c@d\nContent-Type: application/pdf; name="
    assert codes(read(head + b"x" * MAX_HEADER + b"\n\nx")) == ["too-complex"]


def test_headers_without_end_are_refused() -> None:
    head = b"From: a@b\nTo: c@d\n"
    assert codes(read(head + b"X:\n" * (MAX_HEADERS - 1) + b"\n")) == ["too-complex"]
    assert codes(read(head + b"X:\n" * (MAX_HEADERS - 2) + b"\n")) == ["no-form-in-message"]


def test_a_message_over_the_limit_is_refused() -> None:
    assert codes(read(message().as_bytes() + bytes(20 << 20))) == ["too-large"]


def test_an_encrypted_message_is_refused_with_what_to_do() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "a@b.example", "c@d.example"
    mail.set_content(b"0\x80", maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
    (refusal,) = read(mail)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.file) == ("sealed-message", "m.eml › smime.p7m")


def test_several_messages_in_one_file_are_refused() -> None:
    one = b"From zoe@acme.example Thu Mar  5 10:00:00 2026\n" + message(("f.pdf", FORM)).as_bytes()
    assert len(forms(read(one))) == 1
    assert codes(read(one + b"\n" + one)) == ["mailbox"]


# --- Damage on the way --------------------------------------------------------------------------
def warned(form: ReturnedForm) -> bool:
    return any(one.code == "attachment-damaged" for one in form.findings)


def test_a_form_in_a_message_that_was_cut_is_told_of() -> None:
    """Its end may be missing: what was filled in last is written there."""
    updated = FORM + b"\n" * 600
    data = message(("a.pdf", OTHER), ("f.pdf", updated)).as_bytes()
    first, last = forms(read(data[:-200]))
    assert not warned(first)
    assert warned(last)


@pytest.mark.parametrize("how", ["cut", "odd", "unpadded"])
def test_a_form_whose_letters_were_spoilt_is_told_of(how: str) -> None:
    ends_with_two_signs = FORM + b"\n" * (200 + -(len(FORM) + 199) % 3)
    data = message(("f.pdf", ends_with_two_signs)).as_bytes()
    lines = data.split(b"\r\n")
    last = max(n for n, line in enumerate(lines) if line and not line.startswith(b"--"))
    before = lines[last]
    lines[last] = {
        "cut": before[:1],
        "odd": b"=~" + before,
        "unpadded": before.rstrip(b"=") + b"A",
    }[how]
    (form,) = read(b"\r\n".join(lines))
    assert isinstance(form, ReturnedForm)
    assert warned(form)


def test_a_message_whose_parts_cannot_be_told_apart_is_refused_as_damaged() -> None:
    data = message(("f.pdf", FORM)).as_bytes()
    boundary = data.partition(b'boundary="')[2].partition(b'"')[0]
    assert codes(read(data.replace(b"--" + boundary, b"--lost"))) == ["damaged"]


@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_no_damage_gets_out(at: int, junk: bytes) -> None:
    data = message(("f.pdf", FORM), ("g.pdf", OTHER)).as_bytes()
    at %= 2000
    data = data[:at] + junk + data[at + len(junk) :]
    assert read_bytes(data, "m.eml", EDITIONS)


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Type: application/pdf; name*0*=utf-8''%ff; name*2=\"x",
        b"Content-Type: application/pdf; name==?x?q?=FF?=",
        b"Content-Type: ;;;=\nContent-Disposition: attachment; filename*=''",
        b"Content-Disposition: attachment; filename*0*=x'; filename=",
        b"Content-Type: application/pdf\nContent-Transfer-Encoding: b\xe9zier",
    ],
)
def test_odd_headers_lose_no_form(header: bytes) -> None:
    head = b"From: a@b\nTo: c@d\nContent-Type: multipart/mixed; boundary=x\n\n"
    part = b"--x\nContent-Type: application/pdf; name=f.pdf\n\n" + FORM + b"\n"
    odd = b"--x\n" + header + b"\n\n" + OTHER + b"\n"
    assert len(forms(read(head + part + odd + b"--x--\n"))) == 2


# --- What is a message --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"From: a@b\nSubject: x\n\n", Kind.MESSAGE),
        (b"\r\n\r\nReceived: by x\r\n\tfor y\r\nDate: z\r\n\r\nx", Kind.MESSAGE),
        (b"\xef\xbb\xbfSubject: x\nX-Unsent: 1\n", Kind.MESSAGE),
        (b"Date: demain\n\nObjet", Kind.OTHER),
        (b"From: a@b\nSubject: x\nune ligne\n", Kind.OTHER),
        (b"Received: x\n" * 9_000 + b"Date: x\n\n", Kind.OTHER),
        (b"Date: x\n" + b"Received: x\n" * 9_000 + b"\n", Kind.MESSAGE),
        (b"From: a@b\nSubject: x\n\n" + FORM, Kind.PDF),
        (b"From: a@b\nContent-Type: multipart/mixed; boundary=x\n\n" + FORM, Kind.MESSAGE),
    ],
)
def test_a_message_is_known_by_its_headers(data: bytes, kind: Kind) -> None:
    assert kind_of(data) is kind


def test_a_body_is_no_file() -> None:
    mail = message()
    mail.add_alternative("From: a@b\nSubject: x\n\nUn %PDF-1.7", subtype="html")
    assert files_in_message(mail.as_bytes()) == ()
