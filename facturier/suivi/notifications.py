"""Notices: kept for each person habilitée in the transaction of the act, then sent as he chose.

Each person reads them in the application. By mail they leave at once, after the commit, or all
together each morning, or not at all: his choice by kind of event.
"""

from collections import defaultdict
from collections.abc import Collection

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.suivi.models import Abonnement, Avis, EnvoiAvis, Facture, TypeAvis
from fournisseurs.models import Habilitation

GABARITS = {
    TypeAvis.DEPOT: "suivi/courriels/depot.txt",
    TypeAvis.RETOUR: "suivi/courriels/retour.txt",
    TypeAvis.REJET: "suivi/courriels/rejet.txt",
    TypeAvis.RAPPEL: "suivi/courriels/rappel.txt",
    TypeAvis.PAIEMENT: "suivi/courriels/paiement.txt",
    TypeAvis.SOLDE: "suivi/courriels/solde.txt",
    TypeAvis.MESSAGE: "suivi/courriels/message.txt",
    TypeAvis.INTERETS: "suivi/courriels/interets.txt",
    TypeAvis.ANALYSE: "suivi/courriels/analyse.txt",
}


def prevenir(facture: Facture, type_avis: TypeAvis) -> None:
    """Tell the people of one supplier."""
    prevenir_lot([facture.pk], type_avis)


def prevenir_lot(factures: Collection[int], type_avis: TypeAvis) -> None:
    """Tell the people of many suppliers: now in the application, by mail after the commit.

    A mail server that fails is logged and never undoes the act.
    """
    if factures:
        avis = _noter(factures, type_avis)
        immediats = [un.pk for un in avis if un.envoi == EnvoiAvis.IMMEDIAT]
        transaction.on_commit(lambda: _envoyer(immediats), robust=True)


def marquer_lus(utilisateur: Utilisateur, facture: Facture | None = None) -> int:
    """Tell that `utilisateur` has read what he was told (of `facture` only, if given)."""
    non_lus = Avis.objects.filter(utilisateur=utilisateur, lu_le__isnull=True)
    if facture is not None:
        non_lus = non_lus.filter(facture=facture)
    return non_lus.update(lu_le=timezone.now())


def recapituler() -> int:
    """Send one mail a person with what he wants once a day; return how many mails.

    Each person is his own transaction: the mail is queued with what it tells marked as sent.
    """
    en_attente = Avis.objects.filter(envoi=EnvoiAvis.QUOTIDIEN, envoye_le__isnull=True)
    personnes = en_attente.order_by("utilisateur").values_list("utilisateur", flat=True).distinct()
    return sum(_recapituler(personne) for personne in list(personnes))


def _noter(factures: Collection[int], type_avis: TypeAvis) -> list[Avis]:
    """Keep one notice a person and invoice, in three statements."""
    etablissements: dict[int, list[int]] = defaultdict(list)
    lues = Facture.objects.filter(pk__in=factures).order_by("pk")
    for facture, etablissement in lues.values_list("pk", "etablissement"):
        etablissements[etablissement].append(facture)
    choix = Abonnement.objects.filter(
        utilisateur=OuterRef("representant__utilisateur"), type_avis=type_avis
    ).values("envoi")
    habilitations = (
        Habilitation.objects.en_vigueur()
        .filter(etablissement__in=list(etablissements))
        .order_by("pk")
        .values_list(
            "etablissement",
            "representant__utilisateur",
            Coalesce(Subquery(choix), Value(EnvoiAvis.IMMEDIAT.value)),
        )
    )
    return Avis.objects.bulk_create(
        Avis(utilisateur_id=personne, facture_id=facture, type_avis=type_avis, envoi=envoi)
        for etablissement, personne, envoi in habilitations
        for facture in etablissements[etablissement]
    )


def _envoyer(avis: list[int]) -> None:
    """Send one mail a notice: a fixed number of queries, one connection."""
    lus = (
        Avis.objects.filter(pk__in=avis)
        .order_by("pk")
        .select_related(
            "utilisateur",
            "facture__etablissement",
            "facture__motif_rejet",
            "facture__mandat",
            "facture__service",
        )
        .prefetch_related(
            "facture__retours__motif",
            "facture__mandat__lignes_piece__parts_cedees",
            "facture__decisions_interets",
        )
    )
    get_connection().send_messages([_message(un) for un in lus])
    Avis.objects.filter(pk__in=avis).update(envoye_le=timezone.now())


def _message(avis: Avis) -> EmailMessage:
    """Render one mail; the first line of its template is the subject."""
    facture = avis.facture
    retours = list(facture.retours.all())
    return _courriel(
        GABARITS[TypeAvis(avis.type_avis)],
        avis.utilisateur.email,
        {
            "facture": facture,
            "retour": retours[-1] if retours else None,
            "decisions_interets": facture.decisions_interets.all(),
            "adresse": f"{settings.ADRESSE_PUBLIQUE}{facture.get_absolute_url()}",
        },
    )


@transaction.atomic
def _recapituler(personne: int) -> int:
    """Send what one person waits for; 0 when another process has just done it."""
    verrouilles = Avis.objects.select_for_update(of=("self",)).filter(
        utilisateur=personne, envoi=EnvoiAvis.QUOTIDIEN, envoye_le__isnull=True
    )
    avis = list(verrouilles.select_related("utilisateur", "facture__etablissement").order_by("pk"))
    if not avis:
        return 0
    message = _courriel(
        "suivi/courriels/recapitulatif.txt",
        avis[0].utilisateur.email,
        {
            "avis": avis,
            "adresse": f"{settings.ADRESSE_PUBLIQUE}{reverse('suivi:avis')}",
            "racine": settings.ADRESSE_PUBLIQUE,
        },
    )
    message.send()
    Avis.objects.filter(pk__in=[un.pk for un in avis]).update(envoye_le=timezone.now())
    return 1


def _courriel(gabarit: str, adresse: str, contexte: dict[str, object]) -> EmailMessage:
    sujet, _, corps = render_to_string(gabarit, contexte).partition("\n")
    return EmailMessage(subject=sujet, body=corps.lstrip("\n"), to=[adresse])
