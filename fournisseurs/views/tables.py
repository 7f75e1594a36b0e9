"""Pages of the tables that agents keep: banks, postal codes, and who changed what."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from facturier.acces.controle import RequeteConnectee, reserver_aux_finances
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer
from fournisseurs.forms_tables import BanqueForm, CodePostalForm
from fournisseurs.models import Banque, ChangementReferentiel, CodePostal
from fournisseurs.referentiel import Table, chercher_ligne, enregistrer_ligne, retirer_ligne

FORMULAIRES: dict[str, Any] = {
    Table.BANQUES: BanqueForm,
    Table.CODES_POSTAUX: CodePostalForm,
}
FIL = [("Tiers", "/gestion/tiers/"), ("Banques et codes postaux", "/gestion/tiers/tables/")]


@reserver_aux_finances(Role.AGENT)
@require_GET
def tables(requete: RequeteConnectee) -> HttpResponse:
    """Show both tables and the last changes."""
    contexte = {
        "banques": Banque.objects.all(),
        "codes_postaux": CodePostal.objects.all(),
        "changements": ChangementReferentiel.objects.select_related("par")[:50],
        "fil": FIL[:1],
    }
    return render(requete, "fournisseurs/gestion/tables.html", contexte)


@reserver_aux_finances(Role.AGENT)
@require_http_methods(["GET", "POST"])
def modifier(requete: RequeteConnectee, table: str, cle: str | int = "") -> HttpResponse:
    """Add a row to a table, or change one."""
    form = FORMULAIRES[table](requete.POST or None, instance=_ligne(table, cle) if cle else None)
    if requete.method == "POST" and form.is_valid():
        enregistrer_ligne(form.instance, par=requete.user)
        messages.success(requete, f"{form.instance} : la table est à jour.")
        return redirect("fournisseurs:tables")
    contexte = {
        "form": form,
        "cle": cle,
        "retirer": _adresse_de_retrait(table, cle),
        "titre": Table(table).label,
        "fil": FIL,
    }
    statut = 422 if form.errors else 200
    return render(requete, "fournisseurs/gestion/ligne_de_table.html", contexte, status=statut)


def _adresse_de_retrait(table: str, cle: str | int) -> str:
    nom = "retirer_banque" if table == Table.BANQUES else "retirer_code_postal"
    return reverse(f"fournisseurs:{nom}", args=[cle]) if cle else ""


def _ligne(table: str, cle: str | int) -> Banque | CodePostal:
    try:
        return chercher_ligne(table, str(cle))
    except ValidationError as absente:
        raise Http404(absente.messages[0]) from None


@reserver_aux_finances(Role.AGENT)
@require_http_methods(["GET", "POST"])
def retirer(requete: RequeteConnectee, table: str, cle: str | int) -> HttpResponse:
    """Take a row out of a table, once confirmed."""
    ligne = _ligne(table, cle)
    contexte = {
        "titre": "Retirer cette ligne",
        "consequence": "Les contrôles avertiront à nouveau ; rien n’est refusé pour autant.",
        "action": "Retirer",
        "est_dangereux": True,
        "lignes": [(Table(table).label, str(ligne))],
        "retour": reverse("fournisseurs:tables"),
    }
    return confirmer(
        requete,
        None,
        lambda _: retirer_ligne(ligne, par=requete.user),
        contexte,
        reussite=f"{ligne} n’est plus dans la table.",
    )
