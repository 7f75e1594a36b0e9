"""Whatever goes wrong under `/api/` is told to a program, in French."""

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from facturier.api.views import factures
from tests.api.conftest import FACTURES

pytestmark = pytest.mark.django_db


def verifier(reponse, statut: int) -> None:
    """Check that an answer is a problem that its documentation explains."""
    probleme = reponse.json()
    assert reponse.status_code == probleme["status"] == statut
    assert reponse["Content-Type"] == "application/problem+json"
    assert reponse["X-Requete"] == probleme["requete"]
    assert probleme["detail"]
    ancre = probleme["type"].partition("#")[2]
    assert f'id="{ancre}"' in Client().get("/api/documentation/").content.decode()


@pytest.mark.parametrize(
    "adresse",
    [
        "/api/",
        "/api/v1",
        "/api/v1/rien",
        "/api/v1/factures/",
        "/api/v1/factures/x",
        "/api/v2/factures",
    ],
)
def test_une_adresse_inconnue_repond_404(adresse):
    verifier(Client().get(adresse), 404)
    verifier(Client().post(adresse), 404)


def test_sans_cle_la_reponse_est_401():
    verifier(Client().get(FACTURES), 401)


@pytest.mark.parametrize("methode", ["put", "patch", "delete", "options", "trace"])
def test_une_autre_methode_repond_405(systeme, methode):
    verifier(getattr(systeme.client, methode)(FACTURES), 405)


def test_une_cle_de_facture_enorme_repond_404(systeme):
    verifier(systeme.get(f"{FACTURES}/{'9' * 40}"), 404)


def test_un_json_illisible_repond_400(systeme):
    verifier(systeme.poster_json(f"{FACTURES}/1/retirer", "{"), 400)
    verifier(systeme.poster_json(f"{FACTURES}/1/retirer", "[" * 100_000), 400)


def test_un_formulaire_illisible_repond_400(systeme):
    verifier(
        systeme.poster(FACTURES, b"--y", type_mime="multipart/form-data; boundary=\u00e9"), 400
    )


def test_trop_de_champs_repondent_400(systeme):
    verifier(systeme.poster(FACTURES, {f"c{rang}": "x" for rang in range(1_100)}), 400)


def test_trop_de_fichiers_repondent_400(systeme):
    trop = settings.DATA_UPLOAD_MAX_NUMBER_FILES + 1
    fichiers = {f"f{rang}": SimpleUploadedFile("f.pdf", b"%PDF-1.4") for rang in range(trop)}
    verifier(systeme.poster(FACTURES, fichiers), 400)


def test_un_hote_inconnu_repond_400(systeme):
    verifier(systeme.client.get(FACTURES, headers={"Host": "ailleurs.example"}), 400)


def test_un_accept_qui_veut_une_page_recoit_du_json(systeme):
    reponse = systeme.client.get(FACTURES, headers={"Accept": "text/html"})

    assert reponse["Content-Type"] == "application/json"


def test_une_panne_ne_montre_rien_de_l_interieur(systeme, monkeypatch):
    def tomber(*arguments):
        raise RuntimeError("secret")

    monkeypatch.setattr(factures.FacturesView, "get", tomber)
    systeme.client.raise_request_exception = False

    reponse = systeme.get(FACTURES)

    verifier(reponse, 500)
    assert "secret" not in reponse.content.decode()
