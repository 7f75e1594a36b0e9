"""The number of a cheque, which must find it again in the lines of the bank."""

import pytest

from telepaiement.forms import EncaissementForm
from telepaiement.models import Mode

CHEQUE = {"montant": "1 500", "banque": "BCI", "tireur": "Lou Fictive"}


@pytest.mark.parametrize("numero", ["0", "abcdef", "🧾🧾🧾🧾🧾", "12 34", "1" * 21])
def test_ce_qui_n_est_pas_un_numero_de_cheque_est_refuse(numero):
    form = EncaissementForm(CHEQUE | {"numero_cheque": numero}, mode=Mode.CHEQUE)
    assert "Recopiez les chiffres du chèque" in str(form.errors["numero_cheque"])


def test_ses_zeros_de_tete_sont_gardes():
    form = EncaissementForm(CHEQUE | {"numero_cheque": "0001234"}, mode=Mode.CHEQUE)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["numero_cheque"] == "0001234"
