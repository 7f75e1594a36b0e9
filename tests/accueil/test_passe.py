"""The past of the demonstration: plausible, deterministic, and sound for the night check."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exports_tps.blocage import expliquer_mandat
from exports_tps.models import Flux, MessageTPS, SignatureBordereau, Transmission, Verdict
from facturier.accueil import horloge, passe
from facturier.accueil.demonstration import ANCIENNETE
from facturier.accueil.passe import charger_passe
from facturier.accueil.verification import verifier
from facturier.grand_livre.models import Piece, SensPiece
from facturier.grand_livre.scellement import sceller
from facturier.suivi.models import (
    DelaiConstate,
    Facture,
    Liquidation,
    PassageFacture,
    PrevisionPaiement,
)
from tests.exports_tps.conftest import (  # noqa: F401  (fixtures)
    avec_schemas,
    cles_de_demonstration,
    cles_pretes,
)
from tests.suivi.conftest import referentiel  # noqa: F401  (a fixture)
from tests.suivi.factories import EtablissementFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.deux_moteurs,
    pytest.mark.usefixtures("referentiel", "cles_pretes", "avec_schemas"),
]


@pytest.fixture
def annee_courte(monkeypatch, agent, service, ordonnateur, comptable):
    monkeypatch.setattr(passe, "SEMAINES", 16)
    monkeypatch.setattr(passe, "SEMAINES_ENVOYEES", 7)
    monkeypatch.setattr(passe, "FACTURES_PAR_LOT", (2, 3))
    with horloge.a(timezone.now() - ANCIENNETE):
        for _ in range(3):
            EtablissementFactory()


@pytest.mark.usefixtures("annee_courte")
def test_le_passe_se_fait_une_fois_et_le_controle_de_nuit_n_y_trouve_rien(client, comptable):
    nombre = charger_passe()
    sceller()

    payees = Facture.objects.filter(etat="payee")
    assert nombre == Facture.objects.count() > 20
    assert payees.count() == DelaiConstate.objects.count() > 5
    liquidees = Facture.objects.filter(montant_liquide__isnull=False)
    assert Liquidation.objects.count() >= liquidees.count() > 10
    assert PrevisionPaiement.objects.filter(ecart_jours__isnull=False).exists()
    assert list(verifier()) == []
    assert charger_passe() == 0

    _rien_ne_manque_aux_mandats()
    _chaque_acte_est_a_son_jour(payees.earliest("pk"))
    _les_flux_sont_prouves()
    client.force_login(comptable)
    recus = [flux.numero for flux in client.get("/tps/").context["flux"]]
    assert recus == sorted(recus, reverse=True)


def _rien_ne_manque_aux_mandats():
    mandats = Piece.objects.filter(sens=SensPiece.DEPENSE)
    bloquants = {
        point.libelle
        for mandat in mandats.exclude(etat__in=["rejetee", "suspendue"])
        for point in expliquer_mandat(mandat).bloquants
    }
    assert bloquants == set()


def _chaque_acte_est_a_son_jour(facture):
    passages = list(PassageFacture.objects.filter(facture=facture).order_by("pk"))
    jours = [passage.le for passage in passages]
    assert jours == sorted(jours)
    assert not Facture.objects.en_cours().deposees_avant(80).exists()
    assert passages[0].le == facture.deposee_le
    assert passages[-1].le.date() >= facture.deposee_le.date()


def _les_flux_sont_prouves():
    """Sent and answered on their day, some refused with a reason, and what was refused goes on."""
    flux = Flux.objects.filter(transmis_le__isnull=False)
    assert {"acquitte", "acquitte_en_partie"} <= set(flux.values_list("etat", flat=True))
    assert flux.count() == Transmission.objects.filter(issue="reussie").count() > 3
    assert flux.filter(transmis_le__lt=timezone.now() - timedelta(weeks=4)).exists()
    assert set(MessageTPS.objects.values_list("etat", flat=True)) == {"applique"}
    acquits = MessageTPS.objects.filter(genre="acquit").values_list("recu_le", "flux__transmis_le")
    for recu_le, transmis_le in acquits:
        assert transmis_le is not None
        assert timedelta(0) < recu_le - transmis_le < timedelta(days=7)
    refus = Verdict.objects.exclude(libelle="").values_list("libelle", flat=True)
    assert "Code service inconnu" in refus
    refusees = Piece.objects.filter(bordereau__etat="refuse", etat="rejetee")
    assert refusees
    assert not Facture.objects.filter(mandat__in=refusees).exists()
    reprises = SignatureBordereau.objects.filter(mode="historique")
    assert 0 < reprises.count() < SignatureBordereau.objects.count()
