"""PaymentIntents of the bench, through the real Stripe client."""

import concurrent.futures

import pytest
import requests
import stripe

from tests.telepaiement.banc.conftest import creer_intention


def test_une_intention_creee_attend_une_carte(client):
    intention = client.v1.payment_intents.create(
        {
            "amount": 12_500,
            "currency": "xpf",
            "automatic_payment_methods": {"enabled": True},
            "metadata": {"tentative": "t1", "17": "titre"},
            "description": "Titre 2026-17",
            "receipt_email": "camille@exemple.nc",
            "statement_descriptor_suffix": "PROVINCE SUD",
            "payment_method_options": {"card": {"request_three_d_secure": "any"}},
        }
    )

    assert intention.status == "requires_payment_method"
    assert intention.amount == 12_500
    assert intention.amount_received == 0
    assert intention.metadata.to_dict() == {"tentative": "t1", "17": "titre"}
    assert intention.client_secret.startswith(f"{intention.id}_secret_")


@pytest.mark.parametrize(
    ("champs", "code"),
    [
        ({"amount": 0}, "parameter_invalid_integer"),
        ({"amount": 100_000_000}, "amount_too_large"),
        ({"amount": "12,5"}, "parameter_invalid_integer"),
        ({"currency": "zzz"}, None),
        ({"receipt_email": "sans arobase"}, "email_invalid"),
        ({"inconnu": "1"}, "parameter_unknown"),
        ({"payment_method_options": {"card": {"inconnu": "1"}}}, "parameter_unknown"),
        ({"automatic_payment_methods": {"enabled": True}}, None),
    ],
)
def test_un_parametre_faux_est_refuse(client, champs, code):
    with pytest.raises(stripe.InvalidRequestError) as refus:
        creer_intention(client, **champs)

    assert refus.value.http_status == 400
    assert refus.value.code == code


@pytest.mark.parametrize("montant", [1, 99_999_999])
def test_les_montants_extremes_passent(client, montant):
    intention = creer_intention(client, amount=montant)

    assert intention.amount == montant


def test_un_paiement_reussi_porte_sa_charge_et_ses_frais(client, payee):
    relue = client.v1.payment_intents.retrieve(
        payee.id, {"expand": ["latest_charge.balance_transaction"]}
    )

    charge = relue.latest_charge
    assert (relue.status, relue.amount_received) == ("succeeded", 12_500)
    assert charge.payment_method_details.card.last4 == "4242"
    assert charge.payment_method_details.card.brand == "visa"
    assert (charge.balance_transaction.fee, charge.balance_transaction.net) == (218, 12_282)
    assert "/recus/ch_" in charge.receipt_url


@pytest.mark.parametrize(
    ("numero", "code", "motif"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000069", "expired_card", "expired_card"),
        ("4000000000000127", "incorrect_cvc", "incorrect_cvc"),
        ("4000000000000119", "processing_error", "processing_error"),
    ],
)
def test_une_carte_d_essai_est_refusee_avec_son_motif(banc, client, intention, numero, code, motif):
    with pytest.raises(requests.HTTPError) as refus:
        banc.controle("confirmer", payment_intent=intention.id, numero=numero)

    relue = client.v1.payment_intents.retrieve(intention.id)
    assert refus.value.response.status_code == 402
    assert relue.status == "requires_payment_method"
    assert (relue.last_payment_error.code, relue.last_payment_error.decline_code) == (code, motif)
    assert client.v1.charges.retrieve(relue.latest_charge).status == "failed"


def test_apres_un_refus_la_meme_intention_se_paie(client, intention):
    with pytest.raises(stripe.CardError) as refus:
        client.v1.payment_intents.confirm(
            intention.id, {"payment_method": "pm_card_visa_chargeDeclined"}
        )
    reprise = client.v1.payment_intents.confirm(intention.id, {"payment_method": "pm_card_visa"})

    assert refus.value.error.payment_intent.id == intention.id
    assert refus.value.error.decline_code == "generic_decline"
    assert (reprise.status, reprise.last_payment_error) == ("succeeded", None)
    assert len(client.v1.charges.list({"payment_intent": intention.id}).data) == 2


@pytest.mark.parametrize("numero", ["4000002500003155", "4000000000003220", "4000002760003184"])
def test_l_authentification_acceptee_paie(banc, client, intention, numero):
    attente = banc.controle("confirmer", payment_intent=intention.id, numero=numero)
    banc.controle("authentifier", payment_intent=intention.id, acceptee=True)

    assert attente["status"] == "requires_action"
    assert attente["next_action"]["type"] == "use_stripe_sdk"
    assert client.v1.payment_intents.retrieve(intention.id).status == "succeeded"


def test_l_authentification_refusee_redemande_une_carte(banc, client, intention):
    banc.controle(
        "confirmer", payment_intent=intention.id, numero="4000000000003220", authentifier=False
    )

    relue = client.v1.payment_intents.retrieve(intention.id)
    assert relue.status == "requires_payment_method"
    assert relue.last_payment_error.code == "payment_intent_authentication_failure"


def test_une_carte_peut_etre_refusee_apres_authentification(banc, client, intention):
    with pytest.raises(requests.HTTPError):
        banc.controle(
            "confirmer", payment_intent=intention.id, numero="4000008260003178", authentifier=True
        )

    relue = client.v1.payment_intents.retrieve(intention.id)
    assert relue.last_payment_error.decline_code == "insufficient_funds"


def test_le_service_peut_exiger_l_authentification(client):
    intention = creer_intention(
        client,
        payment_method="pm_card_threeDSecureOptional",
        payment_method_options={"card": {"request_three_d_secure": "any"}},
        confirm=True,
        return_url="https://exemple.nc/retour",
    )

    assert intention.next_action.type == "redirect_to_url"
    assert intention.next_action.redirect_to_url.return_url == "https://exemple.nc/retour"


def test_un_moyen_automatique_exige_une_adresse_de_retour(client):
    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        client.v1.payment_intents.create(
            {"amount": 100, "currency": "xpf", "payment_method": "pm_card_visa", "confirm": True}
        )


def test_un_numero_de_carte_ne_passe_pas_par_le_serveur(client, intention):
    carte = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2030}

    with pytest.raises(stripe.CardError, match="generally unsafe"):
        client.v1.payment_intents.confirm(
            intention.id, {"payment_method_data": {"type": "card", "card": carte}}
        )


def test_une_intention_se_modifie_tant_qu_elle_n_est_pas_payee(client, intention):
    modifiee = client.v1.payment_intents.update(
        intention.id,
        {"amount": 9_000, "metadata": {"titre": "17"}, "payment_method": "pm_card_visa"},
    )
    confirmee = client.v1.payment_intents.confirm(intention.id)

    assert (modifiee.status, modifiee.metadata["titre"]) == ("requires_confirmation", "17")
    assert confirmee.amount_received == 9_000


def test_une_intention_annulee_ne_se_confirme_plus(client, intention):
    annulee = client.v1.payment_intents.cancel(intention.id, {"cancellation_reason": "abandoned"})

    assert (annulee.status, annulee.cancellation_reason) == ("canceled", "abandoned")
    with pytest.raises(stripe.InvalidRequestError) as refus:
        client.v1.payment_intents.confirm(intention.id, {"payment_method": "pm_card_visa"})
    assert refus.value.code == "payment_intent_unexpected_state"


def test_cinq_confirmations_simultanees_ne_debitent_qu_une_fois(client, intention):
    moyen = {"payment_method": "pm_card_visa"}

    with concurrent.futures.ThreadPoolExecutor(5) as fils:
        appels = [
            fils.submit(client.v1.payment_intents.confirm, intention.id, moyen) for _ in range(5)
        ]

    refus = [appel.exception().code for appel in appels if appel.exception()]
    assert refus == ["payment_intent_unexpected_state"] * 4
    assert len(client.v1.charges.list({"payment_intent": intention.id}).data) == 1


def test_une_intention_payee_ne_s_annule_plus(client, payee):
    with pytest.raises(stripe.InvalidRequestError) as refus:
        client.v1.payment_intents.cancel(payee.id)

    assert refus.value.code == "payment_intent_unexpected_state"
    assert refus.value.error.payment_intent.status == "succeeded"


def test_la_cle_publique_ne_voit_que_ce_qui_est_public(banc, intention):
    navigateur = stripe.StripeClient("pk_test_banc", base_addresses={"api": banc.adresse})

    vue = navigateur.v1.payment_intents.retrieve(
        intention.id, {"client_secret": intention.client_secret}
    )

    assert vue.id == intention.id
    assert "metadata" not in vue.to_dict()


def test_la_cle_publique_exige_le_secret_de_l_intention(banc, intention):
    navigateur = stripe.StripeClient("pk_test_banc", base_addresses={"api": banc.adresse})

    with pytest.raises(stripe.InvalidRequestError):
        navigateur.v1.payment_intents.retrieve(intention.id, {"client_secret": "pi_faux_secret_x"})
    with pytest.raises(stripe.AuthenticationError):
        navigateur.v1.payment_intents.list()


def test_une_intention_peut_rester_en_traitement(banc, boutique, client, intention):
    banc.controle("pannes", traitement=0.2)

    attente = client.v1.payment_intents.confirm(intention.id, {"payment_method": "pm_card_visa"})

    assert attente.status == "processing"
    assert boutique.attendre("payment_intent.processing", intention.id)
    assert boutique.attendre("payment_intent.succeeded", intention.id)


def test_la_liste_va_du_plus_recent_au_plus_ancien_par_pages(client):
    creees = [creer_intention(client, amount=montant).id for montant in (1, 2, 3)]

    page = client.v1.payment_intents.list({"limit": 2})
    suite = client.v1.payment_intents.list({"limit": 1, "starting_after": page.data[-1].id})
    avant = client.v1.payment_intents.list({"limit": 1, "ending_before": creees[1]})

    assert [une.id for une in page.data + suite.data] == creees[::-1]
    assert avant.data[0].id == creees[2]
    assert page.has_more


def test_la_liste_se_borne_par_date(client, intention):
    futures = client.v1.payment_intents.list({"created": {"gt": intention.created + 3600}})
    recentes = client.v1.payment_intents.list({"created": {"gte": intention.created}})

    assert futures.data == []
    assert intention.id in [une.id for une in recentes.data]


def test_ce_qui_n_existe_pas_repond_404(client):
    with pytest.raises(stripe.InvalidRequestError) as refus:
        client.v1.payment_intents.retrieve("pi_inconnu")

    assert (refus.value.http_status, refus.value.code) == (404, "resource_missing")
    assert refus.value.request_id.startswith("req_")
