"""Pièces that correct another: réductions of the year, annulations of an earlier exercice.

Within its exercice, a réduction is of the side of what it corrects. A mandat of an earlier one is
corrected by a titre (account 773), a titre by a mandat (account 673): TypBord 01, TypPce 02,
NatPce 09 (pes_v2, §4; domaine.md A5).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.grand_livre import evenements
from facturier.grand_livre.credits import est_hors_budget, exiger_credits
from facturier.grand_livre.emission import (
    OPERATION_D_ORDRE,
    VIREMENT,
    CompteBancaire,
    Imputation,
    enregistrer_piece,
    rattacher_justificatifs,
    tirer_cle,
)
from facturier.grand_livre.models import (
    CORRECTIF,
    EXERCICE_ANTERIEUR,
    PIECES_SANS_EFFET,
    EtatPiece,
    LignePiece,
    Parametre,
    Piece,
    PieceJustificative,
    SensPiece,
)
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.ventilation import Somme, imputations, section

MANDATS_ANNULES, TITRES_ANNULES = "773", "673"  # of earlier exercices (M52)
FIGES = (
    "tiers_id",
    "nom_tiers",
    "ridet",
    "adresse_complement",
    "adresse_voie",
    "code_postal",
    "ville",
    "pays",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprise:
    """What is taken back from one line of a pièce, in whole francs, and why."""

    ligne: LignePiece
    montant_ht: int
    montant_tgc: int
    motif: str


def reste_a_reduire(ligne: LignePiece) -> tuple[int, int]:
    """Return what living corrections leave of one line of a pièce: francs HT, then TGC."""
    deja = LignePiece.objects.filter(
        piece__piece_origine=ligne.piece_id, piece__type_piece=CORRECTIF, rang=ligne.rang
    ).exclude(piece__etat__in=PIECES_SANS_EFFET)
    totaux = deja.aggregate(ht=Sum("montant_ht", default=0), tgc=Sum("montant_tgc", default=0))
    return ligne.montant_ht - totaux["ht"], ligne.montant_tgc - totaux["tgc"]


def est_anterieure(piece: Piece) -> bool:
    """Whether a pièce is of an earlier exercice: corrected by one of the other side."""
    annee: int = timezone.localdate().year
    return piece.exercice_id < annee


def corriges_en_entier(pieces: Collection[int]) -> set[int]:
    """Return which of the pièces living corrections take back in whole; one query."""
    vivantes = Piece.objects.filter(piece_origine__in=list(pieces), type_piece=CORRECTIF)
    sommes = (
        vivantes.exclude(etat__in=PIECES_SANS_EFFET)
        .order_by()
        .values_list("piece_origine")
        .annotate(total=Sum(F("montant_ht") + F("montant_tgc")))
        .filter(total__gte=F("piece_origine__montant_ht") + F("piece_origine__montant_tgc"))
    )
    return {cle for cle, _ in sommes if cle}


def mandats_qui_rendent(titre_id: int) -> list[Piece]:
    """Return the living mandats on 673 that pay back what a titre was paid; one query."""
    rendus = Piece.objects.filter(
        piece_origine=titre_id,
        sens=SensPiece.DEPENSE,
        nature_piece=EXERCICE_ANTERIEUR,
        mode_reglement=VIREMENT,
    )
    return list(rendus.exclude(etat__in=PIECES_SANS_EFFET).order_by("pk"))


@transaction.atomic
def annuler_mandat_anterieur(
    origine: Piece,
    reprise: Reprise,
    *,
    code_produit: str,
    justificatifs: Iterable[PieceJustificative],
    date_emission: date,
    par: Utilisateur,
) -> Piece:
    """Issue the titre that takes back a part of a mandat of an earlier exercice, and post it.

    C 773, or the account of the line in investment. Of a mandat paid, the supplier owes it: D 4111.
    Of one that is not, it leaves the debt of the province: D 4011 or 4041.

    Raises:
        EcritureRefusee: an account is unknown this year, or of third parties, or a constraint of
            the pièce is broken.
    """
    titre = _correctif(origine, SensPiece.RECETTE, reprise, date_emission)
    jours = Parametre.objects.entier("echeance_titre_jours", date_emission)
    titre.date_echeance = date_emission + timedelta(days=jours)
    titre.cle_paiement, titre.code_produit = tirer_cle(), code_produit
    titre.bases_liquidation = (
        f"Mandat {origine.reference} annulé ou réduit, exercice antérieur : {reprise.motif}"
    )
    enregistrer_piece(titre, [_imputee(reprise, MANDATS_ANNULES)], par, rang=reprise.ligne.rang)
    rattacher_justificatifs(titre, justificatifs)
    est_du = origine.etat == EtatPiece.PAYEE
    _passer_correction(
        titre,
        part="redevable" if est_du else section(reprise.ligne.compte.numero),
        sur=titre if est_du else origine,
        evenement="annulation_mandat_anterieur",
        cle=f"titre-{titre.pk}",
        libelle=f"Titre {titre.reference} : {titre.objet}",
        par=par,
    )
    return titre


@transaction.atomic
def annuler_titre_anterieur(
    origine: Piece,
    reprise: Reprise,
    *,
    compte: CompteBancaire | None,
    justificatifs: Iterable[PieceJustificative],
    date_emission: date,
    par: Utilisateur,
) -> Piece:
    """Issue the mandat that takes back a part of a titre of an earlier exercice, and post it.

    D 673, or the account of the line in investment.

    Args:
        compte: where what was collected is paid back (C 4011 or 4041); None: nothing was, the
            debtor owes less (C 4111).

    Raises:
        CreditsInsuffisants: less is left on a line of the budget than what it asks for.
        EcritureRefusee: as `annuler_mandat_anterieur`.
    """
    mandat = _correctif(origine, SensPiece.DEPENSE, reprise, date_emission)
    mandat.mode_reglement = VIREMENT if compte else OPERATION_D_ORDRE
    if compte is not None:
        mandat.iban, mandat.bic = compte.iban, compte.bic
        mandat.titulaire_compte = compte.titulaire[:32]
    imputee = _imputee(reprise, TITRES_ANNULES)
    enregistrer_piece(mandat, [imputee], par, rang=reprise.ligne.rang)
    exiger_credits(mandat, [(imputee.compte, imputee.fonction)])
    rattacher_justificatifs(mandat, justificatifs)
    _passer_correction(
        mandat,
        part=section(imputee.compte) if compte else "redevable",
        sur=mandat if compte else origine,
        evenement="annulation_titre_anterieur",
        cle=f"mandatement-{mandat.pk}",
        libelle=f"Mandat {mandat.reference} : {mandat.objet}",
        par=par,
    )
    return mandat


def _correctif(origine: Piece, sens: str, reprise: Reprise, jour: date) -> Piece:
    """Return the pièce of the other side that corrects `origine`, not saved yet."""
    return Piece(
        sens=sens,
        type_piece=CORRECTIF,
        nature_piece=EXERCICE_ANTERIEUR,
        piece_origine=origine,
        objet=f"Annulation du {origine.nom_genre} {origine.reference} : {reprise.motif}"[:100],
        exercice_id=jour.year,
        budget_id=origine.budget_id,
        service_id=origine.service_id,
        date_emission=jour,
        **_identite_figee(origine),
    )


def _imputee(reprise: Reprise, fonctionnement: str) -> Imputation:
    """Charge what is taken back: by nature, the account of annulations; else its own."""
    numero = reprise.ligne.compte.numero
    if est_hors_budget(numero):
        raise EcritureRefusee(
            f"Le compte {numero} est un compte de tiers : une imputation d’un exercice antérieur "
            "n’y est pas une charge ni un produit. Demandez à la Trésorerie de la régulariser."
        )
    est_de_fonctionnement = section(numero) == "fonctionnement"
    return _imputation(reprise, fonctionnement if est_de_fonctionnement else numero)


def _imputation(reprise: Reprise, compte: str) -> Imputation:
    """Charge what is taken back to `compte`, as the line it comes from."""
    ligne = reprise.ligne
    return Imputation(
        compte=compte,
        montant_ht=reprise.montant_ht,
        montant_tgc=reprise.montant_tgc,
        fonction=ligne.fonction,
        operation=ligne.operation,
        libelle=reprise.motif,
        reference_facture=ligne.reference_facture,
    )


def _passer_correction(
    correctif: Piece,
    *,
    part: str,
    sur: Piece,
    evenement: str,
    cle: str,
    libelle: str,
    par: Utilisateur,
) -> None:
    """Post what corrects a pièce; the debt that it makes, or settles, is that of `sur`."""
    lignes = imputations(correctif)
    evenements.passer_evenement(
        evenement,
        cle=cle,
        libelle=libelle,
        exercice=correctif.exercice_id,
        date_comptable=correctif.date_emission,
        sommes=[Somme(part, sum(montant for _, montant in lignes), correctif.tiers_id)],
        imputations=lignes,
        piece=sur,
        par=par,
    )


def _identite_figee(origine: Piece) -> Mapping[str, Any]:
    """Return whom a pièce names, to name the same."""
    return {nom: getattr(origine, nom) for nom in FIGES}


@transaction.atomic
def emettre_reduction(
    origine: Piece,
    reprise: Reprise,
    *,
    justificatifs: Iterable[PieceJustificative],
    date_emission: date,
    par: Utilisateur,
) -> Piece:
    """Issue the pièce that takes back a part of one line of a mandat or titre, and post it.

    Whom it names is frozen as on the pièce corrected; no money moves: it has no account. Of a
    mandat: C expense, D 4011 or 4041, or D 40971 once it is paid; of a titre: D revenue, C 4111.

    Raises:
        EcritureRefusee: a constraint of the pièce is broken, or the entry breaks a rule.
    """
    numero, motif = reprise.ligne.compte.numero, reprise.motif
    reduction = Piece(
        sens=origine.sens,
        type_piece=CORRECTIF,
        nature_piece="06",
        piece_origine=origine,
        objet=f"Réduction du {origine.nom_genre} {origine.reference} : {motif}"[:100],
        exercice_id=origine.exercice_id,
        budget_id=origine.budget_id,
        service_id=origine.service_id,
        date_emission=date_emission,
        **_propre_au_sens(origine, motif, date_emission),
        **_identite_figee(origine),
    )
    enregistrer_piece(reduction, [_imputation(reprise, numero)], par, rang=reprise.ligne.rang)
    rattacher_justificatifs(reduction, justificatifs)
    est_mandat = origine.sens == SensPiece.DEPENSE
    part = section(numero) if est_mandat else "redevable"
    _passer_correction(
        reduction,
        part="a_rendre" if est_mandat and origine.etat == EtatPiece.PAYEE else part,
        sur=origine,
        evenement=f"reduction_{origine.nom_genre}",
        cle=f"{'mandatement' if est_mandat else 'titre'}-{reduction.pk}",
        libelle=f"Réduction {reduction.reference} du {origine.nom_genre} {origine.reference}",
        par=par,
    )
    return reduction


def _propre_au_sens(origine: Piece, motif: str, jour: date) -> dict[str, Any]:
    """Return what a réduction of one side must bear besides."""
    if origine.sens == SensPiece.DEPENSE:
        return {"mode_reglement": OPERATION_D_ORDRE}
    return {
        "cle_paiement": tirer_cle(),
        "bases_liquidation": f"Réduction du titre {origine.reference} : {motif}",
        "date_echeance": jour,
        "code_produit": origine.code_produit,
    }
