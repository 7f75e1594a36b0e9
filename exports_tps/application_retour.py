"""PES_Retour: what the comptable did with each pièce (pes_v2, §8).

Pièces are found by exercice, side and number within the budgets of the head, a thousand at a time.
Payments are told as totals, so that answers may come in any order.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from exports_tps import lignes_retour
from exports_tps.anciens_bordereaux import AnciensBordereaux, d_un_ancien
from exports_tps.beneficiaires import tiers_par_ligne
from exports_tps.cloture import accepter_bordereaux
from exports_tps.decisions import (
    CumulPaye,
    encaisser_titres,
    payer,
    prendre_en_charge,
    reglees,
    rejeter,
    suspendre,
)
from exports_tps.depots import chercher
from exports_tps.doutes_retour import (
    date_impossible,
    doutes,
    hors_circuit,
    prises_malgre_un_refus,
)
from exports_tps.messages import Etranger, budgets_concernes, conclure_lecture, contenu, par_lots
from exports_tps.models import MessageTPS, Reserve, Verdict
from exports_tps.paiements_sans_total import SansTotal, ajouts_possibles, lire_sans_total
from exports_tps.pes.lecture import BordereauGlobalLu, PieceLue, lire_retour
from exports_tps.recettes_percues import constater, est_p503
from exports_tps.reserves import Reserves, clore_les_totaux_dits
from exports_tps.retours_de_fonds import baisses
from exports_tps.verdicts import enregistrer_verdicts
from facturier.acces.models import Utilisateur
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Budget, EtatPiece, Piece, SensPiece
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.ventilation import sommes_dues

Decision, Nature = Verdict.Decision, Reserve.Nature
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
Cle = tuple[str, int, int]


@dataclass(slots=True)
class Lot:
    """The decisions of a thousand pièces at most, by key."""

    prises: set[int] = field(default_factory=set)
    suspensions: dict[int, str] = field(default_factory=dict)
    instances: dict[int, date | None] = field(default_factory=dict)
    rejets: dict[int, str] = field(default_factory=dict)
    dates_rejet: dict[int, date] = field(default_factory=dict)
    paiements: dict[int, CumulPaye] = field(default_factory=dict)
    encaissements: dict[int, CumulPaye] = field(default_factory=dict)
    dits: dict[int, tuple[int, date | None]] = field(default_factory=dict)  # totals, and their day
    sans_total: dict[int, SansTotal] = field(default_factory=dict)
    soldes: set[int] = field(default_factory=set)  # mandats that the treasury owes nothing on

    def cles(self) -> set[int]:
        """Return the keys of all its pièces."""
        return self.prises | self.suspensions.keys() | self.rejets.keys()

    def seule(self, cle: int) -> "Lot":
        """Return what is decided of one pièce."""
        return Lot(
            prises=self.prises & {cle},
            suspensions={c: m for c, m in self.suspensions.items() if c == cle},
            rejets={c: m for c, m in self.rejets.items() if c == cle},
            dates_rejet=self.dates_rejet,
            paiements={c: p for c, p in self.paiements.items() if c == cle},
            encaissements={c: p for c, p in self.encaissements.items() if c == cle},
        )


def appliquer_retour(message: MessageTPS, reserves: Reserves, *, par: Utilisateur) -> None:
    """Apply a PES_Retour; what could not be applied goes to `reserves`.

    Raises:
        Etranger: no budget of ours is concerned, or one cannot say which.
        Illisible: the file is truncated.
    """
    with contenu(message) as fichier:
        tete, elements = lire_retour(fichier)
        budgets = budgets_concernes(tete)
        if not budgets:
            raise Etranger(
                f"La collectivité « {tete.code_collectivite or 'non précisée'} », budget "
                f"« {tete.code_budget or 'non précisé'} », n’est pas gérée ici."
            )
        if len(budgets) > 1:
            noms = ", ".join(f"{budget.libelle} ({budget.code_budget})" for budget in budgets)
            raise Etranger(
                f"Le fichier ne dit pas de quel budget il parle : {noms}. Rien n’est appliqué ; "
                "demandez à la Trésorerie un fichier qui porte son CodBud."
            )
        for lot in par_lots(elements):
            _appliquer_lot(message, budgets, lot, reserves, tete.date_emission, par)
        conclure_lecture(message, tete)


def _appliquer_lot(
    message: MessageTPS,
    budgets: list[Budget],
    elements: list[PieceLue | BordereauGlobalLu],
    reserves: Reserves,
    emis_le: date | None,
    par: Utilisateur,
) -> None:
    toutes = [element for element in elements if isinstance(element, PieceLue)]
    lues = [lue for lue in toutes if not est_p503(lue)]
    reserves.noter(*constater(message, budgets, filter(est_p503, toutes), par=par))
    reserves.noter(*(_ormc(e) for e in elements if isinstance(e, BordereauGlobalLu)))
    toutes_pieces = _pieces(budgets, lues)
    pieces = {cle: piece for cle, piece in toutes_pieces.items() if piece.etat in EN_COURS}
    beneficiaires = tiers_par_ligne(
        {p.pk: p.tiers_id for p in pieces.values() if p.sens == SensPiece.DEPENSE}
    )
    anciens = AnciensBordereaux(toutes_pieces.values())
    externes = chercher(budgets, {cle for cle in map(_cle, lues) if cle not in toutes_pieces})
    lot = Lot()
    verdicts: list[Verdict] = []
    for lue in lues:
        connue, externe = toutes_pieces.get(_cle(lue)), externes.get(_cle(lue))
        verdict = _verdict(message, lue, connue)
        if verdict is None:
            reserves.noter(_sans_etat(lue))
            continue
        verdict.piece_externe = externe
        if connue is None and externe is None:
            verdict.identifiant = _nom(lue)
        if ancien := anciens.designe(lue, connue):
            verdict.bordereau_id = ancien
        prise = _prise_annulee(verdict, lue)
        verdicts += filter(None, (prise, verdict))
        if connue is None:
            continue
        if ancien:
            reserves.noter(*d_un_ancien(prise or verdict, connue))
        elif connue.etat not in EN_COURS:
            reserves.noter(hors_circuit(verdict, connue))
        else:
            reserves.noter(*doutes(lue, connue, verdict))
            _ranger(lot, lue, connue, verdict, beneficiaires.get(connue.pk, {}))
    reserves.noter(*_suspensions_tardives(lot, pieces.values()))
    enregistrer_verdicts(message, verdicts, budget=budgets[0])
    reserves.noter(*_executer(lot, pieces.values(), par))
    dus = _dus(lot, pieces.values())
    ajouts = ajouts_possibles(lot.sans_total, pieces.values(), message=message)
    reserves.noter(*ajouts.values())
    lot.soldes -= ajouts.keys()
    reserves.noter(*_contradictions(lot, pieces.values(), dus))
    totaux = {cle: dit for cle, dit in lot.dits.items() if cle not in ajouts}
    clore_les_totaux_dits(totaux, sans_total=lot.sans_total, par=par)
    reserves.noter(*baisses(totaux, pieces.values(), message=message, emis_le=emis_le))
    reserves.noter(*_sans_detail(lot, pieces.values(), beneficiaires, dus))


def _ormc(element: BordereauGlobalLu) -> Reserve:
    return Reserve(
        nature=Nature.INCONNU,
        texte=f"Bordereau ORMC {element.bordereau.numero} : les rôles ne sont pas émis d’ici.",
    )


def _sans_etat(lue: PieceLue) -> Reserve:
    return Reserve(
        nature=Nature.INCOHERENT,
        texte=f"{_nom(lue)} : l’état « {lue.piece.etat or 'absent'} » n’est pas de ceux du format.",
    )


def _nom(lue: PieceLue) -> str:
    """Name a pièce as the treasury does: side, number, exercice."""
    genre = "Mandat" if lue.sens == SensPiece.DEPENSE else "Titre"
    exercice = f"de l’exercice {lue.exercice}" if lue.exercice else "sans exercice"
    return f"{genre} {lue.piece.numero or 'sans numéro'} {exercice}"


def _pieces(budgets: list[Budget], lues: list[PieceLue]) -> dict[Cle, Piece]:
    """Find the pièces told, in one query, sent or not."""
    numeros = {cle[2] for cle in map(_cle, lues)}
    trouvees = Piece.objects.filter(
        budget__in=budgets,
        exercice__in={lue.exercice for lue in lues if lue.exercice},
        numero__in=numeros,
    )
    return {(piece.sens, piece.exercice_id, piece.numero): piece for piece in trouvees}


def _cle(lue: PieceLue) -> Cle:
    numero = lue.piece.numero or ""
    return lue.sens, lue.exercice or 0, int(numero) if numero.isdecimal() else 0


def _verdict(message: MessageTPS, lue: PieceLue, piece: Piece | None) -> Verdict | None:
    decision = ETATS[SensPiece(lue.sens)].get(lue.piece.etat or "")
    if decision is None:
        return None
    total, dernier = lignes_retour.cumul(lue)
    return Verdict(
        message=message,
        portee=Verdict.Portee.PIECE,
        identifiant=lue.piece.numero or "",
        piece=piece,
        bordereau_id=piece.bordereau_id if piece else None,
        decision=decision,
        code=lignes_retour.codes(lue),
        libelle=lignes_retour.libelle(lue),
        date_effet=dernier or _date(lue.piece, decision),
        montant=total if lignes_retour.est_chiffre(lue) else None,
    )


def _prise_annulee(verdict: Verdict, lue: PieceLue) -> Verdict | None:
    """Return the prise en charge that a rejection says it cancels: the number is burnt (§8).

    Of our own pièces, only a titre that money settled would use its number again (decision 60).
    """
    est_titre = verdict.piece_id is not None and lue.sens == SensPiece.RECETTE
    est_rejet = verdict.decision == Decision.REJETE
    if not est_rejet or lue.piece.date_prise_en_charge is None:
        return None
    if verdict.piece_externe is None and not est_titre:
        return None
    return Verdict(
        message=verdict.message,
        portee=verdict.portee,
        identifiant=verdict.identifiant,
        piece=verdict.piece,
        bordereau_id=verdict.bordereau_id,
        piece_externe=verdict.piece_externe,
        decision=Decision.PRIS_EN_CHARGE,
        date_effet=lue.piece.date_prise_en_charge,
    )


def _date(piece: Any, decision: str) -> date | None:
    dates: dict[str, date | None] = {
        Decision.SUSPENDU: piece.date_instance,
        Decision.REJETE: piece.date_rejet,
    }
    return dates.get(decision, piece.date_prise_en_charge)


def _ranger(
    lot: Lot, lue: PieceLue, piece: Piece, verdict: Verdict, beneficiaires: Mapping[int, int]
) -> None:
    """Put the decision on one pièce with those of its kind."""
    motif = verdict.libelle or "Sans motif communiqué."
    if verdict.decision == Decision.REJETE:
        lot.rejets[piece.pk] = motif
        est_datable = not date_impossible(verdict, piece)
        jour = verdict.date_effet if est_datable else None
        lot.dates_rejet[piece.pk] = jour or timezone.localdate()
        return
    if verdict.decision == Decision.SUSPENDU:
        lot.suspensions[piece.pk] = motif
        lot.instances[piece.pk] = verdict.date_effet
        return
    lot.prises.add(piece.pk)
    _ranger_paiement(lot, lue, piece, verdict, beneficiaires)


def _ranger_paiement(
    lot: Lot, lue: PieceLue, piece: Piece, verdict: Verdict, beneficiaires: Mapping[int, int]
) -> None:
    total, dernier = lignes_retour.cumul(lue)
    if lignes_retour.est_chiffre(lue):
        lot.dits[piece.pk] = total, dernier
    if sans_total := lire_sans_total(lue, total):
        lot.sans_total[piece.pk] = sans_total
    if verdict.decision == Decision.PAYE:
        lot.soldes.add(piece.pk)
        total = total or piece.montant_ttc  # settled, without the detail of the payments
    payes = lot.paiements if piece.sens == SensPiece.DEPENSE else lot.encaissements
    precedent = payes.get(piece.pk)
    if total > (precedent.montant if precedent else 0):
        par_tiers = lignes_retour.cumul_par_tiers(lue, beneficiaires) if beneficiaires else {}
        payes[piece.pk] = CumulPaye(
            montant=total,
            date_paiement=dernier or timezone.localdate(),
            reference=verdict.message.nom[:60],
            par_tiers=par_tiers,
        )


def _executer(lot: Lot, pieces: Iterable[Piece], par: Utilisateur) -> list[Reserve]:
    """Carry the decisions out, all together; pièce by pièce when one of them cannot be posted.

    Returns what could not be.
    """
    noms = {piece.pk: str(piece) for piece in pieces}
    try:
        with transaction.atomic():
            return list(_executer_ensemble(lot, noms, par))
    except EcritureRefusee:
        return [dit for cle in sorted(lot.cles()) for dit in _executer_seule(lot, cle, noms, par)]


def _executer_seule(lot: Lot, cle: int, noms: Mapping[int, str], par: Utilisateur) -> list[Reserve]:
    try:
        with transaction.atomic():
            return list(_executer_ensemble(lot.seule(cle), noms, par))
    except EcritureRefusee as refus:
        texte = (
            f"{noms[cle]} : la réponse n’a pas pu être comptabilisée ({refus}). Levez la cause, "
            "puis saisissez cette décision à la main."
        )
        return [Reserve(nature=Nature.NON_COMPTABILISE, piece_id=cle, texte=texte)]


def _executer_ensemble(lot: Lot, noms: Mapping[int, str], par: Utilisateur) -> Iterator[Reserve]:
    accepter_bordereaux(lot.cles(), par=par)
    suspendre(lot.suspensions, par=par)
    prendre_en_charge(lot.prises, par=par)
    payer(lot.paiements, par=par)
    par_jour: dict[date, dict[int, str]] = {}
    for cle, motif in lot.rejets.items():
        par_jour.setdefault(lot.dates_rejet[cle], {})[cle] = motif
    for jour, motifs in sorted(par_jour.items()):
        rejeter(motifs, date_rejet=jour, par=par)
    for cle, montant in encaisser_titres(lot.encaissements, par=par).items():
        yield Reserve(
            nature=Nature.MONTANT,
            piece_id=cle,
            texte=f"{noms[cle]} : {afficher(montant)} encaissés par la Trésorerie au-delà de ce "
            "qui est dû ; ils ne sont pas comptabilisés, à vérifier avec le comptable.",
        )


def _dus(lot: Lot, pieces: Iterable[Piece]) -> dict[int, int]:
    """Return what each mandat told as paid was to pay, what it withholds left out."""
    payees = {piece.pk: piece for piece in pieces if piece.pk in lot.paiements}
    return {cle: sum(s.montant for s in sommes) for cle, sommes in sommes_dues(payees).items()}


def _contradictions(lot: Lot, pieces: Iterable[Piece], dus: Mapping[int, int]) -> Iterator[Reserve]:
    """Tell the pièces that ended otherwise, or were paid more, than the message may say."""
    gardees = reglees(lot.rejets)
    fautives = [
        *Piece.objects.filter(
            pk__in=lot.rejets.keys() - gardees.keys(),
            etat__in=[EtatPiece.PAYEE, EtatPiece.PRISE_EN_CHARGE],
        ),
        *Piece.objects.filter(pk__in=lot.prises, etat=EtatPiece.REJETEE),
    ]
    for cle, dit in gardees.items():
        yield Reserve(nature=Nature.CONTRADICTION, piece_id=cle, texte=dit)
    for piece in fautives:
        yield Reserve(
            nature=Nature.CONTRADICTION,
            piece=piece,
            texte=f"{piece} : la réponse contredit l’état « {piece.get_etat_display()} » ; à "
            "vérifier.",
        )
    yield from prises_malgre_un_refus(lot.prises)
    for piece in pieces:
        if piece.pk in dus:
            yield from _ecart_de_paiement(lot, piece, dus[piece.pk])


def _ecart_de_paiement(lot: Lot, piece: Piece, due: int) -> Iterator[Reserve]:
    """Say that a mandat was paid more than its due, or is said settled for less."""
    paye = lot.paiements[piece.pk].montant
    chiffres = f"{afficher(paye)} payés pour {afficher(due)} dus"
    if paye > due:
        yield Reserve(
            nature=Nature.MONTANT,
            piece=piece,
            texte=f"{piece} : {chiffres} ; l’excédent n’est pas comptabilisé.",
        )
    if piece.pk in lot.soldes and paye < due:
        yield Reserve(
            nature=Nature.MONTANT,
            piece=piece,
            texte=f"{piece} : dit soldé, mais {chiffres}. Demandez le détail à la Trésorerie ; ce "
            "qui a été payé en plus, le comptable l’enregistre sur la page du mandat.",
        )


def _suspensions_tardives(lot: Lot, pieces: Iterable[Piece]) -> list[Reserve]:
    """Tell the pièces suspended after they were taken in charge; an older answer says nothing new.

    Call before the verdicts of the message are written.
    """
    prises = dict(
        Verdict.objects.filter(piece__in=lot.suspensions, decision=Decision.PRIS_EN_CHARGE)
        .order_by("pk")
        .values_list("piece", "date_effet")
    )
    passees = {EtatPiece.PRISE_EN_CHARGE, EtatPiece.PAYEE}
    return [
        Reserve(
            nature=Nature.CONTRADICTION,
            piece=piece,
            texte=f"{piece} : « {piece.get_etat_display()} », mais suspendu par cette réponse "
            f"({lot.suspensions[piece.pk]}) ; à vérifier avec le comptable.",
        )
        for piece in pieces
        if piece.pk in lot.suspensions and piece.etat in passees
        if not _precede(lot.instances[piece.pk], prises.get(piece.pk))
    ]


def _precede(jour: date | None, autre: date | None) -> bool:
    return jour is not None and autre is not None and jour <= autre


def _sans_detail(
    lot: Lot,
    pieces: Iterable[Piece],
    beneficiaires: Mapping[int, Mapping[int, int]],
    dus: Mapping[int, int],
) -> list[Reserve]:
    """Tell the partial payments of several payees of which one cannot say whom they paid."""
    return [
        Reserve(
            nature=Nature.NON_COMPTABILISE,
            piece=piece,
            texte=f"{piece} : {afficher(cumul.montant)} payés, mais le détail par ligne ne dit pas "
            "à quel bénéficiaire ; complétez à la main.",
        )
        for piece in pieces
        if piece.pk in beneficiaires and (cumul := lot.paiements.get(piece.pk))
        if cumul.montant < dus[piece.pk] and sum(cumul.par_tiers.values()) != cumul.montant
    ]
