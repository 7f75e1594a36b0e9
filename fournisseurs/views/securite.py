"""Pages of the security officer: the journal of bank data, its export, the state of its chain."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from facturier.acces.controle import RequeteConnectee, reserver_a
from facturier.acces.models import Role
from facturier.commun.exports import csv_en_flux
from facturier.commun.nombres import lire_entier
from fournisseurs.export_journal import exporter_journal
from fournisseurs.forms_journal import FiltreJournalForm
from fournisseurs.journal import tete, verifier_journal
from fournisseurs.models import EntreeJournal

TAILLE_PAGE = 50
FIL = [("Journal de sécurité", "/gestion/securite/journal/")]


def _filtre(requete: RequeteConnectee) -> tuple[FiltreJournalForm, dict[str, Any]]:
    """Return the form of the filters, and those that are right."""
    form = FiltreJournalForm(requete.GET)
    form.is_valid()
    return form, {nom: valeur for nom, valeur in form.cleaned_data.items() if valeur}


@reserver_a(Role.SECURITE)
@require_GET
def journal(requete: RequeteConnectee) -> HttpResponse:
    """List the entries, the latest first, with filters in the address."""
    form, filtre = _filtre(requete)
    entrees = EntreeJournal.objects.filtrees(**filtre).recentes()
    if (avant := lire_entier(requete.GET.get("avant", ""))) is not None:
        entrees = entrees.filter(numero__lt=avant)
    page = list(entrees[: TAILLE_PAGE + 1])
    suivant = ""
    if page[TAILLE_PAGE:]:
        parametres = requete.GET.copy()
        parametres["avant"] = str(page[TAILLE_PAGE - 1].numero)
        suivant = f"?{parametres.urlencode()}"
    contexte = {"form": form, "entrees": page[:TAILLE_PAGE], "suivant": suivant}
    return render(
        requete, "fournisseurs/securite/journal.html", contexte, status=422 if form.errors else 200
    )


@reserver_a(Role.SECURITE)
@require_GET
def journal_csv(requete: RequeteConnectee) -> HttpResponseBase:
    """Stream what the filters keep as CSV, for a French spreadsheet; the export is recorded."""
    form, filtre = _filtre(requete)
    if form.errors:
        return journal(requete)
    lignes = exporter_journal(
        EntreeJournal.objects.filtrees(**filtre), par=requete.user, filtre=requete.GET.urlencode()
    )
    return csv_en_flux("journal-securite.csv", lignes)


@reserver_a(Role.SECURITE)
@require_GET
def chaine(requete: RequeteConnectee) -> HttpResponse:
    """Read the whole chain again, and say whether it holds or which entry breaks it."""
    rupture = next(verifier_journal(), None)
    numero, empreinte = tete()
    return render(
        requete,
        "fournisseurs/securite/chaine.html",
        {"rupture": rupture, "numero": numero, "empreinte": empreinte, "fil": FIL},
    )
