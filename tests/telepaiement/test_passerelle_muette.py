"""A gateway that takes the call and never answers: pages stay quick and true."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import reverse

from facturier.commun.verrous import sans_cumul
from telepaiement.models import EtatTentative
from telepaiement.passerelles import construire, passerelle
from telepaiement.passerelles.contrat import PasserelleMuette
from telepaiement.passerelles.patience import disjoncteur
from tests.telepaiement.conftest import oublier_passerelle
from tests.telepaiement.factories import titre_payable
from tests.telepaiement.test_pannes import vieillir

PAGE, FOND, COUPURE = 0.5, 0.75, 2  # seconds


@dataclass
class Muette:
    """A server that accepts, and never answers; `appels` are the calls it was sent."""

    prise: socket.socket
    appels: list[socket.socket] = field(default_factory=list)

    @property
    def adresse(self) -> str:
        hote, port = self.prise.getsockname()
        return f"http://{hote}:{port}"

    def accepter(self) -> None:
        while True:
            try:
                self.appels.append(self.prise.accept()[0])
            except OSError:
                return


@pytest.fixture
def muette(settings) -> Iterator[Muette]:
    """Run it, and have the product wait for a second or two."""
    settings.ATTENTE_PASSERELLE = {
        "page_secondes": PAGE,
        "secondes": FOND,
        "muettes": 3,
        "fenetre_secondes": 30,
        "coupure_secondes": COUPURE,
    }
    oublier_passerelle()
    serveur = Muette(socket.create_server(("127.0.0.1", 0)))
    threading.Thread(target=serveur.accepter, daemon=True).start()
    yield serveur
    serveur.prise.shutdown(socket.SHUT_RDWR)
    serveur.prise.close()
    for appel in serveur.appels:
        appel.close()
    oublier_passerelle()


def _lire() -> float:
    """Read a payment, of which nothing comes; return the seconds it took."""
    debut = time.monotonic()
    with pytest.raises(PasserelleMuette):
        construire("lyra", est_dans_une_page=True).lire("une commande")
    return time.monotonic() - debut


def test_apres_des_appels_sans_reponse_un_seul_essaie_de_temps_en_temps(muette, lyra_a_l_adresse):
    durees = [_lire() for _ in range(5)]
    appels_avant = len(muette.appels)
    time.sleep(1.1 * COUPURE)
    apres = [_lire() for _ in range(3)]
    appels_apres = len(muette.appels)

    lyra_a_l_adresse()
    time.sleep(1.1 * COUPURE)
    lues = [construire("lyra", est_dans_une_page=True).lire("inconnue") for _ in range(2)]

    assert min(durees[:3]) >= PAGE
    assert max(durees[3:]) < PAGE
    assert (appels_avant, appels_apres) == (3, 4)
    assert max(apres[1:]) < PAGE <= apres[0]
    assert [un.montant for un in lues] == [0, 0]


def test_un_processus_arrete_pendant_un_appel_n_apprend_rien():
    cache.set("passerelle-arretee-muettes", 2)
    with pytest.raises(SystemExit), disjoncteur("arretee", OSError):
        raise SystemExit
    assert cache.get("passerelle-arretee-muettes") == 2


@pytest.fixture
def lyra_a_l_adresse(muette, programme_lyra, settings):
    """Have the Lyra gateway hang; return what makes it answer again."""
    settings.LYRA_ADRESSE = muette.adresse

    def retablir() -> None:
        settings.LYRA_ADRESSE = programme_lyra.adresse
        construire.cache_clear()

    construire.cache_clear()
    return retablir


@pytest.mark.django_db
def test_une_page_ne_retient_pas_le_serveur_et_reste_vraie(commencer, muette, settings, client):
    tentative = commencer(titre_payable())
    vieillir(tentative, 1)
    settings.STRIPE_API_BASE = muette.adresse
    construire.cache_clear()
    adresse = reverse("telepaiement:paiement", args=[tentative.jeton])

    debut = time.monotonic()
    pages = [client.get(adresse) for _ in range(6)]
    duree = time.monotonic() - debut

    tentative.refresh_from_db()
    assert [page.status_code for page in pages] == [200] * 6
    assert len(muette.appels) == 3
    assert duree < 6 * FOND
    assert tentative.etat == EtatTentative.A_VERIFIER
    assert tentative.anomalie.startswith("le service de paiement ne répond")
    assert "en cours de vérification" in pages[-1].content.decode()


def test_une_tache_de_fond_attend_et_recommence(muette, settings):
    settings.STRIPE_API_BASE = muette.adresse
    construire.cache_clear()

    with pytest.raises(PasserelleMuette, match="le service de paiement ne répond pas"):
        passerelle().lire("pi_inconnu")

    assert len(muette.appels) == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("entete", "corps", "mot"),
    [
        (b"200 OK", b"<a>", "ne se lit pas"),
        (b"200 OK", b"[1]", "ne se lit pas"),
        (b"502 Bad Gateway", b"<a>", "en panne .502."),
    ],
)
def test_une_reponse_qui_ne_se_lit_pas_se_dit_en_francais(
    muette, lyra_a_l_adresse, entete, corps, mot
):
    def repondre() -> None:
        while not muette.appels:
            time.sleep(0.005)
        muette.appels[0].sendall(b"HTTP/1.1 " + entete + b"\r\nContent-Length: 3\r\n\r\n" + corps)

    threading.Thread(target=repondre, daemon=True).start()
    with pytest.raises(PasserelleMuette, match=mot):
        construire("lyra", est_dans_une_page=False).lire("une commande")


@pytest.mark.django_db(transaction=True)
def test_une_tache_periodique_ne_se_cumule_pas():
    faites = []

    @sans_cumul
    def compter() -> None:
        faites.append(1)
        if len(faites) == 1:
            threads = [threading.Thread(target=_dans_un_fil) for _ in range(2)]
            [un.start() for un in threads]
            [un.join() for un in threads]

    def _dans_un_fil() -> None:
        compter()
        connection.close()

    compter()
    pendant = len(faites)
    compter()

    assert (pendant, len(faites)) == (1, 2)
