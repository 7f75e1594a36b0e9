"""Accounting events of the régies: sales without a titre, funds, differences, cash paid over.

One function each, idempotent by its key, like those of `evenements`; their accounts are rows of
`SchemaComptable` (domaine.md, A5 and A7), to be confirmed by the treasury.
"""

from datetime import date

from facturier.acces.models import Utilisateur
from facturier.grand_livre.evenements import passer_evenement, sommes_de
from facturier.grand_livre.models import Ecriture, Piece

MODES_COMPTANT = ("tpe", "especes", "cheque", "lecteur", "classement")
MODES_A_CLASSER = ("tpe", "especes", "cheque", "virement")


def vendre_au_comptant(
    *,
    mode: str,
    montant: int,
    date_comptable: date,
    reference: str,
    par: Utilisateur,
    trop_percu: int = 0,
) -> Ecriture:
    """Post a sale before its titre: D 5412, 5118 or 5115, C 47138, or 471411 when paid twice.

    A receipt that is classed to a sale comes from where it waited: D 4718.

    Args:
        mode: one of `MODES_COMPTANT`.
        montant: whole francs received, the excess included.
        trop_percu: the part that is owed back.
    """
    if mode not in MODES_COMPTANT:
        raise ValueError(f"mode de vente au comptant inconnu : {mode}")
    return _passer(
        f"comptant_{mode}",
        f"encaissement-{reference}",
        "Vente au comptant",
        {
            "disponible": montant,
            "a_regulariser": montant - trop_percu,
            "excedent": trop_percu,
        },
        date_comptable,
        par,
    )


def recevoir_a_classer(
    *, mode: str, montant: int, date_comptable: date, reference: str, par: Utilisateur
) -> Ecriture:
    """Post money received for something nobody knows: D 5412, 5118, 5115 or 515, C 4718.

    Args:
        mode: one of `MODES_A_CLASSER`.
    """
    if mode not in MODES_A_CLASSER:
        raise ValueError(f"mode de recette à classer inconnu : {mode}")
    return _passer(
        f"a_classer_{mode}",
        f"encaissement-{reference}",
        "Recette à classer",
        {"disponible": montant, "a_classer": montant},
        date_comptable,
        par,
    )


def regulariser_par_titre(
    evenement: str,
    titre: Piece,
    *,
    cle: str,
    libelle: str,
    montant: int,
    date_comptable: date,
    par: Utilisateur,
) -> Ecriture:
    """Post between the debtor of a titre and what was received before it, on the sides of the
    scheme: D 47138, C 4111, or the contrary; whole francs."""
    return passer_evenement(
        evenement,
        cle=cle,
        libelle=libelle,
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        sommes=sommes_de({"a_regulariser": montant, "redevable": montant}, titre),
        piece=titre,
        par=par,
    )


def regulariser(titre: Piece, *, montant: int, date_comptable: date, par: Utilisateur) -> Ecriture:
    """Post that sales already received clear the titre that regularises them: D 47138, C 4111."""
    return regulariser_par_titre(
        "regularisation",
        titre,
        cle=f"regularisation-{titre.pk}",
        libelle=f"Régularisation par le titre {titre.reference}",
        montant=montant,
        date_comptable=date_comptable,
        par=par,
    )


def reporter_retour(
    titre: Piece, *, montant: int, date_comptable: date, reference: str, par: Utilisateur
) -> Ecriture:
    """Post that a sale given back after its titre leaves it owed again: D 4111, C 47138."""
    return regulariser_par_titre(
        "retour_vente",
        titre,
        cle=f"retour-vente-{reference}",
        libelle=f"Vente rendue, titre {titre.reference}",
        montant=montant,
        date_comptable=date_comptable,
        par=par,
    )


def mouvoir_fonds(
    *, est_remis: bool, montant: int, date_comptable: date, reference: str, par: Utilisateur
) -> Ecriture:
    """Post the fonds de caisse handed to a régie (D 5412, C 515), or given back (D 515, C 5412)."""
    return _passer(
        "fonds_caisse_remis" if est_remis else "fonds_caisse_rendu",
        f"fonds-caisse-{reference}",
        "Fonds de caisse remis à la régie" if est_remis else "Fonds de caisse rendu",
        {"disponible": montant, "tresor": montant},
        date_comptable,
        par,
    )


def constater_ecart(
    *, ecart: int, date_comptable: date, reference: str, par: Utilisateur
) -> Ecriture:
    """Post a till difference: too much, D 5412, C 4718; too little, D 429, C 5412.

    Args:
        ecart: counted minus expected cash, in whole francs, not zero.
    """
    nom = "excedent" if ecart > 0 else "deficit"
    return _passer(
        f"{nom}_caisse",
        f"ecart-caisse-{reference}",
        "Excédent de caisse" if ecart > 0 else "Déficit de caisse",
        {"disponible": abs(ecart), nom: abs(ecart)},
        date_comptable,
        par,
    )


def combler_deficit(
    *, en_especes: bool, montant: int, date_comptable: date, reference: str, par: Utilisateur
) -> Ecriture:
    """Post what a régisseur pays back: D 5412 into the régie, or D 515 to the treasury, C 429."""
    part = "disponible" if en_especes else "tresor"
    return _passer(
        "deficit_comble",
        f"deficit-comble-{reference}",
        "Déficit comblé",
        {part: montant, "deficit": montant},
        date_comptable,
        par,
    )


def verser_especes(
    *, montant: int, date_comptable: date, reference: str, par: Utilisateur
) -> Ecriture:
    """Post the cash that a régisseur paid over to the treasury: D 515, C 5412."""
    return _passer(
        "versement_regie",
        f"versement-regie-{reference}",
        f"Versement de régie {reference}",
        {"tresor": montant, "disponible": montant},
        date_comptable,
        par,
    )


def rectifier_versement(
    *, ecart: int, date_comptable: date, reference: str, par: Utilisateur
) -> Ecriture:
    """Post what a versement received proves to lack (D 429, C 515), or to have too much.

    Args:
        ecart: real minus declared cash, in whole francs, not zero; too much is D 515, C 4718.
    """
    nom = "excedent" if ecart > 0 else "deficit"
    return _passer(
        f"{nom}_versement",
        f"rectification-versement-{reference}",
        f"{'Excédent' if ecart > 0 else 'Déficit'} du versement de régie {reference}",
        {"tresor": abs(ecart), nom: abs(ecart)},
        date_comptable,
        par,
    )


def _passer(
    evenement: str,
    cle: str,
    libelle: str,
    parts: dict[str, int],
    date_comptable: date,
    par: Utilisateur,
) -> Ecriture:
    return passer_evenement(
        evenement,
        cle=cle,
        libelle=libelle,
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        sommes=sommes_de(parts),
        par=par,
    )
