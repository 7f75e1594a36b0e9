"""Refunds, payouts and disputes of the bench: the money after the payment."""

import pytest
import requests
import stripe

from tests.telepaiement.banc.conftest import client_stripe, creer_intention, fermer, lancer


@pytest.fixture
def caisse():
    """A fresh bench, whose balance is known to the franc, and its client."""
    banc = lancer()
    yield banc, client_stripe(banc)
    fermer(banc)


def _payer(client, moyen="pm_card_visa"):
    return creer_intention(client, payment_method=moyen, confirm=True)


def test_un_remboursement_partiel_laisse_le_reste(client, payee):
    remboursement = client.v1.refunds.create(
        {
            "payment_intent": payee.id,
            "amount": 2_500,
            "reason": "requested_by_customer",
            "metadata": {"demande": "r1"},
        }
    )

    charge = client.v1.charges.retrieve(payee.latest_charge, {"expand": ["refunds"]})
    assert (remboursement.status, remboursement.amount) == ("succeeded", 2_500)
    assert (charge.amount_refunded, charge.refunded) == (2_500, False)
    assert [un.id for un in charge.refunds.data] == [remboursement.id]


def test_un_remboursement_ne_depasse_pas_ce_qui_reste(client, payee):
    client.v1.refunds.create({"charge": payee.latest_charge, "amount": 2_500})

    with pytest.raises(stripe.InvalidRequestError) as refus:
        client.v1.refunds.create({"charge": payee.latest_charge, "amount": 10_001})

    assert refus.value.code == "amount_too_large"


def test_un_paiement_rembourse_ne_l_est_pas_deux_fois(client, payee):
    client.v1.refunds.create({"payment_intent": payee.id})

    with pytest.raises(stripe.InvalidRequestError) as refus:
        client.v1.refunds.create({"payment_intent": payee.id})

    assert refus.value.code == "charge_already_refunded"


def test_un_remboursement_fait_au_tableau_de_bord_est_annonce(banc, boutique, client, payee):
    banc.controle("rembourser", payment_intent=payee.id, montant=1_000)

    assert boutique.attendre("refund.created", payee.id).data.object.amount == 1_000
    assert boutique.attendre("charge.refunded", payee.id).data.object.amount_refunded == 1_000
    assert client.v1.refunds.list({"payment_intent": payee.id}).data[0].amount == 1_000


def test_un_remboursement_peut_echouer_plus_tard(boutique, client):
    payee = _payer(client, "pm_card_refundFail")

    remboursement = client.v1.refunds.create({"payment_intent": payee.id})

    assert remboursement.status == "succeeded"
    assert boutique.attendre("refund.failed", remboursement.id)
    assert client.v1.charges.retrieve(payee.latest_charge).amount_refunded == 0


def test_un_remboursement_peut_aboutir_plus_tard(boutique, client):
    payee = _payer(client, "pm_card_pendingRefund")

    remboursement = client.v1.refunds.create({"payment_intent": payee.id})

    assert remboursement.status == "pending"
    assert boutique.attendre("refund.updated", remboursement.id).data.object.status == "succeeded"


def test_le_versement_reprend_chaque_mouvement(caisse):
    banc, client = caisse
    payee = _payer(client)
    client.v1.refunds.create({"payment_intent": payee.id, "amount": 2_500})

    versement = banc.controle("verser")

    lignes = client.v1.balance_transactions.list(
        {"payout": versement["id"], "expand": ["data.source"]}
    ).data
    assert versement["amount"] == 9_782
    assert [(une.type, une.net) for une in lignes] == [
        ("payout", -9_782),
        ("refund", -2_500),
        ("charge", 12_282),
    ]
    assert lignes[2].source.payment_intent == payee.id


def test_un_mouvement_n_est_verse_qu_une_fois(caisse):
    banc, client = caisse
    _payer(client)
    banc.controle("verser")

    with pytest.raises(requests.HTTPError):
        banc.controle("verser")

    assert len(client.v1.payouts.list().data) == 1
    assert client.v1.balance.retrieve().available[0].amount == 0


def test_un_versement_rejete_rend_son_montant(caisse):
    banc, client = caisse
    _payer(client)
    versement = banc.controle("verser")

    banc.controle("rejeter_versement", payout=versement["id"])

    relu = client.v1.payouts.retrieve(versement["id"])
    assert relu.status == "failed"
    assert banc.controle("verser")["amount"] == versement["amount"]


def test_un_versement_manuel_ne_se_detaille_pas(caisse):
    _, client = caisse
    _payer(client)
    versement = client.v1.payouts.create({"amount": 10_000, "currency": "xpf"})

    with pytest.raises(stripe.InvalidRequestError, match="automatic"):
        client.v1.balance_transactions.list({"payout": versement.id})
    with pytest.raises(stripe.InvalidRequestError) as refus:
        client.v1.payouts.create({"amount": 10_000, "currency": "xpf"})
    assert refus.value.code == "balance_insufficient"


def test_le_versement_est_annonce(banc, boutique, payee):
    versement = banc.controle("verser")

    assert boutique.attendre("payout.paid", versement["id"])
    assert boutique.attendre("payout.reconciliation_completed", versement["id"])


def test_des_frais_peuvent_n_avoir_pas_de_paiement(caisse):
    banc, client = caisse

    frais = banc.controle("prelever_frais", montant=30)

    assert client.v1.balance_transactions.retrieve(frais["id"]).net == -30


def test_un_paiement_conteste_ne_se_rembourse_plus(banc, boutique, client, payee):
    litige = banc.controle("contester", payment_intent=payee.id)

    with pytest.raises(stripe.InvalidRequestError) as refus:
        client.v1.refunds.create({"payment_intent": payee.id})

    assert refus.value.code == "charge_disputed"
    assert boutique.attendre("charge.dispute.created", litige["id"])


@pytest.mark.parametrize(("issue", "net"), [("won", -1_790), ("lost", -14_290)])
def test_un_litige_clos_laisse_ses_frais(banc, boutique, client, payee, issue, net):
    litige = banc.controle("contester", payment_intent=payee.id)

    banc.controle("clore_litige", dispute=litige["id"], issue=issue)

    relu = client.v1.disputes.retrieve(litige["id"])
    assert boutique.attendre("charge.dispute.closed", litige["id"]).data.object.status == issue
    assert sum(un.net for un in relu.balance_transactions) == net
