"""Signatures checked again: digests, RSA, certificates, and only in the profile that is allowed.

The white list is the protection: a signature must reference the very element that holds it and its
own SignedProperties, by the transforms of the profile, and nothing else.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from binascii import Error as ErreurBase64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree

from exports_tps.pes.signature import C14N_EXCLUSIVE, DS, ENVELOPPEE, RSA_SHA256, SHA256
from exports_tps.pes.structure_signature import refus

_NS: Final = {"ds": DS}
_XADES: Final = "http://uri.etsi.org/01903/"
_PROFONDEUR: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Confiance:
    """What a signature must satisfy beside its own consistency; None asks nothing.

    `autorites` are the trusted authorities, `signataires` the certificates of the persons who may
    sign, `periode` the aware moments between which one may have signed.
    """

    autorites: Sequence[x509.Certificate] | None = None
    signataires: Sequence[x509.Certificate] | None = None
    periode: tuple[datetime, datetime] | None = None


class SignatureRefusee(ValueError):
    """A signature that does not hold; the text says why, in French."""


@dataclass(frozen=True, slots=True)
class Lue:
    """A signature parsed: the target it announces, its digest, and what verifies the rest."""

    element: etree._Element
    cible: str
    empreinte: bytes
    certificats: tuple[x509.Certificate, ...]
    signee_le: datetime


def analyser(octets: bytes, encodage: str, espaces: Mapping[str, str]) -> etree._Element:
    """Parse the bytes of one ds:Signature; SignatureRefusee when its structure is not allowed."""
    element = _analyser(octets, encodage, espaces)
    if raison := refus(element):
        raise SignatureRefusee(raison)
    return element


def _analyser(octets: bytes, encodage: str, espaces: Mapping[str, str]) -> etree._Element:
    declarations = "".join(
        f' xmlns{":" + prefixe if prefixe else ""}="{espace}"'
        for prefixe, espace in espaces.items()
        if prefixe
    )
    enveloppe = f'<?xml version="1.0" encoding="{encodage}"?><racine{declarations}>'
    analyseur = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,  # C14N leaves them out: nobody may cut a value short with one
    )
    document = enveloppe.encode("ascii") + octets + b"</racine>"
    try:
        return etree.fromstring(document, analyseur)[0]
    except etree.XMLSyntaxError as erreur:
        raise SignatureRefusee("signature illisible.") from erreur


def lire(element: etree._Element) -> Lue:
    """Read a signature; SignatureRefusee outside the profile."""
    if not element.get("Id"):  # without it, a tiers de télétransmission refuses the file (§6)
        raise SignatureRefusee("la signature doit porter un attribut Id.")
    _controler_methodes(element)
    cible, empreinte = _controler_references(element)
    return Lue(element, cible, empreinte, _certificats(element), _moment(element))


def _algorithme(element: etree._Element, chemin: str) -> str:
    trouve = element.find(chemin, _NS)
    return "" if trouve is None else trouve.get("Algorithm", "")


def _controler_methodes(element: etree._Element) -> None:
    if _algorithme(element, "ds:SignedInfo/ds:CanonicalizationMethod") != C14N_EXCLUSIVE:
        raise SignatureRefusee("canonisation refusée : C14N exclusif attendu.")
    if _algorithme(element, "ds:SignedInfo/ds:SignatureMethod") != RSA_SHA256:
        raise SignatureRefusee("algorithme de signature refusé : RSA-SHA256 attendu.")


def _controler_references(element: etree._Element) -> tuple[str, bytes]:
    """Return target and digest of the first reference; verify the second one."""
    references = element.findall("ds:SignedInfo/ds:Reference", _NS)
    if len(references) != 2:  # noqa: PLR2004
        raise SignatureRefusee("deux références attendues : l’élément et ses propriétés signées.")
    principale, proprietes = references
    if _transformations(principale) != [ENVELOPPEE, C14N_EXCLUSIVE]:
        raise SignatureRefusee("transformations refusées : enveloppée puis C14N exclusif.")
    if _transformations(proprietes) != [C14N_EXCLUSIVE]:
        raise SignatureRefusee("transformations refusées sur les propriétés signées.")
    signees = _proprietes(element)
    if proprietes.get("URI") != f"#{signees.get('Id')}":
        raise SignatureRefusee("les propriétés signées ne sont pas celles de la signature.")
    canonique = etree.tostring(signees, method="c14n", exclusive=True, with_comments=False)
    if hashlib.sha256(canonique).digest() != _empreinte(proprietes):
        raise SignatureRefusee("propriétés signées modifiées après la signature.")
    return principale.get("URI", "").removeprefix("#"), _empreinte(principale)


def _transformations(reference: etree._Element) -> list[str]:
    transformations = reference.findall("ds:Transforms/ds:Transform", _NS)
    if any(len(transformation) for transformation in transformations):
        raise SignatureRefusee("paramètre de transformation refusé.")
    return [transformation.get("Algorithm", "") for transformation in transformations]


def _empreinte(reference: etree._Element) -> bytes:
    if _algorithme(reference, "ds:DigestMethod") != SHA256:
        raise SignatureRefusee("algorithme d’empreinte refusé : SHA-256 attendu.")
    return _octets(reference.findtext("ds:DigestValue", "", _NS))


def _octets(texte: str | None) -> bytes:
    try:
        return b64decode("".join((texte or "").split()), validate=True)
    except (ErreurBase64, ValueError) as erreur:
        raise SignatureRefusee("base64 illisible dans la signature.") from erreur


def _proprietes(element: etree._Element) -> etree._Element:
    trouvees = [
        fils
        for fils in element.iterfind("ds:Object/*/*", _NS)
        if etree.QName(fils).localname == "SignedProperties"
        and (etree.QName(fils).namespace or "").startswith(_XADES)
    ]
    if len(trouvees) != 1:
        raise SignatureRefusee("propriétés signées XAdES absentes ou multiples.")
    return trouvees[0]


def _dans_xades(element: etree._Element, chemin: str) -> etree._Element | None:
    """Find a path of local names, whatever the version of XAdES."""
    motif = "/".join(f"{{*}}{nom}" for nom in chemin.split("/"))
    return _proprietes(element).find(motif)


def _moment(element: etree._Element) -> datetime:
    trouve = _dans_xades(element, "SignedSignatureProperties/SigningTime")
    try:
        moment = datetime.fromisoformat((trouve.text or "").strip() if trouve is not None else "")
    except ValueError as erreur:
        raise SignatureRefusee("date de signature absente ou illisible.") from erreur
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _certificats(element: etree._Element) -> tuple[x509.Certificate, ...]:
    textes = element.iterfind("ds:KeyInfo/ds:X509Data/ds:X509Certificate", _NS)
    try:
        certificats = tuple(x509.load_der_x509_certificate(_octets(t.text)) for t in textes)
    except ValueError as erreur:
        raise SignatureRefusee("certificat illisible.") from erreur
    if not certificats:
        raise SignatureRefusee("certificat du signataire absent.")
    chemin = "SignedSignatureProperties/SigningCertificate/Cert/CertDigest/DigestValue"
    annonce = _dans_xades(element, chemin)
    der = certificats[0].public_bytes(Encoding.DER)
    if annonce is None or hashlib.sha256(der).digest() != _octets(annonce.text):
        raise SignatureRefusee("le certificat joint n’est pas celui qui est annoncé et signé.")
    return certificats


def verifier_rsa(lue: Lue) -> None:
    """Raise SignatureRefusee unless SignedInfo is signed by the key of the certificate."""
    info = lue.element.find("ds:SignedInfo", _NS)
    if info is None:
        raise SignatureRefusee("SignedInfo absent.")
    canonique = etree.tostring(info, method="c14n", exclusive=True, with_comments=False)
    cle = lue.certificats[0].public_key()
    if not isinstance(cle, rsa.RSAPublicKey):
        raise SignatureRefusee("clé du signataire refusée : RSA attendu.")
    valeur = _octets(lue.element.findtext("ds:SignatureValue", "", _NS))
    try:
        cle.verify(valeur, canonique, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as erreur:
        raise SignatureRefusee("signature RSA invalide : contenu modifié ou autre clé.") from erreur


def verifier_confiance(lue: Lue, confiance: Confiance) -> None:
    """Raise SignatureRefusee unless the signer, his certificate and the moment are those wanted.

    Without authorities, only the dates of the signer's certificate are checked.
    """
    _verifier_chaine(lue, confiance.autorites)
    certificat = lue.certificats[0]
    if confiance.signataires is not None and certificat not in confiance.signataires:
        attendus = " ou ".join(dict.fromkeys(map(nom_commun, confiance.signataires)))
        raise SignatureRefusee(
            f"signée avec le certificat de « {nom_commun(certificat)} » "
            f"(n° {certificat.serial_number:x}), qui n’est pas celui du signataire attendu : "
            f"{attendus or 'aucun certificat n’est enregistré'}."
        )
    if confiance.periode is None:
        return
    debut, fin = confiance.periode
    if not debut <= lue.signee_le <= fin:
        raise SignatureRefusee(
            f"signature datée du {_dire(lue.signee_le)}, hors de la période admise "
            f"(du {_dire(debut)} au {_dire(fin)}) : vérifier l’horloge du poste qui signe."
        )


def nom_commun(certificat: x509.Certificate) -> str:
    """Return the common name of the holder, or all that the certificate says of him."""
    noms = certificat.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(noms[0].value) if noms else certificat.subject.rfc4514_string()


def _dire(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%d/%m/%Y à %-H\u00a0h\u00a0%M} UTC"


def _verifier_chaine(lue: Lue, autorites: Sequence[x509.Certificate] | None) -> None:
    courant = lue.certificats[0]
    _controler_dates(courant, lue.signee_le)
    _controler_usage(courant)
    if autorites is None:
        return
    for _ in range(_PROFONDEUR):
        if any(courant == autorite for autorite in autorites):
            return
        courant = _emetteur(courant, (*autorites, *lue.certificats[1:]))
        _controler_dates(courant, lue.signee_le)
    raise SignatureRefusee("chaîne de certificats trop longue.")


def _controler_usage(certificat: x509.Certificate) -> None:
    try:
        usage = certificat.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise SignatureRefusee("le certificat du signataire n’est pas fait pour signer.")


def _controler_dates(certificat: x509.Certificate, moment: datetime) -> None:
    if not certificat.not_valid_before_utc <= moment <= certificat.not_valid_after_utc:
        nom = certificat.subject.rfc4514_string()
        raise SignatureRefusee(f"certificat hors de sa période de validité : {nom}.")


def _emetteur(
    certificat: x509.Certificate, candidats: Sequence[x509.Certificate]
) -> x509.Certificate:
    for candidat in _autorites(candidats):
        if candidat.subject != certificat.issuer or candidat == certificat:
            continue
        try:
            certificat.verify_directly_issued_by(candidat)
        except (InvalidSignature, ValueError, TypeError):
            continue
        return candidat
    nom = certificat.subject.rfc4514_string()
    raise SignatureRefusee(f"certificat émis par une autorité inconnue : {nom}.")


def _autorites(candidats: Sequence[x509.Certificate]) -> Iterator[x509.Certificate]:
    for candidat in candidats:
        try:
            contraintes = candidat.extensions.get_extension_for_class(x509.BasicConstraints)
        except x509.ExtensionNotFound:
            continue
        if contraintes.value.ca:
            yield candidat
