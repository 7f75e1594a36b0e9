"""Pages of the finance staff: titres de recettes, their payments, their avis."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer, rapporter
from facturier.commun.fichiers import FichierRefuse
from facturier.commun.montants import afficher
from facturier.commun.nombres import lire_entier, lire_entiers
from facturier.commun.types_contenu import PDF
from facturier.grand_livre.corrections import est_anterieure
from facturier.grand_livre.documents import ranger_justificatif
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import (
    CORRECTIF,
    EtatPiece,
    Piece,
    PieceJustificative,
    SensPiece,
    Titre,
)
from facturier.grand_livre.soldes import reste_du, reste_du_par_piece
from telepaiement import (
    apurements,
    avis,
    contestations,
    creances,
    discordances,
    lettres,
    lettres_reglement,
    restitutions,
    titres,
)
from telepaiement.forms import FiltreTitresForm, MotifForm, ReductionTitreForm, TitreForm
from telepaiement.models import (
    Encaissement,
    EtatLitige,
    EtatRemboursement,
    EtatTentative,
    Litige,
    RecuApurement,
    Remboursement,
    Tentative,
)
from telepaiement.passerelles.contrat import PasserelleMuette
from telepaiement.reductions import est_reductible, reduire_titre
from telepaiement.reglements import APUREMENT, reglements, sans_quittance
from telepaiement.sommes_a_rendre import a_rendre_sans_paiement, titres_en_trop
from telepaiement.synchronisation import synchroniser
from telepaiement.views.communs import PAR_PAGE, agent, page_par_cle, reponse_pdf, reponse_recu

LECTEURS = (Role.AGENT, Role.ORDONNATEUR, Role.COMPTABLE, Role.REGISSEUR)


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def liste(request: HttpRequest) -> HttpResponse:
    """List titres by keyset, filtered, with what is still owed on each."""
    form = FiltreTitresForm(request.GET)
    filtres = form.cleaned_data if form.is_valid() else {}
    page = list(_filtrer(filtres, request.GET.get("apres", ""))[: PAR_PAGE + 1])
    suivant = page[PAR_PAGE - 1].pk if len(page) > PAR_PAGE else None
    page = page[:PAR_PAGE]
    restes = reste_du_par_piece([titre.pk for titre in page], sens=SensPiece.RECETTE)
    peut_gerer = agent(request).a_role(Role.AGENT)
    return render(
        request,
        "telepaiement/titres/liste.html",
        {
            "form": form,
            "lignes": [(titre, restes.get(titre.pk, 0)) for titre in page],
            "suivant": suivant,
            "peut_gerer": peut_gerer,
            "a_choisir": _a_mettre_en_bordereau(page) if peut_gerer else set(),
        },
    )


def _a_mettre_en_bordereau(page: list[Titre]) -> set[int]:
    return {
        titre.pk for titre in page if titre.etat == EtatPiece.EMISE and titre.bordereau_id is None
    }


def _filtrer(filtres: dict[str, Any], apres: str) -> Any:
    resultat = Titre.objects.select_related("tiers", "bordereau").order_by("-pk")
    if (depuis := lire_entier(apres)) is not None:
        resultat = resultat.filter(pk__lt=depuis)
    if filtres.get("etat"):
        resultat = resultat.filter(etat=filtres["etat"])
    if filtres.get("exercice"):
        resultat = resultat.filter(exercice_id=filtres["exercice"])
    texte = filtres.get("q", "").strip()
    if lue := creances.lire_reference(texte):
        return resultat.filter(exercice_id=lue[0], numero=lue[1])
    if texte:
        resultat = resultat.filter(Q(nom_tiers__icontains=texte) | Q(tiers__code__iexact=texte))
    return resultat


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def creer(request: HttpRequest) -> HttpResponse:
    """Issue one titre."""
    form = TitreForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            titre = titres.emettre(titres.DemandeTitre(**form.cleaned_data), par=agent(request))
        except ValidationError as erreur:
            rapporter(form, erreur)
        else:
            messages.success(request, f"Le titre {titre.reference} est émis.")
            return redirect("telepaiement:titre", titre_id=titre.pk)
    statut = 422 if form.errors else 200
    return render(request, "telepaiement/titres/creer.html", {"form": form}, status=statut)


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def detail(request: HttpRequest, titre_id: int) -> HttpResponse:
    """Show a titre: its lines, its payments, its attempts, its history."""
    titre = get_object_or_404(
        Titre.objects.select_related("tiers", "service", "budget", "bordereau", "piece_origine"),
        pk=titre_id,
    )
    encaissements = titre.encaissements.select_related("quittance__regie", "annulation", "par")
    reste = reste_du(titre)
    return render(
        request,
        "telepaiement/titres/detail.html",
        {
            "titre": titre,
            "reste": reste,
            "a_rendre": max(0, -reste),
            "rendu_par_la_tresorerie": restitutions.a_rendre(titre.pk) if reste < 0 else 0,
            "attente": restitutions.attentes([titre.pk]).get(titre.pk, "") if reste < 0 else "",
            "est_comptable": agent(request).a_role(Role.COMPTABLE),
            "lignes": titre.lignes_piece.select_related("compte").order_by("rang"),
            "encaissements": encaissements.order_by("pk"),
            "reglements": [
                fait
                for fait in sans_quittance(reglements(titre))
                if fait.evenement != APUREMENT  # told with its reason
            ],
            **_apurements(titre),
            "corrections": Piece.objects.filter(
                piece_origine=titre.pk, type_piece=CORRECTIF
            ).order_by("pk"),
            "demandes": titre.demandes.all(),
            "postees": lettres.postees(titre),
            "reglements_a_dire": lettres_reglement.a_poster().filter(apurement__titre=titre),
            "reglements_dits": lettres_reglement.postees(titre),
            "tentatives": titre.tentatives.avec_discordance().avec_decision().order_by("-pk")[:20],
            "a_un_avis": titre.etat in creances.ETATS_PAYABLES and not titre.est_reduction,
            "peut_reduire": est_reductible(titre, reste),
            "est_reduction": titre.est_reduction,
            "peut_annuler": titre.etat == EtatPiece.EMISE
            and titre.bordereau_id is None
            and reste == titre.montant_ttc,
            "peut_gerer": agent(request).a_role(Role.AGENT),
            "voit_l_argent": agent(request).a_role(Role.AGENT, Role.COMPTABLE),
        },
    )


def _apurements(titre: Titre) -> dict[str, Any]:
    """Return the sums found afterwards, each with what undid it and its receipt, if they have one.

    And whether they are to stay.
    """
    faits = titre.apurements.filter(annule__isnull=True).select_related(
        "par", "annulation__par", "recu"
    )
    trouves = [
        (un, getattr(un, "annulation", None), getattr(un, "recu", None))
        for un in faits.order_by("pk")
    ]
    return {
        "apurements": trouves,
        "apurements_figes": bool(trouves and apurements.suite_de(titre)),
    }


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def avis_pdf(request: HttpRequest, titre_id: int) -> HttpResponse:
    """Give the avis des sommes à payer of an executory titre."""
    titre = get_object_or_404(
        Titre.objects.select_related("tiers", "service", "bordereau"), pk=titre_id
    )
    try:
        contenu = avis.editer(titre, le=timezone.now())
    except ValidationError as erreur:
        messages.error(request, erreur.message)
        return redirect("telepaiement:titre", titre_id=titre.pk)
    return reponse_pdf(contenu, f"avis-{titre.reference}.pdf")


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def recu_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the receipt of what settled a titre after it had waited."""
    recus = RecuApurement.objects.select_related(
        "apurement__titre__tiers", "apurement__titre__service", "apurement__annulation"
    )
    return reponse_recu(request, get_object_or_404(recus, pk=pk))


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def annuler(request: HttpRequest, titre_id: int) -> HttpResponse:
    """Cancel a titre that no bordereau holds."""
    titre = get_object_or_404(Titre, pk=titre_id)
    contexte = {
        "titre": f"Annuler le titre {titre.reference}",
        "consequence": f"Son écriture de {afficher(titre.montant_ttc)} sera contrepassée. "
        "Son numéro reste pris.",
        "action": "Annuler le titre",
        "retour": reverse("telepaiement:titre", args=[titre.pk]),
        "est_dangereux": True,
    }
    return confirmer(
        request,
        MotifForm(request.POST or None),
        lambda saisie: titres.annuler(titre.pk, par=agent(request), **saisie),
        contexte,
        reussite=f"Le titre {titre.reference} est annulé.",
    )


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def reduire(request: HttpRequest, titre_id: int) -> HttpResponse:
    """Take back a part of a titre, or all of it, by a pièce of réduction."""
    titre = get_object_or_404(Titre, pk=titre_id)
    contestee = contestations.sans_suite().filter(titre=titre).first()
    form = ReductionTitreForm(
        request.POST or None,
        request.FILES or None,
        titre=titre,
        initial={"motif": f"Contestation {contestee.reference} acceptée"} if contestee else None,
    )
    if request.method == "POST" and form.is_valid():
        donnees = dict(form.cleaned_data)
        fichier = donnees.pop("fichier")
        try:
            acte = ranger_justificatif(
                fichier,
                nom=fichier.name,
                genre=PieceJustificative.Genre.DECISION,
                types_acceptes=(PDF,),
            )
            reduction = reduire_titre(titre, justificatifs=[acte], par=agent(request), **donnees)
        except FichierRefuse as refus:
            form.add_error("fichier", str(refus))
        except ValidationError as erreur:
            rapporter(form, erreur)
        else:
            messages.success(request, f"{reduction} est émis, à mettre en bordereau.")
            vue = "telepaiement:titre" if reduction.sens == SensPiece.RECETTE else "suivi:mandat"
            return redirect(vue, reduction.pk)
    consequence, action = _annonce(titre)
    contexte = {
        "titre": f"Réduire ou annuler le titre {titre.reference}",
        "consequence": consequence,
        "action": action,
        "retour": reverse("telepaiement:titre", args=[titre.pk]),
        "lignes": [
            ("Montant", afficher(titre.montant_ttc)),
            ("Reste dû", afficher(reste_du(titre))),
            *([("Contestation acceptée", contestee.reponse)] if contestee else []),
        ],
        "est_dangereux": True,
        "form": form,
    }
    return render(request, "confirmation.html", contexte, status=422 if form.errors else 200)


def _annonce(titre: Titre) -> tuple[str, str]:
    """Return what correcting `titre` does, as its exercice says, and the name of the act."""
    if not est_anterieure(titre):
        return (
            "Une pièce de réduction est émise, à mettre en bordereau. Du montant entier, elle "
            "annule le titre quand la Trésorerie la prend en charge. Le débiteur doit moins dès "
            "maintenant.",
            "Émettre la réduction",
        )
    debut = f"Ce titre est de l’exercice {titre.exercice_id} : un mandat au compte 673 est émis"
    fin = "Du montant entier, il annule le titre quand la Trésorerie le prend en charge."
    if reste_du(titre) > 0:
        return f"{debut}. Le débiteur doit moins dès maintenant. {fin}", "Émettre le mandat"
    return (
        f"{debut}, qui rend au débiteur, sur son compte bancaire vérifié, ce qu’il a payé. {fin}",
        "Émettre le mandat",
    )


@reserver_a(Role.AGENT)
@require_POST
def mettre_en_bordereau(request: HttpRequest) -> HttpResponse:
    """List the chosen titres on a new bordereau."""
    choisis = lire_entiers(request.POST.getlist("titre"))
    try:
        bordereau = creer_bordereau(
            sens=SensPiece.RECETTE,
            pieces=choisis,
            date_emission=timezone.localdate(),
            par=agent(request),
        )
    except ValidationError as erreur:
        messages.error(request, erreur.message)
    else:
        messages.success(request, f"Le bordereau {bordereau.reference} attend sa signature.")
    return redirect(f"{reverse('telepaiement:titres')}?etat=emise")


@reserver_a(Role.AGENT, Role.REGISSEUR)
@require_POST
def verifier(request: HttpRequest, tentative_id: int) -> HttpResponse:
    """Read a payment back at an agent's wish."""
    tentative = get_object_or_404(Tentative, pk=tentative_id)
    try:
        apres = synchroniser(tentative, source="vérification d’un agent", par=agent(request))
    except PasserelleMuette:
        messages.error(request, "Le service de paiement ne répond pas : réessayez plus tard.")
    else:
        messages.success(request, f"Paiement vérifié : {apres.get_etat_display().lower()}.")
    if tentative.titre_id is None:
        return redirect("telepaiement:paiements_a_verifier")
    return redirect("telepaiement:titre", titre_id=tentative.titre_id)


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def regler(request: HttpRequest, tentative_id: int) -> HttpResponse:
    """Settle a payment that does not match what was asked, with a reason."""
    tentative = get_object_or_404(Tentative.objects.select_related("titre"), pk=tentative_id)
    form = MotifForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            apres = discordances.regler(
                tentative_id=tentative.pk, motif=form.cleaned_data["motif"], par=agent(request)
            )
        except ValidationError as erreur:
            rapporter(form, erreur)
        else:
            est_encaisse = apres.etat == EtatTentative.REUSSIE
            messages.success(
                request, "La somme reçue est encaissée." if est_encaisse else "Paiement écarté."
            )
            return redirect("telepaiement:paiements_a_verifier")
    contexte = {
        "titre": "Régler un paiement qui ne correspond pas",
        "consequence": "La somme que la banque a reçue en francs sera encaissée : ce qui dépasse "
        "la dette sera à rendre. Une somme dans une autre devise, ou d’un autre paiement, est "
        "écartée sans être encaissée : faites-la d’abord rembourser chez le prestataire.",
        "action": "Régler ce paiement",
        "retour": reverse("telepaiement:paiements_a_verifier"),
        "lignes": [
            ("Objet", tentative.objet),
            ("Somme demandée", afficher(tentative.montant)),
            ("Anomalie", tentative.anomalie),
        ],
        "est_dangereux": True,
        "form": form,
    }
    return render(request, "confirmation.html", contexte, status=422 if form.errors else 200)


@reserver_a(Role.AGENT, Role.COMPTABLE)
@never_cache
@require_GET
def a_verifier(request: HttpRequest) -> HttpResponse:
    """List the payments whose outcome is doubtful: a person must look."""
    tentatives = Tentative.objects.a_decider().select_related("titre")
    page, suivant = page_par_cle(tentatives, request.GET.get("apres", ""), croissant=True)
    return render(
        request,
        "telepaiement/titres/a_verifier.html",
        {
            "tentatives": page,
            "suivant": suivant,
            "peut_gerer": agent(request).a_role(Role.AGENT),
        },
    )


@reserver_a(Role.AGENT, Role.COMPTABLE)
@never_cache
@require_GET
def trop_percus(request: HttpRequest) -> HttpResponse:
    """List what was received beyond the debts, and is owed back."""
    en_route = Remboursement.objects.actifs().exclude(etat=EtatRemboursement.REUSSI)
    refuses = Remboursement.objects.filter(etat=EtatRemboursement.ECHOUE, virement__isnull=True)
    contestes = Litige.objects.filter(etat=EtatLitige.OUVERT)
    encaissements = (
        Encaissement.objects.en_trop()
        .select_related("titre__tiers", "vente", "quittance__regie")
        .annotate(
            est_demande=Exists(en_route.filter(encaissement=OuterRef("pk"))),
            est_conteste=Exists(contestes.filter(encaissement=OuterRef("pk"))),
            est_refuse=Exists(refuses.filter(encaissement=OuterRef("pk"))),
        )
    )
    page, suivant = page_par_cle(encaissements, request.GET.get("apres", ""), croissant=True)
    en_trop, autres_titres = page_par_cle(
        titres_en_trop().select_related("tiers"), request.GET.get("titres", ""), croissant=True
    )
    restes = a_rendre_sans_paiement(en_trop)
    attentes = restitutions.attentes(restes)
    return render(
        request,
        "telepaiement/titres/trop_percus.html",
        {
            "encaissements": page,
            "suivant": suivant,
            "titres": [
                (titre, restes[titre.pk], attentes.get(titre.pk, ""))
                for titre in en_trop
                if titre.pk in restes
            ],
            "autres_titres": autres_titres,
            "est_comptable": agent(request).a_role(Role.COMPTABLE),
        },
    )
