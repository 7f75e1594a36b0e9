"""Checks of a declaration, and the same rules on whole columns."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facturier.commun import banque
from fournisseurs.reprise.comptes import iban_de_rib, ibans_justes, ribs_justes
from fournisseurs.verifications import (
    Referentiel,
    verifier_adresse,
    verifier_compte,
    verifier_ridet,
    verifier_telephone,
    verifier_titulaire,
)

REFERENTIEL = Referentiel(
    banques={"17499": ("BCI", "BCADNCNN")},
    communes={"98800": frozenset({"Nouméa"}), "98810": frozenset({"Mont-Dore"})},
)
IBAN = "FR7617499000000000000000118"
CHIFFRES = st.text("0123456789", min_size=5, max_size=5)
COMPTES = st.text("0123456789ABCKSTZ", min_size=11, max_size=11)


def textes(valeurs):
    """Return a column of text."""
    return pa.array(valeurs, pa.large_string())


def codes(anomalies):
    """Return the code of each anomaly, blocking ones in capitals."""
    return [a.code.upper() if a.est_bloquante else a.code for a in anomalies]


@pytest.mark.parametrize(
    ("saisie", "attendus"),
    [("9000019001", []), ("9000018001", ["ridet_cle"]), ("9000019", ["RIDET_FORME"])],
)
def test_un_ridet_mal_forme_bloque_et_une_cle_etrange_avertit(saisie, attendus):
    assert codes(verifier_ridet(saisie)) == attendus


@pytest.mark.parametrize(
    ("iban", "bic", "attendus"),
    [
        (IBAN, "BCADNCNN", []),
        (IBAN, "BCADNCNNXXX", []),
        (IBAN, "SOGENCNN", ["bic_banque"]),
        (IBAN, "BC", ["BIC_FORME"]),
        ("FR7617499000000000000000119", "", ["IBAN"]),
        ("FR5014158000000000001A01209", "", ["banque_inconnue"]),
        ("DE89370400440532013000", "", ["iban_pays"]),
    ],
)
def test_un_compte_faux_bloque_et_un_compte_inhabituel_avertit(iban, bic, attendus):
    assert codes(verifier_compte(iban, bic, REFERENTIEL)) == attendus


@pytest.mark.parametrize(
    ("code_postal", "ville", "attendus"),
    [
        ("98800", "NOUMEA Cedex", []),
        ("98810", "mont dore", []),
        ("98800", "Dumbéa", ["code_postal_commune"]),
        ("75001", "Paris", ["code_postal_inconnu"]),
        ("٩٨٨٠٠", "Nouméa", ["CODE_POSTAL_FORME"]),
    ],
)
def test_l_adresse_se_compare_a_la_table_des_communes(code_postal, ville, attendus):
    assert codes(verifier_adresse(code_postal, ville, REFERENTIEL)) == attendus


def test_un_telephone_absent_est_permis_et_un_faux_bloque():
    assert verifier_telephone("") == []
    assert codes(verifier_telephone("12")) == ["TELEPHONE"]


@pytest.mark.parametrize(
    ("titulaire", "attendus"), [("SARL PEPINIERE CAGOU", []), ("M. Dupré", ["titulaire"])]
)
def test_un_titulaire_sans_rapport_avec_la_denomination_avertit(titulaire, attendus):
    assert codes(verifier_titulaire(titulaire, "Pépinière du Cagou")) == attendus


@given(CHIFFRES, CHIFFRES, COMPTES, st.integers(0, 99))
def test_les_colonnes_jugent_la_cle_comme_la_saisie(code, guichet, compte, cle):
    juste = banque.cle_rib(code, guichet, compte)
    ribs = [f"{code}{guichet}{compte}{valeur}" for valeur in (juste, f"{cle:02d}")]

    verdicts = ribs_justes(textes(ribs)).tolist()

    assert verdicts == [True, f"{cle:02d}" == juste]


@given(CHIFFRES, CHIFFRES, COMPTES)
def test_les_colonnes_calculent_le_meme_iban_que_la_saisie(code, guichet, compte):
    rib = banque.Rib(code, guichet, compte, banque.cle_rib(code, guichet, compte))

    ibans = iban_de_rib(textes([str(rib)]))

    assert ibans.to_pylist() == [rib.iban]
    assert ibans_justes(ibans).tolist() == [True]


@given(st.text("0123456789ABFRNC", min_size=14, max_size=30))
def test_les_colonnes_acceptent_les_memes_ibans_que_la_saisie(suite):
    calcule = f"FR{suite}"[:27]
    ibans = [f"FR{suite}", f"DE{suite}", calcule]
    attendus = []
    for iban in ibans:
        try:
            attendus.append(banque.normaliser_iban(iban) == iban)
        except banque.CoordonneesInvalides:
            attendus.append(False)

    assert ibans_justes(textes(ibans)).tolist() == attendus
