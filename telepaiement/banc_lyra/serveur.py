"""HTTP on the loopback interface: the bank's page, its REST API, and the controls of the bench."""

import base64
import hmac
import json
import threading
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

from telepaiement.banc.panneaux import ENTETES, STATIQUE, est_d_ailleurs, page
from telepaiement.banc_lyra import api, paiement
from telepaiement.banc_lyra.controle import CONTROLES
from telepaiement.banc_lyra.panneau import page_panneau
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
        """Say that it lives, show the panel, or what it remembers."""
        registre = self.server.registre
        adresse = urlsplit(self.path)
        if self.path == "/sante":
            self._json({"vivant": True})
        elif self.path == "/":
            self._rediriger("/panneau")
        elif self.path == "/panneau.css":
            self._ecrire((STATIQUE / "panneau.css").read_bytes(), "text/css; charset=utf-8", 200)
        elif adresse.path == "/panneau":
            with registre.verrou:
                self._html(page_panneau(registre, dict(parse_qsl(adresse.query))))
        elif self.path == f"{CONTROLE}etat":
            with registre.verrou:
                noms = ("transactions", "notifications", "pannes")
                self._json({nom: getattr(registre, nom) for nom in noms})
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
            self._html(page("Paiement refusé", f"<p>{escape(' : '.join(refus.args))}</p>"), 400)
            return
        self._rediriger(retour)

    def _controler(self, nom: str, corps: bytes) -> None:
        """Carry out a control for a program, or for a form of the panel, which is shown again."""
        registre = self.server.registre
        if est_d_ailleurs(self.headers.get("Origin"), self.headers.get("Host")):
            self._json({"erreur": "les contrôles ne s’appellent pas depuis une autre page"}, 403)
            return
        if nom not in CONTROLES:
            self._json({"erreur": f"contrôle inconnu : {nom}"}, 404)
            return
        du_panneau = "form" in self.headers.get("Content-Type", "")
        try:
            donnees: Objet = dict(parse_qsl(corps.decode())) if du_panneau else json.loads(corps)
            with registre.verrou:
                fait = CONTROLES[nom](registre, donnees)
        except Refus as refus:
            self._refuser(" : ".join(refus.args), list(refus.args), du_panneau=du_panneau)
        except (KeyError, ValueError) as erreur:
            message = f"champ absent ou illisible : {erreur}"
            self._refuser(message, [message], du_panneau=du_panneau)
        else:
            if du_panneau:
                self._rediriger(f"/panneau?fait={nom}")
            else:
                self._json(fait)

    def _refuser(self, message: str, parties: list[str], *, du_panneau: bool) -> None:
        if du_panneau:
            self._rediriger("/panneau?" + urlencode({"erreur": message}))
        else:
            self._json({"erreur": parties}, 402)

    def _json(self, contenu: Objet, statut: int = 200) -> None:
        self._ecrire(json.dumps(contenu).encode(), "application/json", statut)

    def _html(self, texte: str, statut: int = 200) -> None:
        self._ecrire(texte.encode(), "text/html; charset=utf-8", statut, **ENTETES)

    def _rediriger(self, adresse: str) -> None:
        self._ecrire(b"", "text/plain", 303, Location=adresse)

    def _ecrire(self, corps: bytes, nature: str, statut: int, **entetes: str) -> None:
        self.send_response(statut)
        self.send_header("Content-Type", nature)
        self.send_header("Content-Length", str(len(corps)))
        self.send_header("Cache-Control", "no-store")
        for nom, valeur in entetes.items():
            self.send_header(nom, valeur)
        self.end_headers()
        self.wfile.write(corps)

    def log_message(self, format: str, *args: object) -> None:
        """Keep no access log."""
