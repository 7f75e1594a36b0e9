"""Card numbers, which no free text may keep: only a brand and four digits are ever stored."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

NUMERO = re.compile(r"(?<![0-9])(?<![0-9][ .-])[0-9](?:[ .-]?[0-9]){12,18}(?![ .-]?[0-9])")
CARTE_INTERDITE = (
    "Ce texte contient un numéro de carte bancaire : retirez-le, il ne doit être écrit nulle part."
)


def contient_un_numero(texte: str) -> bool:
    """Tell whether `texte` holds 13 to 19 digits that end with the check digit of a card."""
    return any(_est_de_luhn(trouve) for trouve in NUMERO.findall(texte))


def _est_de_luhn(numero: str) -> bool:
    chiffres = [int(signe) for signe in reversed(numero) if signe.isdecimal()]
    doubles = (sum(divmod(2 * chiffre, 10)) for chiffre in chiffres[1::2])
    return (sum(chiffres[::2]) + sum(doubles)) % 10 == 0


def refuser_numero_de_carte(**textes: str) -> None:
    """Refuse, by the name of its field, a text that holds a card number.

    Raises:
        ValidationError: in French, by field.
    """
    if fautifs := [nom for nom, texte in textes.items() if contient_un_numero(texte)]:
        raise ValidationError(dict.fromkeys(fautifs, CARTE_INTERDITE))


class SansCarte(forms.BaseForm):
    """What a form takes to refuse a card number in each of its texts."""

    def _post_clean(self) -> None:
        """Refuse each text that holds one, once the fields and the form have been read."""
        super()._post_clean()  # type: ignore[misc]
        donnees: dict[str, Any] = self.cleaned_data
        for nom, valeur in list(donnees.items()):
            if isinstance(valeur, str) and contient_un_numero(valeur):
                self.add_error(nom, CARTE_INTERDITE)


class FormulaireSansCarte(SansCarte, forms.Form):
    """A form none of whose texts may hold a card number."""
