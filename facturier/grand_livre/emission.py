"""Issuing pièces: mandats, titres and the bordereaux that list them."""

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, DataError, IntegrityError, transaction
from django.db.models import Model

from facturier.acces.models import ServiceGestionnaire, Utilisateur
from facturier.commun.causes import phrase_de_la_base
from facturier.commun.montants import milliers
from facturier.commun.pays import ecart_de_pays
from facturier.commun.transmissible import refus_du_tresor
from facturier.grand_livre import evenements
from facturier.grand_livre.credits import exiger_credits
from facturier.grand_livre.models import (
    CORRECTIF,
    EXERCICE_ANTERIEUR,
    Bordereau,
    Budget,
    Compte,
    Deduction,
    EtatBordereau,
    EtatPiece,
    LignePiece,
    Mandat,
    Parametre,
    PartCedee,
    PassageBordereau,
    PassagePiece,
    Piece,
    PieceJustificative,
    RattachementPiece,
    SensPiece,
    Tiers,
    Titre,
)
from facturier.grand_livre.numerotation import prendre_numero
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.ventilation import section

ALPHABET_CLE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without the signs that look alike
LONGUEUR_CLE = 10
TEXTES_TRANSMIS = (  # or printed on what is signed
    "objet",
    "bases_liquidation",
    "nom_tiers",
    "adresse_complement",
    "adresse_voie",
    "ville",
    "titulaire_compte",
    "libelle",
    "reference_facture",
)
VIREMENT, OPERATION_D_ORDRE = "03", "08"
REEMIS = "08"  # NatPce of a pièce issued again (pes_v2, §4)
ORDRE_DE_PAIEMENT = "11"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destinataire:
    """Identity of the tiers, as it is frozen on the pièce."""

    tiers: Tiers
    adresse_voie: str
    code_postal: str
    ville: str
    pays: str = ""
    adresse_complement: str = ""
    ridet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompteBancaire:
    """Bank details, as they are frozen on the mandat."""

    iban: str
    titulaire: str
    bic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delai:
    """Délai global de paiement: first day, last day with its suspensions, days allowed."""

    debut: date
    fin: date
    duree: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Imputation:
    """One line of a pièce: account by nature, function, whole francs without and of tax."""

    compte: str
    montant_ht: int
    montant_tgc: int = 0
    fonction: str = ""
    operation: str = ""
    libelle: str = ""
    reference_facture: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cession:
    """What one imputation (its rank, from 1) pays to another than the tiers of the mandat.

    `creance` is the number of the opposition or cession served, `motif` says it in words.
    """

    rang_imputation: int
    montant: int
    destinataire: Destinataire
    compte: CompteBancaire
    creance: str
    motif: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeductionImputee:
    """What one imputation (its rank, from 1) withholds from the tiers, in whole francs."""

    rang_imputation: int
    nature: str
    montant: int


@dataclass(frozen=True, slots=True)
class CodesPiece:
    """TypPce and NatPce of the treasury format (pes_v2, §4); the section gives NatPce if empty.

    `origine` is the pièce that this one issues again, or corrects; `encaissement` the exercice and
    number of the receipt (P503) that it regularises.
    """

    type: str = "01"
    nature: str = ""
    origine: Piece | None = None
    encaissement: tuple[int, int] | None = None


ORDINAIRE = CodesPiece()


@transaction.atomic
def emettre_mandat(  # noqa: PLR0913
    *,
    exercice: int,
    budget: Budget,
    destinataire: Destinataire,
    compte: CompteBancaire,
    objet: str,
    service: ServiceGestionnaire,
    imputations: Sequence[Imputation],
    justificatifs: Iterable[PieceJustificative],
    delai: Delai,
    date_emission: date,
    par: Utilisateur,
    cessions: Sequence[Cession] = (),
    deductions: Sequence[DeductionImputee] = (),
    codes: CodesPiece = ORDINAIRE,
) -> Mandat:
    """Issue a mandat: number it, freeze whom and where it pays, post its entry.

    Args:
        cessions: what is paid to others than the tiers, in the order in which they are served.
        deductions: what is withheld from the tiers at the liquidation.

    Raises:
        CreditsInsuffisants: less is left on a line of the budget than what it asks for.
        EcritureRefusee: an account is unknown, a constraint of the pièce is broken, what is paid
            to others exceeds an imputation, or the entry breaks a rule of the ledger.
    """
    mandat = Mandat(
        sens=SensPiece.DEPENSE,
        objet=objet[:100],
        mode_reglement=VIREMENT,
        iban=compte.iban,
        bic=compte.bic,
        titulaire_compte=compte.titulaire[:32],
        debut_delai=delai.debut,
        fin_delai=delai.fin,
        duree_delai=delai.duree,
        exercice_id=exercice,
        budget=budget,
        service=service,
        date_emission=date_emission,
        type_piece=codes.type,
        nature_piece=codes.nature,
        piece_origine=codes.origine,
        **_identite(destinataire),
    )
    lignes = enregistrer_piece(mandat, imputations, par)
    exiger_credits(mandat, [(i.compte, i.fonction) for i in imputations])
    _enregistrer_parts(lignes, cessions, deductions)
    rattacher_justificatifs(mandat, justificatifs)
    evenements.mandater(mandat, par=par)
    return mandat


def rattacher_justificatifs(piece: Piece, justificatifs: Iterable[PieceJustificative]) -> None:
    """Attach documents to a pièce, each once, in their order."""
    RattachementPiece.objects.bulk_create(
        RattachementPiece(piece=piece, justificatif=justificatif, rang=rang)
        for rang, justificatif in enumerate(dict.fromkeys(justificatifs), start=1)
    )


def tirer_cle() -> str:
    """Return a new payment key, without signs that look alike."""
    return "".join(secrets.choice(ALPHABET_CLE) for _ in range(LONGUEUR_CLE))


@transaction.atomic
def emettre_titre(  # noqa: PLR0913
    *,
    exercice: int,
    budget: Budget,
    destinataire: Destinataire,
    objet: str,
    service: ServiceGestionnaire,
    imputations: Sequence[Imputation],
    bases_liquidation: str,
    date_echeance: date,
    code_produit: str,
    date_emission: date,
    par: Utilisateur,
    codes: CodesPiece = ORDINAIRE,
) -> Titre:
    """Issue a titre de recettes: number it, draw its payment key, post its entry.

    Raises:
        EcritureRefusee: an account is unknown, a constraint of the pièce is broken, or its
            entry breaks a rule of the ledger.
    """
    titre = Titre(
        sens=SensPiece.RECETTE,
        objet=objet[:100],
        bases_liquidation=bases_liquidation,
        date_echeance=date_echeance,
        code_produit=code_produit,
        cle_paiement=tirer_cle(),
        exercice_id=exercice,
        budget=budget,
        service=service,
        date_emission=date_emission,
        type_piece=codes.type,
        nature_piece=codes.nature,
        piece_origine=codes.origine,
        exercice_encaisse=codes.encaissement[0] if codes.encaissement else None,
        numero_encaisse=codes.encaissement[1] if codes.encaissement else None,
        **_identite(destinataire),
    )
    enregistrer_piece(titre, imputations, par)
    evenements.emettre_titre(titre, par=par)
    return titre


@transaction.atomic
def creer_bordereau(
    *, sens: str, pieces: Iterable[int], date_emission: date, par: Utilisateur
) -> Bordereau:
    """List issued pièces of one side, budget and exercice on a new numbered bordereau.

    Args:
        pieces: keys of pièces in state `emise` that no bordereau holds.

    Raises:
        ValidationError: no pièce, more than the treasury takes, pièces of several budgets or
            exercices, one of them is no longer free, or its number serves no more.
    """
    demandees = set(pieces)
    maximum = Parametre.objects.entier("flux_pieces_maximum", date_emission)
    if len(demandees) > maximum:
        raise ValidationError(
            f"Un bordereau réunit au plus {milliers(maximum)} pièces, et vous en avez choisi "
            f"{milliers(len(demandees))} : répartissez-les en plusieurs bordereaux."
        )
    choisies = list(
        Piece.objects.select_for_update()
        .a_mettre_en_bordereau()
        .filter(pk__in=demandees, sens=sens)
        .order_by("pk")
        .values_list("exercice_id", "budget_id", "type_piece", "nature_piece")
    )
    if not choisies:
        raise ValidationError("Choisissez au moins une pièce émise et libre de tout bordereau.")
    if len(choisies) != len(demandees):
        raise ValidationError(
            "Une des pièces choisies vient d’être placée dans un autre bordereau ou annulée. "
            "Rechargez la liste."
        )
    origines = {
        (exercice, budget, type_bordereau(type_piece, nature))
        for exercice, budget, type_piece, nature in choisies
    }
    if len({origine[:2] for origine in origines}) > 1:
        raise ValidationError("Un bordereau réunit des pièces d’un seul budget et exercice.")
    if len(origines) > 1:
        raise ValidationError(
            "Les mandats, leurs annulations et les ordres de paiement vont dans des bordereaux "
            "séparés : choisissez des pièces de même type."
        )
    exercice, budget, genre = origines.pop()
    bordereau = Bordereau.objects.create(
        exercice_id=exercice,
        budget_id=budget,
        sens=sens,
        date_emission=date_emission,
        type_bordereau=genre,
        numero=prendre_numero(f"bordereau-{sens}-{exercice}-{budget}"),
    )
    PassageBordereau.objects.create(
        bordereau=bordereau, acte="creer", depart="", arrivee=EtatBordereau.OUVERT, par=par
    )
    _inscrire(demandees, bordereau)
    return bordereau


def _inscrire(pieces: Iterable[int], bordereau: Bordereau) -> None:
    """List free pièces on `bordereau`, unless the treasury took the number of one in charge."""
    try:
        with transaction.atomic():
            Piece.objects.filter(pk__in=pieces).update(bordereau=bordereau)
    except IntegrityError as refus:
        raise ValidationError(phrase_de_la_base(refus)) from refus


def type_bordereau(type_piece: str, nature: str) -> str:
    """Return the TypBord of a pièce: what corrects an earlier exercice is an ordinary one."""
    if type_piece == CORRECTIF:
        return "01" if nature == EXERCICE_ANTERIEUR else "02"
    return "03" if type_piece == ORDRE_DE_PAIEMENT else "01"


def _identite(destinataire: Destinataire) -> dict[str, Any]:
    tiers = destinataire.tiers
    if tiers.absorbe_par is not None:
        raise EcritureRefusee(
            f"Le tiers {tiers} a été fusionné : émettez la pièce au nom de {tiers.absorbe_par}."
        )
    if ecart := ecart_de_pays(destinataire.code_postal, destinataire.pays):
        raise EcritureRefusee(ecart[1])
    return {
        "tiers": tiers,
        "nom_tiers": tiers.nom,
        "ridet": destinataire.ridet or tiers.ridet,
        "adresse_complement": destinataire.adresse_complement,
        "adresse_voie": destinataire.adresse_voie,
        "code_postal": destinataire.code_postal,
        "ville": destinataire.ville,
        "pays": destinataire.pays,
    }


def _enregistrer_parts(
    lignes: Sequence[LignePiece],
    cessions: Sequence[Cession],
    deductions: Sequence[DeductionImputee],
) -> None:
    """Freeze what each line withholds and pays to others, before the entry that seals it."""
    restes = {ligne.rang: ligne.montant_ttc for ligne in lignes}
    parts: list[Cession | DeductionImputee] = [*deductions, *cessions]
    for part in parts:
        restes[part.rang_imputation] -= part.montant
        if restes[part.rang_imputation] < 0:
            raise EcritureRefusee(
                "Les déductions et les parts cédées ou saisies dépassent le montant d’une "
                "imputation."
            )
    cedees = [
        PartCedee(
            ligne=lignes[cession.rang_imputation - 1],
            rang=rang,
            montant=cession.montant,
            creance=cession.creance,
            motif=cession.motif[:100],
            iban=cession.compte.iban,
            bic=cession.compte.bic,
            titulaire_compte=cession.compte.titulaire[:32],
            **_identite(cession.destinataire),
        )
        for rang, cession in enumerate(cessions, start=1)
    ]
    _exiger_transmissibles(*cedees)
    try:
        Deduction.objects.bulk_create(
            Deduction(
                ligne=lignes[deduction.rang_imputation - 1],
                nature=deduction.nature,
                montant=deduction.montant,
            )
            for deduction in deductions
        )
        PartCedee.objects.bulk_create(cedees)
    except (IntegrityError, DataError) as erreur:
        raise EcritureRefusee(_motif_refus(erreur)) from erreur


def enregistrer_piece(
    piece: Piece, imputations: Sequence[Imputation], par: Utilisateur, rang: int = 1
) -> list[LignePiece]:
    """Number and save the pièce with its lines and the passage of its birth; return the lines."""
    comptes = _comptes_imputables(piece.exercice_id, imputations)
    piece.montant_ht = sum(i.montant_ht for i in imputations)
    piece.montant_tgc = sum(i.montant_tgc for i in imputations)
    est_titre = piece.sens == SensPiece.RECETTE and piece.type_piece != CORRECTIF
    if est_titre or not piece.nature_piece:
        est_investissement = section(imputations[0].compte) == "investissement"
        piece.nature_piece = "02" if est_investissement else "01"
    piece.numero = prendre_numero(f"{piece.sens}-{piece.exercice_id}-{piece.budget_id}")
    a_ecrire = [
        LignePiece(
            rang=rang,
            compte=comptes[imputation.compte],
            fonction=imputation.fonction,
            operation=imputation.operation,
            libelle=imputation.libelle[:70],
            reference_facture=imputation.reference_facture[:20],
            montant_ht=imputation.montant_ht,
            montant_tgc=imputation.montant_tgc,
        )
        for rang, imputation in enumerate(imputations, start=rang)
    ]
    _exiger_transmissibles(piece, *a_ecrire)
    try:
        piece.save(force_insert=True)
        for ligne in a_ecrire:
            ligne.piece_id = piece.pk
        lignes = LignePiece.objects.bulk_create(a_ecrire)
    except (IntegrityError, DataError) as erreur:
        raise EcritureRefusee(_motif_refus(erreur)) from erreur
    PassagePiece.objects.create(
        piece_id=piece.pk, acte="emettre", depart="", arrivee=EtatPiece.EMISE, par=par
    )
    return lignes


def _exiger_transmissibles(*objets: Model) -> None:
    """Refuse a text to freeze that the treasury, or a base, cannot hold: no pièce is ever edited.

    PostgreSQL takes no character NUL, SQLite would.

    Raises:
        EcritureRefusee: it names the text and each such character.
    """
    for objet in objets:
        for champ in objet._meta.concrete_fields:
            valeur = getattr(objet, champ.attname)
            if not isinstance(valeur, str):
                continue
            nom = str(champ.verbose_name)
            if "\0" in valeur:
                raise EcritureRefusee(
                    f"Le champ « {nom} » contient un caractère nul, qui ne se voit pas : "
                    "saisissez-le de nouveau."
                )
            if champ.name in TEXTES_TRANSMIS and (refus := refus_du_tresor(valeur)):
                raise EcritureRefusee(f"{nom[:1].upper()}{nom[1:]}, {refus}")


def _motif_refus(erreur: DatabaseError) -> str:
    """Return the French message of the constraint that the database names, or of a trigger."""
    contraintes = (
        *Piece._meta.constraints,
        *LignePiece._meta.constraints,
        *PartCedee._meta.constraints,
        *Deduction._meta.constraints,
    )
    messages = (
        str(contrainte.violation_error_message)
        for contrainte in contraintes
        if re.search(rf"\b{contrainte.name}\b", str(erreur))
    )
    if connu := next(messages, ""):
        return connu
    dit = phrase_de_la_base(erreur)
    if isinstance(erreur, IntegrityError) and "constraint" not in dit:
        return dit
    return "Un champ de la pièce est trop long ou hors limites."


def _comptes_imputables(exercice: int, imputations: Sequence[Imputation]) -> dict[str, Compte]:
    if not imputations:
        raise EcritureRefusee("Une pièce a au moins une imputation.")
    numeros = {imputation.compte for imputation in imputations}
    trouves = Compte.objects.filter(exercice=exercice, numero__in=numeros, est_imputable=True)
    comptes = {compte.numero: compte for compte in trouves}
    if inconnus := sorted(numeros - comptes.keys()):
        raise EcritureRefusee(
            f"Compte inconnu ou non imputable en {exercice} : {', '.join(inconnus)}."
        )
    return comptes
