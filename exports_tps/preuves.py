"""Verifying again what was sent: the file as archived, its digest and every signature."""

from dataclasses import dataclass

from django.conf import settings

from exports_tps.cles import autorites
from exports_tps.models import Flux, ProfilExport
from exports_tps.pes.controle import controler
from exports_tps.schemas_officiels import dossier_schemas
from facturier.commun import fichiers

CITEES = 20


@dataclass(frozen=True, slots=True)
class Preuve:
    """What the verification found: nothing, when the file is as it was signed and sent."""

    anomalies: tuple[str, ...]

    @property
    def est_intacte(self) -> bool:
        """Whether digest, schemas and signatures are right."""
        return not self.anomalies


def verifier_flux(flux: Flux) -> Preuve:
    """Read the archived file of `flux` again; every anomaly that would reject it is told."""
    try:
        fichiers.verifier(flux.sha256, settings.DOCUMENTS_RACINE)
    except (fichiers.FichierAltere, fichiers.FichierIntrouvable) as erreur:
        return Preuve((str(erreur),))
    if flux.profil != ProfilExport.PES_V2:
        return Preuve(())
    trouvees: list[str] = []
    chemin = fichiers.chemin(flux.sha256, settings.DOCUMENTS_RACINE)
    for anomalie in controler(chemin, schemas=dossier_schemas(), autorites=autorites()):
        if anomalie.est_bloquante:
            trouvees.append(str(anomalie))
        if len(trouvees) == CITEES:
            break
    return Preuve(tuple(trouvees))
