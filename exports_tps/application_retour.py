"""PES_Retour: what the comptable did with each pièce (pes_v2, §8).

Pièces are found by exercice, side and number within the budgets of the head, a thousand at a time.
Payments are told as totals, so that answers may come in any order.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.utils import timezone

from exports_tps.beneficiaires import tiers_par_ligne
from exports_tps.cloture import accepter_bordereaux
from exports_tps.decisions import CumulPaye, payer, prendre_en_charge, rejeter, suspendre
from exports_tps.depots import chercher
from exports_tps.messages import Etranger, budgets_concernes, contenu, exiger_entier, par_lots
from exports_tps.models import MessageTPS, Verdict
from exports_tps.motifs import libelle_motifs
from exports_tps.pes.lecture import BordereauGlobalLu, PieceLue, lire_retour
from facturier.acces.models import Utilisateur
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Budget, EtatPiece, Piece, SensPiece
from facturier.grand_livre.ventilation import sommes_dues

Decision = Verdict.Decision
ETATS: Final = {
    SensPiece.DEPENSE: {
        "01": Decision.SUSPENDU,
        "02": Decision.PRIS_EN_CHARGE,
        "04": Decision.REJETE,
        "05": Decision.PAYE,
    },
    SensPiece.RECETTE: {
        "01": Decision.SUSPENDU,
        "02": Decision.PRIS_EN_CHARGE,
        "03": Decision.PRIS_EN_CHARGE,
        "04": Decision.REJETE,
        "05": Decision.REJETE,
    },
}
EN_COURS = {
    EtatPiece.TRANSMISE,
    EtatPiece.SUSPENDUE,
    EtatPiece.PRISE_EN_CHARGE,
    EtatPiece.PAYEE,
    EtatPiece.REJETEE,
}
RESERVES_CITEES: Final = 50
Cle = tuple[str, int, int]


@dataclass(slots=True)
class Lot:
    """The decisions of a thousand pièces at most, by key."""

    prises: set[int] = field(default_factory=set)
    suspensions: dict[int, str] = field(default_factory=dict)
    rejets: dict[int, str] = field(default_factory=dict)
    dates_rejet: list[date] = field(default_factory=list)
    paiements: dict[int, CumulPaye] = field(default_factory=dict)


class Reserves:
    """What could not be applied: the first ones, and how many; a large answer keeps memory flat."""

    def __init__(self) -> None:
        self._citees: list[str] = []
        self._nombre = 0

    def noter(self, *reserves: str) -> None:
        """Add reserves, in their order."""
        self._nombre += len(reserves)
        self._citees += reserves[: RESERVES_CITEES - len(self._citees)]

    def dire(self) -> list[str]:
        """Return those that are told."""
        suite = self._nombre - len(self._citees)
        return self._citees + ([f"Et {suite} autres."] if suite else [])


def appliquer_retour(message: MessageTPS, *, par: Utilisateur) -> list[str]:
    """Apply a PES_Retour; return what could not be applied, in French.

    Raises:
        Etranger: no budget of ours is concerned.
        Illisible: the file is truncated.
    """
    reserves = Reserves()
    with contenu(message) as fichier:
        tete, elements = lire_retour(fichier)
        budgets = budgets_concernes(tete)
        if not budgets:
            raise Etranger(
                f"La collectivité « {tete.code_collectivite or 'non précisée'} », budget "
                f"« {tete.code_budget or 'non précisé'} », n’est pas gérée ici."
            )
        for lot in par_lots(elements):
            _appliquer_lot(message, budgets, lot, reserves, par)
        exiger_entier(tete)
    return reserves.dire()


def _appliquer_lot(
    message: MessageTPS,
    budgets: list[Budget],
    elements: list[PieceLue | BordereauGlobalLu],
    reserves: "Reserves",
    par: Utilisateur,
) -> None:
    lues = [element for element in elements if isinstance(element, PieceLue)]
    reserves.noter(
        *(
            f"Bordereau ORMC {e.bordereau.numero} : les rôles ne sont pas émis d’ici."
            for e in elements
            if isinstance(e, BordereauGlobalLu)
        )
    )
    pieces = _pieces(budgets, lues)
    beneficiaires = tiers_par_ligne(
        {p.pk: p.tiers_id for p in pieces.values() if p.sens == SensPiece.DEPENSE}
    )
    externes = chercher(budgets, {cle for cle in map(_cle, lues) if cle not in pieces})
    lot, verdicts = Lot(), []
    for lue in lues:
        piece, externe = pieces.get(_cle(lue)), externes.get(_cle(lue))
        if piece is None and externe is None:
            reserves.noter(f"{lue.sens} {lue.exercice}, pièce {lue.piece.numero} : inconnue ici.")
        verdict = _verdict(message, lue, piece)
        if verdict is None:
            reserves.noter(f"Pièce {lue.piece.numero} : état « {lue.piece.etat} » inconnu.")
            continue
        verdict.piece_externe = externe
        if externe is not None and (prise := _prise_annulee(verdict, lue)):
            verdicts.append(prise)
        verdicts.append(verdict)
        if piece is not None:
            _ranger(lot, lue, piece, verdict, beneficiaires.get(piece.pk, {}))
    Verdict.objects.bulk_create(verdicts)
    _executer(lot, par)
    dus = _dus(lot, pieces.values())
    reserves.noter(*_contradictions(lot, pieces.values(), dus))
    reserves.noter(*_sans_detail(lot, pieces.values(), beneficiaires, dus))


def _pieces(budgets: list[Budget], lues: list[PieceLue]) -> dict[Cle, Piece]:
    """Find the pièces told, in one query, among those that were sent."""
    numeros = {cle[2] for cle in map(_cle, lues)}
    trouvees = Piece.objects.filter(
        budget__in=budgets,
        exercice__in={lue.exercice for lue in lues if lue.exercice},
        numero__in=numeros,
        etat__in=EN_COURS,
    )
    return {(piece.sens, piece.exercice_id, piece.numero): piece for piece in trouvees}


def _cle(lue: PieceLue) -> Cle:
    numero = lue.piece.numero or ""
    return lue.sens, lue.exercice or 0, int(numero) if numero.isdigit() else 0


def _verdict(message: MessageTPS, lue: PieceLue, piece: Piece | None) -> Verdict | None:
    decision = ETATS[SensPiece(lue.sens)].get(lue.piece.etat or "")
    if decision is None:
        return None
    total, dernier = _cumul(lue)
    return Verdict(
        message=message,
        portee=Verdict.Portee.PIECE,
        identifiant=lue.piece.numero or "",
        piece=piece,
        bordereau_id=piece.bordereau_id if piece else None,
        decision=decision,
        code="-".join(lue.motifs)[:100],
        libelle=_libelle(lue),
        date_effet=dernier or _date(lue.piece, decision),
        montant=total or None,
    )


def _prise_annulee(verdict: Verdict, lue: PieceLue) -> Verdict | None:
    """Return the prise en charge that a rejection says it cancels: the number is burnt (§8).

    Our own pièces never use a number again, whatever the rejection (decision 24).
    """
    if verdict.decision != Decision.REJETE or lue.piece.date_prise_en_charge is None:
        return None
    return Verdict(
        message=verdict.message,
        portee=verdict.portee,
        identifiant=verdict.identifiant,
        piece_externe=verdict.piece_externe,
        decision=Decision.PRIS_EN_CHARGE,
        date_effet=lue.piece.date_prise_en_charge,
    )


def _libelle(lue: PieceLue) -> str:
    return " ".join(filter(None, (libelle_motifs(lue.sens, lue.motifs), lue.piece.commentaire)))


def _date(piece: Any, decision: str) -> date | None:
    dates: dict[str, date | None] = {
        Decision.SUSPENDU: piece.date_instance,
        Decision.REJETE: piece.date_rejet,
    }
    return dates.get(decision, piece.date_prise_en_charge)


def _cumul(lue: PieceLue) -> tuple[int, date | None]:
    """Return all that was paid on a mandat so far, and the day of the last payment."""
    if lue.sens != SensPiece.DEPENSE:
        return 0, None
    reglements = [r for ligne in lue.piece.lignes for r in getattr(ligne, "reglements", ())]
    valables = [r for r in reglements if r.montant is not None]
    jours = [r.date_reglement for r in valables if r.date_reglement]
    return int(sum(r.montant for r in valables)), max(jours, default=None)


def _cumul_par_tiers(lue: PieceLue, beneficiaires: Mapping[int, int]) -> dict[int, int]:
    """Return what each payee was paid so far, by the numbers of the lines that were sent."""
    cumul: dict[int, int] = defaultdict(int)
    for ligne in lue.piece.lignes:
        numero = str(ligne.numero or "")
        tiers = beneficiaires.get(int(numero) if numero.isdigit() else 0)
        if tiers is not None:
            cumul[tiers] += int(sum(r.montant or 0 for r in ligne.reglements))
    return dict(cumul)


def _ranger(
    lot: Lot, lue: PieceLue, piece: Piece, verdict: Verdict, beneficiaires: Mapping[int, int]
) -> None:
    """Put the decision on one pièce with those of its kind."""
    motif = verdict.libelle or "Sans motif communiqué."
    if verdict.decision == Decision.REJETE:
        lot.rejets[piece.pk] = motif
        lot.dates_rejet.append(verdict.date_effet or timezone.localdate())
    elif verdict.decision == Decision.SUSPENDU:
        lot.suspensions[piece.pk] = motif
    else:
        lot.prises.add(piece.pk)
        total, dernier = _cumul(lue)
        if verdict.decision == Decision.PAYE and not total:
            total = piece.montant_ttc  # settled, without the detail of the payments
        precedent = lot.paiements.get(piece.pk)
        if total and (precedent is None or total > precedent.montant):
            lot.paiements[piece.pk] = CumulPaye(
                montant=total,
                date_paiement=dernier or timezone.localdate(),
                reference=verdict.message.nom[:60],
                par_tiers=_cumul_par_tiers(lue, beneficiaires) if beneficiaires else {},
            )


def _executer(lot: Lot, par: Utilisateur) -> None:
    accepter_bordereaux(lot.prises | lot.suspensions.keys() | lot.rejets.keys(), par=par)
    suspendre(lot.suspensions, par=par)
    prendre_en_charge(lot.prises, par=par)
    payer(lot.paiements, par=par)
    if lot.rejets:
        rejeter(lot.rejets, date_rejet=max(lot.dates_rejet), par=par)


def _dus(lot: Lot, pieces: Iterable[Piece]) -> dict[int, int]:
    """Return what each mandat told as paid was to pay, what it withholds left out."""
    payees = {piece.pk: piece for piece in pieces if piece.pk in lot.paiements}
    return {cle: sum(s.montant for s in sommes) for cle, sommes in sommes_dues(payees).items()}


def _contradictions(lot: Lot, pieces: Iterable[Piece], dus: Mapping[int, int]) -> list[str]:
    """Tell the pièces that ended otherwise, or were paid more, than the message may say."""
    fautives = [
        *Piece.objects.filter(
            pk__in=lot.rejets, etat__in=[EtatPiece.PAYEE, EtatPiece.PRISE_EN_CHARGE]
        ),
        *Piece.objects.filter(pk__in=lot.prises, etat=EtatPiece.REJETEE),
    ]
    contraires = [
        f"{piece} : la réponse contredit l’état « {piece.get_etat_display()} » ; à vérifier."
        for piece in fautives
    ]
    trop_payees = [
        f"{piece} : {afficher(lot.paiements[piece.pk].montant)} payés pour "
        f"{afficher(dus[piece.pk])} dus ; l’excédent n’est pas comptabilisé."
        for piece in pieces
        if piece.pk in dus and lot.paiements[piece.pk].montant > dus[piece.pk]
    ]
    return contraires + trop_payees


def _sans_detail(
    lot: Lot,
    pieces: Iterable[Piece],
    beneficiaires: Mapping[int, Mapping[int, int]],
    dus: Mapping[int, int],
) -> list[str]:
    """Tell the partial payments of several payees of which one cannot say whom they paid."""
    return [
        f"{piece} : {afficher(cumul.montant)} payés, mais le détail par ligne ne dit pas à quel "
        "bénéficiaire ; complétez à la main."
        for piece in pieces
        if piece.pk in beneficiaires and (cumul := lot.paiements.get(piece.pk))
        if cumul.montant < dus[piece.pk] and sum(cumul.par_tiers.values()) != cumul.montant
    ]
