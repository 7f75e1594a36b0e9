"""Payments simulated while the web server and the worker are killed at random (SIGKILL).

Real processes run the real functions against the bench, which sends its webhooks to a real server
and retries them. At the end nothing is lost, nothing is double, and the till, the ledger and the
bench agree to the franc. 60 payments; 2,000 with GRAND=1.
"""

import os
import random
import signal
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from socketserver import ThreadingMixIn
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
import requests
from django.core.exceptions import ValidationError
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.db.models import F

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import Titre
from facturier.grand_livre.scellement import sceller
from facturier.grand_livre.soldes import reste_du_par_piece, solde
from facturier.grand_livre.verification import verifier
from telepaiement import caisse, notifications, remboursements, verification, versements
from telepaiement.balayage import balayer
from telepaiement.cloture import cloturer_caisse
from telepaiement.models import (
    Encaissement,
    EtatRemboursement,
    EvenementRecu,
    Mode,
    Quittance,
    Remboursement,
    SessionCaisse,
    Tentative,
)
from telepaiement.passerelles.contrat import PasserelleMuette, PasserelleRefuse
from telepaiement.synchronisation import synchroniser
from telepaiement.tentatives import PaiementIndisponible, PaiementRefuse, ouvrir
from tests.telepaiement.conftest import Banc, brancher, lancer_banc
from tests.telepaiement.factories import decompte, titre_payable

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.lent]
NOMBRE = 2_000 if os.environ.get("GRAND") else 60
GRAINE = 20_261_127
DUREE_MAXIMALE = 3_600 if os.environ.get("GRAND") else 120  # seconds
PANNES = (
    PasserelleMuette,
    PasserelleRefuse,
    PaiementIndisponible,
    PaiementRefuse,
    ValidationError,
    requests.RequestException,
)


class ServeurWeb(ThreadingMixIn, WSGIServer):
    """Serves the product on a socket that outlives the process."""

    daemon_threads = True

    def close_request(self, request: Any) -> None:
        """Give back the connection of the thread that ends."""
        connections.close_all()
        super().close_request(request)


class Silencieux(WSGIRequestHandler):
    """Keeps no access log."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def prise() -> Iterator[socket.socket]:
    """Listen on a port: what arrives while the web server is dead waits for the next one."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as ouverte:
        yield ouverte


@pytest.fixture
def banc_bavard(prise, settings, monkeypatch) -> Iterator[Banc]:
    """Run a bench that sends its webhooks to that port."""
    port = prise.getsockname()[1]
    for banc in lancer_banc("--webhook-url", f"http://127.0.0.1:{port}/telepaiement/stripe/"):
        brancher(settings, banc)
        settings.LIMITES_PAIEMENT = settings.LIMITES_PAIEMENT | {
            "paiements_par_heure_et_titre": 1_000,
            "alerte_essais": 10**6,
            "refus_par_paiement": 1_000,
            "creation_minutes": 0,
            "verification_minutes": 0,
        }
        monkeypatch.setattr(notifications, "RESERVATION", timedelta(seconds=1))
        monkeypatch.setattr(notifications, "PREMIER_DELAI", timedelta(0))
        monkeypatch.setattr(remboursements, "REPOS", timedelta(0))
        yield banc


def servir(prise: socket.socket) -> None:
    """Be the web server."""
    serveur = ServeurWeb(prise.getsockname(), Silencieux, bind_and_activate=False)
    serveur.socket.close()
    serveur.socket = prise
    serveur.server_name, serveur.server_port = prise.getsockname()
    serveur.setup_environ()
    serveur.set_app(get_wsgi_application())
    serveur.serve_forever(poll_interval=0.05)


def travailler() -> None:
    """Be the worker: what the clock starts, without waiting for it."""
    while True:
        notifications.vider()
        balayer()
        remboursements.relancer()
        time.sleep(0.05)


def payer_en_ligne(banc: Banc, titres: list[int], hasard: random.Random) -> None:
    """Be payers in a browser: one session for each debt, which a cut does not forget."""
    while a_payer := _impayes(titres):
        titre = hasard.choice(a_payer)
        session = uuid5(NAMESPACE_URL, f"payeur-{titre}")
        try:
            tentative = ouvrir(titre_id=titre, session_payeur=session)
            numero = "4000000000009995" if hasard.random() < 0.1 else "4242424242424242"
            banc.payer(tentative, numero)
            if hasard.random() < 0.5:
                synchroniser(tentative, source="retour")
        except PANNES:
            continue
        except AssertionError:  # the bench says that the card was presented before a cut
            synchroniser(tentative, source="retour")


def encaisser_en_caisse(titres: list[int]) -> None:
    """Be the régisseur: each entry keeps its identity, so that typing it again pays once."""
    session = SessionCaisse.objects.select_related("guichet", "regie", "agent").get()
    while a_payer := _impayes(titres):
        saisie = caisse.Saisie(
            mode=Mode.ESPECES,
            montant=Titre.objects.get(pk=a_payer[0]).montant_ttc,
            somme_remise=10**6,
            identifiant=uuid5(NAMESPACE_URL, f"saisie-{a_payer[0]}"),
        )
        caisse.encaisser_au_guichet(
            session=session, titre_id=a_payer[0], saisie=saisie, par=session.agent
        )


def rembourser(agents: list[int]) -> None:
    """Be two agents who give one payment in ten back, in part."""
    demandeur, approbateur = (Utilisateur.objects.get(pk=pk) for pk in agents)
    while True:
        vises = Encaissement.objects.filter(mode=Mode.CARTE, remboursements__isnull=True)
        for encaissement in vises.annotate(dizieme=F("titre_id") % 10).filter(dizieme=3):
            _tenter(
                partial(
                    remboursements.demander,
                    encaissement_id=encaissement.pk,
                    montant=100,
                    montant_disponible=encaissement.montant,
                    motif="essai",
                    par=demandeur,
                )
            )
        for demande in Remboursement.objects.filter(etat=EtatRemboursement.DEMANDE):
            _tenter(partial(remboursements.approuver, remboursement_id=demande.pk, par=approbateur))
        time.sleep(0.1)


def _tenter(acte: Callable[[], object]) -> None:
    try:
        acte()
    except PANNES:
        return


def _impayes(titres: list[int]) -> list[int]:
    payes = Encaissement.objects.filter(titre__in=titres).values_list("titre_id", flat=True)
    return sorted(set(titres) - set(payes))


class Troupe:
    """Processes that are killed and born again."""

    def __init__(self, roles: dict[str, Callable[[], None]]) -> None:
        self.roles = roles
        self.vivants: dict[str, int] = {}
        self.tues = 0
        connections.close_all()  # a connection must not be shared by two processes
        for nom in roles:
            self.naitre(nom)

    def naitre(self, nom: str) -> None:
        """Start a role in a process of its own."""
        enfant = os.fork()
        if enfant == 0:
            code = 1
            try:
                self.roles[nom]()
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        self.vivants[nom] = enfant

    def tuer(self, nom: str) -> None:
        """Kill a role, which had no time for anything."""
        os.kill(self.vivants[nom], signal.SIGKILL)
        os.waitpid(self.vivants.pop(nom), 0)
        self.tues += 1

    def relever(self) -> None:
        """Start again those that died of themselves, by a fault of theirs."""
        for nom, enfant in list(self.vivants.items()):
            mort, statut = os.waitpid(enfant, os.WNOHANG)
            if mort:
                del self.vivants[nom]
                if statut:
                    self.naitre(nom)

    def congedier(self) -> None:
        """Kill all that is left."""
        for nom in list(self.vivants):
            self.tuer(nom)


def test_des_paiements_pendant_des_arrets_brutaux_s_accordent_au_franc(
    banc_bavard, prise, regies, regisseur, agent, collegue
):
    hasard = random.Random(GRAINE)  # noqa: S311  (a test must be the same each time)
    session = caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)
    type(session.regie).objects.update(plafond_encaisse=10**9)
    titres = [titre_payable(1_000 + 5 * rang).pk for rang in range(NOMBRE)]
    au_guichet = titres[::7]
    en_ligne = [pk for pk in titres if pk not in set(au_guichet)]
    moities = en_ligne[::2], en_ligne[1::2]
    encaisser_en_caisse(au_guichet[:1])  # so that what is loaded late is, before the forks
    troupe = Troupe(
        {
            "web": lambda: servir(prise),
            "ouvrier": travailler,
            "payeur": lambda: payer_en_ligne(banc_bavard, moities[0], random.Random(1)),  # noqa: S311
            "payeuse": lambda: payer_en_ligne(banc_bavard, moities[1], random.Random(2)),  # noqa: S311
            "guichet": lambda: encaisser_en_caisse(au_guichet),
            "agents": lambda: rembourser([agent.pk, collegue.pk]),
        }
    )
    debut = time.monotonic()
    try:
        while _impayes(titres) and time.monotonic() - debut < DUREE_MAXIMALE:
            time.sleep(hasard.uniform(0.2, 0.8))
            troupe.relever()
            nom = hasard.choice(sorted(troupe.vivants))
            troupe.tuer(nom)
            connections.close_all()
            troupe.naitre(nom)
    finally:
        troupe.congedier()
    _finir(banc_bavard)

    print(f"{NOMBRE} paiements, {troupe.tues} arrêts, {time.monotonic() - debut:.0f} s")
    assert troupe.tues > 5
    _verifier_l_accord(banc_bavard, titres, au_guichet, session, regisseur)


def _finir(banc: Banc) -> None:
    """Let what was interrupted end, as the clock would in the next minutes."""
    for _ in range(20):
        time.sleep(1.05 if EvenementRecu.objects.exclude(etat__in=["traite", "ignore"]) else 0)
        notifications.vider()
        bilan = balayer()
        remboursements.relancer()
        en_route = Remboursement.objects.en_route().exists()
        if not (bilan["examinees"] or en_route or EvenementRecu.objects.filter(etat="en_erreur")):
            break
    banc.faire("verser")
    versements.rapprocher()


def _verifier_l_accord(
    banc: Banc,
    titres: list[int],
    au_guichet: list[int],
    session: SessionCaisse,
    regisseur: Utilisateur,
) -> None:
    """Compare the bench, the money facts, the till and the ledger."""
    objets = banc.etat()["objets"]
    debits = {un["id"]: un["amount"] for un in objets["charge"] if un["status"] == "succeeded"}
    rendus = {un["id"]: un["amount"] for un in objets["refund"] if un["status"] == "succeeded"}
    en_ligne = Encaissement.objects.filter(mode=Mode.CARTE)
    faits = Remboursement.objects.filter(etat=EtatRemboursement.REUSSI)
    especes = sum(titre.montant_ttc for titre in Titre.objects.filter(pk__in=au_guichet))
    restes = reste_du_par_piece(titres, sens="recette")

    assert dict(en_ligne.values_list("charge", "montant")) == debits
    assert dict(faits.values_list("reference", "montant")) == rendus
    assert Encaissement.objects.count() == Quittance.objects.count() == NOMBRE
    assert not Encaissement.objects.filter(trop_percu__gt=0).exists()
    assert not Tentative.objects.ouvertes().exists()
    assert sum(restes.values()) == sum(rendus.values())
    close = cloturer_caisse(
        session_id=session.pk, coupures=decompte(especes), motif_ecart="", par=regisseur
    )
    assert close.totaux == {Mode.ESPECES: especes}
    assert solde("5412", exercice=2026).solde == especes
    assert solde("5115", exercice=2026).solde == 0
    assert solde("515", exercice=2026).solde == sum(un["amount"] for un in objets["payout"])
    sceller()
    assert [str(a) for a in verifier()] == []
    assert [str(a) for controle in verification.CONTROLES for a in controle()] == []
