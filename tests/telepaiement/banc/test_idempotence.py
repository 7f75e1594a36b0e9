"""Idempotency keys, API faults, and what a sudden stop leaves."""

import concurrent.futures
import signal
import socket

import pytest
import stripe

from tests.telepaiement.banc.conftest import DELAI, client_stripe, creer_intention, fermer, lancer

DEMANDE = {"amount": 500, "currency": "xpf", "allowed_payment_method_types": ["card"]}


def test_la_meme_cle_rend_la_meme_intention(client):
    premiere = client.v1.payment_intents.create(DEMANDE, {"idempotency_key": "cle-1"})
    seconde = client.v1.payment_intents.create(DEMANDE, {"idempotency_key": "cle-1"})

    assert seconde.id == premiere.id
    assert seconde.last_response.headers["Idempotent-Replayed"] == "true"


def test_la_meme_cle_avec_un_autre_corps_est_refusee(client):
    client.v1.payment_intents.create(DEMANDE, {"idempotency_key": "cle-2"})

    with pytest.raises(stripe.IdempotencyError) as refus:
        client.v1.payment_intents.create(DEMANDE | {"amount": 501}, {"idempotency_key": "cle-2"})
    assert refus.value.http_status == 400


def test_un_refus_de_carte_se_rejoue_aussi(client, intention):
    appel = (intention.id, {"payment_method": "pm_card_chargeDeclined"}, {"idempotency_key": "c3"})

    with pytest.raises(stripe.CardError):
        client.v1.payment_intents.confirm(*appel)
    with pytest.raises(stripe.CardError) as rejeu:
        client.v1.payment_intents.confirm(*appel)

    assert rejeu.value.headers["Idempotent-Replayed"] == "true"
    assert len(client.v1.charges.list({"payment_intent": intention.id}).data) == 1


def test_une_cle_en_cours_d_emploi_est_refusee(banc, client):
    banc.controle("pannes", lenteur=1)

    with concurrent.futures.ThreadPoolExecutor() as fils:
        appels = [
            fils.submit(client.v1.payment_intents.create, DEMANDE, {"idempotency_key": "cle-4"})
            for _ in range(2)
        ]
    erreurs = [appel.exception() for appel in appels]

    assert erreurs.count(None) == 1
    assert next(filter(None, erreurs)).error.code == "idempotency_key_in_use"


def test_une_reponse_perdue_se_retrouve_par_la_cle(banc):
    client = client_stripe(banc, delai=2)
    banc.controle("pannes", timeout=1)

    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.create(DEMANDE, {"idempotency_key": "cle-5"})
    retrouvee = client.v1.payment_intents.create(DEMANDE, {"idempotency_key": "cle-5"})

    assert retrouvee.last_response.headers["Idempotent-Replayed"] == "true"


def test_une_demande_coupee_au_milieu_ne_fait_rien(banc, client):
    hote, port = banc.adresse.removeprefix("http://").split(":")
    entetes = (
        "POST /v1/payment_intents HTTP/1.1\r\nHost: banc\r\nIdempotency-Key: cle-6\r\n"
        "Authorization: Bearer sk_test_banc\r\nContent-Length: 60\r\n\r\n"
    )
    with socket.create_connection((hote, int(port)), timeout=DELAI) as coupee:
        coupee.sendall(f"{entetes}amount=500&currency=xpf".encode())
        coupee.shutdown(socket.SHUT_WR)
        assert coupee.recv(1) == b""

    faite = client.v1.payment_intents.create(DEMANDE, {"idempotency_key": "cle-6"})

    assert faite.amount == 500


def test_le_client_surmonte_deux_pannes(banc):
    banc.controle("pannes", panne_api=2)

    intention = creer_intention(client_stripe(banc, essais=2))

    assert intention.status == "requires_payment_method"


def test_une_panne_de_l_api_ne_fait_rien(banc, client):
    avant = client.v1.payment_intents.list({"limit": 1}).data[0].id
    banc.controle("pannes", panne_api=1)

    with pytest.raises(stripe.APIError) as panne:
        creer_intention(client)

    assert panne.value.http_status == 500
    assert client.v1.payment_intents.list({"limit": 1}).data[0].id == avant


def test_l_etat_survit_a_un_arret_brutal(tmp_path):
    fichier = tmp_path / "banc.json"
    premier = lancer("--etat", str(fichier))
    payee = creer_intention(client_stripe(premier), payment_method="pm_card_visa", confirm=True)
    premier.processus.send_signal(signal.SIGKILL)
    fermer(premier)

    second = lancer("--etat", str(fichier))
    relue = client_stripe(second).v1.payment_intents.retrieve(payee.id)
    fermer(second)

    assert relue.status == "succeeded"
    assert "4242424242424242" not in fichier.read_text()
