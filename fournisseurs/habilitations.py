"""Give and take back the right to act for an établissement, and leave it."""

from collections.abc import Collection
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from fournisseurs.courriels import annoncer_depart, annoncer_droits, annoncer_retrait
from fournisseurs.journal import consigner
from fournisseurs.models import ActeJournal, Droit, Etablissement, Habilitation, Representant

DERNIER = (
    "C’est la dernière personne qui gère les habilitations de cet établissement : "
    "habilitez d’abord quelqu’un d’autre."
)


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
    fin: date | None = None,
) -> Habilitation:
    """Let `utilisateur` act for `etablissement` with `droits`, in place of what he held before.

    `par` is an agent, or holds there the right to manage habilitations and each of `droits`.
    Consulting is always included. After the day `fin` the habilitation holds no more.

    Raises:
        PermissionDenied: `par` may not give these rights on this établissement.
        HabilitationRefusee: it is oneself, a day is over, or nobody would manage the rights.
    """
    exiger_gestion_des_droits(etablissement, par, droits)
    if utilisateur.pk == par.pk:
        raise HabilitationRefusee("Vous ne pouvez pas changer vos propres droits.")
    exiger_fin_possible(droits, fin)
    _verrouiller(etablissement)
    representant, _ = Representant.objects.get_or_create(utilisateur=utilisateur)
    if fonction and (fonction, service) != (representant.fonction, representant.service):
        representant.fonction, representant.service = fonction, service
        representant.save(update_fields=["fonction", "service"])
    anciennes = etablissement.habilitations.non_retirees().filter(representant=representant)
    ancienne = anciennes.first()
    if ancienne and Droit.GERER_DROITS not in droits:
        _exiger_autre_administrateur(ancienne)
    anciennes.update(retiree_le=timezone.now(), retiree_par=par)
    habilitation: Habilitation = Habilitation.objects.create(
        representant=representant,
        etablissement=etablissement,
        accordee_par=par,
        fin=fin,
        **{f"a_droit_{droit}": droit in droits for droit in Droit if droit != Droit.CONSULTER},
    )
    _consigner(ActeJournal.HABILITATION_ACCORDEE, habilitation, par)
    return habilitation


@transaction.atomic
def changer_droits(
    habilitation: Habilitation, *, droits: Collection[Droit], fin: date | None, par: Utilisateur
) -> Habilitation:
    """Replace an habilitation in force by one with other rights; the person is told.

    Raises:
        PermissionDenied, HabilitationRefusee: as `habiliter`.
    """
    nouvelle = habiliter(
        utilisateur=habilitation.representant.utilisateur,
        etablissement=habilitation.etablissement,
        droits=droits,
        fin=fin,
        par=par,
    )
    transaction.on_commit(lambda: annoncer_droits(nouvelle), robust=True)
    return nouvelle


@transaction.atomic
def retirer_habilitation(habilitation: Habilitation, *, par: Utilisateur) -> None:
    """Take an habilitation back; the row stays, ended, and the person is told.

    Raises:
        PermissionDenied: `par` may not take rights back on this établissement.
        HabilitationRefusee: already taken back, or it is the last that manages the rights.
    """
    exiger_gestion_des_droits(habilitation.etablissement, par)
    _terminer(habilitation, par=par)
    _consigner(ActeJournal.HABILITATION_RETIREE, habilitation, par)
    transaction.on_commit(lambda: annoncer_retrait(habilitation), robust=True)


@transaction.atomic
def quitter(etablissement: Etablissement, *, par: Utilisateur) -> None:
    """Give up one's own habilitation; those who manage the rights are told.

    Raises:
        HabilitationRefusee: `par` acts no more there, or nobody else manages the rights.
    """
    habilitation = etablissement.habilitations.en_vigueur().de(par).first()
    if habilitation is None:
        raise HabilitationRefusee("Vous n’agissez plus pour cet établissement.")
    _terminer(habilitation, par=par)
    _consigner(ActeJournal.HABILITATION_QUITTEE, habilitation, par)
    transaction.on_commit(lambda: annoncer_depart(habilitation), robust=True)


def _terminer(habilitation: Habilitation, *, par: Utilisateur) -> None:
    _verrouiller(habilitation.etablissement)
    _exiger_autre_administrateur(habilitation)
    retirees = Habilitation.objects.non_retirees().filter(pk=habilitation.pk)
    if not retirees.update(retiree_le=timezone.now(), retiree_par=par):
        raise HabilitationRefusee("Cette habilitation a déjà été retirée. Rechargez la page.")


def _exiger_autre_administrateur(habilitation: Habilitation) -> None:
    """Refuse to end the last habilitation that manages the rights; call it under the lock."""
    if not habilitation.a_droit_gerer_droits:
        return
    autres = habilitation.etablissement.habilitations.en_vigueur().exclude(pk=habilitation.pk)
    if not autres.filter(a_droit_gerer_droits=True).exists():
        raise HabilitationRefusee(DERNIER)


def exiger_fin_possible(droits: Collection[Droit], fin: date | None) -> None:
    """Refuse a mandate already over, or an administrator whose mandate would end.

    Raises:
        HabilitationRefusee: one of the two.
    """
    if fin is not None and fin < timezone.localdate():
        raise HabilitationRefusee("Le dernier jour du mandat est déjà passé.")
    if fin is not None and Droit.GERER_DROITS in droits:
        raise HabilitationRefusee(
            "Le droit de gérer les habilitations se donne sans date de fin, pour qu’il reste "
            "toujours quelqu’un."
        )


def exiger_gestion_des_droits(
    etablissement: Etablissement, par: Utilisateur, droits: Collection[Droit] = ()
) -> None:
    """Raise `PermissionDenied` unless `par` may manage the rights, and holds those he gives."""
    if par.a_role(Role.AGENT):
        return
    for droit in (Droit.GERER_DROITS, *droits):
        detenus = Etablissement.objects.visibles_par(par, droit)
        if not detenus.filter(pk=etablissement.pk).exists():
            raise PermissionDenied(
                "Vous ne gérez pas les habilitations de cet établissement."
                if droit == Droit.GERER_DROITS
                else f"Vous n’avez pas vous-même le droit « {droit.label} » : vous ne pouvez pas "
                "le donner."
            )


def _verrouiller(etablissement: Etablissement) -> None:
    Etablissement.objects.select_for_update(of=("self",)).get(pk=etablissement.pk)


def _consigner(acte: ActeJournal, habilitation: Habilitation, par: Utilisateur) -> None:
    fin = f", jusqu’au {habilitation.fin:%d/%m/%Y}" if habilitation.fin else ""
    consigner(
        acte,
        par=par,
        fournisseur=habilitation.etablissement.fournisseur,
        sur=habilitation,
        motif=f"{habilitation.libelles_droits}{fin}",
    )
