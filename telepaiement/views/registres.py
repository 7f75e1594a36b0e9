"""Pages of the registers of a régie: its journal à souches, its days online."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from facturier.acces.controle import reserver_a
from telepaiement import registres
from telepaiement.forms_regie import PeriodeForm
from telepaiement.models import SessionInternet
from telepaiement.views.communs import donner, page_par_cle
from telepaiement.views.regies import LECTEURS, regie_visible, visibles


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def journal(request: HttpRequest, code: str) -> HttpResponse:
    """Show the receipts of a régie over a period, newest first, and their totals."""
    regie = regie_visible(request, code)
    form = _periode(request)
    contexte = {"regie": regie, "form": form, "parametres": request.GET.urlencode()}
    if not form.is_valid():
        return render(request, "telepaiement/regies/journal.html", contexte, status=422)
    emises = registres.journal_a_souches(regie, **form.cleaned_data)
    quittances, suivant = page_par_cle(registres.ordonner(emises), request.GET.get("apres", ""))
    contexte |= {
        "quittances": quittances,
        "suivant": suivant,
        "totaux": registres.totaux(emises),
    }
    return render(request, "telepaiement/regies/journal.html", contexte)


def _periode(request: HttpRequest) -> PeriodeForm:
    """Return the period asked for; the current month by default."""
    jour = timezone.localdate()
    par_defaut = {"du": jour.replace(day=1).isoformat(), "au": jour.isoformat()}
    return PeriodeForm(par_defaut | request.GET.dict())


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def journal_export(request: HttpRequest, code: str, extension: str) -> HttpResponseBase:
    """Give the receipts of a régie over a period as a file, by number."""
    regie = regie_visible(request, code)
    form = _periode(request)
    retour = f"{reverse('telepaiement:regie_journal', args=[code])}?{request.GET.urlencode()}"
    if not form.is_valid():
        return redirect(retour)
    du, au = form.cleaned_data["du"], form.cleaned_data["au"]
    tableau = registres.tableau(
        f"journal-a-souches-{regie.code}-{du:%Y-%m-%d}-{au:%Y-%m-%d}",
        f"Journal à souches, {regie.libelle}",
        f"Quittances du {du:%d/%m/%Y} au {au:%d/%m/%Y}. {regie.acte}",
        registres.journal_a_souches(regie, du, au),
    )
    return donner(request, tableau, extension, retour=retour)


def _session(request: HttpRequest, pk: int) -> SessionInternet:
    return get_object_or_404(
        SessionInternet.objects.select_related("regie"), pk=pk, regie__in=visibles(request)
    )


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def session_internet(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a day of what no till received: its receipts, its totals, its seal."""
    session = _session(request, pk)
    closes = registres.quittances_internet(session)
    quittances, suivant = page_par_cle(registres.ordonner(closes), request.GET.get("apres", ""))
    return render(
        request,
        "telepaiement/regies/session_internet.html",
        {
            "session": session,
            "quittances": quittances,
            "suivant": suivant,
            "totaux": registres.totaux(closes),
        },
    )


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def session_internet_export(request: HttpRequest, pk: int, extension: str) -> HttpResponseBase:
    """Give the receipts of a day online as a file, by number."""
    session = _session(request, pk)
    tableau = registres.tableau(
        f"session-internet-{session.regie.code}-{session.numero}",
        f"Session internet n° {session.numero}",
        f"{session.regie.libelle}, journée du {session.jour:%d/%m/%Y}. "
        f"Empreinte {session.empreinte}",
        registres.quittances_internet(session),
    )
    retour = reverse("telepaiement:session_internet", args=[pk])
    return donner(request, tableau, extension, retour=retour)
