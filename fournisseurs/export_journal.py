"""The journal of bank data as rows of a spreadsheet."""

from collections.abc import Iterator
from datetime import UTC

from django.db import transaction

from facturier.acces.models import Utilisateur
from fournisseurs.journal import consigner
from fournisseurs.models import ActeJournal, EntreeJournal
from fournisseurs.models.journal import EntreeJournalQuerySet

TITRES_CSV = (
    "N°",
    "Date et heure (UTC)",
    "Personne",
    "Acte",
    "Code du tiers",
    "Tiers",
    "Objet",
    "IBAN",
    "IBAN remplacé",
    "Motif",
    "Adresse IP",
    "Requête",
    "Empreinte précédente",
    "Empreinte",
)
TAILLE_LECTURE = 2_000


@transaction.atomic
def exporter_journal(
    entrees: EntreeJournalQuerySet, *, par: Utilisateur, filtre: str
) -> Iterator[list[object]]:
    """Record the export and its filter, then return the rows, oldest first, heading included."""
    trace = consigner(ActeJournal.JOURNAL_EXPORTE, par=par, motif=filtre)
    return _lignes(entrees.filter(numero__lte=trace.numero))


def _lignes(entrees: EntreeJournalQuerySet) -> Iterator[list[object]]:
    yield list(TITRES_CSV)
    dernier = 0
    ordonnees = entrees.recentes().order_by("numero")
    while lot := list(ordonnees.filter(numero__gt=dernier)[:TAILLE_LECTURE]):
        for entree in lot:
            yield _cellules(entree)
        dernier = lot[-1].numero


def _cellules(entree: EntreeJournal) -> list[object]:
    tiers = entree.fournisseur.tiers if entree.fournisseur else None
    return [
        entree.numero,
        entree.le.astimezone(UTC).isoformat(timespec="seconds"),
        entree.auteur,
        entree.libelle_acte,
        tiers.code if tiers else "",
        tiers.nom_complet if tiers else "",
        entree.objet,
        entree.iban,
        entree.ancien_iban,
        entree.motif,
        entree.adresse_ip,
        entree.requete,
        entree.precedente,
        entree.empreinte,
    ]
