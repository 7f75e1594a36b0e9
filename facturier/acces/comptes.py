"""How allauth creates and greets accounts here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter

from facturier.acces.models import Role, Utilisateur


class AdaptateurCompte(DefaultAccountAdapter):  # type: ignore[misc]
    """Whoever signs up becomes a fournisseur; other roles are granted by an administrator."""

    def save_user(
        self, request: Any, user: Utilisateur, form: Any, commit: bool = True
    ) -> Utilisateur:
        """Save a new account with its names, and give it the role fournisseur."""
        user.email = form.cleaned_data["email"].lower()
        user.prenom = form.cleaned_data["prenom"]
        user.nom = form.cleaned_data["nom"]
        user.set_password(form.cleaned_data["password1"])
        user.save()
        user.attribuer(Role.FOURNISSEUR)
        return user
