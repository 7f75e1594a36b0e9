"""Penalties withheld that wait for their titre."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from exports_tps.penalites import penalites_a_titrer, titrer_penalites
from exports_tps.views.pages import RequeteConnectee
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Mandat
from facturier.suivi.pages import page_cle


@reserver_a(Role.AGENT)
def liste(requete: RequeteConnectee) -> HttpResponse:
    """List them, newest first."""
    return render(
        requete, "exports_tps/penalites.html", {"page": page_cle(penalites_a_titrer(), requete.GET)}
    )


@reserver_a(Role.AGENT)
def titrer(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Issue the titres of the penalties of one mandat, after a page that says what they do."""
    mandat = get_object_or_404(Mandat, pk=pk)
    if requete.method == "POST":
        try:
            titres = titrer_penalites(mandat, par=requete.user)
        except ValidationError as refus:
            for message in refus.messages:
                messages.error(requete, message)
            return redirect("suivi:mandat", mandat.pk)
        references = ", ".join(titre.reference for titre in titres)
        messages.success(requete, f"Émis : {references}. À mettre en bordereau.")
        return redirect("telepaiement:titre", titres[0].pk)
    retenues = list(penalites_a_titrer().filter(ligne__piece=mandat.pk))
    if not retenues:
        raise Http404("Ce mandat ne retient pas de pénalités à titrer.")
    contexte = {
        "titre": f"Émettre le titre des pénalités : mandat {mandat.reference}",
        "consequence": "Un titre de recettes au compte 7711 est émis au nom du fournisseur. Quand "
        "la Trésorerie l’accepte, la retenue le règle : le fournisseur n’a rien à payer.",
        "action": "Émettre le titre",
        "retour": reverse("suivi:mandat", args=[mandat.pk]),
        "lignes": [
            ("Tiers", mandat.nom_tiers),
            *((f"Facture {r.ligne.reference_facture}", afficher(r.montant)) for r in retenues),
        ],
    }
    return render(requete, "confirmation.html", contexte)
