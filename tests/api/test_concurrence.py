"""The same request sent twice at once is done once, and answered twice."""

import pytest

from facturier.api.models import RequeteIdempotente
from facturier.suivi.models import Facture
from tests.api.conftest import FACTURES, Systeme
from tests.grand_livre.concurrence import ensemble
from tests.suivi.factories import FactureFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_le_meme_depot_envoye_deux_fois_ensemble_n_est_fait_qu_une_fois(etablissement, faire_cle):
    secret = faire_cle(etablissement)[1]

    reponses = ensemble([lambda: Systeme(secret).deposer(identifiant="depot-1")] * 3)

    assert [reponse.status_code for reponse in reponses] == [201] * 3
    assert len({reponse.json()["id"] for reponse in reponses}) == 1
    assert sum("Idempotency-Replayed" in reponse for reponse in reponses) == 2
    assert Facture.objects.count() == RequeteIdempotente.objects.count() == 1


def test_le_meme_identifiant_pour_deux_depots_ensemble_n_en_fait_qu_un(etablissement, faire_cle):
    secret = faire_cle(etablissement)[1]

    reponses = ensemble(
        [
            lambda: Systeme(secret).deposer(identifiant="depot-1"),
            lambda: Systeme(secret).deposer(identifiant="depot-1", numeroFacture="FA-2"),
        ]
    )

    assert sorted(reponse.status_code for reponse in reponses) == [201, 422]
    assert Facture.objects.count() == 1


def test_deux_retraits_ensemble_n_en_font_qu_un(etablissement, faire_cle):
    secret = faire_cle(etablissement)[1]
    adresse = f"{FACTURES}/{FactureFactory(etablissement=etablissement, recue=True).pk}/retirer"

    reponses = ensemble([lambda: Systeme(secret).poster_json(adresse, {"motif": "Erreur."})] * 2)

    assert sorted(reponse.status_code for reponse in reponses) == [200, 409]
