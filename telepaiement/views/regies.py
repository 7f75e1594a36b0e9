"""Pages of the régies: what they hold, what their acte allows, who holds them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import rapporter
from telepaiement import etats_mensuels, nominations, position, regies, ventes
from telepaiement.alertes import regies_en_alerte
from telepaiement.deficits import rectifications_a_combler, sessions_a_combler
from telepaiement.forms_regie import (
    CautionnementForm,
    FinNominationForm,
    FondsForm,
    GuichetForm,
    NominationForm,
    RegieForm,
)
from telepaiement.models import (
    ContresignatureCaisse,
    Guichet,
    Nomination,
    Regie,
)
from telepaiement.tarifs import avec_tarif
from telepaiement.views.communs import agent

LECTEURS = (Role.AGENT, Role.COMPTABLE, Role.ORDONNATEUR, Role.REGISSEUR)
CONTROLEURS = (Role.AGENT, Role.COMPTABLE, Role.ORDONNATEUR)
RECENTS = 10
PRESENTATION = "telepaiement/regies/acte.html"


def visibles(request: HttpRequest) -> QuerySet[Regie]:
    """Return the régies that the person may see: all, or those where he is appointed."""
    toutes = Regie.objects.all()
    if agent(request).a_role(*CONTROLEURS):
        return toutes
    return toutes.filter(nominations__personne=agent(request)).distinct()


def regie_visible(request: HttpRequest, code: str) -> Regie:
    """Return a régie that the person may see; another does not exist."""
    return get_object_or_404(visibles(request), code=code)


def presenter(
    request: HttpRequest,
    form: BaseForm,
    faire: Callable[[], Any],
    *,
    vers: Callable[[Any], str],
    **contexte: Any,
) -> HttpResponse:
    """Show the form of an act, or carry it out and go where `vers` says of what it returned."""
    if request.method == "POST" and form.is_valid():
        try:
            fait = faire()
        except ValidationError as erreur:
            rapporter(form, erreur)
        else:
            messages.success(request, contexte["succes"])
            return redirect(vers(fait))
    statut = 422 if form.errors else 200
    return render(request, PRESENTATION, {"form": form, **contexte}, status=statut)


def adresse(regie: Regie) -> str:
    """Return the address of the page of a régie."""
    return reverse("telepaiement:regie", args=[regie.code])


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def liste(request: HttpRequest) -> HttpResponse:
    """List the régies, with what they hold and which need somebody."""
    regies_vues = list(visibles(request))
    tenues = position.positions(regies_vues)
    contexte = {
        "lignes": [(regie, tenues[regie.pk]) for regie in regies_vues],
        "en_alerte": regies_en_alerte(agent(request)),
        "a_recevoir": set(position.a_recevoir().values_list("regie", flat=True)),
        "peut_gerer": agent(request).a_role(Role.AGENT),
    }
    return render(request, "telepaiement/regies/liste.html", contexte)


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """Show the live position of a régie (art. 18), its people, its papers."""
    regie = regie_visible(request, code)
    personne = agent(request)
    a_justifier = etats_mensuels.mois_a_justifier(regie, timezone.localdate())
    sessions = regie.sessions.select_related("guichet", "agent").annotate(
        est_contresignee=Exists(ContresignatureCaisse.objects.filter(session=OuterRef("pk")))
    )
    return render(
        request,
        "telepaiement/regies/detail.html",
        {
            "regie": regie,
            "produits": avec_tarif(regie.produits.order_by("code"), timezone.localdate()),
            "position": position.position(regie),
            "alertes": list(position.alertes(regie, a_justifier=a_justifier)),
            "prochain_versement": position.prochain_versement(regie),
            "moyenne": position.moyenne_mensuelle(regie, timezone.localdate()),
            "responsable": nominations.responsable(regie, timezone.localdate()),
            "designe": nominations.designe(regie, timezone.localdate()),
            "prochain": nominations.prochain(regie, timezone.localdate()),
            "nominations": regie.nominations.select_related("personne", "remplace__personne"),
            "guichets": regie.guichets.all(),
            "sessions": sessions[:RECENTS],
            "sessions_internet": regie.sessions_internet.all()[:RECENTS],
            "ventes": ventes.sommes_a_regulariser(regie, timezone.localdate()),
            "regularisations": regie.regularisations.select_related("titre", "produit")[:RECENTS],
            "mois_a_justifier": [(mois, etats_mensuels.de_mois(mois)) for mois in a_justifier],
            "etats_mensuels": [
                (etat, etats_mensuels.de_mois(etat.mois))
                for etat in regie.etats_mensuels.all()[:RECENTS]
            ],
            "versements": regie.versements.select_related("regie").prefetch_related(
                "rectifications"
            )[:RECENTS],
            "remises": regie.remiseservices.select_related("entrant__personne")[:RECENTS],
            "verifications": regie.verificationregies.select_related("par")[:RECENTS],
            "carnets": regie.carnets.select_related("remis_a", "regie")[:RECENTS],
            "deficits": sessions_a_combler([regie]),
            "deficits_versements": rectifications_a_combler([regie]),
            "comblements": regie.comblements.select_related("regie")[:RECENTS],
            "peut_combler": personne.a_role(Role.REGISSEUR, Role.AGENT, Role.COMPTABLE),
            "peut_gerer": personne.a_role(Role.AGENT),
            "peut_controler": personne.a_role(*CONTROLEURS),
            "peut_verser": personne.a_role(Role.REGISSEUR),
            "peut_rectifier": personne.a_role(Role.COMPTABLE),
            "peut_recevoir": personne.a_role(Role.AGENT, Role.COMPTABLE),
        },
    )


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def creer(request: HttpRequest) -> HttpResponse:
    """Record a régie that an acte creates."""
    return _enregistrer_regie(request, Regie(), "Créer une régie")


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def modifier(request: HttpRequest, code: str) -> HttpResponse:
    """Change what the acte of a régie allows."""
    regie = regie_visible(request, code)
    return _enregistrer_regie(request, regie, f"Modifier la régie {regie.code}")


def _enregistrer_regie(request: HttpRequest, regie: Regie, titre: str) -> HttpResponse:
    form = RegieForm(request.POST or None, instance=regie)
    return presenter(
        request,
        form,
        lambda: regies.enregistrer_regie(
            form.instance,
            produits=list(form.cleaned_data["produits"]),
            motif=form.cleaned_data["motif"],
            par=agent(request),
        ),
        vers=adresse,
        titre=titre,
        aide="Les guichets n’encaissent que ce que l’acte permet (décret 2012-829).",
        action="Enregistrer la régie",
        retour=adresse(regie) if regie.pk else reverse("telepaiement:regies"),
        succes="La régie est enregistrée.",
    )


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def guichet(request: HttpRequest, code: str, guichet_id: int | None = None) -> HttpResponse:
    """Create or change a counter of a régie."""
    regie = regie_visible(request, code)
    objet = get_object_or_404(regie.guichets, pk=guichet_id) if guichet_id else Guichet(regie=regie)
    form = GuichetForm(request.POST or None, instance=objet)
    return presenter(
        request,
        form,
        lambda: regies.enregistrer_guichet(
            form.instance, motif=form.cleaned_data["motif"], par=agent(request)
        ),
        vers=lambda _: adresse(regie),
        titre=f"Guichet de la {regie.libelle.lower()}",
        action="Enregistrer le guichet",
        retour=adresse(regie),
        succes="Le guichet est enregistré.",
    )


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def nommer(request: HttpRequest, code: str) -> HttpResponse:
    """Record the appointment of a régisseur or of a mandataire."""
    regie = regie_visible(request, code)
    form = NominationForm(request.POST or None, regie=regie)

    def faire() -> Nomination:
        donnees = dict(form.cleaned_data)
        arrete = nominations.Arrete(
            reference=donnees.pop("arrete"),
            date_arrete=donnees.pop("date_arrete"),
            date_avis_conforme=donnees.pop("date_avis_conforme"),
            date_accord_regisseur=donnees.pop("date_accord_regisseur"),
        )
        return nominations.nommer(regie=regie, arrete=arrete, par=agent(request), **donnees)

    return presenter(
        request,
        form,
        faire,
        vers=lambda _: adresse(regie),
        titre=f"Nommer dans la {regie.libelle.lower()}",
        aide="Un régisseur ou son suppléant répond de la régie une fois qu’elle lui est remise.",
        action="Enregistrer la nomination",
        retour=adresse(regie),
        succes="La nomination est enregistrée.",
    )


def _nomination(request: HttpRequest, pk: int) -> Nomination:
    return get_object_or_404(
        Nomination.objects.select_related("regie", "personne"),
        pk=pk,
        regie__in=visibles(request),
    )


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def terminer(request: HttpRequest, pk: int) -> HttpResponse:
    """End an appointment."""
    nomination = _nomination(request, pk)
    form = FinNominationForm(request.POST or None)
    return presenter(
        request,
        form,
        lambda: nominations.terminer(nomination, par=agent(request), **form.cleaned_data),
        vers=lambda _: adresse(nomination.regie),
        titre=f"Mettre fin aux fonctions de {nomination.personne.nom_complet}",
        aide="Si cette personne répond de la régie, plus personne n’encaisse avant la remise de "
        "service au suivant.",
        action="Mettre fin aux fonctions",
        retour=adresse(nomination.regie),
        succes="Les fonctions ont pris fin.",
        est_dangereux=True,
    )


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def cautionner(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the bond of a régisseur."""
    nomination = _nomination(request, pk)
    form = CautionnementForm(request.POST or None)
    return presenter(
        request,
        form,
        lambda: nominations.cautionner(nomination, par=agent(request), **form.cleaned_data),
        vers=lambda _: adresse(nomination.regie),
        titre=f"Cautionnement de {nomination.personne.nom_complet}",
        action="Enregistrer le cautionnement",
        retour=adresse(nomination.regie),
        succes="Le cautionnement est enregistré.",
    )


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def fonds(request: HttpRequest, code: str) -> HttpResponse:
    """Record the fonds de caisse handed over or taken back by the treasury."""
    regie = regie_visible(request, code)
    form = FondsForm(request.POST or None, initial={"jour": timezone.localdate()})
    return presenter(
        request,
        form,
        lambda: regies.mouvoir_fonds_caisse(regie=regie, par=agent(request), **form.cleaned_data),
        vers=lambda _: adresse(regie),
        titre=f"Fonds de caisse de la {regie.libelle.lower()}",
        action="Enregistrer le mouvement",
        retour=adresse(regie),
        succes="Le mouvement est enregistré et passé en écriture.",
    )
