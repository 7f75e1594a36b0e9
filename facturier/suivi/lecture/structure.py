"""Structured invoices (Factur-X, CII, UBL 2.1), read through the factur-x library.

Only the schema is checked here. The library's Schematron check is never called: it posts the
invoice to a server and says "valid" when nobody answers.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from facturx import get_flavor, get_level, parse_ubl_cii_xml, xml_check_xsd
from lxml import etree

from facturier.commun import banque, ridet
from facturier.commun.fichiers import FichierRefuse
from facturier.commun.montants import DEVISE
from facturier.suivi.lecture.facture_lue import (
    Donnee,
    FactureLue,
    Format,
    LigneLue,
    Montants,
    Origine,
    TauxLu,
    TypeDocument,
    Valeur,
)

LIGNES_LUES = 2_000
LONGUEUR_TEXTE = 500
SCHEMA_RIDET = "0228"
PREFIXE_TGC = "NC"
# UNTDID 1001: the codes of EN 16931 (BT-3) that stand for a credit note.
CODES_AVOIR = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"})

_FORMATS = {
    "factur-x": Format.CII,
    "zugferd": Format.CII,
    "order-x": Format.CII,
    "ubl-2.1-invoice": Format.UBL,
    "ubl-2.1-creditnote": Format.UBL,
}
_FORMATS_ANCIENS = ("zugferd", "order-x")
_A_SAISIR = "saisissez les données de la facture à la main."


def lire_structure(racine: etree._Element) -> FactureLue:
    """Read the data of an invoice from its XML, parsed by `xml_sur`.

    An old format or a file its schema refuses comes back without data, with the reason. Raises
    `FichierRefuse` when the XML is no invoice at all.
    """
    saveur = _saveur(racine)
    forme = _FORMATS[saveur]
    if saveur in _FORMATS_ANCIENS:
        avis = f"Le format de ce XML (ZUGFeRD 1 ou Order-X) n’est pas relu : {_A_SAISIR}"
        return FactureLue(format=forme, avertissements=(avis,))
    profil = _profil(racine, saveur)
    try:
        xml_check_xsd(racine, flavor=saveur, level=profil or "autodetect")
        termes = parse_ubl_cii_xml(
            racine,
            flavor=saveur,
            level=profil or "en16931",
            float_as="string",
            bytes_as="string",
            check_xsd=False,
        )
    except Exception:  # the library raises bare Exception for a file its schema refuses
        avis = f"Les données du XML ne respectent pas le schéma de leur format : {_A_SAISIR}"
        return FactureLue(format=forme, profil=profil, avertissements=(avis,))
    return _facture(termes, forme, profil)


def _saveur(racine: etree._Element) -> str:
    try:
        return str(get_flavor(racine))
    except Exception:  # likewise bare
        raise FichierRefuse(
            "Ce XML n’est pas une facture électronique connue : déposez une facture UBL 2.1, CII, "
            "Factur-X ou PDF."
        ) from None


def _profil(racine: etree._Element, saveur: str) -> str | None:
    try:
        return str(get_level(racine, saveur))
    except (AttributeError, ValueError):
        return None


def _facture(termes: dict[str, Any], forme: Format, profil: str | None) -> FactureLue:
    vendeur = termes.get("BG-4") or {}
    devise = _texte(termes.get("BT-5"))
    numero_ridet, avis_ridet = _ridet(vendeur)
    iban, avis_iban = _iban(_liste(termes.get("BT-84")))
    montants, avis_montants = _montants(termes, devise)
    lignes = _liste(termes.get("BG-25"))
    return FactureLue(
        format=forme,
        profil=profil,
        numero=_lue(_texte(termes.get("BT-1"))),
        date_emission=_lue(_jour(termes.get("BT-2"))),
        date_echeance=_lue(_jour(termes.get("BT-9"))),
        ridet_emetteur=_lue(numero_ridet),
        nom_emetteur=_lue(_texte(vendeur.get("name") or vendeur.get("biz_name"))),
        numero_commande=_lue(_texte(termes.get("BT-13"))),
        numero_corrige=_lue(_texte((_premier(termes.get("BG-3")) or {}).get("BT-25"))),
        devise=_lue(devise),
        iban=_lue(iban),
        type_document=_lue(_type_document(termes)),
        lignes=tuple(_ligne(ligne, devise) for ligne in lignes[:LIGNES_LUES]),
        avertissements=(*avis_ridet, *avis_iban, *avis_montants, *_avis_lignes(lignes)),
        **montants,
    )


def _montants(termes: dict[str, Any], devise: str | None) -> tuple[Montants, list[str]]:
    """Return the totals and the breakdown, only when they are whole Pacific francs."""
    if devise != DEVISE:
        return Montants(), [
            f"La facture est libellée en {devise or 'une devise non précisée'}, et non en francs "
            "CFP (XPF) : ses montants ne sont pas repris, saisissez-les en francs CFP."
        ]
    ht, tgc, ttc = (_francs(termes.get(terme)) for terme in ("BT-109", "BT-110", "BT-112"))
    avis = []
    if termes.get("BT-112") and ttc is None:
        avis.append(
            "Le total TTC comporte des centimes, alors que le franc CFP n’en a pas : saisissez le "
            "montant en francs entiers."
        )
    montants = Montants(
        montant_ht=_lue(ht),
        montant_tgc=_lue(tgc),
        montant_ttc=_lue(ttc),
        repartition=_lue(_repartition(_liste(termes.get("BG-23")))),
    )
    return montants, avis


def _repartition(parts: list[dict[str, Any]]) -> tuple[TauxLu, ...] | None:
    """Return the breakdown by rate, None when one part of it is not in whole francs."""
    lues = []
    for part in parts:
        taux = _decimal(part.get("BT-119") or "0")
        base, taxe = _francs(part.get("BT-116")), _francs(part.get("BT-117"))
        if taux is None or taxe is None:
            return None
        lues.append(TauxLu(taux, base, taxe))
    return tuple(lues) or None


def _ligne(ligne: dict[str, Any], devise: str | None) -> LigneLue:
    return LigneLue(
        libelle=_texte(ligne.get("BT-153")) or "",
        quantite=_decimal(ligne.get("BT-129")),
        prix=_decimal(ligne.get("BT-146")) if devise == DEVISE else None,
        montant=_francs(ligne.get("BT-131")) if devise == DEVISE else None,
        taux=_decimal(ligne.get("BT-152")),
    )


def _avis_lignes(lignes: list[Any]) -> list[str]:
    if len(lignes) <= LIGNES_LUES:
        return []
    return [
        f"La facture a {len(lignes)} lignes : seules les {LIGNES_LUES} premières sont reprises."
    ]


def _ridet(vendeur: dict[str, Any]) -> tuple[str | None, list[str]]:
    """Find the RIDET: legal identifier of scheme 0228 (BT-30), `NC` tax number (BT-31), BT-29."""
    for candidat in _candidats_ridet(vendeur):
        try:
            return ridet.normaliser(candidat), []
        except ridet.RidetInvalide:
            continue
    return None, ["Aucun RIDET valide n’a été trouvé pour l’émetteur : saisissez-le."]


def _candidats_ridet(vendeur: dict[str, Any]) -> Iterable[str]:
    if vendeur.get("legal_identifier_schemeid") == SCHEMA_RIDET:
        yield str(vendeur.get("legal_identifier", ""))
    numero_fiscal = str(vendeur.get("vat_identifier", ""))
    if numero_fiscal.startswith(PREFIXE_TGC):
        yield numero_fiscal.removeprefix(PREFIXE_TGC)
    yield str((vendeur.get("identifiers") or {}).get(SCHEMA_RIDET, ""))


def _iban(comptes: list[str]) -> tuple[str | None, list[str]]:
    """Return the first account that is a valid IBAN, with what its country calls for."""
    for compte in comptes:
        try:
            iban = banque.normaliser_iban(compte)
        except banque.CoordonneesInvalides:
            continue
        avis = banque.avertissement_iban(iban)
        return iban, [avis] if avis else []
    if comptes:
        return None, ["Le compte bancaire indiqué n’est pas un IBAN valide : il n’est pas repris."]
    return None, []


def _type_document(termes: dict[str, Any]) -> TypeDocument:
    return TypeDocument.AVOIR if termes.get("BT-3") in CODES_AVOIR else TypeDocument.FACTURE


def _lue(valeur: Valeur | None) -> Donnee[Valeur] | None:
    return None if valeur is None else Donnee(valeur, Origine.STRUCTURE)


def _liste(valeur: Any) -> list[Any]:
    """The library gives one value bare, several as a list, none as nothing."""
    if valeur is None:
        return []
    return valeur if isinstance(valeur, list) else [valeur]


def _premier(valeur: Any) -> Any:
    return next(iter(_liste(valeur)), None)


def _texte(valeur: Any) -> str | None:
    premier = _premier(valeur)
    return " ".join(str(premier).split())[:LONGUEUR_TEXTE] or None if premier else None


def _jour(valeur: Any) -> date | None:
    premier = _premier(valeur)
    return premier if isinstance(premier, date) else None


def _decimal(valeur: Any) -> Decimal | None:
    try:
        nombre = Decimal(str(_premier(valeur)))
    except InvalidOperation:
        return None
    return nombre if nombre.is_finite() else None


def _francs(valeur: Any) -> int | None:
    """Return whole francs: `138750.00` is 138750, `138750.50` is nothing that can be paid."""
    nombre = _decimal(valeur)
    if nombre is None or nombre != nombre.to_integral_value():
        return None
    return int(nombre)
