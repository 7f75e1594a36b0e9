"""The statements that write entries, for each engine. Called by `passation` alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from facturier.grand_livre.models import Compte, Ecriture, LigneEcriture

if TYPE_CHECKING:
    from facturier.grand_livre.passation import EcritureAPasser

APPEL = (
    "SELECT v_id, v_deja FROM gl_passer(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, "
    "%s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[])"
)
COLONNES_LIGNE = ("ecriture_id", "rang", "compte_id", "tiers_id", "piece_id", "sens", "montant")
COLONNES_ENTETE = (
    "id",
    "exercice_id",
    "journal_id",
    "date_comptable",
    "evenement",
    "libelle",
    "total",
    "nombre_lignes",
    "cle",
    "contrepasse_id",
    "passee_le",
    "par_id",
)


def transaction_au_besoin() -> AbstractContextManager[None]:
    """Return the transaction that `ecrire` needs; none where it is one statement of its own.

    On PostgreSQL, outside any transaction, the call of the function is atomic by itself: BEGIN
    and COMMIT would be two more exchanges with the server.
    """
    if connection.vendor == "postgresql" and connection.get_autocommit():
        return nullcontext()
    return transaction.atomic()


def ecrire(ecriture: EcritureAPasser, passee_le: datetime) -> tuple[int, bool]:
    """Write one entry; return its key, and whether its `cle` was used before."""
    if connection.vendor == "postgresql":
        return _appeler(ecriture, passee_le)
    if ecriture.cle is not None:
        memes = Ecriture.objects.filter(cle=ecriture.cle).values_list("pk", flat=True)
        if (deja := memes.first()) is not None:
            return deja, True
    return ecrire_lot([ecriture], passee_le)[0], False


def _appeler(ecriture: EcritureAPasser, passee_le: datetime) -> tuple[int, bool]:
    lignes = ecriture.lignes
    with connection.cursor() as curseur:
        curseur.execute(
            APPEL,
            [
                ecriture.exercice,
                ecriture.journal,
                ecriture.date_comptable,
                ecriture.evenement,
                ecriture.libelle,
                ecriture.total,
                ecriture.cle,
                ecriture.contrepasse_id,
                passee_le,
                ecriture.par_id,
                [ligne.compte for ligne in lignes],
                [str(ligne.sens) for ligne in lignes],
                [ligne.montant for ligne in lignes],
                [ligne.tiers_id for ligne in lignes],
                [ligne.piece_id for ligne in lignes],
            ],
        )
        identifiant, deja = curseur.fetchone()
    return identifiant, deja


def ecrire_lot(
    ecritures: Sequence[EcritureAPasser], passee_le: datetime | None = None
) -> list[int]:
    """Write many entries, lines first; return their keys in the same order."""
    if not ecritures:
        return []
    comptes = _comptes(ecritures)
    identifiants = prochains_identifiants(Ecriture._meta.db_table, len(ecritures))
    couples = list(zip(identifiants, ecritures, strict=True))
    moment = passee_le or timezone.now()
    _inserer(
        LigneEcriture._meta.db_table,
        COLONNES_LIGNE,
        (
            (
                pk,
                rang,
                comptes[e.exercice, li.compte],
                li.tiers_id,
                li.piece_id,
                li.sens,
                li.montant,
            )
            for pk, e in couples
            for rang, li in enumerate(e.lignes, start=1)
        ),
    )
    _inserer(
        Ecriture._meta.db_table,
        COLONNES_ENTETE,
        (
            (
                pk,
                e.exercice,
                e.journal,
                e.date_comptable,
                e.evenement,
                e.libelle,
                e.total,
                len(e.lignes),
                e.cle,
                e.contrepasse_id,
                moment,
                e.par_id,
            )
            for pk, e in couples
        ),
    )
    return identifiants


def prochains_identifiants(table: str, combien: int) -> list[int]:
    """Reserve `combien` keys of `table`, in increasing order.

    PostgreSQL moves the sequence; SQLite has one writer at a time, so the highest key will do.
    """
    with connection.cursor() as curseur:
        if connection.vendor == "postgresql":
            curseur.execute(
                "SELECT nextval(s) FROM pg_get_serial_sequence(%s, 'id') s, generate_series(1, %s)",
                [table, combien],
            )
            return [valeur for (valeur,) in curseur.fetchall()]
        curseur.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608
        dernier: int = curseur.fetchone()[0]
    return list(range(dernier + 1, dernier + 1 + combien))


def cles_employees(cles: Sequence[str]) -> set[str]:
    """Return those of `cles` that an entry already bears."""
    trouvees: set[str] = set()
    for debut in range(0, len(cles), 10_000):
        tranche = cles[debut : debut + 10_000]
        trouvees.update(
            cle
            for cle in Ecriture.objects.filter(cle__in=tranche).values_list("cle", flat=True)
            if cle is not None
        )
    return trouvees


def _comptes(ecritures: Iterable[EcritureAPasser]) -> dict[tuple[int, str], int]:
    """Map (exercice, account number) to the key of the account, for the accounts used.

    Raises:
        IntegrityError: an exercice or an account is unknown.
    """
    voulus = {(e.exercice, ligne.compte) for e in ecritures for ligne in e.lignes}
    connus = Compte.objects.filter(
        exercice_id__in={exercice for exercice, _ in voulus},
        numero__in={numero for _, numero in voulus},
    )
    comptes = {
        (exercice, numero): pk
        for pk, exercice, numero in connus.values_list("pk", "exercice_id", "numero")
    }
    if inconnus := sorted(voulus - comptes.keys()):
        exercice, numero = inconnus[0]
        raise IntegrityError(f"Le compte {numero} est inconnu pour l’exercice {exercice}.")
    return comptes


def _inserer(table: str, colonnes: Sequence[str], lignes: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows: COPY on PostgreSQL, one prepared statement on SQLite."""
    noms = ", ".join(colonnes)
    with connection.cursor() as curseur:
        if connection.vendor == "postgresql":
            with (
                connection.wrap_database_errors,
                curseur.cursor.copy(f"COPY {table} ({noms}) FROM STDIN") as copie,
            ):
                for ligne in lignes:
                    copie.write_row(ligne)
        else:
            valeurs = ", ".join(["%s"] * len(colonnes))
            curseur.executemany(
                f"INSERT INTO {table} ({noms}) VALUES ({valeurs})",  # noqa: S608
                list(lignes),
            )
