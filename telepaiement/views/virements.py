"""Pages of refunds by transfer: asked for, executed by the comptable, come back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.banque import afficher_iban
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Titre
from fournisseurs.coordonnees import CompteIntrouvable
from telepaiement import restitutions, retours, sommes_a_rendre, virements
from telepaiement.comptes_payeurs import compte_a_payer, compte_verifie
from telepaiement.forms import ExecutionForm, MotifForm, RestitutionForm, RetourForm, VirementForm
from telepaiement.models import Encaissement, Remboursement
from telepaiement.views.communs import agent
from telepaiement.views.regies import presenter
from telepaiement.views.remboursements import lignes_du_compte


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def demander(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a refund by transfer, proposed at what is owed back."""
    objet = get_object_or_404(
        Encaissement.objects.select_related("titre__tiers", "vente", "annulation"), pk=pk
    )
    retour = reverse("telepaiement:encaissement", args=[pk])
    try:
        verifie = compte_verifie(objet, timezone.localdate())
    except CompteIntrouvable as erreur:
        messages.error(request, str(erreur))
        return redirect(retour)
    rendable = virements.rendable(objet)
    propose = min(sommes_a_rendre.a_rendre(objet), rendable) or rendable
    form = VirementForm(
        request.POST or None,
        est_verifie=verifie is not None,
        initial={"montant": propose, "disponible": rendable},
    )
    compte = [("Compte vérifié", f"{verifie.titulaire}, {verifie.iban_masque}")] if verifie else []
    return presenter(
        request,
        form,
        lambda: virements.demander(
            encaissement_id=pk,
            montant=form.cleaned_data["montant"],
            montant_disponible=form.cleaned_data["disponible"],
            motif=form.cleaned_data["motif"],
            compte=form.compte,
            courriel=form.cleaned_data["courriel"],
            par=agent(request),
        ),
        vers=lambda _: retour,
        titre=f"Rendre par virement : {objet.objet}",
        aide=f"{afficher(rendable)} peuvent être rendus. Un autre agent devra approuver, puis le "
        "comptable fera le virement.",
        lignes=[("Payé pour", objet.payeur), *compte],
        action="Demander le virement",
        retour=retour,
        succes="L’ordre de virement attend l’approbation d’un autre agent.",
    )


def _virement(pk: int) -> Remboursement:
    lot = Remboursement.objects.filter(virement__isnull=False).select_related(
        "virement", "encaissement__titre__tiers", "encaissement__vente"
    )
    return get_object_or_404(lot, pk=pk)


def _rappel(objet: Remboursement) -> tuple[str, list[tuple[str, str]]]:
    """Return where a page goes back to, and what it reminds of the transfer."""
    retour = reverse("telepaiement:encaissement", args=[objet.encaissement_id])
    lignes = [("Payé pour", objet.encaissement.payeur), ("Montant", afficher(objet.montant))]
    return retour, [*lignes, *lignes_du_compte(objet)]


@reserver_a(Role.COMPTABLE)
@never_cache
@require_http_methods(["GET", "POST"])
def executer(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a transfer left the bank."""
    objet = _virement(pk)
    form = ExecutionForm(request.POST or None)
    retour, lignes = _rappel(objet)
    return presenter(
        request,
        form,
        lambda: virements.executer(
            remboursement_id=pk,
            jour=form.cleaned_data["jour"],
            reference=form.cleaned_data["reference"],
            par=agent(request),
        ),
        vers=lambda _: retour,
        titre=f"Virement fait : {objet.reference}",
        aide="À dire quand le virement est parti, s’il n’est pas encore sur un relevé importé : "
        "le rapprochement du relevé le dit sinon. La dette envers le payeur est soldée.",
        lignes=lignes,
        action="Le virement est fait",
        retour=retour,
        succes="Le virement est comptabilisé, le reçu est émis.",
    )


@reserver_a(Role.COMPTABLE)
@never_cache
@require_http_methods(["GET", "POST"])
def revenu(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a transfer came back, or could not be made."""
    objet = _virement(pk)
    form = MotifForm(request.POST or None)
    retour, lignes = _rappel(objet)
    return presenter(
        request,
        form,
        lambda: virements.declarer_revenu(
            remboursement_id=pk, motif=form.cleaned_data["motif"], par=agent(request)
        ),
        vers=lambda _: retour,
        titre=f"Virement revenu : {objet.reference}",
        aide="La somme redevient à rendre : un autre ordre se demande, à un autre compte.",
        lignes=lignes,
        action="Le virement est revenu",
        retour=retour,
        succes="La somme est à nouveau à rendre.",
    )


@reserver_a(Role.AGENT, Role.COMPTABLE)
@never_cache
@require_http_methods(["GET", "POST"])
def reporter(request: HttpRequest, pk: int) -> HttpResponse:
    """Put on its titre what the provider gave back of a sale."""
    objet = get_object_or_404(retours.a_reporter(), pk=pk)
    titres = retours.titres_possibles(objet)
    form = RetourForm(
        request.POST or None,
        choix=[(un.pk, f"Titre {un.reference}, {afficher(un.montant_ttc)}") for un in titres],
    )
    retour = reverse("telepaiement:encaissement", args=[objet.encaissement_id])
    return presenter(
        request,
        form,
        lambda: retours.reporter(
            remboursement_id=pk,
            titre_id=form.cleaned_data["titre"],
            motif=form.cleaned_data["motif"],
            par=agent(request),
        ),
        vers=lambda _: retour,
        titre=f"Reporter {afficher(objet.montant)} rendus sur le titre de la vente",
        aide="Le titre est dû d’autant : un autre paiement le solde, ou une réduction.",
        lignes=[("Vente rendue", objet.encaissement.quittance.reference), ("Motif", objet.motif)],
        action="Reporter sur le titre",
        retour=retour,
        succes="La somme rendue est reportée sur le titre.",
    )


@reserver_a(Role.COMPTABLE)
@never_cache
@require_http_methods(["GET", "POST"])
def rendre_titre(request: HttpRequest, titre_id: int) -> HttpResponse:
    """Say that the treasury gave back what settled a titre and is no payment."""
    titre = get_object_or_404(Titre.objects.select_related("tiers"), pk=titre_id)
    reste, lignes = restitutions.a_rendre(titre_id), []
    retour = reverse("telepaiement:titre", args=[titre_id])
    est_lecture, refus = request.method == "GET", ""  # a POST says it beside what was typed
    if est_lecture and restitutions.attentes([titre_id]):
        return redirect(retour)  # that page says what is waited for
    try:
        compte = compte_a_payer(titre, timezone.localdate())
        lignes = [("Titulaire du compte", compte.titulaire), ("IBAN", afficher_iban(compte.iban))]
    except CompteIntrouvable as erreur:
        refus = str(erreur)
    if est_lecture and refus:
        messages.error(request, refus)
        return redirect(retour)
    form = RestitutionForm(request.POST or None, initial={"montant": reste or None})
    return presenter(
        request,
        form,
        lambda: restitutions.rendre(titre_id, **form.cleaned_data, par=agent(request)),
        vers=lambda _: retour,
        titre=f"Rendre au débiteur : titre {titre.reference}",
        aide="Cette somme n’est pas entrée dans nos caisses ni venue d’une carte : la Trésorerie "
        "l’avait, et c’est elle qui la rend, par virement. À dire quand le virement est parti.",
        lignes=[
            ("Débiteur", titre.tiers.nom_complet),
            ("À rendre", afficher(reste)),
            *lignes,
        ],
        action="Le virement est fait",
        retour=retour,
        succes="La somme rendue est comptabilisée.",
    )
