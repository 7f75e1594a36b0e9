"""manage.py rattacher_charges: the charges à payer of a year, and their reversal."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError

from facturier.acces.models import Utilisateur
from facturier.commun.commandes import CommandeMetier, Refus
from facturier.commun.montants import afficher
from facturier.suivi.rattachement import Rattachement, charges_a_payer, rattacher_charges


class Command(CommandeMetier):
    """Dry by default: says what would be posted."""

    help = "Rattache les charges à payer d’une année (408) et les extourne à la réouverture"

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Add the year and `--executer`."""
        parser.add_argument("annee", type=int, help="exercice à clore")
        parser.add_argument("--executer", action="store_true", help="passer les écritures")

    def executer(self, **options: Any) -> dict[str, Any]:
        """Post, or count, the charges; return their number and total."""
        annee = options["annee"]
        if options["executer"]:
            try:
                fait = rattacher_charges(annee, par=Utilisateur.objects.systeme())
            except ValidationError as refus:
                raise Refus(" ".join(refus.messages)) from refus
        else:
            fait = Rattachement(charges_a_payer(annee))
        return {
            "charges": len(fait.charges),
            "montant": fait.total,
            "ecritures": fait.nouvelles,
            "execute": options["executer"],
        }

    def raconter(self, resultat: dict[str, Any]) -> None:
        """Tell the charges, and whether anything was posted."""
        self.stdout.write(
            f"{resultat['charges']} charges à payer, {afficher(resultat['montant'])}, "
            f"{resultat['ecritures']} écritures passées."
        )
        if not resultat["execute"]:
            self.stdout.write("Essai à blanc : rien n’est passé. Ajoutez --executer pour le faire.")
