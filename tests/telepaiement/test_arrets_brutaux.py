"""2,000 payments made while the web servers, the worker and the counter are killed at random.

Real processes serve the real pages and acts, and SIGKILL ends them at any moment; the bench sends
its webhooks to them and tries again. At the end nothing is lost, nothing is double, and the till,
the ledger and the bench agree to the franc.
"""

import random
import re
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import NAMESPACE_URL, uuid4, uuid5

import pytest
import requests
from django.core.exceptions import ValidationError
from django.test import Client

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import Titre
from facturier.grand_livre.scellement import sceller
from facturier.grand_livre.soldes import reste_du_par_piece, solde
from facturier.grand_livre.verification import verifier
from telepaiement import (
    au_lecteur,
    caisse,
    execution_remboursements,
    notifications,
    remboursements,
    verification,
    versements,
)
from telepaiement.balayage import balayer
from telepaiement.cloture import cloturer_caisse
from telepaiement.models import (
    MODES_PASSERELLE,
    Encaissement,
    EtatRemboursement,
    EtatTentative,
    EtatVersement,
    EvenementRecu,
    Guichet,
    Mode,
    Quittance,
    Remboursement,
    SessionCaisse,
    Tentative,
    Versement,
)
from telepaiement.passerelles.contrat import PasserelleMuette, PasserelleRefuse
from telepaiement.synchronisation import synchroniser
from telepaiement.tentatives import PaiementIndisponible, PaiementRefuse, ouvrir
from tests.grand_livre.factories import TiersFactory
from tests.telepaiement.conftest import (
    Banc,
    brancher,
    enregistrer_lecteur,
    lancer_banc,
    oublier_passerelle,
)
from tests.telepaiement.factories import decompte, signataire, titres_payables
from tests.telepaiement.troupe import Troupe, servir

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.lent]
NOMBRE = 2_000
GRAINE = 20_261_127
DUREE_MAXIMALE = 1_800  # seconds: how fast the machine is proves nothing
PAYEURS = ("payeur", "payeuse")
MORTELS = ("web 1", "web 2", "ouvrier", "guichet", "agents", *PAYEURS)
AU_GUICHET, PAR_LES_PAGES = (
    2,
    5,
)  # one titre in two at the counter, one in five of the others by the pages
ENTRE_ARRETS = 6  # payments at least, so that a slow machine still gets on
CARTE, CARTE_REFUSEE = "4242424242424242", "4000000000009995"
PANNES = (
    PasserelleMuette,
    PasserelleRefuse,
    PaiementIndisponible,
    PaiementRefuse,
    ValidationError,
)


@pytest.fixture
def prise() -> Iterator[socket.socket]:
    """Listen on a port: what arrives while the web server is dead waits for the next one."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as ouverte:
        yield ouverte


@pytest.fixture
def banc_bavard(prise, settings, monkeypatch) -> Iterator[Banc]:
    """Run a bench that sends its webhooks to that port; a payer may begin again at will."""
    port = prise.getsockname()[1]
    for banc in lancer_banc("--webhook-url", f"http://127.0.0.1:{port}/telepaiement/stripe/"):
        brancher(settings, banc)
        sans_fin = dict.fromkeys(
            (
                *("recherches", "paiements_par_heure_et_titre", "paiements_par_heure_et_adresse"),
                *("alerte_essais", "refus_par_paiement"),
            ),
            10**6,
        )
        sans_delai = {"creation_minutes": 0, "verification_minutes": 0}
        settings.LIMITES_PAIEMENT = settings.LIMITES_PAIEMENT | sans_fin | sans_delai
        monkeypatch.setattr(notifications, "RESERVATION", timedelta(seconds=1))
        monkeypatch.setattr(notifications, "PREMIER_DELAI", timedelta(0))
        monkeypatch.setattr(execution_remboursements, "REPOS", timedelta(0))
        yield banc


class PageInattendue(Exception):
    """The product answered something that the payer cannot go on from."""


@dataclass
class Navigateur:
    """A browser that pays debts one after the other, whatever breaks on the way."""

    site: str
    banc: Banc
    hasard: random.Random = field(default_factory=random.Random)
    http: requests.Session = field(default_factory=requests.Session)

    def payer_tout(self, titres: list[Titre]) -> None:
        """Pay each titre once, trying again after each cut."""
        for rang, titre in enumerate(titres):
            if rang % 20 == 0:  # somebody else sits down
                self.http = requests.Session()
            paye = False
            while not paye:
                try:
                    paye = self._payer(titre)
                except requests.RequestException:
                    time.sleep(0.02)

    def _payer(self, titre: Titre) -> bool:
        """Go from the avis to the receipt; return whether the bank took the money."""
        creance = self._poster("/payer/", reference=titre.reference, cle=titre.cle_paiement)
        if not creance:
            return False
        paiement = self._poster(creance, courriel="")
        if not paiement:
            return False  # the sweeper closed it in between: from the top
        page = self.http.get(self.site + paiement, timeout=30)
        trouve = re.search(r'data-secret="(pi_\w+?)_secret_', page.text)
        if page.status_code != 200 or trouve is None:
            return False
        est_debitee = _debiter(self.banc, trouve[1], self.hasard)
        if self.hasard.random() < 0.5:  # the others close the page
            self._lire(f"{paiement}retour/")
        return est_debitee

    def _lire(self, chemin: str) -> None:
        for _ in range(20):
            try:
                reponse = self.http.get(self.site + chemin, timeout=30)
            except requests.RequestException:
                time.sleep(0.02)
                continue
            if reponse.status_code != 200:
                raise PageInattendue(f"{chemin} : {reponse.status_code}")
            return

    def _poster(self, chemin: str, **champs: str) -> str:
        """Post a form; return where it leads, or "" when it is shown again with a reason."""
        if "csrf" not in self.http.cookies:
            self.http.get(f"{self.site}/payer/", timeout=30)
        reponse = self.http.post(
            self.site + chemin,
            data=champs,
            headers={"X-CSRFToken": self.http.cookies.get("csrf") or ""},
            allow_redirects=False,
            timeout=30,
        )
        if reponse.status_code == 302:
            if "Location" not in reponse.headers:  # killed between two lines of its answer
                raise requests.ConnectionError(chemin)
            return str(reponse.headers["Location"])
        if reponse.status_code != 422:
            raise PageInattendue(f"{chemin} : {reponse.status_code} {reponse.text[:300]}")
        return ""


def _debiter(banc: Banc, reference: str, hasard: random.Random) -> bool:
    """Type a card, which one time in ten is refused; return whether it was debited."""
    numero = CARTE_REFUSEE if hasard.random() < 0.1 else CARTE
    reponse = banc.tenter("confirmer", payment_intent=reference, numero=numero)
    return bool(reponse.get("status") == "succeeded")


def payer(banc: Banc, titres: list[int]) -> None:
    """Be what the pages call: open the attempt, then read it on return, one time in two."""
    hasard = random.Random()  # noqa: S311
    restants = Titre.objects.filter(pk__in=titres, encaissements__isnull=True).order_by("pk")
    while a_payer := list(restants.values_list("pk", flat=True)):
        for titre in a_payer:
            try:
                tentative = ouvrir(titre_id=titre, session_payeur=uuid5(NAMESPACE_URL, str(titre)))
                _debiter(banc, tentative.reference, hasard)
                if hasard.random() < 0.5:
                    synchroniser(tentative, source="retour")
            except PANNES:
                continue


def _par_carte(montant: int) -> bool:
    """Tell whether the counter asks for a card on its reader: one titre in four."""
    return montant // 10 % 4 == 0


def tenir_guichet(banc: Banc, titres: list[int]) -> None:
    """Be the régisseur: one titre in four by the reader, the others in cash."""
    session = SessionCaisse.objects.select_related("guichet", "regie", "agent").get()
    restants = Titre.objects.filter(pk__in=titres, encaissements__isnull=True).order_by("pk")
    for titre in list(restants):
        if _par_carte(titre.montant_ttc):
            while not titre.encaissements.exists():
                _faire_payer_au_lecteur(banc, session, titre)
            continue
        saisie = caisse.Saisie(
            mode=Mode.ESPECES,
            montant=titre.montant_ttc,
            somme_remise=10**6,
            identifiant=uuid5(NAMESPACE_URL, f"saisie-{titre.pk}"),  # typed again, it pays once
        )
        caisse.encaisser_au_guichet(
            session=session, titre_id=titre.pk, saisie=saisie, par=session.agent
        )


def _faire_payer_au_lecteur(banc: Banc, session: SessionCaisse, titre: Titre) -> None:
    """Send a payment to the reader, or end the one that a cut left there."""
    agent = session.agent
    try:
        tentative = au_lecteur.lancer(
            session=session, titre_id=titre.pk, montant=titre.montant_ttc, par=agent
        )
        banc.tenter("presenter_carte", lecteur=session.guichet.lecteur)
        au_lecteur.suivre(tentative, par=agent)
    except ValidationError:
        for laissee in Tentative.objects.ouvertes().filter(session=session):
            au_lecteur.abandonner(laissee, par=agent)


def travailler() -> None:
    """Be the worker: what the clock starts, without waiting for it."""
    versements.rapprocher()
    while True:
        balayer()
        for _ in range(5):
            notifications.vider()
            execution_remboursements.relancer()
            time.sleep(0.2)


def rembourser(agents: list[int], titres: list[int]) -> None:
    """Be two agents who give each payment of these debts back, in part.

    What is given back is owed again: whoever pays these debts must not come back to one.
    """
    demandeur, approbateur = (Utilisateur.objects.get(pk=pk) for pk in agents)
    while True:
        for encaissement in Encaissement.objects.filter(
            titre__in=titres, remboursements__isnull=True
        ):
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
        time.sleep(0.3)


def _tenter(acte: Callable[[], object]) -> None:
    try:
        acte()
    except PANNES:
        return


def _emettre(nombre: int) -> list[Titre]:
    """Issue the titres, a half in each of two processes."""
    tiers = TiersFactory.create()
    montants = [1_000 + 5 * rang for rang in range(nombre)]
    lots = {
        f"émission {rang}": partial(titres_payables, montants[rang::2], tiers=tiers)
        for rang in range(2)
    }
    troupe = Troupe(lots)
    troupe.attendre(lots, DUREE_MAXIMALE)
    assert troupe.fautes == []
    return list(Titre.objects.order_by("pk"))


def _chauffer(banc: Banc, titre: Titre) -> None:
    """Make a payment, so that all that loads late is there in each process as it is born."""
    tentative = ouvrir(titre_id=titre.pk, session_payeur=uuid4())
    assert Client().get(f"/payer/paiement/{tentative.jeton}/").status_code == 200
    banc.payer(tentative)
    synchroniser(tentative, source="retour")
    oublier_passerelle()  # its connection is not shared


def test_des_paiements_pendant_des_arrets_brutaux_s_accordent_au_franc(
    banc_bavard, prise, regies, regisseur, agent, collegue
):
    hasard = random.Random(GRAINE)  # noqa: S311  (a test must be the same each time)
    debut = time.monotonic()
    Guichet.objects.filter(pk=regies.pk).update(lecteur=enregistrer_lecteur(banc_bavard))
    session = caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)
    type(session.regie).objects.update(plafond_encaisse=10**9)
    signataire()
    titres = _emettre(NOMBRE)
    au_guichet = [titre.pk for titre in titres[::AU_GUICHET]]
    en_ligne = [titre for titre in titres if titre.pk not in set(au_guichet)]
    navigateur = Navigateur("http://{}:{}".format(*prise.getsockname()), banc_bavard)
    par_les_pages = en_ligne[PAR_LES_PAGES::PAR_LES_PAGES]
    par_appel = [titre.pk for titre in en_ligne if titre not in set(en_ligne[::PAR_LES_PAGES])]
    roles: dict[str, Callable[[], None]] = {
        "web 1": partial(servir, prise),
        "web 2": partial(servir, prise),
        "ouvrier": travailler,
        "guichet": partial(tenir_guichet, banc_bavard, au_guichet),
        "agents": partial(
            rembourser, [agent.pk, collegue.pk], [titre.pk for titre in par_les_pages]
        ),
        "navigateur": partial(navigateur.payer_tout, par_les_pages),
    }
    for rang, nom in enumerate(PAYEURS):
        roles[nom] = partial(payer, banc_bavard, par_appel[rang::2])
    _chauffer(banc_bavard, en_ligne[0])
    emis, attendus = time.monotonic(), 0
    troupe = Troupe(roles)
    try:
        while {*PAYEURS, "guichet", "navigateur"} & set(troupe.vivants):
            assert time.monotonic() - debut < DUREE_MAXIMALE, troupe.vivants
            time.sleep(hasard.uniform(0.05, 0.35))
            troupe.relever()
            if (faits := Encaissement.objects.count()) < attendus:
                continue
            attendus = faits + ENTRE_ARRETS
            troupe.remplacer(hasard.choice([nom for nom in MORTELS if nom in troupe.vivants]))
            if hasard.random() < 0.02:
                banc_bavard.tenter("verser")
    finally:
        troupe.congedier()
    paye = time.monotonic()
    _finir(banc_bavard)

    arrets = sum(troupe.arrets.values())
    fin = time.monotonic()
    print(f"{NOMBRE} titres en {emis - debut:.0f} s, payés en {paye - emis:.0f} s, {arrets} arrêts")
    assert troupe.fautes == []
    assert all(troupe.arrets[nom] for nom in MORTELS)
    _verifier_l_accord(banc_bavard, titres, au_guichet, session, regisseur)
    print(f"fini en {fin - paye:.0f} s, vérifié en {time.monotonic() - fin:.0f} s")


def _finir(banc: Banc) -> None:
    """Let what was interrupted end, as the clock would in the next minutes."""
    for _ in range(20):
        time.sleep(1.05 if EvenementRecu.objects.exclude(etat__in=["traite", "ignore"]) else 0)
        notifications.vider()
        bilan = balayer()
        execution_remboursements.relancer()
        en_route = Remboursement.objects.en_route().exists()
        if not (bilan["examinees"] or en_route or EvenementRecu.objects.filter(etat="en_erreur")):
            break
    banc.tenter("verser")  # what the payouts made meanwhile have left
    versements.rapprocher()


def _verifier_l_accord(
    banc: Banc,
    titres: list[Titre],
    au_guichet: list[int],
    session: SessionCaisse,
    regisseur: Utilisateur,
) -> None:
    """Compare the bench, the money facts, the till and the ledger."""
    objets = banc.etat()["objets"]
    debits = {un["id"]: un["amount"] for un in objets["charge"] if un["status"] == "succeeded"}
    rendus = {un["id"]: un["amount"] for un in objets["refund"] if un["status"] == "succeeded"}
    verses = {un["id"]: un["amount"] for un in objets["payout"]}
    frais = sum(un["fee"] for un in objets["balance_transaction"])
    par_carte = Encaissement.objects.filter(mode__in=MODES_PASSERELLE)
    faits = Remboursement.objects.filter(etat=EtatRemboursement.REUSSI)
    comptabilises = Versement.objects.filter(etat=EtatVersement.COMPTABILISE)
    caisse_tenue = [titre.montant_ttc for titre in titres if titre.pk in set(au_guichet)]
    lus = sum(filter(_par_carte, caisse_tenue))
    especes = sum(caisse_tenue) - lus
    restes = reste_du_par_piece([titre.pk for titre in titres], sens="recette")

    assert dict(par_carte.values_list("charge", "montant")) == debits
    assert dict(faits.values_list("reference", "montant")) == rendus
    assert len(rendus) >= NOMBRE // AU_GUICHET // PAR_LES_PAGES // 2  # the others may be to come
    assert dict(comptabilises.values_list("reference", "montant")) == verses
    assert Encaissement.objects.count() == Quittance.objects.count() == NOMBRE
    assert not Encaissement.objects.filter(trop_percu__gt=0).exists()
    assert not Tentative.objects.ouvertes().exists()
    assert Tentative.objects.filter(etat=EtatTentative.REUSSIE).count() == len(debits)
    assert sum(restes.values()) == sum(rendus.values())
    close = cloturer_caisse(
        session_id=session.pk, coupures=decompte(especes), motif_ecart="", par=regisseur
    )
    assert close.totaux == {Mode.ESPECES: especes, Mode.LECTEUR: lus}
    assert solde("5412", exercice=2026).solde == especes
    assert solde("5115", exercice=2026).solde == 0
    assert solde("515", exercice=2026).solde == sum(verses.values())
    assert solde("4722", exercice=2026).solde == frais
    sceller()
    assert [str(a) for a in verifier()] == []
    assert [str(a) for controle in verification.CONTROLES for a in controle()] == []
