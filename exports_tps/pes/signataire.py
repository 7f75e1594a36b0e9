"""Who signs: a port, and its software implementation (the other one is a parapheur)."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from exports_tps.pes.messages import ErreurPES

BITS_MINIMUM: Final = 2048


class Signataire(Protocol):
    """What signing needs: a certificate, and RSA-SHA256 (PKCS#1 v1.5) over given bytes."""

    @property
    def certificat(self) -> x509.Certificate:
        """The certificate of the signer."""

    def signer(self, octets: bytes) -> bytes:
        """Return the signature of `octets`."""


class SignataireLogiciel:
    """Signs with a private key held in memory."""

    def __init__(self, certificat: x509.Certificate, cle: rsa.RSAPrivateKey) -> None:
        if cle.key_size < BITS_MINIMUM:
            raise ErreurPES(f"Clé de {cle.key_size} bits trop courte : {BITS_MINIMUM} au moins.")
        if certificat.public_key() != cle.public_key():
            raise ErreurPES("Le certificat ne correspond pas à la clé privée.")
        self.certificat = certificat
        self._cle = cle

    def signer(self, octets: bytes) -> bytes:
        """Return the RSA-SHA256 signature of `octets`."""
        return self._cle.sign(octets, padding.PKCS1v15(), hashes.SHA256())

    @classmethod
    def depuis_pkcs12(cls, fichier: Path, mot_de_passe: str) -> SignataireLogiciel:
        """Read a PKCS#12; ErreurPES when unreadable, wrong password or not RSA."""
        try:
            contenu = pkcs12.load_pkcs12(fichier.read_bytes(), mot_de_passe.encode())
        except (OSError, ValueError, UnsupportedAlgorithm) as erreur:
            raise ErreurPES(
                f"PKCS#12 « {fichier.name} » illisible : fichier ou mot de passe incorrect."
            ) from erreur
        if contenu.cert is None or not isinstance(contenu.key, rsa.RSAPrivateKey):
            raise ErreurPES(f"PKCS#12 « {fichier.name} » sans certificat ni clé RSA.")
        return cls(contenu.cert.certificate, contenu.key)
