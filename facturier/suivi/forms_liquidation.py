"""Form of the liquidation: imputation, guarantee, advance recovered, penalties."""

from decimal import Decimal
from typing import Any

from django import forms

from facturier.commun import montants
from facturier.commun.saisie import SaisieMontantField
from facturier.suivi import liquidation
from facturier.suivi.models import Facture


class LiquidationForm(forms.Form):
    """The imputation, by default that of the order."""

    compte = forms.CharField(
        label="Compte", max_length=12, widget=forms.TextInput({"class": "court"})
    )
    fonction = forms.CharField(max_length=10, widget=forms.TextInput({"class": "court"}))
    taux_garantie = forms.DecimalField(
        label="Retenue de garantie, en %",
        required=False,
        min_value=0,
        max_digits=4,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput({"class": "court", "inputmode": "decimal"}),
    )
    avance = SaisieMontantField(label="Avance récupérée", required=False)
    penalites = SaisieMontantField(label="Pénalités de retard", required=False)
    motif_penalites = forms.CharField(
        label="Motif des pénalités",
        max_length=200,
        required=False,
        help_text="Lu par le fournisseur, par exemple : 12 jours de retard à 5 000 F.",
    )

    def __init__(self, *arguments: Any, facture: Facture, **options: Any) -> None:
        super().__init__(*arguments, **options)
        propose = liquidation.proposer(facture)
        champs: Any = self.fields
        champs["taux_garantie"].initial = propose.taux_garantie.normalize()
        champs["avance"].initial = propose.avance
        commande, precedente = facture.bon_commande, liquidation.derniere(facture)
        for nom in ("taux_garantie", "avance", "penalites", "motif_penalites"):
            if precedente:
                champs[nom].initial = getattr(precedente, nom)
        reste = liquidation.avance_a_recuperer(commande, sauf=facture) if commande else 0
        if reste:
            champs["avance"].help_text = f"Reste {montants.afficher(reste)} à récupérer."
        else:
            del champs["avance"]
        imputee = facture if facture.compte else facture.bon_commande
        if imputee:
            champs["compte"].initial = imputee.compte
            champs["fonction"].initial = imputee.fonction

    @property
    def liquidation(self) -> dict[str, Any]:
        """What was typed, as the acts that liquidate take it."""
        donnees = self.cleaned_data
        return {
            "compte": donnees["compte"],
            "fonction": donnees["fonction"],
            "deductions": liquidation.Deductions(
                taux_garantie=donnees["taux_garantie"] or Decimal(0),
                avance=donnees.get("avance") or 0,
                penalites=donnees["penalites"] or 0,
                motif_penalites=donnees["motif_penalites"],
            ),
        }
