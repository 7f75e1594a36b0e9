"""How allauth creates and greets accounts here, and what it records and tells of their changes."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur

ACTE_COURRIEL = "changer_courriel"
ACTE_MOT_DE_PASSE = "changer_mot_de_passe"
ACTES = {
    "account/email/email_changed": ACTE_COURRIEL,
    "account/email/password_changed": ACTE_MOT_DE_PASSE,
    "account/email/password_reset": ACTE_MOT_DE_PASSE,
    "account/email/password_set": ACTE_MOT_DE_PASSE,
}
JOURS_ANCIENNES_ADRESSES = 30


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

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Utilisateur,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Record a change of e-mail or password, then tell its owner, at his old addresses too.

        allauth calls it after each change of an account; a change of e-mail comes with the old
        address, kept as the reason of the passage.
        """
        anciennes = set(anciennes_adresses(user))
        if acte := ACTES.get(template_prefix):
            motif = (context or {}).get("from_email", "")
            user.passages.create(acte=acte, depart="", arrivee="", motif=motif, par=user)
        super().send_notification_mail(template_prefix, user, context, email)
        for ancienne in anciennes - {email, user.email}:
            super().send_notification_mail(template_prefix, user, context, ancienne)


def anciennes_adresses(utilisateur: Utilisateur) -> list[str]:
    """Return the addresses that the account had and left in the last thirty days."""
    depuis = timezone.now() - timedelta(days=JOURS_ANCIENNES_ADRESSES)
    passages = utilisateur.passages.filter(acte=ACTE_COURRIEL, le__gte=depuis)
    return list(passages.values_list("motif", flat=True))
