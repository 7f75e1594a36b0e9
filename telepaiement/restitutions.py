"""Money back on what settled a titre and is no payment: the treasury returns it to the debtor.

What waited in 4718, what the treasury collected before the titre (P503) or without us: no card nor
till took it in. The order to pay is what corrected the titre, that the ordonnateur signs and the
comptable takes in charge, or its rejection; the comptable pays the verified account of the debtor.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.banque import masquer_iban
from facturier.commun.etats import ActeInterdit
from facturier.commun.montants import afficher
from facturier.grand_livre.models import (
    CORRECTIF,
    PIECES_SANS_EFFET,
    Ecriture,
    EtatPiece,
    Piece,
    SensPiece,
    Titre,
)
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.soldes import retours_par_piece
from facturier.grand_livre.tresorerie import retourner_fonds
from fournisseurs.coordonnees import CompteIntrouvable
from telepaiement import echeanciers
from telepaiement.comptes_payeurs import compte_du_debiteur
from telepaiement.encaissement import date_comptable
from telepaiement.sommes_a_rendre import a_rendre_sans_paiement, titres_en_trop

ACQUISES = (*PIECES_SANS_EFFET, EtatPiece.PRISE_EN_CHARGE, EtatPiece.PAYEE)


def a_rendre(titre_id: int) -> int:
    """Return what the treasury owes back on a titre now, in whole francs."""
    return a_rendre_sans_paiement(titres_en_trop().filter(pk=titre_id)).get(titre_id, 0)


def attentes(titres: Iterable[int]) -> dict[int, str]:
    """Return, by titre, why nothing is to be returned on it yet, in French; one query.

    The treasury has not accepted what corrects it.
    """
    attendues = Piece.objects.filter(piece_origine__in=list(titres), type_piece=CORRECTIF)
    dits: dict[Any, str] = {}
    for piece in attendues.exclude(etat__in=ACQUISES).order_by("-pk"):
        est_recette = piece.sens == SensPiece.RECETTE
        quoi, accord = ("La réduction", "prise") if est_recette else ("Le mandat", "pris")
        dits[piece.piece_origine_id] = (
            f"{quoi} {piece.reference} n’est pas encore {accord} en charge par la Trésorerie : "
            "rien n’est à rendre avant."
        )
    return dits


@transaction.atomic
def rendre(
    titre_id: int, *, montant: int, jour: date, reference: str, par: Utilisateur
) -> Ecriture:
    """Say that the treasury returned `montant` francs to the debtor on `jour`: D 4111, C 515.

    Args:
        reference: that of the transfer, at the bank.

    Raises:
        ActeInterdit: `par` is not the comptable.
        ValidationError: more than what is owed back, a day to come, no reference, a correction
            that is not taken in charge, no verified account, or the ledger refuses.
    """
    if not par.a_role(Role.COMPTABLE):
        raise ActeInterdit("Seul le comptable rend une somme par la Trésorerie.")
    if not reference.strip():
        raise ValidationError({"reference": "Indiquez la référence du virement à la banque."})
    titre: Titre = Titre.objects.select_for_update(of=("self",)).get(pk=titre_id)
    reste = a_rendre(titre_id)
    if not reste:
        raise ValidationError("Il ne reste rien à rendre sur ce titre : rechargez la page.")
    if not 0 < montant <= reste:
        raise ValidationError({"montant": f"Le montant va de 1 F à {afficher(reste)}."})
    _exiger_jour(titre, jour)
    try:
        compte = compte_du_debiteur(titre, timezone.localdate())
        ecriture = retourner_fonds(
            titre,
            montant=montant,
            date_comptable=date_comptable(jour),
            reference=str(retours_par_piece([titre.pk]).get(titre.pk, (0, jour))[0] + 1),
            par=par,
        )
    except (CompteIntrouvable, EcritureRefusee) as erreur:
        raise ValidationError(str(erreur)) from erreur
    titre.passages.create(
        acte="rendre",
        depart=titre.etat,
        arrivee=titre.etat,
        par=par,
        motif=f"{afficher(montant)} rendus le {jour:%d/%m/%Y} à {compte.titulaire}, "
        f"{masquer_iban(compte.iban)}, virement {reference.strip()}",
    )
    echeanciers.suivre(titre)
    return ecriture


def _exiger_jour(titre: Titre, jour: date) -> None:
    """Refuse a day to come, and a titre whose correction the treasury has not accepted yet."""
    if jour > timezone.localdate():
        raise ValidationError({"jour": "Ce jour n’est pas encore venu."})
    if attente := attentes([titre.pk]).get(titre.pk):
        raise ValidationError(attente)
