"""Pages of the leaves written by hand when the network was gone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import rapporter
from facturier.commun.montants import afficher
from facturier.commun.templatetags.coquille import moment
from facturier.grand_livre.soldes import reste_du
from telepaiement import carnets, creances
from telepaiement.caisse import Saisie
from telepaiement.forms_carnets import AnnulationFeuilletForm, FeuilletForm
from telepaiement.models import Encaissement, Feuillet, Mode
from telepaiement.views.communs import agent, retenir, retenue
from telepaiement.views.guichet import champs_retenus, details_du_moyen, session_exigee
from telepaiement.views.regies import PRESENTATION, presenter

SAISIES = "saisies_feuillets"


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def saisir(request: HttpRequest) -> HttpResponse:
    """Type what a leaf says; it is only recorded once confirmed on the next page."""
    session = session_exigee(request)
    form = FeuilletForm(
        request.POST or None, regie=session.regie, initial={"jour": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            feuillet = _feuillet(form.cleaned_data["feuillet"])
            donnees = _donnees(form)
            carnets.examiner_feuillet(
                feuillet_id=feuillet.pk, session=session, donnees=donnees, par=agent(request)
            )
        except ValidationError as erreur:
            rapporter(form, erreur)
        else:
            _garder(request, feuillet, donnees)
            return redirect(
                "telepaiement:feuillet_confirmer", identifiant=donnees.saisie.identifiant
            )
    contexte = {
        "form": form,
        "titre": "Saisir une quittance écrite à la main",
        "aide": "Recopiez le feuillet. Si le titre a été payé entre-temps, la somme est "
        "enregistrée et le trop-perçu signalé.",
        "action": "Vérifier avant d’enregistrer",
        "retour": reverse("telepaiement:guichet"),
    }
    return render(request, PRESENTATION, contexte, status=422 if form.errors else 200)


def _donnees(form: FeuilletForm) -> carnets.SaisieFeuillet:
    """Return what the leaf says.

    Raises:
        ValidationError: no titre bears its reference, and it is not said to be classed.
    """
    reference = form.cleaned_data["reference"]
    titres = creances.par_reference(reference) if reference else []
    if reference and not titres and not form.cleaned_data["a_classer"]:
        raise ValidationError(
            {
                "reference": "Aucun titre ne porte cette référence : relisez le feuillet, ou "
                "cochez la case pour enregistrer une recette à classer."
            }
        )
    return carnets.SaisieFeuillet(
        titre_id=titres[0].pk if titres else None,
        saisie=form.saisie,
        recu_le=form.recu_le,
        mention=reference,
        quantites=form.quantites,
        payeur=form.cleaned_data.get("payeur", ""),
    )


def _garder(request: HttpRequest, feuillet: Feuillet, donnees: carnets.SaisieFeuillet) -> None:
    """Keep a leaf typed and not yet confirmed."""
    gardee = {
        "feuillet": feuillet.pk,
        "titre_id": donnees.titre_id,
        "saisie": champs_retenus(donnees.saisie),
        "recu_le": donnees.recu_le.isoformat(),
        "mention": donnees.mention,
        "quantites": dict(donnees.quantites),
        "payeur": donnees.payeur,
    }
    retenir(request, SAISIES, donnees.saisie.identifiant, gardee)


def _gardee(request: HttpRequest, identifiant: UUID) -> tuple[int, carnets.SaisieFeuillet]:
    """Return a leaf typed before, by its key, and what it says; 404 when it is unknown."""
    gardee = retenue(request, SAISIES, identifiant)
    return gardee["feuillet"], carnets.SaisieFeuillet(
        titre_id=gardee["titre_id"],
        saisie=Saisie(identifiant=identifiant, **gardee["saisie"]),
        recu_le=datetime.fromisoformat(gardee["recu_le"]),
        mention=gardee["mention"],
        quantites={int(cle): nombre for cle, nombre in gardee["quantites"].items()},
        payeur=gardee["payeur"],
    )


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def confirmer(request: HttpRequest, identifiant: UUID) -> HttpResponse:
    """Show what a leaf will post and what conflicts; a POST records it.

    Read again once recorded, it leads to the payment.
    """
    session = session_exigee(request)
    feuillet_id, donnees = _gardee(request, identifiant)
    if fait := Encaissement.objects.filter(saisie=identifiant).first():
        return redirect("telepaiement:guichet_encaissement", encaissement_id=fait.pk)
    quoi: dict[str, Any] = {
        "feuillet_id": feuillet_id,
        "session": session,
        "donnees": donnees,
        "par": agent(request),
    }
    contexte: dict[str, Any] = {
        "titre": "Confirmer le feuillet",
        "consequence": "La quittance sera émise et numérotée, avec le code du feuillet. Vérifiez "
        "ce qu’il paie et la somme.",
        "action": "Confirmer et émettre la quittance",
        "retour": reverse("telepaiement:feuillet_saisir"),
    }
    statut = 200
    try:
        if request.method == "POST":
            fait = carnets.saisir_feuillet(**quoi)
            return redirect("telepaiement:guichet_encaissement", encaissement_id=fait.pk)
        examen = carnets.examiner_feuillet(**quoi)
        contexte |= {"lignes": _recapitulatif(examen, donnees), "alertes": examen.conflits}
    except ValidationError as erreur:
        contexte |= {"consequence": " ".join(erreur.messages), "action": ""}
        statut = 422
    return render(request, "confirmation.html", contexte, status=statut)


def _recapitulatif(
    examen: carnets.Examen, donnees: carnets.SaisieFeuillet
) -> list[tuple[str, str]]:
    """Return what a leaf will post, line by line."""
    saisie, lignes = donnees.saisie, [("Feuillet", examen.feuillet.reference)]
    if examen.titre is not None:
        lignes += [
            ("Titre", f"{examen.titre.reference} – {examen.titre.objet}"),
            ("Débiteur", examen.titre.tiers.nom_complet),
            ("Reste dû avant ce paiement", afficher(max(reste_du(examen.titre), 0))),
        ]
    elif examen.lignes:
        lignes += [
            (produit.libelle, f"{quantite} à {afficher(produit.tarif)} : {afficher(somme)}")
            for produit, quantite, somme in examen.lignes
        ]
        lignes += [("Acheteur", donnees.payeur)] if donnees.payeur else []
    else:
        lignes += [("Recette à classer", donnees.mention)]
    return [
        *lignes,
        ("Reçu le", moment(donnees.recu_le)),
        ("Mode de paiement", Mode(saisie.mode).label),
        *details_du_moyen(saisie),
        ("Montant", afficher(saisie.montant)),
    ]


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def annuler(request: HttpRequest) -> HttpResponse:
    """Cancel a leaf that was spoilt and given to nobody."""
    form = AnnulationFeuilletForm(request.POST or None)
    return presenter(
        request,
        form,
        lambda: carnets.annuler_feuillet(
            feuillet_id=_feuillet(form.cleaned_data["feuillet"]).pk,
            motif=form.cleaned_data["motif"],
            par=agent(request),
        ),
        vers=lambda _: reverse("telepaiement:guichet"),
        titre="Annuler un feuillet",
        aide="Un feuillet gâché se garde dans le carnet avec sa souche.",
        action="Annuler le feuillet",
        retour=reverse("telepaiement:guichet"),
        succes="Le feuillet est annulé.",
        est_dangereux=True,
    )


def _feuillet(reference: str) -> Feuillet:
    """Return the leaf of this number or code.

    Raises:
        ValidationError: there is none.
    """
    feuillet = carnets.trouver(reference)
    if feuillet is None:
        raise ValidationError({"feuillet": "Aucun feuillet ne porte ce numéro ou ce code."})
    return feuillet
