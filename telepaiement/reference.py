"""Reference data of the payments: régies, counters and products, from a TOML file."""

import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from facturier.acces.models import Utilisateur
from telepaiement.models import Guichet, Produit, Regie, Tarif

FICHIER_REGIES = settings.RACINE / "fixtures" / "regies.toml"


@transaction.atomic
def charger_regies(*, fichier: Path = FICHIER_REGIES) -> dict[str, int]:
    """Create what is missing from `fichier`; what exists is left alone.

    Returns:
        The number of rows of each kind in the file.
    """
    donnees: dict[str, list[dict[str, Any]]] = tomllib.loads(fichier.read_text(encoding="utf-8"))
    for produit in donnees["produit"]:
        tarif = produit.pop("tarif", None)
        objet, est_neuf = Produit.objects.get_or_create(code=produit["code"], defaults=produit)
        if est_neuf and tarif:
            Tarif.objects.create(produit=objet, par=Utilisateur.objects.systeme(), **tarif)
    for ligne in donnees["regie"]:
        codes = ligne.pop("produits")
        regie, est_neuve = Regie.objects.get_or_create(code=ligne["code"], defaults=ligne)
        if est_neuve:
            regie.produits.set(Produit.objects.filter(code__in=codes))
    for ligne in donnees["guichet"]:
        regie = Regie.objects.get(code=ligne.pop("regie"))
        Guichet.objects.get_or_create(code=ligne["code"], defaults={**ligne, "regie": regie})
    return {genre: len(lignes) for genre, lignes in donnees.items()}
