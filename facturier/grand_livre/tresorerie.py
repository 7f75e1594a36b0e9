"""Accounting events of what follows a payment: disputes, payouts sent back, bank credits.

One function each, idempotent by its key, like those of `evenements`; their accounts are rows of
`SchemaComptable` (domaine.md A5, telepaiement.md 8.8).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from facturier.acces.models import Utilisateur
from facturier.grand_livre.evenements import (
    Fait,
    nommer,
    parts_rendues,
    passer_evenement,
    passer_faits,
    sommes_de,
)
from facturier.grand_livre.models import Deduction, Ecriture, Piece, SensPiece
from facturier.grand_livre.regies import regulariser_par_titre
from facturier.grand_livre.ventilation import Somme, section, sommes_dues, sommes_payees

REMISES = ("tpe", "cheques")
IMPAYES = ("carte", "cheque")


def contester_carte(
    titre: Piece | None, *, montant: int, date_comptable: date, reference: str, par: Utilisateur
) -> Ecriture:
    """Post a dispute that took `montant` francs back: D 51175, C 5115."""
    return passer_evenement(
        "litige_ouvert",
        cle=f"litige-{reference}",
        libelle=f"Contestation du paiement : {nommer(titre)}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        sommes=sommes_de({"conteste": montant, "disponible": montant}, titre),
        piece=titre,
        par=par,
    )


def constater_impaye(
    titre: Piece | None,
    *,
    nature: str,
    montant: int,
    date_comptable: date,
    reference: str,
    par: Utilisateur,
) -> Ecriture:
    """Post money that the bank takes back from the account: D 51172 (cheque) or 51175, C 515.

    Args:
        nature: one of `IMPAYES`.
    """
    if nature not in IMPAYES:
        raise ValueError(f"nature d’impayé inconnue : {nature}")
    return passer_evenement(
        f"impaye_{nature}",
        cle=f"impaye-{reference}",
        libelle=f"{'Carte impayée' if nature == 'carte' else 'Chèque impayé'} : {nommer(titre)}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        sommes=sommes_de({"conteste": montant, "tresor": montant}, titre),
        piece=titre,
        par=par,
    )


def gagner_litige(
    titre: Piece | None, *, montant: int, date_comptable: date, reference: str, par: Utilisateur
) -> Ecriture:
    """Post a dispute won: D 5115, C 51175."""
    return passer_evenement(
        "litige_gagne",
        cle=f"litige-{reference}-gagne",
        libelle=f"Litige gagné : {nommer(titre)}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        sommes=sommes_de({"disponible": montant, "conteste": montant}, titre),
        piece=titre,
        par=par,
    )


def perdre_litige(
    titre: Piece | None,
    *,
    montant: int,
    date_comptable: date,
    reference: str,
    par: Utilisateur,
    trop_percu: int = 0,
    nature: str = "carte",
) -> Ecriture:
    """Post a dispute lost: D 4111 (the debt is owed again), D 466 for an excess, C 51175.

    Without a titre a sale is lost: D 47138, or D 471411 for one paid twice. An unpaid cheque leaves
    51172 instead: `nature` is one of `IMPAYES`.
    """
    est_carte = nature == "carte"
    return passer_evenement(
        "litige_perdu" if est_carte else f"impaye_{nature}_du",
        cle=f"litige-{reference}-perdu",
        libelle=f"{'Litige perdu' if est_carte else 'Chèque impayé'} : {nommer(titre)}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        sommes=sommes_de({**parts_rendues(titre, montant, trop_percu), "conteste": montant}, titre),
        piece=titre,
        par=par,
    )


def verser_cartes(
    *,
    brut: int,
    commission: int,
    date_comptable: date,
    reference: str,
    par: Utilisateur,
    ecart_change: int = 0,
    imputes: Iterable[int] = (),
    cle: str = "",
) -> Ecriture:
    """Post a payout of card payments: D 515 net, D 4722 commission, C 5115 gross.

    One that debits the account is posted the other way round: D 5115, C 515. Whatever is below
    zero goes to the other side.

    Args:
        brut: whole francs that leave the cards to be cashed; below zero, that come back to them.
        commission: what the gateway kept; below zero, gave back.
        ecart_change: what the change from another currency took (D 4728), or gave (C 4718).
        imputes: amounts within `brut` that no card explains: they wait (D 4728, C 4718).
        cle: what makes it post once, drawn from `reference` by default.
    """
    net = brut - commission - ecart_change
    attente = list(imputes)
    cartes = brut - sum(attente)
    return passer_evenement(
        "versement_cartes" if net >= 0 else "prelevement_cartes",
        cle=f"versement-{cle or reference}",
        libelle=f"Versement {reference}" if net >= 0 else f"Prélèvement {reference}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        sommes=sommes_de(
            {
                "tresor": abs(net),
                "commission": max(commission, 0),
                "commission_rendue": max(-commission, 0),
                "perte_change": max(ecart_change, 0),
                "gain_change": max(-ecart_change, 0),
                "depense_imputee": -sum(min(somme, 0) for somme in attente),
                "recette_imputee": sum(max(somme, 0) for somme in attente),
                "disponible": max(cartes, 0),
                "repris": max(-cartes, 0),
            }
        ),
        par=par,
    )


def compenser_imputations(
    *, montant: int, date_comptable: date, reference: str, par: Utilisateur
) -> Ecriture:
    """Post that a receipt and an expense which waited are one the contrary of the other.

    D 4718, C 4728, of `montant` whole francs.
    """
    return passer_evenement(
        "imputations_compensees",
        cle=f"compensation-{reference}",
        libelle=f"Compensation de sommes imputées {reference}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        sommes=sommes_de({"recette_imputee": montant, "depense_imputee": montant}),
        par=par,
    )


def rejeter_versement(
    *, montant: int, date_comptable: date, reference: str, par: Utilisateur
) -> Ecriture:
    """Post a payout that the bank sent back: D 5115, C 515, of what had reached the bank.

    Below zero the account had been debited: D 515, C 5115.
    """
    return passer_evenement(
        "versement_rejete" if montant >= 0 else "prelevement_rejete",
        cle=f"versement-{reference}-rejet",
        libelle=f"Rejet du versement {reference}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        sommes=sommes_de({"disponible": abs(montant), "tresor": abs(montant)}),
        par=par,
    )


def prelever_commission(
    *, montant: int, date_comptable: date, reference: str, par: Utilisateur
) -> Ecriture:
    """Post a commission that the bank takes apart from what it credits: D 4722, C 515."""
    return passer_evenement(
        "commission_bancaire",
        cle=f"commission-{reference}",
        libelle=f"Commission bancaire {reference}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        sommes=sommes_de({"commission": montant, "tresor": montant}),
        par=par,
    )


def remettre(
    nature: str,
    *,
    brut: int,
    commission: int,
    date_comptable: date,
    reference: str,
    par: Utilisateur,
) -> Ecriture:
    """Post a bank credit: D 515 net, D 4722 commission, C 5115 (terminal) or 5118 (cheques).

    Args:
        nature: one of `REMISES`.
        brut: whole francs of the payments settled; the bank credited `brut` less `commission`.
    """
    if nature not in REMISES:
        raise ValueError(f"nature de remise inconnue : {nature}")
    return passer_evenement(
        f"remise_{nature}",
        cle=f"remise-{reference}",
        libelle=f"Remise bancaire {reference}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        sommes=sommes_de(
            {"tresor": brut - commission, "commission": commission, "disponible": brut}
        ),
        par=par,
    )


def precompter(
    titre: Piece, deduction: Deduction, *, date_comptable: date, par: Utilisateur
) -> Ecriture:
    """Post the penalties withheld that settle their titre: D 40173 or 40473, C 4111.

    Args:
        deduction: what the mandat withheld; the titre is of the same amount and tiers.
    """
    part = f"{deduction.nature}_{section(deduction.ligne.compte.numero)}"
    return passer_evenement(
        "precompte_penalites",
        cle=f"precompte-{titre.pk}",
        libelle=f"Titre {titre.reference} réglé par retenue sur {deduction.ligne.piece}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        sommes=[
            Somme(part, deduction.montant, titre.tiers_id),
            Somme("redevable", deduction.montant, titre.tiers_id),
        ],
        piece=titre,
        par=par,
    )


def retourner_fonds(
    piece: Piece,
    *,
    montant: int,
    date_comptable: date,
    reference: str,
    par: Utilisateur,
    par_tiers: Mapping[int, int] | None = None,
) -> Ecriture:
    """Post money that came back: D 515, C 4011 or 4041 of a mandat; D 4111, C 515 of a titre.

    Args:
        montant: whole francs that came back.
        par_tiers: from which payee, where a mandat pays several.

    Raises:
        EcritureRefusee: nobody can tell from whom, or of which section.
    """
    est_mandat = piece.sens == SensPiece.DEPENSE
    if est_mandat:
        rendues = sommes_payees(sommes_dues({piece.pk: piece})[piece.pk], montant, par_tiers)
    else:
        rendues = sommes_de({"redevable": montant}, piece)
    return passer_evenement(
        "retour_paiement" if est_mandat else "retour_encaissement",
        cle=f"retour-{piece.pk}-{reference}",
        libelle=f"Retour de fonds : {piece}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        sommes=[*rendues, Somme("tresor", montant)],
        piece=piece,
        par=par,
    )


CLE_P503, SUITE = "regularisation-p503-", "/"  # key of a régularisation: what it is of, which time


@dataclass(frozen=True, slots=True, kw_only=True)
class Perception:
    """Whole francs collected before any titre: the day, what names them for ever, and to people."""

    montant: int
    jour: date
    reference: str
    nom: str


def percevoir_avant_titre(perceptions: Sequence[Perception], *, par: Utilisateur) -> dict[str, int]:
    """Post money that the treasury collected before any titre: D 515, C 47138.

    Returns:
        The keys of the entries, by reference, those that were posted before included.
    """
    cles = {_cle_percue(p.reference): p.reference for p in perceptions}
    faits = [
        Fait(
            jour=p.jour,
            cle=cle,
            libelle=f"Recette perçue avant titre, {p.nom}",
            sommes=sommes_de({"tresor": p.montant, "a_regulariser": p.montant}),
        )
        for cle, p in zip(cles, perceptions, strict=True)
    ]
    passer_faits("recette_avant_titre", faits, par=par)
    ecritures = Ecriture.objects.filter(cle__in=cles).values_list("cle", "pk")
    return {cles[cle]: pk for cle, pk in ecritures if cle}


@dataclass(frozen=True, slots=True, kw_only=True)
class Virement:
    """Whole francs that the treasury collected on a titre: the day, and what names them."""

    titre: Piece
    montant: int
    jour: date
    reference: str


def encaisser_virements(virements: Iterable[Virement], *, par: Utilisateur) -> list[int]:
    """Post many transfers as `encaisser` does one: D 515, C 4111; return the new entries."""
    faits = [
        Fait(
            jour=virement.jour,
            cle=f"encaissement-{virement.reference}",
            libelle=f"Encaissement du titre {virement.titre.reference}",
            sommes=sommes_de(
                {"disponible": virement.montant, "redevable": virement.montant}, virement.titre
            ),
            piece=virement.titre,
        )
        for virement in virements
    ]
    return passer_faits("encaissement_virement", faits, par=par)


def regulariser_recette_percue(
    titre: Piece, percue: Perception, *, fois: int = 1, date_comptable: date, par: Utilisateur
) -> Ecriture:
    """Post that money collected before it settles a titre: D 47138, C 4111.

    Args:
        fois: how many times this money has been put on a titre, this time included.
    """
    return regulariser_par_titre(
        "regularisation_p503",
        titre,
        cle=f"{CLE_P503}{percue.reference}{SUITE}{fois}",
        libelle=f"Perçu par la Trésorerie avant le titre ({percue.nom})",
        montant=percue.montant,
        date_comptable=date_comptable,
        par=par,
    )


def perceptions_de(cles: Iterable[str]) -> dict[str, date]:
    """Return the day of the money that each entry of `regulariser_recette_percue` put on a titre.

    Args:
        cles: keys of such entries; what a régie had posted itself is left out. One query.
    """
    percues = {_cle_percue(cle.removeprefix(CLE_P503).rpartition(SUITE)[0]): cle for cle in cles}
    lues = Ecriture.objects.filter(cle__in=percues).values_list("cle", "date_comptable")
    return {percues[cle]: jour for cle, jour in lues if cle}


def _cle_percue(reference: str) -> str:
    return f"recette-avant-titre-{reference}"


def apurer_au_titre(
    titre: Piece, *, montant: int, date_comptable: date, reference: str, par: Utilisateur
) -> Ecriture:
    """Post that a receipt which waited unexplained settles a titre: D 4718, C 4111."""
    return regulariser_par_titre(
        "apurement_titre",
        titre,
        cle=f"apurement-{reference}",
        libelle=f"Somme en attente, apurée par le titre {titre.reference}",
        montant=montant,
        date_comptable=date_comptable,
        par=par,
    )
