"""How long a gateway is waited for: long in the background, little in a page.

A page holds a thread of the server, of which there are few: one gateway that hangs must not stop
the invoices and the till. It therefore waits less for a reading and repeats nothing itself: what
is left unknown is read again by the sweeper.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from telepaiement.passerelles.contrat import PasserelleMuette

REPRISES = 2  # times that a call of the background is repeated by the client of the gateway
MEMOIRE_DU_DOUTE = 24 * 3600  # seconds during which a gateway that was silent is tried one by one
MUETTE = "le service de paiement ne répond pas"
COUPEE = "le service de paiement ne répondait pas, il n’est pas rappelé aussitôt"
_dans_une_page: ContextVar[bool] = ContextVar("dans_une_page", default=False)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for the answer to a reading and to an act, and how many times to repeat."""

    lecture: float
    acte: float
    reprises: int

    @classmethod
    def d_une_page(cls) -> "Patience":
        """Return what a page may wait."""
        delais = settings.ATTENTE_PASSERELLE
        return cls(delais["page_secondes"], delais["secondes"], 0)

    @classmethod
    def de_fond(cls) -> "Patience":
        """Return what a task or a command may wait."""
        delai = settings.ATTENTE_PASSERELLE["secondes"]
        return cls(delai, delai, REPRISES)


def est_dans_une_page() -> bool:
    """Tell whether a request of a browser, or of the gateway itself, waits for the answer."""
    return _dans_une_page.get()


class PatienceDePageMiddleware:
    """Have what a request asks the gateway wait as little as a page may."""

    def __init__(self, suite: Callable[[HttpRequest], HttpResponse]) -> None:
        self.suite = suite

    def __call__(self, requete: HttpRequest) -> HttpResponse:
        """Serve the request, in a hurry."""
        avant = _dans_une_page.set(True)
        try:
            return self.suite(requete)
        finally:
            _dans_une_page.reset(avant)


@contextmanager
def disjoncteur(nom: str, sans_reponse: type[Exception]) -> Iterator[None]:
    """Guard a call to the gateway `nom`: after several without an answer, call no more for a time.

    The count is in the cache, so that all the processes know together. Once the time is over, one
    call alone tries; its answer opens the way again, and its silence closes it as long.

    Args:
        sans_reponse: the exception of the body that means that nothing answered; any other
            outcome, a refusal included, is an answer. A process stopped meanwhile learns nothing.

    Raises:
        PasserelleMuette: the way is closed: nothing was asked.
    """
    limites = settings.ATTENTE_PASSERELLE
    cles = {quoi: f"passerelle-{nom}-{quoi}" for quoi in ("muettes", "doute", "coupee")}
    connues = cache.get_many([cles["muettes"], cles["doute"]])
    en_doute = cles["doute"] in connues
    if en_doute and not cache.add(cles["coupee"], 1, limites["coupure_secondes"]):
        raise PasserelleMuette(COUPEE)
    try:
        yield
    except sans_reponse:
        if en_doute or _compter(cles["muettes"]) >= limites["muettes"]:
            cache.set(cles["doute"], 1, MEMOIRE_DU_DOUTE)
            cache.set(cles["coupee"], 1, limites["coupure_secondes"])
        raise
    except Exception:
        _oublier(cles, connues)
        raise
    _oublier(cles, connues)


def _oublier(cles: dict[str, str], connues: dict[str, int]) -> None:
    """Note that the gateway answers."""
    if connues:
        cache.delete_many(list(cles.values()))


def _compter(cle: str) -> int:
    """Add one to the silences in a row, forgotten when none comes for a time; return how many."""
    cache.add(cle, 0, settings.ATTENTE_PASSERELLE["fenetre_secondes"])
    try:
        return int(cache.incr(cle))
    except ValueError:  # it expired between the two calls
        return 1
