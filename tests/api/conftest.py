"""A supplier's system, its key, and what it sends."""

import io
import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from reportlab.pdfgen.canvas import Canvas

from facturier.acces.models import Role
from facturier.api.cles import creer_cle
from facturier.api.models import CleApi, Portee
from fournisseurs.models import Etablissement, Habilitation
from tests.suivi.conftest import referentiel  # noqa: F401  (a fixture)
from tests.suivi.factories import EtablissementFactory, ServiceFactory, acteur, habiliter

FACTURES = "/api/v1/factures"


def pdf(contenu: str = "Facture", nom: str = "facture.pdf") -> SimpleUploadedFile:
    """Return a PDF in which nothing is read; the same content gives the same bytes."""
    sortie = io.BytesIO()
    canevas = Canvas(sortie, invariant=1)
    canevas.setTitle(contenu)
    canevas.showPage()
    canevas.save()
    return SimpleUploadedFile(nom, sortie.getvalue(), "application/pdf")


def metadonnees(**champs: Any) -> str:
    """Return the data of an invoice without anomaly, changed by `champs` (None: left out)."""
    donnees = {
        "numeroFacture": "FA-2026-0042",
        "dateFacture": "2026-11-02",
        "montantHt": 100_000,
        "montantTgc": 11_000,
        "montantTtc": 111_000,
        "taxes": [{"taux": 11, "base": 100_000, "montant": 11_000}],
        "codeService": "DSIN",
        **champs,
    }
    return json.dumps({nom: valeur for nom, valeur in donnees.items() if valeur is not None})


def rendre_gestionnaire(etablissement: Etablissement) -> Any:
    """Let the supplier's user manage the rights of `etablissement`; return him."""
    gerant = acteur(Role.FOURNISSEUR)
    habiliter(gerant, etablissement)
    Habilitation.objects.filter(etablissement=etablissement).update(a_droit_gerer_droits=True)
    return gerant


class Systeme:
    """A program of a supplier: it shows a key at each request."""

    def __init__(self, secret: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {secret}"})

    def get(self, adresse: str, **parametres: Any) -> Any:
        """Read."""
        return self.client.get(adresse, parametres)

    def deposer(
        self, *, identifiant: str = "", fichier: Any = None, pieces: Any = (), **champs: Any
    ) -> Any:
        """Deposit an invoice; `champs` change its data."""
        corps = {
            "pieceJointePrincipale": fichier or pdf(),
            "metadonnees": metadonnees(**champs),
        }
        if pieces:
            corps["piecesJointesComplementaires"] = list(pieces)
        return self.poster(FACTURES, corps, identifiant=identifiant)

    def poster(
        self, adresse: str, corps: Any, *, identifiant: str = "", type_mime: str = ""
    ) -> Any:
        """Send a form, or JSON with that `type_mime`."""
        entetes = {"Idempotency-Key": identifiant or uuid.uuid4().hex}
        options = {"content_type": type_mime} if type_mime else {}
        return self.client.post(adresse, corps, headers=entetes, **options)

    def poster_json(self, adresse: str, corps: Any, **options: Any) -> Any:
        """Send JSON."""
        return self.poster(adresse, corps, type_mime="application/json", **options)


@pytest.fixture
def etablissement(referentiel) -> Etablissement:  # noqa: F811
    """An établissement whose user manages the rights, and the service that orders from it."""
    ServiceFactory()
    objet = EtablissementFactory()
    rendre_gestionnaire(objet)
    return objet


@pytest.fixture
def faire_cle() -> Callable[..., tuple[CleApi, str]]:
    """Make a key, with every portée unless told."""

    def faire(etablissement: Etablissement, *portees: Portee) -> tuple[CleApi, str]:
        return creer_cle(
            etablissement,
            nom="Comptabilité",
            portees=portees or list(Portee),
            dernier_jour=timezone.localdate() + timedelta(days=30),
            par=rendre_gestionnaire(etablissement),
        )

    return faire


@pytest.fixture
def systeme(etablissement, faire_cle) -> Systeme:
    """The system of the supplier."""
    return Systeme(faire_cle(etablissement)[1])
