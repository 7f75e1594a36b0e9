"""The bench as a program: its start, its pages, its refusals."""

import subprocess
import sys
import urllib.parse

import pytest
import requests
import stripe

from tests.telepaiement.banc.conftest import DELAI, client_stripe, fermer, lancer


def test_le_banc_dit_qu_il_vit_puis_s_arrete_proprement():
    banc = lancer()

    sante = banc.lire("/sante").status_code
    statut = banc.arreter()
    fermer(banc)

    assert (sante, statut) == (200, 0)


def test_un_port_pris_se_dit_en_une_ligne(banc):
    port = urllib.parse.urlsplit(banc.adresse).port

    refus = subprocess.run(
        [sys.executable, "-m", "telepaiement.banc", "--port", str(port)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert refus.returncode == 2
    assert refus.stderr == (
        f"Le port {port} est déjà pris\u202f: choisissez-en un autre avec --port.\n"
    )


def test_un_etat_illisible_se_dit_en_une_ligne(tmp_path):
    fichier = tmp_path / "etat.json"
    fichier.write_text("{")

    refus = subprocess.run(
        [sys.executable, "-m", "telepaiement.banc", "--port", "0", "--etat", str(fichier)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert refus.returncode == 2
    assert refus.stderr == f"Le fichier d’état {fichier} ne peut être lu ou écrit.\n"


@pytest.mark.parametrize("cle", ["", "sk_test_autre"])
def test_une_cle_absente_ou_fausse_est_refusee(banc, cle):
    entetes = {"Authorization": f"Bearer {cle}"}

    reponse = requests.get(f"{banc.adresse}/v1/balance", headers=entetes, timeout=DELAI)

    assert reponse.status_code == 401
    assert reponse.json()["error"]["type"] == "invalid_request_error"


def test_la_cle_passe_aussi_en_authentification_simple(banc):
    reponse = requests.get(f"{banc.adresse}/v1/balance", auth=("sk_test_banc", ""), timeout=DELAI)

    assert reponse.status_code == 200
    assert reponse.headers["Request-Id"].startswith("req_")


def test_une_adresse_inconnue_repond_404(client):
    with pytest.raises(stripe.InvalidRequestError) as refus:
        client.v1.customers.list()

    assert refus.value.http_status == 404


def test_un_corps_trop_gros_est_refuse(banc):
    corps = b"a" * 1_000_001

    reponse = requests.post(f"{banc.adresse}/v1/payment_intents", data=corps, timeout=DELAI)

    assert reponse.status_code == 413


def test_le_panneau_agit_sans_script(banc, payee):
    formulaire = {"payment_intent": payee.id}

    retour = requests.post(f"{banc.adresse}/_controle/contester", data=formulaire, timeout=DELAI)
    second = requests.post(f"{banc.adresse}/_controle/contester", data=formulaire, timeout=DELAI)

    assert "C’est fait." in retour.text
    assert "déjà contesté" in second.text
    assert "12\u202f500\u202fF CFP" in banc.lire("/panneau").text


def test_le_panneau_enregistre_un_lecteur_simule_et_le_nomme(banc):
    lecteur = banc.controle("enregistrer_lecteur", libelle="Guichet d’essai")

    page = banc.lire("/panneau").text

    assert "Enregistrer un lecteur simulé" in page
    assert f"Guichet d’essai <code>{lecteur['id']}</code>" in page


def test_un_controle_ne_s_appelle_pas_depuis_un_autre_site(banc):
    reponse = requests.post(
        f"{banc.adresse}/_controle/verser", headers={"Origin": "http://ailleurs.nc"}, timeout=DELAI
    )

    assert reponse.status_code == 403


def test_une_panne_inconnue_est_refusee(banc):
    reponse = requests.post(f"{banc.adresse}/_controle/pannes", json={"feu": 1}, timeout=DELAI)

    assert reponse.status_code == 400
    assert "perdre" in reponse.json()["error"]["message"]


def test_le_recu_nomme_la_carte_par_ses_derniers_chiffres(client, payee):
    charge = client.v1.charges.retrieve(payee.latest_charge)

    recu = requests.get(charge.receipt_url, timeout=DELAI)

    assert "se terminant par 4242" in recu.text


def test_la_banque_renvoie_a_la_boutique(banc, client):
    intention = client.v1.payment_intents.create(
        {
            "amount": 700,
            "currency": "xpf",
            "payment_method": "pm_card_authenticationRequired",
            "confirm": True,
            "return_url": f"{banc.adresse}/sante",
        }
    )
    question = intention.next_action.redirect_to_url.url
    reponse = {"secret": intention.client_secret, "reponse": "autoriser"}

    retour = requests.post(question.partition("?")[0], data=reponse, timeout=DELAI)

    assert "700\u202fF CFP" in requests.get(question, timeout=DELAI).text
    assert f"payment_intent={intention.id}" in retour.url
    assert "redirect_status=succeeded" in retour.url


def test_aucun_numero_de_carte_n_est_garde(banc, intention):
    banc.controle("confirmer", payment_intent=intention.id, numero="4242424242424242")

    etat = banc.lire("/_controle/etat").text

    assert "4242424242424242" not in etat
    assert '"last4": "4242"' in etat


def test_deux_bancs_ne_partagent_rien(client, intention):
    autre = lancer()

    with pytest.raises(stripe.InvalidRequestError) as refus:
        client_stripe(autre).v1.payment_intents.retrieve(intention.id)
    fermer(autre)

    assert refus.value.code == "resource_missing"
