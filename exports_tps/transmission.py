"""Handing a flux over to the treasury: the outbox is a folder, the proof is what is read back.

The name of the file is its identity: a file already there with the same digest was sent. A crash
at any moment is thus resumed without sending twice.
"""

import hashlib
import os
import tempfile
from collections.abc import Collection
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from exports_tps.models import EtatFlux, Flux, Transmission
from facturier.acces.models import Role, Utilisateur
from facturier.commun import fichiers
from facturier.commun.etats import ActeInterdit, TransitionInterdite, franchir, franchir_lot
from facturier.grand_livre.models import Bordereau, Piece, SensPiece
from facturier.suivi.avancement import constater_transmission

A_ENVOYER = {EtatFlux.CONSTITUE}
PAS_ENCORE_PRETS = {EtatFlux.EN_CONSTITUTION, EtatFlux.EN_ERREUR}


class EnvoiImpossible(ValidationError):
    """The outbox did not take the file; the attempt is recorded and can be made again."""


def transmettre(flux: Flux, *, par: Utilisateur) -> Flux:
    """Put the file of `flux` in the outbox, read it back, and carry what it holds along.

    Calling again for a flux that was sent changes nothing.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: the flux is not constituted.
        EnvoiImpossible: the folder refuses the file, or holds another one of that name.
    """
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent des finances transmet un flux.")
    if flux.etat in PAS_ENCORE_PRETS:
        raise TransitionInterdite(f"{flux} est « {flux.get_etat_display()} » : il ne part pas.")
    if flux.etat not in A_ENVOYER:
        return flux
    destination = settings.TPS_ENVOIS / flux.nom_physique
    try:
        issue = _deposer(flux, destination)
    except (OSError, fichiers.FichierIntrouvable, fichiers.FichierAltere) as erreur:
        _noter(flux, destination, Transmission.Issue.ECHOUEE, detail=str(erreur))
        raise EnvoiImpossible(
            f"Le dépôt de {flux.nom_physique} a échoué : {erreur}. Réessayez quand le dossier "
            "d’envoi sera rétabli."
        ) from erreur
    _constater(flux, destination, issue, par)
    return flux


def transmettre_en_attente(
    *, par: Utilisateur, numeros: Collection[int] = ()
) -> tuple[list[Flux], list[str]]:
    """Send every constituted flux, or those of `numeros`; return them, and failures in French."""
    transmis: list[Flux] = []
    echecs: list[str] = []
    prets = Flux.objects.filter(etat=EtatFlux.CONSTITUE).order_by("pk")
    for flux in prets.filter(numero__in=numeros) if numeros else prets:
        try:
            transmis.append(transmettre(flux, par=par))
        except EnvoiImpossible as erreur:
            echecs += erreur.messages
    return transmis, echecs


def constater_envois(*, par: Utilisateur) -> None:
    """Record the flux that are in the outbox, but whose sender was killed before recording it."""
    for flux in Flux.objects.filter(etat=EtatFlux.CONSTITUE).order_by("pk"):
        if (settings.TPS_ENVOIS / flux.nom_physique).exists():
            transmettre(flux, par=par)


def _deposer(flux: Flux, destination: Path) -> str:
    """Write the file under a provisional name, then give it its own, once and for ever.

    Raises:
        OSError: the folder refuses it.
        FichierAltere: what is read back is not what was constituted.
    """
    destination.parent.mkdir(parents=True, exist_ok=True)
    if destination.exists():
        _exiger_identique(flux, destination)
        return Transmission.Issue.DEJA_PRESENT
    with tempfile.NamedTemporaryFile(
        dir=destination.parent, prefix=f".{flux.nom_fichier}-", suffix=".part"
    ) as provisoire:
        with fichiers.ouvrir(flux.sha256, settings.DOCUMENTS_RACINE) as source:
            fichiers.recopier(source, provisoire, flux.taille)
        os.fsync(provisoire.fileno())
        os.fchmod(provisoire.fileno(), 0o440)
        _exiger_identique(flux, Path(provisoire.name))
        try:
            os.link(provisoire.name, destination)  # never overwrites
        except FileExistsError:
            _exiger_identique(flux, destination)
    _synchroniser(destination.parent)
    return Transmission.Issue.REUSSIE


def _exiger_identique(flux: Flux, fichier: Path) -> None:
    with fichier.open("rb") as contenu:
        relue = hashlib.file_digest(contenu, "sha256").hexdigest()
    if relue != flux.sha256:
        raise fichiers.FichierAltere(
            f"{fichier.name} porte l’empreinte {relue[:12]}…, au lieu de {flux.sha256[:12]}…"
        )


def _synchroniser(dossier: Path) -> None:
    descripteur = os.open(dossier, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)


def _noter(flux: Flux, destination: Path, issue: str, *, detail: str = "") -> None:
    est_echec = issue == Transmission.Issue.ECHOUEE
    Transmission.objects.create(
        flux=flux,
        tentee_le=timezone.now(),
        destination=str(Path(destination.parent.name) / destination.name),
        issue=issue,
        sha256="" if est_echec else flux.sha256,
        detail=detail,
    )


@transaction.atomic
def _constater(flux: Flux, destination: Path, issue: str, par: Utilisateur) -> None:
    """Record the proof, and carry bordereaux, pièces and invoices along."""
    flux.refresh_from_db()
    if flux.etat not in A_ENVOYER:
        return  # another worker recorded the same sending
    franchir(flux, "transmettre", par=par, transmis_le=timezone.now())
    _noter(flux, destination, issue)
    bordereaux = flux.lignes.filter(bordereau__isnull=False).values_list("bordereau", flat=True)
    franchir_lot(Bordereau, bordereaux, "transmettre", par=par)
    pieces = flux.lignes.filter(piece__isnull=False).values("piece")
    franchir_lot(Piece, pieces, "transmettre", par=par)
    mandats = Piece.objects.filter(lignes_flux__flux=flux, sens=SensPiece.DEPENSE)
    constater_transmission(mandats.values("pk"), par=par)
