"""A supplier changes his bank account, from the form to the day the new one is paid."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.acces.personnes import charger_personnes
from fournisseurs.coordonnees import compte_en_vigueur
from fournisseurs.models import DemandeModification, EntreeJournal, Etablissement
from tests.fournisseurs.factories import IBAN_BCI, IBAN_NOUVEAU, PDF, FournisseurFactory
from tests.navigateur.visite import AGATHE, AUGUSTIN, FANNY, Visite, dernier_courriel

MOT_DE_PASSE = "un-lagon-tres-bleu"
RIDET = "9000027001"
CONTACT = "contact@cagou.example"


@pytest.fixture
def etablissement(live_server, reference, settings) -> Etablissement:
    """An établissement whose administrator is Fanny."""
    settings.ADRESSE_PUBLIQUE = live_server.url
    charger_personnes(
        settings.RACINE / "fixtures" / "personnes_demo.toml", mot_de_passe=MOT_DE_PASSE
    )
    FournisseurFactory(representant=Utilisateur.objects.get(email=FANNY), ridet=RIDET)
    return Etablissement.objects.get()


def test_un_compte_change_apres_deux_agents_un_appel_et_le_delai(
    visite: Visite, etablissement: Etablissement
) -> None:
    demander(visite)
    demande = DemandeModification.objects.get()
    assert "Ce n’est pas vous\u202f?".upper() in dernier_courriel(CONTACT).upper()
    controler(visite)
    approuver(visite)
    with time_machine.travel(timezone.now() + timedelta(hours=49), tick=True):
        call_command("appliquer_modifications", verbosity=0)
        voir_le_compte(visite)
        jour = timezone.localdate()
        assert compte_en_vigueur(etablissement.fournisseur, jour).iban == IBAN_NOUVEAU
    actes = EntreeJournal.objects.filter(objet_id=demande.pk).values_list("acte", flat=True)
    assert {"demande_faite", "contre_appel", "demande_controlee", "demande_approuvee"} <= set(actes)
    assert IBAN_BCI not in dernier_courriel(CONTACT)


def demander(visite: Visite) -> None:
    """The supplier: an error first, then his password, then before and after."""
    page = visite.page
    visite.entrer(FANNY, MOT_DE_PASSE)
    page.goto(f"/fournisseur/etablissements/{RIDET}/")
    visite.examiner("compte-1-etablissement")
    visite.suivre("Modifier une donnée")
    visite.examiner("compte-2-choisir")
    visite.suivre("Compte bancaire de l’entreprise")
    visite.presser("Continuer")
    visite.attendre("à corriger")
    visite.examiner("compte-3-erreurs")
    page.get_by_label("IBAN", exact=False).first.fill(IBAN_NOUVEAU)
    visite.remplir("BIC", "CEPANCNM")
    visite.remplir("Titulaire du compte", "Pépinière du Cagou")
    page.get_by_label("Relevé d’identité bancaire").set_input_files(
        {"name": "rib.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    visite.examiner("compte-4-saisie")
    visite.presser("Continuer")
    visite.remplir("Mot de passe", MOT_DE_PASSE)
    page.get_by_role("main").get_by_role("button").first.click()
    visite.attendre("Vérifiez avant d’envoyer")
    visite.examiner("compte-5-verifier")
    visite.presser("Envoyer la demande")
    visite.attendre("numéro que nous connaissions avant")
    visite.examiner("compte-6-suivi")


def controler(visite: Visite) -> None:
    """The first agent calls the number known before, and checks."""
    page = visite.page
    visite.entrer(AGATHE, MOT_DE_PASSE)
    page.goto("/gestion/tiers/demandes/")
    visite.examiner("compte-7-liste")
    visite.suivre("Pépinière du Cagou")
    visite.examiner("compte-8-evidence")
    page.get_by_role("radio").first.check()
    visite.remplir("Qui a répondu", "Mme Fictive, gérante")
    page.get_by_label("La personne confirme la demande").check()
    visite.presser("Consigner l’appel")
    visite.attendre("Mme Fictive, gérante")
    visite.presser("Contrôle fait")
    visite.attendre("un autre agent l’approuve")
    visite.examiner("compte-9-controlee")


def approuver(visite: Visite) -> None:
    """Another agent approves: the cooling period begins."""
    visite.entrer(AUGUSTIN, MOT_DE_PASSE)
    visite.page.goto("/gestion/tiers/demandes/?etat=a_approuver")
    visite.suivre("Pépinière du Cagou")
    visite.presser("Approuver la demande")
    visite.attendre("Le changement prend effet après")
    visite.examiner("compte-10-delai")


def voir_le_compte(visite: Visite) -> None:
    """The supplier sees the new account in force, his documents, and what protects him."""
    visite.entrer(FANNY, MOT_DE_PASSE)
    visite.page.goto(f"/fournisseur/etablissements/{RIDET}/")
    visite.attendre(IBAN_NOUVEAU[-4:])
    visite.suivre("Mes documents")
    visite.examiner("compte-11-documents")
    visite.page.goto("/securite/coordonnees-bancaires/")
    visite.examiner("compte-12-securite")
