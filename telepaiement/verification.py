"""Payments against entries: the money facts and the ledger must tell the same, by two roads.

Each check yields anomalies and never raises; the night check of the ledger runs them too.
"""

from collections.abc import Callable, Iterator

from django.db.models import Count, F, Max, Q, Sum
from django.utils import timezone

from facturier.grand_livre.models import Ecriture, Sens, SensPiece
from facturier.grand_livre.soldes import reste_du_par_piece
from facturier.grand_livre.verification import Anomalie
from telepaiement import verification_argent, verification_regies
from telepaiement.models import (
    AnnulationEncaissement,
    Echeancier,
    Encaissement,
    EtatEcheancier,
    EvenementRecu,
    Quittance,
)


def encaissements_mal_ecrits() -> Iterator[Anomalie]:
    """Payments whose entry has another total, event or debtor's share than the payment."""
    redevable = Sum(
        "ecriture__lignes__montant",
        filter=Q(ecriture__lignes__sens=Sens.CREDIT, ecriture__lignes__piece=F("titre")),
        default=0,
    )
    ecarts = (
        Encaissement.objects.filter(titre__isnull=False).order_by().annotate(redevable=redevable)
    )
    for pk, mode, montant, evenement, total, part, trop_percu in ecarts.values_list(
        "pk", "mode", "montant", "ecriture__evenement", "ecriture__total", "redevable", "trop_percu"
    ):
        if (evenement, total, part) != (f"encaissement_{mode}", montant, montant - trop_percu):
            yield Anomalie(
                "encaissement",
                f"encaissement {pk}",
                f"{montant} F reçus, dont {trop_percu} en trop ; l’écriture « {evenement} » porte "
                f"{total} F, dont {part} pour le titre",
            )


def ecritures_sans_encaissement() -> Iterator[Anomalie]:
    """Entries of money received that no payment justifies."""
    for pk, total in Ecriture.objects.filter(
        evenement__startswith="encaissement_", encaissement__isnull=True
    ).values_list("pk", "total"):
        yield Anomalie("encaissement", f"écriture {pk}", f"{total} F sans encaissement")


def annulations_mal_ecrites() -> Iterator[Anomalie]:
    """Cancelled payments whose entry is not reversed by the one named."""
    for pk, ecriture in AnnulationEncaissement.objects.exclude(
        ecriture__contrepasse=F("encaissement__ecriture")
    ).values_list("encaissement_id", "ecriture_id"):
        yield Anomalie(
            "annulation", f"encaissement {pk}", f"n’est pas contrepassé par l’écriture {ecriture}"
        )


def encaissements_sans_quittance() -> Iterator[Anomalie]:
    """Payments without a receipt."""
    for pk in Encaissement.objects.filter(quittance__isnull=True).values_list("pk", flat=True):
        yield Anomalie("quittance", f"encaissement {pk}", "aucune quittance n’a été émise")


def quittances_manquantes() -> Iterator[Anomalie]:
    """Gaps in the numbers of receipts, per régie and year."""
    series = Quittance.objects.order_by().values("regie__code", "annee")
    for serie in series.annotate(nombre=Count("pk"), dernier=Max("numero")):
        if serie["nombre"] != serie["dernier"]:
            yield Anomalie(
                "numerotation",
                f"quittances {serie['regie__code']} {serie['annee']}",
                f"{serie['nombre']} quittances pour un dernier numéro {serie['dernier']}",
            )


def echeanciers_faux() -> Iterator[Anomalie]:
    """Échéanciers whose instalments are not their sum, or that are closed while money is owed."""
    echeanciers = Echeancier.objects.exclude(etat=EtatEcheancier.PREPARE).order_by("pk")
    for pk, montant, total in echeanciers.annotate(total=Sum("echeances__montant")).values_list(
        "pk", "montant", "total"
    ):
        if montant != total:
            yield Anomalie("echeancier", f"échéancier {pk}", f"{total} F étalés sur {montant} F")
    soldes = dict(
        echeanciers.filter(etat=EtatEcheancier.SOLDE).order_by("pk").values_list("titre", "pk")
    )
    for titre, reste in reste_du_par_piece(soldes, sens=SensPiece.RECETTE).items():
        if reste > 0:
            yield Anomalie(
                "echeancier", f"échéancier {soldes[titre]}", f"soldé, mais {reste} F restent dus"
            )


def messages_en_erreur() -> Iterator[Anomalie]:
    """Messages of the gateway that have failed for a day: what they hint at was not read."""
    for evenement in EvenementRecu.objects.bloques(timezone.now()).order_by("pk"):
        yield Anomalie(
            "message",
            f"message {evenement.pk}",
            f"« {evenement.nature} » échoue depuis le {evenement.recu_le:%d/%m/%Y}, "
            f"{evenement.nb_essais} essais",
        )


CONTROLES: list[Callable[[], Iterator[Anomalie]]] = [
    encaissements_mal_ecrits,
    ecritures_sans_encaissement,
    annulations_mal_ecrites,
    encaissements_sans_quittance,
    quittances_manquantes,
    echeanciers_faux,
    messages_en_erreur,
    *verification_argent.CONTROLES,
    *verification_regies.CONTROLES,
]
