"""Hand in a supporting document, and hand it back: size, type by content, antivirus, store."""

from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import BinaryIO

from django.conf import settings
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun import antivirus, fichiers
from facturier.commun.joints import exiger_sans_joint
from facturier.commun.types_contenu import JPEG, PDF, PNG
from fournisseurs.journal import consigner
from fournisseurs.models import (
    ActeJournal,
    DemandeEtablissement,
    DemandeModification,
    Fournisseur,
    Justificatif,
)
from fournisseurs.modifications.validite import fin_de_validite

TYPES_ACCEPTES = (PDF, PNG, JPEG)
LONGUEUR_NOM = 100


@dataclass(frozen=True, slots=True)
class Preuve:
    """A document to hand in: what it is, the name given by the browser, its bytes, its validity."""

    genre: Justificatif.Genre
    nom: str
    flux: BinaryIO
    valable_jusqu_au: date | None = None


class PreuveRefusee(fichiers.FichierRefuse):
    """A document handed in is refused: which one, by whom, for whom."""

    def __init__(
        self, message: str, preuve: Preuve, depose_par: Utilisateur, fournisseur: Fournisseur | None
    ) -> None:
        super().__init__(message)
        self.designation = f"{preuve.genre.label} « {nom_court(preuve.nom)} »"
        self.depose_par = depose_par
        self.fournisseur = fournisseur


def ranger_preuve(
    preuve: Preuve,
    *,
    depose_par: Utilisateur,
    demande: DemandeEtablissement | None = None,
    modification: DemandeModification | None = None,
    fournisseur: Fournisseur | None = None,
) -> Justificatif:
    """Scan, check and store a document, and attach it to the request or fiche it is about.

    It holds until the day declared, or for the time its kind holds.

    Raises:
        PreuveRefusee: empty, too large, not a PDF or image, infected, or a PDF that holds other
            files; nothing is kept.
    """
    try:
        verdict, range_ = _analyser_et_ranger(preuve)
    except fichiers.FichierRefuse as refus:
        pour = modification.fournisseur if modification else fournisseur
        raise PreuveRefusee(str(refus), preuve, depose_par, pour) from None
    return Justificatif.objects.create(
        genre=preuve.genre,
        demande=demande,
        modification=modification,
        fournisseur=fournisseur,
        depose_par=depose_par,
        valable_jusqu_au=preuve.valable_jusqu_au
        or fin_de_validite(preuve.genre, timezone.localdate()),
        nom=nom_court(preuve.nom),
        sha256=range_.sha256,
        type_mime=range_.type_mime,
        taille=range_.taille,
        analyse=verdict,
        analyse_le=None if verdict == antivirus.Verdict.NON_ANALYSE else timezone.now(),
    )


def _analyser_et_ranger(preuve: Preuve) -> tuple[antivirus.Verdict, fichiers.FichierRange]:
    verdict = antivirus.analyser(preuve.flux)
    if verdict == antivirus.Verdict.INFECTE:
        raise fichiers.FichierRefuse(
            "L’antivirus a trouvé un virus dans ce fichier : il n’a pas été conservé. Analysez "
            "votre poste, puis déposez un document sain."
        )
    preuve.flux.seek(0)
    exiger_sans_joint(preuve.flux, settings.TAILLE_MAXIMALE_DEPOT)
    preuve.flux.seek(0)
    return verdict, fichiers.ranger(
        preuve.flux,
        racine=settings.DOCUMENTS_RACINE,
        taille_maximale=settings.TAILLE_MAXIMALE_DEPOT,
        types_acceptes=TYPES_ACCEPTES,
    )


def ouvrir_justificatif(justificatif: Justificatif, *, par: Utilisateur) -> BinaryIO:
    """Open the bytes of a document; one the antivirus has not read yet is scanned first.

    The journal of bank data tells who opened a RIB.

    Where an antivirus is declared, a file stays in quarantine until it has answered.

    Raises:
        fichiers.FichierRefuse: infected, or still in quarantine.
        fichiers.FichierIntrouvable: missing from the store.
    """
    if justificatif.analyse == Justificatif.Analyse.NON_ANALYSE and antivirus.est_configure():
        _reanalyser(justificatif)
    if justificatif.analyse == Justificatif.Analyse.INFECTE:
        raise fichiers.FichierRefuse(
            "L’antivirus a trouvé un virus dans ce document : il ne peut pas être ouvert. "
            "Demandez-en un autre au fournisseur."
        )
    flux = fichiers.ouvrir(justificatif.sha256, settings.DOCUMENTS_RACINE)
    if justificatif.genre == Justificatif.Genre.RIB:
        consigner(
            ActeJournal.JUSTIFICATIF_OUVERT,
            par=par,
            fournisseur=justificatif.fournisseur,
            sur=justificatif,
        )
    return flux


def _reanalyser(justificatif: Justificatif) -> None:
    with fichiers.ouvrir(justificatif.sha256, settings.DOCUMENTS_RACINE) as flux:
        verdict = antivirus.analyser(flux)
    if verdict == antivirus.Verdict.NON_ANALYSE:
        raise fichiers.FichierRefuse(
            "Ce document est en quarantaine : l’antivirus ne répond pas. Réessayez dans quelques "
            "minutes."
        )
    justificatif.analyse = verdict
    justificatif.analyse_le = timezone.now()
    justificatif.save(update_fields=["analyse", "analyse_le"])


def nom_court(nom: str) -> str:
    """Return the last part of a file name, without control characters, in 100 characters."""
    propre = "".join(lettre for lettre in nom.replace("\\", "/") if lettre.isprintable())
    chemin = PurePosixPath(PurePosixPath(propre).name or "document")
    return chemin.stem[: LONGUEUR_NOM - len(chemin.suffix[:10])] + chemin.suffix[:10]
