"""Forms of the booklets of quittances: issued, their leaves entered, spoilt, decided."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.cartes import FormulaireSansCarte
from facturier.commun.saisie import SaisieJourField, SaisieMontantField
from telepaiement.caisse import Saisie
from telepaiement.carnets import FEUILLETS_MAXIMAUX
from telepaiement.forms import NUMERO_CHEQUE
from telepaiement.forms_regie import nombre
from telepaiement.models import Mode, Regie
from telepaiement.ventes import QUANTITE_MAXIMALE


class CarnetForm(FormulaireSansCarte):
    """A booklet to print."""

    nombre = forms.IntegerField(
        label="Nombre de feuillets", min_value=1, max_value=FEUILLETS_MAXIMAUX, initial=20
    )
    remis_a = forms.ModelChoiceField(
        Utilisateur.objects.none(), label="Remis à", empty_label="Choisissez"
    )

    def __init__(self, *args: Any, habilites: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ = self.fields["remis_a"]
        champ.queryset = Utilisateur.objects.filter(pk__in=habilites)  # type: ignore[attr-defined]


class AnnulationFeuilletForm(FormulaireSansCarte):
    """A spoilt leaf."""

    feuillet = forms.CharField(label="Numéro ou code du feuillet", max_length=40)
    motif = forms.CharField(max_length=200, help_text="Il reste dans l’historique.")


class DecisionFeuilletForm(FormulaireSansCarte):
    """What is decided of a leaf that conflicts."""

    decision = forms.CharField(
        label="Ce qui est décidé", max_length=500, widget=forms.Textarea({"rows": 3})
    )


class FeuilletForm(FormulaireSansCarte):
    """A leaf written by hand, to enter."""

    feuillet = forms.CharField(
        label="Numéro ou code du feuillet",
        max_length=40,
        help_text="Par exemple CENTRE-C-0001-012.",
        widget=forms.TextInput({"autocomplete": "off", "class": "court"}),
    )
    reference = forms.CharField(
        label="Référence du titre",
        max_length=150,
        required=False,
        help_text="Ou ce que le feuillet en dit, si aucun titre ne se retrouve. Pour une vente au "
        "tarif publié, laissez vide et remplissez les quantités.",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    a_classer = forms.BooleanField(
        label="Aucun titre ne porte cette référence : enregistrer une recette à classer",
        required=False,
        help_text="Les finances diront plus tard ce qu’elle paie.",
    )
    payeur = forms.CharField(
        label="Nom de l’acheteur", max_length=100, required=False, help_text="Pour une vente."
    )
    jour = SaisieJourField(label="Reçu le", au_plus_tard=timezone.localdate)
    heure = forms.TimeField(
        label="Heure", widget=forms.TimeInput({"type": "time", "class": "court"}, format="%H:%M")
    )
    mode = forms.ChoiceField(
        label="Mode de paiement",
        choices=[(m, Mode(m).label) for m in (Mode.ESPECES, Mode.CHEQUE, Mode.TPE)],
    )
    montant = SaisieMontantField(minimum=1)
    numero_ticket = forms.CharField(label="Numéro de ticket", max_length=20, required=False)
    numero_autorisation = forms.CharField(
        label="Numéro d’autorisation", max_length=20, required=False
    )
    banque = forms.CharField(max_length=60, required=False)
    numero_cheque = forms.RegexField(**NUMERO_CHEQUE, required=False)
    tireur = forms.CharField(max_length=100, required=False)

    EXIGES = {
        Mode.TPE: ("numero_ticket", "numero_autorisation"),
        Mode.CHEQUE: ("banque", "numero_cheque", "tireur"),
    }

    def __init__(self, *args: Any, regie: Regie, **kwargs: Any) -> None:
        """Ask, beside the titre, how many of each product that the régie has sold were bought."""
        super().__init__(*args, **kwargs)
        self.produits = list(
            regie.produits.filter(tarifs__isnull=False).distinct().order_by("code")
        )
        quantites = {
            f"produit_{un.pk}": nombre(f"Quantité : {un.libelle.lower()}", QUANTITE_MAXIMALE)
            for un in self.produits
        }
        if not quantites:
            del self.fields["payeur"]
        tous = list(self.fields.items())
        rang = [nom for nom, _ in tous].index("a_classer") + 1
        self.fields = dict(tous[:rang]) | quantites | dict(tous[rang:])
        for nom in ("reference", "payeur", *(n for noms in self.EXIGES.values() for n in noms)):
            if nom in self.fields:
                self.fields[nom].selon_le_cas = True  # type: ignore[attr-defined]

    @property
    def quantites(self) -> dict[int, int]:
        """Return what was bought, by key of the product."""
        lues = {un.pk: self.cleaned_data.get(f"produit_{un.pk}") or 0 for un in self.produits}
        return {cle: nombre for cle, nombre in lues.items() if nombre}

    def clean(self) -> dict[str, Any]:
        """Ask for one thing that was paid, and for what the mode needs."""
        donnees: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(donnees.get("reference")) == bool(self.quantites):
            self.add_error(
                "reference",
                "Un feuillet paie un titre ou une vente, pas les deux : videz l’un ou l’autre."
                if self.quantites
                else "Recopiez la référence du titre, ou les quantités vendues.",
            )
        for nom in self.EXIGES.get(donnees.get("mode", ""), ()):
            if not donnees.get(nom):
                demande = "Ce mode de paiement le demande."
                self.add_error(nom, ValidationError(demande, code="required"))
        return donnees

    @property
    def saisie(self) -> Saisie:
        """Return the payment that was typed."""
        champs = {nom: self.cleaned_data[nom] for noms in self.EXIGES.values() for nom in noms}
        mode, montant = self.cleaned_data["mode"], self.cleaned_data["montant"]
        remise = montant if mode == Mode.ESPECES else None
        return Saisie(mode=mode, montant=montant, somme_remise=remise, **champs)

    @property
    def recu_le(self) -> datetime:
        """Return when the money was received, aware."""
        moment = datetime.combine(self.cleaned_data["jour"], self.cleaned_data["heure"])
        return timezone.make_aware(moment)
