"""The parapheur: what waits for me, visas, refusals, readings, signatures, one or many."""

import tempfile
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, F, Sum
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exports_tps import parapheur
from exports_tps.a_signer import ASigner, lire_a_signer
from exports_tps.circuits import directions_de
from exports_tps.forms_parapheur import RenvoiForm, RepriseForm, SignatureForm, VisaForm
from exports_tps.models import LectureBordereau, qualite
from exports_tps.parapheur import Etat, bordereaux_attendus, etat_de, presentations_en_cours
from exports_tps.signature import empechement, signer_bordereau, signer_lus
from exports_tps.signature_deposee import deposer_signature, ecrire_a_signer
from exports_tps.views.pages import (
    LECTEURS,
    RequeteConnectee,
    adresse_de,
    confirmer,
    etapes_du_circuit,
    lignes_bordereau,
    page_par_cle,
    tenter,
)
from exports_tps.visibilite import a_lire, bordereaux_visibles, pieces_visibles
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role, Utilisateur
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
    tous = requete.GET.get("liste") == "tous"
    miens = bordereaux_attendus(requete.user)
    objets = (
        bordereaux_visibles(requete.user).filter(etat=EtatBordereau.PRESENTE) if tous else miens
    )
    page, suivant = page_par_cle(
        requete,
        objets.annotate(
            nombre=Count("pieces"),
            montant=Sum(F("pieces__montant_ht") + F("pieces__montant_tgc")),
        ),
    )
    en_cours = presentations_en_cours().filter(bordereau__in=[objet.pk for objet in page])
    par_bordereau = {p.bordereau_id: p for p in en_cours.select_related("presentee_par")}
    lectures = LectureBordereau.objects.filter(bordereau__in=page, lu_par=requete.user)
    lus = set(lectures.values_list("bordereau", flat=True))
    lignes = [(objet, par_bordereau.get(objet.pk), objet.pk in lus) for objet in page]
    peut_signer = requete.user.a_role(Role.ORDONNATEUR) and not tous
    return render(
        requete,
        "exports_tps/parapheur.html",
        {
            "lignes": lignes,
            "suivant": suivant,
            "tous": tous,
            "lit_les_bordereaux": requete.user.a_role(*LECTEURS),
            "nombre": miens.count(),
            "peut_signer": peut_signer,
            "a_signer_en_lot": peut_signer
            and any(est_lu and _est_au_bout(etape) for _, etape, est_lu in lignes),
        },
    )


def _est_au_bout(presentation: Any) -> bool:
    """Whether only the signature is left."""
    return presentation is None or presentation.etape is None


@reserver_a(Role.AGENT)
@require_POST
def presenter(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Put a bordereau into the parapheur."""
    objet = _lire(requete, pk)
    tenter(
        requete,
        lambda: parapheur.presenter(objet, par=requete.user),
        f"{objet} est au parapheur : il attend son premier visa ou sa signature.",
    )
    return redirect("exports_tps:bordereau", pk)


@reserver_a(*VISEURS)
@require_http_methods(["GET", "POST"])
def viser(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show what is to be given a visa, then give it."""
    objet = _lire(requete, pk)
    form = VisaForm(requete.POST or None)
    if requete.method == "POST" and form.is_valid():
        tenter(
            requete,
            lambda: parapheur.viser(objet, par=requete.user, **form.cleaned_data),
            f"{objet} : votre visa est donné.",
        )
        return redirect("exports_tps:parapheur")
    etat = etat_de(objet)
    peut = etat is not None and parapheur.peut_viser(objet, etat, requete.user)
    contexte = _contexte(requete, objet, etat) | {
        "form": form,
        "acte": "Viser",
        "est_visa": True,
        "peut_renvoyer": peut,
        "est_pret": peut,
        "empechement": "" if peut else "Ce visa n’est pas attendu de vous, ou il est déjà donné.",
    }
    return render(requete, "exports_tps/signer.html", contexte)


@reserver_a(Role.ORDONNATEUR)
@require_http_methods(["GET", "POST"])
def signer(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show what is about to be signed, then sign it."""
    objet = _lire(requete, pk)
    if requete.method == "POST":
        lue = requete.POST.get("empreinte", "")
        tenter(
            requete,
            lambda: signer_bordereau(objet, par=requete.user, empreinte_lue=lue),
            f"{objet} est signé : ses pièces sont exécutoires.",
        )
        return redirect("exports_tps:bordereau", pk)
    etat = etat_de(objet)
    raison = empechement(objet, requete.user) if objet.etat in PAS_SIGNES else "Il est déjà signé."
    contexte = _contexte(requete, objet, etat)
    lu: ASigner = contexte["lu"]
    contexte |= {
        "acte": "Signer",
        "est_visa": False,
        "empechement": raison,
        "qualite": "" if raison else _qualite(objet, requete.user, etat),
        "est_pret": not raison and lu.est_pret,
        "est_lu": bool(lu.empreinte) and parapheur.est_lu(objet, lu.empreinte, requete.user),
        "peut_renvoyer": not raison and etat is not None,
    }
    return render(requete, "exports_tps/signer.html", contexte)


def _qualite(objet: Bordereau, par: Utilisateur, etat: Etat | None) -> str:
    return qualite(par, parapheur.pouvoir_pour(objet, par, etat))


def _contexte(requete: RequeteConnectee, objet: Bordereau, etat: Etat | None) -> dict[str, Any]:
    """Return what a page to sign or to give a visa shows of a bordereau."""
    miennes = pieces_visibles(requete.user).filter(bordereau=objet)
    pieces, suivant = page_par_cle(requete, a_lire(miennes))
    lu = lire_a_signer(objet)
    return {
        "bordereau": objet,
        "fil": [*FIL, (objet.reference, adresse_de(objet, requete.user))],
        "lignes": [
            *lignes_bordereau(objet),
            ("Empreinte de ce qui est signé (SHA-256)", lu.empreinte or "aucune"),
        ],
        "pieces": pieces,
        "suivant": suivant,
        "controles": lu.controles if _voit_tout(objet, requete.user) else [],
        "refus_du_format": [] if lu.empreinte else lu.anomalies[-1:],
        "lu": lu,
        "etapes": etapes_du_circuit(etat),
    }


def _voit_tout(objet: Bordereau, par: Utilisateur) -> bool:
    """Whether every pièce of a bordereau is one that `par` may see: its anomalies name them."""
    return par.voit_toutes_les_directions or directions_de(objet) == [par.direction]


@reserver_a(Role.ORDONNATEUR)
@require_POST
def marquer_lu(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Record that the person read the bordereau, as the page showed it."""
    objet = _lire(requete, pk)
    empreinte = lire_a_signer(objet).empreinte
    if objet.etat not in PAS_SIGNES or empreinte != requete.POST.get("empreinte"):
        messages.error(requete, f"{objet} a changé depuis que vous l’avez ouvert : relisez-le.")
        return redirect("exports_tps:signer", pk)
    parapheur.marquer_lu(objet, empreinte, par=requete.user)
    messages.success(requete, f"{objet} est lu : vous pouvez le signer avec d’autres.")
    return redirect("exports_tps:parapheur")


@reserver_a(Role.ORDONNATEUR)
@require_POST
def signer_lot(requete: RequeteConnectee) -> HttpResponse:
    """Sign the bordereaux that were chosen, each of which was opened and read."""
    cles = [int(cle) for cle in requete.POST.getlist("bordereau") if cle.isdecimal()]
    choisis = bordereaux_attendus(requete.user).filter(pk__in=cles).order_by("pk")
    signes, refus = signer_lus(choisis, par=requete.user)
    if signes:
        cites = ", ".join(bordereau.reference for bordereau in signes)
        messages.success(requete, f"Signés : {cites}. Leurs pièces sont exécutoires.")
    for raison in refus:
        messages.error(requete, raison)
    if not signes and not refus:
        messages.error(requete, "Cochez au moins un bordereau lu.")
    return redirect("exports_tps:parapheur")


# --- Acts that say why ------------------------------------------------------------------------
@reserver_a(*VISEURS)
@require_http_methods(["GET", "POST"])
def renvoyer(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Send a bordereau back, with what is to be corrected."""
    objet = _lire(requete, pk)
    return confirmer(
        requete,
        RenvoiForm(requete.POST or None),
        lambda donnees: parapheur.renvoyer(objet, par=requete.user, **donnees),
        {
            "titre": f"Renvoyer le bordereau {objet.reference}",
            "consequence": "Il revient à qui l’a présenté, qui en est averti ; le circuit "
            "recommencera du début.",
            "action": "Renvoyer le bordereau",
            "retour": reverse("exports_tps:parapheur"),
            "est_dangereux": True,
        },
        reussite=f"{objet} est renvoyé à qui l’a présenté.",
        vers=reverse("exports_tps:parapheur"),
    )


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def reprendre(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Take a bordereau back from the parapheur."""
    objet = _lire(requete, pk)
    adresse = reverse("exports_tps:bordereau", args=[pk])
    return confirmer(
        requete,
        RepriseForm(requete.POST or None),
        lambda donnees: parapheur.reprendre(objet, par=requete.user, **donnees),
        {
            "titre": f"Reprendre le bordereau {objet.reference}",
            "consequence": "Il quitte le parapheur ; les visas donnés ne comptent plus et seront "
            "redemandés.",
            "action": "Reprendre le bordereau",
            "retour": adresse,
        },
        reussite=f"{objet} est de nouveau en préparation.",
        vers=adresse,
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
        vers=adresse,
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
    """Take the signed copy of the file to sign, once it is verified."""
    objet = _lire(requete, pk)
    adresse = reverse("exports_tps:bordereau", args=[pk])
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


def _lire(requete: RequeteConnectee, pk: int) -> Bordereau:
    objet: Bordereau = get_object_or_404(bordereaux_visibles(requete.user), pk=pk)
    return objet
