"""Invite a bookkeeper: she creates her account, accepts, deposits, then leaves."""

import re

import pytest
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.accueil.facture_type import FactureType, editer
from fournisseurs.habilitations import habiliter
from fournisseurs.models import Droit, Etablissement, Habilitation
from tests.navigateur.visite import FANNY, Visite, dernier_courriel

RIDET = "9000019001"
MARTHE = "marthe.gaiac@cabinet.example"
SECRET = "un-cabinet-sur-la-baie"
SERVICE = (
    "Service des moyens des collèges (Direction de l’éducation, de la formation et de l’emploi)"
)


def _lien(debut: str) -> str:
    """Return the path that begins so, in the last message sent to the bookkeeper."""
    courriel = dernier_courriel(MARTHE)
    trouve = re.search(rf"https?://[^/\s]+({debut}\S*)", courriel)
    assert trouve, courriel
    return trouve[1]


def creer_son_compte(visite: Visite) -> None:
    """Sign up with the invited address, and follow the link of the mail."""
    page = visite.page
    page.context.clear_cookies()
    page.goto("/compte/signup/")
    visite.remplir("Prénom", "Marthe")
    page.get_by_label("Nom", exact=True).fill("Gaïac")
    visite.remplir("Adresse électronique", MARTHE)
    page.get_by_label("Mot de passe", exact=True).fill(SECRET)
    visite.remplir("Mot de passe, une seconde fois", SECRET)
    visite.presser("Créer mon compte")
    visite.attendre(MARTHE)
    page.goto(_lien("/compte/confirm-email/"))
    visite.presser("Oui, confirmer cette adresse")
    visite.entrer(MARTHE, SECRET)


def deposer(visite: Visite) -> None:
    """Deposit an invoice for the company."""
    page = visite.page
    contenu = editer(
        FactureType(
            numero="PC-2026-0777",
            date=timezone.localdate(),
            emetteur="Pépinière du Cagou",
            ridet=RIDET,
            adresse="12 rue des Banians",
            objet="Plants pour les collèges",
            montant_ht=100_000,
            montant_tgc=11_000,
            taux=11,
        )
    )
    page.goto("/factures/deposer/")
    page.get_by_label("Fichier de la facture").set_input_files(
        {"name": "facture.pdf", "mimeType": "application/pdf", "buffer": contenu}
    )
    visite.presser("Lire le fichier et continuer")
    visite.choisir("Service qui a commandé", SERVICE)
    visite.presser("Continuer")
    visite.presser("Déposer la facture")
    visite.attendre("Cette date est opposable")


@pytest.mark.usefixtures("demonstration")
def test_une_mandataire_est_invitee_depose_puis_quitte(visite):
    etablissement = Etablissement.objects.get(ridet=RIDET)
    habiliter(
        utilisateur=Utilisateur.objects.get(email=FANNY),
        etablissement=etablissement,
        droits=list(Droit),
        par=Utilisateur.objects.systeme(),
    )

    visite.entrer(FANNY)
    visite.page.goto(f"/fournisseur/etablissements/{RIDET}/")
    visite.examiner("etablissement")
    visite.suivre("Gérer les habilitations")
    visite.remplir("Adresse électronique de la personne", MARTHE)
    visite.page.get_by_label("Déposer des factures").check()
    visite.presser("Envoyer l’invitation")
    visite.attendre("L’invitation est partie")
    visite.examiner("habilitations")

    lien = _lien("/fournisseur/invitations/")
    creer_son_compte(visite)
    visite.page.goto(lien)
    visite.examiner("invitation")
    visite.presser("Accepter")
    visite.attendre("Vous agissez maintenant")

    visite.page.goto(lien)
    visite.attendre("déjà servi")
    visite.examiner("invitation-rejouee")

    deposer(visite)

    visite.page.goto("/fournisseur/")
    visite.examiner("mes-etablissements")
    visite.page.goto(f"/fournisseur/etablissements/{RIDET}/")
    visite.suivre("Quitter l’établissement")
    visite.examiner("quitter")
    visite.presser("Quitter l’établissement")
    visite.attendre("Vous n’agissez plus")

    assert (
        not Habilitation.objects.en_vigueur()
        .filter(representant__utilisateur__email=MARTHE)
        .exists()
    )
    assert visite.page.goto(f"/fournisseur/etablissements/{RIDET}/").status == 404


@pytest.mark.usefixtures("demonstration")
def test_la_responsable_de_la_securite_lit_le_journal(visite):
    visite.entrer("sylvie.tamanou@province-sud.example")

    visite.page.goto("/gestion/securite/journal/")
    visite.examiner("journal")
    visite.suivre("Vérifier la chaîne")
    visite.attendre("La chaîne est intacte")
    visite.examiner("journal-chaine")
