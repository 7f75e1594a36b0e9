"""The page where a transfer is given to the titres that it pays, or kept to be classed."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import rapporter
from facturier.commun.montants import afficher
from facturier.commun.nombres import lire_entiers
from telepaiement import repartition
from telepaiement.forms_banque import RepartitionForm
from telepaiement.models import EtatLigneBancaire, LigneBancaire
from telepaiement.views.communs import agent

LECTEURS = (Role.AGENT, Role.COMPTABLE)


@reserver_a(*LECTEURS)
@never_cache
@require_http_methods(["GET", "POST"])
def repartir(request: HttpRequest, pk: int) -> HttpResponse:
    """Search the titres that a transfer pays and share it among them; a POST records it.

    The titres chosen are in the address, so that a search adds to them without any script.
    """
    ligne = get_object_or_404(
        LigneBancaire, pk=pk, etat=EtatLigneBancaire.A_RAPPROCHER, montant__gt=0
    )
    choisis = repartition.choisis(lire_entiers(request.GET.getlist("titre")), ligne)
    donnees = request.POST if request.method == "POST" else None
    form = RepartitionForm(donnees, candidats=choisis, montant=ligne.montant)
    if request.method == "POST" and form.is_valid():
        try:
            repartition.repartir(
                ligne_id=pk, parts=form.parts, reste=form.sort_du_reste, par=agent(request)
            )
        except ValidationError as erreur:
            rapporter(form, erreur)
        else:
            messages.success(request, f"{afficher(ligne.montant)} rapprochés.")
            return redirect("telepaiement:banque_ligne", pk=pk)
    contexte = {"ligne": ligne, "form": form, **_choix(request, ligne, choisis)}
    statut = 422 if form.errors else 200
    return render(request, "telepaiement/argent/repartir.html", contexte, status=statut)


def _choix(
    request: HttpRequest, ligne: LigneBancaire, choisis: list[repartition.Candidat]
) -> dict[str, object]:
    """Return what was searched and found, each with the address that adds or takes away."""
    texte = request.GET.get("q", "").strip()[:100]
    pris = [un.titre.pk for un in choisis]
    trouves = repartition.chercher(texte, ligne)
    base = reverse("telepaiement:banque_repartir", args=[ligne.pk])

    def adresse(cles: list[int]) -> str:
        return f"{base}?{urlencode({'titre': cles, 'q': texte}, doseq=True)}"

    libres = [un for un in trouves if un.titre.pk not in pris][: repartition.TITRES_MAXIMUM]
    est_plein = len(pris) >= repartition.TITRES_MAXIMUM
    return {
        "q": texte,
        "pris": pris,
        "choisis": [(un, adresse([cle for cle in pris if cle != un.titre.pk])) for un in choisis],
        "trouves": [(un, "" if est_plein else adresse([*pris, un.titre.pk])) for un in libres],
    }
