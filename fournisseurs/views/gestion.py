"""Pages of the finance staff: tiers, and requests to decide on."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from facturier.acces.controle import RequeteConnectee, reserver_a, reserver_aux_finances
from facturier.acces.models import Role
from facturier.commun import ridet
from facturier.commun.confirmation import confirmer
from facturier.grand_livre.models import Piece
from fournisseurs.anomalies import CATALOGUE, score
from fournisseurs.consultation import reveler_iban
from fournisseurs.demandes import accepter, refuser, renvoyer
from fournisseurs.forms import MotifForm, RenvoiForm
from fournisseurs.instruction import anomalies_demande
from fournisseurs.models import (
    ROLES_LECTURE,
    DemandeEtablissement,
    EtablissementRegistre,
    EtatFusion,
    Fournisseur,
    Fusion,
    Opposition,
)
from fournisseurs.modifications.donnees import representants
from fournisseurs.refus import trouver_visible
from fournisseurs.suspension import reactiver, suspendre
from fournisseurs.views.espace import lignes_demande
from fournisseurs.views.preuves import preuves_montrees

FIL_DEMANDES = [("Tiers", "/gestion/tiers/"), ("Demandes", "/gestion/tiers/demandes/")]


@reserver_aux_finances(Role.AGENT)
@require_GET
def demande(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show a request with its evidence and what is unusual."""
    objet = _demande(requete, pk)
    return _page_demande(requete, objet, MotifForm())


def _demande(requete: RequeteConnectee, pk: int) -> DemandeEtablissement:
    requetes = DemandeEtablissement.objects.visibles_par(requete.user).select_related(
        "demandeur", "traitee_par"
    )
    objet: DemandeEtablissement = get_object_or_404(requetes, pk=pk)
    return objet


def _page_demande(
    requete: RequeteConnectee,
    objet: DemandeEtablissement,
    form: MotifForm,
    iban: str = "",
    renvoi: RenvoiForm | None = None,
) -> HttpResponse:
    renvoi = renvoi or RenvoiForm(demande=objet)
    reponse = render(
        requete,
        "fournisseurs/gestion/demande.html",
        {
            "demande": objet,
            "form": form,
            "renvoi": renvoi,
            "complements": objet.complements.all(),
            "iban": iban,
            "lignes": lignes_demande(objet, iban or objet.iban_masque),
            "anomalies": anomalies_demande(objet),
            **preuves_montrees(requete, objet),
            "est_sienne": objet.demandeur_id == requete.user.pk,
            "fil": FIL_DEMANDES,
        },
        status=422 if form.errors or renvoi.errors else 200,
    )
    reponse["Cache-Control"] = "no-store"
    return reponse


@reserver_aux_finances(Role.AGENT)
@require_POST
def renvoyer_demande(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Send a request back to its author, who completes it."""
    objet = _demande(requete, pk)
    form = RenvoiForm(requete.POST, demande=objet)
    if not form.is_valid():
        return _page_demande(requete, objet, MotifForm(), renvoi=form)
    try:
        renvoyer(objet, attentes=form.attentes, par=requete.user)
    except ValidationError as refus:
        form.add_error(None, refus.messages)
        return _page_demande(requete, objet, MotifForm(), renvoi=form)
    messages.success(requete, "La demande est renvoyée : le demandeur est prévenu.")
    return redirect("fournisseurs:gestion_demandes")


@reserver_aux_finances(Role.AGENT)
@require_POST
def voir_iban(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show the request again with the whole IBAN, and record who looked."""
    objet = _demande(requete, pk)
    return _page_demande(requete, objet, MotifForm(), reveler_iban(objet, par=requete.user))


@reserver_aux_finances(Role.AGENT)
@require_POST
def accepter_demande(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Accept a request; say so, or say why it is impossible."""
    try:
        etablissement = accepter(_demande(requete, pk), par=requete.user)
    except ValidationError as refus:
        messages.error(requete, refus.messages[0])
        return redirect("fournisseurs:gestion_demande", pk=pk)
    messages.success(requete, f"{etablissement} est rattaché : le demandeur est prévenu.")
    return redirect("fournisseurs:gestion_demandes")


@reserver_aux_finances(Role.AGENT)
@require_POST
def refuser_demande(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Refuse a request with a reason."""
    objet = _demande(requete, pk)
    form = MotifForm(requete.POST)
    if not form.is_valid():
        return _page_demande(requete, objet, form)
    try:
        refuser(objet, par=requete.user, motif=form.cleaned_data["motif"])
    except ValidationError as refus:
        messages.error(requete, refus.messages[0])
        return redirect("fournisseurs:gestion_demande", pk=pk)
    messages.success(requete, "La demande est refusée : le demandeur est prévenu du motif.")
    return redirect("fournisseurs:gestion_demandes")


@reserver_a(*ROLES_LECTURE)
@require_GET
def fiche(requete: RequeteConnectee, code: str) -> HttpResponse:
    """Show a tiers: identity, accounts, établissements, pièces, history."""
    from fournisseurs.qualite import anomalies_du_tiers  # noqa: PLC0415  (pandas: 1 s to load)

    fiches = Fournisseur.objects.visibles_par(requete.user).select_related("tiers__absorbe_par")
    fournisseur: Fournisseur = trouver_visible(fiches, par=requete.user, tiers__code=code)
    codes = anomalies_du_tiers(fournisseur)
    pieces = Piece.objects.filter(tiers__in=fournisseur.tiers.famille)
    voit_tout = requete.user.voit_toutes_les_directions
    if not voit_tout:
        pieces = pieces.filter(service__direction=requete.user.direction)
    return render(
        requete,
        "fournisseurs/gestion/fiche.html",
        {
            "fournisseur": fournisseur,
            "lignes": _lignes_fiche(fournisseur),
            "voit_tout": voit_tout,
            "est_agent": voit_tout and requete.user.a_role(Role.AGENT),
            "etablissements": fournisseur.etablissements.all(),
            "comptes": fournisseur.coordonnees.select_related("etablissement", "verifiee_par"),
            "justificatifs": fournisseur.justificatifs.visibles_par(requete.user),
            "pieces": pieces.order_by("-pk")[:20],
            "score": score(codes),
            "defauts": [CATALOGUE[code] for code in codes],
            "fusions": Fusion.objects.filter(
                Q(garde=fournisseur) | Q(absorbe=fournisseur), etat=EtatFusion.FAITE
            ).select_related("garde__tiers", "absorbe__tiers"),
            "modifications": fournisseur.modifications.ouvertes() if voit_tout else [],
            "representants": representants(fournisseur),
            "oppositions": Opposition.objects.contre(fournisseur).select_related(
                "beneficiaire__tiers", "etablissement"
            ),
            "fil": FIL_DEMANDES[:1],
        },
    )


def _lignes_fiche(fournisseur: Fournisseur) -> list[tuple[str, str]]:
    tiers = fournisseur.tiers
    return [
        ("Code", tiers.code),
        ("RID", fournisseur.rid or "sans objet"),
        ("Qualité", fournisseur.qualites),
        ("Catégorie", tiers.get_categorie_display()),
        ("Nature juridique", tiers.get_nature_juridique_display()),
        ("Adresse", ", ".join(fournisseur.lignes_adresse)),
        ("Téléphone", fournisseur.telephone_affiche),
        ("Adresse électronique", fournisseur.courriel or "non indiquée"),
    ]


TEXTES_ETAT: dict[str, dict[str, Any]] = {
    "suspendre": {
        "titre": "Suspendre ce fournisseur",
        "consequence": "Aucun paiement ne pourra lui être mandaté tant qu’il est suspendu.",
        "action": "Suspendre",
        "est_dangereux": True,
    },
    "reactiver": {
        "titre": "Réactiver ce fournisseur",
        "consequence": "Ses factures pourront de nouveau être mandatées.",
        "action": "Réactiver",
        "est_dangereux": False,
    },
}


def _motif_du_registre(requete: RequeteConnectee, fournisseur: Fournisseur) -> str:
    """Return the reason to propose when one comes from an établissement that has closed."""
    cesses = EtablissementRegistre.objects.filter(
        pk=requete.GET.get("cesse", ""),
        pk__in=fournisseur.etablissements.values("ridet"),
        cesse_le__isnull=False,
    )
    ferme = cesses.first()
    if ferme is None:
        return ""
    return (
        f"L’établissement {ridet.afficher(ferme.pk)} a cessé le {ferme.cesse_le:%d/%m/%Y} selon le "
        f"registre (extrait du {ferme.extrait_le:%d/%m/%Y})."
    )


ACTES_ETAT: dict[str, tuple[Callable[..., None], str]] = {
    "suspendre": (suspendre, "Le fournisseur est suspendu."),
    "reactiver": (reactiver, "Le fournisseur est de nouveau actif."),
}


@reserver_aux_finances(Role.AGENT)
@require_http_methods(["GET", "POST"])
def changer_etat(requete: RequeteConnectee, code: str, acte: str) -> HttpResponse:
    """Suspend a supplier or make him active again, with a reason."""
    fournisseur: Fournisseur = trouver_visible(
        Fournisseur.objects.visibles_par(requete.user), par=requete.user, tiers__code=code
    )
    form = MotifForm(
        requete.POST or None, initial={"motif": _motif_du_registre(requete, fournisseur)}
    )
    agir, fait = ACTES_ETAT[acte]
    contexte = TEXTES_ETAT[acte] | {
        "retour": reverse("fournisseurs:gestion_fiche", args=[code]),
        "lignes": [("Tiers", str(fournisseur.tiers))],
    }
    return confirmer(
        requete,
        form,
        lambda saisie: agir(fournisseur, par=requete.user, **saisie),
        contexte,
        reussite=fait,
    )
