"""Tiers taken over from a file, and compared with the register, on the screens of the agent."""

import pytest
from django.conf import settings
from django.test import Client

from tests.fournisseurs.factories import FournisseurFactory

pytestmark = pytest.mark.django_db(transaction=True)

REGISTRE = (
    "ridet;denomination;adresse;cp;commune;cessation\n"
    "9000019001;PEPINIERE DU CAGOU;12 rue des Banians;98800;NOUMEA;31/08/2026\n"
    "9000027001;LES JARDINS DU SUD;3 route du Sud;98809;MONT-DORE;\n"
)


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


def deposer(page, nom, contenu):
    """Choose a file in the only file field of the page."""
    page.get_by_label("Fichier").set_input_files(
        {"name": nom, "mimeType": "text/csv", "buffer": contenu.encode()}
    )


def test_un_extrait_du_registre_montre_ce_qui_est_a_revoir(
    reference, page, entrer, agent, examiner
):
    FournisseurFactory(ridet="9000019001")
    FournisseurFactory(ridet="9000027001")

    entrer(agent, "/gestion/tiers/registre/")
    examiner("registre-vide")
    page.get_by_role("link", name="Comparer à un extrait").click()
    deposer(page, "rien.csv", "%PDF-1.7")
    page.get_by_role("button", name="Comparer").click()
    page.get_by_text("ni un CSV ni un classeur").first.wait_for()
    examiner("registre-extrait")
    deposer(page, "registre.csv", REGISTRE)
    page.get_by_role("button", name="Comparer").click()

    page.get_by_text("cessé le 31/08/2026").wait_for()
    examiner("registre-cesses")
    page.get_by_role("link", name="Renommés (1)").click()
    page.get_by_text("LES JARDINS DU SUD").wait_for()
    page.get_by_role("link", name="Déménagés (1)").click()
    page.get_by_text("3 route du Sud").wait_for()
    examiner("registre-demenages")
    page.get_by_role("link", name="Préparer la correction").click()
    page.get_by_text("cette ligne du registre sert de preuve").wait_for()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Envoyer la demande").click()
    page.get_by_text("Registre RIDET, extrait du").wait_for()
    examiner("registre-evidence")


TIERS = (
    "ridet;nom;adresse;cp;commune;iban\n"
    "9000019001;Pépinière du Cagou;12 rue des Banians;98800;Nouméa;FR7617499000000000000000118\n"
    "9000027001;=SOMME(A1);3 route du Sud;98809;Mont-Dore;\n"
    "ABC;Menuiserie des Alizés;5 rue du Santal;98800;Nouméa;\n"
)


def test_un_fichier_de_tiers_s_essaie_s_importe_et_se_corrige(
    reference, page, entrer, agent, examiner
):
    entrer(agent, "/gestion/tiers/")
    page.get_by_role("link", name="Importer un fichier de tiers").click()
    examiner("imports-vide")
    deposer(page, "tiers.csv", TIERS)
    page.get_by_role("button", name="Essayer ce fichier").click()
    page.get_by_role("heading", name="Ce qui serait fait").wait_for()
    examiner("import-essaye")
    page.get_by_role("button", name="Importer").click()

    page.get_by_role("heading", name="Ce qui a été fait").wait_for()
    examiner("import-termine")
    rejets = page.request.get(
        str(page.get_by_role("link", name="Télécharger les lignes rejetées").get_attribute("href"))
    ).text()
    page.goto("/gestion/tiers/imports/")
    deposer(
        page, "rejets.csv", rejets.replace("'=SOMME(A1)", "Le Récif").replace("ABC", "9000035001")
    )
    page.get_by_role("button", name="Essayer ce fichier").click()
    page.get_by_role("button", name="Importer").click()
    page.get_by_role("heading", name="Ce qui a été fait").wait_for()
    page.goto("/gestion/tiers/imports/")
    page.get_by_role("link", name="rejets.csv").wait_for()
    examiner("imports-historique")
