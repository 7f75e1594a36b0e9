"""Pages of a payment at the card reader of the counter: asked, followed, cancelled (§8.5)."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role, Utilisateur
from facturier.commun.confirmation import rapporter
from facturier.commun.saisie import SaisieMontantField
from facturier.grand_livre.models import Titre
from telepaiement import au_lecteur, refus
from telepaiement.cloture import peut_cloturer
from telepaiement.forms_regie import LecteurForm
from telepaiement.models import EtatTentative, Tentative
from telepaiement.views.communs import agent
from telepaiement.views.guichet import contexte_du_titre, session_exigee
from telepaiement.views.ventes import gardee

SUCCES_A_LIRE = (EtatTentative.REUSSIE,)
A_REPRENDRE = (EtatTentative.CREEE, EtatTentative.INITIEE, EtatTentative.AUTHENTIFICATION)


@reserver_a(Role.REGISSEUR)
@require_POST
def lancer(request: HttpRequest, titre_id: int) -> HttpResponse:
    """Ask the reader of the counter to take the card; a refusal stays beside what was typed."""
    session = session_exigee(request)
    titre = get_object_or_404(Titre.objects.select_related("tiers"), pk=titre_id)
    form = LecteurForm(request.POST)
    if form.is_valid():
        try:
            tentative = au_lecteur.lancer(
                session=session, titre_id=titre.pk, par=agent(request), **form.cleaned_data
            )
        except ValidationError as erreur:
            rapporter(form, erreur)
        else:
            return redirect("telepaiement:lecteur", jeton=tentative.jeton)
    contexte = contexte_du_titre(session, titre) | {"lecteur": form}
    return render(request, "telepaiement/guichet/titre.html", contexte, status=422)


@reserver_a(Role.REGISSEUR)
@require_POST
def vendre(request: HttpRequest, identifiant: UUID) -> HttpResponse:
    """Ask the reader of the counter to take the card for a sale."""
    session = session_exigee(request)
    vente, quantites = gardee(request, identifiant)
    try:
        montant = SaisieMontantField(minimum=1).clean(request.POST.get("montant", ""))
        tentative = au_lecteur.vendre(
            session=session,
            identifiant=identifiant,
            quantites=quantites,
            payeur=vente["payeur"],
            montant=montant,
            par=agent(request),
        )
    except ValidationError as erreur:
        messages.error(request, " ".join(erreur.messages))
        return redirect("telepaiement:vente_payer", identifiant=identifiant)
    return redirect("telepaiement:lecteur", jeton=tentative.jeton)


@reserver_a(Role.REGISSEUR)
@require_POST
def reprendre(request: HttpRequest, jeton: UUID) -> HttpResponse:
    """Present a card again for the same payment."""
    tentative = _tentative(request, jeton)
    try:
        au_lecteur.reprendre(tentative, par=agent(request))
    except ValidationError as erreur:
        messages.error(request, " ".join(erreur.messages))
        return redirect(_retour(tentative, agent(request)))
    return redirect("telepaiement:lecteur", jeton=jeton)


def _retour(tentative: Tentative, personne: Utilisateur) -> str:
    """Return where to go on: another means for what the attempt pays; his till, for another's."""
    if tentative.session and tentative.session.agent_id != personne.pk:
        return reverse("telepaiement:guichet_session", args=[tentative.session_id])
    if tentative.vente_id is not None:
        return reverse("telepaiement:vente_payer", args=[tentative.session_payeur])
    return reverse("telepaiement:guichet_titre", args=[tentative.titre_id])


def _apres_succes(tentative: Tentative, personne: Utilisateur) -> HttpResponse:
    """Go to the payment that was recorded; to the till, for another's."""
    if tentative.session and tentative.session.agent_id != personne.pk:
        return redirect("telepaiement:guichet_session", session_id=tentative.session_id)
    return redirect("telepaiement:guichet_encaissement", encaissement_id=tentative.encaissement.pk)


def _tentative(request: HttpRequest, jeton: UUID) -> Tentative:
    """Return a payment at the reader of one's own till, or of a till that one may close."""
    tentative = get_object_or_404(
        Tentative.objects.select_related(
            "titre__tiers", "vente", "session__guichet", "session__regie"
        ),
        jeton=jeton,
        session__isnull=False,
    )
    if tentative.session is None or not peut_cloturer(tentative.session, agent(request)):
        raise Http404("Paiement d’une autre caisse.")
    return tentative


@reserver_a(Role.REGISSEUR)
@never_cache
@require_GET
def suivre(request: HttpRequest, jeton: UUID) -> HttpResponse:
    """Say where the payment stands; the page asks again every two seconds while it waits."""
    tentative = au_lecteur.suivre(_tentative(request, jeton), par=agent(request))
    if tentative.etat in SUCCES_A_LIRE:
        return _apres_succes(tentative, agent(request))
    est_en_attente = tentative.etat == EtatTentative.EN_COURS
    reponse = render(
        request,
        "telepaiement/guichet/lecteur.html",
        {
            "tentative": tentative,
            "retour": _retour(tentative, agent(request)),
            "est_la_sienne": tentative.session and tentative.session.agent_id == agent(request).pk,
            "est_en_attente": est_en_attente,
            "est_a_reprendre": tentative.etat in A_REPRENDRE,
            "explication": refus.expliquer(tentative.motif_refus),
            "est_douteuse": tentative.etat == EtatTentative.A_VERIFIER,
            "est_recue": tentative.est_recue,
        },
    )
    if est_en_attente:
        reponse["Refresh"] = "2"
    elif tentative.etat in A_REPRENDRE and not tentative.nb_refus:
        reponse["Refresh"] = "10"  # a reader that was cut off takes the card when it comes back
    return reponse


@reserver_a(Role.REGISSEUR)
@require_POST
def annuler(request: HttpRequest, jeton: UUID) -> HttpResponse:
    """Cancel the payment at the reader; the card may have won the race."""
    tentative = au_lecteur.abandonner(_tentative(request, jeton), par=agent(request))
    if tentative.etat == EtatTentative.REUSSIE:
        messages.warning(request, "La carte avait déjà payé : l’encaissement est enregistré.")
        return _apres_succes(tentative, agent(request))
    if tentative.etat == EtatTentative.A_VERIFIER:
        return redirect("telepaiement:lecteur", jeton=jeton)
    messages.success(request, "Le paiement au lecteur est annulé : rien n’a été prélevé.")
    return redirect(_retour(tentative, agent(request)))
