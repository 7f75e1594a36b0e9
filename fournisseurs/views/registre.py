"""Pages about the register: what differs, an extract to compare with, the differences as CSV."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from facturier.acces.controle import RequeteConnectee, reserver_aux_finances
from facturier.acces.models import Role
from facturier.commun.exports import Colonne, Tableau
from facturier.commun.nombres import lire_entier
from fournisseurs.forms_reprise import ExtraitForm, recopier
from fournisseurs.models import (
    ROLES_GESTION,
    EcartRegistre,
    EtablissementRegistre,
    GenreModification,
)
from fournisseurs.registre.ecarts import Comparaison, decrire
from fournisseurs.reprise.colonnes import FichierIllisible
from fournisseurs.views.exports import donner

TAILLE_PAGE = 50
TITRES = ("RIDET", "Dénomination", "Écart", "Chez nous", "Au registre", "À faire")
FIL = [("Tiers", "/gestion/tiers/")]
Nature = EcartRegistre.Nature
# What a line leads to: the request that corrects it, or the suspension of who has closed.
A_FAIRE: dict[str, str] = {
    Nature.CESSE: "suspendre",
    Nature.RENOMME: GenreModification.NOM,
    Nature.DEMENAGE: GenreModification.ADRESSE,
}


@reserver_aux_finances(*ROLES_GESTION)
@require_GET
def registre(requete: RequeteConnectee) -> HttpResponse:
    """Show the differences of one nature, with what to do about each."""
    choisie = Nature(_nature(requete) or Nature.CESSE)
    lignes = EcartRegistre.objects.par_nature(choisie)
    if (dernier := lire_entier(requete.GET.get("apres", ""))) is not None:
        lignes = lignes.filter(pk__gt=dernier)
    page = list(lignes.select_related("etablissement__fournisseur__tiers")[: TAILLE_PAGE + 1])
    nombres = dict(EcartRegistre.objects.order_by().values_list("nature").annotate(Count("pk")))
    suite = f"?nature={choisie}&apres={page[TAILLE_PAGE - 1].pk}" if page[TAILLE_PAGE:] else ""
    return render(
        requete,
        "fournisseurs/gestion/registre.html",
        {
            "choisie": choisie,
            "onglets": [(code, nom, nombres.get(code, 0)) for code, nom in Nature.choices],
            "ecarts": list(decrire(page[:TAILLE_PAGE])),
            "suivant": suite,
            "extrait": EtablissementRegistre.objects.values_list("extrait_le", flat=True).first(),
            "est_agent": requete.user.a_role(Role.AGENT),
            "a_faire": A_FAIRE.get(choisie, "") if requete.user.a_role(Role.AGENT) else "",
            "fil": FIL,
        },
    )


def _nature(requete: RequeteConnectee) -> str:
    """Return the nature asked for, or nothing."""
    nature = requete.GET.get("nature", "")
    return nature if nature in Nature.values else ""


@reserver_aux_finances(Role.AGENT)
@require_http_methods(["GET", "POST"])
def comparer_extrait(requete: RequeteConnectee) -> HttpResponse:
    """Take an extract of the register, keep it, and say how many differences it shows."""
    form = ExtraitForm(requete.POST or None, requete.FILES or None)
    if form.is_valid():
        try:
            trouve = _comparer(form)
        except FichierIllisible as refus:
            form.add_error("fichier", str(refus))
        else:
            messages.success(requete, _bilan(trouve))
            return redirect("fournisseurs:registre")
    return render(
        requete,
        "fournisseurs/gestion/registre_extrait.html",
        {"form": form, "fil": [*FIL, ("Registre", "/gestion/tiers/registre/")]},
        status=422 if form.errors else 200,
    )


def _comparer(form: ExtraitForm) -> Comparaison:
    from fournisseurs.registre.comparaison import comparer  # noqa: PLC0415  (pandas: 1 s to load)

    with tempfile.NamedTemporaryFile() as depot:
        recopier(form.cleaned_data["fichier"], Path(depot.name))
        return comparer(Path(depot.name), extrait_le=form.cleaned_data["extrait_le"], executer=True)


def _bilan(trouve: Comparaison) -> str:
    rejets = ""
    if trouve.rejets:
        ligne, motif = trouve.rejets[0]
        rejets = (
            f" {len(trouve.rejets)} lignes de l’extrait sont écartées (ligne {ligne} : {motif})"
        )
    return (
        f"{trouve.compares} établissements comparés à un extrait qui en compte "
        f"{trouve.extraits} : {len(trouve.ecarts)} écarts.{rejets}"
    )


@reserver_aux_finances(*ROLES_GESTION)
@require_GET
def exporter_ecarts(requete: RequeteConnectee, extension: str) -> HttpResponseBase:
    """Give the differences of one nature, or all."""
    nature = _nature(requete)
    ecarts = EcartRegistre.objects.filter(nature=nature) if nature else EcartRegistre.objects.all()
    tableau = Tableau(
        nom="ecarts-registre",
        titre="Écarts avec le registre",
        description=Nature(nature).label if nature else "",
        colonnes=[Colonne(titre) for titre in TITRES],
        lignes=_lignes(ecarts),
    )
    return donner(requete, tableau, extension, retour=reverse("fournisseurs:registre"))


def _lignes(ecarts: Any) -> Iterator[tuple[object, ...]]:
    for ecart in decrire(ecarts):
        cellules = list(ecart.en_objet().values())
        cellules[2] = ecart.nature.label
        yield (*cellules, ecart.conseil)
