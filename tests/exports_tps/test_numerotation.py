"""What the treasury checks across files: our numbers, names and cumulative amounts hold."""

import json

import pytest
from django.utils import timezone

from exports_tps.constitution import ouvrir_flux
from exports_tps.models import Flux
from exports_tps.reemission import reemettre
from exports_tps.repartition import constituer
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.grand_livre.models import Bordereau, Budget, EtatBordereau, Parametre, Piece
from tests.exports_tps.factories import bordereau_depense, bordereau_recette, tresorerie

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]
REFUS = """
[[defaut]]
acte = "refuser_bordereau"
bordereau = 2
"""
REJET = """
[[defaut]]
acte = "rejeter_piece"
piece = 1
"""


def envoyer(agent, ordonnateur, bordereaux):
    """Sign them all, then send the flux of each budget in their order; return how many."""
    signes = [signer_bordereau(bordereau, par=ordonnateur) for bordereau in bordereaux]
    flux = constituer(signes, par=agent)
    for un in flux:
        transmettre(un, par=agent)
    return len(flux)


def repondre(plan=""):
    """Let the treasury answer and read it; return what it said of its own."""
    bilan = json.loads(tresorerie("--jusqu-au-bout", plan=plan).stdout)
    lire_retours()
    return bilan


def autre_budget(**codes):
    """A budget of the same collectivité with a SIRET of its own, unless `codes` say otherwise."""
    autre = Budget.objects.get(code="principal")
    autre.pk, autre.code, autre.code_budget = None, "voisine", "07"
    autre.identifiant_collectivite = "00077745600078"
    for champ, valeur in codes.items():
        setattr(autre, champ, valeur)
    autre.save()
    return autre


def test_deux_budgets_ne_partagent_ni_numero_ni_nom(agent, circuit):
    annexe = autre_budget()
    homonyme = autre_budget(
        code="homonyme",
        code_collectivite="777",
        identifiant_collectivite=circuit.identifiant_collectivite,
    )
    moment = timezone.now()

    faits = [ouvrir_flux(b, 2026, agent, "pes_v2", moment) for b in (circuit, annexe, homonyme)]

    assert [flux.numero for flux in faits] == [1, 2, 3]
    assert len({flux.nom_fichier for flux in faits}) == 3


def test_la_chaine_ne_fait_refuser_ni_numero_ni_cumul(agent, ordonnateur):
    Parametre.objects.filter(cle="flux_bordereaux_maximum").update(valeur="2")
    annexe = autre_budget(code_collectivite="777")
    depenses = [bordereau_depense(agent, 2) for _ in range(3)]  # all signed before any answer
    recettes = [bordereau_recette(agent) for _ in range(2)]
    annexes = [bordereau_depense(agent, budget=annexe)]

    nombre = sum(envoyer(agent, ordonnateur, b) for b in (depenses, recettes, annexes))
    premiere = repondre(REFUS + REJET)
    refuse = Bordereau.objects.get(sens="recette", etat=EtatBordereau.REFUSE)
    suivants = [bordereau_depense(agent), bordereau_depense(agent)]
    reemis = reemettre(refuse, par=agent).bordereau
    nombre += sum(envoyer(agent, ordonnateur, b) for b in (suivants, [reemis]))
    seconde = repondre()

    refus = [anomalie for anomalie in premiere["anomalies"] if "refusé" in anomalie]
    assert nombre == Flux.objects.count() == 6
    assert ["[ERREUR_AUTRE]" in anomalie for anomalie in refus] == [True, True]
    assert premiere["signalements"] == []
    assert (seconde["anomalies"], seconde["signalements"]) == ([], [])
    assert Piece.objects.filter(etat="rejetee").count() == 6
    assert not Bordereau.objects.filter(etat=EtatBordereau.TRANSMIS).exists()
