"""What is told of a request to change a datum: to who asked, and to the contacts known before.

Each old contact receives a link of his own, « Ce n’est pas moi », that contests the request
without an account: a signed token, which may be followed any number of times.
"""

from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core import signing
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import Parametre
from fournisseurs.models import ActeJournal, ContactConnu, DemandeModification
from fournisseurs.modifications.donnees import LIBELLES
from fournisseurs.modifications.trace import consigner_acte

journal = structlog.get_logger(__name__)
SEL = "fournisseurs.contestation"
JOURS_DU_LIEN = 90


class JetonInvalide(ValueError):
    """The link was altered or is too old; the message, in French, says what to do."""


def jeton(contact: ContactConnu) -> str:
    """Return the token that lets `contact` contest the request."""
    return signing.dumps(contact.pk, salt=SEL)


def lire_jeton(texte: str) -> ContactConnu:
    """Return the contact whom a token was sent to.

    Raises:
        JetonInvalide: altered, older than ninety days, or about nothing known.
    """
    try:
        pk = signing.loads(texte, salt=SEL, max_age=JOURS_DU_LIEN * 24 * 3600)
        return ContactConnu.objects.select_related(
            "demande__etablissement", "demande__fournisseur__tiers"
        ).get(pk=pk)
    except (signing.BadSignature, ContactConnu.DoesNotExist):
        raise JetonInvalide(
            "Ce lien est incomplet ou a plus de trois mois. Recopiez-le en entier depuis le "
            "courriel, ou appelez la direction des finances."
        ) from None


def prevenir(demande: DemandeModification) -> int:
    """Warn each old address not warned yet; one that fails is tried again by the next run.

    Returns:
        How many were warned now.
    """
    nombre = 0
    for contact in demande.contacts.filter(
        genre=ContactConnu.Genre.COURRIEL, prevenu_le__isnull=True
    ):
        try:
            _envoyer(
                "fournisseurs/courriels/modification_ancien_contact.txt",
                demande,
                contact.valeur,
                contact=contact,
            )
        except (SMTPException, OSError) as erreur:
            journal.error("avis_non_envoye", demande=demande.pk, erreur=type(erreur).__name__)
            continue
        with transaction.atomic():
            contact.prevenu_le = timezone.now()
            contact.save(update_fields=["prevenu_le"])
            consigner_acte(
                ActeJournal.CONTACT_PREVENU,
                demande,
                par=Utilisateur.objects.systeme(),
                motif=str(contact),
            )
        nombre += 1
    return nombre


def accuser_reception(demande: DemandeModification) -> None:
    """Tell the requester that his request is deposited, and what comes next."""
    _envoyer("fournisseurs/courriels/modification_deposee.txt", demande, demande.demandeur.email)


def annoncer_issue(demande: DemandeModification) -> None:
    """Tell the requester what became of his request: its state, and the reason if any."""
    _envoyer("fournisseurs/courriels/modification_issue.txt", demande, demande.demandeur.email)


def annoncer_correction(demande: DemandeModification) -> None:
    """Tell the old contacts that what is asked for has changed, with their link to contest."""
    for contact in demande.contacts.filter(genre=ContactConnu.Genre.COURRIEL):
        _envoyer(
            "fournisseurs/courriels/modification_corrigee.txt",
            demande,
            contact.valeur,
            contact=contact,
        )


def annoncer_contestation(demande: DemandeModification) -> None:
    """Tell the old contacts that the request is stopped, and that payments wait."""
    contacts = demande.contacts.filter(genre=ContactConnu.Genre.COURRIEL)
    for contact in contacts:
        _envoyer(
            "fournisseurs/courriels/modification_contestee.txt",
            demande,
            contact.valeur,
            contact=contact,
        )


def _envoyer(
    gabarit: str, demande: DemandeModification, adresse: str, contact: ContactConnu | None = None
) -> None:
    publique = settings.ADRESSE_PUBLIQUE
    contexte = {
        "demande": demande,
        "champs": [LIBELLES[champ.champ] for champ in demande.champs.all()],
        "heures": Parametre.objects.entier("delai_carence_compte_heures", timezone.localdate()),
        "adresse": publique + reverse("fournisseurs:modification", args=[demande.pk]),
        "securite": publique + reverse("fournisseurs:securite"),
        "contester": publique + reverse("fournisseurs:contester", args=[jeton(contact)])
        if contact
        else "",
    }
    texte = render_to_string(gabarit, contexte)
    sujet, _, corps = texte.partition("\n\n")
    send_mail(sujet.strip(), corps.strip() + "\n", None, [adresse])
