"""A titre corrected after the comptable took it in charge, by a new pièce; nothing is edited.

A réduction is a pièce 02 / 02 / 06 (TypBord, TypPce, NatPce) that names the titre it corrects; of
the whole amount, it cancels the titre once the comptable accepts it. It takes back what is still
owed, and what was paid without a payment that a refund gives back: the treasury then returns it to
the debtor (`restitutions`). What a card or a till received is refunded first.

A titre of an earlier exercice is corrected by a mandat on 673: what is still owed leaves the debt,
what was collected is paid back to the verified account of the debtor.
"""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.commun.montants import afficher
from facturier.grand_livre.corrections import (
    Reprise,
    annuler_titre_anterieur,
    emettre_reduction,
    est_anterieure,
    reste_a_reduire,
)
from facturier.grand_livre.models import EtatPiece, Piece, PieceJustificative, Titre
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.soldes import regle_par_piece, reste_du
from fournisseurs.coordonnees import CompteIntrouvable
from telepaiement import contestations, echeanciers
from telepaiement.comptes_payeurs import compte_du_debiteur
from telepaiement.sommes_a_rendre import acquis_sur_titre, regle_sans_paiement


@transaction.atomic
def reduire_titre(
    titre: Piece,
    *,
    montant_ht: int,
    montant_tgc: int = 0,
    motif: str,
    justificatifs: Sequence[PieceJustificative],
    par: Utilisateur,
    rang: int = 1,
) -> Piece:
    """Take back a part of a titre, or all of it: by a réduction, or a mandat for an earlier year.

    It is the suite of a contestation of the titre that was accepted, whose author is told.

    Args:
        montant_ht, montant_tgc: whole francs taken back from the imputation of rank `rang`.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: the titre is not taken in charge.
        ValidationError: no reason, no document, more than what is left or still owed, no verified
            account to pay back to, or no credits on 673.
    """
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent des finances réduit un titre.")
    if not motif.strip() or not justificatifs:
        raise ValidationError("Donnez le motif de la réduction, et joignez l’acte qui la fonde.")
    origine: Titre = Titre.objects.select_for_update(of=("self",)).get(pk=titre.pk)
    _exiger_reductible(origine)
    ligne = origine.lignes_piece.filter(rang=rang).first()
    if ligne is None:
        raise ValidationError("Ce titre n’a pas d’imputation de ce rang : rechargez la page.")
    reprise = Reprise(
        ligne=ligne, montant_ht=montant_ht, montant_tgc=montant_tgc, motif=motif.strip()
    )
    est_rendue = _exiger_montants(origine, reprise)
    try:
        reduction = _corriger(origine, reprise, est_rendue, justificatifs, par)
    except (EcritureRefusee, CompteIntrouvable) as erreur:
        raise ValidationError(str(erreur)) from erreur
    echeanciers.suivre(origine)
    contestations.suivre_reduction(
        origine,
        reduction,
        montant_ht + montant_tgc,
        est_entiere=all(sum(reste_a_reduire(une)) == 0 for une in origine.lignes_piece.all()),
        par=par,
    )
    return reduction


def _corriger(
    origine: Titre,
    reprise: Reprise,
    est_rendue: bool,
    justificatifs: Sequence[PieceJustificative],
    par: Utilisateur,
) -> Piece:
    """Issue what corrects `origine`, as its exercice says. Raises CompteIntrouvable."""
    jour = timezone.localdate()
    if not est_anterieure(origine):
        return emettre_reduction(
            origine, reprise, justificatifs=justificatifs, date_emission=jour, par=par
        )
    return annuler_titre_anterieur(
        origine,
        reprise,
        compte=compte_du_debiteur(origine, jour) if est_rendue else None,
        justificatifs=justificatifs,
        date_emission=jour,
        par=par,
    )


def est_reductible(titre: Titre, reste: int) -> bool:
    """Whether a titre, of which `reste` francs are owed, is one that a new pièce corrects.

    It is taken in charge; in its year, what a payment settled is refunded first.
    """
    if titre.etat != EtatPiece.PRISE_EN_CHARGE or titre.est_reduction:
        return False
    return reste > 0 or est_anterieure(titre) or reste + regle_sans_paiement(titre.pk) > 0


def _exiger_montants(titre: Titre, reprise: Reprise) -> bool:
    """Refuse more than what is left of a line, or owed; return whether what was paid goes back."""
    ht, tgc = reste_a_reduire(reprise.ligne)
    du, demande = reste_du(titre), reprise.montant_ht + reprise.montant_tgc
    est_rendue = est_anterieure(titre) and du <= 0
    encaisse = regle_par_piece([titre.pk]).get(titre.pk, 0)
    limite = acquis_sur_titre(titre.pk) if est_rendue else du
    if not est_anterieure(titre):
        limite = max(0, du + regle_sans_paiement(titre.pk))
    dans_la_ligne = 0 < reprise.montant_ht <= ht and 0 <= reprise.montant_tgc <= tgc
    if dans_la_ligne and demande <= limite:
        return est_rendue
    suite = "Ce qu’un paiement a réglé se rembourse d’abord."
    if est_rendue and limite < encaisse:
        suite = (
            f"{afficher(encaisse - limite)} sont déjà rendus ou vont l’être, par mandat ou par "
            "remboursement, ou sont contestés à la banque."
        )
    elif est_anterieure(titre):
        suite = "Ce qui est payé se rend par un second mandat, une fois le reste dû annulé."
    quoi = "payés et à rendre" if est_rendue else "encore dus, ou à rendre par la Trésorerie"
    raise ValidationError(
        f"Il reste {afficher(ht)} HT et {afficher(tgc)} de TGC à réduire sur cette imputation, "
        f"dont {afficher(limite)} {quoi} : corrigez les montants. {suite}"
    )


def _exiger_reductible(titre: Titre) -> None:
    if titre.etat == EtatPiece.PRISE_EN_CHARGE and not titre.est_reduction:
        return
    raise TransitionInterdite(
        f"Ce titre est « {titre.get_etat_display()} » : seul un titre pris en charge se réduit ; "
        "avant, annulez-le ou attendez la réponse de la Trésorerie."
    )
