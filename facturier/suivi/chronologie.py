"""The timeline of an invoice, as its reader may see it."""

from dataclasses import dataclass
from datetime import datetime

from facturier.commun.tons import ICONES, Ton, ton_de
from facturier.suivi.etats import EtatFacture
from facturier.suivi.libelles import EN_CLAIR, INTERNES
from facturier.suivi.models import Facture

ACTES_FOURNISSEUR = frozenset({"deposer", "completer", "readresser", "retirer"})
ACTES_TRESORERIE = frozenset({"prendre_en_charge", "payer", "payer_partiellement", "compenser"})
SUR_PLACE = {
    "mandater": "Mandat émis",
    "annuler_mandat": "Mandat annulé",
    "prendre": "Dossier pris",
    "rendre": "Dossier remis dans la liste",
    "confier": "Dossier confié",
}
ACTES_INTERNES = frozenset(
    {"mandater", "annuler_mandat", "reliquider", "prendre", "rendre", "confier"}
)


@dataclass(frozen=True, slots=True)
class Etape:
    """One step: state, legal word, plain words, when, who, why, and how it looks."""

    etat: EtatFacture
    libelle: str
    en_clair: str
    le: datetime
    qui: str
    motif: str
    ton: Ton
    icone: str


def chronologie(facture: Facture, *, est_interne: bool) -> list[Etape]:
    """Return the steps in their order; a supplier reads desks rather than names.

    What happens between the province and the treasury (suspension, rejection of a mandat) is told
    to staff only: the supplier reads it when something is asked of it.
    """
    etapes = []
    for passage in facture.passages.select_related("par").order_by("pk"):
        etat = EtatFacture(passage.arrivee)
        if not est_interne and (passage.acte in ACTES_INTERNES or etat in INTERNES):
            continue
        ton = ton_de(facture, etat)
        etapes.append(
            Etape(
                etat=etat,
                libelle=SUR_PLACE.get(passage.acte, str(etat.label)),
                en_clair="" if passage.acte in SUR_PLACE else EN_CLAIR[etat],
                le=passage.le,
                qui=str(passage.par) if est_interne else _qui(passage.acte, str(passage.par)),
                motif=passage.motif if est_interne or _est_public(passage.acte) else "",
                ton=ton,
                icone=ICONES[ton],
            )
        )
    return etapes


def _est_public(acte: str) -> bool:
    """Whether the reason of an act is written for the supplier."""
    return acte in ACTES_FOURNISSEUR | ACTES_TRESORERIE | {"suspendre", "reorienter", "rejeter"}


def _qui(acte: str, nom: str) -> str:
    if acte in ACTES_FOURNISSEUR:
        return nom
    if acte in ACTES_TRESORERIE:
        return "la Trésorerie de la province Sud"
    if acte == "certifier_service_fait":
        return "le service qui a commandé"
    return "l’ordonnateur" if acte == "signer_mandat" else "le bureau des finances"
