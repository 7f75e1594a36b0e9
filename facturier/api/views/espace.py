"""Pages of who manages the rights of an établissement: its keys and its webhooks."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from facturier.acces.controle import RequeteConnectee, reserver_a
from facturier.acces.models import Role
from facturier.acces.reauthentification import demander_confirmation
from facturier.api import webhooks
from facturier.api.cles import creer_cle, revoquer_cle
from facturier.api.forms import CleForm, EtatsForm, WebhookForm
from facturier.api.models import EssaiWebhook
from facturier.commun.confirmation import confirmer
from facturier.suivi.libelles import libelle_d_annonce
from facturier.suivi.pages import page_cle
from fournisseurs.models import Etablissement, Habilitation

FIL = [("Mes établissements", "/fournisseur/")]


def _habilitation(requete: RequeteConnectee, ridet: str) -> Habilitation:
    """Return one's own habilitation there if it manages the rights; 404 otherwise."""
    miennes = Habilitation.objects.en_vigueur().de(requete.user).filter(a_droit_gerer_droits=True)
    habilitation: Habilitation = get_object_or_404(
        miennes.select_related("etablissement__fournisseur__tiers"), etablissement__ridet=ridet
    )
    return habilitation


def _etablissement(requete: RequeteConnectee, ridet: str) -> Etablissement:
    return _habilitation(requete, ridet).etablissement


def _fil(objet: Etablissement, *, est_interieur: bool = True) -> list[tuple[str, str]]:
    fil = [
        *FIL,
        (objet.denomination, reverse("fournisseurs:etablissement", args=[objet.ridet])),
    ]
    return [*fil, ("API", reverse("api:acces", args=[objet.ridet]))] if est_interieur else fil


def _raison(refus: ValidationError | PermissionDenied) -> str:
    return refus.messages[0] if isinstance(refus, ValidationError) else str(refus)


@reserver_a(Role.FOURNISSEUR)
@require_GET
def acces(requete: RequeteConnectee, ridet: str) -> HttpResponse:
    """Show the keys and the webhooks of an établissement."""
    objet = _etablissement(requete, ridet)
    cles = objet.cles_api.avec_droits().select_related("titulaire", "revoquee_par")
    contexte = {
        "etablissement": objet,
        "fil": _fil(objet, est_interieur=False),
        "cles": cles.en_vigueur(),
        "anciennes": cles.exclude(pk__in=objet.cles_api.en_vigueur())[:50],
        "webhooks": objet.webhooks.en_vigueur().select_related("cree_par"),
    }
    return render(requete, "api/acces.html", contexte)


@reserver_a(Role.FOURNISSEUR)
@require_http_methods(["GET", "POST"])
def nouvelle_cle(requete: RequeteConnectee, ridet: str) -> HttpResponse:
    """Make a key, once the password is typed again; show it once."""
    habilitation = _habilitation(requete, ridet)
    if suite := demander_confirmation(requete):
        return suite
    objet = habilitation.etablissement
    form = CleForm(requete.POST or None, droits=habilitation.droits)
    contexte: dict[str, Any] = {"etablissement": objet, "form": form, "fil": _fil(objet)}
    if form.is_bound and form.is_valid():
        try:
            cle, secret = creer_cle(objet, par=requete.user, **form.cleaned_data)
        except (ValidationError, PermissionDenied) as refus:
            form.add_error(None, _raison(refus))
        else:
            return render(requete, "api/cle_creee.html", contexte | {"cle": cle, "secret": secret})
    return render(requete, "api/nouvelle_cle.html", contexte, status=422 if form.errors else 200)


@reserver_a(Role.FOURNISSEUR)
@require_http_methods(["GET", "POST"])
def revoquer(requete: RequeteConnectee, ridet: str, pk: int) -> HttpResponse:
    """Revoke a key, after a page that says what it means."""
    objet = _etablissement(requete, ridet)
    cle = get_object_or_404(objet.cles_api.select_related("etablissement__fournisseur"), pk=pk)
    contexte = {
        "titre": "Révoquer cette clé",
        "consequence": "Le logiciel qui s’en sert ne pourra plus rien faire, dès maintenant.",
        "action": "Révoquer la clé",
        "retour": reverse("api:acces", args=[ridet]),
        "est_dangereux": True,
        "lignes": [("Nom", cle.nom), ("Clé", cle.debut), ("Permet", cle.libelles_portees)],
    }
    return confirmer(
        requete,
        None,
        lambda _: revoquer_cle(cle, par=requete.user),
        contexte,
        reussite=f"La clé « {cle.nom} » est révoquée.",
    )


@reserver_a(Role.FOURNISSEUR)
@require_http_methods(["GET", "POST"])
def nouveau_webhook(requete: RequeteConnectee, ridet: str) -> HttpResponse:
    """Declare an address, once the password is typed again; show its secret once."""
    objet = _etablissement(requete, ridet)
    if suite := demander_confirmation(requete):
        return suite
    form = WebhookForm(requete.POST or None)
    contexte: dict[str, Any] = {"etablissement": objet, "form": form, "fil": _fil(objet)}
    if form.is_bound and form.is_valid():
        try:
            webhook, secret = webhooks.declarer(objet, par=requete.user, **form.cleaned_data)
        except (ValidationError, PermissionDenied) as refus:
            form.add_error("adresse", _raison(refus))
        else:
            contexte |= {"webhook": webhook, "secret": secret}
            return render(requete, "api/webhook_declare.html", contexte)
    return render(requete, "api/nouveau_webhook.html", contexte, status=422 if form.errors else 200)


@reserver_a(Role.FOURNISSEUR)
@require_GET
def webhook(requete: RequeteConnectee, ridet: str, pk: int) -> HttpResponse:
    """Show what was sent to an address, and what it answered."""
    objet = _etablissement(requete, ridet)
    declare = get_object_or_404(objet.webhooks.select_related("cree_par", "resilie_par"), pk=pk)
    envois = declare.envois.select_related(
        "passage__facture__mandat", "demande_par"
    ).prefetch_related(Prefetch("essais", EssaiWebhook.objects.order_by("-pk"), to_attr="derniers"))
    page = page_cle(envois, requete.GET)
    for envoi in page.objets:
        if passage := envoi.passage:
            passage.libelle = libelle_d_annonce(passage.facture, passage.arrivee)
    contexte = {
        "etablissement": objet,
        "webhook": declare,
        "form": EtatsForm(initial={"etats": declare.etats_annonces}),
        "sert_encore": declare.sert_encore,
        "page": page,
        "fil": _fil(objet),
    }
    return render(requete, "api/webhook.html", contexte)


@reserver_a(Role.FOURNISSEUR)
@require_http_methods(["GET", "POST"])
def resilier_webhook(requete: RequeteConnectee, ridet: str, pk: int) -> HttpResponse:
    """End a webhook, after a page that says what it means."""
    objet = _etablissement(requete, ridet)
    declare = get_object_or_404(objet.webhooks.select_related("etablissement__fournisseur"), pk=pk)
    contexte = {
        "titre": "Résilier ce webhook",
        "consequence": "Cette adresse ne sera plus prévenue, même de ce qui attendait.",
        "action": "Résilier le webhook",
        "retour": reverse("api:acces", args=[ridet]),
        "est_dangereux": True,
        "lignes": [("Adresse", declare.adresse)],
    }
    return confirmer(
        requete,
        None,
        lambda _: webhooks.resilier(declare, par=requete.user),
        contexte,
        reussite="Le webhook est résilié : plus rien n’y est envoyé.",
    )


@reserver_a(Role.FOURNISSEUR)
@require_POST
def choisir_etats(requete: RequeteConnectee, ridet: str, pk: int) -> HttpResponse:
    """Change the states that an address is told of."""
    objet = _etablissement(requete, ridet)
    declare = get_object_or_404(objet.webhooks.all(), pk=pk)
    form = EtatsForm(requete.POST)
    try:
        if form.is_valid():
            webhooks.choisir_etats(declare, par=requete.user, **form.cleaned_data)
            messages.success(requete, "Le choix des états annoncés est enregistré.")
        else:
            messages.error(requete, "Choisissez parmi les états proposés.")
    except ValidationError as refus:
        messages.error(requete, _raison(refus))
    return redirect("api:webhook", ridet=ridet, pk=pk)


@reserver_a(Role.FOURNISSEUR)
@require_POST
def essayer_webhook(requete: RequeteConnectee, ridet: str, pk: int) -> HttpResponse:
    """Send a message that tells of nothing."""
    objet = _etablissement(requete, ridet)
    declare = get_object_or_404(objet.webhooks.all(), pk=pk)
    try:
        webhooks.essayer(declare, par=requete.user)
        messages.success(
            requete, "Le message d’essai part dans la minute : rechargez la page pour sa réponse."
        )
    except ValidationError as refus:
        messages.error(requete, _raison(refus))
    return redirect("api:webhook", ridet=ridet, pk=pk)


@reserver_a(Role.FOURNISSEUR)
@require_POST
def rejouer_envoi(requete: RequeteConnectee, ridet: str, pk: int, envoi: int) -> HttpResponse:
    """Send once more."""
    objet = _etablissement(requete, ridet)
    declare = get_object_or_404(objet.webhooks.all(), pk=pk)
    ancien = get_object_or_404(
        declare.envois.select_related("webhook__etablissement__fournisseur", "rejoue"), pk=envoi
    )
    try:
        webhooks.rejouer(ancien, par=requete.user)
        messages.success(requete, "Le message part de nouveau dans quelques secondes.")
    except ValidationError as refus:
        messages.error(requete, _raison(refus))
    return redirect("api:webhook", ridet=ridet, pk=pk)
