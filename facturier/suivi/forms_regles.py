"""Forms of the rules learned from the treasury."""

from typing import Any

from django import forms
from django.utils import timezone

from facturier.commun.saisie import SaisieJourField
from facturier.suivi.models import RegleApprise


class RegleForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Conditions, wording and dates of a rule."""

    debut = SaisieJourField(label="En vigueur à partir du")
    fin = SaisieJourField(label="Jusqu’au", required=False)

    class Meta:
        model = RegleApprise
        fields = (
            "libelle",
            "consigne",
            "type_depense",
            "compte",
            "genre_absent",
            "montant_minimum",
            "debut",
            "fin",
        )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        champs: Any = self.fields
        for nom in ("type_depense", "genre_absent"):
            champs[nom].choices = [("", "Peu importe"), *champs[nom].choices[1:]]
        champs["montant_minimum"].help_text = ""
        self.fields["consigne"].help_text = "Lu par l’agent que la règle arrête."
        self.fields[
            "compte"
        ].help_text = "Par exemple 2313 : tous les comptes qui commencent ainsi."


class CloreRegleForm(forms.Form):
    """The last day of a rule."""

    fin = SaisieJourField(label="Dernier jour", initial=timezone.localdate)
