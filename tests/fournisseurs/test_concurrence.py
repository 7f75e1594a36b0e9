"""Two agents at once: one wins, the other is told, and nothing is created twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from facturier.commun.etats import TransitionInterdite
from facturier.grand_livre.models import Tiers
from fournisseurs.demandes import accepter
from fournisseurs.models import (
    DemandeEtablissement,
    DemandeModification,
    EntreeJournal,
    Fournisseur,
)
from fournisseurs.modifications.instruction import approuver, contester
from tests.fournisseurs.factories import (
    DemandeEtablissementFactory,
    ModificationFactory,
    creer_agent,
)

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


def test_deux_agents_approuvent_le_meme_compte_un_seul_gagne(reference, transactional_db):
    demande = ModificationFactory(controlee=True)
    depart = Barrier(2)

    def approuver_un(agent):
        try:
            vue = DemandeModification.objects.get(pk=demande.pk)
            depart.wait()
            approuver(vue, par=agent)
            return "approuvee"
        except TransitionInterdite:
            return "trop_tard"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as equipe:
        issues = sorted(equipe.map(approuver_un, [creer_agent(), creer_agent()]))

    assert issues == ["approuvee", "trop_tard"]
    assert demande.passages.filter(acte="approuver").count() == 1
    assert EntreeJournal.objects.filter(acte="decision_refusee", objet_id=demande.pk).count() == 1


def test_contester_et_approuver_ensemble_laisse_la_demande_arretee(reference, transactional_db):
    demande = ModificationFactory(controlee=True)
    depart = Barrier(2)

    def agir(acte, personne, **options):
        try:
            vue = DemandeModification.objects.get(pk=demande.pk)
            depart.wait()
            acte(vue, par=personne, **options)
        except TransitionInterdite:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as equipe:
        attente = [
            equipe.submit(agir, approuver, creer_agent()),
            equipe.submit(agir, contester, creer_agent(), motif="Ce n’est pas moi."),
        ]
    assert [futur.exception() for futur in attente] == [None, None]

    demande.refresh_from_db()
    assert demande.etat == "contestee"


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
