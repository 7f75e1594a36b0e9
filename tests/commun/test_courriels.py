"""Mails wait in the database until the server takes them; none is lost, none leaves twice."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone
from mailer.models import Message, MessageLog

from facturier.accueil.verification import courriels_abandonnes
from facturier.commun import courriels


class ServeurEnPanne(EmailBackend):
    """A server that answers to nobody."""

    def send_messages(self, email_messages):
        """Break the connection."""
        raise smtplib.SMTPServerDisconnected("connexion rompue")


@pytest.fixture(autouse=True)
def file_d_envoi(settings, transactional_db):
    settings.EMAIL_BACKEND = "facturier.commun.courriels.FileDEnvoi"
    settings.MAILER_EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def panne(settings):
    settings.MAILER_EMAIL_BACKEND = f"{__name__}.ServeurEnPanne"


def ecrire(sujet="Votre facture est payée"):
    mail.send_mail(sujet, "Bonjour", None, ["fanny.lagon@fournisseur.example"])


def test_un_courriel_part_des_que_l_acte_est_acquis():
    ecrire()

    assert [envoye.subject for envoye in mail.outbox] == ["Votre facture est payée"]
    assert not Message.objects.exists()


def test_un_acte_annule_n_envoie_rien():
    with transaction.atomic():
        ecrire()
        transaction.set_rollback(True)

    courriels.envoyer()
    assert not mail.outbox


def test_un_courriel_refuse_attend_puis_part(panne, settings):
    ecrire()
    assert Message.objects.deferred().count() == 1

    settings.MAILER_EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    restants = courriels.reessayer()

    assert restants == 0
    assert len(mail.outbox) == 1


def test_un_courriel_deja_parti_ne_repart_pas():
    ecrire()

    courriels.envoyer()
    courriels.reessayer()

    assert len(mail.outbox) == 1


def test_un_courriel_toujours_refuse_est_signale_la_nuit(panne):
    ecrire()
    assert not list(courriels_abandonnes())

    Message.objects.update(retry_count=courriels.ESSAIS)
    courriels.reessayer()

    assert Message.objects.deferred().count() == 1
    assert "1 courriel(s)" in next(courriels_abandonnes()).detail


def test_les_courriels_anciens_sont_oublies():
    ecrire()
    assert MessageLog.objects.count() == 1
    MessageLog.objects.update(when_attempted=timezone.now() - timedelta(days=31))

    assert courriels.purger() == 1
