"""Drawings: an axis of round values that holds the greatest bar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturier.commun.templatetags.graphiques import GRADUATIONS, barres, graduer
from facturier.suivi.rapports import Barre


@pytest.mark.parametrize(
    ("maximum", "attendues"),
    [
        (1, [0, 1]),
        (7, [0, 2, 4, 6, 8]),
        (73, [0, 15, 30, 45, 60, 75]),
        (3_029_760, [0, 1_000_000, 2_000_000, 3_000_000, 4_000_000]),
    ],
)
def test_l_axe_porte_des_valeurs_rondes(maximum, attendues):
    assert graduer(maximum) == attendues


@given(st.integers(1, 10**12))
def test_l_axe_contient_toujours_la_plus_grande_barre(maximum):
    graduations = graduer(maximum)

    assert graduations[0] == 0
    assert graduations[-2] < maximum <= graduations[-1]
    assert len(graduations) <= GRADUATIONS


def test_les_grands_montants_s_abregent_sur_l_axe():
    dessin = barres([Barre("Semaine", 2_400_000, "2 400 000 F CFP")], "Paiements", "", 1)

    assert [texte for _, texte in dessin["axe"]] == [
        "0",
        "500\u00a0k",
        "1\u00a0M",
        "1,5\u00a0M",
        "2\u00a0M",
        "2,5\u00a0M",
    ]
