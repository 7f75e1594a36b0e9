"""The French pages of the bench: panel, bank question, receipt. No script is needed."""

import datetime
from collections.abc import Sequence
from html import escape

from telepaiement.banc.cartes import CARTES
from telepaiement.banc.controle import PANNES
from telepaiement.banc.registre import Objet, Registre
from telepaiement.banc.versements import solde

NOUMEA = datetime.timezone(datetime.timedelta(hours=11))
DERNIERS = 30
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


def montant_affiche(montant: int, devise: str = "xpf") -> str:
    """Return an amount as read in New Caledonia: `138 750 F CFP`."""
    unite = "F CFP" if devise == "xpf" else devise.upper()
    return f"{montant:,} {unite}".replace(",", "\u202f").replace(" ", "\u202f", 1)


def _moment(secondes: int) -> str:
    return datetime.datetime.fromtimestamp(secondes, NOUMEA).strftime("%d/%m/%Y %H:%M:%S")


def _page(titre: str, corps: str) -> str:
    return (
        '<!doctype html><html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{titre}</title><link rel="stylesheet" href="/panneau.css"></head>'
        f"<body><main><h1>{titre}</h1>{corps}</main></body></html>"
    )


def _bouton(controle: str, libelle: str, /, **champs: object) -> str:
    caches = "".join(
        f'<input type="hidden" name="{nom}" value="{escape(str(valeur))}">'
        for nom, valeur in champs.items()
    )
    return (
        f'<form method="post" action="/_controle/{controle}">{caches}'
        f"<button>{escape(libelle)}</button></form>"
    )


def _tableau(titre: str, entetes: tuple[str, ...], lignes: Sequence[tuple[str, ...]]) -> str:
    """Return a captioned table; cells are HTML, already escaped."""
    if not lignes:
        return f"<h2>{titre}</h2><p>Rien pour l’instant.</p>"
    tete = "".join(f'<th scope="col">{entete}</th>' for entete in entetes)
    corps = "".join(
        "<tr>" + "".join(f"<td>{cellule}</td>" for cellule in ligne) + "</tr>" for ligne in lignes
    )
    return f"<h2>{titre}</h2><table><thead><tr>{tete}</tr></thead><tbody>{corps}</tbody></table>"


def _derniers(registre: Registre, genre: str) -> list[Objet]:
    return list(registre.tous(genre))[: -DERNIERS - 1 : -1]


def page_panneau(registre: Registre, question: dict[str, str]) -> str:
    """Return the panel; `question` may hold the error or the name of the act just done."""
    message = ""
    if "erreur" in question:
        message = f'<p role="alert" class="erreur">{escape(question["erreur"])}</p>'
    elif "fait" in question:
        message = '<p role="status">C’est fait.</p>'
    adresse = escape(registre.reglages.url_webhook or "aucune (lancez avec --webhook-url)")
    disponible = montant_affiche(solde(registre, "xpf"))
    parties = (
        message,
        "<p>Ce programme tient lieu de Stripe. Aucun argent ne circule.</p>"
        f"<p>Webhooks envoyés à\u202f: {adresse}. Solde\u202f: {disponible}.</p>",
        _pannes(registre),
        _intentions(registre),
        _livraisons(registre),
        _lecteurs(registre),
        _versements(registre),
        _litiges(registre),
        _cartes(),
    )
    return _page("Banc Stripe", "".join(parties))


def _pannes(registre: Registre) -> str:
    en_cours = [
        f"<li>{escape(PANNES[nom])}\u202f: {valeur:g}</li>"
        for nom, valeur in registre.pannes.items()
        if valeur
    ]
    return (
        "<h2>Prochain webhook</h2><div class='boutons'>"
        + _bouton("pannes", "Perdre le prochain", perdre=1)
        + _bouton("pannes", "Retarder le prochain de 20 secondes", retarder=20)
        + _bouton("pannes", "Dupliquer le prochain", dupliquer=1)
        + _bouton("pannes", "Désordonner les deux prochains", desordonner=2)
        + "</div><h2>Prochain appel de l’API</h2><div class='boutons'>"
        + _bouton("pannes", "Répondre par une panne (trois fois)", panne_api=3)
        + _bouton("pannes", "Ne pas répondre", timeout=1)
        + _bouton("pannes", "Laisser le paiement en traitement 20 secondes", traitement=20)
        + "</div>"
        + (f"<p>Pannes à venir\u202f:</p><ul>{''.join(en_cours)}</ul>" if en_cours else "")
    )


def _intentions(registre: Registre) -> str:
    lignes = [
        (
            f"<code>{intention['id']}</code>",
            _moment(intention["created"]),
            montant_affiche(intention["amount"], intention["currency"]),
            _ETATS[intention["status"]],
            escape(intention["description"] or ""),
            _bouton("contester", "Contester", payment_intent=intention["id"])
            + _bouton("rembourser", "Rembourser", payment_intent=intention["id"])
            if intention["status"] == "succeeded"
            else "",
        )
        for intention in _derniers(registre, "payment_intent")
    ]
    entetes = ("Intention", "Créée le", "Montant", "État", "Objet", "Actions")
    return _tableau("Paiements", entetes, lignes)


def _livraisons(registre: Registre) -> str:
    lignes = [
        (
            f"<code>{livraison['evenement']}</code>",
            escape(livraison["type"]),
            _ETATS[livraison["etat"]],
            ", ".join(escape(essai["resultat"]) for essai in livraison["essais"]),
            _bouton("renvoyer", "Renvoyer", evenement=livraison["evenement"]),
        )
        for livraison in registre.livraisons[: -DERNIERS - 1 : -1]
    ]
    return _tableau("Webhooks", ("Événement", "Type", "État", "Réponses", "Actions"), lignes)


def _lecteurs(registre: Registre) -> str:
    lignes = [
        (
            escape(lecteur["label"]),
            "en ligne" if lecteur["status"] == "online" else "hors ligne",
            lecteur["action"]["status"] if lecteur["action"] else "au repos",
            _bouton("presenter_carte", "Présenter une carte", lecteur=lecteur["id"])
            + _bouton(
                "presenter_carte",
                "Présenter une carte refusée",
                lecteur=lecteur["id"],
                numero="4000000000000002",
            )
            + (
                _bouton("brancher_lecteur", "Débrancher", lecteur=lecteur["id"], en_ligne=0)
                if lecteur["status"] == "online"
                else _bouton("brancher_lecteur", "Rebrancher", lecteur=lecteur["id"], en_ligne=1)
            ),
        )
        for lecteur in _derniers(registre, "terminal.reader")
    ]
    return _tableau("Lecteurs de carte", ("Lecteur", "Réseau", "Action", "Actions"), lignes)


def _versements(registre: Registre) -> str:
    lignes = [
        (
            f"<code>{versement['id']}</code>",
            _moment(versement["created"]),
            montant_affiche(versement["amount"], versement["currency"]),
            "rejeté"
            if versement["status"] == "failed"
            else _bouton("rejeter_versement", "Rejeter", payout=versement["id"]),
        )
        for versement in _derniers(registre, "payout")
    ]
    bouton = _bouton("verser", "Créer le versement")
    return _tableau("Versements", ("Versement", "Créé le", "Montant", "Actions"), lignes) + bouton


def _litiges(registre: Registre) -> str:
    lignes = [
        (
            f"<code>{litige['id']}</code>",
            montant_affiche(litige["amount"], litige["currency"]),
            {"won": "gagné", "lost": "perdu"}.get(litige["status"], "ouvert"),
            ""
            if litige["status"] in ("won", "lost")
            else _bouton("clore_litige", "Gagner", dispute=litige["id"], issue="won")
            + _bouton("clore_litige", "Perdre", dispute=litige["id"], issue="lost"),
        )
        for litige in _derniers(registre, "dispute")
    ]
    return _tableau("Contestations", ("Litige", "Montant", "État", "Actions"), lignes)


def _cartes() -> str:
    lignes = [
        (f"<code>{carte.numero}</code>", escape(carte.libelle), f"<code>{carte.refus}</code>")
        for carte in CARTES
    ]
    return _tableau("Cartes d’essai", ("Numéro", "Effet", "Motif de refus"), lignes)


def page_banque(intention: Objet) -> str:
    """Return the bank's question for an intent sent there by redirection."""
    secret = escape(intention["client_secret"])
    boutons = "".join(
        f'<button name="reponse" value="{valeur}">{libelle}</button>'
        for valeur, libelle in (("autoriser", "Autoriser"), ("refuser", "Refuser"))
    )
    return _page(
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
    return _page(
        "Reçu d’essai",
        f"<p>{montant_affiche(charge['amount'], charge['currency'])}, le "
        f"{_moment(charge['created'])} (heure de Nouméa), carte {escape(carte['brand'])} "
        f"se terminant par {carte['last4']}.</p><p>Aucun argent n’a circulé.</p>",
    )
