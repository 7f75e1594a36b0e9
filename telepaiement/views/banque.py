"""Pages of the finance staff: the statement of the bank, and what its movements settle."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer, rapporter
from facturier.commun.fichiers import FichierRefuse
from facturier.commun.montants import afficher
from telepaiement import impayes, lettres, rapprochement, releves
from telepaiement.forms import MotifForm
from telepaiement.forms_banque import PropositionForm, ReleveForm
from telepaiement.models import (
    Encaissement,
    EtatLigneBancaire,
    LigneBancaire,
    NatureRapprochement,
)
from telepaiement.propositions import Proposition, proposer
from telepaiement.views.communs import agent, page_par_cle

LECTEURS = (Role.AGENT, Role.COMPTABLE)
REJETS_MONTRES = 20
CHEQUES_MONTRES = 5


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def liste(request: HttpRequest) -> HttpResponse:
    """List the movements of the bank, by state: what is not matched comes first, with its age."""
    etat = request.GET.get("etat", EtatLigneBancaire.A_RAPPROCHER)
    if etat not in EtatLigneBancaire.values:
        etat = EtatLigneBancaire.A_RAPPROCHER
    lot = LigneBancaire.objects.filter(etat=etat).prefetch_related("rapprochements__annulation")
    page, suivant = page_par_cle(lot, request.GET.get("apres", ""))
    aujourd_hui = timezone.localdate()
    return render(
        request,
        "telepaiement/argent/banque.html",
        {
            "lignes": [(une, (aujourd_hui - une.jour).days) for une in page],
            "suivant": suivant,
            "etat": etat,
            "etats": EtatLigneBancaire.choices,
        },
    )


@reserver_a(*LECTEURS)
@never_cache
@require_http_methods(["GET", "POST"])
def importer(request: HttpRequest) -> HttpResponse:
    """Import a statement; the lines refused are told, with the reason of each."""
    form = ReleveForm(request.POST or None, request.FILES or None)
    rejets: list[tuple[int, str, str]] = []
    if request.method == "POST" and form.is_valid():
        fichier = form.cleaned_data["fichier"]
        try:
            bilan = releves.importer(
                fichier.read(releves.TAILLE_MAXIMALE + 1),
                nom=fichier.name,
                par=agent(request),
                executer=True,
            )
        except FichierRefuse as refus:
            form.add_error("fichier", str(refus))
        else:
            messages.success(
                request,
                f"Mouvements importés : {bilan.crees}, déjà connus : {bilan.inchanges}, "
                f"refusés : {len(bilan.rejets)}.",
            )
            if not bilan.rejets:
                return redirect("telepaiement:banque")
            rejets = bilan.rejets[:REJETS_MONTRES]
    return render(
        request,
        "telepaiement/argent/importer.html",
        {"form": form, "rejets": rejets},
        status=422 if form.errors else 200,
    )


@reserver_a(*LECTEURS)
@never_cache
@require_http_methods(["GET", "POST"])
def ligne(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a movement and what it may be; a POST confirms one proposition."""
    objet = get_object_or_404(LigneBancaire.objects.select_related("releve"), pk=pk)
    est_libre = objet.etat == EtatLigneBancaire.A_RAPPROCHER
    propositions = proposer(objet) if est_libre else []
    choix = [(une.cle, _decrire(une)) for une in propositions]
    donnees = request.POST if request.method == "POST" else None
    form = PropositionForm(donnees, choix=choix)
    if request.method == "POST" and form.is_valid():
        try:
            rapprochement.confirmer(ligne_id=pk, cle=form.cleaned_data["cle"], par=agent(request))
        except ValidationError as erreur:
            rapporter(form, erreur)
        else:
            messages.success(request, f"{afficher(objet.montant)} rapprochés.")
            return _vers_la_lettre(request, objet) or redirect("telepaiement:banque")
    return render(
        request,
        "telepaiement/argent/ligne.html",
        {
            "ligne": objet,
            "form": form if choix else None,
            "est_libre": est_libre,
            "tenu": objet.rapprochement,
            "regles": _regles(objet),
            "non_remis": list(impayes.cheques_non_remis(objet)[:CHEQUES_MONTRES])
            if est_libre and objet.montant < 0
            else [],
        },
        status=422 if form.errors else 200,
    )


def _vers_la_lettre(request: HttpRequest, objet: LigneBancaire) -> HttpResponse | None:
    """Lead to the letter that this movement makes due to a debtor without a mail address."""
    litige = lettres.a_poster().filter(ligne=objet).first()
    if litige is None:
        return None
    messages.warning(
        request, "Aucun courriel n’est parti : une lettre est à imprimer et à poster au débiteur."
    )
    return redirect("telepaiement:encaissement", pk=litige.encaissement_id)


def _regles(objet: LigneBancaire) -> QuerySet[Encaissement]:
    """Return the payments of a transfer shared out; none of a remittance, told by its sum."""
    tenu = objet.rapprochement
    if tenu is None or tenu.nature != NatureRapprochement.REPARTITION:
        return Encaissement.objects.none()
    return (
        Encaissement.objects.filter(rapproches__rapprochement=tenu)
        .select_related("titre__tiers", "quittance")
        .order_by("pk")
    )


def _decrire(proposition: Proposition) -> str:
    if not proposition.commission:
        return proposition.libelle
    return f"{proposition.libelle}, dont {afficher(proposition.commission)} de commission"


@reserver_a(*LECTEURS)
@never_cache
@require_http_methods(["GET", "POST"])
def ecarter(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a movement aside, with a reason."""
    objet = get_object_or_404(LigneBancaire, pk=pk)
    contexte = {
        "titre": f"Écarter un mouvement de {afficher(objet.montant)}",
        "consequence": "Il ne concerne aucun de nos encaissements. Il pourra être repris.",
        "lignes": [("Libellé", objet.libelle)],
        "action": "Écarter",
        "retour": reverse("telepaiement:banque_ligne", args=[pk]),
    }
    return confirmer(
        request,
        MotifForm(request.POST or None),
        lambda saisie: rapprochement.ecarter(ligne_id=pk, par=agent(request), **saisie),
        contexte,
        reussite="Le mouvement est écarté.",
        vers="telepaiement:banque",
    )


@reserver_a(*LECTEURS)
@never_cache
@require_http_methods(["GET", "POST"])
def annuler(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo the match of a movement, with a reason."""
    objet = get_object_or_404(
        LigneBancaire.objects.filter(etat=EtatLigneBancaire.RAPPROCHEE), pk=pk
    )
    retour = reverse("telepaiement:banque_ligne", args=[pk])
    form = MotifForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rapprochement.annuler(ligne_id=pk, motif=form.cleaned_data["motif"], par=agent(request))
        except ValidationError as erreur:
            rapporter(form, erreur)
        else:
            messages.success(request, "Le rapprochement est annulé.")
            return _vers_la_lettre(request, objet) or redirect(retour)
    tenu = objet.rapprochement
    contexte = {
        "titre": f"Annuler le rapprochement de {afficher(objet.montant)}",
        "consequence": "Le mouvement pourra être rapproché autrement. Ce que le rapprochement a "
        "passé en écriture est contrepassé ; un titre qu’il payait est dû à nouveau.",
        "lignes": [
            ("Libellé", objet.libelle),
            ("Rapproché de", tenu.get_nature_display() if tenu else ""),
        ],
        "action": "Annuler le rapprochement",
        "retour": retour,
        "est_dangereux": True,
        "form": form,
    }
    return render(request, "confirmation.html", contexte, status=422 if form.errors else 200)


@reserver_a(*LECTEURS)
@require_POST
def reprendre(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a movement set aside back to the worklist."""
    get_object_or_404(LigneBancaire, pk=pk)
    try:
        rapprochement.reprendre(ligne_id=pk, par=agent(request))
    except ValidationError as erreur:
        messages.error(request, " ".join(erreur.messages))
    return redirect("telepaiement:banque_ligne", pk=pk)
