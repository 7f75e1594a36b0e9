"""Pages of agents about demandes de modification: the work list, the evidence, the acts."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from facturier.acces.controle import RequeteConnectee, reserver_aux_finances
from facturier.acces.models import Role
from fournisseurs.consultation import reveler_ibans_modification
from fournisseurs.forms import MotifForm, RenvoiForm
from fournisseurs.forms_modification import AppelForm
from fournisseurs.liste_travail import A_AGIR, GENRES, ONGLETS, compter, lister, tableau
from fournisseurs.models import (
    DemandeModification,
    Etablissement,
    EtablissementRegistre,
    EtatModification,
)
from fournisseurs.modifications import instruction
from fournisseurs.modifications.donnees import (
    LIBELLES,
    afficher,
    changes_depuis,
    lire,
)
from fournisseurs.modifications.instruction import APPELABLES
from fournisseurs.modifications.registre import au_registre
from fournisseurs.modifications.retours import renvoyer
from fournisseurs.modifications.saisie import anomalies
from fournisseurs.referentiel import lire_referentiel
from fournisseurs.views.exports import donner
from fournisseurs.views.modifications import page_choisir, page_saisir
from fournisseurs.views.preuves import preuves_montrees

FIL = [("Tiers", "/gestion/tiers/"), ("Demandes", "/gestion/tiers/demandes/")]


@reserver_aux_finances(Role.AGENT)
@require_GET
def demandes(requete: RequeteConnectee) -> HttpResponse:
    """Show the work list: every request of a tab, the oldest first, late ones flagged."""
    onglet, genre = _filtre(requete)
    lignes, suivante = lister(onglet, genre=genre, apres=requete.GET.get("apres", ""))
    nombres = compter()
    parametres = requete.GET.copy()
    parametres["apres"] = suivante
    return render(
        requete,
        "fournisseurs/gestion/demandes.html",
        {
            "onglet": onglet,
            "onglets": [(code, nom, nombres[code]) for code, (nom, _, _) in ONGLETS.items()],
            "genre": genre,
            "genres": GENRES,
            "lignes": lignes,
            "suivant": f"?{parametres.urlencode()}" if suivante else "",
            "fil": FIL[:1],
        },
    )


def _filtre(requete: RequeteConnectee) -> tuple[str, str]:
    """Return the tab and the kind that the address asks for; what means nothing is left out."""
    onglet, genre = requete.GET.get("etat", ""), requete.GET.get("genre", "")
    return (
        onglet if onglet in ONGLETS else A_AGIR[0],
        genre if genre in dict(GENRES) else "",
    )


@reserver_aux_finances(Role.AGENT)
@require_GET
def exporter_demandes(requete: RequeteConnectee, extension: str) -> HttpResponseBase:
    """Give the whole tab that the address shows."""
    onglet, genre = _filtre(requete)
    retour = reverse("fournisseurs:gestion_demandes")
    return donner(requete, tableau(onglet, genre=genre), extension, retour=retour)


@reserver_aux_finances(Role.AGENT)
@require_GET
def modification(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show a request with its evidence side by side, and what one may do with it."""
    return _page(requete, _demande(pk))


def _demande(pk: int) -> DemandeModification:
    demande: DemandeModification = get_object_or_404(
        DemandeModification.objects.exclude(etat=EtatModification.BROUILLON)
        .exclude(deposee_le=None)
        .select_related(
            "etablissement__fournisseur__tiers",
            "fournisseur__tiers",
            "demandeur",
            "controlee_par",
            "approuvee_par",
        ),
        pk=pk,
    )
    return demande


def _page(
    requete: RequeteConnectee,
    demande: DemandeModification,
    *,
    appel: AppelForm | None = None,
    motif: MotifForm | None = None,
    renvoi: RenvoiForm | None = None,
    en_clair: bool = False,
) -> HttpResponse:
    registre = EtablissementRegistre.objects.filter(pk=demande.etablissement.ridet).first()
    appel = appel or AppelForm(demande=demande)
    motif = motif or MotifForm()
    renvoi = renvoi or RenvoiForm(demande=demande)
    reponse = render(
        requete,
        "fournisseurs/gestion/modification.html",
        {
            "demande": demande,
            "evidence": _evidence(demande, registre, en_clair=en_clair),
            "registre": registre,
            "en_clair": en_clair,
            "perimes": changes_depuis(demande) if demande.est_retirable else [],
            "anomalies": _anomalies(demande),
            **preuves_montrees(requete, demande),
            "preuves_registre": demande.preuves_registre.all(),
            "contacts": demande.contacts.all(),
            "appels": demande.appels.select_related("contact", "par"),
            "appel": appel,
            "motif": motif,
            "renvoi": renvoi,
            "complements": demande.complements.all(),
            "peut": _possibles(requete, demande),
            "fil": FIL,
        },
        status=422 if appel.errors or motif.errors or renvoi.errors else 200,
    )
    reponse["Cache-Control"] = "no-store"
    return reponse


def _evidence(
    demande: DemandeModification, registre: EtablissementRegistre | None, *, en_clair: bool
) -> list[dict[str, str]]:
    """Return each field: at deposit, now when it differs, asked for, and in the register."""
    actuelles = lire(demande.etablissement, demande.genre)
    inscrites = au_registre(registre)
    est_en_cours = demande.est_retirable
    return [
        {
            "libelle": LIBELLES[ligne.champ],
            "avant": afficher(ligne.champ, ligne.avant, en_clair=en_clair),
            "apres": afficher(ligne.champ, ligne.apres, en_clair=en_clair),
            "actuelle": afficher(ligne.champ, actuelles[ligne.champ], en_clair=en_clair)
            if est_en_cours and actuelles[ligne.champ] != ligne.avant
            else "",
            "registre": inscrites.get(ligne.champ, ""),
        }
        for ligne in demande.champs.all()
    ]


def _anomalies(demande: DemandeModification) -> list[Any]:
    valeurs = lire(demande.etablissement, demande.genre)
    valeurs |= dict(demande.champs.values_list("champ", "apres"))
    nom = demande.fournisseur.tiers.nom
    return anomalies(demande.genre, valeurs, lire_referentiel(), nom=nom)


def _possibles(requete: RequeteConnectee, demande: DemandeModification) -> dict[str, bool]:
    """Return the acts to offer; the acts themselves check again."""
    etat, moi = demande.etat, requete.user.pk
    est_demandeur = demande.demandeur_id == moi
    a_approuver = EtatModification.CONTROLEE if demande.est_compte else EtatModification.DEPOSEE
    return {
        "appeler": etat in APPELABLES
        and (demande.est_sensible or etat == EtatModification.CONTESTEE),
        "controler": demande.est_compte
        and etat == EtatModification.DEPOSEE
        and not (est_demandeur and demande.est_en_ligne),
        "approuver": etat == a_approuver
        and moi not in (demande.demandeur_id, demande.controlee_par_id),
        "renvoyer": etat in demande.TRANSITIONS["renvoyer"].departs and not est_demandeur,
        "refuser": etat in demande.TRANSITIONS["refuser"].departs and not est_demandeur,
        "contester": etat in demande.TRANSITIONS["contester"].departs,
        "lever": etat == EtatModification.CONTESTEE and not est_demandeur,
        "attendre_un_autre": etat == a_approuver
        and moi in (demande.demandeur_id, demande.controlee_par_id),
    }


@reserver_aux_finances(Role.AGENT)
@require_POST
def voir_iban_modification(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show the page again with whole IBANs, and record who looked."""
    demande = _demande(pk)
    reveler_ibans_modification(demande, par=requete.user)
    return _page(requete, demande, en_clair=True)


@reserver_aux_finances(Role.AGENT)
@require_POST
def appeler(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Record a call back."""
    demande = _demande(pk)
    form = AppelForm(requete.POST, demande=demande)
    if not form.is_valid():
        return _page(requete, demande, appel=form)
    donnees = form.cleaned_data
    try:
        instruction.appeler(
            demande,
            contact=donnees.get("contact"),
            resultat=donnees["resultat"],
            interlocuteur=donnees["interlocuteur"],
            commentaire=donnees["commentaire"],
            par=requete.user,
        )
    except ValidationError as refus:
        form.add_error(None, refus.messages)
        return _page(requete, demande, appel=form)
    messages.success(requete, "L’appel est consigné.")
    return redirect("fournisseurs:gestion_modification", pk=pk)


SANS_MOTIF: dict[str, tuple[Callable[..., Any], str]] = {
    "controler": (instruction.controler, "La demande est contrôlée : un autre agent décide."),
    "approuver": (instruction.approuver, "La demande est approuvée."),
}
AVEC_MOTIF: dict[str, tuple[Callable[..., Any], str]] = {
    "refuser": (instruction.refuser, "La demande est refusée : le demandeur est prévenu."),
    "contester": (instruction.contester, "La demande est arrêtée : les paiements attendent."),
    "lever": (instruction.lever_contestation, "La contestation est levée."),
}


@reserver_aux_finances(Role.AGENT)
@require_POST
def agir(requete: RequeteConnectee, pk: int, acte: str) -> HttpResponse:
    """Check, approve, refuse, stop or set going again; say so, or say why it is impossible."""
    demande = _demande(pk)
    options: dict[str, str] = {}
    if acte in AVEC_MOTIF:
        form = MotifForm(requete.POST)
        if not form.is_valid():
            return _page(requete, demande, motif=form)
        options["motif"] = form.cleaned_data["motif"]
    elif acte not in SANS_MOTIF:
        raise Http404("Cet acte n’existe pas.")
    act, reussite = (SANS_MOTIF | AVEC_MOTIF)[acte]
    try:
        act(demande, par=requete.user, **options)
    except ValidationError as refus:
        messages.error(requete, refus.messages[0])
    else:
        messages.success(requete, reussite)
    return redirect("fournisseurs:gestion_modification", pk=pk)


@reserver_aux_finances(Role.AGENT)
@require_POST
def renvoyer_modification(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Send a request back to its author, who completes it."""
    demande = _demande(pk)
    form = RenvoiForm(requete.POST, demande=demande)
    if not form.is_valid():
        return _page(requete, demande, renvoi=form)
    try:
        renvoyer(demande, attentes=form.attentes, par=requete.user)
    except ValidationError as refus:
        form.add_error(None, refus.messages)
        return _page(requete, demande, renvoi=form)
    messages.success(requete, "La demande est renvoyée : le demandeur est prévenu.")
    return redirect("fournisseurs:gestion_demandes")


def _etablissement(ridet: str) -> Etablissement:
    objet: Etablissement = get_object_or_404(
        Etablissement.objects.select_related("fournisseur__tiers"), ridet=ridet
    )
    return objet


def _fil_tiers(objet: Etablissement) -> list[tuple[str, str]]:
    code = objet.fournisseur.tiers.code
    return [*FIL[:1], (objet.denomination, reverse("fournisseurs:gestion_fiche", args=[code]))]


@reserver_aux_finances(Role.AGENT)
@require_GET
def gestion_choisir(requete: RequeteConnectee, ridet: str) -> HttpResponse:
    """Choose the datum to change in the name of a supplier who called or came."""
    objet = _etablissement(ridet)
    return page_choisir(requete, objet, fil=_fil_tiers(objet), saisir="gestion_modifier")


@reserver_aux_finances(Role.AGENT)
@require_http_methods(["GET", "POST"])
def gestion_modifier(requete: RequeteConnectee, ridet: str, genre: str) -> HttpResponse:
    """Type a change in the name of a supplier; another agent will approve it."""
    objet = _etablissement(ridet)
    return page_saisir(requete, objet, genre, fil=_fil_tiers(objet), par_agent=True)
