"""Spaces that French wants before and inside its signs."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from facturier.commun.typographie import autres, de, espacer


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


@pytest.mark.parametrize(
    ("nombre", "quoi", "dit"),
    [
        (1, "", "1 autre"),
        (2, "", "2 autres"),
        (1, "pièce", "1 autre pièce"),
        (1200, "pièce", "1\u202f200 autres pièces"),
    ],
)
def test_ce_qui_n_est_pas_nomme_se_compte(nombre, quoi, dit):
    assert autres(nombre, quoi) == dit


GABARITS = sorted(
    gabarit
    for dossier in ("facturier", "fournisseurs", "telepaiement", "exports_tps")
    for genre in ("html", "txt")
    for gabarit in Path(settings.RACINE, dossier).rglob(f"templates/**/*.{genre}")
)
BALISES = re.compile(
    r"{%.*?%}|{{.*?}}|{#.*?#}|<(?:script|style|pre|code)\b.*?</(?:script|style|pre|code)>"
    r"|<[^>{]*(?:{[{%].*?[%}]}[^>{]*)*>",
    re.DOTALL,
)
ETIQUETTES, ENTRE_GUILLEMETS = re.compile(r"{%.*?%}|{{.*?}}"), re.compile(r'"([^"]*)"')


@pytest.mark.parametrize("gabarit", GABARITS, ids=lambda gabarit: gabarit.name)
def test_aucune_ligne_d_un_gabarit_ne_commence_par_un_signe_double(gabarit):
    lu = gabarit.read_text(encoding="utf-8")
    textes = BALISES.split(lu)
    textes += [dit for balise in ETIQUETTES.findall(lu) for dit in ENTRE_GUILLEMETS.findall(balise)]

    assert [texte for texte in textes if espacer(texte) != texte] == []


@pytest.mark.parametrize(
    ("nom", "attendu"),
    [
        ("Serge Santal", "de Serge Santal"),
        ("Odile Banian", "d’Odile Banian"),
        ("Éléonore Tiaré", "d’Éléonore Tiaré"),
        ("Yves Nangouy", "d’Yves Nangouy"),
        ("Yann Niaouli", "de Yann Niaouli"),
        ("", "de "),
    ],
)
def test_le_de_d_un_nom_s_elide(nom, attendu):
    assert de(nom) == attendu
