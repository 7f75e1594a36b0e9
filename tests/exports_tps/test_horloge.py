"""A clock set back writes no moment that cannot be, in what is signed or sent for ever."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from exports_tps.constitution import constituer_flux
from exports_tps.models import Flux
from exports_tps.signature import signer_bordereau
from facturier.grand_livre.models import EtatBordereau
from tests.exports_tps.factories import bordereau_depense

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


def reculer(time_machine, **duree):
    time_machine.move_to(timezone.now() - timedelta(**duree))


def test_un_bordereau_n_est_pas_signe_avant_d_etre_fait(agent, ordonnateur, time_machine):
    bordereau = bordereau_depense(agent)
    reculer(time_machine, hours=1)

    with pytest.raises(ValidationError, match=r"L’horloge du serveur .* a été préparé .* a reculé"):
        signer_bordereau(bordereau, par=ordonnateur)

    bordereau.refresh_from_db()
    assert bordereau.etat == EtatBordereau.OUVERT


def test_un_flux_n_est_pas_constitue_avant_la_signature(agent, ordonnateur, time_machine):
    bordereau = signer_bordereau(bordereau_depense(agent), par=ordonnateur)
    reculer(time_machine, days=400)

    with pytest.raises(
        ValidationError, match=r"a été signé .* a reculé, ou elle avançait alors. Rien n’est écrit"
    ):
        constituer_flux([bordereau], par=agent)

    assert not Flux.objects.exists()


def test_une_horloge_que_le_reseau_corrige_un_peu_n_arrete_rien(agent, ordonnateur, time_machine):
    bordereau = bordereau_depense(agent)
    reculer(time_machine, minutes=2)
    signer_bordereau(bordereau, par=ordonnateur)
    reculer(time_machine, minutes=2)

    assert constituer_flux([bordereau], par=agent).sha256
