"""Alerts of the régies and of the payments: on the home page, and by mail to whom they concern."""

from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from facturier.acces.alertes import courriels_des, prevenir
from facturier.acces.models import Role, Utilisateur
from facturier.commun.montants import afficher
from facturier.grand_livre.exercices import a_ouvrir, commande_d_ouverture
from telepaiement.models import EvenementRecu, Regie, Remboursement
from telepaiement.nominations import en_fonction
from telepaiement.position import alertes

EN_ALERTE = "telepaiement-regies-en-alerte"
FRAICHEUR = 300  # seconds: the home page reads what was found by then


def regies_en_alerte(personne: Utilisateur) -> list[str]:
    """Return the codes of the régies, of those that `personne` sees, with a serious alert.

    What was found is kept five minutes: it takes many questions, and the home page is often seen.
    """
    codes: list[str] = cache.get_or_set(EN_ALERTE, _chercher, FRAICHEUR) or []
    if personne.a_role(Role.AGENT, Role.COMPTABLE):
        return codes
    siennes = Regie.objects.filter(code__in=codes, nominations__personne=personne)
    return list(siennes.values_list("code", flat=True).distinct())


def _chercher() -> list[str]:
    regies = Regie.objects.order_by("code")
    return [regie.code for regie in regies if any(une.est_grave for une in alertes(regie))]


def surveiller() -> int:
    """Mail the serious alerts of each régie to its people and to the finances; return how many.

    Called every morning: what is not settled is told again the next day. The messages of the
    gateway that have failed for a day, and an exercice that is not open yet, are told to the
    finances and to the administrators.
    """
    finances, nombre = courriels_des(Role.AGENT), 0
    for regie in Regie.objects.order_by("code"):
        graves = [une for une in alertes(regie) if une.est_grave]
        if not graves:
            continue
        nommes = [un.personne.email for un in en_fonction(regie, timezone.localdate())]
        prevenir(
            sorted({*finances, *nommes}),
            "telepaiement/courriels/alertes_regie.txt",
            {
                "regie": regie,
                "alertes": graves,
                "adresse": _absolue(reverse("telepaiement:regie", args=[regie.code])),
            },
        )
        nombre += len(graves)
    return nombre + _signaler_messages() + _signaler_exercice()


def _signaler_messages() -> int:
    if bloques := EvenementRecu.objects.bloques(timezone.now()).count():
        prevenir(
            courriels_des(Role.AGENT, Role.ADMINISTRATEUR),
            "telepaiement/courriels/messages_bloques.txt",
            {"nombre": bloques, "adresse": _absolue(reverse("telepaiement:paiements_a_verifier"))},
        )
    return bloques


def _signaler_exercice() -> int:
    annee = a_ouvrir(timezone.localdate())
    if annee is None:
        return 0
    prevenir(
        courriels_des(Role.AGENT, Role.ADMINISTRATEUR),
        "telepaiement/courriels/exercice_a_ouvrir.txt",
        {"annee": str(annee), "commande": commande_d_ouverture(annee)},
    )
    return 1


def signaler_cles_devinees(echecs: int, minutes: int) -> None:
    """Mail the finances and the administrators that `echecs` keys were guessed in `minutes`."""
    prevenir(
        courriels_des(Role.AGENT, Role.ADMINISTRATEUR),
        "telepaiement/courriels/cles_devinees.txt",
        {
            "echecs": echecs,
            "minutes": minutes,
            "permises": settings.LIMITES_PAIEMENT["recherches_sous_alerte"],
        },
    )


def signaler_rendu_deux_fois(remboursement: Remboursement, titre: str, mandats: str) -> None:
    """Mail the finances and the comptable that what `mandats` give back went back to the card too.

    `titre` and `mandats` are their references.
    """
    chemin = reverse("telepaiement:encaissement", args=[remboursement.encaissement_id])
    prevenir(
        courriels_des(Role.AGENT, Role.COMPTABLE),
        "telepaiement/courriels/rendu_deux_fois.txt",
        {
            "montant": afficher(remboursement.montant),
            "titre": titre,
            "mandats": mandats,
            "adresse": _absolue(chemin),
        },
    )


def _absolue(chemin: str) -> str:
    return f"{settings.ADRESSE_PUBLIQUE}{chemin}"
