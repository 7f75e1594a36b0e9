"""Archives of the exchanges: who asked for which, their files, a new one."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from exports_tps.archivage import demander_archive
from exports_tps.forms import ArchiveForm
from exports_tps.models import ArchiveTPS
from exports_tps.tasks import faire_archives
from exports_tps.views.flux import FIL
from exports_tps.views.pages import RequeteConnectee, fichier_range, page_par_cle
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import NON_TRAITABLE
from facturier.commun.reveil import reveiller


@reserver_a(Role.AGENT, Role.COMPTABLE)
@require_http_methods(["GET", "POST"])
def archives(requete: RequeteConnectee) -> HttpResponse:
    """List the archives, newest first; ask for one."""
    form = ArchiveForm(requete.POST or None)
    if form.is_bound and form.is_valid():
        try:
            demander_archive(par=requete.user, **form.cleaned_data)
        except ValidationError as refus:
            form.add_error(None, refus)
        else:
            reveiller(faire_archives)
            messages.success(
                requete, "L’archive est demandée : son fichier paraîtra ici dès qu’il sera prêt."
            )
            return redirect("exports_tps:archives")
    page, suivant = page_par_cle(requete, ArchiveTPS.objects.select_related("par"))
    contexte = {"liste": page, "suivant": suivant, "form": form, "fil": FIL}
    statut = NON_TRAITABLE if form.errors else 200
    return render(requete, "exports_tps/archives.html", contexte, status=statut)


@reserver_a(Role.AGENT, Role.COMPTABLE)
@require_GET
def archive(requete: RequeteConnectee, pk: int) -> FileResponse:
    """Download an archive."""
    demandee = get_object_or_404(ArchiveTPS, pk=pk)
    if not demandee.sha256:
        raise Http404("Cette archive n’est pas encore prête.")
    return fichier_range(demandee.sha256, nom=demandee.nom, type_mime="application/zip")
