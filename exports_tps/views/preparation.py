"""Preparation: what may go, what is blocked and why, the totals, and the making of bordereaux."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, F, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from exports_tps.preparation import CONTROLES, GENRE, examiner_pieces, totaux_libres
from exports_tps.views.pages import RequeteConnectee, page_par_cle
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.nombres import lire_entiers
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import Bordereau, Piece, SensPiece
from facturier.grand_livre.suite import PAS_PARTIS

CITES = 20


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def accueil(requete: RequeteConnectee) -> HttpResponse:
    """Show free pièces of one kind with their controls; list those that are chosen."""
    totaux = totaux_libres()
    choix = requete.GET.get("genre", "")
    codes = [f"{total.sens}-{total.genre}" for total in totaux]
    genre = choix if choix in codes else next(iter(codes), f"{SensPiece.DEPENSE}-01")
    sens, _, nom = genre.partition("-")
    if requete.method == "POST":
        return _mettre_en_bordereau(requete, sens)
    libres = Piece.objects.a_mettre_en_bordereau().annotate(genre=GENRE)
    libres = libres.filter(sens=sens, genre=nom)
    page, suivant = page_par_cle(requete, libres.select_related("bordereau", "service"))
    examinees = examiner_pieces(page)
    return render(
        requete,
        "exports_tps/preparation.html",
        {
            "totaux": list(zip(codes, totaux, strict=True)),
            "genre": genre,
            "est_depense": sens == SensPiece.DEPENSE,
            "controles": CONTROLES,
            "examinees": examinees,
            "pretes": sum(examinee.est_prete for examinee in examinees),
            "suivant": suivant,
            "bordereaux": _pas_partis(),
        },
    )


def _pas_partis() -> list[Bordereau]:
    """Return the last bordereaux that are not sent, with what each adds up to."""
    return list(
        Bordereau.objects.filter(etat__in=PAS_PARTIS)
        .annotate(
            nombre=Count("pieces"), montant=Sum(F("pieces__montant_ht") + F("pieces__montant_tgc"))
        )
        .order_by("-pk")[:CITES]
    )


def _mettre_en_bordereau(requete: RequeteConnectee, sens: str) -> HttpResponse:
    cles = lire_entiers(requete.POST.getlist("pieces"))
    try:
        bordereau = creer_bordereau(
            sens=sens, pieces=cles, date_emission=timezone.localdate(), par=requete.user
        )
    except ValidationError as refus:
        for raison in refus.messages:
            messages.error(requete, raison)
        return redirect(requete.get_full_path())
    messages.success(requete, f"{bordereau} créé : présentez-le au parapheur, ou faites-le signer.")
    return redirect("exports_tps:bordereau", bordereau.pk)
