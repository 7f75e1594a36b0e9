"""Log in through an OpenID Connect provider: go there, come back."""

import structlog
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from requests import RequestException

from facturier.acces.controle import RequeteConnectee, ouvrir_a_tous, ouvrir_aux_comptes
from facturier.acces.identites import (
    detacher,
    est_externe,
    identites_proposees,
    libelle_identite,
    page_refus,
)
from facturier.acces.provider import AdaptateurIdentite, RetourIdentite
from facturier.acces.reauthentification import demander_confirmation
from facturier.commun.confirmation import confirmer

FIL = [("Mon compte", "/compte/")]
journal = structlog.get_logger(__name__)


@ouvrir_a_tous
@require_POST
def identite(requete: HttpRequest, fournisseur: str) -> HttpResponse:
    """Send who wants to log in to the provider; who is already in links from his own page."""
    if requete.user.is_authenticated:
        return redirect("acces:identites")
    return _partir(requete, fournisseur)


def _partir(requete: HttpRequest, fournisseur: str) -> HttpResponse:
    """Send the browser to the provider; say so when it does not answer."""
    try:
        choisi = get_adapter().get_provider(requete, fournisseur)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    try:
        reponse: HttpResponse = choisi.redirect_from_request(requete)
    except (OAuth2Error, RequestException) as erreur:
        journal.warning("identite_muette", fournisseur=fournisseur, cause=type(erreur).__name__)
        raison = f"{choisi.name} ne répond pas. Réessayez, ou employez un mot de passe."
        return page_refus(requete, choisi.name, raison, statut=503)
    return reponse


@ouvrir_aux_comptes
@require_GET
def identites(requete: RequeteConnectee) -> HttpResponse:
    """List the outside identities that open one's account, and those one may link."""
    liees = SocialAccount.objects.filter(user=requete.user).order_by("pk")
    codes = {liee.provider for liee in liees}
    a_un_mot_de_passe = requete.user.has_usable_password()
    return render(
        requete,
        "acces/identites.html",
        {
            "liees": [(liee, libelle_identite(liee.provider)) for liee in liees],
            "a_lier": [i for i in identites_proposees() if i["code"] not in codes],
            "est_externe": est_externe(requete.user),
            "a_un_mot_de_passe": a_un_mot_de_passe,
            "est_detachable": a_un_mot_de_passe or len(liees) > 1,
            "fil": FIL,
        },
    )


@ouvrir_aux_comptes
@require_http_methods(["GET", "POST"])
def lier_identite(requete: RequeteConnectee, fournisseur: str) -> HttpResponse:
    """Say what linking means, then send the browser to the provider."""
    noms = {i["code"]: i["libelle"] for i in identites_proposees()}
    if fournisseur not in noms or not est_externe(requete.user):
        raise Http404
    if attente := demander_confirmation(requete):
        return attente
    if requete.method == "POST":
        return _partir(requete, fournisseur)
    nom = noms[fournisseur]
    contexte = {
        "titre": f"Lier {nom} à mon compte",
        "consequence": f"Qui se connecte par {nom} sous votre identité entrera dans ce compte. "
        "Vous en recevrez un courriel.",
        "action": f"Continuer vers {nom}",
        "retour": reverse("acces:identites"),
        "lignes": [("Compte", requete.user.email)],
    }
    return render(requete, "confirmation.html", contexte)


@ouvrir_aux_comptes
@require_http_methods(["GET", "POST"])
def detacher_identite(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Say what detaching means, then detach; never the last way in."""
    liee = get_object_or_404(SocialAccount, pk=pk, user=requete.user)
    if attente := demander_confirmation(requete):
        return attente
    nom = libelle_identite(liee.provider)
    contexte = {
        "titre": f"Détacher {nom}",
        "consequence": f"Vous n’entrerez plus par {nom}. Vous pourrez le lier de nouveau.",
        "action": "Détacher",
        "retour": reverse("acces:identites"),
        "lignes": [("Compte", requete.user.email)],
    }
    return confirmer(
        requete,
        None,
        lambda _: detacher(liee, par=requete.user),
        contexte,
        reussite=f"{nom} n’ouvre plus votre compte.",
    )


@ouvrir_a_tous
@require_GET
def retour(requete: HttpRequest, fournisseur: str) -> HttpResponse:
    """Come back from the provider: logged in, or told why not."""
    try:
        vue = RetourIdentite.adapter_view(AdaptateurIdentite(requete, fournisseur))
        reponse: HttpResponse = vue(requete)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return reponse
