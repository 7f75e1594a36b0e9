"""What the shell shows of accounts."""

from collections.abc import Iterator

from facturier.acces.models import Role, Utilisateur
from facturier.commun.navigation import Carte, Entree

ENTREES = [Entree("Comptes", "acces:comptes", roles={Role.ADMINISTRATEUR}, ordre=90)]


def cartes(utilisateur: Utilisateur) -> Iterator[Carte]:
    """Yield the doors of the administrateur."""
    if utilisateur.a_role(Role.ADMINISTRATEUR):
        yield Carte(
            "Gérer les comptes",
            "acces:comptes",
            detail="Trouver une personne, accorder ou retirer un rôle, fermer un accès.",
            ordre=80,
        )
        yield Carte(
            "Inviter une personne",
            "acces:inviter",
            detail="Ouvrir un compte à un agent : il choisit lui-même son mot de passe.",
            ordre=81,
        )
