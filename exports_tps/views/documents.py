"""Documents that the treasury refused: why, and replacing them or sending them again."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from exports_tps.documents_refuses import PLUS_REFUSE, avec_leur_refus, remplacer, renvoyer
from exports_tps.forms import DocumentForm
from exports_tps.views.flux import FIL
from exports_tps.views.pages import RequeteConnectee, page_par_cle
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer
from facturier.grand_livre.models import PieceJustificative


@reserver_a(Role.AGENT)
@require_GET
def liste(requete: RequeteConnectee) -> HttpResponse:
    """List the refused documents, newest first, each with its reason and its pièces."""
    page, suivant = page_par_cle(requete, avec_leur_refus())
    contexte = {"documents": page, "suivant": suivant, "fil": FIL}
    return render(requete, "exports_tps/documents_refuses.html", contexte)


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def remplacer_document(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Choose the file that takes the place of a refused document."""
    document = avec_leur_refus().filter(pk=pk).first()
    if document is None:
        return _deja_decide(requete, pk)
    return confirmer(
        requete,
        DocumentForm(requete.POST or None, requete.FILES or None),
        lambda donnees: remplacer(
            document, donnees["fichier"], nom=donnees["fichier"].name, par=requete.user
        ),
        {
            "titre": f"Remplacer {document.nom}",
            "consequence": "Le nouveau document prouve les mêmes pièces, sous un nouvel "
            "identifiant, et attend d’être réuni en flux. Celui qui est refusé est gardé, marqué "
            "comme remplacé, et ne part plus.",
            "lignes": _lignes(document),
            "action": "Remplacer le document",
            "retour": reverse("exports_tps:documents_refuses"),
        },
        reussite="Le document est remplacé : réunissez les documents à envoyer en flux.",
        vers=reverse("exports_tps:flux_liste"),
    )


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def renvoyer_document(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Send a refused document again, as it is."""
    document = avec_leur_refus().filter(pk=pk).first()
    if document is None:
        return _deja_decide(requete, pk)
    return confirmer(
        requete,
        None,
        lambda _: renvoyer(document, par=requete.user),
        {
            "titre": f"Envoyer de nouveau {document.nom}",
            "consequence": "Le même fichier repart dans un flux à part, sous le même identifiant. "
            "Si le motif du refus tient au document, la Trésorerie le refusera encore : "
            "remplacez-le plutôt.",
            "lignes": _lignes(document),
            "action": "Envoyer de nouveau",
            "retour": reverse("exports_tps:documents_refuses"),
        },
        reussite=f"{document.nom} est dans un flux : vous pouvez le transmettre.",
        vers=reverse("exports_tps:flux_liste"),
    )


def _deja_decide(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Tell who comes second that the document waits no more."""
    get_object_or_404(PieceJustificative, pk=pk)
    messages.error(requete, PLUS_REFUSE)
    return redirect("exports_tps:documents_refuses")


def _lignes(document: Any) -> list[tuple[str, str]]:
    """Return what is known of a refused document, as (label, value)."""
    return [
        ("Document", document.nom),
        ("Motif du refus", document.refus or "Sans motif communiqué."),
        ("Pièces", ", ".join(str(lien.piece) for lien in document.rattachements.all())),
    ]
