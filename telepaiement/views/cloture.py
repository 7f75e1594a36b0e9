"""Pages of a till that is closed: counted, shown line by line, printed, signed by another."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer, rapporter
from telepaiement import au_lecteur, registres
from telepaiement.cloture import cloturer_caisse, comparer, contresigner, peut_cloturer
from telepaiement.coupures import detailler
from telepaiement.edition_cloture import dessiner_cloture
from telepaiement.forms_regie import ClotureForm, ContresignatureForm
from telepaiement.models import EtatSession, EtatTentative, SessionCaisse
from telepaiement.views.communs import agent, donner, reponse_pdf
from telepaiement.views.guichet import session_exigee

SIGNATAIRES = (Role.REGISSEUR, Role.AGENT, Role.COMPTABLE, Role.ORDONNATEUR)


def _session_visible(request: HttpRequest, session_id: int) -> SessionCaisse:
    """Return a till of one's own, or of a régie that one may see."""
    personne = agent(request)
    siennes = Q(agent=personne) | Q(regie__nominations__personne=personne)
    if personne.a_role(Role.AGENT, Role.COMPTABLE, Role.ORDONNATEUR):
        siennes = Q()
    sessions = SessionCaisse.objects.filter(siennes).distinct()
    return get_object_or_404(
        sessions.select_related(
            "guichet", "regie", "agent", "cloturee_par", "contresignature__par"
        ),
        pk=session_id,
    )


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def cloture(request: HttpRequest) -> HttpResponse:
    """Count one's own till and close it."""
    return _cloturer(request, session_exigee(request))


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def cloturer_pour(request: HttpRequest, session_id: int) -> HttpResponse:
    """Count and close the till of an agent who is away, under one's own name."""
    session = _session_visible(request, session_id)
    if session.etat != EtatSession.OUVERTE or not peut_cloturer(session, agent(request)):
        raise Http404("Caisse close, ou d’une régie dont on ne répond pas.")
    return _cloturer(request, session)


def _cloturer(request: HttpRequest, session: SessionCaisse) -> HttpResponse:
    form = ClotureForm(
        request.POST if request.method == "POST" else None,
        session=session,
        est_la_sienne=session.agent_id == agent(request).pk,
    )
    if request.method == "POST" and form.is_valid():
        try:
            cloturer_caisse(
                session_id=session.pk,
                coupures=form.coupures,
                pointage=form.pointage,
                motif_ecart=form.cleaned_data["motif_ecart"],
                motif_absence=form.cleaned_data.get("motif_absence", ""),
                reporter=form.cleaned_data["reporter"],
                par=agent(request),
            )
        except ValidationError as erreur:
            rapporter(form, erreur)
        else:
            return redirect("telepaiement:guichet_session", session_id=session.pk)
    return render(
        request,
        "telepaiement/guichet/cloture.html",
        {
            "form": form,
            "session": session,
            "nombre": session.encaissements.valides().count(),
            "en_attente": au_lecteur.en_attente(session),
            "a_verifier": session.tentatives.filter(etat=EtatTentative.A_VERIFIER).exists(),
            "est_la_sienne": session.agent_id == agent(request).pk,
        },
        status=422 if form.errors else 200,
    )


@reserver_a(*SIGNATAIRES)
@never_cache
@require_GET
def session_close(request: HttpRequest, session_id: int) -> HttpResponse:
    """Show a till: closed, with its count, or where it stands; its payments, one by one."""
    session = _session_visible(request, session_id)
    personne = agent(request)
    quittances = registres.quittances_de_caisse(session)
    contresignature = getattr(session, "contresignature", None)
    return render(
        request,
        "telepaiement/guichet/session.html",
        {
            "session": session,
            "totaux": registres.totaux(quittances),
            "quittances": registres.ordonner(quittances),
            "comptes": comparer(session) if session.numero else [],
            "coupures": detailler(session.coupures),
            "contresignature": contresignature,
            "est_la_sienne": session.agent_id == personne.pk,
            "peut_cloturer": not session.numero
            and personne.a_role(Role.REGISSEUR)
            and peut_cloturer(session, personne),
            "peut_signer": session.numero
            and not contresignature
            and personne.pk not in {session.agent_id, session.cloturee_par_id},
        },
    )


@reserver_a(*SIGNATAIRES)
@never_cache
@require_GET
def session_pdf(request: HttpRequest, session_id: int) -> HttpResponse:
    """Give the sheet of a closing."""
    session = _session_visible(request, session_id)
    if session.numero is None:
        raise Http404("Caisse ouverte.")
    return reponse_pdf(
        dessiner_cloture(session), f"cloture-{session.regie.code}-{session.numero}.pdf"
    )


@reserver_a(*SIGNATAIRES)
@never_cache
@require_GET
def session_export(request: HttpRequest, session_id: int, extension: str) -> HttpResponseBase:
    """Give the payments of a till as a file."""
    session = _session_visible(request, session_id)
    etat = f"clôture n° {session.numero}" if session.numero else "caisse ouverte"
    lieu = f"{session.regie.libelle}, {session.guichet.libelle}"
    tableau = registres.tableau(
        f"caisse-{session.regie.code}-{session.jour:%Y-%m-%d}-{session.pk}",
        f"Caisse du {session.jour:%d/%m/%Y}",
        f"{lieu}, {session.agent.nom_complet}, {etat}",
        registres.quittances_de_caisse(session),
    )
    retour = reverse("telepaiement:guichet_session", args=[session.pk])
    return donner(request, tableau, extension, retour=retour)


@reserver_a(Role.REGISSEUR, Role.AGENT, Role.COMPTABLE)
@never_cache
@require_http_methods(["GET", "POST"])
def contresigner_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign the closing of someone else."""
    session = _session_visible(request, session_id)
    if request.method == "GET" and hasattr(session, "contresignature"):
        messages.info(request, "Cette clôture est déjà contresignée.")
        return redirect("telepaiement:guichet_session", session_id=session.pk)
    contexte = {
        "titre": f"Contresigner la clôture n° {session.numero}",
        "consequence": "Vous attestez avoir vu le compte de cette caisse. La contresignature ne "
        "se retire pas.",
        "action": "Contresigner",
        "retour": reverse("telepaiement:guichet_session", args=[session.pk]),
        "lignes": [
            (
                ligne.libelle,
                f"{ligne.afficher(ligne.compte)} pour {ligne.afficher(ligne.attendu)}, écart de "
                f"{ligne.afficher(ligne.ecart)}",
            )
            for ligne in comparer(session)
        ],
    }
    return confirmer(
        request,
        ContresignatureForm(request.POST if request.method == "POST" else None),
        lambda saisie: contresigner(session=session, par=agent(request), **saisie),
        contexte,
        reussite="La clôture est contresignée.",
    )
