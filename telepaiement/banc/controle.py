"""Controls of the bench, which Stripe does not have: faults, and what the outside world does.

Each takes the fields of a JSON object (or of a form of the panel) and returns an object. Messages
are in French: a person at the panel reads them.
"""

import datetime
from collections.abc import Callable
from typing import Any

from telepaiement.banc import intentions, lecteurs, litiges, remboursements, versements
from telepaiement.banc.appel import Appel
from telepaiement.banc.cartes import CARTES
from telepaiement.banc.confirmation import authentifier
from telepaiement.banc.debits import mouvement
from telepaiement.banc.erreurs import ErreurStripe
from telepaiement.banc.evenements import livrer_dans
from telepaiement.banc.registre import Objet, Registre

Controle = Callable[[Registre, Objet], Objet]
# What each fault counts: events, API calls, or seconds for the next one.
PANNES = {
    "perdre": "événements dont le webhook ne partira jamais",
    "dupliquer": "événements dont le webhook partira deux fois",
    "desordonner": "événements dont les webhooks partiront dans l’ordre inverse",
    "retarder": "secondes de retard pour le prochain webhook",
    "panne_api": "appels de l’API auxquels répondre par une erreur 500, sans rien faire",
    "timeout": "appels de l’API à exécuter sans jamais répondre",
    "lenteur": "secondes d’attente avant le prochain appel de l’API",
    "traitement": "secondes à passer dans l’état «\u202fprocessing\u202f» au prochain paiement",
}
NOMBRE_MAXIMAL = 100_000_000
PAYEUR = {"name": "Camille Essai", "email": "camille.essai@mail.example"}
_VRAIS, _FAUX = (True, 1, "true", "1", "oui"), (False, 0, "false", "0", "non")


def _texte(donnees: Objet, nom: str) -> str:
    valeur = donnees.get(nom)
    if not isinstance(valeur, str) or not valeur:
        raise ErreurStripe(f"Il manque «\u202f{nom}\u202f».", parametre=nom)
    return valeur


def _nombre(donnees: Objet, nom: str, *, minimum: int = 0) -> float:
    try:
        valeur = float(donnees[nom])
    except (KeyError, TypeError, ValueError):
        valeur = minimum - 1.0
    if not minimum <= valeur <= NOMBRE_MAXIMAL:
        signe = "" if minimum else " positif"
        raise ErreurStripe(f"«\u202f{nom}\u202f» doit être un nombre{signe}.", parametre=nom)
    return valeur


def _booleen(donnees: Objet, nom: str) -> bool:
    valeur: Any = donnees.get(nom)
    if valeur not in _VRAIS + _FAUX:
        raise ErreurStripe(f"«\u202f{nom}\u202f» doit être vrai ou faux.", parametre=nom)
    return valeur in _VRAIS


def _intention(registre: Registre, donnees: Objet) -> Objet:
    return registre.lire("payment_intent", _texte(donnees, "payment_intent"), "payment_intent")


def regler_pannes(registre: Registre, donnees: Objet) -> Objet:
    """Set the faults to come; 0 removes one. Returns those that are set."""
    inconnues = set(donnees) - set(PANNES)
    if inconnues:
        message = f"Panne inconnue\u202f: {', '.join(sorted(inconnues))}. "
        raise ErreurStripe(message + f"Les pannes sont\u202f: {', '.join(PANNES)}.")
    registre.pannes |= {nom: _nombre(donnees, nom) for nom in donnees}
    return {"pannes": {nom: valeur for nom, valeur in registre.pannes.items() if valeur}}


def confirmer(registre: Registre, donnees: Objet) -> Objet:
    """Confirm an intent with a card number, as the payer's browser would.

    `authentifier` answers the bank's question at once; without it, the intent stays in
    `requires_action`.
    """
    intention = _intention(registre, donnees)
    annee = datetime.datetime.now(datetime.UTC).year + 3
    carte = {
        "number": str(donnees.get("numero", "4242424242424242")),
        "exp_month": int(_nombre({"mois": 12} | donnees, "mois")),
        "exp_year": int(_nombre({"annee": annee} | donnees, "annee")),
    }
    if "code" in donnees:
        carte["cvc"] = str(donnees["code"])
    parametres = {
        "client_secret": intention["client_secret"],
        "payment_method_data": {"type": "card", "card": carte, "billing_details": PAYEUR},
        "return_url": donnees.get("return_url", f"{registre.reglages.adresse}/panneau"),
        "use_stripe_sdk": True,
    }
    appel = Appel(registre=registre, parametres=parametres, cle=intention["id"], publique=True)
    intentions.confirmer(appel)
    if intention["status"] == "requires_action" and "authentifier" in donnees:
        authentifier(registre, intention, acceptee=_booleen(donnees, "authentifier"))
    return intention


def repondre_banque(registre: Registre, donnees: Objet) -> Objet:
    """Answer the authentication of an intent: `acceptee` or not."""
    return authentifier(
        registre, _intention(registre, donnees), acceptee=_booleen(donnees, "acceptee")
    )


def verser(registre: Registre, donnees: Objet) -> Objet:
    """Make the automatic payout of all that is available, or a debit of what is below zero.

    In another `devise`, all is settled in it first, at `taux` francs each unit.
    """
    devise = donnees.get("devise", "xpf")
    if devise != "xpf":
        versements.changer(registre, devise, _nombre(donnees, "taux"))
    return versements.verser(registre, devise, est_debit=donnees.get("est_debit") is True)


def rejeter_versement(registre: Registre, donnees: Objet) -> Objet:
    """Make a paid payout fail, as a closed bank account would."""
    return versements.echouer(registre, registre.lire("payout", _texte(donnees, "payout")))


def contester(registre: Registre, donnees: Objet) -> Objet:
    """Open a dispute on the charge of an intent."""
    charge = _intention(registre, donnees)["latest_charge"] or ""
    return litiges.contester(registre, charge, donnees.get("motif", "fraudulent"))


def clore_litige(registre: Registre, donnees: Objet) -> Objet:
    """Close a dispute: `issue` is `won` or `lost`."""
    litige = registre.lire("dispute", _texte(donnees, "dispute"), "dispute")
    return litiges.clore(registre, litige, _texte(donnees, "issue"))


def rembourser(registre: Registre, donnees: Objet) -> Objet:
    """Refund from the dashboard: the shop learns of it by the webhook alone."""
    parametres: Objet = {"payment_intent": _texte(donnees, "payment_intent")}
    if donnees.get("montant"):
        parametres["amount"] = int(_nombre(donnees, "montant"))
    return remboursements.creer(Appel(registre=registre, parametres=parametres))


def rejeter_remboursement(registre: Registre, donnees: Objet) -> Objet:
    """Make a refund fail afterwards."""
    return remboursements.echouer(registre, registre.lire("refund", _texte(donnees, "refund")))


def finir_remboursement(registre: Registre, donnees: Objet) -> Objet:
    """Bring at once the late outcome of a refund."""
    cle = _texte(donnees, "refund")
    remboursements.finir_remboursement(registre, cle)
    return registre.lire("refund", cle)


def presenter_carte(registre: Registre, donnees: Objet) -> Objet:
    """Present a card on a reader that waits for one."""
    numero = donnees.get("numero") or "4242424242424242"
    carte = next((une for une in CARTES if une.numero == numero), None)
    if carte is None:
        message = "Cette carte n’est pas une carte d’essai."
        raise ErreurStripe(message, parametre="numero")
    lecteur = registre.lire("terminal.reader", _texte(donnees, "lecteur"), "lecteur")
    return lecteurs.presenter_carte(registre, lecteur, carte)


def enregistrer_lecteur(registre: Registre, donnees: Objet) -> Objet:
    """Register a simulated reader, named `libelle`, in a place of its own."""
    adresse = {"line1": "1 rue Fictive", "city": "Nouméa", "country": "FR"}
    lieu = {"display_name": "Centre administratif", "address": adresse}
    parametres = {
        "registration_code": "simulated-wpe",
        "location": lecteurs.creer_lieu(Appel(registre=registre, parametres=lieu))["id"],
        "label": donnees.get("libelle") or "Lecteur simulé",
    }
    return lecteurs.creer(Appel(registre=registre, parametres=parametres))


def brancher_lecteur(registre: Registre, donnees: Objet) -> Objet:
    """Put a reader online or offline."""
    lecteur = registre.lire("terminal.reader", _texte(donnees, "lecteur"), "lecteur")
    return lecteurs.brancher(lecteur, en_ligne=_booleen(donnees, "en_ligne"))


def renvoyer(registre: Registre, donnees: Objet) -> Objet:
    """Send the webhook of an event again."""
    evenement = registre.lire("event", _texte(donnees, "evenement"), "evenement")
    if not registre.reglages.url_webhook:
        raise ErreurStripe("Aucune adresse de webhook\u202f: lancez le banc avec --webhook-url.")
    return livrer_dans(registre, evenement, 0)


def prelever_frais(registre: Registre, donnees: Objet) -> Objet:
    """Take a fee that no payment carries, as Stripe does for a failed one."""
    montant = int(_nombre(donnees, "montant"))
    source = {"currency": "xpf", "description": "Frais sans paiement"}
    return mouvement(registre, "stripe_fee", source, -montant)


def ajouter_mouvement(registre: Registre, donnees: Objet) -> Objet:
    """Add to the next payout a movement of a type of one's choice, known to the shop or not."""
    source = {"currency": "xpf", "description": "Mouvement ajouté au banc"}
    montant = int(_nombre(donnees, "montant", minimum=-NOMBRE_MAXIMAL))
    return mouvement(registre, _texte(donnees, "nature"), source, montant)


def fausser_versement(registre: Registre, donnees: Objet) -> Objet:
    """Make a payout differ from its movements, as an error of the provider would."""
    versement = registre.lire("payout", _texte(donnees, "payout"))
    versement["amount"] = int(_nombre(donnees, "montant"))
    return versement


def oublier(registre: Registre, _: Objet) -> Objet:
    """Forget every object, delivery and fault: a bench as just started."""
    for objets in registre.objets.values():
        objets.clear()
    registre.livraisons.clear()
    registre.taches.clear()
    registre.reponses.clear()
    registre.pannes.clear()
    return {"oublie": True}


def etat(registre: Registre) -> Objet:
    """Return all that the bench remembers: objects, deliveries, faults to come."""
    return {
        "objets": {genre: list(objets.values()) for genre, objets in registre.objets.items()},
        "livraisons": registre.livraisons,
        "taches": registre.taches,
        "pannes": registre.pannes,
    }


CONTROLES: dict[str, Controle] = {
    "pannes": regler_pannes,
    "confirmer": confirmer,
    "authentifier": repondre_banque,
    "verser": verser,
    "rejeter_versement": rejeter_versement,
    "contester": contester,
    "clore_litige": clore_litige,
    "rembourser": rembourser,
    "rejeter_remboursement": rejeter_remboursement,
    "finir_remboursement": finir_remboursement,
    "presenter_carte": presenter_carte,
    "enregistrer_lecteur": enregistrer_lecteur,
    "brancher_lecteur": brancher_lecteur,
    "renvoyer": renvoyer,
    "prelever_frais": prelever_frais,
    "ajouter_mouvement": ajouter_mouvement,
    "fausser_versement": fausser_versement,
    "oublier": oublier,
}
