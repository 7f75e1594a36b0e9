"""The comptable decides on one pièce, where no PES_Retour comes (conception, section 5).

The same acts as a PES_Retour, one pièce at a time, and refused when they change nothing.
"""

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from exports_tps import decisions
from exports_tps.cloture import accepter_bordereaux
from exports_tps.decisions import CumulPaye
from exports_tps.requisition import requisition_de
from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.commun.montants import afficher
from facturier.grand_livre.models import EtatPiece, Piece, SensPiece
from facturier.grand_livre.soldes import reste_du_par_tiers
from facturier.grand_livre.ventilation import sommes_dues, total_par_tiers
from facturier.suivi.corrections import reduits


@transaction.atomic
def prendre_en_charge(piece: Piece, *, par: Utilisateur) -> None:
    """Take a pièce in charge, or lift its suspension."""
    _exiger_comptable(par)
    accepter_bordereaux([piece.pk], par=par)
    _exiger_effet(piece, decisions.prendre_en_charge([piece.pk], par=par))


@transaction.atomic
def suspendre(piece: Piece, *, motif: str, par: Utilisateur) -> None:
    """Suspend a pièce and inform the ordonnateur, who may requisition it (GBCP, art. 38)."""
    _exiger_comptable(par)
    if requise := requisition_de(piece):
        raise TransitionInterdite(
            f"{requise} : l’ordonnateur a requis ce paiement, le mandat ne se suspend plus. "
            "Prenez-le en charge."
        )
    accepter_bordereaux([piece.pk], par=par)
    _exiger_effet(piece, decisions.suspendre({piece.pk: _motif(motif)}, par=par))


@transaction.atomic
def rejeter(piece: Piece, *, motif: str, par: Utilisateur) -> None:
    """Reject a pièce: its entry is reversed."""
    _exiger_comptable(par)
    if reduits([piece.pk]):
        raise TransitionInterdite(
            f"Une réduction corrige {piece} : rejetez d’abord la réduction, puis le "
            f"{piece.nom_genre}."
        )
    if raisons := decisions.reglees([piece.pk]):
        raise TransitionInterdite(raisons[piece.pk])
    accepter_bordereaux([piece.pk], par=par)
    rejetees = decisions.rejeter(
        {piece.pk: _motif(motif)}, date_rejet=timezone.localdate(), par=par
    )
    _exiger_effet(piece, rejetees)


@transaction.atomic
def payer(
    piece: Piece,
    *,
    montant: int,
    date_paiement: date,
    reference: str,
    par: Utilisateur,
    beneficiaire: int | None = None,
) -> None:
    """Record a payment of a mandat taken in charge.

    Args:
        montant: whole francs of this payment, at most what the mandat still owes.
        beneficiaire: key of the tiers paid, where the mandat pays several; without it the payment
            settles them all.

    Raises:
        TransitionInterdite: not a mandat taken in charge.
        ValidationError: more than what is owed, or nothing.
    """
    _exiger_comptable(par)
    verrouillee = Piece.objects.select_for_update(of=("self",)).get(pk=piece.pk)
    if verrouillee.sens != SensPiece.DEPENSE or verrouillee.etat != EtatPiece.PRISE_EN_CHARGE:
        raise TransitionInterdite("Seul un mandat pris en charge se paie. Rechargez la page.")
    restes = reste_du_par_tiers([piece.pk], sens=SensPiece.DEPENSE)[piece.pk]
    reste = sum(restes.values())
    plafond = reste if beneficiaire is None else restes.get(beneficiaire, 0)
    if not 0 < montant <= plafond:
        raise ValidationError(f"Le montant doit être compris entre 1 et {afficher(plafond)}.")
    if beneficiaire is None and montant < reste and len(dus(verrouillee)) > 1:
        raise ValidationError("Ce mandat paie plusieurs bénéficiaires : dites lequel est payé.")
    cumul = CumulPaye(
        montant=sum(dus(verrouillee).values()) - reste + montant,
        date_paiement=date_paiement,
        reference=reference,
        par_tiers=_cumul_par_tiers(verrouillee, restes, beneficiaire, montant),
    )
    decisions.payer({piece.pk: cumul}, par=par)


def dus(piece: Piece) -> dict[int, int]:
    """Return what a mandat owed each payee at its issue, by key of tiers."""
    return total_par_tiers(sommes_dues({piece.pk: piece}).get(piece.pk, ()))


def _cumul_par_tiers(
    piece: Piece, restes: Mapping[int, int], beneficiaire: int | None, montant: int
) -> dict[int, int]:
    if beneficiaire is None:
        return {}
    return {beneficiaire: dus(piece)[beneficiaire] - restes[beneficiaire] + montant}


def _exiger_comptable(par: Utilisateur) -> None:
    if not par.a_role(Role.COMPTABLE):
        raise ActeInterdit("Cet acte est réservé au comptable public.")


def _exiger_effet(piece: Piece, changees: set[int]) -> None:
    if piece.pk not in changees:
        raise TransitionInterdite(
            f"{piece} est « {piece.get_etat_display()} » ou vient de changer : rechargez la page."
        )


def _motif(motif: str) -> str:
    if not motif.strip():
        raise ValidationError("Donnez le motif : l’ordonnateur doit pouvoir y répondre.")
    return motif.strip()
