"""A supplier gives its software a key, deposits with it, and sees what its system was told."""

import pytest

from facturier.acces.models import Role
from facturier.api.webhooks import envoyer_webhooks
from tests.api.conftest import Systeme, etablissement  # noqa: F401  (a fixture)
from tests.suivi.conftest import referentiel  # noqa: F401  (a fixture)
from tests.suivi.factories import acteur

MOT_DE_PASSE = "mot-de-passe-essai"


@pytest.mark.django_db(transaction=True)
def test_un_fournisseur_donne_une_cle_a_son_logiciel(
    visite,
    page,
    settings,
    etablissement,  # noqa: F811
):
    settings.WEBHOOKS_VERS_LE_RESEAU_LOCAL = True
    gerant = acteur(Role.FOURNISSEUR)
    gerant.set_password(MOT_DE_PASSE)
    gerant.save()
    gerant.emailaddress_set.create(email=gerant.email, verified=True, primary=True)
    visite.entrer(gerant.email, MOT_DE_PASSE)

    page.goto(f"/fournisseur/etablissements/{etablissement.ridet}/")
    page.get_by_role("link", name="Accès par programme (API)").click()
    page.get_by_role("link", name="Créer une clé").click()
    visite.remplir("Mot de passe", MOT_DE_PASSE)
    page.locator("main form button[type=submit]").click()
    visite.presser("Créer la clé")
    visite.examiner("cle-refusee")
    visite.remplir("Nom de la clé", "Comptabilité")
    for case in page.get_by_role("checkbox").all():
        case.check()
    visite.examiner("nouvelle-cle")
    visite.presser("Créer la clé")
    visite.examiner("cle-creee")
    secret = page.get_by_label("Clé", exact=True).input_value()

    page.get_by_role("link", name="J’ai copié la clé").click()
    page.get_by_role("link", name="Déclarer un webhook").click()
    visite.remplir("Adresse de votre système", "http://127.0.0.1:1025/factures")
    visite.examiner("nouveau-webhook")
    visite.presser("Déclarer")
    visite.examiner("webhook-declare")
    assert Systeme(secret).deposer().status_code == 201
    envoyer_webhooks()

    page.get_by_role("link", name="J’ai copié le secret").click()
    visite.examiner("acces-api")
    page.get_by_role("link", name="http://127.0.0.1:1025/factures", exact=True).click()
    visite.attendre("En attente")
    visite.presser("Envoyer un message d’essai")
    page.get_by_text("Choisir les états annoncés").click()
    page.get_by_label("Payée", exact=True).check()
    visite.examiner("webhook")
    visite.presser("Enregistrer ce choix")
    visite.attendre("Le choix des états annoncés est enregistré.")
    visite.attendre("Message d’essai")
    page.goto("/api/documentation/")
    visite.examiner("documentation")
