"""Pages of the payer: no account, a debt found by its reference and its key."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from facturier.acces.controle import ouvrir_a_tous
from facturier.commun.provenance import adresse_client
from facturier.grand_livre.models import Parametre, Titre
from facturier.grand_livre.soldes import reste_du
from telepaiement import creances, limites, quittances
from telepaiement.forms import RechercheForm, ReglementForm
from telepaiement.models import EtatTentative, Quittance, Tentative
from telepaiement.passerelles import passerelle
from telepaiement.passerelles.contrat import PasserelleMuette
from telepaiement.refus import expliquer
from telepaiement.synchronisation import fermer, synchroniser
from telepaiement.tentatives import (
    PaiementIndisponible,
    PaiementRefuse,
    controler_avant_paiement,
    demande,
    ouvrir,
)
from telepaiement.views.communs import reponse_pdf

INCONNU = (
    "Aucune somme à payer ne correspond à cette référence et à cette clé. Vérifiez-les sur votre "
    "avis : elles se lisent près du code à scanner."
)
CONSULTES = "titres_consultes"
PAYEUR = "payeur"
GABARITS = {
    EtatTentative.CREEE: "telepaiement/attente.html",
    EtatTentative.INITIEE: "telepaiement/paiement.html",
    EtatTentative.AUTHENTIFICATION: "telepaiement/paiement.html",
    EtatTentative.EN_COURS: "telepaiement/attente.html",
    EtatTentative.A_VERIFIER: "telepaiement/attente.html",
    EtatTentative.REUSSIE: "telepaiement/reussi.html",
    EtatTentative.ECHOUEE: "telepaiement/termine.html",
    EtatTentative.ANNULEE: "telepaiement/termine.html",
    EtatTentative.EXPIREE: "telepaiement/termine.html",
}


def _origine(adresse: str) -> str:
    parties = urlsplit(adresse)
    return f"{parties.scheme}://{parties.netloc}"


def avec_origines_passerelle(vue: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let this page alone reach the gateway: its script, API and frames, or its own page."""

    @wraps(vue)
    def interne(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if settings.PAIEMENT_PASSERELLE == "lyra":
            banque = {"form-action": [_origine(settings.LYRA_ADRESSE)]}
            return csp_update(banque)(vue)(request, *args, **kwargs)  # type: ignore[return-value]
        script, interface = _origine(settings.STRIPE_JS_URL), _origine(settings.STRIPE_API_BASE)
        politique = {
            "script-src": [script],
            "connect-src": [interface],
            "frame-src": [script, "https://hooks.stripe.com"],
        }
        return csp_update(politique)(vue)(request, *args, **kwargs)  # type: ignore[return-value]

    return interne


@ouvrir_a_tous
@never_cache
@require_http_methods(["GET", "POST"])
def accueil(request: HttpRequest) -> HttpResponse:
    """Ask for reference and key; the QR code of the avis fills them in."""
    if request.method == "GET":
        initial = {champ: request.GET.get(champ, "") for champ in ("reference", "cle")}
        return render(
            request, "telepaiement/accueil.html", {"form": RechercheForm(initial=initial)}
        )
    form = RechercheForm(request.POST)
    if form.is_valid():
        if not limites.recherche_permise(adresse_client(request)):
            form.add_error(None, limites.TROP_DE_RECHERCHES)
            return render(request, "telepaiement/accueil.html", {"form": form}, status=429)
        titre = creances.chercher(form.cleaned_data["reference"], form.cleaned_data["cle"])
        if titre is not None:
            _retenir(request, titre)
            return redirect("telepaiement:creance", titre_id=titre.pk)
        form.add_error(None, INCONNU)
    return render(request, "telepaiement/accueil.html", {"form": form}, status=422)


def _retenir(request: HttpRequest, titre: Titre) -> None:
    """Remember in the session that this payer proved to know the key of this debt."""
    consultes = request.session.get(CONSULTES, [])
    request.session[CONSULTES] = [*[pk for pk in consultes if pk != titre.pk], titre.pk][-20:]
    request.session.setdefault(PAYEUR, str(uuid4()))


def _titre_consulte(request: HttpRequest, titre_id: int) -> Titre | None:
    if titre_id not in request.session.get(CONSULTES, []):
        return None
    titre: Titre = get_object_or_404(Titre.objects.select_related("tiers", "service"), pk=titre_id)
    return titre


@ouvrir_a_tous
@never_cache
@require_http_methods(["GET", "POST"])
def creance(request: HttpRequest, titre_id: int) -> HttpResponse:
    """Show a debt: what, why, how much, how to contest; a POST begins the payment."""
    titre = _titre_consulte(request, titre_id)
    if titre is None:
        return redirect("telepaiement:accueil")
    form = ReglementForm(request.POST or None)
    statut = 200
    if request.method == "POST":
        if form.is_valid() and (tentative := _commencer(request, titre, form)):
            return redirect("telepaiement:paiement", jeton=tentative.jeton)
        statut = 422
    return render(
        request,
        "telepaiement/creance.html",
        {"form": form, "titre": titre, **_situation(titre)},
        status=statut,
    )


def _commencer(request: HttpRequest, titre: Titre, form: ReglementForm) -> Tentative | None:
    try:
        return ouvrir(
            titre_id=titre.pk,
            session_payeur=UUID(request.session[PAYEUR]),
            adresse=adresse_client(request) or None,
            courriel=form.cleaned_data["courriel"],
        )
    except PaiementRefuse as refus:
        form.add_error(None, refus)
    except (PaiementIndisponible, PasserelleMuette) as panne:
        form.add_error(None, str(panne))
    return None


def _situation(titre: Titre) -> dict[str, Any]:
    """Return what is owed, whether it can be paid online, and how to contest it."""
    reste = reste_du(titre)
    impayable = creances.motif_impayable(titre, reste)
    hors_ligne = (
        "" if impayable else creances.motif_hors_ligne(titre, passerelle().montant_maximal, reste)
    )
    jours = Parametre.objects.entier("recours_titre_jours", titre.date_emission)
    return {
        "reste": max(reste, 0),
        "impayable": impayable,
        "hors_ligne": hors_ligne,
        "paye": max(titre.montant_ttc - reste, 0),
        "recours": Parametre.objects.valeur("mention_recours_titre", titre.date_emission),
        "recours_jours": jours,
        "recours_jusqu_au": titre.date_emission + timedelta(days=jours),
    }


def _tentative(jeton: UUID) -> Tentative:
    tentatives = Tentative.objects.select_related("titre", "titre__tiers")
    return get_object_or_404(tentatives, jeton=jeton)


@ouvrir_a_tous
@never_cache
@avec_origines_passerelle
@require_GET
def paiement(request: HttpRequest, jeton: UUID) -> HttpResponse:
    """Show where an attempt really is: card form, waiting, receipt, or its end."""
    return _montrer(request, _tentative(jeton))


@ouvrir_a_tous
@never_cache
@avec_origines_passerelle
@require_GET
def retour(request: HttpRequest, jeton: UUID) -> HttpResponse:
    """Come back from the bank: the payment is read back, whatever the address bar says."""
    tentative = _tentative(jeton)
    try:
        tentative = synchroniser(tentative, source="retour")
    except PasserelleMuette:
        tentative.refresh_from_db()
    return _montrer(request, tentative)


def _montrer(request: HttpRequest, tentative: Tentative) -> HttpResponse:
    gabarit = GABARITS[EtatTentative(tentative.etat)]
    contexte: dict[str, Any] = {"tentative": tentative, "titre": tentative.titre}
    if gabarit == "telepaiement/paiement.html":
        contexte |= _contexte_carte(tentative)
    if gabarit == "telepaiement/reussi.html":
        contexte["encaissement"] = tentative.encaissement
        contexte["mode"] = quittances.mode_detaille(tentative.encaissement)
    return render(request, gabarit, contexte)


def _contexte_carte(tentative: Tentative) -> dict[str, Any]:
    chemin = reverse("telepaiement:retour", args=[tentative.jeton])
    notification = reverse(f"telepaiement:{settings.PAIEMENT_PASSERELLE}")
    return {
        "formulaire": passerelle().formulaire(
            demande(tentative),
            retour=f"{settings.ADRESSE_PUBLIQUE}{chemin}",
            notification=f"{settings.ADRESSE_PUBLIQUE}{notification}",
        ),
        "refus": expliquer(tentative.motif_refus) if tentative.nb_refus else "",
        "stripe_js": settings.STRIPE_JS_URL,
        "cle_publique": settings.STRIPE_PUBLIC_KEY,
        "adresse_retour": f"{settings.ADRESSE_PUBLIQUE}{chemin}",
        "est_essai": not passerelle().est_reelle,
    }


@ouvrir_a_tous
@never_cache
@require_POST
def controle(request: HttpRequest, jeton: UUID) -> JsonResponse:
    """Say, just before the card is charged, whether the debt still stands as shown."""
    return JsonResponse({"motif": controler_avant_paiement(_tentative(jeton))})


@ouvrir_a_tous
@never_cache
@require_POST
def abandonner(request: HttpRequest, jeton: UUID) -> HttpResponse:
    """Cancel an attempt at the payer's wish; the card may have been charged meanwhile."""
    tentative = _tentative(jeton)
    if not tentative.est_finale:
        try:
            fermer(tentative, "annuler", source="abandon du payeur")
        except PasserelleMuette:
            messages.warning(request, "La banque ne répond pas : la situation sera vérifiée.")
    return redirect("telepaiement:paiement", jeton=jeton)


@ouvrir_a_tous
@never_cache
@require_GET
def telecharger(request: HttpRequest, jeton: UUID) -> HttpResponse:
    """Give the receipt of a successful attempt, as it was issued."""
    quittance = get_object_or_404(
        Quittance.objects.select_related("regie"), encaissement__tentative__jeton=jeton
    )
    return reponse_pdf(quittances.original(quittance), f"quittance-{quittance.reference}.pdf")
