"""The reference of P7: mandats written by one string template, escaped, and nothing else."""

from collections.abc import Iterable
from pathlib import Path

ECHAPPER = str.maketrans({"&": "&amp;", "<": "&lt;", '"': "&quot;"})
MANDAT = (
    '<Piece><BlocPiece><InfoPce><CodServ V="%(code_service)s"></CodServ>'
    '<IdPce V="%(numero)s"></IdPce><TypPce V="%(type_piece)s"></TypPce><NatPce'
    ' V="%(nature_piece)s"></NatPce><Obj V="%(objet)s"></Obj><PJRef><Support V="01"></Support>'
    '<IdUnique V="%(document)s"></IdUnique><NomPJ V="%(nom_document)s"></NomPJ>'
    '<TypePJ V="003"></TypePJ></PJRef></InfoPce><DGP><Dgp V="0"></Dgp>'
    '<DteDebDgp V="%(debut_delai)s"></DteDebDgp><DteFinDgp V="%(fin_delai)s"></DteFinDgp>'
    '<DureeDgp V="%(duree_delai)s"></DureeDgp></DGP></BlocPiece>'
    '<LigneDePiece><BlocLignePiece><InfoLignePce><IdLigne V="%(rang)s"></IdLigne>'
    '<Nature V="%(compte)s"></Nature><Facture V="%(facture)s"></Facture>'
    '<LibVir1 V="Facture %(facture)s"></LibVir1><ModRegl V="%(mode_reglement)s"></ModRegl>'
    '<TVAIntraCom V="0"></TVAIntraCom><MtHT V="%(montant_ht)s"></MtHT>'
    '<MtTVA V="%(montant_tgc)s"></MtTVA></InfoLignePce></BlocLignePiece><Tiers><InfoTiers>'
    '<RefTiers V="%(code_tiers)s"></RefTiers><CatTiers V="%(categorie)s"></CatTiers>'
    '<NatJur V="%(nature_juridique)s"></NatJur><Nom V="%(nom_tiers)s"></Nom></InfoTiers>'
    '<Adresse><TypAdr V="1"></TypAdr><Adr2 V="%(adresse_voie)s"></Adr2>'
    '<CP V="%(code_postal)s"></CP><Ville V="%(ville)s"></Ville><CodRes V="0"></CodRes></Adresse>'
    '<CpteBancaire><IBAN V="%(iban)s"></IBAN><TitCpte V="%(titulaire_compte)s"></TitCpte>'
    "</CpteBancaire></Tiers></LigneDePiece>\n</Piece>\n"
)


def ecrire_mandats(mandats: Iterable[dict[str, object]], fichier: Path) -> None:
    """Write `mandats`, read beforehand, to `fichier`."""
    with fichier.open("w", encoding="iso-8859-1", errors="xmlcharrefreplace") as sortie:
        for mandat in mandats:
            echappe = {cle: str(valeur).translate(ECHAPPER) for cle, valeur in mandat.items()}
            sortie.write(MANDAT % echappe)
