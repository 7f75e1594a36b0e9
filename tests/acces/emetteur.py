"""An OpenID Connect provider of our own, on the loopback: honest, unless a test says otherwise."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, CLE = "facturier", "secret-du-client"
Alteration = Callable[[dict[str, Any]], dict[str, Any]]


def honnete(valeurs: dict[str, Any]) -> dict[str, Any]:
    """Change nothing."""
    return valeurs


class Emetteur(ThreadingHTTPServer):
    """Discovery, authorize, token, jwks, userinfo; `alterer_*` make it lie."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Guichet)
        self.cle = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.cle_de_signature: Any = self.cle
        self.algorithme = "RS256"
        self.entetes = {"kid": "cle-1"}
        self.personne = {
            "sub": "sujet-1",
            "email": "nadia.niaouli@fictif.example",
            "email_verified": True,
            "given_name": "Nadia",
            "family_name": "Niaouli",
        }
        self.acr = "eidas2"
        self.alterer_jeton: Alteration = honnete
        self.alterer_personne: Alteration = honnete
        self.alterer_reponse: Alteration = honnete
        self.alterer_decouverte: Alteration = honnete
        self.demandes: dict[str, dict[str, str]] = {}
        self.derniere: dict[str, str] = {}

    @property
    def adresse(self) -> str:
        """The issuer."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def demarrer(self) -> None:
        """Serve in a thread of its own."""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def decouverte(self) -> dict[str, Any]:
        """What it publishes about itself."""
        return self.alterer_decouverte(
            {
                "issuer": self.adresse,
                "authorization_endpoint": f"{self.adresse}/authorize",
                "token_endpoint": f"{self.adresse}/token",
                "userinfo_endpoint": f"{self.adresse}/userinfo",
                "jwks_uri": f"{self.adresse}/jwks",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        )

    def jwks(self) -> dict[str, Any]:
        """Its public key."""
        publique = jwt.algorithms.RSAAlgorithm.to_jwk(self.cle.public_key(), as_dict=True)
        return {"keys": [{**publique, "kid": "cle-1", "use": "sig", "alg": "RS256"}]}

    def jeton(self, demande: dict[str, str]) -> str:
        """The id_token that answers a request."""
        maintenant = int(time.time())
        contenu = self.alterer_jeton(
            {
                "iss": self.adresse,
                "sub": self.personne["sub"],
                "aud": CLIENT,
                "iat": maintenant,
                "exp": maintenant + 60,
                "nonce": demande["nonce"],
                "acr": self.acr,
            }
        )
        return jwt.encode(
            contenu, self.cle_de_signature, algorithm=self.algorithme, headers=self.entetes
        )


class Guichet(BaseHTTPRequestHandler):
    """Answers the browser and the site."""

    server: Emetteur

    def log_message(self, *arguments: Any) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        """Discovery, keys, consent, person."""
        chemin = urlsplit(self.path)
        if chemin.path == "/authorize":
            self._consentir({nom: v[0] for nom, v in parse_qs(chemin.query).items()})
            return
        pages = {
            "/.well-known/openid-configuration": self.server.decouverte,
            "/jwks": self.server.jwks,
            "/userinfo": lambda: self.server.alterer_personne(dict(self.server.personne)),
        }
        self._repondre(pages[chemin.path]())

    def _consentir(self, demande: dict[str, str]) -> None:
        code = secrets.token_urlsafe(8)
        self.server.derniere = self.server.demandes[code] = demande
        retour = urlencode({"code": code, "state": demande["state"]})
        self.send_response(302)
        self.send_header("Location", f"{demande['redirect_uri']}?{retour}")
        self.end_headers()

    def do_POST(self) -> None:
        """Exchange a code, once, for tokens; check the client and the PKCE challenge."""
        corps = self.rfile.read(int(self.headers["Content-Length"])).decode()
        recu = {nom: valeurs[0] for nom, valeurs in parse_qs(corps).items()}
        demande = self.server.demandes.pop(recu.get("code", ""), None)
        empreinte = hashlib.sha256(recu.get("code_verifier", "").encode()).digest()
        defi = base64.urlsafe_b64encode(empreinte).rstrip(b"=").decode()
        if (
            demande is None
            or demande["code_challenge"] != defi
            or demande["redirect_uri"] != recu["redirect_uri"]
            or (recu["client_id"], recu["client_secret"]) != (CLIENT, CLE)
        ):
            self._repondre({"error": "invalid_grant"}, 400)
            return
        reponse = {"access_token": "acces", "token_type": "Bearer", "expires_in": 60}
        reponse["id_token"] = self.server.jeton(demande)
        self._repondre(self.server.alterer_reponse(reponse))

    def _repondre(self, donnees: dict[str, Any], statut: int = 200) -> None:
        corps = json.dumps(donnees).encode()
        self.send_response(statut)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(corps)))
        self.end_headers()
        self.wfile.write(corps)
