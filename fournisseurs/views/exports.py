"""A list of these pages as a spreadsheet or a workbook: exactly what its filters show."""

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect

from facturier.acces.controle import RequeteConnectee
from facturier.commun.exports import Tableau, TropDeLignes, exporter

FORMATS = ("csv", "xlsx")


def donner(
    requete: RequeteConnectee, tableau: Tableau, extension: str, *, retour: str
) -> HttpResponseBase:
    """Give the list as a file; one too long for a workbook goes back to `retour`, which says so.

    Raises:
        Http404: `extension` is none of `FORMATS`.
    """
    if extension not in FORMATS:
        raise Http404("Ce format d’export n’existe pas.")
    try:
        return exporter(tableau, extension)
    except TropDeLignes as refus:
        messages.error(requete, str(refus))
        return redirect(f"{retour}?{requete.GET.urlencode()}")
