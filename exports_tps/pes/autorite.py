"""A demonstration authority: certificates to sign with where no real one exists yet.

Used by the demonstration at its first run and by the tests; a production signs with the certificate
issued to the ordonnateur.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

_BITS: Final = 3072
_DIX_ANS: Final = timedelta(days=3650)
_TROIS_ANS: Final = timedelta(days=1095)


@dataclass(frozen=True, slots=True)
class Identite:
    """A certificate and its private key."""

    certificat: x509.Certificate
    cle: rsa.RSAPrivateKey

    def certificat_pem(self) -> bytes:
        """Return the certificate alone, to be given as a trusted authority."""
        return self.certificat.public_bytes(serialization.Encoding.PEM)

    def pkcs12(self, mot_de_passe: str, *, chaine: tuple[x509.Certificate, ...] = ()) -> bytes:
        """Return key, certificate and `chaine` as a PKCS#12 protected by `mot_de_passe`."""
        chiffrement = serialization.BestAvailableEncryption(mot_de_passe.encode())
        return pkcs12.serialize_key_and_certificates(
            b"signature", self.cle, self.certificat, list(chaine), chiffrement
        )


def _nom(nom: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, nom),
        ]
    )


def _usage(*, est_autorite: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not est_autorite,
        content_commitment=not est_autorite,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=est_autorite,
        crl_sign=est_autorite,
        encipher_only=False,
        decipher_only=False,
    )


def _certifier(
    *,
    sujet: x509.Name,
    cle: rsa.RSAPrivateKey,
    par: Identite | None,
    du: datetime,
    duree: timedelta,
) -> Identite:
    est_autorite = par is None
    emetteur = par.certificat.subject if par else sujet
    certificat = (
        x509.CertificateBuilder()
        .subject_name(sujet)
        .issuer_name(emetteur)
        .public_key(cle.public_key())
        .serial_number(x509.random_serial_number() >> 80)  # short: old readers refuse 160 bits
        .not_valid_before(du)
        .not_valid_after(du + duree)
        .add_extension(x509.BasicConstraints(est_autorite, 0 if est_autorite else None), True)
        .add_extension(_usage(est_autorite=est_autorite), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(cle.public_key()), False)
        .sign(par.cle if par else cle, hashes.SHA256())
    )
    return Identite(certificat, cle)


def creer_autorite(
    *, nom: str, organisation: str, valable_du: datetime, duree: timedelta = _DIX_ANS
) -> Identite:
    """Make a self-signed authority valid from `valable_du` (aware) for `duree`."""
    cle = rsa.generate_private_key(65537, _BITS)
    return _certifier(sujet=_nom(nom, organisation), cle=cle, par=None, du=valable_du, duree=duree)


def delivrer_certificat(
    autorite: Identite,
    *,
    nom: str,
    organisation: str,
    valable_du: datetime,
    duree: timedelta = _TROIS_ANS,
) -> Identite:
    """Issue a signing certificate to `nom`, valid from `valable_du` (aware) for `duree`."""
    cle = rsa.generate_private_key(65537, _BITS)
    sujet = _nom(nom, organisation)
    return _certifier(sujet=sujet, cle=cle, par=autorite, du=valable_du, duree=duree)
