"""One function says what the treasury can read, wherever a text is typed."""

import pytest
from django.core.exceptions import ValidationError

from facturier.commun.transmissible import en_transmissible, exiger_transmissible, refus_du_tresor


@pytest.mark.parametrize("texte", ["", "Ōtautahi – l’œuvre, 12 €", "Nº 5 « neuf »"])
def test_ce_qui_a_un_equivalent_passe(texte):
    exiger_transmissible(texte)

    assert refus_du_tresor(texte) == ""
    assert en_transmissible(texte) == texte


def test_ce_qui_n_en_a_pas_est_nomme():
    with pytest.raises(ValidationError) as refus:
        exiger_transmissible("⅓ d’îlot 🏝")

    assert refus.value.messages == [
        "Caractère sans équivalent dans le jeu du Trésor\u202f: «\u202f⅓\u202f» (U+2153), "
        "«\u202f🏝\u202f» (U+1F3DD). Écrivez-le autrement."
    ]
    assert en_transmissible("⅓ d’îlot 🏝") == "d’îlot"


def test_un_accent_ecrit_a_part_ne_se_perd_pas():
    assert en_transmissible("FE\u0301V-12 🏝") == "FÉV-12"
