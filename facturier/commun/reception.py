"""A document handed in to support a request: antivirus, size, type by content, store.

One that a silent antivirus has not read is kept in quarantine: it is read again before it opens.
"""

from pathlib import PurePosixPath
from typing import Any, BinaryIO

from django.conf import settings
from django.utils import timezone

from facturier.commun import antivirus, fichiers
from facturier.commun.causes import cause
from facturier.commun.champs import FichierAnalyse
from facturier.commun.joints import exiger_sans_joint
from facturier.commun.types_contenu import JPEG, PDF, PNG

TYPES_ACCEPTES = (PDF, PNG, JPEG)
LONGUEUR_NOM = 100
Analyse = FichierAnalyse.Analyse


def recevoir(nom: str, flux: BinaryIO) -> dict[str, Any]:
    """Scan, check and store a document; return the fields of the `FichierAnalyse` to record.

    Args:
        nom: as the browser gives it.
        flux: read from its beginning.

    Raises:
        fichiers.FichierRefuse: empty, larger than TAILLE_MAXIMALE_DEPOT, not a PDF or image,
            infected, a PDF that holds other files, or a store that takes no more; nothing is kept.
    """
    verdict = antivirus.analyser(flux)
    if verdict == antivirus.Verdict.INFECTE:
        raise fichiers.FichierRefuse(
            "L’antivirus a trouvé un virus dans ce fichier : il n’a pas été conservé. Analysez "
            "votre poste, puis déposez un document sain."
        )
    flux.seek(0)
    exiger_sans_joint(flux, settings.TAILLE_MAXIMALE_DEPOT)
    flux.seek(0)
    range_ = garder(flux, nom=nom_court(nom), types_acceptes=TYPES_ACCEPTES)
    return {
        "nom": nom_court(nom),
        "sha256": range_.sha256,
        "type_mime": range_.type_mime,
        "taille": range_.taille,
        "analyse": verdict.value,
        "analyse_le": None if verdict == antivirus.Verdict.NON_ANALYSE else timezone.now(),
    }


def garder(
    flux: BinaryIO, *, nom: str, types_acceptes: tuple[str, ...] | None
) -> fichiers.FichierRange:
    """Put `flux` away in the store of documents, from where it stands.

    Raises:
        fichiers.FichierRefuse: empty, larger than TAILLE_MAXIMALE_DEPOT, or of another type; or
            the store takes no more.
    """
    try:
        return fichiers.ranger(
            flux,
            racine=settings.DOCUMENTS_RACINE,
            taille_maximale=settings.TAILLE_MAXIMALE_DEPOT,
            types_acceptes=types_acceptes,
        )
    except OSError as erreur:
        raise fichiers.FichierRefuse(
            f"Le fichier « {nom} » n’a pas pu être gardé : {cause(erreur)}. Réessayez plus tard, "
            "ou prévenez l’administrateur."
        ) from erreur


def ouvrir(document: FichierAnalyse) -> BinaryIO:
    """Open the bytes of a document; one the antivirus has not read yet is scanned first.

    Where an antivirus is declared, a file stays in quarantine until it has answered.

    Raises:
        fichiers.FichierRefuse: infected, or still in quarantine.
        fichiers.FichierIntrouvable: missing from the store.
    """
    if document.analyse == Analyse.NON_ANALYSE and antivirus.est_configure():
        _reanalyser(document)
    if document.analyse == Analyse.INFECTE:
        raise fichiers.FichierRefuse(
            "L’antivirus a trouvé un virus dans ce document : il ne peut pas être ouvert. "
            "Demandez-en un autre à qui l’a déposé."
        )
    return fichiers.ouvrir(document.sha256, settings.DOCUMENTS_RACINE)


def _reanalyser(document: FichierAnalyse) -> None:
    with fichiers.ouvrir(document.sha256, settings.DOCUMENTS_RACINE) as flux:
        verdict = antivirus.analyser(flux)
    if verdict == antivirus.Verdict.NON_ANALYSE:
        raise fichiers.FichierRefuse(
            "Ce document est en quarantaine : l’antivirus ne répond pas. Réessayez dans quelques "
            "minutes."
        )
    document.analyse, document.analyse_le = verdict.value, timezone.now()
    type(document)._base_manager.filter(pk=document.pk, analyse=Analyse.NON_ANALYSE).update(
        analyse=document.analyse, analyse_le=document.analyse_le
    )


def nom_court(nom: str) -> str:
    """Return the last part of a file name, without control characters, in 100 characters."""
    propre = "".join(lettre for lettre in nom.replace("\\", "/") if lettre.isprintable())
    chemin = PurePosixPath(PurePosixPath(propre).name or "document")
    return chemin.stem[: LONGUEUR_NOM - len(chemin.suffix[:10])] + chemin.suffix[:10]
