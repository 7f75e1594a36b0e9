"""Pages about tiers that may be one: list, side by side, merges and their undoing."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from facturier.acces.controle import RequeteConnectee, reserver_aux_finances
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer
from facturier.commun.exports import LIGNES_DE_CLASSEUR, classeur, csv_en_flux
from facturier.commun.nombres import lire_entier
from fournisseurs.comparaison import PAR_CODE, comptes_different, comptes_masques
from fournisseurs.doublons import ecarter_doublon, rouvrir_doublon
from fournisseurs.forms import MotifForm
from fournisseurs.forms_fusion import FusionForm
from fournisseurs.fusion import (
    abandonner_fusion,
    annuler_fusion,
    empechement_a_l_annulation,
    executer_fusion,
    proposer_fusion,
)
from fournisseurs.models import Doublon, EtatDoublon, EtatFusion, Fournisseur, Fusion

TAILLE_PAGE = 50
FIL_TIERS = [("Tiers", "/gestion/tiers/")]
FIL_DOUBLONS = [*FIL_TIERS, ("Doublons", "/gestion/tiers/doublons/")]
FIL_FUSIONS = [*FIL_TIERS, ("Fusions", "/gestion/tiers/fusions/")]


@reserver_aux_finances(Role.AGENT)
@require_GET
def liste(requete: RequeteConnectee) -> HttpResponse:
    """List the pairs to examine, the surest first, or those set aside."""
    etat = requete.GET.get("etat", EtatDoublon.A_EXAMINER)
    if etat not in EtatDoublon.values:
        etat = EtatDoublon.A_EXAMINER
    paires = Doublon.objects.filter(etat=etat).select_related("premier__tiers", "second__tiers")
    page = list(_apres(paires, requete.GET.get("apres", ""))[: TAILLE_PAGE + 1])
    suivant = ""
    if page[TAILLE_PAGE:]:
        dernier = page[TAILLE_PAGE - 1]
        suivant = f"?etat={etat}&apres={dernier.score}-{dernier.pk}"
    contexte = {
        "etat_choisi": etat,
        "onglets": EtatDoublon.choices,
        "doublons": page[:TAILLE_PAGE],
        "suivant": suivant,
        "fil": FIL_TIERS,
    }
    return render(requete, "fournisseurs/gestion/doublons.html", contexte)


@reserver_aux_finances(Role.AGENT)
@require_GET
def exporter_csv(requete: RequeteConnectee) -> HttpResponseBase:
    """Stream every pair of one state."""
    return csv_en_flux("doublons.csv", _lignes_export(_selection(requete)))


@reserver_aux_finances(Role.AGENT)
@require_GET
def exporter_xlsx(requete: RequeteConnectee) -> HttpResponseBase:
    """Give the pairs of one state as a workbook; the surest ones, when there are too many."""
    paires = _selection(requete)[:LIGNES_DE_CLASSEUR]
    return classeur("doublons.xlsx", "Doublons", _lignes_export(paires))


def _selection(requete: RequeteConnectee) -> Any:
    etat = requete.GET.get("etat", EtatDoublon.A_EXAMINER)
    return Doublon.objects.filter(etat=etat).select_related("premier__tiers", "second__tiers")


def _lignes_export(paires: Any) -> Iterator[tuple[object, ...]]:
    yield "Premier code", "Premier nom", "Second code", "Second nom", "Raisons", "Score", "État"
    for paire in paires.iterator(chunk_size=2000):
        premier, second = paire.premier.tiers, paire.second.tiers
        yield (
            premier.code,
            premier.nom_complet,
            second.code,
            second.nom_complet,
            " ; ".join(paire.libelles_raisons),
            paire.score,
            paire.get_etat_display(),
        )


def _apres(paires: Any, place: str) -> Any:
    """Keep what follows the place `score-key`, the surest first."""
    score, cle = map(lire_entier, place.partition("-")[::2])
    if score is None or cle is None:
        return paires
    return paires.exclude(score__gt=score).exclude(score=score, pk__lte=cle)


@reserver_aux_finances(Role.AGENT)
@require_http_methods(["GET", "POST"])
def rapprocher(requete: RequeteConnectee) -> HttpResponseBase:
    """Show two tiers side by side, and merge them as the agent chooses."""
    fiches = _deux_fiches(requete)
    form = FusionForm(requete.POST or None, fiches=fiches)
    if requete.method == "POST" and form.is_valid():
        try:
            fusion = proposer_fusion(
                garde=form.tiers_garde,
                absorbe=form.tiers_absorbe,
                choix=form.choix,
                par=requete.user,
                motif=form.cleaned_data["motif"],
            )
        except ValidationError as refus:
            form.add_error(None, refus)
        else:
            _annoncer(requete, fusion)
            return redirect("fournisseurs:fusion", pk=fusion.pk)
    contexte = {
        "form": form,
        "cotes": [(fiche, comptes_masques(fiche)) for fiche in fiches],
        "comptes_different": comptes_different(*fiches),
        "doublon": Doublon.objects.entre(*fiches).first(),
        "fil": FIL_DOUBLONS,
    }
    statut = 422 if form.errors else 200
    return render(requete, "fournisseurs/gestion/rapprocher.html", contexte, status=statut)


def _deux_fiches(requete: RequeteConnectee) -> list[Fournisseur]:
    """Return the tiers that the address names, `un` and `autre`. Raises `Http404`."""
    codes = [requete.GET.get("un", ""), requete.GET.get("autre", "")]
    trouves = Fournisseur.objects.select_related("tiers").filter(tiers__code__in=codes)
    fiches = sorted(trouves, key=lambda fiche: codes.index(fiche.tiers.code))
    if len(fiches) != 2:  # noqa: PLR2004
        raise Http404("Désignez deux tiers différents.")
    return fiches


def _annoncer(requete: RequeteConnectee, fusion: Fusion) -> None:
    if fusion.etat == EtatFusion.FAITE:
        messages.success(requete, f"{fusion} : le relevé du tiers gardé montre les deux.")
        return
    messages.info(
        requete,
        "Les comptes bancaires diffèrent : la fusion attend qu’un autre agent la valide.",
    )


@reserver_aux_finances(Role.AGENT)
@require_GET
def fusions(requete: RequeteConnectee) -> HttpResponse:
    """List the merges that wait for a second agent, then the last ones."""
    toutes = Fusion.objects.select_related("garde__tiers", "absorbe__tiers", "proposee_par")
    contexte = {
        "a_valider": toutes.filter(etat=EtatFusion.PROPOSEE).order_by("pk")[:TAILLE_PAGE],
        "autres": toutes.exclude(etat=EtatFusion.PROPOSEE)[:TAILLE_PAGE],
        "fil": FIL_TIERS,
    }
    return render(requete, "fournisseurs/gestion/fusions.html", contexte)


@reserver_aux_finances(Role.AGENT)
@require_GET
def fusion(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show a merge: who was kept, what was taken, what can still be done."""
    objet = _fusion(pk)
    est_faite = objet.etat == EtatFusion.FAITE
    contexte = {
        "fusion": objet,
        "lignes": _lignes(objet),
        "cotes": [(fiche, comptes_masques(fiche)) for fiche in (objet.garde, objet.absorbe)],
        "est_a_valider": objet.etat == EtatFusion.PROPOSEE,
        "est_sienne": objet.proposee_par_id == requete.user.pk,
        "est_faite": est_faite,
        "empechement": empechement_a_l_annulation(objet) if est_faite else "",
        "fil": FIL_FUSIONS,
    }
    return render(requete, "fournisseurs/gestion/fusion.html", contexte)


def _fusion(pk: int) -> Fusion:
    fusions = Fusion.objects.select_related(
        "garde__tiers", "absorbe__tiers", "proposee_par", "validee_par"
    )
    return get_object_or_404(fusions, pk=pk)


def _lignes(objet: Fusion) -> list[tuple[str, str]]:
    repris = ", ".join(PAR_CODE[code].libelle for code in objet.choix)
    return [
        ("Tiers gardé", str(objet.garde)),
        ("Tiers absorbé", str(objet.absorbe)),
        ("Données reprises du tiers absorbé", repris or "aucune"),
        ("Comptes bancaires", "différents" if objet.comptes_different else "identiques"),
        ("Motif", objet.motif),
        ("Proposée par", str(objet.proposee_par)),
        ("Validée par", str(objet.validee_par or "personne encore")),
    ]


TEXTES: dict[str, dict[str, Any]] = {
    "ecarter": {
        "titre": "Ce ne sont pas des doublons",
        "consequence": "La paire n’est plus proposée ; elle reste sous « Pas un doublon ».",
        "action": "Écarter la paire",
    },
    "rouvrir": {
        "titre": "Revoir cette paire",
        "consequence": "La paire revient dans la liste à examiner.",
        "action": "Remettre à examiner",
    },
    "abandonner": {
        "titre": "Abandonner la fusion",
        "consequence": "Les deux tiers restent séparés.",
        "action": "Abandonner",
    },
    "annuler": {
        "titre": "Annuler la fusion",
        "consequence": "Le tiers absorbé retrouve ses établissements, ses documents et ses comptes "
        "bancaires. Les pièces émises depuis la fusion restent au nom du tiers gardé.",
        "action": "Annuler la fusion",
        "est_dangereux": True,
    },
}
FAITS = {
    "ecarter": "La paire est écartée.",
    "rouvrir": "La paire est de nouveau à examiner.",
    "abandonner": "La fusion est abandonnée.",
    "annuler": "La fusion est annulée.",
}


def _confirmer(
    requete: RequeteConnectee, acte: str, objet: Any, faire: Callable[..., None], retour: str
) -> HttpResponse:
    """Ask for a reason, do the act, and go back."""
    return confirmer(
        requete,
        MotifForm(requete.POST or None),
        lambda saisie: faire(objet, par=requete.user, **saisie),
        TEXTES[acte] | {"retour": retour, "lignes": [("Tiers", str(objet))]},
        reussite=FAITS[acte],
    )


@reserver_aux_finances(Role.AGENT)
@require_http_methods(["GET", "POST"])
def ecarter(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Set a pair aside, for a reason."""
    objet = get_object_or_404(Doublon, pk=pk)
    return _confirmer(requete, "ecarter", objet, ecarter_doublon, reverse("fournisseurs:doublons"))


@reserver_aux_finances(Role.AGENT)
@require_http_methods(["GET", "POST"])
def rouvrir(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Put a pair back on the list, for a reason."""
    objet = get_object_or_404(Doublon, pk=pk)
    return _confirmer(requete, "rouvrir", objet, rouvrir_doublon, reverse("fournisseurs:doublons"))


@reserver_aux_finances(Role.AGENT)
@require_http_methods(["POST"])
def valider(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Carry out a merge that another agent proposed."""
    objet = _fusion(pk)
    try:
        executer_fusion(objet, par=requete.user)
    except ValidationError as refus:
        messages.error(requete, refus.messages[0])
    else:
        _annoncer(requete, objet)
    return redirect("fournisseurs:fusion", pk=pk)


@reserver_aux_finances(Role.AGENT)
@require_http_methods(["GET", "POST"])
def abandonner(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Give up a merge that waits, for a reason."""
    retour = reverse("fournisseurs:fusion", args=[pk])
    return _confirmer(requete, "abandonner", _fusion(pk), abandonner_fusion, retour)


@reserver_aux_finances(Role.AGENT)
@require_http_methods(["GET", "POST"])
def annuler(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Undo a merge, for a reason."""
    retour = reverse("fournisseurs:fusion", args=[pk])
    return _confirmer(requete, "annuler", _fusion(pk), annuler_fusion, retour)
