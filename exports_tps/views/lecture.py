"""A pièce to read before it is signed: what is sent of it, as a tree and a table, its documents."""

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from exports_tps import profils as comparaison
from exports_tps.apercu_pes import arbre
from exports_tps.pes.messages import ErreurPES
from exports_tps.prealable import controler_piece
from exports_tps.views import pages
from exports_tps.views.pages import RequeteConnectee, adresse_de, fichier_range, page_par_cle
from exports_tps.visibilite import bordereaux_visibles, pieces_visibles
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role, Utilisateur
from facturier.commun import fichiers
from facturier.commun.apercu import TYPES_MONTRES, montrer
from facturier.grand_livre.models import VISEURS, PartCedee, Piece, PieceJustificative

LECTEURS = (*VISEURS, Role.COMPTABLE)


@reserver_a(*LECTEURS)
@require_GET
def piece(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show a pièce as the file says it, its checklist, and each of its documents in place."""
    objet = get_object_or_404(
        pieces_visibles(requete.user).select_related("bordereau", "service"), pk=pk
    )
    documents = list(objet.justificatifs.order_by("rattachements__rang"))
    montrables = [document for document in documents if document.type_mime in TYPES_MONTRES]
    voulu = [d for d in montrables if str(d.pk) == requete.GET.get("piece")]
    try:
        tete, refus = arbre(objet), ""
    except ErreurPES as erreur:
        tete, refus = None, str(erreur)
    return render(
        requete,
        "exports_tps/lire_piece.html",
        {
            "piece": objet,
            "fil": _fil(objet, requete.user),
            "tete": tete,
            "refus": refus,
            "controles": controler_piece(objet),
            "imputations": objet.lignes_piece.select_related("compte"),
            "parts": PartCedee.objects.filter(ligne__piece=objet).select_related("ligne"),
            "documents": documents,
            "montre": next(iter([*voulu, *montrables]), None),
            "montrables": montrables,
        },
    )


@reserver_a(*LECTEURS)
@require_GET
def montre(requete: RequeteConnectee, pk: int) -> HttpResponseBase:
    """Show a PDF or an image that founds a pièce, inside its page."""
    document = _document(requete, pk)
    if document.type_mime not in TYPES_MONTRES:
        raise Http404("Ce document ne se montre pas : téléchargez-le.")
    contenu = fichiers.ouvrir(document.sha256, settings.DOCUMENTS_RACINE)
    return montrer(contenu, nom=document.nom, type_mime=document.type_mime)


@reserver_a(*LECTEURS)
@require_GET
def justificatif(requete: RequeteConnectee, pk: int) -> FileResponse:
    """Answer a supporting document of a pièce."""
    document = _document(requete, pk)
    return fichier_range(document.sha256, nom=document.nom, type_mime=document.type_mime)


def _document(requete: RequeteConnectee, pk: int) -> PieceJustificative:
    """Return a document of a pièce that the person may see."""
    siens = PieceJustificative.objects.filter(pieces__in=pieces_visibles(requete.user))
    return get_object_or_404(siens.distinct(), pk=pk)


def _fil(objet: Piece, par: Utilisateur) -> list[tuple[str, str]]:
    if objet.bordereau is None:
        return [("Préparation", reverse("exports_tps:preparation"))]
    return [(objet.bordereau.reference, adresse_de(objet.bordereau, par))]


@reserver_a(*pages.LECTEURS)
@require_GET
def profils(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show what each profile would send of a bordereau."""
    objet = get_object_or_404(bordereaux_visibles(requete.user), pk=pk)
    page, suivant = page_par_cle(requete, comparaison.documents(objet), ordre="pk")
    try:
        donnees, refus = list(comparaison.donnees(objet)), ""
    except ErreurPES as erreur:
        donnees, refus = [], str(erreur)
    return render(
        requete,
        "exports_tps/profils.html",
        {
            "bordereau": objet,
            "fil": [(objet.reference, reverse("exports_tps:bordereau", args=[pk]))],
            "fichiers": comparaison.fichiers(objet),
            "documents": [comparaison.comparer_document(document) for document in page],
            "suivant": suivant,
            "donnees": donnees,
            "refus": refus,
        },
    )
