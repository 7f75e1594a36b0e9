"""Circuits, délégations, absences, certificates: who decides what in the parapheur, and when."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exports_tps.circuits import clore_circuit, ouvrir_circuit
from exports_tps.forms_parapheur import AbsenceForm, CertificatForm, CircuitForm, DelegationForm
from exports_tps.models import CertificatSignataire, Circuit, Delegation
from exports_tps.pouvoirs import deleguer as donner
from exports_tps.pouvoirs import efface_la_delegation, est_delegataire, suppleer
from exports_tps.pouvoirs import revoquer as finir
from exports_tps.sans_suppleant import manques
from exports_tps.signature_deposee import enregistrer_certificat, retirer_certificat
from exports_tps.views.pages import RequeteConnectee, page_par_cle, tenter
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer
from facturier.grand_livre.models import VISEURS

EFFACE = (
    "Cette délégation n’a pas encore servi : elle est effacée comme une erreur. {} redevient un "
    "ordonnateur qui signe en son nom, sans plafond ; s’il ne doit rien signer, demandez à un "
    "administrateur de retirer son rôle."
)
SUPPLEE = (
    "Vous suppléez {} {}, et personne d’autre ne le fait alors. Si vous vous absentez ces "
    "jours-là, un autre suppléant est à nommer."
)
PREVENUS = (
    "Un courriel l’en avertit, ainsi que les administrateurs : chacun peut nommer un autre "
    "suppléant."
)
FIL = [("Parapheur", "/gestion/parapheur/")]
LECTEURS = (*VISEURS, Role.COMPTABLE, Role.ADMINISTRATEUR)


# --- Circuits ---------------------------------------------------------------------------------
@reserver_a(*LECTEURS)
@require_GET
def circuits(requete: RequeteConnectee) -> HttpResponse:
    """List the circuits, those in force first, each with its visas."""
    tous = Circuit.objects.select_related("signataire", "cree_par", "clos_par").prefetch_related(
        "etapes__titulaire"
    )
    jour = timezone.localdate()
    page, suivant = page_par_cle(requete, tous)
    return render(
        requete,
        "exports_tps/circuits.html",
        {
            "circuits": sorted(page, key=lambda c: (c.fin is not None, c.sens, c.direction)),
            "suivant": suivant,
            "jour": jour,
            "peut_regler": requete.user.a_role(Role.ADMINISTRATEUR),
            "fil": FIL if requete.user.a_role(*VISEURS) else [],
        },
    )


@reserver_a(Role.ADMINISTRATEUR)
@require_http_methods(["GET", "POST"])
def nouveau_circuit(requete: RequeteConnectee) -> HttpResponse:
    """Open a circuit."""
    retour = reverse("exports_tps:circuits")
    return confirmer(
        requete,
        CircuitForm(requete.POST or None),
        lambda donnees: ouvrir_circuit(par=requete.user, **donnees),
        {
            "titre": "Ouvrir un circuit",
            "consequence": "Dès sa date, les bordereaux de ce sens se présentent au parapheur "
            "avant d’être signés. Ceux qui y sont déjà gardent leur circuit.",
            "action": "Ouvrir le circuit",
            "retour": retour,
        },
        reussite="Le circuit est ouvert.",
    )


@reserver_a(Role.ADMINISTRATEUR)
@require_http_methods(["GET", "POST"])
def clore(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """End a circuit."""
    circuit = get_object_or_404(Circuit, pk=pk)
    retour = reverse("exports_tps:circuits")
    return confirmer(
        requete,
        None,
        lambda _: clore_circuit(circuit, par=requete.user),
        {
            "titre": f"Clore le circuit « {circuit} »",
            "consequence": "Ce qui est présenté dès maintenant ne le suit plus. Pour le changer, "
            "ouvrez-en un autre.",
            "action": "Clore le circuit",
            "retour": retour,
        },
        reussite="Le circuit est clos.",
    )


# --- Powers -----------------------------------------------------------------------------------
@reserver_a(*LECTEURS)
@require_GET
def pouvoirs(requete: RequeteConnectee) -> HttpResponse:
    """List délégations and suppléances, and one's own certificates."""
    tous = Delegation.objects.select_related("delegant", "delegataire", "cree_par")
    page, suivant = page_par_cle(requete, tous)
    return render(
        requete,
        "exports_tps/pouvoirs.html",
        {
            "fil": FIL if requete.user.a_role(*VISEURS) else [],
            "pouvoirs": page,
            "suivant": suivant,
            "jour": timezone.localdate(),
            "certificats": requete.user.certificats.all(),
            "est_ordonnateur": requete.user.a_role(Role.ORDONNATEUR),
            "peut_deleguer": requete.user.a_role(Role.ORDONNATEUR)
            and not est_delegataire(requete.user),
            "peut_declarer": requete.user.a_role(*VISEURS, Role.ADMINISTRATEUR),
        },
    )


@reserver_a(Role.ORDONNATEUR)
@require_http_methods(["GET", "POST"])
def deleguer(requete: RequeteConnectee) -> HttpResponse:
    """Give a délégation of signature."""
    retour = reverse("exports_tps:pouvoirs")
    return confirmer(
        requete,
        DelegationForm(requete.POST or None, par=requete.user),
        lambda donnees: donner(par=requete.user, **donnees),
        {
            "titre": "Déléguer ma signature",
            "consequence": "Le délégataire signera « par délégation », entre ces dates, des "
            "bordereaux qui ne dépassent pas le plafond, et rien d’autre. Il en est averti par "
            "courriel. Envoyez l’arrêté au comptable.",
            "action": "Donner la délégation",
            "retour": retour,
        },
        reussite="La délégation est enregistrée : le délégataire en est averti.",
    )


@reserver_a(*VISEURS, Role.ADMINISTRATEUR)
@require_http_methods(["GET", "POST"])
def absence(requete: RequeteConnectee) -> HttpResponse:
    """Say when one is absent, or somebody who left without saying so, and who stands in.

    Who stands in for another reads on which days nobody would any more, before and after.
    """
    retour = reverse("exports_tps:pouvoirs")

    def enregistrer(donnees: dict[str, Any]) -> None:
        absence = suppleer(par=requete.user, **donnees)
        for manque in manques(absence.delegant, absence.debut, absence.fin):
            messages.warning(requete, f"{manque} {PREVENUS}")

    return confirmer(
        requete,
        AbsenceForm(requete.POST or None, par=requete.user),
        enregistrer,
        {
            "titre": "Déclarer une absence",
            "consequence": "Pendant ces jours seulement, le suppléant donne les visas de la "
            "personne absente, en son nom propre ou au titre de son rôle et de sa direction, et "
            "signe là où elle signe. Il ne prend pas deux étapes d’un même bordereau, et ne vise "
            "pas ce qu’il a liquidé. Il en est averti par courriel.",
            "action": "Enregistrer l’absence",
            "retour": retour,
            "avertissements": [
                SUPPLEE.format(manque.suppleance.delegant, manque.jours)
                for manque in manques(requete.user, timezone.localdate(), date.max)
            ],
        },
        reussite="L’absence est enregistrée : le suppléant en est averti.",
    )


@reserver_a(*VISEURS, Role.ADMINISTRATEUR)
@require_http_methods(["GET", "POST"])
def revoquer(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """End a power that one gave or recorded."""
    siens = Q(delegant=requete.user) | Q(cree_par=requete.user)
    pouvoir = get_object_or_404(Delegation.objects.filter(siens), pk=pk)
    retour = reverse("exports_tps:pouvoirs")
    consequence = "Ce pouvoir ne sert plus dès aujourd’hui ; ce qui est visé ou signé le reste."
    if efface_la_delegation(pouvoir, timezone.localdate()):
        consequence = EFFACE.format(pouvoir.delegataire)
    est_joignable = pouvoir.delegataire.is_active
    averti = f" Un courriel en avertit {pouvoir.delegataire}." if est_joignable else ""
    return confirmer(
        requete,
        None,
        lambda _: finir(pouvoir, par=requete.user),
        {
            "titre": f"Révoquer : {pouvoir}",
            "consequence": f"{consequence}{averti}",
            "action": "Révoquer",
            "retour": retour,
            "est_dangereux": True,
        },
        reussite=f"Le pouvoir est révoqué.{averti}",
    )


@reserver_a(Role.ORDONNATEUR)
@require_http_methods(["GET", "POST"])
def certificat(requete: RequeteConnectee) -> HttpResponse:
    """Register the certificate with which one signs elsewhere."""
    retour = reverse("exports_tps:pouvoirs")
    return confirmer(
        requete,
        CertificatForm(requete.POST or None, requete.FILES or None),
        lambda donnees: enregistrer_certificat(donnees["fichier"].file, par=requete.user),
        {
            "titre": "Enregistrer mon certificat",
            "consequence": "Une signature faite ailleurs n’est acceptée de vous qu’avec l’un de "
            "vos certificats.",
            "action": "Enregistrer le certificat",
            "retour": retour,
        },
        reussite="Le certificat est enregistré.",
    )


@reserver_a(Role.ORDONNATEUR)
@require_POST
def oublier_certificat(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Withdraw one's certificate."""
    objet = get_object_or_404(CertificatSignataire, pk=pk, personne=requete.user)
    tenter(
        requete,
        lambda: retirer_certificat(objet, par=requete.user),
        "Le certificat est retiré : plus aucune signature n’est acceptée de lui.",
    )
    return redirect("exports_tps:pouvoirs")
