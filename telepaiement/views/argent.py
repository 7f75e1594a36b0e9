"""Pages of the finance staff: payouts, what was not paid out, disputes."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from telepaiement import imputations, lettres, lettres_reglement, registres
from telepaiement import versements as service
from telepaiement.models import (
    EtatImputation,
    EtatLitige,
    EtatVersement,
    LettreImprimee,
    Litige,
    Versement,
)
from telepaiement.passerelles.contrat import PasserelleMuette, PasserelleRefuse
from telepaiement.views.communs import PAR_PAGE, agent, donner, page_par_cle, reponse_pdf

LECTEURS = (Role.AGENT, Role.COMPTABLE)


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def versements(request: HttpRequest) -> HttpResponse:
    """List the payouts, newest first, by state."""
    lot = Versement.objects.all()
    etat = request.GET.get("etat", "")
    if etat in EtatVersement.values:
        lot = lot.filter(etat=etat)
    page, suivant = page_par_cle(lot, request.GET.get("apres", ""))
    return render(
        request,
        "telepaiement/argent/versements.html",
        {
            "versements": page,
            "suivant": suivant,
            "etat": etat,
            "etats": EtatVersement.choices,
        },
    )


@reserver_a(*LECTEURS)
@require_POST
def lire_versements(request: HttpRequest) -> HttpResponse:
    """Read the payouts now, as the night does."""
    try:
        bilan = service.rapprocher(par=agent(request))
    except (PasserelleMuette, PasserelleRefuse):
        messages.error(request, "Le prestataire de paiement ne répond pas : réessayez plus tard.")
    else:
        messages.add_message(
            request,
            messages.WARNING if bilan["en_ecart"] + bilan["en_panne"] else messages.SUCCESS,
            f"Versements lus : {bilan['lus']}, dont comptabilisés : {bilan['comptabilises']}, "
            f"en écart : {bilan['en_ecart']}, rejetés : {bilan['rejetes']}, "
            f"non lus, à reprendre : {bilan['en_panne']}.",
        )
    return redirect("telepaiement:versements")


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def versement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a payout line by line, and what does not match."""
    objet = get_object_or_404(Versement.objects.select_related("ecriture"), pk=pk)
    apres = request.GET.get("apres", "")
    lignes = objet.lignes.select_related(
        "encaissement__titre",
        "remboursement__encaissement__titre",
        "litige__encaissement__titre",
        "versement_rejete",
        "imputation",
    )
    page, suivant = page_par_cle(lignes, apres, taille=2 * PAR_PAGE)
    return render(
        request,
        "telepaiement/argent/versement.html",
        {
            "versement": objet,
            "lignes": page,
            "suivant": suivant,
            "imputable": bool(imputations.imputables(objet)),
            "demandee": objet.imputations.filter(etat=EtatImputation.DEMANDEE).exists(),
            "peut_imputer": agent(request).a_role(Role.AGENT),
            "imputations": objet.imputations.select_related("demande_par", "decide_par"),
            "moi": agent(request).pk,
            "attend_les_francs": objet.anomalie == service.attente_des_francs(objet),
            "rapprochement": objet.rapprochements.vivants().select_related("ligne").first(),
        },
    )


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def attendus(request: HttpRequest) -> HttpResponse:
    """List the card payments that no payout holds after seven days, with their age."""
    maintenant = timezone.now()
    lot = service.non_verses(a=maintenant).select_related(*registres.RELATIONS_ATTENDUS)
    page, suivant = page_par_cle(lot, request.GET.get("apres", ""), croissant=True)
    return render(
        request,
        "telepaiement/argent/attendus.html",
        {
            "lignes": [(un, (maintenant - un.encaisse_le).days) for un in page],
            "suivant": suivant,
            "nombre": lot.count(),
        },
    )


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def attendus_export(request: HttpRequest, extension: str) -> HttpResponseBase:
    """Give the card payments that no payout holds after seven days as a file, oldest first."""
    maintenant = timezone.now()
    tableau = registres.tableau_attendus(service.non_verses(a=maintenant), maintenant)
    retour = reverse("telepaiement:versements_attendus")
    return donner(request, tableau, extension, retour=retour)


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def litiges(request: HttpRequest) -> HttpResponse:
    """List the disputes, newest first, by state, or those about which a letter is to be posted."""
    par_lettre = request.GET.get("lettre") == "a_poster"
    choisis = lettres.a_poster() if par_lettre else Litige.objects.all()
    lot = choisis.select_related("encaissement__titre__tiers", "encaissement__vente")
    etat = request.GET.get("etat", "")
    if etat in EtatLitige.values:
        lot = lot.filter(etat=etat)
    page, suivant = page_par_cle(lot, request.GET.get("apres", ""))
    return render(
        request,
        "telepaiement/argent/litiges.html",
        {
            "litiges": page,
            "suivant": suivant,
            "etat": etat,
            "etats": EtatLitige.choices,
            "par_lettre": par_lettre,
            "a_poster": lettres.a_poster().count() + lettres_reglement.a_poster().count(),
            "reglements": lettres_reglement.a_poster() if par_lettre else (),
        },
    )


@reserver_a(*LECTEURS)
@never_cache
@require_POST
def lettre(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the letter to print and post to a debtor without a mail address; it is kept."""
    litige = get_object_or_404(Litige.objects.select_related("encaissement__titre"), pk=pk)
    try:
        imprimee = lettres.imprimer(litige.pk, par=agent(request))
    except ValidationError as refus:
        messages.error(request, " ".join(refus.messages))
        return redirect("telepaiement:encaissement", pk=litige.encaissement_id)
    return _donner_lettre(imprimee, litige)


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def copie_lettre(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a letter that left, as it was printed."""
    imprimees = LettreImprimee.objects.select_related("litige__encaissement__titre")
    imprimee = get_object_or_404(imprimees, pk=pk, postee__isnull=False)
    return _donner_lettre(imprimee, imprimee.litige)


def _donner_lettre(imprimee: LettreImprimee, litige: Litige) -> HttpResponse:
    reference = litige.encaissement.titre.reference
    return reponse_pdf(lettres.contenu(imprimee), f"lettre-{reference}.pdf")


@reserver_a(*LECTEURS)
@require_POST
def lettre_postee(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the letter left."""
    litige = get_object_or_404(Litige, pk=pk)
    try:
        lettres.poster(litige.pk, par=agent(request))
    except ValidationError as refus:
        messages.error(request, " ".join(refus.messages))
    else:
        messages.success(request, "La lettre est notée comme postée.")
    return redirect("telepaiement:encaissement", pk=litige.encaissement_id)
