"""One call to the API: key, faults asked for, idempotency, then the handler."""

import base64
import binascii
import dataclasses
import hashlib
import hmac
import json
import time
from collections.abc import Mapping

from telepaiement.banc.appel import Appel
from telepaiement.banc.erreurs import ErreurStripe
from telepaiement.banc.evenements import VERSION_API
from telepaiement.banc.listes import developper
from telepaiement.banc.parametres import analyser, valider
from telepaiement.banc.registre import Objet, Registre, identifiant, maintenant
from telepaiement.banc.routes import Route, trouver

DUREE_CLES = 86_400
CONFLIT = 409


class SansReponse(Exception):
    """The call was carried out and its answer must get lost (control « timeout »)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Requete:
    """One HTTP request; header names are in lower case."""

    methode: str
    chemin: str
    question: str
    corps: bytes
    entetes: Mapping[str, str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reponse:
    """One HTTP answer."""

    statut: int
    corps: bytes
    nature: str = "application/json"
    entetes: Mapping[str, str] = dataclasses.field(default_factory=dict)


def en_json(contenu: Objet, statut: int = 200, **entetes: str) -> Reponse:
    """Return `contenu` as a JSON answer; underscores of header names become hyphens."""
    corps = json.dumps(contenu, ensure_ascii=False, indent=2).encode()
    noms = {nom.replace("_", "-"): valeur for nom, valeur in entetes.items()}
    return Reponse(statut=statut, corps=corps, entetes=noms)


def est_publique(registre: Registre, requete: Requete) -> bool:
    """Tell whether the publishable key was given (else the secret one); raise 401 for another."""
    cle = _cle_donnee(requete.entetes.get("authorization", ""))
    if not cle:
        raise ErreurStripe(
            "You did not provide an API key. You need to provide your API key in the Authorization "
            "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            statut=401,
        )
    if hmac.compare_digest(cle.encode(), registre.reglages.cle_secrete.encode()):
        return False
    if hmac.compare_digest(cle.encode(), registre.reglages.cle_publique.encode()):
        return True
    raise ErreurStripe(f"Invalid API Key provided: {cle[:8]}****{cle[-4:]}", statut=401)


def _cle_donnee(autorisation: str) -> str:
    schema, _, valeur = autorisation.partition(" ")
    if schema.lower() == "bearer":
        return valeur.strip()
    if schema.lower() == "basic":
        try:
            return base64.b64decode(valeur, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def repondre(registre: Registre, requete: Requete) -> Reponse:
    """Answer one call under /v1; raise `SansReponse` when the answer must get lost."""
    numero = identifiant("req")
    communs = {"Request_Id": numero, "Stripe_Version": _version(requete)}
    cle = requete.entetes.get("idempotency-key", "") if requete.methode == "POST" else ""
    if cle:
        communs["Idempotency_Key"] = cle
    try:
        publique = est_publique(registre, requete)
        if not publique:
            _subir_panne(registre)
        reponse = _avec_cle(registre, requete, cle, publique, communs)
    except ErreurStripe as erreur:
        return en_json(erreur.enveloppe(), erreur.statut, **communs)
    with registre.verrou:
        if not publique and registre.consommer("timeout"):
            raise SansReponse
    return reponse


def _version(requete: Requete) -> str:
    return requete.entetes.get("stripe-version", VERSION_API)


def _subir_panne(registre: Registre) -> None:
    with registre.verrou:
        en_panne = registre.consommer("panne_api") > 0
    if en_panne:
        message = "An unknown error occurred (panne demandée au banc)."
        raise ErreurStripe(message, statut=500, nature="api_error")


def _avec_cle(
    registre: Registre, requete: Requete, cle: str, publique: bool, communs: dict[str, str]
) -> Reponse:
    """Carry out the call, or replay the answer that the idempotency key remembers."""
    empreinte = _empreinte(requete)
    with registre.verrou:
        connue = _reponse_connue(registre, cle, empreinte)
        if connue is not None:
            rejeu = {"Idempotent_Replayed": "true", "Original_Request": connue["requete"]}
            return en_json(connue["corps"], connue["statut"], **communs, **rejeu)
        registre.cles_en_cours.add(cle)
        lenteur = 0.0 if publique else registre.pannes.pop("lenteur", 0)
    try:
        time.sleep(lenteur)
        with registre.verrou:
            registre.requete = {"id": communs["Request_Id"], "idempotency_key": cle or None}
            statut, corps, memorisable = _executer(registre, requete, publique)
            if cle and memorisable:
                registre.reponses[cle] = {
                    "empreinte": empreinte,
                    "statut": statut,
                    "corps": corps,
                    "requete": communs["Request_Id"],
                    "le": maintenant(),
                }
            registre.requete = {"id": None, "idempotency_key": None}
            if requete.methode == "POST":
                registre.enregistrer()
    finally:
        with registre.verrou:
            registre.cles_en_cours.discard(cle)
    return en_json(corps, statut, **communs)


def _empreinte(requete: Requete) -> str:
    contenu = f"{requete.methode} {requete.chemin}\n".encode() + requete.corps
    return hashlib.sha256(contenu).hexdigest()


def _reponse_connue(registre: Registre, cle: str, empreinte: str) -> Objet | None:
    if not cle:
        return None
    if cle in registre.cles_en_cours:
        raise ErreurStripe(
            f"There is currently another in-progress request using this Idempotent Key: {cle}.",
            statut=CONFLIT,
            nature="idempotency_error",
            code="idempotency_key_in_use",
        )
    connue = registre.reponses.get(cle)
    if connue is None or connue["le"] < maintenant() - DUREE_CLES:
        return None
    if connue["empreinte"] != empreinte:
        raise ErreurStripe(
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{cle}' if you meant to execute a "
            "different request.",
            nature="idempotency_error",
        )
    return connue


def _executer(registre: Registre, requete: Requete, publique: bool) -> tuple[int, Objet, bool]:
    """Return status, body, and whether an idempotency key keeps them.

    Stripe keeps every outcome of a call that began, and nothing of what validation or a conflict
    refused before.
    """
    commencee = False
    try:
        route, cle = _route(requete, publique)
        texte = requete.corps.decode() if requete.methode == "POST" else requete.question
        parametres = valider(analyser(texte), route.schema)
        appel = Appel(registre=registre, parametres=parametres, cle=cle, publique=publique)
        commencee = True
        objet = route.action(appel)
        return 200, developper(registre, objet, parametres.get("expand", [])), True
    except UnicodeDecodeError:
        return 400, ErreurStripe("Invalid request: the body is not UTF-8.").enveloppe(), False
    except ErreurStripe as erreur:
        return erreur.statut, erreur.enveloppe(), commencee and erreur.statut != CONFLIT


def _route(requete: Requete, publique: bool) -> tuple[Route, str]:
    trouvee = trouver(requete.methode, requete.chemin)
    if trouvee is None:
        raise ErreurStripe(
            f"Unrecognized request URL ({requete.methode}: {requete.chemin}). If you are trying to "
            "list objects, remove the trailing slash. If you are trying to retrieve an object, "
            "make sure you passed a valid (non-empty) identifier in your code.",
            statut=404,
        )
    if publique and not trouvee[0].publique:
        raise ErreurStripe(
            "This API call cannot be made with a publishable API key. Please use a secret API key.",
            statut=401,
            code="secret_key_required",
        )
    return trouvee
