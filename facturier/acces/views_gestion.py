"""Pages of the administrateur: find an account, change its roles, open and close access."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from facturier.acces import attribution
from facturier.acces.annuaire import apres, rechercher
from facturier.acces.controle import RequeteConnectee, reserver_a
from facturier.acces.forms_gestion import (
    AffectationForm,
    InvitationForm,
    MotifForm,
    RechercheForm,
)
from facturier.acces.historique import historique
from facturier.acces.models import Role, Utilisateur
from facturier.commun.confirmation import confirmer
from facturier.commun.templatetags.coquille import moment

TAILLE_PAGE = 50


@reserver_a(Role.ADMINISTRATEUR)
@require_safe
def comptes(requete: RequeteConnectee) -> HttpResponse:
    """List the accounts by name, with a search, a role and a state in the address."""
    form = RechercheForm(requete.GET)
    form.is_valid()
    trouves = apres(rechercher(**form.cleaned_data), requete.GET.get("apres", ""))
    page = list(trouves[: TAILLE_PAGE + 1])
    suivant = ""
    if page[TAILLE_PAGE:]:
        parametres = requete.GET.copy()
        parametres["apres"] = str(page[TAILLE_PAGE - 1].pk)
        suivant = f"?{parametres.urlencode()}"
    contexte = {"form": form, "comptes": page[:TAILLE_PAGE], "suivant": suivant}
    return render(requete, "acces/comptes.html", contexte)


@reserver_a(Role.ADMINISTRATEUR)
@require_safe
def fiche(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show an account: identity, roles held and not, history."""
    compte = _compte(pk)
    attributions = list(compte.attributions.select_related("accorde_par").order_by("pk"))
    tenus = {attribution.role for attribution in attributions}
    return render(
        requete,
        "acces/fiche.html",
        {
            "compte": compte,
            "lignes": _lignes(compte),
            "attributions": attributions,
            "autres_roles": [role for role in Role if role not in tenus],
            "passages": historique(compte),
            "est_soi": compte.pk == requete.user.pk,
            "attend_mot_de_passe": not compte.has_usable_password(),
            "fil": _fil(),
        },
    )


def _compte(pk: int) -> Utilisateur:
    comptes = Utilisateur.objects.select_related("service").filter(est_systeme=False)
    compte: Utilisateur = get_object_or_404(comptes, pk=pk)
    return compte


def _fil(compte: Utilisateur | None = None) -> list[tuple[str, str]]:
    etapes = [("Comptes", reverse("acces:comptes"))]
    return [*etapes, (compte.nom_complet, _adresse(compte))] if compte else etapes


def _adresse(compte: Utilisateur) -> str:
    return reverse("acces:fiche", args=[compte.pk])


def _lignes(compte: Utilisateur) -> list[tuple[str, str, str]]:
    affectation = reverse("acces:affectation", args=[compte.pk])
    return [
        ("Adresse électronique", compte.email, ""),
        ("Fonction", compte.fonction or "Non renseignée", affectation),
        ("Service gestionnaire", str(compte.service or "Aucun"), affectation),
        ("Dernière connexion", moment(compte.last_login) or "Jamais", ""),
    ]


@reserver_a(Role.ADMINISTRATEUR)
@require_http_methods(["GET", "POST"])
def inviter_personne(requete: RequeteConnectee) -> HttpResponse:
    """Open an account for somebody of the staff, who receives a link."""
    form = InvitationForm(requete.POST or None)
    if form.is_valid():
        try:
            invite = attribution.inviter(**form.cleaned_data, par=requete.user)
        except ValidationError as refus:
            form.add_error("roles" if not hasattr(refus, "error_dict") else None, refus)
        else:
            messages.success(
                requete, f"Le compte est ouvert : {invite.email} reçoit le lien d’invitation."
            )
            return redirect(_adresse(invite))
    contexte = {"form": form, "fil": _fil()}
    return render(requete, "acces/inviter.html", contexte, status=422 if form.errors else 200)


@reserver_a(Role.ADMINISTRATEUR)
@require_http_methods(["GET", "POST"])
def affectation(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Change the service and the fonction of a person."""
    compte = _compte(pk)
    initial = {"fonction": compte.fonction, "service": compte.service}
    form = AffectationForm(requete.POST or None, initial=initial)
    if form.is_valid():
        attribution.affecter(compte, **form.cleaned_data, par=requete.user)
        messages.success(requete, "L’affectation est enregistrée.")
        return redirect(_adresse(compte))
    contexte = {"form": form, "compte": compte, "fil": _fil(compte)}
    return render(requete, "acces/affectation.html", contexte, status=422 if form.errors else 200)


@reserver_a(Role.ADMINISTRATEUR)
@require_POST
def relancer(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Send the invitation again."""
    compte = _compte(pk)
    try:
        attribution.relancer_invitation(compte, par=requete.user)
    except ValidationError as refus:
        messages.error(requete, " ".join(refus.messages))
    else:
        messages.success(requete, f"Un nouveau lien est envoyé à {compte.email}.")
    return redirect(_adresse(compte))


@reserver_a(Role.ADMINISTRATEUR)
@require_http_methods(["GET", "POST"])
def accorder_role(requete: RequeteConnectee, pk: int, role: Role) -> HttpResponse:
    """Confirm, then grant a role."""
    compte = _compte(pk)
    return _confirmer(
        requete,
        compte,
        lambda motif: attribution.attribuer(compte, role, motif=motif, par=requete.user),
        titre=f"Accorder le rôle « {role.label} » à {compte.nom_complet}",
        consequence="Ses sessions ouvertes se ferment : le rôle vaut dès sa prochaine connexion.",
        action="Accorder le rôle",
        succes=f"{compte.nom_complet} a le rôle « {role.label} ».",
    )


@reserver_a(Role.ADMINISTRATEUR)
@require_http_methods(["GET", "POST"])
def retirer_role(requete: RequeteConnectee, pk: int, role: Role) -> HttpResponse:
    """Confirm, then withdraw a role."""
    compte = _compte(pk)
    return _confirmer(
        requete,
        compte,
        lambda motif: attribution.retirer(compte, role, motif=motif, par=requete.user),
        titre=f"Retirer le rôle « {role.label} » à {compte.nom_complet}",
        consequence="Ses sessions ouvertes se ferment. Ce que ce rôle permettait lui est refusé.",
        action="Retirer le rôle",
        succes=f"{compte.nom_complet} n’a plus le rôle « {role.label} ».",
        est_dangereux=True,
    )


@reserver_a(Role.ADMINISTRATEUR)
@require_http_methods(["GET", "POST"])
def fermer_acces(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Confirm, then deactivate an account."""
    compte = _compte(pk)
    return _confirmer(
        requete,
        compte,
        lambda motif: attribution.desactiver(compte, motif=motif, par=requete.user),
        titre=f"Désactiver le compte de {compte.nom_complet}",
        consequence="Ses sessions ouvertes se ferment et la connexion lui est refusée. "
        "Ses actes passés et ses rôles restent enregistrés.",
        action="Désactiver le compte",
        succes=f"Le compte de {compte.nom_complet} est désactivé.",
        est_dangereux=True,
    )


@reserver_a(Role.ADMINISTRATEUR)
@require_http_methods(["GET", "POST"])
def rouvrir_acces(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Confirm, then reactivate an account."""
    compte = _compte(pk)
    return _confirmer(
        requete,
        compte,
        lambda motif: attribution.reactiver(compte, motif=motif, par=requete.user),
        titre=f"Réactiver le compte de {compte.nom_complet}",
        consequence="La personne pourra de nouveau se connecter, avec les rôles qu’elle avait.",
        action="Réactiver le compte",
        succes=f"Le compte de {compte.nom_complet} est réactivé.",
    )


def _confirmer(
    requete: RequeteConnectee,
    compte: Utilisateur,
    agir: Callable[[str], None],
    *,
    titre: str,
    consequence: str,
    action: str,
    succes: str,
    est_dangereux: bool = False,
) -> HttpResponse:
    """Ask for a reason, carry out `agir` with it, or say why it is refused."""
    contexte = {
        "titre": titre,
        "consequence": consequence,
        "action": action,
        "retour": _adresse(compte),
        "est_dangereux": est_dangereux,
    }
    return confirmer(
        requete,
        MotifForm(requete.POST or None),
        lambda saisie: agir(saisie["motif"]),
        contexte,
        reussite=succes,
    )
