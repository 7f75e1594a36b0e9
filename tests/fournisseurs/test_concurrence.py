"""Two agents at once: one wins, the other is told, and nothing is created twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from facturier.commun.etats import TransitionInterdite
from facturier.grand_livre.models import Tiers
from fournisseurs.demandes import accepter
from fournisseurs.models import DemandeEtablissement, Fournisseur
from tests.fournisseurs.factories import DemandeEtablissementFactory, creer_agent

pytestmark = pytest.mark.django_db(transaction=True)


def _accepter_ensemble(*cles):
    """Accept each request in its own thread, all starting together; return the outcomes."""
    depart = Barrier(len(cles))

    def accepter_un(cle, agent):
        try:
            demande = DemandeEtablissement.objects.get(pk=cle)
            depart.wait()
            accepter(demande, par=agent)
            return "acceptee"
        except TransitionInterdite:
            return "trop_tard"
        finally:
            connection.close()

    agents = [creer_agent() for _ in cles]
    with ThreadPoolExecutor(len(cles)) as equipe:
        return sorted(equipe.map(accepter_un, cles, agents))


def test_deux_agents_acceptent_la_meme_demande_un_seul_gagne(transactional_db):
    demande = DemandeEtablissementFactory()

    issues = _accepter_ensemble(demande.pk, demande.pk)

    assert issues == ["acceptee", "trop_tard"]
    assert Tiers.objects.filter(code=demande.rid).count() == 1
    assert demande.passages.filter(acte="accepter").count() == 1


def test_deux_demandes_de_la_meme_entreprise_donnent_une_seule_fiche(transactional_db):
    premiere = DemandeEtablissementFactory(ridet="9000035001")
    seconde = DemandeEtablissementFactory(ridet="9000035002")

    issues = _accepter_ensemble(premiere.pk, seconde.pk)

    assert issues == ["acceptee", "acceptee"]
    assert Fournisseur.objects.get(rid="9000035").etablissements.count() == 2


def test_deux_personnes_acceptees_ensemble_partagent_l_etablissement(transactional_db):
    premiere = DemandeEtablissementFactory(ridet="9000035001")
    seconde = DemandeEtablissementFactory(ridet="9000035001")

    issues = _accepter_ensemble(premiere.pk, seconde.pk)

    fournisseur = Fournisseur.objects.get(rid="9000035")
    assert issues == ["acceptee", "acceptee"]
    assert fournisseur.coordonnees.courantes().count() == 1
    assert fournisseur.etablissements.get().habilitations.en_vigueur().count() == 2
