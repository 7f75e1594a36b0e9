"""What settled a titre, entry by entry and in words: read in the ledger, never stored beside it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum

from facturier.grand_livre.models import LigneEcriture, Sens, Titre
from facturier.grand_livre.tresorerie import perceptions_de

PERCU_AVANT, APUREMENT = "regularisation_p503", "apurement_titre"
DE_LA_TRESORERIE = "encaissement-tps-"
SANS_QUITTANCE = {  # no receipt of ours tells of these
    PERCU_AVANT: "Perçu par la Trésorerie avant le titre",
    "regularisation": "Encaissé par la régie avant le titre",
    "precompte_penalites": "Retenu sur ce que la province devait",
    APUREMENT: "Payé, retrouvé après coup",
    "retour_encaissement": "Revenu, ou rendu par la Trésorerie",
    "retour_vente": "Vente rendue depuis",
}
AVEC_QUITTANCE = {
    "encaissement_carte": "Payé par carte en ligne",
    "encaissement_lecteur": "Payé par carte",
    "encaissement_tpe": "Payé par carte",
    "encaissement_especes": "Payé en espèces",
    "encaissement_cheque": "Payé par chèque",
    "encaissement_virement": "Payé par virement",
    "encaissement_classement": "Payé par virement",
    "remboursement_carte": "Rendu",
    "remboursement_virement": "Rendu",
    "litige_perdu": "Repris par la banque",
    "impaye_cheque_du": "Repris par la banque",
}
REDUCTIONS = ("reduction_titre", "annulation_titre_anterieur")
MOTS = SANS_QUITTANCE | AVEC_QUITTANCE | dict.fromkeys(REDUCTIONS, "Titre réduit")


@dataclass(frozen=True, slots=True)
class Reglement:
    """Whole francs that an entry took off a debt; below zero, that are owed again."""

    evenement: str
    quoi: str
    jour: date
    montant: int
    a_une_quittance: bool

    @property
    def somme(self) -> int:
        """How much, either way."""
        return abs(self.montant)


def reglements(titre: Titre) -> list[Reglement]:
    """Return what changed the debt of `titre` since it was issued, in the order of the days.

    An entry that was reversed and its reversal are left out, both. Two queries at most.
    """
    lignes = list(
        LigneEcriture.objects.filter(
            piece=titre,
            tiers__isnull=False,
            ecriture__evenement__in=MOTS,
            ecriture__contrepassee_par__isnull=True,
        )
        .values_list(
            "ecriture__evenement", "ecriture__cle", "ecriture__libelle", "ecriture__date_comptable"
        )
        .annotate(
            credit=Sum("montant", filter=Q(sens=Sens.CREDIT), default=0),
            debit=Sum("montant", filter=Q(sens=Sens.DEBIT), default=0),
        )
        .order_by("ecriture__date_comptable", "ecriture")
    )
    percus = perceptions_de(cle for evenement, cle, *_ in lignes if evenement == PERCU_AVANT)
    return [
        _lire(evenement, cle or "", libelle, percus.get(cle, jour), int(credit - debit))
        for evenement, cle, libelle, jour, credit, debit in lignes
    ]


def sans_quittance(faits: Iterable[Reglement]) -> list[Reglement]:
    """Keep what no receipt of ours tells of: reductions have their own pièces, left out too."""
    return [fait for fait in faits if not (fait.a_une_quittance or fait.evenement in REDUCTIONS)]


def _lire(evenement: str, cle: str, libelle: str, jour: date, montant: int) -> Reglement:
    quoi, a_une_quittance = MOTS[evenement], evenement in AVEC_QUITTANCE
    if cle.startswith(DE_LA_TRESORERIE):
        quoi, a_une_quittance = "Payé à la Trésorerie", False
    if evenement == PERCU_AVANT:
        quoi = libelle  # it names the P503
    return Reglement(evenement, quoi, jour, montant, a_une_quittance)
