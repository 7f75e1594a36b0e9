"""What the treasury sent: what each message said, its reserves, settling or applying it again."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Count, Sum
from django.forms import Form
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from exports_tps.forms import TraitementForm
from exports_tps.models import EtatMessage, MessageTPS, Releve, Verdict
from exports_tps.pes.libelles import LIBELLES, REGLES
from exports_tps.reserves import CITEES, DEJA_TRAITE, avec_reserves, messages_a_examiner, traiter
from exports_tps.retours import A_REPRENDRE, appliquer_de_nouveau, est_garde
from exports_tps.views.flux import FIL
from exports_tps.views.pages import (
    LECTEURS,
    RequeteConnectee,
    fichier_range,
    page_par_cle,
)
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer
from facturier.commun.exports import csv_en_flux
from facturier.commun.fichiers import taille_lisible
from facturier.commun.templatetags.coquille import moment

AVEC_RESERVE = "reserve"
LOT = 2000  # verdicts read at once for a file
ENTETES = ("Objet", "Décision", "Code", "Motif", "Date d’effet", "Payé à ce jour")
RIEN_DE_DIT = {
    EtatMessage.RECU: "Cette réponse n’est pas encore appliquée.",
    EtatMessage.MIS_DE_COTE: "Rien n’est appliqué de ce fichier.",
    EtatMessage.EN_ERREUR: "Rien n’est appliqué de ce fichier.",
}
RIEN_DE_NOUVEAU = "Cette réponse ne dit rien de nouveau : tout ce qu’elle dit était connu."
SANS_VERDICT = "Aucune décision nouvelle sur une pièce n’y est lue ; voyez ce qui suit."


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
    """Show a message: what it said, its receipts and reserves, where it departs from the schema."""
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
            "anomalies": _anomalies(recu),
            "est_garde": est_garde(recu),
            "peut_traiter": est_agent and ouvertes > 0,
            "est_comptable": requete.user.a_role(Role.COMPTABLE),
            "voit_recettes": requete.user.a_role(Role.AGENT, Role.COMPTABLE),
            "peut_reprendre": est_agent and recu.etat in A_REPRENDRE,
            "fil": [*FIL, ("Réponses de la Trésorerie", "/gestion/flux/messages/")],
            **_dits(requete, recu),
        },
    )


def _dits(requete: RequeteConnectee, recu: MessageTPS) -> dict[str, Any]:
    """Return what a message said first: verdicts by decision, a page of them, its receipts."""
    decision = requete.GET.get("decision", "")
    nombres = dict(recu.verdicts.values_list("decision").annotate(Count("pk")).order_by())
    verdicts = recu.verdicts.select_related("piece", "piece_externe", "bordereau", "justificatif")
    if decision in nombres:
        verdicts = verdicts.filter(decision=decision)
    page, suite = page_par_cle(requete, verdicts, cle="verdict", ordre="pk")
    recettes, autres = page_par_cle(requete, recu.recettes_percues.all(), cle="recette", ordre="pk")
    return {
        "verdicts": page,
        "verdicts_suivant": suite,
        "decision": decision if decision in nombres else "",
        "decisions": [
            (c, mots, nombres[c]) for c, mots in Verdict.Decision.choices if c in nombres
        ],
        "total": sum(nombres.values()),
        "rien": RIEN_DE_DIT.get(
            EtatMessage(recu.etat),
            SANS_VERDICT if recettes or recu.reserves.exists() else RIEN_DE_NOUVEAU,
        ),
        "inconnues": recu.verdicts.inconnus().exists(),
        "recettes": recettes,
        "recettes_suivant": autres,
        "percu": recu.recettes_percues.aggregate(nombre=Count("pk"), montant=Sum("montant")),
    }


def _anomalies(recu: MessageTPS) -> list[tuple[int, str, str, str, str]]:
    """Return where a file departs from the schema: line, tag and its words, rule, what is wrong."""
    return [
        (a["ligne"], a["balise"], LIBELLES.get(a["balise"], ""), REGLES[a["regle"]], a["texte"])
        for a in recu.anomalies
    ]


@reserver_a(*LECTEURS)
@require_GET
def verdicts(requete: RequeteConnectee, pk: int) -> StreamingHttpResponse:
    """Answer what a message said as a spreadsheet, however long: all, or of unknown pièces."""
    recu = _lire(pk)
    dits = recu.verdicts.select_related("piece", "piece_externe", "bordereau", "justificatif")
    nom = f"reponse-{recu.pk}"
    if requete.GET.get("liste") == "inconnues":
        dits, nom = dits.inconnus(), f"{nom}-pieces-inconnues"

    def rangees() -> Iterator[list[object]]:
        yield list(ENTETES)
        for dit in dits.order_by("pk").iterator(chunk_size=LOT):
            decision, effet = dit.get_decision_display(), (dit.date_effet, dit.montant)
            yield [dit.objet, decision, dit.code, dit.libelle, *effet]

    return csv_en_flux(f"{nom}.csv", rangees())


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
    )


def _lire(pk: int) -> MessageTPS:
    recu: MessageTPS = get_object_or_404(MessageTPS.objects.select_related("flux"), pk=pk)
    return recu


def _lignes(recu: MessageTPS) -> list[tuple[str, str]]:
    """Return what identifies a message, as (label, value)."""
    lignes = [
        ("Genre", recu.get_genre_display()),
        ("Reçu le", moment(recu.recu_le)),
        ("Taille", taille_lisible(recu.taille)),
        ("Empreinte SHA-256", recu.sha256),
    ]
    if recu.applique_le:
        lignes.append(("Appliqué le", moment(recu.applique_le)))
    return lignes
