"""The comptable decides on one pièce, where no PES_Retour comes (conception, section 5).

The same acts as a PES_Retour, one pièce at a time, and refused when they change nothing.
"""

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from exports_tps import decisions, remises
from exports_tps.cloture import accepter_bordereaux
from exports_tps.decisions import CumulPaye
from exports_tps.requisition import requisition_de
from exports_tps.reserves import clore_les_totaux
from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite, franchir
from facturier.commun.montants import afficher
from facturier.commun.transmissible import exiger_transmissible
from facturier.grand_livre.models import EtatPiece, Piece, SensPiece, Titre
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.soldes import (
    fonds_par_piece,
    regle_par_piece,
    reste_du,
    reste_du_par_tiers,
    retours_par_piece,
    tenu_par_la_tresorerie,
)
from facturier.grand_livre.tresorerie import Virement, encaisser_virements, retourner_fonds
from facturier.grand_livre.ventilation import sommes_dues, total_par_tiers
from facturier.suivi.avancement import prevenir_du_retour
from facturier.suivi.corrections import reduits
from telepaiement import echeanciers

RENDU = "Rendu par le comptable, sans rejet : ce qui est encaissé le reste."
# What each act asks of the state of a pièce.
ETATS_ADMIS = {
    "prendre_en_charge": (EtatPiece.TRANSMISE, EtatPiece.SUSPENDUE),
    "suspendre": (EtatPiece.TRANSMISE,),
    "rejeter": (EtatPiece.TRANSMISE, EtatPiece.SUSPENDUE, EtatPiece.PRISE_EN_CHARGE),
    "rendre": remises.RENVOYABLES,
    "payer": (EtatPiece.PRISE_EN_CHARGE,),
    "encaisser": (EtatPiece.PRISE_EN_CHARGE,),
    "constater_retour": (EtatPiece.PRISE_EN_CHARGE, EtatPiece.PAYEE),
}


def obstacle(piece: Piece, acte: str) -> str:
    """Say why an act of `ETATS_ADMIS` is not possible on `piece` now; empty when it is."""
    propre = _OBSTACLES[acte](piece) if acte in _OBSTACLES else ""
    if propre or piece.etat in ETATS_ADMIS[acte]:
        return propre
    return f"{piece} est « {piece.get_etat_display()} » : cet acte n’est plus possible."


def _obstacle_a_la_suspension(piece: Piece) -> str:
    requise = requisition_de(piece)
    if not requise:
        return ""
    return (
        f"{requise} : l’ordonnateur a requis ce paiement, le mandat ne se suspend plus. "
        "Prenez-le en charge."
    )


def _obstacle_au_rejet(piece: Piece) -> str:
    if reduits([piece.pk]):
        return (
            f"Une réduction corrige {piece} : rejetez d’abord la réduction, puis le "
            f"{piece.nom_genre}."
        )
    return decisions.reglees([piece.pk]).get(piece.pk, "")


def _obstacle_au_paiement(piece: Piece) -> str:
    if piece.sens != SensPiece.DEPENSE:
        return f"{piece} ne se paie pas : c’est une recette, que la Trésorerie encaisse."
    if piece.etat != EtatPiece.PRISE_EN_CHARGE:
        return (
            f"{piece} est « {piece.get_etat_display()} » : seul un mandat pris en charge se paie."
        )
    return "" if reste_du(piece) > 0 else f"Il ne reste rien à payer sur {piece}."


def _obstacle_a_l_encaissement(piece: Piece) -> str:
    if piece.sens != SensPiece.RECETTE:
        return f"{piece} ne s’encaisse pas : c’est une dépense, que la Trésorerie paie."
    if piece.etat != EtatPiece.PRISE_EN_CHARGE:
        return (
            f"{piece} est « {piece.get_etat_display()} » : un encaissement s’enregistre sur un "
            "titre pris en charge."
        )
    if remises.rejetes_apres_coup([piece.pk]):
        regle = regle_par_piece([piece.pk]).get(piece.pk, 0)
        return remises.dire_rejet_apres_coup(piece, regle)
    return "" if reste_du(piece) > 0 else f"Il ne reste rien à encaisser sur {piece}."


def _obstacle_au_retour(piece: Piece) -> str:
    if tenu_par_la_tresorerie(piece):
        return ""
    return f"Rien n’a été payé ni encaissé sur {piece} : aucun fonds ne peut en revenir."


_OBSTACLES = {
    "suspendre": _obstacle_a_la_suspension,
    "rejeter": _obstacle_au_rejet,
    "rendre": remises.ce_qui_interdit_de_renvoyer,
    "payer": _obstacle_au_paiement,
    "encaisser": _obstacle_a_l_encaissement,
    "constater_retour": _obstacle_au_retour,
}


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
    _exiger_sans(_obstacle_a_la_suspension(piece))
    accepter_bordereaux([piece.pk], par=par)
    _exiger_effet(piece, decisions.suspendre({piece.pk: _motif(motif)}, par=par))


@transaction.atomic
def rejeter(piece: Piece, *, motif: str, par: Utilisateur) -> None:
    """Reject a pièce: its entry is reversed."""
    _exiger_comptable(par)
    _exiger_sans(_obstacle_au_rejet(piece))
    accepter_bordereaux([piece.pk], par=par)
    rejetees = decisions.rejeter(
        {piece.pk: _motif(motif)}, date_rejet=timezone.localdate(), par=par
    )
    _exiger_effet(piece, rejetees)


@transaction.atomic
def rendre(piece: Piece, *, motif: str, par: Utilisateur) -> None:
    """Give a titre that money settled back to the ordonnateur, in the place of a rejection.

    It is in preparation again, with its number and what was collected (`remises`).
    """
    _exiger_comptable(par)
    refus = _motif(motif)
    verrouille = Piece.objects.select_for_update(of=("self",)).get(pk=piece.pk)
    _exiger_sans(remises.ce_qui_interdit_de_renvoyer(verrouille))
    accepter_bordereaux([piece.pk], par=par)
    remises.renvoyer([verrouille], {piece.pk: refus}, motif=RENDU, par=par)


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
    _exiger_sans(_obstacle_au_paiement(verrouillee))
    restes = reste_du_par_tiers([piece.pk], sens=SensPiece.DEPENSE)[piece.pk]
    reste = sum(restes.values())
    plafond = reste if beneficiaire is None else restes.get(beneficiaire, 0)
    if not 0 < montant <= plafond:
        borne = f"Le montant doit être compris entre 1 et {afficher(plafond)}."
        raise ValidationError({"montant": borne})
    if beneficiaire is None and montant < reste and len(dus(verrouillee)) > 1:
        raise ValidationError("Ce mandat paie plusieurs bénéficiaires : dites lequel est payé.")
    _exiger_apres_retour(verrouillee, date_paiement)
    cumul = CumulPaye(
        montant=sum(dus(verrouillee).values()) - reste + montant,
        date_paiement=date_paiement,
        reference=reference,
        par_tiers=_cumul_par_tiers(verrouillee, restes, beneficiaire, montant),
    )
    decisions.payer({piece.pk: cumul}, par=par)
    clore_les_totaux(
        verrouillee, commentaire=_dire(montant, "payés", date_paiement, reference), par=par
    )


@transaction.atomic
def encaisser(
    titre: Piece, *, montant: int, date_encaissement: date, reference: str, par: Utilisateur
) -> None:
    """Record what the treasury itself collected on a titre, where no PES_Retour tells the total.

    The same reference is posted once on a titre. A total that a PES_Retour tells later holds it.

    Args:
        montant: whole francs collected and not posted yet, at most what the titre still claims.
        reference: what proves it, as the treasury names it.

    Raises:
        TransitionInterdite: not a titre taken in charge on which something is owed.
        ValidationError: more than what is owed, nothing, no reference or one posted already, or
            the ledger refuses.
    """
    _exiger_comptable(par)
    preuve = " ".join(reference.split())
    if not preuve:
        raise ValidationError({"reference": "Dites ce qui prouve cet encaissement."})
    exiger_transmissible(preuve)
    verrouille = Piece.objects.select_for_update(of=("self",)).get(pk=titre.pk)
    _exiger_sans(_obstacle_a_l_encaissement(verrouille))
    if not 0 < montant <= (reste := reste_du(verrouille)):
        raise ValidationError(
            {
                "montant": f"Le montant doit être compris entre 1 et {afficher(reste)}, ce que le "
                "titre réclame encore. Ce qui est encaissé en plus ne le règle pas : rendez-le, ou "
                "dites-le en recette perçue avant titre (P503)."
            }
        )
    _exiger_apres_retour(verrouille, date_encaissement)
    virement = Virement(
        titre=verrouille,
        montant=montant,
        jour=date_encaissement,
        reference=f"tps-{titre.pk}-saisi-{preuve.casefold()}",  # never that of a total told
    )
    try:
        nouvelles = encaisser_virements([virement], par=par)
    except EcritureRefusee as refus:
        raise ValidationError(str(refus)) from refus
    if not nouvelles:
        raise ValidationError(
            {"reference": "Un encaissement de cette référence est déjà enregistré sur ce titre."}
        )
    dit = _dire(montant, "encaissés", date_encaissement, preuve)
    franchir(verrouille, "encaisser", par=par, motif=dit)
    echeanciers.suivre(Titre.objects.get(pk=titre.pk))
    clore_les_totaux(verrouille, commentaire=dit, par=par)


def _dire(montant: int, fait: str, jour: date, reference: str) -> str:
    return f"{afficher(montant)} {fait} le {jour:%d/%m/%Y}, référence {reference}."


@transaction.atomic
def constater_retour(
    piece: Piece,
    *,
    montant: int,
    date_retour: date,
    motif: str,
    par: Utilisateur,
    beneficiaire: int | None = None,
) -> None:
    """Post money that came back: a transfer rejected by a bank, a cheque unpaid.

    The debt stands again; a mandat that was paid is to be paid, and its suppliers are told.

    Args:
        montant: whole francs that came back, at most what the treasury paid or collected.
        beneficiaire: key of the tiers they come back from, where a mandat pays several.

    Raises:
        TransitionInterdite: a pièce that is neither paid nor taken in charge.
        ValidationError: no reason, nothing, or more than the treasury paid or collected.
    """
    _exiger_comptable(par)
    motif = _motif(motif)
    verrouillee = Piece.objects.select_for_update(of=("self",)).get(pk=piece.pk)
    tenu = tenu_par_la_tresorerie(verrouillee)
    total = sum(tenu.values())
    plafond = total if beneficiaire is None else tenu.get(beneficiaire, 0)
    if not 0 < montant <= plafond:
        borne = f"Le montant doit être compris entre 1 et {afficher(plafond)}."
        raise ValidationError({"montant": borne})
    if beneficiaire is None and montant < total and len(tenu) > 1:
        raise ValidationError(
            "Ce mandat a payé plusieurs bénéficiaires : dites d’où ils reviennent."
        )
    _, dernier = fonds_par_piece([piece.pk])[piece.pk]
    if date_retour < dernier:
        raise ValidationError(f"Des fonds ont encore bougé le {dernier:%d/%m/%Y} : datez d’après.")
    franchir(
        verrouillee,
        "constater_retour",
        par=par,
        motif=f"{afficher(montant)} revenus le {date_retour:%d/%m/%Y}. {motif}",
    )
    retours = retours_par_piece([piece.pk]).get(piece.pk, (0, date_retour))
    retourner_fonds(
        verrouillee,
        montant=montant,
        date_comptable=date_retour,
        reference=str(retours[0] + 1),
        par=par,
        par_tiers=tenu if beneficiaire is None else {beneficiaire: montant},
    )
    prevenir_du_retour(verrouillee, montant=montant, date_retour=date_retour, motif=motif, par=par)


def dus(piece: Piece) -> dict[int, int]:
    """Return what a mandat owed each payee at its issue, by key of tiers."""
    return total_par_tiers(sommes_dues({piece.pk: piece}).get(piece.pk, ()))


def _cumul_par_tiers(
    piece: Piece, restes: Mapping[int, int], beneficiaire: int | None, montant: int
) -> dict[int, int]:
    if beneficiaire is None:
        return {}
    return {beneficiaire: dus(piece)[beneficiaire] - restes[beneficiaire] + montant}


def _exiger_apres_retour(piece: Piece, jour: date) -> None:
    """Refuse a payment dated before money came back: it would be the one that failed."""
    _, dernier = retours_par_piece([piece.pk]).get(piece.pk, (0, jour))
    if jour < dernier:
        raise ValidationError(
            f"Des fonds sont revenus le {dernier:%d/%m/%Y} : ce paiement ne peut pas les précéder."
        )


def _exiger_comptable(par: Utilisateur) -> None:
    if not par.a_role(Role.COMPTABLE):
        raise ActeInterdit("Cet acte est réservé au comptable public.")


def _exiger_sans(obstacle_trouve: str) -> None:
    if obstacle_trouve:
        raise TransitionInterdite(obstacle_trouve)


def _exiger_effet(piece: Piece, changees: set[int]) -> None:
    if piece.pk not in changees:
        raise TransitionInterdite(
            f"{piece} est « {piece.get_etat_display()} » ou vient de changer : rechargez la page."
        )


def _motif(motif: str) -> str:
    if not motif.strip():
        raise ValidationError("Donnez le motif : l’ordonnateur doit pouvoir y répondre.")
    exiger_transmissible(motif)
    return motif.strip()
