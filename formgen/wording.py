"""What the form says of its own, beside the catalog's words: French, in one place."""

from __future__ import annotations

import datetime as dt

from formgen.catalog import Answer, Catalog, Questionnaire
from formgen.issue import Practice

POINTS_HEADING = "Points d'attention"
POINT_COLUMN = "Point d'attention"
HOW_TO_HEADING = "Comment répondre"
ATTESTATION_HEADING = "Attestation du fournisseur"
REMARKS_HEADING = "Remarques du fournisseur"
NOTES_HEADING = "Notes"
PRIVACY_HEADING = "Protection des données"

ASKED_BY = "Demandé par"
ADDRESSED_TO = "Adressé à"
ANY_PRACTICE = "Le professionnel de santé qui vous a transmis ce questionnaire"
ANY_SUPPLIER = "Le fournisseur désigné dans l'attestation, en fin de questionnaire"
SOMEBODY = "le professionnel de santé qui a transmis ce questionnaire"

REMARKS_LABEL = "Remarques (facultatif)"
REMARKS_HINT = (
    "Précisez au besoin vos réponses, avec le numéro du point. N'indiquez aucune donnée de patient."
)
SIGNATORY_HINT = "nom, prénom et qualité du signataire"
DATE_HINT = "JJ/MM/AAAA"
PLACE_HINT = "lieu"
CONTINUED = "(suite)"
MARKING_HINT = (
    "Sur papier : une croix par point. Erreur : noircissez entièrement la mauvaise case, cochez la "
    "bonne."
)

END = "fin de questionnaire"
SAVE = (
    "ouvrez ce fichier dans un lecteur PDF, cochez, puis enregistrez-le (ne l'imprimez pas en PDF)."
)
SHEETS = "toutes les pages numérisées (200 dpi, niveaux de gris) ou photographiées bien à plat"
SPOKEN = {Answer.OUI: "Oui", Answer.NON: "Non", Answer.NA: "N/A (sans objet)"}

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
)  # fmt: skip


def spell_date(date: dt.date) -> str:
    """Give a date as French letters write it: « 1er mars 2026 »."""
    day = "1er" if date.day == 1 else str(date.day)
    return f"{day} {_MONTHS[date.month - 1]} {date.year}"


def list_answers(answers: tuple[Answer, ...]) -> str:
    """Give the answers as a choice: « OUI, NON ou N/A »."""
    words = [answer.value for answer in answers]
    return ", ".join(words[:-1]) + " ou " + words[-1]


def how_to(answers: tuple[Answer, ...]) -> tuple[str, ...]:
    """Give the lines that tell a supplier what to do; `how_to_return` is the last."""
    corrected = "Erreur : noircissez entièrement la mauvaise case, puis cochez la bonne."
    return (
        f"Cochez une case par point : {list_answers(answers)}. Remarques : en {END}.",
        f"À l'écran : {SAVE} Cocher une autre case corrige la réponse.",
        f"Sur papier : une croix au stylo noir ou bleu. {corrected} N'entourez pas, ne barrez pas.",
        f"Complétez l'attestation en {END} : fournisseur, service, nom, date, lieu, signature.",
    )


def how_to_return(practice: Practice | None) -> str:
    """Give the line that says what to send back, to whom and by when."""
    to = f" à {practice.email}" if practice and practice.email else " à qui vous l'a envoyé"
    by = f", avant le {spell_date(practice.due)}" if practice and practice.due else ""
    return f"Renvoyez le fichier enregistré, ou {SHEETS},{to}{by}."


def practice_lines(practice: Practice) -> tuple[str, ...]:
    """Give the lines that say who asks, and by when an answer is wanted."""
    lines = [practice.name]
    if practice.address:
        lines.append(", ".join(practice.address))
    if practice.email:
        lines.append(practice.email)
    if practice.due:
        lines.append(f"Réponse souhaitée avant le {spell_date(practice.due)}")
    return tuple(lines)


def privacy_notice(catalog: Catalog, practice: Practice | None) -> str:
    """Give the data-protection notice with its controller filled in."""
    controller = SOMEBODY
    if practice:
        controller = ", ".join(
            part for part in (practice.name, *practice.address, practice.email) if part
        )
    return catalog.privacy_notice.replace("{controller}", controller).replace(
        "{retention}", catalog.privacy_retention
    )


def full_title(questionnaire: Questionnaire) -> str:
    """Give the questionnaire's title with its number, as the source's headings have it."""
    return f"Questionnaire {questionnaire.id.removeprefix('Q')} : {questionnaire.title}"
