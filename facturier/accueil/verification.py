"""The night check of the whole product: the ledger by itself, the journal of bank data, who is paid
instead of a supplier, the payments against the ledger, the mails that never left.
"""

from collections.abc import Iterator

from facturier.commun.courriels import abandonnes
from facturier.grand_livre import verification as grand_livre
from facturier.grand_livre.verification import Anomalie
from fournisseurs import controle_de_nuit
from fournisseurs.journal import verifier_journal
from telepaiement import verification as telepaiement


def courriels_abandonnes() -> Iterator[Anomalie]:
    """Mails that the server refused until the last try."""
    if nombre := abandonnes():
        yield Anomalie(
            "courriel",
            "file d’envoi",
            f"{nombre} courriel(s) refusé(s) jusqu’au dernier essai : vérifiez EMAIL_URL et les "
            "adresses, puis lancez retry_deferred.",
        )


CONTROLES = [
    *grand_livre.CONTROLES,
    verifier_journal,
    *controle_de_nuit.CONTROLES,
    *telepaiement.CONTROLES,
    courriels_abandonnes,
]


def verifier() -> Iterator[Anomalie]:
    """Run every check of every application and yield what they find."""
    for controle in CONTROLES:
        yield from controle()
