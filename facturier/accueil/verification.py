"""The night check of the whole product: the ledger by itself, then the payments against it."""

from collections.abc import Iterator

from facturier.grand_livre import verification as grand_livre
from facturier.grand_livre.verification import Anomalie
from telepaiement import verification as telepaiement

CONTROLES = [*grand_livre.CONTROLES, *telepaiement.CONTROLES]


def verifier() -> Iterator[Anomalie]:
    """Run every check of every application and yield what they find."""
    for controle in CONTROLES:
        yield from controle()
