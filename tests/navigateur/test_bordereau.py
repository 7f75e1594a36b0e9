"""A bordereau signed, sent and paid, on the screens of the three people who act on it."""

import shutil

import pytest
from django.conf import settings
from django.test import Client

from exports_tps import cles
from facturier.grand_livre.models import EtatPiece
from tests.exports_tps.factories import bordereau_depense

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def cles_de_demonstration(tmp_path_factory):
    """Keys made once: they are slow to make."""
    dossier = tmp_path_factory.mktemp("cles") / cles.DOSSIER
    cles._creer_demonstration(dossier)
    return dossier


@pytest.fixture
def entrer(page, live_server):
    """Open a screen as somebody."""

    def ouvrir(utilisateur, adresse):
        client = Client()
        client.force_login(utilisateur)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        page.goto(adresse)

    return ouvrir


def test_un_bordereau_va_de_la_signature_au_paiement(
    reference,
    settings,
    cles_de_demonstration,
    page,
    entrer,
    agent,
    ordonnateur,
    comptable,
    verifier_accessibilite,
    photographier,
):
    shutil.copytree(cles_de_demonstration, settings.CLES_RACINE / cles.DOSSIER)
    bordereau = bordereau_depense(agent, 3)
    piece = bordereau.pieces.first()

    entrer(ordonnateur, f"/gestion/bordereaux/{bordereau.pk}/")
    verifier_accessibilite()
    photographier("bordereau")
    page.get_by_role("link", name="Examiner et signer").click()
    verifier_accessibilite()
    photographier("signer")
    page.get_by_role("button", name="Signer le bordereau").click()
    page.get_by_text("ses pièces sont exécutoires").wait_for()

    entrer(agent, f"/gestion/bordereaux/{bordereau.pk}/")
    photographier("bordereau-signe")
    page.get_by_role("button", name="Constituer le flux").click()
    page.get_by_role("button", name="Transmettre à la Trésorerie").click()
    verifier_accessibilite()
    photographier("flux-transmis")
    page.goto("/gestion/bordereaux/")
    photographier("bordereaux")
    verifier_accessibilite()

    entrer(comptable, "/tps/")
    verifier_accessibilite()
    photographier("tps")
    page.get_by_role("link", name=piece.reference).click()
    page.get_by_role("link", name="Prendre en charge").click()
    page.get_by_role("button", name="Prendre en charge").click()
    page.get_by_role("link", name="Enregistrer un paiement").click()
    verifier_accessibilite()
    photographier("payer")
    page.get_by_label("Référence du virement").fill("VIR-1")
    page.get_by_label("Date du paiement").fill("2026-11-22")
    page.get_by_role("button", name="Enregistrer un paiement").click()
    page.get_by_text("paiement enregistré").wait_for()
    photographier("piece-payee")

    piece.refresh_from_db()
    assert piece.etat == EtatPiece.PAYEE
