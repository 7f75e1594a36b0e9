"""Forms of the tills and régies: counts, sales, appointments, versements, booklets."""

from typing import Any

from django import forms
from django.utils import timezone

from telepaiement.coupures import coupures_du, nommer_coupure
from telepaiement.models import Regie
from telepaiement.ventes import QUANTITE_MAXIMALE, produits_vendus

NOMBRE_MAXIMAL = 100_000


class CoupuresForm(forms.Form):
    """Cash counted: how many of each note and coin."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        autres = self.fields
        self.valeurs = coupures_du(timezone.localdate())
        self.fields = {
            f"coupure_{valeur}": _nombre(nommer_coupure(valeur)) for valeur in self.valeurs
        }
        self.fields |= autres

    @property
    def coupures(self) -> dict[int, int]:
        """Return what was typed, by face value; an empty field is none."""
        return {valeur: self.cleaned_data.get(f"coupure_{valeur}") or 0 for valeur in self.valeurs}

    @property
    def champs_coupures(self) -> list[forms.BoundField]:
        """Return the fields of the notes and coins, for a page that draws them together."""
        return [self[f"coupure_{valeur}"] for valeur in self.valeurs]


def _nombre(libelle: str, maximum: int = NOMBRE_MAXIMAL) -> forms.IntegerField:
    return forms.IntegerField(
        label=libelle,
        required=False,
        min_value=0,
        max_value=maximum,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "class": "court"}),
    )


class ClotureForm(CoupuresForm):
    """What was counted in the till."""

    motif_ecart = forms.CharField(
        label="Motif de l’écart",
        max_length=200,
        required=False,
        help_text="À remplir si la somme comptée diffère de la somme attendue.",
    )
    reporter = forms.BooleanField(
        label="Reporter les paiements au lecteur à vérifier",
        required=False,
        help_text="Seulement si la banque ne répond pas : ils sont listés dans la clôture.",
    )


class ContresignatureForm(forms.Form):
    """Signing the closing of someone else."""

    observations = forms.CharField(max_length=200, required=False)


class VenteForm(forms.Form):
    """How many of each product sold at a published tariff."""

    payeur = forms.CharField(
        label="Nom du payeur", max_length=100, required=False, help_text="Pour la quittance."
    )

    def __init__(self, *args: Any, regie: Regie, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.produits = list(produits_vendus(regie))
        autres = self.fields
        self.fields = {
            f"produit_{produit.pk}": _nombre(produit.libelle, QUANTITE_MAXIMALE)
            for produit in self.produits
        }
        self.fields |= autres

    @property
    def quantites(self) -> dict[int, int]:
        """Return what was typed, by key of the product."""
        return {
            produit.pk: self.cleaned_data.get(f"produit_{produit.pk}") or 0
            for produit in self.produits
        }
