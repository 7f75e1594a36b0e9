"""How many requests a key may send: so many a minute, counted in the cache.

A cache shared by all the web processes (`CACHE_URL`) makes the limit exact; otherwise each process
counts its own.
"""

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

PERIODE = 60  # seconds


def attente(genre: str, qui: str) -> int:
    """Count one request of `qui`; return the seconds to wait, 0 when it may pass.

    `genre` is a key of the setting `API_LIMITES`.
    """
    maintenant = time.time()
    minute = int(maintenant // PERIODE)
    cle = f"api:{genre}:{qui}:{minute}"
    cache.add(cle, 0, 2 * PERIODE)
    if cache.incr(cle) <= settings.API_LIMITES[genre]:
        return 0
    return max(1, int((minute + 1) * PERIODE - maintenant) + 1)


class LimiteParCle(BaseThrottle):
    """So many readings and so many acts a minute for each key."""

    reste = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request; refuse it beyond the limit."""
        genre = "lecture" if request.method in SAFE_METHODS else "ecriture"
        self.reste = attente(genre, str(request.auth.pk))
        return not self.reste

    def wait(self) -> int:
        """Seconds until the next request may pass."""
        return self.reste
