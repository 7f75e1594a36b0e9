"""The night check of the whole product: the ledger by itself, the journal of bank data,
the payments against the ledger."""

from collections.abc import Iterator

from facturier.grand_livre import verification as grand_livre
from facturier.grand_livre.verification import Anomalie
from fournisseurs.journal import verifier_journal
from telepaiement import verification as telepaiement

CONTROLES = [*grand_livre.CONTROLES, verifier_journal, *telepaiement.CONTROLES]


def verifier() -> Iterator[Anomalie]:
    """Run every check of every application and yield what they find."""
    for controle in CONTROLES:
        yield from controle()
