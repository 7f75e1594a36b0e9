"""Two administrateurs at once: one always remains."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from facturier.acces.attribution import desactiver
from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit


@pytest.mark.django_db(transaction=True)
def test_deux_administrateurs_ne_se_desactivent_pas_l_un_l_autre(personne):
    premier, second = personne("Ada", Role.ADMINISTRATEUR), personne("Basile", Role.ADMINISTRATEUR)
    depart = Barrier(2)

    def agir(par, sur):
        try:
            depart.wait()
            desactiver(sur, motif="Départ.", par=par)
            return "fait"
        except ActeInterdit:
            return "trop tard"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as equipe:
        issues = sorted(equipe.map(agir, (premier, second), (second, premier)))

    assert issues == ["fait", "trop tard"]
    assert Utilisateur.objects.filter(is_active=True, est_systeme=False).count() == 1
