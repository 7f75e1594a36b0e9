"""What the tests of the imports share."""

import pytest

from facturier.acces.models import Utilisateur
from fournisseurs.reprise import texte


@pytest.fixture
def systeme():
    """The system account, in whose name the command acts."""
    return Utilisateur.objects.systeme()


@pytest.fixture
def petites_tranches(monkeypatch):
    """Cut files in slices of some twenty rows."""
    monkeypatch.setattr(texte, "TAILLE_BLOC", 3_000)
