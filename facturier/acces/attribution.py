"""Acts of the administrateur on accounts: invite, grant and withdraw roles, end access.

Each leaves a `PassageUtilisateur`. What changes the rights of a person ends all of his sessions.
Nobody acts on his own rights: another administrateur must.
"""

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction

from facturier.acces.invitation import envoyer_invitation
from facturier.acces.models import (
    AttributionRole,
    PassageUtilisateur,
    Role,
    ServiceGestionnaire,
    Utilisateur,
)
from facturier.acces.sessions import fermer_les_sessions
from facturier.commun.etats import ActeInterdit

ACTIF, INACTIF, INEXISTANT = "actif", "inactif", ""
SANS_ROLE, SANS_SERVICE = "", ""


@transaction.atomic
def attribuer(utilisateur: Utilisateur, role: Role, *, motif: str, par: Utilisateur) -> None:
    """Grant `role`, and end the sessions of `utilisateur`; harmless when already held.

    Raises:
        ActeInterdit: `par` is no active administrateur.
        ValidationError: `par` grants it to himself, or the role excludes one already held
            (décret 2012-829 art. 3, décret 2012-1246).
    """
    _engager(utilisateur, par)
    if utilisateur.pk == par.pk:
        raise ValidationError(
            "Vous ne pouvez pas vous accorder un rôle : demandez-le à un autre administrateur."
        )
    if utilisateur.attributions.filter(role=role).exists():
        return
    AttributionRole(utilisateur=utilisateur, role=role).validate_constraints()
    utilisateur.attribuer(role, par=par, motif=motif)
    fermer_les_sessions(utilisateur)


@transaction.atomic
def retirer(utilisateur: Utilisateur, role: Role, *, motif: str, par: Utilisateur) -> None:
    """Withdraw `role`, and end the sessions of `utilisateur`; harmless when not held.

    Raises:
        ActeInterdit: `par` is no active administrateur.
        ValidationError: `par` gives up his own role of administrateur.
    """
    _engager(utilisateur, par)
    if utilisateur.pk == par.pk and role == Role.ADMINISTRATEUR:
        raise ValidationError(
            "Vous ne pouvez pas vous retirer le rôle d’administrateur : un autre administrateur "
            "doit le faire, pour qu’il en reste toujours un."
        )
    supprimees, _ = utilisateur.attributions.filter(role=role).delete()
    if supprimees:
        utilisateur.__dict__.pop("roles", None)
        _tracer(utilisateur, "retirer", role, SANS_ROLE, motif, par)
        fermer_les_sessions(utilisateur)


@transaction.atomic
def desactiver(utilisateur: Utilisateur, *, motif: str, par: Utilisateur) -> None:
    """Forbid `utilisateur` to log in and end his sessions; his roles and his trace remain.

    Raises:
        ActeInterdit: `par` is no active administrateur.
        ValidationError: it is his own account, or it is already inactive.
    """
    _engager(utilisateur, par)
    if utilisateur.pk == par.pk:
        raise ValidationError("Vous ne pouvez pas désactiver votre propre compte.")
    _basculer(utilisateur, est_actif=False)
    _tracer(utilisateur, "desactiver", ACTIF, INACTIF, motif, par)
    fermer_les_sessions(utilisateur)


@transaction.atomic
def reactiver(utilisateur: Utilisateur, *, motif: str, par: Utilisateur) -> None:
    """Let `utilisateur` log in again, with the roles he had.

    Raises:
        ActeInterdit: `par` is no active administrateur.
        ValidationError: the account is already active.
    """
    _engager(utilisateur, par)
    _basculer(utilisateur, est_actif=True)
    _tracer(utilisateur, "reactiver", INACTIF, ACTIF, motif, par)


@transaction.atomic
def affecter(
    utilisateur: Utilisateur,
    *,
    service: ServiceGestionnaire | None,
    fonction: str,
    motif: str,
    par: Utilisateur,
) -> None:
    """Move `utilisateur` to `service` with `fonction`, the quality that signatures show.

    Raises:
        ActeInterdit: `par` is no active administrateur.
    """
    _engager(utilisateur, par)
    ancien = utilisateur.service.code if utilisateur.service else SANS_SERVICE
    utilisateur.service, utilisateur.fonction = service, fonction
    utilisateur.save(update_fields=["service", "fonction"])
    _tracer(utilisateur, "affecter", ancien, service.code if service else SANS_SERVICE, motif, par)
    fermer_les_sessions(utilisateur)


@transaction.atomic
def inviter(
    *,
    email: str,
    prenom: str,
    nom: str,
    fonction: str,
    service: ServiceGestionnaire | None,
    roles: Iterable[Role],
    motif: str,
    par: Utilisateur,
) -> Utilisateur:
    """Create an account without a password; on commit its owner receives a link to choose one.

    Raises:
        ActeInterdit: `par` is no active administrateur.
        ValidationError: the address is taken, or two of the roles exclude each other.
    """
    _exiger_administrateur(par)
    if Utilisateur.objects.filter(email=email.lower()).exists():
        raise ValidationError({"email": "Un compte existe déjà avec cette adresse."})
    invite = Utilisateur.objects.create_user(
        email, prenom=prenom, nom=nom, fonction=fonction, service=service
    )
    EmailAddress.objects.create(user=invite, email=invite.email, verified=True, primary=True)
    _tracer(invite, "inviter", INEXISTANT, ACTIF, motif, par)
    for role in roles:
        attribuer(invite, role, motif=motif, par=par)
    transaction.on_commit(lambda: envoyer_invitation(invite))
    return invite


@transaction.atomic
def relancer_invitation(utilisateur: Utilisateur, *, par: Utilisateur) -> None:
    """Send the link again to somebody who has chosen no password yet.

    Raises:
        ActeInterdit: `par` is no active administrateur.
        ValidationError: the person has a password already, or the account is inactive.
    """
    _engager(utilisateur, par)
    if utilisateur.has_usable_password() or not utilisateur.is_active:
        raise ValidationError("Ce compte n’attend pas de mot de passe.")
    _tracer(utilisateur, "relancer", ACTIF, ACTIF, "", par)
    transaction.on_commit(lambda: envoyer_invitation(utilisateur))


def _engager(utilisateur: Utilisateur, par: Utilisateur) -> None:
    """Lock both accounts, so that two administrateurs cannot end each other at once."""
    comptes = Utilisateur.objects.select_for_update(of=("self",)).order_by("pk")
    list(comptes.filter(pk__in={utilisateur.pk, par.pk}).values_list("pk"))
    _exiger_administrateur(par)


def _exiger_administrateur(par: Utilisateur) -> None:
    actuel = Utilisateur.objects.get(pk=par.pk)
    if not (actuel.is_active and actuel.a_role(Role.ADMINISTRATEUR)):
        raise ActeInterdit("Seul un administrateur gère les comptes.")


def _basculer(utilisateur: Utilisateur, *, est_actif: bool) -> None:
    lignes = Utilisateur.objects.filter(pk=utilisateur.pk, is_active=not est_actif)
    if not lignes.update(is_active=est_actif):
        raise ValidationError(f"Ce compte est déjà {ACTIF if est_actif else INACTIF}.")
    utilisateur.is_active = est_actif


def _tracer(
    utilisateur: Utilisateur, acte: str, depart: str, arrivee: str, motif: str, par: Utilisateur
) -> None:
    PassageUtilisateur.objects.create(
        utilisateur=utilisateur, acte=acte, depart=depart, arrivee=arrivee, motif=motif, par=par
    )
