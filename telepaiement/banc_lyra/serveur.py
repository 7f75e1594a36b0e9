"""HTTP on the loopback interface: the bank's page, its REST API, and the controls of the bench."""

import base64
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from telepaiement.banc_lyra import api, paiement
from telepaiement.banc_lyra.registre import Objet, Refus, Registre

TAILLE_MAXIMALE = 1_000_000
ATTENTE_PERDUE = 120.0
API, CONTROLE = "/api-payment/V4/", "/_controle/"


class Serveur(ThreadingHTTPServer):
    """Answers from one `Registre`."""

    daemon_threads = True

    def __init__(self, port: int, registre: Registre) -> None:
        super().__init__(("127.0.0.1", port), Gestionnaire)
        self.registre = registre
        self.arret = threading.Event()

    @property
    def adresse(self) -> str:
        """The address to open, with the port really taken."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Gestionnaire(BaseHTTPRequestHandler):
    """Reads a request whole, has it answered, writes the answer."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    server: Serveur

    def do_GET(self) -> None:
        """Say that it lives, or what it remembers."""
        registre = self.server.registre
        if self.path == "/sante":
            self._json({"vivant": True})
        elif self.path == f"{CONTROLE}etat":
            with registre.verrou:
                self._json({"transactions": registre.transactions, "pannes": registre.pannes})
        else:
            self._json({"erreur": "page inconnue"}, 404)

    def do_POST(self) -> None:
        """Answer the form, the API, a control."""
        longueur = self.headers.get("Content-Length", "0")
        if not longueur.isdecimal() or int(longueur) > TAILLE_MAXIMALE:
            self.close_connection = True
            self._json({"erreur": "corps trop long"}, 413)
            return
        corps = self.rfile.read(int(longueur))
        if self.path.startswith(API):
            self._service(corps)
        elif self.path.startswith(CONTROLE):
            self._controler(self.path.removeprefix(CONTROLE), corps)
        else:
            self._payer(dict(parse_qsl(corps.decode("utf-8", "replace"))))

    def _service(self, corps: bytes) -> None:
        registre = self.server.registre
        with registre.verrou:
            if registre.consommer("panne_api"):
                self._json({"status": "ERROR"}, 500)
                return
            perdue = registre.consommer("timeout")
            reponse = self._executer(corps)
        if perdue:
            self.server.arret.wait(ATTENTE_PERDUE)
            self.close_connection = True
            return
        self._json(reponse)

    def _executer(self, corps: bytes) -> Objet:
        registre = self.server.registre
        try:
            if not self._est_connu():
                raise Refus("INT_905", "invalid credentials")
            service = api.SERVICES.get(self.path.removeprefix(API))
            if service is None:
                raise Refus("INT_001", "unknown web service")
            return {"status": "SUCCESS", "answer": service(registre, json.loads(corps))}
        except Refus as refus:
            code, message = refus.args
            return {"status": "ERROR", "answer": {"errorCode": code, "errorMessage": message}}
        except ValueError:
            return {"status": "ERROR", "answer": {"errorCode": "INT_002"}}

    def _est_connu(self) -> bool:
        reglages = self.server.registre.reglages
        couple = f"{reglages.boutique}:{reglages.mot_de_passe}".encode()
        attendu = f"Basic {base64.b64encode(couple).decode()}"
        return hmac.compare_digest(self.headers.get("Authorization", "").encode(), attendu.encode())

    def _payer(self, champs: dict[str, str]) -> None:
        """Show the bank's page, or present the card chosen there and go back to the shop."""
        registre = self.server.registre
        try:
            with registre.verrou:
                if self.path == "/vads-payment/":
                    self._html(paiement.page(registre, paiement.recevoir(registre, champs)))
                    return
                cle = champs.get("commande", "")
                faite = paiement.payer(registre, cle, champs.get("numero", ""))
                if faite["status"] == "UNPAID":
                    self._html(paiement.page(registre, cle, "La carte est refusée."))
                    return
                retour = registre.formulaires[cle].get("vads_url_return", "/")
        except Refus as refus:
            self._html(f"<!doctype html><title>Refus</title><p>{' : '.join(refus.args)}</p>", 400)
            return
        self.send_response(303)
        self.send_header("Location", retour)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _controler(self, nom: str, corps: bytes) -> None:
        """Carry out a control: what the outside world, or a fault, does."""
        registre = self.server.registre
        donnees: Objet = json.loads(corps or b"{}")
        try:
            with registre.verrou:
                self._json(CONTROLES[nom](registre, donnees))
        except KeyError:
            self._json({"erreur": f"contrôle inconnu : {nom}"}, 404)
        except Refus as refus:
            self._json({"erreur": list(refus.args)}, 402)

    def _json(self, contenu: Objet, statut: int = 200) -> None:
        self._ecrire(json.dumps(contenu).encode(), "application/json", statut)

    def _html(self, texte: str, statut: int = 200) -> None:
        self._ecrire(texte.encode(), "text/html; charset=utf-8", statut)

    def _ecrire(self, corps: bytes, nature: str, statut: int) -> None:
        self.send_response(statut)
        self.send_header("Content-Type", nature)
        self.send_header("Content-Length", str(len(corps)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(corps)

    def log_message(self, format: str, *args: object) -> None:
        """Keep no access log."""


def _formulaire(registre: Registre, donnees: Objet) -> Objet:
    return {"commande": paiement.recevoir(registre, donnees)}


def _presenter(registre: Registre, donnees: Objet) -> Objet:
    return paiement.payer(
        registre, donnees["commande"], donnees["numero"], en_cours=bool(donnees.get("en_cours"))
    )


def _pannes(registre: Registre, donnees: Objet) -> Objet:
    registre.pannes |= {nom: int(valeur) for nom, valeur in donnees.items()}
    return dict(registre.pannes)


def _changer(registre: Registre, donnees: Objet) -> Objet:
    """Bring a transaction to another state, as the bank does later."""
    une = next(un for un in registre.transactions if un["uuid"] == donnees["uuid"])
    paye = donnees["etat"] in ("CAPTURED", "AUTHORISED")
    une |= {"detailedStatus": donnees["etat"], "status": "PAID" if paye else "UNPAID"}
    paiement.notifier(registre, une)
    return une


def _rembourser(registre: Registre, donnees: Objet) -> Objet:
    """Credit from the back office: the shop learns of it by the notification."""
    credit = api.rembourser(registre, donnees)
    paiement.notifier(registre, credit)
    return credit


def _notification(registre: Registre, donnees: Objet) -> Objet:
    une = next(un for un in registre.transactions if un["uuid"] == donnees["uuid"])
    return {"corps": paiement.notification(registre, une), "le": time.time()}


def _oublier(registre: Registre, donnees: Objet) -> Objet:
    """Begin another day: the numbers of transactions may serve again."""
    registre.transactions_du_jour.clear()
    return {"fait": True}


CONTROLES = {
    "oublier": _oublier,
    "formulaire": _formulaire,
    "payer": _presenter,
    "pannes": _pannes,
    "changer": _changer,
    "rembourser": _rembourser,
    "notification": _notification,
}
