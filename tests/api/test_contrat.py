"""The API is asked what its OpenAPI document allows, and what it does not (schemathesis).

Each operation is asked a few dozen things: values of the document, their edges, and values that
break it. It must answer what the document says, and never fail. What the document allows may still
be refused (422): a file that is no invoice, an order that is nobody's.
"""

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from facturier.api.views.documentation import document_openapi
from tests.suivi.factories import BonCommandeFactory, FactureFactory

EXEMPLES = 25
CONTROLES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    ignored_auth,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
    missing_required_header,
    unsupported_method,
]
contrat = schemathesis.openapi.from_dict(document_openapi())
contrat.app = get_wsgi_application()
contrat.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
pytestmark = pytest.mark.django_db


@pytest.fixture
def connexion_gardee() -> Iterator[None]:
    """Let no request close the connection of the test, as the client of Django does."""
    signaux = (request_started, request_finished)
    for signal in signaux:
        signal.disconnect(close_old_connections)
    yield
    for signal in signaux:
        signal.connect(close_old_connections)


@pytest.fixture
def cle_presentee(connexion_gardee, etablissement, faire_cle, settings) -> str:
    """A key, an invoice and an order that the API may find, and limits that do not stop us."""
    settings.API_LIMITES = dict.fromkeys(settings.API_LIMITES, 1_000_000)
    FactureFactory(etablissement=etablissement, recue=True)
    BonCommandeFactory(fournisseur=etablissement.fournisseur)
    return faire_cle(etablissement)[1]


@contrat.parametrize()
@settings(
    max_examples=EXEMPLES,
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_l_api_tient_son_contrat(case, cle_presentee):
    case.call_and_validate(headers={"Authorization": f"Bearer {cle_presentee}"}, checks=CONTROLES)
