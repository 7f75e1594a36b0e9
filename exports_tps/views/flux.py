"""Flux: list, detail with proofs and verdicts, transmission, files; messages of the treasury."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exports_tps.constitution import ecarter_flux, est_engage
from exports_tps.depots import documents_manquants
from exports_tps.disjoncteur import etat_transport
from exports_tps.documents_refuses import a_decider
from exports_tps.etapes import etat_de
from exports_tps.forms import EcartForm, NouveauDepotForm
from exports_tps.models import (
    DepotExterne,
    EtatFlux,
    Flux,
    Transmission,
    Verdict,
)
from exports_tps.models.flux import PARTIES
from exports_tps.nouveau_depot import ce_qui_l_interdit, deposer_de_nouveau
from exports_tps.partages import bordereaux_designes, nombre_de_documents
from exports_tps.preuves import verifier_sur_demande
from exports_tps.remises import nombre_de_parties
from exports_tps.repartition import (
    constituer_documents,
    documents_a_reunir,
    documents_refuses,
)
from exports_tps.reserves import avec_reserves, messages_a_examiner
from exports_tps.transmission import ce_que_le_flux_attend, transmettre
from exports_tps.views.pages import (
    LECTEURS,
    TAILLE_PAGE,
    RequeteConnectee,
    ce_que_peut,
    circuit_de_la_page,
    dernier_renvoi,
    fichier_range,
    lignes_depot,
    page_par_cle,
    tenter,
)
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer
from facturier.commun.fichiers import taille_lisible
from facturier.commun.heures import jour_et_heure
from facturier.commun.nombres import lire_entier
from facturier.grand_livre.models import Bordereau
from facturier.grand_livre.presentations import avec_totaux, pieces_des

FIL = [("Flux", "/gestion/flux/")]
TYPE_MIME = {"pes_v2": "application/xml", "lot_pieces": "application/zip"}


@reserver_a(*LECTEURS)
@require_GET
def liste(requete: RequeteConnectee) -> HttpResponse:
    """List flux by state, newest first, and count the messages that want a look."""
    etat = requete.GET.get("etat", "")
    nombres = dict(Flux.objects.values_list("etat").annotate(Count("pk")).order_by())
    retenus = Flux.objects.annotate(
        nombre=Count("lignes__bordereau__pieces", distinct=True)
        + nombre_de_parties()
        + Count("pieces_externes", distinct=True),
        documents=nombre_de_documents(),
    )
    if etat in EtatFlux.values:
        retenus = retenus.filter(etat=etat)
    page, suivant = page_par_cle(requete, retenus)
    return render(
        requete,
        "exports_tps/flux_liste.html",
        {
            "liste": page,
            "suivant": suivant,
            "etat": etat,
            "etats": [(code, libelle, nombres.get(code, 0)) for code, libelle in EtatFlux.choices],
            "total": sum(nombres.values()),
            "transport": etat_transport(),
            "peut_deposer": requete.user.a_role(Role.AGENT),
            "peut_archiver": requete.user.a_role(Role.AGENT, Role.COMPTABLE),
            **(_a_envoyer_a_part() if requete.user.a_role(Role.AGENT) else {}),
            "a_regarder": messages_a_examiner().count(),
        },
    )


@reserver_a(*LECTEURS)
@require_GET
def detail(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show a flux: file, attempts, bordereaux, answers, verdicts, timeline."""
    objet = _lire(pk)
    verdicts, suivant = page_par_cle(requete, _verdicts(objet))
    return render(
        requete,
        "exports_tps/flux.html",
        {
            "flux": objet,
            "fil": FIL,
            "lignes": lignes_flux(objet),
            "bordereaux": avec_totaux(_bordereaux(objet)).order_by("sens", "numero"),
            "designes": bordereaux_designes(objet),
            **_envois(requete, objet),
            "verification": objet.verifications.select_related("par").first(),
            "messages_tps": avec_reserves(messages_a_examiner().filter(flux=objet)),
            "verdicts": verdicts,
            "suivant": suivant,
            "a_decider": a_decider(objet.lignes.values("justificatif"), requete.user),
            "peut_ecarter": objet.etat in Flux.TRANSITIONS["ecarter"].departs
            and requete.user.a_role(Role.AGENT)
            and not est_engage(objet),
            "montrer_reprise": requete.user.a_role(Role.AGENT, Role.ORDONNATEUR),
            **_externe(requete, objet),
        },
    )


@reserver_a(Role.AGENT)
@require_POST
def envoyer(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Send a constituted flux."""
    objet = _lire(pk)
    tenter(
        requete,
        lambda: transmettre(objet, par=requete.user),
        f"{objet.nom_physique} est déposé ; sa preuve est enregistrée.",
    )
    return redirect(objet)


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def redeposer(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Deposit again a flux that the treasury says it never received."""
    objet = _lire(pk)
    adresse, parti_le = objet.get_absolute_url(), objet.transmis_le or objet.constitue_le
    if requete.method == "GET" and (raison := ce_qui_l_interdit(objet)):
        messages.error(requete, raison)
        return redirect(adresse)
    return confirmer(
        requete,
        NouveauDepotForm(requete.POST or None),
        lambda donnees: deposer_de_nouveau(objet, par=requete.user, **donnees),
        {
            "titre": f"Déposer de nouveau {objet.nom_physique}",
            "consequence": "Demandez d’abord à la Trésorerie si elle a reçu ce fichier. Le même "
            "fichier repart sous le même nom, avec une seconde preuve d’envoi ; si le premier est "
            "retrouvé, la Trésorerie refusera celui-ci comme déjà reçu, et rien n’est payé deux "
            "fois.",
            "lignes": [
                ("Premier envoi", jour_et_heure(timezone.localtime(parti_le))),
                ("Empreinte SHA-256", objet.sha256),
            ],
            "action": "Déposer de nouveau",
            "retour": adresse,
        },
        reussite=f"{objet.nom_physique} est déposé de nouveau ; sa preuve est enregistrée.",
    )


@reserver_a(Role.AGENT)
@require_http_methods(["GET", "POST"])
def ecarter(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Set aside a flux made by mistake."""
    objet = _lire(pk)
    adresse = objet.get_absolute_url()
    return confirmer(
        requete,
        EcartForm(requete.POST or None),
        lambda donnees: ecarter_flux(objet, par=requete.user, **donnees),
        {
            "titre": f"Écarter {objet.nom_physique}",
            "consequence": "Ce fichier ne partira jamais, et son nom ne sert plus. Ses bordereaux "
            "et ses documents redeviennent libres : ils peuvent être corrigés et repartir dans un "
            "autre flux. Les numéros d’un fichier déposé peuvent servir dans le fichier corrigé.",
            "lignes": lignes_flux(objet),
            "action": "Écarter le flux",
            "retour": adresse,
        },
        reussite=f"{objet} est écarté : ce qu’il contenait est libre.",
    )


@reserver_a(Role.AGENT)
@require_POST
def documents(requete: RequeteConnectee) -> HttpResponse:
    """Constitute the flux of the documents that remain to be sent."""
    tenter(
        requete,
        lambda: constituer_documents(par=requete.user),
        "Les documents sont réunis en flux : vous pouvez les transmettre.",
    )
    return redirect("exports_tps:flux_liste")


@reserver_a(*LECTEURS)
@require_POST
def verifier(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Read the archived file again, digest, schemas, signatures, and keep what is found."""
    objet = _avec_fichier(pk)
    faite = verifier_sur_demande(objet, par=requete.user)
    if faite.est_intacte:
        messages.success(
            requete, "Le fichier est intact : son empreinte et chaque signature sont vérifiées."
        )
    for anomalie in faite.anomalies.splitlines():
        messages.error(requete, anomalie)
    return redirect(objet)


@reserver_a(*LECTEURS)
@require_GET
def fichier(requete: RequeteConnectee, pk: int) -> FileResponse:
    """Answer the file as it was sent."""
    objet = _avec_fichier(pk)
    return fichier_range(objet.sha256, nom=objet.nom_physique, type_mime=TYPE_MIME[objet.profil])


def _a_envoyer_a_part() -> dict[str, int]:
    return {
        "documents_a_envoyer": documents_a_reunir().count(),
        "documents_refuses": documents_refuses().count(),
    }


def lignes_flux(objet: Flux) -> list[tuple[str, str]]:
    """Return what identifies a flux, as (label, value); ours holds no external pièce."""
    pieces = pieces_des(_bordereaux(objet)).count()
    pieces += objet.pieces_externes.count()
    documents = Flux.objects.filter(pk=objet.pk).values_list(nombre_de_documents(), flat=True)
    return [
        ("Nom du fichier", objet.nom_physique),
        ("Profil", objet.get_profil_display()),
        ("Budget et exercice", f"{objet.budget} – {objet.exercice_id}"),
        ("Taille", taille_lisible(objet.taille) if objet.taille else "pas encore écrit"),
        ("Empreinte SHA-256", objet.sha256 or "pas encore écrit"),
        ("Pièces", str(pieces)),
        ("Documents joints", str(documents.get())),
    ]


def _envois(requete: RequeteConnectee, objet: Flux) -> dict[str, Any]:
    """Return the attempts to send a flux, what is doubtful of them, what may be done."""
    depots = objet.nouveaux_depots.en_cours()
    reste_a_partir = objet.etat == EtatFlux.CONSTITUE or depots.exists()
    est_agent = requete.user.a_role(Role.AGENT)
    transmissions = objet.transmissions.select_related("nouveau_depot")
    dernier_depart = transmissions.filter(issue__in=PARTIES).last()
    attente = ce_que_le_flux_attend(objet)
    est_douteux = dernier_depart is not None and dernier_depart.issue == Transmission.Issue.RETIREE
    return {
        "transmissions": transmissions,
        "doute": dernier_depart if est_douteux and objet.etat == EtatFlux.TRANSMIS else None,
        "transport": etat_transport() if reste_a_partir else None,
        "attente": attente,
        "peut_transmettre": reste_a_partir and est_agent and not attente,
        "peut_redeposer": est_agent
        and objet.etat == EtatFlux.TRANSMIS
        and not ce_qui_l_interdit(objet),
    }


def _externe(requete: RequeteConnectee, objet: Flux) -> dict[str, Any]:
    """Return what the page shows of a file that another program made; nothing for ours."""
    depot = DepotExterne.objects.filter(pk=objet.pk).select_related("par").first()
    if depot is None:
        return {"depot": None}
    depot.flux = objet
    est_ouvert = objet.etat == EtatFlux.EN_CONSTITUTION
    est_agent = requete.user.a_role(Role.AGENT)
    est_signe = depot.est_signe or bool(depot.sha256_signe)
    etat = etat_de(depot)
    pieces = objet.pieces_externes.prefetch_related("documents", "verdicts")
    if (apres := lire_entier(requete.GET.get("piece", ""))) is not None:
        pieces = pieces.filter(pk__gt=apres)
    page = list(pieces.order_by("pk")[: TAILLE_PAGE + 1])
    suite = f"?piece={page[TAILLE_PAGE - 1].pk}" if len(page) > TAILLE_PAGE else ""
    return {
        "depot": depot,
        "lignes": lignes_flux(objet) + lignes_depot(depot),
        "externes": page[:TAILLE_PAGE],
        "externes_suivant": suite,
        "documents_externes": documents_manquants(objet) if est_ouvert else [],
        "est_ouvert": est_ouvert,
        "est_agent": est_agent,
        "renvoi": dernier_renvoi(depot),
        "peut_presenter": est_ouvert and not est_signe and est_agent,
        "peut_reprendre": etat is not None and est_agent,
        "peut_completer": est_ouvert and est_signe and est_agent,
        **circuit_de_la_page(depot, etat),
        **ce_que_peut(requete.user, depot, etat),
    }


def _verdicts(objet: Flux) -> QuerySet[Verdict]:
    """Verdicts on the flux and what it holds, and what later answers say of its pièces."""
    pieces = pieces_des(_bordereaux(objet)).values("pk")
    externes = objet.pieces_externes.values("pk")
    return Verdict.objects.filter(
        Q(message__flux=objet) | Q(piece__in=pieces) | Q(piece_externe__in=externes)
    ).select_related("message", "piece", "piece_externe", "bordereau", "justificatif")


def _bordereaux(objet: Flux) -> QuerySet[Bordereau]:
    return Bordereau.objects.filter(lignes_flux__flux=objet)


def _lire(pk: int) -> Flux:
    objet: Flux = get_object_or_404(Flux.objects.select_related("budget"), pk=pk)
    return objet


def _avec_fichier(pk: int) -> Flux:
    objet = _lire(pk)
    if not objet.sha256:
        raise Http404("Ce flux n’a pas encore de fichier.")
    return objet
