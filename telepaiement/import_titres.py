"""Importing titres from a CSV or XLSX file: checked by columns, dry unless asked otherwise.

The reference of each line in its own system is kept: the same file imported twice changes nothing.
A titre already issued is not modified by an import: it is cancelled, then issued again.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pandas as pd
from django.core.exceptions import ValidationError
from django.db import transaction

from facturier.acces.models import ServiceGestionnaire, Utilisateur
from facturier.commun.montants import MontantInvalide, lire
from facturier.commun.pays import code_postal_de, lire_pays
from facturier.grand_livre.models import Tiers
from telepaiement.bilan import Bilan
from telepaiement.models import Produit, TitreImporte
from telepaiement.titres import DemandeTitre, emettre

OBLIGATOIRES = (
    "reference",
    "code_tiers",
    "adresse_voie",
    "code_postal",
    "ville",
    "service",
    "produit",
    "objet",
    "bases_liquidation",
    "montant_ht",
)
FACULTATIVES = ("adresse_complement", "pays", "fonction", "montant_tgc", "date_echeance")
LONGUEURS = {"reference": 60, "adresse_voie": 38, "ville": 38, "objet": 100, "fonction": 10}
LONGUEUR_ENTETE = 10_000  # characters
PREMIERE_LIGNE = 2  # the first is the heading
Objet = TypeVar("Objet")


class FichierIllisible(ValueError):
    """The file cannot be read as a table, or lacks columns; the message is in French."""


def importer(fichier: Path, *, par: Utilisateur, executer: bool = False) -> Bilan:
    """Issue the titres of `fichier` that are new; without `executer`, only say what would be done.

    A bad line is rejected with its number and reason, and stops no other. Each titre is issued in
    its own transaction, so that an import that is cut short is simply run again.

    Raises:
        FichierIllisible: not a table, or columns are missing.
    """
    tableau = lire_tableau(fichier)
    bilan = Bilan()
    motifs = _controler(tableau)
    rejetees = tableau.index[motifs != ""]
    for position in rejetees:
        _rejeter(bilan, tableau, position, motifs[position])
    connues = _connues(tableau)
    references = _References.charger(tableau)
    for position, ligne in _lignes(tableau.drop(rejetees)):
        empreinte = hashlib.sha256(json.dumps(ligne, sort_keys=True).encode()).hexdigest()
        deja = connues.get(ligne["reference"])
        if deja == empreinte:
            bilan.inchanges += 1
        elif deja is not None:
            motif = "titre déjà émis avec d’autres valeurs : annulez-le, puis émettez-le à nouveau"
            _rejeter(bilan, tableau, position, motif)
        elif motif := _emettre(ligne, empreinte, references, par, executer=executer):
            _rejeter(bilan, tableau, position, motif)
        else:
            bilan.crees += 1
    bilan.rejets.sort()
    return bilan


def lire_tableau(fichier: Path) -> pd.DataFrame:
    """Read a CSV (semicolon or comma) or XLSX file as text, headings in lower case.

    Raises:
        FichierIllisible: not a table, or columns are missing.
    """
    try:
        if fichier.suffix.lower() == ".xlsx":
            tableau = pd.read_excel(fichier, dtype=str, engine="calamine", keep_default_na=False)
        else:
            tableau = pd.read_csv(
                fichier,
                dtype=str,
                sep=_separateur(fichier),
                encoding="utf-8-sig",
                keep_default_na=False,
            )
    except FileNotFoundError:
        raise FichierIllisible(f"Le fichier {fichier} n’existe pas.") from None
    except (ValueError, OSError, pd.errors.ParserError) as erreur:
        raise FichierIllisible(
            f"Le fichier {fichier.name} n’est pas un tableau CSV (UTF-8) ou XLSX lisible."
        ) from erreur
    tableau.columns = tableau.columns.str.strip().str.lower()
    if manquantes := [nom for nom in OBLIGATOIRES if nom not in tableau.columns]:
        raise FichierIllisible(f"Il manque les colonnes : {', '.join(manquantes)}.")
    for nom in FACULTATIVES:
        if nom not in tableau.columns:
            tableau[nom] = ""
    tableau = tableau[[*OBLIGATOIRES, *FACULTATIVES]].fillna("")
    for nom in tableau.columns:
        tableau[nom] = tableau[nom].str.strip()
    return tableau


def _separateur(fichier: Path) -> str:
    with fichier.open(encoding="utf-8-sig") as flux:
        return ";" if ";" in flux.readline(LONGUEUR_ENTETE) else ","


def _controler(tableau: pd.DataFrame) -> "pd.Series[str]":
    """Return the reasons to reject each line, all columns at once; "" when there is none."""
    motifs = pd.Series("", index=tableau.index, dtype=object)
    a_l_etranger = tableau["pays"].map(_est_a_l_etranger).astype(bool)
    for nom in OBLIGATOIRES:
        vide = tableau[nom].eq("")
        if nom == "code_postal":
            vide &= ~a_l_etranger
        motifs = motifs.mask(vide, motifs + f"« {nom} » est vide ; ")
    for nom, longueur in LONGUEURS.items():
        trop_long = tableau[nom].str.len().gt(longueur)
        motifs = motifs.mask(trop_long, motifs + f"« {nom} » dépasse {longueur} caractères ; ")
    mauvais = ~tableau["code_postal"].str.fullmatch(r"[0-9]{5}") & tableau["code_postal"].ne("")
    motifs = motifs.mask(mauvais, motifs + "« code_postal » n’a pas cinq chiffres ; ")
    double = tableau["reference"].duplicated(keep="first") & tableau["reference"].ne("")
    motifs = motifs.mask(double, motifs + "« reference » est déjà plus haut dans le fichier ; ")
    echeance = pd.to_datetime(tableau["date_echeance"], format="%Y-%m-%d", errors="coerce")
    mauvaise = echeance.isna() & tableau["date_echeance"].ne("")
    motifs = motifs.mask(mauvaise, motifs + "« date_echeance » s’écrit AAAA-MM-JJ ; ")
    return motifs.str.removesuffix(" ; ")


def _est_a_l_etranger(pays: str) -> bool:
    """Whether `pays` names a country abroad; one that is unknown is told with its line."""
    try:
        return bool(lire_pays(pays))
    except ValueError:
        return False


def _rejeter(bilan: Bilan, tableau: pd.DataFrame, position: int, motif: str) -> None:
    reference = str(tableau.at[position, "reference"])
    bilan.rejets.append((position + PREMIERE_LIGNE, reference, motif))


def _connues(tableau: pd.DataFrame) -> dict[str, str]:
    references = tableau["reference"].unique().tolist()
    deja = TitreImporte.objects.filter(reference_externe__in=references)
    return dict(deja.values_list("reference_externe", "empreinte"))


def _lignes(tableau: pd.DataFrame) -> Iterator[tuple[int, dict[str, str]]]:
    for position, valeurs in zip(tableau.index, tableau.itertuples(index=False), strict=True):
        yield int(position), dict(zip(tableau.columns, valeurs, strict=True))


@dataclass(frozen=True, slots=True)
class _References:
    """The rows that lines name by their code, read in three queries."""

    tiers: dict[str, Tiers]
    services: dict[str, ServiceGestionnaire]
    produits: dict[str, Produit]

    @classmethod
    def charger(cls, tableau: pd.DataFrame) -> "_References":
        codes = tableau["code_tiers"].unique().tolist()
        return cls(
            {
                tiers.code: tiers.absorbe_par or tiers  # the code of a merged tiers still serves
                for tiers in Tiers.objects.filter(code__in=codes).select_related("absorbe_par")
            },
            {service.code: service for service in ServiceGestionnaire.objects.all()},
            {produit.code: produit for produit in Produit.objects.all()},
        )

    def demande(self, ligne: dict[str, str]) -> DemandeTitre:
        """Build what a line asks for. Raises `ValueError`, in French, for an unknown code."""
        echeance = ligne["date_echeance"]
        pays = lire_pays(ligne["pays"])
        return DemandeTitre(
            tiers=_trouver(self.tiers, ligne["code_tiers"], "tiers"),
            service=_trouver(self.services, ligne["service"], "service"),
            produit=_trouver(self.produits, ligne["produit"], "produit"),
            montant_ht=_montant(ligne["montant_ht"], minimum=1),
            montant_tgc=_montant(ligne["montant_tgc"] or "0", minimum=0),
            date_echeance=pd.Timestamp(echeance).date() if echeance else None,
            pays=pays,
            code_postal=code_postal_de(ligne["code_postal"], pays),
            **{nom: ligne[nom] for nom in ("adresse_voie", "ville", "objet")},
            **{nom: ligne[nom] for nom in ("bases_liquidation", "adresse_complement", "fonction")},
        )


def _trouver(connus: dict[str, Objet], code: str, nom: str) -> Objet:
    if code not in connus:
        raise ValueError(f"« {nom} » : le code {code} est inconnu")
    return connus[code]


def _montant(texte: str, *, minimum: int) -> int:
    montant = lire(texte)
    if montant < minimum:
        raise MontantInvalide(f"le montant {texte} est trop petit")
    return montant


def _emettre(
    ligne: dict[str, str],
    empreinte: str,
    references: _References,
    par: Utilisateur,
    *,
    executer: bool,
) -> str:
    """Issue the titre of a line, undone when dry; return why it is refused, or ""."""
    try:
        demande = references.demande(ligne)
        with transaction.atomic():
            titre = emettre(demande, par=par)
            TitreImporte.objects.create(
                reference_externe=ligne["reference"], empreinte=empreinte, titre=titre
            )
            transaction.set_rollback(not executer)
    except ValidationError as erreur:
        return " ".join(erreur.messages)
    except ValueError as erreur:
        return str(erreur)
    return ""
