"""Play the whole circuit on the demonstration data."""

import time
from typing import Any

from django.core.exceptions import ValidationError

from facturier.accueil.circuit import Circuit, EtapeManquee
from facturier.commun.commandes import CommandeMetier, Refus


class Command(CommandeMetier):
    """`manage.py jouer_circuit`, with the bench, the simulator and the web server running."""

    help = "Joue le circuit, du dépôt au paiement, et montre la preuve de chaque étape."

    def executer(self, **options: Any) -> dict[str, Any]:
        """Play every step; the first that does not hold ends the play with exit code 1."""
        etapes = []
        circuit = Circuit()
        for rang, (titre, jouer) in enumerate(circuit.etapes(), start=1):
            debut = time.perf_counter()
            self._dire(f"\n{rang}. {titre}", options)
            try:
                preuves = list(jouer())
            except (EtapeManquee, ValidationError) as erreur:
                messages = getattr(erreur, "messages", [str(erreur)])
                raise Refus(f"Étape {rang}, « {titre} » : {' '.join(messages)}") from erreur
            for preuve in preuves:
                self._dire(f"   {preuve}", options)
            duree = round(time.perf_counter() - debut, 2)
            etapes.append({"etape": titre, "preuves": preuves, "secondes": duree})
        return {"etapes": etapes, "a_payer": circuit.a_payer()}

    def _dire(self, texte: str, options: dict[str, Any]) -> None:
        if not options["json"]:
            self.stdout.write(texte)

    def raconter(self, resultat: dict[str, Any]) -> None:
        """Close the story told along the way."""
        total = sum(etape["secondes"] for etape in resultat["etapes"])
        self.stdout.write(
            f"\nLe circuit a tenu : {len(resultat['etapes'])} étapes en {total:.1f} s."
        )
        self.stdout.write("Il reste à payer, en ligne sur /payer/ ou au guichet :")
        for titre in resultat["a_payer"]:
            self.stdout.write(f"  {titre}")
