"""Forms of the pages about oppositions, cessions and nantissements."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from facturier.commun.saisie import SaisieJourField, SaisieMontantField
from fournisseurs.depots import Preuve
from fournisseurs.forms import ACCEPTE
from fournisseurs.models import Etablissement, Fournisseur, Justificatif, Opposition
from fournisseurs.oppositions import Notification

VUES = {
    "vivantes": "En vigueur",
    "a_decider": "À valider",
    "bientot": "Bientôt finies",
    "closes": "Levées ou écartées",
    "toutes": "Toutes",
}


def _document(label: str, aide: str) -> forms.FileField:
    return forms.FileField(label=label, help_text=aide, widget=forms.FileInput(attrs={**ACCEPTE}))


class OppositionForm(forms.Form):
    """What the notified act says about one supplier."""

    genre = forms.ChoiceField(
        label="Nature de l’acte", choices=Opposition.Genre, widget=forms.RadioSelect
    )
    beneficiaire = forms.CharField(
        label="Code du bénéficiaire",
        max_length=20,
        help_text="Code du tiers payé à la place du fournisseur ; son compte bancaire doit être "
        "vérifié.",
        widget=forms.TextInput(attrs={"class": "court", "autocomplete": "off"}),
    )
    reference = forms.CharField(
        label="Référence de la notification",
        max_length=60,
        help_text="Numéro ou date de l’acte, tel qu’il y figure.",
    )
    notifiee_le = SaisieJourField(
        label="Notifiée le",
        au_plus_tard=timezone.localdate,
        help_text="Jour de réception : il donne le rang entre plusieurs actes.",
    )
    date_debut = SaisieJourField(
        label="À servir à partir du", required=False, help_text="Par défaut, dès la notification."
    )
    date_fin = SaisieJourField(
        label="Jusqu’au", required=False, help_text="Dernier jour, si l’acte en donne un."
    )
    plafond = SaisieMontantField(
        label="Montant maximal",
        minimum=1,
        required=False,
        help_text="Laissez vide si l’acte porte sur toute la créance.",
    )
    etablissement = forms.ModelChoiceField(
        Etablissement.objects.none(),
        label="Limitée à un établissement",
        required=False,
        empty_label="Tous les établissements",
    )
    commande = forms.CharField(
        label="Limitée à un bon de commande ou un marché",
        max_length=30,
        required=False,
        help_text="Numéro du bon de commande. Pour un autre numéro (marché, contrat), l’agent qui "
        "mandate décide facture par facture.",
        widget=forms.TextInput(attrs={"class": "court", "autocomplete": "off"}),
    )
    document = _document("Acte notifié", "PDF ou image.")

    def __init__(self, *args: Any, fournisseur: Fournisseur, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choix: Any = self.fields["etablissement"]
        choix.queryset = fournisseur.etablissements.all()

    def clean_beneficiaire(self) -> Fournisseur:
        """Find who is paid instead."""
        code: str = self.cleaned_data["beneficiaire"].strip()
        trouve = Fournisseur.objects.select_related("tiers").filter(tiers__code=code).first()
        if trouve is None:
            raise ValidationError(
                "Aucun tiers n’a ce code : cherchez-le dans la liste des tiers, ou faites créer "
                "sa fiche."
            )
        return trouve

    @property
    def notification(self) -> Notification:
        """What was notified, once the form is valid."""
        donnees = self.cleaned_data
        return Notification(
            **{
                champ: donnees[champ]
                for champ in Notification.__slots__
                if champ not in {"date_debut", "commande"}
            },
            date_debut=donnees["date_debut"] or donnees["notifiee_le"],
            commande=donnees["commande"].strip(),
        )

    @property
    def preuve(self) -> Preuve:
        """The notified act, once the form is valid."""
        depose = self.cleaned_data["document"]
        return Preuve(Justificatif.Genre.OPPOSITION, depose.name, depose.file)


class LeveeForm(forms.Form):
    """A mainlevée: its day, its reason, the document that proves it."""

    levee_le = SaisieJourField(label="Date de la mainlevée", au_plus_tard=timezone.localdate)
    motif = forms.CharField(
        label="Motif", max_length=200, help_text="Par exemple : dette réglée, cession résiliée."
    )
    document = _document("Acte de mainlevée", "PDF ou image.")

    @property
    def preuve(self) -> Preuve:
        """The document, once the form is valid."""
        depose = self.cleaned_data["document"]
        return Preuve(Justificatif.Genre.MAINLEVEE, depose.name, depose.file)


class FiltreOppositionsForm(forms.Form):
    """What the list shows."""

    vue = forms.ChoiceField(label="État", choices=list(VUES.items()), required=False)
    genre = forms.ChoiceField(
        label="Nature", choices=[("", "Toutes"), *Opposition.Genre.choices], required=False
    )
    recherche = forms.CharField(
        label="Fournisseur, bénéficiaire, numéro ou référence", max_length=60, required=False
    )
