"""Find tiers as one types: their words are stored beside them, and read by prefix.

Neither engine is asked to ignore case or accents: `facturier.commun.recherche` makes the words,
of what is stored and of what is typed alike.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet

from facturier.commun.recherche import LONGUEUR_MOT, mots_cherches, mots_ranges, suivant
from fournisseurs.models import Etablissement, Fournisseur, MotFournisseur

TAILLE_LOT = 2000
LUS_AU_PLUS = 2000  # words read for a page: two common ones may hardly meet, and one is typing
CLE = re.compile(r"[0-9]{1,18}")
APRES_TOUT_MOT = "zz" * LONGUEUR_MOT
TABLE = MotFournisseur._meta.db_table
SQL_MOTS = f"SELECT m.mot, m.fournisseur_id FROM {TABLE} m WHERE"  # noqa: S608
SQL_ORDRE = "ORDER BY m.mot, m.fournisseur_id"
SQL_AUTRE = f"""SELECT 1 FROM {TABLE} a
    WHERE a.fournisseur_id = m.fournisseur_id AND a.mot >= %s AND a.mot < %s"""  # noqa: S608
SQL_COMPTE = f"""(SELECT count(*) FROM (SELECT 1 FROM {TABLE}
    WHERE est_principal IN (TRUE, FALSE) AND mot >= %s AND mot < %s LIMIT %s) mots)"""  # noqa: S608
Mots = dict[str, bool]  # a word, and whether it names the tiers rather than its place


# --- Writing -----------------------------------------------------------------------------------
def mots_du_tiers(principaux: Iterable[str], lieux: Iterable[str]) -> Mots:
    """Return the words of a tiers: those of its names and numbers, then those of its communes."""
    return dict.fromkeys(mots_ranges(*lieux), False) | dict.fromkeys(mots_ranges(*principaux), True)


def indexer(fournisseurs: Iterable[int]) -> int:
    """Make the words of these suppliers (keys) those of their data; four statements a batch.

    To be called in the transaction that changes a name, a code, a RIDET or a commune.

    Returns:
        How many words were added or taken away: none when the data did not change.
    """
    changements = 0
    cles = iter(fournisseurs)
    while lot := list(islice(cles, TAILLE_LOT)):
        changements += _indexer_lot(lot)
    return changements


@transaction.atomic
def _indexer_lot(cles: list[int]) -> int:
    attendus = {
        (cle, mot): est_principal
        for cle, mots in _mots_attendus(cles)
        for mot, est_principal in mots.items()
    }
    ranges = MotFournisseur.objects.filter(fournisseur__in=cles)
    presents = {
        (cle, mot): est_principal
        for cle, mot, est_principal in ranges.values_list("fournisseur_id", "mot", "est_principal")
    }
    perimes: dict[int, list[str]] = defaultdict(list)
    for cle, mot in presents.keys() - {c for c, v in attendus.items() if presents.get(c) == v}:
        perimes[cle].append(mot)
    for cle, mots in perimes.items():
        MotFournisseur.objects.filter(fournisseur=cle, mot__in=mots).delete()
    nouveaux = [(*cle, valeur) for cle, valeur in attendus.items() if presents.get(cle) != valeur]
    inserer(nouveaux)
    return len(nouveaux) + sum(map(len, perimes.values()))


def _mots_attendus(cles: list[int]) -> Iterator[tuple[int, Mots]]:
    """Yield each supplier with the words his data give; two queries."""
    lieux: dict[int, list[str]] = defaultdict(list)
    noms: dict[int, list[str]] = defaultdict(list)
    etablissements = Etablissement.objects.filter(fournisseur__in=cles)
    for cle, *numeros, ville in etablissements.values_list(
        "fournisseur_id", "ridet", "denomination", "ville"
    ):
        noms[cle] += numeros
        lieux[cle].append(ville)
    for cle, ville, *textes in Fournisseur.objects.filter(pk__in=cles).values_list(
        "pk",
        "ville",
        "rid",
        "nom_commercial",
        "tiers__nom",
        "tiers__prenom",
        "tiers__code",
        "tiers__ridet",
    ):
        yield cle, mots_du_tiers([*textes, *noms[cle]], [ville, *lieux[cle]])


def inserer(lignes: list[tuple[int, str, bool]]) -> None:
    """Insert words not stored yet: (key of the supplier, word, whether it names him)."""
    table = MotFournisseur._meta.db_table
    colonnes = f"INSERT INTO {table} (fournisseur_id, mot, est_principal) "
    if not lignes:
        return
    with connection.cursor() as curseur:
        if connection.vendor == "postgresql":
            tableaux = [list(colonne) for colonne in zip(*lignes, strict=True)]
            curseur.execute(
                f"{colonnes} SELECT * FROM unnest(%s::bigint[], %s::text[], %s::boolean[])",  # noqa: S608
                tableaux,
            )
        else:
            curseur.executemany(f"{colonnes} VALUES (%s, %s, %s)", lignes)


# --- Reading -----------------------------------------------------------------------------------
class Place(NamedTuple):
    """Where a result stands in the order of the results: what the next page begins after."""

    est_principal: bool
    mot: str
    fournisseur: int

    def __str__(self) -> str:
        return f"{int(self.est_principal)}-{self.mot}-{self.fournisseur}"


def lire_place(texte: str) -> Place | None:
    """Return the place that `str` made `texte` of; None when it is none."""
    match texte.split("-"):
        case [("0" | "1") as rang, mot, cle] if CLE.fullmatch(cle):
            return Place(rang == "1", mot, int(cle))
    return None


@dataclass(frozen=True, slots=True)
class Trouvailles:
    """One page of a search. `suite` is what the next one begins after; None when all was read.

    `est_partielle`: the page is not full, and yet not all was read (`LUS_AU_PLUS`).
    """

    fiches: list[Any]
    suite: Place | None = None
    est_partielle: bool = False


def chercher(
    fournisseurs: QuerySet[Fournisseur], saisie: str, *, nombre: int, apres: Place | None = None
) -> Trouvailles:
    """Return the first `nombre` of `fournisseurs` that answer to `saisie`, or those after a place.

    Each word typed begins one of theirs, in any order. They come in the order of the word found,
    those named so before those who are in a commune named so. Nothing is counted, and at most
    twice `LUS_AU_PLUS` words are looked at, however common those typed, whatever the filters.
    """
    prefixes = mots_cherches(saisie)
    if not prefixes:
        return Trouvailles([])
    prefixes, est_courant = _du_plus_rare(prefixes)
    trouvees: list[tuple[Place, Fournisseur]] = []
    borne = None
    for est_principal in (True, False):
        if apres is not None and apres.est_principal < est_principal:
            continue
        depuis = apres if apres and apres.est_principal == est_principal else None
        borne = _derniere_lue(prefixes[0], est_principal, depuis) if est_courant else None
        for lot in _par_lots(prefixes, est_principal, depuis, borne, nombre + 1):
            fiches = fournisseurs.in_bulk([place.fournisseur for place in lot])
            trouvees += [(p, fiches[p.fournisseur]) for p in lot if p.fournisseur in fiches]
            if len(trouvees) > nombre:
                break
        if borne or len(trouvees) > nombre:
            break
    est_pleine = len(trouvees) > nombre
    return Trouvailles(
        [fiche for _, fiche in trouvees[:nombre]],
        trouvees[nombre - 1][0] if est_pleine else borne,
        est_partielle=borne is not None and not est_pleine,
    )


def _du_plus_rare(prefixes: list[str]) -> tuple[list[str], bool]:
    """Sort prefixes by how many words begin so; tell whether even the rarest may be common.

    A count stops at `LUS_AU_PLUS`; one prefix is not counted. One query.
    """
    if len(prefixes) == 1:
        return prefixes, True
    lues = _executer(
        f"SELECT {', '.join([SQL_COMPTE] * len(prefixes))}",
        [valeur for prefixe in prefixes for valeur in (*_plage(prefixe), LUS_AU_PLUS)],
    )
    comptes = dict(zip(prefixes, lues[0], strict=True))
    tries = sorted(prefixes, key=lambda prefixe: (comptes[prefixe], -len(prefixe)))
    return tries, comptes[tries[0]] >= LUS_AU_PLUS


def _par_lots(
    prefixes: list[str],
    est_principal: bool,
    apres: Place | None,
    borne: Place | None,
    taille: int,
) -> Iterator[list[Place]]:
    """Yield the places up to a last one, `taille` first, then ever more: filters may be severe."""
    while lot := _lire(prefixes, est_principal, apres, borne, taille):
        yield lot
        if len(lot) < taille:
            return
        apres, taille = lot[-1], min(4 * taille, LUS_AU_PLUS)


def _derniere_lue(prefixe: str, est_principal: bool, apres: Place | None) -> Place | None:
    """Return the last place that may be looked at; None when all may. The index alone is read."""
    conditions, valeurs = _situees(prefixe, est_principal, apres, None)
    lues = _executer(f"{SQL_MOTS} {conditions} {SQL_ORDRE} LIMIT 1 OFFSET {LUS_AU_PLUS}", valeurs)
    return Place(est_principal, *lues[0]) if lues else None


def _lire(
    prefixes: list[str],
    est_principal: bool,
    apres: Place | None,
    borne: Place | None,
    nombre: int,
) -> list[Place]:
    """Return the places of those who have all the words, each under the first of the rarest.

    The words alone are in the FROM clause: either engine then follows their index, and stops.
    """
    rare, *autres = prefixes
    conditions, valeurs = _situees(rare, est_principal, apres, borne)
    plus_tot = "a.est_principal AND" if est_principal else "a.est_principal OR"
    conditions += f" AND NOT EXISTS ({SQL_AUTRE} AND ({plus_tot} a.mot < m.mot))"
    conditions += f" AND EXISTS ({SQL_AUTRE})" * len(autres)
    valeurs += [borne for prefixe in prefixes for borne in _plage(prefixe)]
    lues = _executer(f"{SQL_MOTS} {conditions} {SQL_ORDRE} LIMIT {nombre}", valeurs)
    return [Place(est_principal, *ligne) for ligne in lues]


def _situees(
    prefixe: str, est_principal: bool, apres: Place | None, borne: Place | None
) -> tuple[str, list[Any]]:
    """Return the condition of the words that begin so, between two places, and its values.

    A pair is compared by the index of both engines, when nothing else bounds the same side.
    """
    debut, fin = _plage(prefixe)
    conditions = [f"m.est_principal IN ({str(est_principal).upper()})"]  # bare, SQLite has no index
    valeurs: list[Any] = []
    if apres is not None and apres.mot >= debut:
        conditions.append("(m.mot, m.fournisseur_id) > (%s, %s)")
        valeurs += apres[1:]
    else:
        conditions.append("m.mot >= %s")
        valeurs.append(debut)
    if borne is not None:
        conditions.append("(m.mot, m.fournisseur_id) <= (%s, %s)")
        valeurs += borne[1:]
    else:
        conditions.append("m.mot < %s")
        valeurs.append(fin)
    return " AND ".join(conditions), valeurs


def _plage(prefixe: str) -> tuple[str, str]:
    """Return between what the words that begin so stand."""
    return prefixe, suivant(prefixe) or APRES_TOUT_MOT


def _executer(requete: str, valeurs: list[Any]) -> list[Any]:
    with connection.cursor() as curseur:
        curseur.execute(requete, valeurs)
        return list(curseur.fetchall())
