"""manage.py chercher_doublons: look for tiers that may be one."""

from dataclasses import asdict
from typing import Any

from facturier.commun.commandes import CommandeMetier
from fournisseurs.doublons import chercher_doublons
from fournisseurs.models import Doublon


class Command(CommandeMetier):
    """Changes no tiers: agents decide on the pairs it keeps."""

    help = "Cherche les tiers qui pourraient n’en faire qu’un (chaque nuit d’elle-même)"

    def executer(self, **options: Any) -> dict[str, Any]:
        """Search, and return the counts."""
        bilan = asdict(chercher_doublons())
        return bilan | {"a_examiner": Doublon.objects.a_examiner().count()}
