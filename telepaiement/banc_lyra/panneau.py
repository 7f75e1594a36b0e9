"""The panel: what the bank, its network and the payers do, one button each, without script."""

import datetime
from html import escape

from telepaiement.banc.panneaux import (
    DERNIERS,
    a_venir,
    annonce,
    bouton,
    moment,
    montant_affiche,
    page,
    tableau,
)
from telepaiement.banc_lyra.registre import CARTES, Objet, Registre

ACCEPTEE = next(numero for numero, (_, refus) in CARTES.items() if not refus)
REFUSEE = next(numero for numero, (_, refus) in CARTES.items() if refus)
# What each fault counts: notifications, API calls, seconds or francs.
PANNES = {
    "perdre": "notifications qui ne partiront jamais",
    "dupliquer": "notifications qui partiront deux fois",
    "desordonner": "notifications qui partiront dans l’ordre inverse",
    "retarder": "secondes de retard pour la prochaine notification",
    "panne_api": "appels de l’API auxquels répondre par une erreur 500, sans rien faire",
    "timeout": "appels de l’API à exécuter sans jamais répondre",
    "fausser": "francs ajoutés au prochain paiement",
}
_ETATS = {
    "AUTHORISED": "autorisée, à remettre",
    "CAPTURED": "payée",
    "CANCELLED": "annulée avant remise",
    "WAITING_AUTHORISATION": "en traitement",
    "REFUSED": "refusée",
}


def page_panneau(registre: Registre, question: dict[str, str]) -> str:
    """Return the panel; `question` may hold the error or the name of the act just done."""
    parties = (
        annonce(question),
        "<p>Ce programme tient lieu d’une banque de la famille Lyra. Aucun argent ne circule.</p>",
        _pannes(registre),
        _commandes(registre),
        _transactions(registre),
        _notifications(registre),
        _cartes(),
    )
    return page("Banc Lyra", "".join(parties))


def _pannes(registre: Registre) -> str:
    return (
        "<h2>Prochaine notification</h2><div class='boutons'>"
        + bouton("pannes", "Perdre la prochaine", perdre=1)
        + bouton("pannes", "Retarder la prochaine de 20 secondes", retarder=20)
        + bouton("pannes", "Dupliquer la prochaine", dupliquer=1)
        + bouton("pannes", "Désordonner les deux prochaines", desordonner=2)
        + "</div><h2>Prochain appel de l’API, prochain paiement</h2><div class='boutons'>"
        + bouton("pannes", "Répondre par une panne", panne_api=1)
        + bouton("pannes", "Ne pas répondre", timeout=1)
        + bouton("pannes", "Fausser le montant d’un franc", fausser=1)
        + "</div>"
        + a_venir(PANNES, registre.pannes)
    )


def _commandes(registre: Registre) -> str:
    """Return the orders whose form came and that no card paid, newest first."""
    lignes = []
    for cle, champs in reversed(registre.formulaires.items()):
        debits = [un for un in registre.commande(cle) if un["operationType"] == "DEBIT"]
        if any(un["status"] in ("PAID", "RUNNING") for un in debits):
            continue
        boutons = (
            bouton("payer", "Présenter une carte", commande=cle, numero=ACCEPTEE)
            + bouton("payer", "Présenter une carte refusée", commande=cle, numero=REFUSEE)
            + bouton("payer", "Laisser en traitement", commande=cle, numero=ACCEPTEE, en_cours=1)
        )
        montant = montant_affiche(int(champs["vads_amount"]))
        objet = escape(champs.get("vads_order_info", ""))
        lignes.append((f"<code>{escape(cle)}</code>", montant, objet, boutons))
    return tableau(
        "Commandes à payer", ("Commande", "Montant", "Objet", "Actions"), lignes[:DERNIERS]
    )


def _transactions(registre: Registre) -> str:
    lignes = [
        (
            f"<code>{une['orderDetails']['orderId']}</code>",
            moment(datetime.datetime.fromisoformat(une["creationDate"]).timestamp()),
            "remboursement" if une["operationType"] == "CREDIT" else "paiement",
            montant_affiche(une["amount"], une["currency"].lower()),
            _ETATS.get(une["detailedStatus"], escape(une["detailedStatus"])),
            _actes(registre, une),
        )
        for une in registre.transactions[: -DERNIERS - 1 : -1]
    ]
    entetes = ("Commande", "Créée le", "Nature", "Montant", "État", "Actions")
    remise = (
        "<div class='boutons'>"
        + bouton("remettre", "Remettre en banque ce qui est autorisé")
        + "</div>"
        if any(une["detailedStatus"] == "AUTHORISED" for une in registre.transactions)
        else ""
    )
    return tableau("Transactions", entetes, lignes) + remise


def _actes(registre: Registre, une: Objet) -> str:
    """Return the buttons of a transaction: those that its state leaves open."""
    if une["status"] == "RUNNING":
        return bouton("changer", "Accepter", uuid=une["uuid"], etat="CAPTURED") + bouton(
            "changer", "Refuser", uuid=une["uuid"], etat="REFUSED"
        )
    if une["status"] != "PAID":
        return ""
    if une["operationType"] == "CREDIT":
        return bouton("changer", "Rejeter", uuid=une["uuid"], etat="REFUSED")
    return bouton("rembourser", "Rembourser", uuid=une["uuid"]) if registre.reste(une) else ""


def _notifications(registre: Registre) -> str:
    lignes = [
        (
            f"<code>{escape(envoi['commande'])}</code>",
            _ETATS.get(envoi["etat"], escape(envoi["etat"])),
            envoi["resultat"],
            bouton("renvoyer", "Renvoyer", uuid=envoi["uuid"]),
        )
        for envoi in registre.notifications[: -DERNIERS - 1 : -1]
    ]
    return tableau("Notifications", ("Commande", "État annoncé", "Réponse", "Actions"), lignes)


def _cartes() -> str:
    lignes = [
        (f"<code>{numero}</code>", marque, f"refusée ({refus})" if refus else "payée")
        for numero, (marque, refus) in CARTES.items()
    ]
    return tableau("Cartes d’essai", ("Numéro", "Marque", "Effet"), lignes)
