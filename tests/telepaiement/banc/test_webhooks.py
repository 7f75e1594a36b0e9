"""Webhooks of the bench: signed (the endpoint checks), retried, lost, doubled, late, reordered."""

import queue
import time

import pytest
import stripe

from tests.telepaiement.banc.conftest import DELAI


def test_un_paiement_est_annonce(boutique, client, payee):
    evenement = boutique.attendre("payment_intent.succeeded", payee.id)

    assert evenement.data.object.amount_received == 12_500
    assert evenement.api_version == stripe.api_version
    assert client.v1.events.retrieve(evenement.id).data.object.id == payee.id


def test_un_refus_est_annonce(boutique, client, intention):
    with pytest.raises(stripe.CardError):
        client.v1.payment_intents.confirm(
            intention.id, {"payment_method": "pm_card_chargeDeclined"}
        )

    assert boutique.attendre("charge.failed", intention.id).data.object.status == "failed"
    assert boutique.attendre("payment_intent.payment_failed", intention.id)


def test_un_webhook_refuse_est_retente(boutique, client, intention):
    boutique.attendre("payment_intent.created", intention.id)
    boutique.statuts.extend([500, 503])

    client.v1.payment_intents.cancel(intention.id)

    assert boutique.attendre("payment_intent.canceled", intention.id)
    assert boutique.statuts == []


def test_un_webhook_perdu_ne_part_jamais_mais_se_rattrape(banc, boutique, client, intention):
    boutique.attendre("payment_intent.created", intention.id)
    banc.controle("pannes", perdre=1)

    client.v1.payment_intents.cancel(intention.id)

    manques = client.v1.events.list({"delivery_success": False, "types": ["payment_intent.*"]})
    assert intention.id in [un.data.object.id for un in manques.data]
    time.sleep(0.5)
    with pytest.raises(queue.Empty):
        boutique.recus.get_nowait()


def test_un_webhook_peut_arriver_deux_fois(banc, boutique, client, intention):
    boutique.attendre("payment_intent.created", intention.id)
    banc.controle("pannes", dupliquer=1)

    client.v1.payment_intents.cancel(intention.id)

    premier = boutique.attendre("payment_intent.canceled", intention.id)
    assert boutique.attendre("payment_intent.canceled", intention.id).id == premier.id


def test_un_webhook_peut_etre_renvoye(banc, boutique, payee):
    premier = boutique.attendre("payment_intent.succeeded", payee.id)

    banc.controle("renvoyer", evenement=premier.id)

    assert boutique.attendre("payment_intent.succeeded", payee.id).id == premier.id


def test_les_webhooks_peuvent_arriver_en_desordre(banc, boutique, client, intention):
    boutique.attendre("payment_intent.created", intention.id)
    banc.controle("pannes", desordonner=2)

    client.v1.payment_intents.confirm(intention.id, {"payment_method": "pm_card_visa"})

    arrivee = [boutique.recus.get(timeout=DELAI).type for _ in range(2)]
    assert arrivee == ["payment_intent.succeeded", "charge.succeeded"]


def test_un_webhook_peut_etre_retarde(banc, boutique, client, intention):
    boutique.attendre("payment_intent.created", intention.id)
    banc.controle("pannes", retarder=1)
    debut = time.monotonic()

    client.v1.payment_intents.cancel(intention.id)
    boutique.attendre("payment_intent.canceled", intention.id)

    assert time.monotonic() - debut > 1
