"""The journal à souches: the numbered receipts of a régie, of a till, of a day online.

One list serves the screen and its exports (décret 2012-829: the register of receipts).
"""

from collections.abc import Iterator
from datetime import date

from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from facturier.commun.exports import Colonne, Tableau
from telepaiement.models import Mode, Quittance, Regie, SessionCaisse, SessionInternet
from telepaiement.quittances import mode_detaille

COLONNES = (
    Colonne("Quittance", 2.4),
    Colonne("Date", 1.5),
    Colonne("Reçu de", 2.6),
    Colonne("Objet", 2.2),
    Colonne("Mode de paiement", 2.6),
    Colonne("Montant", 1.7, est_montant=True),
    Colonne("Dont à rendre", est_montant=True),
    Colonne("Annulation", 1.8),
    Colonne("Encaissée par"),
    Colonne("Code de vérification"),
)
RELATIONS = (
    "regie",
    "encaissement__titre__tiers",
    "encaissement__vente",
    "encaissement__annulation",
    "encaissement__par",
    "encaissement__provenance__quittance__regie",
)


def journal_a_souches(regie: Regie, du: date, au: date) -> QuerySet[Quittance]:
    """Return the receipts of `regie` for money received from `du` to `au`, both included."""
    return Quittance.objects.filter(
        regie=regie, encaissement__regie=regie, encaissement__jour__range=(du, au)
    )


def quittances_de_caisse(session: SessionCaisse) -> QuerySet[Quittance]:
    """Return the receipts that a till issued."""
    return Quittance.objects.filter(encaissement__session=session)


def quittances_internet(session: SessionInternet) -> QuerySet[Quittance]:
    """Return the receipts that a session of the internet closes."""
    return Quittance.objects.filter(encaissement__clos__session=session)


def ordonner(quittances: QuerySet[Quittance]) -> QuerySet[Quittance]:
    """Return the receipts by number, with all that a line shows."""
    return quittances.select_related(*RELATIONS).order_by("pk")


def totaux(quittances: QuerySet[Quittance]) -> list[tuple[str, int, int]]:
    """Return (mode, how many, whole francs) of the receipts that stand, by mode."""
    lignes = (
        quittances.filter(encaissement__annulation__isnull=True)
        .order_by("encaissement__mode")
        .values_list("encaissement__mode")
        .annotate(nombre=Count("pk"), somme=Sum("encaissement__montant"))
    )
    return [(Mode(mode).label, nombre, int(somme)) for mode, nombre, somme in lignes]


def tableau(nom: str, titre: str, description: str, quittances: QuerySet[Quittance]) -> Tableau:
    """Return the receipts as a list to export, by number."""
    return Tableau(
        nom=nom,
        titre=titre,
        description=description,
        colonnes=COLONNES,
        lignes=_lignes(ordonner(quittances)),
    )


def _lignes(quittances: QuerySet[Quittance]) -> Iterator[list[object]]:
    for quittance in quittances.iterator(chunk_size=500):
        encaissement = quittance.encaissement
        yield [
            quittance.reference,
            f"{timezone.localtime(encaissement.encaisse_le):%d/%m/%Y %H:%M}",
            encaissement.payeur,
            encaissement.objet,
            mode_detaille(encaissement),
            encaissement.montant,
            encaissement.trop_percu,
            encaissement.annulation.motif if encaissement.est_annule else "",
            encaissement.par.nom_complet,
            quittance.code,
        ]
