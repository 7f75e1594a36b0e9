"""Forms of the agents' work lists: filters, and what is done with the invoices ticked."""

import re
from typing import Any

from django import forms

from facturier.acces.models import Role, ServiceGestionnaire, Utilisateur
from facturier.suivi.affectation import collegues
from facturier.suivi.etats import EtatFacture
from facturier.suivi.forms import filtrer_texte
from facturier.suivi.lots import choix_d_actes
from facturier.suivi.models import Bureau

A_TRAITER = "a_traiter"
AVOIRS_A_REDUIRE = "avoirs_a_reduire"
ANCIENNES = "anciennes"
CLE = re.compile(r"[0-9]{1,18}")


class FiltreGestionForm(forms.Form):
    """Filters of a work list, kept in the address."""

    etat = forms.ChoiceField(
        label="État",
        required=False,
        choices=[
            ("", "Tous"),
            (A_TRAITER, "À traiter, tous états"),
            (AVOIRS_A_REDUIRE, "Avoirs à déduire d’un mandat déjà émis"),
            *(choix for choix in EtatFacture.choices if choix[0] != EtatFacture.BROUILLON),
        ],
    )
    main = forms.ChoiceField(
        label="Prise par",
        required=False,
        choices=[("", "Tout le monde"), ("moi", "Moi"), ("personne", "Personne")],
    )
    bureau = forms.ChoiceField(
        label="À reprendre après rejet",
        required=False,
        choices=[("", "Sans filtre"), *Bureau.choices],
    )
    service = forms.ModelChoiceField(
        ServiceGestionnaire.objects.order_by("code"),
        label="Service",
        required=False,
        empty_label="Tous",
    )
    ordre = forms.ChoiceField(
        label="Ordre",
        required=False,
        choices=[("", "Plus récentes d’abord"), (ANCIENNES, "Plus anciennes d’abord")],
    )
    q = forms.CharField(label="Numéro, commande ou fournisseur", required=False, max_length=60)

    def __init__(self, *arguments: Any, utilisateur: Utilisateur, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.utilisateur = utilisateur
        if not utilisateur.a_role(Role.AGENT, Role.ORDONNATEUR, Role.COMPTABLE):
            del self.fields["service"]

    @property
    def est_croissant(self) -> bool:
        """Whether the oldest come first."""
        return self.is_valid() and self.cleaned_data["ordre"] == ANCIENNES

    def appliquer(self, factures: Any) -> Any:
        """Keep what was asked for; a filter that makes no sense keeps everything."""
        if not self.is_valid():
            return factures
        if (etat := self.cleaned_data["etat"]) == A_TRAITER:
            factures = factures.a_traiter_par(self.utilisateur)
        elif etat == AVOIRS_A_REDUIRE:
            factures = factures.avoirs_a_reduire()
        elif etat:
            factures = factures.filter(etat=etat)
        if bureau := self.cleaned_data["bureau"]:
            factures = factures.a_reprendre(bureau)
        if service := self.cleaned_data.get("service"):
            factures = factures.filter(service=service)
        if main := self.cleaned_data["main"]:
            factures = factures.prises_par(self.utilisateur if main == "moi" else None)
        return filtrer_texte(factures, self.cleaned_data["q"])


class LotForm(forms.Form):
    """The act to carry out on each of the invoices ticked, whose boxes are in the table."""

    acte = forms.ChoiceField(label="Pour les factures cochées", required=False)
    a = forms.ModelChoiceField(
        Utilisateur.objects.none(), label="À qui", required=False, empty_label="Choisissez"
    )

    def __init__(self, *arguments: Any, utilisateur: Utilisateur, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.utilisateur = utilisateur
        champs: dict[str, Any] = self.fields
        champs["acte"].choices = [("", "Choisissez"), *choix_d_actes(utilisateur)]
        champs["a"].queryset = collegues(utilisateur)

    @property
    def libelle_de_l_acte(self) -> str:
        """What the list says of the act chosen."""
        return dict(choix_d_actes(self.utilisateur)).get(self.cleaned_data["acte"], "")

    def cles(self) -> list[int]:
        """Return the keys of the invoices ticked; what is no number is left out."""
        donnees: Any = self.data
        return [int(cle) for cle in donnees.getlist("factures") if CLE.fullmatch(cle)]


class ConfierForm(forms.Form):
    """To whom an invoice is entrusted, and why."""

    a = forms.ModelChoiceField(Utilisateur.objects.none(), label="À qui", empty_label="Choisissez")
    motif = forms.CharField(
        label="Motif", required=False, max_length=200, help_text="Lu par vos collègues seulement."
    )

    def __init__(self, *arguments: Any, utilisateur: Utilisateur, **options: Any) -> None:
        super().__init__(*arguments, **options)
        champ: Any = self.fields["a"]
        champ.queryset = collegues(utilisateur)
