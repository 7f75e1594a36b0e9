"""A disk that fills while it is written."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def disque_plein(octets: int = 4096) -> Iterator[None]:
    """Let no file of this process grow beyond `octets`."""
    limites = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, limites[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limites)
