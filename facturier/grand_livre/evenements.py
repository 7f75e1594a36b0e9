"""The accounting events of the product: one function each, named after what happened.

The accounts come from `SchemaComptable` (domaine.md A5, telepaiement.md 8.8), in force on the
accounting date. Each function is idempotent: its key says which fact it posts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import (
    Ecriture,
    LignePiece,
    Mandat,
    Piece,
    SchemaComptable,
    Sens,
    Titre,
)
from facturier.grand_livre.passation import EcritureRefusee, Ligne, contrepasser, passer
from facturier.grand_livre.soldes import reste_du

MODES_ENCAISSEMENT = ("carte", "tpe", "especes", "cheque", "virement")
PARTS_DE_TIERS = {"fonctionnement", "investissement", "redevable", "trop_percu"}
PARTS_HORS_PIECE = {"trop_percu"}  # what is paid in excess is no longer the debt of the pièce


def section(numero: str) -> str:
    """Tell whether an account by nature belongs to `investissement` or `fonctionnement`."""
    return "investissement" if numero.startswith(("1", "2")) else "fonctionnement"


def mandater(mandat: Mandat, *, par: Utilisateur) -> Ecriture:
    """Post a mandat: D expense accounts, C 4011 and 4041, tax included."""
    imputations, parts = _ventiler(mandat)
    return _passer_evenement(
        "mandatement",
        cle=f"mandatement-{mandat.pk}",
        libelle=f"Mandat {mandat.reference} : {mandat.objet}",
        exercice=mandat.exercice_id,
        date_comptable=mandat.date_emission,
        parts=parts,
        imputations=imputations,
        piece=mandat,
        par=par,
    )


@transaction.atomic
def payer_mandat(
    mandat: Piece, *, montant: int, date_paiement: date, reference: str, par: Utilisateur
) -> Ecriture:
    """Post the payment of a mandat by the treasury: D 4011 and 4041, C 515.

    Args:
        montant: whole francs paid, at most what the mandat still owes.
        reference: identity of the payment in the treasury's answer; makes it post once.

    Raises:
        EcritureRefusee: more than what is due, or a mandat on both sections is paid by parts,
            which cannot be split.
    """
    Piece.objects.select_for_update().only("pk").get(pk=mandat.pk)
    _, dues = _ventiler(mandat)
    parts = dues if montant == sum(dues.values()) else _une_part(dues, montant)
    ecriture = _passer_evenement(
        "paiement_mandat",
        cle=f"paiement-{mandat.pk}-{reference}",
        libelle=f"Paiement du mandat {mandat.reference}",
        exercice=date_paiement.year,
        date_comptable=date_paiement,
        parts={**parts, "tresor": montant},
        piece=mandat,
        par=par,
    )
    if (reste := reste_du(mandat)) < 0:
        raise EcritureRefusee(
            f"Le paiement de {montant} F dépasse de {-reste} F ce que le mandat "
            f"{mandat.reference} doit encore."
        )
    return ecriture


def emettre_titre(titre: Titre, *, par: Utilisateur) -> Ecriture:
    """Post a titre: D 4111, C revenue accounts, tax included."""
    imputations, parts = _ventiler(titre)
    return _passer_evenement(
        "titre",
        cle=f"titre-{titre.pk}",
        libelle=f"Titre {titre.reference} : {titre.objet}",
        exercice=titre.exercice_id,
        date_comptable=titre.date_emission,
        parts={"redevable": sum(parts.values())},
        imputations=imputations,
        piece=titre,
        par=par,
    )


def annuler_emission(
    piece: Piece, *, motif: str, date_comptable: date, par: Utilisateur
) -> Ecriture:
    """Reverse the entry that a rejected or cancelled pièce was issued with.

    Raises:
        EcritureRefusee: the pièce has no entry, or it is reversed already.
    """
    prefixe = "mandatement" if piece.sens == "depense" else "titre"
    ecriture = Ecriture.objects.filter(cle=f"{prefixe}-{piece.pk}").first()
    if ecriture is None:
        raise EcritureRefusee(f"{piece} n’a pas d’écriture à contrepasser.")
    return contrepasser(ecriture, par=par, motif=motif, date_comptable=date_comptable)


def encaisser(
    titre: Piece,
    *,
    mode: str,
    montant: int,
    date_comptable: date,
    reference: str,
    par: Utilisateur,
    trop_percu: int = 0,
) -> Ecriture:
    """Post money received for a titre: D 5115, 5412, 5118 or 515, C 4111, and C 466 for the excess.

    Args:
        mode: one of `MODES_ENCAISSEMENT`.
        montant: whole francs received, the excess included.
        trop_percu: the part of `montant` that the debt did not call for.
        reference: identity of the money fact; makes it post once.
    """
    if mode not in MODES_ENCAISSEMENT:
        raise ValueError(f"mode d’encaissement inconnu : {mode}")
    return _passer_evenement(
        f"encaissement_{mode}",
        cle=f"encaissement-{reference}",
        libelle=f"Encaissement du titre {titre.reference}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        parts={
            "disponible": montant,
            "redevable": montant - trop_percu,
            "trop_percu": trop_percu,
        },
        piece=titre,
        par=par,
    )


def rembourser_carte(
    titre: Piece,
    *,
    montant: int,
    date_comptable: date,
    reference: str,
    par: Utilisateur,
    trop_percu: int = 0,
) -> Ecriture:
    """Post a refund to the card: D 4111 (and D 466 for an excess given back), C 5115."""
    return _passer_evenement(
        "remboursement_carte",
        cle=f"remboursement-{reference}",
        libelle=f"Remboursement sur le titre {titre.reference}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        parts={
            "redevable": montant - trop_percu,
            "trop_percu": trop_percu,
            "disponible": montant,
        },
        piece=titre,
        par=par,
    )


def verser_cartes(
    *, brut: int, commission: int, date_comptable: date, reference: str, par: Utilisateur
) -> Ecriture:
    """Post a payout of card payments: D 515 net, D 4722 commission, C 5115 gross."""
    return _passer_evenement(
        "versement_cartes",
        cle=f"versement-{reference}",
        libelle=f"Versement {reference}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        parts={"tresor": brut - commission, "commission": commission, "disponible": brut},
        par=par,
    )


def _ventiler(piece: Piece) -> tuple[list[tuple[str, int]], dict[str, int]]:
    """Return the imputations of a pièce, and what they make by section; tax included."""
    lignes: Iterable[LignePiece] = piece.lignes_piece.select_related("compte").order_by("rang")
    imputations = [(ligne.compte.numero, ligne.montant_ttc) for ligne in lignes]
    parts: dict[str, int] = defaultdict(int)
    for numero, montant in imputations:
        parts[section(numero)] += montant
    return imputations, dict(parts)


def _une_part(parts: Mapping[str, int], montant: int) -> dict[str, int]:
    if len(parts) != 1:
        raise EcritureRefusee(
            "Un paiement partiel d’un mandat réparti sur deux sections ne peut pas être ventilé."
        )
    return {next(iter(parts)): montant}


def _passer_evenement(
    evenement: str,
    *,
    cle: str,
    libelle: str,
    exercice: int,
    date_comptable: date,
    parts: Mapping[str, int],
    par: Utilisateur,
    imputations: Iterable[tuple[str, int]] = (),
    piece: Piece | None = None,
) -> Ecriture:
    """Post `parts` (amount by part of the scheme), and `imputations` where the scheme says."""
    schema = list(SchemaComptable.objects.en_vigueur(evenement, date_comptable))
    if not schema:
        raise EcritureRefusee(
            f"Aucun schéma comptable « {evenement} » n’est en vigueur le {date_comptable:%d/%m/%Y}."
        )
    lignes: list[Ligne] = []
    for regle in schema:
        sens = Sens(regle.sens)
        if not regle.compte:
            lignes += [Ligne(numero, sens, montant) for numero, montant in imputations]
        elif montant := parts.get(regle.part, 0):
            lignes.append(_ligne_de_part(regle, sens, montant, piece))
    return passer(
        exercice=exercice,
        journal=schema[0].journal_id,
        date_comptable=date_comptable,
        evenement=evenement,
        libelle=libelle[:200],
        lignes=lignes,
        par=par,
        cle=cle,
    )


def _ligne_de_part(regle: SchemaComptable, sens: Sens, montant: int, piece: Piece | None) -> Ligne:
    if piece is None or regle.part not in PARTS_DE_TIERS:
        return Ligne(regle.compte, sens, montant)
    porte_piece = regle.part not in PARTS_HORS_PIECE
    return Ligne(regle.compte, sens, montant, piece.tiers_id, piece.pk if porte_piece else None)
