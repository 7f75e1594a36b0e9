"""What the treasury checks across files: our numbers, names and cumulative amounts hold."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from exports_tps.constitution import ouvrir_flux
from exports_tps.enregistrements import tete_pes
from exports_tps.models import Flux
from exports_tps.parapheur import retirer
from exports_tps.reemission import reemettre
from exports_tps.repartition import constituer
from exports_tps.retours import lire_retours
from exports_tps.retrait_signature import retirer_signature
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import EnvoiImpossible, transmettre
from facturier.commun.etats import TransitionInterdite
from facturier.grand_livre.models import Bordereau, Budget, EtatBordereau, Parametre, Piece
from facturier.suivi.mandatement import annuler_mandat
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


def test_le_montant_cumule_d_un_bordereau_signe_ne_change_plus(agent, ordonnateur):
    premier, second = bordereau_depense(agent, 2), bordereau_depense(agent)
    signer_bordereau(second, par=ordonnateur)
    signe = tete_pes(second).cumul_annuel
    piece = premier.pieces.first()

    with pytest.raises(TransitionInterdite, match="la signature du bordereau 2026-D-2"):
        retirer(premier, piece, par=agent)
    with pytest.raises(TransitionInterdite, match="2026-D-2"):
        annuler_mandat(piece, motif="Doublon", par=agent)
    with pytest.raises(IntegrityError, match="compte les pièces"), transaction.atomic():
        Piece.objects.filter(pk=piece.pk).update(bordereau=None)
    assert tete_pes(second).cumul_annuel == signe

    retirer_signature(second, motif="Le premier change", par=ordonnateur)
    retirer(premier, piece, par=agent)
    signer_bordereau(second, par=ordonnateur)
    assert tete_pes(second).cumul_annuel == signe - piece.montant_ttc


def test_les_bordereaux_partent_dans_leur_ordre(agent, ordonnateur):
    premier, second = bordereau_depense(agent), bordereau_depense(agent)
    signer_bordereau(second, par=ordonnateur)

    with pytest.raises(ValidationError, match=r"2026-D-1 \(« En préparation »"):
        constituer([second], par=agent)
    signer_bordereau(premier, par=ordonnateur)
    [flux_premier], [flux_second] = (
        constituer([premier], par=agent),
        constituer([second], par=agent),
    )
    with pytest.raises(EnvoiImpossible, match=r"2026-D-1 \(« Signé »"):
        transmettre(flux_second, par=agent)
    with pytest.raises(IntegrityError, match="qui vient avant"), transaction.atomic():
        flux_second.transmissions.create(
            tentee_le=timezone.now(), destination="x", issue="engagee", sha256=flux_second.sha256
        )
    for flux in (flux_premier, flux_second):
        assert transmettre(flux, par=agent).etat == "transmis"


def test_un_bordereau_vide_s_abandonne(agent, ordonnateur, client):
    vide, second = bordereau_depense(agent), bordereau_depense(agent)
    client.force_login(agent)
    page = reverse("exports_tps:bordereau", args=[vide.pk])
    abandonner = reverse("exports_tps:abandonner", args=[vide.pk])

    assert abandonner not in client.get(page).content.decode()
    refus = client.post(abandonner, follow=True).content.decode()
    with pytest.raises(IntegrityError, match="vide"), transaction.atomic():
        Bordereau.objects.filter(pk=vide.pk).update(etat="abandonne")
    retirer(vide, vide.pieces.get(), par=agent)
    assert abandonner in client.get(page).content.decode()
    clos = client.post(abandonner, follow=True).content.decode()

    assert "retirez-les d’abord" in refus
    assert vide.passages.latest("pk").acte == "abandonner"
    assert "Le bordereau 2026-D-1 est abandonné." in clos
    assert "retirez-les" not in client.post(abandonner, follow=True).content.decode()
    assert page not in client.get(reverse("exports_tps:preparation")).content.decode()
    signer_bordereau(second, par=ordonnateur)
    [flux] = constituer([second], par=agent)
    assert transmettre(flux, par=agent).etat == "transmis"
