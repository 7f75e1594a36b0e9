"""Signatures verified, and what was found kept: a page reads the kept row and says its date.

One is kept when a file is constituted, when a signature made elsewhere is given back, and whenever
somebody asks; what was found is never edited.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from exports_tps.cles import autorites
from exports_tps.models import Flux, ProfilExport, VerificationSignatures
from exports_tps.pes.controle import Controle
from exports_tps.pes.verification import Confiance, Lue, nom_commun
from exports_tps.schemas_officiels import dossier_schemas
from facturier.acces.models import Utilisateur
from facturier.commun import fichiers
from facturier.grand_livre.models import Bordereau

CITEES = 20
Occasion = VerificationSignatures.Occasion


@dataclass(frozen=True, slots=True)
class Preuve:
    """What a verification found: no anomaly, when the file is as it was signed and sent."""

    anomalies: tuple[str, ...]
    signatures: tuple[Lue, ...] = ()

    @property
    def est_intacte(self) -> bool:
        """Whether digest, schemas and signatures are right."""
        return not self.anomalies


def examiner(
    fichier: BinaryIO,
    *,
    sans_signature: bool = False,
    signataires: Sequence[x509.Certificate] | None = None,
) -> Preuve:
    """Control a PES file, at its beginning: what would have it rejected, and its signatures.

    Args:
        sans_signature: leave signatures aside (a file not signed yet).
        signataires: certificates of those who may sign; None, whoever the authorities vouch for.
    """
    confiance = Confiance(
        autorites=None if sans_signature else autorites(), signataires=signataires
    )
    controle = Controle(fichier, dossier_schemas(), confiance, sans_signature=sans_signature)
    trouvees: list[str] = []
    for anomalie in controle.anomalies():
        if anomalie.est_bloquante:
            trouvees.append(str(anomalie))
        if len(trouvees) == CITEES:
            break
    return Preuve(tuple(trouvees), tuple(controle.signatures))


def verifier_flux(flux: Flux) -> Preuve:
    """Read the archived file of `flux` again; every anomaly that would reject it is told."""
    try:
        fichiers.verifier(flux.sha256, settings.DOCUMENTS_RACINE)
    except (fichiers.FichierAltere, fichiers.FichierIntrouvable) as erreur:
        return Preuve((str(erreur),))
    if flux.profil != ProfilExport.PES_V2:
        return Preuve(())
    with fichiers.ouvrir(flux.sha256, settings.DOCUMENTS_RACINE) as fichier:
        return examiner(fichier)


def verifier_sur_demande(flux: Flux, *, par: Utilisateur) -> VerificationSignatures:
    """Verify `flux` again because `par` asks, and keep what is found."""
    return conserver(
        flux, verifier_flux(flux), sha256=flux.sha256, occasion=Occasion.DEMANDE, par=par
    )


def conserver(
    objet: Flux | Bordereau, preuve: Preuve, *, sha256: str, occasion: str, par: Utilisateur
) -> VerificationSignatures:
    """Keep what a verification of `objet` found.

    Args:
        sha256: digest of the bytes that were verified.
    """
    return VerificationSignatures.objects.create(
        flux=objet if isinstance(objet, Flux) else None,
        bordereau=objet if isinstance(objet, Bordereau) else None,
        occasion=occasion,
        sha256=sha256,
        est_intacte=preuve.est_intacte,
        anomalies="\n".join(preuve.anomalies),
        signatures=decrire(preuve.signatures),
        autorites=_empreinte_des_autorites(),
        avec_schemas=dossier_schemas() is not None,
        par=par,
    )


def decrire(signatures: Sequence[Lue]) -> list[dict[str, Any]]:
    """Return what proves each signature: what it covers, when, and with which certificate."""
    return [
        {
            "cible": lue.cible,
            "empreinte": lue.empreinte.hex(),
            "signee_le": lue.signee_le.isoformat(),
            "titulaire": nom_commun(lue.certificats[0]),
            "emetteur": lue.certificats[0].issuer.rfc4514_string(),
            "certificat": lue.certificats[0].fingerprint(hashes.SHA256()).hex(),
            "valable_du": lue.certificats[0].not_valid_before_utc.isoformat(),
            "valable_au": lue.certificats[0].not_valid_after_utc.isoformat(),
        }
        for lue in signatures
    ]


def _empreinte_des_autorites() -> str:
    ders = sorted(autorite.public_bytes(Encoding.DER) for autorite in autorites())
    return hashlib.sha256(b"".join(ders)).hexdigest()
