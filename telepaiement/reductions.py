"""A titre corrected after the comptable took it in charge, by a new pièce; nothing is edited.

A réduction is a pièce 02 / 02 / 06 (TypBord, TypPce, NatPce) that names the titre it corrects; of
the whole amount, it cancels the titre once the comptable accepts it. It takes back what is still
owed: what was paid beyond is given back by a refund.

A titre of an earlier exercice is corrected by a mandat on 673: what is still owed leaves the debt,
what was collected is paid back to the verified account of the debtor.
"""

from collections.abc import Sequence
from datetime import date

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
from facturier.grand_livre.emission import CompteBancaire
from facturier.grand_livre.models import EtatPiece, Piece, PieceJustificative, Titre
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.soldes import encaisse_par_titre, reste_du
from fournisseurs.coordonnees import CompteIntrouvable, compte_en_vigueur
from fournisseurs.gel import figer_les_comptes
from fournisseurs.models import Fournisseur
from telepaiement import contestations, echeanciers
from telepaiement.sommes_a_rendre import acquis_sur_titre


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
        compte=_compte_du_debiteur(origine, jour) if est_rendue else None,
        justificatifs=justificatifs,
        date_emission=jour,
        par=par,
    )


def _compte_du_debiteur(titre: Titre, jour: date) -> CompteBancaire:
    """Return the verified account of who is paid back. Raises CompteIntrouvable."""
    fiche = Fournisseur.objects.filter(tiers=titre.tiers_id).first()
    if fiche is None:
        raise CompteIntrouvable(
            f"{titre.nom_tiers} a payé ce titre et n’a pas de compte bancaire connu : créez sa "
            "fiche de tiers et faites vérifier son relevé d’identité bancaire, puis recommencez."
        )
    compte = compte_en_vigueur(fiche, jour)
    figer_les_comptes([fiche])
    return CompteBancaire(iban=compte.iban, bic=compte.bic, titulaire=compte.titulaire)


def est_reductible(titre: Titre, reste: int) -> bool:
    """Whether a titre, of which `reste` francs are owed, is one that a new pièce corrects.

    It is taken in charge; what is paid is refunded in its year, and paid back after.
    """
    return (
        titre.etat == EtatPiece.PRISE_EN_CHARGE
        and not titre.est_reduction
        and (reste > 0 or est_anterieure(titre))
    )


def _exiger_montants(titre: Titre, reprise: Reprise) -> bool:
    """Refuse more than what is left of a line, or owed; return whether what was paid goes back."""
    ht, tgc = reste_a_reduire(reprise.ligne)
    du, demande = reste_du(titre), reprise.montant_ht + reprise.montant_tgc
    est_rendue = est_anterieure(titre) and du <= 0
    encaisse = encaisse_par_titre([titre.pk]).get(titre.pk, 0)
    limite = acquis_sur_titre(titre.pk) if est_rendue else du
    dans_la_ligne = 0 < reprise.montant_ht <= ht and 0 <= reprise.montant_tgc <= tgc
    if dans_la_ligne and demande <= limite:
        return est_rendue
    suite = "Ce qui est payé se rembourse."
    if est_rendue and limite < encaisse:
        suite = (
            f"{afficher(encaisse - limite)} sont déjà rendus ou vont l’être, par mandat ou par "
            "remboursement, ou sont contestés à la banque."
        )
    elif est_anterieure(titre):
        suite = "Ce qui est payé se rend par un second mandat, une fois le reste dû annulé."
    quoi = "payés et à rendre" if est_rendue else "encore dus"
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
