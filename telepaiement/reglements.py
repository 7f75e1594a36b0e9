"""What settled a titre, entry by entry and in words: read in the ledger, never stored beside it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum

from facturier.grand_livre.models import Ecriture, LigneEcriture, Sens, Titre

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
    lignes = (
        LigneEcriture.objects.filter(
            piece=titre,
            tiers__isnull=False,
            ecriture__evenement__in=MOTS,
            ecriture__contrepassee_par__isnull=True,
        )
        .values_list("ecriture__evenement", "ecriture__cle", "ecriture__date_comptable")
        .annotate(
            credit=Sum("montant", filter=Q(sens=Sens.CREDIT), default=0),
            debit=Sum("montant", filter=Q(sens=Sens.DEBIT), default=0),
        )
        .order_by("ecriture__date_comptable", "ecriture")
    )
    return [
        _lire(titre, evenement, cle or "", jour, int(credit - debit))
        for evenement, cle, jour, credit, debit in lignes
    ]


def sans_quittance(faits: Iterable[Reglement]) -> list[Reglement]:
    """Keep what no receipt of ours tells of: reductions have their own pièces, left out too."""
    return [fait for fait in faits if not (fait.a_une_quittance or fait.evenement in REDUCTIONS)]


def _lire(titre: Titre, evenement: str, cle: str, jour: date, montant: int) -> Reglement:
    quoi, a_une_quittance = MOTS[evenement], evenement in AVEC_QUITTANCE
    if cle.startswith(DE_LA_TRESORERIE):
        quoi, a_une_quittance = "Payé à la Trésorerie", False
    if evenement == PERCU_AVANT and titre.numero_encaisse:
        quoi = f"{quoi} (P503 {titre.exercice_encaisse}-{titre.numero_encaisse})"
        jour = _percu_le(titre) or jour
    return Reglement(evenement, quoi, jour, montant, a_une_quittance)


def _percu_le(titre: Titre) -> date | None:
    """Return the day when the treasury collected what `titre` regularises, when one is known."""
    debut = f"{titre.budget.code}-{titre.exercice_encaisse}-{titre.numero_encaisse}-"
    perceptions = Ecriture.objects.filter(
        evenement="recette_avant_titre", cle__startswith=f"recette-avant-titre-{debut}"
    )
    jours = set(perceptions.values_list("date_comptable", flat=True))
    return jours.pop() if len(jours) == 1 else None
