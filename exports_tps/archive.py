"""A ZIP whose every file is listed in a manifest that the seal of the province signs.

`manifeste.sha256` is in the format of `sha256sum`; `manifeste.sha256.p7s` is its detached signature
(CMS, without attributes: same content, same bytes). `autorites.pem` helps to verify it, and proves
nothing by itself. Flat memory, whatever the sizes.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import BinaryIO

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from exports_tps.cles import AUTORITES, autorites_du_cachet, cachet
from facturier.commun import fichiers

MANIFESTE = "manifeste.sha256"
VERIFICATION = """Vérifier que rien n’a changé :
    sha256sum --check manifeste.sha256
Vérifier que la province a scellé ce manifeste, avec l’autorité de certification obtenue d’elle :
    openssl cms -verify -binary -inform DER -in manifeste.sha256.p7s \\
        -content manifeste.sha256 -CAfile autorites.pem -purpose any -out /dev/null
"""


class Archive:
    """The archive being written; remembers the digest of each entry."""

    def __init__(self, zip_ouvert: zipfile.ZipFile, moment: datetime) -> None:
        self._zip = zip_ouvert
        self._moment = timezone.localtime(moment).timetuple()[:6]
        self._manifeste: list[str] = []

    def ajouter(self, nom: str, contenu: BinaryIO) -> str:
        """Copy `contenu` as `nom`, by blocks; return its SHA-256."""
        empreinte = hashlib.sha256()
        with self._zip.open(self._entree(nom), "w", force_zip64=True) as entree:
            while bloc := contenu.read(fichiers.TAILLE_BLOC):
                empreinte.update(bloc)
                entree.write(bloc)
        self._manifeste.append(f"{empreinte.hexdigest()}  {nom}")
        return empreinte.hexdigest()

    def ajouter_range(self, nom: str, sha256: str) -> None:
        """Copy a file of the store as `nom`.

        Raises:
            FichierAltere, FichierIntrouvable: it is not as it was stored.
        """
        with fichiers.ouvrir(sha256, settings.DOCUMENTS_RACINE) as contenu:
            if self.ajouter(nom, contenu) != sha256:
                raise fichiers.FichierAltere(f"« {nom} » a été modifié depuis son dépôt.")

    def ajouter_texte(self, nom: str, texte: str) -> None:
        """Write `texte` as `nom`, in UTF-8."""
        self.ajouter(nom, io.BytesIO(texte.encode()))

    def clore(self) -> None:
        """Write the manifest and its signature."""
        self.ajouter(AUTORITES, io.BytesIO(autorites_du_cachet()))
        texte = ("\n".join(self._manifeste) + "\n").encode()
        self._zip.writestr(self._entree(MANIFESTE), texte)
        self._zip.writestr(self._entree(f"{MANIFESTE}.p7s"), sceller(texte))

    def _entree(self, nom: str) -> zipfile.ZipInfo:
        entree = zipfile.ZipInfo(nom, self._moment)
        entree.compress_type = zipfile.ZIP_DEFLATED
        return entree


@contextmanager
def archive(sortie: BinaryIO, moment: datetime) -> Iterator[Archive]:
    """Write an archive to `sortie`, sealed at the end of the block; `moment` dates its entries.

    Raises:
        ImproperlyConfigured: see `cles.cachet`.
    """
    cachet()  # nothing is written for want of a seal
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as zip_ouvert:
        ouverte = Archive(zip_ouvert, moment)
        yield ouverte
        ouverte.clore()


def sceller(octets: bytes) -> bytes:
    """Return the detached CMS signature (DER) of `octets` by the seal of the province.

    Raises:
        ImproperlyConfigured: see `cles.cachet`.
    """
    identite = cachet()
    if identite.cert is None or not isinstance(identite.key, rsa.RSAPrivateKey):
        raise ImproperlyConfigured("Le cachet n’a pas de certificat, ou sa clé n’est pas RSA.")
    constructeur = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(octets)
        .add_signer(identite.cert.certificate, identite.key, hashes.SHA256())
    )
    for autre in identite.additional_certs:
        constructeur = constructeur.add_certificate(autre.certificate)
    return constructeur.sign(
        Encoding.DER,
        [
            pkcs7.PKCS7Options.Binary,
            pkcs7.PKCS7Options.DetachedSignature,
            pkcs7.PKCS7Options.NoAttributes,
        ],
    )
