"""The list of oppositions as people filter it, on screen and as a file."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Q

from facturier.commun.exports import Colonne, Tableau
from fournisseurs.models import EtatOpposition, Opposition
from fournisseurs.retenues import deja_servi

LOT = 500
TITRES = (
    "Numéro",
    "Nature",
    "Code du fournisseur",
    "Fournisseur",
    "Code du bénéficiaire",
    "Bénéficiaire",
    "Référence",
    "Notifiée le",
    "À servir à partir du",
    "Jusqu’au",
    "Périmètre",
    "Montant maximal",
    "Déjà servi",
    "État",
)


def filtrer_oppositions(filtre: dict[str, Any], au: date) -> Any:
    """Return the oppositions that `filtre` (vue, genre, recherche) keeps, the latest first."""
    oppositions = _vue(filtre.get("vue") or "vivantes", au)
    if genre := filtre.get("genre"):
        oppositions = oppositions.filter(genre=genre)
    for mot in (filtre.get("recherche") or "").split():
        oppositions = oppositions.filter(
            Q(numero__icontains=mot)
            | Q(reference__icontains=mot)
            | Q(fournisseur__tiers__nom__icontains=mot)
            | Q(fournisseur__tiers__code__istartswith=mot)
            | Q(beneficiaire__tiers__nom__icontains=mot)
        )
    return oppositions.select_related(
        "fournisseur__tiers", "beneficiaire__tiers", "etablissement"
    ).order_by("-pk")


def _vue(vue: str, au: date) -> Any:
    oppositions = Opposition.objects.all()
    vues = {
        "a_decider": oppositions.a_decider,
        "bientot": lambda: oppositions.bientot_finies(au),
        "closes": lambda: oppositions.filter(
            Q(etat__in=[EtatOpposition.LEVEE, EtatOpposition.ECARTEE]) | Q(date_fin__lt=au)
        ),
        "toutes": oppositions.all,
    }
    return vues.get(vue, lambda: oppositions.vivantes(au))()


def tableau(filtre: dict[str, Any], au: date) -> Tableau:
    """Return what the filters keep, to export."""
    return Tableau(
        nom="oppositions",
        titre="Oppositions et cessions",
        description="",
        colonnes=[Colonne(titre) for titre in TITRES],
        lignes=_lignes(filtrer_oppositions(filtre, au)),
    )


def _lignes(oppositions: Any) -> Iterator[list[object]]:
    dernier: int | None = None
    while True:
        suite = oppositions if dernier is None else oppositions.filter(pk__lt=dernier)
        lot = list(suite[:LOT])
        servis = deja_servi(lot)
        for opposition in lot:
            yield _ligne(opposition, servis[opposition.pk])
        if len(lot) < LOT:
            return
        dernier = lot[-1].pk


def _ligne(opposition: Opposition, servi: int) -> list[object]:
    fournisseur, beneficiaire = opposition.fournisseur.tiers, opposition.beneficiaire.tiers
    fin = opposition.date_fin
    return [
        opposition.numero,
        opposition.get_genre_display(),
        fournisseur.code,
        fournisseur.nom_complet,
        beneficiaire.code,
        beneficiaire.nom_complet,
        opposition.reference,
        opposition.notifiee_le.isoformat(),
        opposition.date_debut.isoformat(),
        fin.isoformat() if fin else "",
        opposition.perimetre,
        "" if opposition.plafond is None else opposition.plafond,
        servi,
        opposition.get_etat_display(),
    ]
