"""Work handed to the background: at once, and without harm when nobody takes it."""

import logging
import time

import pytest
from celery import Celery
from django.conf import settings
from django.db import transaction

from facturier.commun.reveil import reveiller

pytestmark = pytest.mark.django_db
FAITS: list[int] = []


def noter(fait: int) -> None:
    """Keep what the task was given."""
    FAITS.append(fait)


def tache(courtier: str, *, est_immediate: bool):
    """Make a task of an application of its own."""
    application = Celery("essai", broker=courtier, set_as_current=False)
    application.conf.task_always_eager = est_immediate
    application.conf.broker_transport_options = settings.COURTIER_SANS_ATTENTE
    return application.task(noter)


def test_le_travail_attend_la_validation(django_capture_on_commit_callbacks):
    FAITS.clear()
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        reveiller(tache("memory://", est_immediate=True), 7)
        avant = list(FAITS)

    assert avant == []
    assert FAITS == [7]


def test_un_courtier_absent_n_arrete_pas_la_page(django_capture_on_commit_callbacks, caplog):
    debut = time.monotonic()

    with caplog.at_level(logging.ERROR), django_capture_on_commit_callbacks(execute=True):
        reveiller(tache("amqp://127.0.0.1:1//", est_immediate=False), 7)

    assert "Connection refused" in caplog.text
    assert time.monotonic() - debut < 3
