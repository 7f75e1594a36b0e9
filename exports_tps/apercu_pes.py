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
    "IdPceOrig": "Pièce d’origine",
    "IdLigneOrig": "Ligne d’origine",
    "TypPce": "Type de pièce",
    "NatPce": "Nature de pièce",
    "CodServ": "Service",
    "Obj": "Objet",
    "ObjPce": "Objet",
    "NumDette": "Numéro de dette",
    "Per": "Période",
    "DteAsp": "Date de l’avis des sommes à payer",
    "DteEch": "Date d’échéance",
    "Edition": "Édition de l’avis",
    "DGP": "Délai global de paiement",
    "Dgp": "Pièce soumise au délai",
    "DteDebDgp": "Début du délai",
    "DteFinDgp": "Fin du délai",
    "DureeDgp": "Durée du délai, en jours",
    "PJRef": "Pièce justificative jointe",
    "Support": "Support",
    "IdUnique": "Identifiant unique",
    "NomPJ": "Nom du document",
    "TypePJ": "Type de document",
    "LigneDePiece": "Ligne",
    "BlocLignePiece": "Imputation et montants",
    "InfoLignePce": "Informations de la ligne",
    "InfoLignePiece": "Informations de la ligne",
    "IdLigne": "Numéro de ligne",
    "CodProdLoc": "Produit local",
    "Nature": "Compte par nature",
    "Fonction": "Fonction",
    "Operation": "Opération",
    "ObjLignePce": "Objet de la ligne",
    "MtHT": "Montant hors taxe",
    "MtTVA": "Taxe (TGC)",
    "TxTva": "Taux de taxe",
    "TVAIntraCom": "TVA intracommunautaire",
    "TvaIntraCom": "TVA intracommunautaire",
    "RecTVA": "Taxe récupérable",
    "ModRegl": "Mode de règlement",
    "LibVir1": "Libellé du virement",
    "LibVir2": "Suite du libellé du virement",
    "Recouvrement": "Recouvrement",
    "IdEncaissement": "Encaissement régularisé",
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
    "Adr1": "Complément d’adresse",
    "Adr2": "Voie",
    "Adr3": "Suite de l’adresse",
    "CP": "Code postal",
    "Ville": "Ville",
    "CodRes": "Code de résidence",
    "CodPays": "Code du pays",
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
    """Yield each value of the tree, after its name and that of what holds it."""
    for enfant in noeud.enfants:
        ici = (*chemin, enfant.libelle)
        if enfant.enfants:
            yield from feuilles(enfant, ici)
        else:
            yield " : ".join(ici[-2:]), enfant.valeur
