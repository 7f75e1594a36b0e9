"""Loading a chart of accounts, for one exercice, from a CSV file (conception.md, section 4)."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from facturier.grand_livre.models import Compte, Exercice

COLONNES = ("numero", "libelle")
LONGUEUR_NUMERO = range(2, 13)
LONGUEUR_LIBELLE = 200


@dataclass(frozen=True, slots=True)
class Rejet:
    """A row that was not taken: line number of the file, its text, and why."""

    ligne: int
    contenu: str
    motif: str


@dataclass(slots=True)
class BilanImport:
    """What an import did, or would do."""

    crees: int = 0
    modifies: int = 0
    inchanges: int = 0
    rejetes: list[Rejet] = field(default_factory=list)

    def en_objet(self, *, execute: bool) -> dict[str, Any]:
        """Return the object that `--json` prints (conception.md, section 4)."""
        return {
            "crees": self.crees,
            "modifies": self.modifies,
            "inchanges": self.inchanges,
            "rejetes": len(self.rejetes),
            "execute": execute,
            "anomalies": [asdict(rejet) for rejet in self.rejetes],
        }


def raconter_bilan(commande: BaseCommand, resultat: dict[str, Any]) -> None:
    """Tell the counts on standard output, and each refused row on standard error."""
    for rejet in resultat["anomalies"]:
        commande.stderr.write(f"ligne {rejet['ligne']} : {rejet['motif']}")
    a_blanc = "" if resultat["execute"] else " (à blanc : ajoutez --executer)"
    commande.stdout.write(
        f"{resultat['crees']} créés, {resultat['modifies']} modifiés, "
        f"{resultat['inchanges']} inchangés, {resultat['rejetes']} rejetés{a_blanc}"
    )


class FichierIllisible(ValueError):
    """The file as a whole cannot be read; the message says why and what to do."""


def importer_plan_comptes(fichier: Path, *, exercice: int, executer: bool) -> BilanImport:
    """Create or update the accounts of `exercice` from `fichier`.

    The file is UTF-8, separated by `;`, with columns numero and libelle, and optionally terminal
    (1 = may be posted to) and supprime_depuis (year from which the account no longer exists).
    Without `executer` nothing is written.

    Raises:
        FichierIllisible: no such file, not UTF-8, or a column is missing.
    """
    bilan = BilanImport()
    connus = {c.numero: c for c in Compte.objects.filter(exercice=exercice)}
    a_creer: dict[str, Compte] = {}
    a_modifier: list[Compte] = []
    deja_lus: set[str] = set()
    for numero_ligne, ligne in lire_csv(fichier, COLONNES):
        numero = ligne["numero"].strip()
        if motif := _refus(ligne, numero, exercice, deja_lus):
            bilan.rejetes.append(Rejet(numero_ligne, ";".join(ligne.values()), motif))
            continue
        deja_lus.add(numero)
        libelle = ligne["libelle"].strip()
        est_imputable = ligne.get("terminal", "1") == "1"
        compte = connus.get(numero)
        if compte is None:
            a_creer[numero] = Compte(
                exercice_id=exercice, numero=numero, libelle=libelle, est_imputable=est_imputable
            )
        elif (compte.libelle, compte.est_imputable) == (libelle, est_imputable):
            bilan.inchanges += 1
        else:
            compte.libelle, compte.est_imputable = libelle, est_imputable
            a_modifier.append(compte)
    bilan.crees, bilan.modifies = len(a_creer), len(a_modifier)
    if executer:
        _ecrire(exercice, list(a_creer.values()), a_modifier)
    return bilan


@transaction.atomic
def _ecrire(exercice: int, a_creer: list[Compte], a_modifier: list[Compte]) -> None:
    Exercice.objects.get_or_create(annee=exercice)
    Compte.objects.bulk_create(a_creer, batch_size=1000)
    Compte.objects.bulk_update(a_modifier, ["libelle", "est_imputable"], batch_size=1000)


def lire_csv(fichier: Path, colonnes: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a CSV file (UTF-8, `;`) with their line number; other columns come too.

    Raises:
        FichierIllisible: no such file, not UTF-8, or one of `colonnes` is missing.
    """
    try:
        with fichier.open(encoding="utf-8-sig", newline="") as flux:
            lecteur = csv.DictReader(flux, delimiter=";", restval="", restkey="surplus")
            manquantes = [c for c in colonnes if c not in (lecteur.fieldnames or [])]
            if manquantes:
                raise FichierIllisible(
                    f"{fichier.name} : colonne absente : {', '.join(manquantes)}. "
                    f"La première ligne doit porter « {';'.join(colonnes)} » (séparateur « ; »)."
                )
            for ligne in lecteur:
                ligne.pop("surplus", None)
                yield lecteur.line_num, ligne
    except FileNotFoundError:
        raise FichierIllisible(f"{fichier} : fichier introuvable.") from None
    except UnicodeDecodeError:
        raise FichierIllisible(
            f"{fichier.name} n’est pas en UTF-8. Réenregistrez-le dans cet encodage."
        ) from None
    except (OSError, csv.Error) as erreur:
        raise FichierIllisible(f"{fichier.name} ne peut pas être lu : {erreur}.") from None


def _refus(ligne: dict[str, str], numero: str, exercice: int, deja_lus: set[str]) -> str:
    """Return why a row is refused, or the empty string."""
    supprime = ligne.get("supprime_depuis", "").strip()
    if not numero.isascii() or not numero.isdigit() or len(numero) not in LONGUEUR_NUMERO:
        return f"« {numero} » n’est pas un numéro de compte (2 à 12 chiffres)."
    if not ligne["libelle"].strip():
        return "Le libellé est vide."
    if len(ligne["libelle"].strip()) > LONGUEUR_LIBELLE:
        return f"Le libellé dépasse {LONGUEUR_LIBELLE} caractères."
    if numero in deja_lus:
        return f"Le compte {numero} est déjà décrit plus haut dans le fichier."
    if supprime.isdigit() and int(supprime) <= exercice:
        return f"Le compte {numero} est supprimé depuis {supprime}."
    return ""
