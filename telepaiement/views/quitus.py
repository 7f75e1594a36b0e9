"""Pages of the quitus of a régisseur who left: what is left to settle, opinion, decision."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from telepaiement import quitus
from telepaiement.forms_quitus import AvisQuitusForm, DecisionQuitusForm
from telepaiement.models import EtatNomination, EtatQuitus, Nomination, Quitus
from telepaiement.views.communs import agent, reponse_pdf
from telepaiement.views.regies import LECTEURS, presenter, visibles


def _nomination(request: HttpRequest, pk: int) -> Nomination:
    """Return a régisseur who left, of a régie that the person may see."""
    return get_object_or_404(
        Nomination.objects.select_related("regie", "personne"),
        pk=pk,
        qualite=Nomination.Qualite.REGISSEUR,
        etat=EtatNomination.TERMINEE,
        regie__in=visibles(request),
    )


def _adresse(nomination: Nomination) -> str:
    return reverse("telepaiement:quitus", args=[nomination.pk])


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is left to settle, the opinions, and what was decided."""
    nomination = _nomination(request, pk)
    rendus = list(nomination.quitus.select_related("avis_par", "decide_par", "nomination__regie"))
    courant = rendus[0] if rendus and rendus[0].etat != EtatQuitus.REFUSE else None
    est_autre = agent(request).pk != nomination.personne_id
    attend = courant is not None and courant.etat == EtatQuitus.AVISE
    contexte = {
        "nomination": nomination,
        "rendus": rendus,
        "reserves": [] if courant and not attend else quitus.reserves(nomination),
        "est_donne": courant is not None and not attend,
        "remises": nomination.regie.remiseservices.filter(sortant=nomination),
        "peut_aviser": est_autre and courant is None and agent(request).a_role(Role.COMPTABLE),
        "peut_decider": est_autre and attend and agent(request).a_role(Role.ORDONNATEUR),
    }
    return render(request, "telepaiement/regies/quitus.html", contexte)


@reserver_a(Role.COMPTABLE)
@never_cache
@require_http_methods(["GET", "POST"])
def avis(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the opinion of the comptable."""
    nomination = _nomination(request, pk)
    form = AvisQuitusForm(request.POST or None)
    return presenter(
        request,
        form,
        lambda: quitus.aviser(
            nomination,
            est_favorable=form.cleaned_data["sens"] == "favorable",
            avis=form.cleaned_data["avis"],
            par=agent(request),
        ),
        vers=lambda _: _adresse(nomination),
        titre=f"Avis sur le compte de {nomination.personne.nom_complet}",
        aide="L’ordonnateur donne ensuite le quitus, ou le refuse.",
        action="Rendre cet avis",
        retour=_adresse(nomination),
        succes="Votre avis est rendu.",
    )


@reserver_a(Role.ORDONNATEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the quitus, or refuse it with reasons."""
    nomination = _nomination(request, pk)
    objet = get_object_or_404(
        Quitus.objects.select_related("nomination__regie"),
        nomination=nomination,
        etat=EtatQuitus.AVISE,
    )
    form = DecisionQuitusForm(request.POST or None)

    def faire() -> None:
        if form.cleaned_data["decision"] == "accorder":
            quitus.accorder(objet, par=agent(request))
        else:
            quitus.refuser(objet, motif=form.cleaned_data["motif"], par=agent(request))

    sens = "favorable" if objet.est_favorable else "défavorable"
    return presenter(
        request,
        form,
        faire,
        vers=lambda _: _adresse(nomination),
        titre=f"Quitus de {nomination.personne.nom_complet}",
        aide="Donner quitus libère son cautionnement.",
        lignes=[("Avis du comptable", sens), ("Observations", objet.avis or "Aucune")],
        action="Enregistrer la décision",
        retour=_adresse(nomination),
        succes="La décision est enregistrée.",
    )


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def certificat(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the certificate of a quitus."""
    objet = get_object_or_404(
        Quitus.objects.select_related(
            "nomination__regie", "nomination__personne", "avis_par", "decide_par"
        ),
        pk=pk,
        etat=EtatQuitus.ACCORDE,
        nomination__regie__in=visibles(request),
    )
    return reponse_pdf(quitus.dessiner(objet), f"quitus-{objet.reference}.pdf")
