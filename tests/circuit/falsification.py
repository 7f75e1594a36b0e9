"""Changes a line of the ledger behind its back, as somebody with all rights on the base could."""

from django.db import connection

from facturier.grand_livre.models import LigneEcriture


def falsifier() -> int:
    """Drop the trigger, add a franc to the first line, and return the key of its entry."""
    ligne = LigneEcriture.objects.order_by("pk")[0]
    with connection.cursor() as curseur:
        if connection.vendor == "postgresql":
            curseur.execute("DROP TRIGGER ligne_ajout_seul ON grand_livre_ligneecriture")
        else:
            curseur.execute("DROP TRIGGER ligne_sans_modification")
        curseur.execute(
            "UPDATE grand_livre_ligneecriture SET montant = montant + 1 WHERE id = %s", [ligne.pk]
        )
    return ligne.ecriture_id
