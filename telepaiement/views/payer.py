"""Pages of the payer: no account, a debt found by its reference and its key."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from facturier.acces.alertes import signaler_document_perdu
from facturier.acces.controle import ouvrir_a_tous
from facturier.commun.fichiers import DocumentPerdu
from facturier.commun.provenance import adresse_client
from facturier.grand_livre.models import Titre
from facturier.grand_livre.soldes import reste_du
from telepaiement import creances, echeanciers, limites, quittances
from telepaiement.forms import CourrielForm, RechercheForm, ReglementForm
from telepaiement.models import (
    EtatEcheancier,
    EtatTentative,
    LienPaiement,
    NatureDemande,
    Quittance,
    Tentative,
)
from telepaiement.passerelles import passerelle
from telepaiement.passerelles.contrat import PasserelleMuette
from telepaiement.refus import expliquer
from telepaiement.synchronisation import fermer, synchroniser
from telepaiement.tentatives import (
    PaiementIndisponible,
    PaiementRefuse,
    actualiser,
    controler_avant_paiement,
    demande,
    motif_attente,
    ouvrir,
    relire_la_sienne,
)
from telepaiement.tentatives import partir as vers_la_banque
from telepaiement.views.communs import reponse_pdf
from telepaiement.views.consultation import (
    BORNE,
    CODE_SCANNE,
    code_retenu,
    payeur,
    retenir,
    retenir_le_code,
    sans_memoire,
    situation,
    titre_consulte,
)

INCONNU = (
    "Aucune somme à payer ne correspond à cette référence et à cette clé. Vérifiez-les sur votre "
    "avis : elles se lisent près du code à scanner."
)
ORIGINAL_PERDU = (
    "L’original de votre quittance ne se lit plus dans nos archives : nos services sont prévenus. "
    "Votre paiement n’est pas en cause : téléchargez un duplicata au bas de cette page."
)
CHEZ_LA_BANQUE = (
    "Votre paiement est encore ouvert sur la page de la banque : terminez-le, ou quittez cette "
    "page ; il se fermera de lui-même."
)
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
    """Ask for reference and key; the QR code of the avis fills them in.

    What it brings goes to the session at once, and the browser to an address without a key.
    """
    if request.method == "GET":
        if "cle" in request.GET or "reference" in request.GET:
            retenir_le_code(request)
            return redirect("telepaiement:accueil")
        form = RechercheForm(initial=code_retenu(request))
        return render(request, "telepaiement/accueil.html", {"form": form})
    form = RechercheForm(request.POST)
    if form.is_valid():
        est_borne = bool(request.session.get(BORNE))
        if not limites.recherche_permise(adresse_client(request), est_borne=est_borne):
            form.add_error(None, limites.trop_de_recherches())
            return render(request, "telepaiement/accueil.html", {"form": form}, status=429)
        titre = creances.chercher(form.cleaned_data["reference"], form.cleaned_data["cle"])
        if titre is not None:
            request.session.pop(CODE_SCANNE, None)
            retenir(request, titre)
            return redirect("telepaiement:creance", titre_id=titre.pk)
        limites.noter_cle_fausse()
        form.add_error(None, INCONNU)
    return render(request, "telepaiement/accueil.html", {"form": form}, status=422)


@ouvrir_a_tous
@never_cache
@require_http_methods(["GET", "POST"])
def creance(request: HttpRequest, titre_id: int) -> HttpResponse:
    """Show a debt: what, why, how much, how to contest; a POST begins the payment.

    Without an account: the session proved to know the key.
    """
    titre = titre_consulte(request, titre_id)
    if titre is None:
        return redirect("telepaiement:accueil")
    ouverte = None
    if request.method == "GET":
        ouverte = relire_la_sienne(titre.pk, payeur(request))
    lieu = situation(titre)
    form = sans_memoire(request, ReglementForm(request.POST or None, choix=lieu["choix"]))
    statut = 200
    if request.method == "POST":
        if form.is_valid() and (tentative := commencer(request, titre, form)):
            return redirect("telepaiement:paiement", jeton=tentative.jeton)
        statut, lieu = 422, situation(titre)
    contexte = {
        "form": form,
        "titre": titre,
        "ouverte": ouverte if ouverte and ouverte.est_engagee else None,
        "attente": motif_attente(titre.pk, payeur(request)),
        "demandes": titre.demandes.exclude(nature=NatureDemande.RATTACHEMENT),
        "retard": any(echeance.est_en_retard for echeance in lieu["echeances"]),
        **lieu,
    }
    return render(request, "telepaiement/creance.html", contexte, status=statut)


def commencer(
    request: HttpRequest, titre: Titre, form: ReglementForm, lien: LienPaiement | None = None
) -> Tentative | None:
    """Open an attempt with what the payer chose; its refusal is put in the form."""
    try:
        return ouvrir(
            titre_id=titre.pk,
            session_payeur=payeur(request),
            adresse=adresse_client(request) or None,
            courriel=form.cleaned_data["courriel"],
            nombre_echeances=form.cleaned_data.get("echeances"),
            lien=lien,
            est_borne=bool(request.session.get(BORNE)),
        )
    except PaiementRefuse as refus:
        form.add_error(None, refus)
    except PaiementIndisponible as panne:
        form.add_error(None, str(panne))
    return None


def avec_tentative(vue: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the attempt that its address names.

    On a kiosk, only to the payer who began it: the « back » button shows nothing of the last one.
    """

    @wraps(vue)
    def interne(request: HttpRequest, jeton: UUID) -> HttpResponse:
        tentatives = Tentative.objects.filter(titre__isnull=False).select_related(
            "titre", "titre__tiers", "lien"
        )
        tentative = get_object_or_404(tentatives, jeton=jeton)
        if request.session.get(BORNE) and payeur(request) != tentative.session_payeur:
            return redirect("telepaiement:accueil")
        return vue(request, tentative)

    return interne


@ouvrir_a_tous
@never_cache
@avec_origines_passerelle
@require_GET
@avec_tentative
def paiement(request: HttpRequest, tentative: Tentative) -> HttpResponse:
    """Show where an attempt really is: card form, waiting, receipt, or its end."""
    return montrer(request, actualiser(tentative))


@ouvrir_a_tous
@never_cache
@avec_origines_passerelle
@require_GET
@avec_tentative
def retour(request: HttpRequest, tentative: Tentative) -> HttpResponse:
    """Come back from the bank: the payment is read back, whatever the address bar says."""
    try:
        tentative = synchroniser(tentative, source="retour")
    except PasserelleMuette:
        tentative.refresh_from_db()
    return montrer(request, tentative)


def montrer(
    request: HttpRequest, tentative: Tentative, form: CourrielForm | None = None
) -> HttpResponse:
    """Show the page of the state that an attempt is in; `form` is one refused by its receipt."""
    gabarit, titre = GABARITS[EtatTentative(tentative.etat)], tentative.titre
    contexte: dict[str, Any] = {
        "tentative": tentative,
        "titre": titre,
        "retour": _page_de_depart(tentative),
        "tarde": timezone.now() - tentative.creee_le
        > timedelta(minutes=settings.LIMITES_PAIEMENT["expiration_minutes"]),
        "pause_minutes": settings.LIMITES_PAIEMENT["pause_minutes"],
    }
    if tentative.etat == EtatTentative.A_VERIFIER or gabarit == "telepaiement/termine.html":
        sienne = Tentative.objects.filter(pk=tentative.pk).avec_discordance()
        contexte["est_discordante"] = sienne.get().est_discordante
        contexte["est_recue"] = tentative.est_recue
        contexte["est_ecartee"] = tentative.passages.filter(acte="ecarter").exists()
        contexte["impayable"] = creances.motif_impayable(titre, reste_du(titre))
    if gabarit == "telepaiement/paiement.html":
        contexte |= _contexte_carte(tentative)
    if gabarit == "telepaiement/reussi.html":
        contexte |= _contexte_recu(tentative, form or sans_memoire(request, CourrielForm()))
    statut = 422 if form is not None else 200
    return render(request, gabarit, contexte, status=statut)


def _page_de_depart(tentative: Tentative) -> str:
    """Return where an attempt began: the debt, or the payment link that hides it."""
    if tentative.lien is not None:
        return reverse("telepaiement:lien_ouvert", args=[tentative.lien_id])
    return reverse("telepaiement:creance", args=[tentative.titre_id])


def _contexte_recu(tentative: Tentative, form: CourrielForm) -> dict[str, Any]:
    """Return what the page of a payment received tells, and what is to come of an échéancier."""
    titre = tentative.titre
    dues = []
    if not tentative.lien_id and (echeancier := echeanciers.en_cours(titre)):
        suivies = echeanciers.suivies(echeancier, reste_du(titre))
        dues = [echeance for echeance in suivies if not echeance.est_payee]
    solde = titre.echeanciers.filter(etat=EtatEcheancier.SOLDE)
    return {
        "encaissement": tentative.encaissement,
        "mode": quittances.mode_detaille(tentative.encaissement),
        "prochaine": dues[0] if dues else None,
        "est_solde": not dues and not tentative.lien_id and solde.exists(),
        "form": None if tentative.courriel else form,
    }


def _contexte_carte(tentative: Tentative) -> dict[str, Any]:
    chemin = reverse("telepaiement:retour", args=[tentative.jeton])
    notification = reverse(f"telepaiement:{settings.PAIEMENT_PASSERELLE}")
    return {
        "motif": controler_avant_paiement(tentative),
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
@avec_tentative
def controle(request: HttpRequest, tentative: Tentative) -> HttpResponse:
    """Say, just before the card is charged, whether the debt still stands as shown."""
    return JsonResponse({"motif": controler_avant_paiement(tentative)})


@ouvrir_a_tous
@never_cache
@csrf_exempt
@require_POST
@avec_tentative
def partir(request: HttpRequest, tentative: Tentative) -> HttpResponse:
    """Let the signed form go to the bank's page, if the debt still stands as shown (I6).

    It goes on as it was posted, so it holds no token of this site: the address names the attempt,
    and the bank checks the signature.
    """
    adresse = passerelle().page_de_paiement
    depart = redirect("telepaiement:paiement", jeton=tentative.jeton)
    if not adresse or request.POST.get("vads_order_id") != str(tentative.jeton):
        messages.error(request, "Ce formulaire n’est plus le bon : recommencez.")
        return depart
    if vers_la_banque(tentative):
        return depart  # that page says why
    return HttpResponseRedirect(adresse, preserve_request=True)


@ouvrir_a_tous
@never_cache
@require_POST
@avec_tentative
def abandonner(request: HttpRequest, tentative: Tentative) -> HttpResponse:
    """Cancel an attempt at the payer's wish; the card may have been charged meanwhile."""
    if not tentative.est_finale:
        try:
            fermee = fermer(tentative, "annuler", source="abandon du payeur")
            if fermee.est_chez_la_banque:
                messages.warning(request, CHEZ_LA_BANQUE)
        except PasserelleMuette:
            messages.warning(request, "La banque ne répond pas : la situation sera vérifiée.")
    return redirect("telepaiement:paiement", jeton=tentative.jeton)


@ouvrir_a_tous
@never_cache
@require_GET
@avec_tentative
def telecharger(request: HttpRequest, tentative: Tentative) -> HttpResponse:
    """Give the receipt of a successful attempt to who paid."""
    lot = Quittance.objects.select_related("regie", "encaissement__tentative")
    quittance = get_object_or_404(lot, encaissement__tentative=tentative)
    try:
        contenu = quittances.pour_le_payeur(quittance)
    except DocumentPerdu as perdu:
        signaler_document_perdu(perdu, request)
        messages.error(request, ORIGINAL_PERDU)
        return redirect("telepaiement:verification", code=quittance.code)
    return reponse_pdf(contenu, f"quittance-{quittance.reference}.pdf")
