"""The public page that tells whether a certificate or an attestation is true."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from facturier.acces.controle import ouvrir_a_tous
from facturier.suivi.attestation import situation, trouver_attestation
from facturier.suivi.certificat import trouver_par_code


@ouvrir_a_tous
def verification(requete: HttpRequest, code: str = "") -> HttpResponse:
    """Show what was deposited, or attested, under a code, and nothing else."""
    saisi = requete.GET.get("code", "").strip()
    if saisi:
        return redirect("suivi:verification", saisi[:30].replace("/", ""))
    facture = trouver_par_code(code) if code else None
    attestation = trouver_attestation(code) if code and facture is None else None
    statut = 404 if code and facture is None and attestation is None else 200
    contexte = {
        "facture": facture,
        "attestation": attestation,
        "situation": situation(attestation) if attestation else "",
        "code": code,
    }
    return render(requete, "suivi/verification.html", contexte, status=statut)
