"""Pages of a supplier: his établissements, his requests, who acts for him."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from facturier.acces.controle import RequeteConnectee, ouvrir_aux_comptes, reserver_a
from facturier.acces.models import Role
from facturier.commun.apercu import fermer, montrer, remettre
from facturier.commun.confirmation import confirmer
from facturier.commun.fichiers import FichierRefuse
from facturier.commun.nombres import lire_entier
from facturier.commun.reception import TYPES_ACCEPTES
from fournisseurs.demandes import DemandeRefusee, completer, deposer_demande, retirer
from fournisseurs.depots import ouvrir_justificatif
from fournisseurs.forms import CompleterDemandeForm, DemandeForm
from fournisseurs.forms_habilitations import SEUIL_RECHERCHE, RechercheEtablissementForm
from fournisseurs.models import (
    DemandeEtablissement,
    DemandeModification,
    Droit,
    Etablissement,
    EtatOpposition,
    GenreModification,
    Habilitation,
    Justificatif,
    Opposition,
)
from fournisseurs.refus import trouver_visible

FIL = [("Mes établissements", "/fournisseur/")]
TAILLE_PAGE = 24


@reserver_a(Role.FOURNISSEUR)
@require_GET
def accueil(requete: RequeteConnectee) -> HttpResponse:
    """List one's établissements with one's rights, with a search when many, and one's requests."""
    toutes = Habilitation.objects.en_vigueur().de(requete.user)
    form = RechercheEtablissementForm(requete.GET)
    recherche = form.cleaned_data["q"] if form.is_valid() else ""
    page, suivant = _page_habilitations(requete, toutes.correspondant_a(recherche))
    return render(
        requete,
        "fournisseurs/accueil.html",
        {
            "habilitations": page,
            "suivant": suivant,
            "form": form,
            "recherche": recherche,
            "nombre": toutes.count(),
            "a_chercher": toutes.count() >= SEUIL_RECHERCHE,
            "demandes": DemandeEtablissement.objects.filter(demandeur=requete.user)[:20],
            "oppositions": Opposition.objects.visibles_par(requete.user)
            .exclude(etat__in=[EtatOpposition.A_VALIDER, EtatOpposition.ECARTEE])
            .select_related("beneficiaire__tiers", "etablissement")
            .distinct()
            .order_by("-pk")[:50],
        },
    )


def _page_habilitations(
    requete: RequeteConnectee, habilitations: Any
) -> tuple[list[Habilitation], str]:
    """Return a page by name of the établissement, and the query string of the next one."""
    if (apres := lire_entier(requete.GET.get("apres", ""))) is not None:
        habilitations = habilitations.apres(apres)
    page = list(
        habilitations.select_related("etablissement__fournisseur__tiers").order_by(
            "etablissement__denomination", "pk"
        )[: TAILLE_PAGE + 1]
    )
    if not page[TAILLE_PAGE:]:
        return page, ""
    parametres = requete.GET.copy()
    parametres["apres"] = str(page[TAILLE_PAGE - 1].pk)
    return page[:TAILLE_PAGE], f"?{parametres.urlencode()}"


@reserver_a(Role.FOURNISSEUR)
@require_http_methods(["GET", "POST"])
def demander(requete: RequeteConnectee) -> HttpResponse:
    """Ask to represent an établissement."""
    gerees = Etablissement.objects.visibles_par(requete.user, Droit.GERER_DONNEES)
    form = DemandeForm(requete.POST or None, requete.FILES or None, a_deja_fourni=gerees.exists())
    if requete.method == "POST" and form.is_valid():
        try:
            demande = deposer_demande(
                demandeur=requete.user, declaration=form.declaration, preuves=form.preuves
            )
        except DemandeRefusee as refus:
            _reporter(form, refus)
        else:
            messages.success(requete, "Votre demande est déposée : un agent va la vérifier.")
            return redirect("fournisseurs:demande", pk=demande.pk)
    statut = 422 if form.errors else 200
    return render(requete, "fournisseurs/demander.html", {"form": form, "fil": FIL}, status=statut)


def _reporter(form: DemandeForm, refus: DemandeRefusee) -> None:
    """Put what the act refused beside the fields of the form."""
    for champ, erreurs in refus.message_dict.items():
        form.add_error(champ if champ in form.fields else None, erreurs)


@reserver_a(Role.FOURNISSEUR)
@require_GET
def demande(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show a request of one's own: state, what was declared, documents, timeline."""
    miennes = DemandeEtablissement.objects.filter(demandeur=requete.user)
    objet = trouver_visible(miennes, par=requete.user, pk=pk)
    return render(
        requete,
        "fournisseurs/demande.html",
        {
            "demande": objet,
            "fil": FIL,
            "lignes": lignes_demande(objet, objet.iban_masque),
            "complements": objet.complements.attendus(),
            "a_venir": ["Vérification par un agent"] if objet.est_en_cours else [],
        },
    )


@reserver_a(Role.FOURNISSEUR)
@require_http_methods(["GET", "POST"])
def completer_demande(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Answer what an agent asked to complete, on the same request."""
    miennes = DemandeEtablissement.objects.filter(demandeur=requete.user)
    objet = trouver_visible(miennes, par=requete.user, pk=pk)
    if not objet.est_a_completer:
        return redirect("fournisseurs:demande", pk=pk)
    form = CompleterDemandeForm(requete.POST or None, requete.FILES or None, demande=objet)
    if requete.method == "POST" and form.is_valid():
        try:
            completer(
                objet,
                declaration=form.declaration,
                preuves=form.preuves,
                reponse=form.cleaned_data["reponse"],
                par=requete.user,
            )
        except DemandeRefusee as refus:
            _reporter(form, refus)
        except ValidationError as refus:
            form.add_error(None, refus.messages)
        else:
            messages.success(requete, "Votre réponse est envoyée : la demande repart.")
            return redirect("fournisseurs:demande", pk=pk)
    contexte = {
        "form": form,
        "titre_demande": objet.denomination,
        "complements": objet.complements.attendus(),
        "retour": reverse("fournisseurs:demande", args=[pk]),
    }
    return render(
        requete, "fournisseurs/completer.html", contexte, status=422 if form.errors else 200
    )


def lignes_demande(demande: DemandeEtablissement, iban: str) -> list[tuple[str, str]]:
    """Return what a request declares, as (label, value), with the IBAN as given."""
    service = f", {demande.service}" if demande.service else ""
    return [
        ("RIDET", demande.ridet_affiche),
        ("Dénomination", demande.denomination),
        ("Adresse", ", ".join(demande.lignes_adresse)),
        ("Téléphone", demande.telephone_affiche),
        ("Adresse électronique", demande.courriel or "non indiquée"),
        ("Demandeur", f"{demande.demandeur.nom_complet} ({demande.demandeur.email})"),
        ("Fonction", f"{demande.fonction}{service}"),
        ("IBAN", iban),
        ("BIC", demande.bic or "non indiqué"),
        ("Titulaire du compte", demande.titulaire),
    ]


@reserver_a(Role.FOURNISSEUR)
@require_http_methods(["GET", "POST"])
def retirer_demande(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Withdraw a request of one's own, after a page that says what it means."""
    miennes = DemandeEtablissement.objects.filter(demandeur=requete.user)
    objet = trouver_visible(miennes, par=requete.user, pk=pk)
    contexte = {
        "titre": "Retirer cette demande",
        "consequence": "Elle ne sera plus examinée. Vous pourrez en déposer une autre.",
        "action": "Retirer la demande",
        "retour": reverse("fournisseurs:demande", args=[pk]),
        "lignes": [("Établissement", str(objet.denomination)), ("RIDET", objet.ridet_affiche)],
    }
    return confirmer(
        requete,
        None,
        lambda _: retirer(objet, par=requete.user),
        contexte,
        reussite="Votre demande est retirée.",
    )


@reserver_a(Role.FOURNISSEUR)
@require_GET
def etablissement(requete: RequeteConnectee, ridet: str) -> HttpResponse:
    """Show an établissement one represents: identity, bank account, people, documents."""
    objet = trouver_visible(
        Etablissement.objects.visibles_par(requete.user).select_related("fournisseur__tiers"),
        par=requete.user,
        ridet=ridet,
    )
    mienne = objet.habilitations.en_vigueur().de(requete.user).first()
    droits = mienne.droits if mienne else []
    comptes = objet.fournisseur.coordonnees.courantes().select_related("etablissement")
    propre = comptes.filter(etablissement=objet).first()
    principal = comptes.filter(etablissement__isnull=True).first()
    return render(
        requete,
        "fournisseurs/etablissement.html",
        {
            "etablissement": objet,
            "fil": FIL,
            "mienne": mienne,
            "gere_droits": Droit.GERER_DROITS in droits,
            "gere_donnees": Droit.GERER_DONNEES in droits,
            "compte": propre or principal,
            "genre_compte": GenreModification.COMPTE_ETABLISSEMENT
            if propre
            else GenreModification.COMPTE_PRINCIPAL,
            "modifications": DemandeModification.objects.ouvertes().sur(objet),
            "habilitations": objet.habilitations.en_vigueur().select_related(
                "representant__utilisateur"
            ),
            "justificatifs": objet.justificatifs.visibles_par(requete.user),
        },
    )


@ouvrir_aux_comptes
@require_GET
def apercu(requete: RequeteConnectee, pk: int) -> HttpResponseBase:
    """Show a document inside a page of ours: a PDF or an image, inert, and nothing else.

    The type is that of its content, read at deposit; a browser may not guess another, run a script
    nor load anything from it.
    """
    objet = trouver_visible(
        Justificatif.objects.visibles_par(requete.user),
        par=requete.user,
        pk=pk,
        type_mime__in=TYPES_ACCEPTES,
    )
    try:
        flux = ouvrir_justificatif(objet, par=requete.user)
    except FichierRefuse as refus:
        texte = HttpResponse(str(refus), content_type="text/plain; charset=utf-8", status=409)
        return fermer(texte, objet.type_mime)
    return montrer(flux, nom=objet.nom, type_mime=objet.type_mime)


@ouvrir_aux_comptes
@require_GET
def justificatif(requete: RequeteConnectee, pk: int) -> HttpResponse | FileResponse:
    """Hand a document back as an attachment, to those who may see it."""
    objet = trouver_visible(
        Justificatif.objects.visibles_par(requete.user), par=requete.user, pk=pk
    )
    try:
        flux = ouvrir_justificatif(objet, par=requete.user)
    except FichierRefuse as refus:
        return render(requete, "document_indisponible.html", {"raison": str(refus)}, status=409)
    return remettre(flux, nom=objet.nom, type_mime=objet.type_mime)
