"""The registers: numbered receipts of a régie, of a till, of a day online; cards not paid over.

One list serves the screen and its exports (décret 2012-829: the register of receipts).
"""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from facturier.commun.exports import Colonne, Tableau
from telepaiement.models import Encaissement, Mode, Quittance, Regie, SessionCaisse, SessionInternet
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
RELATIONS_ATTENDUS = ("titre__tiers", "vente", "quittance__regie")
COLONNES_ATTENDUS = (
    Colonne("Quittance", 2.4),
    Colonne("Objet", 2.6),
    Colonne("Débiteur", 2.6),
    Colonne("Encaissé le", 1.8),
    Colonne("Âge en jours", 1.2, est_nombre=True),
    Colonne("Montant", 1.7, est_montant=True),
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


def tableau_attendus(attendus: QuerySet[Encaissement], le: datetime) -> Tableau:
    """Return the card payments that no payout holds at `le` as a list to export, oldest first."""
    jour = timezone.localtime(le)
    return Tableau(
        nom=f"cartes-non-versees-{jour:%Y-%m-%d}",
        titre="Cartes payées, non versées",
        description=f"Paiements de plus de sept jours que la banque n’a pas versés, le "
        f"{jour:%d/%m/%Y}",
        colonnes=COLONNES_ATTENDUS,
        lignes=(
            [
                un.quittance.reference,
                un.objet,
                un.payeur,
                f"{timezone.localtime(un.encaisse_le):%d/%m/%Y %H:%M}",
                (le - un.encaisse_le).days,
                un.montant,
            ]
            for un in attendus.select_related(*RELATIONS_ATTENDUS).iterator(chunk_size=500)
        ),
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
