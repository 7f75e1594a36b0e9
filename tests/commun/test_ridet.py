import pytest

from facturier.commun import ridet


@pytest.mark.parametrize(
    "saisie",
    ["0300137001", "300137001", "0 300 137.001", " 300\u00a0137 001 ", "0\u202f300\u202f137-001"],
)
def test_un_ridet_saisi_de_plusieurs_facons_a_une_seule_forme(saisie):
    assert ridet.normaliser(saisie) == "0300137001"


@pytest.mark.parametrize(
    ("saisie", "explication"),
    [
        ("", "vide"),
        (" . ", "vide"),
        ("0300137", "trois chiffres de l’établissement"),
        ("12345678901", "vous en avez saisi 11"),
        ("0300137A01", "autre chose que des chiffres"),
        ("٠٣٠٠١٣٧٠٠١", "autre chose que des chiffres"),
    ],
)
def test_ce_qui_n_est_pas_un_ridet_est_refuse_avec_la_raison(saisie, explication):
    with pytest.raises(ridet.RidetInvalide, match=explication):
        ridet.normaliser(saisie)


def test_un_ridet_s_affiche_par_groupes_insecables_et_se_relit():
    affiche = ridet.afficher("0300137001")

    assert affiche == "0\u00a0300\u00a0137.001"
    assert ridet.normaliser(affiche) == "0300137001"


@pytest.mark.parametrize("numero", ["9000019001", "9123456002", "0300137001", "1236165002"])
def test_la_cle_des_rid_connus_est_plausible(numero):
    assert ridet.cle_plausible(numero)


def test_une_cle_improbable_est_signalee_sans_refus():
    numero = ridet.normaliser("9000018001")

    assert not ridet.cle_plausible(numero)
    assert ridet.rid(numero) == "9000018"
