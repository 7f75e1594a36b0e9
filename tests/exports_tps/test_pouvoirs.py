"""Powers of the parapheur: what asking who may sign costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from exports_tps.circuits import ouvrir_circuit
from exports_tps.parapheur import presenter
from exports_tps.pouvoirs import deleguer, signataires_parmi
from exports_tps.relances import relancer
from facturier.acces.models import Role, Utilisateur
from tests.exports_tps.factories import bordereau_depense

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


@pytest.fixture
def dans():
    """A day counted from today."""
    return lambda jours: timezone.localdate() + timedelta(days=jours)


@pytest.fixture
def titulaire(personne):
    """An ordonnateur who signs in his own name."""
    return personne("Odette", Role.ORDONNATEUR)


@pytest.fixture
def donner(titulaire, dans):
    """Give a délégation, in force for nine days."""

    def faire(delegataire, *, par=titulaire, plafond=10_000_000, debut=0):
        return deleguer(
            delegataire=delegataire,
            acte="Arrêté 12",
            debut=dans(debut),
            fin=dans(debut + 9),
            plafond=plafond,
            par=par,
        )

    return faire


@pytest.fixture
def sans_visa(administrateur):
    """Open a circuit with nothing but the signature."""
    return ouvrir_circuit(
        libelle="Mandats",
        sens="depense",
        direction="",
        montant_minimum=0,
        signataire=None,
        etapes=[],
        debut=timezone.localdate(),
        par=administrateur,
    )


# --- What it costs -----------------------------------------------------------------------------
def compter(acte):
    """Count the queries of an act."""
    with CaptureQueriesContext(connection) as lues:
        acte()
    return len(lues)


def test_chercher_qui_signe_coute_autant_pour_douze_delegataires(
    agent, personne, titulaire, donner, sans_visa, client
):
    bordereau = bordereau_depense(agent)
    presenter(bordereau, par=agent)
    adresse = reverse("exports_tps:bordereau", args=[bordereau.pk])
    client.force_login(agent)

    def arriver(nombre):
        for rang in range(nombre):
            qui = personne(f"Otis{nombre}{'abcdefghijkl'[rang]}", Role.ORDONNATEUR)
            donner(qui, plafond=10_000_000 if rang % 2 else 1)
            delegataires.append(qui)

    delegataires: list[Utilisateur] = []
    arriver(2)
    client.get(adresse)
    couts = [compter(lambda: client.get(adresse))]
    couts.append(compter(lambda: signataires_parmi(delegataires, montant=2, pour=None)))
    arriver(10)

    assert signataires_parmi(delegataires, montant=2, pour=None) == delegataires[1::2]
    assert signataires_parmi(delegataires, montant=1, pour=titulaire) == delegataires
    assert signataires_parmi([titulaire], montant=2, pour=delegataires[0]) == []
    assert [
        compter(lambda: client.get(adresse)),
        compter(lambda: signataires_parmi(delegataires, montant=2, pour=None)),
    ] == couts


def test_la_relance_ne_lit_qu_une_fois_les_administrateurs(
    agent, administrateur, sans_visa, monkeypatch
):
    for _ in range(2):
        presenter(bordereau_depense(agent), par=agent)
    demain = timezone.localdate() + timedelta(days=9)
    monkeypatch.setattr(timezone, "localdate", lambda *_: demain)

    with CaptureQueriesContext(connection) as lues:
        assert relancer() == 2

    assert sum("'administrateur'" in lue["sql"] for lue in lues) == 1


def test_une_arrivee_que_personne_ne_prend_lit_une_fois_les_administrateurs(
    agent, administrateur, sans_visa
):
    bordereau = bordereau_depense(agent)

    with CaptureQueriesContext(connection) as lues:
        presenter(bordereau, par=agent)

    assert sum("'administrateur'" in lue["sql"] for lue in lues) == 1
