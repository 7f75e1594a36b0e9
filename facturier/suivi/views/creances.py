"""What a claim is worth: attested to the supplier, and what lateness adds to it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from facturier.acces.controle import RequeteConnectee, reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer
from facturier.commun.exports import TropDeLignes, exporter
from facturier.suivi import attestation as attestations
from facturier.suivi import interets
from facturier.suivi.forms import MotifForm
from facturier.suivi.models import Attestation
from facturier.suivi.pages import page_cle
from facturier.suivi.views.communs import (
    ROLES_GESTION,
    envoyer_pdf,
    facture_visible,
)

ROLES_INTERETS = (Role.AGENT, Role.ORDONNATEUR, Role.ADMINISTRATEUR)


@reserver_a(Role.FOURNISSEUR)
@require_POST
def attester(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Attest what is owed for an invoice, then give the PDF."""
    facture = facture_visible(requete, pk)
    try:
        etablie = attestations.attester(facture, par=requete.user)
    except ValidationError as refus:
        messages.error(requete, " ".join(refus.messages))
        return redirect(facture)
    return redirect("suivi:attestation", facture.pk, etablie.pk)


@reserver_a(Role.FOURNISSEUR)
@require_safe
def attestation(requete: RequeteConnectee, pk: int, attestation: int) -> FileResponse:
    """Download an attestation of one's invoice."""
    lues = Attestation.objects.select_related("facture__etablissement", "facture__mandat")
    etablie = get_object_or_404(lues, pk=attestation, facture=facture_visible(requete, pk))
    nom = f"attestation-creance-{etablie.code_verification}.pdf"
    return envoyer_pdf(attestations.dessiner(etablie), nom)


@reserver_a(Role.FOURNISSEUR, *ROLES_GESTION)
@require_safe
def decompte(requete: RequeteConnectee, pk: int) -> FileResponse:
    """Download the computation of the interest of an invoice paid late."""
    facture = facture_visible(requete, pk)
    fait = interets.decompte(facture)
    if fait is None or not fait.est_definitif:
        raise Http404("Aucun intérêt n’est dû, ou la facture n’est pas encore payée.")
    return envoyer_pdf(interets.dessiner(fait), f"interets-moratoires-{facture.pk}.pdf")


@reserver_a(*ROLES_INTERETS)
@require_safe
def liste_interets(requete: RequeteConnectee) -> HttpResponse:
    """List what is proposed for the invoices paid late."""
    page = page_cle(interets.en_retard(requete.user), requete.GET)
    decisions = interets.dernieres_decisions(delai.pk for delai in page.objets)
    contexte = {
        "page": page,
        "decomptes": [(un, decisions.get(un.facture.pk)) for un in interets.decomptes(page.objets)],
        "peut_decider": requete.user.a_role(Role.AGENT, Role.ORDONNATEUR),
    }
    return render(requete, "suivi/interets.html", contexte)


@reserver_a(Role.AGENT, Role.ORDONNATEUR)
def decider_interets(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Set the interest of an invoice aside, or propose it again, with a reason."""
    facture = facture_visible(requete, pk)
    decision = interets.dernieres_decisions([facture.pk]).get(facture.pk)
    est_ecartee = decision is None or not decision.est_ecartee
    fait = "écartés" if est_ecartee else "proposés de nouveau"
    contexte = {
        "titre": f"Intérêts de la facture {facture.numero}",
        "consequence": "La proposition sera écartée : elle ne sera pas mandatée. Le fournisseur "
        "lira le motif."
        if est_ecartee
        else "La proposition reviendra dans la liste. Le fournisseur lira le motif.",
        "action": "Écarter la proposition" if est_ecartee else "Proposer de nouveau",
        "retour": reverse("suivi:interets"),
    }
    return confirmer(
        requete,
        MotifForm(requete.POST or None),
        lambda saisie: interets.decider(
            facture, est_ecartee=est_ecartee, par=requete.user, **saisie
        ),
        contexte,
        reussite=f"Facture {facture.numero} : les intérêts sont {fait}.",
    )


@reserver_a(*ROLES_INTERETS)
@require_safe
def exporter_interets(requete: RequeteConnectee, extension: str) -> HttpResponseBase:
    """Give every proposal as a file."""
    try:
        return exporter(interets.tableau(requete.user), extension)
    except TropDeLignes as refus:
        messages.error(requete, str(refus))
        return redirect("suivi:interets")
