"""Payment links: signed, expiring, revocable; an unknown one and a dead one look the same."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import Tiers, Titre
from telepaiement.models import LienPaiement

SIGNATURE = Signer(salt="telepaiement.lien")
TROP_DE_LIENS = "Plusieurs liens sont déjà en vigueur pour cette somme : révoquez-en un d’abord."


@transaction.atomic
def creer(titre_id: int, *, par: Utilisateur | None = None) -> LienPaiement:
    """Make a link on a titre; it lives 7 days (by default).

    Args:
        par: who gives it at a counter; without him, its author proved to know the key.

    Raises:
        ValidationError: too many are in force.
    """
    titre = Titre.objects.select_for_update(of=("self",)).get(pk=titre_id)
    en_vigueur = LienPaiement.objects.en_vigueur().filter(titre=titre).count()
    if en_vigueur >= settings.LIMITES_PAIEMENT["liens_par_titre"]:
        raise ValidationError(TROP_DE_LIENS)
    maintenant = timezone.now()
    duree = timedelta(days=settings.LIMITES_PAIEMENT["lien_jours"])
    return LienPaiement.objects.create(
        titre=titre, cree_le=maintenant, expire_le=maintenant + duree, par=par
    )


def adresse(lien: LienPaiement) -> str:
    """Return the public address of a link: what is sent to a relative."""
    jeton = SIGNATURE.sign(lien.identifiant.hex)
    return f"{settings.ADRESSE_PUBLIQUE}{reverse('telepaiement:lien', args=[jeton])}"


def lire(jeton: str) -> LienPaiement | None:
    """Return the link in force that `jeton` names, or None: forged, unknown, revoked, expired."""
    try:
        identifiant = UUID(hex=SIGNATURE.unsign(jeton))
    except (BadSignature, ValueError):
        return None
    return _en_vigueur(identifiant=identifiant)


def retrouver(cle: int) -> LienPaiement | None:
    """Return the link in force of this key, which its reader proved to hold, or None."""
    return _en_vigueur(pk=cle)


def _en_vigueur(**criteres: Any) -> LienPaiement | None:
    liens = LienPaiement.objects.en_vigueur().filter(**criteres)
    return liens.select_related("titre__tiers", "titre__service").first()


def revoquer(lien: LienPaiement) -> None:
    """End a link at once; harmless when it is over already."""
    LienPaiement.objects.filter(pk=lien.pk, revoque_le__isnull=True).update(
        revoque_le=timezone.now()
    )


def nom_discret(tiers: Tiers) -> str:
    """Return what tells a relative whose debt it is, and strangers little: `Maëlle F.`.

    A company is named in full: its name is public.
    """
    return f"{tiers.prenom} {tiers.nom[:1]}." if tiers.prenom else tiers.nom
