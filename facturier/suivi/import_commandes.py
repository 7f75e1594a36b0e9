"""Take over bons de commande from a CSV file: create or update, row by row told, in bulk.

Columns: numero, objet, date, ridet, service, compte, fonction, montant, and optionally clos
(`oui` or empty). The separator is a semicolon, a comma or a tab; dates are `2026-10-01` or
`01/10/2026`; amounts are whole francs with tax.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from facturier.acces.models import ServiceGestionnaire
from facturier.commun import montants, ridet
from facturier.suivi.models import BonCommande
from fournisseurs.models import Etablissement

OBLIGATOIRES = ("numero", "objet", "date", "ridet", "service", "compte", "fonction", "montant")
MODIFIABLES = (
    "objet",
    "date_commande",
    "fournisseur_id",
    "etablissement_id",
    "service_id",
    "compte",
    "fonction",
    "montant_engage",
    "est_clos",
)
TRANCHE = 1_000
ENCODAGES = ("utf-8-sig", "cp1252")
FORMATS_DATE = ("%Y-%m-%d", "%d/%m/%Y")


class FichierIllisible(ValueError):
    """The file as a whole cannot be taken; the message says what to do."""


@dataclass
class Resultat:
    """Counts of rows, and the rejected ones: (line, reason)."""

    crees: int = 0
    modifies: int = 0
    inchanges: int = 0
    rejets: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class _Reperes:
    """What the rows of a slice refer to, read in one query each."""

    etablissements: dict[str, Etablissement]
    services: dict[str, int]
    existants: dict[str, BonCommande]


def importer(chemin: Path, *, executer: bool) -> Resultat:
    """Create or update the orders of a file; rows at fault are left out and told.

    The whole file is one transaction; without `executer` it is undone at the end, so that every
    constraint of the database has been tried.

    Raises:
        FichierIllisible: not a CSV with the expected headings.
    """
    resultat = Resultat()
    vus: dict[str, int] = {}
    with transaction.atomic(), _ouvrir(chemin) as texte:
        for tranche in _tranches(_lignes(texte)):
            _traiter(tranche, vus, resultat)
        if not executer:
            transaction.set_rollback(True)
    return resultat


def _ouvrir(chemin: Path) -> io.TextIOWrapper:
    """Open the file in the encoding that the whole of it respects."""
    for encodage in ENCODAGES:
        try:
            with chemin.open(encoding=encodage) as essai:
                while essai.read(1 << 20):
                    continue
        except UnicodeDecodeError:
            continue
        return chemin.open(encoding=encodage, newline="")
    raise FichierIllisible("Le fichier n’est pas un texte : enregistrez-le au format CSV.")


def _lignes(texte: io.TextIOWrapper) -> Iterator[tuple[int, dict[str, str]]]:
    entete = texte.readline()
    separateur = max(";,\t", key=entete.count)
    noms = [nom.strip().lower() for nom in next(csv.reader([entete], delimiter=separateur), [])]
    if manquants := [nom for nom in OBLIGATOIRES if nom not in noms]:
        raise FichierIllisible(
            f"Il manque la colonne {', '.join(manquants)} : la première ligne nomme les colonnes."
        )
    lecteur = csv.reader(texte, delimiter=separateur)
    try:
        for cellules in lecteur:
            if any(cellule.strip() for cellule in cellules):
                propres = [cellule.strip() for cellule in cellules]
                yield lecteur.line_num + 1, dict(zip(noms, propres, strict=False))
    except csv.Error as erreur:
        raise FichierIllisible(
            f"Le fichier est mal formé à la ligne {lecteur.line_num + 1} : {erreur}."
        ) from erreur


def _tranches(
    lignes: Iterator[tuple[int, dict[str, str]]],
) -> Iterator[list[tuple[int, dict[str, str]]]]:
    while tranche := list(islice(lignes, TRANCHE)):
        yield tranche


def _traiter(
    tranche: list[tuple[int, dict[str, str]]], vus: dict[str, int], resultat: Resultat
) -> None:
    """Check a slice and write it in two statements at most."""
    reperes = _reperes([cellules for _, cellules in tranche])
    a_creer: list[BonCommande] = []
    a_modifier: list[BonCommande] = []
    for ligne, cellules in tranche:
        try:
            valeurs = _lire(cellules, reperes)
            _exiger_nouveau(valeurs["numero"], ligne, vus)
        except ValueError as erreur:
            resultat.rejets.append((ligne, str(erreur)))
            continue
        except ValidationError as erreur:
            resultat.rejets.append((ligne, " ".join(erreur.messages)))
            continue
        existant = reperes.existants.get(valeurs["numero"])
        if existant is None:
            a_creer.append(BonCommande(**valeurs))
        elif _modifier(existant, valeurs):
            a_modifier.append(existant)
        else:
            resultat.inchanges += 1
    BonCommande.objects.bulk_create(a_creer)
    BonCommande.objects.bulk_update(a_modifier, MODIFIABLES)
    resultat.crees += len(a_creer)
    resultat.modifies += len(a_modifier)


def _reperes(lignes: Iterable[dict[str, str]]) -> _Reperes:
    cellules = list(lignes)
    ridets = {_ridet_ou_vide(ligne.get("ridet", "")) for ligne in cellules}
    numeros = {ligne.get("numero", "") for ligne in cellules}
    etablissements = Etablissement.objects.filter(ridet__in=ridets)
    return _Reperes(
        etablissements={e.ridet: e for e in etablissements},
        services=dict(ServiceGestionnaire.objects.values_list("code", "pk")),
        existants={bon.numero: bon for bon in BonCommande.objects.filter(numero__in=numeros)},
    )


def _lire(cellules: dict[str, str], reperes: _Reperes) -> dict[str, Any]:
    """Return the fields of one order.

    Raises:
        ValueError, ValidationError: a cell is missing or wrong; the message is in French.
    """
    for nom in OBLIGATOIRES:
        if not cellules.get(nom):
            raise ValueError(f"La colonne « {nom} » est vide.")
    etablissement = reperes.etablissements.get(ridet.normaliser(cellules["ridet"]))
    if etablissement is None:
        raise ValueError(f"Le RIDET {cellules['ridet']} n’est pas celui d’un fournisseur connu.")
    service = reperes.services.get(cellules["service"].upper())
    if service is None:
        raise ValueError(f"Le service « {cellules['service']} » est inconnu.")
    valeurs = {
        "numero": cellules["numero"],
        "objet": cellules["objet"],
        "date_commande": _lire_date(cellules["date"]),
        "fournisseur_id": etablissement.fournisseur_id,
        "etablissement_id": etablissement.pk,
        "service_id": service,
        "compte": cellules["compte"],
        "fonction": cellules["fonction"],
        "montant_engage": montants.lire(cellules["montant"]),
        "est_clos": cellules.get("clos", "").lower() in {"oui", "o", "1"},
    }
    BonCommande(**valeurs).full_clean(
        exclude={"fournisseur", "etablissement", "service"}, validate_unique=False
    )
    return valeurs


def _lire_date(saisie: str) -> date:
    for forme in FORMATS_DATE:
        try:
            return datetime.strptime(saisie, forme).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    raise ValueError(f"La date « {saisie[:20]} » ne se lit pas : écrivez 2026-10-01 ou 01/10/2026.")


def _exiger_nouveau(numero: str, ligne: int, vus: dict[str, int]) -> None:
    if numero in vus:
        raise ValueError(f"Doublon de la ligne {vus[numero]} du fichier.")
    vus[numero] = ligne


def _modifier(existant: BonCommande, valeurs: dict[str, Any]) -> bool:
    """Set what differs; say whether something did."""
    differe = [nom for nom in MODIFIABLES if getattr(existant, nom) != valeurs[nom]]
    for nom in differe:
        setattr(existant, nom, valeurs[nom])
    return bool(differe)


def _ridet_ou_vide(saisie: str) -> str:
    try:
        return ridet.normaliser(saisie)
    except ridet.RidetInvalide:
        return ""
