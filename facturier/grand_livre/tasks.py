"""Background tasks of the ledger."""

from dataclasses import asdict

import structlog
from celery import shared_task

from facturier.grand_livre.scellement import sceller
from facturier.grand_livre.verification import verifier

journal = structlog.get_logger(__name__)


@shared_task(name="grand_livre.sceller")
def sceller_en_attente() -> int:
    """Seal the entries that wait."""
    return sceller().ecritures


@shared_task(name="grand_livre.verifier")
def verifier_la_nuit() -> int:
    """Check the ledger; each anomaly goes to the log as an error."""
    anomalies = list(verifier())
    for anomalie in anomalies:
        journal.error("anomalie du grand livre", **asdict(anomalie))
    return len(anomalies)
