"""Forms about who acts for an établissement."""

from typing import Any

from django import forms
from django.utils import timezone

from facturier.commun.saisie import SaisieJourField
from fournisseurs.models import Droit

SEUIL_RECHERCHE = 6  # établissements on one's home page from which a search helps


class DroitsForm(forms.Form):
    """What a person may do, and until when."""

    droits = forms.TypedMultipleChoiceField(
        label="Ce qu’elle pourra faire, en plus de consulter",
        choices=[(droit.value, droit.label) for droit in Droit if droit != Droit.CONSULTER],
        coerce=Droit,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    fin = SaisieJourField(
        label="Dernier jour du mandat",
        required=False,
        au_plus_tot=timezone.localdate,
        help_text="Laissez vide si rien n’est prévu. Après ce jour, la personne ne voit plus rien.",
    )

    @property
    def droits_et_fin(self) -> dict[str, Any]:
        """The rights and the last day, as the acts take them."""
        return {"droits": self.cleaned_data["droits"], "fin": self.cleaned_data["fin"]}


class InvitationForm(DroitsForm):
    """Who is invited, and what is offered."""

    courriel = forms.EmailField(
        label="Adresse électronique de la personne",
        help_text="Elle reçoit un lien, valable sept jours. Il ne sert qu’avec cette adresse.",
    )
    field_order = ("courriel", "droits", "fin")

    @property
    def offre(self) -> dict[str, Any]:
        """What `inviter` takes."""
        return {"courriel": self.cleaned_data["courriel"], **self.droits_et_fin}


class RechercheEtablissementForm(forms.Form):
    """Search among the établissements one serves."""

    q = forms.CharField(label="Dénomination ou RIDET", required=False, max_length=100)
