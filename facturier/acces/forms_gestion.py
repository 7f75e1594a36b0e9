"""Forms of the administrateur. Apart from `forms.py`, which allauth imports early."""

from typing import Any

from django import forms

from facturier.acces.models import Role, ServiceGestionnaire, Utilisateur

ROLES_INTERNES = [role for role in Role if role != Role.FOURNISSEUR]


class RechercheForm(forms.Form):
    """Search in the list of accounts."""

    recherche = forms.CharField(label="Nom ou adresse électronique", required=False, max_length=100)
    role = forms.ChoiceField(label="Rôle", required=False, choices=[("", "Tous"), *Role.choices])
    etat = forms.ChoiceField(
        label="État",
        required=False,
        choices=[("", "Tous"), ("actif", "Actifs"), ("inactif", "Inactifs")],
    )


class MotifForm(forms.Form):
    """Why an account changes: kept in its history."""

    motif = forms.CharField(
        label="Motif",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Par exemple : arrêté de nomination, changement de poste, départ.",
    )


class AffectationForm(MotifForm):
    """Where a person works, in which quality."""

    fonction = forms.CharField(
        label="Fonction", max_length=80, help_text="Telle qu’elle figure sous une signature."
    )
    service = forms.ModelChoiceField(
        label="Service gestionnaire",
        queryset=ServiceGestionnaire.objects.all(),
        required=False,
        empty_label="Aucun",
    )
    field_order: tuple[str, ...] = ("fonction", "service", "motif")


class InvitationForm(AffectationForm):
    """An account for somebody of the staff."""

    prenom = forms.CharField(label="Prénom", max_length=50)
    nom = forms.CharField(label="Nom", max_length=80)
    email = forms.EmailField(
        label="Adresse électronique",
        help_text="Professionnelle : elle reçoit le lien pour choisir le mot de passe.",
    )
    roles = forms.TypedMultipleChoiceField(
        label="Rôles",
        choices=[(role.value, role.label) for role in ROLES_INTERNES],
        coerce=Role,
        widget=forms.CheckboxSelectMultiple,
        help_text="Un ordonnateur ne peut être ni régisseur ni comptable.",
    )
    field_order = ("prenom", "nom", "email", "fonction", "service", "roles", "motif")

    def clean_email(self) -> str:
        """Refuse an address that has its account."""
        email: str = self.cleaned_data["email"].lower()
        if Utilisateur.objects.filter(email=email).exists():
            raise forms.ValidationError("Un compte existe déjà avec cette adresse.")
        return email

    def clean(self) -> dict[str, Any]:
        """Ask for the service of somebody who certifies for it."""
        donnees: dict[str, Any] = super().clean() or {}
        if Role.SERVICE in donnees.get("roles", []) and not donnees.get("service"):
            self.add_error("service", "Choisissez le service pour lequel la personne certifiera.")
        return donnees
