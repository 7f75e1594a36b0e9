"""How, and until when, a debtor may contest a titre: said alike by the avis and by the pages.

The court sits in New Caledonia: who lives elsewhere in France has one month more, abroad two (CJA,
R421-7). The address of the titre says where its debtor lives.
"""

from dataclasses import dataclass
from datetime import date

from facturier.commun.calendrier import plus_mois
from facturier.commun.pays import est_ici
from facturier.grand_livre.models import Parametre, Titre

AILLEURS = "recours_titre_ailleurs_mois", "hors de la Nouvelle-Calédonie"
ETRANGER = "recours_titre_etranger_mois", "à l’étranger"


@dataclass(frozen=True, slots=True)
class Recours:
    """What a debtor is told: before whom, within which delay, and its earliest end.

    The delay runs from the day when the avis is received, which nobody knows here.
    """

    mention: str
    delai: str
    jusqu_au: date


def recours(titre: Titre) -> Recours:
    """Return how to contest `titre`, by the wordings and delays of the day it was issued."""
    jour = titre.date_emission
    mois = Parametre.objects.entier("recours_titre_mois", jour)
    motif = ""
    if not est_ici(titre):
        cle, ou = ETRANGER if titre.pays else AILLEURS
        ajoutes = Parametre.objects.entier(cle, jour)
        mois += ajoutes
        motif = f", dont {ajoutes} mois de plus parce que le titre est adressé {ou}"
    return Recours(
        mention=Parametre.objects.valeur("mention_recours_titre", jour),
        delai=f"Le délai est de {mois} mois à compter de la réception de l’avis{motif}",
        jusqu_au=plus_mois(jour, mois),
    )
