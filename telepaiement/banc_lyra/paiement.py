"""The bank's page: a signed form comes in, a card is chosen, a signed notification goes out."""

import contextlib
import datetime
import http.client
import threading
from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode, urlsplit

from telepaiement.banc import panneaux
from telepaiement.banc_lyra.registre import CARTES, DEVISES, Objet, Refus, Registre, signer

OBLIGATOIRES = (
    "vads_action_mode",
    "vads_amount",
    "vads_ctx_mode",
    "vads_currency",
    "vads_page_action",
    "vads_payment_config",
    "vads_site_id",
    "vads_trans_date",
    "vads_trans_id",
    "vads_version",
)
DELAI_REPONSE = 10.0
# What the bank adds about the payer and his card.
PAYEUR = {
    "vads_card_brand": "VISA",
    "vads_card_number": "497010XXXXXX0055",
    "vads_cust_email": "camille.essai@mail.example",
    "vads_cust_name": "Camille Essai",
    "vads_expiry_month": "12",
    "vads_expiry_year": "2030",
}
ECART_DESORDRE = 0.3  # seconds between two notifications sent in reverse order


def recevoir(registre: Registre, champs: Mapping[str, str]) -> str:
    """Check a form as the bank does; return the order that it names."""
    reglages = registre.reglages
    if manquants := [nom for nom in OBLIGATOIRES if not champs.get(nom)]:
        raise Refus("09", f"champ absent : {manquants[0]}")
    if champs.get("signature") != signer(champs, reglages.cle):
        raise Refus("00", "signature invalide")
    if champs["vads_site_id"] != reglages.boutique or champs["vads_ctx_mode"] != reglages.mode:
        raise Refus("03", "boutique ou mode inconnu")
    if champs["vads_currency"] not in DEVISES or not champs["vads_amount"].isdecimal():
        raise Refus("10", "montant ou devise invalide")
    if (champs["vads_trans_date"][:8], champs["vads_trans_id"]) in registre.transactions_du_jour:
        raise Refus("12", "numéro de transaction déjà utilisé ce jour")
    cle = champs.get("vads_order_id", "")
    registre.formulaires[cle] = dict(champs)
    return cle


def payer(registre: Registre, cle: str, numero: str, *, en_cours: bool = False) -> Objet:
    """Present a card for an order; notify, unless the notification is to be lost; return it."""
    champs = registre.formulaires.get(cle)
    if champs is None:
        raise Refus("PSP_010", "cette commande n’a pas de formulaire")
    if any(
        un["status"] == "PAID" and un["operationType"] == "DEBIT" for un in registre.commande(cle)
    ):
        raise Refus("11", "cette transaction est déjà payée")
    if numero not in CARTES:
        raise Refus("14", "ce n’est pas une carte d’essai")
    registre.transactions_du_jour.add((champs["vads_trans_date"][:8], champs["vads_trans_id"]))
    marque, refus = CARTES[numero]
    issue: Objet = {"detailedStatus": "AUTHORISED"}
    if refus:
        issue = {"detailedStatus": "REFUSED", "status": "UNPAID", "errorCode": refus}
    elif en_cours:
        issue = {"detailedStatus": "WAITING_AUTHORISATION", "status": "RUNNING"}
    montant = int(champs["vads_amount"]) + registre.pannes.pop("fausser", 0)
    transaction = registre.ajouter(
        cle,
        "DEBIT",
        montant,
        DEVISES[champs["vads_currency"]],
        transactionDetails={
            "cardDetails": {
                "effectiveBrand": marque,
                "pan": f"{numero[:6]}XXXXXX{numero[-4:]}",
            }
        },
        **issue,
    )
    notifier(registre, transaction)
    return transaction


def notification(registre: Registre, transaction: Objet) -> str:
    """Return the signed form that tells what became of a transaction."""
    cle = transaction["orderDetails"]["orderId"]
    champs = {
        "vads_amount": str(transaction["amount"]),
        "vads_ctx_mode": registre.reglages.mode,
        "vads_currency": next(c for c, nom in DEVISES.items() if nom == transaction["currency"]),
        "vads_operation_type": transaction["operationType"],
        "vads_order_id": cle,
        "vads_site_id": registre.reglages.boutique,
        "vads_trans_status": transaction["detailedStatus"],
        "vads_trans_uuid": transaction["uuid"],
        "vads_effective_creation_date": f"{datetime.datetime.now(datetime.UTC):%Y%m%d%H%M%S}",
        "vads_url_check_src": "PAY",
        **PAYEUR,
    }
    champs["signature"] = signer(champs, registre.reglages.cle)
    return urlencode(champs)


def notifier(registre: Registre, transaction: Objet) -> None:
    """Send the notification, unless nobody gave an address, with the faults that are set."""
    cle = transaction["orderDetails"]["orderId"]
    if not registre.formulaires.get(cle, {}).get("vads_url_check"):
        return
    delai = registre.pannes.pop("retarder", 0) + ECART_DESORDRE * registre.consommer("desordonner")
    copies = 2 if registre.consommer("dupliquer") else 1
    est_perdue = registre.consommer("perdre") > 0
    for _ in range(copies):
        envoyer(registre, transaction, delai, est_perdue=est_perdue)


def envoyer(
    registre: Registre, transaction: Objet, delai: float = 0, *, est_perdue: bool = False
) -> Objet:
    """Note a notification and post it in `delai` seconds, unless it is lost; return the note."""
    envoi: Objet = {
        "uuid": transaction["uuid"],
        "commande": transaction["orderDetails"]["orderId"],
        "etat": transaction["detailedStatus"],
        "resultat": "perdue" if est_perdue else "en attente",
    }
    registre.notifications.append(envoi)
    if not est_perdue:
        adresse = registre.formulaires[envoi["commande"]]["vads_url_check"]
        corps = notification(registre, transaction)
        fil = threading.Timer(delai, _poster, (registre, envoi, adresse, corps))
        fil.daemon = True
        fil.start()
    return envoi


def _poster(registre: Registre, envoi: Objet, adresse: str, corps: str) -> None:
    """Post a form; a shop that does not answer will read the order by itself."""
    parties = urlsplit(adresse)
    lien = http.client.HTTPConnection(parties.netloc, timeout=DELAI_REPONSE)
    entetes = {"Content-Type": "application/x-www-form-urlencoded"}
    resultat = "sans réponse"
    with contextlib.suppress(OSError, http.client.HTTPException):
        lien.request("POST", parties.path or "/", corps.encode(), entetes)
        reponse = lien.getresponse()
        reponse.read()
        resultat = str(reponse.status)
    lien.close()
    with registre.verrou:
        envoi["resultat"] = resultat


def page(registre: Registre, cle: str, message: str = "") -> str:
    """Return the page where the payer chooses a test card."""
    champs = registre.formulaires[cle]
    boutons = "".join(
        f'<p><button name="numero" value="{numero}">Payer avec la carte {numero} '
        f"({marque}{', refusée' if refus else ''})</button></p>"
        for numero, (marque, refus) in CARTES.items()
    )
    alerte = panneaux.annonce({"erreur": message} if message else {})
    montant = panneaux.montant_affiche(int(champs["vads_amount"]))
    retour = escape(champs.get("vads_url_return", ""))
    return panneaux.page(
        "Paiement par carte (essai)",
        f"{alerte}<p>Commande {escape(cle)}\u202f: {montant}.</p>"
        f'<form method="post" action="/payer"><input type="hidden" name="commande" '
        f'value="{escape(cle)}">{boutons}</form>'
        f'<p><a href="{retour}">Revenir sans payer</a></p>',
    )
