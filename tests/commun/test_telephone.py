import pytest

from facturier.commun import telephone


@pytest.mark.parametrize(
    "saisie", ["258122", "25 81 22", "25.81.22", "+687 25-81-22", "00687258122"]
)
def test_un_numero_caledonien_a_une_seule_forme(saisie):
    assert telephone.normaliser(saisie) == "+687258122"


def test_un_numero_caledonien_s_affiche_par_paires():
    assert telephone.afficher("+687258122") == "+687\u00a025\u00a081\u00a022"


def test_un_numero_etranger_garde_son_indicatif():
    numero = telephone.normaliser("+33 1 23 45 67 89")

    assert numero == "+33123456789"
    assert telephone.afficher(numero) == "+33\u00a01\u00a023\u00a045\u00a067\u00a089"


@pytest.mark.parametrize("saisie", ["", "12", "25812", "2581222", "allo", "258122 poste 12"])
def test_un_numero_impossible_est_refuse_avec_un_exemple(saisie):
    with pytest.raises(telephone.TelephoneInvalide, match="six chiffres"):
        telephone.normaliser(saisie)
