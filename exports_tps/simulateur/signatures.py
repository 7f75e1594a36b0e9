"""Verifies the XAdES signatures of a flux, as a tiers de télétransmission does (README §6, §9)."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from exports_tps.simulateur.canonicalisation import INCLUSIVES, METHODES
from exports_tps.simulateur.certificats import defaut_certificat
from exports_tps.simulateur.empreintes import Partie, Signe, calculer
from exports_tps.simulateur.lecture import Noeud

ENVELOPPEE = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
ALGORITHMES = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}
ALGORITHMES_CERTIFICAT = ALGORITHMES | {"http://www.w3.org/2000/09/xmldsig#sha1": "sha1"}
HACHAGES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
TOLERANCE = timedelta(days=1)  # clocks of the signer and of the treasury; --date may be behind
METHODE_SIGNATURE = "http://www.w3.org/2001/04/xmldsig-more#"


class SignatureRefusee(Exception):
    """One signature does not hold: `genre` is INVALIDE, ILLISIBLE or INCOMPLETE."""

    def __init__(self, genre: str, raison: str) -> None:
        super().__init__(raison)
        self.genre = genre


@dataclass
class SignatureLue:
    """A signature met in the flux. `attendu` is the Id of the element it must cover ('' = root)."""

    rang: int
    noeud: Noeud
    attendu: str
    sur_racine: bool
    parties: list[Partie] = field(default_factory=list)
    signe: Signe = field(default_factory=lambda: Signe(METHODES[0], ()))


def verifier(
    fichier: Path,
    *,
    signatures: Sequence[SignatureLue],
    autorites: Sequence[x509.Certificate],
    maintenant: datetime,
) -> dict[int, SignatureRefusee]:
    """The refusals of the signatures of `fichier`, by rank; empty when all of them hold."""
    refus: dict[int, SignatureRefusee] = {}
    for signature in signatures:
        try:
            _preparer(signature)
        except SignatureRefusee as erreur:
            refus[signature.rang] = erreur
    parties = [partie for signature in signatures for partie in signature.parties]
    calculer(fichier, parties=parties, signes=[signature.signe for signature in signatures])
    for signature in signatures:
        if signature.rang in refus:
            continue
        try:
            _verifier_references(signature)
            _verifier_valeur(signature, autorites=autorites, maintenant=maintenant)
        except SignatureRefusee as erreur:
            refus[signature.rang] = erreur
    return refus


def _preparer(signature: SignatureLue) -> None:
    noeud = signature.noeud
    if not noeud.attributs.get("Id"):
        raise SignatureRefusee("INCOMPLETE", "la signature n’a pas d’attribut Id")
    if noeud.premier("KeyInfo/X509Data/X509Certificate") is None:
        raise SignatureRefusee("INCOMPLETE", "la signature ne porte pas de certificat")
    if noeud.premier("SignatureValue") is None:
        raise SignatureRefusee("INCOMPLETE", "la signature n’a pas de valeur")
    methode = noeud.premier("SignedInfo/CanonicalizationMethod")
    signature.signe = Signe(_methode(methode), _prefixes(methode))
    references = noeud.tous("SignedInfo/Reference")
    if not references:
        raise SignatureRefusee("INCOMPLETE", "la signature ne référence aucun élément")
    signature.parties = [_partie(signature.rang, reference) for reference in references]
    proprietes = noeud.premier("Object/QualifyingProperties/SignedProperties")
    identifiant = proprietes.attributs.get("Id", "") if proprietes else ""
    if not identifiant or all(p.identifiant != identifiant for p in signature.parties[1:]):
        raise SignatureRefusee("INCOMPLETE", "les propriétés XAdES ne sont pas signées")


def _partie(rang: int, reference: Noeud) -> Partie:
    adresse = reference.attributs.get("URI", "")
    if adresse and not adresse.startswith("#"):
        raise SignatureRefusee("INVALIDE", f"la référence {adresse} sort du fichier")
    methode, enveloppee = INCLUSIVES[0], False
    prefixes: tuple[str, ...] = ()
    for transformation in reference.tous("Transforms/Transform"):
        if transformation.attributs.get("Algorithm") == ENVELOPPEE:
            enveloppee = True
        else:
            methode, prefixes = _methode(transformation), _prefixes(transformation)
    condensat = reference.premier("DigestMethod")
    algorithme = condensat.attributs.get("Algorithm", "") if condensat else ""
    if algorithme not in ALGORITHMES:
        raise SignatureRefusee("INVALIDE", f"l’algorithme d’empreinte {algorithme} est refusé")
    return Partie(rang, adresse[1:], methode, prefixes, ALGORITHMES[algorithme], enveloppee)


def _methode(noeud: Noeud | None) -> str:
    algorithme = noeud.attributs.get("Algorithm", "") if noeud else ""
    if algorithme not in METHODES:
        raise SignatureRefusee("INVALIDE", f"la transformation {algorithme} n’est pas admise")
    return algorithme


def _prefixes(noeud: Noeud | None) -> tuple[str, ...]:
    inclus = noeud.premier("InclusiveNamespaces") if noeud else None
    liste = inclus.attributs.get("PrefixList", "").split() if inclus else []
    return tuple("" if nom == "#default" else nom for nom in liste)


def _verifier_references(signature: SignatureLue) -> None:
    premiere = signature.parties[0]
    porteur = "PES_Aller" if signature.sur_racine else "Bordereau"
    admis = {signature.attendu, ""} if signature.sur_racine else {signature.attendu}
    if premiere.porteur != porteur or premiere.identifiant not in admis:
        raise SignatureRefusee(
            "INVALIDE", "la signature ne porte pas sur l’élément qui la contient"
        )
    for partie, reference in zip(
        signature.parties, signature.noeud.tous("SignedInfo/Reference"), strict=True
    ):
        nom = partie.identifiant or "racine"
        if partie.rencontres != 1:
            raise SignatureRefusee("INVALIDE", f"la référence {nom} ne désigne pas un seul élément")
        if partie.empreinte != _base64(reference.premier("DigestValue")):
            raise SignatureRefusee(
                "INVALIDE", f"l’empreinte de {nom} diffère\u202f: contenu modifié après signature"
            )


def _verifier_valeur(
    signature: SignatureLue, *, autorites: Sequence[x509.Certificate], maintenant: datetime
) -> None:
    noeud = signature.noeud
    certificats = [_certificat(lu) for lu in noeud.tous("KeyInfo/X509Data/X509Certificate")]
    _verifier_cle(signature, certificats[0])
    _verifier_certificat_signe(noeud, certificats[0])
    defaut = defaut_certificat(
        certificats[0],
        intermediaires=certificats[1:],
        autorites=autorites,
        moment=_moment(noeud, maintenant),
    )
    if defaut:
        raise SignatureRefusee("CERTIFICAT", defaut)


def _certificat(noeud: Noeud) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(_base64(noeud))
    except ValueError as erreur:
        raise SignatureRefusee("ILLISIBLE", "le certificat est illisible") from erreur


def _verifier_cle(signature: SignatureLue, certificat: x509.Certificate) -> None:
    methode = signature.noeud.premier("SignedInfo/SignatureMethod")
    algorithme = methode.attributs.get("Algorithm", "") if methode else ""
    famille, _, nom = algorithme.removeprefix(METHODE_SIGNATURE).partition("-")
    if not algorithme.startswith(METHODE_SIGNATURE) or nom not in HACHAGES:
        raise SignatureRefusee("INVALIDE", f"l’algorithme de signature {algorithme} est refusé")
    valeur = _base64(signature.noeud.premier("SignatureValue"))
    octets, cle = bytes(signature.signe.octets), certificat.public_key()
    try:
        if famille == "rsa" and isinstance(cle, rsa.RSAPublicKey):
            cle.verify(valeur, octets, padding.PKCS1v15(), HACHAGES[nom])
        elif famille == "ecdsa" and isinstance(cle, ec.EllipticCurvePublicKey):
            moitie = len(valeur) // 2
            r, s = (int.from_bytes(part) for part in (valeur[:moitie], valeur[moitie:]))
            cle.verify(encode_dss_signature(r, s), octets, ec.ECDSA(HACHAGES[nom]))
        else:
            raise SignatureRefusee(
                "INVALIDE", "la clé du certificat ne convient pas à l’algorithme"
            )
    except InvalidSignature as erreur:
        raise SignatureRefusee("INVALIDE", "la valeur de signature ne vérifie pas") from erreur


def _verifier_certificat_signe(noeud: Noeud, certificat: x509.Certificate) -> None:
    condensat = next(noeud.descendants("CertDigest"), None)
    if condensat is None:
        raise SignatureRefusee("INCOMPLETE", "le certificat signataire n’est pas dans XAdES")
    methode = condensat.premier("DigestMethod")
    nom = ALGORITHMES_CERTIFICAT.get(methode.attributs.get("Algorithm", "") if methode else "")
    der = certificat.public_bytes(Encoding.DER)
    if nom is None or hashlib.new(nom, der).digest() != _base64(condensat.premier("DigestValue")):
        raise SignatureRefusee("INVALIDE", "le certificat n’est pas celui que XAdES désigne")


def _moment(noeud: Noeud, maintenant: datetime) -> datetime:
    lu = next(noeud.descendants("SigningTime"), None)
    if lu is None:
        raise SignatureRefusee("INCOMPLETE", "la date de signature manque")
    try:
        moment = datetime.fromisoformat(lu.texte.strip())
    except ValueError as erreur:
        raise SignatureRefusee("ILLISIBLE", "la date de signature est illisible") from erreur
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > maintenant + TOLERANCE:
        raise SignatureRefusee("INVALIDE", "la date de signature est dans le futur")
    return moment


def _base64(noeud: Noeud | None) -> bytes:
    try:
        return base64.b64decode("".join(noeud.texte.split()) if noeud else "", validate=True)
    except (binascii.Error, ValueError) as erreur:
        raise SignatureRefusee("ILLISIBLE", "une valeur base64 est illisible") from erreur
