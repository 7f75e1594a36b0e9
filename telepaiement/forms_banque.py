"""Forms of the statement of the bank."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from facturier.commun.cartes import FormulaireSansCarte
from facturier.commun.montants import afficher
from facturier.commun.saisie import SaisieMontantField
from facturier.grand_livre.models import Titre
from telepaiement import creances
from telepaiement.models import LigneVersement
from telepaiement.repartition import Candidat, Reste


class ReleveForm(FormulaireSansCarte):
    """A statement of the bank account to import."""

    fichier = forms.FileField(
        label="Relevé bancaire",
        help_text="CAMT.053 (XML), ou CSV à colonnes date, libelle et montant. 10 Mo au plus.",
    )


class PropositionForm(FormulaireSansCarte):
    """Which of the propositions a bank movement is."""

    cle = forms.ChoiceField(label="Ce mouvement est", widget=forms.RadioSelect)

    def __init__(self, *arguments: Any, choix: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["cle"].choices = choix  # type: ignore[attr-defined]


class RepartitionForm(FormulaireSansCarte):
    """How a transfer is shared among titres, and what becomes of the rest."""

    RIEN, A_CLASSER, TROP_PERCU = "rien", "a_classer", "trop-"

    reste = forms.ChoiceField(label="Ce qui reste du virement", widget=forms.RadioSelect)

    def __init__(
        self, *arguments: Any, candidats: Sequence[Candidat], montant: int, **options: Any
    ) -> None:
        """Take the titres chosen, which are proposed what they owe until `montant` is used up."""
        super().__init__(*arguments, **options)
        self.titres = [candidat.titre.pk for candidat in candidats]
        libre = montant
        for candidat in candidats:
            titre = candidat.titre
            self.fields[f"part_{titre.pk}"] = SaisieMontantField(
                label=f"Titre {titre.reference}, {titre.tiers.nom_complet}",
                help_text=f"Reste dû : {afficher(candidat.reste)}.",
                initial=min(libre, candidat.reste),
                maximum=candidat.reste,
            )
            libre -= min(libre, candidat.reste)
        self.order_fields([f"part_{cle}" for cle in self.titres])
        choix = [
            (self.RIEN, "Rien : les titres prennent tout"),
            (self.A_CLASSER, "Une recette à classer : on dira plus tard ce qu’elle paie"),
            *(
                (f"{self.TROP_PERCU}{un.titre.pk}", f"Un trop-perçu du titre {un.titre.reference}")
                for un in candidats
            ),
        ]
        champ: Any = self.fields["reste"]
        champ.choices = choix if candidats else choix[1:2]
        champ.initial = self.RIEN if candidats else self.A_CLASSER

    @property
    def parts(self) -> dict[int, int]:
        """Whole francs for each titre, by its key."""
        return {cle: self.cleaned_data[f"part_{cle}"] for cle in self.titres}

    @property
    def sort_du_reste(self) -> Reste:
        """What becomes of the rest."""
        choisi = self.cleaned_data["reste"]
        if choisi.startswith(self.TROP_PERCU):
            return Reste(trop_percu=int(choisi.removeprefix(self.TROP_PERCU)))
        return Reste(est_a_classer=choisi == self.A_CLASSER)


class CompensationForm(FormulaireSansCarte):
    """The movement that clears another, its contrary, and what ties them."""

    contraire = forms.ModelChoiceField(
        LigneVersement.objects.none(), label="Mouvement contraire", empty_label=None
    )
    motif = forms.CharField(max_length=200, help_text="Il reste dans l’historique.")

    def __init__(self, *args: Any, contraires: QuerySet[LigneVersement], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["contraire"]
        champ.queryset = contraires.select_related("versement")
        champ.label_from_instance = lambda ligne: (
            f"{ligne.nature_distante}, versement {ligne.versement.reference}"
        )


class ApurementForm(FormulaireSansCarte):
    """Which titre a sum that waits paid, and for how much of it."""

    titre = forms.CharField(
        label="Référence du titre",
        max_length=20,
        widget=forms.TextInput({"autocomplete": "off", "class": "court"}),
        help_text="Par exemple : 2026-T-000123.",
    )
    montant = SaisieMontantField(
        label="Montant qui le règle",
        minimum=1,
        help_text="Ce qui n’est pas pris reste à apurer.",
    )
    motif = forms.CharField(
        max_length=200, help_text="Ce qui relie cette somme au titre. Il reste dans l’historique."
    )

    def clean_titre(self) -> Titre:
        """Find the titre."""
        saisie = self.cleaned_data["titre"]
        trouves = creances.par_reference(saisie)
        if not trouves:
            raise ValidationError(
                f"Aucun titre ne porte la référence « {saisie} » : vérifiez l’année et le numéro."
            )
        return trouves[0]
