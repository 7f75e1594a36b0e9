"""The simulated Terminal reader of the bench, driven by the server."""

import pytest
import stripe

from tests.telepaiement.banc.conftest import creer_intention

REFUSEE = {"type": "card_present", "card_present": {"number": "4000000000000002"}}


@pytest.fixture
def lecteur(client):
    lieu = client.v1.terminal.locations.create(
        {
            "display_name": "Guichet de Nouméa",
            "address": {"line1": "1 rue d’essai", "city": "Nouméa", "country": "NC"},
        }
    )
    return client.v1.terminal.readers.create(
        {"registration_code": "simulated-wpe", "label": "Guichet 1", "location": lieu.id}
    )


@pytest.fixture
def au_guichet(client):
    return creer_intention(client, allowed_payment_method_types=["card_present"])


def _lancer(client, lecteur, intention):
    return client.v1.terminal.readers.process_payment_intent(
        lecteur.id, {"payment_intent": intention.id}
    )


def test_une_carte_presentee_paie(boutique, client, lecteur, au_guichet):
    lance = _lancer(client, lecteur, au_guichet)
    client.v1.test_helpers.terminal.readers.present_payment_method(lecteur.id)

    payee = client.v1.payment_intents.retrieve(au_guichet.id, {"expand": ["latest_charge"]})
    assert lance.action.status == "in_progress"
    assert payee.latest_charge.payment_method_details.card_present.last4 == "4242"
    assert boutique.attendre("terminal.reader.action_succeeded", lecteur.id)


def test_une_carte_refusee_laisse_reessayer(boutique, client, lecteur, au_guichet):
    _lancer(client, lecteur, au_guichet)
    refuse = client.v1.test_helpers.terminal.readers.present_payment_method(lecteur.id, REFUSEE)
    _lancer(client, lecteur, au_guichet)
    client.v1.test_helpers.terminal.readers.present_payment_method(lecteur.id)

    assert (refuse.action.status, refuse.action.failure_code) == ("failed", "card_declined")
    assert boutique.attendre("terminal.reader.action_failed", lecteur.id)
    assert client.v1.payment_intents.retrieve(au_guichet.id).status == "succeeded"


def test_un_lecteur_occupe_refuse(client, lecteur, au_guichet):
    _lancer(client, lecteur, au_guichet)

    with pytest.raises(stripe.APIError) as refus:
        _lancer(client, lecteur, au_guichet)

    assert (refus.value.http_status, refus.value.error.code) == (409, "terminal_reader_busy")


def test_un_lecteur_hors_ligne_refuse(banc, client, lecteur, au_guichet):
    banc.controle("brancher_lecteur", lecteur=lecteur.id, en_ligne=False)

    with pytest.raises(stripe.InvalidRequestError) as refus:
        _lancer(client, lecteur, au_guichet)

    assert refus.value.code == "terminal_reader_offline"


def test_une_action_annulee_libere_le_lecteur(client, lecteur, au_guichet):
    _lancer(client, lecteur, au_guichet)

    libre = client.v1.terminal.readers.cancel_action(lecteur.id)

    assert libre.action is None
    assert _lancer(client, lecteur, au_guichet).action.status == "in_progress"


def test_une_intention_annulee_n_est_pas_encaissee_par_le_lecteur(client, lecteur, au_guichet):
    _lancer(client, lecteur, au_guichet)
    client.v1.payment_intents.cancel(au_guichet.id)

    client.v1.test_helpers.terminal.readers.present_payment_method(lecteur.id)

    relu = client.v1.terminal.readers.retrieve(lecteur.id)
    assert relu.action.failure_code == "intent_invalid_state"
    assert client.v1.charges.list({"payment_intent": au_guichet.id}).data == []


def test_une_intention_en_ligne_n_est_pas_pour_le_lecteur(client, lecteur, intention):
    with pytest.raises(stripe.InvalidRequestError, match="card_present"):
        _lancer(client, lecteur, intention)
