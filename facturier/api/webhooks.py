"""Declare a webhook, end it, send again, and deliver what waits."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.api.cles import exiger_gestion
from facturier.api.connexion import AdresseRefusee, EchecEnvoi, poster, viser
from facturier.api.courriels import annoncer_abandon
from facturier.api.models import EnvoiWebhook, EssaiWebhook, Webhook
from facturier.suivi.etats import EtatFacture
from facturier.suivi.libelles import en_clair, libelle_d_annonce
from fournisseurs.journal import consigner
from fournisseurs.models import ActeJournal, Etablissement

DELAIS = tuple(  # after each attempt that failed; three days in all, then one gives up
    timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440, 1440)
)
BAIL = timedelta(minutes=5)  # an envoi taken by a worker that dies is taken again after it
DUREE_PASSE = 60  # seconds
MAXIMUM_WEBHOOKS = 5
MARQUE_SECRET = "whsec"  # noqa: S105  (how secrets begin, not one)
ENTETE_SIGNATURE = "X-Facturier-Signature"


class WebhookRefuse(ValidationError):
    """The webhook cannot be declared, ended or sent again; the message, in French, says why."""


@transaction.atomic
def declarer(
    etablissement: Etablissement, *, adresse: str, par: Utilisateur, etats: Collection[str] = ()
) -> tuple[Webhook, str]:
    """Declare an address; return the webhook, and the secret of its signatures, shown only now.

    Args:
        etats: the states of an invoice that it is told of; none: all.

    Raises:
        PermissionDenied: `par` does not manage the rights of the établissement.
        AdresseRefusee: the address cannot be called.
        WebhookRefuse: declared already, or there are too many.
    """
    exiger_gestion(etablissement, par)
    viser(adresse)
    if etablissement.webhooks.en_vigueur().count() >= MAXIMUM_WEBHOOKS:
        raise WebhookRefuse(f"L’établissement a déjà {MAXIMUM_WEBHOOKS} webhooks : résiliez-en un.")
    secret = f"{MARQUE_SECRET}_{secrets.token_urlsafe(32)}"
    webhook = Webhook(
        etablissement=etablissement,
        adresse=adresse,
        etats=_entre_virgules(etats),
        secret_chiffre=_coffre().encrypt(secret.encode()).decode(),
        cree_par=par,
    )
    try:
        with transaction.atomic():
            webhook.save(force_insert=True)
    except IntegrityError:
        raise WebhookRefuse("Cette adresse est déjà déclarée pour l’établissement.") from None
    _consigner(ActeJournal.WEBHOOK_DECLARE, webhook, par)
    return webhook, secret


@transaction.atomic
def resilier(webhook: Webhook, *, par: Utilisateur) -> None:
    """End a webhook: nothing more is sent to it, what waited included.

    Raises:
        PermissionDenied: `par` does not manage the rights of the établissement.
        WebhookRefuse: ended already.
    """
    exiger_gestion(webhook.etablissement, par)
    vivants = Webhook.objects.en_vigueur().filter(pk=webhook.pk)
    if not vivants.update(resilie_le=timezone.now(), resilie_par=par):
        raise WebhookRefuse("Ce webhook est déjà résilié.")
    webhook.envois.en_attente().update(abandonne_le=timezone.now())
    _consigner(ActeJournal.WEBHOOK_RESILIE, webhook, par)


@transaction.atomic
def choisir_etats(webhook: Webhook, *, etats: Collection[str], par: Utilisateur) -> None:
    """Change the states that an address is told of from now on; none: all. It is journaled.

    Raises:
        PermissionDenied: `par` does not manage the rights of the établissement.
        WebhookRefuse: the webhook is ended.
    """
    exiger_gestion(webhook.etablissement, par)
    vivants = Webhook.objects.en_vigueur().filter(pk=webhook.pk)
    if not vivants.update(etats=_entre_virgules(etats)):
        raise WebhookRefuse("Ce webhook est résilié : déclarez-en un autre.")
    libelles = ", ".join(str(EtatFacture(etat).label) for etat in etats)
    _consigner(ActeJournal.WEBHOOK_ETATS, webhook, par, libelles or "Tous les états")


@transaction.atomic
def essayer(webhook: Webhook, *, par: Utilisateur) -> EnvoiWebhook:
    """Send a message that tells of nothing, once: it is not tried again.

    Raises:
        PermissionDenied: `par` does not manage the rights of the établissement.
        WebhookRefuse: the webhook is ended, or a trial waits already.
    """
    exiger_gestion(webhook.etablissement, par)
    verrouille = Webhook.objects.select_for_update(of=("self",)).get(pk=webhook.pk)
    if verrouille.resilie_le is not None:
        raise WebhookRefuse("Ce webhook est résilié : déclarez-en un autre.")
    if verrouille.envois.en_attente().filter(passage__isnull=True).exists():
        raise WebhookRefuse("Un message d’essai part déjà : attendez sa réponse.")
    maintenant = timezone.now()
    essai: EnvoiWebhook = EnvoiWebhook.objects.create(
        webhook=verrouille, cree_le=maintenant, prochain_essai_le=maintenant, demande_par=par
    )
    return essai


def _entre_virgules(etats: Collection[str]) -> str:
    return f",{','.join(etats)}," if etats else ""


@transaction.atomic
def rejouer(envoi: EnvoiWebhook, *, par: Utilisateur) -> EnvoiWebhook:
    """Send once more what was delivered or given up; the receiver knows it by its identifier.

    Raises:
        PermissionDenied: `par` does not manage the rights of the établissement.
        WebhookRefuse: the webhook is ended, or the envoi still waits.
    """
    if envoi.est_essai:
        return essayer(envoi.webhook, par=par)
    exiger_gestion(envoi.webhook.etablissement, par)
    if envoi.webhook.resilie_le is not None:
        raise WebhookRefuse("Ce webhook est résilié : déclarez-en un autre.")
    premier = envoi.rejoue or envoi
    if envoi.livre_le is None and envoi.abandonne_le is None:
        raise WebhookRefuse("Cet envoi attend déjà son prochain essai.")
    maintenant = timezone.now()
    try:
        with transaction.atomic():
            nouveau: EnvoiWebhook = EnvoiWebhook.objects.create(
                webhook=envoi.webhook,
                passage_id=envoi.passage_id,
                cree_le=maintenant,
                prochain_essai_le=maintenant,
                rejoue=premier,
                demande_par=par,
            )
    except IntegrityError:
        raise WebhookRefuse("Cet envoi est déjà en train d’être rejoué.") from None
    return nouveau


def envoyer_webhooks() -> dict[str, int]:
    """Deliver what waits, oldest first; return how many were delivered, failed, given up.

    An address that fails is left alone until the next time: it does not keep the others waiting.
    """
    bilan = {"livres": 0, "en_echec": 0, "abandonnes": 0}
    muets: set[int] = set()
    fin = time.monotonic() + DUREE_PASSE
    while time.monotonic() < fin and (envoi := _prendre(muets)):
        issue = _livrer(envoi)
        bilan[issue] += 1
        if issue != "livres":
            muets.add(envoi.webhook_id)
    return bilan


def _prendre(sauf: Collection[int]) -> EnvoiWebhook | None:
    """Take one envoi whose time has come; a conditional update tells who has it."""
    maintenant = timezone.now()
    attendus = EnvoiWebhook.objects.en_attente().filter(prochain_essai_le__lte=maintenant)
    attendus = attendus.exclude(webhook__in=sauf)
    for pk in attendus.order_by("prochain_essai_le", "pk").values_list("pk", flat=True)[:10]:
        pris = attendus.filter(pk=pk).update(
            prochain_essai_le=maintenant + BAIL, nombre_essais=F("nombre_essais") + 1
        )
        if pris:
            envoi: EnvoiWebhook = EnvoiWebhook.objects.select_related(
                "webhook__etablissement", "webhook__cree_par", "passage__facture__mandat"
            ).get(pk=pk)
            return envoi
    return None


def _livrer(envoi: EnvoiWebhook) -> str:
    """Try once, keep what came of it; return which count of the report it adds to."""
    debut, statut, erreur = time.perf_counter(), None, ""
    try:
        statut = _poster(envoi)
    except AdresseRefusee as refus:
        erreur = refus.messages[0]
    except EchecEnvoi as echec:
        erreur = str(echec)
    duree_ms = int(1000 * (time.perf_counter() - debut))
    EssaiWebhook.objects.create(
        envoi=envoi, le=timezone.now(), duree_ms=duree_ms, statut=statut, erreur=erreur[:200]
    )
    est_livre = statut is not None and 200 <= statut < 300  # noqa: PLR2004
    return _conclure(envoi, est_livre=est_livre)


def _poster(envoi: EnvoiWebhook) -> int:
    webhook = envoi.webhook
    if not webhook.sert_encore:
        raise EchecEnvoi("La personne qui a déclaré ce webhook n’agit plus pour l’établissement.")
    corps = json.dumps(contenu(envoi), ensure_ascii=False).encode()
    entetes = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Facturier-Webhook/1",
        ENTETE_SIGNATURE: signature(corps, _secret(webhook), timezone.now()),
    }
    return poster(webhook.adresse, corps, entetes)


def _conclure(envoi: EnvoiWebhook, *, est_livre: bool) -> str:
    maintenant = timezone.now()
    attendu = EnvoiWebhook.objects.en_attente().filter(pk=envoi.pk)
    if est_livre:
        attendu.update(livre_le=maintenant)
        return "livres"
    if envoi.nombre_essais <= len(DELAIS) and not envoi.est_essai:
        attendu.update(prochain_essai_le=maintenant + DELAIS[envoi.nombre_essais - 1])
        return "en_echec"
    if attendu.update(abandonne_le=maintenant) and not envoi.est_essai:
        annoncer_abandon(envoi)
    return "abandonnes"


def contenu(envoi: EnvoiWebhook) -> dict[str, Any]:
    """Return what is sent: which invoice reached which state, when, and where to read the rest."""
    passage = envoi.passage
    if passage is None:
        return {
            "id": f"essai_{envoi.pk}",
            "type": "essai",
            "date": timezone.localtime(envoi.cree_le).isoformat(),
            "message": "Message d’essai : votre système le reçoit, et peut en vérifier la "
            "signature.",
        }
    facture, etat = passage.facture, EtatFacture(passage.arrivee)
    return {
        "id": f"evt_{passage.pk}",
        "type": "facture.etat",
        "date": timezone.localtime(passage.le).isoformat(),
        "facture": {
            "id": facture.pk,
            "numeroFacture": facture.numero,
            "ridet": envoi.webhook.etablissement.ridet,
            "etat": etat.value,
            "libelleEtat": libelle_d_annonce(facture, etat),
            "enClair": en_clair(facture, etat),
            "lien": settings.ADRESSE_PUBLIQUE + reverse("api:facture", args=[facture.pk]),
        },
    }


def signature(corps: bytes, secret: str, moment: datetime) -> str:
    """Return `t=<seconds>,v1=<HMAC-SHA256 of "seconds.body">`, which the receiver computes too."""
    horodatage = str(int(moment.timestamp()))
    calcul = hmac.new(secret.encode(), f"{horodatage}.".encode() + corps, hashlib.sha256)
    return f"t={horodatage},v1={calcul.hexdigest()}"


def _secret(webhook: Webhook) -> str:
    try:
        return _coffre().decrypt(webhook.secret_chiffre.encode()).decode()
    except InvalidToken:
        raise EchecEnvoi(
            "Le secret de ce webhook ne se lit plus : résiliez-le et déclarez-le de nouveau."
        ) from None


def _coffre() -> MultiFernet:
    """What encrypts secrets: the key of the site, then its former ones during a rotation."""
    cles = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet(
        [
            Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"webhooks:{cle}".encode()).digest()))
            for cle in cles
        ]
    )


def _consigner(acte: ActeJournal, webhook: Webhook, par: Utilisateur, motif: str = "") -> None:
    fournisseur = webhook.etablissement.fournisseur
    consigner(acte, par=par, fournisseur=fournisseur, sur=webhook, motif=motif)
