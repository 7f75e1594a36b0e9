"""Forms of the tables that agents keep: banks, postal codes."""

from typing import Any

from django import forms

from facturier.commun import banque
from fournisseurs.models import Banque, CodePostal


class BanqueForm(forms.ModelForm):  # type: ignore[type-arg]
    """A bank. Its code cannot change: it is what names it."""

    class Meta:
        model = Banque
        fields = ["code", "nom", "bic"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.fields["code"].disabled = True

    def clean_bic(self) -> str:
        """Return the BIC in capitals; it may be empty."""
        bic = self.cleaned_data["bic"]
        try:
            return banque.normaliser_bic(bic) if bic else ""
        except banque.BicInvalide as erreur:
            raise forms.ValidationError(str(erreur)) from erreur


class CodePostalForm(forms.ModelForm):  # type: ignore[type-arg]
    """A postal code and a commune it serves."""

    class Meta:
        model = CodePostal
        fields = ["code", "commune"]
