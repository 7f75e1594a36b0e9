"""The night check of who is paid instead of a supplier, and of what waits too long."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from facturier.accueil.verification import verifier
from facturier.grand_livre.models import EtatPiece, Piece
from facturier.suivi.mandatement import mandater
from fournisseurs.controle_de_nuit import (
    beneficiaires_trop_payes,
    decisions_en_retard,
    decisions_mal_suivies,
    modifications_non_appliquees,
    oppositions_trop_servies,
)
from fournisseurs.models import DecisionPaiement, DemandeModification, Opposition
from tests.fournisseurs.factories import (
    ModificationFactory,
    OppositionFactory,
    creer_agent,
    creer_banque,
)
from tests.suivi.factories import FactureFactory

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]


@pytest.fixture
def cession(referentiel):
    """A cession of 40 000 F that a mandat serves."""
    facture = FactureFactory(liquidee=True)
    opposition = OppositionFactory(fournisseur=facture.etablissement.fournisseur, plafond=40_000)
    mandater([facture.pk], par=creer_agent())
    return opposition


@pytest.fixture
def alterer(cession):
    """Change a row that triggers freeze, as a restored backup or a hand in the base would."""

    def executer(table, sql, *valeurs):
        with connection.cursor() as curseur:
            if connection.vendor == "postgresql":
                curseur.execute("SET CONSTRAINTS ALL IMMEDIATE")
                curseur.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            else:
                curseur.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
                    [table],
                )
                for (nom,) in curseur.fetchall():
                    curseur.execute(f"DROP TRIGGER {nom}")
            curseur.execute(sql, valeurs)

    return executer


def test_un_mandat_bien_servi_ne_souleve_rien(cession):
    assert list(verifier()) == []


def test_une_opposition_servie_au_dela_de_son_plafond_est_dite(cession, alterer):
    alterer(
        "fournisseurs_opposition",
        "UPDATE fournisseurs_opposition SET plafond = 39999 WHERE id = %s",
        cession.pk,
    )

    (anomalie,) = oppositions_trop_servies()

    assert anomalie.objet == f"opposition {cession.numero}"
    assert anomalie.detail == "40000 F servis pour un plafond de 39999 F"


def test_un_mandat_annule_ne_compte_pas(cession, alterer):
    alterer(
        "fournisseurs_opposition",
        "UPDATE fournisseurs_opposition SET plafond = 39999 WHERE id = %s",
        cession.pk,
    )
    Piece.objects.update(etat=EtatPiece.ANNULEE)

    assert list(oppositions_trop_servies()) == []


def test_un_mandat_qui_ne_suit_pas_la_decision_est_dit(cession, alterer):
    decision = DecisionPaiement.objects.get()
    alterer(
        "fournisseurs_decisionpaiement",
        "UPDATE fournisseurs_decisionpaiement SET montant_propose = 1, montant_retenu = 1"
        " WHERE id = %s",
        decision.pk,
    )

    (anomalie,) = decisions_mal_suivies()

    assert "40000 F au lieu des 1 F décidés" in anomalie.detail


def test_un_beneficiaire_paye_deux_fois_est_dit(cession, alterer):
    alterer(
        "grand_livre_ligneecriture",
        "UPDATE grand_livre_ligneecriture SET sens = 'D' WHERE tiers_id = %s",
        cession.beneficiaire.tiers_id,
    )

    (anomalie,) = beneficiaires_trop_payes()

    assert anomalie.detail.endswith("y est payé 40000 F de trop")


def test_une_opposition_a_valider_depuis_trop_longtemps_est_dite(reference, alterer):
    opposition = OppositionFactory(a_valider=True, beneficiaire=creer_banque())
    avant = list(decisions_en_retard())
    alterer(
        "fournisseurs_passageopposition",
        "UPDATE fournisseurs_passageopposition SET le = %s WHERE opposition_id = %s",
        timezone.now() - timedelta(days=60),
        opposition.pk,
    )

    apres = [anomalie.objet for anomalie in decisions_en_retard()]

    assert (avant, apres) == ([], [str(opposition)])
    assert Opposition.objects.a_decider().count() == 1


def test_un_changement_mur_que_rien_n_applique_est_dit(reference):
    demande = ModificationFactory(approuvee=True)
    avant = list(modifications_non_appliquees())
    DemandeModification.objects.filter(pk=demande.pk).update(
        applicable_le=timezone.now() - timedelta(days=2)
    )

    (anomalie,) = modifications_non_appliquees()

    assert (avant, anomalie.objet) == ([], f"demande {demande.pk}")
