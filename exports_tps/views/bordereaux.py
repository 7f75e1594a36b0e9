"""Bordereaux: list, making, checklist, signature, constitution."""

import io
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, F, Q, Sum
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exports_tps.edition import editer_bordereau
from exports_tps.forms import BordereauForm, ConstitutionForm
from exports_tps.models import Flux
from exports_tps.prealable import Controle, controler_prealable
from exports_tps.repartition import constituer as constituer_les_flux
from exports_tps.signature import empechement, signer_bordereau
from exports_tps.views.pages import (
    LECTEURS,
    RequeteConnectee,
    fichier_range,
    page_par_cle,
    tenter,
)
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.montants import afficher
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import (
    Bordereau,
    EtatBordereau,
    Piece,
    PieceJustificative,
    SensPiece,
)

FIL = [("Bordereaux", "/gestion/bordereaux/")]


@reserver_a(*LECTEURS)
@require_GET
def bordereaux(requete: RequeteConnectee) -> HttpResponse:
    """List bordereaux by state, newest first, with their number of pièces and amount."""
    etat = requete.GET.get("etat", "")
    nombres = dict(Bordereau.objects.values_list("etat").annotate(Count("pk")).order_by())
    retenus = Bordereau.objects.annotate(
        nombre=Count("pieces"), montant=Sum(F("pieces__montant_ht") + F("pieces__montant_tgc"))
    )
    if etat in EtatBordereau.values:
        retenus = retenus.filter(etat=etat)
    page, suivant = page_par_cle(requete, retenus)
    libres = Piece.objects.a_mettre_en_bordereau()
    return render(
        requete,
        "exports_tps/bordereaux.html",
        {
            "bordereaux": page,
            "suivant": suivant,
            "etat": etat,
            "etats": [(c, libelle, nombres.get(c, 0)) for c, libelle in EtatBordereau.choices],
            "total": sum(nombres.values()),
            "libres": libres.aggregate(
                mandats=Count("pk", filter=Q(sens=SensPiece.DEPENSE)),
                titres=Count("pk", filter=Q(sens=SensPiece.RECETTE)),
            ),
            "est_agent": requete.user.a_role(Role.AGENT),
        },
    )


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def nouveau(requete: RequeteConnectee, sens: str) -> HttpResponse:
    """Choose the free pièces of one side and list them on a new bordereau."""
    form = BordereauForm(requete.POST or None, sens=sens)
    if requete.method == "POST" and form.is_valid():
        try:
            bordereau = creer_bordereau(
                sens=sens,
                pieces=[piece.pk for piece in form.cleaned_data["pieces"]],
                date_emission=timezone.localdate(),
                par=requete.user,
            )
        except ValidationError as refus:
            form.add_error("pieces", refus)
        else:
            messages.success(requete, f"{bordereau} créé : il attend la signature.")
            return redirect("exports_tps:bordereau", bordereau.pk)
    contexte = {
        "form": form,
        "fil": FIL,
        "est_depense": sens == SensPiece.DEPENSE,
        "a_des_pieces": form.fields["pieces"].queryset.exists(),  # type: ignore[attr-defined]
    }
    statut = 422 if form.errors else 200
    return render(requete, "exports_tps/nouveau_bordereau.html", contexte, status=statut)


@reserver_a(*LECTEURS)
@require_GET
def bordereau(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show a bordereau: pièces, documents, checklist, timeline, and what one may do with it."""
    objet = _lire(pk)
    pieces, suivant = page_par_cle(requete, objet.pieces.prefetch_related("justificatifs"))
    est_ouvert = objet.etat == EtatBordereau.OUVERT
    return render(
        requete,
        "exports_tps/bordereau.html",
        {
            "bordereau": objet,
            "fil": FIL,
            "pieces": pieces,
            "suivant": suivant,
            "lignes": lignes_bordereau(objet),
            "controles": controler_prealable(objet) if est_ouvert else [],
            "flux": _flux(objet),
            "peut_signer": est_ouvert and requete.user.a_role(Role.ORDONNATEUR),
            "peut_constituer": objet.etat == EtatBordereau.SIGNE
            and requete.user.a_role(Role.AGENT)
            and _flux(objet) is None,
            "form": ConstitutionForm(),
        },
    )


@reserver_a(Role.ORDONNATEUR)
@require_http_methods(["GET", "POST"])
def signer(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show what is about to be signed, then sign it."""
    objet = _lire(pk)
    if requete.method == "POST":
        tenter(
            requete,
            lambda: signer_bordereau(objet, par=requete.user),
            f"{objet} est signé : ses pièces sont exécutoires.",
        )
        return redirect("exports_tps:bordereau", pk)
    pieces, suivant = page_par_cle(requete, objet.pieces.prefetch_related("justificatifs"))
    raison = empechement(objet, requete.user)
    controles: list[Controle] = controler_prealable(objet)
    est_pret = (
        not raison
        and objet.etat == EtatBordereau.OUVERT
        and all(c.est_conforme or not c.est_bloquant for c in controles)
    )
    return render(
        requete,
        "exports_tps/signer.html",
        {
            "bordereau": objet,
            "fil": [*FIL, (objet.reference, reverse("exports_tps:bordereau", args=[pk]))],
            "lignes": lignes_bordereau(objet),
            "pieces": pieces,
            "suivant": suivant,
            "controles": controles,
            "empechement": raison,
            "est_pret": est_pret,
        },
    )


@reserver_a(Role.AGENT)
@require_POST
def constituer(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Constitute the flux of one bordereau."""
    objet = _lire(pk)
    form = ConstitutionForm(requete.POST)
    if not form.is_valid():
        messages.error(requete, "Choisissez le profil d’export.")
        return redirect("exports_tps:bordereau", pk)
    profil = form.cleaned_data["profil"]
    tenter(
        requete,
        lambda: constituer_les_flux([objet], par=requete.user, profil=profil),
        "Le flux est constitué et contrôlé : vous pouvez le transmettre.",
    )
    flux = _flux(objet)
    return redirect(flux) if flux else redirect("exports_tps:bordereau", pk)


@reserver_a(*LECTEURS)
@require_GET
def bordereau_pdf(requete: RequeteConnectee, pk: int) -> FileResponse:
    """Answer the bordereau as a PDF."""
    objet = _lire(pk)
    contenu = editer_bordereau(objet, etabli_le=timezone.now())
    nom = f"bordereau-{objet.reference}.pdf"
    return FileResponse(io.BytesIO(contenu), filename=nom, content_type="application/pdf")


@reserver_a(*LECTEURS)
@require_GET
def fragment(requete: RequeteConnectee, pk: int) -> FileResponse:
    """Answer the fragment as it was signed."""
    objet = _lire(pk)
    if not objet.empreinte_signee:
        raise Http404("Ce bordereau n’est pas signé.")
    nom = f"bordereau-{objet.reference}-signe.xml"
    return fichier_range(objet.empreinte_signee, nom=nom, type_mime="application/xml")


@reserver_a(*LECTEURS)
@require_GET
def justificatif(requete: RequeteConnectee, pk: int) -> FileResponse:
    """Answer a supporting document of a pièce."""
    document = get_object_or_404(PieceJustificative, pk=pk)
    return fichier_range(document.sha256, nom=document.nom, type_mime=document.type_mime)


def lignes_bordereau(objet: Bordereau) -> list[tuple[str, str]]:
    """Return what sums a bordereau up, as (label, value)."""
    totaux = objet.pieces.aggregate(
        nombre=Count("pk"), ht=Sum("montant_ht", default=0), tgc=Sum("montant_tgc", default=0)
    )
    lignes = [
        ("Sens", objet.get_sens_display()),
        ("Budget et exercice", f"{objet.budget} – {objet.exercice_id}"),
        ("Date d’émission", f"{objet.date_emission:%d/%m/%Y}"),
        ("Nombre de pièces", str(totaux["nombre"])),
        ("Montant HT", afficher(totaux["ht"])),
        ("TGC", afficher(totaux["tgc"])),
        ("Montant TTC", afficher(totaux["ht"] + totaux["tgc"])),
    ]
    if objet.signe_le:
        moment = timezone.localtime(objet.signe_le)
        lignes += [
            ("Signé le", f"{moment:%d/%m/%Y à %H:%M}"),
            ("Certificat", objet.signataire),
            ("Empreinte signée", objet.empreinte_signee),
        ]
    return lignes


def _lire(pk: int) -> Bordereau:
    objet: Bordereau = get_object_or_404(
        Bordereau.objects.select_related("budget", "exercice"), pk=pk
    )
    return objet


def _flux(objet: Bordereau) -> Flux | None:
    """Return the flux that holds the bordereau, if any."""
    lignes: Any = objet.lignes_flux.filter(liberee_le=None)
    return Flux.objects.filter(pk__in=lignes.values("flux")).first() or (
        Flux.objects.filter(lignes__bordereau=objet, transmis_le__isnull=False).first()
    )
