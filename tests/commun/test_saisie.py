from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.forms import EmailField

from facturier.commun.champs import MontantField
from facturier.commun.saisie import (
    SaisieIbanField,
    SaisieJourField,
    SaisieMontantField,
    SaisieRidetField,
)


@pytest.mark.parametrize(
    "saisie", ["138750", "138 750", "138\u202f750\u202fF\u00a0CFP", " 138750 F"]
)
def test_un_montant_se_tape_de_plusieurs_facons(saisie):
    assert SaisieMontantField().clean(saisie) == 138750


def test_une_adresse_fausse_se_refuse_dans_les_mots_du_produit():
    with pytest.raises(ValidationError, match="adresse électronique valide"):
        EmailField().clean("fanny.lagon")


def test_un_montant_sous_le_minimum_est_refuse():
    with pytest.raises(ValidationError, match="au moins 1"):
        SaisieMontantField(minimum=1).clean("0")


def test_un_montant_au_dela_du_maximum_est_refuse():
    with pytest.raises(ValidationError, match="ne peut pas dépasser"):
        SaisieMontantField(maximum=100).clean("101")


def test_un_montant_facultatif_peut_manquer():
    assert SaisieMontantField(required=False).clean("") is None


def test_un_montant_ecrit_autrement_n_a_pas_change():
    assert not SaisieMontantField().has_changed(138750, "138 750")


def test_un_montant_illisible_a_change():
    assert SaisieMontantField().has_changed(138750, "cent")


def test_un_ridet_est_normalise():
    assert SaisieRidetField().clean("300 137.001") == "0300137001"


def test_un_iban_faux_est_refuse_avec_sa_raison():
    with pytest.raises(ValidationError, match="IBAN"):
        SaisieIbanField().clean("FR76 1234")


@pytest.mark.parametrize("saisie", ["2026-12-01", "01/12/2026"])
def test_un_jour_se_choisit_ou_se_tape(saisie):
    assert SaisieJourField().clean(saisie) == date(2026, 12, 1)


def test_un_jour_hors_des_bornes_est_refuse():
    champ = SaisieJourField(au_plus_tard=lambda: date(2026, 11, 30))

    with pytest.raises(ValidationError, match="30/11/2026 ou avant"):
        champ.clean("2026-12-01")


def test_un_jour_trop_tot_est_refuse():
    champ = SaisieJourField(au_plus_tot=date(2026, 11, 30))

    with pytest.raises(ValidationError, match="30/11/2026 ou après"):
        champ.clean("2026-11-29")


def test_un_champ_de_modele_se_saisit_comme_un_montant():
    champ = MontantField("montant TTC", blank=True, null=True).formfield(label="Total")

    assert isinstance(champ, SaisieMontantField)
    assert champ.clean("138 750 F CFP") == 138_750
    assert champ.clean("") is None
    assert champ.label == "Total"
    assert champ.help_text == "en francs CFP, sans décimale"
