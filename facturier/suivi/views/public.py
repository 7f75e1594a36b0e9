"""The public page that tells whether a certificate of deposit is true."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from facturier.acces.controle import ouvrir_a_tous
from facturier.suivi.certificat import trouver_par_code


@ouvrir_a_tous
def verification(requete: HttpRequest, code: str = "") -> HttpResponse:
    """Show what was deposited under a code: number, day, amount and digest, nothing else."""
    saisi = requete.GET.get("code", "").strip()
    if saisi:
        return redirect("suivi:verification", saisi[:30].replace("/", ""))
    facture = trouver_par_code(code) if code else None
    statut = 404 if code and facture is None else 200
    contexte = {"facture": facture, "code": code}
    return render(requete, "suivi/verification.html", contexte, status=statut)
