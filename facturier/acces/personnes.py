"""Loading people and their roles from a TOML file: demonstration, first installation."""

import tomllib
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from facturier.acces.models import Role, ServiceGestionnaire, Utilisateur


@transaction.atomic
def charger_personnes(fichier: Path, *, mot_de_passe: str) -> list[Utilisateur]:
    """Create the people of `fichier` who are missing, and return them all.

    Their e-mail counts as verified. Those who exist keep their password and gain missing roles.

    Raises:
        django.db.IntegrityError: two roles of one person exclude each other.
    """
    donnees: list[dict[str, Any]] = tomllib.loads(fichier.read_text(encoding="utf-8"))["personne"]
    services = {service.code: service for service in ServiceGestionnaire.objects.all()}
    return [_charger(personne, services, mot_de_passe) for personne in donnees]


def _charger(
    personne: dict[str, Any], services: dict[str, ServiceGestionnaire], mot_de_passe: str
) -> Utilisateur:
    utilisateur = Utilisateur.objects.filter(email=personne["email"]).first()
    if utilisateur is None:
        utilisateur = Utilisateur.objects.create_user(
            personne["email"],
            mot_de_passe,
            prenom=personne["prenom"],
            nom=personne["nom"],
            fonction=personne["fonction"],
            service=services.get(personne.get("service", "")),
        )
        EmailAddress.objects.create(
            user=utilisateur, email=utilisateur.email, verified=True, primary=True
        )
    for role in personne["roles"]:
        utilisateur.attribuer(Role(role))
    return utilisateur
