"""Background tasks that look at every application."""

from dataclasses import asdict

import structlog
from celery import shared_task

from facturier.accueil.verification import verifier

journal = structlog.get_logger(__name__)


@shared_task(name="accueil.verifier")
def verifier_la_nuit() -> int:
    """Check the ledger; each anomaly goes to the log as an error."""
    anomalies = list(verifier())
    for anomalie in anomalies:
        journal.error("anomalie du grand livre", **asdict(anomalie))
    return len(anomalies)
