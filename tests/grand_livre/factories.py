"""Smallest valid objects of the ledger; pièces are issued through the real acts."""

from datetime import date
from typing import Any

import factory
from factory.declarations import Sequence

from facturier.acces.models import ServiceGestionnaire, Utilisateur
from facturier.grand_livre.emission import (
    Cession,
    CompteBancaire,
    Delai,
    Destinataire,
    Imputation,
    emettre_mandat,
    emettre_titre,
)
from facturier.grand_livre.models import Budget, Mandat, Sens, Tiers, Titre
from facturier.grand_livre.passation import Ligne

JOUR = date(2026, 11, 23)
COMPTE_BANCAIRE = CompteBancaire(iban="FR7617499000000000000000118", titulaire="Société fictive")


NOUMEA = {"adresse_voie": "1 rue Fictive", "code_postal": "98800", "ville": "Nouméa"}
SYDNEY = {
    "adresse_voie": "12 rue des Essais",
    "code_postal": "99999",
    "ville": "Sydney NSW 2000",
    "pays": "AU",
}


class TiersFactory(factory.django.DjangoModelFactory[Tiers]):
    """A company."""

    class Meta:
        model = Tiers

    code = Sequence(lambda n: f"T{n:05d}")
    nom = Sequence(lambda n: f"Société fictive {n}")


def lignes(*triplets: tuple[str, str, int]) -> list[Ligne]:
    """Build lines from (account, side, amount)."""
    return [Ligne(compte, Sens(sens), montant) for compte, sens, montant in triplets]


def destinataire(tiers: Tiers, adresse: dict[str, str] = NOUMEA) -> Destinataire:
    """Return a recipient in Nouméa, unless told otherwise."""
    return Destinataire(tiers=tiers, **adresse)


def cession(
    *,
    montant: int,
    rang_imputation: int = 1,
    tiers: Tiers | None = None,
    adresse: dict[str, str] = NOUMEA,
) -> Cession:
    """Return what an imputation pays to a bank, or to `tiers`."""
    return Cession(
        rang_imputation=rang_imputation,
        montant=montant,
        destinataire=destinataire(tiers or TiersFactory.create(nom="Banque fictive"), adresse),
        compte=CompteBancaire(iban="FR7617499000000000000000215", titulaire="Banque fictive"),
        creance="OPP-2026-0001",
        motif="Cession de créance notifiée le 3 novembre 2026",
    )


def mandat(
    par: Utilisateur,
    *,
    tiers: Tiers | None = None,
    budget: Budget | None = None,
    adresse: dict[str, str] = NOUMEA,
    objet: str = "Électricité des collèges",
    **champs: Any,
) -> Mandat:
    """Issue a mandat of 111 000 F for electricity, unless told otherwise."""
    champs.setdefault("compte", COMPTE_BANCAIRE)
    champs.setdefault("justificatifs", [])
    champs.setdefault(
        "imputations", [Imputation(compte="60612", montant_ht=100_000, montant_tgc=11_000)]
    )
    champs.setdefault("date_emission", JOUR)
    return emettre_mandat(
        exercice=champs["date_emission"].year,
        budget=budget or Budget.objects.get(code="principal"),
        destinataire=destinataire(tiers or TiersFactory.create(), adresse),
        objet=objet,
        service=ServiceGestionnaire.objects.get(code="DEFE"),
        delai=Delai(debut=JOUR, fin=date(2026, 12, 23), duree=30),
        par=par,
        **champs,
    )


def titre(
    par: Utilisateur,
    *,
    tiers: Tiers | None = None,
    montant: int = 45_000,
    compte: str = "70323",
    adresse: dict[str, str] = NOUMEA,
    objet: str = "Occupation du domaine public",
    **champs: Any,
) -> Titre:
    """Issue a titre for the occupation of public land."""
    champs.setdefault("date_echeance", date(2026, 12, 31))
    champs.setdefault("date_emission", JOUR)
    return emettre_titre(
        exercice=champs["date_emission"].year,
        budget=Budget.objects.get(code="principal"),
        destinataire=destinataire(tiers or TiersFactory.create(), adresse),
        objet=objet,
        service=ServiceGestionnaire.objects.get(code="DEPS"),
        imputations=[Imputation(compte=compte, montant_ht=montant)],
        bases_liquidation="Terrasse de 15 m² à 3 000 F le m², année 2026",
        code_produit="D001",
        par=par,
        **champs,
    )
