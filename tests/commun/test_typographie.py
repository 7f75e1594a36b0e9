"""Spaces that French wants before and inside its signs."""

import pytest

from facturier.commun.typographie import espacer


@pytest.mark.parametrize(
    ("ecrit", "attendu"),
    [
        (
            "« Payer » est impossible : rechargez.",
            "«\u202fPayer\u202f» est impossible\u202f: rechargez.",
        ),
        ("Est-ce vous ?", "Est-ce vous\u202f?"),
        ("Au taux de 11 %, la TGC", "Au taux de 11\u202f%, la TGC"),
        ("Attention !", "Attention\u202f!"),
        ("un ; deux", "un\u202f; deux"),
    ],
)
def test_une_espace_insecable_precede_les_signes_doubles(ecrit, attendu):
    assert espacer(ecrit) == attendu


@pytest.mark.parametrize("texte", ["https://province.example/a?b=1", "10:30", "a ?b", "d’accord"])
def test_le_reste_ne_change_pas(texte):
    assert espacer(texte) == texte
