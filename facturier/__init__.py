"""The financial e-services of the province Sud; tasks find their broker from any process."""

from facturier.celery import application

__all__ = ["application"]
