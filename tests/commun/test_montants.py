from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturier.commun import montants


@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [
        (Decimal("0.5"), 1),
        (Decimal("1.5"), 2),
        (Decimal("2.5"), 3),
        (Decimal("2.4999999999"), 2),
        (Decimal("-2.5"), -3),
        (Decimal("-0.4"), 0),
        (Fraction(1, 3), 0),
        (Fraction(2, 3), 1),
        (Decimal("99999999999999.5"), 100_000_000_000_000),
    ],
)
def test_la_moitie_s_arrondit_en_s_eloignant_de_zero(valeur, attendu):
    assert montants.arrondir(valeur) == attendu


@given(st.fractions())
def test_l_arrondi_est_a_un_demi_franc_au_plus_et_symetrique(valeur):
    arrondi = montants.arrondir(valeur)

    assert abs(arrondi - valeur) <= Fraction(1, 2)
    assert montants.arrondir(-valeur) == -arrondi


def test_un_flottant_n_est_jamais_arrondi():
    with pytest.raises(TypeError, match="float"):
        montants.arrondir(2.5)


@pytest.mark.parametrize(
    ("base", "taux", "attendu"),
    [
        (1_005, Decimal(11), 111),
        (50, Decimal(3), 2),
        (125_000, Decimal("11.00"), 13_750),
        (-50, Decimal(3), -2),
        (100, Decimal(0), 0),
    ],
)
def test_un_taux_en_pour_cent_s_applique_puis_s_arrondit(base, taux, attendu):
    assert montants.appliquer_taux(base, taux) == attendu


@pytest.mark.parametrize(
    ("montant", "attendu"),
    [
        (138_750, "138\u202f750\u202fF\u00a0CFP"),
        (0, "0\u202fF\u00a0CFP"),
        (1_250_000, "1\u202f250\u202f000\u202fF\u00a0CFP"),
        (-138_750, "\u2212138\u202f750\u202fF\u00a0CFP"),
    ],
)
def test_un_montant_s_affiche_en_francs_avec_des_espaces_insecables(montant, attendu):
    assert montants.afficher(montant) == attendu


@given(st.integers(min_value=-(10**14) + 1, max_value=10**14 - 1))
def test_un_montant_affiche_se_relit(montant):
    assert montants.lire(montants.afficher(montant)) == montant


@pytest.mark.parametrize(
    "saisie", ["138750", "138 750 F", "138\u00a0750 F CFP", "138\u202f750 xpf", " 138 750 cfp "]
)
def test_un_montant_se_lit_quelle_que_soit_sa_presentation(saisie):
    assert montants.lire(saisie) == 138_750


@pytest.mark.parametrize(
    ("saisie", "explication"),
    [
        ("", "vide"),
        ("F CFP", "vide"),
        ("138 750,00", "pas de centimes"),
        ("138.750", "pas de centimes"),
        ("1,234,567", "pas de centimes"),
        ("beaucoup", "pas un nombre"),
        ("12F34", "pas un nombre"),
        ("1" * 15, "plus de 14 chiffres"),
    ],
)
def test_ce_qui_n_est_pas_un_nombre_entier_de_francs_est_refuse(saisie, explication):
    with pytest.raises(montants.MontantInvalide, match=explication):
        montants.lire(saisie)
