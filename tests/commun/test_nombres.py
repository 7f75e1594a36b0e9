"""What a page wrote in an address comes back as a number, or as nothing."""

import pytest

from facturier.commun.nombres import lire_entier, lire_entiers


def test_des_chiffres_sont_un_nombre() -> None:
    assert lire_entier("0042") == 42
    assert lire_entier("9" * 18) == 10**18 - 1


@pytest.mark.parametrize("texte", ["", "-1", "1.5", "²", "٣", "9" * 19, "9" * 5_000, "1\x00", " 1"])
def test_le_reste_n_en_est_pas_un(texte: str) -> None:
    assert lire_entier(texte) is None


def test_d_une_liste_restent_les_nombres() -> None:
    assert lire_entiers(["3", "²", "1", ""]) == [3, 1]
