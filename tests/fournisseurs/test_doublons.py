"""Pairs of tiers that look alike: found by what they share, decided once."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from facturier.commun.etats import TransitionInterdite
from fournisseurs.doublons import GRAND_BLOC, chercher_doublons, ecarter_doublon, rouvrir_doublon
from fournisseurs.models import Doublon, PassageDoublon
from tests.fournisseurs.factories import IBAN_BCI, IBAN_CCP, FournisseurFactory, compte
from tests.fournisseurs.test_recherche import creer

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]


def paires() -> set[tuple[frozenset[str], tuple[str, ...]]]:
    """Return the names of each pair, with its reasons."""
    return {
        (frozenset({d.premier.tiers.nom, d.second.tiers.nom}), tuple(d.raisons))
        for d in Doublon.objects.a_examiner()
    }


@pytest.mark.parametrize(
    ("un", "autre"),
    [
        ("SARL Pépinière du Cagou", "PEPINIERE CAGOU"),
        ("Cagou Pépinière", "Pépinière Cagou (SARL)"),
        ("Menuiserie Fictive", "Menuiserie Fictve"),
        ("Société Mangrove", "MANGROVE SAS"),
    ],
)
def test_des_noms_proches_de_la_meme_commune_se_ressemblent(un, autre):
    creer(un, code="A1")
    creer(autre, code="A2")
    creer(autre, code="A3", ville="Bourail")

    bilan = chercher_doublons()

    assert bilan.nouveaux == 1
    assert paires() == {(frozenset({un, autre}), ("nom",))}


@pytest.mark.parametrize(
    ("un", "autre"),
    [("Garage du Nord", "Garage du Sud"), ("SARL", "SAS"), ("Dupont Fictif", "Durand Fictif")],
)
def test_des_noms_eloignes_ne_se_ressemblent_pas(un, autre):
    creer(un, code="A1")
    creer(autre, code="A2")

    chercher_doublons()

    assert paires() == set()


def test_le_meme_compte_et_le_meme_rid_se_voient_et_s_ajoutent():
    noms = {"denomination": "Atelier Nord"}, {"denomination": "Boutique Sud"}
    FournisseurFactory(ridet="9000019001", champs={**noms[0], "compte": compte(IBAN_CCP, "Nord")})
    FournisseurFactory(ridet="9000027001", champs={**noms[1], "compte": compte(IBAN_CCP, "Sud")})
    creer("Sans RID", code="9000035")
    creer("Avec RIDET", code="X1", ridet="9000035001")

    chercher_doublons()

    assert paires() == {
        (frozenset({"Atelier Nord", "Boutique Sud"}), ("iban",)),
        (frozenset({"Sans RID", "Avec RIDET"}), ("rid",)),
    }


def test_plusieurs_raisons_donnent_un_score_plus_haut():
    FournisseurFactory(ridet="9000019001", champs={"compte": compte(IBAN_BCI)})
    FournisseurFactory(ridet="9000027001", champs={"compte": compte(IBAN_BCI)})

    chercher_doublons()

    doublon = Doublon.objects.get()
    assert (doublon.raisons, doublon.score) == (["iban", "nom"], 100)


def test_ce_qui_est_ecarte_ne_revient_pas(agent):
    creer("Atelier Fictif", code="A1")
    creer("Atelier Fictif", code="A2")
    chercher_doublons()
    doublon = Doublon.objects.get()

    ecarter_doublon(doublon, par=agent, motif="Deux frères.")
    bilan = chercher_doublons()

    assert (bilan.nouveaux, bilan.connus) == (0, 1)
    assert not Doublon.objects.a_examiner().exists()
    rouvrir_doublon(doublon, par=agent, motif="À revoir.")
    assert Doublon.objects.a_examiner().exists()


def test_ecarter_demande_un_motif_et_laisse_une_trace_qui_ne_s_efface_pas(agent):
    creer("Atelier Fictif", code="A1")
    creer("Atelier Fictif", code="A2")
    chercher_doublons()
    doublon = Doublon.objects.get()

    with pytest.raises(TransitionInterdite):
        ecarter_doublon(doublon, par=agent, motif=" ")
    ecarter_doublon(doublon, par=agent, motif="Deux frères.")

    with pytest.raises(IntegrityError), transaction.atomic():
        PassageDoublon.objects.all().delete()


def test_une_paire_qui_ne_se_ressemble_plus_disparait():
    un = creer("Atelier Fictif", code="A1")
    creer("Atelier Fictif", code="A2")
    chercher_doublons()
    un.tiers.nom = "Garage du Lagon"
    un.tiers.save()

    assert chercher_doublons().disparus == 1
    assert not Doublon.objects.exists()


def test_un_grand_bloc_ne_compare_que_des_voisins():
    for rang in range(GRAND_BLOC + 5):
        creer(f"Vallon {chr(97 + rang % 26) * 9}{rang}", code=f"V{rang}")
    creer("Vallon zzzzzzzzzzzz", code="V98")
    creer("Vallon zzzzzzzzzzzy", code="V99")

    chercher_doublons()

    assert (frozenset({"Vallon zzzzzzzzzzzz", "Vallon zzzzzzzzzzzy"}), ("nom",)) in paires()


def test_la_commande_dit_les_comptes(capsys):
    creer("Atelier Fictif", code="A1")
    creer("Atelier Fictif", code="A2")

    call_command("chercher_doublons")

    assert "nouveaux : 1" in capsys.readouterr().out
