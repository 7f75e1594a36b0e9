"""Events: what happened, as a snapshot, and the webhook deliveries that follow."""

from telepaiement.banc.appel import Appel
from telepaiement.banc.listes import lister, publier
from telepaiement.banc.parametres import PAGINATION, booleen, liste, texte
from telepaiement.banc.registre import Objet, Registre, identifiant, maintenant

VERSION_API = "2026-10-28.endive"
# Gap between two deliveries that the control « désordonner » sends in reverse order, in seconds.
ECART_DESORDRE = 0.3
PARAMETRES_LISTE = PAGINATION | {
    "type": texte,
    "types": liste(texte),
    "delivery_success": booleen,
}


def emettre(registre: Registre, nature: str, objet: Objet) -> Objet:
    """Record the event `nature` about `objet` and plan its deliveries; return the event."""
    evenement = registre.creer(
        "event",
        type=nature,
        api_version=VERSION_API,
        data={"object": publier(objet)},
        pending_webhooks=0,
        request=dict(registre.requete),
    )
    if registre.reglages.url_webhook:
        _planifier_livraisons(registre, evenement)
    return evenement


def _planifier_livraisons(registre: Registre, evenement: Objet) -> None:
    delai = registre.reglages.delai_webhook
    if registre.pannes.get("retarder", 0):
        delai += registre.pannes.pop("retarder")
    delai += ECART_DESORDRE * registre.consommer("desordonner")
    copies = 2 if registre.consommer("dupliquer") else 1
    perdue = registre.consommer("perdre") > 0
    evenement["pending_webhooks"] = 1
    for _ in range(copies):
        livrer_dans(registre, evenement, delai, perdue=perdue)


def livrer_dans(
    registre: Registre, evenement: Objet, delai: float, *, perdue: bool = False
) -> Objet:
    """Plan one delivery of the event in `delai` seconds, or note that it is lost; return it."""
    livraison: Objet = {
        "id": identifiant("liv"),
        "evenement": evenement["id"],
        "type": evenement["type"],
        "etat": "perdue" if perdue else "attente",
        "essais": [],
        "creee_le": maintenant(),
    }
    registre.livraisons.append(livraison)
    if not perdue:
        registre.planifier("livrer", livraison["id"], delai)
    return livraison


def lire(appel: Appel) -> Objet:
    """GET /v1/events/{id}."""
    return appel.registre.lire("event", appel.cle)


def enumerer(appel: Appel) -> Objet:
    """GET /v1/events, by `type` or `types`, by `delivery_success`."""
    registre, parametres = appel.registre, appel.parametres
    voulus = parametres.get("types", [])
    if "type" in parametres:
        voulus = [parametres["type"]]
    evenements = [
        evenement
        for evenement in registre.tous("event")
        if not voulus or any(_correspond(evenement["type"], motif) for motif in voulus)
    ]
    if "delivery_success" in parametres:
        manques = {livraison["evenement"] for livraison in registre.livraisons}
        manques -= {
            livraison["evenement"]
            for livraison in registre.livraisons
            if livraison["etat"] == "livree"
        }
        attendu = parametres["delivery_success"]
        evenements = [un for un in evenements if (un["id"] not in manques) == attendu]
    return lister(evenements, "/v1/events", parametres)


def _correspond(nature: str, motif: str) -> bool:
    """Tell whether `nature` is `motif`, which may end in `.*`."""
    return nature == motif or (motif.endswith(".*") and nature.startswith(motif[:-1]))
