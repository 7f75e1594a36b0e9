"""Suppléances, chained: on each day the arrêtés call one person, who alone is handed it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Role
from telepaiement import caisse, nominations, proces_verbaux
from telepaiement.models import Nomination
from telepaiement.position import alertes
from tests.telepaiement.factories import ARRETE

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]


@pytest.fixture
def suppleer(regies, agent, personne):
    """Appoint a suppléant from today on, for so many days."""

    def faire(prenom, jours, *, remplace=None, dans=0):
        debut: date = timezone.localdate() + timedelta(days=dans)
        return nominations.nommer(
            regie=regies.regie,
            personne=personne(prenom, Role.REGISSEUR),
            qualite=Nomination.Qualite.SUPPLEANT,
            arrete=ARRETE,
            debut=debut,
            fin=debut + timedelta(days=jours - 1),
            remplace=remplace,
            par=agent,
        )

    return faire


def _remettre(entrant, par):
    return proces_verbaux.remettre_service(
        entrant=entrant, coupures={}, cheques_comptes=0, observations="", par=par
    )


def test_la_chaine_des_suppleances_a_un_seul_bout(regies, suppleer):
    regie, jour = regies.regie, timezone.localdate()
    titulaire = Nomination.objects.get()
    premier = suppleer("Ramona", 20)
    second = suppleer("Rene", 5, remplace=premier, dans=3)

    appeles = [
        nominations.designe(regie, jour + timedelta(days=decalage)) for decalage in (0, 3, 8, 20)
    ]

    assert appeles == [premier, second, premier, titulaire]
    assert nominations.prochain(regie, jour) == (jour + timedelta(days=3), second)
    assert nominations.prochain(regie, jour + timedelta(days=20)) is None


def test_deux_suppleants_de_la_meme_personne_ne_se_chevauchent_pas(suppleer):
    premier = suppleer("Ramona", 20)

    for refus, arguments in (
        ("couvre déjà", {"jours": 10, "dans": 19}),
        ("pendant toute la période", {"jours": 10, "dans": 15, "remplace": premier}),
        (
            "remplace un autre suppléant",
            {"jours": 2, "remplace": Nomination.objects.get(qualite="regisseur")},
        ),
    ):
        with pytest.raises(ValidationError, match=refus), transaction.atomic():
            suppleer("Rene", **arguments)
    assert suppleer("Rosa", 10, dans=20)
    with pytest.raises(IntegrityError, match="ne se réécrit pas"), transaction.atomic():
        Nomination.objects.filter(pk=premier.pk).update(remplace=premier)


def test_un_suppleant_sans_l_accord_du_regisseur_est_refuse(regies, personne, agent):
    with pytest.raises(ValidationError, match="avec l’accord du régisseur"):
        nominations.nommer(
            regie=regies.regie,
            personne=personne("Ramona", Role.REGISSEUR),
            qualite=Nomination.Qualite.SUPPLEANT,
            arrete=replace(ARRETE, date_accord_regisseur=None),
            debut=timezone.localdate(),
            fin=timezone.localdate() + timedelta(days=9),
            par=agent,
        )


def test_le_service_ne_se_remet_qu_a_qui_les_arretes_appellent(regies, suppleer, agent):
    regie, jour = regies.regie, timezone.localdate()
    titulaire = Nomination.objects.get()
    premier = suppleer("Ramona", 20)
    second = suppleer("Rene", 5, remplace=premier)
    appel = [une.texte for une in alertes(regie) if "doit tenir la régie" in une.texte]
    for autre in (premier, titulaire):
        with pytest.raises(ValidationError, match="appellent aujourd’hui Rene"):
            _remettre(autre, agent)

    _remettre(second, agent)
    assert caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=second.personne)
    with pytest.raises(ValidationError, match="ne vous a pas été remise"):
        caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=premier.personne)
    nominations.terminer(premier, fin=jour, arrete="Arrêté fictif 12", par=agent)

    assert "Rene" in appel[0]
    assert nominations.responsable(regie, jour) is None
    assert nominations.designe(regie, jour) == titulaire


def test_la_page_dit_qui_tient_la_regie_et_qui_suit(client, regies, suppleer, agent):
    premier = suppleer("Ramona", 20, dans=2)
    client.force_login(agent)

    page = client.get(reverse("telepaiement:regie", args=[regies.regie.code])).content.decode()
    formulaire = client.get(reverse("telepaiement:regie_nommer", args=[regies.regie.code]))

    assert "Remi Fictif répond de la régie." in page
    assert "Ramona Fictif, mandataire suppléant" in page
    assert f'value="{premier.pk}"' in formulaire.content.decode()
