"""Posting: `passer()`, `passer_lot()`, `contrepasser()` and `lettrer()`, the only ways to write.

Everything is checked twice: here for the wording, in the database because data that bypasses
this module must obey too.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.causes import phrase_de_la_base
from facturier.grand_livre import moteurs
from facturier.grand_livre.models import (
    Ecriture,
    Exercice,
    Lettrage,
    LigneEcriture,
    LigneLettrage,
    Sens,
)
from facturier.grand_livre.numerotation import prendre_numero

TOTAL_MAXIMAL = 10**13  # francs; keeps every sum of a year within a big integer
LONGUEURS = {"evenement": 40, "libelle": 200, "cle": 120}


class EcritureRefusee(ValueError):
    """The entry breaks a rule of the ledger; nothing was written."""


@dataclass(frozen=True, slots=True)
class Ligne:
    """One leg to post: account number, side, whole francs above zero, and whom it concerns."""

    compte: str
    sens: Sens
    montant: int
    tiers_id: int | None = None
    piece_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EcritureAPasser:
    """An entry not yet posted. `cle` makes posting it twice harmless."""

    exercice: int
    journal: str
    date_comptable: date
    evenement: str
    libelle: str
    lignes: Sequence[Ligne]
    par_id: int
    cle: str | None = None
    contrepasse_id: int | None = None

    @property
    def total(self) -> int:
        """Sum of the debits, in whole francs."""
        return sum(ligne.montant for ligne in self.lignes if ligne.sens == Sens.DEBIT)

    def controler(self) -> None:
        """Check what can be checked without the database.

        Raises:
            EcritureRefusee: fewer than two lines, an amount that is not above zero, debits
                that differ from credits, a total beyond reason, or a text that is too long.
        """
        self._controler_textes()
        if len(self.lignes) < 2:  # noqa: PLR2004
            raise EcritureRefusee("Une écriture a deux lignes ou plus.")
        for ligne in self.lignes:
            if not isinstance(ligne.montant, int) or ligne.montant <= 0:
                raise EcritureRefusee(
                    f"Compte {ligne.compte} : le montant doit être un nombre entier de francs "
                    f"supérieur à zéro, et non {ligne.montant}."
                )
        credit = sum(ligne.montant for ligne in self.lignes) - self.total
        if credit != self.total:
            raise EcritureRefusee(
                f"L’écriture n’est pas équilibrée : débit {self.total}, crédit {credit}."
            )
        if self.total > TOTAL_MAXIMAL:
            raise EcritureRefusee(
                f"Le total de l’écriture ({self.total} F) dépasse {TOTAL_MAXIMAL} F."
            )

    def _controler_textes(self) -> None:
        for champ, longueur in LONGUEURS.items():
            if len(getattr(self, champ) or "") > longueur:
                raise EcritureRefusee(f"{champ} : {longueur} caractères au plus.")


def passer(
    *,
    exercice: int,
    journal: str,
    date_comptable: date,
    evenement: str,
    libelle: str,
    lignes: Sequence[Ligne],
    par: Utilisateur,
    cle: str | None = None,
) -> Ecriture:
    """Post one balanced entry and return it; with a `cle` already used, return the first one.

    Raises:
        EcritureRefusee: unbalanced, fewer than two lines, amount not above zero, exercice closed
            or unknown, account unknown or not imputable, or `cle` already used for another entry.
    """
    return _ecrire(
        EcritureAPasser(
            exercice=exercice,
            journal=journal,
            date_comptable=date_comptable,
            evenement=evenement,
            libelle=libelle,
            lignes=lignes,
            par_id=par.pk,
            cle=cle,
        )
    )


def passer_lot(ecritures: Iterable[EcritureAPasser]) -> list[int]:
    """Post many entries in two statements; return the keys of those that were new.

    Entries whose `cle` is already used are left out. All or nothing.

    Raises:
        EcritureRefusee: one entry breaks a rule; none is posted.
    """
    a_passer = list(ecritures)
    for ecriture in a_passer:
        ecriture.controler()
    cles = [e.cle for e in a_passer if e.cle]
    if en_double := [cle for cle, fois in Counter(cles).items() if fois > 1]:
        raise EcritureRefusee(f"Clé d’unicité en double dans le lot : « {en_double[0]} ».")
    try:
        with transaction.atomic():
            deja = moteurs.cles_employees(cles)
            return moteurs.ecrire_lot([e for e in a_passer if e.cle not in deja])
    except (IntegrityError, DataError) as erreur:
        _refuser(erreur)


@transaction.atomic
def contrepasser(
    ecriture: Ecriture, *, par: Utilisateur, motif: str, date_comptable: date
) -> Ecriture:
    """Post the reversal of `ecriture`: same lines, sides exchanged. `motif` says why.

    The reversal goes to the exercice of `date_comptable` when that of the entry is closed.

    Raises:
        EcritureRefusee: the entry is a reversal, or is reversed already, or a rule of `passer`.
    """
    if ecriture.contrepasse_id is not None:
        raise EcritureRefusee("Une contrepassation ne se contrepasse pas : passez une écriture.")
    if Ecriture.objects.filter(contrepasse=ecriture).exists():
        raise EcritureRefusee(f"L’écriture {ecriture.pk} est déjà contrepassée.")
    lignes = [
        Ligne(
            ligne.compte.numero,
            Sens(ligne.sens).inverse,
            ligne.montant,
            ligne.tiers_id,
            ligne.piece_id,
        )
        for ligne in ecriture.lignes.select_related("compte").order_by("rang")
    ]
    return _ecrire(
        EcritureAPasser(
            exercice=_exercice_ouvert(ecriture.exercice_id, date_comptable),
            journal=ecriture.journal_id,
            date_comptable=date_comptable,
            evenement=f"contrepassation_{ecriture.evenement}"[:40],
            libelle=f"Contrepassation de l’écriture {ecriture.pk} : {motif}"[:200],
            lignes=lignes,
            par_id=par.pk,
            contrepasse_id=ecriture.pk,
        )
    )


def _exercice_ouvert(annee: int, date_comptable: date) -> int:
    """Return `annee`, or the year of `date_comptable` when that exercice is closed."""
    est_clos = Exercice.objects.filter(annee=annee, clos_le__isnull=False).exists()
    return date_comptable.year if est_clos else annee


@transaction.atomic
def lettrer(lignes: Iterable[LigneEcriture], *, par: Utilisateur) -> Lettrage:
    """Match lines of one account and one tiers whose debits equal their credits.

    Raises:
        EcritureRefusee: lines of several accounts or tiers, of no tiers, that do not settle
            each other, or one of which is lettered already.
    """
    retenues = list(lignes)
    debit = sum(ligne.montant for ligne in retenues if ligne.sens == Sens.DEBIT)
    credit = sum(ligne.montant for ligne in retenues if ligne.sens == Sens.CREDIT)
    if len({(ligne.compte_id, ligne.tiers_id) for ligne in retenues}) != 1:
        raise EcritureRefusee("Un lettrage réunit des lignes du même compte et du même tiers.")
    if retenues[0].tiers_id is None:
        raise EcritureRefusee("Seules des lignes qui portent un tiers se lettrent.")
    if debit != credit:
        raise EcritureRefusee(
            f"Les lignes à lettrer ne se soldent pas : débit {debit}, crédit {credit}."
        )
    try:
        with transaction.atomic():
            return _ecrire_lettrage(retenues, debit, par)
    except IntegrityError as erreur:
        _refuser(erreur)


def _ecrire_lettrage(lignes: list[LigneEcriture], total: int, par: Utilisateur) -> Lettrage:
    """Insert the lines, then the header that seals them."""
    compte = lignes[0].compte_id
    lettrage = Lettrage(
        pk=moteurs.prochains_identifiants(Lettrage._meta.db_table, 1)[0],
        compte_id=compte,
        tiers=lignes[0].tiers,
        numero=prendre_numero(f"lettrage-{compte}"),
        total=total,
        par=par,
    )
    LigneLettrage.objects.bulk_create(
        LigneLettrage(lettrage_id=lettrage.pk, ligne=ligne) for ligne in lignes
    )
    lettrage.save(force_insert=True)
    return lettrage


def _ecrire(a_passer: EcritureAPasser) -> Ecriture:
    """Post one entry on the engine in use, or find the one its key names."""
    a_passer.controler()
    passee_le = timezone.now()
    try:
        with moteurs.transaction_au_besoin():
            identifiant, deja = moteurs.ecrire(a_passer, passee_le)
    except (IntegrityError, DataError) as erreur:
        _refuser(erreur)
    if deja:
        return _premiere(identifiant, a_passer)
    return Ecriture(
        id=identifiant,
        exercice_id=a_passer.exercice,
        journal_id=a_passer.journal,
        date_comptable=a_passer.date_comptable,
        evenement=a_passer.evenement,
        libelle=a_passer.libelle,
        total=a_passer.total,
        nombre_lignes=len(a_passer.lignes),
        cle=a_passer.cle,
        contrepasse_id=a_passer.contrepasse_id,
        passee_le=passee_le,
        par_id=a_passer.par_id,
    )


def _premiere(identifiant: int, a_passer: EcritureAPasser) -> Ecriture:
    """Return the entry that took the key first, provided it says the same."""
    premiere = Ecriture.objects.get(pk=identifiant)
    if (premiere.evenement, premiere.total) != (a_passer.evenement, a_passer.total):
        raise EcritureRefusee(
            f"La clé d’unicité « {a_passer.cle} » désigne déjà une autre écriture "
            f"(n° {identifiant}, {premiere.total} F)."
        )
    return premiere


MESSAGES = {
    "contrepasse": "Cette écriture est déjà contrepassée.",
    "lettrage_ligne_id": "Une ligne est déjà lettrée.",
    "lignelettrage.ligne_id": "Une ligne est déjà lettrée.",
    "ecriture_cle": "La clé d’unicité vient d’être employée pour une autre écriture.",
    "ecriture.cle": "La clé d’unicité vient d’être employée pour une autre écriture.",
}


def _refuser(erreur: IntegrityError | DataError) -> NoReturn:
    """Turn a refusal of the database into one sentence in French."""
    texte = phrase_de_la_base(erreur)
    for indice, message in MESSAGES.items():
        if indice in texte and "constraint" in texte.lower():
            raise EcritureRefusee(message) from erreur
    raise EcritureRefusee(texte) from erreur
