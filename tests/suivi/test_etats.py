"""Every (state, act) pair is walked, and the table is compared with the one decided."""

import pytest
from django.db import IntegrityError, transaction

from facturier.acces.models import Role
from facturier.commun.etats import ActeInterdit, Transition, franchir
from facturier.suivi.etats import TERMINAUX, TRANSITIONS
from facturier.suivi.models import Facture
from tests.suivi.factories import FactureFactory

ATTENDU = {
    ("brouillon", "deposee"),
    ("deposee", "recue"),
    ("recue", "a_reorienter"),
    ("en_certification", "a_reorienter"),
    ("a_reorienter", "recue"),
    ("recue", "en_certification"),
    ("completee", "en_certification"),
    ("recue", "suspendue"),
    ("en_certification", "suspendue"),
    ("service_fait", "suspendue"),
    ("liquidee", "suspendue"),
    ("suspendue", "completee"),
    ("en_certification", "service_fait"),
    ("service_fait", "liquidee"),
    ("liquidee", "liquidee"),
    ("liquidee", "mandatee"),
    ("mandatee", "transmise_tps"),
    ("mandatee", "liquidee"),
    ("transmise_tps", "suspendue_tps"),
    ("transmise_tps", "rejetee_tps"),
    ("suspendue_tps", "rejetee_tps"),
    ("prise_en_charge", "rejetee_tps"),
    ("transmise_tps", "prise_en_charge"),
    ("suspendue_tps", "prise_en_charge"),
    ("rejetee_tps", "liquidee"),
    ("recue", "rejetee"),
    ("en_certification", "rejetee"),
    ("service_fait", "rejetee"),
    ("liquidee", "rejetee"),
    ("rejetee_tps", "rejetee"),
    ("prise_en_charge", "payee"),
    ("partiellement_payee", "payee"),
    ("prise_en_charge", "partiellement_payee"),
    ("prise_en_charge", "avoir"),
    ("service_fait", "avoir"),
    ("liquidee", "avoir"),
    ("deposee", "retiree"),
    ("recue", "retiree"),
    ("suspendue", "retiree"),
}


def test_la_table_est_celle_qui_a_ete_decidee():
    reel = {
        (str(depart), str(regle.arrivee))
        for regle in TRANSITIONS.values()
        for depart in regle.departs
        if regle.arrivee
    }

    assert reel == ATTENDU


def test_aucun_acte_ne_quitte_un_etat_terminal():
    departs = frozenset().union(*(regle.departs for regle in TRANSITIONS.values()))

    assert departs.isdisjoint(TERMINAUX)


@pytest.mark.django_db
@pytest.mark.parametrize(("acte", "regle"), sorted(TRANSITIONS.items()))
def test_un_acte_exige_un_de_ses_roles(acte, regle: Transition, personne):
    autres = set(Role) - set(regle.roles) - {Role.ORDONNATEUR, Role.SECURITE}  # exclusive
    etranger = personne("Paul", *sorted(autres))
    facture = Facture(pk=1, etat=min(regle.departs))

    with pytest.raises(ActeInterdit):
        franchir(facture, acte, par=etranger, vers="recue")


@pytest.mark.django_db
@pytest.mark.usefixtures("referentiel")
class TestBase:
    """What the database refuses by itself."""

    pytestmark = pytest.mark.deux_moteurs

    @pytest.mark.parametrize(
        "champs",
        [
            {"montant_ttc": 1, "montant_ht": 1, "montant_tgc": 0},
            {"numero": "AUTRE"},
            {"date_emission": "2026-01-01"},
            {"sha256": "0" * 64},
            {"deposee_le": "2026-01-01T00:00:00Z"},
            {"etat": "brouillon"},
        ],
    )
    def test_une_facture_deposee_est_figee(self, champs):
        facture = FactureFactory(deposee=True)

        with pytest.raises(IntegrityError), transaction.atomic():
            Facture.objects.filter(pk=facture.pk).update(**champs)

    @pytest.mark.parametrize(
        "champs",
        [
            {"etat": "rejetee"},
            {"etat": "liquidee"},
            {"etat": "suspendue"},
            {"etat": "mandatee", "montant_liquide": 1, "compte": "6064", "fonction": "930"},
        ],
    )
    def test_un_etat_sans_ses_donnees_est_refuse(self, champs):
        facture = FactureFactory(recue=True)

        with pytest.raises(IntegrityError), transaction.atomic():
            Facture.objects.filter(pk=facture.pk).update(**champs)

    def test_une_facture_payee_ne_change_plus(self):
        facture = FactureFactory(payee=True)

        with pytest.raises(IntegrityError, match="définitif"), transaction.atomic():
            Facture.objects.filter(pk=facture.pk).update(etat="liquidee")

    def test_une_facture_deposee_ne_s_efface_pas(self):
        facture = FactureFactory(deposee=True)

        with pytest.raises(IntegrityError), transaction.atomic():
            Facture.objects.filter(pk=facture.pk)._raw_delete("default")

    @pytest.mark.parametrize("relation", ["taxes", "passages", "documents"])
    def test_la_trace_et_le_detail_ne_se_modifient_pas(self, relation):
        lignes = getattr(FactureFactory(deposee=True), relation).all()

        with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
            lignes._raw_delete("default")

    def test_un_brouillon_se_corrige_et_s_efface(self):
        facture = FactureFactory()
        facture.montant_ht = 5
        facture.save()

        assert facture.delete()[0] >= 1
