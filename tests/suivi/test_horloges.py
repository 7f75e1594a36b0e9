"""Two clocks, paused when they should be, read from the passages alone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from facturier.grand_livre.models import Parametre
from facturier.suivi.horloges import horloges_des_passages
from facturier.suivi.models import PassageFacture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

DEPOT = datetime(2026, 11, 1, 22, tzinfo=UTC)  # 2 November in Nouméa


def passages(*etapes):
    """Build passages from (days after the deposit, state reached)."""
    departs = ["brouillon", *(etat for _, etat in etapes)]
    return [
        PassageFacture(depart=depart, arrivee=etat, le=DEPOT + timedelta(days=jours))
        for depart, (jours, etat) in zip(departs, etapes, strict=False)
    ]


def lire(*etapes, jours):
    return horloges_des_passages(passages(*etapes), au=DEPOT + timedelta(days=jours))


def test_l_horloge_de_mandatement_court_depuis_le_depot():
    (horloge,) = lire((0, "deposee"), (2, "recue"), jours=10)

    assert (horloge.jours_ecoules, horloge.jours_restants) == (10, 20)
    assert horloge.echeance == date(2026, 12, 2)
    assert not horloge.est_en_pause


def test_elle_attend_pendant_que_le_fournisseur_doit_repondre():
    (horloge,) = lire(
        (0, "deposee"), (3, "recue"), (5, "suspendue"), (12, "completee"), (13, "recue"), jours=15
    )

    assert horloge.jours_ecoules == 8
    assert horloge.echeance == date(2026, 12, 9)
    assert horloge.pauses[0].raison == "pièce ou précision demandée au fournisseur"


def test_une_pause_en_cours_repousse_l_echeance_chaque_jour():
    (horloge,) = lire((0, "deposee"), (1, "recue"), (2, "a_reorienter"), jours=9)

    assert horloge.est_en_pause
    assert (horloge.jours_ecoules, horloge.echeance) == (2, date(2026, 12, 9))


def test_elle_s_arrete_a_la_signature_et_la_seconde_part_a_l_envoi():
    mandatement, tresorerie = lire(
        (0, "deposee"), (20, "mandatee"), (21, "transmise_tps"), jours=25
    )

    assert (mandatement.jours_ecoules, mandatement.est_arretee) == (20, True)
    assert (tresorerie.jours_ecoules, tresorerie.est_arretee) == (4, False)


def test_l_horloge_de_la_tresorerie_attend_sa_propre_suspension():
    _, tresorerie = lire(
        (0, "deposee"),
        (20, "mandatee"),
        (21, "transmise_tps"),
        (23, "suspendue_tps"),
        (30, "prise_en_charge"),
        (32, "payee"),
        jours=40,
    )

    assert (tresorerie.jours_ecoules, tresorerie.est_arretee) == (4, True)


def test_un_parametre_peut_la_laisser_courir():
    Parametre.objects.filter(cle="suspension_tps_arrete_horloge").update(valeur="0")

    _, tresorerie = lire(
        (0, "deposee"), (20, "mandatee"), (21, "transmise_tps"), (23, "suspendue_tps"), jours=30
    )

    assert (tresorerie.jours_ecoules, tresorerie.pauses) == (9, ())


@pytest.mark.parametrize(("regle", "ecoules"), [("reprend", 25), ("recommence", 5)])
def test_un_rejet_de_la_tresorerie_reprend_ou_recommence_le_mandatement(regle, ecoules):
    Parametre.objects.filter(cle="rejet_tps_horloge").update(valeur=regle)

    mandatement, _ = lire(
        (0, "deposee"),
        (20, "mandatee"),
        (21, "transmise_tps"),
        (30, "rejetee_tps"),
        (32, "liquidee"),
        jours=35,
    )

    assert mandatement.jours_ecoules == ecoules


def test_un_delai_depasse_se_voit():
    (horloge,) = lire((0, "deposee"), jours=31)

    assert horloge.est_depassee
    assert horloge.jours_restants == -1


def test_un_brouillon_n_a_pas_d_horloge():
    assert horloges_des_passages([], au=DEPOT) == []
