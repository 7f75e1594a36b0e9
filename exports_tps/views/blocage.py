"""« Pourquoi est-ce bloqué ? »: one screen for a mandat, or an invoice without one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from exports_tps.blocage import expliquer_facture, expliquer_mandat
from exports_tps.views.pages import RequeteConnectee
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.grand_livre.models import EtatPiece, Mandat
from facturier.suivi import regles
from facturier.suivi.models import Facture

PLUS_RIEN_A_EXPLIQUER = {
    EtatPiece.PAYEE: "il est payé, rien ne le retient.",
    EtatPiece.ANNULEE: "il est annulé, il ne sera pas payé.",
}
LECTEURS = (Role.AGENT, Role.SERVICE, Role.ORDONNATEUR, Role.ADMINISTRATEUR)


@reserver_a(Role.AGENT, Role.ORDONNATEUR, Role.ADMINISTRATEUR)
@require_GET
def mandat(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Explain a mandat; one that is paid or cancelled is not held up, and its page says so."""
    objet = get_object_or_404(Mandat.objects.select_related("bordereau", "service"), pk=pk)
    if objet.etat in PLUS_RIEN_A_EXPLIQUER:
        messages.info(requete, f"{objet} : {PLUS_RIEN_A_EXPLIQUER[EtatPiece(objet.etat)]}")
        return redirect("suivi:mandat", objet.pk)
    return render(
        requete,
        "exports_tps/blocage.html",
        {
            "objet": objet,
            "titre": f"mandat {objet.reference}",
            "retour": reverse("suivi:mandat", args=[objet.pk]),
            "explication": expliquer_mandat(objet),
            "est_requerable": objet.etat == EtatPiece.SUSPENDUE
            and requete.user.a_role(Role.ORDONNATEUR),
            "est_refuse": objet.etat in regles.REFUSES and requete.user.a_role(Role.AGENT),
        },
    )


@reserver_a(*LECTEURS)
@require_GET
def facture(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Explain an invoice; one that a mandat pays leads to its mandat."""
    visibles = Facture.objects.visibles_par(requete.user).deposees()
    objet = get_object_or_404(
        visibles.filter(nature=Facture.Nature.FACTURE).select_related(
            "bon_commande__service", "service", "mandat", "etablissement__fournisseur__tiers"
        ),
        pk=pk,
    )
    if objet.mandat_id and requete.user.a_role(Role.AGENT, Role.ORDONNATEUR):
        return redirect("exports_tps:pourquoi_mandat", objet.mandat_id)
    return render(
        requete,
        "exports_tps/blocage.html",
        {
            "objet": objet,
            "titre": f"facture {objet.numero}",
            "retour": reverse("suivi:gestion_detail", args=[objet.pk]),
            "explication": expliquer_facture(objet),
        },
    )
