"""Reserves: each one a row, however many, that somebody settles once and says how."""

from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from exports_tps.models import MessageTPS, Reserve, TraitementReserve
from exports_tps.reserves import messages_a_examiner, traiter
from exports_tps.retours import appliquer_de_nouveau, lire_retours
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.grand_livre.models import Budget, EtatPiece, Piece
from tests.exports_tps.factories import flux_transmis
from tests.exports_tps.reponses import dites, mandat, repondre

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]
ILLISIBLES = 60


@pytest.fixture
def recu(agent, ordonnateur, settings, django_capture_on_commit_callbacks):
    """A Retour of sixty mandats in a state that the format does not have."""
    flux = flux_transmis(agent, ordonnateur)
    sans_etat = [mandat(SimpleNamespace(numero=9000 + rang), "99") for rang in range(ILLISIBLES)]
    repondre(settings, flux, "illisibles.xml", *sans_etat)
    with django_capture_on_commit_callbacks(execute=True):
        lire_retours()
    return MessageTPS.objects.get()


def test_chaque_piece_illisible_est_nommee(recu, mailoutbox):
    textes = dites(recu).splitlines()

    assert len(textes) == ILLISIBLES + 1
    assert textes[0].startswith("Mandat 9000 de l’exercice 2026 : l’état « absent »")
    assert textes[-2].startswith("Mandat 9059")
    assert textes[-1].startswith("Contraire au schéma officiel : EtatPce (valeur refusée)")
    [courriel] = [m for m in mailoutbox if "à examiner" in m.subject][:1]
    assert "Mandat 9000" in courriel.body
    assert f"Et {ILLISIBLES - 19} autres" in courriel.body


def test_une_reserve_se_traite_une_fois_puis_toutes_les_autres(recu, agent, comptable, client):
    premiere = recu.reserves.first()
    liste, page = reverse("exports_tps:messages"), recu.get_absolute_url()
    une = reverse("exports_tps:traiter_reserve", args=[recu.pk, premiere.pk])
    toutes = reverse("exports_tps:traiter_message", args=[recu.pk])
    client.force_login(comptable)
    assert client.post(une, {"commentaire": "Vu."}).status_code == 403
    client.force_login(agent)

    assert "Avec réserve (1)" in client.get(f"{liste}?etat=reserve").content.decode()
    premier_ecran = client.get(page).content.decode()
    assert "Traiter les 61 réserves" in premier_ecran
    assert "apres=" in premier_ecran
    assert client.post(une, {"commentaire": " "}).status_code == 422
    client.post(une, {"commentaire": "Mandat d’un autre logiciel."})
    deja = client.get(une, follow=True).content.decode()
    assert "Déjà traité" in deja
    assert "Mandat d’un autre logiciel." in deja
    client.post(toutes, {"commentaire": "De même."})

    assert list(TraitementReserve.objects.values_list("commentaire", flat=True)) == [
        "Mandat d’un autre logiciel.",
        "De même.",
    ]
    assert not messages_a_examiner().exists()
    assert "Avec réserve (0)" in client.get(liste).content.decode()
    with pytest.raises(TransitionInterdite):
        traiter(recu, commentaire="Encore.", par=agent)


@pytest.mark.deux_moteurs
def test_un_traitement_ne_se_defait_pas(recu, agent):
    traiter(recu, commentaire="Vu.", par=agent)
    traitement = TraitementReserve.objects.get()

    for modification in (
        lambda: Reserve.objects.update(traitement=None),
        lambda: Reserve.objects.update(texte="autre"),
        lambda: TraitementReserve.objects.update(commentaire="autre"),
        lambda: recu.reserves.all().delete(),
        lambda: Reserve.objects.create(
            message=MessageTPS.objects.create(nom="b.xml", sha256="0" * 64, taille=1),
            nature="inconnu",
            texte="Autre message.",
            traitement=traitement,
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            modification()


def test_une_reponse_mise_de_cote_s_applique_de_nouveau(agent, ordonnateur, settings, client):
    flux = flux_transmis(agent, ordonnateur)
    budget = Budget.objects.get(pk=flux.budget_id)
    repondre(settings, flux, "a.xml", mandat(Piece.objects.get(), "02"))
    Budget.objects.filter(pk=budget.pk).update(code_budget="77")
    lire_retours()
    recu = MessageTPS.objects.get()
    page = reverse("exports_tps:appliquer_message", args=[recu.pk])
    with pytest.raises(ActeInterdit):
        appliquer_de_nouveau(recu, par=ordonnateur)
    client.force_login(agent)

    assert page in client.get(recu.get_absolute_url()).content.decode()
    refus = client.post(page)
    assert refus.status_code == 422
    assert "Toujours impossible" in refus.content.decode()
    lire_retours(reprendre=True)
    assert recu.reserves.count() == 1  # the same reason is told once
    Budget.objects.filter(pk=budget.pk).update(code_budget=budget.code_budget)
    client.post(page)

    recu.refresh_from_db()
    assert (recu.etat, Piece.objects.get().etat) == ("applique", EtatPiece.PRISE_EN_CHARGE)
    assert recu.reserves.get().traitement.par == agent
    with pytest.raises(TransitionInterdite):
        appliquer_de_nouveau(recu, par=agent)
