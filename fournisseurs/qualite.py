"""Quality of the data of tiers: the same checks for one fiche and, by columns, for all."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

import pandas as pd
from django.db import transaction
from django.utils import timezone

from facturier.commun import banque, ridet
from facturier.commun.courriel import domaine_propose
from facturier.commun.pays import CODE_POSTAL_ETRANGER
from facturier.grand_livre.models import CategorieTiers
from facturier.grand_livre.models.tiers import NATURES_PAR_CATEGORIE
from fournisseurs.anomalies import CATALOGUE, REJETES, score
from fournisseurs.models import (
    AnomalieTiers,
    CoordonneesBancaires,
    Doublon,
    EtatDoublon,
    Fournisseur,
    ReleveQualite,
)
from fournisseurs.referentiel import lire_referentiel
from fournisseurs.verifications import Referentiel, simplifier_commune

TRANCHE = 10_000
COLONNES = {
    "pk": "pk",
    "est_creancier": "est_creancier",
    "rid": "rid",
    "voie": "adresse_voie",
    "code_postal": "code_postal",
    "ville": "ville",
    "pays": "pays",
    "telephone": "telephone",
    "courriel": "courriel",
    "ridet": "tiers__ridet",
    "categorie": "tiers__categorie",
    "nature": "tiers__nature_juridique",
    "civilite": "tiers__civilite",
    "prenom": "tiers__prenom",
}
COUPLES = {
    f"{categorie}/{nature}"
    for categorie, natures in NATURES_PAR_CATEGORIE.items()
    for nature in natures
}


def anomalies_du_tiers(fiche: Fournisseur) -> list[str]:
    """Return the codes of the anomalies of one tiers, as it is now."""
    for _, codes in _examiner([fiche.pk], lire_referentiel()):
        return codes
    return []


def relever_qualite(jour: date | None = None) -> ReleveQualite:
    """Check every living tiers, keep its anomalies, and one row of totals for the day."""
    referentiel = lire_referentiel()
    nombres: Counter[str] = Counter()
    tiers = total = sans = rejetables = 0
    vivants = Fournisseur.objects.vivants().order_by("pk").values_list("pk", flat=True)
    cles = vivants.iterator(chunk_size=TRANCHE)
    while lot := list(islice(cles, TRANCHE)):
        trouves = dict(_examiner(lot, referentiel))
        _garder(trouves)
        for codes in trouves.values():
            nombres.update(codes)
            total += score(codes)
            sans += not codes
            rejetables += not REJETES.isdisjoint(codes)
        tiers += len(trouves)
    AnomalieTiers.objects.filter(fournisseur__etat="fusionne").delete()
    releve, _ = ReleveQualite.objects.update_or_create(
        jour=jour or timezone.localdate(),
        defaults={
            "tiers": tiers,
            "total_scores": total,
            "sans_anomalie": sans,
            "rejetables": rejetables,
            "anomalies": dict(nombres),
        },
    )
    return releve


@transaction.atomic
def _garder(trouves: dict[int, list[str]]) -> None:
    """Make the anomalies kept those found: only what changed is written."""
    voulues = {(cle, code) for cle, codes in trouves.items() for code in codes}
    gardees = AnomalieTiers.objects.filter(fournisseur__in=list(trouves))
    presentes = set(gardees.values_list("fournisseur_id", "code"))
    for code in CATALOGUE:
        finies = [cle for cle, c in presentes - voulues if c == code]
        if finies:
            AnomalieTiers.objects.filter(code=code, fournisseur__in=finies).delete()
    AnomalieTiers.objects.bulk_create(
        (AnomalieTiers(fournisseur_id=cle, code=code) for cle, code in voulues - presentes),
        batch_size=2000,
    )


# --- By columns --------------------------------------------------------------------------------
def _examiner(cles: list[int], referentiel: Referentiel) -> Iterator[tuple[int, list[str]]]:
    """Yield each supplier (key) with his codes, in the order of the catalogue; four queries."""
    lignes = Fournisseur.objects.filter(pk__in=cles).values_list(*COLONNES.values())
    table = pd.DataFrame.from_records(list(lignes), columns=list(COLONNES))
    if table.empty:
        return
    table = table.merge(_comptes(cles), how="left", on="pk").fillna(
        {"iban": "", "bic": "", "titulaire": ""}
    )
    defauts = {
        **_defauts_d_identite(table),
        **_defauts_d_adresse(table, referentiel),
        **_defauts_de_compte(table, referentiel),
        "doublon": table["pk"].isin(_en_doublon(cles)),
    }
    matrice = pd.DataFrame({code: defauts[code] for code in CATALOGUE})
    codes = list(CATALOGUE)
    for cle, rangee in zip(table["pk"].tolist(), matrice.to_numpy(), strict=True):
        yield cle, [codes[rang] for rang in rangee.nonzero()[0]]


def _comptes(cles: list[int]) -> pd.DataFrame:
    """Return one live account by supplier, the main one first."""
    courants = CoordonneesBancaires.objects.courantes().filter(fournisseur__in=cles)
    lignes = courants.values_list("fournisseur_id", "etablissement_id", "iban", "bic", "titulaire")
    table = pd.DataFrame.from_records(
        list(lignes), columns=["pk", "etablissement", "iban", "bic", "titulaire"]
    )
    table["rang"] = table["etablissement"].notna()
    return table.sort_values("rang", kind="stable").drop_duplicates("pk")[
        ["pk", "iban", "bic", "titulaire"]
    ]


def _en_doublon(cles: list[int]) -> set[int]:
    paires = Doublon.objects.filter(etat=EtatDoublon.A_EXAMINER).order_by()
    premiers = paires.filter(premier__in=cles).values_list("premier_id", flat=True)
    seconds = paires.filter(second__in=cles).values_list("second_id", flat=True)
    return {*premiers, *seconds}


def _par_valeur(colonne: "pd.Series[Any]", verdict: Any) -> "pd.Series[Any]":
    """Ask `verdict` once for each different value of a column."""
    return colonne.map({valeur: verdict(valeur) for valeur in colonne.unique()}).astype(bool)


def _defauts_d_identite(t: pd.DataFrame) -> dict[str, "pd.Series[Any]"]:
    est_personne = t["categorie"] == CategorieTiers.PERSONNE_PHYSIQUE
    a_ridet = t["ridet"] != ""
    bonne_forme = t["ridet"].str.fullmatch(r"[0-9]{10}")
    return {
        "ridet_absent": t["est_creancier"] & ~est_personne & ~a_ridet & (t["rid"] == ""),
        "ridet_forme": a_ridet & ~bonne_forme,
        "ridet_cle": bonne_forme
        & ~_par_valeur(t["ridet"].where(bonne_forme, "0" * 10), ridet.cle_plausible),
        "couple": ~(t["categorie"] + "/" + t["nature"]).isin(COUPLES),
        "civilite": t["civilite"].str.casefold().isin({"mademoiselle", "mlle"}),
        "civilite_interdite": ~est_personne & ((t["civilite"] != "") | (t["prenom"] != "")),
        "telephone_absent": t["telephone"] == "",
        "courriel_absent": t["courriel"] == "",
        "courriel_domaine": _par_valeur(t["courriel"].str.rpartition("@")[2], domaine_propose),
    }


def _defauts_d_adresse(t: pd.DataFrame, referentiel: Referentiel) -> dict[str, "pd.Series[Any]"]:
    communes = {
        f"{code}/{simplifier_commune(nom)}"
        for code, noms in referentiel.communes.items()
        for nom in noms
    }
    bonne_forme = t["code_postal"].str.fullmatch(r"[0-9]{5}")
    connu = t["code_postal"].isin(referentiel.communes.keys())
    simples = t["ville"].map({ville: simplifier_commune(ville) for ville in t["ville"].unique()})
    return {
        "voie_absente": t["voie"].str.strip() == "",
        "ville_absente": t["ville"].str.strip() == "",
        "code_postal_forme": ~bonne_forme,
        "pays_absent": (t["code_postal"] == CODE_POSTAL_ETRANGER) & (t["pays"] == ""),
        "code_postal_inconnu": bonne_forme & ~connu & (t["code_postal"] != CODE_POSTAL_ETRANGER),
        "code_postal_commune": connu & ~(t["code_postal"] + "/" + simples).isin(communes),
    }


def _defauts_de_compte(t: pd.DataFrame, referentiel: Referentiel) -> dict[str, "pd.Series[Any]"]:
    a_compte = t["iban"] != ""
    est_faux = a_compte & _par_valeur(t["iban"], _est_iban_faux)
    est_rib = t["iban"].str.startswith(banque.PAYS_DU_RIB)
    return {
        "compte_absent": t["est_creancier"] & ~a_compte,
        "iban": est_faux,
        "bic_etranger": a_compte & ~est_rib & (t["bic"] == ""),
        "iban_pays": a_compte & ~t["iban"].str.startswith("FR"),
        "banque_inconnue": a_compte
        & est_rib
        & ~est_faux
        & ~t["iban"].str[4:9].isin(referentiel.banques.keys()),
        "titulaire_absent": a_compte & (t["titulaire"].str.strip() == ""),
    }


def _est_iban_faux(iban: str) -> bool:
    try:
        banque.normaliser_iban(iban)
    except banque.CoordonneesInvalides:
        return True
    return False


def rejets_pes(codes: Iterable[str]) -> list[str]:
    """Return the PES rejections that these anomalies would cause."""
    return [CATALOGUE[code].rejet for code in codes if CATALOGUE[code].rejet]
