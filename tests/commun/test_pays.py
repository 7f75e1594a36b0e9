import re

import phonenumbers
import pytest

from facturier.commun.pays import (
    choix_pays,
    code_insee,
    est_ici,
    lignes_d_enveloppe,
    lire_pays,
    nom_pays,
)
from fournisseurs.models import Fournisseur

SANS_CODE_ISO = {"AC", "TA", "XK"}  # Ascension and Tristan da Cunha are of Sainte-Hélène (SH)


def test_aucun_pays_ne_manque_et_aucun_nom_n_est_double():
    etrangers = dict(choix_pays()[1:])
    lus = {iso: lire_pays(iso) for iso in phonenumbers.SUPPORTED_REGIONS - SANS_CODE_ISO}

    assert {iso for iso, lu in lus.items() if lu != iso} == {
        *("BL", "FR", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "WF", "YT"),
    }
    assert len(etrangers) == len(set(etrangers.values())) == 237
    assert all(re.fullmatch("[1-6][0-9]{2}", code_insee(iso)) for iso in etrangers)
    assert "100" not in {code_insee(iso) for iso in etrangers}


@pytest.mark.parametrize(
    ("saisie", "iso"),
    [
        ("iles cook", "CK"),
        ("République démocratique du Congo", "CD"),
        ("Kosovo", "XK"),
        ("be", "BE"),
        ("Wallis et Futuna", ""),
        ("PF", ""),
        ("", ""),
    ],
)
def test_un_pays_se_nomme_en_francais_ou_par_son_code(saisie, iso):
    assert lire_pays(saisie) == iso
    assert lire_pays(nom_pays(iso)) == iso


@pytest.mark.parametrize(
    ("code_postal", "ville", "pays", "dernieres"),
    [
        ("98800", "Nouméa", "", ["98800 NOUMÉA"]),
        ("98713", "Papeete", "", ["98713 PAPEETE", "POLYNÉSIE FRANÇAISE"]),
        ("69002", "Lyon", "", ["69002 LYON", "FRANCE"]),
        ("97400", "Saint-Denis", "", ["97400 SAINT-DENIS", "LA RÉUNION"]),
        ("99999", "Melbourne VIC 3000", "AU", ["MELBOURNE VIC 3000", "AUSTRALIE"]),
    ],
)
def test_une_enveloppe_finit_par_sa_ville_et_son_pays_en_capitales(
    code_postal, ville, pays, dernieres
):
    adresse = Fournisseur(
        adresse_voie="12 rue de l’Essai", code_postal=code_postal, ville=ville, pays=pays
    )

    assert lignes_d_enveloppe(adresse) == ["12 rue de l’Essai", *dernieres]
    assert est_ici(adresse) is (ville == "Nouméa")
