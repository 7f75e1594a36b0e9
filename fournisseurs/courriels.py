"""Notices sent by e-mail, in plain text."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from fournisseurs.models import (
    DemandeEtablissement,
    DemandeModification,
    EtatDemande,
    Habilitation,
    Invitation,
)

GABARITS = {
    EtatDemande.ACCEPTEE: "fournisseurs/courriels/demande_acceptee.txt",
    EtatDemande.REFUSEE: "fournisseurs/courriels/demande_refusee.txt",
}


def annoncer_decision(demande: DemandeEtablissement) -> None:
    """Tell the requester that his request was accepted, or refused and why."""
    _envoyer(
        GABARITS[EtatDemande(demande.etat)],
        [demande.demandeur.email],
        demande=demande,
        adresse=_adresse("fournisseurs:demande", demande.pk),
    )


def annoncer_complements(demande: DemandeEtablissement | DemandeModification) -> None:
    """Tell the requester what his request lacks, and where to answer."""
    _envoyer(
        "fournisseurs/courriels/a_completer.txt",
        [demande.demandeur.email],
        demande=demande,
        complements=demande.complements.attendus(),
        adresse=_adresse(f"fournisseurs:{_page(demande, 'completer')}", demande.pk),
    )


def annoncer_complement_recu(demande: DemandeEtablissement | DemandeModification) -> None:
    """Tell the agent who sent the request back that it is answered."""
    renvois = demande.passages.filter(acte="renvoyer").order_by("-pk")
    _envoyer(
        "fournisseurs/courriels/complement_recu.txt",
        renvois.values_list("par__email", flat=True)[:1],
        demande=demande,
        adresse=_adresse(f"fournisseurs:{_page(demande, 'gestion')}", demande.pk),
    )


def _page(demande: DemandeEtablissement | DemandeModification, debut: str) -> str:
    est_modification = isinstance(demande, DemandeModification)
    return f"{debut}_{'modification' if est_modification else 'demande'}"


def envoyer_invitation(invitation: Invitation, jeton: str) -> None:
    """Send the link of an invitation to the address it is meant for."""
    _envoyer(
        "fournisseurs/courriels/invitation.txt",
        [invitation.courriel],
        invitation=invitation,
        adresse=_adresse("fournisseurs:invitation", jeton),
    )


def annoncer_acceptation(invitation: Invitation) -> None:
    """Tell who invited that the person accepted."""
    _envoyer(
        "fournisseurs/courriels/invitation_acceptee.txt",
        [invitation.invitee_par.email],
        invitation=invitation,
        adresse=_adresse("fournisseurs:habilitations", invitation.etablissement.ridet),
    )


def annoncer_droits(habilitation: Habilitation) -> None:
    """Tell a person that her rights changed."""
    _envoyer(
        "fournisseurs/courriels/droits_changes.txt",
        [habilitation.representant.utilisateur.email],
        habilitation=habilitation,
        adresse=_adresse("fournisseurs:etablissement", habilitation.etablissement.ridet),
    )


def annoncer_retrait(habilitation: Habilitation) -> None:
    """Tell a person that her rights are taken back."""
    _envoyer(
        "fournisseurs/courriels/habilitation_retiree.txt",
        [habilitation.representant.utilisateur.email],
        habilitation=habilitation,
    )


def annoncer_depart(habilitation: Habilitation) -> None:
    """Tell those who manage the rights that somebody left."""
    gestionnaires = habilitation.etablissement.habilitations.en_vigueur().filter(
        a_droit_gerer_droits=True
    )
    _envoyer(
        "fournisseurs/courriels/habilitation_quittee.txt",
        gestionnaires.values_list("representant__utilisateur__email", flat=True),
        habilitation=habilitation,
    )


def _adresse(page: str, argument: str | int) -> str:
    return settings.ADRESSE_PUBLIQUE + reverse(page, args=[argument])


def _envoyer(gabarit: str, destinataires: Iterable[str], **contexte: Any) -> None:
    """Send one message each; the first line of the template is the subject."""
    sujet, _, corps = render_to_string(gabarit, contexte).partition("\n\n")
    for destinataire in destinataires:
        send_mail(sujet.strip(), corps.strip() + "\n", None, [destinataire])
