"""Forms of the quitus of a régisseur who left."""

from django import forms

from facturier.commun.cartes import FormulaireSansCarte


class AvisQuitusForm(FormulaireSansCarte):
    """The opinion of the comptable on the account of a régisseur who left."""

    sens = forms.ChoiceField(
        label="Votre avis",
        choices=(("favorable", "Favorable"), ("defavorable", "Défavorable")),
        widget=forms.RadioSelect,
    )
    avis = forms.CharField(
        label="Observations",
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text="Obligatoires pour un avis défavorable.",
    )


class DecisionQuitusForm(FormulaireSansCarte):
    """The quitus given, or refused with reasons."""

    decision = forms.ChoiceField(
        label="Votre décision",
        choices=(("accorder", "Donner quitus"), ("refuser", "Refuser le quitus")),
        widget=forms.RadioSelect,
    )
    motif = forms.CharField(
        label="Motif du refus",
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
    )
