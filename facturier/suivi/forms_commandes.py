"""Forms of the orders: what was delivered of one, in francs or line by line."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from facturier.commun.saisie import SaisieJourField, SaisieMontantField
from facturier.suivi.models import BonCommande
from facturier.suivi.rapprochement import rapprocher_lignes


class ReceptionForm(forms.Form):
    """A delivery: its day, what came, and its amount, or the quantity of each line."""

    date_reception = SaisieJourField(label="Reçu le", au_plus_tard=timezone.localdate)
    description = forms.CharField(
        label="Ce qui a été reçu",
        max_length=300,
        help_text="En quelques mots, comme sur le bon de livraison.",
    )
    bon_livraison = forms.CharField(
        label="Numéro du bon de livraison", max_length=60, required=False
    )

    def __init__(self, *arguments: Any, commande: BonCommande, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.rapprochees = rapprocher_lignes(commande)
        for rapprochee in self.rapprochees:
            self.fields[f"quantite_{rapprochee.ligne.pk}"] = forms.DecimalField(
                label=rapprochee.ligne.libelle,
                required=False,
                min_value=Decimal(0),
                decimal_places=4,
                max_digits=14,
                localize=True,
                help_text=f"Reste {rapprochee.reste.normalize():f} sur "
                f"{rapprochee.ligne.quantite.normalize():f}.",
            )
        if not self.rapprochees:
            self.fields["montant"] = SaisieMontantField(label="Montant reçu TTC", minimum=1)

    @property
    def reception(self) -> dict[str, Any]:
        """What was typed, as the act takes it."""
        donnees = dict(self.cleaned_data)
        quantites = {
            rapprochee.ligne.pk: donnees.pop(f"quantite_{rapprochee.ligne.pk}") or Decimal(0)
            for rapprochee in self.rapprochees
        }
        return donnees | {"quantites": quantites}


class OrdrePaiementForm(forms.Form):
    """Why an order to pay is issued, and the act that founds it."""

    motif = forms.CharField(
        label="Motif", max_length=200, help_text="Lu par le comptable : la décision, son calcul."
    )
    fichier = forms.FileField(
        label="Acte qui fonde le paiement", help_text="PDF, XML, PNG, JPEG ou XLSX."
    )


class AvanceForm(OrdrePaiementForm):
    """The amount of an advance besides."""

    montant = SaisieMontantField(label="Montant de l’avance", minimum=1)
    field_order = ("montant", "motif", "fichier")
