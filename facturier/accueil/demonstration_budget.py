"""What the demonstration sets once its past is played: credits of the year, a parapheur."""

from django.conf import settings
from django.utils import timezone

from exports_tps.circuits import Etape, ouvrir_circuit
from exports_tps.models import Circuit
from facturier.acces.models import Role, Utilisateur
from facturier.grand_livre.import_credits import importer_credits
from facturier.grand_livre.models import SensPiece

CREDITS = settings.RACINE / "fixtures" / "credits_demo.csv"


def regler_budget_et_parapheur() -> None:
    """Open the credits, then the circuit that bordereaux of mandats follow from today; once."""
    importer_credits(CREDITS, executer=True)
    if Circuit.objects.exists():
        return
    ouvrir_circuit(
        libelle="Bordereaux de mandats",
        sens=SensPiece.DEPENSE,
        direction="",
        montant_minimum=0,
        signataire=None,
        etapes=[Etape("Visa de la direction des finances", Role.AGENT)],
        debut=timezone.localdate(),
        par=Utilisateur.objects.filter(attributions__role=Role.ADMINISTRATEUR).earliest("pk"),
    )
