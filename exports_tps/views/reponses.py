"""What the treasury sent: messages, their reserves, and settling or applying them again."""

from django.contrib import messages
from django.db.models import Count
from django.forms import Form
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from exports_tps.forms import TraitementForm
from exports_tps.models import EtatMessage, MessageTPS, Releve
from exports_tps.reserves import CITEES, DEJA_TRAITE, avec_reserves, messages_a_examiner, traiter
from exports_tps.retours import A_REPRENDRE, appliquer_de_nouveau, est_garde
from exports_tps.views.flux import FIL
from exports_tps.views.pages import (
    LECTEURS,
    RequeteConnectee,
    confirmer,
    fichier_range,
    page_par_cle,
)
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.fichiers import taille_lisible
from facturier.commun.heures import jour_et_heure

AVEC_RESERVE = "reserve"


@reserver_a(*LECTEURS)
@require_GET
def liste(requete: RequeteConnectee) -> HttpResponse:
    """List what the treasury sent, newest first; one tab holds what wants a look."""
    etat = requete.GET.get("etat", "")
    recus = MessageTPS.objects.all()
    if etat == AVEC_RESERVE:
        recus = messages_a_examiner()
    elif etat in EtatMessage.values:
        recus = recus.filter(etat=etat)
    page, suivant = page_par_cle(requete, avec_reserves(recus.select_related("flux")))
    nombres = dict(MessageTPS.objects.values_list("etat").annotate(Count("pk")).order_by())
    a_examiner = [(AVEC_RESERVE, "Avec réserve", messages_a_examiner().count())]
    return render(
        requete,
        "exports_tps/messages.html",
        {
            "messages_tps": page,
            "suivant": suivant,
            "etat": etat,
            "etats": a_examiner
            + [(c, libelle, nombres.get(c, 0)) for c, libelle in EtatMessage.choices],
            "total": sum(nombres.values()),
            "releve": Releve.objects.order_by("-pk").first(),
            "fil": FIL,
        },
    )


@reserver_a(*LECTEURS)
@require_GET
def message(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show a message: what it is, each of its reserves, and how they were settled."""
    recu = _lire(pk)
    reserves, suivant = page_par_cle(
        requete,
        recu.reserves.select_related("bordereau", "piece", "justificatif", "traitement__par"),
        ordre="pk",
    )
    ouvertes = recu.reserves.ouvertes().count()
    est_agent = requete.user.a_role(Role.AGENT)
    return render(
        requete,
        "exports_tps/message.html",
        {
            "message": recu,
            "lignes": _lignes(recu),
            "reserves": reserves,
            "suivant": suivant,
            "ouvertes": ouvertes,
            "est_garde": est_garde(recu),
            "peut_traiter": est_agent and ouvertes > 0,
            "est_comptable": requete.user.a_role(Role.COMPTABLE),
            "peut_reprendre": est_agent and recu.etat in A_REPRENDRE,
            "fil": [*FIL, ("Réponses de la Trésorerie", "/gestion/flux/messages/")],
        },
    )


@reserver_a(*LECTEURS)
@require_GET
def fichier(requete: RequeteConnectee, pk: int) -> FileResponse:
    """Answer a message as it was received."""
    recu = get_object_or_404(MessageTPS, pk=pk)
    return fichier_range(recu.sha256, nom=recu.nom, type_mime="application/xml")


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def traiter_reserves(
    requete: RequeteConnectee, pk: int, reserve: int | None = None
) -> HttpResponse:
    """Settle one reserve of a message, or all those that are open."""
    recu = _lire(pk)
    ouvertes = recu.reserves.ouvertes()
    if reserve is not None:
        get_object_or_404(recu.reserves, pk=reserve)
        ouvertes = ouvertes.filter(pk=reserve)
    nombre, adresse = ouvertes.count(), recu.get_absolute_url()
    if not nombre:
        messages.info(requete, DEJA_TRAITE)
        return redirect(adresse)
    toutes = f"Traiter les {nombre} réserves restantes"
    return confirmer(
        requete,
        TraitementForm(requete.POST or None),
        lambda donnees: traiter(
            recu, par=requete.user, seules=None if reserve is None else [reserve], **donnees
        ),
        {
            "titre": "Traiter une réserve" if nombre == 1 else toutes,
            "consequence": "Un traitement ne s’annule pas : il garde votre nom, la date et ce que "
            "vous avez fait. Aucune pièce et aucune écriture ne change.",
            "lignes": [("Réponse", recu.nom)]
            + [(r.get_nature_display(), r.texte) for r in ouvertes[:CITEES]]
            + ([("Autres réserves", str(nombre - CITEES))] if nombre > CITEES else []),
            "action": "Marquer comme traitée" if nombre == 1 else "Marquer comme traitées",
            "retour": adresse,
        },
        reussite="La réserve est traitée." if nombre == 1 else f"{nombre} réserves sont traitées.",
        vers=adresse,
    )


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def appliquer(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Apply again a message that was set aside."""
    recu = _lire(pk)
    return confirmer(
        requete,
        Form(requete.POST if requete.method == "POST" else None),
        lambda _: appliquer_de_nouveau(recu, par=requete.user),
        {
            "titre": f"Appliquer de nouveau {recu.nom}",
            "consequence": "Le fichier est relu tel qu’il a été reçu. Ce qu’il dit est appliqué "
            "une seule fois ; s’il ne peut toujours pas l’être, rien ne change.",
            "lignes": [*_lignes(recu), ("Ce qui l’empêchait", recu.erreur)],
            "action": "Appliquer de nouveau",
            "retour": recu.get_absolute_url(),
        },
        reussite=f"{recu.nom} est appliqué.",
        vers=recu.get_absolute_url(),
    )


def _lire(pk: int) -> MessageTPS:
    recu: MessageTPS = get_object_or_404(MessageTPS.objects.select_related("flux"), pk=pk)
    return recu


def _lignes(recu: MessageTPS) -> list[tuple[str, str]]:
    """Return what identifies a message, as (label, value)."""
    lignes = [
        ("Genre", recu.get_genre_display()),
        ("Reçu le", jour_et_heure(timezone.localtime(recu.recu_le))),
        ("Taille", taille_lisible(recu.taille)),
        ("Empreinte SHA-256", recu.sha256),
    ]
    if recu.applique_le:
        lignes.append(("Appliqué le", jour_et_heure(timezone.localtime(recu.applique_le))))
    return lignes
