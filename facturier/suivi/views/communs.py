"""What the screens of both sides share: finding an invoice, serving a file, telling a refusal."""

from collections.abc import Mapping
from typing import BinaryIO

from django.conf import settings
from django.db import models
from django.forms import BaseForm
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from facturier.acces.models import Role, Utilisateur
from facturier.commun import fichiers
from facturier.commun.confirmation import NON_TRAITABLE
from facturier.suivi.models import Document, Facture

ROLES_GESTION = (Role.AGENT, Role.SERVICE, Role.ORDONNATEUR, Role.COMPTABLE, Role.ADMINISTRATEUR)


def utilisateur_de(requete: HttpRequest) -> Utilisateur:
    """Return the user of a request that access control has let through."""
    if not isinstance(requete.user, Utilisateur):
        raise TypeError("the view is not closed to visitors without an account")
    return requete.user


def facture_visible(requete: HttpRequest, pk: int) -> Facture:
    """Return an invoice with what its page shows; a foreign one answers 404."""
    visibles = Facture.objects.visibles_par(utilisateur_de(requete)).select_related(
        "etablissement__fournisseur__tiers",
        "fournisseur",
        "service",
        "bon_commande",
        "facture_corrigee",
        "mandat__bordereau",
        "motif_rejet",
        "deposee_par",
        "affectee_a",
    )
    facture: Facture = get_object_or_404(visibles, pk=pk)
    return facture


def document_visible(requete: HttpRequest, pk: int, document: int) -> Document:
    """Return a document of an invoice that the user may read; one in quarantine is not served."""
    servis = Document.objects.filter(quarantaine__isnull=True)
    return get_object_or_404(servis, pk=document, facture=facture_visible(requete, pk))


def telecharger(document: models.Model) -> FileResponse:
    """Send a stored file (any `FichierRange`) as an attachment, streamed."""
    sha256, nom, type_mime = (getattr(document, champ) for champ in ("sha256", "nom", "type_mime"))
    reponse = FileResponse(
        fichiers.ouvrir(sha256, settings.DOCUMENTS_RACINE),
        as_attachment=True,
        filename=nom,
        content_type=type_mime,
    )
    reponse["Cache-Control"] = "private, no-store"
    return reponse


def envoyer_pdf(flux: BinaryIO, nom: str) -> FileResponse:
    """Send a PDF made on the spot, as an attachment."""
    reponse = FileResponse(flux, as_attachment=True, filename=nom, content_type="application/pdf")
    reponse["Cache-Control"] = "private, no-store"
    return reponse


def afficher(
    requete: HttpRequest, gabarit: str, contexte: Mapping[str, object], *formulaires: BaseForm
) -> HttpResponse:
    """Render a page, with status 422 when one of its forms is in error."""
    fautif = any(formulaire.is_bound and formulaire.errors for formulaire in formulaires)
    return render(requete, gabarit, dict(contexte), status=NON_TRAITABLE if fautif else 200)
