"""What the six fictional suppliers answer: one line per supplier, from which their sheets follow.

Each shows one thing that a practice will meet. Who they are stands in `suppliers.csv`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from demo import faulty_tool
from demo.engine import Sheet
from formgen.catalog import Answer, Questionnaire
from formgen.naming import TextPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Respondent:
    """One supplier's way of answering: OUI wherever nothing else is said."""

    supplier_id: str
    shows: str
    """What is to be learnt from it, in French."""
    returns: tuple[str, ...]
    """Questionnaires sent back, which may be fewer than were asked for."""
    non: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    signatory: str
    date: str
    """As its signatory writes dates."""
    place: str
    remarks: Mapping[str, str] = field(default_factory=dict)
    """By questionnaire."""
    is_signed: bool = True
    mishaps: Mapping[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    """What befalls the filled form of a questionnaire before it is sent."""


RESPONDENTS = (
    Respondent(
        supplier_id="boulon",
        shows="des écarts ordinaires",
        returns=("Q1", "Q2", "Q3"),
        non=("Q2-25", "Q2-27", "Q3-06"),
        signatory="Élodie Boulon",
        date="12/11/2026",
        place="Saint-Étienne",
        remarks={
            "Q2": "Q2-25 : les sauvegardes restent branchées au poste.\n"
            "Q2-27 : aucun essai de restauration cette année.",
            "Q3": "Q3-06 : nous passons par la passerelle d'un éditeur d'outils de prise en main.",
        },
    ),
    Respondent(
        supplier_id="coquelicot",
        shows="un dossier complet, sans écart déclaré",
        returns=("Q1", "Q4"),
        not_applicable=("Q4-01",),
        signatory="Jérôme Lefèvre",
        date="9 novembre 2026",
        place="Besançon",
        remarks={"Q4": "Q4-01 : pas d'archivage électronique dans notre offre."},
    ),
    Respondent(
        supplier_id="nuage-rose",
        shows="un transfert hors de l'Union européenne, non documenté",
        returns=("Q1", "Q4"),
        non=("Q4-06",),
        signatory="Zoé Nguyen-Brûlé",
        date="13/11/26",
        place="Orléans",
        remarks={"Q4": "L'envoi des SMS de rappel passe par un prestataire établi hors de l'UE."},
    ),
    Respondent(
        supplier_id="phare",
        shows="des réponses laissées en blanc, sans signature",
        returns=("Q1", "Q4"),
        blank=("Q1-09", "Q4-04", "Q4-07"),
        signatory="Maëlle Le Goff",
        date="10/11/2026",
        place="Saint-Malo",
        is_signed=False,
    ),
    Respondent(
        supplier_id="pervenche",
        shows="des points sans objet, des écarts là où le texte dit « autant que possible »",
        returns=("Q1", "Q2"),
        non=("Q2-10", "Q2-13"),
        not_applicable=("Q2-04", "Q2-05", "Q2-06", "Q2-07", "Q2-08"),
        signatory="François Œillet",
        date="le 16 novembre 2026",
        place="Évreux",
        remarks={"Q2": "Q2-04 à Q2-08 : l'appareil n'est relié à aucun réseau."},
    ),
    Respondent(
        supplier_id="bergamote",
        shows="un questionnaire oublié, deux réponses que le formulaire n'admet pas",
        returns=("Q1", "Q3"),
        signatory="Anaïs Crète",
        date="17/11/2026",
        place="Nîmes",
        mishaps={
            "Q1": lambda pdf: faulty_tool.tick_also(pdf, "Q1-07", Answer.NON),
            "Q3": lambda pdf: faulty_tool.force_value(pdf, "Q3-11", Answer.NA),
        },
    ),
)


def sheet_of(respondent: Respondent, questionnaire: Questionnaire) -> Sheet:
    """Give what a supplier puts into one form. Company and service stand there already."""
    texts = {
        TextPart.SIGNATORY: respondent.signatory,
        TextPart.DATE: respondent.date,
        TextPart.PLACE: respondent.place,
    }
    if questionnaire.id in respondent.remarks:
        texts[TextPart.REMARKS] = respondent.remarks[questionnaire.id]
    return Sheet(
        answers={
            point.id: _answer(respondent, point.id)
            for point in questionnaire.points
            if point.id not in respondent.blank
        },
        texts=texts,
        signed=respondent.is_signed,
    )


def _answer(respondent: Respondent, point_id: str) -> Answer:
    if point_id in respondent.non:
        return Answer.NON
    return Answer.NA if point_id in respondent.not_applicable else Answer.OUI
