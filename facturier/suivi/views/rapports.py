"""Reports: chosen in a list, drawn with their tables, exported part by part."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from facturier.acces.controle import RequeteConnectee, reserver_a
from facturier.commun.confirmation import NON_TRAITABLE
from facturier.commun.exports import Tableau, TropDeLignes, exporter
from facturier.suivi import rapports
from facturier.suivi.rapports import RAPPORTS, ROLES_RAPPORTS, Demande, Rapport

LIGNES_A_L_ECRAN = 100  # the exports have them all


class PeriodeForm(forms.Form):
    """For which time a report is made, kept in the address."""

    mois = forms.TypedChoiceField(
        label="Période",
        coerce=int,
        choices=[(3, "3 derniers mois"), (6, "6 derniers mois"), (12, "12 derniers mois")],
    )
    annee = forms.TypedChoiceField(label="Exercice", coerce=int)

    def __init__(self, *arguments: object, rapport: Rapport, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        cette_annee = timezone.localdate().year
        champ: forms.TypedChoiceField = self.fields["annee"]  # type: ignore[assignment]
        champ.choices = [(annee, str(annee)) for annee in range(cette_annee, cette_annee - 4, -1)]
        if not rapport.est_annuel:
            del self.fields["annee"]
        if not rapport.est_passe:
            del self.fields["mois"]


@reserver_a(*ROLES_RAPPORTS)
@require_safe
def liste(requete: RequeteConnectee) -> HttpResponse:
    """List the reports that the person may read."""
    lisibles = [(code, r) for code, r in RAPPORTS.items() if requete.user.a_role(*r.roles)]
    return render(requete, "suivi/rapports.html", {"rapports": lisibles})


@reserver_a(*ROLES_RAPPORTS)
@require_safe
def rapport(requete: RequeteConnectee, code: str) -> HttpResponse:
    """Show one report: each part with its drawing, its table and its exports."""
    choisi, form, demande = _demande(requete, code)
    contexte = {
        "code": code,
        "rapport": choisi,
        "form": form,
        "volets": [] if form.errors else choisi.volets(demande),
        "lignes_affichees": LIGNES_A_L_ECRAN,
        "limite": rapports.journee_complementaire(demande.annee) if choisi.est_annuel else None,
        "parametres": requete.GET.urlencode(),
    }
    statut = NON_TRAITABLE if form.errors else 200
    return render(requete, "suivi/rapport.html", contexte, status=statut)


@reserver_a(*ROLES_RAPPORTS)
@require_safe
def exporter_volet(
    requete: RequeteConnectee, code: str, volet: int, extension: str
) -> HttpResponseBase:
    """Give one part of a report as a file, all its rows."""
    choisi, form, demande = _demande(requete, code)
    volets = [] if form.errors else choisi.volets(demande)
    if volet >= len(volets):
        raise Http404("Ce volet n’existe pas.")
    partie = volets[volet]
    fichier = Tableau(
        nom=f"{code}-{volet + 1}-{timezone.localdate():%Y-%m-%d}",
        titre=choisi.titre,
        description=partie.titre,
        colonnes=partie.colonnes,
        lignes=partie.lignes,
    )
    try:
        return exporter(fichier, extension)
    except TropDeLignes as refus:
        messages.error(requete, str(refus))
        return redirect("suivi:rapport", code)


def _demande(requete: RequeteConnectee, code: str) -> tuple[Rapport, PeriodeForm, Demande]:
    """Return the report, its period and what it is asked; 404 unknown, 403 of other roles."""
    choisi = RAPPORTS.get(code)
    if choisi is None:
        raise Http404("Ce rapport n’existe pas.")
    if not requete.user.a_role(*choisi.roles):
        raise PermissionDenied("Ce rapport est réservé à d’autres rôles que le vôtre.")
    par_defaut = {"mois": "12", "annee": str(timezone.localdate().year)}
    form = PeriodeForm(par_defaut | requete.GET.dict(), rapport=choisi)
    form.is_valid()
    donnees = form.cleaned_data
    demande = Demande(
        utilisateur=requete.user,
        mois=donnees.get("mois") or 12,
        annee=donnees.get("annee") or timezone.localdate().year,
    )
    return choisi, form, demande
