"""The cast and the reference data that every test may ask for."""

import importlib
import shutil
from collections.abc import Callable, Iterator

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as reglages_hypothesis
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django.plugin import blocking_manager_key

import facturier.celery  # noqa: F401  (as in every program: tasks go to its broker)
from facturier.acces.models import Role, Utilisateur
from facturier.grand_livre.models import Budget
from facturier.grand_livre.reference import charger_reference

# How fast the machine is proves nothing about the product.
reglages_hypothesis.register_profile(
    "sans_chronometre", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
reglages_hypothesis.load_profile("sans_chronometre")
CHROMIUM = next(
    (chemin for nom in ("chromium", "chromium-browser") if (chemin := shutil.which(nom))), None
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest: no worker then waits for the last of them at the end."""
    items.sort(key=lambda test: test.get_closest_marker("lent") is None)


def _vide_la_base(test: pytest.Item) -> bool:
    """Whether a test writes for good, and so leaves every table empty behind it."""
    fixtures = {"transactional_db", "live_server"}.intersection(getattr(test, "fixturenames", ()))
    marques = test.iter_markers("django_db")
    return bool(fixtures) or any(marque.kwargs.get("transaction") for marque in marques)


def _garnir() -> None:
    """Put in the base what a migrated and loaded one holds."""
    charger_reference()
    importlib.import_module("fournisseurs.migrations.0003_banques_et_communes").remplir(apps, None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Fill the base again after a test that emptied it, for one that takes it as it was made."""
    yield
    if _vide_la_base(item) and nextitem is not None and not _vide_la_base(nextitem):
        with item.config.stash[blocking_manager_key].unblock():
            _garnir()
            connections.close_all()  # the driver of the browser may have made this one another


@pytest.fixture(scope="session")
def navigateur() -> Iterator[Browser]:
    """One Chromium for the session; tests that ask for it are skipped where there is none."""
    if CHROMIUM is None:
        pytest.skip("Chromium absent : installer le paquet chromium")
    expect.set_options(timeout=30_000)  # how fast the machine is proves nothing
    with sync_playwright() as pilote:
        chromium = pilote.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Load the reference data once in the test database."""
    with django_db_blocker.unblock():
        charger_reference()


@pytest.fixture(scope="session")
def live_server(django_db_setup, live_server):
    """Begin after the database and end before it, whose removal waits for no connection."""
    return live_server


@pytest.fixture
def reference(db) -> Budget:
    """Return the main budget; load the reference data again if a test has emptied the tables."""
    if not Budget.objects.exists():
        charger_reference()
    return Budget.objects.get(code="principal")


@pytest.fixture(autouse=True)
def dossiers_ranges(settings, tmp_path) -> None:
    """Keep what the product writes inside the folder of the test."""
    settings.DOCUMENTS_RACINE = tmp_path / "documents"
    settings.CLES_RACINE = tmp_path / "cles"
    settings.TPS_ENVOIS = tmp_path / "tps" / "envois"
    settings.TPS_RETOURS = tmp_path / "tps" / "retours"


@pytest.fixture(autouse=True)
def cache_vide() -> Iterator[None]:
    """Let no rate limit survive a test."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def personne(db) -> Callable[..., Utilisateur]:
    """Make a user with the roles asked for."""

    def creer(prenom: str, *roles: Role) -> Utilisateur:
        utilisateur = Utilisateur.objects.create_user(
            f"{prenom.lower()}@essai.example", "mot-de-passe-essai", prenom=prenom, nom="Fictif"
        )
        for role in roles:
            utilisateur.attribuer(role)
        return utilisateur

    return creer


@pytest.fixture
def agent(personne) -> Utilisateur:
    """Finance staff."""
    return personne("Agathe", Role.AGENT)


@pytest.fixture
def service(personne) -> Utilisateur:
    """Someone of an operational department."""
    return personne("Serge", Role.SERVICE)


@pytest.fixture
def ordonnateur(personne) -> Utilisateur:
    """Who signs bordereaux."""
    return personne("Odile", Role.ORDONNATEUR)


@pytest.fixture
def regisseur(personne) -> Utilisateur:
    """Who holds a till."""
    return personne("Remi", Role.REGISSEUR)


@pytest.fixture
def comptable(personne) -> Utilisateur:
    """Who controls and pays."""
    return personne("Corinne", Role.COMPTABLE)


@pytest.fixture
def administrateur(personne) -> Utilisateur:
    """Who grants roles."""
    return personne("Ada", Role.ADMINISTRATEUR)


@pytest.fixture
def fournisseur(personne) -> Utilisateur:
    """A supplier's user."""
    return personne("Fanny", Role.FOURNISSEUR)


@pytest.fixture
def intrus(personne) -> Utilisateur:
    """Another supplier's user, who must see nothing of the first."""
    return personne("Ignace", Role.FOURNISSEUR)
