"""List of tiers: search as one types, filters in the address, pages by key."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from facturier.acces.controle import RequeteConnectee, reserver_a
from facturier.acces.models import Role, Utilisateur
from facturier.commun.exports import LIGNES_DE_CLASSEUR, classeur, csv_en_flux
from facturier.commun.pays import code_postal_a_saisir, nom_pays
from fournisseurs.anomalies import CATALOGUE, REJETES, SERAIT_REJETE
from fournisseurs.forms import RechercheForm
from fournisseurs.models import ROLES_LECTURE, AnomalieTiers, Fournisseur
from fournisseurs.recherche import CLE, LUS_AU_PLUS, chercher, lire_place

TAILLE_PAGE = 20


@dataclass(frozen=True, slots=True)
class PageTiers:
    """What one page of the list shows, and what the next one begins after (empty at the end)."""

    fournisseurs: list[Any]
    apres: str
    est_partielle: bool = False

    @property
    def annonce(self) -> str:
        """What a screen reader is told."""
        nombre = len(self.fournisseurs)
        if self.est_partielle:
            return f"{nombre or 'Aucun'} tiers parmi ceux qui ont été lus : ajoutez un mot."
        if not nombre:
            return "Aucun tiers trouvé."
        pluriel = "s" if nombre > 1 else ""
        suite = ", il y en a d’autres" if self.apres else ""
        return f"{nombre} tiers affiché{pluriel}{suite}."


@reserver_a(*ROLES_LECTURE)
@require_GET
def liste(requete: RequeteConnectee) -> HttpResponse:
    """List suppliers and debtors by name, or those that answer to what is being typed."""
    form = RechercheForm(requete.GET)
    form.is_valid()
    page = lire_page(form.cleaned_data, requete.GET.get("apres", ""), par=requete.user)
    fragment = "#resultats" if requete.htmx else ""  # type: ignore[attr-defined]
    return render(
        requete,
        f"fournisseurs/gestion/tiers.html{fragment}",
        {
            "form": form,
            "page": page,
            "suivant": _suivant(requete.GET, page.apres),
            "lus_au_plus": LUS_AU_PLUS,
            "parametres": _sans_place(requete.GET),
            "voit_tout": requete.user.voit_toutes_les_directions,
            "est_agent": requete.user.a_role(Role.AGENT),
        },
    )


def lire_page(filtres: dict[str, Any], apres: str, *, par: Utilisateur) -> PageTiers:
    """Return the page of the list that these filters ask for; the query counts nothing."""
    fournisseurs = filtrer(filtres, par=par)
    if saisie := filtres.get("recherche"):
        trouves = chercher(fournisseurs, saisie, nombre=TAILLE_PAGE, apres=lire_place(apres))
        return PageTiers(trouves.fiches, str(trouves.suite or ""), trouves.est_partielle)
    lus = list(_apres(fournisseurs, apres)[: TAILLE_PAGE + 1])
    montres = lus[:TAILLE_PAGE]
    return PageTiers(montres, str(montres[-1].pk) if lus[TAILLE_PAGE:] else "")


def filtrer(filtres: dict[str, Any], *, par: Utilisateur) -> QuerySet[Fournisseur]:
    """Return the tiers that the filters other than the search keep, by name."""
    fournisseurs: QuerySet[Fournisseur] = Fournisseur.objects.visibles_par(par).select_related(
        "tiers"
    )
    if qualite := filtres.get("qualite"):
        fournisseurs = fournisseurs.filter(**{f"est_{qualite}": True})
    if anomalie := filtres.get("anomalie"):
        codes = REJETES if anomalie == SERAIT_REJETE else {anomalie}
        trouvees = AnomalieTiers.objects.filter(code__in=codes, fournisseur=OuterRef("pk"))
        fournisseurs = fournisseurs.filter(Exists(trouvees))
    return fournisseurs.order_by("tiers__nom", "tiers_id")


def _apres(fournisseurs: QuerySet[Fournisseur], cle: str) -> QuerySet[Fournisseur]:
    """Keep what follows the supplier of key `cle` in the order of names."""
    est_cle = CLE.fullmatch(cle)
    dernier = (
        Fournisseur.objects.select_related("tiers").filter(pk=cle).first() if est_cle else None
    )
    if dernier is None:
        return fournisseurs
    nom = dernier.tiers.nom
    return fournisseurs.filter(
        Q(tiers__nom__gt=nom) | Q(tiers__nom=nom, tiers__gt=dernier.tiers_id)
    )


def _suivant(parametres: QueryDict, apres: str) -> str:
    if not apres:
        return ""
    suite = parametres.copy()
    suite["apres"] = apres
    return f"?{suite.urlencode()}"


def _sans_place(parametres: QueryDict) -> str:
    """Return the filters of the address, without the place in the list."""
    filtres = parametres.copy()
    filtres.pop("apres", None)
    return filtres.urlencode()


TITRES_EXPORT = (
    "Code",
    "Nom",
    "RID",
    "RIDET",
    "Qualité",
    "Catégorie",
    "Nature juridique",
    "Complément",
    "Voie ou boîte postale",
    "Code postal",
    "Commune",
    "Pays",
    "Téléphone",
    "Adresse électronique",
    "État",
    "Anomalies",
)


@reserver_a(*ROLES_LECTURE)
@require_GET
def exporter_csv(requete: RequeteConnectee) -> HttpResponseBase:
    """Stream the whole list that the filters of the address show."""
    return csv_en_flux("tiers.csv", _lignes_export(_selection(requete)))


@reserver_a(*ROLES_LECTURE)
@require_GET
def exporter_xlsx(requete: RequeteConnectee) -> HttpResponseBase:
    """Give the whole list that the filters of the address show, unless it is too long."""
    fournisseurs = _selection(requete)
    if fournisseurs[LIGNES_DE_CLASSEUR : LIGNES_DE_CLASSEUR + 1].exists():
        messages.error(
            requete,
            f"Plus de {LIGNES_DE_CLASSEUR} tiers : resserrez les filtres, ou prenez le CSV.",
        )
        return redirect(f"{reverse('fournisseurs:gestion_tiers')}?{requete.GET.urlencode()}")
    return classeur("tiers.xlsx", "Tiers", _lignes_export(fournisseurs))


def _selection(requete: RequeteConnectee) -> QuerySet[Fournisseur]:
    form = RechercheForm(requete.GET)
    form.is_valid()
    fournisseurs: Any = filtrer(form.cleaned_data, par=requete.user)
    saisie = form.cleaned_data.get("recherche")
    choisis: QuerySet[Fournisseur] = (
        fournisseurs.correspondant_a(saisie) if saisie else fournisseurs
    )
    return choisis


def _lignes_export(fournisseurs: QuerySet[Fournisseur]) -> Iterator[tuple[object, ...]]:
    yield TITRES_EXPORT
    for fiche in fournisseurs.prefetch_related("anomalies").iterator(chunk_size=2000):
        tiers = fiche.tiers
        yield (
            tiers.code,
            tiers.nom_complet,
            fiche.rid,
            tiers.ridet,
            fiche.qualites,
            tiers.get_categorie_display(),
            tiers.get_nature_juridique_display(),
            fiche.adresse_complement,
            fiche.adresse_voie,
            code_postal_a_saisir(fiche.code_postal),
            fiche.ville,
            nom_pays(fiche.pays),
            fiche.telephone,
            fiche.courriel,
            fiche.get_etat_display(),
            " ; ".join(
                CATALOGUE[a.code].libelle for a in fiche.anomalies.all() if a.code in CATALOGUE
            ),
        )
