"""Working days in New Caledonia."""

from datetime import date, timedelta

import pytest

from facturier.commun.calendrier import (
    ajouter_jours_ouvres,
    dernier_jour_echu,
    est_ouvre,
    feries,
    paques,
    plus_mois,
)


@pytest.mark.parametrize(
    ("annee", "dimanche"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5))],
)
def test_paques_tombe_le_bon_dimanche(annee, dimanche):
    assert paques(annee) == dimanche


def test_l_annee_a_douze_jours_feries_dont_le_24_septembre():
    assert len(feries(2026)) == 12
    assert date(2026, 9, 24) in feries(2026)
    assert date(2026, 5, 14) in feries(2026)


def test_un_delai_saute_le_week_end_et_les_feries():
    assert not est_ouvre(date(2026, 12, 25))
    assert ajouter_jours_ouvres(date(2026, 12, 23), 3) == date(2026, 12, 29)


@pytest.mark.parametrize("aujourdhui", [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)])
def test_le_dernier_jour_echu_est_le_dernier_dont_les_mois_sont_passes(aujourdhui):
    limite = dernier_jour_echu(aujourdhui, 6)

    assert plus_mois(limite, 6) <= aujourdhui < plus_mois(limite + timedelta(days=1), 6)
