"""Why a returned file, or a part of one, is refused, and what is said about it.

A refusal is a result like any other: `refuse` makes it as a value. Inside the package a refusal
found deep in a file travels as `RefusedError`, and `formparse.read` turns it into that value.
"""

from __future__ import annotations

from enum import StrEnum

from formgen.errors import ExitCode, FormgenError
from formgen.language import Phrase
from formparse.returned import Refusal


class RefusalCode(StrEnum):
    """Stable word for each reason to refuse."""

    UNREADABLE_FILE = "unreadable-file"
    NOT_A_FILE = "not-a-file"
    EMPTY_FILE = "empty-file"
    TOO_LARGE = "too-large"
    NOT_A_PDF = "not-a-pdf"
    ARCHIVE = "archive"
    OUTLOOK_MESSAGE = "outlook-message"
    WINMAIL = "winmail"
    MAILBOX = "mailbox"
    SEALED_MESSAGE = "sealed-message"
    """Encrypted, or packed into its signature."""
    NO_FORM_IN_MESSAGE = "no-form-in-message"
    OTHER_PICTURE = "other-picture"
    """A picture of a kind that is not read here."""
    DAMAGED = "damaged"
    DAMAGED_PICTURE = "damaged-picture"
    ENCRYPTED = "encrypted"
    TOO_COMPLEX = "too-complex"
    NOT_A_FORM = "not-a-form"
    NOT_FORM_DATA = "not-form-data"
    """A data file without a field of ours."""
    UNSAFE_DATA = "unsafe-data"
    UNKNOWN_CATALOG = "unknown-catalog"
    UNKNOWN_VERSION = "unknown-version"
    UNKNOWN_EDITION = "unknown-edition"
    EMPTY_FORM_LOST = "empty-form-lost"
    """Pages of ours with nothing of the form left in them: empty, or not readable; never told as
    « not answered »."""
    CRASHED = "crashed"
    """The process that read the file died."""
    TOO_SLOW = "too-slow"
    """Reading took longer than is allowed."""


class FormparseError(FormgenError):
    """A failure of `formparse` that a user can understand and act on."""

    exit_code = ExitCode.REFUSED


class NoStoreError(FormgenError):
    """There is no folder of imported returns where one is named."""

    exit_code = ExitCode.USAGE


class DecisionsError(FormgenError):
    """A file of decisions cannot be used as it stands."""

    exit_code = ExitCode.CATALOG


class RefusedError(FormparseError):
    """Reading cannot go on, for a reason with a code."""

    def __init__(self, code: RefusalCode, phrase: Phrase) -> None:
        super().__init__(phrase)
        self.code = code


_SENTENCES: dict[RefusalCode, Phrase] = {
    RefusalCode.UNREADABLE_FILE: Phrase(
        "le fichier ne peut pas être ouvert ({found}). Vérifiez son nom et les droits de lecture.",
        "the file cannot be opened ({found}). Check its name and that it may be read.",
    ),
    RefusalCode.NOT_A_FILE: Phrase(
        "ce n'est pas un fichier ordinaire ({found}). Donnez un fichier PDF.",
        "this is not a regular file ({found}). Give a PDF file.",
    ),
    RefusalCode.EMPTY_FILE: Phrase(
        "le fichier est vide (0 octet). Demandez au fournisseur de le renvoyer.",
        "the file is empty (0 bytes). Ask the supplier to send it again.",
    ),
    RefusalCode.TOO_LARGE: Phrase(
        "le fichier fait {found} octets, la limite est de {expected}. Demandez au fournisseur "
        "d'enregistrer le formulaire sans pièces jointes ni images.",
        "the file has {found} bytes, the limit is {expected}. Ask the supplier to save the form "
        "without attachments or pictures.",
    ),
    RefusalCode.NOT_A_PDF: Phrase(
        "le fichier n'est pas un PDF (aucun en-tête « %PDF- » dans ses {expected} premiers "
        "octets). Demandez au fournisseur le formulaire au format PDF.",
        "the file is not a PDF (no “%PDF-” header in its first {expected} bytes). Ask the "
        "supplier for the form as a PDF.",
    ),
    RefusalCode.ARCHIVE: Phrase(
        "c'est un dossier compressé (zip, rar, 7z), qui n'est pas ouvert ici. Décompressez-le, "
        "puis donnez les formulaires qu'il contient.",
        "this is a compressed folder (zip, rar, 7z), which is not opened here. Unpack it, then "
        "give the forms in it.",
    ),
    RefusalCode.OUTLOOK_MESSAGE: Phrase(
        "c'est un message au format d'Outlook (.msg), qui n'est pas lu ici. Ouvrez-le et "
        "enregistrez ses pièces jointes, ou enregistrez le message au format .eml.",
        "this is a message in Outlook's format (.msg), which is not read here. Open it and save "
        "its attachments, or save the message as .eml.",
    ),
    RefusalCode.WINMAIL: Phrase(
        "c'est un envoi d'Outlook en texte enrichi (winmail.dat), dont les pièces jointes ne sont "
        "pas lisibles ici. Demandez au fournisseur de le renvoyer au format HTML ou texte brut.",
        "this was sent by Outlook as rich text (winmail.dat), whose attachments cannot be read "
        "here. Ask the supplier to send it again as HTML or plain text.",
    ),
    RefusalCode.MAILBOX: Phrase(
        "ce fichier contient plusieurs messages (mbox). Enregistrez chaque message dans son propre "
        "fichier .eml.",
        "this file holds several messages (mbox). Save each message to an .eml file of its own.",
    ),
    RefusalCode.SEALED_MESSAGE: Phrase(
        "c'est un message chiffré, ou enfermé dans sa signature (S/MIME, PGP). Ouvrez-le dans "
        "votre messagerie et enregistrez ses pièces jointes.",
        "this is an encrypted message, or one packed into its signature (S/MIME, PGP). Open it in "
        "your mail program and save its attachments.",
    ),
    RefusalCode.NO_FORM_IN_MESSAGE: Phrase(
        "aucun formulaire de ce logiciel dans ce message (pièces jointes : {found}). Demandez au "
        "fournisseur de joindre le formulaire rempli.",
        "no form made by this software in this message (attachments: {found}). Ask the supplier "
        "to attach the form as filled in.",
    ),
    RefusalCode.OTHER_PICTURE: Phrase(
        "c'est une image {found}, que ce logiciel ne lit pas. Ouvrez-la et enregistrez-la (ou "
        "imprimez-la) en PDF, JPEG ou PNG\u00a0; sur un iPhone, «\u00a0Réglages, Appareil "
        "photo, Formats, Le plus compatible\u00a0» donne des JPEG.",
        "this is a {found} picture, which this software does not read. Open it and save it (or "
        "print it) as PDF, JPEG or PNG; on an iPhone, “Settings, Camera, Formats, Most Compatible” "
        "gives JPEG.",
    ),
    RefusalCode.DAMAGED_PICTURE: Phrase(
        "l'image est endommagée ou incomplète et n'a pas pu être lue ({found}). Demandez au "
        "fournisseur de la renvoyer.",
        "the picture is damaged or incomplete and could not be read ({found}). Ask the supplier to "
        "send it again.",
    ),
    RefusalCode.DAMAGED: Phrase(
        "le fichier est endommagé et n'a pas pu être lu ({found}). Demandez au fournisseur de "
        "l'enregistrer de nouveau et de le renvoyer.",
        "the file is damaged and could not be read ({found}). Ask the supplier to save it again "
        "and send it again.",
    ),
    RefusalCode.ENCRYPTED: Phrase(
        "le PDF est protégé par un mot de passe. Demandez au fournisseur de le renvoyer sans "
        "protection.",
        "the PDF is protected by a password. Ask the supplier to send it without protection.",
    ),
    RefusalCode.TOO_COMPLEX: Phrase(
        "le fichier dépasse une limite de sécurité ({found}), ce qu'un formulaire ne fait pas. "
        "Demandez au fournisseur d'enregistrer le formulaire seul et de le renvoyer.",
        "the file goes over a safety limit ({found}), which no form does. Ask the supplier to "
        "save the form by itself and send it again.",
    ),
    RefusalCode.NOT_A_FORM: Phrase(
        "aucune page d'un formulaire de ce logiciel n'a été reconnue dans ce fichier. S'il a été "
        "imprimé en PDF, demandez le fichier enregistré depuis le lecteur\u00a0; s'il a été "
        "numérisé ou photographié, la page entière, à plat, à 200 dpi, codes des coins compris.",
        "no page of a form made by this software was recognised in this file. If it was printed "
        "to PDF, ask for the file as saved from the reader; if it was scanned or photographed, for "
        "the whole page, flat, at 200 dpi, with the codes in its corners.",
    ),
    RefusalCode.NOT_FORM_DATA: Phrase(
        "aucun champ d'un formulaire de ce logiciel dans ce fichier de données. Demandez au "
        "fournisseur le formulaire PDF enregistré.",
        "no field of a form made by this software in this data file. Ask the supplier for the "
        "form itself, saved as a PDF.",
    ),
    RefusalCode.UNSAFE_DATA: Phrase(
        "le fichier de données contient une déclaration {found}, qu'aucun lecteur PDF n'écrit et "
        "qui peut être dangereuse. Demandez au fournisseur le formulaire PDF enregistré.",
        "the data file has a {found} declaration, which no PDF reader writes and which may be "
        "dangerous. Ask the supplier for the form itself, saved as a PDF.",
    ),
    RefusalCode.UNKNOWN_CATALOG: Phrase(
        "le formulaire vient du catalogue « {found} », inconnu ici (connu : {expected}). "
        "Relancez la lecture avec le catalogue qui a servi à le produire.",
        "the form comes from catalog “{found}”, unknown here (known: {expected}). Read it with "
        "the catalog it was made from.",
    ),
    RefusalCode.UNKNOWN_VERSION: Phrase(
        "le formulaire vient de la version « {found} » du catalogue, inconnue ici (connues : "
        "{expected}). Mettez le logiciel à jour ou envoyez un nouveau formulaire.",
        "the form comes from version “{found}” of the catalog, unknown here (known: {expected}). "
        "Update the software or send a new form.",
    ),
    RefusalCode.UNKNOWN_EDITION: Phrase(
        "la mise en page du formulaire (édition {found}) est inconnue de cette version du "
        "logiciel (dernière connue : {expected}). Mettez le logiciel à jour.",
        "the layout of the form (edition {found}) is unknown to this version of the software "
        "(latest known: {expected}). Update the software.",
    ),
    RefusalCode.EMPTY_FORM_LOST: Phrase(
        "formulaire vide ou illisible : les pages sont reconnues, mais il n'y reste aucune case ni "
        "aucun champ. Demandez au fournisseur le fichier enregistré depuis le lecteur, sans "
        "l'imprimer en PDF.",
        "the form is empty or unreadable: its pages are recognised, but no box and no field is "
        "left in them. Ask the supplier for the file as saved from the reader, not printed to PDF.",
    ),
    RefusalCode.CRASHED: Phrase(
        "la lecture du fichier s'est interrompue brutalement ({found}). Demandez au fournisseur "
        "d'enregistrer de nouveau le formulaire et de le renvoyer.",
        "reading the file broke off ({found}). Ask the supplier to save the form again and send "
        "it again.",
    ),
    RefusalCode.TOO_SLOW: Phrase(
        "la lecture du fichier a été arrêtée après {expected} secondes. Demandez au fournisseur "
        "d'enregistrer le formulaire seul et de le renvoyer.",
        "reading the file was stopped after {expected} seconds. Ask the supplier to save the "
        "form by itself and send it again.",
    ),
}
"""What was found, what was expected, what to do; `refuse` puts the file's name in front."""


def refused(code: RefusalCode, *, found: str | Phrase = "", expected: str = "") -> RefusedError:
    """Make the error that stops reading; the file's name is added by who knows it."""
    sentence = _SENTENCES[code]
    what = found if isinstance(found, Phrase) else Phrase(found, found)
    return RefusedError(
        code,
        Phrase(
            sentence.fr.format(found=what.fr, expected=expected),
            sentence.en.format(found=what.en, expected=expected),
        ),
    )


def more_than(limit: int, fr: str, en: str) -> Phrase:
    """Give what was found where a file holds more of something than is looked at."""
    return Phrase(f"plus de {limit} {fr}", f"more than {limit} {en}")


def refuse(
    code: RefusalCode,
    *,
    file: str,
    sha256: str | None = None,
    found: str | Phrase = "",
    expected: str = "",
) -> Refusal:
    """Give the refusal of `file` as a value."""
    return refusal_of(refused(code, found=found, expected=expected), file=file, sha256=sha256)


def refusal_of(error: RefusedError, *, file: str, sha256: str | None) -> Refusal:
    """Give the value that says the same as `error`, about `file`."""
    return Refusal(
        file=file,
        sha256=sha256,
        code=error.code,
        message=f"{file}\u00a0: {error.phrase.fr}",
        message_en=f"{file}: {error.phrase.en}",
    )
