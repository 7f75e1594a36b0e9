"""A pièce as the treasury will read it, shown to people: the tree of what is sent, in words."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from exports_tps.enregistrements import ecrire_piece
from facturier.commun.banque import masquer_iban
from facturier.grand_livre.models import Piece

LIBELLES = {
    "Piece": "Pièce",
    "BlocPiece": "Identité de la pièce",
    "InfoPce": "Informations générales",
    "IdPce": "Numéro de pièce",
    "TypPce": "Type de pièce",
    "NatPce": "Nature de pièce",
    "DteEmis": "Date d’émission",
    "DteAsp": "Date de l’avis des sommes à payer",
    "ObjPce": "Objet",
    "NumDette": "Numéro de dette",
    "Per": "Période",
    "DteDebDGP": "Début du délai de paiement",
    "DteFinDGP": "Fin du délai de paiement",
    "NbrJrsDGP": "Délai de paiement, en jours",
    "PJRef": "Pièce justificative jointe",
    "Support": "Support",
    "IdUnique": "Identifiant unique",
    "NomPJ": "Nom du document",
    "LigneDePiece": "Ligne",
    "LigneDePce": "Ligne",
    "LignePiece": "Ligne",
    "BlocLignePiece": "Imputation et montants",
    "InfoLignePce": "Informations de la ligne",
    "InfoLignePiece": "Informations de la ligne",
    "IdLigne": "Numéro de ligne",
    "CodProdLoc": "Produit local",
    "Nature": "Compte par nature",
    "Fonction": "Fonction",
    "Operation": "Opération",
    "LibLignePce": "Libellé de la ligne",
    "ObjLignePce": "Objet de la ligne",
    "MtHT": "Montant hors taxe",
    "TxTva": "Taux de taxe",
    "MtTVA": "Taxe (TGC)",
    "ModRegl": "Mode de règlement",
    "NumeroFacture": "Numéro de facture",
    "NumFact": "Numéro de facture",
    "LibVir1": "Libellé du virement",
    "LibVir2": "Suite du libellé du virement",
    "Tiers": "Tiers",
    "InfoTiers": "Identité du tiers",
    "IdTiers": "Identifiant du tiers",
    "NatIdTiers": "Nature de l’identifiant",
    "RefTiers": "Référence du tiers",
    "CatTiers": "Catégorie de tiers",
    "NatJur": "Nature juridique",
    "TypTiers": "Type de tiers",
    "Civilite": "Civilité",
    "Nom": "Nom",
    "ComplNom": "Complément de nom",
    "Prenom": "Prénom",
    "Adresse": "Adresse",
    "TypAdr": "Type d’adresse",
    "Adr2": "Voie",
    "Adr1": "Complément d’adresse",
    "Adr3": "Complément d’adresse",
    "CP": "Code postal",
    "Ville": "Ville",
    "CodRes": "Résident",
    "CpteBancaire": "Compte bancaire",
    "IBAN": "IBAN",
    "BIC": "BIC",
    "TitCpte": "Titulaire du compte",
}


@dataclass(frozen=True, slots=True)
class Noeud:
    """One element of what is sent: its tag, its name in words, its value or what it holds."""

    balise: str
    libelle: str
    valeur: str
    enfants: list["Noeud"] = field(default_factory=list)


def arbre(piece: Piece) -> Noeud:
    """Return what is sent of `piece`, as a tree.

    Raises:
        exports_tps.pes.messages.ChampRefuse: the format refuses a value.
    """
    return _noeud(etree.fromstring(ecrire_piece(piece)))


def _noeud(element: etree._Element) -> Noeud:
    balise, valeur = etree.QName(element).localname, element.get("V", "")
    return Noeud(
        balise,
        LIBELLES.get(balise, balise),
        masquer_iban(valeur) if balise == "IBAN" else valeur,
        [_noeud(enfant) for enfant in element],
    )


def feuilles(noeud: Noeud, chemin: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield each value of the tree, after the way that leads to it."""
    for enfant in noeud.enfants:
        ici = (*chemin, enfant.libelle)
        if enfant.enfants:
            yield from feuilles(enfant, ici)
        else:
            yield ", ".join(ici), enfant.valeur
