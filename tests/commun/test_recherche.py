"""Words for searching: what is typed meets what is stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturier.commun.recherche import mots, mots_cherches, mots_ranges, suivant


@pytest.mark.parametrize(
    ("texte", "attendus"),
    [
        ("Pépinière du Cagou", ["pepiniere", "du", "cagou"]),
        ("L’Atelier d'Émile", ["l", "atelier", "d", "emile"]),
        ("ŒUVRES-SŒURS & Cie", ["oeuvres", "soeurs", "cie"]),
        ("Łódź Ægir", ["lodz", "aegir"]),
        ("漢字", []),
        ("x" * 60, ["x" * 40]),
    ],
)
def test_un_texte_donne_ses_mots_sans_casse_ni_accent(texte, attendus):
    assert mots(texte) == attendus


@pytest.mark.parametrize(
    "saisie", ["0 300 137.001", "0300137001", "300 137 001", "300137.0", "0300"]
)
def test_un_ridet_se_trouve_comme_on_l_ecrit(saisie):
    ranges = mots_ranges("0300137001")

    (cherche,) = mots_cherches(saisie)

    assert any(mot.startswith(cherche) for mot in ranges)


def test_un_mot_deja_contenu_dans_un_autre_ne_se_cherche_pas_deux_fois():
    assert mots_cherches("sar SARL nord nord") == ["sarl", "nord"]


MOT = st.text("0123456789abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=6)


@given(prefixe=MOT, autre=MOT)
def test_un_prefixe_est_une_plage(prefixe, autre):
    borne = suivant(prefixe)

    est_dans_la_plage = autre >= prefixe and (borne is None or autre < borne)

    assert est_dans_la_plage == autre.startswith(prefixe)
