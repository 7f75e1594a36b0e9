"""Signing with a key that never leaves its token (smart card, USB key, HSM), through PKCS#11."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pkcs11
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pkcs11 import Attribute, Mechanism, ObjectClass
from pkcs11 import exceptions as refus

from exports_tps.pes.messages import ErreurPES
from exports_tps.pes.signataire import BITS_MINIMUM

_RAISONS: dict[type[refus.PKCS11Error], str] = {
    refus.NoSuchToken: "il n’est pas branché, ou porte un autre nom",
    refus.TokenNotPresent: "il n’est pas branché",
    refus.DeviceRemoved: "il a été retiré pendant la signature",
    refus.MultipleTokensReturned: "plusieurs jetons portent ce nom",
    refus.PinIncorrect: "code incorrect ; après trois essais il se bloque",
    refus.PinInvalid: "code incorrect ; après trois essais il se bloque",
    refus.PinLenRange: "code trop court ou trop long",
    refus.PinLocked: "il est bloqué par trop de codes incorrects : le faire débloquer",
    refus.PinExpired: "son code est à renouveler",
    refus.MechanismInvalid: "il ne sait pas signer en RSA-SHA256",
}


class SignataireMateriel:
    """Signs with the key of a token; one session a signature, so that it may be taken out.

    `bibliotheque` is the PKCS#11 library of the maker, `jeton` the label of the token, `code` its
    PIN, `etiquette` the label of the certificate when the token holds several.
    Raises ErreurPES, in French: no token, wrong or locked PIN, no certificate with an RSA key.
    """

    def __init__(
        self, bibliotheque: Path, *, jeton: str, code: str, etiquette: str | None = None
    ) -> None:
        self._bibliotheque = bibliotheque
        self._jeton = jeton
        self._code = code
        with self._session() as session:
            certificat, self._identifiant = _choisir(session, jeton, etiquette)
        self.certificat = certificat

    def signer(self, octets: bytes) -> bytes:
        """Return the RSA-SHA256 signature of `octets`, made by the token and verified."""
        with self._session() as session:
            (cle,) = _cles(session, self._identifiant)
            valeur = bytes(cle.sign(octets, mechanism=Mechanism.SHA256_RSA_PKCS))
        publique = self.certificat.public_key()
        try:
            if not isinstance(publique, rsa.RSAPublicKey):
                raise InvalidSignature
            publique.verify(valeur, octets, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature as erreur:
            raise ErreurPES(
                f"Jeton « {self._jeton} » : sa clé n’est pas celle de son certificat."
            ) from erreur
        return valeur

    @contextmanager
    def _session(self) -> Iterator[Any]:
        bibliotheque = _charger(self._bibliotheque)
        try:
            jeton = bibliotheque.get_token(token_label=self._jeton)
            with jeton.open(user_pin=self._code) as session:
                yield session
        except refus.PKCS11Error as erreur:
            raison = _RAISONS.get(type(erreur), f"erreur {type(erreur).__name__}")
            raise ErreurPES(f"Jeton de signature « {self._jeton} » : {raison}.") from erreur


def _charger(bibliotheque: Path) -> Any:
    try:
        return pkcs11.lib(str(bibliotheque))
    except refus.PKCS11Error as erreur:
        raise ErreurPES(
            f"Bibliothèque PKCS#11 « {bibliotheque.name} » absente ou illisible."
        ) from erreur


def _cles(session: Any, identifiant: bytes) -> list[Any]:
    recherche = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: identifiant}
    return list(session.get_objects(recherche))


def _choisir(session: Any, jeton: str, etiquette: str | None) -> tuple[x509.Certificate, bytes]:
    """Return the certificate that has its key beside it, and the identifier that they share."""
    recherche: dict[Any, Any] = {Attribute.CLASS: ObjectClass.CERTIFICATE}
    if etiquette is not None:
        recherche[Attribute.LABEL] = etiquette
    trouves = []
    for objet in list(session.get_objects(recherche)):  # a search is to end before the next
        certificat = x509.load_der_x509_certificate(bytes(objet[Attribute.VALUE]))
        identifiant = bytes(objet[Attribute.ID])
        publique = certificat.public_key()
        est_admise = isinstance(publique, rsa.RSAPublicKey) and publique.key_size >= BITS_MINIMUM
        if est_admise and len(_cles(session, identifiant)) == 1:
            trouves.append((certificat, identifiant))
    if not trouves:
        raise ErreurPES(
            f"Jeton « {jeton} » : aucun certificat avec sa clé RSA de {BITS_MINIMUM} bits au moins."
        )
    if len(trouves) > 1:
        raise ErreurPES(f"Jeton « {jeton} » : plusieurs certificats, dire lequel par son nom.")
    return trouves[0]
