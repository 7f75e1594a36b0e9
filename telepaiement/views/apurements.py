"""Pages of what waits in 4718: the excédents of cash, and the titres that such sums settle."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.confirmation import confirmer
from facturier.commun.montants import afficher
from facturier.commun.templatetags.coquille import jour
from facturier.grand_livre.models import Titre
from telepaiement import apurements, courriels, imputations, lettres_reglement
from telepaiement.forms import MotifForm
from telepaiement.forms_banque import ApurementForm
from telepaiement.forms_regie import ConservationForm
from telepaiement.models import ActeLettreReglement, Apurement, RecuApurement
from telepaiement.titres import adresse_connue
from telepaiement.views.communs import agent, page_par_cle, reponse_pdf
from telepaiement.views.regies import presenter

ADRESSE = ("adresse_voie", "code_postal", "ville")


@reserver_a(Role.AGENT, Role.COMPTABLE)
@never_cache
@require_GET
def excedents(request: HttpRequest) -> HttpResponse:
    """List the excédents of tills, then those of versements, that still wait, oldest first."""
    caisses, autres_caisses = page_par_cle(
        apurements.excedents_de_caisse(), request.GET.get("caisses", ""), croissant=True
    )
    versements, autres_versements = page_par_cle(
        apurements.excedents_de_versement(), request.GET.get("versements", ""), croissant=True
    )
    contexte = {
        "caisses": _lignes(caisses),
        "versements": _lignes(versements),
        "autres_caisses": autres_caisses,
        "autres_versements": autres_versements,
        "est_comptable": agent(request).a_role(Role.COMPTABLE),
        "est_agent": agent(request).a_role(Role.AGENT),
    }
    return render(request, "telepaiement/argent/excedents.html", contexte)


def _lignes(trouves: list[Any]) -> list[dict[str, Any]]:
    """Return what the list says of each excédent, its age in days among it."""
    aujourd_hui, mois = timezone.localdate(), apurements.mois_de_recherche()
    return [
        {
            "excedent": un,
            "age": (aujourd_hui - un.jour).days,
            "conservable_le": (debut := apurements.conservable_le(un, mois)),
            "est_conservable": debut <= aujourd_hui,
        }
        for un in trouves
    ]


@reserver_a(Role.COMPTABLE)
@never_cache
@require_http_methods(["GET", "POST"])
def regler_ligne(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply a receipt imputed in a payout to the titre that it paid."""
    return _regler(request, imputations.en_attente().filter(montant__gt=0), pk, "imputations")


@reserver_a(Role.COMPTABLE)
@never_cache
@require_http_methods(["GET", "POST"])
def regler_caisse(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply the excédent of a till to the titre that it paid."""
    return _regler(request, apurements.excedents_de_caisse(), pk, "excedents")


@reserver_a(Role.COMPTABLE)
@never_cache
@require_http_methods(["GET", "POST"])
def regler_versement(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply the excédent of a versement to the titre that it paid."""
    return _regler(request, apurements.excedents_de_versement(), pk, "excedents")


def _regler(request: HttpRequest, lot: QuerySet[Any], pk: int, liste: str) -> HttpResponse:
    somme = get_object_or_404(lot, pk=pk)
    contexte = {
        "titre": "Régler un titre avec une somme en attente",
        "consequence": "La somme quitte le compte d’attente et le titre est réglé d’autant. Tant "
        "que rien n’a suivi, une autre personne peut l’annuler, sur la page du titre.",
        "lignes": apurements.decrire(somme),
        "action": "Régler ce titre",
        "retour": reverse(f"telepaiement:{liste}"),
    }
    return confirmer(
        request,
        ApurementForm(request.POST or None, initial={"montant": somme.reste}),
        lambda saisie: apurements.regler_titre(
            somme,
            titre_id=saisie["titre"].pk,
            montant=saisie["montant"],
            motif=saisie["motif"],
            par=agent(request),
        ),
        contexte,
        reussite=lambda saisie: _dire_regle(saisie["titre"]),
    )


def _dire_regle(titre: Titre) -> str:
    """Say that a titre is settled, and how its debtor gets his receipt."""
    suite = (
        "Le reçu part par courriel au débiteur."
        if courriels.courriel_du_titre(titre)
        else "Le débiteur n’a pas d’adresse électronique : son reçu s’imprime depuis la page du "
        "titre."
    )
    return f"Le titre {titre.reference} est réglé d’autant. {suite}"


@reserver_a(Role.AGENT, Role.COMPTABLE)
@never_cache
@require_http_methods(["GET", "POST"])
def annuler(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo an apurement that another person made, with a reason."""
    objet = get_object_or_404(Apurement.objects.select_related("titre__tiers", "par"), pk=pk)
    retour = reverse("telepaiement:titre", args=[objet.titre_id])
    refus = apurements.refus_d_annuler(objet, agent(request))
    if refus and request.method == "GET":  # a POST says it beside what was typed
        messages.error(request, refus)
        return redirect(retour)
    somme = afficher(objet.montant)
    contexte = {
        "titre": f"Annuler l’apurement de {somme}",
        "consequence": f"{somme} attendent à nouveau d’être apurés, et le titre "
        f"{objet.titre.reference} est dû à nouveau d’autant.",
        "lignes": [
            ("Débiteur", objet.titre.tiers.nom_complet),
            ("Apuré", f"le {jour(objet.le)} par {objet.par.nom_complet}"),
            ("Motif", objet.motif),
        ],
        "action": "Annuler l’apurement",
        "retour": retour,
        "est_dangereux": True,
    }
    return confirmer(
        request,
        MotifForm(request.POST or None),
        lambda saisie: apurements.annuler(pk, par=agent(request), **saisie),
        contexte,
        reussite=lambda _: _dire_annule(objet.titre),
    )


def _dire_annule(titre: Titre) -> str:
    """Say that a settlement is undone, and whether its debtor is told."""
    suite = (
        "Un courriel le dit au débiteur."
        if courriels.courriel_du_titre(titre)
        else "Le débiteur n’a pas d’adresse électronique : sa lettre est à imprimer et à poster."
    )
    return f"L’apurement est annulé, et le reçu du débiteur ne vaut plus. {suite}"


@reserver_a(Role.AGENT, Role.COMPTABLE)
@never_cache
@require_POST
def lettre(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the letter that tells of a settlement undone, to print and post; it is kept."""
    recu = get_object_or_404(RecuApurement.objects.select_related("apurement__titre"), pk=pk)
    try:
        pdf = lettres_reglement.imprimer(pk, par=agent(request))
    except ValidationError as refus:
        messages.error(request, " ".join(refus.messages))
        return redirect("telepaiement:titre", titre_id=recu.apurement.titre_id)
    return reponse_pdf(pdf, f"lettre-{recu.apurement.titre.reference}.pdf")


@reserver_a(Role.AGENT, Role.COMPTABLE)
@require_POST
def lettre_postee(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the letter left."""
    recu = get_object_or_404(RecuApurement.objects.select_related("apurement"), pk=pk)
    try:
        lettres_reglement.poster(pk, par=agent(request))
    except ValidationError as refus:
        messages.error(request, " ".join(refus.messages))
    else:
        messages.success(request, "La lettre est notée comme postée.")
    return redirect("telepaiement:titre", titre_id=recu.apurement.titre_id)


@reserver_a(Role.AGENT, Role.COMPTABLE)
@never_cache
@require_GET
def copie_lettre(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a letter that left, as it was printed."""
    parties = ActeLettreReglement.objects.filter(acte=ActeLettreReglement.Acte.POSTER)
    postee = get_object_or_404(parties.select_related("recu__apurement__titre"), pk=pk)
    reference = postee.recu.apurement.titre.reference
    return reponse_pdf(lettres_reglement.contenu(postee), f"lettre-{reference}.pdf")


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def conserver_caisse(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue the titre of the excédent of a till that nobody claimed."""
    return _conserver(request, get_object_or_404(apurements.excedents_de_caisse(), pk=pk))


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def conserver_versement(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue the titre of the excédent of a versement that nobody claimed."""
    return _conserver(request, get_object_or_404(apurements.excedents_de_versement(), pk=pk))


def _conserver(request: HttpRequest, excedent: apurements.Excedent) -> HttpResponse:
    refus = apurements.refus_de_conserver(excedent)
    if refus and request.method == "GET":  # a POST says it beside what was typed
        messages.error(request, refus)
        return redirect("telepaiement:excedents")
    regie = apurements.regie_de(excedent)
    connue = adresse_connue(regie.tiers) if regie.tiers else {}
    form = ConservationForm(request.POST or None, initial={"service": regie.service, **connue})
    return presenter(
        request,
        form,
        lambda: apurements.conserver(
            excedent,
            motif=form.cleaned_data["motif"],
            service=form.cleaned_data["service"],
            adresse={nom: form.cleaned_data[nom] for nom in ADRESSE},
            par=agent(request),
        ),
        vers=lambda fait: reverse("telepaiement:titre", args=[fait.titre_id]),
        titre="Conserver un excédent non réclamé",
        aide="Un titre est émis au nom de la régie, à mettre en bordereau. La somme en attente le "
        "règle aussitôt.",
        lignes=apurements.decrire(excedent),
        action="Émettre le titre",
        retour=reverse("telepaiement:excedents"),
        succes="Le titre de l’excédent est émis et réglé, à mettre en bordereau.",
    )
