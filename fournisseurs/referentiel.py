"""The editable tables, read at once for the checks."""

from collections import defaultdict

from fournisseurs.models import Banque, CodePostal
from fournisseurs.verifications import Referentiel


def lire_referentiel() -> Referentiel:
    """Return the banks and the communes by postal code, in two queries."""
    communes: dict[str, set[str]] = defaultdict(set)
    for code, commune in CodePostal.objects.values_list("code", "commune"):
        communes[code].add(commune)
    return Referentiel(
        banques={banque.code: (banque.nom, banque.bic) for banque in Banque.objects.all()},
        communes={code: frozenset(noms) for code, noms in communes.items()},
    )
