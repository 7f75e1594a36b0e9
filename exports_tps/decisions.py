"""What the comptable decided, applied to pièces: said by a PES_Retour, or entered on a page.

Each function takes any number of pièces and costs a fixed number of statements. A pièce that is
past the state concerned is left alone: answers may come late, twice or in disorder.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import Q

from exports_tps import remises
from exports_tps.penalites import precompter_titres
from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir_lot
from facturier.commun.montants import afficher
from facturier.grand_livre.evenements import (
    Paiement,
    annuler_emissions,
    payer_mandats,
)
from facturier.grand_livre.models import EtatPiece, Piece, SensPiece
from facturier.grand_livre.soldes import (
    encaisse_par_titre,
    regle_par_piece,
    reste_du_par_piece,
    reste_du_par_tiers,
    retours_par_piece,
)
from facturier.grand_livre.tresorerie import Virement, encaisser_virements
from facturier.grand_livre.ventilation import sommes_dues, total_par_tiers
from facturier.suivi import avoirs_de_mandat
from facturier.suivi.avancement import (
    PaiementMandat,
    constater_paiement,
    constater_paiement_partiel,
    constater_prise_en_charge,
    constater_rejet,
    constater_suspension,
)
from facturier.suivi.corrections import constater_corrections, reduits
from telepaiement import contestations

Retours = Mapping[int, tuple[int, date]]  # how often money came back, and the last day, by pièce


@dataclass(frozen=True, slots=True, kw_only=True)
class CumulPaye:
    """All that was paid on a pièce so far, in whole francs, the last time on `date_paiement`.

    `par_tiers` is the same by payee, known where the mandat pays several and not all in full.
    """

    montant: int
    date_paiement: date
    reference: str
    par_tiers: Mapping[int, int] = field(default_factory=dict)


@transaction.atomic
def prendre_en_charge(pieces: Collection[int], *, par: Utilisateur) -> set[int]:
    """Carry pièces to `prise_en_charge`; return those that moved."""
    prises = franchir_lot(Piece, pieces, "prendre_en_charge", par=par)
    constater_prise_en_charge(prises, par=par)
    constater_corrections(prises, par=par)
    precompter_titres(prises, par=par)
    return prises


@transaction.atomic
def suspendre(motifs: Mapping[int, str], *, par: Utilisateur) -> set[int]:
    """Suspend pièces, each for its reason (GBCP, art. 38); return those that moved."""
    suspendues = franchir_lot(Piece, motifs, "suspendre", par=par, motifs=motifs)
    constater_suspension({pk: motifs[pk] for pk in suspendues}, par=par)
    return suspendues


@transaction.atomic
def rejeter(motifs: Mapping[int, str], *, date_rejet: date, par: Utilisateur) -> set[int]:
    """Reject pièces: their entry is reversed, their invoices go back to the desk, the avoir that
    founds a réduction is free again, and who contested a titre is answered.

    A pièce that a réduction corrects is left alone, the réduction is to be rejected first; so is
    one that is settled in part, whose entry can no longer be reversed (see `reglees`).
    """
    intactes = motifs.keys() - reduits(motifs) - reglees(motifs).keys()
    rejetees = franchir_lot(Piece, intactes, "rejeter", par=par, motifs=motifs)
    annuler_emissions(
        list(Piece.objects.filter(pk__in=rejetees)),
        motif="rejet par le comptable",
        date_comptable=date_rejet,
        par=par,
    )
    constater_rejet({pk: motifs[pk] for pk in rejetees}, par=par)
    avoirs_de_mandat.liberer({pk: motifs[pk] for pk in rejetees}, par=par)
    contestations.suivre_rejets(rejetees, par=par)
    return rejetees


def reglees(pieces: Collection[int]) -> dict[int, str]:
    """Say, in French, why pièces that money settled cannot be rejected; the others are left out.

    A mandat that was paid keeps its invoices paid, were the money to come back: it stays too.
    A titre that the treasury refused all the same is presented again (`remises`).
    """
    regles, revenus = regle_par_piece(pieces), retours_par_piece(pieces)
    gardees = (
        Piece.objects.filter(Q(pk__in=regles) | Q(pk__in=revenus, sens=SensPiece.DEPENSE))
        .exclude(etat=EtatPiece.REJETEE)
        .order_by("pk")
    )
    titres = [piece for piece in gardees if piece.sens == SensPiece.RECETTE]
    mandats = [piece for piece in gardees if piece.sens == SensPiece.DEPENSE]
    return remises.dire_gardes(titres, regles) | {
        mandat.pk: _raison_de_garder(mandat, regles.get(mandat.pk, 0)) for mandat in mandats
    }


def _raison_de_garder(mandat: Piece, montant: int) -> str:
    if not montant:
        return (
            f"{mandat} : payé, puis des fonds sont revenus ; il ne se rejette plus. Payez-le de "
            "nouveau, ou réduisez-le."
        )
    return (
        f"{mandat} : {afficher(montant)} sont déjà payés ou retenus, il ne se rejette plus. "
        "Réduisez le mandat de ce qui n’est pas dû."
    )


@transaction.atomic
def payer(cumuls: Mapping[int, CumulPaye], *, par: Utilisateur) -> set[int]:
    """Post what mandats were paid since the last answer; return those that are paid in full.

    A cumulative amount makes answers order-free: only what goes beyond what the ledger holds is
    posted. A mandat that was not taken in charge yet is taken in charge.
    """
    prendre_en_charge(cumuls, par=par)
    retours = retours_par_piece(cumuls)
    cumuls = _d_apres_les_retours(cumuls, retours)
    mandats = list(
        Piece.objects.select_for_update(of=("self",))
        .filter(pk__in=cumuls, sens=SensPiece.DEPENSE, etat=EtatPiece.PRISE_EN_CHARGE)
        .order_by("pk")
    )
    nouveaux = list(_nouveaux_paiements(mandats, cumuls, retours))
    payer_mandats(nouveaux, par=par)
    return _solder([paiement.mandat.pk for paiement in nouveaux], cumuls, par)


@transaction.atomic
def encaisser_titres(cumuls: Mapping[int, CumulPaye], *, par: Utilisateur) -> dict[int, int]:
    """Post what the treasury itself collected on titres: it is no longer owed, nor paid online.

    What a régie collected is in the ledger already, and in the total that the treasury tells: only
    what goes beyond is posted, up to what is owed.

    Returns:
        By titre, the francs told beyond what it called for.
    """
    retours = retours_par_piece(cumuls)
    cumuls = _d_apres_les_retours(cumuls, retours)
    titres = list(
        Piece.objects.select_for_update(of=("self",))
        .filter(pk__in=cumuls, sens=SensPiece.RECETTE, etat=EtatPiece.PRISE_EN_CHARGE)
        .order_by("pk")
    )
    cles = [titre.pk for titre in titres]
    encaisses = encaisse_par_titre(cles)
    restes = reste_du_par_piece(cles, sens=SensPiece.RECETTE)
    excedents: dict[int, int] = {}
    virements: list[Virement] = []
    for titre in titres:
        cumul, reste = cumuls[titre.pk], restes.get(titre.pk, 0)
        nouveau = cumul.montant - encaisses.get(titre.pk, 0)
        if nouveau > reste:
            excedents[titre.pk] = nouveau - reste
        if min(nouveau, reste) > 0:
            virements.append(
                Virement(
                    titre=titre,
                    montant=min(nouveau, reste),
                    jour=cumul.date_paiement,
                    reference=f"tps-{titre.pk}-{cumul.montant}{_suite(titre.pk, retours)}",
                )
            )
    encaisser_virements(virements, par=par)
    return excedents


def _d_apres_les_retours(cumuls: Mapping[int, CumulPaye], retours: Retours) -> dict[int, CumulPaye]:
    """Leave out the totals of before money came back: it would be posted as paid again."""
    return {
        cle: cumul
        for cle, cumul in cumuls.items()
        if cle not in retours or cumul.date_paiement >= retours[cle][1]
    }


def _suite(piece: int, retours: Retours) -> str:
    """Tell a total reached again, once money came back, from the first time."""
    return f"-{retours[piece][0]}" if piece in retours else ""


def _nouveaux_paiements(
    mandats: Sequence[Piece], cumuls: Mapping[int, CumulPaye], retours: Retours
) -> Iterator[Paiement]:
    cles = {mandat.pk: mandat for mandat in mandats}
    restes = reste_du_par_tiers(cles, sens=SensPiece.DEPENSE)
    dues = sommes_dues(cles)
    for mandat in mandats:
        cumul, reste = cumuls[mandat.pk], restes.get(mandat.pk, {})
        recu = _recu(cumul, reste, total_par_tiers(dues[mandat.pk]))
        if recu:
            yield Paiement(
                mandat=mandat,
                montant=sum(recu.values()),
                date_paiement=cumul.date_paiement,
                reference=f"cumul-{cumul.montant}{_suite(mandat.pk, retours)}",
                par_tiers=recu,
            )


def _recu(
    cumul: CumulPaye, restes: Mapping[int, int], initial: Mapping[int, int]
) -> dict[int, int]:
    """Return what each payee received since the last answer, never more than what is owed."""
    reste = sum(restes.values())
    nouveau = min(cumul.montant - (sum(initial.values()) - reste), reste)
    if len(initial) == 1:
        recu = {tiers: nouveau for tiers in initial}
    elif nouveau == reste:
        recu = dict(restes)
    else:
        recu = {
            tiers: min(paye - (initial[tiers] - restes[tiers]), restes[tiers])
            for tiers, paye in cumul.par_tiers.items()
        }
    return {tiers: montant for tiers, montant in recu.items() if montant > 0}


def _solder(mandats: list[int], cumuls: Mapping[int, CumulPaye], par: Utilisateur) -> set[int]:
    """Carry what is paid in full to `payee`, and tell the suppliers either way."""
    restes = reste_du_par_piece(mandats, sens=SensPiece.DEPENSE)
    soldes = franchir_lot(Piece, [pk for pk in mandats if restes[pk] <= 0], "payer", par=par)
    constater_paiement(
        {pk: PaiementMandat(cumuls[pk].date_paiement, cumuls[pk].reference) for pk in soldes},
        par=par,
    )
    constater_paiement_partiel(
        {
            pk: f"Reçu de la Trésorerie à ce jour : {cumuls[pk].montant} F CFP"
            for pk in mandats
            if pk not in soldes
        },
        par=par,
    )
    return soldes
