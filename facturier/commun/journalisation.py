"""Logs as JSON lines with a request identifier, without personal data."""

import logging.config
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

from facturier.commun.provenance import Provenance, adresse_client, provenir_de

NOMS_BAVARDS = ("asyncssh", "factur-x", "mailer", "stripe")  # names, addresses, steps in English


def configurer(reglages: dict[str, Any]) -> None:
    """Install structlog behind the standard logging, from the LOGGING setting.

    `reglages` holds `niveau` (a level name) and `silencieux` (warnings and errors only).
    """
    horodatage = structlog.processors.TimeStamper(fmt="iso", utc=True)
    communs: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        horodatage,
    ]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processor": structlog.processors.JSONRenderer(ensure_ascii=False),
                    "foreign_pre_chain": communs,
                }
            },
            "handlers": {"sortie": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {
                "handlers": ["sortie"],
                "level": "WARNING" if reglages["silencieux"] else reglages["niveau"],
            },
            "loggers": {nom: {"level": "WARNING"} for nom in NOMS_BAVARDS},
        }
    )
    structlog.configure(
        processors=[*communs, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


class IdentifiantRequeteMiddleware:
    """Give each request an identifier, found again in every log line and in the answer."""

    def __init__(self, suite: Callable[[HttpRequest], HttpResponse]) -> None:
        self.suite = suite

    def __call__(self, requete: HttpRequest) -> HttpResponse:
        """Bind the identifier for the time of the request."""
        identifiant = uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(requete=identifiant)
        with provenir_de(Provenance(adresse_client(requete), identifiant)):
            reponse = self.suite(requete)
        reponse["X-Requete"] = identifiant
        return reponse
