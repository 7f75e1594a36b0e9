"""The parapheur: what waits for me, visas, refusals, readings, signatures, one or many.

A page is the same for a bordereau and for a file of other software: its address says which.
"""

import tempfile
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, F, Q, Sum
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exports_tps import parapheur
from exports_tps.a_signer import ASigner, lire_a_signer
from exports_tps.attendus import presentations_en_cours
from exports_tps.depots import documents_manquants
from exports_tps.etapes import (
    Etat,
    empechement,
    etat_de,
    exiger_viseur,
    ou_il_en_est,
    pouvoir_pour,
    refus_de_viser,
)
from exports_tps.forms_parapheur import RenvoiForm, RepriseForm, SignatureForm, VisaForm
from exports_tps.models import EtatFlux, LectureBordereau, Presentable, qualite
from exports_tps.parapheur import bordereaux_attendus, depots_attendus
from exports_tps.pouvoirs import sans_pouvoir
from exports_tps.presentables import est_a_signer, est_presente, genre_de, nommer
from exports_tps.signature_deposee import (
    SANS_CERTIFICAT,
    certificats_de,
    deposer_signature,
    ecrire_a_signer,
)
from exports_tps.signatures import signer as signer_objet
from exports_tps.signatures import signer_lus
from exports_tps.views.pages import (
    RequeteConnectee,
    adresse_d_acte,
    adresse_de,
    circuit_de_la_page,
    lignes_bordereau,
    lignes_depot,
    page_par_cle,
    tenter,
)
from exports_tps.visibilite import (
    a_lire,
    bordereaux_visibles,
    depots_visibles,
    pieces_externes_visibles,
    pieces_visibles,
)
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role, Utilisateur
from facturier.commun.confirmation import confirmer
from facturier.commun.montants import afficher
from facturier.commun.nombres import lire_entiers
from facturier.grand_livre.models import (
    PAS_SIGNES,
    VISEURS,
    Bordereau,
    EtatBordereau,
    Piece,
)

FIL = [("Parapheur", "/gestion/parapheur/")]


@reserver_a(*VISEURS)
@require_GET
def accueil(requete: RequeteConnectee) -> HttpResponse:
    """List what waits for the person, or all that is in the parapheur, newest first."""
    par, tous = requete.user, requete.GET.get("liste") == "tous"
    miens, mes_fichiers = bordereaux_attendus(par), depots_attendus(par)
    bordereaux, depots = miens, mes_fichiers
    if tous:
        bordereaux = bordereaux_visibles(par).filter(etat=EtatBordereau.PRESENTE)
        depots = depots_visibles(par).filter(flux__etat=EtatFlux.AU_PARAPHEUR)
    page, suivant = page_par_cle(
        requete,
        bordereaux.annotate(
            nombre=Count("pieces"),
            montant=Sum(F("pieces__montant_ht") + F("pieces__montant_tgc")),
        ),
    )
    fichiers, fichiers_suivant = page_par_cle(
        requete,
        depots.annotate(
            nombre=Count("flux__pieces_externes"), montant=Sum("flux__pieces_externes__montant_ttc")
        ),
        cle="fichier",
    )
    lignes = _lignes(requete, page, fichiers)
    peut_signer = par.a_role(Role.ORDONNATEUR) and not tous
    return render(
        requete,
        "exports_tps/parapheur.html",
        {
            "lignes": lignes,
            "suivant": suivant,
            "fichiers_suivant": fichiers_suivant,
            "tous": tous,
            "nombre": miens.count() + mes_fichiers.count(),
            "peut_signer": peut_signer,
            "sans_pouvoir": sans_pouvoir(par, timezone.localdate()),
            "a_signer_en_lot": peut_signer
            and any(ligne["est_lu"] and ligne["est_au_bout"] for ligne in lignes),
        },
    )


def _lignes(
    requete: RequeteConnectee, page: Sequence[Bordereau], fichiers: Sequence[Any]
) -> list[dict[str, Any]]:
    """Return a row for each object: where it is, whether it is read; two queries for all."""
    parmi = Q(bordereau__in=page) | Q(depot__in=fichiers)
    en_cours = presentations_en_cours().filter(parmi).select_related("presentee_par")
    presentations = {(p.genre, p.bordereau_id or p.depot_id): p for p in en_cours}
    lectures = LectureBordereau.objects.filter(parmi, lu_par=requete.user)
    lus = {
        ("bordereau", lecture.bordereau_id)
        if lecture.bordereau_id
        else ("fichier", lecture.depot_id)
        for lecture in lectures
    }
    tous = requete.GET.get("liste") == "tous"
    lignes = []
    objets: list[Any] = [*page, *fichiers]
    for objet in objets:
        genre = genre_de(objet)
        presentation = presentations.get((genre, objet.pk))
        est_au_bout = presentation is None or presentation.etape is None
        adresse = adresse_d_acte(objet, "signer" if est_au_bout and not tous else "viser")
        lignes.append(
            {
                "objet": objet,
                "genre": genre,
                "presentation": presentation,
                "est_lu": (genre, objet.pk) in lus,
                "est_au_bout": est_au_bout,
                "adresse": adresse_de(objet, requete.user) if tous else adresse,
            }
        )
    return lignes


@reserver_a(Role.AGENT)
@require_POST
def presenter(requete: RequeteConnectee, pk: int, *, depot: bool = False) -> HttpResponse:
    """Put a bordereau or a file into the parapheur."""
    objet = _lire(requete, pk, depot=depot)
    tenter(
        requete,
        lambda: parapheur.presenter(objet, par=requete.user),
        f"{nommer(objet)} est au parapheur : il attend son premier visa ou sa signature.",
    )
    return redirect(adresse_de(objet, requete.user))


@reserver_a(*VISEURS)
@require_http_methods(["GET", "POST"])
def viser(requete: RequeteConnectee, pk: int, *, depot: bool = False) -> HttpResponse:
    """Show what is to be given a visa, then give it."""
    objet = _lire(requete, pk, depot=depot)
    form = VisaForm(requete.POST or None)
    if requete.method == "POST" and form.is_valid():
        tenter(
            requete,
            lambda: parapheur.viser(objet, par=requete.user, **form.cleaned_data),
            f"{nommer(objet)} : votre visa est donné.",
        )
        return redirect("exports_tps:parapheur")
    etat = etat_de(objet)
    raison = refus_de_viser(objet, etat, requete.user)
    contexte = _contexte(requete, objet, etat) | {
        "form": form,
        "acte": "Viser",
        "est_visa": True,
        "sans_objet": etat is None,
        "peut_renvoyer": not raison,
        "est_pret": not raison,
        "empechement": raison,
        "pouvoir": None if raison or etat is None else exiger_viseur(objet, etat, requete.user),
    }
    return render(requete, "exports_tps/signer.html", contexte)


@reserver_a(Role.ORDONNATEUR)
@require_http_methods(["GET", "POST"])
def signer(requete: RequeteConnectee, pk: int, *, depot: bool = False) -> HttpResponse:
    """Show what is about to be signed, then sign it."""
    objet = _lire(requete, pk, depot=depot)
    if requete.method == "POST":
        lue = requete.POST.get("empreinte", "")
        suite = "ses pièces sont exécutoires" if not depot else "ses bordereaux peuvent partir"
        tenter(
            requete,
            lambda: signer_objet(objet, par=requete.user, empreinte_lue=lue),
            f"{nommer(objet)} est signé : {suite}.",
        )
        return redirect(adresse_de(objet, requete.user))
    etat = etat_de(objet)
    reste_a_signer = est_a_signer(objet)
    raison = empechement(objet, requete.user) if reste_a_signer else ou_il_en_est(objet)
    contexte = _contexte(requete, objet, etat)
    lu: ASigner = contexte["lu"]
    contexte |= {
        "acte": "Signer",
        "est_visa": False,
        "sans_objet": not reste_a_signer,
        "empechement": raison,
        "qualite": "" if raison else _qualite(objet, requete.user, etat),
        "est_pret": not raison and lu.est_pret,
        "est_lu": bool(lu.empreinte) and parapheur.est_lu(objet, lu.empreinte, requete.user),
        "peut_renvoyer": not raison and etat is not None,
    }
    return render(requete, "exports_tps/signer.html", contexte)


def _qualite(objet: Presentable, par: Utilisateur, etat: Etat | None) -> str:
    return qualite(par, pouvoir_pour(objet, par, etat))


def _contexte(requete: RequeteConnectee, objet: Presentable, etat: Etat | None) -> dict[str, Any]:
    """Return what a page to sign or to give a visa shows."""
    lu = lire_a_signer(objet)
    contenu = (
        _du_bordereau(requete, objet, lu)
        if isinstance(objet, Bordereau)
        else _du_fichier(requete, objet)
    )
    contenu["lignes"].append(
        ("Empreinte de ce qui est signé (SHA-256)", lu.empreinte or "aucune"),
    )
    return contenu | {
        "objet": objet,
        "genre": genre_de(objet),
        "fil": [*FIL, (objet.reference, adresse_de(objet, requete.user))],
        "page": adresse_de(objet, requete.user),
        "page_renvoyer": adresse_d_acte(objet, "renvoyer"),
        "page_marquer_lu": adresse_d_acte(objet, "marquer_lu"),
        "refus_du_format": [] if lu.empreinte else lu.anomalies[-1:],
        "lu": lu,
        **circuit_de_la_page(objet, etat),
    }


def _du_bordereau(requete: RequeteConnectee, objet: Bordereau, lu: ASigner) -> dict[str, Any]:
    miennes = pieces_visibles(requete.user).filter(bordereau=objet)
    pieces, suivant = page_par_cle(requete, a_lire(miennes), ordre="numero")
    return {
        "bordereau": objet,
        "lignes": lignes_bordereau(objet, lu),
        "pieces": pieces,
        "suivant": suivant,
        "controles": lu.controles if _voit_tout(objet, requete.user) else [],
    }


def _du_fichier(requete: RequeteConnectee, objet: Any) -> dict[str, Any]:
    """Return what the pages show of a file: each of its bordereaux summed up, its pièces."""
    miennes = pieces_externes_visibles(requete.user).filter(flux=objet.pk)
    externes, suivant = page_par_cle(
        requete, miennes.prefetch_related("documents", "verdicts"), ordre="pk"
    )
    bordereaux = (
        miennes.order_by("sens", "exercice", "bordereau")
        .values("sens", "exercice", "bordereau")
        .annotate(nombre=Count("pk"), montant=Sum("montant_ttc"))
    )
    sommes = [
        (
            f"Bordereau {b['exercice']}-{b['sens'][0].upper()}-{b['bordereau']}",
            f"{b['nombre']} pièces, {afficher(b['montant'])}",
        )
        for b in bordereaux
    ]
    return {
        "depot": objet,
        "lignes": [*lignes_depot(objet), *sommes],
        "externes": externes,
        "externes_suivant": suivant,
        "documents_externes": documents_manquants(objet.flux),
        "page_fichier": reverse("exports_tps:fichier_depose", args=[objet.pk]),
    }


def _voit_tout(objet: Bordereau, par: Utilisateur) -> bool:
    """Whether every pièce of a bordereau is one that `par` may see: its anomalies name them."""
    return not objet.pieces.exclude(pk__in=pieces_visibles(par)).exists()


@reserver_a(Role.ORDONNATEUR)
@require_POST
def marquer_lu(requete: RequeteConnectee, pk: int, *, depot: bool = False) -> HttpResponse:
    """Record that the person read the bordereau or the file, as the page showed it."""
    objet = _lire(requete, pk, depot=depot)
    empreinte = lire_a_signer(objet).empreinte
    if not est_a_signer(objet) or empreinte != requete.POST.get("empreinte"):
        messages.error(
            requete, f"{nommer(objet)} a changé depuis que vous l’avez ouvert : relisez-le."
        )
        return redirect(adresse_d_acte(objet, "signer"))
    parapheur.marquer_lu(objet, empreinte, par=requete.user)
    messages.success(requete, f"{nommer(objet)} est lu : vous pouvez le signer avec d’autres.")
    return redirect("exports_tps:parapheur")


@reserver_a(Role.ORDONNATEUR)
@require_POST
def signer_lot(requete: RequeteConnectee) -> HttpResponse:
    """Sign what was chosen, each of which was opened and read."""
    choisis: list[Presentable] = []
    for champ, attendus in (("bordereau", bordereaux_attendus), ("fichier", depots_attendus)):
        cles = lire_entiers(requete.POST.getlist(champ))
        choisis += attendus(requete.user).filter(pk__in=cles).order_by("pk")
    signes, refus = signer_lus(choisis, par=requete.user)
    if signes:
        cites = ", ".join(objet.reference for objet in signes)
        messages.success(requete, f"Signés : {cites}. Leurs pièces sont exécutoires.")
    for raison in refus:
        messages.error(requete, raison)
    if not signes and not refus:
        messages.error(requete, "Cochez au moins un bordereau lu.")
    return redirect("exports_tps:parapheur")


# --- Acts that say why ------------------------------------------------------------------------
@reserver_a(*VISEURS)
@require_http_methods(["GET", "POST"])
def renvoyer(requete: RequeteConnectee, pk: int, *, depot: bool = False) -> HttpResponse:
    """Send a bordereau or a file back, with what is to be corrected."""
    objet = _lire(requete, pk, depot=depot)
    genre = genre_de(objet)
    if requete.method == "GET" and not est_presente(objet):
        return _dire_ou_il_en_est(requete, objet)
    return confirmer(
        requete,
        RenvoiForm(requete.POST or None),
        lambda donnees: parapheur.renvoyer(objet, par=requete.user, **donnees),
        {
            "titre": f"Renvoyer le {genre} {objet.reference}",
            "consequence": "Il revient à qui l’a présenté, qui en est averti ; le circuit "
            "recommencera du début.",
            "action": f"Renvoyer le {genre}",
            "retour": reverse("exports_tps:parapheur"),
            "est_dangereux": True,
        },
        reussite=f"{nommer(objet)} est renvoyé à qui l’a présenté.",
    )


def _dire_ou_il_en_est(requete: RequeteConnectee, objet: Presentable) -> HttpResponse:
    """Say that something is not in the parapheur, instead of a form that would be refused."""
    messages.error(requete, f"{ou_il_en_est(objet)} Il n’est pas au parapheur.")
    return redirect(adresse_de(objet, requete.user))


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def reprendre(requete: RequeteConnectee, pk: int, *, depot: bool = False) -> HttpResponse:
    """Take a bordereau or a file back from the parapheur."""
    objet = _lire(requete, pk, depot=depot)
    adresse, genre = adresse_de(objet, requete.user), genre_de(objet)
    if requete.method == "GET" and not est_presente(objet):
        return _dire_ou_il_en_est(requete, objet)
    return confirmer(
        requete,
        RepriseForm(requete.POST or None),
        lambda donnees: parapheur.reprendre(objet, par=requete.user, **donnees),
        {
            "titre": f"Reprendre le {genre} {objet.reference}",
            "consequence": "Il quitte le parapheur ; les visas donnés ne comptent plus et seront "
            "redemandés.",
            "action": f"Reprendre le {genre}",
            "retour": adresse,
        },
        reussite=f"{nommer(objet)} est de nouveau en préparation.",
    )


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def retirer(requete: RequeteConnectee, pk: int, piece: int) -> HttpResponse:
    """Take a pièce out of a bordereau in preparation."""
    objet = _lire(requete, pk)
    retiree = get_object_or_404(Piece, pk=piece, bordereau=objet)
    adresse = reverse("exports_tps:bordereau", args=[pk])
    return confirmer(
        requete,
        None,
        lambda _: parapheur.retirer(objet, retiree, par=requete.user),
        {
            "titre": f"Retirer {retiree} du bordereau {objet.reference}",
            "consequence": "La pièce redevient libre : elle pourra aller sur un autre bordereau, "
            "ou être annulée.",
            "action": "Retirer la pièce",
            "retour": adresse,
        },
        reussite=f"{retiree} n’est plus dans le bordereau.",
    )


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def abandonner(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """End a bordereau that was emptied."""
    objet = _lire(requete, pk)
    adresse = reverse("exports_tps:bordereau", args=[pk])
    return confirmer(
        requete,
        None,
        lambda _: parapheur.abandonner(objet, par=requete.user),
        {
            "titre": f"Abandonner le bordereau {objet.reference}",
            "consequence": "Il ne contient plus de pièce : il est clos, et son numéro ne sert "
            "plus. Les bordereaux suivants n’ont plus à l’attendre.",
            "action": "Abandonner le bordereau",
            "retour": adresse,
        },
        reussite=f"Le bordereau {objet.reference} est abandonné.",
    )


# --- Signed elsewhere -------------------------------------------------------------------------
@reserver_a(Role.ORDONNATEUR)
@require_GET
def a_signer(requete: RequeteConnectee, pk: int) -> HttpResponse | FileResponse:
    """Answer the file to sign with one's own tool."""
    objet = _lire(requete, pk)
    if objet.etat not in PAS_SIGNES:
        messages.error(requete, f"{objet} est déjà signé.")
        return redirect("exports_tps:bordereau", pk)
    sortie = tempfile.TemporaryFile()  # noqa: SIM115  (the answer closes it)
    try:
        ecrire_a_signer(objet, sortie)
    except ValidationError as refus:
        for raison in refus.messages:
            messages.error(requete, raison)
        return redirect("exports_tps:signer", pk)
    sortie.seek(0)
    return FileResponse(
        sortie,
        as_attachment=True,
        filename=f"a-signer-{objet.reference}.xml",
        content_type="application/xml",
    )


@reserver_a(Role.ORDONNATEUR)
@require_http_methods(["GET", "POST"])
def deposer(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Take the signed copy of the file to sign, once it is verified; first, whose it must be."""
    objet = _lire(requete, pk)
    adresse = reverse("exports_tps:bordereau", args=[pk])
    if objet.etat not in PAS_SIGNES:
        messages.error(requete, f"{objet} est déjà signé.")
        return redirect(adresse)
    if not certificats_de(requete.user):
        messages.info(requete, SANS_CERTIFICAT)
        return redirect("exports_tps:certificat")
    return confirmer(
        requete,
        SignatureForm(requete.POST or None, requete.FILES or None),
        lambda donnees: deposer_signature(objet, donnees["fichier"].file, par=requete.user),
        {
            "titre": f"Déposer la signature du bordereau {objet.reference}",
            "consequence": "Le fichier est accepté si sa signature est valable, faite avec votre "
            "certificat, et si rien d’autre n’a changé. Les pièces deviennent exécutoires.",
            "action": "Vérifier et déposer",
            "retour": reverse("exports_tps:signer", args=[pk]),
        },
        reussite=f"{objet} est signé : ses pièces sont exécutoires.",
        vers=adresse,
    )


def _lire(requete: RequeteConnectee, pk: int, *, depot: bool = False) -> Any:
    visibles: Any = depots_visibles if depot else bordereaux_visibles
    return get_object_or_404(visibles(requete.user), pk=pk)
