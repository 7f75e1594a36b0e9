"""Who signs, and whom we trust: the certificates kept under `CLES_RACINE`.

`signature/ordonnateur.p12` holds the key and certificate of the ordonnateur, unless a token that
`SIGNATURE_JETON` names does; `cachet/cachet.p12` those of the seal of the province;
`autorites.pem`, beside each, the trusted authorities. Production receives them from its
certification authority; elsewhere a demonstration authority makes them at the first signature.
"""

import os
import shutil
import tempfile
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from exports_tps.pes.autorite import creer_autorite, delivrer_certificat
from exports_tps.pes.signataire import Signataire, SignataireLogiciel
from exports_tps.pes.signataire_materiel import SignataireMateriel

DOSSIER = "signature"
PKCS12 = "ordonnateur.p12"
DOSSIER_CACHET = "cachet"
PKCS12_CACHET = "cachet.p12"
AUTORITES = "autorites.pem"
DEPUIS = timedelta(days=400)  # so that the past of the demonstration is signed too
ORGANISATION = "Province Sud de la Nouvelle-Caledonie (demonstration)"


def signataire() -> Signataire:
    """Return the key and certificate of the ordonnateur.

    Raises:
        ImproperlyConfigured: production has no certificate under `CLES_RACINE`.
        exports_tps.pes.messages.ErreurPES: the file is unreadable, or its password is wrong; the
            token is not there, or its code is wrong.
    """
    if jeton := settings.SIGNATURE_JETON:
        return SignataireMateriel(
            Path(jeton["bibliotheque"]),
            jeton=jeton["nom"],
            code=jeton["code"],
            etiquette=jeton["etiquette"] or None,
        )
    fichier = _dossier() / PKCS12
    return _charger(fichier, settings.SIGNATURE_MOT_DE_PASSE, fichier.stat().st_mtime_ns)


def cachet() -> pkcs12.PKCS12KeyAndCertificates:
    """Return the key and certificate of the seal, which attests a file without being a signature.

    Raises:
        ImproperlyConfigured: production has no seal, or it cannot be opened.
    """
    fichier = _dossier(DOSSIER_CACHET, PKCS12_CACHET, "Cachet de demonstration") / PKCS12_CACHET
    return _charger_cachet(fichier, settings.SIGNATURE_MOT_DE_PASSE, fichier.stat().st_mtime_ns)


def autorites_du_cachet() -> bytes:
    """Return the authorities that vouch for the seal, in PEM."""
    cachet()
    return (settings.CLES_RACINE / DOSSIER_CACHET / AUTORITES).read_bytes()


def autorites() -> list[x509.Certificate]:
    """Return the trusted authorities; see `signataire`."""
    if not settings.SIGNATURE_JETON:
        return x509.load_pem_x509_certificates((_dossier() / AUTORITES).read_bytes())
    fichier = settings.CLES_RACINE / DOSSIER / AUTORITES
    if not fichier.exists():
        raise ImproperlyConfigured(
            f"Les autorités du jeton manquent : placez {AUTORITES} dans {fichier.parent}."
        )
    return x509.load_pem_x509_certificates(fichier.read_bytes())


@lru_cache(4)
def _charger(fichier: Path, mot_de_passe: str, modifie_le: int) -> SignataireLogiciel:
    """Read a PKCS#12 once: its protection makes opening it slow on purpose."""
    return SignataireLogiciel.depuis_pkcs12(fichier, mot_de_passe)


@lru_cache(4)
def _charger_cachet(
    fichier: Path, mot_de_passe: str, modifie_le: int
) -> pkcs12.PKCS12KeyAndCertificates:
    try:
        return pkcs12.load_pkcs12(fichier.read_bytes(), mot_de_passe.encode())
    except ValueError as erreur:
        raise ImproperlyConfigured(
            f"Le cachet {fichier.name} est illisible, ou son mot de passe est incorrect."
        ) from erreur


def _dossier(
    nom: str = DOSSIER, fichier: str = PKCS12, titulaire: str = "Ordonnateur de demonstration"
) -> Path:
    dossier = settings.CLES_RACINE / nom
    if (dossier / fichier).exists():
        return dossier
    if settings.EN_PRODUCTION:
        raise ImproperlyConfigured(
            f"Un certificat manque : placez {fichier} et {AUTORITES} dans {dossier}."
        )
    _creer_demonstration(dossier, fichier, titulaire)
    return dossier


def _creer_demonstration(
    dossier: Path, fichier: str = PKCS12, titulaire: str = "Ordonnateur de demonstration"
) -> None:
    """Make the demonstration authority; a folder appears whole, and the first one stays."""
    dossier.parent.mkdir(parents=True, exist_ok=True)
    provisoire = Path(tempfile.mkdtemp(dir=dossier.parent, prefix=f".{dossier.name}-"))
    depuis = timezone.now().replace(microsecond=0) - DEPUIS
    autorite = creer_autorite(
        nom="Autorite de demonstration", organisation=ORGANISATION, valable_du=depuis
    )
    identite = delivrer_certificat(
        autorite, nom=titulaire, organisation=ORGANISATION, valable_du=depuis
    )
    contenu = identite.pkcs12(settings.SIGNATURE_MOT_DE_PASSE, chaine=(autorite.certificat,))
    (provisoire / fichier).write_bytes(contenu)
    (provisoire / fichier).chmod(0o400)
    (provisoire / AUTORITES).write_bytes(autorite.certificat_pem())
    try:
        os.rename(provisoire, dossier)
    except OSError:  # someone else was first
        shutil.rmtree(provisoire)
