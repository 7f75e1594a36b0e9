"""The clock of the process, turned back while the demonstration plays its past."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils import timezone


@contextmanager
def a(moment: datetime) -> Iterator[None]:
    """Turn the clock of the process to `moment` (aware)."""
    maintenant = timezone.now
    timezone.now = lambda: moment
    try:
        yield
    finally:
        timezone.now = maintenant
