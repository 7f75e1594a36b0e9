"""Forms of the pages of exports_tps."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from exports_tps.models import ProfilExport, RecettePercue
from exports_tps.motifs import MOTIFS, libelle_motifs
from facturier.commun.saisie import SaisieJourField, SaisieMontantField
from facturier.commun.templatetags.coquille import francs
from facturier.commun.transmissible import exiger_transmissible
from facturier.grand_livre.corrections import MANDATS_ANNULES, est_anterieure
from facturier.grand_livre.models import Exercice, Piece, SensPiece, Titre
from telepaiement.models import Produit


class ConstitutionForm(forms.Form):
    """How to write the flux."""

    profil = forms.ChoiceField(
        label="Profil", choices=ProfilExport, initial=ProfilExport.PES_V2, widget=forms.RadioSelect
    )


class MotifForm(forms.Form):
    """Why the comptable suspends or rejects: the reason of the format, then what it is about."""

    nature = forms.ChoiceField(label="Motif")
    motif = forms.CharField(
        label="Précision",
        max_length=400,
        validators=[exiger_transmissible],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Transmise à l’ordonnateur, qui doit pouvoir y répondre.",
    )

    def __init__(self, *args: Any, sens: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["nature"]
        natures = {libelle_motifs(sens, [code]) for code in MOTIFS[SensPiece(sens)]}
        champ.choices = [("", "Choisissez"), *((nature, nature) for nature in sorted(natures))]

    def clean(self) -> dict[str, Any]:
        """Say both in one sentence, as a PES_Retour does."""
        donnees: dict[str, Any] = super().clean() or {}
        nature, precision = donnees.pop("nature", ""), donnees.get("motif", "")
        return {"motif": f"{nature} {precision}".strip()}


class NouveauDepotForm(forms.Form):
    """Why a flux is deposited again."""

    motif = forms.CharField(
        label="Ce que la Trésorerie a répondu",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Par exemple : « Mme Untel, au téléphone le 12 mai : fichier jamais reçu. »",
    )


class EcartForm(forms.Form):
    """Why a flux is set aside."""

    motif = forms.CharField(
        label="Motif",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Il reste au suivi du flux.",
    )


class RemiseForm(forms.Form):
    """Why a refused titre may be presented again."""

    motif = forms.CharField(
        label="Pourquoi le présenter de nouveau",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Par exemple : l’acte qui manquait est joint ; vu avec la Trésorerie.",
    )


class DetachementForm(forms.Form):
    """Why a receipt does not settle its titre after all."""

    motif = forms.CharField(
        label="Motif",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Par exemple : le titre est au nom d’un autre débiteur.",
    )


class TraitementForm(forms.Form):
    """How reserves of the treasury were settled."""

    commentaire = forms.CharField(
        label="Ce qui a été fait",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Par exemple : vu avec la Trésorerie, mandat d’un autre logiciel.",
    )


class PaiementForm(forms.Form):
    """A payment that no PES_Retour tells."""

    montant = SaisieMontantField(label="Montant payé", minimum=1)
    date_paiement = SaisieJourField(label="Date du paiement")
    reference = forms.CharField(label="Référence du virement", max_length=60)

    def __init__(
        self, *args: Any, beneficiaires: Sequence[tuple[int, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if len(beneficiaires) > 1:
            self.fields["beneficiaire"] = forms.TypedChoiceField(
                label="Bénéficiaire payé",
                choices=[("", "Tous, en entier"), *beneficiaires],
                coerce=int,
                empty_value=None,
                required=False,
                help_text="Ce mandat paie plusieurs bénéficiaires : une part en est cédée ou "
                "saisie.",
            )

    def clean_date_paiement(self) -> Any:
        """A payment is not in the future."""
        jour = self.cleaned_data["date_paiement"]
        if jour > timezone.localdate():
            raise forms.ValidationError("La date du paiement ne peut pas être à venir.")
        return jour


class EncaissementForm(forms.Form):
    """Money that the treasury collected on a titre, and that no PES_Retour tells."""

    montant = SaisieMontantField(
        label="Montant encaissé",
        minimum=1,
        help_text="Ce que la Trésorerie a encaissé elle-même, et qui n’est pas encore comptabilisé "
        "sur ce titre.",
    )
    date_encaissement = SaisieJourField(
        label="Date de l’encaissement", au_plus_tard=timezone.localdate
    )
    reference = forms.CharField(
        label="Référence qui le prouve",
        max_length=60,
        help_text="Le numéro du virement, du chèque ou de la quittance. La même référence ne "
        "s’enregistre qu’une fois sur un titre.",
    )


class RetourDeFondsForm(forms.Form):
    """Money that came back to the treasury."""

    montant = SaisieMontantField(label="Montant revenu", minimum=1)
    date_retour = SaisieJourField(label="Date du retour")
    motif = forms.CharField(
        max_length=400,
        validators=[exiger_transmissible],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Par exemple : « Virement rejeté, compte clos. » ou « Chèque impayé. » Le "
        "fournisseur d’un mandat le lit.",
    )

    def __init__(
        self, *args: Any, beneficiaires: Sequence[tuple[int, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if len(beneficiaires) > 1:
            self.fields["beneficiaire"] = forms.TypedChoiceField(
                label="Revenu de",
                choices=[("", "Tous, en entier"), *beneficiaires],
                coerce=int,
                empty_value=None,
                required=False,
            )

    def clean_date_retour(self) -> Any:
        """Money does not come back in the future."""
        jour = self.cleaned_data["date_retour"]
        if jour > timezone.localdate():
            raise forms.ValidationError("La date du retour ne peut pas être à venir.")
        return jour


class ReductionForm(forms.Form):
    """What is taken back from a mandat, and the act that founds it."""

    rang = forms.TypedChoiceField(label="Imputation", coerce=int)
    montant_ht = SaisieMontantField(label="Montant hors taxe à réduire", minimum=1)
    montant_tgc = SaisieMontantField(label="TGC à réduire")
    motif = forms.CharField(max_length=70, validators=[exiger_transmissible])
    avoir = forms.ChoiceField(label="Avoir qui la fonde", required=False)
    fichier = forms.FileField(
        label="Acte qui fonde la réduction", help_text="PDF, XML, PNG, JPEG ou XLSX."
    )

    produit = forms.ModelChoiceField(
        Produit.objects.all(),
        label="Produit local du titre",
        empty_label="Choisissez",
        help_text="Il dit à la Trésorerie, et à la caisse, quelle recette est encaissée.",
    )

    def __init__(
        self, *arguments: Any, mandat: Piece, avoirs: Sequence[Any], **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        if est_anterieure(mandat):
            self.fields["produit"].initial = Produit.objects.filter(compte=MANDATS_ANNULES).first()
        else:
            del self.fields["produit"]
        champs: Any = self.fields
        lignes = mandat.lignes_piece.select_related("compte").order_by("rang")
        champs["rang"].choices = [
            (ligne.rang, f"{ligne.compte.numero}, {francs(ligne.montant_ttc)}") for ligne in lignes
        ]
        self.avoirs = {str(avoir.pk): avoir for avoir in avoirs}
        champs["avoir"].choices = [
            ("", "Aucun"),
            *((cle, f"{a.numero}, {francs(a.montant_ttc)}") for cle, a in self.avoirs.items()),
        ]

    def clean_avoir(self) -> Any:
        """Return the avoir itself."""
        return self.avoirs.get(self.cleaned_data["avoir"])

    def clean(self) -> dict[str, Any]:
        """Say the product by its code."""
        donnees: dict[str, Any] = super().clean() or {}
        produit = donnees.pop("produit", None)
        return donnees | ({"code_produit": produit.code} if produit else {})


class RequisitionForm(forms.Form):
    """The act of a réquisition."""

    acte = forms.CharField(label="Numéro de l’acte", max_length=60)
    date_acte = SaisieJourField(label="Date de l’acte", au_plus_tard=timezone.localdate)
    motif = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    fichier = forms.FileField(label="Acte signé", help_text="PDF.")


class ArchiveForm(forms.Form):
    """What to archive, and for whom."""

    exercice = forms.TypedChoiceField(coerce=int)
    references = forms.CharField(
        label="Bordereaux",
        required=False,
        max_length=2000,
        help_text="Leurs références séparées par des espaces, par exemple 2026-D-12 ; laissez "
        "vide pour tout l’exercice.",
    )
    motif = forms.CharField(
        label="Objet de la demande",
        max_length=200,
        help_text="Par exemple : contrôle des comptes par la chambre territoriale des comptes.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        annees = Exercice.objects.order_by("-annee").values_list("annee", flat=True)
        champs: Any = self.fields
        champs["exercice"].choices = [(annee, str(annee)) for annee in annees]
        champs["exercice"].initial = timezone.localdate().year  # the next one may be open already


class DocumentForm(forms.Form):
    """One file."""

    fichier = forms.FileField(label="Fichier")


class TitreForm(forms.Form):
    """Which titre a receipt collected before it settles."""

    exercice = forms.ModelChoiceField(Exercice.objects.none(), empty_label=None)
    numero = forms.IntegerField(label="Numéro du titre", min_value=1)

    def __init__(self, *args: Any, recette: RecettePercue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._recette = recette
        champ: Any = self.fields["exercice"]
        champ.queryset = Exercice.objects.order_by("-pk")
        champ.initial = recette.exercice

    def clean(self) -> dict[str, Any]:
        """Find the titre."""
        donnees: dict[str, Any] = super().clean() or {}
        exercice, numero = donnees.pop("exercice", None), donnees.pop("numero", None)
        if exercice is None or numero is None:
            return donnees
        titres = Titre.objects.filter(budget=self._recette.budget, exercice=exercice, numero=numero)
        donnees["titre"] = titres.first()
        if donnees["titre"] is None:
            self.add_error("numero", f"Aucun titre {numero} dans l’exercice {exercice}.")
        return donnees
