import pytest

from facturier.commun.csv_sur import cellule_sure, ligne_sure


@pytest.mark.parametrize("texte", ["=1+1", "+687258122", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_un_texte_pris_pour_une_formule_est_neutralise(texte):
    assert cellule_sure(texte) == f"'{texte}"


def test_les_nombres_et_les_textes_ordinaires_restent_tels_quels():
    assert ligne_sure(["Mangrove SARL", -138_750, None, "a=b", ""]) == [
        "Mangrove SARL",
        -138_750,
        None,
        "a=b",
        "",
    ]
