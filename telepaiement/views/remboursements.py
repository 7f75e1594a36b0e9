"""Pages of the finance staff: one payment and what followed it, refunds asked for and approved."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer
from facturier.commun.montants import afficher
from telepaiement import (
    avis,
    classement,
    lettres,
    quittances,
    recus,
    remboursements,
    retours,
    sommes_a_rendre,
    virements,
)
from telepaiement.forms import MotifForm, RemboursementForm
from telepaiement.models import (
    Encaissement,
    EtatRemboursement,
    RecuRemboursement,
    Remboursement,
)
from telepaiement.views.communs import PAR_PAGE, agent, page_par_cle, reponse_pdf

LECTEURS = (Role.AGENT, Role.COMPTABLE)


def _encaissement(pk: int) -> Encaissement:
    lot = Encaissement.objects.select_related(
        "titre__tiers",
        "vente",
        "regie",
        "par",
        "quittance__regie",
        "annulation",
        "session",
        "tentative",
        "provenance__quittance__regie",
    )
    return get_object_or_404(lot, pk=pk)


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def encaissement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a payment, and all that followed: refunds, dispute, payout, bank."""
    objet = _encaissement(pk)
    return render(
        request,
        "telepaiement/argent/encaissement.html",
        {
            "encaissement": objet,
            "mode": quittances.mode_detaille(objet),
            "disponible": sommes_a_rendre.disponible(objet),
            "a_rendre": sommes_a_rendre.a_rendre(objet),
            "classement": classement.classement_de(objet),
            "remboursements": objet.remboursements.select_related(
                "demande_par", "approuve_par", "recu__regie", "virement"
            ).order_by("pk"),
            "litiges": objet.litiges.order_by("pk"),
            "lettres": lettres.a_poster().filter(encaissement=objet),
            "postees": lettres.postees(objet.titre).filter(litige__encaissement=objet)
            if objet.titre
            else (),
            "adresse_postale": avis.adresse_postale(objet.titre) if objet.titre else (),
            "lignes": objet.lignes_versement.select_related("versement").order_by("pk"),
            "peut_demander": agent(request).a_role(Role.AGENT)
            and bool(objet.charge)
            and not remboursements.est_conteste(objet),
            "par_virement": virements.rendable(objet) if agent(request).a_role(Role.AGENT) else 0,
            "est_comptable": agent(request).a_role(Role.COMPTABLE),
            "a_reporter": retours.a_reporter().filter(encaissement=objet),
        },
    )


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def demander(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a refund, proposed at what was paid in excess."""
    objet = _encaissement(pk)
    disponible = sommes_a_rendre.disponible(objet)
    propose = min(sommes_a_rendre.a_rendre(objet), disponible) or disponible
    form = RemboursementForm(
        request.POST or None, initial={"montant": propose, "disponible": disponible}
    )
    contexte = {
        "titre": f"Rembourser : {objet.objet}",
        "consequence": f"{afficher(disponible)} peuvent encore être rendus, sur la carte qui a "
        "payé et elle seule. Un autre agent devra approuver.",
        "action": "Demander le remboursement",
        "retour": reverse("telepaiement:encaissement", args=[pk]),
    }
    return confirmer(
        request,
        form,
        lambda saisie: remboursements.demander(
            encaissement_id=pk,
            montant=saisie["montant"],
            montant_disponible=saisie["disponible"],
            motif=saisie["motif"],
            par=agent(request),
        ),
        contexte,
        reussite=lambda saisie: (
            f"Le remboursement de {afficher(saisie['montant'])} attend "
            "l’approbation d’un autre agent."
        ),
    )


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def liste(request: HttpRequest) -> HttpResponse:
    """List the refunds, newest first, by state."""
    lot = Remboursement.objects.select_related(
        "encaissement__titre__tiers",
        "demande_par",
        "approuve_par",
        "recu__regie",
        "virement",
    )
    etat = request.GET.get("etat", "")
    if etat in EtatRemboursement.values:
        lot = lot.filter(etat=etat)
    page, suivant = page_par_cle(lot, request.GET.get("apres", ""))
    return render(
        request,
        "telepaiement/argent/remboursements.html",
        {
            "remboursements": page,
            "suivant": suivant,
            "etat": etat,
            "etats": EtatRemboursement.choices,
            "moi": agent(request).pk,
            "est_comptable": agent(request).a_role(Role.COMPTABLE),
            "a_reporter": retours.a_reporter()[:PAR_PAGE],
        },
    )


@reserver_a(*LECTEURS)
@never_cache
@require_http_methods(["GET", "POST"])
def approuver(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve a refund asked for by another, which is then sent."""
    objet = get_object_or_404(
        Remboursement.objects.select_related(
            "encaissement__titre__tiers", "encaissement__vente", "demande_par", "virement"
        ),
        pk=pk,
    )
    if request.method == "POST":
        try:
            fait = remboursements.approuver(remboursement_id=pk, par=agent(request))
        except ValidationError as erreur:
            messages.error(request, " ".join(erreur.messages))
        else:
            _annoncer(request, fait)
        return redirect("telepaiement:encaissement", pk=objet.encaissement_id)
    if objet.etat != EtatRemboursement.DEMANDE:
        return _plus_a_decider(request, objet)
    contexte = {
        "titre": f"Approuver un remboursement de {afficher(objet.montant)}",
        "consequence": "Le comptable fera le virement à ce compte."
        if objet.virement
        else "La somme part aussitôt vers la carte qui a payé : cela ne s’annule pas.",
        "lignes": [
            ("Objet", objet.encaissement.objet),
            ("Payé pour", objet.encaissement.payeur),
            ("Payé par", quittances.mode_detaille(objet.encaissement)),
            ("Motif", objet.motif),
            ("Demandé par", objet.demande_par.nom_complet),
            *lignes_du_compte(objet),
        ],
        "action": "Approuver et transmettre au comptable"
        if objet.virement
        else "Approuver et rembourser",
        "retour": reverse("telepaiement:encaissement", args=[objet.encaissement_id]),
    }
    return render(request, "confirmation.html", contexte)


def _plus_a_decider(request: HttpRequest, objet: Remboursement) -> HttpResponse:
    messages.info(
        request,
        f"Le remboursement de {afficher(objet.montant)} n’est plus à approuver : il est "
        f"« {objet.get_etat_display()} ».",
    )
    return redirect("telepaiement:encaissement", pk=objet.encaissement_id)


def lignes_du_compte(objet: Remboursement) -> list[tuple[str, str]]:
    """Return where a refund by transfer goes, to read before it is decided; nothing for a card."""
    ordre = objet.virement
    if ordre is None:
        return []
    return [
        ("Ordre de virement", ordre.reference),
        ("Titulaire du compte", ordre.titulaire),
        ("IBAN", ordre.iban),
        ("Compte", "Vérifié, celui de la fiche" if ordre.est_verifie else "Donné par le payeur"),
    ]


def _annoncer(request: HttpRequest, fait: Remboursement) -> None:
    somme = afficher(fait.montant)
    if fait.virement is not None:
        messages.success(
            request, f"L’ordre {fait.virement.reference} de {somme} est transmis au comptable."
        )
    elif fait.etat == EtatRemboursement.REUSSI:
        messages.success(request, f"{somme} sont rendus, le reçu est émis.")
    elif fait.etat == EtatRemboursement.ECHOUE:
        messages.error(request, f"La banque a refusé de rendre {somme} : {fait.motif_echec}.")
    else:
        messages.warning(request, f"{somme} sont en route : la réponse de la banque suivra.")


@reserver_a(*LECTEURS)
@never_cache
@require_http_methods(["GET", "POST"])
def refuser(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse a refund, with a reason."""
    objet = get_object_or_404(Remboursement, pk=pk)
    if request.method == "GET" and objet.etat != EtatRemboursement.DEMANDE:
        return _plus_a_decider(request, objet)
    contexte = {
        "titre": f"Refuser un remboursement de {afficher(objet.montant)}",
        "consequence": "Rien ne sera rendu. Une nouvelle demande reste possible.",
        "action": "Refuser le remboursement",
        "retour": reverse("telepaiement:encaissement", args=[objet.encaissement_id]),
        "est_dangereux": True,
    }
    return confirmer(
        request,
        MotifForm(request.POST or None),
        lambda saisie: remboursements.refuser(remboursement_id=pk, par=agent(request), **saisie),
        contexte,
        reussite="Le remboursement est refusé.",
    )


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def recu(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the receipt of a refund, as it was issued."""
    objet = get_object_or_404(
        RecuRemboursement.objects.select_related("regie"), remboursement_id=pk
    )
    return reponse_pdf(recus.original(objet), f"remboursement-{objet.reference}.pdf")
