"""Form of those whom a mandat pays before its supplier."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from facturier.commun.saisie import SaisieMontantField
from facturier.suivi.beneficiaires import Choix
from fournisseurs.retenues import Retenue


class BeneficiairesForm(forms.Form):
    """What each opposition takes from a mandat: as proposed, or another amount with its reason."""

    def __init__(
        self, donnees: Mapping[str, Any] | None = None, *, retenues: Sequence[Retenue]
    ) -> None:
        super().__init__(donnees)
        self.retenues = retenues
        for retenue in retenues:
            cle = retenue.opposition.pk
            self.fields[f"montant_{cle}"] = SaisieMontantField(
                label=f"Montant à payer à {retenue.opposition.beneficiaire.tiers.nom_complet}",
                initial=retenue.montant,
            )
            self.fields[f"motif_{cle}"] = forms.CharField(
                label="Motif, si ce n’est pas le montant proposé",
                max_length=300,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text="Il reste écrit avec le mandat.",
            )

    def clean(self) -> dict[str, Any]:
        """Ask for the reason of each amount that is not the one proposed."""
        donnees: dict[str, Any] = super().clean() or {}
        for retenue in self.retenues:
            cle = retenue.opposition.pk
            montant, motif = donnees.get(f"montant_{cle}"), donnees.get(f"motif_{cle}", "")
            if montant is not None and montant != retenue.montant and not motif.strip():
                self.add_error(
                    f"motif_{cle}", "Écrivez pourquoi le montant n’est pas celui proposé."
                )
        return donnees

    @property
    def parts(self) -> Iterator[tuple[Retenue, BoundField, BoundField]]:
        """Each opposition with its two fields, for the page."""
        for retenue in self.retenues:
            cle = retenue.opposition.pk
            yield retenue, self[f"montant_{cle}"], self[f"motif_{cle}"]

    @property
    def choix(self) -> dict[int, Choix]:
        """What was decided for each opposition, once the form is valid."""
        donnees = self.cleaned_data
        return {
            cle: Choix(donnees[f"montant_{cle}"], donnees[f"motif_{cle}"])
            for cle in (retenue.opposition.pk for retenue in self.retenues)
        }
