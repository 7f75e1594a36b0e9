"""Sealing: numbers, chains and adds to the balances the entries posted since the last time.

Posting takes no lock that others share; this task alone gives gap-free numbers per exercice and
journal, so the chain follows the order of sealing (conception.md, decision 3).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date
from typing import NamedTuple

from django.db import connection, transaction

from facturier.grand_livre.models import (
    AttenteScellement,
    Ecriture,
    LigneEcriture,
    Scellement,
)

VERROU = 4218
TAILLE_LOT = 5_000
ORIGINE = "0" * 64

SQL_SOLDES = """
    INSERT INTO grand_livre_solde (compte_id, jour, debit, credit) VALUES (%s, %s, %s, %s)
    ON CONFLICT (compte_id, jour) DO UPDATE
    SET debit = grand_livre_solde.debit + excluded.debit,
        credit = grand_livre_solde.credit + excluded.credit
"""


@dataclass(frozen=True, slots=True)
class BilanScellement:
    """How many entries were sealed, and the last digest of each chain touched."""

    ecritures: int
    chaines: dict[str, str]


def sceller(*, taille_lot: int = TAILLE_LOT) -> BilanScellement:
    """Seal all the entries that wait, in batches of `taille_lot`, each one transaction."""
    total, chaines = 0, {}
    while True:
        bilan = _sceller_lot(taille_lot)
        total += bilan.ecritures
        chaines.update(bilan.chaines)
        if bilan.ecritures < taille_lot:
            return BilanScellement(total, chaines)


@transaction.atomic
def _sceller_lot(taille_lot: int) -> BilanScellement:
    if connection.vendor == "postgresql":
        with connection.cursor() as curseur:
            curseur.execute("SELECT pg_advisory_xact_lock(%s)", [VERROU])
    attente = AttenteScellement.objects.order_by("ecriture_id")
    identifiants = list(attente.values_list("ecriture_id", flat=True)[:taille_lot])
    if not identifiants:
        return BilanScellement(0, {})
    ecritures = list(Ecriture.objects.filter(pk__in=identifiants).order_by("pk"))
    lignes = lignes_par_ecriture(identifiants)
    scellements, chaines = _chainer(ecritures, lignes)
    Scellement.objects.bulk_create(scellements)
    _ajouter_aux_soldes(ecritures, lignes)
    attente.filter(ecriture_id__in=identifiants).delete()
    return BilanScellement(len(identifiants), chaines)


def _chainer(
    ecritures: list[Ecriture], lignes: dict[int, list["LigneLue"]]
) -> tuple[list[Scellement], dict[str, str]]:
    tetes: dict[tuple[int, str], tuple[int, str]] = {}
    scellements = []
    for ecriture in ecritures:
        chaine = (ecriture.exercice_id, ecriture.journal_id)
        numero, precedente = tetes.get(chaine) or _tete(*chaine)
        empreinte = empreinte_ecriture(ecriture, lignes[ecriture.pk], precedente, numero + 1)
        tetes[chaine] = (numero + 1, empreinte)
        scellements.append(
            Scellement(
                ecriture=ecriture,
                exercice_id=chaine[0],
                journal_id=chaine[1],
                numero=numero + 1,
                empreinte=empreinte,
            )
        )
    return scellements, {f"{j} {e}": empreinte for (e, j), (_, empreinte) in tetes.items()}


def _ajouter_aux_soldes(ecritures: list[Ecriture], lignes: dict[int, list["LigneLue"]]) -> None:
    """Add the movements of the sealed entries to the snapshots, by account and day."""
    mouvements: dict[tuple[int, date], list[int]] = defaultdict(lambda: [0, 0])
    for ecriture in ecritures:
        for ligne in lignes[ecriture.pk]:
            mouvements[ligne.compte_id, ecriture.date_comptable][ligne.sens == "C"] += ligne.montant
    with connection.cursor() as curseur:
        curseur.executemany(
            SQL_SOLDES,
            [(compte, jour, *montants) for (compte, jour), montants in sorted(mouvements.items())],
        )


def _tete(exercice: int, journal: str) -> tuple[int, str]:
    """Return the last number and digest of a chain, or its origin."""
    derniere = (
        Scellement.objects.filter(exercice=exercice, journal=journal)
        .order_by("-numero")
        .values_list("numero", "empreinte")
        .first()
    )
    return derniere or (0, ORIGINE)


class LigneLue(NamedTuple):
    """A line as read for its digest."""

    ecriture_id: int
    compte_id: int
    rang: int
    compte: str
    sens: str
    tiers_id: int | None
    piece_id: int | None
    montant: int


def lignes_par_ecriture(identifiants: Iterable[int]) -> dict[int, list[LigneLue]]:
    """Read the lines of many entries in one query, by entry and rank."""
    lues: dict[int, list[LigneLue]] = defaultdict(list)
    lignes = LigneEcriture.objects.filter(ecriture__in=list(identifiants)).order_by("rang")
    for ligne in lignes.values_list(
        "ecriture_id",
        "compte_id",
        "rang",
        "compte__numero",
        "sens",
        "tiers_id",
        "piece_id",
        "montant",
    ):
        lues[ligne[0]].append(LigneLue(*ligne))
    return lues


def empreinte_ecriture(
    ecriture: Ecriture, lignes: list[LigneLue], precedente: str, numero: int
) -> str:
    """Return the SHA-256 of an entry chained to the one before it in its journal."""
    contenu = [
        precedente,
        numero,
        ecriture.pk,
        ecriture.exercice_id,
        ecriture.journal_id,
        ecriture.date_comptable.isoformat(),
        ecriture.evenement,
        ecriture.libelle,
        ecriture.total,
        ecriture.cle,
        ecriture.contrepasse_id,
        ecriture.passee_le.astimezone(UTC).isoformat(),
        ecriture.par_id,
        [list(ligne[2:]) for ligne in lignes],
    ]
    texte = json.dumps(contenu, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(texte.encode()).hexdigest()
