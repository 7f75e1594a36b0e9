"""A real browser for the journeys: Chromium, a live server, checks of accessibility and of the CSP.

Every test that takes `page` fails if the browser console shows an error: a refusal of the CSP, a
missing file, a script that breaks. `TOLEREES` lists the answers that a journey provokes on purpose.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Page

from exports_tps.cles import AUTORITES, DOSSIER
from facturier.acces.models import Utilisateur
from facturier.accueil.demonstration import charger_demandes, charger_demonstration
from telepaiement.passerelles import construire
from tests.navigateur.visite import Visite
from tests.telepaiement.conftest import Banc, brancher, lancer_banc

GRAVES = {"serious", "critical"}
TOLEREES = re.compile(r"Failed to load resource: .* status of (400|402|403|404|422|429|500)")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the driver of the browser owns an event loop


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies here."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("navigateur")


@pytest.fixture
def page(navigateur: Browser, live_server) -> Iterator[Page]:
    """A page of 1280 pixels on the live server; addresses may be relative."""
    contexte = navigateur.new_context(
        base_url=live_server.url,
        locale="fr-FR",
        timezone_id="Pacific/Noumea",
        viewport={"width": 1280, "height": 800},
        reduced_motion="reduce",
    )
    contexte.set_default_timeout(30_000)  # how fast the machine is proves nothing
    feuille = contexte.new_page()
    anomalies: list[str] = []

    def noter(message: ConsoleMessage) -> None:
        if message.type == "error" and not TOLEREES.search(message.text):
            anomalies.append(message.text)

    feuille.on("console", noter)
    feuille.on("pageerror", lambda erreur: anomalies.append(str(erreur)))
    yield feuille
    contexte.close()
    assert not anomalies, anomalies


@pytest.fixture
def verifier_accessibilite(page: Page):
    """Call it on each screen: fails on a serious or critical rule of axe, or a page too wide."""

    def verifier() -> None:
        est_la = page.evaluate("'axe' in window")  # half a megabyte, read once a page
        resultats = Axe("null" if est_la else AXE_SCRIPT).run(page)
        graves = [
            f"{regle['id']} : {regle['nodes'][0]['html'][:160]}"
            for regle in resultats.response["violations"]
            if regle["impact"] in GRAVES
        ]
        assert not graves, "\n".join([page.url, *graves])
        verifier_largeur(page)

    return verifier


def verifier_largeur(page: Page) -> None:
    """Fail when the page is wider than the window."""
    debord = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert debord <= 0, f"{page.url} déborde de {debord} px"


@pytest.fixture
def au_clavier(page: Page):
    """Reach a control with Tab alone, as someone without a mouse; returns when it has the focus."""

    def atteindre(nom: str, tabulations: int = 60) -> None:
        for _ in range(tabulations):
            page.keyboard.press("Tab")
            focus = page.evaluate(
                "(e => (e.labels?.[0]?.innerText || e.ariaLabel || e.innerText || '').trim())"
                "(document.activeElement)"
            )
            if focus.startswith(nom):
                return
        pytest.fail(f"« {nom} » n’est pas atteint au clavier")

    return atteindre


@pytest.fixture
def dossier_photographies(tmp_path: Path) -> Path:
    """Where pictures and downloads go: PHOTOGRAPHIES when that variable names a folder."""
    dossier = Path(os.environ.get("PHOTOGRAPHIES", tmp_path))
    dossier.mkdir(parents=True, exist_ok=True)
    return dossier


@pytest.fixture
def photographier(page: Page, dossier_photographies: Path):
    """Keep a whole-page picture, when a folder is named for them: a quarter of a second each."""

    def prendre(nom: str, largeur: int = 1280) -> None:
        page.set_viewport_size({"width": largeur, "height": 800})
        if "PHOTOGRAPHIES" in os.environ:
            page.screenshot(path=dossier_photographies / f"{nom}-{largeur}.png", full_page=True)

    return prendre


@pytest.fixture
def examiner(page: Page, verifier_accessibilite, photographier) -> Callable[[str], None]:
    """Check a page on a telephone, on a desk and there at 200 %; keep pictures under that name.

    A click returns as soon as the next page begins to arrive: what is looked at is whole.
    """

    def examiner(nom: str) -> None:
        page.wait_for_load_state()
        assert "variable inconnue" not in page.content(), page.url
        for largeur in (360, 1280):
            photographier(nom, largeur)
            verifier_accessibilite()
        page.set_viewport_size({"width": 640, "height": 400})
        verifier_largeur(page)
        page.set_viewport_size({"width": 1280, "height": 800})

    return examiner


@pytest.fixture
def visite(page: Page, examiner, photographier, au_clavier, dossier_photographies) -> Visite:
    """The browser, with the gestures of the journeys."""
    return Visite(page, examiner, photographier, au_clavier, dossier_photographies)


@pytest.fixture
def entrer(page: Page, settings, live_server) -> Callable[[Utilisateur, str], None]:
    """Open a screen as somebody."""

    def ouvrir(utilisateur: Utilisateur, adresse: str) -> None:
        client = Client()
        client.force_login(utilisateur)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        page.goto(adresse)

    return ouvrir


@pytest.fixture
def demonstration(transactional_db: None, settings, live_server) -> None:
    """Load the reference lists and the demonstration, as a newcomer finds them."""
    schemas = settings.RACINE.parent / "shared" / "pes_v2" / "xsd"
    settings.PES_XSD_DIR = settings.PES_XSD_DIR or (str(schemas) if schemas.is_dir() else "")
    settings.ADRESSE_PUBLIQUE = live_server.url
    call_command("charger_reference", verbosity=0)
    charger_demonstration()
    charger_demandes()


@pytest.fixture
def banc_relie(settings, live_server) -> Iterator[Banc]:
    """The bench, whose webhooks come back to the live server."""
    lancement = lancer_banc("--webhook-url", f"{live_server.url}/telepaiement/stripe/")
    banc = next(lancement)
    brancher(settings, banc)
    yield banc
    construire.cache_clear()
    next(lancement, None)


@pytest.fixture
def faire_repondre_la_tresorerie(settings) -> Callable[[], None]:
    """Let the simulated treasury answer all that was sent, then read its answers."""

    def repondre() -> None:
        settings.TPS_RETOURS.mkdir(parents=True, exist_ok=True)
        commande = [
            *(sys.executable, "-m", "exports_tps.simulateur", "--jusqu-au-bout"),
            *("--envois", settings.TPS_ENVOIS, "--retours", settings.TPS_RETOURS),
            *("--autorites", settings.CLES_RACINE / DOSSIER / AUTORITES),
            *("--date", timezone.localdate().isoformat(), "--intervalle", "0.1", "--json"),
        ]
        subprocess.run([str(mot) for mot in commande], check=True, timeout=120)
        call_command("lire_retours", verbosity=0)

    return repondre
