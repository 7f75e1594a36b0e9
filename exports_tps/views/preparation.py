"""Preparation: what may go, what is blocked and why, the totals, and the making of bordereaux."""

from collections.abc import Collection, Sequence

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, F, Prefetch, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from exports_tps.preparation import (
    GENRE,
    PieceExaminee,
    examiner_pieces,
    maximum_par_bordereau,
    reunir,
    totaux_libres,
)
from exports_tps.views.pages import RequeteConnectee, page_par_cle
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import NON_TRAITABLE
from facturier.commun.nombres import lire_entiers
from facturier.grand_livre.models import (
    Bordereau,
    EtatBordereau,
    Piece,
    RemiseEnPreparation,
    SensPiece,
)
from facturier.grand_livre.suite import PAS_PARTIS

CITES = 20
TOUT = "tout"


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def accueil(requete: RequeteConnectee) -> HttpResponse:
    """Show free pièces of one kind with their controls; list those that are chosen.

    Nothing is chosen for somebody: a link ticks all that is ready, without JavaScript too. A
    refusal keeps what was ticked.
    """
    totaux = totaux_libres()
    choix = requete.GET.get("genre", "")
    codes = [f"{total.sens}-{total.genre}" for total in totaux]
    genre = choix if choix in codes else next(iter(codes), f"{SensPiece.DEPENSE}-01")
    sens, _, nom = genre.partition("-")
    cochees = lire_entiers(requete.POST.getlist("pieces"))
    if requete.method == "POST" and (reponse := _reunir(requete, sens, cochees)):
        return reponse
    libres = Piece.objects.a_mettre_en_bordereau().annotate(genre=GENRE)
    libres = libres.filter(sens=sens, genre=nom)
    page, suivant = page_par_cle(requete, _a_montrer(libres))
    examinees = examiner_pieces(page)
    pretes = [examinee.piece.pk for examinee in examinees if examinee.est_prete]
    if requete.method == "GET" and requete.GET.get("cocher") == TOUT:
        cochees = pretes
    return render(
        requete,
        "exports_tps/preparation.html",
        {
            "totaux": list(zip(codes, totaux, strict=True)),
            "genre": genre,
            "est_depense": sens == SensPiece.DEPENSE,
            "examinees": _cocher(examinees, cochees),
            "pretes": len(pretes),
            "tout_est_coche": bool(pretes) and set(pretes) <= set(cochees),
            "maximum": maximum_par_bordereau(timezone.localdate()),
            "suivant": suivant,
            "bordereaux": _pas_partis(),
        },
        status=NON_TRAITABLE if requete.method == "POST" else 200,
    )


def _cocher(
    examinees: Sequence[PieceExaminee], cochees: Collection[int]
) -> list[tuple[PieceExaminee, bool]]:
    return [(examinee, examinee.piece.pk in cochees) for examinee in examinees]


def _a_montrer(libres: QuerySet[Piece]) -> QuerySet[Piece]:
    """Return free pièces with what their list shows: a titre tells the refusal that it had."""
    refus = RemiseEnPreparation.objects.select_related("bordereau").order_by("pk")
    return libres.select_related("bordereau", "service").prefetch_related(
        Prefetch("remises", refus)
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


def _reunir(requete: RequeteConnectee, sens: str, cles: Sequence[int]) -> HttpResponse | None:
    """List what is ticked, and say on which bordereaux; None when it is refused, with the word."""
    jour = timezone.localdate()
    try:
        crees = reunir(sens=sens, pieces=cles, date_emission=jour, par=requete.user)
    except ValidationError as refus:
        for raison in refus.messages:
            messages.error(requete, raison)
        return None
    if len(crees) == 1:
        messages.success(
            requete, f"{crees[0]} créé : présentez-le au parapheur, ou faites-le signer."
        )
        return redirect("exports_tps:bordereau", crees[0].pk)
    cites = ", ".join(bordereau.reference for bordereau in crees)
    messages.success(
        requete,
        f"{len(crees)} bordereaux créés : {cites}. Présentez-les au parapheur, ou faites-les "
        "signer.",
    )
    return redirect(f"{reverse('exports_tps:bordereaux')}?etat={EtatBordereau.OUVERT}")
