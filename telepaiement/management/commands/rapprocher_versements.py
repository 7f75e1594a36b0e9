"""`rapprocher_versements`: read the payouts of the gateway and post those that match."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.utils import timezone

from facturier.commun.commandes import CommandeMetier, Refus
from telepaiement.models import EtatVersement, Versement
from telepaiement.passerelles.contrat import PasserelleMuette, PasserelleRefuse
from telepaiement.versements import rapprocher


class Command(CommandeMetier):
    """Safe to run at any time, and twice: what is posted stays as it is."""

    help = "Rapproche et comptabilise les versements du prestataire de paiement."

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Add how far to look back."""
        parser.add_argument("--jours", type=int, default=30, help="jusqu’où remonter")

    def executer(self, **options: Any) -> dict[str, Any]:
        """Read, match, post; the payouts set aside are anomalies."""
        try:
            bilan = rapprocher(depuis=timezone.now() - timedelta(days=options["jours"]))
        except (PasserelleMuette, PasserelleRefuse) as erreur:
            raise Refus(f"Le prestataire de paiement ne répond pas : {erreur}.") from erreur
        ecarts = Versement.objects.filter(etat=EtatVersement.EN_ECART).order_by("pk")
        anomalies = [f"{un.reference} : {un.anomalie}" for un in ecarts]
        for anomalie in anomalies:
            self.stderr.write(anomalie)
        return {**bilan, "anomalies": anomalies}
