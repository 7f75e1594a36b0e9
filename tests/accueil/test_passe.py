"""The past of the demonstration: plausible, deterministic, and sound for the night check."""

import pytest

from exports_tps.blocage import expliquer_mandat
from facturier.accueil import passe
from facturier.accueil.passe import charger_passe
from facturier.accueil.verification import verifier
from facturier.grand_livre.models import Bordereau, Piece, SensPiece
from facturier.grand_livre.scellement import sceller
from facturier.suivi.models import (
    DelaiConstate,
    Facture,
    Liquidation,
    PassageFacture,
    PrevisionPaiement,
)
from tests.suivi.conftest import referentiel  # noqa: F401  (a fixture)
from tests.suivi.factories import EtablissementFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.deux_moteurs,
    pytest.mark.usefixtures("referentiel"),
]


@pytest.fixture
def annee_courte(monkeypatch):
    monkeypatch.setattr(passe, "SEMAINES", 14)
    monkeypatch.setattr(passe, "FACTURES_PAR_LOT", (2, 3))
    for _ in range(3):
        EtablissementFactory()


@pytest.mark.usefixtures("annee_courte")
def test_le_passe_se_fait_une_fois_et_le_controle_de_nuit_n_y_trouve_rien():
    nombre = charger_passe()
    sceller()

    payees = Facture.objects.filter(etat="payee")
    assert nombre == Facture.objects.count() > 20
    assert payees.count() == DelaiConstate.objects.count() > 10
    liquidees = Facture.objects.filter(montant_liquide__isnull=False)
    assert Liquidation.objects.count() == liquidees.count() > 10
    assert PrevisionPaiement.objects.filter(ecart_jours__isnull=False).exists()
    assert not Bordereau.objects.filter(etat="signe").exists()
    assert list(verifier()) == []
    assert charger_passe() == 0


@pytest.mark.usefixtures("annee_courte")
def test_aucun_mandat_du_passe_ne_manque_de_rien():
    charger_passe()

    bloquants = {
        point.libelle
        for mandat in Piece.objects.filter(sens=SensPiece.DEPENSE)
        for point in expliquer_mandat(mandat).bloquants
    }

    assert bloquants == set()


@pytest.mark.usefixtures("annee_courte")
def test_chaque_acte_du_passe_est_a_son_jour():
    charger_passe()

    facture = Facture.objects.filter(etat="payee").first()
    passages = list(PassageFacture.objects.filter(facture=facture).order_by("pk"))
    jours = [passage.le for passage in passages]
    assert jours == sorted(jours)
    assert not Facture.objects.en_cours().deposees_avant(80).exists()
    assert passages[0].le == facture.deposee_le
    assert passages[-1].le.date() >= facture.deposee_le.date()
