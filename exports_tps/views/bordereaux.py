"""Bordereaux: list, making, checklist, signature, constitution."""

import io
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exports_tps import retrait_signature
from exports_tps.a_signer import lire_a_signer
from exports_tps.edition import editer_bordereau
from exports_tps.etapes import etat_de
from exports_tps.forms import ConstitutionForm
from exports_tps.forms_parapheur import RepriseForm
from exports_tps.models import Flux
from exports_tps.partages import flux_a_part
from exports_tps.reemission import Reemission, epargnees, nomme_des_pieces, regles_epargnes
from exports_tps.reemission import reemettre as reemettre_epargnees
from exports_tps.repartition import constituer as constituer_les_flux
from exports_tps.views.pages import (
    LECTEURS,
    RequeteConnectee,
    ce_que_peut,
    circuit_de_la_page,
    dernier_renvoi,
    fichier_range,
    lignes_bordereau,
    page_par_cle,
)
from exports_tps.visibilite import a_lire
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer
from facturier.commun.etats import TransitionInterdite
from facturier.grand_livre.models import (
    PAS_SIGNES,
    Bordereau,
    EtatBordereau,
    Piece,
)
from facturier.grand_livre.presentations import avec_totaux, pieces_de

FIL = [("Bordereaux", "/gestion/bordereaux/")]


@reserver_a(*LECTEURS)
@require_GET
def bordereaux(requete: RequeteConnectee) -> HttpResponse:
    """List bordereaux by state, newest first, with their number of pièces and amount."""
    etat = requete.GET.get("etat", "")
    nombres = dict(Bordereau.objects.values_list("etat").annotate(Count("pk")).order_by())
    retenus = avec_totaux(Bordereau.objects.all())
    if etat in EtatBordereau.values:
        retenus = retenus.filter(etat=etat)
    page, suivant = page_par_cle(requete, retenus)
    return render(
        requete,
        "exports_tps/bordereaux.html",
        {
            "bordereaux": page,
            "suivant": suivant,
            "etat": etat,
            "etats": [(c, libelle, nombres.get(c, 0)) for c, libelle in EtatBordereau.choices],
            "total": sum(nombres.values()),
            "libres": Piece.objects.a_mettre_en_bordereau().count(),
            "est_agent": requete.user.a_role(Role.AGENT),
        },
    )


@reserver_a(*LECTEURS)
@require_GET
def bordereau(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show a bordereau: pièces, documents, checklist, timeline, and what one may do with it."""
    objet = _lire(pk)
    pieces, suivant = page_par_cle(requete, a_lire(pieces_de(objet)), ordre="numero")
    est_ouvert = objet.etat == EtatBordereau.OUVERT
    est_agent = requete.user.a_role(Role.AGENT)
    etat, flux = etat_de(objet), _flux(objet)
    lu = lire_a_signer(objet) if est_ouvert else None
    return render(
        requete,
        "exports_tps/bordereau.html",
        {
            "bordereau": objet,
            "fil": FIL,
            "pieces": pieces,
            "suivant": suivant,
            "lignes": lignes_bordereau(objet, lu),
            "controles": lu.controles if lu else [],
            "flux": flux,
            "flux_a_part": flux_a_part(objet) if flux else (),
            "renvoi": dernier_renvoi(objet),
            "verification": objet.verifications.select_related("par").first()
            if objet.signe_le
            else None,
            "peut_presenter": est_ouvert and est_agent,
            "peut_retirer": est_ouvert and est_agent,
            "peut_abandonner": est_ouvert and est_agent and not pieces,
            "peut_reprendre": etat is not None and est_agent,
            "peut_retirer_signature": objet.etat == EtatBordereau.SIGNE
            and flux is None
            and requete.user.a_role(Role.ORDONNATEUR),
            "peut_constituer": objet.etat == EtatBordereau.SIGNE and est_agent and flux is None,
            "form": ConstitutionForm(),
            **(_reprise(objet) if est_agent else {}),
            **circuit_de_la_page(objet, etat),
            **ce_que_peut(requete.user, objet, etat),
        },
    )


@reserver_a(Role.ORDONNATEUR)
@require_http_methods(["GET", "POST"])
def retirer_signature(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Take the signature off a bordereau that never left."""
    objet = _lire(pk)
    adresse = reverse("exports_tps:bordereau", args=[pk])
    return confirmer(
        requete,
        RepriseForm(requete.POST or None),
        lambda donnees: retrait_signature.retirer_signature(objet, par=requete.user, **donnees),
        {
            "titre": f"Retirer la signature du bordereau {objet.reference}",
            "consequence": "Il revient en préparation avec son numéro et ses pièces, qui ne sont "
            "plus exécutoires ; il se corrige, puis se signe de nouveau.",
            "action": "Retirer la signature",
            "retour": adresse,
        },
        reussite=f"La signature du bordereau {objet.reference} est retirée : il est de nouveau en "
        "préparation.",
    )


@reserver_a(Role.AGENT)
def reemettre(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Issue again what the refusal of a bordereau does not blame."""
    objet = _lire(pk)
    if requete.method != "POST":
        return render(requete, "confirmation.html", _annonce_de_la_reprise(objet))
    try:
        bilan = reemettre_epargnees(objet, par=requete.user)
    except TransitionInterdite as refus:
        messages.error(requete, str(refus))
        return redirect("exports_tps:bordereau", pk)
    for raison in bilan.laissees:
        messages.error(requete, raison)
    if bilan.bordereau is None:
        return redirect("exports_tps:bordereau", pk)
    messages.success(requete, _bilan(bilan))
    return redirect("exports_tps:bordereau", bilan.bordereau.pk)


def _reprise(objet: Bordereau) -> dict[str, Any]:
    """Return how many pièces of a refused bordereau may go on, and how the act is called."""
    if objet.etat != EtatBordereau.REFUSE:
        return {}
    nouvelles, regles = epargnees(objet).count(), regles_epargnes(objet).count()
    return {"a_reemettre": nouvelles + regles, "reprise": _libelle(objet, nouvelles)}


def _libelle(objet: Bordereau, nouvelles: int) -> str:
    if not nouvelles:
        return "Présenter de nouveau ses titres réglés"
    if nomme_des_pieces(objet):
        return "Émettre de nouveau les pièces épargnées"
    return "Émettre de nouveau ses pièces"


def _annonce_de_la_reprise(objet: Bordereau) -> dict[str, Any]:
    """Return the page that says what will go on, and how, before it is done."""
    nouvelles, regles = epargnees(objet).count(), regles_epargnes(objet).count()
    consequence = [
        "Le refus ne nomme pas ces pièces."
        if nomme_des_pieces(objet)
        else "Le refus porte sur l’ensemble et ne met aucune pièce en cause."
    ]
    if nouvelles:
        consequence.append(
            "Celles qui sont rejetées sont émises de nouveau comme elles étaient, "
            "sous d’autres numéros."
        )
    if regles:
        consequence.append(
            "Les titres déjà réglés sont présentés tels quels : leur numéro et ce "
            "qui est encaissé ne changent pas."
        )
    consequence.append("Un nouveau bordereau les réunit, à présenter et à signer.")
    if nomme_des_pieces(objet):
        consequence.append("Les pièces que le refus nomme restent à corriger.")
    lignes = [("Pièces à émettre de nouveau", nouvelles), ("Titres réglés à présenter", regles)]
    return {
        "titre": f"{_libelle(objet, nouvelles)} : {objet}",
        "consequence": " ".join(consequence),
        "lignes": [(nom, str(nombre)) for nom, nombre in lignes if nombre],
        "action": "Émettre de nouveau" if nouvelles else "Présenter de nouveau",
        "retour": reverse("exports_tps:bordereau", args=[objet.pk]),
    }


def _bilan(bilan: Reemission) -> str:
    """Say what went on a new bordereau."""
    faits = [
        f"{libelle} : {nombre}"
        for libelle, nombre in (
            ("Pièces émises de nouveau", bilan.nombre),
            ("Titres réglés présentés de nouveau", bilan.presentes),
        )
        if nombre
    ]
    return f"{', '.join(faits)}, sur le {bilan.bordereau}."


@reserver_a(Role.AGENT)
@require_POST
def constituer(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Constitute the flux of one bordereau."""
    objet = _lire(pk)
    form = ConstitutionForm(requete.POST)
    if not form.is_valid():
        messages.error(requete, "Choisissez le profil d’export.")
        return redirect("exports_tps:bordereau", pk)
    try:
        faits = constituer_les_flux([objet], par=requete.user, profil=form.cleaned_data["profil"])
    except ValidationError as refus:
        for raison in refus.messages:
            messages.error(requete, raison)
        faits = []
    if faits:
        messages.success(requete, _dire_les_flux(faits))
    flux = _flux(objet)
    return redirect(flux) if flux else redirect("exports_tps:bordereau", pk)


def _dire_les_flux(faits: Sequence[Flux]) -> str:
    """Say how many flux a bordereau took: its documents may need some of their own."""
    premier, *suite = faits
    if not suite:
        return "Le flux est constitué et contrôlé : vous pouvez le transmettre."
    autres = ", ".join(str(flux.numero) for flux in suite)
    return (
        f"{len(faits)} flux sont constitués et contrôlés : le {premier.numero} porte le bordereau, "
        f"puis {autres} les documents qui n’y tenaient pas. Transmettez-les dans cet ordre."
    )


@reserver_a(*LECTEURS)
@require_GET
def bordereau_pdf(requete: RequeteConnectee, pk: int) -> FileResponse:
    """Answer the bordereau as a PDF."""
    objet = _lire(pk)
    contenu = editer_bordereau(objet, etabli_le=timezone.now())
    nom = f"bordereau-{objet.reference}.pdf"
    return FileResponse(io.BytesIO(contenu), filename=nom, content_type="application/pdf")


@reserver_a(*LECTEURS)
@require_GET
def fragment(requete: RequeteConnectee, pk: int) -> FileResponse:
    """Answer the fragment as it was signed."""
    objet = _lire(pk)
    if not objet.empreinte_signee:
        raise Http404("Ce bordereau n’est pas signé.")
    nom = f"bordereau-{objet.reference}-signe.xml"
    return fichier_range(objet.empreinte_signee, nom=nom, type_mime="application/xml")


def _lire(pk: int) -> Bordereau:
    objet: Bordereau = get_object_or_404(
        Bordereau.objects.select_related("budget", "exercice"), pk=pk
    )
    return objet


def _flux(objet: Bordereau) -> Flux | None:
    """Return the flux that holds the bordereau, if any: only a signed one may be in a flux."""
    if objet.etat in PAS_SIGNES:
        return None
    lignes: Any = objet.lignes_flux.filter(liberee_le=None)
    return Flux.objects.filter(pk__in=lignes.values("flux")).first() or (
        Flux.objects.filter(lignes__bordereau=objet, transmis_le__isnull=False).first()
    )
