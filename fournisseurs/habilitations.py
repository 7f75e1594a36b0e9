"""Give and take back the right to act for an établissement."""

from collections.abc import Collection

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from fournisseurs.models import Droit, Etablissement, Habilitation, Representant


class HabilitationRefusee(ValidationError):
    """The right cannot be given or taken back; the message, in French, says why."""


@transaction.atomic
def habiliter(
    *,
    utilisateur: Utilisateur,
    etablissement: Etablissement,
    droits: Collection[Droit],
    par: Utilisateur,
    fonction: str = "",
    service: str = "",
) -> Habilitation:
    """Let `utilisateur` act for `etablissement` with `droits`, in place of what he held before.

    `par` is an agent, or holds the right to manage habilitations there. Consulting is always
    included.

    Raises:
        PermissionDenied: `par` may not give rights on this établissement.
    """
    exiger_gestion_des_droits(etablissement, par)
    Etablissement.objects.select_for_update(of=("self",)).get(pk=etablissement.pk)
    representant, _ = Representant.objects.get_or_create(utilisateur=utilisateur)
    if fonction and (fonction, service) != (representant.fonction, representant.service):
        representant.fonction, representant.service = fonction, service
        representant.save(update_fields=["fonction", "service"])
    anciennes = etablissement.habilitations.en_vigueur().filter(representant=representant)
    anciennes.update(retiree_le=timezone.now(), retiree_par=par)
    return Habilitation.objects.create(
        representant=representant,
        etablissement=etablissement,
        accordee_par=par,
        **{f"a_droit_{droit}": droit in droits for droit in Droit if droit != Droit.CONSULTER},
    )


@transaction.atomic
def retirer_habilitation(habilitation: Habilitation, *, par: Utilisateur) -> None:
    """Take an habilitation back; the row stays, ended.

    Raises:
        PermissionDenied: `par` may not take rights back on this établissement.
        HabilitationRefusee: already taken back, or it is the last that manages the rights.
    """
    etablissement = habilitation.etablissement
    exiger_gestion_des_droits(etablissement, par)
    Etablissement.objects.select_for_update(of=("self",)).get(pk=etablissement.pk)
    en_vigueur = etablissement.habilitations.en_vigueur()
    if not en_vigueur.exclude(pk=habilitation.pk).filter(a_droit_gerer_droits=True).exists():
        raise HabilitationRefusee(
            "C’est la dernière personne qui gère les habilitations de cet établissement : "
            "habilitez d’abord quelqu’un d’autre."
        )
    retirees = en_vigueur.filter(pk=habilitation.pk)
    if not retirees.update(retiree_le=timezone.now(), retiree_par=par):
        raise HabilitationRefusee("Cette habilitation a déjà été retirée. Rechargez la page.")


def exiger_gestion_des_droits(etablissement: Etablissement, par: Utilisateur) -> None:
    """Raise `PermissionDenied` unless `par` may manage the rights on `etablissement`."""
    if par.a_role(Role.AGENT):
        return
    geres = Etablissement.objects.visibles_par(par, Droit.GERER_DROITS)
    if not geres.filter(pk=etablissement.pk).exists():
        raise PermissionDenied("Vous ne gérez pas les habilitations de cet établissement.")
