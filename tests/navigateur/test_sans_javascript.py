"""The same pages in a browser that runs no script: nothing is lost, what cannot be done is said."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from facturier.acces.models import Utilisateur
from fournisseurs.models import Etablissement
from telepaiement.avis import adresse_paiement
from tests.navigateur.test_parcours_facture import NUMERO, facturx
from tests.navigateur.visite import FANNY, Visite
from tests.suivi.factories import habiliter
from tests.telepaiement.conftest import Banc
from tests.telepaiement.factories import titre_payable


@pytest.fixture
def page(navigateur: Browser, live_server) -> Iterator[Page]:
    """A page without JavaScript."""
    contexte = navigateur.new_context(
        base_url=live_server.url, locale="fr-FR", java_script_enabled=False
    )
    contexte.set_default_timeout(30_000)
    yield contexte.new_page()
    contexte.close()


def test_une_facture_se_depose_sans_javascript(visite: Visite, demonstration: None) -> None:
    habiliter(Utilisateur.objects.get(email=FANNY), Etablissement.objects.get(ridet="9000019001"))
    visite.entrer(FANNY)
    visite.page.goto("/factures/deposer/")

    visite.page.get_by_label("Fichier de la facture").set_input_files(
        {"name": f"{NUMERO}.pdf", "mimeType": "application/pdf", "buffer": facturx()}
    )
    visite.presser("Lire le fichier et continuer")

    expect(visite.page.get_by_label("Numéro du document")).to_have_value(NUMERO)
    expect(visite.page.get_by_text("lu dans le fichier").first).to_be_visible()

    visite.presser("Continuer")
    visite.attendre("Votre compte bancaire est-il connu et vérifié")
    visite.attendre("la TGC est juste à 1 F près")


def test_le_paiement_dit_qu_il_lui_faut_javascript_et_comment_payer_autrement(
    visite: Visite, demonstration: None, banc_relie: Banc
) -> None:
    titre = titre_payable()

    visite.page.goto(adresse_paiement(titre))
    visite.presser("Continuer")
    visite.presser("Payer 12")

    avertissement = visite.page.locator("noscript .alert")  # which text locators pass over
    expect(avertissement).to_be_visible()
    assert "demande JavaScript" in avertissement.inner_text()
    expect(visite.page.get_by_label("Numéro de carte")).to_have_count(0)
    visite.page.get_by_text("Payer autrement").click()
    expect(visite.page.get_by_text("Au guichet d’une régie")).to_be_visible()
