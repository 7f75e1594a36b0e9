"""A refund whose answer was lost: no reading fails it, and the gateway's word wins in the end."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from facturier.grand_livre.soldes import reste_du, solde
from telepaiement import (
    execution_remboursements,
    remboursements,
    sommes_a_rendre,
    verification,
    versements,
)
from telepaiement.models import (
    Encaissement,
    EtatRemboursement,
    EtatVersement,
    Remboursement,
    Versement,
)
from telepaiement.passerelles.contrat import PasserelleMuette, PasserelleRefuse
from telepaiement.passerelles.stripe import PasserelleStripe

pytestmark = pytest.mark.django_db


def _anomalies() -> list[str]:
    return [str(a) for controle in verification.CONTROLES for a in controle()]


def refuser(*_args, **_options):
    """Answer as a gateway whose account has changed."""
    raise PasserelleRefuse("404 resource_missing")


@pytest.fixture
def parti(banc_neuf, encaisser, agent, collegue, monkeypatch) -> Remboursement:
    """Send 5,000 F back of 12,500 F: the gateway did it, its answer was lost."""
    encaissement: Encaissement = encaisser(12_500)
    demande = remboursements.demander(
        encaissement_id=encaissement.pk,
        montant=5_000,
        montant_disponible=12_500,
        motif="double paiement",
        par=agent,
    )
    rembourser = PasserelleStripe.rembourser

    def couper(soi, *args, **options):
        rembourser(soi, *args, **options)
        raise PasserelleMuette("délai dépassé")

    monkeypatch.setattr(execution_remboursements, "REPOS", timedelta(0))
    with monkeypatch.context() as coupure:
        coupure.setattr(PasserelleStripe, "rembourser", couper)
        return remboursements.approuver(remboursement_id=demande.pk, par=collegue)


def test_une_liste_refusee_ne_fait_pas_echouer_un_remboursement(parti, monkeypatch):
    with monkeypatch.context() as panne:
        panne.setattr(PasserelleStripe, "lire_remboursements", refuser)
        execution_remboursements.relancer()
    parti.refresh_from_db()
    attente = (parti.etat, parti.motif_echec)

    execution_remboursements.relancer()

    parti.refresh_from_db()
    assert attente[0] == EtatRemboursement.TRANSMIS
    assert "404" in attente[1]
    assert (parti.etat, parti.ecriture.total) == (EtatRemboursement.REUSSI, 5_000)
    assert reste_du(parti.encaissement.titre) == 5_000


def test_un_remboursement_tenu_pour_refuse_est_retrouve(parti, monkeypatch):
    with monkeypatch.context() as refus:
        refus.setattr(PasserelleStripe, "lire_remboursements", lambda *_a: [])
        refus.setattr(PasserelleStripe, "rembourser", refuser)
        execution_remboursements.relancer()
    parti.refresh_from_db()
    tenu = parti.etat

    execution_remboursements.relancer()

    parti.refresh_from_db()
    assert (tenu, parti.etat) == (EtatRemboursement.ECHOUE, EtatRemboursement.REUSSI)
    assert list(parti.passages.order_by("pk").values_list("acte", flat=True))[-3:] == [
        "echouer",
        "retrouver",
        "reussir",
    ]
    assert sommes_a_rendre.disponible(parti.encaissement) == 7_500
    assert _anomalies() == []
    with pytest.raises(IntegrityError, match="ne se réécrit pas"), transaction.atomic():
        Remboursement.objects.filter(pk=parti.pk).update(reference="re_autre")


def test_un_refuse_sans_reference_ne_repart_pas_de_lui_meme(parti, monkeypatch):
    monkeypatch.setattr(PasserelleStripe, "lire_remboursements", lambda *_a: [])
    monkeypatch.setattr(PasserelleStripe, "rembourser", refuser)
    execution_remboursements.relancer()

    with pytest.raises(IntegrityError, match="ne se réécrit pas"), transaction.atomic():
        Remboursement.objects.filter(pk=parti.pk).update(etat="transmis")


def test_un_versement_attend_le_remboursement_que_nous_ne_savons_pas_fait(
    banc_neuf, parti, monkeypatch
):
    banc_neuf.faire("verser")
    with monkeypatch.context() as panne:
        panne.setattr(PasserelleStripe, "lire_remboursements", refuser)
        versements.rapprocher()
    ecarte = Versement.objects.get()

    versements.rapprocher()

    pose = Versement.objects.get()
    parti.refresh_from_db()
    assert ecarte.etat == EtatVersement.EN_ECART
    assert "aucun remboursement ne lui correspond" in ecarte.anomalie
    assert (pose.etat, pose.brut) == (EtatVersement.COMPTABILISE, 7_500)
    assert (parti.etat, solde("5115", exercice=2026).solde) == (EtatRemboursement.REUSSI, 0)
    assert _anomalies() == []


def test_la_nuit_dit_un_remboursement_retenu_que_rien_n_ecrit(
    banc_neuf, encaisser, agent, collegue
):
    encaissement = encaisser(12_500, numero="4000000000007726")
    demande = remboursements.demander(
        encaissement_id=encaissement.pk,
        montant=5_000,
        montant_disponible=12_500,
        motif="double paiement",
        par=agent,
    )
    remboursements.approuver(remboursement_id=demande.pk, par=collegue)
    banc_neuf.faire("verser")
    versements.rapprocher()
    ecarte = Versement.objects.get()
    ecarte.lignes.update(anomalie="")

    versements.comptabiliser(ecarte, par=agent)

    assert "ce remboursement est encore « Transmis à la banque »" in ecarte.passages.first().motif
    dites = " ".join(_anomalies())
    assert "5000 F retenus sur un versement" in dites
    assert "dit 5000 F, les paiements que la banque n’a pas versés 0 F" in dites


def test_tous_se_relancent_le_plus_ancien_d_abord(parti, encaisser, agent, collegue, monkeypatch):
    autre = remboursements.demander(
        encaissement_id=encaisser(9_000).pk,
        montant=9_000,
        montant_disponible=9_000,
        motif="erreur",
        par=agent,
    )
    with monkeypatch.context() as panne:
        panne.setattr(PasserelleStripe, "rembourser", refuser)
        panne.setattr(PasserelleStripe, "lire_remboursements", refuser)
        remboursements.approuver(remboursement_id=autre.pk, par=collegue)
    repris: list[int] = []
    transmettre = execution_remboursements.transmettre

    def noter(remboursement, **options):
        repris.append(remboursement.pk)
        return transmettre(remboursement, **options)

    monkeypatch.setattr(execution_remboursements, "LOT", 1)
    monkeypatch.setattr(execution_remboursements, "transmettre", noter)

    bilan = execution_remboursements.relancer()

    assert bilan == {"examines": 2, "en_panne": 0}
    assert repris == [parti.pk, autre.pk]
    assert _anomalies() == []
