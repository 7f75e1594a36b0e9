"""Reference data of invoice tracking."""

import pytest
from django.conf import settings
from django.core.management import call_command

from tests.suivi.factories import ServiceFactory, habiliter


@pytest.fixture
def referentiel(reference):
    """Load the reasons of return and the required documents."""
    for nom in ("motifs_retour.json", "exigences_pieces.json"):
        call_command("loaddata", settings.RACINE / "fixtures" / nom, verbosity=0)
    return reference


@pytest.fixture
def agent_service(service):
    """Someone of the service that factories address invoices to."""
    service.service = ServiceFactory()
    service.save()
    return service


@pytest.fixture
def deposant(fournisseur):
    """A supplier's user, and what lets him deposit for an établissement."""

    def pour(etablissement):
        habiliter(fournisseur, etablissement)
        return fournisseur

    return pour
