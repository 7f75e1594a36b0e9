"""The accounting events of the product: one function each, named after what happened.

The accounts come from `SchemaComptable` (domaine.md A5, telepaiement.md 8.8), in force on the
accounting date. Each function is idempotent: its key says which fact it posts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import (
    Deduction,
    Ecriture,
    LigneEcriture,
    Mandat,
    Piece,
    SchemaComptable,
    Sens,
    SensPiece,
    Titre,
)
from facturier.grand_livre.passation import (
    EcritureAPasser,
    EcritureRefusee,
    Ligne,
    contrepasser,
    passer,
    passer_lot,
)
from facturier.grand_livre.soldes import reste_du_par_tiers
from facturier.grand_livre.ventilation import (
    Somme,
    imputations,
    sommes_deduites,
    sommes_dues,
    sommes_payees,
)

MODES_ENCAISSEMENT = ("carte", "lecteur", "tpe", "especes", "cheque", "virement", "classement")
MOYENS_REMBOURSEMENT = ("carte", "virement")
PARTS_DE_TIERS = {"redevable", "trop_percu"}
# What is paid in excess, or withheld at the liquidation, is not the debt of the pièce.
PARTS_HORS_PIECE = {"trop_percu", "a_rendre"} | {
    f"{nature}_{section}"
    for nature in Deduction.Nature.values
    for section in ("fonctionnement", "investissement")
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paiement:
    """A payment of a mandat by the treasury: whole francs, its day, what names it for ever.

    `par_tiers` says how much each tiers received, where the mandat pays several.
    """

    mandat: Piece
    montant: int
    date_paiement: date
    reference: str
    par_tiers: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fait:
    """One money fact among many of one event: its day, what it moves, what makes it post once."""

    jour: date
    cle: str
    libelle: str
    sommes: Sequence[Somme]
    piece: Piece | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What a year owes without a mandat: its account of expense, whole francs, the tiers.

    `identite` names it for ever within its year.
    """

    identite: str
    libelle: str
    compte: str
    montant: int
    tiers_id: int


def rattacher(charges: Sequence[Charge], *, annee: int, par: Utilisateur) -> int:
    """Post the charges à payer of `annee` on its last day, and their reversal the day after.

    D 6xx, C 408 in the name of the tiers; then D 408, C 6xx in the next exercice.

    Returns:
        How many entries were new: a charge already posted is left out.
    """
    etapes = (
        ("charge_a_payer", date(annee, 12, 31), ""),
        ("extourne_charge", date(annee + 1, 1, 1), "Extourne : "),
    )
    ecritures = [
        EcritureAPasser(
            exercice=jour.year,
            journal=(schema := _schema(evenement, jour))[0].journal_id,
            date_comptable=jour,
            evenement=evenement,
            libelle=f"{prefixe}{charge.libelle}"[:200],
            lignes=[
                Ligne(regle.compte, Sens(regle.sens), charge.montant, charge.tiers_id)
                if regle.compte
                else Ligne(charge.compte, Sens(regle.sens), charge.montant)
                for regle in schema
            ],
            par_id=par.pk,
            cle=f"{evenement}-{annee}-{charge.identite}",
        )
        for evenement, jour, prefixe in etapes
        for charge in charges
    ]
    return len(passer_lot(ecritures)) if ecritures else 0


def mandater(mandat: Mandat, *, par: Utilisateur) -> Ecriture:
    """Post a mandat: D expense accounts, C 4011 and 4041, tax included.

    What was seized or assigned goes to C 40172 and 40472, in the name of who is paid instead; what
    is withheld to C 40171 and 40471 (guarantee), 4091 (advance), 40173 and 40473 (penalties).
    """
    return passer_evenement(
        "mandatement",
        cle=f"mandatement-{mandat.pk}",
        libelle=f"Mandat {mandat.reference} : {mandat.objet}",
        exercice=mandat.exercice_id,
        date_comptable=mandat.date_emission,
        sommes=[*sommes_dues({mandat.pk: mandat})[mandat.pk], *sommes_deduites(mandat)],
        imputations=imputations(mandat),
        piece=mandat,
        par=par,
    )


@transaction.atomic
def payer_mandat(
    mandat: Piece,
    *,
    montant: int,
    date_paiement: date,
    reference: str,
    par: Utilisateur,
    par_tiers: Mapping[int, int] | None = None,
) -> Ecriture:
    """Post the payment of a mandat by the treasury: D 4011 and 4041, 40172 and 40472, C 515.

    Args:
        montant: whole francs paid, at most what the mandat still owes.
        reference: identity of the payment in the treasury's answer; makes it post once.
        par_tiers: how much each tiers received, where the mandat pays several.

    Raises:
        EcritureRefusee: more than what is due to one of them, or a mandat on both sections is
            paid by parts, which cannot be split.
    """
    Piece.objects.select_for_update().only("pk").get(pk=mandat.pk)
    dues = sommes_dues({mandat.pk: mandat})
    ecriture = passer_evenement(
        "paiement_mandat",
        cle=f"paiement-{mandat.pk}-{reference}",
        libelle=f"Paiement du mandat {mandat.reference}",
        exercice=date_paiement.year,
        date_comptable=date_paiement,
        sommes=[*sommes_payees(dues[mandat.pk], montant, par_tiers), Somme("tresor", montant)],
        piece=mandat,
        par=par,
    )
    _refuser_trop_paye({mandat.pk: mandat}, dues)
    return ecriture


@transaction.atomic
def payer_mandats(paiements: Sequence[Paiement], *, par: Utilisateur) -> list[int]:
    """Post many payments as `payer_mandat` does, in a constant number of statements.

    Returns:
        The keys of the entries that were new: a payment already posted is left out.

    Raises:
        EcritureRefusee: as `payer_mandat`; none is posted.
    """
    mandats = {paiement.mandat.pk: paiement.mandat for paiement in paiements}
    dues = sommes_dues(mandats)
    faits = [
        Fait(
            jour=p.date_paiement,
            cle=f"paiement-{p.mandat.pk}-{p.reference}",
            libelle=f"Paiement du mandat {p.mandat.reference}",
            sommes=[
                *sommes_payees(dues[p.mandat.pk], p.montant, p.par_tiers),
                Somme("tresor", p.montant),
            ],
            piece=p.mandat,
        )
        for p in paiements
    ]
    nouvelles = passer_faits("paiement_mandat", faits, par=par)
    _refuser_trop_paye(mandats, dues)
    return nouvelles


def _refuser_trop_paye(mandats: Mapping[int, Piece], dues: Mapping[int, Sequence[Somme]]) -> None:
    """Refuse that a mandat, or one of the several it pays, has received more than it is owed."""
    for pk, restes in reste_du_par_tiers(mandats, sens=SensPiece.DEPENSE).items():
        reste = sum(restes.values())
        if len({somme.tiers_id for somme in dues[pk]}) > 1:
            reste = min(reste, *restes.values())
        if reste < 0:
            raise EcritureRefusee(
                f"Le paiement du mandat {mandats[pk].reference} dépasse de {-reste} F "
                "ce qu’il doit encore."
            )


def emettre_titre(titre: Titre, *, par: Utilisateur) -> Ecriture:
    """Post a titre: D 4111, C revenue accounts, tax included."""
    lignes = imputations(titre)
    return passer_evenement(
        "titre",
        cle=f"titre-{titre.pk}",
        libelle=f"Titre {titre.reference} : {titre.objet}",
        exercice=titre.exercice_id,
        date_comptable=titre.date_emission,
        sommes=sommes_de({"redevable": sum(montant for _, montant in lignes)}, titre),
        imputations=lignes,
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


def annuler_emissions(
    pieces: Sequence[Piece], *, motif: str, date_comptable: date, par: Utilisateur
) -> list[int]:
    """Reverse the entries of many pièces of one side, in a constant number of statements.

    Returns:
        The keys of the reversals: an entry already reversed is left out.
    """
    prefixe = {"depense": "mandatement", "recette": "titre"}
    cles = [f"{prefixe[piece.sens]}-{piece.pk}" for piece in pieces]
    ecritures = Ecriture.objects.filter(cle__in=cles, contrepassee_par__isnull=True).in_bulk()
    lignes: dict[int, list[Ligne]] = defaultdict(list)
    for ligne in (
        LigneEcriture.objects.filter(ecriture__in=ecritures)
        .select_related("compte")
        .order_by("ecriture_id", "rang")
    ):
        inverse = Sens(ligne.sens).inverse
        lignes[ligne.ecriture_id].append(
            Ligne(ligne.compte.numero, inverse, ligne.montant, ligne.tiers_id, ligne.piece_id)
        )
    return passer_lot(
        EcritureAPasser(
            exercice=ecriture.exercice_id,
            journal=ecriture.journal_id,
            date_comptable=date_comptable,
            evenement=f"contrepassation_{ecriture.evenement}"[:40],
            libelle=f"Contrepassation de l’écriture {ecriture.pk} : {motif}"[:200],
            lignes=lignes[ecriture.pk],
            par_id=par.pk,
            contrepasse_id=ecriture.pk,
        )
        for ecriture in ecritures.values()
    )


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
    return passer_evenement(
        f"encaissement_{mode}",
        cle=f"encaissement-{reference}",
        libelle=f"Encaissement du titre {titre.reference}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        sommes=sommes_de(
            {
                "disponible": montant,
                "redevable": montant - trop_percu,
                "trop_percu": trop_percu,
            },
            titre,
        ),
        piece=titre,
        par=par,
    )


def rembourser(
    titre: Piece | None,
    *,
    moyen: str,
    montant: int,
    date_comptable: date,
    reference: str,
    par: Utilisateur,
    trop_percu: int = 0,
) -> Ecriture:
    """Post a refund: D 4111 (and D 466 for an excess given back), C 5115 or 515.

    Without a titre it gives a sale back: D 47138, or D 471411 for one paid twice.

    Args:
        moyen: one of `MOYENS_REMBOURSEMENT`.
    """
    if moyen not in MOYENS_REMBOURSEMENT:
        raise ValueError(f"moyen de remboursement inconnu : {moyen}")
    return passer_evenement(
        f"remboursement_{moyen}",
        cle=f"remboursement-{reference}",
        libelle=f"Remboursement : {nommer(titre)}",
        exercice=date_comptable.year,
        date_comptable=date_comptable,
        sommes=sommes_de(
            {**parts_rendues(titre, montant, trop_percu), "disponible": montant}, titre
        ),
        piece=titre,
        par=par,
    )


def nommer(titre: Piece | None) -> str:
    """Return what a card paid, for the label of an entry."""
    return f"titre {titre.reference}" if titre else "vente au comptant"


def parts_rendues(titre: Piece | None, montant: int, trop_percu: int) -> dict[str, int]:
    """Return what stops being paid when `montant` francs go back to a card, by part of a scheme."""
    du, excedent = ("redevable", "trop_percu") if titre else ("a_regulariser", "excedent")
    return {du: montant - trop_percu, excedent: trop_percu}


def sommes_de(parts: Mapping[str, int], piece: Piece | None = None) -> list[Somme]:
    """Return amounts by part, those of a tiers in the name of that of `piece`."""
    return [
        Somme(part, montant, piece.tiers_id if piece and part in PARTS_DE_TIERS else None)
        for part, montant in parts.items()
    ]


def passer_evenement(
    evenement: str,
    *,
    cle: str,
    libelle: str,
    exercice: int,
    date_comptable: date,
    sommes: Sequence[Somme],
    par: Utilisateur,
    imputations: Iterable[tuple[str, int]] = (),
    piece: Piece | None = None,
) -> Ecriture:
    """Post `sommes` to the accounts of the scheme, and `imputations` where it says."""
    schema = _schema(evenement, date_comptable)
    return passer(
        exercice=exercice,
        journal=schema[0].journal_id,
        date_comptable=date_comptable,
        evenement=evenement,
        libelle=libelle[:200],
        lignes=_lignes_de_schema(schema, sommes, imputations, piece),
        par=par,
        cle=cle,
    )


def passer_faits(evenement: str, faits: Iterable[Fait], *, par: Utilisateur) -> list[int]:
    """Post many facts of one event, a fixed number of statements but for its days.

    Returns:
        The keys of the entries that were new.
    """
    schemas: dict[date, list[SchemaComptable]] = {}
    ecritures = []
    for fait in faits:
        if fait.jour not in schemas:
            schemas[fait.jour] = _schema(evenement, fait.jour)
        ecritures.append(
            EcritureAPasser(
                exercice=fait.jour.year,
                journal=schemas[fait.jour][0].journal_id,
                date_comptable=fait.jour,
                evenement=evenement,
                libelle=fait.libelle[:200],
                lignes=_lignes_de_schema(schemas[fait.jour], fait.sommes, (), fait.piece),
                par_id=par.pk,
                cle=fait.cle,
            )
        )
    return passer_lot(ecritures)


def _schema(evenement: str, jour: date) -> list[SchemaComptable]:
    """Return the scheme of `evenement` in force on `jour`."""
    schema = list(SchemaComptable.objects.en_vigueur(evenement, jour))
    if not schema:
        raise EcritureRefusee(
            f"Aucun schéma comptable « {evenement} » n’est en vigueur le {jour:%d/%m/%Y}."
        )
    return schema


def _lignes_de_schema(
    schema: Sequence[SchemaComptable],
    sommes: Sequence[Somme],
    imputations: Iterable[tuple[str, int]],
    piece: Piece | None,
) -> list[Ligne]:
    connues = {regle.part for regle in schema}
    if inconnues := {s.part for s in sommes if s.montant} - connues:
        raise EcritureRefusee(
            f"Le schéma comptable « {schema[0].evenement} » ne dit pas où passer la part "
            f"« {min(inconnues)} » : complétez-le."
        )
    lignes: list[Ligne] = []
    for regle in schema:
        sens = Sens(regle.sens)
        if not regle.compte:
            lignes += [_imputee(numero, sens, montant, piece) for numero, montant in imputations]
        lignes += [
            _ligne_de_part(regle, sens, somme, piece)
            for somme in sommes
            if somme.part == regle.part and somme.montant
        ]
    return lignes


def _imputee(numero: str, sens: Sens, montant: int, piece: Piece | None) -> Ligne:
    """Charge an account by nature; one of third parties is in the name of the tiers."""
    est_de_tiers = numero.startswith("4") and piece is not None
    return Ligne(numero, sens, montant, piece.tiers_id if est_de_tiers and piece else None)


def _ligne_de_part(regle: SchemaComptable, sens: Sens, somme: Somme, piece: Piece | None) -> Ligne:
    if piece is None or somme.tiers_id is None:
        return Ligne(regle.compte, sens, somme.montant)
    porte_piece = regle.part not in PARTS_HORS_PIECE
    return Ligne(
        regle.compte, sens, somme.montant, somme.tiers_id, piece.pk if porte_piece else None
    )
