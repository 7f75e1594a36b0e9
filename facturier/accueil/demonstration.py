"""The data of the demonstration: people, régies, suppliers and debtors, all fictitious."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.utils import timezone

from exports_tps import cles
from facturier.acces.models import Utilisateur
from facturier.acces.personnes import charger_personnes
from facturier.accueil import horloge
from facturier.accueil.demonstration_regies import installer_regies
from facturier.accueil.demonstration_tiers import charger_tiers
from facturier.suivi import import_commandes
from facturier.suivi.depot_lot import deposer_dossier
from fournisseurs.reprise.importation import importer
from telepaiement.reference import charger_regies

journal = structlog.get_logger(__name__)

FIXTURES = settings.RACINE / "fixtures"
REPRESENTANT = "ignace.recif@fournisseur.example"
ANCIENNETE = timedelta(weeks=60)  # of the suppliers: known before their past begins
MOT_DE_PASSE = "lagon-cocotier-2026"


class DemonstrationInterdite(RuntimeError):
    """The demonstration data never enter a production base."""


def refuser_en_production() -> None:
    """Check that this installation may hold the demonstration.

    Raises:
        DemonstrationInterdite: in production.
    """
    if settings.EN_PRODUCTION:
        raise DemonstrationInterdite(
            "Les données de démonstration ne se chargent pas en production."
        )


def charger_demonstration() -> list[Utilisateur]:
    """Create what is missing of the demonstration, and return its people.

    Raises:
        DemonstrationInterdite: in production.
    """
    refuser_en_production()
    personnes = charger_personnes(FIXTURES / "personnes_demo.toml", mot_de_passe=MOT_DE_PASSE)
    charger_regies()
    installer_regies()
    systeme = Utilisateur.objects.systeme()
    with horloge.a(timezone.now() - ANCIENNETE):
        importer(FIXTURES / "fournisseurs_demo.csv", par=systeme, executer=True)
    import_commandes.importer(FIXTURES / "bons_commande_demo.csv", executer=True)
    for sort in deposer_dossier(FIXTURES / "factures_demo", par=systeme, executer=True):
        journal.info("facture_de_demonstration", fichier=sort.fichier, motif=sort.motif)
    cles.autorites()
    return personnes


def charger_demandes() -> None:
    """Load what a supplier asks for today, and what the register says; harmless when loaded.

    After the past: a change of account freezes the mandats of its supplier.

    Raises:
        DemonstrationInterdite: in production.
    """
    refuser_en_production()
    charger_tiers(FIXTURES / "registre_demo.csv", Utilisateur.objects.get(email=REPRESENTANT))
