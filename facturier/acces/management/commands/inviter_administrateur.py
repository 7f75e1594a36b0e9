"""Invite the first administrateur of an installation; he invites the others from the screen."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from facturier.acces.attribution import inviter
from facturier.acces.models import Role, Utilisateur
from facturier.commun.commandes import CommandeMetier, MauvaisUsage


class Command(CommandeMetier):
    """`manage.py inviter_administrateur EMAIL --prenom … --nom …`."""

    help = "Ouvre un compte d’administrateur ; la personne reçoit un lien vers son mot de passe."

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Say who is invited."""
        parser.add_argument("email", help="adresse électronique de la personne")
        parser.add_argument("--prenom", required=True, help="prénom")
        parser.add_argument("--nom", required=True, help="nom")
        parser.add_argument("--fonction", default="Administrateur", help="fonction")

    def executer(self, **options: Any) -> dict[str, Any]:
        """Open the account in the name of the system."""
        try:
            validate_email(options["email"])
        except ValidationError as erreur:
            raise MauvaisUsage(f"« {options['email']} » : {erreur.messages[0]}") from erreur
        compte = inviter(
            email=options["email"],
            prenom=options["prenom"],
            nom=options["nom"],
            fonction=options["fonction"],
            service=None,
            roles=[Role.ADMINISTRATEUR],
            motif="Installation.",
            par=Utilisateur.objects.systeme(),
        )
        return {"invitation_envoyee_a": compte.email}
