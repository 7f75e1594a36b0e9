"""Take over bons de commande from a CSV file: create or update, row by row told, in bulk.

Columns: numero, objet, date, ridet, service, compte, fonction, montant, and optionally clos
(`oui` or empty). An order with lines has one row a line, one after the other, with the columns
ligne (its rank), designation, quantite and montant_ligne; they make its amount. The separator
is a semicolon, a comma or a tab; dates are `2026-10-01` or `01/10/2026`; amounts are whole francs
with tax.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from facturier.acces.models import ServiceGestionnaire
from facturier.commun import montants, ridet
from facturier.suivi.models import BonCommande, LigneCommande, LigneReception
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
RANG_MAXIMAL = 10_000
TRANCHE = 1_000  # orders written together
ENCODAGES = ("utf-8-sig", "cp1252")
FORMATS_DATE = ("%Y-%m-%d", "%d/%m/%Y")


class FichierIllisible(ValueError):
    """The file as a whole cannot be taken; the message says what to do."""


LignesLues = list[tuple[int, str, Decimal, int]]  # rank, wording, quantity, francs with tax
Rangee = tuple[int, dict[str, str]]  # line of the file, cells by column


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
    lignes: dict[int, LignesLues]
    recues: set[int]


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
        for tranche in _tranches(_commandes(_lignes(texte))):
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


def _commandes(rangees: Iterator[Rangee]) -> Iterator[list[Rangee]]:
    """Bring together the rows of one order, which follow each other when it has lines."""

    def cle(rangee: Rangee) -> tuple[str, int]:
        ligne, cellules = rangee
        return (cellules["numero"], 0) if cellules.get("ligne") else ("", ligne)

    for _, groupe in groupby(rangees, key=cle):
        yield list(groupe)


def _tranches(commandes: Iterator[list[Rangee]]) -> Iterator[list[list[Rangee]]]:
    while tranche := list(islice(commandes, TRANCHE)):
        yield tranche


def _traiter(tranche: list[list[Rangee]], vus: dict[str, int], resultat: Resultat) -> None:
    """Check a slice and write it in a few statements."""
    reperes = _reperes([cellules for commande in tranche for _, cellules in commande])
    a_creer: list[BonCommande] = []
    a_modifier: list[BonCommande] = []
    detail: dict[str, LignesLues] = {}
    for commande in tranche:
        ligne = commande[0][0]
        try:
            valeurs = _lire(commande[0][1], reperes)
            _exiger_nouveau(valeurs["numero"], ligne, vus)
            lignes = _lire_lignes(commande, valeurs["montant_engage"])
            existant = reperes.existants.get(valeurs["numero"])
            change = existant is not None and _modifier(existant, valeurs, lignes, reperes)
        except ValueError as erreur:
            resultat.rejets.append((ligne, str(erreur)))
            continue
        except ValidationError as erreur:
            resultat.rejets.append((ligne, " ".join(erreur.messages)))
            continue
        if existant is not None and not change:
            resultat.inchanges += 1
            continue
        detail[valeurs["numero"]] = lignes
        if existant is None:
            a_creer.append(BonCommande(**valeurs))
        else:
            a_modifier.append(existant)
    BonCommande.objects.bulk_create(a_creer)
    BonCommande.objects.bulk_update(a_modifier, MODIFIABLES)
    _ecrire_lignes([*a_creer, *a_modifier], detail, reperes)
    resultat.crees += len(a_creer)
    resultat.modifies += len(a_modifier)


def _ecrire_lignes(
    commandes: list[BonCommande], detail: dict[str, LignesLues], reperes: _Reperes
) -> None:
    """Replace the lines of the orders whose lines differ."""
    changees = [c for c in commandes if detail[c.numero] != reperes.lignes.get(c.pk, [])]
    LigneCommande.objects.filter(commande__in=changees).delete()
    LigneCommande.objects.bulk_create(
        LigneCommande(
            commande=commande, rang=rang, libelle=libelle, quantite=quantite, montant_ttc=montant
        )
        for commande in changees
        for rang, libelle, quantite, montant in detail[commande.numero]
    )


def _reperes(lignes: Iterable[dict[str, str]]) -> _Reperes:
    cellules = list(lignes)
    ridets = {_ridet_ou_vide(ligne.get("ridet", "")) for ligne in cellules}
    numeros = {ligne.get("numero", "") for ligne in cellules}
    etablissements = Etablissement.objects.filter(ridet__in=ridets)
    existants: Any = BonCommande.objects.filter(numero__in=numeros)
    connues: dict[int, LignesLues] = defaultdict(list)
    for ligne in LigneCommande.objects.filter(commande__in=existants).order_by("rang"):
        lue = (ligne.rang, ligne.libelle, ligne.quantite, ligne.montant_ttc)
        connues[ligne.commande_id].append(lue)
    recues = LigneReception.objects.filter(ligne__commande__in=existants)
    return _Reperes(
        etablissements={e.ridet: e for e in etablissements},
        services=dict(ServiceGestionnaire.objects.values_list("code", "pk")),
        existants={bon.numero: bon for bon in existants.avec_reste()},
        lignes=dict(connues),
        recues=set(recues.values_list("ligne__commande", flat=True)),
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


def _modifier(
    existant: BonCommande, valeurs: dict[str, Any], lignes: LignesLues, reperes: _Reperes
) -> bool:
    """Set what differs; say whether something did.

    Raises:
        ValueError: more is invoiced or received than the new amount, or a line received changes.
    """
    differe = [nom for nom in MODIFIABLES if getattr(existant, nom) != valeurs[nom]]
    connues = reperes.lignes.get(existant.pk, [])
    facture: int = existant.montant_facture  # type: ignore[attr-defined]  # annotated
    if valeurs["montant_engage"] < facture:
        raise ValueError(
            f"{montants.afficher(facture)} sont déjà facturés sur cette commande : elle ne "
            f"descend pas à {montants.afficher(valeurs['montant_engage'])}."
        )
    if connues and lignes != connues and existant.pk in reperes.recues:
        raise ValueError("Des quantités sont déjà reçues : les lignes ne changent plus.")
    for nom in differe:
        setattr(existant, nom, valeurs[nom])
    return bool(differe) or lignes != connues


def _lire_lignes(commande: list[Rangee], montant: int) -> LignesLues:
    """Return the lines of an order, none when it is known by its amount alone.

    Raises:
        ValueError: a cell is missing or wrong, a rank comes twice, or they do not make the amount.
    """
    lues: LignesLues = []
    for numero, cellules in commande:
        if not cellules.get("ligne"):
            continue
        try:
            rang, quantite = int(cellules["ligne"]), Decimal(_nombre(cellules, "quantite"))
        except (ValueError, InvalidOperation) as erreur:
            raise ValueError(f"Ligne {numero} : le rang ou la quantité n’est pas un nombre.") from (
                erreur
            )
        libelle = cellules.get("designation", "")[:200]
        if not quantite.is_finite():
            raise ValueError(f"Ligne {numero} : la quantité n’est pas un nombre.")
        if not libelle or quantite <= 0 or not 0 < rang < RANG_MAXIMAL:
            raise ValueError(f"Ligne {numero} : donnez sa désignation, et un rang positif.")
        lues.append((rang, libelle, quantite, montants.lire(cellules.get("montant_ligne", ""))))
    if len({lue[0] for lue in lues}) < len(lues):
        raise ValueError("Deux lignes de la commande ont le même rang.")
    total = sum(lue[3] for lue in lues)
    if lues and total != montant:
        raise ValueError(
            f"Les lignes font {montants.afficher(total)}, et la commande "
            f"{montants.afficher(montant)} : corrigez l’un ou l’autre."
        )
    return sorted(lues)


def _nombre(cellules: dict[str, str], nom: str) -> str:
    return cellules.get(nom, "").replace(",", ".").replace("\u202f", "").replace(" ", "")


def _ridet_ou_vide(saisie: str) -> str:
    try:
        return ridet.normaliser(saisie)
    except ridet.RidetInvalide:
        return ""
