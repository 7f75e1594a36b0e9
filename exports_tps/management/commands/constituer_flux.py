"""Constitute the flux of signed bordereaux, by budget and exercice."""

import re
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q

from exports_tps.constitution import FluxRefuse, achever, en_attente_avant
from exports_tps.models import EtatFlux, Flux, LigneFlux, ProfilExport
from exports_tps.repartition import constituer, constituer_documents
from facturier.acces.models import Utilisateur
from facturier.commun import fichiers
from facturier.commun.causes import cause
from facturier.commun.commandes import CommandeMetier, MauvaisUsage, Refus
from facturier.grand_livre.models import Bordereau, EtatBordereau
from facturier.grand_livre.suite import dire_attendus

REFERENCE = re.compile(r"(\d{4})-([DR])-(\d{1,7})")
SENS = {"D": "depense", "R": "recette"}


class Command(CommandeMetier):
    """Builds and checks; finishes first what a crash left half made."""

    help = "Constitue et contrôle les flux des bordereaux signés."

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Which bordereaux, which profile, where to copy the files."""
        parser.add_argument(
            "--bordereau",
            action="append",
            default=[],
            metavar="REFERENCE",
            help="par exemple 2026-D-12 ; par défaut tous les bordereaux signés et libres",
        )
        parser.add_argument(
            "--profil", choices=ProfilExport.values, default=ProfilExport.PES_V2.value
        )
        parser.add_argument(
            "--documents",
            action="store_true",
            help="aussi les documents à envoyer à part : refusés, ou joints après l’envoi",
        )
        parser.add_argument("--sortie", type=Path, help="dossier où copier les fichiers")

    def executer(self, **options: Any) -> dict[str, Any]:
        """Constitute the flux of each budget and exercice."""
        sortie = options["sortie"]
        if sortie is not None and not sortie.is_dir():
            raise MauvaisUsage(f"Le dossier {sortie} n’existe pas.")
        bordereaux = _choisir(options["bordereau"])
        systeme = Utilisateur.objects.systeme()
        faits: list[Flux] = []
        anomalies: list[str] = []
        interrompus = Flux.objects.filter(etat=EtatFlux.EN_CONSTITUTION, depot_externe=None)
        for flux in interrompus.select_related("budget"):
            _tenter(lambda flux=flux: [achever(flux, par=systeme)], faits, anomalies)
        for lot in _lots(bordereaux, anomalies, tous=not options["bordereau"]):
            _tenter(
                lambda lot=lot: constituer(lot, par=systeme, profil=options["profil"]),
                faits,
                anomalies,
            )
        if options["documents"]:
            _tenter(lambda: constituer_documents(par=systeme), faits, anomalies)
        if sortie is not None:
            anomalies += [refus for flux in faits if (refus := _copier(flux, sortie))]
        for anomalie in anomalies:
            self.stderr.write(anomalie)
        return {"flux": [_decrire(flux) for flux in faits], "anomalies": anomalies}

    def raconter(self, resultat: dict[str, Any]) -> None:
        """One line per flux."""
        for flux in resultat["flux"]:
            self.stdout.write(f"Flux {flux['numero']} : {flux['nom']} ({flux['taille']} octets)")
        if not resultat["flux"] and not resultat["anomalies"]:
            self.stdout.write("Aucun bordereau signé n’attend d’être envoyé.")


def _choisir(references: list[str]) -> list[Bordereau]:
    """Return the bordereaux named, or all that are signed and in no flux, by budget and year."""
    if not references:
        pris = LigneFlux.objects.filter(bordereau__isnull=False, liberee_le=None)
        libres = Bordereau.objects.filter(etat=EtatBordereau.SIGNE).exclude(
            pk__in=pris.values("bordereau")
        )
        return list(libres.order_by("budget", "exercice", "pk"))
    critere = Q()
    for reference in references:
        trouve = REFERENCE.fullmatch(reference)
        if trouve is None:
            raise MauvaisUsage(f"« {reference} » n’est pas une référence comme 2026-D-12.")
        exercice, sens, numero = trouve.groups()
        critere |= Q(exercice=int(exercice), sens=SENS[sens], numero=int(numero))
    choisis = list(Bordereau.objects.filter(critere).order_by("budget", "exercice", "pk"))
    if inconnus := set(references) - {bordereau.reference for bordereau in choisis}:
        raise Refus(f"Bordereau inconnu : {', '.join(sorted(inconnus))}.")
    return choisis


def _lots(
    bordereaux: list[Bordereau], anomalies: list[str], *, tous: bool
) -> Iterator[list[Bordereau]]:
    """Yield what goes together; of all those that are signed, only what may leave."""
    for _, groupe in groupby(bordereaux, key=lambda b: (b.budget_id, b.exercice_id)):
        lot = list(groupe)
        if partants := _partants(lot, anomalies) if tous else lot:
            yield partants


def _partants(lot: list[Bordereau], anomalies: list[str]) -> list[Bordereau]:
    """Leave for later, and say so, what comes after a bordereau that is not ready to leave."""
    attendus = list(en_attente_avant(lot))
    premiers = {bordereau.sens: bordereau.numero for bordereau in reversed(attendus)}
    partants = [b for b in lot if b.numero < premiers.get(b.sens, b.numero + 1)]
    if attendus:
        anomalies.append(dire_attendus(attendus))
    return partants


def _tenter(acte: Any, faits: list[Flux], anomalies: list[str]) -> None:
    try:
        faits += acte()
    except FluxRefuse as refus:
        anomalies += refus.messages


def _copier(flux: Flux, sortie: Path) -> str:
    """Copy the file of `flux`; return why it could not be, as a sentence."""
    try:
        fichiers.sortir(flux.sha256, settings.DOCUMENTS_RACINE, sortie / flux.nom_physique)
    except OSError as erreur:
        return (
            f"{flux} est constitué, mais {flux.nom_physique} n’a pas pu être copié dans {sortie} : "
            f"{cause(erreur)}. Téléchargez-le depuis sa page."
        )
    return ""


def _decrire(flux: Flux) -> dict[str, Any]:
    return {
        "numero": flux.numero,
        "nom": flux.nom_fichier,
        "etat": flux.etat,
        "sha256": flux.sha256,
        "taille": flux.taille,
    }
