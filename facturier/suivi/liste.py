"""The list of a supplier's invoices: what a page shows, what a file holds, views kept by name."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.exports import Colonne, Tableau
from facturier.suivi.forms_liste import FiltreFacturesForm
from facturier.suivi.libelles import libelle_public
from facturier.suivi.models import Facture, VueEnregistree
from facturier.suivi.pages import PageCle, page_cle
from facturier.suivi.querysets import FactureQuerySet

VUES_PAR_PERSONNE = 20
COMPTEES = 1_000  # beyond, counting costs more than the page
COLONNES = (
    Colonne("Numéro", 2.4),
    Colonne("Établissement", 2.6),
    Colonne("RIDET"),
    Colonne("Date de la facture"),
    Colonne("Déposée le", 1.5),
    Colonne("Bon de commande"),
    Colonne("Direction"),
    Colonne("Objet"),
    Colonne("Montant HT", est_montant=True),
    Colonne("TGC", est_montant=True),
    Colonne("Montant TTC", 1.9, est_montant=True),
    Colonne("État", 2.2),
    Colonne("Payée le", 1.4),
    Colonne("Mandat"),
    Colonne("Référence du virement"),
    Colonne("Nature"),
)


def selection(filtre: FiltreFacturesForm, utilisateur: Utilisateur) -> FactureQuerySet:
    """Return the invoices that `filtre` shows to `utilisateur`, as their supplier.

    The keys of the établissements are given as they are: the planner then reads the index of each
    instead of going through the invoices of everybody.
    """
    visibles: FactureQuerySet = Facture.objects.visibles_par(utilisateur).filter(
        etablissement__in=[etablissement.pk for etablissement in filtre.etablissements]
    )
    return filtre.appliquer(visibles)


def lire_page(
    filtre: FiltreFacturesForm, utilisateur: Utilisateur, parametres: QueryDict
) -> PageCle[Any]:
    """Return one page of the list; two queries, whatever its place."""
    lignes = selection(filtre, utilisateur).select_related("etablissement", "service", "mandat")
    return page_cle(lignes, parametres)


def compter(filtre: FiltreFacturesForm, utilisateur: Utilisateur) -> str:
    """Say how many invoices answer, up to a thousand: `3 factures`, `plus de 1 000 factures`."""
    nombre = selection(filtre, utilisateur).order_by()[: COMPTEES + 1].count()
    if nombre > COMPTEES:
        return "plus de 1\u202f000 factures"
    return f"{nombre} facture{'s' if nombre > 1 else ''}"


def tableau(filtre: FiltreFacturesForm, utilisateur: Utilisateur) -> Tableau:
    """Return what the filters show, all pages together, ready to export."""
    return Tableau(
        nom=f"factures-{timezone.localdate():%Y-%m-%d}",
        titre="Mes factures",
        description=filtre.en_mots(),
        colonnes=COLONNES,
        lignes=_lignes(selection(filtre, utilisateur)),
    )


@transaction.atomic
def enregistrer_vue(nom: str, parametres: str, *, par: Utilisateur) -> VueEnregistree:
    """Keep the filters `parametres` (a query string) under `nom`, in place of those of that name.

    Raises:
        ValidationError: no filter is known among them, or the person has twenty views already.
    """
    recus = QueryDict(parametres)
    connus = {n: recus[n] for n in FiltreFacturesForm.base_fields if recus.get(n)}
    if not connus:
        raise ValidationError("Choisissez d’abord des filtres : la vue les garde.")
    autres = VueEnregistree.objects.filter(utilisateur=par).exclude(nom=nom)
    if autres.count() >= VUES_PAR_PERSONNE:
        raise ValidationError(
            f"Vous avez déjà {VUES_PAR_PERSONNE} vues : supprimez-en une d’abord."
        )
    vue, _ = VueEnregistree.objects.update_or_create(
        utilisateur=par, nom=nom, defaults={"parametres": urlencode(connus)}
    )
    return vue


def _lignes(factures: FactureQuerySet) -> Iterator[tuple[object, ...]]:
    lues = factures.select_related("etablissement", "service", "bon_commande", "mandat")
    for facture in lues.order_by("-pk").iterator(chunk_size=2000):
        mandat = facture.mandat
        signe = -1 if facture.est_avoir else 1
        yield (
            facture.numero,
            facture.etablissement.denomination,
            facture.etablissement.ridet,
            facture.date_emission,
            timezone.localdate(facture.deposee_le) if facture.deposee_le else None,
            facture.bon_commande.numero if facture.bon_commande else "",
            facture.service.direction if facture.service else "",
            facture.objet,
            signe * (facture.montant_ht or 0),
            signe * (facture.montant_tgc or 0),
            facture.montant_signe,
            libelle_public(facture),
            facture.payee_le,
            mandat.reference if mandat and mandat.etat != "emise" else "",
            facture.reference_virement,
            facture.get_nature_display(),
        )
