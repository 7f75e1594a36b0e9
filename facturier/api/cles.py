"""Make a key, revoke it, recognise the one that a program shows."""

import secrets
from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.api.courriels import annoncer_cle
from facturier.api.models import CleApi, Portee
from facturier.api.models.cles import DROIT_DE_PORTEE, MARQUE, empreinte_secret
from fournisseurs.journal import consigner
from fournisseurs.models import ActeJournal, Droit, Etablissement

VALIDITE_MAXIMALE = timedelta(days=366)
MAXIMUM_CLES = 20
PRECISION_USAGE = timedelta(minutes=1)
ALPHABET_PREFIXE = "0123456789abcdefghijklmnopqrstuvwxyz"
LONGUEUR_PREFIXE = 8
LONGUEUR_CLE = 128  # beyond, it is no key: nothing is looked up


class CleRefusee(ValidationError):
    """The key cannot be made, or revoked; the message, in French, says why."""


@transaction.atomic
def creer_cle(
    etablissement: Etablissement,
    *,
    nom: str,
    portees: Collection[Portee],
    dernier_jour: date,
    par: Utilisateur,
) -> tuple[CleApi, str]:
    """Make a key in the name of `par`; return it, and the text that opens: nobody sees it again.

    Those who manage the rights of the établissement are told by mail.

    Raises:
        PermissionDenied: `par` does not manage the rights there, or lacks one that a portée needs.
        CleRefusee: no portée, a last day over or too far, or too many keys.
    """
    exiger_gestion(etablissement, par)
    for portee in portees:
        exiger_droit(etablissement, par, DROIT_DE_PORTEE[portee])
    expire_le = _fin(dernier_jour)
    Etablissement.objects.select_for_update(of=("self",)).get(pk=etablissement.pk)
    _exiger_possible(etablissement, portees, expire_le)
    prefixe = "".join(secrets.choice(ALPHABET_PREFIXE) for _ in range(LONGUEUR_PREFIXE))
    secret = f"{MARQUE}_{prefixe}_{secrets.token_urlsafe(32)}"
    cle: CleApi = CleApi.objects.create(
        etablissement=etablissement,
        titulaire=par,
        nom=nom,
        prefixe=prefixe,
        empreinte=empreinte_secret(secret),
        expire_le=expire_le,
        **{f"a_portee_{portee}": portee in portees for portee in Portee},
    )
    _consigner(ActeJournal.CLE_API_CREEE, cle, par, cle.libelles_portees)
    transaction.on_commit(lambda: annoncer_cle(cle), robust=True)
    return cle, secret


@transaction.atomic
def revoquer_cle(cle: CleApi, *, par: Utilisateur) -> None:
    """Make a key worthless at once.

    Raises:
        PermissionDenied: `par` does not manage the rights of the établissement.
        CleRefusee: revoked already.
    """
    exiger_gestion(cle.etablissement, par)
    vivantes = CleApi.objects.filter(pk=cle.pk, revoquee_le__isnull=True)
    if not vivantes.update(revoquee_le=timezone.now(), revoquee_par=par):
        raise CleRefusee("Cette clé est déjà révoquée.")
    _consigner(ActeJournal.CLE_API_REVOQUEE, cle, par)


def reconnaitre(secret: str) -> CleApi | None:
    """Return the key that `secret` is, whatever its state, with the rights of its holder."""
    marque, _, reste = secret.partition("_")
    prefixe = reste.partition("_")[0]
    if marque != MARQUE or len(secret) > LONGUEUR_CLE or not prefixe.isalnum():
        return None
    cle: CleApi | None = CleApi.objects.presentee(prefixe)
    return cle if cle and cle.correspond_a(secret) else None


def noter_usage(cle: CleApi, adresse_ip: str) -> None:
    """Keep when and from where the key last served, to the minute."""
    maintenant = timezone.now()
    if (
        cle.utilisee_le
        and maintenant - cle.utilisee_le < PRECISION_USAGE
        and cle.utilisee_depuis == adresse_ip[:45]
    ):
        return
    CleApi.objects.filter(pk=cle.pk).update(utilisee_le=maintenant, utilisee_depuis=adresse_ip[:45])


def exiger_gestion(etablissement: Etablissement, par: Utilisateur) -> None:
    """Raise `PermissionDenied` unless `par` manages the rights of the établissement."""
    exiger_droit(etablissement, par, Droit.GERER_DROITS)


def exiger_droit(etablissement: Etablissement, par: Utilisateur, droit: Droit) -> None:
    """Raise `PermissionDenied` unless `par` holds `droit` there himself."""
    detenus = Etablissement.objects.representes_par(par, droit)
    if not detenus.filter(pk=etablissement.pk).exists():
        raise PermissionDenied(
            f"Il faut le droit « {droit.label} » sur cet établissement, et vous ne l’avez pas."
        )


def _fin(dernier_jour: date) -> datetime:
    """Return the end of a day, at Nouméa."""
    return timezone.make_aware(datetime.combine(dernier_jour + timedelta(days=1), time.min))


def _exiger_possible(
    etablissement: Etablissement, portees: Collection[Portee], expire_le: datetime
) -> None:
    if not portees:
        raise CleRefusee("Choisissez au moins une chose que la clé permet.")
    if expire_le <= timezone.now():
        raise CleRefusee("Le dernier jour de la clé est déjà passé.")
    if expire_le > timezone.now() + VALIDITE_MAXIMALE + timedelta(days=1):
        raise CleRefusee("Une clé vaut un an au plus : renouvelez-la ensuite.")
    if etablissement.cles_api.en_vigueur().count() >= MAXIMUM_CLES:
        raise CleRefusee(
            f"L’établissement a déjà {MAXIMUM_CLES} clés : révoquez celles qui ne servent plus."
        )


def _consigner(acte: ActeJournal, cle: CleApi, par: Utilisateur, motif: str = "") -> None:
    consigner(acte, par=par, fournisseur=cle.etablissement.fournisseur, sur=cle, motif=motif)
