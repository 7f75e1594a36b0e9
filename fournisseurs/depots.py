"""Hand in a supporting document, and hand it back: size, type by content, antivirus, store."""

from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun import fichiers, reception
from fournisseurs.journal import consigner
from fournisseurs.models import (
    ActeJournal,
    DemandeEtablissement,
    DemandeModification,
    Fournisseur,
    Justificatif,
)
from fournisseurs.modifications.validite import fin_de_validite


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
        self.designation = f"{preuve.genre.label} « {reception.nom_court(preuve.nom)} »"
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
        recu = reception.recevoir(preuve.nom, preuve.flux)
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
        **recu,
    )


def ouvrir_justificatif(justificatif: Justificatif, *, par: Utilisateur) -> BinaryIO:
    """Open the bytes of a document; one the antivirus has not read yet is scanned first.

    The journal of bank data tells who opened a RIB.

    Where an antivirus is declared, a file stays in quarantine until it has answered.

    Raises:
        fichiers.FichierRefuse: infected, or still in quarantine.
        fichiers.FichierIntrouvable: missing from the store.
    """
    flux = reception.ouvrir(justificatif)
    if justificatif.genre == Justificatif.Genre.RIB:
        consigner(
            ActeJournal.JUSTIFICATIF_OUVERT,
            par=par,
            fournisseur=justificatif.fournisseur,
            sur=justificatif,
        )
    return flux
