"""The link that calls a service to certify."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Role
from facturier.suivi import instruction
from facturier.suivi.appel_certification import lien
from tests.suivi.factories import FactureFactory, ServiceFactory, acteur

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("referentiel")]


def suivre(adresse, utilisateur=None):
    client = Client()
    if utilisateur:
        client.force_login(utilisateur)
    return client.get(re.sub(r"^https?://[^/]+", "", adresse), follow=True)


@pytest.fixture
def serge():
    return acteur(Role.SERVICE, ServiceFactory())


def test_le_service_recoit_un_lien_qui_mene_a_la_certification(
    serge, agent, django_capture_on_commit_callbacks
):
    facture = FactureFactory(recue=True)

    with django_capture_on_commit_callbacks(execute=True):
        instruction.demander_certification(facture, par=agent)

    courriel = mail.outbox[-1]
    assert courriel.to == [serge.email]
    assert courriel.subject.startswith("Service fait à certifier")
    adresse = re.search(r"https?://\S+", courriel.body).group()
    page = suivre(adresse, serge)
    assert page.redirect_chain[-1][0] == reverse(
        "suivi:gestion_acte", args=[facture.pk, "certifier_service_fait"]
    )
    assert page.status_code == 200


def test_le_lien_demande_de_se_connecter(serge):
    facture = FactureFactory(en_certification=True)

    page = suivre(lien(facture))

    assert page.redirect_chain[0][0].startswith("/compte/login/?next=")


def test_le_lien_n_ouvre_rien_a_un_autre_service(serge, personne):
    facture = FactureFactory(en_certification=True)
    autre = personne("Ysé", Role.SERVICE)
    autre.service = ServiceFactory(code="DEFI", libelle="Service du développement")
    autre.save()

    assert suivre(lien(facture), autre).status_code == 404


def test_un_lien_altere_ou_ancien_mene_a_la_liste(serge, time_machine):
    adresse = lien(FactureFactory(en_certification=True))

    assert "Ce lien est incomplet" in suivre(adresse.rstrip("/")[:-3] + "/", serge).text.replace(
        "\xa0", " "
    )
    time_machine.move_to(timezone.now() + timedelta(days=31))
    assert "Ce lien a expiré" in suivre(adresse, serge).text


def test_une_facture_deja_certifiee_se_dit(serge):
    facture = FactureFactory(certifiee=True)

    page = suivre(lien(facture), serge)

    assert page.redirect_chain[-1][0] == reverse("suivi:gestion_detail", args=[facture.pk])
    assert "n’attend plus de certification" in page.text
