"""Pages of a demande de modification, for who asks: choose, type, check, follow, withdraw."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from facturier.acces.controle import RequeteConnectee, ouvrir_a_tous, reserver_a
from facturier.acces.models import Role, Utilisateur
from facturier.acces.reauthentification import a_confirme_recemment, demander_confirmation
from facturier.commun.confirmation import confirmer, rapporter
from facturier.grand_livre.models import Parametre
from fournisseurs.forms_modification import FORMULAIRES, REPONSES
from fournisseurs.models import (
    DemandeModification,
    Droit,
    Etablissement,
    EtablissementRegistre,
    EtatModification,
    GenreModification,
)
from fournisseurs.modifications.avis import JetonInvalide, lire_jeton
from fournisseurs.modifications.depot import deposer, preparer, retirer
from fournisseurs.modifications.donnees import CHAMPS, LIBELLES, afficher, lire
from fournisseurs.modifications.instruction import contester as contester_demande
from fournisseurs.modifications.pieces import EXIGENCES, deja_fourni, documents_valables
from fournisseurs.modifications.registre import au_registre, est_probante
from fournisseurs.modifications.retours import completer
from fournisseurs.modifications.saisie import ModificationRefusee
from fournisseurs.refus import trouver_visible

EN_LIGNE = DemandeModification.Canal.EN_LIGNE
A_VENIR = {
    EtatModification.DEPOSEE: ["Contrôle par un agent", "Décision d’un second agent"],
    EtatModification.CONTROLEE: ["Décision d’un second agent", "Délai de sécurité"],
    EtatModification.APPROUVEE: ["Application à la fin du délai de sécurité"],
}


def etablissement_gere(requete: RequeteConnectee, ridet: str) -> Etablissement:
    """Return an établissement whose data the person manages, or answer 404."""
    geres = Etablissement.objects.visibles_par(requete.user, Droit.GERER_DONNEES)
    objet: Etablissement = trouver_visible(
        geres.select_related("fournisseur__tiers"), par=requete.user, ridet=ridet
    )
    return objet


def fil_etablissement(objet: Etablissement) -> list[tuple[str, str]]:
    """Return the way back to an établissement."""
    adresse = reverse("fournisseurs:etablissement", args=[objet.ridet])
    return [("Mes établissements", "/fournisseur/"), (objet.denomination, adresse)]


@reserver_a(Role.FOURNISSEUR)
@require_GET
def choisir(requete: RequeteConnectee, ridet: str) -> HttpResponse:
    """Choose the datum to change."""
    objet = etablissement_gere(requete, ridet)
    return page_choisir(requete, objet, fil=fil_etablissement(objet), saisir="modifier")


def page_choisir(
    requete: RequeteConnectee, objet: Etablissement, *, fil: list[tuple[str, str]], saisir: str
) -> HttpResponse:
    """Show the data one may change, and the requests under way."""
    en_cours = {d.genre: d for d in DemandeModification.objects.ouvertes().sur(objet)}
    choix = [
        (
            nom,
            reverse(f"fournisseurs:{saisir}", args=[objet.ridet, code]),
            [exigence.libelle for exigence in EXIGENCES[code]],
            en_cours.get(code),
        )
        for code, nom in GenreModification.choices
    ]
    return render(
        requete,
        "fournisseurs/modifier_choisir.html",
        {"etablissement": objet, "choix": choix, "fil": fil},
    )


@reserver_a(Role.FOURNISSEUR)
@require_http_methods(["GET", "POST"])
def modifier(requete: RequeteConnectee, ridet: str, genre: str) -> HttpResponse:
    """Type the new values of a datum, with the documents that prove them."""
    objet = etablissement_gere(requete, ridet)
    return page_saisir(requete, objet, genre, fil=fil_etablissement(objet))


def page_saisir(
    requete: RequeteConnectee,
    objet: Etablissement,
    genre: str,
    *,
    fil: list[tuple[str, str]],
    par_agent: bool = False,
) -> HttpResponse:
    """Show the form of a kind of change; once right, lead to the page that shows before / after."""
    if genre not in FORMULAIRES:
        raise Http404("Cette donnée n’existe pas.")
    donnees = (requete.POST, requete.FILES) if requete.method == "POST" else (None, None)
    registre = _registre(requete, objet) if par_agent else None
    d_apres = _d_apres(registre, genre)
    form = FORMULAIRES[genre](*donnees, etablissement=objet, par_agent=par_agent, d_apres=d_apres)
    if form.is_bound and form.is_valid():
        try:
            demande = preparer(
                etablissement=objet,
                genre=genre,
                saisies=form.saisies,
                preuves=form.preuves,
                par=requete.user,
                canal=form.cleaned_data.get("canal", EN_LIGNE),
            )
        except ModificationRefusee as refus:
            rapporter(form, refus)
        else:
            return redirect("fournisseurs:verifier_modification", pk=demande.pk)
    contexte = {
        "form": form,
        "etablissement": objet,
        "genre": GenreModification(genre),
        "est_compte": genre.startswith("compte"),
        "par_agent": par_agent,
        "fournis": _documents_fournis(objet, genre),
        "registre": registre,
        "prouve": registre is not None and est_probante(registre),
        "lignes": _cote_a_cote(objet, genre, d_apres),
        "fil": fil,
    }
    statut = 422 if form.errors else 200
    return render(requete, "fournisseurs/modifier.html", contexte, status=statut)


def _registre(requete: RequeteConnectee, objet: Etablissement) -> EtablissementRegistre | None:
    """Return the line of the register that the address asks to start from."""
    if requete.GET.get("d_apres") != "registre":
        return None
    return EtablissementRegistre.objects.filter(pk=objet.ridet).first()


def _d_apres(registre: EtablissementRegistre | None, genre: str) -> dict[str, str]:
    """Return what the register says of the data of `genre`, to propose in the form."""
    inscrites = au_registre(registre)
    valeurs = {champ: inscrites[champ] for champ in CHAMPS[genre] if inscrites.get(champ)}
    return valeurs | {"canal": DemandeModification.Canal.REGISTRE.value} if valeurs else {}


def _cote_a_cote(
    objet: Etablissement, genre: str, d_apres: dict[str, str]
) -> list[tuple[str, str, str]]:
    """Return (label, ours, the register's) of each field that the register fills in."""
    actuelles = lire(objet, genre)
    return [
        (LIBELLES[champ], afficher(champ, actuelles[champ]), d_apres[champ])
        for champ in CHAMPS[genre]
        if champ in d_apres
    ]


def _documents_fournis(objet: Etablissement, genre: str) -> list[Any]:
    """Return the documents already given that the request will reuse."""
    connus = (deja_fourni(objet, exigence.genres) for exigence in EXIGENCES[genre])
    return [document for document in connus if document is not None]


@reserver_a(Role.FOURNISSEUR, Role.AGENT)
@require_http_methods(["GET", "POST"])
def verifier(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show before and after, then deposit; a change of account asks for the password again."""
    miennes = _demandes().filter(demandeur=requete.user)
    demande = trouver_visible(miennes, par=requete.user, pk=pk)
    if demande.etat != EtatModification.BROUILLON:
        raise Http404("Cette demande est déjà envoyée, ou abandonnée.")
    if demande.est_compte and demande.est_en_ligne:
        confirmation = demander_confirmation(requete)
        if confirmation is not None:
            return confirmation
    if requete.method == "POST":
        try:
            deposer(demande, par=requete.user, a_confirme=a_confirme_recemment(requete))
        except ValidationError as refus:
            messages.error(requete, refus.messages[0])
            return redirect("fournisseurs:verifier_modification", pk=pk)
        messages.success(requete, "La demande est déposée.")
        return redirect(_page_de(demande), pk=pk)
    return render(
        requete,
        "fournisseurs/modification_verifier.html",
        {
            "demande": demande,
            "lignes": lignes_modification(demande, en_clair=True),
            "justificatifs": [*demande.justificatifs.all(), *demande.reemployes.all()],
            "preuves_registre": demande.preuves_registre.all(),
            "retour": _adresse_saisie(demande),
        },
    )


def _demandes() -> QuerySet[DemandeModification]:
    demandes: QuerySet[DemandeModification] = DemandeModification.objects.select_related(
        "etablissement__fournisseur__tiers", "fournisseur__tiers", "demandeur"
    )
    return demandes


def _page_de(demande: DemandeModification) -> str:
    if demande.est_en_ligne:
        return "fournisseurs:modification"
    return "fournisseurs:gestion_modification"


def _adresse_saisie(demande: DemandeModification) -> str:
    nom = "modifier" if demande.est_en_ligne else "gestion_modifier"
    return reverse(f"fournisseurs:{nom}", args=[demande.etablissement.ridet, demande.genre])


def lignes_modification(
    demande: DemandeModification, *, en_clair: bool = False
) -> list[tuple[str, str, str]]:
    """Return each field changed as (label, before, after), as people read them.

    The IBAN before is always masked; the one after is shown in clear when `en_clair`.
    """
    return [
        (
            LIBELLES[ligne.champ],
            afficher(ligne.champ, ligne.avant),
            afficher(ligne.champ, ligne.apres, en_clair=en_clair),
        )
        for ligne in demande.champs.all()
    ]


def _visible(pk: int, utilisateur: Utilisateur) -> DemandeModification:
    visibles = DemandeModification.objects.visibles_par(utilisateur)
    return trouver_visible(_demandes().filter(pk__in=visibles.values("pk")), par=utilisateur, pk=pk)


@reserver_a(Role.FOURNISSEUR)
@require_GET
def modification(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Follow a request: state, before and after, documents, timeline."""
    demande = _visible(pk, requete.user)
    if demande.etat == EtatModification.BROUILLON:
        return redirect("fournisseurs:verifier_modification", pk=pk)
    return render(
        requete,
        "fournisseurs/modification.html",
        {
            "demande": demande,
            "lignes": lignes_modification(demande),
            "justificatifs": demande.justificatifs.all(),
            "reemployes": demande.reemployes.all(),
            "preuves_registre": demande.preuves_registre.all(),
            "complements": demande.complements.attendus(),
            "a_venir": A_VENIR.get(EtatModification(demande.etat), []),
            "fil": fil_etablissement(demande.etablissement),
        },
    )


@reserver_a(Role.FOURNISSEUR, Role.AGENT)
@require_http_methods(["GET", "POST"])
def completer_modification(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Answer what an agent asked to complete, on the same request."""
    demande = _visible(pk, requete.user)
    if not demande.est_a_completer:
        return redirect(_page_de(demande), pk=pk)
    if demande.est_compte and demande.est_en_ligne and requete.method == "GET":
        confirmation = demander_confirmation(requete)
        if confirmation is not None:
            return confirmation
    donnees = (requete.POST, requete.FILES) if requete.method == "POST" else (None, None)
    form = REPONSES[demande.genre](*donnees, demande=demande)
    if form.is_bound and form.is_valid():
        try:
            completer(
                demande,
                saisies=form.saisies,
                preuves=form.preuves,
                reponse=form.cleaned_data["reponse"],
                par=requete.user,
                a_confirme=a_confirme_recemment(requete),
            )
        except ValidationError as refus:
            rapporter(form, refus)
        else:
            messages.success(requete, "Votre réponse est envoyée : la demande repart.")
            return redirect(_page_de(demande), pk=pk)
    contexte = {
        "form": form,
        "titre_demande": str(demande),
        "complements": demande.complements.attendus(),
        "retour": reverse(_page_de(demande), args=[pk]),
    }
    reponse = render(
        requete, "fournisseurs/completer.html", contexte, status=422 if form.errors else 200
    )
    reponse["Cache-Control"] = "no-store"
    return reponse


@reserver_a(Role.FOURNISSEUR)
@require_http_methods(["GET", "POST"])
def retirer_modification(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Withdraw a request, after a page that says what it means."""
    demande = _visible(pk, requete.user)
    contexte = {
        "titre": "Retirer cette demande",
        "consequence": "Vos données restent comme elles sont. Vous pourrez faire une autre "
        "demande.",
        "action": "Retirer la demande",
        "retour": reverse("fournisseurs:modification", args=[pk]),
        "lignes": [
            (nom, f"{avant} → {apres}") for nom, avant, apres in lignes_modification(demande)
        ],
    }
    return confirmer(
        requete,
        None,
        lambda _: retirer(demande, par=requete.user),
        contexte,
        reussite="La demande est retirée : rien n’a changé.",
        vers=reverse("fournisseurs:etablissement", args=[demande.etablissement.ridet]),
    )


@reserver_a(Role.FOURNISSEUR)
@require_GET
def documents(requete: RequeteConnectee, ridet: str) -> HttpResponse:
    """List the documents given for the établissement, with their validity."""
    objet = etablissement_gere(requete, ridet)
    valables = documents_valables(objet).order_by("genre", "-depose_le")
    autres = objet.justificatifs.exclude(pk__in=valables.values("pk")).order_by("-depose_le")
    return render(
        requete,
        "fournisseurs/documents.html",
        {
            "etablissement": objet,
            "valables": valables[:100],
            "perimes": autres[:100],
            "fil": fil_etablissement(objet),
        },
    )


@ouvrir_a_tous
@require_http_methods(["GET", "POST"])
def contester(requete: HttpRequest, jeton: str) -> HttpResponse:
    """« Ce n’est pas moi »: stop a request from the link sent to an old contact."""
    try:
        contact = lire_jeton(jeton)
    except JetonInvalide as refus:
        return render(requete, "fournisseurs/contester.html", {"raison": str(refus)}, status=404)
    demande = contact.demande
    est_faite = False
    if requete.method == "POST":
        contester_demande(
            demande,
            par=Utilisateur.objects.systeme(),
            motif=f"« Ce n’est pas moi », depuis le courriel envoyé à {contact.valeur}.",
        )
        est_faite = True
    contexte = {
        "demande": demande,
        "est_faite": est_faite or demande.etat == EtatModification.CONTESTEE,
        "est_possible": demande.etat in demande.TRANSITIONS["contester"].departs,
    }
    return render(requete, "fournisseurs/contester.html", contexte)


@ouvrir_a_tous
@require_GET
def securite(requete: HttpRequest) -> HttpResponse:
    """Explain in plain French what protects a bank account."""
    return render(requete, "fournisseurs/securite.html", _reglages_de_securite())


def _reglages_de_securite() -> dict[str, int]:
    jour = timezone.localdate()
    return {
        "heures": Parametre.objects.entier("delai_carence_compte_heures", jour),
        "jours": Parametre.objects.entier("vigilance_compte_jours", jour),
    }
