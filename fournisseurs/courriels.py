"""Notices sent by e-mail, in plain text."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from fournisseurs.models import DemandeEtablissement, EtatDemande

GABARITS = {
    EtatDemande.ACCEPTEE: "fournisseurs/courriels/demande_acceptee.txt",
    EtatDemande.REFUSEE: "fournisseurs/courriels/demande_refusee.txt",
}


def annoncer_decision(demande: DemandeEtablissement) -> None:
    """Tell the requester that his request was accepted, or refused and why."""
    sujet, _, corps = render_to_string(
        GABARITS[EtatDemande(demande.etat)],
        {
            "demande": demande,
            "adresse": settings.ADRESSE_PUBLIQUE
            + reverse("fournisseurs:demande", args=[demande.pk]),
        },
    ).partition("\n\n")
    send_mail(sujet.strip(), corps.strip() + "\n", None, [demande.demandeur.email])
