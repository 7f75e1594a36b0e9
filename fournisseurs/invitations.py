"""Invite somebody by e-mail to act for an établissement: send, accept, withdraw."""

import secrets
from collections.abc import Collection
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import franchir
from facturier.grand_livre.models import Parametre
from fournisseurs.courriels import annoncer_acceptation, envoyer_invitation
from fournisseurs.habilitations import (
    exiger_fin_possible,
    exiger_gestion_des_droits,
    habiliter,
)
from fournisseurs.journal import consigner
from fournisseurs.models import (
    ActeJournal,
    Droit,
    Etablissement,
    EtatInvitation,
    Habilitation,
    Invitation,
)

VALIDITE = "invitation_validite_jours"


class InvitationRefusee(ValidationError):
    """The invitation cannot be sent or used; the message, in French, says why and what to do."""


@transaction.atomic
def inviter(
    *,
    etablissement: Etablissement,
    courriel: str,
    droits: Collection[Droit],
    par: Utilisateur,
    fin: date | None = None,
) -> Invitation:
    """Offer `droits` to whoever owns the address `courriel`; on commit it receives the link.

    An invitation still open for the same address is withdrawn: only the last link serves.

    Raises:
        PermissionDenied: `par` may not give these rights.
        InvitationRefusee: it is one's own address, or that of somebody who acts there already.
        HabilitationRefusee: the mandate is over, or an administrator's would end.
    """
    exiger_gestion_des_droits(etablissement, par, droits)
    exiger_fin_possible(droits, fin)
    courriel = courriel.lower()
    _exiger_invitable(etablissement, courriel, par)
    Etablissement.objects.select_for_update(of=("self",)).get(pk=etablissement.pk)
    for ancienne in etablissement.invitations.filter(
        courriel=courriel, etat=EtatInvitation.ENVOYEE
    ):
        franchir(ancienne, "retirer", par=par, motif="Remplacée par une nouvelle invitation.")
    jeton = secrets.token_urlsafe(32)
    jours = Parametre.objects.entier(VALIDITE, timezone.localdate())
    invitation = Invitation(
        etablissement=etablissement,
        courriel=courriel,
        invitee_par=par,
        expire_le=timezone.now() + timedelta(days=jours),
        fin=fin,
        **{f"a_droit_{droit}": droit in droits for droit in Droit if droit != Droit.CONSULTER},
    )
    invitation.fermer_sur(jeton)
    invitation.save(force_insert=True)
    invitation.passages.create(acte="inviter", depart="", arrivee=invitation.etat, par=par)
    _consigner(ActeJournal.INVITATION_ENVOYEE, invitation, par, invitation.libelles_droits)
    transaction.on_commit(lambda: envoyer_invitation(invitation, jeton), robust=True)
    return invitation


def _exiger_invitable(etablissement: Etablissement, courriel: str, par: Utilisateur) -> None:
    if courriel == par.email:
        raise InvitationRefusee("C’est votre propre adresse : vous agissez déjà ici.")
    habilites = etablissement.habilitations.en_vigueur()
    if habilites.filter(representant__utilisateur__email=courriel).exists():
        raise InvitationRefusee(
            "Cette personne agit déjà pour l’établissement : changez plutôt ses droits."
        )


@transaction.atomic
def retirer_invitation(invitation: Invitation, *, par: Utilisateur) -> None:
    """Make the link of an invitation worthless.

    Raises:
        PermissionDenied: `par` does not manage the rights.
        TransitionInterdite: accepted or withdrawn already.
    """
    exiger_gestion_des_droits(invitation.etablissement, par)
    franchir(invitation, "retirer", par=par)
    _consigner(ActeJournal.INVITATION_RETIREE, invitation, par)


def trouver_invitation(jeton: str, *, par: Utilisateur) -> Invitation:
    """Return the invitation that `par` may accept with this link.

    Raises:
        InvitationRefusee: unknown, used, withdrawn, out of date, or meant for another address. The
            journal says so.
    """
    invitation = (
        Invitation.objects.de_jeton(jeton)
        .select_related("etablissement__fournisseur__tiers", "invitee_par")
        .first()
    )
    refus = _refus(invitation, par) if invitation else "Ce lien ne désigne aucune invitation."
    if invitation is None or refus:
        _consigner(ActeJournal.INVITATION_REFUSEE, invitation, par, refus)
        raise InvitationRefusee(refus)
    return invitation


def _refus(invitation: Invitation, par: Utilisateur) -> str:
    """Return in French why `par` cannot accept, and what to do; nothing when he can."""
    if invitation.etat == EtatInvitation.ACCEPTEE:
        return "Cette invitation a déjà servi : chaque lien ne sert qu’une fois."
    if invitation.etat == EtatInvitation.RETIREE:
        return "Cette invitation a été retirée ou remplacée par une plus récente."
    if invitation.est_perimee:
        return "Cette invitation n’est plus valable : demandez-en une nouvelle."
    if not par.a_role(Role.FOURNISSEUR) or par.est_systeme:
        return "Votre compte n’est pas un compte de fournisseur."
    adresses = EmailAddress.objects.filter(user_id=par.pk, verified=True)
    if not adresses.filter(email__iexact=invitation.courriel).exists():
        return (
            "Cette invitation est adressée à une autre adresse électronique que la vôtre : "
            "connectez-vous avec le compte de cette adresse, ou demandez une nouvelle invitation."
        )
    return (
        ""
        if _vaut_encore(invitation)
        else (
            "La personne qui vous a invité ne gère plus les droits de l’établissement : demandez "
            "une nouvelle invitation."
        )
    )


def _vaut_encore(invitation: Invitation) -> bool:
    """Whether who invited could still give these rights: those of a dismissed person are void."""
    try:
        exiger_gestion_des_droits(
            invitation.etablissement, invitation.invitee_par, invitation.droits
        )
    except PermissionDenied:
        return False
    return invitation.invitee_par.is_active


def accepter_invitation(jeton: str, *, par: Utilisateur) -> Habilitation:
    """Give `par` the rights that the invitation offers; who invited is told.

    Raises:
        InvitationRefusee: as `trouver_invitation`; nothing changes but the journal.
        TransitionInterdite: the same link was used a moment ago.
    """
    invitation = trouver_invitation(jeton, par=par)
    with transaction.atomic():
        franchir(invitation, "accepter", par=par, acceptee_par=par)
        habilitation = habiliter(
            utilisateur=par,
            etablissement=invitation.etablissement,
            droits=invitation.droits,
            fin=invitation.fin,
            par=invitation.invitee_par,
        )
        _consigner(ActeJournal.INVITATION_ACCEPTEE, invitation, par)
        transaction.on_commit(lambda: annoncer_acceptation(invitation), robust=True)
    return habilitation


def _consigner(
    acte: ActeJournal, invitation: Invitation | None, par: Utilisateur, motif: str = ""
) -> None:
    fournisseur = invitation.etablissement.fournisseur if invitation else None
    consigner(acte, par=par, fournisseur=fournisseur, sur=invitation, motif=motif)
