"""Finance staff and services: work lists, an invoice and the acts it allows."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role, Utilisateur
from facturier.commun.apercu import TYPES_MONTRES, montrer
from facturier.commun.confirmation import confirmer, rapporter
from facturier.commun.fichiers import ouvrir
from facturier.commun.montants import afficher as francs
from facturier.commun.tons import ton_de
from facturier.grand_livre.credits import ligne_de_credits, sans_ligne
from facturier.suivi.actes_gestion import (
    LIQUIDENT,
    REGISTRE,
    actes_possibles,
    est_a_mandater,
)
from facturier.suivi.affectation import a_la_main, confier, prendre, rendre
from facturier.suivi.appel_certification import LienInutilisable, lire
from facturier.suivi.chronologie import chronologie
from facturier.suivi.controles import contradictions
from facturier.suivi.etats import EtatFacture
from facturier.suivi.forms import MessageInterneForm
from facturier.suivi.forms_gestion import ConfierForm, FiltreGestionForm, LotForm
from facturier.suivi.horloges import horloges
from facturier.suivi.libelles import detenteur
from facturier.suivi.liquidation import a_mandater, avoirs_acceptes, vue_de_liquidation
from facturier.suivi.lots import agir_en_lot
from facturier.suivi.mandatement import budget_courant
from facturier.suivi.messagerie import ecrire
from facturier.suivi.models import Facture, ServiceFait
from facturier.suivi.pages import page_cle
from facturier.suivi.querysets import FactureQuerySet
from facturier.suivi.rapprochement import rapprocher
from facturier.suivi.reprises import reprise_de
from facturier.suivi.risques import suivre
from facturier.suivi.views.communs import (
    ROLES_GESTION,
    afficher,
    document_visible,
    facture_visible,
    telecharger,
    utilisateur_de,
)

ORDRE_ETATS = {etat: rang for rang, etat in enumerate(EtatFacture)}


@reserver_a(*ROLES_GESTION)
def liste(requete: HttpRequest) -> HttpResponse:
    """Show the work lists (count, amount, oldest by state), then the invoices of one of them."""
    utilisateur = utilisateur_de(requete)
    return _afficher_liste(requete, LotForm(utilisateur=utilisateur))


@reserver_a(Role.AGENT, Role.SERVICE)
@require_POST
def lot(requete: HttpRequest) -> HttpResponse:
    """Carry out one act on the invoices ticked, and report line by line."""
    utilisateur = utilisateur_de(requete)
    formulaire = LotForm(requete.POST, utilisateur=utilisateur)
    if formulaire.is_valid():
        choix = formulaire.cleaned_data
        try:
            sorts = agir_en_lot(formulaire.cles(), choix["acte"], par=utilisateur, a=choix["a"])
        except ValidationError as erreur:
            rapporter(formulaire, erreur)
        else:
            contexte = {
                "libelle": formulaire.libelle_de_l_acte,
                "sorts": sorts,
                "faits": sum(not sort.refus for sort in sorts),
                "retour": requete.GET.urlencode(),
            }
            return render(requete, "suivi/gestion_lot.html", contexte)
    return _afficher_liste(requete, formulaire)


def _afficher_liste(requete: HttpRequest, formulaire: LotForm) -> HttpResponse:
    """Show the list of the address, with the form of the acts on a lot."""
    utilisateur = utilisateur_de(requete)
    visibles = Facture.objects.visibles_par(utilisateur).deposees()
    filtre = FiltreGestionForm(requete.GET or None, utilisateur=utilisateur)
    lignes = filtre.appliquer(
        visibles.select_related("etablissement__fournisseur", "service", "affectee_a")
    )
    page = page_cle(lignes, requete.GET, est_croissante=filtre.est_croissant)
    contexte = {
        "form": filtre,
        "lot": formulaire,
        "peut_agir": utilisateur.a_role(Role.AGENT, Role.SERVICE),
        "cochees": formulaire.cles() if formulaire.is_bound else [],
        "page": page,
        "suivies": suivre(page.objets, au=timezone.now()),
        "compteurs": _compteurs(visibles),
        "est_filtree": bool(requete.GET),
        "parametres": requete.GET.urlencode(),
    }
    return afficher(requete, "suivi/gestion_liste.html", contexte, formulaire)


@reserver_a(*ROLES_GESTION)
def detail(requete: HttpRequest, pk: int) -> HttpResponse:
    """Show an invoice with its documents, its story and the acts allowed to this person."""
    facture = facture_visible(requete, pk)
    if facture.est_brouillon:
        raise Http404("Un brouillon n’est pas encore à la province.")
    contexte = {
        "facture": facture,
        "actes": actes_possibles(facture, utilisateur_de(requete)),
        "a_la_main": a_la_main(facture, utilisateur_de(requete)),
        "est_a_moi": facture.affectee_a_id == utilisateur_de(requete).pk,
        "risques": suivre([facture], au=timezone.now())[0].risques,
        "suivante": _suivante(facture, utilisateur_de(requete)),
        "est_a_mandater": est_a_mandater(facture, utilisateur_de(requete)),
        "detenteur": detenteur(facture, pour_fournisseur=False),
        "horloges": horloges(facture),
        "etapes": chronologie(facture, est_interne=True),
        **_documents(facture, requete.GET.get("piece", "")),
        "avoirs": facture.avoirs.vivantes(),
        "reductions": facture.reductions.select_related("reduction") if facture.est_avoir else [],
        "contradictions": contradictions(facture),
        "lignes": facture.lignes.all(),
        "taxes": facture.taxes.all(),
        "retours": facture.retours.select_related("motif", "cree_par", "repondu_par", "accuse_par"),
        "service_fait": ServiceFait.objects.filter(facture=facture).first(),
        **vue_de_liquidation(facture, utilisateur_de(requete)),
        "reprise": reprise_de(facture) if facture.etat == EtatFacture.REJETEE_TPS else None,
        "rapprochement": rapprocher(facture.bon_commande) if facture.bon_commande else None,
        "fil_messages": facture.messages.select_related("auteur"),
        "form": MessageInterneForm(),
        "peut_ecrire": utilisateur_de(requete).a_role(Role.AGENT, Role.SERVICE),
    }
    return render(requete, "suivi/gestion_detail.html", contexte)


@reserver_a(Role.AGENT, Role.SERVICE)
def acte(requete: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Carry out one act, after a page that says what it does and asks what it needs."""
    facture = facture_visible(requete, pk)
    utilisateur = utilisateur_de(requete)
    choisi = REGISTRE.get(code)
    if choisi is None:
        raise Http404("Cet acte n’existe pas.")
    saisi = requete.POST if requete.method == "POST" else None
    formulaire = choisi.formulaire(saisi, facture=facture) if choisi.formulaire else None
    refus: list[str] = []
    if saisi is not None and (formulaire is None or formulaire.is_valid()):
        try:
            choisi.executer(facture, utilisateur, formulaire)
        except ValidationError as erreur:
            if formulaire is None:
                refus = erreur.messages
            else:
                rapporter(formulaire, erreur)
        else:
            messages.success(requete, f"{facture} : {choisi.fait}")
            return redirect("suivi:gestion_detail", facture.pk)
    for message in refus:
        messages.error(requete, message)
    contexte = {
        "form": formulaire,
        "titre": f"{choisi.libelle} : {facture.numero}",
        "consequence": choisi.consequence,
        "action": choisi.libelle,
        "retour": reverse("suivi:gestion_detail", args=[facture.pk]),
        "est_dangereux": choisi.est_dangereux,
        "lignes": [*_resume(facture), *_credits(choisi.code, facture)],
        "facture": facture,
        **_documents(facture, requete.GET.get("piece", "")),
    }
    formulaires = [formulaire] if formulaire else []
    return afficher(requete, "suivi/gestion_acte.html", contexte, *formulaires)


@reserver_a(Role.SERVICE)
@require_GET
def certifier_par_lien(requete: HttpRequest, jeton: str) -> HttpResponse:
    """Lead from the link of a mail to the certification, or say why there is nothing to certify."""
    try:
        facture = facture_visible(requete, lire(jeton))
    except LienInutilisable as refus:
        messages.warning(requete, str(refus))
        return redirect(f"{reverse('suivi:gestion_liste')}?etat={EtatFacture.EN_CERTIFICATION}")
    if facture.etat != EtatFacture.EN_CERTIFICATION:
        messages.info(requete, "Cette facture n’attend plus de certification.")
        return redirect("suivi:gestion_detail", facture.pk)
    return redirect("suivi:gestion_acte", facture.pk, "certifier_service_fait")


@reserver_a(Role.AGENT, Role.SERVICE)
@require_POST
def prendre_facture(requete: HttpRequest, pk: int) -> HttpResponse:
    """Take an invoice, or give it back when it is mine."""
    facture = facture_visible(requete, pk)
    utilisateur = utilisateur_de(requete)
    est_a_moi = facture.affectee_a_id == utilisateur.pk
    try:
        (rendre if est_a_moi else prendre)(facture, par=utilisateur)
    except ValidationError as refus:
        messages.error(requete, " ".join(refus.messages))
    else:
        suite = "est remise dans la liste" if est_a_moi else "est à vous"
        messages.success(requete, f"La facture {facture.numero} {suite}.")
    return redirect("suivi:gestion_detail", facture.pk)


@reserver_a(Role.AGENT, Role.SERVICE)
def confier_facture(requete: HttpRequest, pk: int) -> HttpResponse:
    """Entrust an invoice to a colleague."""
    facture = facture_visible(requete, pk)
    utilisateur = utilisateur_de(requete)
    contexte = {
        "titre": f"Confier la facture {facture.numero}",
        "consequence": "Elle apparaîtra dans les factures que cette personne a prises. "
        "Chacun peut encore agir sur elle.",
        "action": "Confier",
        "retour": reverse("suivi:gestion_detail", args=[facture.pk]),
        "lignes": [("Prise par", facture.affectee_a or "personne"), *_resume(facture)],
    }
    return confirmer(
        requete,
        ConfierForm(requete.POST or None, utilisateur=utilisateur),
        lambda saisie: confier(facture, par=utilisateur, **saisie),
        contexte,
        reussite=lambda saisie: f"La facture {facture.numero} est confiée à {saisie['a']}.",
    )


@reserver_a(Role.AGENT, Role.SERVICE)
@require_POST
def message(requete: HttpRequest, pk: int) -> HttpResponse:
    """Write to the supplier, or inside the province."""
    facture = facture_visible(requete, pk)
    formulaire = MessageInterneForm(requete.POST)
    if formulaire.is_valid():
        ecrire(
            facture,
            formulaire.cleaned_data["texte"],
            par=utilisateur_de(requete),
            est_interne=formulaire.cleaned_data["est_interne"],
        )
        messages.success(requete, "Le message est enregistré.")
    else:
        messages.error(requete, "Écrivez un message de 2 000 caractères au plus.")
    return redirect("suivi:gestion_detail", facture.pk)


@reserver_a(*ROLES_GESTION)
@require_GET
def apercu(requete: HttpRequest, pk: int, document: int) -> HttpResponseBase:
    """Show a PDF or an image of an invoice inside its page."""
    montre = document_visible(requete, pk, document)
    if montre.type_mime not in TYPES_MONTRES:
        raise Http404("Ce document ne se montre pas : téléchargez-le.")
    flux = ouvrir(montre.sha256, settings.DOCUMENTS_RACINE)
    return montrer(flux, nom=montre.nom, type_mime=montre.type_mime)


@reserver_a(*ROLES_GESTION)
def document(requete: HttpRequest, pk: int, document: int) -> FileResponse:
    """Download one document of an invoice."""
    return telecharger(document_visible(requete, pk, document))


def _compteurs(visibles: FactureQuerySet) -> list[dict[str, object]]:
    """Return the work lists in the order of the circuit, with their age in days."""
    maintenant = timezone.now()
    compteurs = sorted(
        visibles.comptees_par_etat(),
        key=lambda ligne: ORDRE_ETATS[ligne["etat"]],
    )
    for ligne in compteurs:
        ligne["libelle"] = EtatFacture(ligne["etat"]).label
        ligne["ton"] = ton_de(Facture, ligne["etat"])
        ligne["jours"] = (maintenant - ligne["plus_ancienne"]).days
    return compteurs


def _documents(facture: Facture, piece: str) -> dict[str, object]:
    """Return the documents, and the one to show: the one asked for, else the invoice itself."""
    documents = list(facture.documents.all())
    montrables = [document for document in documents if document.type_mime in TYPES_MONTRES]
    voulu = [document for document in montrables if str(document.pk) == piece]
    principal = [document for document in montrables if document.sha256 == facture.sha256]
    choix = [*voulu, *principal, *montrables, None]
    return {"documents": documents, "montre": choix[0], "montrables": montrables}


def _suivante(facture: Facture, utilisateur: Utilisateur) -> Facture | None:
    """Return the next invoice of the same work list, older first."""
    liste: FactureQuerySet = Facture.objects.visibles_par(utilisateur)
    return liste.filter(etat=facture.etat, pk__gt=facture.pk).order_by("pk").first()


def _resume(facture: Facture) -> list[tuple[str, object]]:
    return [
        ("Fournisseur", facture.etablissement.denomination),
        ("Facture", facture.numero),
        ("Service", facture.service),
        ("Bon de commande", facture.bon_commande or "aucun"),
        *_rapproche(facture),
    ]


def _credits(acte: str, facture: Facture) -> list[tuple[str, object]]:
    """Say, before a liquidation, what is left of the credits that its mandat would consume."""
    source = facture if facture.compte else facture.bon_commande
    if acte not in LIQUIDENT or source is None:
        return []
    annee = timezone.localdate().year
    ligne = ligne_de_credits(annee, budget_courant().pk, source.compte, source.fonction)
    if ligne is None:
        return [("Crédits", f"aucun n’est chargé pour {annee} : vérifiez-les à la main")]
    if not ligne.compte:
        return [("Crédits", sans_ligne(annee, source.compte, source.fonction))]
    suffit = a_mandater(facture) <= ligne.disponible
    manque = "" if suffit else " : le mandat sera refusé, faites-en ouvrir"
    return [
        (f"Crédits disponibles, {ligne.nom}", f"{francs(ligne.disponible)}{manque}"),
    ]


def _rapproche(facture: Facture) -> list[tuple[str, object]]:
    """Say, before an act, what was received and what is left of the order."""
    if facture.bon_commande is None:
        return [("Facturé TTC", francs(facture.montant_ttc or 0))]
    fait = rapprocher(facture.bon_commande)
    acceptes = sum(avoir.montant_ttc or 0 for avoir in avoirs_acceptes(facture))
    return [
        ("Facturé TTC", francs(facture.montant_ttc or 0)),
        ("Reçu sur la commande", f"{francs(fait.recu)} sur {francs(fait.engage)}"),
        ("Reste à facturer", francs(fait.reste_a_facturer)),
        *([("Avoirs acceptés, à déduire", francs(acceptes))] if acceptes else []),
    ]
