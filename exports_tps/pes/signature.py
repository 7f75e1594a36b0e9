"""The XAdES signature of a bordereau, written by hand in canonical form.

Profile: enveloped, exclusive C14N declared on both references, RSA-SHA256, XAdES 1.1.1 (the
namespace is a parameter), signing certificate version 1, policy of Hélios. See `docs/pes.md`.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from exports_tps.pes.messages import ErreurPES
from exports_tps.pes.signataire import Signataire

DS: Final = "http://www.w3.org/2000/09/xmldsig#"
XADES_1_1_1: Final = "http://uri.etsi.org/01903/v1.1.1#"
XADES_1_2_2: Final = "http://uri.etsi.org/01903/v1.2.2#"
C14N_EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPPEE: Final = f"{DS}enveloped-signature"
RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"


@dataclass(frozen=True, slots=True)
class Politique:
    """A signature policy, named by its identifier and sealed by its SHA-256 hash (base64)."""

    identifiant: str
    description: str
    empreinte: str
    adresse: str


HELIOS: Final = Politique(
    identifiant="urn:oid:1.2.250.1.131.1.5.18.21.1.7",
    description="Politique de signature Helios de la DGFiP",
    empreinte="roF9+cfRHNPtVJolhdqfIqGMVuUXX8aR4rpiquf0u5E=",
    adresse=(
        "https://www.collectivites-locales.gouv.fr/files/files/finances_locales/"
        "dematerialisation/ps_helios_dgfip.pdf"
    ),
)


@dataclass(frozen=True, slots=True)
class Lieu:
    """Where one signs."""

    ville: str = "Nouméa"
    code_postal: str = "98800"
    pays: str = "Nouvelle-Calédonie"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What the ordonnateur declares when signing; `signee_le` is an aware moment."""

    signataire: Signataire
    signee_le: datetime
    lieu: Lieu = field(default_factory=Lieu)
    role: str = "Ordonnateur"
    politique: Politique = HELIOS
    espace_xades: str = XADES_1_1_1


def _texte(valeur: str) -> str:
    for avant, apres in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#xD;")):
        valeur = valeur.replace(avant, apres)
    return valeur


def _methode(balise: str, algorithme: str) -> str:
    return f'<{balise} Algorithm="{algorithme}"></{balise}>'


def _base64(octets: bytes) -> str:
    return b64encode(octets).decode("ascii")


def _reference(uri: str, empreinte: bytes, *transformations: str) -> str:
    transforms = "".join(_methode("ds:Transform", algorithme) for algorithme in transformations)
    return (
        f'<ds:Reference URI="#{uri}"><ds:Transforms>{transforms}</ds:Transforms>'
        f"{_methode('ds:DigestMethod', SHA256)}"
        f"<ds:DigestValue>{_base64(empreinte)}</ds:DigestValue></ds:Reference>"
    )


def _condensat(balise: str, empreinte: str) -> str:
    return (
        f"<xad:{balise}>{_methode('xad:DigestMethod', SHA256)}"
        f"<xad:DigestValue>{empreinte}</xad:DigestValue></xad:{balise}>"
    )


def _certificat(certificat: x509.Certificate) -> str:
    empreinte = _base64(hashlib.sha256(certificat.public_bytes(Encoding.DER)).digest())
    emetteur = _texte(certificat.issuer.rfc4514_string())
    return (
        f"<xad:SigningCertificate><xad:Cert>{_condensat('CertDigest', empreinte)}"
        f'<xad:IssuerSerial><ds:X509IssuerName xmlns:ds="{DS}">{emetteur}</ds:X509IssuerName>'
        f'<ds:X509SerialNumber xmlns:ds="{DS}">{certificat.serial_number}</ds:X509SerialNumber>'
        "</xad:IssuerSerial></xad:Cert></xad:SigningCertificate>"
    )


def _politique(politique: Politique) -> str:
    return (
        "<xad:SignaturePolicyIdentifier><xad:SignaturePolicyId><xad:SigPolicyId>"
        f"<xad:Identifier>{_texte(politique.identifiant)}</xad:Identifier>"
        f"<xad:Description>{_texte(politique.description)}</xad:Description></xad:SigPolicyId>"
        f"{_condensat('SigPolicyHash', politique.empreinte)}"
        "<xad:SigPolicyQualifiers><xad:SigPolicyQualifier>"
        f"<xad:SPURI>{_texte(politique.adresse)}</xad:SPURI>"
        "</xad:SigPolicyQualifier></xad:SigPolicyQualifiers>"
        "</xad:SignaturePolicyId></xad:SignaturePolicyIdentifier>"
    )


def _lieu_et_role(lieu: Lieu, role: str) -> str:
    return (
        f"<xad:SignatureProductionPlace><xad:City>{_texte(lieu.ville)}</xad:City>"
        f"<xad:PostalCode>{_texte(lieu.code_postal)}</xad:PostalCode>"
        f"<xad:CountryName>{_texte(lieu.pays)}</xad:CountryName></xad:SignatureProductionPlace>"
        f"<xad:SignerRole><xad:ClaimedRoles><xad:ClaimedRole>{_texte(role)}</xad:ClaimedRole>"
        "</xad:ClaimedRoles></xad:SignerRole>"
    )


def _proprietes(signature: Signature, identifiant: str) -> str:
    """Return SignedProperties as exclusive C14N would print it alone."""
    moment = signature.signee_le.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f'<xad:SignedProperties xmlns:xad="{signature.espace_xades}" Id="{identifiant}">'
        "<xad:SignedSignatureProperties>"
        f"<xad:SigningTime>{moment}</xad:SigningTime>"
        f"{_certificat(signature.signataire.certificat)}"
        f"{_politique(signature.politique)}"
        f"{_lieu_et_role(signature.lieu, signature.role)}"
        "</xad:SignedSignatureProperties></xad:SignedProperties>"
    )


def exiger_valable(signature: Signature) -> None:
    """Raise ErreurPES unless the certificate is valid when signing, as the treasury wants."""
    certificat, moment = signature.signataire.certificat, signature.signee_le
    if moment.tzinfo is None:
        raise ErreurPES("Le moment de la signature doit porter son fuseau horaire.")
    if certificat.not_valid_before_utc <= moment <= certificat.not_valid_after_utc:
        return
    est_expire = moment > certificat.not_valid_after_utc
    quand = certificat.not_valid_after_utc if est_expire else certificat.not_valid_before_utc
    raison = "a expiré le" if est_expire else "ne vaut qu’à partir du"
    raise ErreurPES(
        f"Le certificat « {certificat.subject.rfc4514_string()} » {raison} {quand:%d/%m/%Y} : "
        "le renouveler avant de signer."
    )


def sceller(signature: Signature, *, cible: str, empreinte: bytes) -> str:
    """Return the ds:Signature of the element whose Id is `cible`.

    `empreinte` is the SHA-256 of its exclusive C14N without signature. Raises ErreurPES for a
    certificate that is not valid at the moment of signing.
    """
    exiger_valable(signature)
    identifiant = f"{cible}-signature"
    proprietes = _proprietes(signature, f"{identifiant}-proprietes")
    empreinte_proprietes = hashlib.sha256(proprietes.encode()).digest()
    info = (
        f'<ds:SignedInfo xmlns:ds="{DS}">'
        f"{_methode('ds:CanonicalizationMethod', C14N_EXCLUSIVE)}"
        f"{_methode('ds:SignatureMethod', RSA_SHA256)}"
        f"{_reference(cible, empreinte, ENVELOPPEE, C14N_EXCLUSIVE)}"
        f"{_reference(f'{identifiant}-proprietes', empreinte_proprietes, C14N_EXCLUSIVE)}"
        "</ds:SignedInfo>"
    )
    valeur = _base64(signature.signataire.signer(info.encode()))
    certificat = _base64(signature.signataire.certificat.public_bytes(Encoding.DER))
    return (
        f'<ds:Signature xmlns:ds="{DS}" Id="{identifiant}">{info}'
        f"<ds:SignatureValue>{valeur}</ds:SignatureValue>"
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificat}</ds:X509Certificate>"
        "</ds:X509Data></ds:KeyInfo><ds:Object>"
        f'<xad:QualifyingProperties xmlns:xad="{signature.espace_xades}" Target="#{identifiant}">'
        f"{proprietes}</xad:QualifyingProperties></ds:Object></ds:Signature>"
    )
