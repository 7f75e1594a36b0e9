"""Invoices follow their mandats, in bulk, once, with their supplier told."""

from datetime import date

import pytest
from django.core import mail

from facturier.acces.models import Role
from facturier.commun.etats import ActeInterdit
from facturier.suivi import avancement
from facturier.suivi.avancement import PaiementMandat
from facturier.suivi.models import Facture
from tests.suivi.factories import FactureFactory, acteur

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.deux_moteurs,
    pytest.mark.usefixtures("referentiel"),
]


def test_une_signature_un_envoi_et_une_prise_en_charge_font_avancer(ordonnateur, agent, comptable):
    facture = FactureFactory(mandat_emis=True)
    mandats = [facture.mandat_id]

    avancement.constater_signature(mandats, par=ordonnateur)
    avancement.constater_transmission(mandats, par=agent)
    avancement.constater_prise_en_charge(mandats, par=comptable)

    assert Facture.objects.get(pk=facture.pk).etat == "prise_en_charge"


def test_un_paiement_garde_sa_date_et_sa_reference_par_mandat(comptable):
    premiere, seconde = FactureFactory.create_batch(2, prise_en_charge=True)

    avancement.constater_paiement(
        {
            premiere.mandat_id: PaiementMandat(date(2026, 11, 20), "VIR-1"),
            seconde.mandat_id: PaiementMandat(date(2026, 11, 21), "VIR-2"),
        },
        par=comptable,
    )

    assert list(
        Facture.objects.order_by("pk").values_list("etat", "payee_le", "reference_virement")
    ) == [
        ("payee", date(2026, 11, 20), "VIR-1"),
        ("payee", date(2026, 11, 21), "VIR-2"),
    ]


def test_constater_deux_fois_un_paiement_ne_change_rien(
    comptable, django_capture_on_commit_callbacks
):
    facture = FactureFactory(payee=True)

    with django_capture_on_commit_callbacks(execute=True) as rappels:
        encore = avancement.constater_paiement(
            {facture.mandat_id: PaiementMandat(date(2026, 12, 1), "VIR-9")}, par=comptable
        )

    assert (encore, rappels) == (set(), [])


def test_un_paiement_previent_le_fournisseur(comptable, django_capture_on_commit_callbacks):
    facture = FactureFactory(prise_en_charge=True)

    with django_capture_on_commit_callbacks(execute=True):
        avancement.constater_paiement(
            {facture.mandat_id: PaiementMandat(date(2026, 11, 20), "VIR-1")}, par=comptable
        )

    lu = " ".join(mail.outbox[-1].body.split())
    assert "a payé 111 000 F CFP le 20 novembre 2026" in lu
    assert "VIR-1" in lu


def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_mandats(
    comptable, django_assert_num_queries
):
    factures = FactureFactory.create_batch(6, transmise=True)
    motifs = {facture.mandat_id: "Crédits insuffisants" for facture in factures}
    assert comptable.roles

    with django_assert_num_queries(7):
        suspendues = avancement.constater_suspension(motifs, par=comptable)

    assert len(suspendues) == 6


def test_une_suspension_de_la_tresorerie_garde_le_motif(comptable):
    facture = FactureFactory(transmise=True)

    avancement.constater_suspension({facture.mandat_id: "Crédits insuffisants"}, par=comptable)

    assert facture.passages.get(acte="suspendre_tps").motif == "Crédits insuffisants"


@pytest.mark.parametrize(
    ("constater", "etat"),
    [
        (avancement.constater_paiement_partiel, "partiellement_payee"),
        (avancement.constater_compensation, "avoir"),
    ],
)
def test_un_paiement_partiel_ou_une_compensation_se_constatent(comptable, constater, etat):
    facture = FactureFactory(prise_en_charge=True)

    constater({facture.mandat_id: "60 000 F CFP réglés"}, par=comptable)

    assert Facture.objects.get(pk=facture.pk).etat == etat


def test_un_agent_ne_signe_pas():
    facture = FactureFactory(mandat_emis=True)

    with pytest.raises(ActeInterdit):
        avancement.constater_signature([facture.mandat_id], par=acteur(Role.AGENT))
