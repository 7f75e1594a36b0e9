"""Pages about who acts for an établissement: invite, change, withdraw, leave, accept."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from facturier.acces.controle import RequeteConnectee, ouvrir_aux_comptes, reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer
from fournisseurs.forms_habilitations import DroitsForm, InvitationForm
from fournisseurs.habilitations import changer_droits, quitter, retirer_habilitation
from fournisseurs.invitations import (
    InvitationRefusee,
    accepter_invitation,
    inviter,
    retirer_invitation,
    trouver_invitation,
)
from fournisseurs.models import Droit, Etablissement, Habilitation
from fournisseurs.refus import trouver_visible

FIL = [("Mes établissements", "/fournisseur/")]


def _etablissement(
    requete: RequeteConnectee, ridet: str, droit: Droit = Droit.GERER_DROITS
) -> Etablissement:
    """Return the établissement if the person holds `droit` there; 404 otherwise."""
    miens = Habilitation.objects.en_vigueur().de(requete.user).filter(**{f"a_droit_{droit}": True})
    objet: Etablissement = trouver_visible(
        Etablissement.objects.filter(pk__in=miens.values("etablissement")).select_related(
            "fournisseur__tiers"
        ),
        par=requete.user,
        ridet=ridet,
    )
    return objet


def _fil(objet: Etablissement) -> list[tuple[str, str]]:
    return [*FIL, (objet.denomination, reverse("fournisseurs:etablissement", args=[objet.ridet]))]


@reserver_a(Role.FOURNISSEUR)
@require_http_methods(["GET", "POST"])
def habilitations(requete: RequeteConnectee, ridet: str) -> HttpResponse:
    """Show who acts, who is invited and what changed; invite somebody."""
    objet = _etablissement(requete, ridet)
    form = InvitationForm(requete.POST or None)
    if requete.method == "POST" and form.is_valid():
        try:
            invitation = inviter(etablissement=objet, par=requete.user, **form.offre)
        except (ValidationError, PermissionDenied) as refus:
            form.add_error(None, _raison(refus))
        else:
            messages.success(
                requete,
                f"L’invitation est partie à {invitation.courriel} : la personne agira pour "
                "l’établissement quand elle l’aura acceptée.",
            )
            return redirect("fournisseurs:habilitations", ridet=ridet)
    toutes = objet.habilitations.select_related(
        "representant__utilisateur", "accordee_par", "retiree_par"
    )
    return render(
        requete,
        "fournisseurs/habilitations.html",
        {
            "etablissement": objet,
            "form": form,
            "fil": _fil(objet),
            "en_vigueur": toutes.en_vigueur(),
            "invitations": objet.invitations.ouvertes().select_related("invitee_par"),
            "historique": toutes.order_by("-pk")[:100],
        },
        status=422 if form.errors else 200,
    )


def _raison(refus: ValidationError | PermissionDenied) -> str:
    return refus.messages[0] if isinstance(refus, ValidationError) else str(refus)


@reserver_a(Role.FOURNISSEUR)
@require_http_methods(["GET", "POST"])
def modifier_habilitation(requete: RequeteConnectee, ridet: str, pk: int) -> HttpResponse:
    """Change what somebody may do, and until when."""
    objet = _etablissement(requete, ridet)
    habilitation = get_object_or_404(objet.habilitations.en_vigueur(), pk=pk)
    initial = {"droits": habilitation.droits, "fin": habilitation.fin}
    form = DroitsForm(requete.POST or None, initial=initial)
    if requete.method == "POST" and form.is_valid():
        try:
            changer_droits(habilitation, par=requete.user, **form.droits_et_fin)
        except (ValidationError, PermissionDenied) as refus:
            form.add_error(None, _raison(refus))
        else:
            messages.success(requete, f"Les droits de {habilitation.representant} sont changés.")
            return redirect("fournisseurs:habilitations", ridet=ridet)
    return render(
        requete,
        "fournisseurs/modifier_habilitation.html",
        {
            "etablissement": objet,
            "habilitation": habilitation,
            "form": form,
            "fil": [
                *_fil(objet),
                ("Habilitations", reverse("fournisseurs:habilitations", args=[ridet])),
            ],
        },
        status=422 if form.errors else 200,
    )


@reserver_a(Role.FOURNISSEUR)
@require_http_methods(["GET", "POST"])
def retirer_droits(requete: RequeteConnectee, ridet: str, pk: int) -> HttpResponse:
    """Take back the rights of somebody, after a page that says what it means."""
    objet = _etablissement(requete, ridet)
    habilitation = get_object_or_404(objet.habilitations.en_vigueur(), pk=pk)
    contexte = {
        "titre": "Retirer cette habilitation",
        "consequence": "Cette personne ne verra plus rien de l’établissement.",
        "action": "Retirer l’habilitation",
        "retour": reverse("fournisseurs:habilitations", args=[ridet]),
        "est_dangereux": True,
        "lignes": [("Personne", str(habilitation.representant))],
    }
    return confirmer(
        requete,
        None,
        lambda _: retirer_habilitation(habilitation, par=requete.user),
        contexte,
        reussite="L’habilitation est retirée.",
    )


@reserver_a(Role.FOURNISSEUR)
@require_POST
def retirer_l_invitation(requete: RequeteConnectee, ridet: str, pk: int) -> HttpResponse:
    """Withdraw an invitation nobody has accepted yet."""
    objet = _etablissement(requete, ridet)
    invitation = get_object_or_404(objet.invitations.all(), pk=pk)
    try:
        retirer_invitation(invitation, par=requete.user)
        messages.success(requete, f"L’invitation de {invitation.courriel} est retirée.")
    except ValidationError as refus:
        messages.error(requete, refus.messages[0])
    return redirect("fournisseurs:habilitations", ridet=ridet)


@reserver_a(Role.FOURNISSEUR)
@require_http_methods(["GET", "POST"])
def quitter_etablissement(requete: RequeteConnectee, ridet: str) -> HttpResponse:
    """Give up one's own rights, after a page that says what it means."""
    objet = _etablissement(requete, ridet, Droit.CONSULTER)
    contexte = {
        "titre": "Quitter cet établissement",
        "consequence": "Vous ne verrez plus rien de l’établissement. Les factures que vous avez "
        "déposées y restent. Pour revenir, il faudra une nouvelle invitation.",
        "action": "Quitter l’établissement",
        "retour": reverse("fournisseurs:etablissement", args=[ridet]),
        "est_dangereux": True,
        "lignes": [("Établissement", objet.denomination), ("RIDET", objet.ridet_affiche)],
    }
    return confirmer(
        requete,
        None,
        lambda _: quitter(objet, par=requete.user),
        contexte,
        reussite=f"Vous n’agissez plus pour {objet.denomination}.",
        vers="fournisseurs:accueil",
    )


@ouvrir_aux_comptes
@require_http_methods(["GET", "POST"])
def invitation(requete: RequeteConnectee, jeton: str) -> HttpResponse:
    """Show what an invitation offers, accept it, or say why this link serves no more."""
    try:
        if requete.method == "POST":
            habilitation = accepter_invitation(jeton, par=requete.user)
            etablissement = habilitation.etablissement
            messages.success(requete, f"Vous agissez maintenant pour {etablissement.denomination}.")
            return redirect("fournisseurs:etablissement", ridet=etablissement.ridet)
        objet = trouver_invitation(jeton, par=requete.user)
    except (ValidationError, PermissionDenied) as refus:
        statut = 403 if isinstance(refus, InvitationRefusee) else 409
        contexte = {"raison": _raison(refus)}
        return render(requete, "fournisseurs/invitation_refusee.html", contexte, status=statut)
    return render(requete, "fournisseurs/invitation.html", {"invitation": objet})
