"""The document and the page say what the API does; the examples are run as they are read."""

import importlib.util
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from facturier.api.views.documentation import EXEMPLES, document_openapi
from facturier.api.webhooks import signature
from facturier.suivi.models import Facture
from tests.api.conftest import pdf


def operations() -> list[dict[str, Any]]:
    """Return the operations of the document."""
    return [o for chemin in document_openapi()["paths"].values() for o in chemin.values()]


@pytest.fixture
def dossier(tmp_path) -> Path:
    """A folder with an invoice."""
    (tmp_path / "facture.pdf").write_bytes(pdf().read())
    return tmp_path


def jouer(commande: list[str], dossier: Path, live_server, secret: str) -> str:
    """Run an example and return what it prints."""
    resultat = subprocess.run(
        commande,
        cwd=dossier,
        env={"RACINE": f"{live_server.url}/api/v1", "CLE": secret, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert resultat.returncode == 0, resultat.stdout + resultat.stderr
    return resultat.stdout


@pytest.mark.django_db(transaction=True)
def test_l_exemple_en_curl_depose_et_retrouve_une_facture(
    live_server, etablissement, faire_cle, dossier
):
    _, secret = faire_cle(etablissement)

    sortie = jouer(["sh", str(EXEMPLES / "curl.sh")], dossier, live_server, secret)

    assert Facture.objects.get().numero == "FA-2026-0042"
    assert sortie.count('"numeroFacture":"FA-2026-0042"') == 2


@pytest.mark.django_db(transaction=True)
def test_l_exemple_en_python_depose_et_suit_une_facture(
    live_server, etablissement, faire_cle, dossier
):
    _, secret = faire_cle(etablissement)

    sortie = jouer([sys.executable, str(EXEMPLES / "python.py")], dossier, live_server, secret)

    assert Facture.objects.get().numero == "FA-2026-0043"
    assert "FA-2026-0043 Déposée" in sortie


def test_l_exemple_de_signature_reconnait_les_notres_et_elles_seules():
    description = importlib.util.spec_from_file_location("exemple", EXEMPLES / "signature.py")
    exemple = importlib.util.module_from_spec(description)
    description.loader.exec_module(exemple)
    maintenant, ancien = datetime.now(UTC), datetime.fromtimestamp(time.time() - 900, UTC)

    assert exemple.est_authentique(b"{}", signature(b"{}", "s", maintenant), "s")
    assert not exemple.est_authentique(b"[]", signature(b"{}", "s", maintenant), "s")
    assert not exemple.est_authentique(b"{}", signature(b"{}", "autre", maintenant), "s")
    assert not exemple.est_authentique(b"{}", signature(b"{}", "s", ancien), "s")


@pytest.mark.django_db
def test_la_page_montre_les_exemples_et_chaque_operation():
    page = Client().get("/api/documentation/")

    texte = page.content.decode()
    assert page.status_code == 200
    assert "Déposer une facture" in texte
    assert "curl --fail-with-body" in texte
    assert [o["operationId"] for o in operations() if escape(o["summary"]) not in texte] == []
    assert "<script>" not in texte
    assert "style=" not in texte


@pytest.mark.django_db
def test_le_document_est_un_openapi_3_1_en_francais():
    document = Client().get("/api/schema/").json()

    assert document["openapi"] == "3.1.1"
    descriptions = [operation.get("description", "") for operation in operations()]
    assert not [texte for texte in descriptions if "the " in texte.lower()]
    assert document["components"]["securitySchemes"]["cle"]["scheme"] == "bearer"
