"""Characters: the replacement table, and nothing silent."""

import pytest

from exports_tps.pes.latin1 import REMPLACEMENTS, ajuster, en_latin1
from exports_tps.pes.messages import CaractereRefuse


@pytest.mark.parametrize(("avant", "apres"), REMPLACEMENTS.items())
def test_chaque_remplacement_tient_dans_latin1(avant, apres):
    assert en_latin1(f"a{avant}b") == f"a{apres}b"
    assert apres.encode("iso-8859-1").decode("iso-8859-1") == apres


@pytest.mark.parametrize(
    ("avant", "apres"),
    [
        ("Cœur d’Îlot – 12 €", "Coeur d'Îlot - 12 EUR"),
        ("« déjà »", "« déjà »"),
        ("e\u0301te\u0301", "été"),
        ("Fa\u02bcaā\x07", "Fa'aa"),
        ("ligne\r\nsuite", "ligne  suite"),
        ("Pape\u02bbete, Đà Nẵng", "Pape'ete, Dà Nang"),
        ("g\u0331é\u0304", "gé"),
        ("\uff11\uff12\u3000\uff21", "12 A"),
    ],
)
def test_le_texte_garde_son_sens(avant, apres):
    assert en_latin1(avant) == apres


@pytest.mark.parametrize("texte", ["茶", "ж", "🚧", "\ud800", "⅓ de part", "a ≠ b", "≯ 5", "3 ‰"])
def test_un_caractere_sans_equivalent_est_refuse(texte):
    with pytest.raises(CaractereRefuse, match="sans équivalent"):
        en_latin1(texte)


def test_ajuster_coupe_apres_remplacement():
    assert ajuster("  Œuvres   du cœur ", 10) == "OEuvres du"
    assert ajuster(" \u200b ", 10) is None
