"""Everything the treasury holds against one flux: first as the tiers, then as Hélios."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from cryptography import x509
from lxml import etree

from exports_tps.simulateur import anomalies as domaines
from exports_tps.simulateur.anomalies import Anomalie, Verdict
from exports_tps.simulateur.plan import Plan
from exports_tps.simulateur.rangement import Examen, ranger
from exports_tps.simulateur.schemas import valider
from exports_tps.simulateur.series import Memoire as MemoireSeries
from exports_tps.simulateur.series import Suite
from exports_tps.simulateur.signatures import verifier

TETE = 50  # bytes in which the encoding must be told
LONGUEURS = {"CodCol": 3, "IdColl": 14}
VERSION_PES = "2"


class Memoire(MemoireSeries, Protocol):
    """What the treasury remembers of earlier flux."""

    def nom_connu(self, nom_fic: str, cod_col: str) -> bool: ...
    def piece_jointe_connue(self, id_unique: str) -> bool: ...


@dataclass(frozen=True)
class Outils:
    """What the checks need beside the file: schema, authorities, plan, memory."""

    schema: etree.XMLSchema | None
    autorites: Sequence[x509.Certificate]
    plan: Plan
    memoire: Memoire


def empreinte(fichier: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with fichier.open("rb") as flux:
        return hashlib.file_digest(flux, "sha256").hexdigest()


def examiner(fichier: Path, outils: Outils) -> Examen:
    """Check `fichier`; never raises for a bad content, only OSError for an unreadable file."""
    examen = ranger(fichier, outils.plan)
    if not examen.est_pes:
        return examen
    with fichier.open("rb") as flux:
        if b"ISO-8859-1" not in flux.read(TETE).upper():
            libelle = "ISO-8859-1 absent des 50 premiers caractères"
            examen.refus = [Anomalie("ERREUR_ENCODING", libelle)]
    if examen.est_refuse:
        return examen  # what could not be read cannot be judged further
    _controler_tiers(examen, outils.memoire)
    if not examen.est_refuse:
        _controler_signatures(fichier, examen, outils.autorites)
    if not examen.est_refuse:
        _controler_helios(fichier, examen, outils)
    return examen


def _controler_tiers(examen: Examen, memoire: Memoire) -> None:
    """README §9: what a tiers de télétransmission refuses before Hélios sees anything."""
    entete, refus = examen.entete, examen.refus
    for nom in ("NomFic", "CodCol", "IdPost", "CodBud"):
        if not entete.get(nom):
            refus.append(Anomalie("ERREUR_PES_PARAM", f"{nom} absent"))
    for nom, longueur in LONGUEURS.items():
        if len(entete.get(nom, "")) > longueur:
            refus.append(
                Anomalie("ERREUR_PES_PARAM", f"{nom}\u202f: {longueur} caractères au plus")
            )
    if not (examen.bordereaux or examen.pieces_jointes or examen.a_facture):
        refus.append(Anomalie("ERREUR_FLUX_VIDE", "ni bordereau, ni pièce justificative"))
    if memoire.nom_connu(entete.get("NomFic", ""), entete.get("CodCol", "")):
        libelle = f"NomFic {entete.get('NomFic')} déjà reçu pour la collectivité"
        refus.append(Anomalie("ERREUR_AUTRE", f"{libelle} {entete.get('CodCol')}"))


def _controler_signatures(
    fichier: Path, examen: Examen, autorites: Sequence[x509.Certificate]
) -> None:
    if not examen.signatures:
        return
    refus = verifier(
        fichier,
        signatures=examen.signatures,
        autorites=autorites,
        maintenant=datetime.now(UTC),
    )
    for rang, erreur in sorted(refus.items()):
        porteur = examen.porteurs[rang]
        zone = "BORDEREAU_" if porteur else ""
        code = f"ERREUR_SIGNATURE_{zone}{erreur.genre}"
        code = "ERREUR_CERTIFICAT" if erreur.genre == "CERTIFICAT" else code
        verdict = porteur.verdict() if porteur else Verdict(domaines.DOMAINE_SIGNATURE_GLOBALE)
        if porteur:
            verdict.domaine = domaines.DOMAINE_SIGNATURE_BORDEREAU
        verdict.anomalies = [Anomalie(code, str(erreur))]
        examen.refus_signatures.append(verdict)


def _controler_helios(fichier: Path, examen: Examen, outils: Outils) -> None:
    if outils.schema is not None:
        examen.refus.extend(valider(fichier, outils.schema))
    for version in examen.versions:
        if version.lstrip("0") != VERSION_PES:
            examen.refus.append(Anomalie("ERREUR_VERSION_PES", f"IdVer {version} inconnu"))
    if examen.entete.get("FinJur"):
        examen.refus.append(Anomalie("ERREUR_PES_PARAM", "FinJur interdit hors M21 et M22"))
    if any(bordereau.a_reference_incomplete for bordereau in examen.bordereaux):
        libelle = "PJRef sans Support ou sans IdUnique"
        examen.refus.append(Anomalie("ERREUR_SCHEMA_INCOMPLET", libelle))
    _controler_dematerialisation(examen)
    for defaut in outils.plan.pour(examen.entete["NomFic"], "refuser_flux"):
        examen.refus.append(Anomalie(defaut.anomalie, defaut.libelle))
    _controler_bordereaux(examen, outils)
    _controler_pieces_jointes(examen, outils)


def _controler_dematerialisation(examen: Examen) -> None:
    signe_entier = any(signature.sur_racine for signature in examen.signatures)
    for bordereau in examen.bordereaux:
        est_signe = signe_entier or bordereau.est_signe
        if bordereau.dematerialise != est_signe:
            attendu = "signature absente" if bordereau.dematerialise else "signature interdite"
            libelle = f"bordereau {bordereau.numero}\u202f: {attendu} (InfoDematerialisee)"
            examen.refus.append(Anomalie("ERREUR_PES_PARAM_SIGNATURE", libelle))


def _controler_bordereaux(examen: Examen, outils: Outils) -> None:
    suite = Suite(outils.memoire)
    for bordereau in examen.bordereaux:
        serie = examen.serie(bordereau)
        for anomalie in suite.controler(serie, bordereau):
            bordereau.noter(anomalie)
        for defaut in outils.plan.pour(examen.entete["NomFic"], "refuser_bordereau"):
            if defaut.vise_bordereau(
                sens=bordereau.sens, exercice=bordereau.exercice, numero=bordereau.numero
            ):
                piece, ligne = (str(valeur or "") for valeur in (defaut.piece, defaut.ligne))
                bordereau.noter(Anomalie(defaut.anomalie, defaut.libelle, piece, ligne))
        est_accepte = not (examen.est_refuse or bordereau.anomalies)
        suite.ranger(serie, bordereau, est_accepte=est_accepte)
    examen.rangs, examen.signalements = suite.rangs, suite.signalements


def _controler_pieces_jointes(examen: Examen, outils: Outils) -> None:
    vues: set[str] = set()
    papier = {cle for bordereau in examen.bordereaux for cle in bordereau.papier}
    for jointe in examen.pieces_jointes:
        if jointe.id_unique in vues or outils.memoire.piece_jointe_connue(jointe.id_unique):
            libelle = f"PJ {jointe.id_unique} déjà intégrée"
            jointe.anomalies.append(Anomalie("ERREUR_DOUBLON_PJ", libelle))
        vues.add(jointe.id_unique)
        if jointe.id_unique in papier:
            libelle = f"PJ {jointe.id_unique} annoncée sur papier ou cédérom"
            jointe.anomalies.append(Anomalie("ERREUR_PJ", libelle))
        for defaut in outils.plan.pour(examen.entete["NomFic"], "refuser_pj"):
            if defaut.vise_pj(rang=jointe.rang, id_unique=jointe.id_unique, nom=jointe.nom):
                jointe.anomalies.append(Anomalie(defaut.anomalie, defaut.libelle))
