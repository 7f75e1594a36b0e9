"""Controls of the bench: faults, and what the outside world does."""

import time
from collections.abc import Callable

from telepaiement.banc_lyra import api, paiement
from telepaiement.banc_lyra.panneau import PANNES
from telepaiement.banc_lyra.registre import Objet, Refus, Registre


def _formulaire(registre: Registre, donnees: Objet) -> Objet:
    return {"commande": paiement.recevoir(registre, donnees)}


def _presenter(registre: Registre, donnees: Objet) -> Objet:
    return paiement.payer(
        registre, donnees["commande"], donnees["numero"], en_cours=bool(donnees.get("en_cours"))
    )


def _pannes(registre: Registre, donnees: Objet) -> Objet:
    """Set the faults to come; 0 removes one."""
    if inconnues := set(donnees) - set(PANNES):
        raise Refus("INT_009", f"panne inconnue : {', '.join(sorted(inconnues))}")
    registre.pannes |= {nom: int(valeur) for nom, valeur in donnees.items()}
    return dict(registre.pannes)


def _changer(registre: Registre, donnees: Objet) -> Objet:
    """Bring a transaction to another state, as the bank does later."""
    une = registre.lire(donnees["uuid"])
    paye = donnees["etat"] in ("CAPTURED", "AUTHORISED")
    une |= {"detailedStatus": donnees["etat"], "status": "PAID" if paye else "UNPAID"}
    paiement.notifier(registre, une)
    return une


def _rembourser(registre: Registre, donnees: Objet) -> Objet:
    """Credit from the back office, all that is left by default: the notification alone tells it."""
    debit = registre.lire(donnees["uuid"])
    tout = {"amount": registre.reste(debit), "currency": debit["currency"]}
    credit = api.rembourser(registre, tout | donnees)
    paiement.notifier(registre, credit)
    return credit


def _notification(registre: Registre, donnees: Objet) -> Objet:
    une = registre.lire(donnees["uuid"])
    return {"corps": paiement.notification(registre, une), "le": time.time()}


def _renvoyer(registre: Registre, donnees: Objet) -> Objet:
    """Send the notification of a transaction again, as it now stands."""
    return paiement.envoyer(registre, registre.lire(donnees["uuid"]))


def _remettre(registre: Registre, donnees: Objet) -> Objet:
    """Hand what was authorised to the bank, as it does each evening."""
    remises = [
        un
        for un in registre.transactions
        if un["operationType"] == "DEBIT" and un["detailedStatus"] == "AUTHORISED"
    ]
    for un in remises:
        un |= {"detailedStatus": "CAPTURED"}
        paiement.notifier(registre, un)
    return {"remises": len(remises)}


def _oublier(registre: Registre, donnees: Objet) -> Objet:
    """Begin another day: the numbers of transactions may serve again."""
    registre.transactions_du_jour.clear()
    return {"fait": True}


CONTROLES: dict[str, Callable[[Registre, Objet], Objet]] = {
    "oublier": _oublier,
    "formulaire": _formulaire,
    "payer": _presenter,
    "pannes": _pannes,
    "changer": _changer,
    "rembourser": _rembourser,
    "notification": _notification,
    "renvoyer": _renvoyer,
    "remettre": _remettre,
}
