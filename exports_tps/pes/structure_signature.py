"""The grammar of a ds:Signature and of its XAdES 1.1.1 properties, as the official schemas have it.

Children are a regular expression over their names, each followed by a space. What the profile never
uses (RetrievalMethod, XPath, time stamps) is refused; other XAdES namespaces pass, as in the
schemas, which know nothing of them and look for what they know inside.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from lxml import etree

from exports_tps.pes.controle_base64 import Controle
from exports_tps.pes.signature import DS, XADES_1_1_1

_PREFIXES: Final = {DS: "ds", XADES_1_1_1: "xad"}
_BLANCS: Final = " \t\r\n"  # those of XML, and no other
_HOTE: Final = r"//[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?=[/?#]|\Z)"
_SUITE: Final = "[A-Za-z0-9:/._+=&-]"
_URI: Final = re.compile(
    rf"(?:[A-Za-z][A-Za-z0-9+.-]*:(?:{_HOTE}|(?!//)(?={_SUITE})){_SUITE}*(?:\?{_SUITE}*)?)?"
    rf"(?:#{_SUITE}*)?"
)
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(?:\.[0-9]+)?(?:Z|[+-][0-9:]{5})?"
)


def _est_base64(texte: str) -> bool:
    controle = Controle()
    controle.lire(texte)
    return controle.est_valide()


def _est_moment(texte: str) -> bool:
    moment = texte.strip(_BLANCS)
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        return False
    return _MOMENT.fullmatch(moment) is not None


def _est_entier(texte: str) -> bool:
    return re.fullmatch("[+-]?[0-9]+", texte.strip(_BLANCS)) is not None


def _est_uri(texte: str) -> bool:
    return _URI.fullmatch(texte.strip(_BLANCS)) is not None


def _est_texte(texte: str) -> bool:
    return True


def _est_blanc(texte: str) -> bool:
    return not texte.strip(_BLANCS)


@dataclass(frozen=True, slots=True)
class _Element:
    enfants: str = ""
    requis: frozenset[str] = frozenset()
    permis: frozenset[str] = frozenset()
    texte: Callable[[str], bool] = field(default=_est_blanc)


def _methode() -> _Element:
    return _Element(requis=frozenset({"Algorithm"}))


def _bloc(enfants: str, *permis: str) -> _Element:
    return _Element(" ".join(enfants.split()), permis=frozenset(permis))


def _valeur(texte: Callable[[str], bool], *permis: str) -> _Element:
    return _Element(texte=texte, permis=frozenset(permis))


_CONDENSAT: Final = "xad:DigestMethod xad:DigestValue"
_GRAMMAIRE: Final[dict[str, _Element]] = {
    "ds:Signature": _bloc("ds:SignedInfo ds:SignatureValue (ds:KeyInfo )?(ds:Object )*", "Id"),
    "ds:SignedInfo": _bloc("ds:CanonicalizationMethod ds:SignatureMethod (ds:Reference )+", "Id"),
    "ds:CanonicalizationMethod": _methode(),
    "ds:SignatureMethod": _methode(),
    "ds:Reference": _bloc("(ds:Transforms )?ds:DigestMethod ds:DigestValue", "Id", "URI", "Type"),
    "ds:Transforms": _bloc("(ds:Transform )+"),
    "ds:Transform": _methode(),
    "ds:DigestMethod": _methode(),
    "ds:DigestValue": _valeur(_est_base64),
    "ds:SignatureValue": _valeur(_est_base64, "Id"),
    "ds:KeyInfo": _bloc("(ds:KeyName |ds:KeyValue |ds:X509Data )+", "Id"),
    "ds:KeyName": _valeur(_est_texte),
    "ds:KeyValue": _bloc("ds:RSAKeyValue"),
    "ds:RSAKeyValue": _bloc("ds:Modulus ds:Exponent"),
    "ds:Modulus": _valeur(_est_base64),
    "ds:Exponent": _valeur(_est_base64),
    "ds:X509Data": _bloc("(ds:X509IssuerSerial |ds:X509SubjectName |ds:X509Certificate )+"),
    "ds:X509IssuerSerial": _bloc("ds:X509IssuerName ds:X509SerialNumber"),
    "ds:X509IssuerName": _valeur(_est_texte),
    "ds:X509SerialNumber": _valeur(_est_entier),
    "ds:X509SubjectName": _valeur(_est_texte),
    "ds:X509Certificate": _valeur(_est_base64),
    "ds:Object": _bloc("(xad:QualifyingProperties |autre )*", "Id", "MimeType", "Encoding"),
    "xad:QualifyingProperties": _Element(
        "(xad:SignedProperties )?", frozenset({"Target"}), frozenset({"Id"})
    ),
    "xad:SignedProperties": _bloc(
        "xad:SignedSignatureProperties (xad:SignedDataObjectProperties )?", "Id"
    ),
    "xad:SignedSignatureProperties": _bloc(
        "xad:SigningTime xad:SigningCertificate xad:SignaturePolicyIdentifier "
        "(xad:SignatureProductionPlace )?(xad:SignerRole )?"
    ),
    "xad:SigningTime": _valeur(_est_moment),
    "xad:SigningCertificate": _bloc("(xad:Cert )+"),
    "xad:Cert": _bloc("xad:CertDigest xad:IssuerSerial", "URI"),
    "xad:CertDigest": _bloc(_CONDENSAT),
    "xad:DigestMethod": _methode(),
    "xad:DigestValue": _valeur(_est_base64),
    "xad:IssuerSerial": _bloc("ds:X509IssuerName ds:X509SerialNumber"),
    "xad:SignaturePolicyIdentifier": _bloc("xad:SignaturePolicyId |xad:SignaturePolicyImplied"),
    "xad:SignaturePolicyImplied": _bloc(""),
    "xad:SignaturePolicyId": _bloc(
        "xad:SigPolicyId (ds:Transforms )?xad:SigPolicyHash (xad:SigPolicyQualifiers )?"
    ),
    "xad:SigPolicyId": _bloc("xad:Identifier (xad:Description )?"),
    "xad:Identifier": _valeur(_est_uri),
    "xad:Description": _valeur(_est_texte),
    "xad:SigPolicyHash": _bloc(_CONDENSAT),
    "xad:SigPolicyQualifiers": _bloc("(xad:SigPolicyQualifier )+"),
    "xad:SigPolicyQualifier": _bloc("xad:SPURI"),
    "xad:SPURI": _valeur(_est_uri),
    "xad:SignatureProductionPlace": _bloc(
        "(xad:City )?(xad:StateOrProvince )?(xad:PostalCode )?(xad:CountryName )?"
    ),
    "xad:City": _valeur(_est_texte),
    "xad:StateOrProvince": _valeur(_est_texte),
    "xad:PostalCode": _valeur(_est_texte),
    "xad:CountryName": _valeur(_est_texte),
    "xad:SignerRole": _bloc("xad:ClaimedRoles"),
    "xad:ClaimedRoles": _bloc("xad:ClaimedRole"),
    "xad:ClaimedRole": _valeur(_est_texte),
    "xad:SignedDataObjectProperties": _bloc("(xad:DataObjectFormat )*"),
    "xad:DataObjectFormat": _Element(
        "(xad:Description )?(xad:MimeType )?", frozenset({"ObjectReference"})
    ),
    "xad:MimeType": _valeur(_est_texte),
}


def _nom(element: etree._Element) -> str:
    nom = etree.QName(element)
    return f"{_PREFIXES[nom.namespace]}:{nom.localname}" if nom.namespace in _PREFIXES else "autre"


def refus(element: etree._Element) -> str | None:
    """Return the French reason why the structure of a signature is refused, or None."""
    nom = _nom(element)
    enfants = [fils for fils in element if isinstance(fils.tag, str)]
    if nom == "autre":  # nobody knows it, but what it holds may be known
        return next((raison for fils in enfants if (raison := refus(fils))), None)
    declare = _GRAMMAIRE.get(nom)
    if declare is None:
        return f"« {nom} » n’a pas sa place dans une signature PES."
    noms = "".join(f"{_nom(fils)} " for fils in enfants)
    if re.fullmatch(f"(?:{declare.enfants}) ?", noms) is None:
        return f"structure de « {nom} » inattendue : {noms or 'vide'}."
    if raison := _attributs(nom, declare, {str(cle): str(v) for cle, v in element.attrib.items()}):
        return raison
    texte = (element.text or "") + "".join(fils.tail or "" for fils in element)
    if not declare.texte(texte):
        return f"valeur de « {nom} » refusée."
    return next((raison for fils in enfants if (raison := refus(fils))), None)


def _attributs(nom: str, declare: _Element, attributs: dict[str, str]) -> str | None:
    noms = frozenset(attributs)
    if not declare.requis <= noms or noms - declare.requis - declare.permis:
        return f"attributs de « {nom} » inattendus."
    adresses = (valeur for cle, valeur in attributs.items() if cle not in {"Id", "MimeType"})
    if not all(_est_uri(valeur) for valeur in adresses):
        return f"adresse refusée dans « {nom} »."
    return None
