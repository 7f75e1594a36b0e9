"""Balances and statements: what is owed is read here, never stored beside the ledger."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce

from facturier.commun.champs import MontantField
from facturier.grand_livre.models import (
    Ecriture,
    LigneEcriture,
    Piece,
    SchemaComptable,
    Sens,
    SensPiece,
    Tiers,
)

RETOURS_DE_FONDS = ("retour_paiement", "retour_encaissement")
EVENEMENTS_DE_PAIEMENT = (
    *RETOURS_DE_FONDS,
    "paiement_mandat",
    "encaissement_carte",
    "encaissement_lecteur",
    "encaissement_tpe",
    "encaissement_especes",
    "encaissement_cheque",
    "encaissement_virement",
    "encaissement_classement",
    "apurement_titre",
    "remboursement_carte",
    "remboursement_virement",
)
EVENEMENTS_D_EMISSION = (
    "mandatement",
    "titre",
    "reduction_mandat",
    "reduction_titre",
    "annulation_mandat_anterieur",
    "annulation_titre_anterieur",
)


@dataclass(frozen=True, slots=True)
class SoldeCompte:
    """Movements of an account, in whole francs."""

    debit: int
    credit: int

    @property
    def solde(self) -> int:
        """Debit minus credit: positive on the debit side."""
        return self.debit - self.credit


SQL_SOLDE = """
    SELECT coalesce(sum(debit), 0), coalesce(sum(credit), 0) FROM (
        SELECT s.debit, s.credit
        FROM grand_livre_solde s
        WHERE s.compte_id = %(compte)s AND s.jour <= %(au)s
        UNION ALL
        SELECT CASE l.sens WHEN 'D' THEN l.montant ELSE 0 END,
               CASE l.sens WHEN 'C' THEN l.montant ELSE 0 END
        FROM grand_livre_attentescellement a
        JOIN grand_livre_ecriture e ON e.id = a.ecriture_id
        JOIN grand_livre_ligneecriture l ON l.ecriture_id = e.id
        WHERE l.compte_id = %(compte)s AND e.date_comptable <= %(au)s
    ) mouvements
"""


def solde(numero: str, *, exercice: int, au: date | None = None) -> SoldeCompte:
    """Return what moved on account `numero` in `exercice`, up to day `au` included.

    One statement reads the snapshots and the entries not sealed yet, so that both are of the
    same moment. An account without movement, or unknown, has a zero balance.
    """
    with connection.cursor() as curseur:
        curseur.execute(
            "SELECT id FROM grand_livre_compte WHERE exercice_id = %s AND numero = %s",
            [exercice, numero],
        )
        compte = curseur.fetchone()
        if compte is None:
            return SoldeCompte(0, 0)
        curseur.execute(SQL_SOLDE, {"compte": compte[0], "au": au or date(9999, 12, 31)})
        debit, credit = curseur.fetchone()
    return SoldeCompte(int(debit), int(credit))


def _signe(sens_positif: Sens) -> Case:
    return Case(
        When(sens=sens_positif, then=F("montant")),
        default=-F("montant"),
        output_field=MontantField(),
    )


def reste_du_par_piece(pieces: Iterable[int], *, sens: str) -> dict[int, int]:
    """Return what is still owed on each pièce of one side, in whole francs, in one query."""
    positif = Sens.CREDIT if sens == SensPiece.DEPENSE else Sens.DEBIT
    lignes = LigneEcriture.objects.filter(piece__in=list(pieces), tiers__isnull=False)
    return dict(lignes.values_list("piece").annotate(reste=Sum(_signe(positif))))


def encaisse_par_titre(titres: Iterable[int]) -> dict[int, int]:
    """Return what was collected on each titre, refunds deducted, in whole francs; one query."""
    lignes = LigneEcriture.objects.filter(
        piece__in=list(titres),
        tiers__isnull=False,
        ecriture__evenement__in=EVENEMENTS_DE_PAIEMENT,
    )
    return dict(lignes.values_list("piece").annotate(encaisse=Sum(_signe(Sens.CREDIT))))


def retours_par_piece(pieces: Iterable[int]) -> dict[int, tuple[int, date]]:
    """Return how often money of each pièce came back, and the last day; one query."""
    lignes = LigneEcriture.objects.filter(
        piece__in=list(pieces), ecriture__evenement__in=RETOURS_DE_FONDS
    )
    retours = lignes.values_list("piece").annotate(
        nombre=Count("ecriture", distinct=True), dernier=Max("ecriture__date_comptable")
    )
    return {piece: (nombre, dernier) for piece, nombre, dernier in retours if piece}


def tenu_par_la_tresorerie(piece: Piece) -> dict[int, int]:
    """Return what the treasury paid or collected on `piece` and did not come back, by tiers."""
    lignes = LigneEcriture.objects.filter(
        piece=piece,
        tiers__isnull=False,
        ecriture__evenement__in=("paiement_mandat", "encaissement_virement", *RETOURS_DE_FONDS),
    )
    positif = Sens.DEBIT if piece.sens == SensPiece.DEPENSE else Sens.CREDIT
    sommes = lignes.values_list("tiers").annotate(net=Sum(_signe(positif)))
    return {tiers: net for tiers, net in sommes if tiers and net > 0}


def fonds_par_piece(pieces: Iterable[int]) -> dict[int, tuple[int, date]]:
    """Return what was paid or collected on each pièce, less what came back, and the last day.

    In whole francs; a pièce on which no money moved is left out. One query.
    """
    lignes = LigneEcriture.objects.filter(
        piece__in=list(pieces),
        tiers__isnull=False,
        ecriture__evenement__in=EVENEMENTS_DE_PAIEMENT,
    )
    mouvements = lignes.values_list("piece").annotate(
        net=Sum(_signe(Sens.DEBIT)), dernier=Max("ecriture__date_comptable")
    )
    return {piece: (abs(net), dernier) for piece, net, dernier in mouvements if piece}


def regle_par_piece(pieces: Iterable[int]) -> dict[int, int]:
    """Return what settled each pièce, whatever the way, less what was given back; one query.

    In whole francs: all that moved its tiers but its emission, its corrections and their reversals.
    A pièce that nothing settles is left out.
    """
    lignes = LigneEcriture.objects.filter(piece__in=list(pieces), tiers__isnull=False)
    emission = Q(ecriture__evenement__in=EVENEMENTS_D_EMISSION) | Q(
        ecriture__contrepasse__evenement__in=EVENEMENTS_D_EMISSION
    )
    regles = lignes.exclude(emission).values_list("piece").annotate(net=Sum(_signe(Sens.DEBIT)))
    return {piece: abs(net) for piece, net in regles if piece and net}


def reste_correle(piece: str, *, sens: str) -> Coalesce:
    """Return, as part of a query, what is still owed on the pièce that its column `piece` names."""
    positif = Sens.CREDIT if sens == SensPiece.DEPENSE else Sens.DEBIT
    lignes = LigneEcriture.objects.filter(piece=OuterRef(piece), tiers__isnull=False).order_by()
    restes = lignes.values("piece").annotate(reste=Sum(_signe(positif))).values("reste")
    return Coalesce(Subquery(restes), 0)


def reste_du_par_tiers(pieces: Iterable[int], *, sens: str) -> dict[int, dict[int, int]]:
    """Return what is still owed on each pièce to, or by, each tiers; one query."""
    positif = Sens.CREDIT if sens == SensPiece.DEPENSE else Sens.DEBIT
    lignes = LigneEcriture.objects.filter(piece__in=list(pieces), tiers__isnull=False)
    restes: dict[int, dict[int, int]] = defaultdict(dict)
    for piece, tiers, reste in lignes.values_list("piece", "tiers").annotate(
        reste=Sum(_signe(positif))
    ):
        restes[piece][tiers] = reste
    return dict(restes)


def reste_du(piece: Piece) -> int:
    """Return what is still owed on `piece`: by the province for a mandat, to it for a titre."""
    return reste_du_par_piece([piece.pk], sens=piece.sens).get(piece.pk, 0)


def trop_percu(tiers: Iterable[int]) -> int:
    """Return what `tiers` (keys) paid beyond their titres and is owed back, in whole francs.

    It stands in the account of excess, or on a titre that calls for less than was paid. Two
    queries.
    """
    comptes = SchemaComptable.objects.filter(part="trop_percu").values("compte")
    lignes = LigneEcriture.objects.filter(tiers__in=list(tiers)).order_by()
    hors_dette = lignes.filter(compte__numero__in=comptes).aggregate(
        total=Sum(_signe(Sens.CREDIT), default=0)
    )
    restes = lignes.filter(piece__sens=SensPiece.RECETTE).values("piece")
    negatifs = restes.annotate(reste=Sum(_signe(Sens.DEBIT))).filter(reste__lt=0)
    return int(hors_dette["total"]) - sum(negatifs.values_list("reste", flat=True))


@dataclass(frozen=True, slots=True)
class LigneReleve:
    """One line of the statement of a tiers; `solde` runs, positive when the tiers owes."""

    date_comptable: date
    libelle: str
    compte: str
    piece: str
    debit: int
    credit: int
    solde: int


def releve(
    tiers: Tiers, *, debut: date | None = None, fin: date | None = None
) -> Iterator[LigneReleve]:
    """Yield the statement of `tiers`, in accounting order, with its running balance.

    Lines before `debut` are not shown but count in the balance. Those of the tiers it has
    absorbed are its own. Two queries, read in a stream.
    """
    lignes = (
        LigneEcriture.objects.filter(tiers__in=tiers.famille)
        .select_related("ecriture", "compte", "piece")
        .order_by("ecriture__date_comptable", "ecriture_id", "rang")
    )
    if fin:
        lignes = lignes.filter(ecriture__date_comptable__lte=fin)
    cumul = 0
    for ligne in lignes.iterator(chunk_size=2000):
        est_debit = ligne.sens == Sens.DEBIT
        cumul += ligne.montant if est_debit else -ligne.montant
        if debut and ligne.ecriture.date_comptable < debut:
            continue
        yield LigneReleve(
            date_comptable=ligne.ecriture.date_comptable,
            libelle=ligne.ecriture.libelle,
            compte=ligne.compte.numero,
            piece=ligne.piece.reference if ligne.piece else "",
            debit=ligne.montant if est_debit else 0,
            credit=0 if est_debit else ligne.montant,
            solde=cumul,
        )


def totaux_tiers(tiers: Tiers) -> SoldeCompte:
    """Return all that was debited and credited to `tiers`, in whole francs."""
    totaux = LigneEcriture.objects.filter(tiers__in=tiers.famille).aggregate(
        debit=Sum("montant", filter=Q(sens=Sens.DEBIT), default=0),
        credit=Sum("montant", filter=Q(sens=Sens.CREDIT), default=0),
    )
    return SoldeCompte(totaux["debit"], totaux["credit"])


def paiements_depuis(tiers: Iterable[int], moment: datetime) -> QuerySet[Ecriture]:
    """Return the entries that paid or collected for one of `tiers` (keys) since `moment`."""
    payees = LigneEcriture.objects.filter(tiers__in=list(tiers), ecriture=OuterRef("pk"))
    return Ecriture.objects.filter(
        Exists(payees), passee_le__gte=moment, evenement__in=EVENEMENTS_DE_PAIEMENT
    ).order_by("pk")
