"""The French pages of the bench: panel, bank question, receipt. No script is needed."""

from html import escape

from telepaiement.banc.cartes import CARTES
from telepaiement.banc.controle import PANNES
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
from telepaiement.banc.registre import Objet, Registre
from telepaiement.banc.versements import solde

_ETATS = {
    "requires_payment_method": "attend une carte",
    "requires_confirmation": "à confirmer",
    "requires_action": "attend l’authentification",
    "processing": "en traitement",
    "succeeded": "payée",
    "canceled": "annulée",
    "attente": "en attente",
    "livree": "livré",
    "perdue": "perdu",
    "abandonnee": "abandonné",
}
_REMBOURSEMENTS = {"succeeded": "fait", "pending": "en cours", "failed": "rejeté"}


def _derniers(registre: Registre, genre: str) -> list[Objet]:
    return list(registre.tous(genre))[: -DERNIERS - 1 : -1]


def page_panneau(registre: Registre, question: dict[str, str]) -> str:
    """Return the panel; `question` may hold the error or the name of the act just done."""
    adresse = escape(registre.reglages.url_webhook or "aucune (lancez avec --webhook-url)")
    disponible = montant_affiche(solde(registre, "xpf"))
    parties = (
        annonce(question),
        "<p>Ce programme tient lieu de Stripe. Aucun argent ne circule.</p>"
        f"<p>Webhooks envoyés à\u202f: {adresse}. Solde\u202f: {disponible}.</p>",
        _pannes(registre),
        _intentions(registre),
        _remboursements(registre),
        _livraisons(registre),
        _lecteurs(registre),
        _versements(registre),
        _litiges(registre),
        _cartes(),
    )
    return page("Banc Stripe", "".join(parties))


def _pannes(registre: Registre) -> str:
    return (
        "<h2>Prochain webhook</h2><div class='boutons'>"
        + bouton("pannes", "Perdre le prochain", perdre=1)
        + bouton("pannes", "Retarder le prochain de 20 secondes", retarder=20)
        + bouton("pannes", "Dupliquer le prochain", dupliquer=1)
        + bouton("pannes", "Désordonner les deux prochains", desordonner=2)
        + "</div><h2>Prochain appel de l’API</h2><div class='boutons'>"
        + bouton("pannes", "Répondre par une panne (trois fois)", panne_api=3)
        + bouton("pannes", "Ne pas répondre", timeout=1)
        + bouton("pannes", "Laisser le paiement en traitement 20 secondes", traitement=20)
        + "</div>"
        + a_venir(PANNES, registre.pannes)
    )


def _intentions(registre: Registre) -> str:
    lignes = [
        (
            f"<code>{intention['id']}</code>",
            moment(intention["created"]),
            montant_affiche(intention["amount"], intention["currency"]),
            _ETATS[intention["status"]],
            escape(intention["description"] or ""),
            bouton("contester", "Contester", payment_intent=intention["id"])
            + bouton("rembourser", "Rembourser", payment_intent=intention["id"])
            if intention["status"] == "succeeded"
            else "",
        )
        for intention in _derniers(registre, "payment_intent")
    ]
    entetes = ("Intention", "Créée le", "Montant", "État", "Objet", "Actions")
    return tableau("Paiements", entetes, lignes)


def _remboursements(registre: Registre) -> str:
    lignes = [
        (
            f"<code>{remboursement['id']}</code>",
            f"<code>{remboursement['payment_intent']}</code>",
            moment(remboursement["created"]),
            montant_affiche(remboursement["amount"], remboursement["currency"]),
            _REMBOURSEMENTS[remboursement["status"]],
            ""
            if remboursement["status"] == "failed"
            else bouton("rejeter_remboursement", "Rejeter", refund=remboursement["id"]),
        )
        for remboursement in _derniers(registre, "refund")
    ]
    entetes = ("Remboursement", "Intention", "Créé le", "Montant", "État", "Actions")
    return tableau("Remboursements", entetes, lignes)


def _livraisons(registre: Registre) -> str:
    lignes = [
        (
            f"<code>{livraison['evenement']}</code>",
            escape(livraison["type"]),
            _ETATS[livraison["etat"]],
            ", ".join(escape(essai["resultat"]) for essai in livraison["essais"]),
            bouton("renvoyer", "Renvoyer", evenement=livraison["evenement"]),
        )
        for livraison in registre.livraisons[: -DERNIERS - 1 : -1]
    ]
    return tableau("Webhooks", ("Événement", "Type", "État", "Réponses", "Actions"), lignes)


def _lecteurs(registre: Registre) -> str:
    lignes = [
        (
            f"{escape(lecteur['label'])} <code>{lecteur['id']}</code>",
            "en ligne" if lecteur["status"] == "online" else "hors ligne",
            lecteur["action"]["status"] if lecteur["action"] else "au repos",
            bouton("presenter_carte", "Présenter une carte", lecteur=lecteur["id"])
            + bouton(
                "presenter_carte",
                "Présenter une carte refusée",
                lecteur=lecteur["id"],
                numero="4000000000000002",
            )
            + (
                bouton("brancher_lecteur", "Débrancher", lecteur=lecteur["id"], en_ligne=0)
                if lecteur["status"] == "online"
                else bouton("brancher_lecteur", "Rebrancher", lecteur=lecteur["id"], en_ligne=1)
            ),
        )
        for lecteur in _derniers(registre, "terminal.reader")
    ]
    entetes = ("Lecteur", "Réseau", "Action", "Actions")
    return tableau("Lecteurs de carte", entetes, lignes) + bouton(
        "enregistrer_lecteur", "Enregistrer un lecteur simulé"
    )


def _versements(registre: Registre) -> str:
    lignes = [
        (
            f"<code>{versement['id']}</code>",
            moment(versement["created"]),
            montant_affiche(versement["amount"], versement["currency"]),
            "rejeté"
            if versement["status"] == "failed"
            else bouton("rejeter_versement", "Rejeter", payout=versement["id"]),
        )
        for versement in _derniers(registre, "payout")
    ]
    entetes = ("Versement", "Créé le", "Montant", "Actions")
    return tableau("Versements", entetes, lignes) + (
        "<div class='boutons'>"
        + bouton("ajouter_mouvement", "Ajouter une retenue", nature="reserve_hold", montant=-900)
        + bouton("ajouter_mouvement", "Rendre la retenue", nature="reserve_release", montant=900)
        + bouton("ajouter_mouvement", "Ajouter un ajustement", nature="adjustment", montant=400)
        + bouton("verser", "Créer le versement")
        + "</div>"
    )


def _litiges(registre: Registre) -> str:
    lignes = [
        (
            f"<code>{litige['id']}</code>",
            montant_affiche(litige["amount"], litige["currency"]),
            {"won": "gagné", "lost": "perdu"}.get(litige["status"], "ouvert"),
            ""
            if litige["status"] in ("won", "lost")
            else bouton("clore_litige", "Gagner", dispute=litige["id"], issue="won")
            + bouton("clore_litige", "Perdre", dispute=litige["id"], issue="lost"),
        )
        for litige in _derniers(registre, "dispute")
    ]
    return tableau("Contestations", ("Litige", "Montant", "État", "Actions"), lignes)


def _cartes() -> str:
    lignes = [
        (f"<code>{carte.numero}</code>", escape(carte.libelle), f"<code>{carte.refus}</code>")
        for carte in CARTES
    ]
    return tableau("Cartes d’essai", ("Numéro", "Effet", "Motif de refus"), lignes)


def page_banque(intention: Objet) -> str:
    """Return the bank's question for an intent sent there by redirection."""
    secret = escape(intention["client_secret"])
    boutons = "".join(
        f'<button name="reponse" value="{valeur}">{libelle}</button>'
        for valeur, libelle in (("autoriser", "Autoriser"), ("refuser", "Refuser"))
    )
    return page(
        "Authentification de votre banque",
        f"<p>Autorisez-vous le paiement de "
        f"{montant_affiche(intention['amount'], intention['currency'])}\u202f?</p>"
        f'<form method="post" action="/3ds/{intention["id"]}">'
        f'<input type="hidden" name="secret" value="{secret}">{boutons}</form>',
    )


def page_recu(charge: Objet) -> str:
    """Return the receipt behind `receipt_url`."""
    details = charge["payment_method_details"]
    carte = details[details["type"]]
    return page(
        "Reçu d’essai",
        f"<p>{montant_affiche(charge['amount'], charge['currency'])}, le "
        f"{moment(charge['created'])} (heure de Nouméa), carte {escape(carte['brand'])} "
        f"se terminant par {carte['last4']}.</p><p>Aucun argent n’a circulé.</p>",
    )
