"""Batch deposit: every invoice file, each accepted or rejected on its own.

The établissement is the one whose RIDET is read in the file; the order is the one it quotes.
A file deposited already is rejected as a duplicate, so that running twice is harmless.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.db import transaction

from facturier.acces.models import Utilisateur
from facturier.commun.causes import cause
from facturier.commun.fichiers import FichierRefuse, magasin_d_essai
from facturier.suivi import brouillon
from facturier.suivi.depot import deposer
from facturier.suivi.lecture import FactureLue, lire_facture
from facturier.suivi.lecture.photos import EXTENSIONS_PHOTO, est_photo
from fournisseurs.models import Etablissement

EXTENSIONS = frozenset({".pdf", ".xml"})
_PAGE = re.compile(r"[-_ ]\d{1,2}$")


@dataclass(frozen=True, slots=True)
class Sort:
    """What became of one file: the number and key of its invoice, or why it was rejected."""

    fichier: str
    numero: str = ""
    facture: int | None = None
    motif: str = ""
    est_brouillon: bool = False

    @property
    def est_accepte(self) -> bool:
        """Whether the invoice is deposited or begun (or would be)."""
        return not self.motif


def deposer_dossier(
    dossier: Path, *, par: Utilisateur, executer: bool, emetteur: Etablissement | None = None
) -> Iterator[Sort]:
    """Deposit the PDF and XML files of `dossier`, in the order of their names.

    Photos say neither who sends them nor how much: they become drafts of `emetteur`, to complete on
    the site. Those named `x-1`, `x-2`… are the pages of one invoice.

    Each file is a transaction; without `executer` it is undone once every check has run, no mail
    leaves, and the store receives nothing. Files stay where they are.
    """
    fichiers = [chemin for chemin in sorted(dossier.iterdir()) if chemin.is_file()]
    with magasin_d_essai() if not executer else nullcontext() as racine:
        for chemin in fichiers:
            if chemin.suffix.lower() in EXTENSIONS:
                yield _deposer(chemin, par, racine)
        prises = [c for c in fichiers if c.suffix.lower() in EXTENSIONS_PHOTO]
        for _, pages in groupby(prises, lambda chemin: _PAGE.sub("", chemin.stem)):
            yield _photographier(list(pages), emetteur, par, racine)


def ouvrir_brouillons(
    fichiers: Iterable[tuple[str, BinaryIO]],
    *,
    etablissement: Etablissement,
    par: Utilisateur,
    reunir_les_photos: bool = True,
) -> list[Sort]:
    """Open one draft a file, each accepted or refused on its own, in their order.

    Args:
        fichiers: name and content.
        reunir_les_photos: whether the photos among them are the pages of one invoice.

    Raises:
        PermissionDenied: `par` may not deposit for `etablissement`.
    """
    lots: list[list[tuple[str, BinaryIO]]] = []
    pages: list[tuple[str, BinaryIO]] = []
    for fichier in fichiers:
        if not (reunir_les_photos and est_photo(fichier[1])):
            lots.append([fichier])
            continue
        if not pages:
            lots.append(pages)
        pages.append(fichier)
    return [_ouvrir(lot, etablissement, par) for lot in lots]


def _ouvrir(
    lot: list[tuple[str, BinaryIO]], etablissement: Etablissement, par: Utilisateur
) -> Sort:
    (nom, flux), *suites = lot
    noms = ", ".join(nom for nom, _ in lot)
    try:
        facture = brouillon.commencer(
            flux, nom=nom, etablissement=etablissement, par=par, suites=suites, met_de_cote=True
        )
    except FichierRefuse as refus:
        return Sort(noms, motif=str(refus))
    return Sort(noms, facture.numero, facture.pk)


def _deposer(chemin: Path, par: Utilisateur, essai: Path | None) -> Sort:
    try:
        lue = lire_facture(chemin, chemin.name)
        etablissement = _etablissement(lue)
        with chemin.open("rb") as flux:
            range_ = brouillon.ranger_facture(flux, racine=essai)
        with transaction.atomic():
            facture = brouillon.ouvrir(
                lue, range_, nom=chemin.name, etablissement=etablissement, par=par
            )
            deposer(facture, par=par)
            if essai:
                transaction.set_rollback(True)
        return Sort(chemin.name, facture.numero, None if essai else facture.pk)
    except FichierRefuse as refus:
        return Sort(chemin.name, motif=str(refus))
    except ValidationError as refus:
        return Sort(chemin.name, motif=" ".join(refus.messages))
    except OSError as erreur:
        return Sort(chemin.name, motif=f"Le fichier ne s’ouvre pas : {cause(erreur)}.")


def _photographier(
    pages: list[Path], emetteur: Etablissement | None, par: Utilisateur, essai: Path | None
) -> Sort:
    noms = ", ".join(page.name for page in pages)
    if emetteur is None:
        return Sort(noms, motif="Une photo ne dit pas son émetteur : donnez --etablissement RIDET.")
    try:
        with ExitStack() as ouverts, transaction.atomic():
            flux = [(page.name, ouverts.enter_context(page.open("rb"))) for page in pages]
            facture = brouillon.commencer_en_photos(
                flux, etablissement=emetteur, par=par, racine=essai
            )
            if essai:
                transaction.set_rollback(True)
    except FichierRefuse as refus:
        return Sort(noms, motif=str(refus))
    except OSError as erreur:
        return Sort(noms, motif=f"Le fichier ne s’ouvre pas : {cause(erreur)}.")
    return Sort(noms, facture=None if essai else facture.pk, est_brouillon=True)


def _etablissement(lue: FactureLue) -> Etablissement:
    """Find the issuer by the RIDET read in the file.

    Raises:
        FichierRefuse: no RIDET is read, or no known établissement bears it.
    """
    ridet = lue.ridet_emetteur
    if ridet is None:
        raise FichierRefuse(
            "Aucun RIDET ne se lit dans le fichier : déposez-le depuis le site, où l’établissement "
            "se choisit."
        )
    etablissement = (
        Etablissement.objects.filter(ridet=ridet.valeur).select_related("fournisseur").first()
    )
    if etablissement is None:
        raise FichierRefuse(
            f"Le RIDET {ridet.valeur} lu dans le fichier n’est pas celui d’un fournisseur connu."
        )
    return etablissement
