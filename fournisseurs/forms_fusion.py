"""Form of the page that sets two tiers side by side."""

from collections.abc import Sequence
from typing import Any

from django import forms

from fournisseurs.comparaison import comparer
from fournisseurs.models import Fournisseur


class FusionForm(forms.Form):
    """Which of two tiers is kept, what it takes from the other, and why."""

    garde = forms.ChoiceField(label="Tiers gardé", widget=forms.RadioSelect)
    motif = forms.CharField(
        label="Motif",
        max_length=500,
        help_text="Il reste dans l’historique des deux fiches.",
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args: Any, fiches: Sequence[Fournisseur], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fiches = {fiche.tiers.code: fiche for fiche in fiches}
        champ: Any = self.fields["garde"]
        champ.choices = [(code, str(fiche.tiers)) for code, fiche in self.fiches.items()]
        champ.initial = next(iter(self.fiches))
        self.ecarts = comparer(*fiches)
        for ecart in self.ecarts:
            if ecart.differe:
                self.fields[ecart.donnee.code] = forms.ChoiceField(
                    label=ecart.donnee.libelle,
                    widget=forms.RadioSelect,
                    initial=champ.initial,
                    choices=list(zip(self.fiches, (ecart.garde, ecart.absorbe), strict=True)),
                )
        self.order_fields(["garde", *(e.donnee.code for e in self.ecarts), "motif"])

    @property
    def tiers_garde(self) -> Fournisseur:
        """The tiers that is kept."""
        return self.fiches[self.cleaned_data["garde"]]

    @property
    def tiers_absorbe(self) -> Fournisseur:
        """The other one."""
        return next(fiche for fiche in self.fiches.values() if fiche != self.tiers_garde)

    @property
    def choix(self) -> list[str]:
        """The data taken from the one that is absorbed."""
        code = self.tiers_absorbe.tiers.code
        return [e.donnee.code for e in self.ecarts if self.cleaned_data.get(e.donnee.code) == code]
