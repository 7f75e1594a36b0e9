"""The chain of a signing certificate, up to one of the authorities the treasury trusts."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature

LONGUEUR_MAXIMALE = 8


class AutoritesIllisibles(Exception):
    """The file of authorities cannot be read; the message says why."""


def lire_autorites(fichier: Path) -> list[x509.Certificate]:
    """The trusted certificates of a PEM file. Raises AutoritesIllisibles."""
    try:
        return x509.load_pem_x509_certificates(fichier.read_bytes())
    except (OSError, ValueError) as erreur:
        raise AutoritesIllisibles(
            f"Le fichier d’autorités {fichier} est illisible ou sans certificat PEM."
        ) from erreur


def defaut_certificat(
    certificat: x509.Certificate,
    *,
    intermediaires: Sequence[x509.Certificate],
    autorites: Sequence[x509.Certificate],
    moment: datetime,
) -> str:
    """Why the certificate may not sign at `moment` (aware), in French, or ''.

    Without `autorites` only the dates and the key usage are checked.
    """
    if not certificat.not_valid_before_utc <= moment <= certificat.not_valid_after_utc:
        return f"le certificat n’est pas valide au {moment:%d/%m/%Y}"
    if not _usage_permet(certificat, "digital_signature", "content_commitment"):
        return "le certificat ne permet pas de signer"
    if not autorites:
        return ""
    return _defaut_chaine(certificat, intermediaires, autorites, moment)


def _defaut_chaine(
    certificat: x509.Certificate,
    intermediaires: Sequence[x509.Certificate],
    autorites: Sequence[x509.Certificate],
    moment: datetime,
) -> str:
    courant = certificat
    for _ in range(LONGUEUR_MAXIMALE):
        if courant in autorites:
            return ""
        emetteur = _emetteur(courant, [*autorites, *intermediaires])
        if emetteur is None or emetteur == courant:
            break
        if not emetteur.not_valid_before_utc <= moment <= emetteur.not_valid_after_utc:
            return f"une autorité de la chaîne n’est pas valide au {moment:%d/%m/%Y}"
        courant = emetteur
    return "le certificat n’est pas émis par une autorité reconnue"


def _emetteur(
    certificat: x509.Certificate, candidats: Sequence[x509.Certificate]
) -> x509.Certificate | None:
    for candidat in candidats:
        if not (_est_autorite(candidat) and _usage_permet(candidat, "key_cert_sign")):
            continue
        try:
            certificat.verify_directly_issued_by(candidat)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return candidat
    return None


def _est_autorite(certificat: x509.Certificate) -> bool:
    try:
        return certificat.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _usage_permet(certificat: x509.Certificate, *usages: str) -> bool:
    try:
        usage = certificat.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return any(getattr(usage, nom) for nom in usages)
