"""Filters of the journal of bank data."""

from typing import Any

from django import forms

from facturier.commun.saisie import SaisieJourField
from fournisseurs.models import ActeJournal


class FiltreJournalForm(forms.Form):
    """Who, on which tiers, which act, when."""

    auteur = forms.CharField(label="Nom ou adresse électronique", required=False, max_length=100)
    tiers = forms.CharField(label="Code du tiers", required=False, max_length=20)
    acte = forms.ChoiceField(
        label="Acte", required=False, choices=[("", "Tous"), *ActeJournal.choices]
    )
    debut = SaisieJourField(label="Du", required=False)
    fin = SaisieJourField(label="Au", required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        donnees: dict[str, Any] = super().clean() or {}
        debut, fin = donnees.get("debut"), donnees.get("fin")
        if debut and fin and fin < debut:
            self.add_error("fin", "La fin de la période précède son début.")
        return donnees
