"""What was read in an invoice file, each datum with the way it was read."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypedDict, TypeVar

Valeur = TypeVar("Valeur")

LONGUEUR_NOM = 200


class Origine(StrEnum):
    """How a datum was read: from the structure of the file, or guessed from the text of a PDF."""

    STRUCTURE = "structure"
    TEXTE = "texte"


class Format(StrEnum):
    """The form of the file."""

    PDF = "pdf"
    PHOTO = "photo"
    FACTURX = "facturx"
    UBL = "ubl"
    CII = "cii"


class TypeDocument(StrEnum):
    """An invoice, or a credit note."""

    FACTURE = "facture"
    AVOIR = "avoir"


@dataclass(frozen=True, slots=True)
class Donnee(Generic[Valeur]):
    """A value of the invoice and its origin."""

    valeur: Valeur
    origine: Origine

    @property
    def est_a_verifier(self) -> bool:
        """Whether a person must check the value before it is used."""
        return self.origine is Origine.TEXTE


@dataclass(frozen=True, slots=True)
class TauxLu:
    """One rate of the tax breakdown: percent, base (unknown in some texts) and tax in francs."""

    taux: Decimal
    base: int | None
    taxe: int


@dataclass(frozen=True, slots=True)
class LigneLue:
    """One line of a structured invoice: unit price as written, net amount in francs."""

    libelle: str
    quantite: Decimal | None
    prix: Decimal | None
    montant: int | None
    taux: Decimal | None


@dataclass(frozen=True, slots=True)
class FichierJoint:
    """A file embedded in the invoice, to be scanned on its own: size in bytes once decoded."""

    nom: str
    type_mime: str
    taille: int


class Montants(TypedDict, total=False):
    """The amounts of an invoice, absent together when it is not in Pacific francs."""

    montant_ht: Donnee[int] | None
    montant_tgc: Donnee[int] | None
    montant_ttc: Donnee[int] | None
    repartition: Donnee[tuple[TauxLu, ...]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactureLue:
    """Everything read in one file; what was not found is None. Amounts are whole francs (XPF).

    `profil` is the Factur-X or EN 16931 profile; `numero_corrige` the invoice an avoir corrects;
    `avertissements` are French sentences for the person who checks the prefilled form.
    """

    format: Format
    profil: str | None = None
    numero: Donnee[str] | None = None
    date_emission: Donnee[date] | None = None
    date_echeance: Donnee[date] | None = None
    ridet_emetteur: Donnee[str] | None = None
    nom_emetteur: Donnee[str] | None = None
    numero_commande: Donnee[str] | None = None
    numero_corrige: Donnee[str] | None = None
    devise: Donnee[str] | None = None
    montant_ht: Donnee[int] | None = None
    montant_tgc: Donnee[int] | None = None
    montant_ttc: Donnee[int] | None = None
    iban: Donnee[str] | None = None
    type_document: Donnee[TypeDocument] | None = None
    repartition: Donnee[tuple[TauxLu, ...]] | None = None
    lignes: tuple[LigneLue, ...] = ()
    fichiers_joints: tuple[FichierJoint, ...] = ()
    avertissements: tuple[str, ...] = ()
