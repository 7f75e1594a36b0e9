"""Pages of the leaves written by hand when the network was gone."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from telepaiement import carnets, creances
from telepaiement.forms_regie import AnnulationFeuilletForm, FeuilletForm
from telepaiement.models import Encaissement, Feuillet
from telepaiement.views.communs import agent
from telepaiement.views.guichet import session_exigee
from telepaiement.views.regies import presenter


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def saisir(request: HttpRequest) -> HttpResponse:
    """Enter a leaf in the open till; what conflicts is told on the page of the payment."""
    session = session_exigee(request)
    form = FeuilletForm(request.POST or None, initial={"jour": timezone.localdate()})

    def faire() -> Encaissement:
        titres = creances.par_reference(form.cleaned_data["reference"])
        if not titres and not form.cleaned_data["a_classer"]:
            raise ValidationError(
                {
                    "reference": "Aucun titre ne porte cette référence : relisez le feuillet, ou "
                    "cochez la case pour enregistrer une recette à classer."
                }
            )
        return carnets.saisir_feuillet(
            feuillet_id=_feuillet(form.cleaned_data["feuillet"]).pk,
            session=session,
            donnees=carnets.SaisieFeuillet(
                titre_id=titres[0].pk if titres else None,
                saisie=form.saisie,
                recu_le=form.recu_le,
                mention=form.cleaned_data["reference"],
            ),
            par=agent(request),
        )

    return presenter(
        request,
        form,
        faire,
        vers=lambda fait: reverse("telepaiement:guichet_encaissement", args=[fait.pk]),
        titre="Saisir une quittance écrite à la main",
        aide="Recopiez le feuillet. Si le titre a été payé entre-temps, la somme est enregistrée "
        "et le trop-perçu signalé.",
        action="Enregistrer le feuillet",
        retour=reverse("telepaiement:guichet"),
        succes="Le feuillet est enregistré.",
    )


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def annuler(request: HttpRequest) -> HttpResponse:
    """Cancel a leaf that was spoilt and given to nobody."""
    form = AnnulationFeuilletForm(request.POST or None)
    return presenter(
        request,
        form,
        lambda: carnets.annuler_feuillet(
            feuillet_id=_feuillet(form.cleaned_data["feuillet"]).pk,
            motif=form.cleaned_data["motif"],
            par=agent(request),
        ),
        vers=lambda _: reverse("telepaiement:guichet"),
        titre="Annuler un feuillet",
        aide="Un feuillet gâché se garde dans le carnet avec sa souche.",
        action="Annuler le feuillet",
        retour=reverse("telepaiement:guichet"),
        succes="Le feuillet est annulé.",
        est_dangereux=True,
    )


def _feuillet(reference: str) -> Feuillet:
    """Return the leaf of this number or code.

    Raises:
        ValidationError: there is none.
    """
    feuillet = carnets.trouver(reference)
    if feuillet is None:
        raise ValidationError({"feuillet": "Aucun feuillet ne porte ce numéro ou ce code."})
    return feuillet
