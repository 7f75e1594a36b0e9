"""Card numbers are found in free texts, however they are spaced; other numbers are left alone."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from facturier.commun.cartes import (
    FormulaireSansCarte,
    contient_un_numero,
    refuser_numero_de_carte,
)


class Note(FormulaireSansCarte):
    """A form with one free text."""

    texte = forms.CharField()


@pytest.mark.parametrize(
    "texte",
    [
        "4242424242424242",
        "ma carte 4242 4242 4242 4242, merci",
        "378282246310005",
        "5555-5555-5555-4444",
        "n° 4222222222222.",
    ],
)
def test_un_numero_de_carte_se_voit(texte):
    assert contient_un_numero(texte)
    assert "numéro de carte" in Note({"texte": texte}).errors["texte"][0]


@pytest.mark.parametrize(
    "texte",
    ["", "2026-T-000123", "4242424242424241", "1234567", "FR76 1408 9000 0142 4242 4242 4242 4242"],
)
def test_le_reste_passe(texte):
    assert not contient_un_numero(texte)


def test_le_refus_nomme_le_champ():
    with pytest.raises(ValidationError) as refus:
        refuser_numero_de_carte(numero_ticket="12", tireur="4242424242424242")
    assert list(refus.value.message_dict) == ["tireur"]
