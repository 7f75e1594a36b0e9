"""An agent searches as he types, finds a doublon, merges it with a colleague, and undoes it."""

import re

import pytest
from playwright.sync_api import expect

from fournisseurs.doublons import chercher_doublons
from fournisseurs.models import Fournisseur
from fournisseurs.qualite import relever_qualite
from fournisseurs.recherche import indexer
from tests.fournisseurs.factories import IBAN_CCP, FournisseurFactory, compte
from tests.grand_livre import factories as grand_livre
from tests.navigateur.visite import Visite

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tiers(reference, agent):
    """Two fiches of one tiers, paid on two accounts, and a third one."""
    cagou = FournisseurFactory(ridet="9000019001")
    double = FournisseurFactory(
        ridet="9000027001",
        champs={
            "denomination": "PEPINIERE CAGOU",
            "telephone": "28 00 00",
            "compte": compte(IBAN_CCP, "Cagou"),
        },
    )
    FournisseurFactory(ridet="9000035001", champs={"denomination": "Garage du Lagon"})
    grand_livre.mandat(agent, tiers=cagou.tiers)
    grand_livre.mandat(agent, tiers=double.tiers)
    indexer(Fournisseur.objects.values_list("pk", flat=True))
    chercher_doublons()
    relever_qualite()


def test_un_doublon_se_trouve_se_fusionne_et_se_defait(
    tiers, visite: Visite, entrer, agent, personne
):
    page = visite.page
    entrer(agent, "/gestion/tiers/")
    page.get_by_label("Nom, code, RIDET ou commune").press_sequentially("cag pép", delay=30)
    expect(page.locator("#annonce")).to_have_text("2 tiers affichés.")
    expect(page.get_by_role("link", name="Garage du Lagon")).to_have_count(0)
    expect(page).to_have_url(re.compile("recherche=cag%20p%C3%A9p"))
    visite.examiner("tiers-recherche")

    visite.suivre("Doublons à examiner")
    visite.examiner("doublons")
    page.get_by_role("row", name="PEPINIERE CAGOU").get_by_role("link", name="Comparer").click()
    visite.examiner("rapprocher")
    page.get_by_label("+687 28 00 00").check()
    visite.remplir("Motif", "Même entreprise, deux saisies.")
    visite.presser("Proposer la fusion")
    visite.attendre("attend qu’un autre agent la valide")

    fusion = page.url
    entrer(personne("Benoît", "agent"), fusion)
    visite.examiner("fusion-a-valider")
    visite.presser("Valider la fusion")
    visite.attendre("le relevé du tiers gardé montre les deux")
    visite.examiner("fusion-faite")
    visite.suivre("Relevé de compte")
    visite.attendre("222 000 F CFP")

    page.goto(fusion)
    visite.suivre("Annuler la fusion")
    visite.remplir("Motif", "Deux sociétés distinctes.")
    visite.presser("Annuler la fusion")
    visite.attendre("Annulée")


def test_la_qualite_se_suit_et_mene_aux_listes(tiers, visite: Visite, entrer, agent):
    page = visite.page
    entrer(agent, "/gestion/tiers/qualite/")
    visite.examiner("qualite")
    visite.suivre("Ressemble à un autre tiers")
    visite.attendre("PEPINIERE CAGOU")
    visite.suivre("PEPINIERE CAGOU")
    visite.examiner("fiche-qualite")
    page.goto("/gestion/tiers/tables/")
    visite.examiner("tables")
    visite.suivre("Ajouter une banque")
    visite.examiner("banque")
    visite.remplir("Code banque", "12345")
    visite.remplir("Nom", "Banque fictive")
    visite.presser("Enregistrer")
    visite.attendre("la table est à jour")
