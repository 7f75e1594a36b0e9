import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban as stdnum_iban

from facturier.commun import banque

IBAN = "FR7617499000000000000000118"


@pytest.mark.parametrize(
    ("code", "guichet", "compte", "cle"),
    [
        ("20041", "01005", "0500013M026", "06"),
        ("17499", "00000", "00000000001", "18"),
        ("14158", "00000", "0000001A012", "09"),
    ],
)
def test_la_cle_du_rib_suit_la_formule_publiee(code, guichet, compte, cle):
    assert banque.cle_rib(code, guichet, compte) == cle


@pytest.mark.parametrize(
    ("saisie", "iban"),
    [
        ("17499 00000 00000000001 18", IBAN),
        ("14158-00000-0000001a012-09", "FR5014158000000000001A01209"),
    ],
)
def test_un_rib_donne_son_iban(saisie, iban):
    assert banque.lire_rib(saisie).iban == iban


@given(
    st.from_regex(r"\A[0-9]{5}\Z"),
    st.from_regex(r"\A[0-9]{5}\Z"),
    st.from_regex(r"\A[0-9A-Z]{11}\Z"),
)
def test_l_iban_de_tout_rib_est_valide_et_redonne_le_rib(code, guichet, compte):
    rib = banque.Rib(code, guichet, compte, banque.cle_rib(code, guichet, compte))

    assert stdnum_iban.is_valid(rib.iban)
    assert banque.rib_de_iban(banque.normaliser_iban(rib.iban)) == rib


@pytest.mark.parametrize(
    ("saisie", "explication"),
    [
        ("17499 00000 00000000001 19", "La clé 19 ne correspond pas"),
        ("17499 00000 00000000001", "vous en avez saisi 21"),
        ("1749A 00000 00000000001 18", "forme incorrecte"),
        ("17499 00000 0000000000é 18", "forme incorrecte"),
    ],
)
def test_un_rib_faux_est_refuse_avec_la_raison(saisie, explication):
    with pytest.raises(banque.RibInvalide, match=explication):
        banque.lire_rib(saisie)


def test_un_rib_faux_ne_peut_pas_exister():
    with pytest.raises(banque.RibInvalide):
        banque.Rib("17499", "00000", "00000000001", "00")


@pytest.mark.parametrize("saisie", ["fr76 1749 9000 0000 0000 0000 118", f" {IBAN} "])
def test_un_iban_saisi_avec_des_espaces_a_une_seule_forme(saisie):
    assert banque.normaliser_iban(saisie) == IBAN


@pytest.mark.parametrize(
    ("saisie", "explication"),
    [
        ("", "forme incorrecte"),
        ("FR7717499000000000000000118", "chiffres de contrôle"),
        ("FR76174990000000000000001", "27 caractères"),
        ("BE71096123456760", "chiffres de contrôle"),
        ("ZZ98539007547034000", "pays «\u00a0ZZ\u00a0»"),
        ("FR4917499000000000000000119", "La clé 19"),
    ],
)
def test_un_iban_faux_est_refuse_avec_la_raison(saisie, explication):
    with pytest.raises(banque.CoordonneesInvalides, match=explication):
        banque.normaliser_iban(saisie)


def test_un_iban_nc_est_accepte_avec_un_avertissement():
    iban = banque.normaliser_iban("NC4917499000000000000000118")

    assert "commence par NC" in (banque.avertissement_iban(iban) or "")
    assert str(banque.rib_de_iban(iban)) == IBAN[4:]


def test_un_iban_francais_ne_merite_aucun_avertissement():
    assert banque.avertissement_iban(IBAN) is None


def test_un_iban_etranger_est_accepte_et_signale():
    iban = banque.normaliser_iban("BE68 5390 0754 7034")

    assert "tenu à l’étranger" in (banque.avertissement_iban(iban) or "")
    assert banque.rib_de_iban(iban) is None


def test_un_iban_masque_ne_montre_que_ses_deux_bouts():
    assert banque.masquer_iban(IBAN) == "FR76\u00a0••••\u00a0••••\u00a00118"


def test_un_iban_s_affiche_par_groupes_de_quatre():
    assert banque.afficher_iban(IBAN).split("\u00a0")[-2:] == ["0000", "118"]


def test_un_bic_est_mis_en_forme():
    assert banque.normaliser_bic(" bcad nc nn ") == "BCADNCNN"


@pytest.mark.parametrize("saisie", ["", "BCAD", "BCADNCNNX", "1CADNCNN"])
def test_un_bic_mal_forme_est_refuse(saisie):
    with pytest.raises(banque.BicInvalide, match="BCADNCNN"):
        banque.normaliser_bic(saisie)


def test_le_nom_de_la_banque_vient_de_la_table_donnee():
    banques = {"17499": "Banque de la place"}

    assert banque.nom_banque("17499", banques) == "Banque de la place"
    assert banque.nom_banque("99999", banques) is None
