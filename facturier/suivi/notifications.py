"""Notices by mail: plain text, after the commit, to the people habilités who want them."""

from collections import defaultdict
from collections.abc import Collection

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string

from facturier.suivi.models import Abonnement, Facture, TypeAvis
from fournisseurs.models import Habilitation

GABARITS = {
    TypeAvis.DEPOT: "suivi/courriels/depot.txt",
    TypeAvis.RETOUR: "suivi/courriels/retour.txt",
    TypeAvis.REJET: "suivi/courriels/rejet.txt",
    TypeAvis.PAIEMENT: "suivi/courriels/paiement.txt",
    TypeAvis.MESSAGE: "suivi/courriels/message.txt",
}


def prevenir(facture: Facture, type_avis: TypeAvis) -> None:
    """Tell the people of one supplier, once the transaction is committed."""
    prevenir_lot([facture.pk], type_avis)


def prevenir_lot(factures: Collection[int], type_avis: TypeAvis) -> None:
    """Tell the people of many suppliers, once the transaction is committed.

    A mail server that fails is logged and never undoes the act.
    """
    if factures:
        identifiants = sorted(factures)
        transaction.on_commit(lambda: _envoyer(identifiants, type_avis), robust=True)


def _envoyer(identifiants: list[int], type_avis: TypeAvis) -> None:
    """Send one mail a person and invoice: three queries, one connection."""
    factures = (
        Facture.objects.filter(pk__in=identifiants)
        .select_related("etablissement", "motif_rejet", "mandat", "service")
        .prefetch_related("retours__motif", "mandat__lignes_piece__parts_cedees")
    )
    destinataires = _destinataires({f.etablissement_id for f in factures}, type_avis)
    messages = [
        _message(facture, type_avis, adresse)
        for facture in factures
        for adresse in destinataires[facture.etablissement_id]
    ]
    get_connection().send_messages(messages)


def _destinataires(etablissements: set[int], type_avis: TypeAvis) -> dict[int, list[str]]:
    """Map each établissement to the addresses of those who did not unsubscribe."""
    refus = Abonnement.objects.filter(
        utilisateur=OuterRef("representant__utilisateur"), type_avis=type_avis, est_actif=False
    )
    habilitations = (
        Habilitation.objects.en_vigueur()
        .filter(~Exists(refus), etablissement__in=etablissements)
        .order_by("pk")
        .values_list("etablissement", "representant__utilisateur__email")
    )
    adresses: dict[int, list[str]] = defaultdict(list)
    for etablissement, adresse in habilitations:
        adresses[etablissement].append(adresse)
    return adresses


def _message(facture: Facture, type_avis: TypeAvis, adresse: str) -> EmailMessage:
    """Render one mail; the first line of its template is the subject."""
    retours = list(facture.retours.all())
    texte = render_to_string(
        GABARITS[type_avis],
        {
            "facture": facture,
            "retour": retours[-1] if retours else None,
            "adresse": f"{settings.ADRESSE_PUBLIQUE}{facture.get_absolute_url()}",
        },
    )
    sujet, _, corps = texte.partition("\n")
    return EmailMessage(subject=sujet, body=corps.lstrip("\n"), to=[adresse])
