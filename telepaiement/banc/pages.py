"""What the bench serves beside the API: script, health, panel, controls, bank page, receipt."""

import json
from urllib.parse import parse_qsl, urlencode

from telepaiement.banc.api import Reponse, Requete, en_json
from telepaiement.banc.confirmation import authentifier
from telepaiement.banc.controle import CONTROLES, etat
from telepaiement.banc.erreurs import ErreurStripe, introuvable
from telepaiement.banc.listes import publier
from telepaiement.banc.panneau import page_banque, page_panneau, page_recu
from telepaiement.banc.panneaux import ENTETES, STATIQUE, est_d_ailleurs
from telepaiement.banc.registre import Objet, Registre

_FICHIERS = {
    "/v3": ("stripe.js", "text/javascript; charset=utf-8"),
    "/v3/": ("stripe.js", "text/javascript; charset=utf-8"),
    "/js/v3/": ("stripe.js", "text/javascript; charset=utf-8"),
    "/v3/style.css": ("element.css", "text/css; charset=utf-8"),
    "/panneau.css": ("panneau.css", "text/css; charset=utf-8"),
}


def _html(contenu: str) -> Reponse:
    return Reponse(
        statut=200,
        corps=contenu.encode(),
        nature="text/html; charset=utf-8",
        entetes=ENTETES,
    )


def _rediriger(adresse: str) -> Reponse:
    return Reponse(statut=303, corps=b"", entetes={"Location": adresse})


def repondre_hors_api(registre: Registre, requete: Requete) -> Reponse:
    """Answer a call outside /v1; raise `ErreurStripe` when it is wrong."""
    if requete.chemin.startswith("/_controle/"):
        return _controler(registre, requete)
    if requete.chemin.startswith("/3ds/"):
        return _banque(registre, requete, requete.chemin.removeprefix("/3ds/"))
    if requete.methode != "GET":
        raise ErreurStripe("Méthode refusée.", statut=405)
    return _servir(registre, requete)


def _servir(registre: Registre, requete: Requete) -> Reponse:
    if requete.chemin in _FICHIERS:
        nom, nature = _FICHIERS[requete.chemin]
        return Reponse(statut=200, corps=(STATIQUE / nom).read_bytes(), nature=nature)
    if requete.chemin == "/sante":
        return en_json({"etat": "vivant"})
    if requete.chemin == "/":
        return _rediriger("/panneau")
    with registre.verrou:
        if requete.chemin == "/panneau":
            return _html(page_panneau(registre, dict(parse_qsl(requete.question))))
        if requete.chemin.startswith("/recus/"):
            charge = registre.lire("charge", requete.chemin.removeprefix("/recus/"))
            return _html(page_recu(charge))
    raise introuvable("page", requete.chemin)


def _donnees(requete: Requete) -> Objet:
    """Return the fields of a JSON object or of a form."""
    try:
        texte = requete.corps.decode()
        if "json" not in requete.entetes.get("content-type", ""):
            return dict(parse_qsl(texte))
        donnees = json.loads(texte or "{}")
    except ValueError:
        donnees = None
    if not isinstance(donnees, dict):
        raise ErreurStripe("Le corps doit être un objet JSON.")
    return donnees


def _controler(registre: Registre, requete: Requete) -> Reponse:
    _verifier_origine(requete)
    nom = requete.chemin.removeprefix("/_controle/")
    with registre.verrou:
        if nom == "etat" and requete.methode == "GET":
            return en_json(publier(etat(registre)))
        if nom not in CONTROLES or requete.methode != "POST":
            message = f"Contrôle inconnu. Les contrôles sont : {', '.join(CONTROLES)}."
            raise ErreurStripe(message, statut=404)
        du_panneau = "form" in requete.entetes.get("content-type", "")
        try:
            objet = CONTROLES[nom](registre, _donnees(requete))
        except ErreurStripe as erreur:
            registre.enregistrer()
            if du_panneau:
                return _rediriger("/panneau?" + urlencode({"erreur": str(erreur)}))
            raise
        registre.enregistrer()
    return _rediriger(f"/panneau?fait={nom}") if du_panneau else en_json(publier(objet))


def _verifier_origine(requete: Requete) -> None:
    """Refuse a control that a page of another site would send."""
    if est_d_ailleurs(requete.entetes.get("origin"), requete.entetes.get("host")):
        raise ErreurStripe("Les contrôles ne s’appellent pas depuis une autre page.", statut=403)


def _banque(registre: Registre, requete: Requete, cle: str) -> Reponse:
    """Show the bank's question (GET), apply its answer (POST), go back to the shop."""
    with registre.verrou:
        intention = registre.lire("payment_intent", cle)
        donnees = dict(parse_qsl(requete.question)) if requete.methode == "GET" else {}
        donnees = donnees or _donnees(requete)
        if donnees.get("secret") != intention["client_secret"]:
            raise introuvable("payment_intent", cle)
        if requete.methode == "GET":
            return _html(page_banque(intention))
        action = intention["next_action"] or {}
        issue = _appliquer_reponse(registre, intention, donnees)
        registre.enregistrer()
    retour = action.get("redirect_to_url", {}).get("return_url")
    if not retour:
        return en_json({"redirect_status": issue}, Access_Control_Allow_Origin="*")
    suite = {
        "payment_intent": cle,
        "payment_intent_client_secret": intention["client_secret"],
        "redirect_status": issue,
    }
    return _rediriger(f"{retour}{'&' if '?' in retour else '?'}{urlencode(suite)}")


def _appliquer_reponse(registre: Registre, intention: Objet, donnees: Objet) -> str:
    """Apply the payer's answer; return Stripe's `redirect_status`."""
    try:
        authentifier(registre, intention, acceptee=donnees.get("reponse") == "autoriser")
    except ErreurStripe:
        return "failed"
    return "succeeded" if intention["status"] in ("succeeded", "processing") else "failed"
